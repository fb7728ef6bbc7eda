"""Hashes of character n-grams, a whole batch at a time.

A gram's hash is a polynomial in its code points over 2^64 with odd coefficients, put together from halves (1, 2, 4 characters), and
mixed at the end because its low bits know less than its high ones. It depends on the characters only: no machine, no batch, no
seed of a process changes it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.normalising import Codes, Normalised

__all__ = ["ANCHOR", "COMPARED", "Hashes", "anchors", "compared", "rolling"]

Hashes = npt.NDArray[np.uint64]

ANCHOR = 8
"""Characters of an anchor: a word and a half of English, a clause of Chinese. Long, so that two texts seldom share one by chance, and a
single equal one says as much as several equal short grams (docs/corpus-duplicates.md has the arithmetic and the curve)."""

COMPARED = 5
"""Characters of a gram by which two texts are compared, the size most used for documents (corpus.md, section 3)."""

# Odd 64-bit constants: the golden ratio's fraction, the first initial values of SHA-512 (square roots of 2, 3, 5; FIPS 180-4, 5.3.5)
# and the first multiplier of MurmurHash3's 64-bit finaliser.
_ONE, _TWO, _FOUR, _LAST, _MIX = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0x6A09E667F3BCC909, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xFF51AFD7ED558CCD)
)


def rolling(texts: Normalised) -> tuple[Hashes, Hashes]:
    """The hashes of the anchor and of the compared gram that begin at each position of ``texts``.

    One that would run past the end of its text has the value of the first one of that text, so that it changes no set. Where a text has
    fewer characters than a gram, its places mean nothing.
    """
    size = len(texts.codes)
    anchors, grams = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    ones, four = _parts(texts.codes)
    five = np.multiply(four[: max(size - 4, 0)], _LAST, out=grams[: max(size - 4, 0)])
    eight = np.add(five[: max(size - 7, 0)], four[4:], out=anchors[: max(size - 7, 0)])
    five += ones[4:]
    _mix(eight)
    _mix(five)
    return _closed(anchors, ANCHOR, texts), _closed(grams, COMPARED, texts)


def compared(codes: Codes) -> Hashes:
    """The hashes of all compared grams of one text, in their order."""
    ones, four = _parts(codes)
    hashes: Hashes = four[: max(len(ones) - 4, 0)] * _LAST
    hashes += ones[4:]
    _mix(hashes)
    return hashes


def anchors(codes: Codes) -> Hashes:
    """The hashes of all anchors of one text, in their order."""
    _ones, four = _parts(codes)
    hashes: Hashes = four[: max(len(four) - 4, 0)] * _LAST
    hashes += four[4:]
    _mix(hashes)
    return hashes


def _parts(codes: Codes) -> tuple[Hashes, Hashes]:
    """The hashes of all grams of one and of four characters."""
    ones: Hashes = np.multiply(codes, _ONE, dtype=np.uint64)
    two = ones[:-1] * _TWO
    two += ones[1:]
    four: Hashes = two[:-2] * _FOUR
    four += two[2:]
    return ones, four


def _closed(hashes: Hashes, chars: int, texts: Normalised) -> Hashes:
    """With the first gram's value where a gram would run past the end of its text."""
    starts, ends = texts.offsets[:-1], texts.offsets[1:]
    for back in range(1, chars):
        inside = ends - back >= starts
        hashes[ends[inside] - back] = hashes[starts[inside]]
    return hashes


def _mix(hashes: Hashes) -> None:
    """In place: arrays of a block stay in the processor's cache, new ones would not."""
    shifted = hashes >> np.uint64(33)
    hashes ^= shifted
    hashes *= _MIX
    np.right_shift(hashes, np.uint64(29), out=shifted)
    hashes ^= shifted
