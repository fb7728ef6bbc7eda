"""The late lanes: what a text says once it is decoded, joined, unfolded, sounded out or turned round.

They are read where a sentence ends, not at every character: a stream has let the text go by then, and takes it back if a
finding stops it. Each segment is read with some of the text before it, once as it stands and, only where a lane reads
something differently, once more as that lane has it. Which segments there are follows from the text alone, so a stream in
any chunking and a scan of the whole text see the same.

What may follow from a late finding is bounded (design.md, section 6; text-and-gateway.md 3.3): sounds, symbols and reversed
words are evidence for a person to look at, never for a stop. Confusable letters are the exception, and what was decoded
(the reader of base64 meant what it says), and two different split characters (one may be chance).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from brightline.model import Outcome
from brightline.text.decoding import decoded_edits
from brightline.text.findings import LateMatch
from brightline.text.glance import Sight
from brightline.text.goals import BLOCK_LANES, LANES, Lane
from brightline.text.index import SideIndex
from brightline.text.joining import joined_edits
from brightline.text.lanes import Piece, normalise
from brightline.text.late_index import LateIndex, is_weak
from brightline.text.orders import order_edits
from brightline.text.shapes import shape_edits
from brightline.text.splits import split_edits
from brightline.text.spoken import spoken_edits
from brightline.text.spread_words import spread_edits
from brightline.text.stream import TextStream
from brightline.text.symbols import symbol_edits
from brightline.text.views import Edit, View, without_overlaps
from brightline.text.windows import Hit, Window

__all__ = ["LateReader", "late_view"]

SEGMENT = 200  # characters: a segment ends with the first sentence that ends after so many
LONGEST_SEGMENT = 600  # or here, if no sentence ends
LONGEST_RUN = 8192  # a run that may be an encoded text is not cut before
CONTEXT = 120  # characters before a segment that are read with it
MOST_WINDOWS = 200  # of one segment; no person looks at more

_SENTENCE_END = re.compile("[。！？!?\n]")
# Nor does a space end a run that follows eight binary digits or a letter of Morse code.
_OUTSIDE_RUN = re.compile(r"[^A-Za-z0-9+/=_\-%\\&#;.{} ]|(?<![01]{8})(?<![.\-/]) ")
_RANKED: tuple[Lane, ...] = ("base", "skip", "sound", "order")  # lanes that give hits, by the rank of their hits
_UNBOUNDED: frozenset[Lane] = frozenset(("shape", "decoded"))
# What a view has in these lanes are whole sentences, which nobody writes by chance: a goal that does not take single words that sound
# like its own, or stand there backwards, takes them, if it looks beyond the block lanes at all.
_WHOLE_SENTENCES: frozenset[Lane] = frozenset(("sound", "order"))


def late_view(text: str, latin_words: frozenset[str] = frozenset()) -> View:
    """``text`` as the lanes decoded, shape, split and symbol read it. ``latin_words``: those that entries are made of."""
    view = View.of(text).edited(without_overlaps([*decoded_edits(text, latin_words), *joined_edits(text)]))
    view = view.edited(spread_edits(view.text, latin_words))
    view = view.edited(order_edits(view.text))
    read = view.text
    folded: list[Edit] = [*shape_edits(read, latin_words), *split_edits(read), *symbol_edits(read)]
    if not folded:
        return view
    view = view.edited(without_overlaps(folded))
    return view.edited(spread_edits(view.text, latin_words))


class LateReader:
    """Reads the late lanes of one text: ``take`` text as it comes, ``due`` tells where the next segment ends, ``read`` reads it."""

    def __init__(self, index: SideIndex, late: LateIndex) -> None:
        self._index = index
        self._late = late
        self._text = ""
        self._piece: Piece | None = None  # the lanes of the whole text
        self._start = 0  # where the next segment starts
        self.begin = 0  # position of self._text[0]

    def take(self, text: str, piece: Piece | None = None) -> None:
        """More of the text. ``piece``: its lanes, if it is the whole text and they are known."""
        self._text += text
        self._piece = piece

    def due(self, final: bool) -> int | None:
        """Where the next segment ends; None while that is not known, and at the end of a text that has been read."""
        text, at = self._text, self._start - self.begin
        end = _SENTENCE_END.search(text, at + SEGMENT - 1, at + LONGEST_SEGMENT)
        if end is not None:
            return self.begin + end.end()
        if len(text) > at + LONGEST_SEGMENT:
            outside = _OUTSIDE_RUN.search(text, at + LONGEST_SEGMENT - 1, at + LONGEST_RUN)
            if outside is not None:
                return self.begin + outside.end()
            if len(text) >= at + LONGEST_RUN:
                return self._start + LONGEST_RUN
        return self.begin + len(text) if final and len(text) > at else None

    def finds_nothing(self, text: str, sight: Sight) -> bool:
        """True if there is nothing in a whole ``text``, of which ``sight`` is what a glance saw."""
        self.take(text, sight.piece)
        until = self.due(final=True)
        while until is not None:
            if self.read(until, sight.may_stand):
                return False
            until = self.due(final=True)
        return True

    def read(self, until: int, seen: int) -> list[LateMatch]:
        """The segment that ends at ``until``, with the text before it."""
        begin, start = max(self.begin, self._start - CONTEXT), self._start
        piece = self._piece if begin == 0 and until == len(self._text) else None
        text = self._text[begin - self.begin : until - self.begin]
        keep = max(self.begin, until - CONTEXT)
        self._text = self._text[keep - self.begin :]
        self.begin, self._start = keep, until
        return self._read(text, begin, start, seen, piece)

    def _read(self, text: str, begin: int, start: int, seen: int, piece: Piece | None) -> list[LateMatch]:
        """``text`` begins at ``begin``; matches that end before ``start`` were read before. ``piece``: its lanes, if they are known."""
        view = late_view(text, self._late.latin_words)
        found = self._matches(view, seen, piece)
        spoken = spoken_edits(view.text, self._late.familiar)
        if spoken:
            known = {match.goal for match in found}
            found += [match for match in self._matches(view.edited(spoken), seen, None) if match.goal not in known]
        return [_moved(match, begin) for match in found if begin + max(end for _, end in match.places) > start]

    def _matches(self, view: View, seen: int, piece: Piece | None) -> list[LateMatch]:
        """The goals that are met in one view of a text, in places of that text."""
        if view.is_raw:
            hits = self._late.hits(piece or normalise(view.text), view.text, seen)
            if not (hits and self._late.may_meet(hits, seen)):
                return []
        else:
            hits = self._late.hits(normalise(view.text), view.text)
        windows = _Rereading(self._index).windows(view.text, hits)
        found = (self._judge(window, exceptions, view) for window, exceptions in windows)
        return [match for match in found if match is not None]

    def _judge(self, window: Window, exceptions: tuple[str, ...], view: View) -> LateMatch | None:
        goal = self._index.goals[window.goal]
        lanes: set[Lane] = {_RANKED[hit.rank] for hit in window.hits}
        read = {lane for start, end in window.places for lane in view.lanes_in(start, end)}
        if not (lanes | read - _WHOLE_SENTENCES) <= set(goal.lanes) or (read and BLOCK_LANES.issuperset(goal.lanes)):
            return None
        lanes |= read
        late = lanes - BLOCK_LANES
        if not late or (len(window.hits) == 1 and is_weak(window.hits[0])):
            return None
        effect = goal.effects[self._index.side]
        if not (late <= _UNBOUNDED or (late <= {*_UNBOUNDED, "split"} and _split_twice(window, view))):
            effect = min(effect, Outcome.REVIEW, key=lambda outcome: outcome.severity)
        places = tuple(view.raw_span(start, end) for start, end in window.places)
        normalised = tuple(hit.normalised for hit in window.hits)
        return LateMatch(window.goal, places, normalised, exceptions, effect, max(lanes, key=LANES.index))


class _Rereading(TextStream):
    """Reads one view of a segment with the block lanes and the hits of the others; keeps the windows instead of findings."""

    def __init__(self, index: SideIndex) -> None:
        super().__init__(index, "", "", None)
        self._met: list[tuple[Window, tuple[str, ...]]] = []

    def windows(self, text: str, hits: Iterable[Hit]) -> list[tuple[Window, tuple[str, ...]]]:
        """Every goal met, with the exceptions around it."""
        self._matching.queue.extend(hits)
        self.read_whole(text)
        return self._met

    def _report(self, window: Window, position: int, final: bool) -> None:
        if len(self._met) < MOST_WINDOWS:
            self._met.append((window, self._judging.exceptions_of(window, final)))


def _moved(match: LateMatch, by: int) -> LateMatch:
    return match._replace(places=tuple((start + by, end + by) for start, end in match.places))


def _split_twice(window: Window, view: View) -> bool:
    """True if two different split characters lie in the evidence."""
    joined = {view.text[at] for start, end in window.places for at in range(start, end) if "split" in view.lanes_in(at, at + 1)}
    return len(joined) > 1
