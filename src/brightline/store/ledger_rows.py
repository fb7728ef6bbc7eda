"""The ledger's rows: what the sequencer reads and writes, inside one transaction that only one sequencer can be in.

Satisfies the ``LedgerStorage`` protocol of ``brightline.ledger`` by its shape; neither room imports the other. PostgreSQL:
``pg_advisory_xact_lock``; SQLite: ``BEGIN IMMEDIATE``, which no second writer passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, text

from brightline.store.bulk import Addition, insert_rows
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.tables import ledger_checkpoints, ledger_entries, ledger_nodes, ledger_pending

__all__ = ["LedgerRows", "LedgerTransaction", "PendingEvent"]

_SEQUENCER_LOCK = 0x6272_6C73  # "brls"


class PendingEvent(NamedTuple):
    """An event that waits for its place in the tree. ``commitment`` is hex; ``ts`` UTC microseconds."""

    id: int
    ts: int
    kind: str
    tenant: str
    actor: str
    subject: str
    commitment: str


class LedgerRows:
    """The ledger's tables of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def exclusive(self) -> Iterator[LedgerTransaction]:
        """A transaction as the only sequencer: committed at the end, rolled back if the block raises. Others wait."""
        with self._database.writing() as connection:
            if not self._database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SEQUENCER_LOCK})
            yield LedgerTransaction(connection)

    @contextmanager
    def reading(self) -> Iterator[LedgerTransaction]:
        """One consistent view for proofs, verification and export; keeps no writer waiting. Its writing methods must not be used."""
        with self._database.reading() as connection:
            if not self._database.is_sqlite:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield LedgerTransaction(connection)

    def waiting(self) -> tuple[int, int | None]:
        """How many events are pending, and the time of the oldest (UTC microseconds): the lag to alarm on."""
        with self._database.reading() as connection:
            number, oldest = connection.execute(select(func.count(), func.min(ledger_pending.c.ts)).select_from(ledger_pending)).one()
        return int(number), oldest


class LedgerTransaction:
    """What can be done with the ledger's tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pending(self, limit: int) -> list[Any]:
        """Up to ``limit`` ``PendingEvent`` without a place, oldest first (typed loosely: the ledger's protocol names its own twin)."""
        found = self._connection.execute(_PENDING, {"limit": limit})
        return [PendingEvent(*row) for row in found]

    def size(self) -> int:
        """Number of entries in the log."""
        last = self._connection.execute(_LAST).scalar()
        return 0 if last is None else int(last) + 1

    def append(
        self, entries: Sequence[tuple[int, str, bytes, bytes]], nodes: Sequence[tuple[int, int, bytes]], done: Sequence[int]
    ) -> None:
        """Add ``(seq, subject, entry, leaf hash)`` and ``(level >= 1, index, hash)``; take the events ``done`` off the waiting list."""
        insert_rows(self._connection, Addition(ledger_entries, entries, ("seq", "subject", "entry", "leaf_hash")))
        insert_rows(self._connection, Addition(ledger_nodes, nodes, ("level", "position", "hash")))
        for start in range(0, len(done), _IDS_AT_ONCE):
            self._connection.execute(_DONE, {"ids": list(done[start : start + _IDS_AT_ONCE])})

    def node(self, level: int, index: int) -> bytes | None:
        """Hash of a complete subtree; level 0 is a leaf hash. None where there is no such node (yet)."""
        if level == 0:
            found = self._connection.execute(_LEAF, {"seq": index}).scalar()
        else:
            found = self._connection.execute(_NODE, {"level": level, "position": index}).scalar()
        return None if found is None else _blob(found)

    def nodes(self, level: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """``(index, hash)`` of the stored subtrees of a level, from ``start`` to before ``stop``, ascending."""
        query = _LEAVES if level == 0 else _NODES
        for index, digest in self._connection.execute(
            query, {"level": level, "low": start, "high": stop} if level else {"low": start, "high": stop}
        ):
            yield int(index), _blob(digest)

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """``(seq, entry)`` from ``start`` to before ``stop``, ascending, read a thousand at a time."""
        while found := self._connection.execute(_ENTRIES, {"low": start, "high": stop, "limit": _ENTRIES_AT_ONCE}).all():
            for seq, entry in found:
                yield int(seq), _blob(entry)
            start = found[-1].seq + 1

    def seq_of(self, subject: str) -> int | None:
        """Place of the latest entry about ``subject``."""
        found = self._connection.execute(_SEQ_OF, {"subject": subject}).scalar()
        return None if found is None else int(found)

    def save_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed head; a second one for the same size replaces the first (a new key signs the same tree)."""
        self._connection.execute(delete(ledger_checkpoints).where(ledger_checkpoints.c.size == size))
        self._connection.execute(ledger_checkpoints.insert(), {"size": size, "saved_at": now_us(), "note": note})

    def checkpoint(self) -> str | None:
        """The signed head of the largest tree."""
        found = self._connection.execute(_CHECKPOINT).scalar()
        return None if found is None else str(found)


def _blob(found: Any) -> bytes:
    """The bytes of a column. SQLite keeps what it is given: text that somebody wrote over them counts as no bytes, which never verify."""
    return b"" if isinstance(found, str) else bytes(found)


_IDS_AT_ONCE = 500
_ENTRIES_AT_ONCE = 1000
_PENDING = select(
    ledger_pending.c.id,
    ledger_pending.c.ts,
    ledger_pending.c.kind,
    ledger_pending.c.tenant,
    ledger_pending.c.actor,
    ledger_pending.c.subject,
    ledger_pending.c.commitment,
)
_PENDING = _PENDING.order_by(ledger_pending.c.id).limit(bindparam("limit"))
_LAST = select(func.max(ledger_entries.c.seq))
_DONE = delete(ledger_pending).where(ledger_pending.c.id.in_(bindparam("ids", expanding=True)))
_LEAF = select(ledger_entries.c.leaf_hash).where(ledger_entries.c.seq == bindparam("seq"))
_NODE = select(ledger_nodes.c.hash).where(ledger_nodes.c.level == bindparam("level"), ledger_nodes.c.position == bindparam("position"))
_LEAVES = (
    select(ledger_entries.c.seq, ledger_entries.c.leaf_hash)
    .where(ledger_entries.c.seq >= bindparam("low"), ledger_entries.c.seq < bindparam("high"))
    .order_by(ledger_entries.c.seq)
)
_NODES = (
    select(ledger_nodes.c.position, ledger_nodes.c.hash)
    .where(
        ledger_nodes.c.level == bindparam("level"), ledger_nodes.c.position >= bindparam("low"), ledger_nodes.c.position < bindparam("high")
    )
    .order_by(ledger_nodes.c.position)
)
_ENTRIES = (
    select(ledger_entries.c.seq, ledger_entries.c.entry)
    .where(ledger_entries.c.seq >= bindparam("low"), ledger_entries.c.seq < bindparam("high"))
    .order_by(ledger_entries.c.seq)
    .limit(bindparam("limit"))
)
_SEQ_OF = (
    select(ledger_entries.c.seq).where(ledger_entries.c.subject == bindparam("subject")).order_by(ledger_entries.c.seq.desc()).limit(1)
)
_CHECKPOINT = select(ledger_checkpoints.c.note).order_by(ledger_checkpoints.c.size.desc()).limit(1)
