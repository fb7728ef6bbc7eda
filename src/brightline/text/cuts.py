"""Clauses that are left out of what a stream releases (effect rewrite), and the text that leaves around them."""

from __future__ import annotations

from dataclasses import dataclass

from brightline.model import Span
from brightline.text.raw_text import RawText
from brightline.text.tails import Tail
from brightline.text.windows import AFTER_CAP, Marks

__all__ = ["LEFT_OUT", "Cuts"]

LEFT_OUT = "〔…〕"  # stands in the released text where a clause was left out


@dataclass(slots=True)
class _Cut:
    """Part of the text that does not leave: from decoded position ``start`` to the end of the clause that base position
    ``evidence_end`` is in (``end``, as a decoded position, once that is known).
    """

    start: int
    evidence_end: int
    end: int | None = None


class Cuts:
    """What is left out of one text. ``made`` has the raw places of what was."""

    __slots__ = ("_open", "made")

    def __init__(self) -> None:
        self._open: list[_Cut] = []
        self.made: list[Span] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def add(self, start: int, evidence_end: int) -> None:
        """Leave out what stands from a decoded position to the end of the clause that a base position is in."""
        self._open.append(_Cut(start, evidence_end))

    def close(self, base: Tail, clauses: Marks, decoded: int, final: bool) -> None:
        """Find the ends of the clauses, as far as the text has come."""
        for cut in self._open:
            if cut.end is not None:
                continue
            end, cap = clauses.next_end(cut.evidence_end), cut.evidence_end + AFTER_CAP
            if end is None or end > cap:
                end = cap if cap < base.end else base.end if final else None
            if end is not None:
                cut.end = base.origin(end) if end < base.end else decoded

    def hold_from(self, hold: int) -> int:
        """The decoded position from which text waits for an end, at most ``hold``."""
        return min([hold, *(cut.start for cut in self._open if cut.end is None)])

    def without(self, raw: RawText, released: int, until: int) -> str:
        """What leaves of the text between two raw positions."""
        pieces: list[str] = []
        done = released
        for cut in sorted(self._open, key=lambda cut: cut.start):
            if cut.end is None or raw.at(cut.start) >= until:
                continue
            start, end = max(done, raw.at(cut.start)), min(until, raw.at(cut.end))
            if start >= end:
                continue
            pieces += raw.cut(done, start), LEFT_OUT
            self.made.append(Span(start, end))
            done = end
        pieces.append(raw.cut(done, until))
        self._open = [cut for cut in self._open if cut.end is None or raw.at(cut.end) > until]
        return "".join(pieces)
