"""The streaming scanner: releases text as soon as no goal can still match it, and not before.

Each chunk is normalised, ``matching`` finds the hits in it that no more text can change, ``judging`` builds windows from them, and
what is due becomes a finding. Held back is what may be evidence of a goal that acts: what may become a hit, a window that can
still be completed, a finding that waits for an exception. Nothing is kept that can no longer matter.

Three coordinates: *raw* (as fed), *decoded* (JSON escapes undone; the same as raw where there are none), *base* (index
into the base lane of the whole text). Spans and the released length are raw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from brightline.model import Finding, Span
from brightline.text.cuts import LEFT_OUT, Cuts
from brightline.text.findings import EXCERPT, LateMatch, SlotSeen, evidence_of, finding_of
from brightline.text.glance import AT_A_GLANCE, Sight, glance
from brightline.text.goals import Lane
from brightline.text.index import SideIndex
from brightline.text.judging import FORGET_AT, Judging
from brightline.text.lanes import Piece, normalise
from brightline.text.matching import Matching
from brightline.text.raw_text import RawText
from brightline.text.windows import MEMORY, Hit, Window

__all__ = ["LEFT_OUT", "Later", "TextStream"]

BLOCK = 1 << 16  # characters normalised at once: bounds the arrays, and numpy is no faster beyond
FINDINGS_PER_GOAL = 20  # with the same exceptions; more of the same change nothing and would let a text fill the memory


class Later(Protocol):
    """Who reads the late lanes (``late.LateReader``): segment by segment, as the text comes."""

    begin: int
    """Decoded position of the first character that it may still ask about."""

    def take(self, text: str, piece: Piece | None = None) -> None:
        """More of the text. ``piece``: its lanes, if it is the whole text and they are known."""

    def due(self, final: bool) -> int | None:
        """Where the next segment ends, if that is known."""

    def read(self, until: int, seen: int) -> list[LateMatch]:
        """The next segment. ``seen``: bits (see ``marks``) of the slots that the block lanes saw so far, or may have seen."""


class TextStream:
    """One text on its way out. Made by ``TextEngine.stream``; not for use by two threads at once.

    ``findings`` grows in the order in which findings are due; ``stopped`` is the one that stopped the text, if any.
    """

    def __init__(
        self,
        index: SideIndex,
        version: str,
        part: str,
        stops: Callable[[Finding], bool] | None,
        json_escapes: bool = False,
        late: Later | None = None,
        slots: list[SlotSeen] | None = None,
        rewrites: Callable[[Finding], bool] | None = None,
    ) -> None:
        """``late`` reads the late lanes, ``slots`` takes every slot that is seen in the block lanes.

        ``rewrites`` tells for a finding that does not stop whether its clause is to be left out of what is released.
        """
        self.findings: list[Finding] = []
        self.stopped: Finding | None = None
        self.fed = 0
        self.released = 0
        self.piece: Piece | None = None
        """The lanes of the whole text, if it was short and taken at once: for those who would read them again."""
        self.seen = 0
        """Bits (see ``marks``) of the slots that the block lanes saw so far, whether or not they met."""
        self._index = index
        self._version = version
        self._part = part
        self._stops = stops
        self._rewrites = rewrites
        self._late = late
        self._slots = slots
        self._raw = RawText(json_escapes)
        self._matching = Matching(index)
        self._judging = Judging(index, self._matching.base, stops is not None)
        self._cuts = Cuts()
        self._after_dot = False
        self._dropped = 0  # invisible characters directly before
        self._settled = 0
        self._dues: list[int] = []  # decoded position at which each finding of the block lanes was due
        self._counts: dict[tuple[int, tuple[str, ...]], int] = {}
        self._stopped_at = 0  # raw position before which text may leave after a stop
        self._stopped_from = 0  # decoded position where its evidence begins

    @property
    def left_out(self) -> list[Span]:
        """Raw places of what was left out of the released text, each replaced by ``LEFT_OUT``."""
        return self._cuts.made

    @property
    def held_chars(self) -> int:
        """Raw characters fed and not released."""
        return self.fed - self.released

    def feed(self, chunk: str) -> str:
        """Take the next raw text; returns what may leave now. After a stop nothing leaves any more."""
        self.fed += len(chunk)
        if self.stopped is not None or not chunk:
            return ""
        text = self._raw.append(chunk)
        if len(text) <= BLOCK:
            self._read(text)
        else:
            for start in range(0, len(text), BLOCK):
                self._read(text[start : start + BLOCK])
        return self._release(self._leavable())

    def finish(self) -> str:
        """The text has ended: decides what was still open and returns the rest that may leave."""
        if self.stopped is not None:
            return ""
        if self._raw.has_escapes:
            self._read(self._raw.append("", final=True))
        if self.stopped is None:
            self._end("")
        return self._release(self.fed if self.stopped is None else self._leavable())

    def feed_all(self, text: str) -> str:
        """One ``feed`` and ``finish`` in one, for a text that is there as a whole; cheaper, because nothing has to stay open."""
        self.fed = len(text)
        decoded = self._raw.append(text, final=True)
        sight = glance(self._index, decoded) if len(decoded) <= AT_A_GLANCE and self._slots is None else None
        if sight is not None and not self._raw.has_escapes:
            self.piece = sight.piece
        self._read_all(decoded, sight)
        return self._release(self.fed if self.stopped is None else self._leavable())

    def read_whole(self, text: str, sight: Sight | None = None) -> None:
        """The same for a stream that stops nothing, without looking for what may leave. ``sight``: what a glance at it saw."""
        self.fed = self.released = len(text)
        self._raw.append(text)
        self._read_all(text, sight)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read_all(self, text: str, sight: Sight | None) -> None:
        if sight is not None and not sight.hides:
            self._read_seen(text, sight)
            return
        last = max(0, (len(text) - 1) // BLOCK * BLOCK)
        for start in range(0, last, BLOCK):
            self._read(text[start : start + BLOCK])
        if self.stopped is None:
            self._end(text[last:] if last else text)

    def _read_seen(self, text: str, sight: Sight) -> None:
        """Read a whole text of which a glance has told which goals may be met."""
        self.seen = sight.seen
        if sight.goals:
            self._matching.read_seen(sight)
            self._judging.words = sight.in_base
            self._take_in(sight.piece, 0, final=True)
        else:
            self._raw.read = sight.piece.size
        if self._late is not None:
            self._late.take(text, sight.piece)
            self._read_late(self._late, sight.may_stand, final=True)

    def _read(self, text: str) -> None:
        if text and self.stopped is None:
            self._advance(normalise(text, self._after_dot, self._dropped), final=False)
            if self._late is not None:
                self._late.take(text)
                self._read_late(self._late, self.seen, final=False)

    def _end(self, rest: str) -> None:
        """Read the last of the text."""
        self._advance(normalise(rest, self._after_dot, self._dropped), final=True)
        if self._late is not None:
            self._late.take(rest)
            self._read_late(self._late, self.seen, final=True)

    def _advance(self, piece: Piece, final: bool) -> None:
        """Take a piece in, and let the goals judge what is settled."""
        before = self._matching.base.end
        self._matching.read(piece, self._raw.read, final)
        self._take_in(piece, before, final)

    def _take_in(self, piece: Piece, before: int, final: bool) -> None:
        """Let the goals judge what is settled once the hits of a piece are known, which begins at base position ``before``."""
        matching, judging = self._matching, self._judging
        judging.mark(piece, before)
        self._raw.read += piece.size
        if piece.base:
            self._after_dot, self._dropped = piece.base[-1] == ".", piece.dropped_tail
        else:
            self._dropped += piece.dropped_tail
        self._settled = matching.base.end + 1 if final else matching.settled()
        if matching.queue or not judging.is_idle:
            held_from = self._leavable() if self._stops is not None and self._may_act() else 0
            self._judge(final)
            if self.stopped is not None:
                # What was held beside the evidence does not leave either: words of a slot that a nearer word filled.
                self._stopped_at = min(held_from, *(span.start for span in self.stopped.spans))
        if self._cuts:
            self._cuts.close(matching.base, judging.clauses, self._raw.read, final)
        if final:
            matching.close()
            judging.close()
        else:
            self._forget()

    def _may_act(self) -> bool:
        """True if a goal that may stop or rewrite can be met by what is seen so far."""
        may_act = self._index.may_act
        return self._judging.holds_any or any(may_act[hit.goal] for hit in self._matching.queue)

    def _forget(self) -> None:
        """Drop what lies before anything that can still matter."""
        base = self._matching.base
        if len(base.text) > FORGET_AT:
            base.forget(self._settled - MEMORY)
        self._matching.forget(self._settled)
        self._judging.forget(self._settled)

    # -- judging ----------------------------------------------------------------------------------------------------

    def _judge(self, final: bool) -> None:
        """Hand settled hits to their goals, and report the findings that are due."""
        matching, judging = self._matching, self._judging
        if matching.queue:
            hits = self._counting(matching.take(self._settled))
            judging.build(judging.completable(hits) if final else hits)
        due = judging.due(self._settled, self._raw.read, final)
        for number, (position, window) in enumerate(due):
            self._report(window, position, final)
            if self.stopped is not None:
                judging.wait(waiting for _, waiting in due[number:])
                return
        judging.expire(self._settled)

    def _counting(self, hits: list[Hit]) -> list[Hit]:
        """Those that no allow phrase covers; their slots are noted, whether or not they meet."""
        matching, layout = self._matching, self._index.book.layout
        counting = [hit for hit in hits if not matching.is_allowed(hit)]
        for hit in counting:
            self.seen |= layout.slot(hit.goal, hit.slot)
        if self._slots is not None:
            origin = matching.base.origin
            for hit in counting:
                lane: Lane = "skip" if hit.rank else "base"
                place = self._raw.span(origin(hit.start), origin(hit.end - 1) + 1)
                self._slots.append(SlotSeen(self._index.goals[hit.goal].id, hit.slot, place, lane, hit.normalised))
        return counting

    def _report(self, window: Window, position: int, final: bool) -> None:
        exceptions = self._judging.exceptions_of(window, final)
        if not self._counts_on(window.goal, exceptions):
            return
        base, goal = self._matching.base, self._index.goals[window.goal]
        lane: Lane = "skip" if any(hit.rank for hit in window.hits) else "base"
        normalised = tuple(hit.normalised for hit in window.hits)
        match = LateMatch(window.goal, window.places, normalised, exceptions, goal.effects[self._index.side], lane)
        finding = self._found(match, window.limit_place)
        self.findings.insert(len(self._dues), finding)
        self._dues.append(base.origin(position) if position < base.end else self._raw.read)
        if not window.holds or exceptions or self._stops is None:
            return
        if self._stops(finding):
            self.stopped = finding
            self._stopped_from = min(start for start, _ in window.places)
        elif self._rewrites is not None and self._rewrites(finding):
            start = min(at for (at, _), slot in zip(window.places, goal.slots, strict=True) if not slot.companion)
            self._cuts.add(start, window.end)

    def _counts_on(self, goal: int, exceptions: tuple[str, ...]) -> bool:
        """Count a finding; false if there are as many like it as anybody needs."""
        count = self._counts.get((goal, exceptions), 0)
        self._counts[goal, exceptions] = count + 1
        return count < FINDINGS_PER_GOAL

    def _found(self, match: LateMatch, limit_place: int | None) -> Finding:
        raw, index = self._raw, self._index
        until = None if limit_place is None else raw.at(limit_place)
        evidence = evidence_of([raw.span(start, end) for start, end in match.places], raw.cut, until)
        return finding_of(match, index.goals[match.goal], index.side, self._part, self._version, evidence)

    # -- late lanes -------------------------------------------------------------------------------------------------

    def _read_late(self, late: Later, seen: int, final: bool) -> None:
        """Read the segments of the late lanes before which the block lanes have decided everything. ``seen``: as in ``Later.read``.

        A late finding that stops undoes what the block lanes found beyond its segment: with smaller chunks they would not
        have come so far.
        """
        until = late.due(final)
        if until is None:
            return
        decided = self._decided(final)
        while until is not None and until <= decided:
            for match in late.read(until, seen):
                finding = self._late_finding(match, until)
                if finding is None:
                    continue
                self.findings.append(finding)
                if self._stops is not None and match.effect.stops and not match.exceptions and self._stops(finding):
                    before = sum(due < until for due in self._dues)
                    del self.findings[before : len(self._dues)]
                    del self._dues[before:]
                    self.stopped = finding
                    self._stopped_at = min(span.start for span in finding.spans)
                    return
            until = late.due(final)

    def _decided(self, final: bool) -> int:
        """The decoded position before which the block lanes can find nothing more."""
        if self.stopped is not None:
            return self._stopped_from
        if final:
            return self._raw.read
        base = self._matching.base
        settled = base.origin(self._settled) if self._settled < base.end else self._raw.read
        return settled if self._stops is None else min(settled, self._hold_from())

    def _late_finding(self, match: LateMatch, until: int) -> Finding | None:
        """The finding of a late lane, unless the block lanes found the same goal there before the segment's end."""
        goal = self._index.goals[match.goal].id
        place = self._raw.span(min(start for start, _ in match.places), max(end for _, end in match.places))
        for due, finding in zip(self._dues, self.findings, strict=False):
            if due < until and finding.goal == goal and any(span.start < place.end and place.start < span.end for span in finding.spans):
                return None
        return self._found(match, None) if self._counts_on(match.goal, match.exceptions) else None

    # -- releasing --------------------------------------------------------------------------------------------------

    def _leavable(self) -> int:
        """The raw position before which nothing can be evidence of a goal that acts."""
        return self._stopped_at if self.stopped is not None else self._raw.at(self._hold_from())

    def _hold_from(self) -> int:
        """The same as a decoded position."""
        hold = self._matching.hold_from(self._raw.read)
        if not self._judging.is_idle:
            hold = self._judging.hold_from(hold)
        return self._cuts.hold_from(hold) if self._cuts else hold

    def _release(self, until: int) -> str:
        until = max(until, self.released)
        text = self._raw.cut(self.released, until) if not self._cuts else self._cuts.without(self._raw, self.released, until)
        self.released = until
        if self.stopped is not None:
            self._raw.forget_all()
        elif self._raw.is_long:
            base = self._matching.base
            asked = base.origin(base.begin) if base.text else self._raw.read
            if self._late is not None:
                asked = min(asked, self._late.begin)
            self._raw.trim(until, asked, EXCERPT)
        return text
