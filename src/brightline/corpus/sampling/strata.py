"""Strata: how a sample is spread over the sources, and what it says of the whole when they were not all sampled alike.

Allocation is proportional, by largest remainders, so that the core of the sample stands for the corpus without weights: proportional
strata never widen the interval of a simple random sample. A floor for small sources comes on top of the core and serves the verdict on each source; it
enters the estimate for the whole only with its weight. The weighted interval is that of Korn and Graubard (1998): Clopper-Pearson at
the effective sample size, which also holds where no failure was seen and a variance formula would say "exactly zero".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brightline.corpus.sampling.binomial import Interval, clopper_pearson

__all__ = ["Estimate", "Stratum", "allocate", "weighted_estimate"]


@dataclass(frozen=True, slots=True)
class Stratum:
    """What was found in one: ``population`` documents, ``drawn`` of them, of which ``failures``."""

    name: str
    population: int
    drawn: int
    failures: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of bad documents in all strata together, with its interval. ``effective_size``: as many items as a simple sample would
    have needed. ``unseen``: documents of strata from which nothing was drawn, of which the estimate says nothing."""

    rate: float
    interval: Interval
    effective_size: float
    unseen: int


def allocate(size: int, populations: Mapping[str, int]) -> dict[str, int]:
    """How many of ``size`` fall to each stratum: proportional, whole numbers, never more than there are.

    Largest remainders, ties by name: the same for everybody who counts the same.
    """
    total = sum(populations.values())
    size = min(size, total)
    if size <= 0:
        return dict.fromkeys(sorted(populations), 0)
    shares = {name: size * populations[name] // total for name in sorted(populations)}
    remainders = sorted(populations, key=lambda name: (-(size * populations[name] % total), name))
    for name in remainders[: size - sum(shares.values())]:
        shares[name] += 1
    return shares


def weighted_estimate(strata: Iterable[Stratum], confidence: float = 0.95) -> Estimate:
    """The estimate for the whole from strata that were drawn with different shares."""
    rows = list(strata)
    seen = [row for row in rows if row.drawn > 0]
    unseen = sum(row.population for row in rows if row.drawn == 0)
    population = sum(row.population for row in seen)
    drawn = sum(row.drawn for row in seen)
    if population == 0:
        return Estimate(0.0, Interval(0.0, 1.0), 0.0, unseen)
    rate = sum(row.population * row.failures / row.drawn for row in seen) / population
    variance = sum(_variance(row, population) for row in seen)
    simple = rate * (1.0 - rate)
    # Fewer effective items than the weights leave, never more: a lucky spread is no evidence (after Korn and Graubard's truncation), and a
    # large stratum of which little was drawn and nothing bad seen has no variance and yet says little.
    effective = _effective_by_weights(seen, population)
    if variance > 0.0:
        effective = min(effective, simple / variance)
    if all(row.drawn == row.population for row in seen):
        return Estimate(rate, Interval(rate, rate), float(drawn), unseen)
    return Estimate(rate, clopper_pearson(rate * effective, effective, confidence), effective, unseen)


def _variance(row: Stratum, population: int) -> float:
    """A stratum's part in the variance, with the correction for what was drawn of it. A single item is taken as if it were two."""
    share = row.failures / row.drawn
    left = 1.0 - row.drawn / row.population
    weight = row.population / population
    return weight * weight * left * share * (1.0 - share) / max(1, row.drawn - 1)


def _effective_by_weights(seen: list[Stratum], population: int) -> float:
    """Kish's effective size, (Σw)² / Σw², which needs no variance."""
    squares = sum((row.population / population) ** 2 / row.drawn for row in seen)
    return min(float(sum(row.drawn for row in seen)), 1.0 / squares)
