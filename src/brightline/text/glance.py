"""A look at a whole text that costs little: which slots of which goals stand in it at all, wherever and however far apart.

Most texts are ordinary and hold no goal's slots together. This tells so from the matches alone, without building windows, and
says for every text which slots and exceptions it holds. Where it says that a goal could be met, the stream reads on.
"""

from __future__ import annotations

from typing import NamedTuple

from brightline.text.index import SideIndex
from brightline.text.lanes import Piece, normalise
from brightline.text.marks import bits_of
from brightline.text.patterns import Pattern
from brightline.text.words import begins_inside_word, continues_word

__all__ = ["AT_A_GLANCE", "Matches", "Sight", "exceptions_in", "glance"]

AT_A_GLANCE = 1024  # characters: a longer text nearly always holds all slots of some goal, somewhere


Matches = list[tuple[int, int, int]]


class Sight(NamedTuple):
    """What a glance at a text saw: its lanes, the bits (see ``marks``) of what stands in them, and the goals of the side that may be met.

    ``may_stand``: the bits with those of patterns that nobody searched, because no goal could be met with them.
    ``hides``: an allow phrase stands there, and less may count than was seen. ``in_base`` and ``in_skip`` are the automaton's
    matches (in the skip lane none, where nothing is skipped), ``patterns`` those that may match, as bits by their numbers.
    """

    piece: Piece
    seen: int
    may_stand: int
    goals: int
    hides: bool
    in_base: Matches
    in_skip: Matches
    patterns: int


def glance(index: SideIndex, text: str, every_pattern: bool = False) -> Sight:
    """Look at a whole text on one side. ``every_pattern``: search also for those with which no goal can be met."""
    piece, book = normalise(text), index.book
    layout, base = book.layout, piece.base
    in_base = book.automaton.matches(base)
    seen = _in_base(index, base, in_base)
    in_skip: Matches = []
    kept, kept_at = piece.kept, piece.kept_at
    last = len(kept) - 1
    if last > 0 and kept_at[last] - kept_at[0] != last:
        in_skip = book.automaton.matches(kept)
        seen |= _in_skip(index, piece, in_skip, seen)
    may_stand, patterns = seen, layout.anchored(seen) & index.pattern_bits
    if patterns:
        candidates = list(bits_of(patterns))
        for number in candidates:
            may_stand |= book.pattern_marks[number]
        wanted = -1 if every_pattern else layout.of_goals(layout.met(may_stand) & index.goal_bits)
        if wanted:
            written = base.encode()  # once for all patterns
            for number in candidates:
                marks = book.pattern_marks[number]
                if marks & wanted & ~seen:
                    if _matches(book.patterns[number], written):
                        seen |= marks
                    else:
                        patterns ^= 1 << number
        if every_pattern:
            may_stand = seen
    return Sight(piece, seen, may_stand, layout.met(seen) & index.goal_bits, bool(seen & layout.allow), in_base, in_skip, patterns)


def exceptions_in(index: SideIndex, text: str) -> int:
    """The bits of the exceptions in a text of any length."""
    base = normalise(text).base
    return _in_base(index, base, index.book.automaton.matches(base)) & index.book.layout.exception_bits


def _in_base(index: SideIndex, base: str, matches: Matches) -> int:
    marks, seen = index.book.base_marks, 0
    whole = marks.whole
    for start, stop, word in matches:
        bits = whole[word]
        seen |= marks.rimmed[word][_cuts(base, start, stop)] if bits is None else bits
    return seen


def _in_skip(index: SideIndex, piece: Piece, matches: Matches, known: int) -> int:
    """What the skip lane adds to ``known``: words with something between their characters."""
    marks, seen, base, kept_at = index.book.skip_marks, 0, piece.base, piece.kept_at
    whole, unknown = marks.whole, index.slot_bits & ~known
    for start, stop, word in matches:
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
        if not begins_inside_word(text[max(0, begin - 1) : begin + 1].decode("latin-1"), min(1, begin), pattern.whole_numbers):
            return True
        begin += 1
    return False
