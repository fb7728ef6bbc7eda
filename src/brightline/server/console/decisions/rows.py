"""A decision as one row of the list: what a reader needs to tell it from the others, and no more of anybody's text than they may see.

Evidence stands in the row only for who may read texts, and then folded where the problem type is one that may distress
(obscene or gory content; minors), unless the reader has chosen otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from brightline.model import Decision, Finding, Outcome, Span
from brightline.server.console.frame.preferences import folds
from brightline.server.console.naming import goal_name
from brightline.server.face import Segment, highlight
from brightline.service import Service
from brightline.store import Cursor, StoredDecision, Unreadable, User

__all__ = ["SENSITIVE_TYPES", "Line", "Row", "is_sensitive", "row_of"]

SENSITIVE_TYPES = frozenset({9, 13})
"""Obscene or gory content; minors (the problem types of rules.md, section 1)."""

_BEFORE, _LONGEST = 24, 160  # code points kept in front of the evidence, and in all: what fits into one line of a wide window

LineState = Literal["shown", "folded", "withheld", "erased", "none", "unreadable"]


@dataclass(frozen=True, slots=True)
class Line:
    """What was found, in one line. ``shown``: ``segments`` hold it; ``folded``: sensitive; ``withheld``: this reader may not read texts;
    ``unreadable``: the stored document is damaged."""

    state: LineState
    segments: tuple[Segment, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``more_rules`` are further rules besides the first; ``took_ms`` and ``seq`` are None where unknown or pending."""

    id: str
    place: str
    made_at: int
    outcome: Outcome
    shadow: bool
    reverses: bool
    rule: str
    citation: str
    more_rules: int
    goal: str
    goal_words: str
    types: tuple[int, ...]
    gaps: int
    is_sensitive: bool
    door: str
    model: str
    account: str
    line: Line
    took_ms: float | None
    seq: int | None


def row_of(
    stored: StoredDecision | Unreadable, service: Service, lang: str, *, reader: User, reads_texts: bool, sought: str | None = None
) -> Row:
    """The row of a decision for a reader. ``sought``: the text that was looked for; the line then shows where it stands."""
    if isinstance(stored, Unreadable):
        return _damaged_row(stored)
    decision = stored.decision
    first = _first(decision)
    rule = decision.rules[0] if decision.rules else ""
    goal = first.goal if first else ""
    return Row(
        id=decision.id,
        place=str(Cursor.after(stored)),
        made_at=decision.made_at,
        outcome=decision.outcome,
        shadow=decision.mode == "shadow",
        reverses=decision.supersedes is not None,
        rule=rule,
        citation=_citation(rule, service, lang),
        more_rules=max(0, len(decision.rules) - 1),
        goal=goal,
        goal_words=goal_name(service.pipeline, goal, lang) or goal,
        types=tuple(sorted({number for finding in decision.findings for number in finding.problem_types})),
        gaps=len(decision.not_inspected),
        is_sensitive=is_sensitive(decision),
        door=decision.door.value,
        model=_text(decision.request.get("model")),
        account=decision.account,
        line=_line(stored, first, reader if reads_texts else None, sought),
        took_ms=_took(decision),
        seq=stored.seq,
    )


def _damaged_row(stored: Unreadable) -> Row:
    """What the columns of a damaged row say. Its rules, goals and gaps stood in the document, so the row says nothing of them."""
    return Row(
        id=stored.id,
        place=str(Cursor.after(stored)),
        made_at=stored.made_at,
        outcome=stored.outcome,
        shadow=stored.mode == "shadow",
        reverses=stored.supersedes is not None,
        rule="",
        citation="",
        more_rules=0,
        goal="",
        goal_words="",
        types=(),
        gaps=0,
        is_sensitive=False,
        door=stored.door.value,
        model=stored.model,
        account=stored.account,
        line=Line("unreadable"),
        took_ms=None,
        seq=stored.seq,
    )


def is_sensitive(decision: Decision) -> bool:
    """True where what was found may distress."""
    return any(not SENSITIVE_TYPES.isdisjoint(finding.problem_types) for finding in decision.findings)


