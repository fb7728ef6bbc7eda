"""Salted commitments: what the log holds in place of a decision's content.

``HMAC-SHA256(salt, payload)`` with a fresh 256-bit salt for each payload. The salt makes a short text or a telephone number
impossible to guess from the log, and it is stored beside the payload: erasing both (Personal Information Protection
Law, Art. 47) leaves an entry that says nothing about the person, in a tree that still verifies.
"""

from __future__ import annotations

import hmac
import secrets

__all__ = ["SALT_BYTES", "commit", "commits_to", "new_salt"]

SALT_BYTES = 32  # the key length that RFC 2104, section 3, recommends: that of the hash


def new_salt() -> bytes:
    """A fresh random salt."""
    return secrets.token_bytes(SALT_BYTES)


def commit(salt: bytes, payload: bytes) -> str:
    """The commitment to ``payload`` in lower-case hex (64 characters)."""
    return hmac.digest(salt, payload, "sha256").hex()


def commits_to(commitment: str, salt: bytes, payload: bytes) -> bool:
    """True if ``commitment`` was made from this salt and payload."""
    return hmac.compare_digest(commitment.encode("utf-8", "replace"), commit(salt, payload).encode())
