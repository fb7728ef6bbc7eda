"""The goals of one side, compiled: one automaton a lane, patterns by their first characters, and what each hit means.

Built once a side and shared by all streams; nothing in it changes afterwards.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from brightline.model import Side
from brightline.text.automata import Automaton
from brightline.text.goals import Entry, Goal
from brightline.text.patterns import Pattern

__all__ = ["ALLOW", "EXCEPTION", "SLOT", "GoalPattern", "LaneIndex", "SideIndex", "Target"]

SLOT, ALLOW, EXCEPTION = range(3)


class Target(NamedTuple):
    """What an entry stands for. ``left`` and ``right``: the neighbour there must not continue the word."""

    kind: int
    goal: int
    slot: int
    left: bool
    right: bool


class GoalPattern(NamedTuple):
    """A pattern of a slot, and whether a stream must hold back what may become its match."""

    pattern: Pattern
    goal: int
    slot: int
    held: bool


@dataclass(frozen=True, slots=True)
class LaneIndex:
    """Automaton of a lane; ``targets[n]`` is what its entry n stands for."""

    automaton: Automaton
    targets: tuple[tuple[Target, ...], ...]


class SideIndex:
    """All that a stream on one side asks: lanes, patterns, goals and which of them may stop."""

    def __init__(self, goals: Sequence[Goal], side: Side) -> None:
        self.side = side
        self.goals = tuple(goal for goal in goals if side in goal.effects)
        self.may_stop = tuple(goal.effects[side].stops for goal in self.goals)
        self._exceptions: dict[tuple[str, bool, bool], int] = {}
        self.unless: tuple[tuple[tuple[frozenset[int], int, bool, str], ...], ...] = tuple(
            tuple((self._exception_ids(u.entries), u.within, u.after, u.exception) for u in goal.unless) for goal in self.goals
        )
        self.base = self._lane("base")
        self.skip = self._lane("skip")
        self.patterns = tuple(
            GoalPattern(pattern, g, s, self.may_stop[g])
            for g, goal in enumerate(self.goals)
            for s, slot in enumerate(goal.slots)
            for pattern in slot.patterns
        )
        self.by_first: dict[str, tuple[int, ...]] = _by_first(self.patterns)
        self.always = tuple(n for n, entry in enumerate(self.patterns) if entry.pattern.firsts is None)
        self.first = re.compile("[" + "".join(map(re.escape, sorted(self.by_first))) + "]") if self.by_first else None

    def _exception_ids(self, entries: Iterable[Entry]) -> frozenset[int]:
        keys = ((entry.base, entry.open_left, entry.open_right) for entry in entries)
        return frozenset(self._exceptions.setdefault(key, len(self._exceptions)) for key in keys)

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
        if lane == "base":
            for (base, open_left, open_right), number in self._exceptions.items():
                targets[base].append(Target(EXCEPTION, number, 0, *_edges(base, open_left, open_right)))
        entries = sorted(targets)
        held = [n for n, e in enumerate(entries) if any(t.kind == SLOT and self.may_stop[t.goal] for t in targets[e])]
        waiting = [n for n, e in enumerate(entries) if any(t.right for t in targets[e])]
        return LaneIndex(Automaton(entries, held, waiting), tuple(tuple(targets[entry]) for entry in entries))


def _edges(form: str, open_left: bool, open_right: bool) -> tuple[bool, bool]:
    return is_word_rim(form[0]) and not open_left, is_word_rim(form[-1]) and not open_right


def is_word_rim(character: str) -> bool:
    """True for the characters that words of Latin script and numbers are made of, after normalisation."""
    return character.isascii() and character.isalnum()


def continues_word(rim: str, neighbour: str) -> bool:
    """True if ``neighbour`` continues the word or number that ``rim`` belongs to: letters with letters, digits with digits."""
    return neighbour.isascii() and ((rim.isalpha() and neighbour.isalpha()) or (rim.isdigit() and neighbour.isdigit()))


def _by_first(patterns: Sequence[GoalPattern]) -> dict[str, tuple[int, ...]]:
    firsts: defaultdict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(patterns):
        for character in entry.pattern.firsts or ():
            firsts[character].append(number)
    return {character: tuple(numbers) for character, numbers in firsts.items()}
