"""One trial: a text through the same engine and the same policy as every other, with everything that they saw on the way.

Pure besides the clock: nothing is recorded, and nothing of the text is logged or kept. ``Tried.explanation.findings`` and
``Tried.judgement`` are what ``Pipeline.inspect`` and ``Pipeline.judge`` give for the same text and context; a test holds that.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

from brightline.errors import TooLarge, TooSlow
from brightline.model import AgeBand, Context, Door, Finding, Outcome, Part, Side, Strictness
from brightline.pipeline import Pipeline
from brightline.rulebook import Judgement
from brightline.rulebook.policy import outcome_of
from brightline.rulebook.reasons import Why
from brightline.server.console.trial.segments import Segment, lane_segments, raw_segments
from brightline.server.face import msgid as _
from brightline.text.explain import Explanation, explain

__all__ = [
    "DIALOGUE",
    "MOST_CHARS",
    "Asked",
    "Price",
    "Step",
    "Tried",
    "context_of",
    "in_time",
    "outcome_under",
    "step_of",
    "try_text",
    "turned_keys",
]

MOST_CHARS = 10_000
"""Longest text that is tried: the worst one of that length took 0.4 s to explain (docs/console-rules.md)."""

DIALOGUE = "dialogue"
"""What a form says instead of a side where the text is a conversation, a role before each turn."""

_PART = "text"
_RUNS = 5  # a scan of some microseconds is measured several times, and the middle one is told
_RUN_AGAIN_BELOW_NS = 2_000_000
_DATES = (date(2000, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be tried, and under which settings. ``on``: the law of that day; ``is_dialogue``: the text is a conversation."""

    text: str
    side: Side
    strictness: Strictness
    age_band: AgeBand
    on: date
    is_dialogue: bool = False

    @property
    def comes_as(self) -> str:
        """The side, or ``DIALOGUE``."""
        return DIALOGUE if self.is_dialogue else self.side.value

    @classmethod
    def of(cls, fields: Mapping[str, str], pipeline: Pipeline) -> Asked:
        """What a form asks for; a setting that is missing or none of the permitted ones is the installation's own."""
        today = datetime.now(UTC).date()
        try:
            on = date.fromisoformat(fields.get("on", "")[:10])
        except ValueError:
            on = today
        return cls(
            text=fields.get("text", "").replace("\r\n", "\n"),
            side=_one_of(Side, fields.get("side", ""), Side.PROMPT),
            strictness=_one_of(Strictness, fields.get("strictness", ""), pipeline.settings.strictness),
            age_band=_one_of(AgeBand, fields.get("age_band", ""), AgeBand.UNKNOWN),
            on=min(max(on, _DATES[0]), _DATES[1]),
            is_dialogue=fields.get("side") == DIALOGUE,
        )

    def check(self) -> None:
        """Raise ``TooLarge`` BL-INPUT-413 where the text is too long to be tried."""
        if len(self.text) > MOST_CHARS:
            raise TooLarge("BL-INPUT-413", _("This is longer than 10,000 characters. Longer texts can be sent to the API."))


@dataclass(frozen=True, slots=True)
class Step:
    """What the policy made of one finding, and why: its own step, taken apart. ``details``: rule ids, contexts or a term."""

    number: int
    outcome: Outcome
    why: Why
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """Processor time of the scan (all goals of the side) and of the policy, in microseconds, and characters for each lane."""

    scan_us: float
    judge_us: float
    characters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a linear model found: no goal with slots, only runs of characters that weigh."""

    finding: Finding
    step: Step
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Tried:
    """Everything about one text. ``outcomes``: what any other setting would give, by side, strictness and age band."""

    asked: Asked
    explanation: Explanation
    judgement: Judgement
    steps: tuple[Step, ...]
    segments: tuple[Segment, ...]
    lanes: tuple[tuple[str, tuple[Segment, ...]], ...]
    price: Price
    outcomes: Mapping[tuple[Side, Strictness, AgeBand], Outcome]
    weighed: tuple[Weighed, ...] = ()

    @property
    def turned(self) -> tuple[str, ...]:
        """The rules that were turned as keys by what decided, each once, in the judgement's order."""
        return turned_keys(self.judgement, self.steps)


def turned_keys(judgement: Judgement, steps: Sequence[Step]) -> tuple[str, ...]:
    """The rules that were turned as keys by what decided. ``steps``: one for each finding, in the findings' order."""
    deciding = [steps[index] for index in judgement.decisive]
    keys = {rule_id for step in deciding if step.why in (Why.KEYS, Why.TIGHTENED) for rule_id in step.details}
    return tuple(rule_id for rule_id in judgement.rules if rule_id in keys)


