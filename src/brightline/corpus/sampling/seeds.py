"""Seeds of samples: derived so that nobody chooses them, committed to before the corpus is known, published when a sample is closed.

    seed       = HMAC-SHA-256(the installation's sampling key, "brightline-sample", run, kind, population, number)
    commitment = SHA-256(seed), an event in the ledger at the beginning of the run

``number`` counts the samples of one kind from one population of a run, from 1: the seed of a closed sample is public, and whoever knows it
must not know which documents the next one asks about, nor which of them two people look at. Whoever has a published seed learns
neither the key nor any other seed. The first ``COMMITTED`` of each are committed to together; there is no sample after the last.
"""

from __future__ import annotations

import hashlib
import hmac

from brightline.corpus.errors import CorpusError
from brightline.store import CorpusSamples
from brightline.store.engine import Database

__all__ = ["COMMITTED", "POOLS", "commit_seeds", "commitment", "derive_seed"]

POOLS = (("human", "kept"), ("human", "all"), ("technical", "kept"), ("removed", "removed"))
"""Kind and population of every sample that a run may have (``plans.py``)."""
COMMITTED = 16
"""Samples of one kind and population that a run may have (own choice: a first, a larger one, a look by each of several auditors; who wants
more of the same inspection is looking for one that suits)."""

_SHORTEST_KEY_BYTES = (
    16  # NIST SP 800-107, 5.3.2: a key gives no more security than its length; a guessable one lets somebody choose documents
)


def derive_seed(key_hex: str, run: str, kind: str, population: str, number: int = 1) -> bytes:
    """The 32 bytes that order the documents of one sample: the ``number``-th of its kind from a population of a run.

    Raises ``CorpusError`` BL-CORPUS-053 for a key that is no hex or under 16 bytes.
    """
    try:
        key = bytes.fromhex(key_hex)
    except ValueError:
        key = b""
    if len(key) < _SHORTEST_KEY_BYTES:
        raise CorpusError("BL-CORPUS-053", "this is no key to draw with", f"{_SHORTEST_KEY_BYTES} random bytes or more, in hex")
    return hmac.digest(key, f"brightline-sample\0{run}\0{kind}\0{population}\0{number}".encode(), "sha256")


def commitment(seed: bytes) -> str:
    """What is published before: 64 hex characters of SHA-256 over the seed."""
    return hashlib.sha256(seed).hexdigest()


def commit_seeds(database: Database, key_hex: str, run: str, *, by: str, tenant: str = "default") -> None:
    """Write into the ledger by which seeds the samples of a run will be drawn, once for each kind and population.

    Raises ``CorpusError`` BL-CORPUS-053 for no key; ``InputError`` BL-CORPUS-053 for other seeds than before.
    """
    samples = CorpusSamples(database)
    for kind, population in POOLS:
        committed = [commitment(derive_seed(key_hex, run, kind, population, number)) for number in range(1, COMMITTED + 1)]
        samples.commit_seeds(run, kind, population, committed, by=by, tenant=tenant)
