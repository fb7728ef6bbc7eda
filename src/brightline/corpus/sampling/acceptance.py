"""Acceptance plans: how many to look at, how many may fail, and with which probability a corpus of a given quality passes.

The standard (TC260-003, 9.2; GB/T 45654-2025) fixes size and pass share and says nothing of confidence: with 4,000 items and 96 % a corpus
that is exactly 4 % bad passes about every second time. So each plan here carries two numbers that must not be mixed up:

    legal        the most failures with which the pass share is still reached: 160 of 4,000
    confident    the most failures that prove the share of bad documents to be below the limit: 139 of 4,000 at 95 %, 131 at 99 %

Both are worked out for every size; nothing is a constant of 4,000. A corpus that is known to be finite is calculated as such.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.binomial import at_most, finite_at_most

__all__ = ["Acceptance", "acceptance", "acceptance_number", "most_failures", "operating_characteristic", "passes", "zero_defect_size"]

_LAST_BITS = 1e-12  # what is exactly as likely as permitted is permitted, however its last bits are rounded
_FINITE_UP_TO = 20
"""A sample of more than a twentieth of the population is judged as finite (the usual 5 % rule of survey statistics; below, the binomial
errs on the safe side and by less than a twentieth in the variance)."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``size`` items, ``most_failures`` by the standard, ``confident`` failures at most for the statement at ``confidence``; -1 where
    the sample is too small for any statement. ``limit``: the share of bad documents that is permitted."""

    size: int
    limit: float
    most_failures: int
    confidence: float
    confident: int
    population: int | None = None

    def passes_with(self, rate: float) -> float:
        """The probability that a corpus with this share of bad documents passes by the standard."""
        return operating_characteristic(self.size, self.most_failures, rate, self.population)

    def proves_with(self, rate: float) -> float:
        """The probability that the statement can be made of a corpus with this share of bad documents."""
        return operating_characteristic(self.size, self.confident, rate, self.population) if self.confident >= 0 else 0.0


def acceptance(size: int, pass_percent: int, *, confidence: float = 0.95, population: int | None = None) -> Acceptance:
    """The plan of a sample of ``size`` with a pass share of ``pass_percent``. Raises ``CorpusError`` BL-CORPUS-050."""
    if size < 1 or not 0 < pass_percent < 100 or not 0.5 <= confidence < 1.0 or (population is not None and population < size):
        raise CorpusError(
            "BL-CORPUS-050",
            f"there is no plan with {size} items of {population} at {pass_percent} % and confidence {confidence}",
            "a size from 1 to the population, a pass share from 1 to 99 %, a confidence from 0.5 to below 1",
        )
    limit = (100 - pass_percent) / 100
    allowed = most_failures(size, pass_percent)
    return Acceptance(size, limit, allowed, confidence, acceptance_number(size, limit, confidence, population), population)


def most_failures(size: int, pass_percent: int) -> int:
    """The most failures with which at least ``pass_percent`` of ``size`` pass, in whole numbers."""
    return size * (100 - pass_percent) // 100


def passes(size: int, failures: int, pass_percent: int) -> bool:
    """Whether a sample reaches the pass share. No sample reaches none."""
    return size > 0 and (size - failures) * 100 >= size * pass_percent


def acceptance_number(size: int, limit: float, confidence: float, population: int | None = None) -> int:
    """The most failures c for which a corpus at the limit would show c or fewer with a probability of at most 1 - ``confidence``.

    -1 where not even a sample without failure proves it.
    """
    low, high = -1, size
    while low < high:
        middle = (low + high + 1) // 2
        if _at_limit(middle, size, limit, population) <= 1.0 - confidence + _LAST_BITS:
            low = middle
        else:
            high = middle - 1
    return low


def operating_characteristic(size: int, number: int, rate: float, population: int | None = None) -> float:
    """P(at most ``number`` failures) for a share ``rate`` of bad documents; hypergeometric where the population is not large."""
    if _is_finite(size, population):
        assert population is not None  # noqa: S101 - as _is_finite has it
        return finite_at_most(number, size, round(rate * population), population)
    return at_most(number, size, rate)


def zero_defect_size(limit: float, confidence: float = 0.95, population: int | None = None) -> int:
    """How many items without a single failure prove that less than ``limit`` is bad: 299 for 1 % and 2,995 for 0.1 % at 95 %.

    Of a finite population the number is smaller, and at most the population itself.
    """
    if not 0.0 < limit < 1.0 or not 0.0 < confidence < 1.0:
        raise CorpusError("BL-CORPUS-050", f"no plan has the limit {limit} and the confidence {confidence}", "both lie between 0 and 1")
    endless = math.ceil(math.log(1.0 - confidence) / math.log1p(-limit))
    if population is None:
        return endless
    low, high = 0, min(endless, population)
    bad = _bad_at_limit(limit, population)
    while low < high:
        middle = (low + high) // 2
        if finite_at_most(0, middle, bad, population) <= 1.0 - confidence + _LAST_BITS:
            high = middle
        else:
            low = middle + 1
    return low


def _at_limit(number: int, size: int, limit: float, population: int | None) -> float:
    if _is_finite(size, population):
        assert population is not None  # noqa: S101 - as _is_finite has it
        return finite_at_most(number, size, _bad_at_limit(limit, population), population)
    return at_most(number, size, limit)


def _bad_at_limit(limit: float, population: int) -> int:
    """The smallest number of bad documents that is not below the limit (the thousandth of a document is for the rounding of floats)."""
    return min(population, max(1, math.ceil(limit * population - 1e-3)))


def _is_finite(size: int, population: int | None) -> bool:
    return population is not None and size * _FINITE_UP_TO > population
