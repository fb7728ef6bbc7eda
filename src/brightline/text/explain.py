"""Why a text is found, and why it nearly is: lanes with the way back to the raw text, slots met and missing, words that excuse.

For people who look at one text: the console's trial, authors of goals. It reads along with the engine's own scan of the whole
text and adds nothing to it, so what it shows is what the engine saw; ``Explanation.met`` are the findings of ``TextEngine.scan``,
in its order. Takes texts up to ``MOST_CHARS``. It is many times slower than a scan and never stands on a hot path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from brightline.model import Finding, Side, Span
from brightline.text.decoding import decoded_edits
from brightline.text.engine import TextEngine
from brightline.text.goals import Goal, Lane
from brightline.text.index import SideIndex
from brightline.text.joining import joined_edits
from brightline.text.judging import EXCEPTION_REACH
from brightline.text.lanes import Indices, normalise
from brightline.text.shapes import shape_edits
from brightline.text.splits import split_edits
from brightline.text.stream import BLOCK, TextStream
from brightline.text.symbols import symbol_edits
from brightline.text.views import Edit, View, without_overlaps
from brightline.text.windows import AFTER_CAP, ExceptionHit, Hit, Marks, Window, exceptions_of
from brightline.text.word_rows import cut_off

__all__ = [
    "MOST_CHARS",
    "Change",
    "ExceptionWord",
    "Explanation",
    "LaneText",
    "Met",
    "Missed",
    "Obstacle",
    "SlotHit",
    "explain",
    "lanes_of",
]

MOST_CHARS = BLOCK
"""Longest text that can be explained: what the engine reads in one piece."""

_HITS_SHOWN = 6  # of one slot; a text may repeat a word a thousand times


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of the raw text that a lane reads differently: ``reads`` is empty where it is left out."""

    span: Span
    reads: str


@dataclass(frozen=True, slots=True)
class LaneText:
    """One lane of a text. ``at[i]`` is the code point of the raw text that character i came from.

    In the skip lane a line break stands where too much was skipped for words to go on; ``at`` then names the next character.
    """

    name: Lane
    text: str
    at: tuple[int, ...]
    changes: tuple[Change, ...]

    def raw(self, start: int, end: int) -> Span:
        """The raw code points behind characters ``start`` to ``end`` (half-open, not empty) of this lane."""
        return Span(self.at[start], self.at[end - 1] + 1)


@dataclass(frozen=True, slots=True)
class SlotHit:
    """A word or pattern of a slot, seen. ``written`` is how the goal file writes it; ``span`` is raw, ``base`` in the base lane.

    ``allowed``: an allow phrase of the goal covers it, so it does not count.
    """

    slot: str
    span: Span
    base: Span
    lane: Lane
    written: str
    is_pattern: bool
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class ExceptionWord:
    """A word of an exception list near the evidence, and whether it stands where it counts."""

    exception: str
    span: Span
    word: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A finding, the hits that fill its slots (in the order of the slots), and the words around that may excuse it."""

    finding: Finding
    goal: Goal
    hits: tuple[SlotHit, ...]
    exceptions: tuple[ExceptionWord, ...]


class Obstacle(StrEnum):
    """Why a goal of which something was seen is not met."""

    SLOT = "slot"  # a slot has no hit
    ALLOWED = "allowed"  # a slot has hits, but allow phrases cover them all
    SENTENCE = "sentence"  # all slots are hit, but in no sentence together
    CLAUSE = "clause"
    DISTANCE = "distance"  # in one sentence, but further apart than the window
    OVERLAP = "overlap"  # near enough, but by the same characters


@dataclass(frozen=True, slots=True)
class Missed:
    """A goal of which some slots are hit and that is not met. ``distance``: characters that the nearest hits take together."""

    goal: Goal
    hits: tuple[SlotHit, ...]
    missing: tuple[str, ...]
    obstacle: Obstacle
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that the engine saw in a text on one side; ``missed`` begins with the goals that came nearest."""

    side: Side
    lanes: tuple[LaneText, ...]
    met: tuple[Met, ...]
    missed: tuple[Missed, ...]

    @property
    def findings(self) -> list[Finding]:
        """The findings, as ``TextEngine.scan`` returns them."""
        return [met.finding for met in self.met]


def lanes_of(text: str, latin_words: frozenset[str] = frozenset()) -> tuple[LaneText, ...]:
    """The lanes of ``text``, any code points, with offsets and with what each of them changed.

    Base and skip always, of the others those that read the text differently. Sounds and order read the same characters another
    way, and have no text of their own.
    """
    piece = normalise(text)
    base_at = tuple(int(index) for index in piece.at)
    skip_at = tuple(base_at[int(index)] for index in piece.kept_at)
    return (
        LaneText("base", piece.base, base_at, tuple(_changes(text, piece.base, base_at))),
        LaneText("skip", piece.kept, skip_at, tuple(_left_out(piece.base, base_at, piece.kept_at))),
        *(_edited(text, lane, edits) for lane, edits in _late_edits(text, latin_words) if edits),
    )


