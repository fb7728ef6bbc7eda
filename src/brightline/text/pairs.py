"""Which characters people write side by side: how natural a row of Chinese characters is, and in which order it was written.

The score of a pair is its pointwise mutual information (Church and Hanks 1990): the logarithm of how many times more often two characters
stand side by side than they would by chance. Ordinary sentences score some +3 a pair, a row of characters that were chosen for
their sound or were turned round about ``UNSEEN``. ``data/pairs.npz`` is written by ``build_pairs`` from open texts and a dictionary; no text
is kept in it.

In memory the pairs are a hashed table of 4 MB: a place holds five bits of score and three of a second hash, so that of the pairs that
nobody writes one in a hundred is taken for another.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.text.tables import LAST_CODE_POINT, load_tables

__all__ = [
    "FIRST_HAN",
    "LAST_HAN",
    "PAIRS_FILE",
    "UNSEEN",
    "Counts",
    "Naturalness",
    "familiar_pairs",
    "is_familiar",
    "load_counts",
    "naturalness",
    "pair_scores",
    "place_of",
]

PAIRS_FILE = Path(__file__).parent / "data" / "pairs.npz"

FIRST_HAN, LAST_HAN = 0x3400, 0x9FFF
UNSEEN = -2.0  # nats
STEP, LOWEST = 0.4, -2.0  # a score is LOWEST + STEP * level; level 0 is unseen

_BITS = 22
_LEFT, _RIGHT = 0x9E3779B1, 0x85EBCA77  # odd, so that every code point counts
_LEVELS = np.append(np.float32(UNSEEN), (LOWEST + STEP * np.arange(1, 32)).astype(np.float32))

_U32 = NDArray[np.uint32]


class Counts(NamedTuple):
    """The shipped figures: ``pairs`` (left and right code point), the ``levels`` of their scores, and each character's ``chance`` in nats."""

    pairs: _U32
    levels: NDArray[np.uint8]
    characters: _U32
    chances: NDArray[np.float32]


class Naturalness(NamedTuple):
    """A text's base lane, character by character: ``codes`` (as in the tables), where its Chinese characters stand, these, and their
    pairs' scores, summed up.
    """

    codes: _U32
    at: NDArray[np.int64]
    kept: _U32
    scores: NDArray[np.float32]

    def letters(self, start: int, end: int) -> str:
        """Characters ``start`` to ``end`` of the text in the base lane, what is invisible left out."""
        codes = self.codes[start:end]
        return codes[codes <= LAST_CODE_POINT].tobytes().decode("utf-32-le", "replace")


def pair_scores(left: _U32, right: _U32) -> NDArray[np.float32]:
    """The score of each two code points side by side; the arrays are broadcast."""
    place, check = place_of(left, right)
    scores: NDArray[np.float32] = _scores().take(_table().take(place) ^ check)
    return scores


@lru_cache(4)
def naturalness(text: str) -> Naturalness:
    """How natural a text is as it stands. Remembered, because several lanes ask in a row."""
    codes = load_tables().base.take(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32))
    at = ((codes - np.uint32(FIRST_HAN)) <= LAST_HAN - FIRST_HAN).nonzero()[0]  # wraps on purpose
    kept = codes.take(at)
    scores = np.zeros(max(len(kept), 1), np.float32)
    if len(kept) > 1:
        pair_scores(kept[:-1], kept[1:]).cumsum(out=scores[1:])
    return Naturalness(codes, at, kept, scores)


def place_of(left: _U32, right: _U32) -> tuple[_U32, NDArray[np.uint8]]:
    """Where a pair stands in a table of pairs, and what a place must begin with (upper three bits) to be its own."""
    mixed = (left * np.uint32(_LEFT)) ^ (right * np.uint32(_RIGHT))
    return mixed >> np.uint32(32 - _BITS), mixed.astype(np.uint8) << np.uint8(5)


def familiar_pairs(words: Iterable[str]) -> NDArray[np.uint8]:
    """The pairs of the words as a set of places, a bit each (512 kB), for ``is_familiar``."""
    pairs = {left + right for word in words for left, right in pairwise(word) if left >= "\u3400" <= right}
    seen = np.zeros(1 << _BITS, np.bool_)
    if pairs:
        codes = np.array([list(map(ord, pair)) for pair in pairs], np.uint32)
        seen[place_of(codes[:, 0], codes[:, 1])[0]] = True
    return np.packbits(seen, bitorder="little")


def is_familiar(pairs: NDArray[np.uint8], place: _U32) -> NDArray[np.bool_]:
    """True for the places that are in the set."""
    bits: NDArray[np.uint8] = pairs[place >> np.uint32(3)] >> (place & np.uint32(7)).astype(np.uint8)
    return (bits & np.uint8(1)).astype(np.bool_)


@cache
def load_counts() -> Counts:
    """The shipped figures."""
    with np.load(PAIRS_FILE, allow_pickle=False) as file:
        keys = np.cumsum(_from_planes(file["steps"]), dtype=np.uint32)
        pairs = np.stack((keys >> np.uint32(15), keys & np.uint32(0x7FFF)), axis=1) + np.uint32(FIRST_HAN)
        return Counts(pairs, file["levels"], file["characters"].astype(np.uint32), file["chances"].astype(np.float32))


@cache
def _table() -> NDArray[np.uint8]:
    """Place → second hash and level; of two pairs in one place the one with the higher score has it."""
    counts = load_counts()
    order = np.argsort(counts.levels, kind="stable")
    place, check = place_of(counts.pairs[order, 0], counts.pairs[order, 1])
    table = np.zeros(1 << _BITS, np.uint8)
    table[place] = check | counts.levels[order]
    load_counts.cache_clear()
    return table


@cache
def _scores() -> NDArray[np.float32]:
    """Level → score, for a place with the right second hash; unseen for all others."""
    scores = np.full(256, UNSEEN, np.float32)
    scores[: len(_LEVELS)] = _LEVELS
    return scores


def _from_planes(planes: NDArray[np.uint8]) -> _U32:
    return np.ascontiguousarray(planes.T).view(np.uint32).reshape(-1)
