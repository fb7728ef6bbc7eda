"""The thread that keeps tallies and traffic up to date, beside whatever else the process does, and in a bounded share of its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from brightline.errors import StoreError
from brightline.store.clock import now_us
from brightline.store.faults import store_error
from brightline.store.periods import SECOND
from brightline.store.tallies import Tallies
from brightline.store.traffic import Amounts, Traffic

__all__ = ["Bookkeeping", "Source"]

_log = structlog.get_logger("brightline.store")

_EVERY_S = 1
_AT_ONCE = 2_000  # entries a transaction: more than come in a second under full load (benchmarks/gateway.py)
_IDLE_SHARE = 9  # it rests nine times as long as it worked, so that catching up takes a tenth of one core at most
_TRAFFIC_S = 10  # divides a minute, so that what happened within one is written to its row
_LAST_EFFORT_S = 2.0  # at the end; what is left then is counted after the next start


class Source(Protocol):
    """Where a process's traffic comes from."""

    def take(self) -> Amounts:
        """What is new since the last ``written``."""

    def written(self) -> None:
        """What was taken last is in the database."""


class Perishable(Protocol):
    """What is kept for a time only: dialogues, fingerprints, the log of copies."""

    def prune(self) -> int:
        """Delete some of what has reached its day; how much it was. Raises ``StoreError``."""


class Bookkeeping:
    """Counts the ledger's entries about once a second, writes the process's traffic every ten, and deletes what is kept no longer.

    What failed is tried again, nothing is lost.
    """

    def __init__(
        self, tallies: Tallies, traffic: Traffic, perishable: Sequence[Perishable], source: Source, *, tenant: str, process: str
    ) -> None:
        self._tallies = tallies
        self._traffic = traffic
        self._perishable: tuple[Perishable, ...] = (tallies, traffic, *perishable)
        self._source = source
        self._tenant = tenant
        self._process = process
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._problems: dict[str, StoreError] = {}  # by what failed when it was last tried

    @property
    def problem(self) -> StoreError | None:
        """Why counting or writing failed when it was last tried; None while both work."""
        return next(iter(list(self._problems.values())), None)

    def start(self) -> None:
        """Begin."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="brightline-tally", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Count and write what there is, then end. Stop the sequencer first: what it places last is counted, too."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        rest_s, traffic_at = 0.0, _next(_TRAFFIC_S)
        while not self._stopping.wait(rest_s):
            began = time.thread_time()  # of this thread's CPU: on a busy machine it waits long and works little
            counted = self._attempt(self._count)
            if time.time() >= traffic_at:
                self._attempt(self._write_traffic)
                self._attempt(self._prune)
                traffic_at = _next(_TRAFFIC_S)
            rest_s = _IDLE_SHARE * (time.thread_time() - began)
            if counted < _AT_ONCE:
                rest_s = max(rest_s, _next(_EVERY_S) - time.time())
        until = time.monotonic() + _LAST_EFFORT_S
        while self._attempt(self._count) and time.monotonic() < until:
            pass
        self._attempt(self._write_traffic)

    def _count(self) -> int:
        return self._tallies.advance(_AT_ONCE)

    def _write_traffic(self) -> int:
        amounts = self._source.take()
        self._traffic.add(self._tenant, self._process, now_us() - _TRAFFIC_S * SECOND // 2, amounts)
        self._source.written()
        return len(amounts)

    def _prune(self) -> int:
        return sum(each.prune() for each in self._perishable)

    def _attempt(self, work: Callable[[], int]) -> int:
        """What ``work`` returns; 0 if it failed. Whatever it is, the thread must live."""
        try:
            done = work()
        except Exception as problem:
            error = store_error(problem)
            if work.__name__ not in self._problems:
                _log.error("counting failed, will be tried again", code=error.code, problem=error.message, hint=error.hint)
            self._problems[work.__name__] = error
            return 0
        self._problems.pop(work.__name__, None)
        return done


def _next(every_s: int) -> float:
    """The next moment (UNIX time) at which the clock shows a multiple of ``every_s`` seconds."""
    return (int(time.time()) // every_s + 1) * every_s
