"""The sequencer: gives pending events their place in the tree and signs one checkpoint a batch.

A log must never sign two heads that are not consistent (tlog-checkpoint, "Signatures"). So before each signature the
stored tree is held against the last signed head, which is kept outside the database (``head_file.py``) and in memory:
a database that was rolled back, edited or swapped is refused, and sequencing halts until it is repaired. Pending events
are not lost by that; they wait.

Order of a round: entries, nodes and checkpoint are committed in one transaction, then the head file moves. A crash in
between leaves a head file older than the database and consistent with it; the next round moves it. When the key was
changed, the next round signs the latest head again with the new one.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from brightline.errors import LedgerError
from brightline.ledger.entry import encode_entry, parse_entry
from brightline.ledger.head_file import HeadFile
from brightline.ledger.keys import Signer
from brightline.ledger.note import Checkpoint, open_checkpoint, open_note
from brightline.ledger.proof import Proof
from brightline.ledger.storage import LedgerStorage, LedgerTx, PendingRow
from brightline.ledger.tree import EMPTY_ROOT, Frontier, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion
from brightline.model import LedgerEntry

__all__ = ["Evidence", "Head", "Sequencer"]

_BATCH = 1_000  # one transaction keeps SQLite's other writers waiting: about 40 ms for so many (benchmarks/ledger.py)


class Head(NamedTuple):
    """A signed head: tree size, root hash, and the checkpoint as a signed note."""

    size: int
    root: bytes
    note: str


class Evidence(NamedTuple):
    """An entry's bytes and the proof file that shows it in the log."""

    entry: bytes
    proof: str


