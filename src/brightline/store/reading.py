"""Looking decisions up by id and by token, what a filter can say, and counts by outcome. Pages of a filter: ``searching.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVarTuple, cast

from sqlalchemy import ColumnElement, Connection, Select, func, select, text

from brightline.errors import InputError, NotFound, StoreError
from brightline.model import Door, Ground, ItemKind, Outcome
from brightline.store.records import StoredDecision, Unreadable, column_text, stored_decision
from brightline.store.tables import decision_goals, decision_rules, decision_types, decisions, ledger_entries

__all__ = [
    "MOST_TEXT",
    "Cursor",
    "DecisionFilter",
    "checked",
    "count_by_outcome",
    "cursor_at",
    "find_by_id",
    "find_by_token",
    "find_many",
    "look_up_token",
    "plain_conditions",
    "present_ids",
    "verbatim",
]

MOST_TEXT = 200
"""Code points in the longest text that can be looked for: more than any excerpt or sentence that one types."""
_MOST_NAME = 1_000  # no rule, model or account that one looks for is longer; a filter comes out of a URL
_LAST_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """What to look for; fields left at None do not matter. Times are UTC microseconds, ``since`` inclusive, ``until`` exclusive.

    ``rule`` finds decisions whose outcome rests on that rule, ``problem_type`` and ``goal`` those with a finding of it,
    ``flagged`` (True) everything but ``allow``, ``outcomes`` any of several, ``not_inspected`` those with (True) or without
    (False) something that nobody looked at. ``text``: see ``searching.py`` for where it is looked for.
    """

    tenant: str | None = None
    outcome: Outcome | None = None
    flagged: bool | None = None
    rule: str | None = None
    problem_type: int | None = None
    door: Door | None = None
    mode: str | None = None
    model: str | None = None
    account: str | None = None
    api_key: str | None = None
    item_digest: str | None = None
    supersedes: str | None = None
    since: int | None = None
    until: int | None = None
    outcomes: tuple[Outcome, ...] | None = None
    goal: str | None = None
    not_inspected: bool | None = None
    text: str | None = None


class Cursor(NamedTuple):
    """Where a page ended: the last row's time and id. ``str()`` and ``parse`` carry it through a URL."""

    made_at: int
    id: str

    def __str__(self) -> str:
        return f"{self.made_at}.{self.id}"

    @classmethod
    def after(cls, stored: StoredDecision | Unreadable) -> Cursor:
        """The cursor behind this row."""
        if isinstance(stored, Unreadable):
            return cls(stored.made_at, stored.id)
        return cls(stored.decision.made_at, stored.decision.id)

    @classmethod
    def parse(cls, written: str) -> Cursor | None:
        """The inverse of ``str()``; None if ``written`` is no cursor."""
        made_at, dot, decision_id = written.partition(".")
        return cls(int(made_at), decision_id) if dot and made_at.isascii() and made_at.isdigit() and len(made_at) < 19 else None


_SEQ = select(func.min(ledger_entries.c.seq)).where(ledger_entries.c.subject == decisions.c.id).correlate(decisions).scalar_subquery()
_STORED = select(decisions.c.body, decisions.c.salt, decisions.c.erased_at, _SEQ)


def find_by_id(connection: Connection, decision_id: str) -> StoredDecision | None:
    """The decision of that id."""
    row = connection.execute(_STORED.where(decisions.c.id == column_text(decision_id))).first()
    return None if row is None else stored_decision(*row)


def find_by_token(connection: Connection, token: str) -> StoredDecision | None:
    """The decision whose statement page has that token."""
    row = connection.execute(_STORED.where(decisions.c.token == column_text(token))).first()
    return None if row is None else stored_decision(*row)


def find_many(connection: Connection, ids: list[str]) -> dict[str, StoredDecision | Unreadable]:
    """Those of ``ids`` that are stored, by id; one whose document is damaged, or is that of another decision, is ``Unreadable``."""
    found: dict[str, StoredDecision | Unreadable] = {}
    damaged: list[str] = []
    for start in range(0, len(ids), 1000):
        query = _STORED.add_columns(decisions.c.id).where(decisions.c.id.in_(ids[start : start + 1000]))
        for *row, decision_id in connection.execute(query):
            try:
                stored = stored_decision(*row)
            except StoreError:
                damaged.append(decision_id)
                continue
            if stored.decision.id == decision_id:
                found[decision_id] = stored
            else:
                damaged.append(decision_id)
    for start in range(0, len(damaged), 1000):
        for columns in connection.execute(_COLUMNS.where(decisions.c.id.in_(damaged[start : start + 1000]))):
            told = _unreadable(tuple(columns))
            found[told.id] = told
    return found


def look_up_token(connection: Connection, token: str) -> StoredDecision | Unreadable | None:
    """The decision whose statement page has that token, as ``find_many`` gives it."""
    decision_id = connection.execute(select(decisions.c.id).where(decisions.c.token == column_text(token))).scalar()
    return None if decision_id is None else find_many(connection, [decision_id])[decision_id]


_COLUMNS = select(*(decisions.c[name] for name in Unreadable._fields[:-1]), _SEQ.label("seq"))


def _unreadable(row: tuple[Any, ...]) -> Unreadable:
    told = Unreadable(*row)
    return told._replace(
        outcome=Outcome(told.outcome), ground=Ground(told.ground), door=Door(told.door), item_kind=ItemKind(told.item_kind)
    )


