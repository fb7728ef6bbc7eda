"""Pieces of one text laid beside the places of another that they fit best: what ``chance`` counts edits of.

Where that is, their grams vote: each names the places of the other text that it stands at, and the stretch with most votes wins. Pieces may
have been moved, so that each is looked for anywhere. All pieces of a text are looked for at once: half a millisecond a pair of 800 characters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.edits import LONGEST, OUTSIDE
from brightline.corpus.duplicates.grams import COMPARED, compared
from brightline.corpus.duplicates.normalising import Codes
from brightline.corpus.duplicates.verifying import GRAM_BITS, Profile

__all__ = ["SLACK", "Laid", "halved", "lay", "repeated"]

SLACK = 0.25
"""A window is longer by so much at each end: at 20 % of insertions a piece has grown by a quarter."""

_PIECES = 24
"""Pieces of a text, spread evenly: all of a text of 1,536 characters (own choice: a standard deviation of 0.01 at 15 % changed)."""

_MOST_PLACES = 64
"""A gram that the other text has more often has no vote: it says nothing about where (own choice)."""

_REPEATING = 0.25
"""Texts that repeat no more of their own grams than this have no other place that a piece could fit: prose of 1,500 characters repeats a tenth
(own choice; it spares prose the search)."""

_Places = npt.NDArray[np.int64]


class Laid(NamedTuple):
    """Pieces of one text, each a row, with the windows of the other text that they fit best, of their own text elsewhere (nothing where that does
    not repeat itself), and of the other text where they stand if nothing was moved; each piece's halves, one after the other, with theirs.
    ``shifts``: of each piece its start, and how far from it the whole, the first half and the second stand in the other text."""

    pieces: Codes
    windows: Codes
    elsewhere: Codes
    straight: Codes
    halves: Codes
    half_windows: Codes
    shifts: _Places


def lay(one: tuple[Codes, Profile], other: tuple[Codes, Profile]) -> Laid:
    """What is to be compared of two normalised texts of 20 characters or more: of the shorter one at most 24 pieces. Symmetric."""
    (text, own), (within, profile) = sorted((one, other), key=lambda each: (len(each[0]), each[0].tobytes()))
    size = min(LONGEST, len(text) // 2) & ~1
    count = min(_PIECES, -(-len(text) // size))
    starts = np.round(np.linspace(0, len(text) - size, count)).astype(np.int64)
    half = size // 2
    pieces, halves = (text[begins[:, None] + np.arange(chars)] for begins, chars in ((starts, size), (halved(starts, half), half)))
    whole, in_two = _places(pieces, starts, profile), _places(halves, halved(starts, half), profile)
    windows, half_windows = _windows(within, whole, size), _windows(within, in_two, half)
    elsewhere = _elsewhere(text, own, pieces, starts) if repeated(own) > _REPEATING else np.full_like(windows, OUTSIDE)
    straight = _windows(within, starts * (len(within) - size) // max(len(text) - size, 1), size)
    from_halves = (in_two - halved(starts, half)).reshape(-1, 2)
    shifts = np.column_stack([starts, whole - starts, from_halves])
    return Laid(pieces, windows, elsewhere, straight, halves, half_windows, shifts)


def repeated(text: Profile) -> float:
    """The share of places whose gram stands elsewhere, too: as likely is a gram of a like text to be met (Good, Biometrika 40, 1953)."""
    return float(text.counts[text.counts > 1].sum() / max(text.counts.sum(), 1))


def halved(starts: _Places, half: int) -> _Places:
    halves: _Places = starts[:, None] + np.array([0, half])
    return halves.reshape(-1)


def _windows(text: Codes, places: _Places, size: int) -> Codes:
    """What stands at the places and around them, a row each."""
    slack = round(size * SLACK)
    at = (places - slack)[:, None] + np.arange(size + 2 * slack)
    inside = (at >= 0) & (at < len(text))
    return np.where(inside, text[np.where(inside, at, 0)], np.uint32(OUTSIDE))


def _elsewhere(text: Codes, own: Profile, pieces: Codes, starts: _Places) -> Codes:
    """What stands in their own text where pieces fit best but for themselves."""
    size = pieces.shape[1]
    places = _places(pieces, starts, own, apart=size)
    windows = _windows(text, places, size)
    shift = (starts - places + round(size * SLACK))[:, None]  # where a window has the piece's own first character
    at = np.arange(windows.shape[1])
    return np.where((at >= shift) & (at < shift + size), np.uint32(OUTSIDE), windows)


def _places(pieces: Codes, starts: _Places, within: Profile, *, apart: int = 0) -> _Places:
    """Where each piece fits best, by the votes of its grams; where none votes, as far from its own place as the piece before it. ``apart``: no
    vote nearer to its own place than so much counts."""
    count, size = pieces.shape
    hashes = compared(np.concatenate([pieces.reshape(-1), np.zeros(COMPARED - 1, np.uint32)])).reshape(count, size) >> GRAM_BITS
    hashes = hashes[:, : size - COMPARED + 1].reshape(-1)
    at = np.minimum(np.searchsorted(within.grams, hashes), len(within.grams) - 1)
    voting = np.flatnonzero((within.grams[at] == hashes) & (within.counts[at] <= _MOST_PLACES))
    grams = at[voting]
    times = within.counts[grams]
    firsts = (np.cumsum(within.counts) - within.counts)[grams]
    piece, offset = np.divmod(voting, size - COMPARED + 1)
    each = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    votes = within.order[np.repeat(firsts, times) + each] - np.repeat(offset, times)
    piece = np.repeat(piece, times)
    far = np.abs(votes - starts[piece]) >= apart
    piece, votes = piece[far], votes[far]
    # All pieces' votes in one row of numbers, so that those of two pieces lie too far apart to be counted together.
    span = within.chars + 2 * size
    keys = np.sort(piece * span + votes + size)
    # The stretch of an eighth of a piece that holds most votes: edits before a gram shift its vote.
    reach = np.searchsorted(keys, keys + size // 8, "right") - np.arange(len(keys))
    best = np.lexsort((-reach, keys // span))
    found, leading = np.unique(keys[best] // span, return_index=True)
    best = best[leading]
    shifts = keys[best + reach[best] // 2] % span - size - starts[found]
    if not len(found):
        return starts
    before = np.maximum(np.searchsorted(found, np.arange(count), "right") - 1, 0)
    places: _Places = starts + shifts[before]
    return places
