"""Names of moments and of steps of time, short and without doubt, by the reader's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from brightline.server.console.overview.period import Period

__all__ = ["local_input", "step_names", "stretch_name", "zone_name"]

_DAY_S = 86_400
_MONTHS = get_month_names("abbreviated", locale="en_GB")  # as console-overview.js writes them


def step_names(starts: tuple[int, ...], step_s: int, *, lang: str, zone: str) -> list[str]:
    """A name for each step: ``22 Nov 10:00–10:15``, ``22 Nov`` for a day, ``17 Nov – 23 Nov`` for a week."""
    info = ZoneInfo(zone)
    return [_step_name(_at(start, info), _at(start + step_s * 1_000_000, info), step_s, lang) for start in starts]


def stretch_name(since: int, until: int, *, lang: str, zone: str, now: int) -> str:
    """``22 Nov 10:00–16:00``, ``22 Nov 10:00 – 23 Nov 09:00``; with the year of a day that lies in another one than now."""
    info = ZoneInfo(zone)
    start, end, year = _at(since, info), _at(until, info), _at(now, info).year
    if start.date() == end.date():
        return f"{_day_of_year(start, lang, year)} {start:%H:%M}–{end:%H:%M}"
    return f"{_day_of_year(start, lang, year)} {start:%H:%M} – {_day_of_year(end, lang, year)} {end:%H:%M}"


def local_input(at: int, zone: str) -> str:
    """The value of an ``<input type="datetime-local">``."""
    return _at(at, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def zone_name(period: Period, zone: str) -> str:
    """``Asia/Shanghai (UTC+08:00)``."""
    if zone == "UTC":
        return zone
    shift = _at(min(period.now, period.until), ZoneInfo(zone)).strftime("%z")
    return f"{zone} (UTC{shift[:3]}:{shift[3:]})"


def _step_name(start: datetime, end: datetime, step_s: int, lang: str) -> str:
    at_midnight = start.hour == end.hour == start.minute == end.minute == 0
    if step_s >= _DAY_S and at_midnight:
        last = datetime.fromtimestamp(end.timestamp() - 1, end.tzinfo)
        return _day(start, lang) if start.date() == last.date() else f"{_day(start, lang)} – {_day(last, lang)}"
    if start.date() == end.date() or (end.hour == end.minute == 0):
        return f"{_day(start, lang)} {start:%H:%M}–{end:%H:%M}"
    return f"{_day(start, lang)} {start:%H:%M} – {_day(end, lang)} {end:%H:%M}"


def _day_of_year(moment: datetime, lang: str, year: int) -> str:
    if moment.year == year:
        return _day(moment, lang)
    return f"{moment.year}年{_day(moment, lang)}" if lang == "zh" else f"{_day(moment, lang)} {moment.year}"


def _day(moment: datetime, lang: str) -> str:
    return f"{moment.month}月{moment.day}日" if lang == "zh" else f"{moment.day} {_MONTHS[moment.month]}"


def _at(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, zone)
