"""A circuit breaker: after several failures in a row a service is left alone for a while, then asked by one call again."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

__all__ = ["Breaker"]


class Breaker:
    """Used from one event loop. ``clock`` gives seconds."""

    def __init__(self, failures: int = 5, rest_s: float = 30.0, clock: Callable[[], float] = monotonic) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._clock = clock
        self._failures = 0
        self._closed_until = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """True while calls are not let through."""
        return self._failures >= self._most and (self._trying or self._clock() < self._closed_until)

    def admit(self) -> bool:
        """Whether the next call may go; after a rest one may, and its fate decides."""
        if self._failures < self._most:
            return True
        if self.is_open:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The call came to its end."""
        self._failures, self._trying = 0, False

    def given_up(self) -> None:
        """The call was ended from our side before its fate was known; another may try."""
        self._trying = False

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        self._trying = False
        if self._failures >= self._most:
            self._closed_until = self._clock() + self._rest_s
