"""How far a stage is: counts, bytes, rate and the time that is left, told at least once a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Meter", "Progress"]

_TOLD_EVERY_S = 1.0
_RATE_OVER_S = 30.0  # own choice: long enough to smooth shards of a few seconds, short enough to show that a run slows down


@dataclass(frozen=True, slots=True)
class Progress:
    """Of shards: ``done`` (kept from an earlier run: ``skipped``, which counts as done), ``total``, ``quarantined``, ``running``. Of
    bytes as they lie in the input: ``bytes_done``, ``bytes_total``. ``rate``: bytes a second of late, ``eta_s``: seconds left, ``None``
    until something is known. ``documents`` and ``rejected``: rows that were read, and that could not be.
    """

    stage: str
    done: int
    total: int
    bytes_done: int
    bytes_total: int
    rate: float
    eta_s: float | None
    quarantined: int
    rejected: int
    skipped: int
    running: int
    documents: int
    elapsed_s: float


class Meter:
    """Counts, and tells whoever listens."""

    def __init__(self, stage: str, total: int, bytes_total: int, tell: Callable[[Progress], None]) -> None:
        self._stage = stage
        self._total = total
        self._bytes_total = bytes_total
        self._tell = tell
        self._began = self._told = time.monotonic()
        self._recent: deque[tuple[float, int]] = deque([(self._began, 0)])
        self._worked = 0  # bytes that were worked on in this run, not taken over
        self.done = self.skipped = self.quarantined = self.rejected = self.documents = self.bytes_done = self.running = 0

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    @property
    def worked_bytes(self) -> int:
        """Bytes that this call worked on."""
        return self._worked

    def count(self, size_bytes: int, *, worked: bool) -> None:
        """A shard is done with, whatever came of it."""
        self.bytes_done += size_bytes
        if worked:
            self._worked += size_bytes

    def tell(self, *, now: bool = False) -> None:
        """Tell, where a second has passed since the last time."""
        at = time.monotonic()
        if not now and at - self._told < _TOLD_EVERY_S:
            return
        self._told = at
        self._recent.append((at, self._worked))
        while len(self._recent) > 2 and at - self._recent[0][0] > _RATE_OVER_S:
            self._recent.popleft()
        since, before = self._recent[0]
        rate = (self._worked - before) / (at - since) if at > since else 0.0
        left = self._bytes_total - self.bytes_done
        self._tell(
            Progress(
                self._stage, self.done, self._total, self.bytes_done, self._bytes_total, rate, left / rate if rate > 0 else None,
                self.quarantined, self.rejected, self.skipped, self.running, self.documents, at - self._began,
            )
        )  # fmt: skip
