"""Evidence inside its text: spans of code points become a run of marked and unmarked segments.

The template writes each segment through autoescape, so evidence can never become markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from brightline.model import Span

__all__ = ["Segment", "highlight"]


class Segment(NamedTuple):
    """A piece of text, and whether it is evidence."""

    text: str
    marked: bool


def highlight(text: str, spans: Iterable[Span], start: int = 0) -> list[Segment]:
    """Cut ``text`` into segments. ``spans`` count from the raw part; ``text`` begins there at code point ``start``.

    Spans may overlap, touch, come in any order or lie outside of the text; joined, the segments are the text again.
    """
    segments: list[Segment] = []
    here = 0
    for begin, end in sorted((max(0, span.start - start), min(len(text), span.end - start)) for span in spans):
        begin = max(begin, here)
        if begin >= end:
            continue
        if begin > here:
            segments.append(Segment(text[here:begin], False))
        if segments and segments[-1].marked:
            segments[-1] = Segment(segments[-1].text + text[begin:end], True)
        else:
            segments.append(Segment(text[begin:end], True))
        here = end
    if here < len(text):
        segments.append(Segment(text[here:], False))
    return segments
