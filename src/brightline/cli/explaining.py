"""``brightline check --explain``: how the engine read a text, which slots it saw, and what was missing for the goals that came nearest.

Findings are those of the decision: what a context or the weigher excuses is marked so, and linear models stand beside the goals.
Of a conversation: which turn gave which slot, how it goes on with the turn before, how it sounds so far, and what is open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from rich.text import Text

from brightline.cli.terminal import COLOURS, console
from brightline.model import Decision, Finding, Item, ItemKind, Part
from brightline.moderation.dialogue.explaining import DialogueExplanation, explain_dialogue
from brightline.moderation.families import DETECTOR as MODELS
from brightline.pipeline import Pipeline
from brightline.rulebook.contexts import context_name
from brightline.text.explain import MOST_CHARS, Explanation, LaneText, Met, Missed, SlotHit, explain

__all__ = ["as_document", "excused", "print_explanation"]

_NEAREST = 5
_SHOWN = 120  # characters of a lane on the terminal
_OBSTACLES = {
    "slot": "not there: {missing}",
    "allowed": "only harmless longer words: {missing}",
    "sentence": "not in one sentence",
    "clause": "not in one clause",
    "distance": "{distance} characters apart, at most {within}",
    "overlap": "the same characters",
}


def explained(pipeline: Pipeline, item: Item, decision: Decision) -> list[tuple[Part, Explanation | None]]:
    """Each text part with what the engine saw, its findings as the decision has them; None where a text is too long to be explained."""
    decided = {(finding.goal, finding.part, finding.spans): finding for finding in decision.findings}

    def seen(part: Part) -> Explanation:
        found = explain(pipeline.engine, part.text, part.side, part.path)
        met = (replace(one, finding=decided.get((one.goal.id, part.path, one.finding.spans), one.finding)) for one in found.met)
        return replace(found, met=tuple(met))

    return [(part, seen(part) if len(part.text) <= MOST_CHARS else None) for part in item.parts]


def as_document(pipeline: Pipeline, item: Item, decision: Decision) -> list[dict[str, Any]] | dict[str, Any]:
    """The same for programs."""
    if item.kind is ItemKind.DIALOGUE:
        return _dialogue_document(explain_dialogue(pipeline.dialogues, item.parts))
    return [
        {"part": part.path, "too_long": True}
        if seen is None
        else {"part": part.path} | _document(seen) | {"models": [_modelled(one) for one in _of_models(decision, part)]}
        for part, seen in explained(pipeline, item, decision)
    ]


def print_explanation(pipeline: Pipeline, item: Item, decision: Decision, lang: Literal["zh", "en"]) -> None:
    """Lanes, goals met with their slots, words that excuse, linear models, and the goals that came nearest; of a conversation its turns."""
    if item.kind is ItemKind.DIALOGUE:
        _print_dialogue(explain_dialogue(pipeline.dialogues, item.parts))
        return
    for part, seen in explained(pipeline, item, decision):
        if seen is None:
            _line("lanes", f"too long to explain: more than {MOST_CHARS} characters")
            continue
        for lane in seen.lanes:
            _line(f"{lane.name} lane", _cut(lane.text) + _changes(lane))
        for met in seen.met:
            title = met.goal.title_zh if lang == "zh" else met.goal.title_en
            _line("met", f"{met.goal.id}  {title}{excused(met.finding, lang)}", _colour(met.finding))
            for hit in met.hits:
                _line("", f"  {hit.slot}: {_of(hit, part.text)}")
            for word in met.exceptions:
                if word.counts:
                    _line("", f"  excused by {word.exception}: {part.text[word.span.start : word.span.end]!r}")
        for finding in _of_models(decision, part):
            _line("model", f"{finding.goal}, probability {finding.score:.2f}{excused(finding, lang)}", _colour(finding))
        for verdict in pipeline.models.verdicts(part.text):
            if verdict.level == "borderline":
                _line("model", f"{verdict.family}: borderline, probability {verdict.probability:.2f}")
        for missed in seen.missed[:_NEAREST]:
            why = _OBSTACLES[missed.obstacle].format(missing=", ".join(missed.missing), distance=missed.distance, within=missed.goal.within)
            _line("near", f"{missed.goal.id}: {', '.join(f'{hit.slot} {_of(hit, part.text)}' for hit in missed.hits[:3])} · {why}")


def excused(finding: Finding, lang: Literal["zh", "en"]) -> str:
    """What excuses a finding, in words that follow it; empty where nothing does."""
    return f" · excused: {', '.join(context_name(name, lang) for name in finding.exceptions)}" if finding.exceptions else ""


def _colour(finding: Finding) -> str:
    return "dim" if finding.exceptions else COLOURS[finding.effect]


def _of_models(decision: Decision, part: Part) -> list[Finding]:
    return [finding for finding in decision.findings if finding.part == part.path and finding.detector == MODELS]


def _print_dialogue(seen: DialogueExplanation) -> None:
    for turn in seen.turns:
        told = [f"goes on: {turn.bond}" if turn.bond != "none" else "", "another subject" if turn.shifts else "", *turn.techniques]
        told += [f"about {name}" for name in turn.excuses] + [f"sounds harmful so far: {turn.sounds:.2f}"]
        _line(turn.part, " · ".join(filter(None, told)))
        for slot in turn.slots:
            _line("", f"  {slot.goal}: {slot.slot} {slot.span.start}–{slot.span.end} {slot.written!r}, surprise {slot.surprise:.1f}")
    _line(
        "sounds",
        f"goals over turns count from {seen.goals_from:.2f} on, broad words and models from {seen.broad_from:.2f}, alone from {seen.alone_from:.2f}",
    )
    for one in seen.open_goals:
        _line("open", f"{one.goal}: {', '.join(one.filled)} seen · not there: {', '.join(one.missing)}")


def _dialogue_document(seen: DialogueExplanation) -> dict[str, Any]:
    return {
        "turns": [
            turn._asdict() | {"sounds": round(turn.sounds, 4), "slots": [slot._asdict() | {"span": list(slot.span)} for slot in turn.slots]}
            for turn in seen.turns
        ],
        "open": [one._asdict() for one in seen.open_goals],
        "trajectory": round(seen.score, 3),
        "goals_from": round(seen.goals_from, 4),
        "broad_from": round(seen.broad_from, 4),
        "alone_from": round(seen.alone_from, 4),
    }


def _line(head: str, body: str, style: str = "") -> None:
    text = Text(f"         {head:13} ", style="dim")
    text.append(body, style=style)
    console.print(text)


def _cut(text: str) -> str:
    shown = text[:_SHOWN].replace("\n", "⏎")
    return repr(shown)[1:-1] + ("…" if len(text) > _SHOWN else "")


def _changes(lane: LaneText) -> str:
    return f"  ({len(lane.changes)} read otherwise)" if lane.changes else ""


def _of(hit: SlotHit, text: str) -> str:
    place = f"{hit.span.start}–{hit.span.end} {text[hit.span.start : hit.span.end]!r}"
    lane = "" if hit.lane == "base" else f" ({hit.lane})"
    return f"{place}{lane}" + (" allowed" if hit.allowed else "")


def _document(seen: Explanation) -> dict[str, Any]:
    return {
        "lanes": [
            {
                "name": lane.name,
                "text": lane.text,
                "changes": [{"start": one.span.start, "end": one.span.end, "reads": one.reads} for one in lane.changes],
            }
            for lane in seen.lanes
        ],
        "met": [_met(met) for met in seen.met],
        "nearest": [_missed(missed) for missed in seen.missed[:_NEAREST]],
    }


def _met(met: Met) -> dict[str, Any]:
    finding = met.finding
    return {"goal": met.goal.id, "lane": finding.lane, "slots": [_hit(hit) for hit in met.hits], "excused_by": sorted(finding.exceptions)}


def _modelled(finding: Finding) -> dict[str, Any]:
    return {"goal": finding.goal, "probability": finding.score, "excused_by": sorted(finding.exceptions)}


def _missed(missed: Missed) -> dict[str, Any]:
    return {
        "goal": missed.goal.id,
        "slots": [_hit(hit) for hit in missed.hits],
        "missing": list(missed.missing),
        "obstacle": missed.obstacle.value,
        "distance": missed.distance,
    }


def _hit(hit: SlotHit) -> dict[str, Any]:
    return {
        "slot": hit.slot,
        "start": hit.span.start,
        "end": hit.span.end,
        "lane": hit.lane,
        "written": hit.written,
        "allowed": hit.allowed,
    }
