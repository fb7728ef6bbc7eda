"""What the console encrypts and seals: secrets of second factors, the way through an identity provider, known devices.

One 256-bit key a home, in ``keys/console.key``, readable by its owner only. AES-256-GCM (NIST SP 800-38D) with a random
96-bit nonce; what a ciphertext is for and whose it is are authenticated with it, so that none can be put in another's place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from brightline.errors import ConfigError
from brightline.ledger.durable import create_file

__all__ = ["Vault"]

_KEY_BYTES = 32
_NONCE_BYTES = 12  # SP 800-38D, 8.2: 96 bits, random; far fewer than 2**32 values are ever encrypted here


class Vault:
    """Encrypts and seals under the key of one installation."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"brightline console encrypt" + key).digest())
        self._seal_key = hashlib.sha256(b"brightline console seal" + key).digest()

    @classmethod
    def load_or_create(cls, path: Path) -> Vault:
        """The vault of the key in ``path``, made with mode 0600 if there is none.

        Raises ``ConfigError`` BL-CONFIG-007 if the file is readable by others or damaged.
        """
        try:
            if not path.exists():
                create_file(path, secrets.token_hex(_KEY_BYTES) + "\n", mode=0o600)
            if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise _unusable(f"{path} can be read by others", f"chmod 600 {path}")
            key = bytes.fromhex(path.read_text("ascii").strip())
        except (OSError, ValueError) as problem:
            raise _unusable(f"{path} cannot be read: {problem}") from None
        if len(key) != _KEY_BYTES:
            raise _unusable(f"{path} does not hold {_KEY_BYTES} bytes in hex")
        return cls(key)

    def encrypt(self, plain: bytes, purpose: str) -> bytes:
        """Encrypt for one ``purpose``, which names also whose it is; ``decrypt`` wants the same words."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def decrypt(self, sealed: bytes, purpose: str) -> bytes | None:
        """The inverse; None if it was not encrypted here for that purpose."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):
            return None

    def encrypt_text(self, plain: bytes, purpose: str) -> str:
        """``encrypt`` as text for a cookie."""
        return base64.urlsafe_b64encode(self.encrypt(plain, purpose)).decode().rstrip("=")

    def decrypt_text(self, text: str, purpose: str) -> bytes | None:
        """The inverse; None for anything else."""
        try:
            sealed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (UnicodeEncodeError, binascii.Error):
            return None
        return self.decrypt(sealed, purpose)

    def seal(self, *words: str) -> str:
        """A code that only this installation can make for these words."""
        message = "\0".join(words).encode("utf-8", "surrogatepass")
        return base64.urlsafe_b64encode(hmac.digest(self._seal_key, message, "sha256")).decode().rstrip("=")


def _unusable(
    why: str, hint: str = "restore the file from a backup; with a new key everybody must set up the second factor anew"
) -> ConfigError:
    return ConfigError("BL-CONFIG-007", f"the console's key file cannot be used: {why}", hint)
