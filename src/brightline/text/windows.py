"""From slot hits to findings: one small state machine a goal, and the sentences and exceptions around it.

Everything is decided in an order that the text alone fixes. Hits are taken by their start; a window is complete with its
last slot; a finding is *due* at a position of the text (its last hit, or where the last exception could still have come).
So a stream in any chunking, and a scan of the whole text, see the same findings in the same order.
Positions are indices into the base lane of the whole text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from brightline.text.goals import MAX_ENTRY_CHARS, MAX_EXCEPTION_WITHIN, MAX_WITHIN, Goal
from brightline.text.word_rows import GoalUnless

__all__ = ["AFTER_CAP", "MEMORY", "ExceptionHit", "Hit", "Marks", "Window", "WindowBuilder", "exceptions_of"]

AFTER_CAP = 80  # an exception after the evidence counts until the end of the sentence, at most so many characters on
# How far back anything can matter: the wait after a window, the window, and an exception before it with its neighbour.
MEMORY = AFTER_CAP + MAX_WITHIN + MAX_EXCEPTION_WITHIN + 2 * MAX_ENTRY_CHARS
RECENT_HITS = 8  # per slot: the nearest ones complete a window, older ones are further away


class Hit(NamedTuple):
    """One slot seen. Sorts by start, longest first, base lane (rank 0) before skip (rank 1)."""

    start: int
    minus_end: int
    rank: int
    goal: int
    slot: int
    normalised: str

    @property
    def end(self) -> int:
        return -self.minus_end


class ExceptionHit(NamedTuple):
    """One word of an exception list seen."""

    start: int
    end: int
    number: int


@dataclass(slots=True)
class Marks:
    """Positions of sentence or clause ends, the old ones forgotten but counted."""

    positions: list[int] = field(default_factory=list)
    forgotten: int = 0

    def segment(self, position: int) -> int:
        """Number of the sentence or clause that a position is in; an end belongs to what it ends."""
        return self.forgotten + bisect_left(self.positions, position)

    def next_end(self, position: int) -> int | None:
        """The first end at or after ``position``, if the text has come so far."""
        index = bisect_left(self.positions, position)
        return self.positions[index] if index < len(self.positions) else None

    def forget(self, before: int) -> None:
        count = bisect_left(self.positions, before)
        del self.positions[:count]
        self.forgotten += count


@dataclass(slots=True, eq=False)
class Window:
    """All slots of a goal, met: hits in slot order. Waits for exceptions until ``limit`` once that is known.

    ``places`` are the hits' ranges in the decoded text, ``kept_place`` that of ``kept_from``; ``holds`` is true while the finding might stop the stream.
    ``kept_from`` is where the first hit begins that was kept when the window closed: another word for one of its slots,
    which must not leave either while the window waits.
    """

    goal: int
    hits: tuple[Hit, ...]
    kept_from: int
    places: tuple[tuple[int, int], ...] = ()
    kept_place: int = 0
    holds: bool = False
    limit: int | None = None
    limit_place: int | None = None

    @property
    def start(self) -> int:
        return min(hit.start for hit in self.hits)

    @property
    def end(self) -> int:
        return max(hit.end for hit in self.hits)

    @property
    def last_start(self) -> int:
        return max(hit.start for hit in self.hits)


@dataclass(slots=True)
class WindowBuilder:
    """Collects the hits of one goal until they fill a window; windows of a goal do not overlap.

    All hits that it keeps lie in the same segment (sentence, clause or text) and within reach of the next one.
    """

    number: int
    goal: Goal
    marks: Marks
    hits: list[Hit] = field(default_factory=list)
    free_from: int = 0
    _segment: int = -1

    def take(self, hit: Hit) -> Window | None:
        """The next hit in order; the window that it completes, if it does."""
        if hit.start < self.free_from:
            return None
        if len(self.goal.slots) == 1:
            self.free_from = hit.end
            return Window(self.number, (hit,), hit.start)
        self.expire(hit.start, 0)
        if not self.hits:
            self._segment = self._segment_of(hit.start)
            self.hits.append(hit)
            return None
        missing = [slot for slot in range(len(self.goal.slots)) if slot != hit.slot]
        chosen = self._complete([hit], missing)
        if chosen is None:
            self._keep(hit)
            return None
        self.free_from = max(h.end for h in chosen)
        kept_from = min(h.start for h in (*self.hits, *chosen))
        self.hits.clear()
        return Window(self.number, tuple(sorted(chosen, key=lambda h: h.slot)), kept_from)

    def expire(self, position: int, shortest: int) -> None:
        """Forget hits that a slot found at or after ``position`` (``shortest`` characters long) can no longer join."""
        if not self.hits:
            return
        earliest = position + shortest - self.goal.within
        if self._segment != self._segment_of(position) or earliest > self.hits[-1].start:
            self.hits.clear()
        elif earliest > self.hits[0].start:
            self.hits = [hit for hit in self.hits if hit.start >= earliest]

    def _segment_of(self, position: int) -> int:
        return 0 if self.goal.same == "text" else self.marks.segment(position)

    def _keep(self, hit: Hit) -> None:
        same_slot = [known for known in self.hits if known.slot == hit.slot]
        if any(known.start == hit.start and known.minus_end == hit.minus_end for known in same_slot):
            return
        if len(same_slot) >= RECENT_HITS:
            self.hits.remove(same_slot[0])
        self.hits.append(hit)

    def _complete(self, chosen: list[Hit], missing: list[int]) -> list[Hit] | None:
        """Fill the missing slots from the nearest hits, longest first, that overlap none and keep the window short enough."""
        if not missing:
            return chosen
        candidates = [known for known in self.hits if known.slot == missing[0]]
        for known in sorted(candidates, key=lambda h: (h.minus_end, h.start)):
            if any(known.start < h.end and h.start < known.end for h in chosen):
                continue
            together = [*chosen, known]
            if max(h.end for h in together) - min(h.start for h in together) > self.goal.within:
                continue
            complete = self._complete(together, missing[1:])
            if complete is not None:
                return complete
        return None


def exceptions_of(
    window: Window, unless: Sequence[GoalUnless], seen: Sequence[ExceptionHit], sentences: Marks, acts: bool
) -> tuple[str, ...]:
    """Names of the exceptions that stand around a window.

    A word counts in the sentences of the window, but not inside the evidence itself. If the exception may follow: up to
    ``within`` characters before the window, between its slots, and after it until the limit. If not (negation): directly
    before a slot. ``acts``: the goal may stop or rewrite. Where it only asks for a person's look, exceptions that may follow count
    in neighbouring sentences too; an advert that would be stopped must not buy a pass with its last sentence.
    """
    limit = window.end + AFTER_CAP if window.limit is None else window.limit
    first, last = sentences.segment(window.start), sentences.segment(window.last_start)
    around = [
        (word, first <= sentences.segment(word.start) <= last)
        for word in seen
        if word.end <= limit and not any(hit.start <= word.start and word.end <= hit.end for hit in window.hits)
    ]
    names = (
        u.name
        for u in unless
        if any(word.number in u.numbers and (inside or (u.after and not acts)) and _stands(word, window, u) for word, inside in around)
    )
    return tuple(dict.fromkeys(names))


def _stands(word: ExceptionHit, window: Window, unless: GoalUnless) -> bool:
    if unless.after:
        return window.start - word.end <= unless.within
    return any(0 <= hit.start - word.end <= unless.within for hit in window.hits)
