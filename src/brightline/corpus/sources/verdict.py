"""The 5 % rule as a test: is more than one document in twenty of a source illegal or harmful? Clear, undecided or blacklisted.

SEC-D1, SEC-D2 (TC260-003, 5.1): a source with more than 5 % of illegal and harmful information is not collected, or not trained on. From a
sample one may say either only if the other would be surprising, at 5 % in each direction: exact, by the binomial, or the hypergeometric
where the source is not much larger than the sample. In between the answer is *undecided*, with how many more documents would decide it.
Each look at a growing sample has its own 5 %: who plans to look several times says so (``looks``), and all looks share the 5 % (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.binomial import (
    Interval,
    at_least,
    at_most,
    clopper_pearson,
    finite_at_least,
    finite_at_most,
    finite_interval,
)
from brightline.corpus.sampling.outcome import Count

__all__ = ["LIMIT_PERCENT", "SourceVerdict", "source_verdict", "verdicts_of"]

LIMIT_PERCENT = 5  # TC260-003, 5.1: "more than 5 %"
_RISK = 0.05
_LAST_BITS = 1e-12  # what is exactly as likely as 5 % (one bad document of one) is no surprise, however its last bits are rounded
_POWER = 0.9
_MOST = 10_000_000  # where so many documents would not decide it, one says that the rate is at the limit
_FINITE_UP_TO = 20  # as in acceptance.py


@dataclass(frozen=True, slots=True)
class SourceVerdict:
    """``bad`` of ``inspected`` documents; ``interval`` two-sided at 90 %, so that each end is the one-sided test at 95 %. ``more``: documents
    to inspect in addition so that a source of this rate is decided nine times in ten; None where decided, or where only all would do."""

    verdict: Literal["clear", "undecided", "blacklisted"]
    inspected: int
    bad: int
    rate: float
    interval: Interval
    more: int | None = None
    rule: str = "SEC-D2"


def source_verdict(inspected: int, bad: int, population: int | None = None, *, looks: int = 1) -> SourceVerdict:
    """The verdict on a source. ``population``: documents that it has, where that is known. ``looks``: how often one plans to ask while
    the sample grows; each then errs with 5 % / looks, and the interval is as much wider.

    Raises ``CorpusError`` BL-CORPUS-050 for numbers that cannot be.
    """
    if not 0 <= bad <= inspected or looks < 1 or (population is not None and population < inspected):
        raise CorpusError(
            "BL-CORPUS-050",
            f"{bad} of {inspected} of {population} cannot be",
            "bad ≤ inspected ≤ documents of the source, one look or more",
        )
    risk = _RISK / looks
    if inspected == 0:
        return SourceVerdict("undecided", 0, 0, 0.0, Interval(0.0, 1.0), _minimum(population, risk))
    finite = population if population is not None and inspected * _FINITE_UP_TO > population else None
    confidence = 1.0 - 2.0 * risk
    interval = clopper_pearson(bad, inspected, confidence) if finite is None else finite_interval(bad, inspected, finite, confidence)
    verdict = _decided(inspected, bad, finite, risk)
    more = _more(inspected, bad / inspected, population, risk) if verdict == "undecided" else None
    return SourceVerdict(verdict, inspected, bad, bad / inspected, interval, more)


def verdicts_of(counts: Iterable[Count], populations: dict[str, int]) -> dict[str, SourceVerdict]:
    """The verdicts on all sources of a source check (``plan_source_check``), by source. Documents without a verdict do not count."""
    return {count.name: source_verdict(count.decided, count.failures, populations.get(count.name)) for count in counts}


def _decided(inspected: int, bad: int, population: int | None, risk: float) -> Literal["clear", "undecided", "blacklisted"]:
    if _too_many(inspected, bad, population) <= risk - _LAST_BITS:
        return "blacklisted"
    return "clear" if _too_few(inspected, bad, population) <= risk - _LAST_BITS else "undecided"


def _too_many(inspected: int, bad: int, population: int | None) -> float:
    """How surprising so many would be in a source that is just not over the limit."""
    if population is None:
        return at_least(bad, inspected, LIMIT_PERCENT / 100)
    return finite_at_least(bad, inspected, population * LIMIT_PERCENT // 100, population)


def _too_few(inspected: int, bad: int, population: int | None) -> float:
    """How surprising so few would be in a source over the limit."""
    if population is None:
        return at_most(bad, inspected, LIMIT_PERCENT / 100)
    return finite_at_most(bad, inspected, population * LIMIT_PERCENT // 100 + 1, population)


def _minimum(population: int | None, risk: float) -> int:
    """The fewest documents that can clear a source: 59 without a bad one, (1 - 0.05)^59 < 0.05."""
    least = math.ceil(math.log(risk) / math.log1p(-LIMIT_PERCENT / 100))
    return least if population is None else min(least, population)


def _more(inspected: int, rate: float, population: int | None, risk: float) -> int | None:
    """Documents in addition until a source with this rate is decided with probability 0.9, by doubling and halving."""
    most = _MOST if population is None else min(population, _MOST)
    high = max(inspected, _minimum(population, risk))
    while high < most and _power(high, rate, risk) < _POWER:
        high *= 2
    if high >= most:
        if population is not None and most == population:
            return population - inspected  # all of them decide it for certain
        return None
    low = max(inspected, high // 2)
    while low < high:
        middle = (low + high) // 2
        if _power(middle, rate, risk) >= _POWER:
            high = middle
        else:
            low = middle + 1
    return max(1, high - inspected)


def _power(size: int, rate: float, risk: float) -> float:
    """The probability that ``size`` documents of an endless source with this rate are decided as they should be."""
    limit = LIMIT_PERCENT / 100
    if rate > limit:
        return at_least(_threshold(size, risk, up=True), size, rate)
    return at_most(_threshold(size, risk, up=False), size, rate)


def _threshold(size: int, risk: float, *, up: bool) -> int:
    """The smallest count that blacklists, or the largest that clears (-1: none does)."""
    limit = LIMIT_PERCENT / 100
    low, high = (0, size + 1) if up else (-1, size)
    while low < high:
        middle = (low + high) // 2 if up else (low + high + 1) // 2
        if up:
            low, high = (low, middle) if at_least(middle, size, limit) <= risk - _LAST_BITS else (middle + 1, high)
        else:
            low, high = (middle, high) if at_most(middle, size, limit) <= risk - _LAST_BITS else (low, middle - 1)
    return low
