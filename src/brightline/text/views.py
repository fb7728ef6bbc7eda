"""A text read another way, with the way back: what the late lanes make of it, character by character.

A lane says what it reads differently as edits; a view applies them and remembers for every character from which raw code
points it came and which lanes had a hand in it. Edits of edits work too: a decoded run may hold split characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from brightline.model import Span
from brightline.text.goals import LANES, Lane

__all__ = ["Edit", "View", "without_overlaps"]

_BIT: dict[Lane, int] = {lane: 1 << number for number, lane in enumerate(LANES)}


class Edit(NamedTuple):
    """Characters ``start`` to ``end`` (half-open, not empty) of a text are to be read as ``reads``."""

    start: int
    end: int
    reads: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class View:
    """``text`` as read. Character i came from raw code points ``starts[i]`` to ``ends[i]``; ``touched[i]`` are the lanes' bits."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    touched: Sequence[int]

    @classmethod
    def of(cls, raw: str) -> View:
        """The raw text itself."""
        size = len(raw)
        return cls(raw, range(size), range(1, size + 1), bytes(size))

    @property
    def is_raw(self) -> bool:
        """True if no lane read anything differently."""
        return isinstance(self.touched, bytes)

    def edited(self, edits: Sequence[Edit]) -> View:
        """This view with ``edits`` (sorted, not overlapping) applied to ``text``; itself if there are none."""
        if not edits:
            return self
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        touched: list[int] = []
        done = 0
        for edit in edits:
            pieces += self.text[done : edit.start], edit.reads
            starts += self.starts[done : edit.start]
            ends += self.ends[done : edit.start]
            touched += self.touched[done : edit.start]
            count = len(edit.reads)
            starts += [self.starts[edit.start]] * count
            ends += [max(self.ends[edit.start : edit.end])] * count
            touched += [reduce(or_, self.touched[edit.start : edit.end], _BIT[edit.lane])] * count
            done = edit.end
        pieces.append(self.text[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        touched += self.touched[done:]
        return View("".join(pieces), starts, ends, touched)

    def raw_span(self, start: int, end: int) -> Span:
        """The raw code points behind characters ``start`` to ``end`` (half-open, not empty)."""
        return Span(min(self.starts[start:end]), max(self.ends[start:end]))

    def lanes_in(self, start: int, end: int) -> set[Lane]:
        """The lanes that read something differently there."""
        bits = reduce(or_, self.touched[start:end], 0)
        return {lane for lane, bit in _BIT.items() if bits & bit}


def without_overlaps(edits: Iterable[Edit]) -> list[Edit]:
    """Sorted; of two edits that overlap the one that begins first stays, of those that begin together the longer."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept
