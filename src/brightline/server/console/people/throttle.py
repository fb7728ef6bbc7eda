"""Slowing down whoever guesses passwords, without locking out the person whose password is guessed.

After a few free tries each further refusal doubles the wait, for a name (known or not: what is unknown must not be faster) and
for an address, up to five minutes and never longer: somebody who guesses at another's name can delay that person by so much
and no more. A browser in which the person signed in before carries a device cookie and is counted by itself, so that
strangers' guesses do not delay it at all (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").

A try counts as refused from its beginning, so that many at once gain nothing. The counts are of one process and are forgotten
a while after the last refusal; a restart forgets them too.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["LONGEST_WAIT_S", "Throttle", "address_key", "wait_after"]

LONGEST_WAIT_S = 300
_SHORTEST_WAIT_S = 10
_FREE_TRIES = 5
_FREE_TRIES_OF_ADDRESS = 20  # people of one office share an address
_FORGOTTEN_AFTER_S = 3_600
_MOST_KEYS = 50_000


def wait_after(refusals: int, free: int = _FREE_TRIES) -> int:
    """Seconds to wait after so many refusals in a row: none for the free ones, then 10, 20, 40 … 300."""
    return 0 if refusals < free else min(_SHORTEST_WAIT_S * 2 ** min(refusals - free, 10), LONGEST_WAIT_S)


@dataclass(slots=True)
class _Count:
    refusals: int
    last: float
    until: float


class Throttle:
    """Counts refusals by key. ``clock`` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def take(self, who: str, address: str) -> int:
        """Begin a try for a name or device, from an address: 0 if it may go on, else the seconds to wait, and it does not count."""
        now = self._clock()
        wait_s = max(self._wait(who, now), self._wait(address, now))
        if wait_s > 0:
            return math.ceil(wait_s)
        self._count(who, now, _FREE_TRIES)
        self._count(address, now, _FREE_TRIES_OF_ADDRESS)
        return 0

    def passed(self, who: str, address: str) -> None:
        """The try that was begun was a right one: forget the refusals for ``who``, and this one for the address."""
        self._counts.pop(who, None)
        count = self._counts.get(address)
        if count is not None:
            count.refusals -= 1
            count.until = min(count.until, self._clock())

    def _wait(self, key: str, now: float) -> float:
        count = self._counts.get(key)
        return 0.0 if count is None else count.until - now

    def _count(self, key: str, now: float, free: int) -> None:
        count = self._counts.pop(key, None)
        refusals = 1 if count is None or now - count.last > _FORGOTTEN_AFTER_S else count.refusals + 1
        self._counts[key] = _Count(refusals, now, now + wait_after(refusals, free))
        while len(self._counts) > _MOST_KEYS:
            self._counts.popitem(last=False)


def address_key(address: str) -> str:
    """What stands for an address: an IPv6 network of 64 bits is one household."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "address ?"
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        parsed = ipaddress.ip_network((parsed, 64), strict=False).network_address
    return f"address {parsed}"
