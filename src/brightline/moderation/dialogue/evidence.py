"""Findings whose evidence stands in several turns: a citation a turn, in the order in which the turns were said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from brightline.model import Finding, Outcome, Side, Span
from brightline.moderation.dialogue.leaning import leaning_model
from brightline.moderation.weighing import GOAL
from brightline.text import Goal

__all__ = ["DETECTOR", "LANE", "Cite", "capped", "finding_over", "intent_over", "recited"]

DETECTOR = "dialogue"
LANE = "dialogue"


class Cite(NamedTuple):
    """One piece of evidence: the part and the raw code points in which it stands, the raw text there, and how it reads."""

    part: str
    span: Span
    evidence: str
    normalised: str


def finding_over(
    goal: Goal, side: Side, cites: Sequence[Cite], *, version: str, score: float, effect: Outcome, exceptions: tuple[str, ...] = ()
) -> Finding:
    """A finding of ``goal`` with these citations; its ``part`` is that of the last one, which completed it. Never manifest."""
    return Finding(
        detector=DETECTOR,
        detector_version=version,
        goal=goal.id,
        rules=goal.rules,
        problem_types=goal.types,
        effect=effect,
        part=cites[-1].part,
        side=side,
        lane=LANE,
        spans=tuple(cite.span for cite in cites),
        evidence=tuple(cite.evidence for cite in cites),
        score=score,
        manifest=False,
        exceptions=exceptions,
        normalised=tuple(cite.normalised for cite in cites),
        term=goal.term,
        note_zh=goal.notice_zh,
        note_en=goal.notice_en,
        parts=tuple(cite.part for cite in cites),
    )


def intent_over(cites: Sequence[Cite], side: Side, version: str, score: float, exceptions: tuple[str, ...]) -> Finding:
    """A finding of intent over the turns of a conversation, by the model of how it sounds: a review that names no goal."""
    card = leaning_model().card
    return Finding(
        detector=DETECTOR,
        detector_version=version,
        goal=GOAL,
        rules=card.rules,
        problem_types=card.problem_types,
        effect=Outcome.REVIEW,
        part=cites[-1].part,
        side=side,
        lane=LANE,
        spans=tuple(cite.span for cite in cites),
        evidence=tuple(cite.evidence for cite in cites),
        score=score,
        manifest=False,
        exceptions=exceptions,
        parts=tuple(cite.part for cite in cites),
    )


def recited(finding: Finding, cites: Sequence[Cite], version: str) -> Finding:
    """A finding in a text that was put together, with the places of its pieces instead; as strong as it is."""
    return replace(
        finding,
        detector=DETECTOR,
        detector_version=version,
        part=cites[-1].part,
        lane=LANE,
        spans=tuple(cite.span for cite in cites),
        evidence=tuple(cite.evidence for cite in cites),
        normalised=finding.normalised,
        excerpt="",
        excerpt_start=0,
        parts=tuple(cite.part for cite in cites),
    )


def capped(finding: Finding) -> Finding:
    """The same for a person to look at: it stops nothing by itself."""
    effect = min(finding.effect, Outcome.REVIEW, key=lambda outcome: outcome.severity)
    return replace(finding, effect=effect, manifest=False)
