"""The stretch of time that the overview shows: from an address to two moments, and back.

``?last=24h`` moves along with the clock; ``?since=…&until=…`` stands still. A time without a zone is meant in the reader's
own; ``Z`` or an offset may stand behind it, and the addresses that we make are in UTC, so that a link shows the same to
everybody. Edges are moved outward to whole steps, as ``store/periods.py`` cuts them: steps of hours and days begin at round
times of the reader's clock as long as the rows are fine enough for that, steps of a week on Monday.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from brightline.errors import InputError
from brightline.server.face import msgid as _
from brightline.store import step_for

__all__ = ["LAST", "Period", "period_of"]

_SECOND = 1_000_000
_HOUR_S, _DAY_S, _WEEK_S = 3600, 86_400, 604_800

LAST: Mapping[str, int] = {"1h": _HOUR_S, "6h": 6 * _HOUR_S, "24h": _DAY_S, "7d": 7 * _DAY_S, "30d": 30 * _DAY_S}
"""Stretches up to now, in seconds."""

_USUAL = "24h"
_LEAST_S = 300
_MOST_S = 5 * 366 * _DAY_S
# Minutes are kept for a week and hours for 400 days (store/tallies.py); a little less, so that no edge falls between.
_MINUTES_KEPT_S = 6 * _DAY_S
_HOURS_KEPT_S = 399 * _DAY_S
_MONDAY_S = 4 * _DAY_S  # 1970-01-05
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """``since`` (inclusive) and ``until`` (exclusive) in UTC microseconds, both on whole steps of ``step_s`` seconds.

    ``last`` names a stretch that moves with the clock and is empty for one that stands still. ``now`` may lie before
    ``until``: then the last step is not over yet. Steps begin where clocks ``offset_s`` ahead of UTC show round times.
    """

    since: int
    until: int
    now: int
    step_s: int
    offset_s: int
    last: str = ""

    @property
    def key(self) -> tuple[int, int, int, int]:
        """What makes two periods show the same numbers."""
        return self.since, self.until, self.step_s, self.offset_s

    @property
    def running(self) -> bool:
        """True while the last step is not over: numbers still come in."""
        return self.now < self.until

    @property
    def before(self) -> tuple[int, int]:
        """The stretch of the same length before this one, as far as this one has come."""
        span = self.until - self.since
        return self.since - span, min(self.now, self.until) - span

    @property
    def query(self) -> str:
        """The part of an address that names this stretch."""
        return urlencode({"last": self.last}) if self.last else self.fixed_query

    @property
    def fixed_query(self) -> str:
        """The same moments for ever, in UTC: for lists and files, which do not move with the clock."""
        return urlencode({"since": _utc(self.since), "until": _utc(self.until)}, safe=":")

    @property
    def file_name(self) -> str:
        """``20261122T1000Z-20261122T1600Z``, for names of files."""
        return "-".join(datetime.fromtimestamp(at / _SECOND, UTC).strftime("%Y%m%dT%H%MZ") for at in (self.since, self.until))


def period_of(asked: Mapping[str, str], zone: str, *, now: int | None = None) -> Period:
    """The stretch that an address asks for; the last 24 hours where it asks for none.

    Raises ``InputError`` BL-INPUT-741 (cannot be read), -742 (nothing in it, all to come, or before any record), -743 (too short or too long).
    """
    now = time.time_ns() // 1000 if now is None else now
    since_text, until_text = asked.get("since", "").strip(), asked.get("until", "").strip()
    if since_text or until_text:
        return _standing(since_text, until_text, zone, now)
    last = asked.get("last", "") or _USUAL
    if last not in LAST:
        raise InputError("BL-INPUT-741", _("There is no such stretch of time."), _("Choose one of those offered, or give both ends."))
    span = LAST[last] * _SECOND
    step_s = step_for(now - span, now)
    offset_s = _offset_s(zone, now, step_s, now - span, now)
    until = _floor(now, step_s, offset_s) + step_s * _SECOND
    return Period(until - span, until, now, step_s, offset_s, last)


def _standing(since_text: str, until_text: str, zone: str, now: int) -> Period:
    until = _moment(until_text, zone) if until_text else now
    since = _moment(since_text, zone) if since_text else until - LAST[_USUAL] * _SECOND
    if since >= until:
        raise InputError("BL-INPUT-742", _("The end is not after the beginning."), _("Exchange the two times."))
    if since >= now:
        raise InputError("BL-INPUT-742", _("This time is still to come."), _("Choose a beginning in the past."))
    if since < 0:
        raise InputError("BL-INPUT-742", _("This is before any record."), _("Choose a later beginning."))
    until = min(until, now)
    if until - since > _MOST_S * _SECOND:
        raise InputError("BL-INPUT-743", _("This is longer than five years."), _("Choose a shorter stretch."))
    if until - since < _LEAST_S * _SECOND:
        raise InputError("BL-INPUT-743", _("This is shorter than five minutes."), _("Choose a longer stretch."))
    age_s = (now - since) // _SECOND
    finest = _DAY_S if age_s > _HOURS_KEPT_S else _HOUR_S if age_s > _MINUTES_KEPT_S else 60
    step_s = max(step_for(since, until), finest)
    offset_s = _offset_s(zone, until, step_s, since, now)
    end = _floor(until - 1, step_s, offset_s) + step_s * _SECOND
    return Period(_floor(since, step_s, offset_s), end, now, step_s, offset_s)


def _offset_s(zone: str, at: int, step_s: int, since: int, now: int) -> int:
    """How far the reader's steps are shifted from those of UTC, as far as the rows are fine enough for it."""
    shift = datetime.fromtimestamp(at / _SECOND, ZoneInfo(zone)).utcoffset()
    offset_s = int(shift.total_seconds()) if shift else 0
    age_s = (now - since) // _SECOND
    if age_s > _HOURS_KEPT_S:
        return 0
    if age_s > _MINUTES_KEPT_S:
        offset_s -= offset_s % _HOUR_S
    return offset_s % step_s if step_s < _DAY_S else offset_s


def _floor(at: int, step_s: int, offset_s: int) -> int:
    """The beginning of the step in which ``at`` lies."""
    shift = (offset_s - (_MONDAY_S if step_s == _WEEK_S else 0)) * _SECOND
    return (at + shift) // (step_s * _SECOND) * step_s * _SECOND - shift


def _moment(text: str, zone: str) -> int:
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        day, clock, shift = found.groups()
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(shift or '').replace('Z', '+00:00')}")
        return int((moment if shift else moment.replace(tzinfo=ZoneInfo(zone))).timestamp()) * _SECOND
    except (ValueError, OverflowError):
        raise InputError("BL-INPUT-741", _("A time cannot be read."), _("Write it like 2026-11-22T18:30.")) from None


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at / _SECOND, UTC).strftime("%Y-%m-%dT%H:%MZ")
