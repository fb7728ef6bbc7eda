"""What a sample proves about a share: exact tails, exact intervals, exact tests. Every figure of an inspection comes from here.

A tail is summed term by term from the count outwards, each term from the one before by an exact ratio, until nothing changes any more:
some ten standard deviations, whatever n is (``exact.py`` has the first term). Intervals are those of Clopper and Pearson (1934), by
bisection on the incomplete beta function; for a population that is not much larger than the sample, the hypergeometric ones.
Deliberately absent: every normal approximation. At 4,000 items and 4 % it would be wrong in the third digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from brightline.corpus.sampling.exact import binomial_point, hypergeometric_point

__all__ = [
    "Interval",
    "at_least",
    "at_most",
    "beta_quantile",
    "clopper_pearson",
    "finite_at_least",
    "finite_at_most",
    "finite_interval",
    "incomplete_beta",
    "lower_bound",
    "upper_bound",
]

_LAST_BITS = 1e-12  # a probability that is exactly the permitted error refutes nothing, however its last bits are rounded
_BISECTIONS = 200  # a double has 53 bits and an exponent; bisection ends earlier, when the middle equals an end


class Interval(NamedTuple):
    """Both ends as shares."""

    low: float
    high: float


def at_most(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for X ~ Bin(n, p)."""
    return _lower_tail(k, 0, n, int(n * p), lambda i: binomial_point(i, n, p), lambda i: _odds_up(i, n, p))


def at_least(k: int, n: int, p: float) -> float:
    """P(X ≥ k) for X ~ Bin(n, p)."""
    return at_most(n - k, n, 1.0 - p)


def finite_at_most(k: int, drawn: int, bad: int, population: int) -> float:
    """P(at most k bad ones) when ``drawn`` of ``population`` are looked at and ``bad`` of those are bad."""
    low, high = max(0, drawn - (population - bad)), min(drawn, bad)

    def ratio(i: int) -> float:
        return (bad - i) * (drawn - i) / ((i + 1) * (population - bad - drawn + i + 1))

    return _lower_tail(k, low, high, drawn * bad // population, lambda i: hypergeometric_point(i, drawn, bad, population), ratio)


def finite_at_least(k: int, drawn: int, bad: int, population: int) -> float:
    """P(at least k bad ones) in the same case."""
    return finite_at_most(drawn - k, drawn, population - bad, population)


def upper_bound(k: float, n: float, confidence: float) -> float:
    """The largest share that ``k`` of ``n`` does not contradict at this one-sided confidence (Clopper-Pearson)."""
    return 1.0 if k >= n else beta_quantile(confidence, k + 1.0, n - k)


def lower_bound(k: float, n: float, confidence: float) -> float:
    """The smallest such share."""
    return 0.0 if k <= 0 else beta_quantile(1.0 - confidence, k, n - k + 1.0)


def clopper_pearson(k: float, n: float, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval: each end errs in at most half of the rest. ``k`` of ``n`` may be fractions (effective numbers)."""
    if n <= 0:
        return Interval(0.0, 1.0)
    one_sided = 1.0 - (1.0 - confidence) / 2.0
    return Interval(lower_bound(k, n, one_sided), upper_bound(k, n, one_sided))


def finite_interval(k: int, drawn: int, population: int, confidence: float = 0.95) -> Interval:
    """The same for a population that is known and not endless, by turning the hypergeometric test round. All looked at: a point."""
    if drawn <= 0:
        return Interval(0.0, 1.0)
    error = (1.0 - confidence) / 2.0 - _LAST_BITS
    most = population - (drawn - k)  # so many bad ones there can be at most: those that were seen to be good are not
    low = _first(k, most, lambda bad: finite_at_least(k, drawn, bad, population) > error)
    high = _first(low, most + 1, lambda bad: bad > most or finite_at_most(k, drawn, bad, population) <= error) - 1
    return Interval(low / population, max(low, high) / population)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (DLMF 8.17.22) with Loader's density before it."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    # x^a (1-x)^b / (a B(a, b)) is a binomial density with fractions for counts.
    before = binomial_point(a, a + b, x) * b / (a + b)
    if x < (a + 1.0) / (a + b + 2.0):
        return before * _fraction(a, b, x)
    return 1.0 - before * a / b * _fraction(b, a, 1.0 - x)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x at which I_x(a, b) is ``probability``."""
    low, high = 0.0, 1.0
    for _step in range(_BISECTIONS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if incomplete_beta(a, b, middle) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _lower_tail(k: int, low: int, high: int, mode: int, point: Callable[[int], float], ratio: Callable[[int], float]) -> float:
    """The sum of ``point`` from ``low`` to ``k``, taken on the side with less in it. ``ratio(i)``: point(i + 1) / point(i)."""
    if k < low:
        return 0.0
    if k >= high:
        return 1.0
    if k <= mode:
        return min(1.0, _summed(k, low - 1, -1, point, lambda i: 1.0 / ratio(i - 1)))
    return max(0.0, 1.0 - _summed(k + 1, high + 1, 1, point, ratio))


def _summed(start: int, end: int, step: int, point: Callable[[int], float], ratio: Callable[[int], float]) -> float:
    total = term = point(start)
    i = start
    while i + step != end and term > 0.0:
        term *= ratio(i)
        if total + term == total:
            break
        total += term
        i += step
    return total


def _odds_up(i: int, n: int, p: float) -> float:
    return (n - i) / (i + 1) * (p / (1.0 - p))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from ``low`` to ``high`` for which something holds that, once it does, goes on holding; else ``high``."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d or tiny)
    value = d
    most = 200 + 20 * int(math.sqrt(max(a, b)))  # it takes some √max(a, b) steps
    for m in range(1, most):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / ((1.0 + numerator * d) or tiny)
            c = (1.0 + numerator / c) or tiny
            change = c * d
            value *= change
        if abs(change - 1.0) < 1e-16:
            break
    return value
