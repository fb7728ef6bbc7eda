"""The goals of a book, compiled: one automaton for all words of all lanes and sides, and what each hit means.

``BookIndex`` is what all sides share, ``SideIndex`` one side's view of it. Built once; nothing in them changes afterwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from brightline.model import Side
from brightline.text.automata import Automaton
from brightline.text.beginnings import Beginnings, beginnings_of
from brightline.text.goals import Goal
from brightline.text.lanes import normalise
from brightline.text.marks import Layout
from brightline.text.patterns import Pattern
from brightline.text.word_rows import SIDES, Row, WordRows, cut_off, may_act

__all__ = ["BookIndex", "LaneIndex", "SideIndex", "SidePattern"]


class SidePattern(NamedTuple):
    """A pattern, what it stands for in each goal of the side that uses it, and whether a stream must hold back what may become its match."""

    pattern: Pattern
    targets: Row
    held: bool


@dataclass(frozen=True, slots=True)
class LaneIndex:
    """``targets[n]`` is what word n of the automaton stands for in a lane, ``edged[n]`` is 1 if neighbours matter for any of it."""

    automaton: Automaton
    targets: Sequence[Row]
    edged: bytes
    beginnings: Beginnings


class BookIndex:
    """What all sides share. Goals have their place in the book as their number."""

    def __init__(self, goals: Sequence[Goal]) -> None:
        self.goals = tuple(goals)
        self.patterns = tuple({pattern.source: pattern for goal in goals for slot in goal.slots for pattern in slot.patterns}.values())
        self.layout = Layout(self.goals, self.patterns)
        rows = WordRows(self.goals, self.patterns, self.layout)
        self.unless = rows.unless
        self.automaton = Automaton(rows.words)
        self.targets = rows.targets
        self.edged = {lane: bytes(any(t.left or t.right for t in row) for row in of_lane) for lane, of_lane in rows.targets.items()}
        self.base_marks, self.skip_marks = rows.marks()
        self.anchors = rows.anchors()
        self.pattern_targets = rows.of_patterns
        self.pattern_marks = tuple(reduce(or_, (self.layout.slot(t.goal, t.slot) for t in row), 0) for row in rows.of_patterns)
        self.beginnings = beginnings_of((rows.growing("base"), rows.growing("skip")), len(SIDES))


class SideIndex:
    """All that a stream on one side asks: lanes, patterns, goals, which of them may stop or rewrite (``may_act[goal]``), and
    which slots' matches must not leave before that is decided (``guards[goal][slot]``).
    """

    def __init__(self, book: BookIndex, side: Side) -> None:
        self.book = book
        self.side = side
        self.goals = book.goals
        self.unless = book.unless
        self.here = frozenset(number for number, goal in enumerate(book.goals) if side in goal.effects)
        """Numbers of the goals that look at this side."""
        self.goal_bits = sum(1 << number for number in self.here)
        self.slot_bits = book.layout.of_goals(self.goal_bits)
        self.may_act = tuple(may_act(goal, side) for goal in book.goals)
        self.guards = tuple(
            tuple(acts and not slot.companion for slot in goal.slots) for goal, acts in zip(self.goals, self.may_act, strict=True)
        )
        base, skip = (sides[SIDES.index(side)] for sides in book.beginnings)
        self.base = LaneIndex(book.automaton, book.targets["base"], book.edged["base"], base)
        self.skip = LaneIndex(book.automaton, book.targets["skip"], book.edged["skip"], skip)
        self.exceptions = LaneIndex(book.automaton, book.targets["exception"], book.edged["exception"], base)
        self.patterns = tuple(self._pattern(*each) for each in zip(book.patterns, book.pattern_targets, strict=True))
        used = [number for number, entry in enumerate(self.patterns) if entry.targets]
        self.by_first: dict[str, tuple[int, ...]] = self._numbers(used, lambda pattern: pattern.firsts or ())
        self.by_head: dict[str, tuple[int, ...]] = self._numbers(used, lambda pattern: pattern.heads)
        self.held_firsts = frozenset(c for c, numbers in self.by_first.items() if any(self.patterns[n].held for n in numbers))
        self.always = tuple(number for number in used if self.patterns[number].pattern.firsts is None)
        self.pattern_bits = sum(1 << number for number in used)
        """The patterns that goals of this side use, as bits by their numbers."""

    def excuses_in(self, text: str, family: str) -> tuple[str, ...]:
        """Names of the exceptions in ``text``, by words that excuse at least half of a family's goals (of all goals, if there are none).

        Words of single goals are left out, and those that must stand directly before the evidence, such as negation: they excuse
        something near, and there is no place to measure from.
        """
        base, lane = normalise(text).base, self.exceptions
        seen = {
            target.kind
            for start, stop, entry in lane.automaton.matches(base)
            for target in lane.targets[entry]
            if not cut_off(target, lane.automaton.entries[entry], base[start - 1 : start], base[stop : stop + 1])
        }
        if not seen:
            return ()
        here = [(self.goals[number], self.unless[number]) for number in sorted(self.here)]
        of_family = [unless for goal, unless in here if goal.id.startswith(f"{family}.")] or [unless for _, unless in here]
        found: Counter[tuple[str, int]] = Counter()
        for unless in of_family:
            found.update({(one.name, number) for one in unless if one.after for number in seen & one.numbers})
        return tuple(sorted({name for (name, _), goals in found.items() if 2 * goals >= len(of_family)}))

    def _pattern(self, pattern: Pattern, row: Row) -> SidePattern:
        """A pattern of the book; one that no goal of this side uses stands for nothing here."""
        targets = tuple(target for target in row if target.goal in self.here)
        return SidePattern(pattern, targets, any(self.guards[target.goal][target.slot] for target in targets))

    def _numbers(self, used: Iterable[int], keys: Callable[[Pattern], Iterable[str]]) -> dict[str, tuple[int, ...]]:
        """Key → numbers of the patterns that have it."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number in used:
            for key in keys(self.patterns[number].pattern):
                found[key].append(number)
        return {key: tuple(numbers) for key, numbers in found.items()}
