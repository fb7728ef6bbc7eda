"""What a report says that does not lie in the Parquet of a run: the register, samples, complaints, appeals, people, versions.

Plain data that others fill (``gathering.py`` from the store, tests by hand). Times are RFC 3339 in UTC; numbers that were computed as
floats come as decimal text (``report.fixed``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Facts", "Failures", "Quarantined", "Remark", "SampleFacts", "SourceFacts", "VerdictFacts"]


@dataclass(frozen=True, slots=True)
class VerdictFacts:
    """The exact test of the 5 % rule on one source. ``verdict``: clear · undecided · blacklisted. Bounds in per cent, decimal text.
    ``more``: how many documents are still to be drawn where it is undecided."""

    inspected: int
    illegal: int
    verdict: str
    lower: str
    upper: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a source, in a stable word and both languages, with its clause. ``forbids``: it must not be used as long as that stands."""

    word: str
    clause: str
    zh: str
    en: str
    forbids: bool = False


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A registered source, as far as a report tells of it. ``missing``: what the register lacks; ``objections``: what speaks against its use.
    ``robots``, ``opt_out``: what its site says of being collected (allowed, refused, partly, absent), empty where nobody looked."""

    source: str
    name: str
    kind: str
    status: str
    licence: str = ""
    country: str = ""
    languages: Sequence[str] = ()
    media: Sequence[str] = ()
    url: str = ""
    personal_basis: str = ""
    collected_from: str = ""
    collected_to: str = ""
    owner: str = ""
    robots: str = ""
    opt_out: str = ""
    missing: Sequence[Remark] = ()
    objections: Sequence[Remark] = ()
    verdict: VerdictFacts | None = None


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """A sample and what people or techniques said of it. ``kind``: human · technical · removed. ``of``: what it was drawn from, ``kept``,
    ``removed``, or ``all`` for a check of sources before anything was decided.

    ``population``: what it was drawn from. ``legal``: whether size and pass rate are those of TC260-003, 9.2; ``confident``: whether the
    true rate is shown to be within the limit at 95 %; both None while it is open. ``upper``: upper bound of the share of bad items
    (for ``removed``: of wrongly removed ones), per cent. ``kappa``, ``agreement``: decimal text, empty where nothing was looked at twice.
    """

    sample: str
    kind: Literal["human", "technical", "removed"]
    status: Literal["open", "closed"]
    population: int
    drawn: int
    of: str = "kept"
    strata: int = 1
    passed: int = 0
    failed: int = 0
    double: int = 0
    adjudicated: int = 0
    reviewers: int = 0
    legal: bool | None = None
    confident: bool | None = None
    lower: str = ""
    upper: str = ""
    kappa: str = ""
    agreement: str = ""
    seed_commitment: str = ""
    closed_at: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A shard that no worker could finish: its bytes are not inspected."""

    file: str
    begin: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Failures:
    """How many documents a kernel gave up on, and why, in one word."""

    kernel: str
    reason: str
    documents: int


@dataclass(frozen=True, slots=True)
class Facts:
    """``kernels``: name → version of all that were to run. ``versions``: everything else that decides the outcome (``code``,
    ``rulebook``, ``policy``). ``models``: whether the kernel ``illegal`` also asked the family models.
    ``complaints``, ``appeals``: counts by status. ``schedule``: ``every_days``, ``due_at``, ``overdue``.
    ``policy``: ``version``, ``by`` (shipped, operator), ``since`` (a day): by which documents were decided; empty before they were.
    ``staff``: ``people``, ``trained``, ``examined``, ``rules`` (documents in force), ``separated`` (roles apart).
    """

    corpus: str
    made_at: str
    made_by: str
    run: str = ""
    engine: str = "native"
    workers: int = 1
    seconds: int = 0
    kernels: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    models: bool = False
    sources: Sequence[SourceFacts] = ()
    samples: Sequence[SampleFacts] = ()
    quarantined: Sequence[Quarantined] = ()
    failures: Sequence[Failures] = ()
    complaints: Mapping[str, int] = field(default_factory=dict)
    appeals: Mapping[str, int] = field(default_factory=dict)
    schedule: Mapping[str, int | str | bool] = field(default_factory=dict)
    staff: Mapping[str, int | bool] = field(default_factory=dict)
    policy: Mapping[str, str] = field(default_factory=dict)
