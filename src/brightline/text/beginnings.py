"""What a text may still grow into: every proper beginning of every word, for all lanes and sides in one dictionary.

None of the Python bindings of an automaton shows its state, so a stream asks of each position near its end whether the text
from there on begins some word (a *live* position), and whether that beginning must not leave yet (it is *held*). A number
per beginning holds the answers for every lane and side; most words are the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["HELD", "HELD_INSIDE", "LIVE", "LIVE_INSIDE", "Beginnings", "Growing", "beginnings_of"]

LIVE, HELD, LIVE_INSIDE, HELD_INSIDE = 1, 2, 4, 8
_FLAGS, _ALL = 4, 15  # bits for each lane and side


class Growing(NamedTuple):
    """A word of one lane. Of sides, by their numbers: on which it counts, on which its beginnings must not leave, on which it must
    also see the character after it (so that it stays live when complete), and on which it never begins in the middle of a word.
    """

    word: str
    sides: frozenset[int]
    held: frozenset[int]
    waiting: frozenset[int]
    bound: frozenset[int]


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The beginnings of one lane's words on one side: a look at the shared dictionary through its own bits."""

    _bits: Mapping[str, int]
    _shift: int
    longest: int

    def of(self, text: str) -> int:
        """What ``text`` may grow into, as ``LIVE``, ``HELD`` and the two of them for a text that begins inside a word."""
        return self._bits.get(text, 0) >> self._shift & _ALL


def beginnings_of(lanes: Iterable[Iterable[Growing]], sides: int) -> list[list[Beginnings]]:
    """For each lane and each side the beginnings of its words."""
    bits: dict[str, int] = {}
    same: dict[int, int] = {}  # equal numbers once
    longest: list[list[int]] = []
    for lane, words in enumerate(lanes):
        longest.append([0] * sides)
        for word, on, held, waiting, bound in words:
            growing = complete = 0
            for side in on:
                flags = LIVE | (HELD if side in held else 0)
                if side not in bound:
                    flags |= LIVE_INSIDE | (HELD_INSIDE if side in held else 0)
                flags <<= _FLAGS * (lane * sides + side)
                growing |= flags
                complete |= flags if side in waiting else 0
                longest[lane][side] = max(longest[lane][side], len(word))
            for length in range(1, len(word)):
                beginning = word[:length]
                known = bits.get(beginning, 0) | growing
                bits[beginning] = same.setdefault(known, known)
            if complete:
                known = bits.get(word, 0) | complete
                bits[word] = same.setdefault(known, known)
    return [
        [Beginnings(bits, _FLAGS * (lane * sides + side), longest[lane][side]) for side in range(sides)] for lane in range(len(longest))
    ]
