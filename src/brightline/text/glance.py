"""A look at a whole text that costs little: which slots of which goals stand in it at all, wherever and however far apart.

Most texts are ordinary and hold no goal's slots together. This tells so from the matches alone, without building windows, and
says for every text which slots and exceptions it holds. Where it says that a goal could be met, the stream reads on.
"""

from __future__ import annotations

from typing import NamedTuple

from brightline.text.index import SideIndex
from brightline.text.lanes import Indices, Piece, normalise
from brightline.text.marks import bits_of
from brightline.text.patterns import Pattern
from brightline.text.words import begins_inside_word, continues_word

__all__ = ["AT_A_GLANCE", "Sight", "exceptions_in", "glance"]

AT_A_GLANCE = 1024  # characters: a longer text nearly always holds all slots of some goal, somewhere


class Sight(NamedTuple):
    """What a glance at a text saw: its lanes, the bits (see ``marks``) of what stands in them, and the goals of the side that may be met.

    ``hides``: an allow phrase stands there, and less may count than was seen.
    """

    piece: Piece
    seen: int
    goals: int
    hides: bool


def glance(index: SideIndex, text: str) -> Sight:
    """Look at a whole text on one side."""
    piece, layout = normalise(text), index.book.layout
    seen = _seen_in(index, piece)
    return Sight(piece, seen, layout.met(seen) & index.goal_bits, bool(seen & layout.allow))


def exceptions_in(index: SideIndex, text: str) -> int:
    """The bits of the exceptions in a text of any length."""
    return _in_base(index, normalise(text).base) & index.book.layout.exception_bits


def _seen_in(index: SideIndex, piece: Piece) -> int:
    book, base = index.book, piece.base
    seen = _in_base(index, base)
    kept, kept_at = piece.kept, piece.kept_at
    last = len(kept) - 1
    if last > 0 and kept_at[last] - kept_at[0] != last:
        seen |= _in_skip(index, base, kept, kept_at, seen)
    candidates = book.layout.anchored(seen) & index.pattern_bits
    if candidates:
        written = base.encode()  # once for all patterns
        for number in bits_of(candidates):
            if book.pattern_marks[number] & ~seen and _matches(book.patterns[number], written):
                seen |= book.pattern_marks[number]
    return seen


def _in_base(index: SideIndex, base: str) -> int:
    marks, seen = index.book.base_marks, 0
    whole = marks.whole
    for start, stop, word in index.book.automaton.matches(base):
        bits = whole[word]
        seen |= marks.rimmed[word][_cuts(base, start, stop)] if bits is None else bits
    return seen


def _in_skip(index: SideIndex, base: str, kept: str, kept_at: Indices, known: int) -> int:
    """What the skip lane adds to ``known``: words with something between their characters."""
    marks, seen = index.book.skip_marks, 0
    whole, unknown = marks.whole, index.slot_bits & ~known
    for start, stop, word in index.book.automaton.matches(kept):
        bits = whole[word]
        if bits is not None and not (bits and bits & unknown):
            continue
        begin, finish = int(kept_at[start]), int(kept_at[stop - 1]) + 1
        if finish - begin != stop - start:
            # Neighbours in the base lane: letters that a separator keeps apart do not continue a word.
            seen |= marks.rimmed[word][_cuts(base, begin, finish)] if bits is None else bits
    return seen


def _cuts(text: str, start: int, stop: int) -> int:
    """1 if a word from ``start`` to ``stop`` is cut on the left, 2 on the right, 3 on both sides."""
    left, right = text[start - 1 : start], text[stop : stop + 1]
    return (1 if left and continues_word(text[start], left) else 0) | (2 if right and continues_word(text[stop - 1], right) else 0)


def _matches(pattern: Pattern, text: bytes) -> bool:
    """True if the pattern matches anywhere but from the middle of a word."""
    begin = 0
    while (match := pattern.full.search(text, begin)) is not None:
        begin = int(match.start())
        if not begins_inside_word(text[max(0, begin - 1) : begin + 1].decode("latin-1"), min(1, begin)):
            return True
        begin += 1
    return False
