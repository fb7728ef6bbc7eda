"""A stored decision judged again with the rules loaded now: what would follow, and what has changed since.

Two questions, kept apart. *Judging again* runs the policy over the stored findings: it answers whether rules, terms or the
policy have changed. *Inspecting again* runs today's engine over the text that was kept: it answers whether the detectors have.
Neither changes anything. The steps of the policy are not stored with a decision; those shown are today's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from brightline.model import Decision, Finding, Item, Part, Side, Span
from brightline.pipeline import Pipeline
from brightline.rulebook import Judgement, decide

__all__ = ["Compared", "Fate", "Reinspection", "Replay", "Step", "VersionPair", "replay"]

_STEP = re.compile(
    r"(?P<index>\d+):(?P<goal>.*):(?P<asked>[a-z]+)->(?P<outcome>[a-z]+):(?P<why>[a-z_]+)(?:=(?P<detail>[^:]*))?(?::unknown=(?P<unknown>.*))?"
)


class Compared(NamedTuple):
    """A rule that is named then or now."""

    rule: str
    was: bool
    now: bool


class VersionPair(NamedTuple):
    """The version of something then and now; empty where it has none."""

    name: str
    was: str
    now: str

    @property
    def differs(self) -> bool:
        return self.was != self.now


class Step(NamedTuple):
    """What the policy made of one finding (``number`` counts from 1), and why (``reasons.Why``)."""

    number: int
    goal: str
    asked: str
    outcome: str
    why: str
    rules: tuple[str, ...]
    unknown: tuple[str, ...]
    decisive: bool


class Fate(NamedTuple):
    """A finding that only one of the two inspections has, or both. ``number`` is that of the stored one."""

    kind: Literal["kept", "added", "lost"]
    number: int | None
    goal: str
    part: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Reinspection:
    """``whole`` is false where only excerpts were kept: what stands outside of them could not be seen again."""

    whole: bool
    fates: tuple[Fate, ...]
    judgement: Judgement | None

    def of(self, kind: str) -> list[Fate]:
        """Those of one kind."""
        return [fate for fate in self.fates if fate.kind == kind]


@dataclass(frozen=True, slots=True)
class Replay:
    """Both judgements side by side. ``on`` is the day whose law was applied now; ``inspected`` is None without kept text."""

    on: date
    now: Judgement
    outcome_differs: bool
    ground_differs: bool
    reason_differs: bool
    rules: tuple[Compared, ...]
    steps: tuple[Step, ...]
    versions: tuple[VersionPair, ...]
    inspected: Reinspection | None

    @property
    def rules_differ(self) -> bool:
        return any(rule.was != rule.now for rule in self.rules)

    @property
    def same(self) -> bool:
        """True if outcome, ground, rules and reason are those of the stored decision."""
        return not (self.outcome_differs or self.ground_differs or self.reason_differs or self.rules_differ)


def replay(decision: Decision, pipeline: Pipeline, *, on: date | None = None) -> Replay:
    """Judge again; ``on`` another day than the decision's own asks under the law of that day."""
    context = decision.context if on is None else replace(decision.context, on=on)
    now = decide(decision.findings, context, pipeline.rulebook, pipeline.terms, decision.not_inspected)
    names = dict.fromkeys([*decision.versions, *pipeline.versions])
    return Replay(
        on=context.on,
        now=now,
        outcome_differs=now.outcome is not decision.outcome,
        ground_differs=now.ground is not decision.ground,
        reason_differs=(now.reason_zh, now.reason_en) != (decision.reason_zh, decision.reason_en),
        rules=tuple(Compared(rule, rule in decision.rules, rule in now.rules) for rule in dict.fromkeys([*decision.rules, *now.rules])),
        steps=tuple(_steps(now)),
        versions=tuple(VersionPair(name, decision.versions.get(name, ""), pipeline.versions.get(name, "")) for name in names),
        inspected=_inspected(replace(decision, context=context), pipeline),
    )


def _steps(judgement: Judgement) -> Iterable[Step]:
    for line in judgement.steps:
        found = _STEP.fullmatch(line)
        if found is None:
            continue
        index = int(found["index"])
        detail = found["detail"] or ""
        yield Step(
            number=index + 1,
            goal=found["goal"],
            asked=found["asked"],
            outcome=found["outcome"],
            why=found["why"],
            rules=tuple(detail.split("+")) if detail and found["why"] in ("keys", "tightened") else (),
            unknown=tuple((found["unknown"] or "").split("+")) if found["unknown"] else (),
            decisive=index in judgement.decisive,
        )


def _inspected(decision: Decision, pipeline: Pipeline) -> Reinspection | None:
    """Today's findings in the text that was kept, against the stored ones."""
    if decision.texts:
        sides = _sides(decision)
        found = pipeline.inspect_item(
            Item(decision.item_kind, tuple(Part(path, sides[path], text) for path, text in decision.texts.items()))
        )
        judgement = pipeline.judge(found, decision.context, decision.not_inspected)
        return Reinspection(True, tuple(_fates(decision.findings, found)), judgement)
    kept = [finding for finding in decision.findings if finding.excerpt]
    if not kept:
        return None
    excerpts = dict.fromkeys((finding.part, finding.side, finding.excerpt_start, finding.excerpt) for finding in kept)
    found = [_moved(seen, start) for part, side, start, text in excerpts for seen in pipeline.inspect([Part(part, side, text)])]
    return Reinspection(False, tuple(_fates(kept, _once(found), decision.findings)), None)


def _sides(decision: Decision) -> dict[str, Side]:
    """From which side each kept text comes: what its findings say, else whether the answer carried it."""
    channels = decision.request.get("channels", ())
    sides = {path: Side.ANSWER if path in channels else Side.PROMPT for path in decision.texts}
    return sides | {finding.part: finding.side for finding in decision.findings if finding.part in sides}


def _moved(finding: Finding, start: int) -> Finding:
    return replace(finding, spans=tuple(Span(span.start + start, span.end + start) for span in finding.spans))


def _once(findings: Iterable[Finding]) -> list[Finding]:
    return list({_identity(finding): finding for finding in findings}.values())


def _identity(finding: Finding) -> tuple[str, str, tuple[Span, ...]]:
    return finding.goal, finding.part, finding.spans


def _fates(stored: Sequence[Finding], found: Sequence[Finding], numbered: Sequence[Finding] | None = None) -> Iterable[Fate]:
    """What became of each finding. Same goal, part and spans are the same finding."""
    numbers = {_identity(finding): number for number, finding in reversed(list(enumerate(numbered or stored, 1)))}
    today = {_identity(finding) for finding in found}
    for identity in dict.fromkeys(map(_identity, stored)):
        yield Fate("kept" if identity in today else "lost", numbers[identity], *identity)
    known = {_identity(finding) for finding in stored}
    for identity in dict.fromkeys(map(_identity, found)):
        if identity not in known:
            yield Fate("added", None, *identity)
