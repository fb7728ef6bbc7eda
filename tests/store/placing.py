"""Giving what is pending its place in the ledger, for the store's tests: the tree and the signatures are the ledger's business."""

from __future__ import annotations

from brightline.ledger.entry import encode_entry
from brightline.model import LedgerEntry
from brightline.store import Store


def place(store: Store) -> None:
    """Append an entry for every pending event."""
    with store.ledger.exclusive() as ledger:
        rows, size = ledger.pending(10_000), ledger.size()
        entries = [
            (seq, row.subject, encode_entry(LedgerEntry(seq, row.ts, row.kind, row.tenant, row.actor, row.subject, row.commitment)), b"")
            for seq, row in enumerate(rows, size)
        ]
        ledger.append(entries, [], [row.id for row in rows])
