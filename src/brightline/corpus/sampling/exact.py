"""Point probabilities to full precision: the binomial, the hypergeometric, and the densities behind the beta distribution.

Follows Loader (2000), "Fast and Accurate Computation of Binomial Probabilities": the saddle-point form, whose error does not grow with
n, where differences of three log-gammas lose a digit each time n grows tenfold. Nothing is approximated by a normal distribution.
"""

from __future__ import annotations

import math

__all__ = ["binomial_point", "hypergeometric_point", "log_binomial_point"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
_SERIES_FROM = 16  # below, log-gamma is exact enough; from there on five terms of the series err by less than 1e-16 (Loader, section 3)


def binomial_point(k: float, n: float, p: float) -> float:
    """P(X = k) for X ~ Bin(n, p). ``k`` and ``n`` may be fractions: then it is the density that the beta distribution needs."""
    log = log_binomial_point(k, n, p)
    return 0.0 if log == -math.inf else math.exp(log)


def log_binomial_point(k: float, n: float, p: float) -> float:
    """Its natural logarithm, minus infinity where nothing can be."""
    if k < 0 or k > n:
        return -math.inf
    if p <= 0.0:
        return 0.0 if k == 0 else -math.inf
    if p >= 1.0:
        return 0.0 if k == n else -math.inf
    if k == 0:
        return n * math.log1p(-p)
    if k == n:
        return n * math.log(p)
    correction = _stirling_error(n) - _stirling_error(k) - _stirling_error(n - k)
    deviance = _deviance(k, n * p) + _deviance(n - k, n * (1.0 - p))
    return correction - deviance - _HALF_LOG_TWO_PI - 0.5 * (math.log(k) + math.log1p(-k / n))


def hypergeometric_point(k: int, drawn: int, bad: int, population: int) -> float:
    """P(X = k) bad ones among ``drawn`` out of ``population`` of which ``bad`` are bad (Loader, section 4: three binomials)."""
    if not max(0, drawn - (population - bad)) <= k <= min(drawn, bad):
        return 0.0
    if drawn in (0, population):
        return 1.0
    share = drawn / population
    log = log_binomial_point(k, bad, share) + log_binomial_point(drawn - k, population - bad, share)
    return math.exp(log - log_binomial_point(drawn, population, share))


def _stirling_error(n: float) -> float:
    """log n! minus Stirling's formula."""
    if n < _SERIES_FROM:
        return math.lgamma(n + 1.0) - (n + 0.5) * math.log(n) + n - _HALF_LOG_TWO_PI
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n


def _deviance(x: float, mean: float) -> float:
    """x·log(x/mean) + mean - x without cancellation (Loader's bd0)."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, term, j = (x - mean) * v, 2.0 * x * v, 1
    while True:
        term *= v * v
        following = total + term / (2 * j + 1)
        if following == total:
            return total
        total, j = following, j + 1
