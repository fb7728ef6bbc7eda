"""The base and skip lanes: a text as the matchers see it, with the way back to every raw code point.

``normalise`` turns a text into a ``Piece``: the base lane (width, case, traditional/simplified, marks, invisible
characters) with an offset for each character, and the skip lane, which also leaves out separators (categories P, Z, S:
punctuation, spaces, symbols, emoji) as long as at most three stand in a row and no sentence ends among them; where more
stand, the skip lane carries a break, which no entry contains. Entries of lists go through the same function.

Pieces are cut-independent: the pieces of a text normalised chunk by chunk, joined, are the piece of the whole text.
What one piece must know of the one before is in ``after_dot`` and in the counts at its rims; ``Gap`` carries it.
No loop over characters anywhere: numpy over whole chunks, and a cache for the short ones that streams are made of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.text.tables import CLAUSE, DOT, DROPPED, END, SEPARATOR, SPACE, Tables, load_tables

__all__ = [
    "BREAK",
    "MAX_DROPPED",
    "MAX_SKIPPED",
    "Gap",
    "Piece",
    "base_form",
    "entry_forms",
    "expanded",
    "forms_of",
    "normalise",
    "skip_form",
]

BREAK = "\n"
MAX_SKIPPED = 3  # text-and-gateway.md 3.3: at most three separators a gap may be skipped
MAX_DROPPED = 4096  # so many invisible characters in a row count as a line break: what a stream must keep stays bounded

_CACHED_CHARS = 16  # chunks up to this length are remembered: a model speaks in a bounded vocabulary of tokens
_CACHE_SIZE = 16384

_CLAUSE_ENDS = re.compile(b"[" + b"".join(b"\\x%02x" % classes for classes in range(256) if classes & (END | CLAUSE)) + b"]")

Indices = Sequence[int] | NDArray[np.int64]


class Piece(NamedTuple):
    """A normalised text. ``at[i]`` is the offset of base character i in the text; the rest are indices into ``base``.

    ``ends`` and ``clauses``: characters that end a sentence, a clause. ``kept``: the skip lane, ``kept_at[j]`` the base
    index of its character j (of the following one, for a break). ``lead`` and ``trail`` count separators before the
    first and after the last kept character; ``lead_ends`` and ``trail_ends`` tell whether a sentence ended among them.
    ``dropped_tail`` counts invisible characters at the very end.
    """

    size: int
    base: str
    at: Indices
    ends: tuple[int, ...]
    clauses: tuple[int, ...]
    kept: str
    kept_at: Indices
    lead: int = 0
    lead_ends: bool = False
    trail: int = 0
    trail_ends: bool = False
    dropped_tail: int = 0


@dataclass(slots=True)
class Gap:
    """The separators that stand open at the end of what has been read so far."""

    skipped: int = 0
    ended: bool = False

    @property
    def breaks(self) -> bool:
        """True if the next kept character does not continue the last one."""
        return self.ended or self.skipped > MAX_SKIPPED

    def read(self, piece: Piece) -> bool:
        """Take a piece in; true if a break stands before its first kept character."""
        self.skipped += piece.lead
        self.ended |= piece.lead_ends
        if not piece.kept:
            return False
        breaks = self.breaks
        self.skipped, self.ended = piece.trail, piece.trail_ends
        return breaks


def normalise(text: str, after_dot: bool = False, dropped_before: int = 0) -> Piece:
    """Base and skip lane of ``text``; any code points, lone surrogates and NUL included.

    ``after_dot``: the base character before was a full stop, so that a space now ends a sentence.
    ``dropped_before``: invisible characters directly before, at most MAX_DROPPED.
    """
    if dropped_before + len(text) > MAX_DROPPED:
        return _normalise(text, after_dot, dropped_before)
    return _remembered(text, after_dot) if len(text) <= _CACHED_CHARS else _normalise(text, after_dot, 0)


def base_form(entry: str) -> str:
    """A list entry as the base lane sees it."""
    return _normalise(entry, False, 0).base.strip()  # not remembered: what words normalise to would crowd the chunks out


def skip_form(entry: str) -> str:
    """A list entry as the skip lane sees it: all separators left out."""
    return _normalise(entry, False, 0).kept.replace(BREAK, "")


def entry_forms(entry: str) -> tuple[str, str]:
    """``base_form`` and ``skip_form`` in one go: goal files hold tens of thousands of words."""
    piece = _normalise(entry, False, 0)
    return piece.base.strip(), piece.kept.replace(BREAK, "")


def forms_of(entries: Sequence[str]) -> list[tuple[str, str]]:
    """``entry_forms`` of many entries in one pass: one by one the arrays cost more than what is in them."""
    base = _normalise(BREAK.join(entries), False, 0).base
    codes = np.frombuffer(base.encode("utf-32-le", "surrogatepass"), np.uint32)
    kept = codes[(load_tables().classes.take(codes) & SEPARATOR == 0) | (codes == ord(BREAK))]
    bases, skips = base.split(BREAK), kept.tobytes().decode("utf-32-le", "surrogatepass").split(BREAK)
    if len(bases) != len(entries):  # none at all, or one of them holds a break itself
        return [entry_forms(entry) for entry in entries]
    return [(base.strip(), skip) for base, skip in zip(bases, skips, strict=True)]


@lru_cache(_CACHE_SIZE)
def _remembered(text: str, after_dot: bool) -> Piece:
    piece = _normalise(text, after_dot, 0)
    return Piece(
        piece.size,
        piece.base,
        tuple(map(int, piece.at)),
        piece.ends,
        piece.clauses,
        piece.kept,
        tuple(map(int, piece.kept_at)),
        piece.lead,
        piece.lead_ends,
        piece.trail,
        piece.trail_ends,
        piece.dropped_tail,
    )


def _normalise(text: str, after_dot: bool, dropped_before: int) -> Piece:
    tables = load_tables()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    mapped = tables.base.take(codes)
    size = len(codes)
    if size == 0:
        return Piece(0, "", (), (), (), "", ())
    dropped_tail = 0
    at: Indices = range(size)
    if int(mapped.max()) >= DROPPED:
        mapped, at, dropped_tail = _resolve(mapped, tables, dropped_before)
        if len(mapped) == 0:
            return Piece(size, "", (), (), (), "", (), dropped_tail=dropped_tail)
    base = mapped.tobytes().decode("utf-32-le")
    classes = tables.classes.take(mapped)
    found = int(np.bitwise_or.reduce(classes))
    if not found:
        return Piece(size, base, at, (), (), base, range(len(base)), dropped_tail=dropped_tail)
    ends, clauses = _sentences(classes, found, after_dot)
    return _with_separators(size, base, at, mapped, classes, ends, clauses, dropped_tail)


def _resolve(mapped: NDArray[np.uint32], tables: Tables, before: int) -> tuple[NDArray[np.uint32], NDArray[np.int64], int]:
    """Take out what is dropped, put expansions in: the base lane, its offsets, and the invisible characters at the end."""
    present = np.flatnonzero(mapped != DROPPED)
    if len(mapped) - len(present) + before > MAX_DROPPED:
        mapped = _break_long_runs(mapped, present, before)
        present = np.flatnonzero(mapped != DROPPED)
    tail = len(mapped) - 1 - int(present[-1]) if len(present) else len(mapped)
    values, at = expanded(mapped[present], present, tables)
    return values, at, tail


def expanded(values: NDArray[np.uint32], at: NDArray[np.int64], tables: Tables) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Characters with those that become several put out in full, and the offset of each. Few do: the others are moved in one go."""
    grows = np.flatnonzero(values > DROPPED)
    if not len(grows):
        return values, at
    which = values[grows] - (DROPPED + 1)
    lengths = tables.lengths[which]
    times = np.ones(len(values), np.int64)
    times[grows] = lengths
    longer, offsets = np.repeat(values, times), np.repeat(at, times)
    # Where the characters of the expansions come to stand: behind what stood before, and behind what expansions before have added.
    ends = np.cumsum(lengths)
    inside = np.arange(int(ends[-1])) - np.repeat(ends - lengths, lengths)
    places = np.repeat(grows + (ends - lengths) - np.arange(len(grows)), lengths) + inside
    longer[places] = tables.expansions[np.repeat(tables.starts[which], lengths) + inside]
    return longer, offsets


