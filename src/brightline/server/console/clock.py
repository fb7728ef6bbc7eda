"""Times as a reader wants them: how long ago, and the exact moment in the reader's own zone.

The browser tells its zone by a cookie (``console.js``); before that, and without scripts, times are UTC and say so.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from starlette.requests import Request

from brightline.server.face.catalogue import locale_of

__all__ = ["ZONE_COOKIE", "Clock", "zone_of"]

ZONE_COOKIE = "brightline_zone"
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)


def zone_of(request: Request) -> str:
    """The IANA name of the reader's zone, or ``UTC`` where it is unknown."""
    name = request.cookies.get(ZONE_COOKIE, "").replace("%2F", "/")
    if len(name) > 64 or not _ZONE.fullmatch(name):
        return "UTC"
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # unknown here, or a folder of zones
        return "UTC"
    return name


@dataclass(frozen=True, slots=True)
class Clock:
    """Formats UTC microseconds for one reader. ``now`` is fixed for a page, so that all its times agree."""

    lang: str
    zone: str = "UTC"
    now: float = field(default_factory=time.time)

    def iso(self, at: int) -> str:
        """``2026-11-22T19:40:03Z``, for ``<time datetime>``."""
        return _moment(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def exact(self, at: int) -> str:
        """``2026-11-22 19:40:03``, in the reader's zone."""
        return _moment(at, self._info()).strftime("%Y-%m-%d %H:%M:%S")

    def day(self, at: int) -> str:
        """The date in words, in the reader's zone."""
        return format_datetime(_moment(at, self._info()), "long" if self.lang == "en" else "yyyy年M月d日", locale=locale_of(self.lang))

    def ago(self, at: int) -> str:
        """``3 minutes ago``, and ``in 3 minutes`` for what is to come."""
        seconds = at / 1_000_000 - self.now
        if abs(seconds) < 1:
            seconds = -1.0
        return format_timedelta(timedelta(seconds=seconds), add_direction=True, threshold=1.2, locale=locale_of(self.lang))

    def _info(self) -> tzinfo:
        return UTC if self.zone == "UTC" else ZoneInfo(self.zone)


def _moment(at: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, zone)
