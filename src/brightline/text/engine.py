"""The text engine: goals compiled once, then any number of texts scanned whole or as streams.

A scan *is* a stream that is fed once and asked to stop nothing, so the two cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from brightline.model import Finding, Side
from brightline.text.findings import SlotSeen
from brightline.text.glance import AT_A_GLANCE, Sight, exceptions_in, glance
from brightline.text.goals import GoalBook
from brightline.text.index import BookIndex, SideIndex
from brightline.text.lanes import Piece
from brightline.text.late import LateReader
from brightline.text.late_index import LateIndex, LateWords
from brightline.text.marks import Seen
from brightline.text.stream import TextStream
from brightline.text.tables import load_tables

__all__ = ["Inspection", "Reading", "TextEngine", "engine_version"]

_ENGINE = "3"  # raised when the same goals would see something else in the same text


def engine_version(book_digest: str, late_lanes: bool = True) -> str:
    """The version of an engine over the book of that digest."""
    digest = hashlib.sha256(f"{_ENGINE}:{late_lanes}:{load_tables().digest}:{book_digest}".encode()).hexdigest()
    return f"{_ENGINE}+{digest[:12]}"


class Inspection(NamedTuple):
    """What is in a text: its findings, the numbers of the slots and exceptions that stand in it (``TextEngine.slot_names``), and
    its lanes, if it is short.
    """

    findings: list[Finding]
    seen: Seen
    piece: Piece | None


class Reading(NamedTuple):
    """A text read whole: its findings, and every slot of every goal that the block lanes saw in it, met or not."""

    findings: list[Finding]
    slots: list[SlotSeen]


class TextEngine:
    """Finds the goals of a book in texts. Safe to share between threads; streams are not."""

    def __init__(self, book: GoalBook, late_lanes: bool = True) -> None:
        """``late_lanes``: read also what is encoded, disguised or sounds like it (False: base and skip lanes alone, for bulk)."""
        self.book = book
        self.version = engine_version(book.digest, late_lanes)
        self._late_lanes = late_lanes
        self._indices: dict[Side, SideIndex] = {}
        self._late_indices: dict[Side, LateIndex] = {}

    def scan(self, text: str, side: Side, part: str = "") -> list[Finding]:
        """All findings of a whole text, in the order in which a stream would report them. Any code points are fine."""
        index = self._index(side)
        return self._scan(text, index, part, _sight(index, text))[0]

    def glanced(self, text: str, side: Side, part: str = "") -> tuple[list[Finding], Piece | None]:
        """The same, with the lanes of the text if it is short: for those who would read them again."""
        index = self._index(side)
        sight = _sight(index, text)
        return self._scan(text, index, part, sight)[0], sight and sight.piece

    def inspect(self, text: str, side: Side, part: str = "") -> Inspection:
        """A scan that also tells which slots and which exceptions stand in the text at all, whether or not a goal is met."""
        index = self._index(side)
        sight = _sight(index, text, every_pattern=True)
        findings, seen = self._scan(text, index, part, sight)
        if sight is None:
            seen |= exceptions_in(index, text)
        return Inspection(findings, index.book.layout.named(seen, index.slot_bits), sight and sight.piece)

    def _scan(self, text: str, index: SideIndex, part: str, sight: Sight | None) -> tuple[list[Finding], int]:
        """The findings of a text and the bits (see ``marks``) of what was seen, of long texts without the exceptions."""
        late = self._late(index)
        if sight is not None and not sight.goals and not sight.hides and (late is None or late.finds_nothing(text, sight)):
            return [], sight.seen
        stream = TextStream(index, self.version, part, None, late=late and self._late(index))
        stream.read_whole(text, sight)
        return stream.findings, stream.seen | (sight.seen & index.book.layout.exception_bits if sight is not None else 0)

    def read(self, text: str, side: Side, part: str = "") -> Reading:
        """A scan that also tells which slots were seen: what a dialogue puts together over its turns."""
        index = self._index(side)
        slots: list[SlotSeen] = []
        stream = TextStream(index, self.version, part, None, late=self._late(index), slots=slots)
        stream.read_whole(text)
        return Reading(stream.findings, slots)

    def stream(
        self,
        side: Side,
        part: str,
        stops: Callable[[Finding], bool],
        *,
        rewrites: Callable[[Finding], bool] | None = None,
        json_escapes: bool = False,
    ) -> TextStream:
        """A stream that stops at the first finding for which ``stops`` is true.

        ``stops`` is asked only about findings that may stop: of goals whose effect is refuse or block, without exceptions.
        A finding of a late lane stops at the end of its sentence, when its evidence may have left: it is to be retracted.
        ``rewrites`` tells of other findings whether their clause is left out of what is released (effect rewrite).
        ``json_escapes``: the text is the inside of a JSON string, escapes are decoded and spans name the escaped text.
        """
        index = self._index(side)
        return TextStream(index, self.version, part, stops, json_escapes, self._late(index), rewrites=rewrites)

    def excuses(self, text: str, side: Side, family: str) -> tuple[str, ...]:
        """Names of the contexts in ``text`` that excuse the goals of ``family`` (``gambling`` of ``gambling.site``), wherever they stand.

        For what was found without a place to measure from: words that excuse half of the family's goals, or of all
        goals if there is no such family.
        """
        return self._index(side).excuses_in(text, family)

    def warm(self) -> None:
        """Build now what the first texts of every side would have to wait for."""
        for side in Side:
            self.scan("", side)

    @property
    def slot_names(self) -> tuple[str, ...]:
        """``goal/slot`` for each number in ``Seen.slots``; of all goals of the book."""
        return self._book_index.layout.slot_names

    @property
    def exception_names(self) -> tuple[str, ...]:
        """The name for each number in ``Seen.exceptions``."""
        return self._book_index.layout.exception_names

    @property
    def latin_words(self) -> frozenset[str]:
        """The words of Latin letters that entries are made of: what letters that look alike may have been meant as."""
        return self._late_words.latin if self._late_lanes else frozenset()

    def _index(self, side: Side) -> SideIndex:
        index = self._indices.get(side)
        if index is None:
            index = self._indices[side] = SideIndex(self._book_index, side)
        return index

    def _late(self, index: SideIndex) -> LateReader | None:
        if not self._late_lanes:
            return None
        late = self._late_indices.get(index.side)
        if late is None:
            late = self._late_indices[index.side] = LateIndex(self._late_words, index.goal_bits)
        return LateReader(index, late)

    @cached_property
    def _book_index(self) -> BookIndex:
        return BookIndex(self.book.goals)

    @cached_property
    def _late_words(self) -> LateWords:
        return LateWords(self.book.goals, self._book_index.layout)


def _sight(index: SideIndex, text: str, every_pattern: bool = False) -> Sight | None:
    return glance(index, text, every_pattern) if len(text) <= AT_A_GLANCE else None
