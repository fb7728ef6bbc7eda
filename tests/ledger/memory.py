"""A ledger storage in memory: the Protocol of ``brightline.ledger.storage`` in its simplest form, with handles to tamper with it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from brightline.ledger import commit, new_salt


class Pending(NamedTuple):
    id: int
    ts: int
    kind: str
    tenant: str
    actor: str
    subject: str
    commitment: str


class MemoryLedger:
    """Rows as they would stand in a database. A transaction applies its writes at the end, or not at all."""

    def __init__(self) -> None:
        self.waiting: list[Pending] = []
        self.rows: list[tuple[int, str, bytes, bytes]] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.checkpoints: dict[int, str] = {}
        self.payloads: dict[str, tuple[bytes, bytes]] = {}  # subject → (salt, payload)
        self.fails_to_commit = False
        self._lock = threading.Lock()
        self._next_id = 1

    def submit(self, count: int = 1, kind: str = "decision") -> list[str]:
        """Add ``count`` events; their subjects."""
        subjects = []
        for _ in range(count):
            number = self._next_id
            self._next_id += 1
            subject, payload, salt = f"decision-{number}", f'{{"id":"decision-{number}"}}'.encode(), new_salt()
            self.payloads[subject] = (salt, payload)
            self.waiting.append(Pending(number, 1_700_000_000_000_000 + number, kind, "default", "key-1", subject, commit(salt, payload)))
            subjects.append(subject)
        return subjects

    def snapshot(self) -> MemoryLedger:
        """A backup of the database."""
        twin = MemoryLedger()
        for name in ("waiting", "rows", "nodes", "checkpoints", "payloads", "_next_id"):
            setattr(twin, name, copy.copy(getattr(self, name)))
        return twin

    @contextmanager
    def exclusive(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            transaction = MemoryTransaction(self)
            yield transaction
            if self.fails_to_commit:
                raise OSError("disk full")
            transaction.apply()

    @contextmanager
    def reading(self) -> Iterator[MemoryTransaction]:
        yield MemoryTransaction(self)


class MemoryTransaction:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._entries: Sequence[tuple[int, str, bytes, bytes]] = ()
        self._nodes: Sequence[tuple[int, int, bytes]] = ()
        self._done: set[int] = set()
        self._checkpoints: dict[int, str] = {}

    def apply(self) -> None:
        self._ledger.rows.extend(self._entries)
        self._ledger.nodes.update({(level, index): digest for level, index, digest in self._nodes})
        self._ledger.waiting = [row for row in self._ledger.waiting if row.id not in self._done]
        self._ledger.checkpoints.update(self._checkpoints)

    def pending(self, limit: int) -> list[Pending]:
        return self._ledger.waiting[:limit]

    def size(self) -> int:
        return self._ledger.rows[-1][0] + 1 if self._ledger.rows else 0

    def append(
        self, entries: Sequence[tuple[int, str, bytes, bytes]], nodes: Sequence[tuple[int, int, bytes]], done: Sequence[int]
    ) -> None:
        self._entries, self._nodes, self._done = entries, nodes, set(done)

    def node(self, level: int, index: int) -> bytes | None:
        if level:
            return self._ledger.nodes.get((level, index))
        return next((leaf for seq, _, _, leaf in self._ledger.rows[max(index - 2, 0) : index + 2] if seq == index), None)

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        return ((seq, raw) for seq, _, raw, _ in self._ledger.rows[max(start - 2, 0) : stop + 2] if start <= seq < stop)

    def seq_of(self, subject: str) -> int | None:
        return next((seq for seq, name, _, _ in reversed(self._ledger.rows) if name == subject), None)

    def save_checkpoint(self, size: int, note: str) -> None:
        self._checkpoints[size] = note

    def checkpoint(self) -> str | None:
        return self._ledger.checkpoints[max(self._ledger.checkpoints)] if self._ledger.checkpoints else None
