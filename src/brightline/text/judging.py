"""From hits to findings that are due: the windows of all goals of one text, and the sentences and exceptions around them."""

from __future__ import annotations

from collections.abc import Iterable

from brightline.text.goals import MAX_ENTRY_CHARS, MAX_EXCEPTION_WITHIN
from brightline.text.index import SideIndex
from brightline.text.lanes import Piece
from brightline.text.matching import standing
from brightline.text.tails import Tail
from brightline.text.windows import AFTER_CAP, MEMORY, ExceptionHit, Hit, Marks, Window, WindowBuilder, exceptions_of

__all__ = ["EXCEPTION_REACH", "FORGET_AT", "Judging"]

SHORTEST_EVIDENCE = 2  # no entry and no pattern is shorter
FORGET_AT = 2 * MEMORY  # characters of the base lane, or marks, kept before the old ones are dropped
EXCEPTION_REACH = MAX_EXCEPTION_WITHIN + MAX_ENTRY_CHARS + 1  # the farthest exception before the evidence, and its left neighbour


class Judging:
    """Builds the windows of one text from its hits. ``holds``: windows of goals that act keep their evidence from leaving."""

    __slots__ = ("_base", "_builders", "_holds", "_index", "_waiting", "clauses", "sentences", "words")

    def __init__(self, index: SideIndex, base: Tail, holds: bool) -> None:
        self._index = index
        self._base = base
        self._holds = holds
        self.sentences = Marks()
        self.clauses = Marks()
        self._builders: dict[int, WindowBuilder] = {}
        self._waiting: list[Window] = []
        self.words: list[tuple[int, int, int]] | None = None
        """The automaton's matches in the base lane of the whole text, if they are known."""

    @property
    def is_idle(self) -> bool:
        """True if nothing waits for more text."""
        return not (self._waiting or self._builders)

    @property
    def holds_any(self) -> bool:
        """True if a window waits that may stop the text."""
        return any(window.holds for window in self._waiting)

    def mark(self, piece: Piece, before: int) -> None:
        """Note where sentences and clauses end in a piece that begins at base position ``before``."""
        if piece.clauses:
            self.clauses.positions.extend(before + at for at in piece.clauses)
            self.sentences.positions.extend(before + at for at in piece.ends)

    def completable(self, last: list[Hit]) -> list[Hit]:
        """Of the last hits of a text, those of goals that can still be met: all slots hit, or a window begun before."""
        slots: dict[int, int] = {}
        for hit in last:
            slots[hit.goal] = slots.get(hit.goal, 0) | 1 << hit.slot
        goals, begun = self._index.goals, self._builders
        met = {goal for goal, found in slots.items() if goal in begun or found.bit_count() == len(goals[goal].slots)}
        return [hit for hit in last if hit.goal in met]

    def build(self, hits: Iterable[Hit]) -> None:
        """Take hits in, in order: windows that they complete wait until they are due."""
        origin = self._base.origin
        for hit in hits:
            builder = self._builders.get(hit.goal)
            if builder is None:
                goal = self._index.goals[hit.goal]
                builder = WindowBuilder(hit.goal, goal, self.clauses if goal.same == "clause" else self.sentences)
                self._builders[hit.goal] = builder
            window = builder.take(hit)
            if window is not None:
                window.places = tuple((origin(hit.start), origin(hit.end - 1) + 1) for hit in window.hits)
                window.kept_place = origin(window.kept_from)
                window.holds = self._holds and self._index.may_act[window.goal]
                self._waiting.append(window)

    def due(self, settled: int, decoded: int, final: bool) -> list[tuple[int, Window]]:
        """The windows that are due, in order, each with its position. ``decoded``: how far the text has come."""
        due: list[tuple[int, int, int, Window]] = []
        waiting = []
        for window in self._waiting:
            position = self._due(window, decoded, final)
            if position is not None and position < settled:
                due.append((position, window.goal, window.start, window))
            else:
                waiting.append(window)
        due.sort(key=lambda row: row[:3])
        self._waiting = waiting
        return [(position, window) for position, _, _, window in due]

    def wait(self, windows: Iterable[Window]) -> None:
        """Let windows wait on: the text stops before they are reported, and their evidence stays held."""
        self._waiting.extend(windows)

    def expire(self, settled: int) -> None:
        """Forget hits that can join no window any more."""
        for number, builder in list(self._builders.items()):
            builder.expire(settled, SHORTEST_EVIDENCE)
            if not builder.hits and builder.free_from <= settled:
                del self._builders[number]

    def close(self) -> None:
        """The text has ended."""
        self._builders.clear()

    def forget(self, settled: int) -> None:
        """Drop the marks that lie before anything that can still matter."""
        for marks in (self.sentences, self.clauses):
            if len(marks.positions) > FORGET_AT:
                marks.forget(settled - MEMORY)

    def exceptions_of(self, window: Window, final: bool) -> tuple[str, ...]:
        """The exceptions around a window, as far as the text has come."""
        unless = self._index.unless[window.goal]
        if not unless:
            return ()
        lane, base = self._index.exceptions, self._base
        first = max(base.begin, window.start - EXCEPTION_REACH)
        until = (window.end + AFTER_CAP if window.limit is None else window.limit) + 1
        if self.words is None:
            text, at = base.text[first - base.begin : until - base.begin], first
            words = lane.automaton.matches(text)
        else:
            text, at = base.text, 0
            words = [word for word in self.words if word[0] >= first and word[1] <= until]
        seen: list[ExceptionHit] = []
        for start, stop, entry in words:
            row = lane.targets[entry]
            if row and any(target.kind in excuse.numbers for target in row for excuse in unless):
                left, right = text[start - 1 : start], text[stop : stop + 1]
                targets = standing(lane, entry, left, right, bool(right) or final, 1)
                seen.extend(ExceptionHit(at + start, at + stop, target.kind) for target in targets)
        return exceptions_of(window, unless, seen, self.sentences, self._index.may_act[window.goal])

    def hold_from(self, hold: int) -> int:
        """The decoded position from which evidence of goals that act must not leave, at most ``hold``."""
        origin = self._base.origin
        for number, builder in self._builders.items():
            if self._index.may_act[number]:  # otherwise none of its slots is guarded
                guards = self._index.guards[number]
                guarded = next((hit for hit in builder.hits if guards[hit.slot]), None)
                if guarded is not None:
                    hold = min(hold, origin(guarded.start))
        for window in self._waiting:
            # With an exception seen a finding cannot stop any more (policy: exceptions first).
            if window.holds and not self.exceptions_of(window, final=False):
                hold = min(hold, window.kept_place)
        return hold

    def _due(self, window: Window, decoded: int, final: bool) -> int | None:
        """The position that must be settled before the window is reported; None while that is not known."""
        if not self._index.goals[window.goal].waits:
            return window.last_start
        if window.limit is None:
            base, cap = self._base, window.end + AFTER_CAP
            # Where the goal does not act, exceptions in the next sentence count too.
            sentence_end = self.sentences.next_end(window.end) if self._index.may_act[window.goal] else None
            if sentence_end is not None and sentence_end <= cap:
                window.limit = sentence_end
            elif cap < base.end:
                window.limit = cap
            elif final:
                window.limit = base.end
            if window.limit is not None:
                window.limit_place = base.origin(window.limit) if window.limit < base.end else decoded
        return None if window.limit is None else window.limit - 1
