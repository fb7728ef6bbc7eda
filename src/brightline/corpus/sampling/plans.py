"""Plans of an inspection by sample: which documents are asked about, how many of each source, and what is asked of the result.

    human      of what is kept     at least 4,000 documents, or all of a smaller corpus; 96 % pass           SEC-D7, TC260-003, 9.2
    technical  of what is kept     at least a tenth, by rules and models; 98 % pass                         SEC-D8, TC260-003, 9.2
    removed    of what was not     was it right to take it out? over-blocking as a number                  own duty, README
    source     of all documents    a check of one or more sources against the 5 % rule, before cleaning     SEC-D1, SEC-D2, TC260-003, 5.1

A plan is a JSON document: an auditor who has it, the seed and the corpus draws the same sample (``drawing.py``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.acceptance import Acceptance, acceptance, zero_defect_size
from brightline.corpus.sampling.strata import allocate

__all__ = ["Kind", "Plan", "Population", "plan_human", "plan_removed", "plan_source_check", "plan_technical"]

Kind = Literal["human", "technical", "removed"]
Population = Literal["kept", "removed", "all"]

HUMAN_SIZE, HUMAN_PASS_PERCENT = 4_000, 96  # TC260-003, 9.2 a): no fewer than 4,000, pass rate no lower than 96 %
TECHNICAL_PERCENT, TECHNICAL_PASS_PERCENT = 10, 98  # TC260-003, 9.2 b): no less than 10 % of the total, no lower than 98 %
SOURCE_FLOOR = 60
"""Documents of each source at least, on top: with none bad among 59, more than 5 % are excluded at 95 % (zero_defect_size(0.05) = 59).

