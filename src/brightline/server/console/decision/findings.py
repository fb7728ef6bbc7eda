"""Findings as a reader needs them: which goal was met, on what evidence, how it was seen, under which rules, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from brightline.model import Decision, Finding, Ground, Outcome, Span
from brightline.pipeline import Pipeline
from brightline.rulebook import Rulebook
from brightline.server.console.decision.invisible import Piece, pieces_of
from brightline.server.console.decision.rules import CitedRule, cited
from brightline.server.console.naming import goal_name
from brightline.text import Goal

__all__ = ["ShownFinding", "Slot", "shown_findings"]

Weight = Literal["carries", "excepted", "beside"]


class Slot(NamedTuple):
    """One piece of evidence: where it stands, how it is written, as what it was read. Without pieces the text is not shown.

    ``part`` is named where the evidence of one finding stands in several, the turns of a dialogue.
    """

    span: Span
    raw: list[Piece]
    read: list[Piece]
    changed: bool
    part: str = ""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding. ``title`` is empty where nothing of today has its goal, ``has_page`` false where that is no goal of the rulebook's
    room (a model's, a guard's); ``types`` are (number, name)."""

    number: int
    finding: Finding
    weight: Weight
    title: str
    has_page: bool
    types: tuple[tuple[int, str], ...]
    contexts: tuple[str, ...]
    term: str
    note: str
    slots: tuple[Slot, ...]
    rules: list[CitedRule]


def shown_findings(decision: Decision, pipeline: Pipeline, goals: Mapping[str, Goal], lang: str, *, with_text: bool) -> list[ShownFinding]:
    """All findings of a decision in their order, numbered from 1. Without ``with_text`` no word of the text is in them."""
    english = lang == "en"
    rulebook, terms = pipeline.rulebook, pipeline.terms
    shown = []
    for number, finding in enumerate(decision.findings, 1):
        term = terms.get(finding.term) if finding.term else None
        shown.append(
            ShownFinding(
                number=number,
                finding=finding,
                weight=_weight(finding, decision, rulebook),
                title=goal_name(pipeline, finding.goal, lang),
                has_page=finding.goal in goals,
                types=tuple((each, _type_name(each, rulebook, lang)) for each in finding.problem_types),
                contexts=finding.exceptions,
                term=term.title(lang) if term else finding.term or "",
                note=finding.note_en if english else finding.note_zh,
                slots=tuple(_slots(finding, with_text)),
                rules=cited(finding.rules, decision, rulebook, lang),
            )
        )
    return shown


def _slots(finding: Finding, with_text: bool) -> list[Slot]:
    slots = []
    for index, (part, span) in enumerate(finding.places):
        raw = finding.evidence[index] if with_text and index < len(finding.evidence) else ""
        read = finding.normalised[index] if with_text and index < len(finding.normalised) else ""
        slots.append(Slot(span, pieces_of(raw), pieces_of(read), raw != read, part if finding.parts else ""))
    return slots


def _type_name(number: int, rulebook: Rulebook, lang: str) -> str:
    basis = rulebook.bases.get(number)
    return "" if basis is None else basis.title_en if lang == "en" else basis.title_zh


def _weight(finding: Finding, decision: Decision, rulebook: Rulebook) -> Weight:
    """Whether the outcome rests on this finding: it asks for that much, and under a rule or term that is named as ground."""
    if finding.exceptions:
        return "excepted"
    if decision.outcome is Outcome.ALLOW or not _asks_for(finding, decision.outcome):
        return "beside"
    if decision.ground is Ground.TERMS:
        return "carries" if finding.term else "beside"
    named = {rule.id for rule in map(rulebook.get, decision.rules) if rule} | set(decision.rules)
    own = {rule.id for rule in map(rulebook.get, finding.rules) if rule} | set(finding.rules)
    return "carries" if named & own else "beside"


def _asks_for(finding: Finding, outcome: Outcome) -> bool:
    if outcome.stops:
        return finding.effect.stops and finding.side.own_output == (outcome is Outcome.REFUSE)
    return finding.effect.severity >= outcome.severity
