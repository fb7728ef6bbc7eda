"""The end of a lane that a stream still has to look at: its text, its live positions, and where each character came from.

Where a character came from is looked up only for hits: a tail keeps the pieces' own offset vectors and never copies them.
"""

from __future__ import annotations

from typing import NamedTuple

from brightline.text.beginnings import HELD, HELD_INSIDE, LIVE_INSIDE, Beginnings
from brightline.text.lanes import BREAK, Indices, Piece
from brightline.text.words import continues_word, is_word_rim

__all__ = ["Tail"]


class _Origin(NamedTuple):
    """Characters from ``begin`` on came from ``shift + at[index - begin]``."""

    begin: int
    at: Indices
    shift: int


class Tail:
    """``text`` is the lane from index ``begin`` to ``end``; ``live`` are the indices from which an entry may still grow."""

    __slots__ = ("_origins", "_skips", "begin", "live", "text")

    def __init__(self, skips: bool = False) -> None:
        """``skips``: neighbours in this lane may have stood apart in the text."""
        self._skips = skips
        self.begin = 0
        self.text = ""
        self.live: list[int] = []
        self._origins: list[_Origin] = []

    @property
    def end(self) -> int:
        """Index after the last character read."""
        return self.begin + len(self.text)

    def append(self, text: str, at: Indices, shift: int) -> None:
        """Read more of the lane."""
        if text:
            self._origins.append(_Origin(self.begin + len(self.text), at, shift))
            self.text += text

    def append_break(self, origin: int) -> None:
        """Read a break that stands for the separators before ``origin``."""
        self.append(BREAK, (0,), origin)

    def origin(self, index: int) -> int:
        """Where the character at ``index`` came from."""
        for begin, at, shift in reversed(self._origins):
            if begin <= index:
                return shift + int(at[index - begin])
        raise IndexError(index)

    def from_index(self, index: int) -> str:
        """The lane from ``index`` on."""
        return self.text[index - self.begin :] if index > self.begin else self.text

    def revive(self, beginnings: Beginnings, read_from: int) -> None:
        """Find the live positions again after reading; only old ones and those in what was read can be live."""
        text, begin = self.text, self.begin
        end = begin + len(text)
        live = []
        for start in (*self.live, *range(max(read_from, end - beginnings.longest), end)):
            bits = beginnings.of(text[start - begin :])
            if bits and (bits & LIVE_INSIDE or not self._is_inside_word(start)):
                live.append(start)
        self.live = live

    def held(self, beginnings: Beginnings) -> int | None:
        """The first live position whose entry must not leave."""
        for start in self.live:
            bits = beginnings.of(self.text[start - self.begin :])
            if bits & HELD and (bits & HELD_INSIDE or not self._is_inside_word(start)):
                return start
        return None

    def _is_inside_word(self, start: int) -> bool:
        """True if the character before ``start`` is there, belongs to the same word, and nothing was skipped between them."""
        at = start - self.begin
        if at < 1 or not is_word_rim(self.text[at]) or not continues_word(self.text[at], self.text[at - 1]):
            return False
        return not self._skips or self.origin(start) - self.origin(start - 1) == 1

    def forget(self, before: int) -> None:
        """Drop what lies before index ``before``."""
        count = min(before, self.end) - self.begin
        if count <= 0:
            return
        self.text = self.text[count:]
        self.begin += count
        origins = self._origins
        old = 0
        while old + 1 < len(origins) and origins[old + 1].begin <= self.begin:
            old += 1
        del origins[: len(origins) if not self.text else old]


def append_skip(tail: Tail, piece: Piece, breaks: bool, base_before: int) -> None:
    """Read the skip lane of a piece; ``origin`` of this tail is an index into the base lane."""
    if breaks:
        tail.append_break(base_before + int(piece.kept_at[0]))
    tail.append(piece.kept, piece.kept_at, base_before)


def has_gap(tail: Tail, index: int) -> bool:
    """True if something was skipped in the skip lane from ``index`` on: without that, the base lane has all its matches."""
    if tail.text[index - tail.begin : index - tail.begin + 1] == BREAK:
        index += 1  # shares its origin with the next character, which would hide a gap of one
    last = tail.end - 1
    return index < last and tail.origin(last) - tail.origin(index) != last - index