def _break_long_runs(mapped: NDArray[np.uint32], present: NDArray[np.int64], before: int) -> NDArray[np.uint32]:
    """Every invisible character that follows MAX_DROPPED others becomes a break."""
    mapped = mapped.copy()
    rims = np.concatenate(([-1 - before], present, [len(mapped)]))
    for long in np.flatnonzero(np.diff(rims) - 1 > MAX_DROPPED):
        mapped[int(rims[long]) + 1 + MAX_DROPPED : int(rims[long + 1]) : MAX_DROPPED + 1] = ord(BREAK)
    return mapped


def _sentences(classes: NDArray[np.uint8], found: int, after_dot: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Indices of the characters that end a sentence, and of those that end a clause; ``found`` are the classes that occur."""
    after_dots = after_dot or (found & DOT and found & SPACE)
    if not after_dots and not found & (END | CLAUSE):
        return (), ()
    if not after_dots:
        written = classes.tobytes()
        marked = tuple(mark.start() for mark in _CLAUSE_ENDS.finditer(written))
        return (tuple(at for at in marked if written[at] & END) if found & CLAUSE else marked), marked
    ends = (classes & END) != 0
    spaces = (classes & SPACE) != 0
    ends[1:] |= spaces[1:] & ((classes[:-1] & DOT) != 0)
    ends[0] |= after_dot and spaces[0]
    end_at = tuple(ends.nonzero()[0].tolist())
    if not found & CLAUSE:
        return end_at, end_at
    return end_at, tuple((ends | ((classes & CLAUSE) != 0)).nonzero()[0].tolist())


def _with_separators(
    size: int,
    base: str,
    at: Indices,
    mapped: NDArray[np.uint32],
    classes: NDArray[np.uint8],
    ends: tuple[int, ...],
    clauses: tuple[int, ...],
    dropped_tail: int,
) -> Piece:
    length = len(base)
    present = ((classes & SEPARATOR) == 0).nonzero()[0]
    if len(present) == 0:
        return Piece(size, base, at, ends, clauses, "", (), length, bool(ends), dropped_tail=dropped_tail)
    first, last = int(present[0]), int(present[-1])
    starts = np.zeros(len(present) + 1, np.bool_)  # a break stands before these kept characters
    if last - first >= len(present) + MAX_SKIPPED:
        starts[1:-1] = (present[1:] - present[:-1]) > MAX_SKIPPED + 1
    if ends:
        starts[present.searchsorted(ends, "right")] = True
        starts[0] = False
    breaks = starts[:-1].nonzero()[0]
    if len(breaks):
        kept_at = present.repeat(starts[:-1] + 1)
        kept = mapped.take(kept_at)
        kept[breaks + np.arange(len(breaks))] = ord(BREAK)
    else:
        kept, kept_at = mapped.take(present), present
    return Piece(
        size,
        base,
        at,
        ends,
        clauses,
        kept.tobytes().decode("utf-32-le"),
        kept_at,
        first,
        bool(ends) and ends[0] < first,
        length - 1 - last,
        bool(ends) and ends[-1] > last,
        dropped_tail,
    )
