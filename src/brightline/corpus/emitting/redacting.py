"""Covers spans of a text and keeps both sides of the account: where each stood, and where what took its place stands now.

Overlapping spans are covered once. Everything between them stays as it is, character for character. Spans are code points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Redaction", "Replaced", "Span", "merged", "redact"]

Replace = Callable[[str, str], str]
"""From a rule and what is covered to what takes its place."""


class Span(NamedTuple):
    """``[start, end)`` of the raw text, and what was found there."""

    start: int
    end: int
    rule: str
    evidence_hash: str


class Replaced(NamedTuple):
    """A covered span: in the raw text, in the text put out, and what stands there now."""

    start: int
    end: int
    out_start: int
    out_end: int
    rule: str
    placeholder: str
    evidence_hash: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """``text``: with everything covered. ``replaced``: in order, not overlapping."""

    text: str
    replaced: tuple[Replaced, ...]

    def raw_span(self, out_start: int, out_end: int) -> tuple[int, int]:
        """The least span of the raw text that became ``[out_start, out_end)``; a covered span counts whole."""
        return self._raw(out_start, from_start=True), self._raw(out_end, from_start=False)

    def within_replaced(self, out_start: int, out_end: int) -> bool:
        """Whether a span of the text put out lies inside of what took the place of something."""
        after = bisect_right(self.replaced, out_start, key=lambda each: each.out_start)
        return bool(after) and out_end <= self.replaced[after - 1].out_end

    def _raw(self, place: int, *, from_start: bool) -> int:
        after = bisect_right(self.replaced, place if from_start else place - 1, key=lambda each: each.out_start)
        if not after:
            return place
        before = self.replaced[after - 1]
        if place < before.out_end or (not from_start and place <= before.out_end):
            return before.start if from_start else before.end
        return before.end + place - before.out_end


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap as one, under the rule of the longest of them (the first of equals); empty ones are left out."""
    found: list[tuple[Span, Span]] = []  # what is covered, and the longest part of it
    for span in sorted(span for span in spans if span.end > span.start):
        if found and span.start < found[-1][0].end:
            whole, longest = found[-1]
            longer = span if span.end - span.start > longest.end - longest.start else longest
            found[-1] = (Span(whole.start, max(whole.end, span.end), longer.rule, longer.evidence_hash), longer)
        else:
            found.append((span, span))
    return [whole for whole, _longest in found]


def redact(text: str, spans: Sequence[Span], replace: Replace) -> Redaction:
    """Cover spans. What lies outside of the text is cut off."""
    inside = [span._replace(start=max(span.start, 0), end=min(span.end, len(text))) for span in spans]
    parts: list[str] = []
    replaced: list[Replaced] = []
    at = length = 0
    for span in merged(inside):
        before = text[at : span.start]
        instead = replace(span.rule, text[span.start : span.end])
        start = length + len(before)
        replaced.append(Replaced(span.start, span.end, start, start + len(instead), span.rule, instead, span.evidence_hash))
        parts += (before, instead)
        at, length = span.end, start + len(instead)
    parts.append(text[at:])
    return Redaction("".join(parts), tuple(replaced))
