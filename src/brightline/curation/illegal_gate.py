"""Where in many documents a goal could be met at all: the text engine reads only there.

A goal is met when every one of its slots stands inside a window (``text.goals``). So of each goal the one or two slots that ordinary texts hold
least often are looked for, for all goals and all documents of a stretch at once: one pass of an automaton over each block lane, then
arithmetic on the places. Where both slots stand within the goal's window, the engine reads on, with all that exceptions may reach. A gate never
decides anything: what it lets pass is judged by the engine, and what it does not cannot be met. Of patterns their anchors are looked
for, as the engine does (``text.anchors``); patterns whose anchors are everyday words are searched themselves.

Only for the block lanes: what is disguised has other words, and is read whole.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.corpus.annotators.base_lane import base_lane
from brightline.corpus.annotators.batch import Stretch
from brightline.moderation.benign.texts import ordinary_texts
from brightline.text.automata import Automaton
from brightline.text.goals import BLOCK_LANES, MAX_ENTRY_CHARS, MAX_EXCEPTION_WITHIN, MAX_WITHIN, Goal, Slot
from brightline.text.lanes import BREAK, MAX_SKIPPED, normalise
from brightline.text.patterns import Pattern
from brightline.text.tables import SEPARATOR, load_tables
from brightline.text.windows import AFTER_CAP
from brightline.text.words import is_word_rim

__all__ = ["REACH", "Gate"]

REACH = MAX_WITHIN + MAX_EXCEPTION_WITHIN + AFTER_CAP + MAX_ENTRY_CHARS
"""Characters of the base lane to either side of a candidate that the engine reads: its window, and where an exception may stand."""

_NEVER = 0.0002
"""Hits in a thousand characters that a word counts for which no ordinary text holds: less than one in all of them."""
_RARE = 0.002  # hits in a thousand characters: a slot that is rarer needs no second one beside it
_OFTEN = 2.0  # hits in a thousand characters from which a pattern is searched rather than its anchors
_HAN = re.compile("[\u3400-\u9fff]")

_Places = NDArray[np.int64]
_Mask = NDArray[np.bool_]


class _Look(NamedTuple):
    """What of a slot is looked for: a set of words, patterns by two sets of anchors that stand near one another, patterns themselves."""

    words: int
    anchored: tuple[tuple[int, int, Pattern], ...]
    searched: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class _Costed:
    """A slot and how often ordinary texts hold it, hits in a thousand characters."""

    cost: float
    words: frozenset[str]
    anchored: tuple[Pattern, ...]
    searched: tuple[Pattern, ...]

    @property
    def needed(self) -> frozenset[str]:
        return self.words.union(*(texts for pattern in self.anchored for texts in pattern.anchors))


class Gate:
    """Says for stretches of documents where to read. Immutable once built."""

    def __init__(self, goals: Sequence[Goal]) -> None:
        blocked = [goal for goal in goals if not BLOCK_LANES.isdisjoint(goal.lanes)]
        rates = _rates(blocked)
        chosen = [(goal.within, _cheapest(goal, rates)) for goal in blocked]
        sets: dict[frozenset[str], int] = {}

        def number(of: Iterable[str]) -> int:
            return sets.setdefault(frozenset(of), len(sets))

        self._looks = [
            (within, [_Look(number(slot.words), tuple(_anchored(p, number) for p in slot.anchored), slot.searched) for slot in slots])
            for within, slots in chosen
        ]
        self._sets = len(sets)
        self._base = _Lane(blocked, sets, [text for text in _needed(chosen) if text])
        skips = {entry.skip for goal in blocked if "skip" in goal.lanes for slot in goal.slots for entry in slot.entries}
        self._skip = _Lane(blocked, sets, [text for text in _needed(chosen) if text in skips])
        self._searched = {p.source: p for _, looks in self._looks for look in looks for p in look.searched}

    def regions(self, stretch: Stretch) -> dict[int, list[tuple[int, int]]]:
        """Document → where to read it, ``(start, end)`` in its raw text, in order and apart. Documents without any are left out."""
        codes, raw = base_lane(stretch)
        if not len(codes):
            return {}
        candidates = self._candidates(codes)
        rows = stretch.documents_at(raw[candidates])
        offsets = stretch.starts[rows]
        begin = np.maximum(raw[np.maximum(candidates - REACH, 0)], offsets) - offsets
        end = np.minimum(raw[np.minimum(candidates + REACH, len(raw) - 1)] + 1, stretch.starts[rows + 1] - 1) - offsets
        found: dict[int, list[tuple[int, int]]] = {}
        for row, first, last in zip(rows.tolist(), begin.tolist(), end.tolist(), strict=True):
            known = found.setdefault(row, [])
            if known and first <= known[-1][1]:
                known[-1] = known[-1][0], max(known[-1][1], last)
            else:
                known.append((first, last))
        return found

    def _candidates(self, codes: NDArray[np.uint32]) -> _Places:
        places, begins = self._placed(codes)
        matches = _matches(self._searched, codes)

        def of(number: int) -> _Places:
            return places[begins[number] : begins[number + 1]]

        def of_slot(look: _Look, around: _Places | None = None, reach: int = 0) -> _Places:
            """Where a slot stands, or might: only ``around`` some places the patterns themselves are asked, not their anchors alone."""
            parts = [of(look.words)]
            for first, second, pattern in look.anchored:
                anchors = _near(of(first), of(second), pattern.width)
                if around is not None:
                    anchors = _near(anchors, around, reach + pattern.width)
                    anchors = anchors[[_matches_at(pattern, codes, place) for place in anchors.tolist()]] if len(anchors) else anchors
                parts.append(anchors)
            parts += (matches[pattern.source] for pattern in look.searched)
            return np.sort(np.concatenate(parts)) if len(parts) > 1 else parts[0]

        found = [np.zeros(0, np.int64)]
        for within, looks in self._looks:
            met = _meeting([of_slot(look) for look in looks], within)
            if len(met) and any(look.anchored for look in looks):
                met = _meeting([of_slot(look, met, within) for look in looks], within)
            found.append(met)
        return np.unique(np.concatenate(found))

    def _placed(self, codes: NDArray[np.uint32]) -> tuple[_Places, _Places]:
        """Where the words of every set stand, ascending, set after set; and where each set begins."""
        kind = np.zeros(len(codes) + 2, np.uint8)  # one more on either side, where nothing continues anything
        small = codes | np.uint32(0x20)
        kind[1:-1][(small >= ord("a")) & (small <= ord("z"))] = _LETTER
        kind[1:-1][(codes >= ord("0")) & (codes <= ord("9"))] = _DIGIT
        everywhere = np.arange(len(codes))
        kept_at = np.flatnonzero(load_tables().classes[codes] & SEPARATOR == 0)
        base = self._base.hits(codes, everywhere, kind)
        skip = self._skip.hits(codes[kept_at], kept_at, kind, apart=True)
        places, sets = np.concatenate((base[0], skip[0])), np.concatenate((base[1], skip[1]))
        order = np.argsort(places, kind="stable")
        order = order[np.argsort(sets[order], kind="stable")]
        return places[order], np.searchsorted(sets[order], np.arange(self._sets + 1))


class _Lane:
    """The words of a lane: where they stand, and in which sets they are."""

    def __init__(self, goals: Sequence[Goal], sets: Mapping[frozenset[str], int], words: Sequence[str]) -> None:
        self._automaton = Automaton(words)
        self._left, self._right = _rims(goals, words)
        of_word: defaultdict[str, list[int]] = defaultdict(list)
        for members, number in sets.items():
            for word in members:
                of_word[word].append(number)
        self._counts = np.array([len(of_word[word]) for word in words], np.int64)
        self._begins = np.cumsum(self._counts) - self._counts
        self._numbers = np.array([number for word in words for number in of_word[word]], np.int32)

    def hits(
        self, codes: NDArray[np.uint32], at: _Places, kind: NDArray[np.uint8], apart: bool = False
    ) -> tuple[_Places, NDArray[np.int32]]:
        """Places (by ``at``, in the base lane) and sets of the words that no neighbour continues. ``apart``: only those with something between
        their characters.
        """
        found = self._automaton.matches(codes.tobytes().decode("utf-32-le", "surrogatepass"))
        start, stop, word = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3).T
        begin, last = at[start], at[stop - 1]
        counts = ~(self._left[word] & (kind[begin] == kind[begin + 1])) & ~(self._right[word] & (kind[last + 2] == kind[last + 1]))
        if apart:
            skipped = (last - begin) - (stop - 1 - start)
            counts &= (skipped > 0) & (skipped <= MAX_SKIPPED * (stop - 1 - start))
        begin, word = begin[counts], word[counts]
        times = self._counts[word]
        inside = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
        return np.repeat(begin, times), self._numbers[np.repeat(self._begins[word], times) + inside]


_LETTER, _DIGIT = 1, 2


def _anchored(pattern: Pattern, number: Callable[[Iterable[str]], int]) -> tuple[int, int, Pattern]:
    return number(pattern.anchors[0]), number(pattern.anchors[-1]), pattern


def _needed(chosen: Sequence[tuple[int, Sequence[_Costed]]]) -> list[str]:
    return sorted({word for _, slots in chosen for slot in slots for word in slot.needed})


def _near(places: _Places, others: _Places, within: int) -> _Places:
    """Those of ``places`` with one of ``others`` at most ``within`` characters away; both ascending."""
    if not len(places) or not len(others):
        return places[:0]
    return places[np.searchsorted(others, places + within, "right") > np.searchsorted(others, places - within)]


def _meeting(slots: Sequence[_Places], within: int) -> _Places:
    """Where the first slot stands near all others."""
    first, *others = slots
    for other in others:
        first = _near(first, other, within)
    return first


def _matches_at(pattern: Pattern, codes: NDArray[np.uint32], place: int) -> bool:
    """True if a pattern matches anywhere around an anchor of it."""
    near = codes[max(0, place - pattern.width) : place + 2 * pattern.width]
    return pattern.full.search(near.tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass")) is not None


def _matches(patterns: Mapping[str, Pattern], codes: NDArray[np.uint32]) -> dict[str, _Places]:
    """Where each pattern begins in the base lane."""
    if not patterns:
        return {}
    written = codes.tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass")
    found = {
        source: np.fromiter((match.start() for match in pattern.full.finditer(written)), np.int64) for source, pattern in patterns.items()
    }
    if not any(map(len, found.values())):
        return found
    characters = np.cumsum((np.frombuffer(written, np.uint8) & 0xC0) != 0x80) - 1
    return {source: characters[places] for source, places in found.items()}


def _rates(goals: Sequence[Goal]) -> dict[str, float]:
    """Word or anchor → hits in a thousand characters of ordinary texts, Chinese or English ones, whichever hold it more often."""
    slots = [slot for goal in goals for slot in goal.slots]
    words = sorted(
        {word for slot in slots for word in _words(slot)} | {text for slot in slots for p in slot.patterns for s in p.anchors for text in s}
    )
    rates = dict.fromkeys(words, _NEVER)
    texts = [each.text for each in ordinary_texts()]
    automaton = Automaton(words)
    for some in ([text for text in texts if _HAN.search(text)], [text for text in texts if not _HAN.search(text)]):
        base = normalise(BREAK.join(some)).base
        for number, count in Counter(word for _, _, word in automaton.matches(base)).items():
            rates[words[number]] = max(rates[words[number]], 1000 * count / max(len(base), 1))
    return rates


def _words(slot: Slot) -> frozenset[str]:
    return frozenset(form for entry in slot.entries for form in (entry.base, entry.skip) if form)


def _cheapest(goal: Goal, rates: Mapping[str, float]) -> list[_Costed]:
    """The slot of a goal that ordinary texts hold least often, and the next one where the first is not rare."""
    slots = sorted((_costed(slot, rates, alone=len(goal.slots) == 1) for slot in goal.slots), key=lambda slot: slot.cost)
    return slots[:1] if slots[0].cost < _RARE else slots[:2]


def _costed(slot: Slot, rates: Mapping[str, float], alone: bool) -> _Costed:
    words = _words(slot)
    cost = sum(rates[word] for word in words)
    anchored, searched = [], []
    for pattern in slot.patterns:
        rate = min((sum(rates[text] for text in texts) for texts in pattern.anchors), default=float("inf"))
        if rate > _OFTEN and (alone or not pattern.anchors):
            searched.append(pattern)
            cost += _OFTEN / 10
        else:
            anchored.append(pattern)
            cost += rate
    return _Costed(cost, words, tuple(anchored), tuple(searched))


def _rims(goals: Sequence[Goal], words: Sequence[str]) -> tuple[_Mask, _Mask]:
    """Which words count only where no letter or digit continues them on the left, on the right: those of entries all of which say so."""
    entries = [entry for goal in goals for slot in goal.slots for entry in slot.entries]
    anchors = {text for goal in goals for slot in goal.slots for pattern in slot.patterns for texts in pattern.anchors for text in texts}
    open_left = anchors | {form for entry in entries if entry.open_left for form in (entry.base, entry.skip)}
    open_right = anchors | {form for entry in entries if entry.open_right for form in (entry.base, entry.skip)}
    left = np.array([is_word_rim(word[0]) and word not in open_left for word in words], np.bool_)
    right = np.array([is_word_rim(word[-1]) and word not in open_right for word in words], np.bool_)
    return left, right
