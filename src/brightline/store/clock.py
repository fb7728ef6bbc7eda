"""The time, as the tables have it."""

from __future__ import annotations

import time

__all__ = ["now_us"]


def now_us() -> int:
    """UTC microseconds since 1970."""
    return time.time_ns() // 1000
