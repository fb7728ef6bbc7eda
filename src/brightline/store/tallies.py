"""Tallies: how many decisions, by minute, hour and day, by one dimension and by outcome; exact, and read in milliseconds.

They are counted in the order of the ledger, in which every decision has one place and nothing comes before something that
was there already. One transaction adds the counts of some entries and moves the place up to which all are counted, so that
no decision is counted twice or left out, whatever crashes and however many processes count. A new installation of the
console counts what was recorded before it, too. They are a second or two behind, by the time a decision waits for its place.

Dimensions, and what a decision counts under (once under each different value):

    all            ''                                       one for every decision
    type           1 to 13                                  the problem types of its findings
    rule           a rulebook id                            the rules that carry its outcome
    goal           a goal's id                              the goals of its findings
    door           gateway, api, cli, python
    model          the name that the caller gave            at most 50 an hour, cut at 100 characters; the rest under ``other``
    not_inspected  ''                                       where something was not looked at
    gap            a detector                               which did not look at something

Decisions made in shadow mode changed nothing for anybody, so they are counted apart, in the same dimensions. A decision that
supersedes another counts as well. An erasure changes no count: what is counted stays.

Kept: minutes for eight days (seven are promised), hours for 400, days for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import orjson
from sqlalchemy import ColumnElement, Connection, Subquery, bindparam, delete, func, insert, select, text, true, union_all, update

from brightline.errors import InputError
from brightline.model import Outcome
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.periods import DAY, HOUR, LENGTHS, MINUTE, Period, Piece, floor_to, pieces, steps, tenants_in
from brightline.store.records import LEDGER_KIND, column_text
from brightline.store.tables import ledger_entries, tallies, tally_progress
from brightline.store.tally_figures import Series, Totals, ordered

__all__ = ["DIMENSIONS", "OTHER", "Dimension", "Series", "Tallies", "Totals"]

Dimension = Literal["all", "type", "rule", "goal", "door", "model", "not_inspected", "gap"]
Mode = Literal["live", "shadow"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

OTHER = "other"
"""The model under which an hour's 51st and later names are counted, with any that is really called so."""


class Tallies:
    """The tallies of one store. Safe in several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Counting

    def advance(self, limit: int = 1000) -> int:
        """Count the next ``limit`` entries of the ledger at most; how many were done. 0: nothing to do, or another process is at it."""
        if not self._database.is_sqlite:
            with self._database.writing() as connection:
                start = _locked_progress(connection)
                return 0 if start is None else _finish(connection, _count(connection, start, limit))
        # SQLite has one writer at a time, so the reading and counting is done before the short transaction that writes.
        with self._database.reading() as connection:
            counted = _count(connection, _progress(connection) or 0, limit)
        if counted.end == counted.start:
            return 0
        with self._database.writing() as connection:
            if (_progress(connection) or 0) != counted.start:
                return 0
            return _finish(connection, counted)

    def behind(self) -> int:
        """How many entries of the ledger are not counted yet."""
        with self._database.reading() as connection:
            last = connection.execute(select(func.max(ledger_entries.c.seq))).scalar()
            return (0 if last is None else int(last) + 1) - (_progress(connection) or 0)

    def prune(self, now: int | None = None) -> int:
        """Delete some of the rows that are kept no longer, a few hours' worth; how many it was. 0: there are no more."""
        now = now_us() if now is None else now
        with self._database.reading() as connection:
            old = list(_too_old(connection, now))
        deleted = 0
        for tenant, piece in old:
            with self._database.writing() as connection:
                gone = delete(tallies).where(tallies.c.tenant == tenant, tallies.c.dimension.in_(_STORED_DIMENSIONS), *_within(piece))
                deleted += connection.execute(gone).rowcount
        return deleted

    # Reading

    def series(
        self,
        dimension: Dimension,
        since: int,
        until: int,
        *,
        step_s: int,
        value: str | None = None,
        offset_s: int = 0,
        mode: Mode = "live",
        tenant: str | None = None,
    ) -> Series:
        """The counts of a time (UTC microseconds, half-open) in whole steps, which begin at round times ``offset_s`` ahead of UTC.

        Steps of less than an hour reach seven days back, of less than a day 400; beyond that they become coarser (``step_s`` of
        the answer). Raises ``InputError`` BL-INPUT-721 for an unusable time, step or dimension.
        """
        made = steps(since, until, step_s, offset_s, _kept(now_us()))
        step = made.step_s * 1_000_000
        lines: dict[tuple[str, Outcome], list[int]] = {}
        if made.starts:
            with self._database.reading() as connection:
                rows = _rows_of(connection, (dimension,), value, mode, tenant, [made.rows])
                place = (rows.c.start - made.starts[0]) // step
                query = select(place, rows.c.value, rows.c.outcome, func.sum(rows.c.count)).group_by(place, rows.c.value, rows.c.outcome)
                for index, name, outcome, count in connection.execute(query):
                    lines.setdefault((name, Outcome(outcome)), [0] * len(made.starts))[index] = int(count)
        return Series(made.step_s, made.starts, {key: tuple(lines[key]) for key in sorted(lines)})

    def totals(
        self, dimension: Dimension, since: int, until: int, *, value: str | None = None, mode: Mode = "live", tenant: str | None = None
    ) -> Totals:
        """The counts of a time as a whole. Raises ``InputError`` BL-INPUT-721 for an unusable time or dimension."""
        return self.all_totals(since, until, dimensions=(dimension,), value=value, mode=mode, tenant=tenant)[dimension]

    def all_totals(
        self,
        since: int,
        until: int,
        *,
        dimensions: Sequence[Dimension] = DIMENSIONS,
        value: str | None = None,
        mode: Mode = "live",
        tenant: str | None = None,
    ) -> dict[Dimension, Totals]:
        """The totals of several dimensions, in one question to the database. Errors as ``totals``."""
        parts = pieces(since, until, _kept(now_us()))
        found: dict[str, dict[str, dict[Outcome, int]]] = {dimension: {} for dimension in dimensions}
        if parts:
            with self._database.reading() as connection:
                rows = _rows_of(connection, dimensions, value, mode, tenant, parts)
                key = rows.c.dimension, rows.c.value, rows.c.outcome
                for stored, name, outcome, count in connection.execute(select(*key, func.sum(rows.c.count)).group_by(*key)):
                    found[stored.removeprefix(_SHADOW)].setdefault(name, {})[Outcome(outcome)] = int(count)
        first, end = (parts[0].since, parts[-1].until) if parts else (since, since)
        return {dimension: Totals(first, end, ordered(found[dimension])) for dimension in dimensions}


