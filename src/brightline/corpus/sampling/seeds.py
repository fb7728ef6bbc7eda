"""Seeds of samples: derived so that nobody chooses them, committed to before the corpus is known, published when a sample is closed.

    seed       = HMAC-SHA-256(the installation's sampling key, "brightline-sample", run, kind)
    commitment = SHA-256(seed), an event in the ledger at the beginning of the run

Whoever has a published seed learns neither the key nor the seed of another run. A larger sample of the same run is drawn with the same
seed, so it holds the smaller one.
"""

from __future__ import annotations

import hashlib
import hmac

from brightline.corpus.errors import CorpusError
from brightline.store import CorpusSamples
from brightline.store.engine import Database

__all__ = ["commit_seed", "commitment", "derive_seed"]

_SHORTEST_KEY_BYTES = (
    16  # NIST SP 800-107, 5.3.2: a key gives no more security than its length; a guessable one lets somebody choose documents
)


def derive_seed(key_hex: str, run: str, kind: str) -> bytes:
    """The 32 bytes that order the documents of the samples of one kind from one run.

    Raises ``CorpusError`` BL-CORPUS-053 for a key that is no hex or under 16 bytes.
    """
    try:
        key = bytes.fromhex(key_hex)
    except ValueError:
        key = b""
    if len(key) < _SHORTEST_KEY_BYTES:
        raise CorpusError("BL-CORPUS-053", "this is no key to draw with", f"{_SHORTEST_KEY_BYTES} random bytes or more, in hex")
    return hmac.digest(key, f"brightline-sample\0{run}\0{kind}".encode(), "sha256")


def commitment(seed: bytes) -> str:
    """What is published before: 64 hex characters of SHA-256 over the seed."""
    return hashlib.sha256(seed).hexdigest()


def commit_seed(database: Database, run: str, kind: str, committed: str, *, by: str, tenant: str = "default") -> None:
    """Write a commitment into the ledger, once for each run and kind. Raises ``InputError`` BL-CORPUS-053 for another one than before."""
    CorpusSamples(database).commit_seed(run, kind, committed, by=by, tenant=tenant)