def _first(decision: Decision) -> Finding | None:
    """The finding that carries the outcome: under its first rule, without an exception if there is such a one."""
    rule = decision.rules[0] if decision.rules else None
    ranked = sorted(decision.findings, key=lambda each: (rule not in each.rules, bool(each.exceptions), -each.effect.severity))
    return ranked[0] if ranked else None


def _citation(rule: str, service: Service, lang: str) -> str:
    return service.rulebook.citation(rule, lang) if rule in service.rulebook else rule


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _took(decision: Decision) -> float | None:
    times = decision.request.get("ms")
    total = times.get("total") if isinstance(times, dict) else None
    return float(total) if isinstance(total, int | float) and not isinstance(total, bool) and 0 <= total < 1e9 else None


def _line(stored: StoredDecision, first: Finding | None, reader: User | None, sought: str | None) -> Line:
    decision = stored.decision
    if stored.erased_at is not None:
        return Line("erased")
    if not _keeps_text(decision):
        return Line("none")
    if reader is None:
        return Line("withheld")
    if folds(reader, is_sensitive=is_sensitive(decision)):
        return Line("folded")
    if sought:
        found = _where(decision, sought)
        if found is not None:
            return _shown(*found)
    if first is not None and (first.excerpt or any(first.evidence)):
        return _shown(*_quoted(first))
    sampled = next((text for text in decision.texts.values() if text.strip()), "")
    return _shown(sampled, ()) if sampled else Line("none")


def _keeps_text(decision: Decision) -> bool:
    return bool(decision.texts) or any(finding.excerpt or any(finding.evidence) for finding in decision.findings)


def _quoted(finding: Finding) -> tuple[str, tuple[Span, ...]]:
    """What a finding quotes, with the places of the evidence in it."""
    if finding.excerpt:
        start = finding.excerpt_start
        return finding.excerpt, tuple(Span(max(0, span.start - start), max(0, span.end - start)) for span in finding.spans_in(finding.part))
    pieces = [piece for piece in finding.evidence if piece]
    spans, here = [], 0
    for piece in pieces:
        spans.append(Span(here, here + len(piece)))
        here += len(piece) + 3
    return " … ".join(pieces), tuple(spans)


def _where(decision: Decision, sought: str) -> tuple[str, tuple[Span, ...]] | None:
    """A passage that holds the text that was looked for, cut so that it can be seen."""
    passages: list[tuple[str, tuple[Span, ...]]] = [_quoted(finding) for finding in decision.findings]
    passages += [(text, ()) for text in decision.texts.values()]
    for text, spans in passages:
        place = _ascii_lower(text).find(_ascii_lower(sought))
        if place >= 0:
            begin = max(0, place - _BEFORE) if place + len(sought) > _LONGEST - _BEFORE else 0
            shifted = tuple(Span(max(0, span.start - begin), max(0, span.end - begin)) for span in spans)
            return ("…" if begin else "") + text[begin:], tuple(Span(a + bool(begin), b + bool(begin)) for a, b in shifted)
    return None


def _ascii_lower(text: str) -> str:
    """As the store compares: ASCII letters without case, all else exactly; the length stays."""
    return text.translate(_ASCII_LOWER)


_ASCII_LOWER = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _shown(text: str, spans: Iterable[Span]) -> Line:
    """One line of the text around its first evidence."""
    spans = sorted(span for span in spans if span.start < span.end)
    begin = spans[0].start - _BEFORE if spans and spans[0].start > 2 * _BEFORE else 0
    end = begin + _LONGEST
    cut = [Span(max(0, span.start - begin), min(_LONGEST, span.end - begin)) for span in spans]
    # A line break inside the text would break the row; it keeps its length, so that the places stay right.
    piece = "".join(" " if letter.isspace() or not letter.isprintable() else letter for letter in text[begin:end])
    segments = highlight(piece, cut)
    if begin:
        segments.insert(0, Segment("…", False))
    if end < len(text):
        segments.append(Segment("…", False))
    return Line("shown", tuple(segments), piece)
