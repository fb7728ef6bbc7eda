"""The tamper-evident log: an RFC 9162 Merkle tree with C2SP checkpoints, proofs and tiles.

Events are first written to a table of pending rows in their own transaction; the ``Sequencer`` gives them their place in
the tree and signs a head. ``verify_log`` checks a whole log, ``verify_tlog_proof`` one entry, ``verify_tiles`` an exported
folder, and ``verify_proof.py`` is the single file that an auditor runs without Brightline.
"""

from __future__ import annotations

from brightline.ledger.commitment import commit, commits_to, new_salt
from brightline.ledger.entry import encode_entry, parse_entry
from brightline.ledger.keys import Signer
from brightline.ledger.note import Checkpoint, VerifierKey, open_checkpoint
from brightline.ledger.proof import Proof, checkpoint_in, verify_tlog_proof
from brightline.ledger.sequencer import Evidence, Head, Sequencer
from brightline.ledger.storage import LedgerStorage, LedgerTx, PendingRow
from brightline.ledger.tiles import export_tiles, verify_tiles
from brightline.ledger.tree import leaf_hash, verify_consistency, verify_inclusion
from brightline.ledger.verify import Problem, Verification, verify_log

__all__ = [
    "Checkpoint",
    "Evidence",
    "Head",
    "LedgerStorage",
    "LedgerTx",
    "PendingRow",
    "Problem",
    "Proof",
    "Sequencer",
    "Signer",
    "Verification",
    "VerifierKey",
    "checkpoint_in",
    "commit",
    "commits_to",
    "encode_entry",
    "export_tiles",
    "leaf_hash",
    "new_salt",
    "open_checkpoint",
    "parse_entry",
    "verify_consistency",
    "verify_inclusion",
    "verify_log",
    "verify_tiles",
    "verify_tlog_proof",
]
