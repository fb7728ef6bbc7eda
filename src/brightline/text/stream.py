"""The streaming scanner: releases text as soon as no goal can still match it, and not before.

Each chunk is normalised and appended to the tail that is still live. *Settled* is the position before which every hit is
known for good: nothing live, in any lane or pattern, begins before it. Hits before it go to the window builders in order.
Held back is what may be evidence of a goal that stops: the longest suffix that is a proper prefix of one of its entries,
a window that can still be completed, a finding that waits for an exception. Nothing is kept that can no longer matter.

Three coordinates: *raw* (as fed), *decoded* (JSON escapes undone; the same as raw where there are none), *base* (index
into the base lane of the whole text). Spans and the released length are raw.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from operator import concat
from typing import NamedTuple, Protocol

from brightline.model import Finding, Outcome, Span
from brightline.text.escapes import EscapeDecoder
from brightline.text.glance import AT_A_GLANCE, Sight, glance
from brightline.text.goals import MAX_ENTRY_CHARS, MAX_EXCEPTION_WITHIN, Lane
from brightline.text.index import LaneIndex, SideIndex, SidePattern
from brightline.text.lanes import Gap, Piece, normalise
from brightline.text.marks import bits_of
from brightline.text.patterns import Pattern
from brightline.text.tails import Tail, append_skip, has_gap
from brightline.text.windows import AFTER_CAP, MEMORY, ExceptionHit, Hit, Marks, Window, WindowBuilder, exceptions_of
from brightline.text.word_rows import SLOT, Target
from brightline.text.words import begins_inside_word, continues_word

__all__ = ["LateMatch", "Later", "SlotSeen", "TextStream"]

BLOCK = 1 << 16  # characters normalised at once: bounds the arrays, and numpy is no faster beyond
EXCERPT = 200  # raw characters either side of the evidence that a person gets to see
FINDINGS_PER_GOAL = 20  # with the same exceptions; more of the same change nothing and would let a text fill the memory
SHORTEST_EVIDENCE = 2  # no entry and no pattern is shorter
ASK_ANCHORS_FROM = 48  # characters: from here on one pass for the anchors of all patterns is cheaper than a search for each
FORGET_AT = 2 * MEMORY  # characters of the base lane, or marks, kept before the old ones are dropped
EXCEPTION_REACH = MAX_EXCEPTION_WITHIN + MAX_ENTRY_CHARS + 1  # the farthest exception before the evidence, and its left neighbour
LEFT_OUT = "〔…〕"  # stands in the released text where a clause was left out
TRIM_AT = 4096  # raw characters kept before the old ones are looked at

_DETECTOR = "text"


class SlotSeen(NamedTuple):
    """A word or pattern of one slot, wherever it stands and whatever else is there: goal id, slot number, raw place."""

    goal: str
    slot: int
    span: Span
    lane: Lane
    normalised: str


class LateMatch(NamedTuple):
    """A goal met in a late lane. ``places`` are decoded positions, one a slot; ``effect`` is what may follow at most."""

    goal: int
    places: tuple[tuple[int, int], ...]
    normalised: tuple[str, ...]
    exceptions: tuple[str, ...]
    effect: Outcome
    lane: Lane


class Later(Protocol):
    """Who reads the late lanes (``late.LateReader``): segment by segment, as the text comes."""

    begin: int
    """Decoded position of the first character that it may still ask about."""

    def take(self, text: str) -> None:
        """More of the text."""

    def due(self, final: bool) -> int | None:
        """Where the next segment ends, if that is known."""

    def read(self, until: int, seen: int) -> list[LateMatch]:
        """The next segment. ``seen``: bits (see ``marks``) of the slots that the block lanes saw so far."""


@dataclass(slots=True)
class _Cut:
    """Part of the text that does not leave: from decoded position ``start`` to the end of the clause that base position
    ``evidence_end`` is in (``end``, as a decoded position, once that is known).
    """

    start: int
    evidence_end: int
    end: int | None = None


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
        self._late = late
        self._slots = slots
        self.seen = 0
        """Bits (see ``marks``) of the slots that the block lanes saw so far, whether or not they met."""
        self._dues: list[int] = []  # decoded position at which each finding of the block lanes was due
        self.fed = 0
        self.released = 0
        self._index = index
        self._here = index.here  # the goals that count
        self._version = version
        self._part = part
        self._stops = stops
        self._rewrites = rewrites
        self._cuts: list[_Cut] = []
        self._cut_raw: list[int] = []  # raw starts and ends of what was left out
        self._escapes = EscapeDecoder() if json_escapes else None
        self._raw = ""
        self._raw_from = 0  # raw position of self._raw[0]
        self._raw_starts = [0]  # with escapes: raw position of each decoded character from self._starts_from on
        self._starts_from = 0
        self._decoded = 0  # decoded characters read
        self._base = Tail()  # origin: decoded
        self._skip = Tail(skips=True)  # origin: base
        self._gap = Gap()
        self._after_dot = False
        self._dropped = 0  # invisible characters directly before
        self._open_patterns: dict[int, int] = {}  # pattern number → base position from which it is still open
        self._edge: int | None = None  # the last position, if a pattern may begin there
        self._sentences = Marks()
        self._clauses = Marks()
        self._settled = 0
        self._stopped_at = 0  # raw position before which text may leave after a stop
        self._stopped_from = 0  # decoded position where its evidence begins
        self._queue: list[Hit] = []
        self._allowed: list[tuple[int, int, int]] = []  # (start, end, goal) of allow phrases
        self._builders: dict[int, WindowBuilder] = {}
        self._waiting: list[Window] = []
        self._counts: dict[tuple[int, tuple[str, ...]], int] = {}

    @property
    def left_out(self) -> list[Span]:
        """Raw places of what was left out of the released text, each replaced by ``LEFT_OUT``."""
        return [Span(self._cut_raw[n], self._cut_raw[n + 1]) for n in range(0, len(self._cut_raw), 2)]

    @property
    def held_chars(self) -> int:
        """Raw characters fed and not released."""
        return self.fed - self.released

    def feed(self, chunk: str) -> str:
        """Take the next raw text; returns what may leave now. After a stop nothing leaves any more."""
        self.fed += len(chunk)
        if self.stopped is not None or not chunk:
            return ""
        self._raw += chunk
        text = chunk if self._escapes is None else self._decode(chunk)
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
        if self._escapes is not None:
            self._read(self._decode("", final=True))
        if self.stopped is None:
            self._advance(normalise(""), final=True)
            if self._late is not None:
                self._read_late(final=True)
        return self._release(self.fed if self.stopped is None else self._leavable())

    def feed_all(self, text: str) -> str:
        """One ``feed`` and ``finish`` in one, for a text that is there as a whole; cheaper, because nothing has to stay open."""
        self.fed = len(text)
        self._raw = text
        decoded = text if self._escapes is None else self._decode(text, final=True)
        sight = glance(self._index, decoded) if len(decoded) <= AT_A_GLANCE and self._slots is None else None
        if sight is None or sight.hides:
            self._read_all(decoded)
        else:
            self._read_seen(decoded, sight)
        return self._release(self.fed if self.stopped is None else self._leavable())

    def read_whole(self, text: str, sight: Sight | None = None) -> None:
        """The same for a stream that stops nothing, without looking for what may leave. ``sight``: what a glance at it saw."""
        self.fed = self.released = len(text)
        self._raw = text
        if sight is None or sight.hides:
            self._read_all(text)
        else:
            self._read_seen(text, sight)

    def _read_seen(self, text: str, sight: Sight) -> None:
        """Read a text of which a glance has told what goals may be met."""
        self.seen = sight.seen
        if sight.goals:
            self._here = frozenset(bits_of(sight.goals))
            self._advance(sight.piece, final=True)
        else:
            self._decoded = sight.piece.size
        if self._late is not None:
            self._late.take(text)
            self._read_late(final=True)

    def _read_all(self, text: str) -> None:
        last = max(0, (len(text) - 1) // BLOCK * BLOCK)
        for start in range(0, last, BLOCK):
            self._read(text[start : start + BLOCK])
        if self.stopped is None:
            rest = text[last:] if last else text
            self._advance(normalise(rest, self._after_dot, self._dropped), final=True)
            if self._late is not None:
                self._late.take(rest)
                self._read_late(final=True)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _decode(self, chunk: str, final: bool = False) -> str:
        assert self._escapes is not None  # noqa: S101 - only called with escapes
        text, lengths = self._escapes.feed(chunk, final)
        starts = accumulate(lengths, initial=self._raw_starts.pop())
        self._raw_starts.extend(starts)
        return text

    def _read(self, text: str) -> None:
        if text and self.stopped is None:
            self._advance(normalise(text, self._after_dot, self._dropped), final=False)
            if self._late is not None:
                self._late.take(text)
                self._read_late(final=False)

    def _read_late(self, final: bool) -> None:
        """Read the segments of the late lanes before which the block lanes have decided everything.

        A late finding that stops undoes what the block lanes found beyond its segment: with smaller chunks they would not
        have come so far.
        """
        late = self._late
        assert late is not None  # noqa: S101 - only called with one
        until = late.due(final)
        if until is None:
            return
        decided = self._decided(final)
        while until is not None and until <= decided:
            for match in late.read(until, self.seen):
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
            return self._decoded
        base = self._base
        settled = base.origin(self._settled) if self._settled < base.end else self._decoded
        return settled if self._stops is None else min(settled, self._hold_from())

    def _advance(self, piece: Piece, final: bool) -> None:
        """Take a piece in, find the hits that end in it, and let the goals judge what is settled."""
        base, before = self._base, self._base.end
        base.append(piece.base, piece.at, self._decoded)
        self._decoded += piece.size
        if piece.base:
            self._after_dot, self._dropped = piece.base[-1] == ".", piece.dropped_tail
        else:
            self._dropped += piece.dropped_tail
        if piece.clauses:
            self._clauses.positions.extend(before + at for at in piece.clauses)
            self._sentences.positions.extend(before + at for at in piece.ends)
        self._match_base(before, final)
        self._match_skip(piece, before, final)
        self._match_patterns(before, final)
        self._settled = base.end + 1 if final else self._first_live()
        if self._queue or self._waiting or self._builders:
            held_from = self._leavable() if self._stops is not None else 0
            self._judge(final)
            if self.stopped is not None:
                # What was held beside the evidence does not leave either: words of a slot that a nearer word filled.
                self._stopped_at = min(held_from, *(span.start for span in self.stopped.spans))
        if self._cuts:
            self._close_cuts(final)
        if final:
            base.live = []
            self._builders.clear()
        else:
            self._forget()

    def _first_live(self) -> int:
        settled = self._base.live[0] if self._base.live else self._base.end
        if self._skip.live:
            settled = min(settled, self._skip.origin(self._skip.live[0]))
        if self._edge is not None:
            settled = min(settled, self._edge)
        return min(settled, *self._open_patterns.values()) if self._open_patterns else settled

    # -- hits -------------------------------------------------------------------------------------------------------

    def _match_base(self, before: int, final: bool) -> None:
        lane, base, end = self._index.base, self._base, self._base.end
        first = base.live[0] if base.live else before
        text = base.from_index(first)
        for start, stop, entry in lane.automaton.matches(text):
            row = lane.targets[entry]
            if not row:
                continue
            begin, finish = first + start, first + stop
            if not lane.edged[entry]:
                if finish > before:
                    self._take(lane, entry, row, begin, finish, 0)
                continue
            left = base.text[begin - base.begin - 1] if begin > base.begin else ""
            right = text[stop] if finish < end else ""
            targets = _standing(lane, entry, left, right, finish < end or final, finish - before)
            self._take(lane, entry, targets, begin, finish, 0)
        if not final:
            base.revive(lane.beginnings, before)

    def _match_skip(self, piece: Piece, before: int, final: bool) -> None:
        lane, skip, end, known = self._index.skip, self._skip, self._base.end, self._skip.end
        breaks = self._gap.read(piece)
        if piece.kept:
            append_skip(skip, piece, breaks, before)
        first = skip.live[0] if skip.live else known
        if has_gap(skip, first):
            text = skip.from_index(first)
            for start, stop, entry in lane.automaton.matches(text):
                if not lane.targets[entry]:
                    continue
                begin, finish = skip.origin(first + start), skip.origin(first + stop - 1) + 1
                if finish - begin == stop - start:
                    continue  # nothing was skipped: the base lane has it
                left = skip.text[first + start - 1 - skip.begin] if first + start > skip.begin else ""
                if left and skip.origin(first + start - 1) != begin - 1:
                    left = ""
                right = text[stop] if stop < len(text) and skip.origin(first + stop) == finish else ""
                targets = _standing(lane, entry, left, right, finish < end or final, finish - before)
                self._take(lane, entry, targets, begin, finish, 1)
        if final or self._gap.breaks:
            skip.live = []
        elif skip.live or known < skip.end:
            skip.revive(lane.beginnings, known)

    def _match_patterns(self, before: int, final: bool) -> None:
        index, base, open_patterns = self._index, self._base, self._open_patterns
        # The last character read before may be the first of a beginning that only now can be seen.
        fresh_from = max(before - 1, base.begin) if before < base.end else base.end
        fresh = base.from_index(fresh_from) if fresh_from < base.end else ""
        self._edge = None
        if final and not open_patterns and len(fresh) > ASK_ANCHORS_FROM:
            self._match_whole(fresh, fresh_from)
            return
        for head in index.by_head.keys() & {*map(concat, fresh, fresh[1:]), *fresh[:-1]}:
            position = fresh_from + fresh.index(head)
            for number in index.by_head[head]:
                open_patterns[number] = min(position, open_patterns.get(number, position))
        for number in index.always:
            open_patterns.setdefault(number, before)
        if not final and base.text[-1:] in index.by_first and not self._is_inside_word(base.end - 1):
            self._edge = base.end - 1
        if not open_patterns:
            return
        earliest = min(open_patterns.values())
        asks = base.end - earliest > ASK_ANCHORS_FROM
        anchored = self._anchored(base.from_index(earliest)) if asks else 0
        for number, position in list(open_patterns.items()):
            can_match = not asks or bool(anchored >> number & 1)
            live = self._match_pattern(index.patterns[number], position, can_match, final)
            if live < base.end:
                open_patterns[number] = live
            else:
                del open_patterns[number]

    def _match_whole(self, text: str, begin: int) -> None:
        """Take the matches in a text of which nothing is open and that ends here."""
        for number in bits_of(self._anchored(text)):
            self._match_pattern(self._index.patterns[number], begin, True, final=True)

    def _anchored(self, text: str) -> int:
        """The patterns that may match in ``text``, as bits by their numbers: of all others it lacks the anchors."""
        index, book, found = self._index, self._index.book, 0
        anchors = book.anchors
        for _, _, word in book.automaton.matches(text):
            found |= anchors[word]
        return book.layout.anchored(found) & index.pattern_bits

    def _match_pattern(self, entry: SidePattern, position: int, can_match: bool, final: bool) -> int:
        """Take the matches that no more text can change, leftmost first; returns from where the pattern is still open."""
        pattern, text = entry.pattern, self._base.from_index(position)
        live = len(text) if final else self._live_from(pattern, text, 0, position)
        search_from = 0
        while can_match and (match := pattern.full.search(text[search_from:])) is not None:
            start, stop = search_from + match.start(), search_from + match.end()
            if start >= live:
                break
            if self._is_inside_word(position + start):
                search_from = start + 1  # as for entries: what begins with a letter begins a word
                continue
            begin, finish = position + start, position + stop
            here = (target for target in entry.targets if target.goal in self._here)
            self._queue.extend(Hit(begin, -finish, 0, target.goal, target.slot, match.group()) for target in here)
            search_from = stop
            if stop > live:
                live = self._live_from(pattern, text, stop, position)
        return position + live

    def _live_from(self, pattern: Pattern, text: str, start: int, position: int) -> int:
        live = pattern.live_from(text, start)
        while live < len(text) and self._is_inside_word(position + live):
            live = pattern.live_from(text, live + 1)
        return live

    def _is_inside_word(self, position: int) -> bool:
        return begins_inside_word(self._base.text, position - self._base.begin)

    def _take(self, lane: LaneIndex, entry: int, targets: Iterable[Target], begin: int, finish: int, rank: int) -> None:
        for target in targets:
            if target.goal not in self._here:
                continue
            if target.kind == SLOT:
                self._queue.append(Hit(begin, -finish, rank, target.goal, target.slot, lane.automaton.entries[entry]))
            else:
                self._allowed.append((begin, finish, target.goal))

    # -- judging ----------------------------------------------------------------------------------------------------

    def _judge(self, final: bool) -> None:
        """Hand settled hits to their goals, and report the findings that are due."""
        settled = self._settled
        if self._queue:
            self._queue.sort()
            self._allowed.sort()
            ready = [hit for hit in self._queue if hit.start < settled]
            del self._queue[: len(ready)]
            self._note(ready)
            for hit in self._completable(ready) if final else ready:
                self._build(hit)
        due: list[tuple[int, int, int, Window]] = []
        waiting = []
        for window in self._waiting:
            position = self._due(window, final)
            if position is not None and position < settled:
                due.append((position, window.goal, window.start, window))
            else:
                waiting.append(window)
        due.sort(key=lambda row: row[:3])
        self._waiting = waiting
        for number, (position, _, _, window) in enumerate(due):
            self._report(window, position, final)
            if self.stopped is not None:
                waiting.extend(row[3] for row in due[number:])  # their evidence stays held
                return
        for number, builder in list(self._builders.items()):
            builder.expire(settled, SHORTEST_EVIDENCE)
            if not builder.hits and builder.free_from <= settled:
                del self._builders[number]

    def _note(self, hits: Iterable[Hit]) -> None:
        """Remember which slots were seen, whether or not they meet."""
        base, layout = self._base, self._index.book.layout
        for hit in hits:
            if self._allowed and self._is_allowed(hit):
                continue
            self.seen |= layout.slot(hit.goal, hit.slot)
            if self._slots is not None:
                span = Span(self._raw_at(base.origin(hit.start)), self._raw_at(base.origin(hit.end - 1) + 1))
                lane: Lane = "skip" if hit.rank else "base"
                self._slots.append(SlotSeen(self._index.goals[hit.goal].id, hit.slot, span, lane, hit.normalised))

    def _completable(self, last: list[Hit]) -> list[Hit]:
        """Of the last hits of a text, those of goals that can still be met: all slots hit, or a window begun before."""
        slots: dict[int, int] = {}
        for hit in last:
            slots[hit.goal] = slots.get(hit.goal, 0) | 1 << hit.slot
        goals, begun = self._index.goals, self._builders
        met = {goal for goal, found in slots.items() if goal in begun or found.bit_count() == len(goals[goal].slots)}
        return [hit for hit in last if hit.goal in met]

    def _build(self, hit: Hit) -> None:
        if self._allowed and self._is_allowed(hit):
            return
        builder = self._builders.get(hit.goal)
        if builder is None:
            goal = self._index.goals[hit.goal]
            builder = WindowBuilder(hit.goal, goal, self._clauses if goal.same == "clause" else self._sentences)
            self._builders[hit.goal] = builder
        window = builder.take(hit)
        if window is not None:
            origin = self._base.origin
            window.places = tuple((origin(hit.start), origin(hit.end - 1) + 1) for hit in window.hits)
            window.kept_place = origin(window.kept_from)
            window.holds = self._stops is not None and self._index.may_act[window.goal]
            self._waiting.append(window)

    def _is_allowed(self, hit: Hit) -> bool:
        """True if an allow phrase of the goal covers the hit."""
        first = bisect_left(self._allowed, (hit.start - MAX_ENTRY_CHARS,))
        for number in range(first, len(self._allowed)):
            start, end, goal = self._allowed[number]
            if start > hit.start:
                return False
            if goal == hit.goal and end >= hit.end:
                return True
        return False

    def _due(self, window: Window, final: bool) -> int | None:
        """The position that must be settled before the window is reported; None while that is not known."""
        if not self._index.goals[window.goal].waits:
            return window.last_start
        if window.limit is None:
            base, cap = self._base, window.end + AFTER_CAP
            sentence_end = self._sentences.next_end(window.end)
            if sentence_end is not None and sentence_end <= cap:
                window.limit = sentence_end
            elif cap < base.end:
                window.limit = cap
            elif final:
                window.limit = base.end
            if window.limit is not None:
                window.limit_place = base.origin(window.limit) if window.limit < base.end else self._decoded
        return None if window.limit is None else window.limit - 1

    def _exceptions_of(self, window: Window, final: bool) -> tuple[str, ...]:
        """The exceptions around a window, as far as the text has come."""
        unless = self._index.unless[window.goal]
        if not unless:
            return ()
        lane, base = self._index.exceptions, self._base
        first = max(base.begin, window.start - EXCEPTION_REACH)
        until = (window.end + AFTER_CAP if window.limit is None else window.limit) + 1
        text = base.text[first - base.begin : until - base.begin]
        seen: list[ExceptionHit] = []
        for start, stop, entry in lane.automaton.matches(text):
            left, right = text[start - 1 : start], text[stop : stop + 1]
            targets = _standing(lane, entry, left, right, bool(right) or final, 1)
            seen.extend(ExceptionHit(first + start, first + stop, target.kind) for target in targets)
        return exceptions_of(window, unless, seen, self._sentences)

    def _report(self, window: Window, position: int, final: bool) -> None:
        exceptions = self._exceptions_of(window, final)
        if not self._counts_on(window.goal, exceptions):
            return
        base = self._base
        finding = self._finding(window, exceptions)
        self.findings.insert(len(self._dues), finding)
        self._dues.append(base.origin(position) if position < base.end else self._decoded)
        if not window.holds or exceptions or self._stops is None:
            return
        if self._stops(finding):
            self.stopped = finding
            self._stopped_from = min(start for start, _ in window.places)
        elif self._rewrites is not None and self._rewrites(finding):
            slots = self._index.goals[window.goal].slots
            start = min(at for (at, _), slot in zip(window.places, slots, strict=True) if not slot.companion)
            self._cuts.append(_Cut(start, window.end))

    def _close_cuts(self, final: bool) -> None:
        """Find the ends of the clauses that are left out."""
        base = self._base
        for cut in self._cuts:
            if cut.end is not None:
                continue
            end, cap = self._clauses.next_end(cut.evidence_end), cut.evidence_end + AFTER_CAP
            if end is None or end > cap:
                end = cap if cap < base.end else base.end if final else None
            if end is not None:
                cut.end = base.origin(end) if end < base.end else self._decoded

    def _counts_on(self, goal: int, exceptions: tuple[str, ...]) -> bool:
        """Count a finding; false if there are as many like it as anybody needs."""
        count = self._counts.get((goal, exceptions), 0)
        self._counts[goal, exceptions] = count + 1
        return count < FINDINGS_PER_GOAL

    def _finding(self, window: Window, exceptions: tuple[str, ...]) -> Finding:
        lane: Lane = "skip" if any(hit.rank for hit in window.hits) else "base"
        effect = self._index.goals[window.goal].effects[self._index.side]
        normalised = tuple(hit.normalised for hit in window.hits)
        match = LateMatch(window.goal, window.places, normalised, exceptions, effect, lane)
        return self._found(match, window.limit_place)

    def _late_finding(self, match: LateMatch, until: int) -> Finding | None:
        """The finding of a late lane, unless the block lanes found the same goal there before the segment's end."""
        begin, end = min(start for start, _ in match.places), max(end for _, end in match.places)
        goal, first, last = self._index.goals[match.goal].id, self._raw_at(begin), self._raw_at(end - 1) + 1
        for due, finding in zip(self._dues, self.findings, strict=False):
            if due < until and finding.goal == goal and any(span.start < last and first < span.end for span in finding.spans):
                return None
        if not self._counts_on(match.goal, match.exceptions):
            return None
        return self._found(match, None)

    def _found(self, match: LateMatch, limit_place: int | None) -> Finding:
        goal, side = self._index.goals[match.goal], self._index.side
        spans = tuple(Span(self._raw_at(start), self._raw_at(end)) for start, end in match.places)
        first, last = min(spans).start, max(span.end for span in spans)
        excerpt_start = max(0, first - EXCERPT)
        excerpt_end = last if limit_place is None else max(last, min(last + EXCERPT, self._raw_at(limit_place)))
        return Finding(
            detector=_DETECTOR,
            detector_version=self._version,
            goal=goal.id,
            rules=goal.rules,
            problem_types=goal.types,
            effect=match.effect,
            part=self._part,
            side=side,
            lane=match.lane,
            spans=spans,
            evidence=tuple(self._slice(span.start, span.end) for span in spans),
            score=goal.score,
            manifest=goal.manifest and match.effect is goal.effects[side],
            exceptions=match.exceptions,
            normalised=match.normalised,
            term=goal.term,
            note_zh=goal.notice_zh,
            note_en=goal.notice_en,
            excerpt=self._slice(excerpt_start, excerpt_end),
            excerpt_start=excerpt_start,
        )

    # -- releasing --------------------------------------------------------------------------------------------------

    def _leavable(self) -> int:
        """The raw position before which nothing can be evidence of a goal that stops."""
        return self._stopped_at if self.stopped is not None else self._raw_at(self._hold_from())

    def _hold_from(self) -> int:
        """The same as a decoded position."""
        base, index, hold = self._base, self._index, self._decoded
        if base.live:
            held = base.held(index.base.beginnings)
            if held is not None:
                hold = base.origin(held)
        if self._skip.live:
            held = self._skip.held(index.skip.beginnings)
            if held is not None:
                hold = min(hold, base.origin(self._skip.origin(held)))
        if self._edge is not None and base.text[-1] in index.held_firsts:
            hold = min(hold, base.origin(self._edge))
        for number, position in self._open_patterns.items():
            if index.patterns[number].held:
                hold = min(hold, base.origin(position))
        for hit in self._queue:
            if index.guards[hit.goal][hit.slot]:
                hold = min(hold, base.origin(hit.start))
        for number, builder in self._builders.items():
            guards = index.guards[number]
            guarded = next((hit for hit in builder.hits if guards[hit.slot]), None)
            if guarded is not None:
                hold = min(hold, base.origin(guarded.start))
        for window in self._waiting:
            # With an exception seen a finding cannot stop any more (policy: exceptions first).
            if window.holds and not self._exceptions_of(window, final=False):
                hold = min(hold, window.kept_place)
        for cut in self._cuts:
            if cut.end is None:
                hold = min(hold, cut.start)
        return hold

    def _release(self, until: int) -> str:
        until = max(until, self.released)
        text = self._slice(self.released, until) if not self._cuts else self._without_cuts(until)
        self.released = until
        if self.stopped is not None:
            self._raw = ""
        elif len(self._raw) > TRIM_AT:
            self._trim()
        return text

    def _without_cuts(self, until: int) -> str:
        """What leaves up to the raw position ``until``."""
        pieces: list[str] = []
        done = self.released
        for cut in sorted(self._cuts, key=lambda cut: cut.start):
            if cut.end is None or self._raw_at(cut.start) >= until:
                continue
            start, end = max(done, self._raw_at(cut.start)), min(until, self._raw_at(cut.end))
            if start >= end:
                continue
            pieces += self._slice(done, start), LEFT_OUT
            self._cut_raw += start, end
            done = end
        pieces.append(self._slice(done, until))
        self._cuts = [cut for cut in self._cuts if cut.end is None or self._raw_at(cut.end) > until]
        return "".join(pieces)

    def _raw_at(self, decoded: int) -> int:
        return decoded if self._escapes is None else self._raw_starts[decoded - self._starts_from]

    def _slice(self, start: int, end: int) -> str:
        return self._raw[start - self._raw_from : end - self._raw_from]

    # -- forgetting -------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Drop what lies before anything that can still matter."""
        settled = self._settled
        if len(self._base.text) > FORGET_AT:
            self._base.forget(settled - MEMORY)
        self._skip.forget((self._skip.live[0] if self._skip.live else self._skip.end) - 1)
        if self._allowed:
            self._allowed = [phrase for phrase in self._allowed if phrase[1] > settled]
        for marks in (self._sentences, self._clauses):
            if len(marks.positions) > FORGET_AT:
                marks.forget(settled - MEMORY)

    def _trim(self) -> None:
        """Drop raw text that was released and lies before every excerpt that may still be cut."""
        decoded = self._base.origin(self._base.begin) if self._base.text else self._decoded
        if self._late is not None:
            decoded = min(decoded, self._late.begin)
        count = min(self.released, self._raw_at(decoded) - EXCERPT) - self._raw_from
        if count > 0:
            self._raw = self._raw[count:]
            self._raw_from += count
        if self._escapes is not None:
            del self._raw_starts[: decoded - self._starts_from]
            self._starts_from = max(self._starts_from, decoded)


def _standing(lane: LaneIndex, entry: int, left: str, right: str, right_known: bool, fresh: int) -> list[Target]:
    """What a match stands for, given its neighbours: those targets whose word it does not cut and that are new.

    ``fresh``: how many characters the match reaches into the piece just read. A target that needs to see the right
    neighbour counts when that is known, which for a match at the very end of the last piece is now.
    """
    word = lane.automaton.entries[entry]
    found = []
    for target in lane.targets[entry]:
        if target.right:
            if fresh < 0 or not right_known or (right and continues_word(word[-1], right)):
                continue
        elif fresh <= 0:
            continue
        if not (target.left and left and continues_word(word[0], left)):
            found.append(target)
    return found
