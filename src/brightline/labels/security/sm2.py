"""SM2 signatures with SM3, as GB/T 32918.2-2016 has them; SM3 (GB/T 32905-2016) is OpenSSL's, through ``cryptography``.

What is signed is not the message but e = SM3(Z ‖ message), where Z = SM3(length and text of the signer's id ‖ a ‖ b ‖ base
point ‖ public key) (5.5). The id is the default one of GM/T 0009-2012, 10, which the guides and all files seen use.

Numbers used once come from the operating system. A signature is made in a time that depends on the multiplier, so the
multiplier is blinded by a random multiple of the group's order; a shared or watched machine is still no place for the key.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from brightline.labels.security.curve import BASE, FIELD_BYTES, A, B, N, Point, lies_on_curve, sum_of_multiples

__all__ = ["SIGNER_ID", "Signature", "public_point", "sign", "signed_one", "sm3"]

SIGNER_ID = b"1234567812345678"
"""The default id of a signer: GM/T 0009-2012, 10."""

_BLINDING_BITS = 64  # own choice: more than enough to hide how many bits the multiplier has


class Signature(NamedTuple):
    """The two numbers of a signature."""

    r: int
    s: int


def sm3(*parts: bytes) -> bytes:
    """SM3 over the parts, one after the other: 32 bytes."""
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    state = Hash(SM3())
    for part in parts:
        state.update(part)
    return state.finalize()


def public_point(secret: int) -> Point:
    """The public key of a private one, which must lie in [1, n-2] (GB/T 32918.1-2016, 6.1)."""
    if not 1 <= secret <= N - 2:
        raise ValueError("an SM2 private key lies between 1 and n-2")
    return _blinded_multiple(secret)


def sign(secret: int, public: Point, message: bytes, *, number: int | None = None) -> Signature:
    """The signature of a message (GB/T 32918.2-2016, 6.1). ``number``: the k of a test vector; never given otherwise."""
    digest = _digest(public, message)
    while True:
        k = number if number is not None else secrets.randbelow(N - 1) + 1
        r = (digest + _blinded_multiple(k).x) % N
        s = pow(1 + secret, -1, N) * (k - r * secret) % N
        if r and r + k != N and s:
            return Signature(r, s)


def signed_one(public: Point, signature: Signature, messages: Sequence[bytes]) -> int | None:
    """Which of the messages the signature is of (GB/T 32918.2-2016, 7.1), as an index; None if of none, or if it is none.

    A verification computes the digest that would fit and compares: several candidates cost as much as one.
    """
    r, s = signature
    together = (r + s) % N
    if not (1 <= r < N and 1 <= s < N and together and lies_on_curve(public)):
        return None
    point = sum_of_multiples(s, BASE, together, public)
    if point is None:
        return None
    return next((index for index, message in enumerate(messages) if (_digest(public, message) + point.x) % N == r), None)


def _blinded_multiple(multiplier: int) -> Point:
    point = sum_of_multiples(multiplier + (secrets.randbits(_BLINDING_BITS) | 1 << _BLINDING_BITS) * N, BASE)
    if point is None:
        raise ValueError("a multiple of the group's order")
    return point


def _digest(public: Point, message: bytes) -> int:
    return int.from_bytes(sm3(_z(public), message), "big")


@lru_cache(maxsize=64)
def _z(public: Point) -> bytes:
    parameters = b"".join(number.to_bytes(FIELD_BYTES, "big") for number in (A, B))
    return sm3((8 * len(SIGNER_ID)).to_bytes(2, "big"), SIGNER_ID, parameters, BASE.raw, public.raw)