_NAME = "decisions"  # of the one row in tally_progress
_MINUTES_KEPT, _HOURS_KEPT = 8 * DAY, 401 * DAY  # a day more than is promised, so that no chart's first step is cut
_KEPT_FOR: tuple[tuple[Period, int], ...] = (("minute", _MINUTES_KEPT), ("hour", _HOURS_KEPT))
_PERIODS: tuple[Period, ...] = ("minute", "hour", "day")
_LONGEST = 100
_MODELS = 50
_PRUNED_AT_ONCE = 4
_SHADOW = "shadow."
_STORED_DIMENSIONS = [*DIMENSIONS, *(f"{_SHADOW}{dimension}" for dimension in DIMENSIONS)]


def _kept(now: int) -> dict[Period, int]:
    return {"minute": now - _MINUTES_KEPT + DAY, "hour": now - _HOURS_KEPT + DAY, "day": 0}


# Counting


_Key = tuple[str, str, int, str, str]
"""Tenant, dimension as stored, start, value, outcome."""


class _Counted(NamedTuple):
    start: int
    end: int
    counts: dict[Period, Counter[_Key]]


def _progress(connection: Connection) -> int | None:
    found = connection.execute(select(tally_progress.c.seq).where(tally_progress.c.name == _NAME)).scalar()
    return None if found is None else int(found)


def _locked_progress(connection: Connection) -> int | None:
    """The progress, and with it the right to count until the transaction ends; None if another process has that (PostgreSQL)."""
    if _progress(connection) is None:
        connection.execute(text("INSERT INTO tally_progress (name, seq) VALUES (:name, 0) ON CONFLICT DO NOTHING"), {"name": _NAME})
    query = select(tally_progress.c.seq).where(tally_progress.c.name == _NAME).with_for_update(skip_locked=True)
    found = connection.execute(query).scalar()
    return None if found is None else int(found)


def _count(connection: Connection, start: int, limit: int) -> _Counted:
    """Count the entries from ``start`` on, at most ``limit``."""
    span = {"low": start, "high": start + limit}
    last = connection.execute(_LAST, span).scalar()
    if last is None:
        return _Counted(start, start, {})
    minutes: Counter[_Key] = Counter()
    for row in sorted(_rows(connection, "plain", span) + _rows(connection, "detailed", span)):
        _, tenant, mode, minute, outcome, door, model, number, *body = row
        prefix = "" if mode == "live" else _SHADOW
        for name, value in _values(door, model, bytes.fromhex(body[0]) if body else None):
            minutes[tenant, prefix + name, minute * MINUTE, value, outcome] += number
    models = _named_models(connection, minutes)
    counts: dict[Period, Counter[_Key]] = {period: Counter() for period in _PERIODS}
    oldest = now_us() - _MINUTES_KEPT
    for (tenant, dimension, minute, value, outcome), number in minutes.items():
        unnamed = dimension.endswith("model") and value not in models[tenant, dimension, floor_to(minute, HOUR)]
        for period in _PERIODS:
            if period != "minute" or minute >= oldest:
                counts[period][tenant, dimension, floor_to(minute, LENGTHS[period]), OTHER if unnamed else value, outcome] += number
    return _Counted(start, last + 1, counts)


