"""Proof files: C2SP tlog-proof@v1 (c2sp.org/tlog-proof), self-contained and verifiable offline.

First line ``c2sp.org/tlog-proof@v1``, then an optional ``extra`` line, ``index`` with the entry's number, the inclusion
proof as one base64 hash a line from the leaf's sibling upwards, an empty line, and the checkpoint verbatim. The extra
data is not authenticated and never used here; it is kept so that a file survives reading and writing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from brightline.errors import LedgerError
from brightline.ledger.note import Checkpoint, VerifierKey, decode_base64, decode_size, open_checkpoint
from brightline.ledger.tree import HASH_BYTES, leaf_hash, verify_inclusion

__all__ = ["Proof", "checkpoint_in", "verify_tlog_proof"]

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_HASHES = 63  # a tree has fewer than 2**63 entries


@dataclass(frozen=True, slots=True)
class Proof:
    """That entry ``index`` is in the tree of a checkpoint: the sibling hashes, and the checkpoint as a signed note."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def text(self) -> str:
        """The proof file."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(each).decode() for each in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Read a proof file. Raises ``LedgerError`` BL-LEDGER-004; the checkpoint is not opened yet."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines[0] != _HEADER:
            raise _bad_proof(f"it does not begin with {_HEADER}, or has no checkpoint")
        try:
            extra = decode_base64(lines.pop(1).removeprefix("extra ")) if len(lines) > 1 and lines[1].startswith("extra ") else None
            if len(lines) < 2 or not lines[1].startswith("index "):
                raise ValueError("the index line is missing")
            index = decode_size(lines[1].removeprefix("index "))
            hashes = tuple(decode_base64(line) for line in lines[2:])
        except ValueError as problem:
            raise _bad_proof(str(problem)) from None
        if len(hashes) > _MAX_HASHES or any(len(each) != HASH_BYTES for each in hashes):
            raise _bad_proof(f"it has too many hashes, or one that is not {HASH_BYTES} bytes long")
        return cls(index, hashes, checkpoint, extra)


def verify_tlog_proof(proof: str, entry: bytes, keys: Sequence[VerifierKey], origin: str | None = None) -> Checkpoint:
    """The checkpoint in which a proof file shows ``entry`` to be included.

    Raises ``LedgerError``: BL-LEDGER-004 (not a proof file), -001 to -003 (checkpoint), -005 (not included).
    """
    parsed = Proof.parse(proof)
    checkpoint = open_checkpoint(parsed.checkpoint, keys, origin)
    verify_inclusion(leaf_hash(entry), parsed.index, checkpoint.size, parsed.hashes, checkpoint.root)
    return checkpoint


def _bad_proof(why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-004", f"not a proof file: {why}", "see c2sp.org/tlog-proof for the format")


def checkpoint_in(text: str) -> str:
    """The checkpoint (a signed note, not opened) in something that somebody kept: itself, a proof file or a proof bundle.

    Raises ``LedgerError`` BL-LEDGER-004 if a proof is damaged.
    """
    if text.lstrip().startswith("{"):
        try:
            text = json.loads(text)["proof"]
        except (ValueError, KeyError, RecursionError):
            raise _bad_proof("it is JSON, but not a proof bundle") from None
        if not isinstance(text, str):
            raise _bad_proof("it is JSON, but not a proof bundle")
    return Proof.parse(text).checkpoint if text.startswith(_HEADER) else text