def cursor_at(connection: Connection, decision_id: str) -> Cursor:
    """The cursor behind the decision of that id. Raises ``NotFound`` BL-INPUT-704."""
    made_at = connection.execute(select(decisions.c.made_at).where(decisions.c.id == column_text(decision_id))).scalar()
    if made_at is None:
        raise NotFound("BL-INPUT-704", f"there is no decision {decision_id!r}", "go on after an id that a page has shown")
    return Cursor(made_at, decision_id)


def count_by_outcome(connection: Connection, wanted: DecisionFilter) -> dict[Outcome, int]:
    """Number of decisions for each outcome that occurs. Raises ``InputError`` BL-INPUT-720 for a filter with ``text``."""
    if wanted.text is not None:
        raise InputError("BL-INPUT-720", "decisions cannot be counted by a text", "search for it, and count what is found")
    query = _narrow(select(decisions.c.outcome, func.count()), checked(wanted)).group_by(decisions.c.outcome)
    return {Outcome(outcome): int(number) for outcome, number in connection.execute(query)}


def present_ids(connection: Connection, ids: list[str]) -> set[str]:
    """Those of ``ids`` that are stored."""
    found: set[str] = set()
    for start in range(0, len(ids), 1000):
        found.update(connection.execute(select(decisions.c.id).where(decisions.c.id.in_(ids[start : start + 1000]))).scalars())
    return found


def checked(wanted: DecisionFilter) -> DecisionFilter:
    """``wanted``, if it can be looked for. Raises ``InputError`` BL-INPUT-720 with what is wrong and what is permitted."""
    for name in _NAMES:
        value = getattr(wanted, name)
        if value is not None and len(value) > _MOST_NAME:
            raise _no_use(name, f"has {len(value)} characters", f"at most {_MOST_NAME}")
    if wanted.text is not None and not 1 <= len(wanted.text) <= MOST_TEXT:
        raise _no_use("text", f"has {len(wanted.text)} characters", f"1 to {MOST_TEXT}")
    if wanted.problem_type is not None and not 1 <= wanted.problem_type <= 13:
        raise _no_use("problem_type", f"is {wanted.problem_type}", "1 to 13")
    if wanted.outcomes is not None and not wanted.outcomes:
        raise _no_use("outcomes", "is empty", "at least one of them, or leave it out")
    for name in ("since", "until"):
        time = getattr(wanted, name)
        if time is not None and not 0 <= time <= _LAST_TIME:
            raise _no_use(name, "is no time", "UTC microseconds since 1970")
    if wanted.since is not None and wanted.until is not None and wanted.since > wanted.until:
        raise _no_use("since", "is later than until", "a time from which, and a later one before which")
    return wanted


def _no_use(name: str, what: str, permitted: str) -> InputError:
    return InputError("BL-INPUT-720", f"this filter cannot be used: {name} {what}", f"permitted: {permitted}")


_EQUALITIES = ("tenant", "outcome", "door", "mode", "model", "account", "api_key", "item_digest", "supersedes")
_NAMES = ("tenant", "mode", "model", "account", "api_key", "item_digest", "supersedes", "rule", "goal")


def plain_conditions(wanted: DecisionFilter) -> list[ColumnElement[bool]]:
    """What ``wanted`` asks of the columns of ``decisions`` itself, times left out."""
    conditions: list[ColumnElement[bool]] = []
    for name in _EQUALITIES:
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(decisions.c[name] == column_text(str(value)))
    if wanted.outcomes is not None:
        conditions.append(decisions.c.outcome.in_(sorted({outcome.value for outcome in wanted.outcomes})))
    # The next conditions add nothing for the reader; SQLite wants to see them before it uses a partial index (tables/record.py).
    if wanted.flagged or wanted.outcome not in (None, Outcome.ALLOW) or Outcome.ALLOW not in (wanted.outcomes or (Outcome.ALLOW,)):
        conditions.append(verbatim("decisions.outcome <> 'allow'"))
    if wanted.account:
        conditions.append(verbatim("decisions.account <> ''"))
    if wanted.supersedes is not None:
        conditions.append(decisions.c.supersedes.is_not(None))
    if wanted.flagged is False:
        conditions.append(decisions.c.outcome == Outcome.ALLOW.value)
    if wanted.not_inspected is not None:
        conditions.append(verbatim("decisions.gap_count > 0") if wanted.not_inspected else decisions.c.gap_count == 0)
    return conditions


def verbatim(condition: str) -> ColumnElement[bool]:
    """A condition exactly as written: the condition of a partial index, which SQLite must find word for word."""
    return cast("ColumnElement[bool]", text(condition))


_Columns = TypeVarTuple("_Columns")


def _narrow(query: Select[*_Columns], wanted: DecisionFilter) -> Select[*_Columns]:
    query = query.where(*plain_conditions(wanted))
    if wanted.since is not None:
        query = query.where(decisions.c.made_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(decisions.c.made_at < wanted.until)
    for table, column, value in (
        (decision_rules, decision_rules.c.rule_id, wanted.rule),
        (decision_types, decision_types.c.problem_type, wanted.problem_type),
        (decision_goals, decision_goals.c.goal, wanted.goal),
    ):
        if value is not None:
            of_value = column == (column_text(value) if isinstance(value, str) else value)
            query = query.where(decisions.c.id.in_(select(table.c.decision_id).where(of_value)))
    return query