class Sequencer:
    """Writes one log. Safe to call from several threads and, through the storage's lock, from several processes."""

    def __init__(self, storage: LedgerStorage, signer: Signer, head_file: Path, batch: int = _BATCH) -> None:
        self.storage = storage
        self.signer = signer
        self.head_file = HeadFile(head_file, signer.verifiers)
        self._batch = batch
        self._signed: Checkpoint | None = None  # the newest head that this process signed or saw
        self._lock = threading.Lock()

    def round(self) -> Head | None:
        """Sequence one batch; the new head, or None if there was nothing to do.

        Raises ``LedgerError`` if the database does not fit the last signed head: BL-LEDGER-008 (head file lost), -009
        (rolled back), -010 (history changed), -011 (hashes missing), -017 (head file unusable). Nothing is signed then.
        """
        with self._lock:
            with self.storage.exclusive() as transaction:
                head = self._next_head(transaction)
            if head is not None:
                self._signed = Checkpoint(self.signer.origin, head.size, head.root)
                self.head_file.advance(head.size, head.note)
            return head

    def drain(self) -> Head | None:
        """Rounds until nothing is pending; the last head, or None if there was nothing to do."""
        last = None
        while (head := self.round()) is not None:
            last = head
        return last

    def head(self) -> Head | None:
        """The latest signed head in the database, its signature checked; None before the first round."""
        with self.storage.reading() as transaction:
            return self._stored_head(transaction)

    def prove(self, subject: str) -> str:
        """The proof file (tlog-proof@v1) for the latest entry about ``subject``; errors as ``evidence``."""
        return self.evidence(subject).proof

    def evidence(self, subject: str) -> Evidence:
        """The latest entry about ``subject`` and its proof against the latest checkpoint.

        Raises ``LedgerError`` BL-LEDGER-012 if it is not in the log (yet); -005 or -011 if the database is damaged, so
        that a proof which does not verify is never handed out.
        """
        with self.storage.reading() as transaction:
            head = self._stored_head(transaction)
            seq = transaction.seq_of(subject)
            if seq is None or head is None or seq >= head.size:
                raise LedgerError(
                    "BL-LEDGER-012", f"{subject} is not in the signed log", "a decision is sequenced within seconds: try again shortly"
                )
            entry = next((raw for _, raw in transaction.entries(seq, seq + 1)), b"")
            hashes = inclusion_proof(seq, head.size, transaction.node)
        verify_inclusion(leaf_hash(entry), seq, head.size, hashes, head.root)
        if parse_entry(entry).subject != subject:
            raise LedgerError("BL-LEDGER-010", f"entry {seq} is not about {subject}", "run `brightline ledger verify`")
        return Evidence(entry, Proof(seq, tuple(hashes), head.note).text())

    def bundle(self, subject: str, payload: bytes, salt: bytes) -> bytes:
        """The proof bundle (``brightline-proof/1``) for the person whom a decision concerns, and for auditors.

        ``payload`` is the decision document's canonical bytes. Errors as ``evidence``.
        """
        evidence = self.evidence(subject)
        document = {
            "format": "brightline-proof/1",
            "decision": json.loads(payload),
            "salt": salt.hex(),
            "entry": base64.b64encode(evidence.entry).decode(),
            "proof": evidence.proof,
            "vkey": self.signer.vkey,
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"

    def _next_head(self, transaction: LedgerTx) -> Head | None:
        size, rows = transaction.size(), transaction.pending(self._batch)
        kept, stored = self._kept_head(size), self._stored_head(transaction)
        if not rows and (stored is None or self._is_up_to_date(stored, kept, size)):
            return None
        frontier = Frontier.load(size, transaction.node)
        for head in (kept, self._signed):
            if head is not None:
                _require_consistent(head, frontier, transaction)
        _require_signed(stored, frontier)
        if not rows and stored is not None and self._signed_by_current_key(stored):
            return stored  # committed before a crash: only the head file has to follow
        _append(transaction, frontier, rows)
        checkpoint = Checkpoint(self.signer.origin, frontier.size, frontier.root())
        note = self.signer.sign(checkpoint)
        transaction.save_checkpoint(checkpoint.size, note)
        return Head(checkpoint.size, checkpoint.root, note)

    def _is_up_to_date(self, stored: Head, kept: Checkpoint, size: int) -> bool:
        return size == stored.size == kept.size and stored.root == kept.root and self._signed_by_current_key(stored)

    def _signed_by_current_key(self, head: Head) -> bool:
        try:
            open_note(head.note, self.signer.verifiers[:1])
        except LedgerError:
            return False
        return True

    def _kept_head(self, size: int) -> Checkpoint:
        kept = self.head_file.read()
        if kept is None:
            if size or self._signed is not None:
                raise LedgerError(
                    "BL-LEDGER-008",
                    f"the file with the last signed head ({self.head_file.path}) is gone, but the log has {size} entries",
                    "restore it from a backup, or put any checkpoint of this log in its place that was kept elsewhere",
                )
            # A head file exists before the first entry is committed, so that a missing one always means a loss.
            kept = Checkpoint(self.signer.origin, 0, Frontier().root())
            self.head_file.advance(0, self.signer.sign(kept))
        return kept

    def _stored_head(self, transaction: LedgerTx) -> Head | None:
        note = transaction.checkpoint()
        if note is None:
            return None
        checkpoint = open_checkpoint(note, self.signer.verifiers)
        return Head(checkpoint.size, checkpoint.root, note)


def _require_consistent(head: Checkpoint, frontier: Frontier, transaction: LedgerTx) -> None:
    if head.size > frontier.size:
        raise LedgerError(
            "BL-LEDGER-009",
            f"the database was rolled back: it has {frontier.size} entries, but a head over {head.size} was signed",
            "restore the newest database; nothing is sequenced or signed until then, and pending events wait",
        )
    try:
        proof = consistency_proof(head.size, frontier.size, transaction.node)
        verify_consistency(head.size, frontier.size, head.root, frontier.root(), proof)
    except LedgerError as problem:
        raise LedgerError(
            "BL-LEDGER-010" if problem.code == "BL-LEDGER-006" else problem.code,
            f"the database does not continue the head over {head.size} entries that was signed last: {problem.message}",
            "run `brightline ledger verify` and restore a database that verifies; nothing is sequenced or signed until then",
        ) from None


def _require_signed(stored: Head | None, frontier: Frontier) -> None:
    # Entries and their head are committed together, so entries without a head were not put there by a sequencer.
    size, root = (0, EMPTY_ROOT) if stored is None else (stored.size, stored.root)
    if (size, root) != (frontier.size, frontier.root()):
        raise LedgerError(
            "BL-LEDGER-010",
            f"the database has {frontier.size} entries, but its own signed head is over {size}, or over others",
            "run `brightline ledger verify` and restore a database that verifies; nothing is sequenced or signed until then",
        )


def _append(transaction: LedgerTx, frontier: Frontier, rows: Sequence[PendingRow]) -> None:
    entries: list[tuple[int, str, bytes, bytes]] = []
    nodes: list[tuple[int, int, bytes]] = []
    for row in rows:
        seq = frontier.size
        raw = encode_entry(LedgerEntry(seq, row.ts, row.kind, row.tenant, row.actor, row.subject, row.commitment))
        leaf = leaf_hash(raw)
        frontier.append(leaf, nodes)
        entries.append((seq, row.subject, raw, leaf))
    if entries:
        transaction.append(entries, nodes, [row.id for row in rows])
