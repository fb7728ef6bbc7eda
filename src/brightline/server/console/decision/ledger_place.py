"""Where a decision stands in the ledger: its entry, the path from there to the signed head, and the head itself.

All of it may be seen by everybody who may see the decision: an entry holds a salted commitment and no text. The decision's
text and the salt are in the proof bundle only, which is given to those who may read texts.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from brightline.errors import LedgerError
from brightline.ledger import Proof, leaf_hash, open_checkpoint, parse_entry
from brightline.ledger.tree import inclusion_proof
from brightline.model import LedgerEntry
from brightline.service import Service
from brightline.store import StoredDecision

__all__ = ["LedgerPlace", "Sibling", "ledger_place"]


class Sibling(NamedTuple):
    """One hash of the path, in hex, and on which side of the hash so far it stands."""

    hash: str
    side: Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """``pending`` has no entry yet; ``sealed`` is under a signed head; ``damaged`` says in ``problem`` what the log lacks.

    ``altered``: what is stored today is not what was recorded.
    """

    state: Literal["pending", "sealed", "damaged"]
    vkeys: tuple[str, ...]
    origin: str
    seq: int | None = None
    entry: LedgerEntry | None = None
    entry_bytes: bytes = b""
    leaf: str = ""
    path: tuple[Sibling, ...] = ()
    size: int = 0
    root: str = ""
    head: str = ""
    proof: str = ""
    erasure: LedgerEntry | None = None
    problem: LedgerError | None = None
    altered: bool = False

    @property
    def entry_base64(self) -> str:
        """The entry as it stands in a proof bundle."""
        return base64.b64encode(self.entry_bytes).decode()


def ledger_place(service: Service, stored: StoredDecision) -> LedgerPlace:
    """The place of a stored decision in the log, read in one transaction. Raises ``StoreError``."""
    signer = service.signer
    vkeys = tuple(str(key) for key in signer.verifiers)
    if stored.seq is None:
        return LedgerPlace("pending", vkeys, signer.origin)
    try:
        return replace(_sealed(service, stored, stored.seq, vkeys), altered=service.is_as_recorded(stored) is False)
    except LedgerError as problem:
        return LedgerPlace("damaged", vkeys, signer.origin, stored.seq, problem=problem)


def _sealed(service: Service, stored: StoredDecision, seq: int, vkeys: tuple[str, ...]) -> LedgerPlace:
    signer = service.signer
    with service.store.ledger.reading() as ledger:
        note = ledger.checkpoint() or ""
        head = open_checkpoint(note, signer.verifiers, signer.origin)
        if seq >= head.size:
            return LedgerPlace("pending", vkeys, signer.origin)
        hashes = inclusion_proof(seq, head.size, ledger.node)
        raw = _entry_at(ledger.entries(seq, seq + 1), seq)
        last = ledger.seq_of(stored.decision.id)
        erasure = None
        if stored.erased_at is not None and last is not None and seq < last < head.size:
            erasure = parse_entry(_entry_at(ledger.entries(last, last + 1), last))
    return LedgerPlace(
        state="sealed",
        vkeys=vkeys,
        origin=signer.origin,
        seq=seq,
        entry=parse_entry(raw),
        entry_bytes=raw,
        leaf=leaf_hash(raw).hex(),
        path=tuple(_with_sides(hashes, seq, head.size)),
        size=head.size,
        root=head.root.hex(),
        head=note,
        proof=Proof(seq, tuple(hashes), note).text(),
        erasure=erasure,
    )


def _entry_at(found: Iterable[tuple[int, bytes]], seq: int) -> bytes:
    for _, raw in found:
        return raw
    raise LedgerError("BL-LEDGER-011", f"the log's database lacks entry {seq}", "run `brightline ledger verify`")


def _with_sides(hashes: Sequence[bytes], index: int, size: int) -> list[Sibling]:
    """RFC 9162, 2.1.3.2, without the hashing: on which side each hash of the path stands."""
    path = []
    node, last = index, size - 1
    for sibling in hashes:
        if node & 1 or node == last:
            path.append(Sibling(sibling.hex(), "left"))
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            path.append(Sibling(sibling.hex(), "right"))
        node, last = node >> 1, last >> 1
    return path
