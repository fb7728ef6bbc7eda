"""Searching decisions, newest first, in bounded time, however many are stored and however little of them fits.

A search walks along one index that is in the order of a page (the rarest of: outcome, rule, problem type, goal, account,
gap, else all decisions by time) and holds the rest of the filter against what it meets, a stretch at a time. It stops when
the page is full or its time is spent, and then says how far back it has looked, so that the next call goes on from there.
No row is missed or met twice that way; rows that are committed meanwhile with an earlier ``made_at`` than the place already
passed are not found, as in any paging by key.

``text`` is looked for in what a decision keeps of people's words (``kept_words``).

A row whose document is damaged stops nobody: it is met by its columns and comes as ``Unreadable``. No text is found in it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    select,
)

from brightline.errors import InputError
from brightline.model import Outcome
from brightline.store.engine import Database
from brightline.store.kept_words import holds, may_hold
from brightline.store.reading import Cursor, DecisionFilter, checked, cursor_at, find_many, plain_conditions, verbatim
from brightline.store.records import LEDGER_KIND, StoredDecision, Unreadable, column_text
from brightline.store.stretch import Stretch
from brightline.store.tables import decision_goals, decision_rules, decision_types, decisions, ledger_entries

__all__ = ["MOST_ROWS", "Found", "Neighbours", "News", "around", "newer", "search", "tail", "walk"]

MOST_ROWS = 1000
"""The longest page."""


class Found(NamedTuple):
    """A page: ``rows`` newest first, a damaged one as ``Unreadable``; ``next`` to go on after, None where there is nothing more.

    ``searched_to``: everything made since then (UTC microseconds) has been looked through, None for everything there is.
    ``complete``: no row lies behind these. A page that is neither full nor complete ran out of time.
    """

    rows: list[StoredDecision | Unreadable]
    next: Cursor | None
    searched_to: int | None
    complete: bool


class News(NamedTuple):
    """What came since: ``rows`` newest first, the ``position`` to ask from next time, and whether there was ``more`` than these."""

    rows: list[StoredDecision | Unreadable]
    position: int
    more: bool


class Neighbours(NamedTuple):
    """The next ``newer`` and the next ``older`` decision of a filter. Not ``complete``: time ran out on a side that has None."""

    newer: Cursor | None
    older: Cursor | None
    complete: bool


def search(
    database: Database, wanted: DecisionFilter, *, after: Cursor | None = None, limit: int = 50, budget_ms: float | None = 60
) -> Found:
    """Up to ``limit`` decisions that fit, newest first, behind ``after``; in about ``budget_ms``, or as long as it takes (None).

    Raises ``InputError`` BL-INPUT-720 for a filter or limit that cannot be used.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise InputError("BL-INPUT-720", f"a page of {limit} decisions cannot be made", f"permitted: 1 to {MOST_ROWS}")
    with database.reading() as connection:
        return find(connection, wanted, after=after, limit=limit, budget_ms=budget_ms)


def find(connection: Connection, wanted: DecisionFilter, *, after: Cursor | None, limit: int, budget_ms: float | None) -> Found:
    """``search`` inside a transaction, with a limit of any size."""
    met, reached = _Walk(connection, checked(wanted), newest_first=True).go(Stretch.of(wanted).before(after), limit + 1, budget_ms)
    full = len(met) > limit
    del met[limit:]
    stored = find_many(connection, [place.id for place in met])
    rows = [stored[place.id] for place in met]
    last = met[-1] if full else reached
    return Found(rows, last, None if last is None else last.made_at, last is None)


def walk(database: Database, wanted: DecisionFilter, *, chunk: int = MOST_ROWS) -> Iterator[StoredDecision | Unreadable]:
    """Every decision that fits, newest first, in constant memory.

    One short transaction a chunk, so that an export of hours keeps no checkpoint of SQLite waiting. Each decision comes once
    at most; what is recorded after the start does not come.
    """
    after: Cursor | None = None
    while True:
        found = search(database, wanted, after=after, limit=chunk, budget_ms=_WALK_MS)
        yield from found.rows
        if found.complete:
            return
        after = found.next


def around(database: Database, decision_id: str, wanted: DecisionFilter, *, budget_ms: float = 50) -> Neighbours:
    """The neighbours of a decision (which need not fit itself) in the list of ``wanted``. Raises ``NotFound`` BL-INPUT-704."""
    with database.reading() as connection:
        here = cursor_at(connection, decision_id)
        stretch = Stretch.of(checked(wanted))
        newer, newer_to = _Walk(connection, wanted, newest_first=False).go(stretch.behind(here), 1, budget_ms / 2)
        older, older_to = _Walk(connection, wanted, newest_first=True).go(stretch.before(here), 1, budget_ms / 2)
    complete = (bool(newer) or newer_to is None) and (bool(older) or older_to is None)
    return Neighbours(newer[0] if newer else None, older[0] if older else None, complete)


