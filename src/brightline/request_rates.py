"""How often each key may call: the sliding window counter of ``limits``, without a thread of its own for every other call.

The memory storage of limits 5.8 clears up in a ``threading.Timer`` of 10 ms, which a hit starts whenever none runs. At a hundred
calls a second that is a thread for nearly every call, and the caller waits until it runs. Here a hit clears up itself, once a minute.
"""

from __future__ import annotations

import threading
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

__all__ = ["RequestRates"]

CLEAR_EVERY_S = 60.0
ROUNDING_S = 0.01  # shares of a window of seconds since 1970 are exact to some microseconds


class RequestRates:
    """Counts the calls of each name over the last minute. Safe to use from several threads, as the storage is."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._storage.timer = _NeverStarted()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._limits: dict[int, RateLimitItemPerMinute] = {}
        self._clear_at = time.monotonic() + CLEAR_EVERY_S

    def spend(self, name: str, per_minute: int) -> int:
        """Count one call of ``name``: 0 if ``per_minute`` allows it, otherwise how many seconds to wait (at least 1)."""
        self._clear()
        limit = self._limits.get(per_minute)
        if limit is None:
            limit = self._limits[per_minute] = RateLimitItemPerMinute(per_minute)
        if self._limiter.hit(limit, name):
            return 0
        return self._wait(limit, name)

    def _wait(self, limit: RateLimitItemPerMinute, name: str) -> int:
        """Whole seconds until one more call counts as allowed; what ``get_window_stats`` names is the end of the window, which is too early."""
        window = limit.get_expiry()
        before, before_ends, now, now_ends = self._storage.get_sliding_window(limit.key_for(name), window)
        if now < limit.amount:  # the last window weighs less and less
            wait = before_ends - (limit.amount - now) * window / max(before, 1)
        else:  # and this one, once it is the last
            wait = now_ends - window * limit.amount / now
        return max(1, int(wait + ROUNDING_S) + 1)

    def __len__(self) -> int:
        """Counters that are kept: at most two a name that called within the last two minutes, beside what is not cleared yet."""
        return len(self._storage.expirations)

    def _clear(self) -> None:
        now = time.monotonic()
        if now < self._clear_at:
            return
        self._clear_at = now + CLEAR_EVERY_S
        for key in list(self._storage.expirations):
            self._storage.get(key)  # forgets what has expired


class _NeverStarted(threading.Timer):
    """Stands where the storage looks whether its thread runs, so that it starts none."""

    def __init__(self) -> None:
        super().__init__(0.0, lambda: None)

    def is_alive(self) -> bool:
        return True
