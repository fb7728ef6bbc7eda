"""What tallies and traffic share: rows kept by period (minutes, hours and the like; UTC), and the steps of a chart made of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import Connection, Table, text

from brightline.errors import InputError

__all__ = [
    "DAY",
    "HOUR",
    "LENGTHS",
    "MINUTE",
    "QUARTER",
    "SECOND",
    "Period",
    "Piece",
    "Steps",
    "ceil_to",
    "floor_to",
    "pieces",
    "step_for",
    "steps",
    "tenants_in",
]

SECOND = 1_000_000
MINUTE, QUARTER, HOUR, DAY = 60 * SECOND, 900 * SECOND, 3600 * SECOND, 86_400 * SECOND
Period = Literal["minute", "quarter", "hour", "day"]
LENGTHS: dict[Period, int] = {"minute": MINUTE, "quarter": QUARTER, "hour": HOUR, "day": DAY}
_WEEK_S = 604_800
_MONDAY = 4 * DAY  # 1970-01-05
_NICE_S = (60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, _WEEK_S)
_MOST_STEPS = 10_000  # a chart has hundreds; this keeps a hostile address from asking for millions
_LAST_US = 253_402_300_800 * SECOND  # the end of the year 9999


class Piece(NamedTuple):
    """Rows of one ``period`` with ``since <= start < until``."""

    period: Period
    since: int
    until: int


class Steps(NamedTuple):
    """Equal steps without gaps, and the rows that fill them."""

    step_s: int
    starts: tuple[int, ...]
    rows: Piece


def step_for(since: int, until: int, *, points: int = 120) -> int:
    """The smallest usual step, in seconds from a minute to a week, that cuts the time into at most ``points`` or few more."""
    span_s = max(0, until - since) / SECOND
    return next((step for step in _NICE_S if span_s / step <= points), _WEEK_S)


def steps(since: int, until: int, step_s: int, offset_s: int, keep: dict[Period, int]) -> Steps:
    """Whole steps of ``step_s`` seconds over a time, beginning where clocks ``offset_s`` ahead of UTC show round times.

    ``keep``: since when there are rows of each period, the finest first; the coarsest are kept for ever. Where the time begins
    before there are rows fine enough, the steps become coarser. Raises ``InputError`` BL-INPUT-721.
    """
    _check_time(since, until)
    if step_s < 60 or step_s % 60:
        raise InputError("BL-INPUT-721", f"no chart has steps of {step_s} s", "permitted: multiples of 60 s")
    if not -86_400 < offset_s < 86_400 or offset_s % 60:
        raise InputError("BL-INPUT-721", f"{offset_s} s is no zone's distance from UTC", "permitted: whole minutes of less than a day")
    available = [period for period, first in keep.items() if since >= first] or [list(keep)[-1]]
    finest = LENGTHS[available[0]]
    offset = 0 if offset_s * SECOND % finest else offset_s * SECOND
    step = ceil_to(step_s * SECOND, finest)
    coarsest = [period for period in available if step % LENGTHS[period] == 0 and offset % LENGTHS[period] == 0][-1]
    return _cut(since, until, step, offset, coarsest)


def _cut(since: int, until: int, step: int, offset: int, period: Period) -> Steps:
    anchor = (_MONDAY if step == _WEEK_S * SECOND else 0) - offset
    first = floor_to(since - anchor, step) + anchor
    end = ceil_to(until - anchor, step) + anchor
    number = (end - first) // step if since < until else 0
    if number > _MOST_STEPS:
        raise InputError("BL-INPUT-721", f"{number} steps are too many", f"permitted: up to {_MOST_STEPS}; take a longer step")
    return Steps(step // SECOND, tuple(first + place * step for place in range(number)), Piece(period, first, end))


def pieces(since: int, until: int, keep: dict[Period, int]) -> list[Piece]:
    """The fewest rows that cover a time: days inside, hours and minutes at the ends, as fine as ``keep`` has them (rounded outward).

    Raises ``InputError`` BL-INPUT-721.
    """
    _check_time(since, until)
    if since == until:
        return []
    since = floor_to(since, _finest(since, keep))
    until = ceil_to(until, _finest(until, keep))
    return _split(since, until, list(reversed(keep)))


def _finest(moment: int, keep: dict[Period, int]) -> int:
    return next((LENGTHS[period] for period, first in keep.items() if moment >= first), LENGTHS[list(keep)[-1]])


def _split(since: int, until: int, periods: list[Period]) -> list[Piece]:
    if since >= until or not periods:
        return []
    period, *finer = periods
    low, high = ceil_to(since, LENGTHS[period]), floor_to(until, LENGTHS[period])
    if low >= high:
        return _split(since, until, finer)
    return [*_split(since, low, finer), Piece(period, low, high), *_split(high, until, finer)]


def floor_to(moment: int, length: int) -> int:
    """The start of the period of that length around ``moment``."""
    return moment - moment % length


def ceil_to(moment: int, length: int) -> int:
    """The first such start at or after ``moment``."""
    return -(-moment // length) * length


def _check_time(since: int, until: int) -> None:
    if not 0 <= since <= until <= _LAST_US:
        raise InputError("BL-INPUT-721", "this time cannot be counted", "UTC microseconds; the first one not later than the second")


def tenants_in(connection: Connection, table: Table) -> list[str]:
    """The tenants that have rows in a table whose key begins with the tenant: one look into the key for each."""
    return list(connection.execute(text(_TENANTS.format(table=table.name))).scalars())


_TENANTS = (
    "WITH RECURSIVE t(tenant) AS (SELECT min(tenant) FROM {table} UNION ALL "
    "SELECT (SELECT min(tenant) FROM {table} WHERE {table}.tenant > t.tenant) FROM t WHERE t.tenant IS NOT NULL) "
    "SELECT tenant FROM t WHERE tenant IS NOT NULL"
)
