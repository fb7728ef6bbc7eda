"""The secret of an installation from which every key of its corpora is derived: evidence hashes, pseudonyms, seeds of samples.

One file, made on first use, mode 0600. Each purpose gets a key of its own by HKDF-Expand with HMAC-SHA-256 (RFC 5869, 2.3), so that
what is published of one tells nothing of the others. The file belongs into the backup of the home: a
finding of an earlier run is not recognised again under another key, and pseudonyms come out otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from brightline.config import Settings
from brightline.corpus.errors import CorpusError
from brightline.ledger.durable import create_file

__all__ = ["CorpusKey"]

_FILE = "corpus.key"
_SECRET_BYTES = 32
"""256 bits, more than twice what is asked of such keys (NIST SP 800-131A rev. 2: 112 bits at least)."""


class CorpusKey:
    """The keys of one installation, one for each purpose. None of them leaves it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, settings: Settings) -> CorpusKey:
        """The installation's key, made on first use. Raises ``CorpusError`` BL-CORPUS-090 for a file that cannot be made or used."""
        path = settings.home / "keys" / _FILE
        try:
            if not path.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                create_file(path, secrets.token_hex(_SECRET_BYTES), mode=0o600)  # not where another was faster: its key counts then
            if path.stat().st_mode & 0o077:
                raise _unusable(path, "others can read it", f"chmod 600 {path}")
            found = bytes.fromhex(path.read_text("ascii"))
        except OSError as problem:
            raise _unusable(path, problem.strerror or str(problem)) from None
        except ValueError:
            found = b""
        if len(found) != _SECRET_BYTES:
            raise _unusable(path, f"it does not hold {_SECRET_BYTES} bytes in hexadecimal digits")
        return cls(found)

    @property
    def evidence(self) -> str:
        """64 hex characters: the key of evidence hashes. Without it a hash of a telephone number cannot be guessed from all numbers."""
        return self._derived("evidence").hex()

    @property
    def pseudonyms(self) -> str:
        """64 hex characters: the key of pseudonyms, so that the same value gets the same one in every run of this installation."""
        return self._derived("pseudonyms").hex()

    @property
    def sampling(self) -> str:
        """64 hex characters: the key of which ``sampling.derive_seed`` makes one seed for each sample of each run.

        So nobody can draw again until a sample suits, and a seed that was published tells nothing of the next.
        """
        return self._derived("sampling").hex()

    def _derived(self, purpose: str) -> bytes:
        # One block of output is as long as the key that is needed: T(1) = HMAC(PRK, info | 0x01).
        return hmac.new(self._secret, b"brightline corpus " + purpose.encode() + b"\x01", hashlib.sha256).digest()


def _unusable(path: Path, why: str, cure: str = "") -> CorpusError:
    hint = cure or "restore it from the backup; under a new one (remove the file) findings and pseudonyms of earlier runs differ"
    return CorpusError("BL-CORPUS-090", f"the key {path} cannot be used: {why}", hint)
