"""The journal: group commit. Many tasks append, one thread writes, one transaction carries all that is waiting.

``append`` returns when its row is on disk, so an answer whose ``append`` returned survives ``kill -9``. While one batch is
being committed the next one gathers by itself; only where the last batch showed that several tasks write at a time does the
thread wait for their company, at most ``wait_ms``. A lone writer never waits.

When a batch fails, a full disk or a lock rejects all of it; a bad record rejects only itself (the others are written again
without it). In every case the journal stays usable.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

from brightline.errors import StoreError
from brightline.store.faults import store_error
from brightline.store.records import Record

__all__ = ["Journal"]

_MOST_RECORDS = 512
_MOST_BYTES = 16 * 1024 * 1024
_NOBODY = 1 << 60
_BLAMES_A_RECORD = ("BL-STORE-006", "BL-STORE-010")


class _Waiting(NamedTuple):
    records: tuple[Record, ...]  # stored together or not at all
    size_bytes: int
    future: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class Journal:
    """Group commit over ``write``; made by ``Store.journal``.

    ``write(records)`` commits them in one transaction or raises; ``after_batch()`` runs in the thread between batches (small
    chores). Use from any number of event loops.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Record]], None],
        *,
        wait_ms: float,
        after_batch: Callable[[], None] = lambda: None,
    ) -> None:
        self._write = write
        self._after_batch = after_batch
        self._wait_s = wait_ms / 1000
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._wake_at = _NOBODY  # the length of the queue at which the thread wants to be woken
        self._in_flight = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the writing thread. Starting twice does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="brightline-journal", daemon=True)
            self._thread.start()

    @property
    def depth(self) -> int:
        """Records that are not on disk yet."""
        return len(self._queue) + self._in_flight

    async def append(self, record: Record) -> None:
        """Write ``record`` and its pending ledger row; returns when they are on disk.

        Raises ``StoreError`` if they are not, and BL-STORE-008 after ``close``. A task that is cancelled while it waits may
        or may not find its record stored.
        """
        await self._enqueue((record,))

    async def append_all(self, records: Sequence[Record]) -> None:
        """The same for several records: all of them are stored, in one transaction, or none."""
        if records:
            await self._enqueue(tuple(records))

    def _enqueue(self, records: tuple[Record, ...]) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        waiting = _Waiting(records, sum(len(record.body) for record in records), future, loop)
        with self._changed:
            if self._closing or self._thread is None:
                raise StoreError("BL-STORE-008", "the journal is not open", "the service is stopping or was not started")
            self._queue.append(waiting)
            if len(self._queue) >= self._wake_at:
                self._changed.notify()
        return future

    def close(self) -> None:
        """Write what is waiting, then stop the thread. Later appends are refused. Blocks; closing twice does nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        company = 1
        batch: list[_Waiting] = []
        try:
            while batch := self._gather(company):
                company = len(batch)
                self._settle(batch, self._commit(batch))
                self._in_flight = 0
                batch = []
                self._after_batch()
        finally:
            # Nothing waits here after an orderly close. Should the thread ever die, nobody may wait for it in vain.
            with self._changed:
                self._closing = True
                left = [*batch, *self._queue]
                self._queue.clear()
            self._settle(left, [StoreError("BL-STORE-008", "the journal's thread ended", "restart the service")] * len(left))

    def _gather(self, company: int) -> list[_Waiting]:
        """The next batch; empty once the journal is closed and drained. ``company``: how many the last batch had."""
        with self._changed:
            self._sleep_until(1, None)
            if company > 1 and self._wait_s:
                self._sleep_until(min(company, _MOST_RECORDS), monotonic() + self._wait_s)
            batch: list[_Waiting] = []
            size_bytes = 0
            while self._queue and len(batch) < _MOST_RECORDS and size_bytes < _MOST_BYTES:
                waiting = self._queue.popleft()
                size_bytes += waiting.size_bytes
                batch.append(waiting)
            self._in_flight = len(batch)
            return batch

    def _sleep_until(self, length: int, deadline: float | None) -> None:
        self._wake_at = length
        while len(self._queue) < length and not self._closing:
            left = None if deadline is None else deadline - monotonic()
            if left is not None and left <= 0:
                break
            self._changed.wait(left)
        self._wake_at = _NOBODY

    def _commit(self, batch: list[_Waiting]) -> list[StoreError | None]:
        """Write a batch; for each that waits, None or why it is not stored."""
        try:
            self._write([record for waiting in batch for record in waiting.records])
        except Exception as problem:  # the thread must live: whatever went wrong belongs to the waiting tasks
            error = store_error(problem)
            if error.code in _BLAMES_A_RECORD and len(batch) > 1:
                return [self._commit([waiting])[0] for waiting in batch]
            return [error] * len(batch)
        return [None] * len(batch)

    def _settle(self, batch: list[_Waiting], errors: list[StoreError | None]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[None], StoreError | None]]] = {}
        for waiting, error in zip(batch, errors, strict=True):
            by_loop.setdefault(waiting.loop, []).append((waiting.future, error))
        for loop, results in by_loop.items():
            try:
                loop.call_soon_threadsafe(_resolve, results)
            except RuntimeError:
                continue  # that loop is closed: nobody waits any more


def _resolve(results: list[tuple[asyncio.Future[None], StoreError | None]]) -> None:
    for future, error in results:
        if future.done():  # its task was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            # One exception each: raising the same object in several tasks would mix their tracebacks.
            future.set_exception(StoreError(error.code, error.message, error.hint))