Together the floor asks at most as much as the sample itself, so that nobody looks at more than twice what the standard wants: with so many
sources that 60 of each would be more, the floor is the largest number that fits, the same for all (``Plan.least``), and what it excludes is
said beside it (``Plan.excludes``): 8 documents of each of 1,000 sources exclude no more than "over 31 % bad". A verdict on one of so many
sources is asked of a source check."""
SOURCE_SIZE = 400
"""Documents for a check of one source: a source that is 10 % bad is found out with probability 0.98 (28 or more of 400)."""
REMOVED_LIMIT = 0.005
"""Over-blocking that a sample of removed documents must be able to exclude: the goal of the benign corpora (issue 6: ≤ 0.5 % dropped)."""
DOUBLE_PERCENT, DOUBLE_LEAST = 10, 200
"""Documents that two people look at: a tenth, and 200 at least, with which κ = 0.8 is known to about ± 0.1 (own choice)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``core``: how many of each stratum stand for the whole, together ``size``; ``extra``: how many more for the strata's own sake.
    ``pass_percent`` 0: nothing is asked of the share. ``strata``: documents in each. ``number``: which sample of its kind and population of a run
    it is, from 1 (``seeds.py``)."""

    kind: Kind
    population: Population
    strata: Mapping[str, int]
    core: Mapping[str, int]
    extra: Mapping[str, int] = field(default_factory=dict)
    pass_percent: int = 0
    confidence: float = 0.95
    double: int = 0
    rules: tuple[str, ...] = ()
    number: int = 1

    @property
    def total(self) -> int:
        """Documents that could be drawn."""
        return sum(self.strata.values())

    @property
    def size(self) -> int:
        """Documents that stand for the whole."""
        return sum(self.core.values())

    @property
    def asked_size(self) -> int:
        """Documents that the standard wants looked at: 4,000 or all by people, a tenth by programs (TC260-003, 9.2)."""
        return -(-self.total * TECHNICAL_PERCENT // 100) if self.kind == "technical" else min(HUMAN_SIZE, self.total)

    @property
    def drawn(self) -> int:
        """All documents that are drawn."""
        return self.size + sum(self.extra.values())

    @property
    def least(self) -> int:
        """Documents that are drawn of each stratum at least, of a smaller one all; 0 for no stratum. What was looked at as a whole binds nothing."""
        drawn = [self.quota(name) for name, count in self.strata.items() if self.quota(name) < count]
        return min(drawn, default=max((self.quota(name) for name in self.strata), default=0))

    @property
    def excludes(self) -> float:
        """The share of bad documents that is excluded for a stratum of which ``least`` were looked at and none was bad: 1 - (1 - confidence)^(1/n)."""
        return 1.0 - (1.0 - self.confidence) ** (1.0 / self.least) if self.least else 1.0

    @property
    def is_census(self) -> bool:
        """Whether nothing is left out, so that there is no error of sampling."""
        return self.size == self.total

    @property
    def is_proportional(self) -> bool:
        """Whether the core stands for the whole without weights: every stratum has its share of it, to the document."""
        return all(self.core.get(name, 0) == share for name, share in allocate(self.size, self.strata).items())

    def quota(self, stratum: str) -> int:
        """How many of a stratum are drawn."""
        return self.core.get(stratum, 0) + self.extra.get(stratum, 0)

    @property
    def acceptance(self) -> Acceptance | None:
        """What is asked of the result, None where no share is."""
        if not self.pass_percent or not self.size:
            return None
        return acceptance(self.size, self.pass_percent, confidence=self.confidence, population=self.total)

    def to_document(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return {
            "confidence": self.confidence,
            "core": dict(sorted(self.core.items())),
            "double": self.double,
            "extra": dict(sorted(self.extra.items())),
            "kind": self.kind,
            "number": self.number,
            "pass_percent": self.pass_percent,
            "population": self.population,
            "rules": list(self.rules),
            "strata": dict(sorted(self.strata.items())),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Plan:
        """The plan in a document. Raises ``CorpusError`` BL-CORPUS-051 for one that is none."""
        try:
            plan = cls(
                kind=document["kind"],
                population=document["population"],
                strata={str(name): int(count) for name, count in document["strata"].items()},
                core={str(name): int(count) for name, count in document["core"].items()},
                extra={str(name): int(count) for name, count in document["extra"].items()},
                pass_percent=int(document["pass_percent"]),
                confidence=float(document["confidence"]),
                double=int(document["double"]),
                rules=tuple(document["rules"]),
                number=int(document.get("number", 1)),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise CorpusError("BL-CORPUS-051", f"this is no sampling plan: {problem!r}", "take the plan as the sample has it") from problem
        beyond = [name for name in (*plan.core, *plan.extra) if plan.quota(name) > plan.strata.get(name, 0)]
        if beyond:
            raise CorpusError("BL-CORPUS-051", f"the plan draws more of {beyond[0]!r} than there is", "take the plan as the sample has it")
        return plan


def plan_human(
    strata: Mapping[str, int],
    *,
    size: int = HUMAN_SIZE,
    floor: int = SOURCE_FLOOR,
    double_percent: int = DOUBLE_PERCENT,
    confidence: float = 0.95,
) -> Plan:
    """People look at ``size`` documents of what is kept, and at ``floor`` of each source at least, as far as this no more than doubles
    the sample (``SOURCE_FLOOR``). ``strata``: documents by source.

    A corpus of fewer documents is looked at as a whole. A smaller ``size`` is permitted, for a look on the way, and never meets the
    standard (``outcome.py`` says so). Raises ``CorpusError`` BL-CORPUS-052 for an empty corpus.
    """
    counts = _counted(strata)
    core = allocate(size, counts)
    extra = _up_to_floor(counts, core, _affordable(counts, core, floor))
    double = _double(sum(core.values()) + sum(extra.values()), double_percent)
    return Plan("human", "kept", counts, core, extra, HUMAN_PASS_PERCENT, confidence, double, ("SEC-D7",))


def plan_technical(strata: Mapping[str, int], *, percent: int = TECHNICAL_PERCENT, confidence: float = 0.95) -> Plan:
    """Rules and models look again at ``percent`` of what is kept, rounded up in every source."""
    counts = _counted(strata)
    core = {name: -(-count * percent // 100) for name, count in counts.items()}
    return Plan("technical", "kept", counts, core, {}, TECHNICAL_PASS_PERCENT, confidence, 0, ("SEC-D8",))


def plan_removed(
    strata: Mapping[str, int], *, limit: float = REMOVED_LIMIT, double_percent: int = DOUBLE_PERCENT, confidence: float = 0.95
) -> Plan:
    """People look at documents that were dropped, quarantined or redacted: as many as prove less than ``limit`` wrong if none is.

    ``strata``: documents by outcome and rule, as the caller sees fit; each is represented by its share and by 20 at least (own choice:
    a rule that is wrong every seventh time is then seen with 95 %).
    """
    counts = _counted(strata)
    core = allocate(zero_defect_size(limit, confidence, sum(counts.values())), counts)
    extra = _up_to_floor(counts, core, 20)
    double = _double(sum(core.values()) + sum(extra.values()), double_percent)
    return Plan("removed", "removed", counts, core, extra, 0, confidence, double)


def plan_source_check(strata: Mapping[str, int], *, size: int = SOURCE_SIZE, confidence: float = 0.95) -> Plan:
    """People look at ``size`` documents of each source as it came, before anything is removed: the 5 % rule is about the source."""
    counts = _counted(strata)
    quota = {name: min(size, count) for name, count in counts.items()}
    return Plan("human", "all", counts, quota, {}, 0, confidence, _double(sum(quota.values()), DOUBLE_PERCENT), ("SEC-D1", "SEC-D2"))


def _counted(strata: Mapping[str, int]) -> dict[str, int]:
    counts = {name: count for name, count in sorted(strata.items()) if count > 0}
    if not counts:
        raise CorpusError("BL-CORPUS-052", "there is nothing from which a sample could be drawn", "inspect a corpus with documents first")
    return counts


def _up_to_floor(counts: Mapping[str, int], core: Mapping[str, int], floor: int) -> dict[str, int]:
    wanted = {name: min(floor, count) - core[name] for name, count in counts.items()}
    return {name: more for name, more in wanted.items() if more > 0}


def _affordable(counts: Mapping[str, int], core: Mapping[str, int], floor: int) -> int:
    """The largest floor up to ``floor`` that asks for no more documents than the core has."""
    size = sum(core.values())
    low, high = 0, floor
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_up_to_floor(counts, core, middle).values()) <= size:
            low = middle
        else:
            high = middle - 1
    return low


def _double(drawn: int, percent: int) -> int:
    return min(drawn, max(DOUBLE_LEAST, math.ceil(drawn * percent / 100))) if percent > 0 else 0
