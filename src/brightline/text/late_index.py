"""Words of the goals by sound, and by their letters turned round, and where a text has them.

Hits that the block lanes see anyway are left out, and what ordinary people write: in half of all ordinary messages some two
syllables sound like some word (text-and-gateway.md 3.2), but 增强 is an ordinary word where 薇芯 is not. The benign profile
tells them apart. A word of two syllables or characters is *weak* even then: it counts only beside another slot's word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from daachorse import CharwiseDoubleArrayAhoCorasick

from brightline.text.goals import Goal, Lane
from brightline.text.lanes import Piece
from brightline.text.orders import order_forms
from brightline.text.profile import load_profile
from brightline.text.sounds import sound_forms, sounds_of
from brightline.text.windows import Hit
from brightline.text.words import continues_word, is_word_rim

__all__ = ["LateIndex", "LateWords", "is_weak"]

WEAK_BELOW = 3
SOUND_RANK, ORDER_RANK = 2, 3

# Shares of ordinary texts up to which something that sounds like an entry of so many syllables may be meant as it.
_MOST_ORDINARY = {2: 0.00003, 3: 0.0003}
_MOST_ORDINARY_LONG = 0.001
_MOST_ORDINARY_ALONE = 0.00001  # where no other slot has to be met

_CLAUSE_END = frozenset(",;:、，；：")
_LATIN_WORD = re.compile("[a-z0-9]*[a-z][a-z0-9]+|[a-z0-9]+[a-z]")
_MOST_REMEMBERED = 100_000
_remembered: dict[str, float] = {}


_FormsOf = Callable[[Sequence[str]], Iterable[Iterable[str]]]


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


class LateWords:
    """The entries of all goals by sound and by order: what all sides share. Words name their goals by their place in ``goals``."""

    def __init__(self, goals: Sequence[Goal]) -> None:
        self._goals = goals
        self.sounds, self.sounding = self._lane("sound", lambda entries: map(sound_forms, entries))
        self.orders, self.ordered = self._lane("order", lambda entries: ((form,) if form else () for form in order_forms(entries)))
        self.latin = frozenset(_latin_words(goals))

    def _lane(self, lane: Lane, forms_of: _FormsOf) -> tuple[CharwiseDoubleArrayAhoCorasick | None, list[tuple[_Word, ...]]]:
        places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, goal in enumerate(self._goals):
            if lane in goal.lanes:
                for slot_number, slot in enumerate(goal.slots):
                    for entry in slot.entries:
                        places[entry.skip or entry.base].append((number, slot_number))
        written = sorted(places)
        words: defaultdict[str, set[_Word]] = defaultdict(set)
        for text, several in zip(written, forms_of(written), strict=True):
            for form in several:
                for number, slot_number in places[text]:
                    words[form].add(_Word(number, slot_number, text, len(form), len(self._goals[number].slots) > 1))
        forms = sorted(words)
        automaton = CharwiseDoubleArrayAhoCorasick(forms) if forms else None
        return automaton, [tuple(sorted(words[form])) for form in forms]


class LateIndex:
    """The goals of one side by sound and by order. ``numbers``: place in the book → number of the goal on this side."""

    def __init__(self, words: LateWords, goals: Sequence[Goal], numbers: Mapping[int, int]) -> None:
        self._words = words
        self._goals = goals
        self._numbers = numbers
        self.latin_words = words.latin

    def hits(self, piece: Piece) -> list[Hit]:
        """Words that sound like an entry, or stand there backwards, in places of the base lane."""
        if len(piece.kept) < 2:
            return []
        found: list[Hit] = []
        if self._words.orders is not None:
            for start, stop, entry in self._words.orders.find_overlapping(piece.kept):
                if not _cuts_word(piece.kept, start, stop):
                    begin, finish = int(piece.kept_at[start]), int(piece.kept_at[stop - 1]) + 1
                    found.extend(self._hits(piece.kept[start:stop], begin, finish, self._words.ordered[entry], ORDER_RANK))
        if self._words.sounds is not None:
            found.extend(self._heard(piece.base))
        return found

    def _heard(self, base: str) -> list[Hit]:
        sounds = sounds_of(base)
        places: list[tuple[int, int, int]] = []
        for start, stop, entry in self._words.sounds.find_overlapping(sounds.text) if self._words.sounds is not None else ():
            begin, finish = int(sounds.at[start]), int(sounds.until[stop - 1])
            if _CLAUSE_END.isdisjoint(base[begin:finish]):  # syllables are words' rims: sounds_of divided the runs of letters
                places.append((begin, finish, entry))
        if not places:
            return []
        ordinary = _shares({base[begin:finish] for begin, finish, _ in places})
        found: list[Hit] = []
        for begin, finish, entry in places:
            written = base[begin:finish]
            words = [word for word in self._words.sounding[entry] if _may_be_meant(written, word, ordinary[written])]
            found.extend(self._hits(written, begin, finish, words, SOUND_RANK))
        return found

    def _hits(self, written: str, begin: int, finish: int, words: Iterable[_Word], rank: int) -> Iterator[Hit]:
        for word in words:
            goal = self._numbers.get(word.goal)
            if goal is not None and word.skip != written and (word.accompanied or word.size >= WEAK_BELOW):
                yield Hit(begin, -finish, rank, goal, word.slot, word.skip)

    def may_meet(self, hits: Sequence[Hit], slots_seen: Mapping[int, int]) -> bool:
        """True if with ``hits`` some goal has all its slots. ``slots_seen``: goal → bits of slots that the block lanes saw."""
        slots: dict[int, int] = {}
        for hit in hits:
            slots[hit.goal] = slots.get(hit.goal, slots_seen.get(hit.goal, 0)) | 1 << hit.slot
        return any(seen.bit_count() == len(self._goals[goal].slots) for goal, seen in slots.items())


def _may_be_meant(written: str, word: _Word, share: float) -> bool:
    """False for what ordinary people write anyway. The shorter the word, the rarer must be what sounds like it."""
    if not word.accompanied:
        alike = len(set(written).intersection(word.skip))
        return share <= _MOST_ORDINARY_ALONE and (word.size > WEAK_BELOW or alike > 1)
    return share <= _MOST_ORDINARY.get(word.size, _MOST_ORDINARY_LONG)


def _shares(texts: set[str]) -> dict[str, float]:
    """Each text with the share of ordinary texts that contain it. Remembered: ordinary texts have few such words, again and again."""
    unknown = [text for text in texts if text not in _remembered]
    if unknown:
        if len(_remembered) > _MOST_REMEMBERED:
            _remembered.clear()
        _remembered.update(zip(unknown, load_profile().shares(unknown).overall.tolist(), strict=True))
    return {text: _remembered.get(text, 1.0) for text in texts}


def _latin_words(goals: Iterable[Goal]) -> Iterator[str]:
    """The words of Latin letters that entries, exceptions and allow phrases are made of."""
    for goal in goals:
        lists = [slot.entries for slot in goal.slots] + [unless.entries for unless in goal.unless] + [goal.allow]
        for entry in chain.from_iterable(lists):
            yield from _LATIN_WORD.findall(entry.base)


def _cuts_word(kept: str, start: int, stop: int) -> bool:
    left, right = kept[start - 1 : start], kept[stop : stop + 1]
    return (bool(left) and is_word_rim(kept[start]) and continues_word(kept[start], left)) or (
        bool(right) and is_word_rim(kept[stop - 1]) and continues_word(kept[stop - 1], right)
    )
