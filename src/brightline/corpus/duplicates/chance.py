"""Whether two texts agree by more than their kind: what order tells where a small vocabulary hides who copied.

Two logs, two menus, two strands of DNA or two texts of forty words share most of their short grams, because there are few to be had
(``verifying.covered`` 0.6 to 0.99), and none is a copy. A copy has the same characters *in the same order*. So pieces of one text are
laid beside the place of the other that they fit best, and the longest common subsequence says how much of each stands there in its
order (bit-parallel: Hyyrö, Bit-parallel LCS-length computation revisited, AWOCA 2004; whole numbers of Python are its bit vectors).

How much would stand there by chance is asked of the text itself: the same pieces beside the best *other* place of their own text. That
is the null model, a second text of the same kind and vocabulary. Agreement is given as Cohen's kappa gives it (Educational and
Psychological Measurement 20, 1960): ``(found - chance) / (1 - chance)``. Pieces may have been moved: each is looked for anywhere.

Not done: texts whose rows or lines were put into another order are no copies here, where their grams alone cannot say it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.grams import anchors
from brightline.corpus.duplicates.normalising import Codes
from brightline.corpus.duplicates.verifying import Profile, Similarity

__all__ = ["beyond_chance", "by_chance", "is_sure"]

_PIECE = 96
"""Characters of a piece: two sentences. Of two that do not belong together half are in common order; shorter pieces scatter more, longer
ones are seldom whole where sentences were moved (own choice, measured by evals/duplicates.py: 64 and 128 tell less)."""

_PIECES = 8
"""Pieces of a text, spread evenly (own choice: half a millisecond each way)."""

_SLACK = 0.25
"""The place beside which a piece is laid is longer by so much at each end: at 20 % of insertions a piece has grown by a quarter."""

_MOST_PLACES = 64  # of an anchor's places in the other text so many vote (own choice)

_MOST_CHANCE = 0.85
"""A text that repeats itself more than that (a song, a table of one line) has copies all the same: what agrees with it in over nine tenths."""

_SURE_JACCARD, _SURE_REPEATED = 0.5, 0.4
"""Half of all grams in common is what 7 % of changed characters leave. Two texts of one small vocabulary reach that only where each
repeats its own grams: strands of DNA at three grams in five (evals/duplicates_families.py)."""

_Anchors = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]


def is_sure(found: Similarity, one: Profile, other: Profile) -> bool:
    """Whether the grams alone say that two texts are copies: many in common, of texts that seldom repeat their own."""
    return found.jaccard >= _SURE_JACCARD and max(_repeated(one), _repeated(other)) <= _SURE_REPEATED


def by_chance(text: Codes) -> float:
    """How much of a second text of this kind would stand in this one: the null model. It is asked once of a text, not once of each pair."""
    return _found(text, text, itself=True)


def beyond_chance(one: Codes, other: Codes, chances: tuple[float, float]) -> float:
    """From 0 (or less: as two texts of that kind) to 1 (the same); symmetric. Normalised texts of a few characters or more. ``chances``:
    ``by_chance`` of each."""
    text, within = sorted((one, other), key=lambda each: (len(each), each.tobytes()))
    # Of both: a longer text has more places of which the best one is chosen.
    expected = min(max(chances), _MOST_CHANCE)
    return (_found(text, within) - expected) / (1 - expected)


def _repeated(text: Profile) -> float:
    """The share of places whose gram stands elsewhere, too: as likely is a gram of a like text to be met (Good, Biometrika 40, 1953)."""
    return float(text.counts[text.counts > 1].sum() / max(text.counts.sum(), 1))


def _found(text: Codes, within: Codes, *, itself: bool = False) -> float:
    """The mean share of the pieces of ``text`` that stands in its order somewhere in ``within``; ``itself``: elsewhere than it does."""
    size = min(_PIECE, max(len(text) // 2, 1))
    slack = round(size * _SLACK)
    where = _sorted(within)
    shares = []
    for start in _starts(len(text), size):
        piece = text[start : start + size]
        place = _place(piece, where, start, itself=itself)
        begin, end = max(place - slack, 0), place + size + slack
        window = _without(within, begin, end, start, start + size) if itself else within[begin:end]
        shares.append(_common(piece.tolist(), window.tolist()) / size)
    return sum(shares) / len(shares)


def _starts(length: int, size: int) -> Iterator[int]:
    count = max(min(_PIECES, length // size), 1)
    yield from (round(at * (length - size) / max(count - 1, 1)) for at in range(count))


def _sorted(text: Codes) -> _Anchors:
    hashes = anchors(text)
    order = np.argsort(hashes, kind="stable")
    return hashes[order], order.astype(np.int64)


def _place(piece: Codes, where: _Anchors, start: int, *, itself: bool) -> int:
    """Where a piece fits best, by the votes of its anchors; where none votes, at its own place or behind it."""
    hashes, order = where
    mine = anchors(piece)
    first, end = np.searchsorted(hashes, mine), np.searchsorted(hashes, mine, "right")
    times = np.minimum(end - first, _MOST_PLACES)
    offsets = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    votes = order[np.repeat(first, times) + offsets] - np.repeat(np.arange(len(mine)), times)
    if itself:
        votes = votes[np.abs(votes - start) >= len(piece)]
    if not len(votes):
        return start + len(piece) if itself and start == 0 else start
    votes = np.sort(votes)
    # The stretch of an eighth of a piece that holds most votes: edits before an anchor shift its vote.
    reach = np.searchsorted(votes, votes + len(piece) // 8, "right") - np.arange(len(votes))
    best = int(np.argmax(reach))
    return int(votes[best + int(reach[best]) // 2])


def _without(text: Codes, begin: int, end: int, own: int, own_end: int) -> Codes:
    """The longer part of a window that is not the piece itself."""
    before, after = text[begin : max(min(own, end), begin)], text[max(own_end, begin) : max(own_end, end)]
    return before if len(before) >= len(after) else after


def _common(piece: list[int], window: list[int]) -> int:
    """The length of the longest common subsequence."""
    masks: dict[int, int] = {}
    for at, code in enumerate(piece):
        masks[code] = masks.get(code, 0) | 1 << at
    full = (1 << len(piece)) - 1
    row = full
    for code in window:
        if mask := masks.get(code):
            met = row & mask
            row = (row + met | row - met) & full
    return len(piece) - row.bit_count()
