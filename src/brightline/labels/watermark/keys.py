"""Everything of a mark that is secret, derived from one operator's key.

Each use has a key of its own, ``HMAC-SHA-256(key, purpose)`` (RFC 2104), so that knowing one sequence tells nothing of
another; its bytes are drawn out with SHAKE256 (FIPS 202), whose output, unlike a numpy generator's, is the same in every version.

A mark is symmetric: whoever can read it can also write it. The key must stay with the operator, and a hit must be
confirmed by the ledger (``phash.agrees``) before anything is claimed.
"""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray

from brightline.labels.errors import LabelError

__all__ = ["SHORTEST_KEY", "check_bits", "checked_key", "integers", "order", "signs"]

SHORTEST_KEY = 16
"""Bytes: 128 bits of security (NIST SP 800-131A rev. 2 asks for at least 112)."""


def checked_key(key: bytes) -> bytes:
    """``key`` itself, if it may be used. Raises ``LabelError`` BL-LABEL-060 if it is shorter than 16 bytes."""
    if len(key) < SHORTEST_KEY:
        raise LabelError(
            "BL-LABEL-060",
            f"the watermark key has {len(key)} bytes; at least {SHORTEST_KEY} are needed",
            "make one with: openssl rand 32 > watermark.key",
        )
    return key


def integers(key: bytes, purpose: str, count: int) -> NDArray[np.uint64]:
    """``count`` secret numbers below 2^64, the same for the same key and purpose on every machine."""
    seed = hmac.digest(checked_key(key), b"brightline watermark " + purpose.encode(), "sha256")
    return np.frombuffer(hashlib.shake_256(seed).digest(8 * count), dtype="<u8").astype(np.uint64)


def signs(key: bytes, purpose: str, count: int) -> NDArray[np.float32]:
    """``count`` secret values of -1 or +1."""
    return np.where(integers(key, purpose, count) & np.uint64(1), np.float32(1), np.float32(-1))


def order(key: bytes, purpose: str, count: int) -> NDArray[np.intp]:
    """A secret permutation of ``range(count)``: equal numbers, one in 2^64, keep their order."""
    return np.argsort(integers(key, purpose, count), kind="stable")


def check_bits(key: bytes, payload: int) -> int:
    """The 32 bits that follow the payload in a mark: a keyed checksum, so that neither chance nor another key's mark is taken for a hit.

    A CRC-32 would reject chance as well (2^-32), but would let anybody who has learnt the code without the key make valid words.
    """
    tag = hmac.digest(checked_key(key), b"brightline watermark check" + payload.to_bytes(8, "big"), "sha256")
    return int.from_bytes(tag[:4], "big")
