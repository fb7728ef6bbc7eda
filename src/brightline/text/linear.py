"""Linear models over hashed character 1–3-grams: what they read, how they judge, and what they point at.

**Reading.** A model reads the *letters* of a text: the base lane (``text.lanes``) without any separator (general categories
P, Z, S: punctuation, spaces, emoji), every digit as ``0``. Width, case, script, invisible characters and separators thus
change nothing, and telephone numbers are all one. Longer texts are read in windows of at most 300 characters that end where
sentences end; the text's score is that of its highest window. Windows depend on the text alone, never on chunks.

**Hash.** An n-gram of letters ``c1…cn`` goes to bucket ``(g·K + n)·M >> (64 − bits)`` in 64-bit arithmetic that wraps, with
``g = (…(c1·K + c2)·K…) + cn``: a polynomial over code points and a multiplicative finish (Knuth, TAOCP 3, 6.4). The same
function serves training (``moderation.training``) and run time, vectorised over all positions at once.

**Score.** Every distinct bucket counts once. The sum of their whole-number weights (the stored code times its size), divided by ``sqrt(distinct + DAMPING)``, is
turned into a probability by the model's own Platt scale (Platt 1999). The sum is exact, so a text has one score on any machine.

No tokeniser, no vocabulary, no pickles; files are checked in ``text.weights``. A model never decides: ``moderation.families``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.model import Span
from brightline.text.lanes import Piece, normalise
from brightline.text.tables import SEPARATOR, load_tables
from brightline.text.weights import ModelCard, load_weights

__all__ = ["DAMPING", "SIZES", "WINDOW_CHARS", "Level", "LinearModel", "Reading", "Verdict", "distinct", "grams", "read", "sums"]

SIZES = (1, 2, 3)  # text-and-gateway.md, section 4
WINDOW_CHARS = 300  # of the base lane; about the longest text of the training sources
DAMPING = 16  # buckets that a text is taken to have beside its own: a word or two alone are weak evidence

_K = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, odd (Knuth)
_M = np.uint64(0xD6E8FEB86659FD93)  # odd, from the finisher of the "rrmxmx" mixer (P. Evensen, 2018)
_ALL = (1 << 64) - 1
_KM = np.uint64(int(_K) * int(_M) & _ALL)
_ZERO, _NINE = ord("0"), ord("9")
_MOST_NATS, _ROUNDING = 50.0, 1e-6  # of the scale; far more than rounding makes, far less than anybody could tell
_EXPLAINED_GRAMS = 10  # the strongest n-grams that are merged into evidence: more would mark nearly all of a short text

Level = Literal["safe", "borderline", "violating"]
Codes = NDArray[np.uint64]
Buckets = NDArray[np.int64]


class Verdict(NamedTuple):
    """What a model says of a text: its family, one of three levels, and how probable it holds that a person would agree."""

    family: str
    level: Level
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The letters of a text as code points, where each stands in the raw text, and the windows (ranges of letters)."""

    letters: Codes
    at: NDArray[np.int64]
    windows: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> Span:
        """The raw characters from letter ``start`` to before letter ``end``."""
        return Span(int(self.at[start]), int(self.at[end - 1]) + 1)


def read(text: str, piece: Piece | None = None) -> Reading:
    """The letters of ``text``; any code points, lone surrogates and NUL included. ``piece``: its lanes, if they are known."""
    piece = piece or normalise(text)
    codes = np.frombuffer(piece.base.encode("utf-32-le"), np.uint32)
    kept = ((load_tables().classes.take(codes) & SEPARATOR) == 0).nonzero()[0]
    letters = codes[kept].astype(np.uint64)
    letters[(letters >= _ZERO) & (letters <= _NINE)] = _ZERO
    if len(codes) <= WINDOW_CHARS:
        windows: tuple[tuple[int, int], ...] = ((0, len(letters)),) if len(letters) else ()
    else:
        rims = np.searchsorted(kept, list(_rims(len(codes), piece.ends)))
        windows = tuple((int(a), int(b)) for a, b in pairwise(rims) if a < b)
    at = kept if isinstance(piece.at, range) else np.asarray(piece.at, np.int64)[kept]
    return Reading(letters, at, windows)


def grams(letters: Codes, bits: int) -> Buckets:
    """The bucket of every n-gram: all of size 1 by position, then all of size 2, then of size 3. Wraps on purpose."""
    count = len(letters)
    counts = [max(0, count - size + 1) for size in SIZES]
    states = np.empty(sum(counts), np.uint64)  # of all sizes in a row, so that what is the same for all is done once
    ones, twos, threes = states[:count], states[count : count + counts[1]], states[count + counts[1] :]
    ones[:] = letters
    if counts[1]:
        np.multiply(letters[:-1], _K, out=twos)
        twos += letters[1:]
    if counts[2]:
        np.multiply(twos[:-1], _K, out=threes)
        threes += letters[2:]
    states *= _KM
    for size, part in zip(SIZES, (ones, twos, threes), strict=True):
        part += np.uint64(size * int(_M) & _ALL)
    states >>= np.uint64(64 - bits)
    return states.view(np.int64)


