"""What a stream reports: goals that were met, as findings with their evidence in the raw text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from brightline.model import Finding, Outcome, Side, Span
from brightline.text.goals import Goal, Lane

__all__ = ["EXCERPT", "Evidence", "LateMatch", "SlotSeen", "evidence_of", "finding_of"]

EXCERPT = 200  # raw characters either side of the evidence that a person gets to see

_DETECTOR = "text"


class SlotSeen(NamedTuple):
    """A word or pattern of one slot, wherever it stands and whatever else is there: goal id, slot number, raw place."""

    goal: str
    slot: int
    span: Span
    lane: Lane
    normalised: str


class LateMatch(NamedTuple):
    """A goal met in a late lane. ``places`` are decoded positions, one a slot; ``effect`` is what may follow at most."""

    goal: int
    places: tuple[tuple[int, int], ...]
    normalised: tuple[str, ...]
    exceptions: tuple[str, ...]
    effect: Outcome
    lane: Lane


class Evidence(NamedTuple):
    """What of a raw text a finding keeps: the places, their text, and the text around them with its raw position."""

    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    excerpt: str
    excerpt_start: int


def evidence_of(spans: Sequence[Span], cut: Callable[[int, int], str], until: int | None = None) -> Evidence:
    """Cut the evidence out of a raw text (``cut`` gives the text between two positions); the excerpt ends at ``until`` at the latest,
    but has all evidence (None: it ends with the evidence).
    """
    first, last = min(spans).start, max(span.end for span in spans)
    start = max(0, first - EXCERPT)
    end = last if until is None else max(last, min(last + EXCERPT, until))
    return Evidence(tuple(spans), tuple(cut(span.start, span.end) for span in spans), cut(start, end), start)


def finding_of(match: LateMatch, goal: Goal, side: Side, part: str, version: str, evidence: Evidence) -> Finding:
    """The finding of a goal that was met."""
    return Finding(
        detector=_DETECTOR,
        detector_version=version,
        goal=goal.id,
        rules=goal.rules,
        problem_types=goal.types,
        effect=match.effect,
        part=part,
        side=side,
        lane=match.lane,
        spans=evidence.spans,
        evidence=evidence.texts,
        score=goal.score,
        manifest=goal.manifest and match.effect is goal.effects[side],
        exceptions=match.exceptions,
        normalised=match.normalised,
        term=goal.term,
        note_zh=goal.notice_zh,
        note_en=goal.notice_en,
        excerpt=evidence.excerpt,
        excerpt_start=evidence.excerpt_start,
    )
