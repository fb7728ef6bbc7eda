"""What every word and pattern of a book stands for: slots of goals, allow phrases, exceptions, anchors of patterns.

Equal rows are one object: the words of a list mostly stand for the same slots of the same goals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from brightline.model import Outcome, Side
from brightline.text.beginnings import Growing
from brightline.text.goals import Entry, Goal
from brightline.text.marks import Layout
from brightline.text.patterns import Pattern
from brightline.text.words import continues_word, is_word_rim

__all__ = ["ALLOW", "SIDES", "SLOT", "GoalUnless", "LaneMarks", "Row", "Target", "WordRows", "cut_off", "may_act"]

SLOT, ALLOW = range(2)
SIDES = tuple(Side)


class Target(NamedTuple):
    """What a word stands for (of an exception: its number stands in ``kind``). ``left`` and ``right``: the neighbour there must not continue the word."""

    kind: int
    goal: int
    slot: int
    left: bool
    right: bool


Row = tuple[Target, ...]


class GoalUnless(NamedTuple):
    """An exception of a goal, its words by their numbers."""

    numbers: frozenset[int]
    within: int
    after: bool
    name: str


@dataclass(frozen=True, slots=True)
class LaneMarks:
    """``whole[n]``: the bits (see ``marks``) of word n in a lane; None where they depend on its neighbours: then ``rimmed[n]`` has
    them for a word that is not cut, cut on the left, on the right, on both.
    """

    whole: Sequence[int | None]
    rimmed: Mapping[int, tuple[int, ...]]


class WordRows:
    """The words of a book in order, and for each of them a row of targets in every lane (``targets["base"][n]``)."""

    def __init__(self, goals: Sequence[Goal], patterns: Sequence[Pattern], layout: Layout) -> None:
        self._goals = goals
        self._layout = layout
        self._same: dict[Row, Row] = {}
        same: dict[Target, Target] = {}  # equal targets once too

        def target(kind: int, goal: int, slot: int, edges: tuple[bool, bool]) -> Target:
            found = Target(kind, goal, slot, *edges)
            return same.setdefault(found, found)

        of_lane: dict[str, defaultdict[str, list[Target]]] = {lane: defaultdict(list) for lane in ("base", "skip", "exception")}
        uses: defaultdict[str, list[Target]] = defaultdict(list)
        for number, goal in enumerate(goals):
            for place, slot in enumerate(goal.slots):
                for entry in slot.entries:
                    for lane, form in (("base", entry.base), ("skip", entry.skip)):
                        if form and lane in goal.lanes:
                            of_lane[lane][form].append(target(SLOT, number, place, _edges(form, entry)))
                for pattern in slot.patterns:
                    uses[pattern.source].append(target(SLOT, number, place, (False, False)))
            if "base" in goal.lanes:
                for entry in goal.allow:
                    of_lane["base"][entry.base].append(target(ALLOW, number, 0, _edges(entry.base, entry)))
        self.unless, self._exception_bits = self._exceptions(of_lane["exception"])
        self.of_patterns = tuple(tuple(uses[pattern.source]) for pattern in patterns)
        self._anchors: defaultdict[str, int] = defaultdict(int)
        for number, pattern in enumerate(patterns):
            for place, texts in enumerate(pattern.anchors):
                for text in texts:
                    self._anchors[text] |= layout.anchors(number, place)
        self.words = sorted({*of_lane["base"], *of_lane["skip"], *of_lane["exception"], *self._anchors})
        self.targets = {
            lane: [self._same.setdefault(row, row) for row in (tuple(of_word.get(word, ())) for word in self.words)]
            for lane, of_word in of_lane.items()
        }

    def marks(self) -> tuple[LaneMarks, LaneMarks]:
        """The bits of every word in the base lane (with exceptions and anchors), and in the skip lane."""
        slots = _Variants(lambda target: self._layout.allow if target.kind == ALLOW else self._layout.slot(target.goal, target.slot))
        exceptions = _Variants(lambda target: self._exception_bits[target.kind])
        base, skip = (self.targets[lane] for lane in ("base", "skip"))
        in_base = (
            tuple(one | other | anchor for one, other in zip(slots.of(row), exceptions.of(words), strict=True))
            for row, words, anchor in zip(base, self.targets["exception"], map(self._anchor, self.words), strict=True)
        )
        return _lane_marks(in_base), _lane_marks(map(slots.of, skip))

    def anchors(self) -> list[int]:
        """The bits of each word as an anchor."""
        return [self._anchor(word) for word in self.words]

    def growing(self, lane: str) -> Iterable[Growing]:
        """The words of a lane, for those who ask what may still become one."""
        known: dict[Row, tuple[frozenset[int], ...]] = {}
        for word, row in zip(self.words, self.targets[lane], strict=True):
            if row:
                sides = known.get(row)
                if sides is None:
                    sides = known[row] = self._sides(row)
                yield Growing(word, *sides)

    def _anchor(self, word: str) -> int:
        return self._anchors.get(word, 0)

    def _sides(self, row: Row) -> tuple[frozenset[int], ...]:
        goals = self._goals
        found: tuple[list[int], ...] = ([], [], [], [])
        for number, side in enumerate(SIDES):
            targets = [target for target in row if side in goals[target.goal].effects]
            held = any(t.kind == SLOT and may_act(goals[t.goal], side) and not goals[t.goal].slots[t.slot].companion for t in targets)
            answers = bool(targets), held, any(t.right for t in targets), bool(targets) and all(t.left for t in targets)
            for sides, answer in zip(found, answers, strict=True):
                if answer:
                    sides.append(number)
        return tuple(map(frozenset, found))

    def _exceptions(self, targets: Mapping[str, list[Target]]) -> tuple[tuple[tuple[GoalUnless, ...], ...], list[int]]:
        """The exceptions of each goal, and the bits of each word of any, by its number."""
        numbers: dict[tuple[str, bool, bool], int] = {}
        bits: list[int] = []
        # Goals share lists of exceptions, and the book keeps them: a list's identity may stand for its words.
        known: dict[tuple[int, str], frozenset[int]] = {}

        def numbered(entries: tuple[Entry, ...], name: str) -> frozenset[int]:
            found = known.get((id(entries), name))
            if found is None:
                several = []
                for entry in entries:
                    number = numbers.setdefault((entry.base, entry.open_left, entry.open_right), len(numbers))
                    if number == len(bits):
                        bits.append(0)
                        targets[entry.base].append(Target(number, 0, 0, *_edges(entry.base, entry)))
                    bits[number] |= self._layout.exception(name)
                    several.append(number)
                found = known[id(entries), name] = frozenset(several)
            return found

        unless = tuple(
            tuple(GoalUnless(numbered(u.entries, u.exception), u.within, u.after, u.exception) for u in goal.unless) for goal in self._goals
        )
        return unless, bits


class _Variants:
    """Bits of rows for a word that is not cut, cut on the left, on the right, on both; equal rows once."""

    def __init__(self, bit_of: Callable[[Target], int]) -> None:
        self._bit_of = bit_of
        self._known: dict[Row, tuple[int, ...]] = {(): (0, 0, 0, 0)}

    def of(self, row: Row) -> tuple[int, ...]:
        known = self._known.get(row)
        if known is None:
            rows = row, [t for t in row if not t.left], [t for t in row if not t.right], [t for t in row if not (t.left or t.right)]
            known = self._known[row] = tuple(reduce(or_, map(self._bit_of, each), 0) for each in rows)
        return known


def may_act(goal: Goal, side: Side) -> bool:
    """True if the goal may stop a text of the side or leave a clause of it out."""
    effect = goal.effects.get(side)
    return effect is not None and (effect.stops or effect is Outcome.REWRITE)


def cut_off(target: Target, word: str, left: str, right: str) -> bool:
    """True if a neighbour continues the word where the entry says that it must end."""
    return bool((target.right and right and continues_word(word[-1], right)) or (target.left and left and continues_word(word[0], left)))


def _lane_marks(variants: Iterable[tuple[int, ...]]) -> LaneMarks:
    whole: list[int | None] = []
    rimmed: dict[int, tuple[int, ...]] = {}
    same: dict[int, int] = {}  # equal numbers once: they are hundreds of bytes long
    rows: dict[tuple[int, ...], tuple[int, ...]] = {}
    for number, several in enumerate(variants):
        kept = tuple(same.setdefault(bits, bits) for bits in several)
        kept = rows.setdefault(kept, kept)
        if kept[0] is kept[3]:
            whole.append(kept[0])
        else:
            whole.append(None)
            rimmed[number] = kept
    return LaneMarks(whole, rimmed)


def _edges(form: str, entry: Entry) -> tuple[bool, bool]:
    return is_word_rim(form[0]) and not entry.open_left, is_word_rim(form[-1]) and not entry.open_right
