"""How often rules and goals fired: the tallies of the ledger, read for all at once and kept for some seconds.

A page about the law must not fail because the database does not answer: then there are no numbers, and the page says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from brightline.errors import BrightlineError
from brightline.server.console.frame.charts import Drawing, sparkline
from brightline.store import Store

__all__ = ["NOTHING", "Fired", "FiredCounts"]

Of = Literal["rule", "goal", "type"]

_KEPT_S = 10.0
_DAY_US = 86_400_000_000
_DAYS = 30


class Fired(NamedTuple):
    """Decisions in the last 24 hours, 7 days, 30 days, and since the first one."""

    day: int = 0
    week: int = 0
    month: int = 0
    total: int = 0


NOTHING = Fired()


class FiredCounts:
    """Counts of one installation."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Of, tuple[float, Mapping[str, Fired]]] = {}

    async def all(self, of: Of) -> Mapping[str, Fired] | None:
        """Counts by id, at most ten seconds old; what never fired is absent. None while the database does not answer."""
        known = self._known.get(of)
        if known is None or time.monotonic() - known[0] > _KEPT_S:
            try:
                known = self._known[of] = (time.monotonic(), await asyncio.to_thread(self._count, of))
            except BrightlineError:
                return None
        return known[1]

    async def one(self, of: Of, value: str) -> Fired | None:
        """The counts of one rule, goal or type."""
        counts = await self.all(of)
        return None if counts is None else counts.get(value, NOTHING)

    async def drawing(self, of: Of, value: str, zone: str, label: str, columns: tuple[str, str]) -> Drawing | None:
        """The last thirty days, one point a day of the reader's zone."""
        offset = datetime.now(ZoneInfo(zone) if zone != "UTC" else UTC).utcoffset()
        offset_s = int(offset.total_seconds()) if offset else 0
        now = time.time_ns() // 1000
        try:
            series = await asyncio.to_thread(
                self._store.tallies.series, of, now - (_DAYS - 1) * _DAY_US, now, step_s=86_400, value=value, offset_s=offset_s
            )
        except BrightlineError:
            return None
        line = series.by_value().get(value, (0,) * len(series.starts))
        names = [datetime.fromtimestamp(start / 1_000_000 + offset_s, UTC).date().isoformat() for start in series.starts]
        return sparkline(line, label=label, names=names, columns=columns, width=240, height=40)

    def _count(self, of: Of) -> dict[str, Fired]:
        now = time.time_ns() // 1000
        spans = [self._store.tallies.totals(of, max(0, now - days * _DAY_US), now).by_value() for days in (1, 7, 30)]
        spans.append(self._store.tallies.totals(of, 0, now).by_value())
        return {value: Fired(*(span.get(value, 0) for span in spans)) for value in spans[-1]}
