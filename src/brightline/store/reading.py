"""Looking decisions up: by id, by token, by filter with keyset paging, and counts by outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import Connection, Select, func, select, text, tuple_

from brightline.errors import NotFound
from brightline.model import Door, Outcome
from brightline.store.records import StoredDecision, column_text, stored_decision
from brightline.store.tables import decision_rules, decision_types, decisions, ledger_entries

__all__ = ["Cursor", "DecisionFilter", "count_by_outcome", "cursor_at", "find_by_id", "find_by_token", "page", "present_ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """What to look for; fields left at None do not matter. Times are UTC microseconds, ``since`` inclusive, ``until`` exclusive.

    ``rule`` finds decisions whose outcome rests on that rule, ``problem_type`` those with a finding of that type,
    ``flagged`` (True) everything but ``allow``.
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


class Cursor(NamedTuple):
    """Where a page ended: the last row's time and id. ``str()`` and ``parse`` carry it through a URL."""

    made_at: int
    id: str

    def __str__(self) -> str:
        return f"{self.made_at}.{self.id}"

    @classmethod
    def after(cls, stored: StoredDecision) -> Cursor:
        """The cursor behind this row."""
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


def page(connection: Connection, wanted: DecisionFilter, after: Cursor | None, limit: int) -> list[StoredDecision]:
    """Up to ``limit`` decisions, newest first, behind ``after``."""
    query = _narrow(_STORED, wanted)
    if after is not None:
        query = query.where(tuple_(decisions.c.made_at, decisions.c.id) < tuple_(after.made_at, column_text(after.id)))
    query = query.order_by(decisions.c.made_at.desc(), decisions.c.id.desc()).limit(limit)
    return [stored_decision(*row) for row in connection.execute(query)]


def cursor_at(connection: Connection, decision_id: str) -> Cursor:
    """The cursor behind the decision of that id. Raises ``NotFound`` BL-INPUT-704."""
    made_at = connection.execute(select(decisions.c.made_at).where(decisions.c.id == column_text(decision_id))).scalar()
    if made_at is None:
        raise NotFound("BL-INPUT-704", f"there is no decision {decision_id!r}", "go on after an id that a page has shown")
    return Cursor(made_at, decision_id)


def count_by_outcome(connection: Connection, wanted: DecisionFilter) -> dict[Outcome, int]:
    """Number of decisions for each outcome that occurs."""
    query = _narrow(select(decisions.c.outcome, func.count()), wanted).group_by(decisions.c.outcome)
    return {Outcome(outcome): int(number) for outcome, number in connection.execute(query)}


def present_ids(connection: Connection, ids: list[str]) -> set[str]:
    """Those of ``ids`` that are stored."""
    found: set[str] = set()
    for start in range(0, len(ids), 1000):
        found.update(connection.execute(select(decisions.c.id).where(decisions.c.id.in_(ids[start : start + 1000]))).scalars())
    return found


_Columns = TypeVarTuple("_Columns")
_EQUALITIES = ("tenant", "outcome", "door", "mode", "model", "account", "api_key", "item_digest", "supersedes")


def _narrow(query: Select[*_Columns], wanted: DecisionFilter) -> Select[*_Columns]:
    for name in _EQUALITIES:
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(decisions.c[name] == column_text(str(value)))
    # The next conditions add nothing for the reader; SQLite wants to see them before it uses a partial index (tables.py).
    if wanted.flagged or wanted.outcome not in (None, Outcome.ALLOW):
        query = query.where(text("decisions.outcome <> 'allow'"))
    if wanted.account:
        query = query.where(text("decisions.account <> ''"))
    if wanted.supersedes is not None:
        query = query.where(text("decisions.supersedes IS NOT NULL"))
    if wanted.flagged is False:
        query = query.where(decisions.c.outcome == Outcome.ALLOW.value)
    if wanted.since is not None:
        query = query.where(decisions.c.made_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(decisions.c.made_at < wanted.until)
    if wanted.rule is not None:
        query = query.where(
            decisions.c.id.in_(select(decision_rules.c.decision_id).where(decision_rules.c.rule_id == column_text(wanted.rule)))
        )
    if wanted.problem_type is not None:
        of_type = decision_types.c.problem_type == wanted.problem_type
        query = query.where(decisions.c.id.in_(select(decision_types.c.decision_id).where(of_type)))
    return query
