"""Fingerprints of text answers, taken in the background once an answer is on record: "did we generate this?" (``labels.fingerprints``).

No answer waits for them and none fails with them. What waits is bounded in number and in characters; what comes beyond is dropped and
counted (``brightline_fingerprints_dropped_total``), as are batches that the database does not take. Several answers go into one
transaction. With ``label_fingerprint_days = 0`` nothing is taken.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

import structlog
from prometheus_client import Counter

from brightline.errors import BrightlineError
from brightline.labels.fingerprints import LEAST_LETTERS
from brightline.server.gateway.exchange import Exchange
from brightline.service import Service

__all__ = ["Remembered"]

_log = structlog.get_logger("brightline.gateway")

MAX_WAITING = 1024
MAX_WAITING_CHARS = 8 * 1024 * 1024
"""Own choice: some seconds of a busy gateway, and at most 32 MB of memory."""

BATCH = 64
"""Answers in one transaction. Own choice: a fingerprint has up to 512 rows, so this is some 30,000 rows at most."""

GATHER_S = 0.5
"""Own choice: so long a batch is gathered, so that single answers do not each cost a transaction."""


FLUSH_S = 10.0
"""Own choice: so long a shutdown waits for what is left; service managers give some 30 s or 90 s in all."""


class Remembered:
    """The queue between the calls and the fingerprints. ``start`` and ``stop`` in the event loop of the calls."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: deque[tuple[str, str]] = deque()
        self._chars = 0
        self._some = asyncio.Event()
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.dropped = Counter("brightline_fingerprints_dropped", "Answers of which no fingerprint was taken.", registry=None)

    def start(self) -> None:
        """Begin to take fingerprints."""
        self._some = asyncio.Event()
        self._ending = asyncio.Event()
        self._service.metrics.registry.register(self.dropped)
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Take those that wait, as far as ``FLUSH_S`` allows, and end."""
        if self._task is None:
            return
        self._ending.set()
        self._some.set()
        await asyncio.wait({self._task}, timeout=FLUSH_S)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        if self._waiting:
            _log.warning("fingerprints were dropped at shutdown", answers=len(self._waiting))
            self.dropped.inc(len(self._waiting))
            self._waiting.clear()
            self._chars = 0
        self._service.metrics.registry.unregister(self.dropped)

    @property
    def waiting(self) -> int:
        """Texts that wait for their fingerprint."""
        return len(self._waiting)

    def answered(self, exchange: Exchange) -> None:
        """A call has been recorded: what its reader got is to be remembered."""
        if self._task is None or not self._service.settings.label_fingerprint_days:
            return
        for text in exchange.answer.delivered():
            if len(text) < LEAST_LETTERS:
                continue
            if len(self._waiting) >= MAX_WAITING or self._chars + len(text) > MAX_WAITING_CHARS:
                self.dropped.inc()
                continue
            self._waiting.append((exchange.id, text))
            self._chars += len(text)
            self._some.set()

    async def _work(self) -> None:
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), GATHER_S)
            self._some.clear()
            while self._waiting:
                await self._take()
            if self._ending.is_set():
                return

    async def _take(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        self._chars -= sum(len(text) for _, text in batch)
        try:
            await asyncio.to_thread(self._service.labelling.remember_answers, batch)
        except BrightlineError as problem:
            self.dropped.inc(len(batch))
            _log.warning("fingerprints could not be kept", answers=len(batch), code=problem.code, problem=problem.message)
        except Exception as problem:
            self.dropped.inc(len(batch))
            _log.error("fingerprints could not be taken", answers=len(batch), error=type(problem).__name__)
