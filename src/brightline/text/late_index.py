"""Words of the goals by sound, and by their letters turned round, and where a text has them.

Hits that the block lanes see anyway are left out. A word of two syllables or characters is *weak*: in half of all ordinary
messages some two syllables sound like some word (text-and-gateway.md 3.2), so it counts only beside another slot's word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from daachorse import CharwiseDoubleArrayAhoCorasick

from brightline.text.goals import Goal, Lane
from brightline.text.lanes import Piece
from brightline.text.orders import order_forms
from brightline.text.sounds import sound_form, sounds_of
from brightline.text.windows import Hit
from brightline.text.words import continues_word, is_word_rim

__all__ = ["LateIndex", "is_weak"]

WEAK_BELOW = 3
SOUND_RANK, ORDER_RANK = 2, 3


_FormsOf = Callable[[Sequence[str]], Iterable[str]]


class _Word(NamedTuple):
    """An entry of one slot: goal, slot, what the block lanes look for, its size in the lane, and whether the goal has other slots."""

    goal: int
    slot: int
    skip: str
    size: int
    accompanied: bool


def is_weak(hit: Hit) -> bool:
    """True for what a lane that gives hits may have seen by chance."""
    return hit.rank >= SOUND_RANK and len(hit.normalised) < WEAK_BELOW


class LateIndex:
    """The goals of one side by sound and by order."""

    def __init__(self, goals: Sequence[Goal]) -> None:
        self._goals = goals
        self._sounds, self._sounding = self._lane("sound", lambda entries: map(sound_form, entries))
        self._orders, self._ordered = self._lane("order", order_forms)

    def hits(self, piece: Piece) -> list[Hit]:
        """Words that sound like an entry, or stand there backwards, in places of the base lane."""
        if len(piece.kept) < 2:
            return []
        found: list[Hit] = []
        if self._sounds is not None:
            sounds = sounds_of(piece.base)
            for start, stop, entry in self._sounds.find_overlapping(sounds.text):
                begin, finish = int(sounds.at[start]), int(sounds.until[stop - 1])
                if not _cuts_word(piece.base, begin, finish):
                    self._take(found, piece.base[begin:finish], begin, finish, self._sounding[entry], SOUND_RANK)
        if self._orders is not None:
            for start, stop, entry in self._orders.find_overlapping(piece.kept):
                if not _cuts_word(piece.kept, start, stop):
                    begin, finish = int(piece.kept_at[start]), int(piece.kept_at[stop - 1]) + 1
                    self._take(found, piece.kept[start:stop], begin, finish, self._ordered[entry], ORDER_RANK)
        return found

    def may_meet(self, hits: Sequence[Hit], slots_seen: Mapping[int, int]) -> bool:
        """True if with ``hits`` some goal has all its slots. ``slots_seen``: goal → bits of slots that the block lanes saw."""
        slots: dict[int, int] = {}
        strong: set[int] = set()
        for hit in hits:
            slots[hit.goal] = slots.get(hit.goal, slots_seen.get(hit.goal, 0)) | 1 << hit.slot
            if not is_weak(hit):
                strong.add(hit.goal)
        return any(
            seen.bit_count() == len(self._goals[goal].slots) and (goal in strong or slots_seen.get(goal)) for goal, seen in slots.items()
        )

    def _take(self, found: list[Hit], written: str, begin: int, finish: int, words: Sequence[_Word], rank: int) -> None:
        for word in words:
            if word.skip != written and (word.accompanied or word.size >= WEAK_BELOW):
                found.append(Hit(begin, -finish, rank, word.goal, word.slot, word.skip))  # noqa: PERF401 - most have no word

    def _lane(self, lane: Lane, forms_of: _FormsOf) -> tuple[CharwiseDoubleArrayAhoCorasick | None, list[tuple[_Word, ...]]]:
        places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, goal in enumerate(self._goals):
            if lane in goal.lanes:
                for slot_number, slot in enumerate(goal.slots):
                    for entry in slot.entries:
                        places[entry.skip or entry.base].append((number, slot_number))
        written = sorted(places)
        words: defaultdict[str, set[_Word]] = defaultdict(set)
        for text, form in zip(written, forms_of(written), strict=True):
            for number, slot_number in places[text] if form else ():
                words[form].add(_Word(number, slot_number, text, len(form), len(self._goals[number].slots) > 1))
        forms = sorted(words)
        automaton = CharwiseDoubleArrayAhoCorasick(forms) if forms else None
        return automaton, [tuple(sorted(words[form])) for form in forms]


def _cuts_word(kept: str, start: int, stop: int) -> bool:
    left, right = kept[start - 1 : start], kept[stop : stop + 1]
    return (bool(left) and is_word_rim(kept[start]) and continues_word(kept[start], left)) or (
        bool(right) and is_word_rim(kept[stop - 1]) and continues_word(kept[stop - 1], right)
    )
