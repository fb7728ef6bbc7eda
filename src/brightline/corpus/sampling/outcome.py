"""What a sample says: the standard's pass or fail, the statement that it proves, and what each source is like. Pure arithmetic.

Four numbers stand side by side, because each of them answers another question:

    legal       is the share asked for reached, in a sample as large as asked for?      a fact about the sample
    confidence  is less than the limit bad, at 95 %?                                    a statement about the corpus
    estimate    which share of the corpus is bad, with its exact interval               the core of the sample, where it is proportional
    weighted    the same from all documents looked at, those of small sources too       each with the weight of its source

Where strata were drawn with different shares (a tenth rounded up in each of many small sources, so many of each source whatever its size),
the core does not stand for the whole: the estimate is then the weighted one, and the statement must hold with weights, too.
A document without a verdict passes nowhere: it counts as a failure in the legal figure and in the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from brightline.corpus.sampling.acceptance import acceptance_number, passes
from brightline.corpus.sampling.agreement import Agreement
from brightline.corpus.sampling.binomial import Interval, clopper_pearson, finite_interval, upper_bound
from brightline.corpus.sampling.plans import REMOVED_LIMIT, Plan
from brightline.corpus.sampling.strata import Estimate, Stratum, weighted_estimate

__all__ = ["Confidence", "Count", "Legal", "Outcome", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Count:
    """Documents of one source (or stratum): drawn, decided, and with the verdict fail."""

    name: str
    drawn: int
    decided: int
    failures: int


@dataclass(frozen=True, slots=True)
class Legal:
    """``met`` by the standard: ``asked_size`` documents looked at, and ``asked_percent`` of them passed."""

    met: bool
    asked_size: int
    asked_percent: int
    size: int
    passed: int
    rule: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """Whether it is proved that less than ``limit`` of the corpus is bad. ``most``: the failures with which it would be, -1: with none."""

    holds: bool
    level: float
    limit: float
    most: int
    failures: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a sample. ``failures``, ``undecided`` and ``size`` are of the core, which stands for the whole; ``sources`` count all
    documents. ``legal`` and ``confidence`` are None where nothing is asked."""

    kind: str
    population: int
    size: int
    failures: int
    undecided: int
    rate: float
    interval: Interval
    legal: Legal | None
    confidence: Confidence | None
    weighted: Estimate
    sources: tuple[Count, ...]
    strata: tuple[Count, ...]
    rules: Mapping[str, int]
    agreement: Agreement

    def to_document(self) -> dict[str, Any]:
        """The outcome as JSON values; shares with six digits."""
        return {
            "agreement": self.agreement.to_document(),
            "confidence": None if self.confidence is None else _fields(self.confidence),
            "failures": self.failures,
            "interval": _rounded(self.interval),
            "kind": self.kind,
            "legal": None if self.legal is None else _fields(self.legal),
            "population": self.population,
            "rate": round(self.rate, 6),
            "rules": dict(sorted(self.rules.items())),
            "size": self.size,
            "sources": [_fields(count) for count in self.sources],
            "strata": [_fields(count) for count in self.strata],
            "undecided": self.undecided,
            "weighted": {
                "effective_size": round(self.weighted.effective_size, 1),
                "interval": _rounded(self.weighted.interval),
                "rate": round(self.weighted.rate, 6),
                "unseen": self.weighted.unseen,
            },
        }


def outcome_of(
    plan: Plan,
    *,
    verdicts: Mapping[tuple[str, str, str], int],
    core: Mapping[tuple[str, str, str], int],
    rules: Iterable[tuple[int, tuple[str, ...]]] = (),
    agreement: Agreement,
) -> Outcome:
    """The outcome of a plan from the number of documents by (source, stratum, verdict): all of them, and those of the ``core``.

    ``rules``: those that each failed document breaks.
    """
    size = sum(core.values())
    failures = _of(core, "fail")
    undecided = _of(core, "")
    decided = size - undecided
    bad = failures + undecided
    named: dict[str, int] = {}
    for _position, broken in rules:
        for rule in broken:
            named[rule] = named.get(rule, 0) + 1
    weighted = weighted_estimate(_strata(plan, verdicts), plan.confidence)
    own = (failures / decided if decided else 0.0, _interval(failures, decided, plan, undecided))
    rate, interval = own if plan.is_proportional else (weighted.rate, weighted.interval)
    return Outcome(
        kind=plan.kind,
        population=plan.total,
        size=size,
        failures=failures,
        undecided=undecided,
        rate=rate,
        interval=interval,
        legal=_legal(plan, size, bad),
        confidence=_confidence(plan, size, bad, weighted),
        weighted=weighted,
        sources=_counts(verdicts, 0),
        strata=_counts(verdicts, 1),
        rules=named,
        agreement=agreement,
    )


def _legal(plan: Plan, size: int, bad: int) -> Legal | None:
    if not plan.pass_percent:
        return None
    met = size >= plan.asked_size and passes(size, bad, plan.pass_percent)
    return Legal(met, plan.asked_size, plan.pass_percent, size, size - bad, "SEC-D8" if plan.kind == "technical" else "SEC-D7")


def _confidence(plan: Plan, size: int, bad: int, weighted: Estimate) -> Confidence | None:
    """The limit is the complement of the pass share; for removed documents, where no standard sets one, that of our own goal."""
    if not size or (not plan.pass_percent and plan.kind != "removed"):
        return None
    limit = (100 - plan.pass_percent) / 100 if plan.pass_percent else REMOVED_LIMIT
    most = acceptance_number(size, limit, plan.confidence, plan.total)
    holds = bad <= most and (plan.is_proportional or _highest(weighted, plan.confidence) <= limit)
    return Confidence(holds, plan.confidence, limit, most, bad)


def _highest(weighted: Estimate, confidence: float) -> float:
    """The largest share of bad documents that the weighted sample does not contradict; all looked at: the share itself."""
    if weighted.interval.low == weighted.interval.high:
        return weighted.rate
    return upper_bound(weighted.rate * weighted.effective_size, weighted.effective_size, confidence)


def _interval(failures: int, decided: int, plan: Plan, undecided: int) -> Interval:
    if plan.is_census and not undecided:
        return finite_interval(failures, decided, decided, plan.confidence)
    return clopper_pearson(failures, decided, plan.confidence)


def _strata(plan: Plan, verdicts: Mapping[tuple[str, str, str], int]) -> list[Stratum]:
    decided: dict[str, int] = {}
    failed: dict[str, int] = {}
    for (_source, stratum, verdict), count in verdicts.items():
        if verdict:
            decided[stratum] = decided.get(stratum, 0) + count
        if verdict == "fail":
            failed[stratum] = failed.get(stratum, 0) + count
    return [Stratum(name, population, decided.get(name, 0), failed.get(name, 0)) for name, population in sorted(plan.strata.items())]


def _counts(verdicts: Mapping[tuple[str, str, str], int], by: int) -> tuple[Count, ...]:
    rows: dict[str, tuple[int, int, int]] = {}
    for key, count in verdicts.items():
        drawn, decided, failures = rows.get(key[by], (0, 0, 0))
        rows[key[by]] = (drawn + count, decided + count * (key[2] != ""), failures + count * (key[2] == "fail"))
    return tuple(Count(name, *counts) for name, counts in sorted(rows.items()))


def _of(verdicts: Mapping[tuple[str, str, str], int], verdict: str) -> int:
    return sum(count for key, count in verdicts.items() if key[2] == verdict)


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def _rounded(interval: Interval) -> list[float]:
    return [round(interval.low, 6), round(interval.high, 6)]