def _rows(connection: Connection, which: str, span: dict[str, int]) -> list[list[Any]]:
    written = connection.execute(_DECISIONS[connection.dialect.name, which], span | {"kind": _OF_A_DECISION}).scalar()
    return orjson.loads(written) if written else []


_LAST = select(func.max(ledger_entries.c.seq)).where(ledger_entries.c.seq >= bindparam("low"), ledger_entries.c.seq < bindparam("high"))
# Inside a string, JSON writes every quote with a backslash before it: these bytes are the entry's own field.
_OF_A_DECISION = f'"kind":"{LEDGER_KIND}"'.encode()

# The decisions of a span of the ledger: those with nothing to tell added up, the others with their documents. Each list comes
# as one row of JSON, because a busy event loop may keep a thread waiting for the interpreter at every row that SQLite gives.
_COLUMNS = "d.tenant, d.mode, d.made_at / 60000000 AS minute, d.outcome, d.door, d.model"
_ENTRIES = "FROM ledger_entries e JOIN decisions d ON d.id = e.subject WHERE e.seq >= :low AND e.seq < :high"
_TELLING = "(d.rule_count > 0 OR d.finding_count > 0 OR d.gap_count > 0)"
_PLAIN = f"SELECT min(e.seq) AS seq, {_COLUMNS}, count(*) AS number {_ENTRIES} AND NOT {_TELLING}"
_DETAILED = f"SELECT e.seq, {_COLUMNS}, 1 AS number"
_LISTED = "seq, tenant, mode, minute, outcome, door, model, number"
_GROUPED = "GROUP BY d.tenant, d.mode, minute, d.outcome, d.door, d.model"
_SQLITE = "SELECT json_group_array(json_array({columns})) FROM ({rows}) AS listed"
_POSTGRESQL = "SELECT CAST(json_agg(json_build_array({columns})) AS TEXT) FROM ({rows}) AS listed"
_DECISIONS = {
    (dialect, which): text(outer.format(columns=columns, rows=rows))
    for dialect, outer, is_decision, hexadecimal in (
        ("sqlite", _SQLITE, "AND instr(e.entry, :kind) > 0", "hex(d.body)"),
        ("postgresql", _POSTGRESQL, "AND position(:kind IN e.entry) > 0", "encode(d.body, 'hex')"),
    )
    for which, columns, rows in (
        ("plain", _LISTED, f"{_PLAIN} {is_decision} {_GROUPED}"),
        ("detailed", f"{_LISTED}, body", f"{_DETAILED}, {hexadecimal} AS body {_ENTRIES} AND {_TELLING} {is_decision}"),
    )
}


