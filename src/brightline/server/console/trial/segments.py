"""A text cut where evidence begins and ends, each piece with the numbers of the findings that it is evidence of.

The template writes each piece through autoescape, so a text under trial never becomes markup.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from brightline.model import Span
from brightline.text.explain import LaneText, Met

__all__ = ["Segment", "lane_segments", "raw_segments"]

_NUMBERS_SHOWN = 4  # beside one another in one place; a text of nothing but evidence stays readable


class Segment(NamedTuple):
    """A piece of text and the numbers of the findings, from 1, whose evidence it is; ``()`` for the rest."""

    text: str
    numbers: tuple[int, ...]


def raw_segments(text: str, numbered: Iterable[tuple[int, Iterable[Span]]]) -> list[Segment]:
    """Cut ``text`` at the ends of all spans. Joined, the segments are the text again."""
    spans = [(max(0, span.start), min(len(text), span.end), number) for number, of in numbered for span in of]
    spans = [(start, end, number) for start, end, number in spans if start < end]
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for start, end, number in spans:
        starts.setdefault(start, []).append(number)
        ends.setdefault(end, []).append(number)
    segments: list[Segment] = []
    open_now: list[int] = []
    here = 0
    for cut in sorted({*starts, *ends, len(text)}):
        if cut > here:
            segments.append(Segment(text[here:cut], tuple(sorted(set(open_now)))[:_NUMBERS_SHOWN]))
            here = cut
        for number in ends.get(cut, ()):
            open_now.remove(number)
        open_now.extend(starts.get(cut, ()))
    return segments


def lane_segments(lane: LaneText, met: Sequence[Met]) -> list[Segment]:
    """The same for a lane: characters that came from the raw evidence of findings seen in it."""
    numbered = []
    for number, each in enumerate(met, 1):
        spans = [hit.span for hit in each.hits if hit.lane == lane.name]
        numbered.append((number, [_in_lane(lane, span) for span in spans]))
    return raw_segments(lane.text, numbered)


def _in_lane(lane: LaneText, span: Span) -> Span:
    """The characters of the lane that came from a raw span."""
    return Span(bisect_left(lane.at, span.start), bisect_left(lane.at, span.end))
