"""Whether two texts agree by more than their kind: what alignment tells where a small vocabulary or a form hides who copied.

Two logs, two menus or two strands of DNA share most of their short grams, because there are few to be had (``verifying.covered`` 0.6 to
0.99), and two letters of one form share its words; none is a copy. What makes a copy is that few of its characters were changed, wherever
one looks. So pieces of one text are laid beside the place of the other that most of their grams vote for (``laying``), and the least edits
are counted (``edits``). Three things are asked:

    changed     the share of edits in all pieces: what the definition of a near copy speaks of, and not a likeness of grams
    strangers   the share of pieces that agree with no place: a copy agrees everywhere, a form in its frame only
    decoy       the share of edits that the same pieces take where nothing was copied: read backwards, beside the same places, as letters
                alone give (reversed sequences keep length and letters and nothing else: target-decoy search, Elias and Gygi, Nature Methods
                4, 2007); and beside the best other place of their own text, where that repeats itself as logs and tables do. A copy is
                nearer than either: of texts of two letters, and of rows of one form, more is asked than of prose.

Order is asked of pieces, too: each that does not stand behind the one before it costs as many edits as it takes to say where it stands instead
(``_ANOTHER_PLACE``). So a moved sentence costs little, and rows of the same things in another order cost a lot. A piece that a move has cut is
laid in two halves at the same price. What repeats itself fits at several places: where nothing was moved, pieces are laid one behind the other, too,
and the better of both counts.

Not done: texts whose rows or lines were put into another order are no copies here, where their grams alone cannot say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.edits import OUTSIDE, least_edits
from brightline.corpus.duplicates.laying import SLACK, Laid, halved, repeated
from brightline.corpus.duplicates.verifying import Profile, Similarity

__all__ = ["Alignment", "align", "is_sure"]

_Numbers = npt.NDArray[np.int64]

_ANOTHER_PLACE = 6
"""Edits that it costs to go on at another place. To name one place of a thousand takes 10 bits, to name which of three edits 1.6 (a description
of least length, Rissanen 1978)."""

_STRANGE = 0.4
"""A piece with more edits agrees with no place: of those with 20 % changed one in eight thousand (binomial of 64)."""

_MOST_STRANGERS = 0.25
"""Own choice: what more than a quarter of was put in for something else is another text; so ``DuplicateOptions.changed`` says, too."""

_MOST_OF_DECOY = 2 / 3
"""A third fewer edits than a decoy takes: of texts of 200 characters that repeat their rows with a quarter changed, three standard deviations (own
choice; half loses one in a hundred English texts with 15 % changed that say things twice). Backwards prose takes 0.7 in English and
0.9 in Chinese, so that it says something of texts of few letters only (DNA 0.47)."""

_LEAST_OF_DECOY = 0.07
"""A text that repeats itself word for word (a song, a table of one line) has copies all the same: those that are as near as this (own choice)."""

_SURE_JACCARD, _SURE_REPEATED = 0.6, 0.4
"""Own choice. Six of ten grams in common are left when a quarter of the text is replaced in one piece, or 5 % of characters are changed: neither limit of
above is reached. Two texts of one small vocabulary reach that only where each repeats its own grams: strands of DNA at three grams in five."""


class Alignment(NamedTuple):
    """Three shares; see the module."""

    changed: float
    strangers: float
    decoy: float

    def is_copy(self, most_changed: float) -> bool:
        return self.changed <= min(most_changed, max(self.decoy * _MOST_OF_DECOY, _LEAST_OF_DECOY)) and self.strangers <= _MOST_STRANGERS


def is_sure(found: Similarity, one: Profile, other: Profile) -> bool:
    """Whether the grams alone say that two texts are copies: many in common, of texts that seldom repeat their own."""
    return found.jaccard >= _SURE_JACCARD and max(repeated(one), repeated(other)) <= _SURE_REPEATED


def align(pairs: Sequence[Laid]) -> list[Alignment]:
    """How each pair agrees. Many at once cost a tenth of one by one: sixty-four lie in a few megabytes."""
    found: list[Alignment | None] = [None] * len(pairs)
    for size in {pair.pieces.shape[1] for pair in pairs}:
        chosen = [at for at, pair in enumerate(pairs) if pair.pieces.shape[1] == size]
        for at, alignment in zip(chosen, _aligned([pairs[at] for at in chosen], size), strict=True):
            found[at] = alignment
    return [each for each in found if each is not None]


def _aligned(pairs: Sequence[Laid], size: int) -> list[Alignment]:
    """Of pairs whose pieces are of one size."""
    laid = Laid(*(np.concatenate(arrays) for arrays in zip(*pairs, strict=True)))
    ends = np.cumsum([len(pair.pieces) for pair in pairs])
    edits, moved = _straightened(laid, *_voted(laid, ends), ends)
    backwards = least_edits(np.ascontiguousarray(laid.pieces[:, ::-1]), laid.windows)
    shares = zip(*(np.split(each, ends[:-1]) for each in (edits, moved, backwards, _of_own(laid))), strict=True)
    return [
        Alignment(
            float((mine + jumps).mean()) / size, float((mine > _STRANGE * size).mean()), min(float(each.mean()) for each in decoys) / size
        )
        for mine, jumps, *decoys in shares
    ]


def _voted(laid: Laid, ends: _Numbers) -> tuple[_Numbers, _Numbers]:
    """The edits of each piece where its grams sent it, whole or in two halves, and what it costs that it is not behind the one before it."""
    starts, whole, first, second = laid.shifts.T
    edits = least_edits(laid.pieces, laid.windows)
    doubtful = np.flatnonzero(edits > _ANOTHER_PLACE)
    both = halved(2 * doubtful, 1)
    in_two = np.copy(edits)
    in_two[doubtful] = least_edits(laid.halves[both], laid.half_windows[both]).reshape(-1, 2).sum(axis=1) + _ANOTHER_PLACE
    cut = in_two < edits
    moved = _moved(starts, np.where(cut, first, whole), np.where(cut, second, whole), ends, laid.pieces.shape[1])
    return np.minimum(edits, in_two), moved


def _straightened(laid: Laid, edits: _Numbers, moved: _Numbers, ends: _Numbers) -> tuple[_Numbers, _Numbers]:
    """The same, or for texts whose pieces take fewer edits one behind the other those."""
    counts = np.diff(ends, prepend=0)
    firsts = ends - counts
    jumping = np.flatnonzero(np.repeat(np.add.reduceat(moved, firsts) > 0, counts))
    straight = np.full(len(edits), laid.pieces.shape[1], np.int64)  # never fewer
    straight[jumping] = least_edits(laid.pieces[jumping], laid.straight[jumping])
    fewer = np.repeat(np.add.reduceat(straight, firsts) < np.add.reduceat(edits + moved, firsts), counts)
    return np.where(fewer, straight, edits), np.where(fewer, 0, moved)


def _of_own(laid: Laid) -> _Numbers:
    """The edits of each piece elsewhere in its own text; all of it where that does not repeat itself. To name the place is free: a second text
    may have its rows where this one has."""
    repeating = np.flatnonzero((laid.elsewhere != OUTSIDE).any(axis=1))
    edits = np.full(len(laid.pieces), laid.pieces.shape[1], np.int64)
    edits[repeating] = least_edits(laid.pieces[repeating], laid.elsewhere[repeating])
    return edits


def _moved(starts: _Numbers, first: _Numbers, last: _Numbers, ends: _Numbers, size: int) -> _Numbers:
    """What each piece costs because it does not stand behind the one before it. ``first``, ``last``: how far its beginning and its end stand
    from its own place; ``ends``: where each text's pieces end. Of a text that has grown by a quarter pieces stand farther apart."""
    jumps = np.abs(first[1:] - last[:-1]) > np.maximum(size // 2, np.diff(starts) * SLACK)
    jumps[ends[:-1] - 1] = False
    return np.concatenate([np.zeros(1, np.int64), jumps * _ANOTHER_PLACE])