def _values(door: str, model: str, body: bytes | None) -> Iterable[tuple[Dimension, str]]:
    """Under what a decision counts. Without a ``body`` nothing was found and nothing left out."""
    yield "all", ""
    yield "door", door
    yield "model", model[:_LONGEST]
    if body is None:
        return
    try:
        yield from list(_told(orjson.loads(body)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # damaged: `brightline db check` says so; the rest of the count must not wait for it


def _told(document: Mapping[str, Any]) -> Iterator[tuple[Dimension, str]]:
    """What a document says of rules, types, goals and gaps."""
    findings, gaps = document.get("findings", ()), document.get("not_inspected", ())
    for rule in dict.fromkeys(document.get("rules", ())):
        yield "rule", _column(rule)
    for number in dict.fromkeys(number for finding in findings for number in finding.get("problem_types", ())):
        yield "type", str(number)
    for goal in dict.fromkeys(finding.get("goal", "") for finding in findings):
        yield "goal", _column(goal)
    for detector in dict.fromkeys(gap["detector"] for gap in gaps):
        yield "gap", _column(detector)
    if gaps:
        yield "not_inspected", ""


def _column(name: str) -> str:
    return column_text(name[:_LONGEST])


def _named_models(connection: Connection, minutes: Counter[_Key]) -> dict[tuple[str, str, int], set[str]]:
    """The models that have a name of their own, by tenant, dimension and hour: the first that came."""
    wanted: dict[tuple[str, str, int], dict[str, None]] = {}
    for tenant, dimension, minute, value, _ in minutes:
        if dimension.endswith("model"):
            wanted.setdefault((tenant, dimension, floor_to(minute, HOUR)), {})[value] = None
    named: dict[tuple[str, str, int], set[str]] = {key: set() for key in wanted}
    for tenant, dimension in {key[:2] for key in wanted}:
        hours = [key[2] for key in wanted if key[:2] == (tenant, dimension)]
        for start in range(0, len(hours), 500):
            found = {"tenant": tenant, "dimension": dimension, "hours": hours[start : start + 500]}
            for hour, value in connection.execute(_NAMED, found):
                named[tenant, dimension, hour].add(value)
    for key, values in wanted.items():
        for value in values:
            if len(named[key]) < _MODELS:
                named[key].add(value)
    return named


_NAMED = (
    select(tallies.c.start, tallies.c.value)
    .distinct()
    .where(
        tallies.c.tenant == bindparam("tenant"),
        tallies.c.period == "hour",
        tallies.c.dimension == bindparam("dimension"),
        tallies.c.start.in_(bindparam("hours", expanding=True)),
        tallies.c.value != OTHER,
    )
)


def _finish(connection: Connection, counted: _Counted) -> int:
    """Add the counts and move the progress, in the caller's transaction."""
    if counted.end == counted.start:
        return 0
    rows = [
        [tenant, period, dimension, start, value, outcome, number]
        for period, counts in counted.counts.items()
        for (tenant, dimension, start, value, outcome), number in sorted(counts.items())
    ]
    if rows:
        # One statement: a busy event loop lets a thread wait for the interpreter once a statement (bulk.py).
        connection.execute(_ADD[connection.dialect.name], {"rows": orjson.dumps(rows).decode()})
    moved = connection.execute(update(tally_progress).where(tally_progress.c.name == _NAME).values(seq=counted.end))
    if not moved.rowcount:
        connection.execute(insert(tally_progress).values(name=_NAME, seq=counted.end))
    return counted.end - counted.start


_ADDED = "INSERT INTO tallies (tenant, period, dimension, start, value, outcome, count) {rows} " + (
    "ON CONFLICT (tenant, period, dimension, start, value, outcome) DO UPDATE SET count = tallies.count + excluded.count"
)
_ADD = {
    "sqlite": text(
        _ADDED.format(
            rows="SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), "
            "json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]') FROM json_each(:rows) WHERE true"
        )
    ),
    "postgresql": text(
        _ADDED.format(
            rows="SELECT r ->> 0, r ->> 1, r ->> 2, CAST(r ->> 3 AS BIGINT), r ->> 4, r ->> 5, CAST(r ->> 6 AS BIGINT) "
            "FROM json_array_elements(CAST(:rows AS JSON)) AS r"
        )
    ),
}


# Reading


def _rows_of(
    connection: Connection, dimensions: Sequence[Dimension], value: str | None, mode: Mode, tenant: str | None, parts: list[Piece]
) -> Subquery:
    if not set(dimensions) <= set(DIMENSIONS) or mode not in ("live", "shadow"):
        raise InputError(
            "BL-INPUT-721",
            f"nothing is counted by {', '.join(dimensions)} in mode {mode!r}",
            f"permitted: {', '.join(DIMENSIONS)}; live, shadow",
        )
    tenants = tenants_in(connection, tallies) if tenant is None else [tenant]
    of_value = tallies.c.value == column_text(value) if value is not None else true()
    stored = [dimension if mode == "live" else _SHADOW + dimension for dimension in dimensions]
    query = select(tallies.c.dimension, tallies.c.start, tallies.c.value, tallies.c.outcome, tallies.c.count).where(
        tallies.c.tenant.in_(tenants), tallies.c.dimension.in_(stored), of_value
    )
    # Not one query with OR: each part is a range of the key.
    return union_all(*(query.where(*_within(part)) for part in parts)).subquery()


def _within(part: Piece) -> tuple[ColumnElement[bool], ...]:
    return tallies.c.period == part.period, tallies.c.start >= part.since, tallies.c.start < part.until


def _too_old(connection: Connection, now: int) -> Iterable[tuple[str, Piece]]:
    """For each tenant, the oldest few hours of minutes and days of hours that are kept no longer."""
    for tenant in tenants_in(connection, tallies):
        for period, keep in _KEPT_FOR:
            of_all = (tallies.c.tenant == tenant, tallies.c.period == period, tallies.c.dimension.in_(("all", _SHADOW + "all")))
            first = connection.execute(select(func.min(tallies.c.start)).where(*of_all)).scalar()
            if first is not None and first < now - keep:
                length = HOUR if period == "minute" else DAY
                yield tenant, Piece(period, 0, min(now - keep, first + _PRUNED_AT_ONCE * length))