def try_text(pipeline: Pipeline, asked: Asked, most_s: float) -> Tried:
    """Try ``asked``. Raises ``TooSlow`` BL-INPUT-408 between two stages once this thread has worked for ``most_s`` seconds on it."""
    deadline = time.thread_time() + most_s
    context = context_of(pipeline, asked.strictness, asked.age_band, asked.on)
    findings, scan_us = _scan(pipeline, asked)
    in_time(deadline)
    began = time.thread_time_ns()
    judgement = pipeline.judge(findings, context)
    judge_us = (time.thread_time_ns() - began) / 1000
    explanation = _as_weighed(explain(pipeline.engine, asked.text, asked.side, _PART), findings)
    in_time(deadline)
    by_side = {asked.side: findings}
    for side in Side:
        if side is not asked.side:
            by_side[side] = pipeline.inspect([Part(_PART, side, asked.text)])
            in_time(deadline)
    outcomes: dict[tuple[Side, Strictness, AgeBand], Outcome] = {}
    for side, strictness, age in product(Side, Strictness, AgeBand):
        outcomes[side, strictness, age] = outcome_under(pipeline, by_side[side], context_of(pipeline, strictness, age, asked.on))
    in_time(deadline)
    numbered = [(number, met.finding.spans) for number, met in enumerate(explanation.met, 1)]
    return Tried(
        asked=asked,
        explanation=explanation,
        judgement=judgement,
        steps=tuple(step_of(index, finding, judgement.steps[index]) for index, finding in enumerate(findings)),
        segments=tuple(raw_segments(asked.text, numbered)),
        lanes=tuple((lane.name, tuple(lane_segments(lane, explanation.met))) for lane in explanation.lanes),
        price=Price(scan_us, judge_us, tuple((lane.name, len(lane.text)) for lane in explanation.lanes)),
        outcomes=outcomes,
        weighed=tuple(_weighed(pipeline, findings, judgement, len(explanation.met))),
    )


def _as_weighed(explanation: Explanation, findings: Sequence[Finding]) -> Explanation:
    """What the engine saw, its findings as the weigher left them: some excused. They come first, in the engine's order."""
    met = tuple(replace(one, finding=finding) for one, finding in zip(explanation.met, findings, strict=False))
    return replace(explanation, met=met)


def _weighed(pipeline: Pipeline, findings: Sequence[Finding], judgement: Judgement, first: int) -> Iterator[Weighed]:
    titles = pipeline.model_cards
    for index, finding in enumerate(findings[first:], first):
        card = titles.get(finding.goal)
        if card is not None:
            yield Weighed(finding, step_of(index, finding, judgement.steps[index]), card.title_zh, card.title_en)


def _scan(pipeline: Pipeline, asked: Asked) -> tuple[list[Finding], float]:
    """The findings, and the processor time of one scan in microseconds."""
    part = Part(_PART, asked.side, asked.text)
    pipeline.inspect([Part(_PART, asked.side, "")])  # the side's automata are built when first needed: not the price of this text
    spent: list[int] = []
    findings: list[Finding] = []
    while len(spent) < _RUNS and sum(spent) < _RUN_AGAIN_BELOW_NS:
        began = time.thread_time_ns()
        findings = pipeline.inspect([part])
        spent.append(time.thread_time_ns() - began)
    return findings, statistics.median(spent) / 1000


def outcome_under(pipeline: Pipeline, findings: Sequence[Finding], context: Context) -> Outcome:
    """The outcome of ``Pipeline.judge`` without its reasons. Findings of one goal differ for the policy only in whether they are excused."""
    kinds = {(finding.goal, bool(finding.exceptions)): finding for finding in findings}
    reached = (outcome_of(finding, context, pipeline.rulebook, pipeline.terms) for finding in kinds.values())
    return max(reached, key=lambda outcome: outcome.severity, default=Outcome.ALLOW)


def step_of(index: int, finding: Finding, line: str) -> Step:
    """Take apart ``index:goal:asked->outcome:why[=details][:unknown=…]`` (rulebook.policy)."""
    rest = line.removeprefix(f"{index}:{finding.goal}:{finding.effect}->")
    outcome, _colon, because = rest.partition(":")
    because = because.partition(":unknown=")[0]
    why, _equals, details = because.partition("=")
    return Step(index + 1, Outcome(outcome), Why(why), tuple(details.split("+")) if details else ())


def context_of(pipeline: Pipeline, strictness: Strictness, age_band: AgeBand, on: date) -> Context:
    """The context of a trial."""
    return pipeline.context(Door.API, age_band=age_band, strictness=strictness, on=on)


def in_time(deadline: float) -> None:
    """Raise ``TooSlow`` BL-INPUT-408 once this thread has worked until ``deadline``."""
    if time.thread_time() > deadline:
        raise TooSlow("BL-INPUT-408", _("This text takes too long to try. Shorten it, or send it to the API."))


def _one_of(kind: Any, value: str, default: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return default
