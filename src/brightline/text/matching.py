"""Words and patterns in a text as it comes: both block lanes, piece by piece, and how far all hits are known for good.

A hit counts once no more text can change it. *Settled* is the position before which that holds for every hit: nothing live, in any
lane or pattern, begins before it. *Held* is where what may be evidence of a goal that acts begins: the longest suffix that is a
proper beginning of one of its words, or that one of its patterns may still match. Positions are indices into the base lane.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import concat

from brightline.text.glance import Matches, Sight
from brightline.text.goals import MAX_ENTRY_CHARS
from brightline.text.index import LaneIndex, SideIndex, SidePattern
from brightline.text.lanes import Gap, Piece
from brightline.text.marks import bits_of
from brightline.text.patterns import Pattern
from brightline.text.tails import Tail, append_skip, has_gap
from brightline.text.windows import Hit
from brightline.text.word_rows import SLOT, Target
from brightline.text.words import begins_inside_word, continues_word

__all__ = ["Matching", "standing"]

_SKIP_KEPT = 64  # characters of the skip lane that may stay beside those that matter: to drop them costs more
ASK_ANCHORS_FROM = 48  # characters: from here on one pass for the anchors of all patterns is cheaper than a search for each


class Matching:
    """Reads the pieces of one text. ``queue`` has the hits that nobody has taken yet."""

    __slots__ = ("_allowed", "_edge", "_gap", "_index", "_open_patterns", "_skip", "base", "here", "queue")

    def __init__(self, index: SideIndex) -> None:
        self._index = index
        self.here = index.here  # the goals that count
        self.base = Tail()  # origin: decoded
        self._skip = Tail(skips=True)  # origin: base
        self._gap = Gap()
        self._open_patterns: dict[int, int] = {}  # pattern number → base position from which it is still open
        self._edge: int | None = None  # the last position, if a pattern may begin there
        self.queue: list[Hit] = []
        self._allowed: list[tuple[int, int, int]] = []  # (start, end, goal) of allow phrases

    def read(self, piece: Piece, decoded: int, final: bool) -> None:
        """Take a piece in, which begins at a decoded position, and find the hits that end in it. ``final``: the text ends with it."""
        base, before = self.base, self.base.end
        base.append(piece.base, piece.at, decoded)
        words = self._match_base(before, final)
        self._match_skip(piece, before, final)
        self._match_patterns(before, final, None if before else words)

    def read_seen(self, sight: Sight) -> None:
        """The same for a whole text without allow phrases, at which somebody glanced: only what may meet a goal is looked at again."""
        index, piece = self._index, sight.piece
        book, base, kept, kept_at = index.book, piece.base, piece.kept, piece.kept_at
        self.here = frozenset(bits_of(sight.goals))
        self.base.append(base, piece.at, 0)
        wanted = book.layout.of_goals(sight.goals)
        lane, whole = index.base, book.base_marks.whole
        for start, stop, word in sight.in_base:
            bits = whole[word]
            if bits is None or bits & wanted:
                row: Iterable[Target] = lane.targets[word]
                if lane.edged[word]:
                    row = standing(lane, word, base[start - 1 : start], base[stop : stop + 1], True, 1)
                self._take(lane, word, row, start, stop, 0)
        lane, whole = index.skip, book.skip_marks.whole
        for start, stop, word in sight.in_skip:
            bits = whole[word]
            if bits is None or bits & wanted:
                begin, finish = int(kept_at[start]), int(kept_at[stop - 1]) + 1
                if finish - begin != stop - start:  # else nothing was skipped: the base lane has it
                    left = kept[start - 1] if start and kept_at[start - 1] == begin - 1 else ""
                    right = kept[stop] if stop < len(kept) and kept_at[stop] == finish else ""
                    self._take(lane, word, standing(lane, word, left, right, True, 1), begin, finish, 1)
        for number in bits_of(sight.patterns):
            if book.pattern_marks[number] & wanted:
                self._match_pattern(index.patterns[number], 0, True, final=True)

    def close(self) -> None:
        """The text has ended: nothing grows any more."""
        self.base.live = []

    def settled(self) -> int:
        """The position before which every hit is in the queue."""
        settled = self.base.live[0] if self.base.live else self.base.end
        if self._skip.live:
            settled = min(settled, self._skip.origin(self._skip.live[0]))
        if self._edge is not None:
            settled = min(settled, self._edge)
        return min(settled, *self._open_patterns.values()) if self._open_patterns else settled

    def take(self, settled: int) -> list[Hit]:
        """The hits that begin before ``settled``, in order; allow phrases among them hide what they cover."""
        queue = self.queue
        queue.sort()
        if self._allowed:
            self._allowed.sort()
        count = next((number for number, hit in enumerate(queue) if hit.start >= settled), len(queue))
        taken = queue[:count]
        del queue[:count]
        return taken

    def is_allowed(self, hit: Hit) -> bool:
        """True if an allow phrase of the goal covers the hit."""
        if not self._allowed:
            return False
        first = bisect_left(self._allowed, (hit.start - MAX_ENTRY_CHARS,))
        for number in range(first, len(self._allowed)):
            start, end, goal = self._allowed[number]
            if start > hit.start:
                return False
            if goal == hit.goal and end >= hit.end:
                return True
        return False

    def hold_from(self, hold: int) -> int:
        """The decoded position from which text must not leave, at most ``hold``, for what may become a hit and for untaken hits."""
        base, index = self.base, self._index
        if base.live:
            held = base.held(index.base.beginnings)
            if held is not None:
                hold = min(hold, base.origin(held))
        if self._skip.live:
            held = self._skip.held(index.skip.beginnings)
            if held is not None:
                hold = min(hold, base.origin(self._skip.origin(held)))
        if self._edge is not None and base.text[-1] in index.held_firsts:
            hold = min(hold, base.origin(self._edge))
        for number, position in self._open_patterns.items():
            if index.patterns[number].held:
                hold = min(hold, base.origin(position))
        for hit in self.queue:
            if index.guards[hit.goal][hit.slot]:
                hold = min(hold, base.origin(hit.start))
        return hold

    def forget(self, settled: int) -> None:
        """Drop what lies before anything that can still matter to the skip lane and to allow phrases."""
        if len(self._skip.text) > _SKIP_KEPT:
            self._skip.forget((self._skip.live[0] if self._skip.live else self._skip.end) - 1)
        if self._allowed:
            self._allowed = [phrase for phrase in self._allowed if phrase[1] > settled]

    def _match_base(self, before: int, final: bool) -> Matches:
        """Take the words that end in what was read; all that the automaton saw."""
        lane, base, end = self._index.base, self.base, self.base.end
        first = base.live[0] if base.live else before
        text = base.from_index(first)
        words = lane.automaton.matches(text)
        for start, stop, entry in words:
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
            targets = standing(lane, entry, left, right, finish < end or final, finish - before)
            self._take(lane, entry, targets, begin, finish, 0)
        if not final:
            base.revive(lane.beginnings, before)
        return words

    def _match_skip(self, piece: Piece, before: int, final: bool) -> None:
        lane, skip, end, known = self._index.skip, self._skip, self.base.end, self._skip.end
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
                targets = standing(lane, entry, left, right, finish < end or final, finish - before)
                self._take(lane, entry, targets, begin, finish, 1)
        if final or self._gap.breaks:
            skip.live = []
        elif skip.live or known < skip.end:
            skip.revive(lane.beginnings, known)

    def _match_patterns(self, before: int, final: bool, words: Matches | None) -> None:
        index, base, open_patterns = self._index, self.base, self._open_patterns
        # The last character read before may be the first of a beginning that only now can be seen.
        fresh_from = max(before - 1, base.begin) if before < base.end else base.end
        fresh = base.from_index(fresh_from) if fresh_from < base.end else ""
        self._edge = None
        if final and not open_patterns and len(fresh) > ASK_ANCHORS_FROM:
            self._match_whole(fresh, fresh_from, words)
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

    def _match_whole(self, text: str, begin: int, words: Matches | None) -> None:
        """Take the matches in a text of which nothing is open and that ends here. ``words``: what the automaton sees in it, if known."""
        for number in bits_of(self._anchored(text, words)):
            self._match_pattern(self._index.patterns[number], begin, True, final=True)

    def _anchored(self, text: str, words: Matches | None = None) -> int:
        """The patterns that may match in ``text``, as bits by their numbers: of all others it lacks the anchors."""
        index, book, found = self._index, self._index.book, 0
        anchors = book.anchors
        for _, _, word in book.automaton.matches(text) if words is None else words:
            found |= anchors[word]
        return book.layout.anchored(found) & index.pattern_bits

    def _match_pattern(self, entry: SidePattern, position: int, can_match: bool, final: bool) -> int:
        """Take the matches that no more text can change, leftmost first; returns from where the pattern is still open."""
        pattern, text = entry.pattern, self.base.from_index(position)
        live = len(text) if final else self._live_from(pattern, text, 0, position)
        search_from = 0
        if not final and can_match:  # mostly there is none, and in bytes that is told sooner
            can_match = pattern.full.search(text.encode()) is not None
        while can_match and search_from < live and (match := pattern.full.search(text[search_from:])) is not None:
            start, stop = search_from + match.start(), search_from + match.end()
            if start >= live:
                break
            if self._is_inside_word(position + start, pattern.whole_numbers):
                search_from = start + 1  # as for entries: what begins with a letter begins a word
                continue
            begin, finish = position + start, position + stop
            here = (target for target in entry.targets if target.goal in self.here)
            self.queue.extend(Hit(begin, -finish, 0, target.goal, target.slot, match.group()) for target in here)
            search_from = stop
            if stop > live:
                live = self._live_from(pattern, text, stop, position)
        return position + live

    def _live_from(self, pattern: Pattern, text: str, start: int, position: int) -> int:
        live = pattern.live_from(text, start)
        while live < len(text) and self._is_inside_word(position + live, pattern.whole_numbers):
            live = pattern.live_from(text, live + 1)
        return live

    def _is_inside_word(self, position: int, numbers: bool = False) -> bool:
        return begins_inside_word(self.base.text, position - self.base.begin, numbers)

    def _take(self, lane: LaneIndex, entry: int, targets: Iterable[Target], begin: int, finish: int, rank: int) -> None:
        for target in targets:
            if target.goal not in self.here:
                continue
            if target.kind == SLOT:
                self.queue.append(Hit(begin, -finish, rank, target.goal, target.slot, lane.automaton.entries[entry]))
            else:
                self._allowed.append((begin, finish, target.goal))


def standing(lane: LaneIndex, entry: int, left: str, right: str, right_known: bool, fresh: int) -> list[Target]:
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