def _late_edits(text: str, latin_words: frozenset[str]) -> Iterator[tuple[Lane, list[Edit]]]:
    yield "shape", shape_edits(text, latin_words)
    yield "split", split_edits(text)
    yield "symbol", symbol_edits(text)
    yield "decoded", without_overlaps([*decoded_edits(text, latin_words), *joined_edits(text)])


def _edited(text: str, lane: Lane, edits: Sequence[Edit]) -> LaneText:
    view = View.of(text).edited(edits)
    return LaneText(lane, view.text, tuple(view.starts), tuple(Change(Span(edit.start, edit.end), edit.reads) for edit in edits))


def explain(engine: TextEngine, text: str, side: Side, part: str = "") -> Explanation:
    """Explain what ``engine.scan(text, side, part)`` finds and nearly finds. Raises ``ValueError`` over ``MOST_CHARS``."""
    if len(text) > MOST_CHARS:
        raise ValueError(f"{len(text)} characters are more than {MOST_CHARS}")
    index = engine._index(side)
    stream = _Watched(index, engine.version, part)
    stream.read_whole(text)
    lanes = lanes_of(text, engine.latin_words)
    seen = _Seen(index, lanes[0], stream)
    met = [seen.met(finding, window) for finding, window in zip(stream.findings, stream.reported, strict=True)]
    met += [_late_met(finding, engine.book[finding.goal]) for finding in engine.scan(text, side, part)[len(met) :]]
    missed = seen.missed({window.goal for window in stream.reported})
    known = {one.goal.id for one in met}
    return Explanation(side, lanes, tuple(met), tuple(one for one in missed if one.goal.id not in known))


def _late_met(finding: Finding, goal: Goal) -> Met:
    """What a late lane found: its places are the raw ones, for there the text itself says something else."""
    rows = zip(goal.slots, finding.spans, finding.normalised, strict=True)
    hits = tuple(SlotHit(slot.name, span, span, cast(Lane, finding.lane), read, False, False) for slot, span, read in rows)
    return Met(finding, goal, hits, ())


class _Watched(TextStream):
    """A stream that remembers what it saw: every hit, and the window of every finding."""

    def __init__(self, index: SideIndex, version: str, part: str) -> None:
        super().__init__(index, version, part, None)
        self.hits: list[Hit] = []
        self.reported: list[Window] = []

    @property
    def base_text(self) -> str:
        """The whole base lane: nothing is forgotten in a text that is read in one piece."""
        return self._matching.base.text

    @property
    def sentences(self) -> Marks:
        return self._judging.sentences

    @property
    def clauses(self) -> Marks:
        return self._judging.clauses

    def is_allowed(self, hit: Hit) -> bool:
        return self._matching.is_allowed(hit)

    def _counting(self, hits: list[Hit]) -> list[Hit]:
        self.hits.extend(hits)
        return super()._counting(hits)

    def _report(self, window: Window, position: int, final: bool) -> None:
        before = len(self.findings)
        super()._report(window, position, final)
        if len(self.findings) > before:
            self.reported.append(window)


