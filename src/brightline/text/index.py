"""The goals of one side, compiled: one automaton a lane, patterns by their first characters, and what each hit means.

Built once a side and shared by all streams; nothing in it changes afterwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from brightline.model import Outcome, Side
from brightline.text.automata import Automaton
from brightline.text.goals import Entry, Goal
from brightline.text.lanes import normalise
from brightline.text.patterns import Pattern, PatternUnion
from brightline.text.words import continues_word, is_word_rim

__all__ = ["ALLOW", "SLOT", "LaneIndex", "SideIndex", "SidePattern", "SideUnless", "Target", "cut_off"]

SLOT, ALLOW = range(2)


class Target(NamedTuple):
    """What an entry stands for (of an exception: its number stands in ``kind``). ``left`` and ``right``: the neighbour there must not continue the word."""

    kind: int
    goal: int
    slot: int
    left: bool
    right: bool


class SideUnless(NamedTuple):
    """An exception of a goal, its words by their numbers in ``SideIndex.exceptions``."""

    numbers: frozenset[int]
    within: int
    after: bool
    name: str


class SidePattern(NamedTuple):
    """A pattern, what it stands for in each goal that uses it, and whether a stream must hold back what may become its match."""

    pattern: Pattern
    targets: tuple[Target, ...]
    held: bool


@dataclass(frozen=True, slots=True)
class LaneIndex:
    """Automaton of a lane; ``targets[n]`` is what its entry n stands for, ``edged[n]`` if neighbours matter for any of it."""

    automaton: Automaton
    targets: tuple[tuple[Target, ...], ...]
    edged: tuple[bool, ...]


class SideIndex:
    """All that a stream on one side asks: lanes, patterns, goals, which of them may stop or rewrite (``may_act[goal]``), and
    which slots' matches must not leave before that is decided (``guards[goal][slot]``).
    """

    def __init__(self, goals: Sequence[Goal], side: Side) -> None:
        self.side = side
        self.goals = tuple(goal for goal in goals if side in goal.effects)
        self.may_act = tuple(goal.effects[side].stops or goal.effects[side] is Outcome.REWRITE for goal in self.goals)
        self.guards = tuple(
            tuple(acts and not slot.companion for slot in goal.slots) for goal, acts in zip(self.goals, self.may_act, strict=True)
        )
        numbers: dict[tuple[str, bool, bool], int] = {}
        self.unless = tuple(
            tuple(SideUnless(_numbered(u.entries, numbers), u.within, u.after, u.exception) for u in goal.unless) for goal in self.goals
        )
        self.exceptions = _exception_index(numbers)
        self.base = self._lane("base")
        self.skip = self._lane("skip")
        self.patterns = self._patterns()
        self.union = PatternUnion([entry.pattern for entry in self.patterns])
        self.by_first: dict[str, tuple[int, ...]] = _numbers(self.patterns, lambda pattern: pattern.firsts or ())
        self.by_head: dict[str, tuple[int, ...]] = _numbers(self.patterns, lambda pattern: pattern.heads)
        self.held_firsts = frozenset(c for c, numbers in self.by_first.items() if any(self.patterns[n].held for n in numbers))
        self.always = tuple(n for n, entry in enumerate(self.patterns) if entry.pattern.firsts is None)

    def excuses_in(self, text: str, family: str) -> tuple[str, ...]:
        """Names of the exceptions in ``text``, by words that excuse at least half of a family's goals (of all goals, if there are none).

        Words of single goals are left out, and those that must stand directly before the evidence, such as negation: they excuse
        something near, and there is no place to measure from.
        """
        base = normalise(text).base
        seen = {
            target.kind
            for start, stop, entry in self.exceptions.automaton.matches(base)
            for target in self.exceptions.targets[entry]
            if not cut_off(target, self.exceptions.automaton.entries[entry], base[start - 1 : start], base[stop : stop + 1])
        }
        if not seen:
            return ()
        of_family = [unless for goal, unless in zip(self.goals, self.unless, strict=True) if goal.id.startswith(f"{family}.")]
        of_family = of_family or list(self.unless)
        found: Counter[tuple[str, int]] = Counter()
        for unless in of_family:
            found.update({(one.name, number) for one in unless if one.after for number in seen & one.numbers})
        return tuple(sorted({name for (name, _), goals in found.items() if 2 * goals >= len(of_family)}))

    def _patterns(self) -> tuple[SidePattern, ...]:
        """Every different pattern once, however many goals use it."""
        users: dict[str, tuple[Pattern, list[Target]]] = {}
        for g, goal in enumerate(self.goals):
            for s, slot in enumerate(goal.slots):
                for pattern in slot.patterns:
                    users.setdefault(pattern.source, (pattern, []))[1].append(Target(SLOT, g, s, False, False))
        return tuple(SidePattern(p, tuple(targets), any(self.guards[t.goal][t.slot] for t in targets)) for p, targets in users.values())

    def _lane(self, lane: str) -> LaneIndex:
        targets: defaultdict[str, list[Target]] = defaultdict(list)
        for g, goal in enumerate(self.goals):
            if lane not in goal.lanes:
                continue
            for s, slot in enumerate(goal.slots):
                for entry in slot.entries:
                    form = entry.base if lane == "base" else entry.skip
                    if form:
                        targets[form].append(Target(SLOT, g, s, *_edges(form, entry.open_left, entry.open_right)))
            if lane == "base":
                for entry in goal.allow:
                    targets[entry.base].append(Target(ALLOW, g, 0, *_edges(entry.base, entry.open_left, entry.open_right)))
        entries = sorted(targets)
        held = [n for n, e in enumerate(entries) if any(t.kind == SLOT and self.guards[t.goal][t.slot] for t in targets[e])]
        waiting = [n for n, e in enumerate(entries) if any(t.right for t in targets[e])]
        bound = [n for n, e in enumerate(entries) if all(t.left for t in targets[e])]
        return _lane_index(Automaton(entries, held, waiting, bound), targets)


def _numbered(entries: Iterable[Entry], numbers: dict[tuple[str, bool, bool], int]) -> frozenset[int]:
    keys = ((entry.base, entry.open_left, entry.open_right) for entry in entries)
    return frozenset(numbers.setdefault(key, len(numbers)) for key in keys)


def _exception_index(numbers: Mapping[tuple[str, bool, bool], int]) -> LaneIndex:
    targets: defaultdict[str, list[Target]] = defaultdict(list)
    for (base, open_left, open_right), number in numbers.items():
        targets[base].append(Target(number, 0, 0, *_edges(base, open_left, open_right)))
    return _lane_index(Automaton(sorted(targets)), targets)


def _lane_index(automaton: Automaton, targets: Mapping[str, Sequence[Target]]) -> LaneIndex:
    rows = tuple(tuple(targets[entry]) for entry in automaton.entries)
    return LaneIndex(automaton, rows, tuple(any(target.left or target.right for target in row) for row in rows))


def cut_off(target: Target, word: str, left: str, right: str) -> bool:
    """True if a neighbour continues the word where the entry says that it must end."""
    return bool((target.right and right and continues_word(word[-1], right)) or (target.left and left and continues_word(word[0], left)))


def _edges(form: str, open_left: bool, open_right: bool) -> tuple[bool, bool]:
    return is_word_rim(form[0]) and not open_left, is_word_rim(form[-1]) and not open_right


def _numbers(patterns: Sequence[SidePattern], keys: Callable[[Pattern], Iterable[str]]) -> dict[str, tuple[int, ...]]:
    """Key → numbers of the patterns that have it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(patterns):
        for key in keys(entry.pattern):
            found[key].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}
