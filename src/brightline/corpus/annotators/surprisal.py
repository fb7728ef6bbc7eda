"""How surprising the letters of a document are: gibberish, and the odd tokens that triggers are made of.

Latin letters are read by threes: the bits that a letter costs after the two before it, by the 10,712 commonest English words (SCOWL, the
list that the text engine ships). Ordinary words of any Latin language stay well below a row of random letters. Ideographs are read
by twos: a pair that nobody writes side by side is unusual (the text engine's ``pairs``, built from open texts and jieba's dictionary).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import brightline.text.pairs as han_pairs
from brightline.corpus.annotators import characters as kind
from brightline.corpus.annotators.batch import Stretch
from brightline.text.tables import load_tables

__all__ = ["HanPairs", "Letters", "Words", "han_pairs_of", "letters_of", "unusual_pairs", "words_of"]

_WORDS = Path(han_pairs.__file__).parent / "data" / "shapes_english.txt"
_LETTERS = 27  # a–z, and 0 for what stands beside a word


class Words(NamedTuple):
    """Words of Latin letters (a–z, no accents) in a stretch: places in ``joined``, and the bits that a letter of each costs on average."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    bits: NDArray[np.float64]


class Letters(NamedTuple):
    """Of each document: the number of letters in its words, and the bits that they cost together."""

    letters: NDArray[np.int64]
    bits: NDArray[np.float64]


class HanPairs(NamedTuple):
    """``codes``: the characters of ``joined`` in the base lane. ``at``: where two ideographs stand side by side, ``left`` and ``right``."""

    codes: NDArray[np.uint32]
    at: NDArray[np.int64]
    left: NDArray[np.uint32]
    right: NDArray[np.uint32]


def words_of(stretch: Stretch) -> Words:
    """The words of a stretch. Found once for all kernels."""
    known = stretch.noted.get("words")
    if known is None:
        known = stretch.noted["words"] = _words(stretch)
    words: Words = known
    return words


def letters_of(stretch: Stretch) -> Letters:
    """What the words of each document cost."""
    words = words_of(stretch)
    rows = stretch.document[words.start]
    sizes = words.end - words.start
    counted = np.bincount(rows, sizes, len(stretch)).astype(np.int64)
    return Letters(counted, np.bincount(rows, sizes * words.bits, len(stretch)).astype(np.float64))


def han_pairs_of(stretch: Stretch) -> HanPairs:
    """The pairs of ideographs of a stretch. Found once for all who ask."""
    known = stretch.noted.get("han_pairs")
    if known is None:
        codes = load_tables().base.take(stretch.points)
        is_han = (codes >= han_pairs.FIRST_HAN) & (codes <= han_pairs.LAST_HAN)
        at = np.flatnonzero(is_han[:-1] & is_han[1:])
        known = stretch.noted["han_pairs"] = HanPairs(codes, at, codes.take(at), codes[1:].take(at))
    pairs: HanPairs = known
    return pairs


def unusual_pairs(stretch: Stretch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each document: pairs of neighbouring ideographs, and how many of them nobody writes."""
    pairs = han_pairs_of(stretch)
    unusual = han_pairs.pair_scores(pairs.left, pairs.right) <= han_pairs.UNSEEN
    rows = stretch.document[pairs.at]
    return np.bincount(rows, minlength=len(stretch)), np.bincount(rows[unusual], minlength=len(stretch))


def _words(stretch: Stretch) -> Words:
    small = stretch.points | np.uint32(0x20)
    letters = np.where((small >= 97) & (small <= 122) & (stretch.kinds == kind.LATIN), small - np.uint32(96), 0).astype(np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (letters > 0).view(np.int8), [0]))))
    start, end = edges[::2], edges[1::2]
    place = letters.astype(np.uint16)
    place[1:] += letters[:-1] * np.uint16(_LETTERS)
    # The letter before the last counts only if the last one is a letter: words begin anew behind what is none.
    place[2:] += letters[:-2] * (letters[1:-1] > 0) * np.uint16(_LETTERS * _LETTERS)
    cost = _cost().take(place)
    cost[letters == 0] = 0
    sums = np.concatenate(([0.0], np.cumsum(cost, dtype=np.float64)))
    return Words(start, end, (sums[end] - sums[start]) / np.maximum(end - start, 1))


@cache
def _cost() -> NDArray[np.float32]:
    """The bits of a letter after two others; a hundredth of the chance is spread over all letters, so that none is impossible."""
    counts = np.zeros((_LETTERS, _LETTERS, _LETTERS))
    for word in _WORDS.read_text("ascii").split():
        codes = [0, 0, *(byte - 96 for byte in word.encode() if 97 <= byte <= 122)]
        for place in range(2, len(codes)):
            counts[codes[place - 2], codes[place - 1], codes[place]] += 1
    pairs = counts.sum(axis=0)
    by_two = (pairs + 0.1) / (pairs + 0.1).sum(axis=1, keepdims=True)
    total = counts.sum(axis=2, keepdims=True)
    chance = (counts + 2.0 * by_two) / (total + 2.0)
    cost: NDArray[np.float32] = -np.log2(0.99 * chance + 0.01 / (_LETTERS - 1)).astype(np.float32).ravel()
    return cost
