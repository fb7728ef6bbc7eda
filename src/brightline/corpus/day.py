"""The day it is in China, by which contracts run, staff are trained and sources are checked.

By UTC it would be yesterday there until eight in the morning: who was trained today could not begin before.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

__all__ = ["day_at", "day_in_china"]

_BEIJING = timedelta(hours=8)  # without summer time since 1992; GB/T 7408.1-2023 counts it so


def day_at(at_us: int) -> date:
    """The day in China of a moment. ``at_us``: microseconds since 1970 in UTC."""
    return (datetime.fromtimestamp(at_us / 1_000_000, UTC) + _BEIJING).date()


def day_in_china() -> date:
    """The day in China now."""
    return day_at(time.time_ns() // 1_000)