def distinct(buckets: Buckets) -> Buckets:
    """Each bucket once, ascending."""
    if len(buckets) < 2:
        return buckets
    ordered = np.sort(buckets)
    first = np.empty(len(ordered), np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered.compress(first)


def sums(letters: Codes, table: NDArray[np.int16], bits: int) -> tuple[list[float], float]:
    """Sum of weights of each column of ``table`` (buckets, models) over a window's buckets, and what to divide it by."""
    if not len(letters):
        return [0.0] * table.shape[1], 1.0
    buckets = distinct(grams(letters, bits))
    # At most 3 · WINDOW_CHARS whole numbers of at most 127²: below 2^24, so that single precision adds them exactly in any order.
    total: list[float] = (np.ones(len(buckets), np.float32) @ table.take(buckets, axis=0).astype(np.float32)).tolist()
    return total, math.sqrt(len(buckets) + DAMPING)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One family's model: whole-number weights by bucket and the card that they came with."""

    card: ModelCard
    weights: NDArray[np.float32] | NDArray[np.int16]
    """Whole numbers; may be one column of a table (``moderation.families``)."""

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read ``weights.npz`` and ``card.json`` of a folder. Raises ``DataError`` BL-DATA-250 to 255 if anything is wrong."""
        return cls(*load_weights(folder))

    def judge(self, text: str) -> Verdict:
        """The verdict on a text: that of its highest window; a text without letters is safe."""
        reading = read(text)
        scores = [self.score(reading.letters[start:end]) for start, end in reading.windows]
        return self.verdict(max(scores)) if scores else Verdict(self.card.family, "safe", 0.0)

    def score(self, letters: Codes) -> float:
        """The damped mean of weights over the distinct n-grams of one window."""
        if not len(letters):
            return 0.0
        buckets = distinct(grams(letters, self.card.bits))
        return float(self.weights[buckets].sum()) / math.sqrt(len(buckets) + DAMPING)

    @property
    def least_violating(self) -> float:
        """A score below which no verdict is violating: what the scale says, less what rounding could hide."""
        chance = self.card.violating
        nats = math.log(chance / (1 - chance)) if chance < 1 else math.inf
        if abs(nats) > _MOST_NATS:
            return -math.inf  # where the scale ends
        return (nats - _ROUNDING - self.card.intercept) / self.card.slope

    def verdict(self, score: float) -> Verdict:
        """Probability and level of a score."""
        probability = self.card.probability(score)
        level: Level = (
            "violating" if probability >= self.card.violating else "borderline" if probability >= self.card.borderline else "safe"
        )
        return Verdict(self.card.family, level, probability)

    def explain(self, text: str, most: int = 5) -> list[tuple[Span, float]]:
        """The stretches of the raw text that speak most for the family, in reading order, with their weight in the score."""
        reading = read(text)
        if not reading.windows:
            return []
        window = max(reading.windows, key=lambda rim: self.score(reading.letters[rim[0] : rim[1]]))
        return self.evidence(reading, window, most)

    def evidence(self, reading: Reading, window: tuple[int, int], most: int = 5) -> list[tuple[Span, float]]:
        """As ``explain``, within one window of a reading: its strongest n-grams, overlapping and adjoining ones merged."""
        first, letters = window[0], reading.letters[window[0] : window[1]]
        if not len(letters):
            return []
        buckets = grams(letters, self.card.bits)
        norm = math.sqrt(len(distinct(buckets)) + DAMPING) / self.card.slope
        weights = self.weights[buckets]
        strongest = np.argsort(-weights.astype(np.int64), kind="stable")[:_EXPLAINED_GRAMS]
        chosen = sorted(
            (start, start + size, int(weights[index]))
            for index in strongest.tolist()
            if weights[index] > 0
            for start, size in [_place(index, len(letters))]
        )
        merged = sorted(_merged(chosen), key=lambda each: (-each[2], each[0]))[:most]
        return [(reading.span(first + start, first + end), weight / norm) for start, end, weight in sorted(merged)]


def _rims(length: int, ends: Sequence[int]) -> Iterator[int]:
    """Where windows begin and end: after the last sentence end that keeps them short enough, else where they are full."""
    start, rim = 0, 0
    yield 0
    for after in (*(end + 1 for end in ends), length):
        while after - start > WINDOW_CHARS:
            start = rim if rim > start else start + WINDOW_CHARS
            yield start
        rim = after
    if start < length:
        yield length


def _place(index: int, length: int) -> tuple[int, int]:
    """Position and size of the n-gram at ``index`` of ``grams`` over ``length`` letters."""
    for size in SIZES:
        count = length - size + 1
        if index < count:
            return index, size
        index -= count
    raise IndexError(index)


def _merged(ranges: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for start, end, weight in ranges:
        if found and start <= found[-1][1]:
            last = found[-1]
            found[-1] = (last[0], max(last[1], end), last[2] + weight)
        else:
            found.append((start, end, weight))
    return found
