"""What the log needs of a database, as Protocols; ``brightline.store`` satisfies them structurally.

Writing happens inside ``with storage.exclusive() as transaction:``, which at most one process holds at a time: a normal
exit commits, an exception rolls back. Proofs, verification and export read. Entries and nodes are only ever added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

__all__ = ["LedgerStorage", "LedgerTx", "NodeRanges", "PendingRow", "nodes_between"]


class PendingRow(Protocol):
    """An event that has no place in the tree yet: ``commitment`` in hex, ``ts`` in UTC microseconds."""

    @property
    def id(self) -> int: ...
    @property
    def ts(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def commitment(self) -> str: ...


class LedgerTx(Protocol):
    """One transaction."""

    def pending(self, limit: int) -> Sequence[PendingRow]:
        """Up to ``limit`` rows that wait for sequencing, oldest first."""

    def size(self) -> int:
        """How many entries the log has."""

    def append(
        self, entries: Sequence[tuple[int, str, bytes, bytes]], nodes: Sequence[tuple[int, int, bytes]], done: Sequence[int]
    ) -> None:
        """Add entries ``(seq, subject, bytes, leaf hash)`` and nodes ``(level >= 1, index, hash)``; delete the pending ids ``done``."""

    def node(self, level: int, index: int) -> bytes | None:
        """The hash of a complete subtree; level 0 is the leaf hash."""

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """``(seq, bytes)`` with ``start <= seq < stop``, ascending."""

    def seq_of(self, subject: str) -> int | None:
        """The latest entry about ``subject``."""

    def save_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed head."""

    def checkpoint(self) -> str | None:
        """The latest signed head."""


class LedgerStorage(Protocol):
    """A database that can hold the log."""

    def exclusive(self) -> AbstractContextManager[LedgerTx]:
        """A transaction that no other process can hold at the same time."""

    def reading(self) -> AbstractContextManager[LedgerTx]:
        """One consistent view, in which nothing is written and for which nobody waits."""


@runtime_checkable
class NodeRanges(Protocol):
    """Optional: a transaction that can read many nodes at once, which makes full verification fast."""

    def nodes(self, level: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """``(index, hash)`` of the stored subtrees of a level with ``start <= index < stop``, ascending."""


def nodes_between(transaction: LedgerTx, level: int, start: int, stop: int) -> dict[int, bytes]:
    """The stored subtrees of a level with ``start <= index < stop``, by index; missing ones are left out."""
    if isinstance(transaction, NodeRanges):
        return dict(transaction.nodes(level, start, stop))
    found = ((index, transaction.node(level, index)) for index in range(start, stop))
    return {index: digest for index, digest in found if digest is not None}
