"""One trial of a conversation: its turns through the same pipeline as every dialogue item, and how they were read together.

Pure besides the clock: nothing is recorded, and nothing of the text is logged or kept. ``judgement`` and the findings are what
``Pipeline.decide_item`` gives for the same turns and context; a test holds that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from brightline.errors import InputError, TooLarge
from brightline.model import AgeBand, Finding, Item, Outcome, Part, Side, Span, Strictness
from brightline.moderation.dialogue import dialogue_item
from brightline.moderation.dialogue.explaining import DialogueExplanation, OpenSlots, TurnExplanation, explain_dialogue
from brightline.moderation.dialogue.transcript import spoken
from brightline.pipeline import Pipeline
from brightline.rulebook import Judgement
from brightline.server.console.trial.judging import Asked, Step, context_of, in_time, outcome_under, step_of, turned_keys
from brightline.server.console.trial.segments import Segment, raw_segments
from brightline.server.face import msgid as _
from brightline.text.explain import Explanation, LaneText, explain

__all__ = ["MOST_TURNS", "Cited", "Found", "Said", "TriedConversation", "try_conversation"]

MOST_TURNS = 100
"""Turns of one trial: five times what the engine remembers of a conversation, and more than a page should show."""


class Cited(NamedTuple):
    """A piece of evidence: in which turn (from 1) and where it stands, as what it was read, and which slot it fills, if that is known."""

    turn: int
    span: Span
    text: str
    read: str
    slot: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what the policy made of it. ``over_turns``: no turn alone says it."""

    number: int
    finding: Finding
    step: Step
    cited: tuple[Cited, ...]

    @property
    def over_turns(self) -> bool:
        return len({one.turn for one in self.cited}) > 1


@dataclass(frozen=True, slots=True)
class Said:
    """A turn: what was said, cut where evidence begins and ends; the lanes that read other letters, or saw something; how it goes on."""

    number: int
    role: str
    text: str
    segments: tuple[Segment, ...]
    lanes: tuple[LaneText, ...]
    told: TurnExplanation | None


@dataclass(frozen=True, slots=True)
class TriedConversation:
    """Everything about one conversation. ``left_open``: goals for the sake of which its answers are judged one step stricter."""

    asked: Asked
    judgement: Judgement
    turns: tuple[Said, ...]
    found: tuple[Found, ...]
    open_goals: tuple[OpenSlots, ...]
    explanation: DialogueExplanation
    left_open: tuple[str, ...]
    inspect_us: float
    outcomes: Mapping[tuple[Strictness, AgeBand], Outcome]

    @property
    def turned(self) -> tuple[str, ...]:
        """The rules that were turned as keys by what decided, each once, in the judgement's order."""
        return turned_keys(self.judgement, [one.step for one in self.found])


def try_conversation(pipeline: Pipeline, asked: Asked, most_s: float) -> TriedConversation:
    """Try ``asked``. Raises ``InputError`` for a text in which nobody speaks, ``TooLarge``, and ``TooSlow`` as ``try_text`` does."""
    deadline = time.thread_time() + most_s
    item = _item(asked.text)
    for side in (Side.PROMPT, Side.ANSWER):
        pipeline.inspect([Part("", side, "")])  # a side's automata are built when first needed: not the price of this text
    began = time.thread_time_ns()
    decision = pipeline.decide_item(item, context_of(pipeline, asked.strictness, asked.age_band, asked.on))
    inspect_us = (time.thread_time_ns() - began) / 1000
    in_time(deadline)
    findings, context = decision.findings, decision.context
    judgement = pipeline.judge(findings, context)
    explanation = explain_dialogue(pipeline.dialogues, item.parts)
    in_time(deadline)
    seen: dict[str, Explanation] = {}
    for part in item.parts:
        seen[part.path] = explain(pipeline.engine, part.text, part.side, part.path)
        in_time(deadline)
    slots = _slots(pipeline, item, seen)
    in_time(deadline)
    numbers = {part.path: number for number, part in enumerate(item.parts, 1)}
    return TriedConversation(
        asked=asked,
        judgement=judgement,
        turns=tuple(_said(part, numbers[part.path], findings, seen[part.path], explanation) for part in item.parts),
        found=tuple(
            Found(index + 1, finding, step_of(index, finding, judgement.steps[index]), tuple(_cited(finding, numbers, slots)))
            for index, finding in enumerate(findings)
        ),
        open_goals=explanation.open_goals,
        explanation=explanation,
        left_open=context.tightened,
        inspect_us=inspect_us,
        outcomes={
            (strictness, age): outcome_under(pipeline, findings, replace(context, strictness=strictness, age_band=age))
            for strictness, age in product(Strictness, AgeBand)
        },
    )


def _item(text: str) -> Item:
    try:
        item = dialogue_item(spoken("text", text))
    except InputError as problem:
        raise InputError(problem.code, _("Begin each turn with who speaks and a colon: user, assistant, system or tool.")) from None
    if len(item.parts) > MOST_TURNS:
        raise TooLarge("BL-INPUT-413", _("These are more than 100 turns. Longer conversations can be sent to the API."))
    return item


def _said(part: Part, number: int, findings: Sequence[Finding], seen: Explanation, whole: DialogueExplanation) -> Said:
    numbered = [(index, finding.spans_in(part.path)) for index, finding in enumerate(findings, 1)]
    return Said(
        number=number,
        role=part.path.rpartition(".")[2],
        text=part.text,
        segments=tuple(raw_segments(part.text, numbered)),
        lanes=tuple(lane for lane in seen.lanes if _is_telling(lane, part, findings, seen)),
        told=next((turn for turn in whole.turns if turn.part == part.path), None),
    )


def _is_telling(lane: LaneText, part: Part, findings: Sequence[Finding], seen: Explanation) -> bool:
    """Not where only marks and spaces read otherwise, as they do in nearly every text."""
    if not lane.changes:
        return False
    saw = {one.lane for one in findings if one.spans_in(part.path)}
    saw.update(hit.lane for hits in (*(met.hits for met in seen.met), *(missed.hits for missed in seen.missed)) for hit in hits)
    return (lane.name in saw and lane.name != "base") or any(
        any(map(str.isalnum, part.text[change.span.start : change.span.end])) for change in lane.changes
    )


def _slots(pipeline: Pipeline, item: Item, seen: Mapping[str, Explanation]) -> dict[tuple[str, str, Span], str]:
    """Goal, part and place → name of the slot: of what turns gave to goals over turns, and of what one turn met alone."""
    reader = pipeline.dialogues
    given = {
        (sight.goal, part.path, sight.span): reader.goals[sight.goal].slots[sight.slot].name
        for part in item.parts
        for sight in reader.read(part.text, Side.PROMPT).sights  # answers too are read for what the user asked
    }
    met = {
        (one.goal.id, path, span): hit.slot
        for path, each in seen.items()
        for one in each.met
        for span, hit in zip(one.finding.spans, one.hits, strict=False)
    }
    return given | met


def _cited(finding: Finding, numbers: Mapping[str, int], slots: Mapping[tuple[str, str, Span], str]) -> Iterable[Cited]:
    for index, (part, span) in enumerate(finding.places):
        text = finding.evidence[index] if index < len(finding.evidence) else ""
        read = finding.normalised[index] if index < len(finding.normalised) else ""
        yield Cited(numbers.get(part, 0), span, text, read, slots.get((finding.goal, part, span), ""))
