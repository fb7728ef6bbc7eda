"""The curve of SM2: points and sums of points on Python integers (GB/T 32918.1-2016; parameters of GB/T 32918.5-2017, A.1).

``gmssl`` 3.2.2, the only maintained Python package with this curve, is not used for it: it strips every leading 0 and 4 of a
public key, accepts points beside the curve, breaks off where a sum is the point at infinity, and needs 9 ms for one
verification, which this needs 1.5 ms for. It serves as the second opinion in the tests instead.

Doubling and mixed addition in Jacobian coordinates for a = -3 (Explicit-Formulas Database, ``dbl-2001-b``, ``madd-2004-hmv``).
Nothing here runs in constant time: what is secret is blinded by the caller (``sm2.py``).
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BASE", "FIELD_BYTES", "A", "B", "N", "P", "Point", "lies_on_curve", "lifted", "sum_of_multiples"]

P = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
A = P - 3
B = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
N = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
FIELD_BYTES = 32

_INFINITY = (1, 1, 0)


class Point(NamedTuple):
    """A point in affine coordinates; the point at infinity is None where it can occur."""

    x: int
    y: int

    @property
    def raw(self) -> bytes:
        """``x || y``, 64 bytes."""
        return self.x.to_bytes(FIELD_BYTES, "big") + self.y.to_bytes(FIELD_BYTES, "big")


BASE = Point(
    0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7,
    0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0,
)


def lies_on_curve(point: Point) -> bool:
    """True for a point of the group: coordinates below p that fulfil y² = x³ + ax + b. The group has prime order: no more to check."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def lifted(x: int, *, odd: bool) -> Point | None:
    """The point with this x whose y has this parity (GB/T 32918.1-2016, 4.2.9); None where no point has this x."""
    if not 0 <= x < P:
        return None
    square = (x * x * x + A * x + B) % P
    y = pow(square, (P + 1) // 4, P)  # p ≡ 3 mod 4
    if y * y % P != square:
        return None
    return Point(x, y if y % 2 == odd else P - y)


def sum_of_multiples(first: int, base: Point, second: int = 0, other: Point = BASE) -> Point | None:
    """``first·base + second·other`` in one pass over the bits (Shamir's trick); None is the point at infinity."""
    both = _affine(_added((base.x, base.y, 1), other)) if second else None
    x, y, z = _INFINITY
    for place in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        x, y, z = _doubled(x, y, z)
        which = (first >> place & 1) + 2 * (second >> place & 1)
        addend = (None, base, other, both)[which]
        if addend is not None:
            x, y, z = _added((x, y, z), addend)
    return _affine((x, y, z))


def _doubled(x: int, y: int, z: int) -> tuple[int, int, int]:
    if not z:
        return _INFINITY
    delta, gamma = z * z % P, y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    doubled_x = (alpha * alpha - 8 * beta) % P
    return doubled_x, (alpha * (4 * beta - doubled_x) - 8 * gamma * gamma) % P, 2 * y * z % P


def _added(point: tuple[int, int, int], addend: Point) -> tuple[int, int, int]:
    x, y, z = point
    if not z:
        return addend.x, addend.y, 1
    squared = z * z % P
    across = (addend.x * squared - x) % P
    upward = (addend.y * squared * z - y) % P
    if not across:
        return _INFINITY if upward else _doubled(x, y, z)
    across_2 = across * across % P
    across_3 = across_2 * across % P
    shifted = x * across_2 % P
    sum_x = (upward * upward - across_3 - 2 * shifted) % P
    return sum_x, (upward * (shifted - sum_x) - y * across_3) % P, z * across % P


def _affine(point: tuple[int, int, int]) -> Point | None:
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, P)
    squared = inverse * inverse % P
    return Point(x * squared % P, y * squared * inverse % P)
