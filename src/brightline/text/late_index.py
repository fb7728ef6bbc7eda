"""Words of the goals by sound, and by their letters turned round, and where a text has them.

Hits that the block lanes see anyway are left out, and what ordinary people write: in half of all ordinary messages some two
syllables sound like some word (text-and-gateway.md 3.2), but 增强 is an ordinary word where 薇芯 is not. The benign profile
tells them apart. A word of two syllables or characters is *weak* even then: it counts only beside another slot's word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import chain
from operator import or_
from typing import NamedTuple

import numpy as np
from daachorse import CharwiseDoubleArrayAhoCorasick

from brightline.text.goals import Goal, Lane
from brightline.text.initials import LEAST_ALONE, has_initials, heard_forms, heard_in, is_of_initials
from brightline.text.lanes import Piece
from brightline.text.marks import Layout
from brightline.text.orders import order_forms
from brightline.text.pairs import FIRST_HAN, LAST_HAN, UNSEEN, Naturalness, familiar_pairs, naturalness, pair_scores
from brightline.text.profile import load_profile
from brightline.text.sounds import Sounds
from brightline.text.windows import Hit
from brightline.text.words import continues_word, is_word_rim

__all__ = ["LateIndex", "LateWords", "is_weak"]

WEAK_BELOW = 3
SOUND_RANK, ORDER_RANK = 2, 3

# Shares of ordinary texts up to which something that sounds like an entry of so many syllables may be meant as it.
_MOST_ORDINARY = {2: 0.00003, 3: 0.0003}
_MOST_ORDINARY_LONG = 0.001
_MOST_ORDINARY_ALONE = 0.00001  # where no other slot has to be met
_MOST_NATURAL = -1.0  # nats a pair, see ``pairs``: what is more natural side by side as it stands is meant as it stands

_MAYBE_STRANGE = _MOST_NATURAL + 0.1  # of one pair: more than rounding hides, less than the next score is away

_CLAUSE_END = frozenset(",;:、，；：")
_LATIN_WORD = re.compile("[a-z0-9]*[a-z][a-z0-9]+|[a-z0-9]+[a-z]")
_LETTER = re.compile("[a-z]")
_CLASS = re.compile(r"\[[^\]]*\]")  # of a pattern: no word
_CHINESE = re.compile("[\u3400-\u9fff]{2,}")
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


class _Form(NamedTuple):
    """What a form may stand for, and the bits (see ``marks``) of all slots of it."""

    words: tuple[_Word, ...]
    bits: int


class _Lane(NamedTuple):
    """The forms of one lane; ``forms[n]`` is what number n of the automaton stands for."""

    matcher: CharwiseDoubleArrayAhoCorasick | None
    forms: tuple[_Form, ...]

    def find(self, text: str) -> list[tuple[int, int, int]]:
        return self.matcher.find_overlapping(text) if self.matcher is not None else []


def is_weak(hit: Hit) -> bool:
    """True for what a lane that gives hits may have seen by chance."""
    return hit.rank >= SOUND_RANK and len(hit.normalised) < WEAK_BELOW


class LateWords:
    """The entries of all goals by sound and by order: what all sides share."""

    def __init__(self, goals: Sequence[Goal], layout: Layout) -> None:
        self._goals = goals
        self.layout = layout
        self._same: dict[int, int] = {}  # equal numbers once: they are hundreds of bytes long
        self.sounds = self._lane("sound", heard_forms)
        self.orders = self._lane("order", lambda entries: ((form,) if form else () for form in order_forms(entries)))
        self.latin = frozenset(_latin_words(goals))
        self.familiar = familiar_pairs(_chinese_words(goals))

    def _lane(self, lane: Lane, forms_of: _FormsOf) -> _Lane:
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
                    word = _Word(number, slot_number, text, len(form), len(self._goals[number].slots) > 1)
                    if word.accompanied or word.size >= (LEAST_ALONE if is_of_initials(form) else WEAK_BELOW):
                        words[form].add(word)
        forms = sorted(words)
        self._same.clear()
        return _Lane(CharwiseDoubleArrayAhoCorasick(forms) if forms else None, tuple(self._form(sorted(words[form])) for form in forms))

    def _form(self, words: Sequence[_Word]) -> _Form:
        bits = reduce(or_, (self.layout.slot(word.goal, word.slot) for word in words))
        return _Form(tuple(words), self._same.setdefault(bits, bits))


class LateIndex:
    """The goals of one side by sound and by order. ``goals``: those of the side, as bits by their numbers."""

    def __init__(self, words: LateWords, goals: int) -> None:
        self._words = words
        self._goals = goals
        self.latin_words = words.latin
        self.familiar = words.familiar

    def hits(self, piece: Piece, text: str, seen: int | None = None) -> list[Hit]:
        """Words that sound like an entry, or stand there backwards, in places of the base lane of ``text``.

        ``seen``: bits of the slots that the block lanes saw; then only hits of goals that may be met are given.
        """
        if len(piece.kept) < 2:
            return []
        reversed_words = self._words.orders.find(piece.kept)
        sounds = heard_in(piece.base)
        heard = self._words.sounds.find(sounds.text)
        if heard and _LETTER.search(piece.base) is None:
            heard = _strange(heard, sounds, naturalness(text if isinstance(piece.at, range) else piece.base), len(piece.base))
        if not (heard or reversed_words):
            return []
        wanted = self._wanted(seen, reversed_words, heard)
        if not wanted:
            return []
        found: list[Hit] = []
        for start, stop, entry in reversed_words:
            form = self._words.orders.forms[entry]
            if form.bits & wanted and not _cuts_word(piece.kept, start, stop):
                begin, finish = int(piece.kept_at[start]), int(piece.kept_at[stop - 1]) + 1
                found.extend(self._hits(piece.kept[start:stop], begin, finish, form.words, wanted, ORDER_RANK))
        found.extend(self._heard(piece.base, sounds, heard, wanted))
        return found

    def _wanted(self, seen: int | None, *lanes: Sequence[tuple[int, int, int]]) -> int:
        """The bits of all slots of the goals of the side that may be met."""
        layout, goals = self._words.layout, self._goals
        if seen is not None:
            for matches, lane in zip(lanes, (self._words.orders, self._words.sounds), strict=True):
                for _, _, entry in matches:
                    seen |= lane.forms[entry].bits
            goals &= layout.met(seen)
        return layout.of_goals(goals)

    def _heard(self, base: str, sounds: Sounds, heard: Sequence[tuple[int, int, int]], wanted: int) -> Iterator[Hit]:
        forms = self._words.sounds.forms
        places: list[tuple[int, int, _Form, bool]] = []
        for start, stop, entry in heard:
            form = forms[entry]
            if form.bits & wanted:
                begin, finish = int(sounds.at[start]), int(sounds.until[stop - 1])
                if _CLAUSE_END.isdisjoint(base[begin:finish]):  # syllables are words' rims: sounds_of divided the runs of letters
                    places.append((begin, finish, form, has_initials(sounds.text[start:stop])))
        if not places:
            return
        ordinary = _shares({base[begin:finish] for begin, finish, _, _ in places})
        for begin, finish, form, by_initials in places:
            written = base[begin:finish]
            if not by_initials and _naturally_written(written) > _MOST_NATURAL:
                continue
            words = [word for word in form.words if _may_be_meant(written, word, ordinary[written])]
            yield from self._hits(written, begin, finish, words, wanted, SOUND_RANK)

    def _hits(self, written: str, begin: int, finish: int, words: Iterable[_Word], wanted: int, rank: int) -> Iterator[Hit]:
        for word in words:
            if wanted >> word.goal & 1 and word.skip != written:
                yield Hit(begin, -finish, rank, word.goal, word.slot, word.skip)

    def may_meet(self, hits: Sequence[Hit], seen: int) -> bool:
        """True if with ``hits`` some goal of theirs has all its slots. ``seen``: bits of the slots that the block lanes saw."""
        goals = 0
        for hit in hits:
            seen |= self._words.layout.slot(hit.goal, hit.slot)
            goals |= 1 << hit.goal
        return bool(self._words.layout.met(seen) & goals)


def _strange(heard: list[tuple[int, int, int]], sounds: Sounds, natural: Naturalness, size: int) -> list[tuple[int, int, int]]:
    """Of what is ``heard`` in a text without Latin letters, only what has two characters that hardly belong side by side (_MOST_NATURAL)."""
    pairs = natural.scores[1:] - natural.scores[:-1]
    marks = np.zeros(size, np.uint8)
    marks[natural.at[: len(pairs)][pairs < _MAYBE_STRANGE]] = 1
    strange, at = marks.tobytes(), np.asarray(sounds.at).tolist()
    return [each for each in heard if strange.find(1, at[each[0]], at[each[1] - 1]) >= 0]


def _may_be_meant(written: str, word: _Word, share: float) -> bool:
    """False for what ordinary people write anyway. The shorter the word, the rarer must be what sounds like it."""
    if not word.accompanied:
        alike = len(set(written).intersection(word.skip))
        return share <= _MOST_ORDINARY_ALONE and (word.size > WEAK_BELOW or alike > 1)
    return share <= _MOST_ORDINARY.get(word.size, _MOST_ORDINARY_LONG)


@lru_cache(_MOST_REMEMBERED)
def _naturally_written(written: str) -> float:
    """How natural the Chinese characters of ``written`` are side by side, nats a pair; the least there is where there are none."""
    codes = np.array([code for code in map(ord, written) if FIRST_HAN <= code <= LAST_HAN], np.uint32)
    return float(pair_scores(codes[:-1], codes[1:]).mean()) if len(codes) > 1 else UNSEEN


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


def _chinese_words(goals: Iterable[Goal]) -> Iterator[str]:
    """The runs of Chinese characters that entries and patterns are made of."""
    for slot in (slot for goal in goals for slot in goal.slots):
        for source in chain((entry.skip or entry.base for entry in slot.entries), (pattern.source for pattern in slot.patterns)):
            yield from _CHINESE.findall(_CLASS.sub(" ", source))


def _cuts_word(kept: str, start: int, stop: int) -> bool:
    left, right = kept[start - 1 : start], kept[stop : stop + 1]
    return (bool(left) and is_word_rim(kept[start]) and continues_word(kept[start], left)) or (
        bool(right) and is_word_rim(kept[stop - 1]) and continues_word(kept[stop - 1], right)
    )