def tail(database: Database) -> int:
    """The position behind the last decision that has its place in the ledger: where ``newer`` begins."""
    with database.reading() as connection:
        return _ledger_size(connection)


def newer(database: Database, wanted: DecisionFilter, than: int, *, limit: int = 50, shown: Collection[str] = ()) -> News:
    """The decisions that fit and got their place in the ledger from position ``than`` on, each once.

    The ledger's order, not ``made_at``, because several processes commit in another order than that of their clocks. That
    makes them about a second late. ``shown``: ids to leave out, namely those on the page that were pending when it was made.
    With more than ``limit`` of them, or too many entries to look through, the newest ones come, with ``more`` true.
    """
    of_time = Stretch.of(checked(wanted))
    with database.reading() as connection:
        size = _ledger_size(connection)
        start = max(than, size - _MOST_NEWS)
        query = select(decisions.c.made_at, decisions.c.id, decisions.c.body, ledger_entries.c.entry)
        query = query.join(ledger_entries, ledger_entries.c.subject == decisions.c.id)
        query = query.where(
            ledger_entries.c.seq >= start,
            ledger_entries.c.seq < size,
            *of_time.within(decisions.c.made_at, decisions.c.id),
            *_conditions(connection, wanted, _BY_TIME, of_time),
        )
        met = [
            Cursor(row.made_at, row.id)
            for row in connection.execute(query)
            if row.id not in shown and _is_decision(row.entry) and holds(row.body, wanted.text)
        ]
        met.sort(reverse=True)
        stored = find_many(connection, [place.id for place in met[:limit]])
    return News([stored[place.id] for place in met[:limit]], size, len(met) > limit or start > than)


def _is_decision(entry: bytes) -> bool:
    """Whether an entry is that of a decision; a damaged one is none (a verification of the ledger names it)."""
    try:
        return bool(orjson.loads(entry)["kind"] == LEDGER_KIND)
    except (ValueError, TypeError, KeyError):
        return False


_WALK_MS = 200.0
_MOST_NEWS = 10_000  # entries: nine seconds of a gateway under full load


def _ledger_size(connection: Connection) -> int:
    last = connection.execute(select(func.max(ledger_entries.c.seq))).scalar()
    return 0 if last is None else int(last) + 1


# Where to look


class _Route(NamedTuple):
    """A way through an index in the order of a page: the index's columns of time and id, and what leads to that part of it."""

    made_at: Column[Any]
    id: Column[Any]
    condition: ColumnElement[bool]

    def places(self, stretch: Stretch, newest_first: bool) -> Select[Any]:
        """Its places within the stretch, in order."""
        query = select(self.made_at.label("made_at"), self.id.label("id")).where(self.condition)
        return query.where(*stretch.within(self.made_at, self.id)).order_by(*_in_order(self, newest_first))


def _in_order(route: _Route, newest_first: bool) -> tuple[ColumnElement[Any], ...]:
    return (route.made_at.desc(), route.id.desc()) if newest_first else (route.made_at.asc(), route.id.asc())


_BY_TIME = _Route(decisions.c.made_at, decisions.c.id, verbatim("1 = 1"))


def _routes(wanted: DecisionFilter) -> list[_Route]:
    """The ways that an index offers for this filter."""
    routes = []
    for table, column, name in _DETAILS:
        sought = getattr(wanted, name)
        if sought is not None:
            routes.append(_Route(table.c.made_at, table.c.decision_id, _is(column, sought)))
    conditions: list[ColumnElement[bool]] = []
    if wanted.supersedes is not None:
        conditions.append(and_(decisions.c.supersedes == column_text(wanted.supersedes), decisions.c.supersedes.is_not(None)))
    if wanted.account:
        conditions.append(and_(decisions.c.account == column_text(wanted.account), verbatim("decisions.account <> ''")))
    outcomes = _admitted(wanted)
    if Outcome.ALLOW not in outcomes:
        one = decisions.c.outcome == outcomes[0].value if len(outcomes) == 1 else verbatim("1 = 1")
        conditions.append(and_(one, verbatim("decisions.outcome <> 'allow'")))
    return routes + [_Route(decisions.c.made_at, decisions.c.id, condition) for condition in conditions]


_DETAILS = (
    (decision_rules, decision_rules.c.rule_id, "rule"),
    (decision_goals, decision_goals.c.goal, "goal"),
    (decision_types, decision_types.c.problem_type, "problem_type"),
)


def _admitted(wanted: DecisionFilter) -> list[Outcome]:
    """The outcomes that the filter admits."""
    admitted = set(Outcome) if wanted.outcomes is None else set(wanted.outcomes)
    if wanted.outcome is not None:
        admitted &= {wanted.outcome}
    if wanted.flagged is not None:
        admitted &= {Outcome.ALLOW} if not wanted.flagged else set(Outcome) - {Outcome.ALLOW}
    return sorted(admitted)


# What to hold against it


