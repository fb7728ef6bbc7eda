"""Whether two texts are copies of one another: exact figures from the texts, for pairs that the bands proposed.

``jaccard``: of the two sets of 5-grams, exact; the figure that everybody publishes. ``covered``: of all characters of both texts, the
share that stands in a 5-gram which the other text has too, each as often as the other has it (what one text repeats, the other has to
repeat). Scattered edits leave most characters covered even where they have
destroyed most grams; half a text that is the same leaves half. So ``covered`` decides, and it follows the share r of changed
characters: covered = (1 - r) * P(an unchanged character stands in an unchanged run of five or more); 0.71 at r = 15 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.grams import COMPARED, Hashes, compared
from brightline.corpus.duplicates.normalising import Codes

__all__ = ["GRAM_BITS", "MOST_CHARS", "Profile", "Similarity", "compare", "profile"]

MOST_CHARS = 1 << 20
"""Of a longer text only so many normalised characters are compared (own choice: 60 ms and 30 MB a text); its length still counts."""


class Similarity(NamedTuple):
    """Both from 0 to 1."""

    jaccard: float
    covered: float


_PLACE_BITS = np.uint64(20)  # enough for MOST_CHARS
_PLACE = np.uint64(MOST_CHARS - 1)
_SECOND = np.uint64(MOST_CHARS)  # the bit above a place: which of two texts
GRAM_BITS = np.uint64(21)
"""A hash keeps 43 bits beside a place and that bit: two texts of a million grams each share a tenth of a gram by chance. Sorting numbers in
which hash and place stand together is several times faster than sorting places by hashes, and as stable."""


@dataclass(frozen=True, slots=True)
class Profile:
    """``grams``: the distinct hashes, sorted; ``counts``: how often each occurs; ``order``: the positions of the text by gram, ascending within
    each; ``chars``: compared characters; ``length``: of the whole normalised text."""

    grams: Hashes
    counts: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]
    chars: int
    length: int


def profile(codes: Codes, length: int | None = None) -> Profile:
    """What of a normalised text is needed to compare it. ``length``: where ``codes`` are only its beginning."""
    read = codes[:MOST_CHARS]
    hashes = compared(read) >> GRAM_BITS
    together = np.sort(hashes << _PLACE_BITS | np.arange(len(hashes), dtype=np.uint64))
    ordered = together >> _PLACE_BITS
    firsts = np.flatnonzero(np.concatenate([np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1]]))
    counts = np.diff(np.concatenate([firsts, [len(ordered)]])).astype(np.int32)
    places = (together & _PLACE).astype(np.int32)
    return Profile(ordered[firsts], counts, places, len(read), len(codes) if length is None else length)


def compare(one: Profile, other: Profile) -> Similarity:
    """The two figures; symmetric."""
    in_one, in_other = _shared(one.grams, other.grams)
    together = len(one.grams) + len(other.grams) - len(in_one)
    if not together:
        return Similarity(0.0, 0.0)
    common = np.minimum(one.counts[in_one], other.counts[in_other])
    covered = _covered(one, in_one, common) + _covered(other, in_other, common)
    # What was not read of the longer text counts as long as the other has nothing to set against it.
    unread = abs(one.length - other.length) if max(one.length, other.length) > MOST_CHARS else 0
    return Similarity(len(in_one) / together, covered / (one.chars + other.chars + unread))


def _shared(one: Hashes, other: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the hashes that both have stand in each."""
    marked = [
        one << GRAM_BITS | np.arange(len(one), dtype=np.uint64),
        other << GRAM_BITS | _SECOND | np.arange(len(other), dtype=np.uint64),
    ]
    both = np.sort(np.concatenate(marked))
    equal = np.flatnonzero(both[1:] >> GRAM_BITS == both[:-1] >> GRAM_BITS)
    return (both[equal] & _PLACE).astype(np.int64), (both[equal + 1] & _PLACE).astype(np.int64)


def _covered(text: Profile, found: npt.NDArray[np.int64], times: npt.NDArray[np.int32]) -> int:
    """Characters of a text that stand in one of the first ``times`` occurrences of a gram that was found."""
    allowed = np.zeros(len(text.grams), np.int64)
    allowed[found] = times
    firsts = np.cumsum(text.counts) - text.counts
    occurrence = np.arange(len(text.order)) - np.repeat(firsts, text.counts)
    hit = np.zeros(len(text.order), bool)
    hit[text.order] = occurrence < np.repeat(allowed, text.counts)
    covered = np.zeros(text.chars, bool)
    for shift in range(COMPARED):
        covered[shift : shift + len(hit)] |= hit
    return int(covered.sum())
