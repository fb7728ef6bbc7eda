"""Fitting one linear model: texts as sparse rows of buckets, naive-Bayes scaled logistic regression by L-BFGS, whole-number weights.

Follows Wang & Manning 2012 (NB-SVM): a bucket's column is scaled by the log ratio of how often it occurs in harmful and in
ordinary rows, then a logistic regression with an L2 penalty is fitted over the scaled columns (their "interpolated" SVM
replaced by the regression). The problem is convex and solved over all rows at once, so the result does not depend on an order
of rows or a seed. Plain numpy; the rows are exactly what ``text.linear`` reads at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brightline.text.linear import DAMPING, distinct, grams, read

__all__ = ["Matrix", "fit", "matrix_of", "minimum", "quantised"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MEMORY = 8  # curvature pairs that L-BFGS keeps (Nocedal & Wright 2006, 7.2: 3 to 20)
_MAX_STEPS = 60
_FLAT = 1e-3  # the gradient has shrunk to this share of the first one
_SMOOTHING = 1.0  # Laplace, as in Wang & Manning


@dataclass(frozen=True, slots=True)
class Matrix:
    """Windows of texts as rows: ``buckets[k]`` occurs in row ``rows[k]``; ``norms`` is what each row's sum is divided by.

    ``texts`` names the text that a row is a window of; there are ``count`` texts.
    """

    buckets: Ints
    rows: Ints
    norms: Floats
    texts: Ints
    count: int
    bits: int

    def sums(self, weights: Floats) -> Floats:
        """The score of every row."""
        return np.asarray(np.bincount(self.rows, weights[self.buckets], minlength=len(self.norms)) / self.norms)

    def spread(self, values: Floats) -> Floats:
        """The transpose: a value a row, summed into the buckets of the row."""
        return np.asarray(np.bincount(self.buckets, (values / self.norms)[self.rows], minlength=1 << self.bits), np.float64)

    def scores(self, weights: Floats) -> Floats:
        """The score of every text: that of its highest window; a text without letters has minus infinity."""
        best = np.full(self.count, -np.inf)
        np.maximum.at(best, self.texts, self.sums(weights))
        return best

    def of(self, chosen: NDArray[np.bool_]) -> Matrix:
        """The rows of the chosen texts; texts keep their numbers."""
        keep = chosen[self.texts]
        number = np.cumsum(keep) - 1
        inside = keep[self.rows]
        return Matrix(self.buckets[inside], number[self.rows[inside]], self.norms[keep], self.texts[keep], self.count, self.bits)


def matrix_of(texts: Sequence[str], bits: int, most_windows: int = 4) -> Matrix:
    """The rows of ``texts``, at most ``most_windows`` (the first ones) of each."""
    found: list[Ints] = []
    owners: list[int] = []
    for number, text in enumerate(texts):
        reading = read(text)
        for start, end in reading.windows[:most_windows]:
            found.append(distinct(grams(reading.letters[start:end], bits)))
            owners.append(number)
    lengths = np.fromiter(map(len, found), np.int64, len(found))
    return Matrix(
        np.concatenate(found) if found else np.zeros(0, np.int64),
        np.repeat(np.arange(len(found)), lengths),
        np.sqrt(lengths + float(DAMPING)),
        np.array(owners, np.int64),
        len(texts),
        bits,
    )


def fit(matrix: Matrix, harmful: NDArray[np.bool_], importance: Floats, strength: float) -> Floats:
    """A weight for every bucket. ``harmful`` and ``importance`` run over the texts; ``strength`` is the inverse of the L2 penalty."""
    signs = np.where(harmful, 1.0, -1.0)[matrix.texts]
    shares = importance[matrix.texts]
    ratio = _log_ratio(matrix, signs > 0, shares)
    size = len(ratio)

    def loss(point: Floats) -> tuple[float, Floats]:
        values, bias = point[:size], point[size]
        margins = signs * (matrix.sums(values * ratio) + bias)
        pull = -signs * shares / (1.0 + np.exp(np.clip(margins, -40, 40)))
        value = strength * float(shares @ np.logaddexp(0.0, -margins)) + 0.5 * float(values @ values)
        return value, np.append(strength * ratio * matrix.spread(pull) + values, strength * pull.sum())

    found = minimum(loss, np.zeros(size + 1))
    return np.asarray(found[:size] * ratio)


def quantised(weights: Floats) -> tuple[NDArray[np.int8], float]:
    """Codes from -127 to 127 that stand for ``code * |code|``, and what one of those is worth: fine for the many small weights."""
    unit = float(np.abs(weights).max(initial=0.0)) / 127**2 or 1.0
    return (np.sign(weights) * np.rint(np.sqrt(np.abs(weights) / unit))).astype(np.int8), unit


def _log_ratio(matrix: Matrix, positive: NDArray[np.bool_], shares: Floats) -> Floats:
    """How much more of one kind than of the other a bucket is: the absolute log ratio of its smoothed shares; 0 if unseen."""
    size = 1 << matrix.bits
    scale = len(shares) / shares.sum()
    counts = [np.bincount(matrix.buckets, (shares * kind * scale)[matrix.rows], minlength=size) for kind in (positive, ~positive)]
    logs = [np.log((count + _SMOOTHING) / (count.sum() + _SMOOTHING * size)) for count in counts]
    return np.where(counts[0] + counts[1] > 0, np.abs(logs[0] - logs[1]), 0.0)


def minimum(loss: Callable[[Floats], tuple[float, Floats]], point: Floats) -> Floats:
    """L-BFGS with backtracking (Nocedal & Wright 2006, algorithms 7.4, 7.5 and 3.1)."""
    value, slope = loss(point)
    flat = _FLAT * float(np.linalg.norm(slope))
    pairs: list[tuple[Floats, Floats, float]] = []
    for _ in range(_MAX_STEPS):
        if float(np.linalg.norm(slope)) <= flat:
            break
        direction = _direction(slope, pairs)
        descent, length = float(direction @ slope), 1.0
        while True:
            new_point = point - length * direction
            new_value, new_slope = loss(new_point)
            if new_value <= value - 1e-4 * length * descent or length < 1e-8:
                break
            length /= 2
        step, change = new_point - point, new_slope - slope
        if (curvature := float(step @ change)) > 1e-12:
            pairs = [*pairs, (step, change, curvature)][-_MEMORY:]
        point, value, slope = new_point, new_value, new_slope
    return point


def _direction(slope: Floats, pairs: list[tuple[Floats, Floats, float]]) -> Floats:
    result = slope.copy()
    factors = []
    for step, change, curvature in reversed(pairs):
        factor = float(step @ result) / curvature
        factors.append(factor)
        result -= factor * change
    if pairs:
        _, change, curvature = pairs[-1]
        result *= curvature / float(change @ change)
    else:
        result /= max(1.0, float(np.linalg.norm(slope)))
    for (step, change, curvature), factor in zip(pairs, reversed(factors), strict=True):
        result += step * (factor - float(change @ result) / curvature)
    return result