def _conditions(connection: Connection, wanted: DecisionFilter, route: _Route, stretch: Stretch) -> list[ColumnElement[bool]]:
    """What the filter asks besides the time, on a stretch of a route that is joined with ``decisions``."""
    conditions = plain_conditions(wanted)
    for table, column, name in _DETAILS:
        sought = getattr(wanted, name)
        if sought is not None and table is not route.id.table:
            # The times are repeated inside, so that no plan reads more of the table than this stretch.
            inside = stretch.times(table.c.made_at)
            same = (table.c.made_at == route.made_at, table.c.decision_id == route.id)
            conditions.append(exists().where(_is(column, sought), *same, *inside).correlate(route.id.table, decisions))
    if wanted.text is not None:
        conditions.append(may_hold(connection, wanted.text))
    return conditions


def _is(column: Column[Any], sought: str | int) -> ColumnElement[bool]:
    return column == (column_text(sought) if isinstance(sought, str) else sought)


# Going along


class _Walk:
    """One search on its way."""

    def __init__(self, connection: Connection, wanted: DecisionFilter, *, newest_first: bool) -> None:
        self._connection = connection
        self._wanted = wanted
        self._newest_first = newest_first

    def go(self, stretch: Stretch, enough: int, budget_ms: float | None) -> tuple[list[Cursor], Cursor | None]:
        """Up to ``enough`` places that fit, and the place up to which all was looked at; None for the end of the stretch."""
        began = time.monotonic()
        target = _STEP_S if budget_ms is None else budget_ms / 4000
        route = self._rarest(stretch)
        if route is None:
            return [], None
        met: list[Cursor] = []
        size = _FIRST_STEP if self._wanted.text is None else _SMALLEST_STEP
        while True:
            started = time.monotonic()
            end = self._end(route, stretch, size)
            most = enough - len(met) if self._wanted.text is None else max(enough, _MAYBES)
            rows = self._rows(route, stretch if end is None else self._up_to(stretch, end), most)
            for row in rows:
                if self._wanted.text is None or holds(row.body, self._wanted.text):
                    met.append(Cursor(row.made_at, row.id))
                    if len(met) == enough:
                        return met, met[-1]
            if len(rows) == most:
                reached = Cursor(rows[-1].made_at, rows[-1].id)
            elif end is None:
                return met, None
            else:
                reached = end
            stretch = stretch.before(reached) if self._newest_first else stretch.behind(reached)
            now = time.monotonic()
            took = now - started
            if budget_ms is not None and now - began + max(took, target) > budget_ms / 1000:
                return met, reached
            size = _next_step(size, took, target)

    def _rarest(self, stretch: Stretch) -> _Route | None:
        """The route with the fewest places on this stretch, as far as counting is cheap; None if one of them has none."""
        if not _admitted(self._wanted):
            return None
        routes = _routes(self._wanted)
        if not routes:
            return _BY_TIME
        numbers = self._connection.execute(select(*(self._number(route, stretch) for route in routes))).one()
        fewest = min(range(len(routes)), key=numbers.__getitem__)
        return routes[fewest] if numbers[fewest] else None

    def _number(self, route: _Route, stretch: Stretch) -> ScalarSelect[int]:
        some = route.places(stretch, self._newest_first).limit(_COUNTED).subquery()
        return select(func.count()).select_from(some).scalar_subquery()

    def _end(self, route: _Route, stretch: Stretch, size: int) -> Cursor | None:
        """The ``size``-th place of the route on this stretch; None if there are fewer."""
        row = self._connection.execute(route.places(stretch, self._newest_first).offset(size - 1).limit(1)).first()
        return None if row is None else Cursor(row.made_at, row.id)

    def _rows(self, route: _Route, stretch: Stretch, most: int) -> Sequence[Any]:
        """Up to ``most`` rows of the stretch that fit (with ``text``: that may fit), in order."""
        query = route.places(stretch, self._newest_first)
        if self._wanted.text is not None:
            query = query.add_columns(decisions.c.body)
        if route.id.table is not decisions:
            query = query.join(decisions, decisions.c.id == route.id)
        return self._connection.execute(query.where(*_conditions(self._connection, self._wanted, route, stretch)).limit(most)).all()

    def _up_to(self, stretch: Stretch, end: Cursor) -> Stretch:
        if self._newest_first:
            return stretch._replace(low=end, low_out=False)
        return stretch._replace(high=end, high_in=True)


_FIRST_STEP = 500
_SMALLEST_STEP = 100  # documents are long, and reading them is what a search for a text does
_LARGEST_STEP = 100_000
_STEP_S = 0.025  # where nobody waits for an answer
_COUNTED = 5_000  # about a millisecond of an index
_MAYBES = 200  # documents that hold a text somewhere, of which people's words have to be looked through


def _next_step(size: int, took_s: float, target_s: float) -> int:
    """A step that takes about ``target_s``, judged by the last one; at most four times as large, so that one lucky step misleads nobody."""
    factor = min(4.0, max(0.25, target_s / max(took_s, 1e-6)))
    return min(_LARGEST_STEP, max(_SMALLEST_STEP, int(size * factor)))
