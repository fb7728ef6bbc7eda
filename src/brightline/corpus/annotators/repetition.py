"""What a document says again and again: lines, passages, and single characters.

After Gopher's repetition filters (Rae et al. 2021, A1.1: duplicate lines, and characters in duplicate n-grams), with one change: n-grams
are of characters, because Chinese is not segmented. Gopher's 10 words are about ``HAN_GRAM`` ideographs or ``OTHER_GRAM`` letters. Of the
grams one in ``_SAMPLED`` is looked at, chosen by its hash, so that every copy of a passage is either seen each time or never.

Vectorised over all documents of a stretch. Not taken over: Gopher's share of the most frequent 2- to 4-grams, which in Chinese are words.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.corpus.annotators import characters as kind
from brightline.corpus.annotators.batch import Stretch

__all__ = ["HAN_GRAM", "OTHER_GRAM", "Lines", "lines_of", "repeated_share"]

HAN_GRAM, OTHER_GRAM = 16, 32
_SAMPLED = 4
_FACTOR, _MIXER = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9  # splitmix64's odd constants
_U64 = NDArray[np.uint64]


class Lines(NamedTuple):
    """Lines that hold more than white space, in order: the number of their document, places in ``joined`` without the break, and
    whether the same line stood in the document before.
    """

    document: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    again: NDArray[np.bool_]


def lines_of(stretch: Stretch) -> Lines:
    """The lines of all documents."""
    ends = stretch.kinds == kind.NEWLINE
    ends[stretch.starts[1:] - 1] = True
    end = np.flatnonzero(ends)
    start = np.concatenate(([0], end[:-1] + 1))
    is_ink = (stretch.kinds != kind.SPACE) & ~ends
    ink = np.concatenate(([0], np.cumsum(is_ink)))
    filled = ink[end] > ink[start]
    start, end = start[filled], end[filled]
    document = stretch.documents_at(start)
    if not len(start):
        return Lines(document, start, end, np.zeros(0, np.bool_))
    size = len(stretch.points)
    parts = np.diff(np.append(start, size))
    place = np.zeros(size, np.int64)
    place[start[0] :] = np.arange(start[0], size) - np.repeat(start, parts)
    mixed = stretch.points.astype(np.uint64) | (place.astype(np.uint64) << np.uint64(21))
    mixed *= np.uint64(_FACTOR)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(_MIXER)
    mixed[~is_ink] = 0  # a line is the same whatever space stands around it, where its letters stand at the same places
    sums = np.add.reduceat(mixed, start)
    return Lines(document, start, end, _again(sums, document))


def repeated_share(stretch: Stretch, is_han: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of each document's passages that stood in it before. ``is_han``: documents that are read by ``HAN_GRAM``."""
    grams = _grams(stretch.points)
    share = np.zeros(len(stretch))
    for size, of_these in ((HAN_GRAM, is_han), (OTHER_GRAM, ~is_han)):
        hashes = grams[size]
        rows = stretch.document[: len(hashes)]
        # A gram must end in its own document, and be one of those that are looked at.
        inside = stretch.document[len(stretch.points) - len(hashes) :] == rows
        chosen = np.flatnonzero(inside & of_these[rows] & (hashes < np.uint64(2**64 // _SAMPLED)))
        document = rows[chosen].astype(np.int64)
        again = _again(hashes[chosen], document)
        counts = np.bincount(document, minlength=len(stretch))
        share += np.bincount(document[again], minlength=len(stretch)) / np.maximum(counts, 1)
    return share


def _grams(points: NDArray[np.uint32]) -> dict[int, _U64]:
    """Hashes of the grams that begin at each place, by size: each from two of half its size."""
    found: dict[int, _U64] = {}
    hashes = points.astype(np.uint64)
    hashes *= np.uint64(_MIXER)
    size = 1
    while size < OTHER_GRAM and len(hashes) > size:
        # The factor to the power of the size: the hash is a polynomial of its characters, whose weights all differ.
        hashes = hashes[:-size] * np.uint64(pow(_FACTOR, size, 1 << 64)) + hashes[size:]
        size *= 2
        if size in (HAN_GRAM, OTHER_GRAM):
            found[size] = hashes * np.uint64(_MIXER)  # the upper bits depend on all characters then
    empty = np.zeros(0, np.uint64)
    return {HAN_GRAM: found.get(HAN_GRAM, empty), OTHER_GRAM: found.get(OTHER_GRAM, empty)}


def _again(hashes: _U64, document: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for hashes that stood in the same document before."""
    _, first = np.unique(hashes ^ _mixed(document.astype(np.uint64)), return_index=True)
    again = np.ones(len(hashes), np.bool_)
    again[first] = False
    return again


def _mixed(values: _U64) -> _U64:
    """splitmix64's finish."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(31))
