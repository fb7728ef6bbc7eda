"""Which slots, exceptions and patterns stand in a text, as bits of one number: one operation a word, whatever it stands for.

Bit ``slot · goals + goal`` is a slot of a goal; then come exceptions by name, then patterns by their sets of anchors, then
whether an allow phrase was. A goal can only be met where the bits of all its slots are set: for all goals at once, that is an
``and`` of the number with itself, shifted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from brightline.text.goals import Goal
from brightline.text.patterns import Pattern

__all__ = ["Layout", "Seen", "bits_of"]


_ANCHOR_SETS = 2  # of each pattern


class Layout:
    """Where in the number the bits of a book stand. ``slot_names`` and ``exception_names`` are in the order of their numbers."""

    def __init__(self, goals: Sequence[Goal], patterns: Sequence[Pattern]) -> None:
        self._goals = len(goals)
        self._widest = max((len(goal.slots) for goal in goals), default=1)
        size = self._widest * self._goals
        self._slot_bits = (1 << size) - 1
        self._every_goal = (1 << self._goals) - 1
        self._absent = sum(
            1 << self._place(number, slot) for number, goal in enumerate(goals) for slot in range(len(goal.slots), self._widest)
        )
        self._exceptions_from = size
        self.exception_names = tuple(sorted({unless.exception for goal in goals for unless in goal.unless}))
        self._exceptions = {name: number for number, name in enumerate(self.exception_names)}
        self.exception_bits = (1 << len(self.exception_names)) - 1 << size
        self._anchors_from = size + len(self.exception_names)
        self._patterns = len(patterns)
        self._unanchored = sum(
            1 << (place * self._patterns + number)
            for number, pattern in enumerate(patterns)
            for place in range(len(pattern.anchors), _ANCHOR_SETS)
        )
        self.allow = 1 << (self._anchors_from + _ANCHOR_SETS * self._patterns)
        numbered = [(number, goal, slot) for number, goal in enumerate(goals) for slot in range(len(goal.slots))]
        self._slot_numbers = {self._place(number, slot): place for place, (number, _, slot) in enumerate(numbered)}
        self.slot_names = tuple(f"{goal.id}/{goal.slots[slot].name}" for _, goal, slot in numbered)

    def slot(self, goal: int, slot: int) -> int:
        """The bit of a slot."""
        return 1 << self._place(goal, slot)

    def exception(self, name: str) -> int:
        """The bit of an exception."""
        return 1 << (self._exceptions_from + self._exceptions[name])

    def anchors(self, pattern: int, place: int) -> int:
        """The bit of a pattern's first or second set of anchors."""
        return 1 << (self._anchors_from + place * self._patterns + pattern)

    def of_goals(self, goals: int) -> int:
        """The bits of all slots of ``goals`` (bits by their numbers)."""
        return sum(goals << (slot * self._goals) for slot in range(self._widest))

    def met(self, seen: int) -> int:
        """The goals all of whose slots were seen, as bits by their numbers."""
        slots = seen & self._slot_bits | self._absent
        goals = slots & self._every_goal
        for slot in range(1, self._widest):
            goals &= slots >> (slot * self._goals)
        return goals

    def anchored(self, seen: int) -> int:
        """The patterns of which anchors of each set were seen, as bits by their numbers."""
        both = seen >> self._anchors_from | self._unanchored
        return both & both >> self._patterns & ((1 << self._patterns) - 1)

    def named(self, seen: int, on_side: int) -> Seen:
        """What was seen, by numbers; of goals only those whose slots are in ``on_side``."""
        exceptions = (seen & self.exception_bits) >> self._exceptions_from
        return Seen(tuple(sorted(self._slot_numbers[bit] for bit in bits_of(seen & on_side))), tuple(bits_of(exceptions)))

    def _place(self, goal: int, slot: int) -> int:
        return slot * self._goals + goal


class Seen(NamedTuple):
    """Numbers of the slots and of the exceptions whose words stand in a text, ascending."""

    slots: tuple[int, ...]
    exceptions: tuple[int, ...]


def bits_of(number: int) -> Iterator[int]:
    """Positions of the set bits, ascending."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
