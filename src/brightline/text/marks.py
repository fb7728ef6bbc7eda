"""Which slots, exceptions and patterns stand in a text, as bits of one number: one operation a word, whatever it stands for.

Bit ``slot · goals + goal`` is a slot of a goal; then come exceptions by name, then patterns that must be searched for, then
whether an allow phrase was seen. A goal can only be met where all its slots' bits are set, for all goals at once that is
an ``and`` of the number with itself, shifted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from brightline.text.goals import Goal

__all__ = ["Layout", "Seen", "bits_of"]


class Layout:
    """Where in the number the bits of a book stand. ``slot_names`` and ``exception_names`` are in the order of their numbers."""

    def __init__(self, goals: Sequence[Goal], patterns: int) -> None:
        self.goals = len(goals)
        self.widest = max((len(goal.slots) for goal in goals), default=1)
        self.slots = self.widest * self.goals
        self.exception_names = tuple(sorted({unless.exception for goal in goals for unless in goal.unless}))
        self._exceptions = {name: number for number, name in enumerate(self.exception_names)}
        self.exception_bits = (1 << len(self.exception_names)) - 1 << self.slots
        self._patterns_from = self.slots + len(self.exception_names)
        self.allow = 1 << (self._patterns_from + patterns)
        numbered = [(number, goal, slot) for number, goal in enumerate(goals) for slot in range(len(goal.slots))]
        self._slot_numbers = {slot * self.goals + number: place for place, (number, _, slot) in enumerate(numbered)}
        self.slot_names = tuple(f"{goal.id}/{goal.slots[slot].name}" for _, goal, slot in numbered)
        self._absent = sum(
            1 << (slot * self.goals + number) for number, goal in enumerate(goals) for slot in range(len(goal.slots), self.widest)
        )
        self._every_slot = (1 << self.slots) - 1
        self._every_goal = (1 << self.goals) - 1

    def slot(self, goal: int, slot: int) -> int:
        """The bit of a slot."""
        return 1 << (slot * self.goals + goal)

    def exception(self, name: str) -> int:
        """The bit of an exception."""
        return 1 << (self.slots + self._exceptions[name])

    def pattern(self, number: int) -> int:
        """The bit of a pattern that must be searched for."""
        return 1 << (self._patterns_from + number)

    def of_goals(self, goals: int) -> int:
        """The bits of all slots of ``goals`` (bits by their numbers)."""
        return sum(goals << (slot * self.goals) for slot in range(self.widest))

    def met(self, seen: int) -> int:
        """The goals all of whose slots were seen, as bits by their numbers."""
        slots = seen & self._every_slot | self._absent
        goals = slots
        for slot in range(1, self.widest):
            goals &= slots >> (slot * self.goals)
        return goals & self._every_goal

    def patterns_in(self, seen: int) -> int:
        """The patterns that must be searched for, as bits by their numbers."""
        return (seen & (self.allow - 1)) >> self._patterns_from

    def named(self, seen: int, on_side: int) -> Seen:
        """What was seen, by numbers; of goals only those whose slots are in ``on_side``."""
        slots = seen & on_side & self._every_slot
        exceptions = (seen & self.exception_bits) >> self.slots
        return Seen(tuple(sorted(self._slot_numbers[bit] for bit in bits_of(slots))), tuple(bits_of(exceptions)))


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