class _Seen:
    """Turns what a watched stream saw into what a person can read."""

    def __init__(self, index: SideIndex, base: LaneText, stream: _Watched) -> None:
        self._index, self._base, self._stream = index, base, stream

    def met(self, finding: Finding, window: Window) -> Met:
        goal = self._index.goals[window.goal]
        return Met(finding, goal, tuple(self._slot_hit(goal, hit) for hit in window.hits), self._exceptions(goal, window))

    def missed(self, met: set[int]) -> tuple[Missed, ...]:
        by_goal: defaultdict[int, list[Hit]] = defaultdict(list)
        for hit in self._stream.hits:
            if hit.goal not in met:
                by_goal[hit.goal].append(hit)
        found = [self._missed(self._index.goals[number], hits) for number, hits in by_goal.items()]
        users: defaultdict[Span, set[int]] = defaultdict(set)
        for hit in self._stream.hits:
            users[Span(hit.start, hit.end)].add(hit.goal)

        def farness(missed: Missed) -> tuple[int, int, int, int, str]:
            """Few missing slots first, then many that say something; then a word that few goals share; then the severer effect."""
            telling = sum(not slot.companion and slot.name not in missed.missing for slot in missed.goal.slots)
            shared = min((len(users[hit.base]) for hit in missed.hits), default=0)
            return len(missed.missing), -telling, shared, -missed.goal.effects[self._index.side].severity, missed.goal.id

        return tuple(sorted(found, key=farness))

    def _missed(self, goal: Goal, hits: list[Hit]) -> Missed:
        counting = [hit for hit in hits if not self._stream.is_allowed(hit)]
        present = {hit.slot for hit in counting}
        missing = tuple(slot.name for number, slot in enumerate(goal.slots) if number not in present)
        obstacle, distance = Obstacle.DISTANCE, None
        if missing:
            only_allowed = {hit.slot for hit in hits} - present
            obstacle = Obstacle.ALLOWED if len(only_allowed) == len(missing) else Obstacle.SLOT
        else:
            obstacle, distance = self._apart(goal, counting)
        shown: list[SlotHit] = []
        for number in range(len(goal.slots)):
            # A word that is a pattern's match too is one hit for a reader.
            of_slot = {(hit.start, hit.end): hit for hit in hits if hit.slot == number}
            shown.extend(self._slot_hit(goal, hit, self._stream.is_allowed(hit)) for hit in list(of_slot.values())[:_HITS_SHOWN])
        return Missed(goal, tuple(shown), missing, obstacle, distance)

    def _apart(self, goal: Goal, hits: Sequence[Hit]) -> tuple[Obstacle, int | None]:
        """All slots are hit, and yet no window: what keeps them apart, and how far at least."""
        marks = self._stream.clauses if goal.same == "clause" else self._stream.sentences
        segments: defaultdict[int, list[Hit]] = defaultdict(list)
        for hit in hits:
            segments[0 if goal.same == "text" else marks.segment(hit.start)].append(hit)
        nearest = min((reach for group in segments.values() if (reach := _nearest(group, len(goal.slots)))), default=None)
        if nearest is None:
            return (Obstacle.CLAUSE if goal.same == "clause" else Obstacle.SENTENCE), _nearest(list(hits), len(goal.slots))
        return (Obstacle.DISTANCE if nearest > goal.within else Obstacle.OVERLAP), nearest

    def _slot_hit(self, goal: Goal, hit: Hit, allowed: bool = False) -> SlotHit:
        slot = goal.slots[hit.slot]
        written = next((e.written for e in slot.entries if hit.normalised == (e.skip if hit.rank else e.base)), "")
        is_pattern = not written
        if is_pattern:
            written = next((p.source for p in slot.patterns if p.full.fullmatch(hit.normalised)), "")
        span = self._base.raw(hit.start, hit.end)
        return SlotHit(slot.name, span, Span(hit.start, hit.end), "skip" if hit.rank else "base", written, is_pattern, allowed)

    def _exceptions(self, goal: Goal, window: Window) -> tuple[ExceptionWord, ...]:
        """Words of the goal's exception lists in and around the sentences of a window."""
        unless, lane = self._index.unless[window.goal], self._index.exceptions
        if not unless:
            return ()
        text = self._stream.base_text
        first = max(0, window.start - EXCEPTION_REACH)
        until = min(len(text), window.end + AFTER_CAP + 1)
        around = text[first:until]
        found: dict[tuple[str, int, int], ExceptionWord] = {}
        for start, stop, entry in lane.automaton.matches(around):
            matched, left, right = lane.automaton.entries[entry], around[start - 1 : start], around[stop : stop + 1]
            for target in lane.targets[entry]:
                if cut_off(target, matched, left, right):
                    continue
                word = ExceptionHit(first + start, first + stop, target.kind)
                for one in unless:
                    if word.number in one.numbers:
                        counts = bool(exceptions_of(window, [one], [word], self._stream.sentences, self._index.may_act[window.goal]))
                        span = self._base.raw(word.start, word.end)
                        known = found.get((one.name, word.start, word.end))
                        found[one.name, word.start, word.end] = ExceptionWord(
                            one.name, span, matched, counts or (known is not None and known.counts)
                        )
        return tuple(sorted(found.values(), key=lambda word: (not word.counts, word.span)))


def _nearest(hits: Sequence[Hit], slots: int) -> int | None:
    """The fewest characters that hold one hit of each slot; None where some slot has none."""
    ordered = sorted(hits, key=lambda hit: hit.start)
    counts: dict[int, int] = {}
    best: int | None = None
    begin = 0
    for hit in ordered:
        counts[hit.slot] = counts.get(hit.slot, 0) + 1
        while len(counts) == slots:
            first = ordered[begin]
            reach = max(one.end for one in ordered[begin : begin + 64] if one.start <= hit.start) - first.start
            best = reach if best is None else min(best, reach)
            counts[first.slot] -= 1
            if not counts[first.slot]:
                del counts[first.slot]
            begin += 1
    return best


def _changes(text: str, base: str, at: Sequence[int]) -> list[Change]:
    """Where the base lane differs from the raw text, neighbouring differences joined."""
    found: list[Change] = []
    index = 0
    for position, raw in enumerate(text):
        start = index
        while index < len(at) and at[index] == position:
            index += 1
        reads = base[start:index]
        if reads == raw:
            continue
        last = found[-1] if found else None
        if last is not None and last.span.end == position and bool(last.reads) == bool(reads):
            found[-1] = Change(Span(last.span.start, position + 1), last.reads + reads)
        else:
            found.append(Change(Span(position, position + 1), reads))
    return found


def _left_out(base: str, at: Sequence[int], kept_at: Indices) -> list[Change]:
    """The stretches of separators that the skip lane leaves out."""
    kept = {int(index) for index in kept_at}
    found: list[Change] = []
    begin: int | None = None
    for index in range(len(base) + 1):
        out = index < len(base) and index not in kept
        if out and begin is None:
            begin = index
        elif not out and begin is not None:
            found.append(Change(Span(at[begin], at[index - 1] + 1), ""))
            begin = None
    return found
