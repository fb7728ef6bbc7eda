r"""Signals: what a document says of itself in fixed words, as data. One automaton for the words of all tables, then small expressions.

A row of ``data/signals_*.tsv`` has a rule, its anchors (words, A–Z in lower case, ``|`` between them), an expression, a reach, a score and
where it comes from. The automaton passes once over all documents of a stretch, for all kernels together; only where an anchor stands
is the expression tried, on the anchor and at most ``reach`` characters either side, so that no text costs more than its anchors. A
match must touch its anchor. Without an expression the anchor itself is the finding, where no Latin letter or digit continues it. An
anchor that begins with a Latin letter counts only where a word begins: ``train`` in "training", not in "constrained".

Expressions are Python's, ignoring case: they need look-around, because ``\b`` does not work beside Chinese.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from daachorse import CharwiseDoubleArrayAhoCorasick
from numpy.typing import NDArray

from brightline.corpus.annotators import characters
from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.errors import CorpusError

__all__ = ["Sighting", "Signal", "read_signals", "shipped_digest", "shipped_signals", "sightings"]

_DATA = Path(__file__).parent / "data"
_HEADER = ("rule", "anchors", "expression", "reach", "score", "source")
_MOST_REACH = 400
_NEIGHBOURS = 8  # anchors before a match's end that may reach into it: they overlap one another, so a few are all
_RULE = re.compile(r"(?:rights|quality|falsehood|poisoning|generated|spin)\.[a-z0-9_.]+")
_WRAPS = "spin.phrase"  # its anchors are terms of several words: a line may end inside one
_WORD = re.compile("[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Signal:
    """One row. ``expression`` None: the anchors are what is looked for."""

    rule: str
    anchors: tuple[str, ...]
    expression: re.Pattern[str] | None
    reach: int
    score: float
    source: str


class Sighting(NamedTuple):
    """A signal in a document, in code points of its text."""

    document: int
    start: int
    end: int
    signal: Signal


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """``signals`` (their numbers) and ``latin`` (begins with a Latin letter): of each word of the automaton."""

    automaton: CharwiseDoubleArrayAhoCorasick
    signals: tuple[tuple[int, ...], ...]
    latin: NDArray[np.bool_]


def read_signals(file: Path) -> tuple[Signal, ...]:
    """The signals of one table. Raises ``CorpusError`` BL-CORPUS-081 with file and line where a row is wrong."""
    signals = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if number == 1 and tuple(line.split("\t")) != _HEADER:
            raise _wrong(file, number, f"the first line must be {' '.join(_HEADER)}, a tab between neighbours")
        if number > 1 and line and not line.startswith("#"):
            signals.append(_signal(file, number, line.split("\t")))
    return tuple(signals)


@cache
def shipped_signals() -> tuple[Signal, ...]:
    """The signals of all shipped tables."""
    return tuple(signal for file in sorted(_DATA.glob("signals_*.tsv")) for signal in read_signals(file))


@cache
def shipped_digest(prefix: str) -> bytes:
    """What the shipped signals with rules of that prefix say: changes whenever one of them does."""
    told = [
        repr((s.rule, s.anchors, s.expression and s.expression.pattern, s.reach, s.score))
        for s in shipped_signals()
        if s.rule.startswith(prefix)
    ]
    return "\n".join(told).encode()


def sightings(stretch: Stretch, prefix: str) -> list[Sighting]:
    """The shipped signals in a stretch whose rules begin with ``prefix``, in the order of their places."""
    book, places = _book(), _anchors(stretch)
    is_wanted = _is_of(prefix)
    groups: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for start, end, word, row in places[is_wanted[places[:, 2]]].tolist():
        for number in book.signals[word]:
            groups[row, number].append((start, end))
    signals = shipped_signals()
    found: list[Sighting] = []
    for (row, number), anchors in groups.items():
        if signals[number].rule.startswith(prefix):
            found += _tried(signals[number], stretch.texts[row], row, sorted(anchors))
    return sorted(found, key=lambda seen: seen[:3])


def _anchors(stretch: Stretch) -> NDArray[np.int64]:
    """Anchors in a stretch, a row ``start, end, word, document`` each, in positions of the document; found once for all kernels."""
    known = stretch.noted.get("anchors")
    if known is None:
        book = _book()
        places = np.array(book.automaton.find_overlapping(stretch.lower), np.int64).reshape(-1, 3)
        is_inside = (stretch.kinds[np.maximum(places[:, 0] - 1, 0)] == characters.LATIN) & book.latin[places[:, 2]] & (places[:, 0] > 0)
        places = places[~is_inside]
        rows = stretch.documents_at(places[:, 0])
        places[:, :2] -= stretch.starts[rows][:, None]
        known = stretch.noted["anchors"] = np.column_stack((places, rows))
    anchors: NDArray[np.int64] = known
    return anchors


def _tried(signal: Signal, text: str, row: int, anchors: Sequence[tuple[int, int]]) -> Iterator[Sighting]:
    """The matches of a signal in a document. Anchors whose surroundings touch are tried together, so that no text is searched twice."""
    if signal.expression is None:
        yield from (Sighting(row, start, end, signal) for start, end in anchors if not _continues(text, start, end))
        return
    last = 0
    while last < len(anchors):
        first, until = last, anchors[last][1] + signal.reach
        while last < len(anchors) and anchors[last][0] - signal.reach <= until:
            until = max(until, anchors[last][1] + signal.reach)
            last += 1
        starts = [start for start, _ in anchors[first:last]]
        for match in signal.expression.finditer(text, max(0, starts[0] - signal.reach), until):
            nearest = bisect_left(starts, match.end()) - 1
            if nearest >= 0 and any(end > match.start() for _, end in anchors[first : first + nearest + 1][-_NEIGHBOURS:]):
                yield Sighting(row, match.start(), match.end(), signal)


def _continues(text: str, start: int, end: int) -> bool:
    """True if a Latin letter or digit beside the anchor makes it part of a longer word."""
    left, right = text[start - 1 : start].lower(), text[end : end + 1].lower()
    return bool(
        (_WORD.fullmatch(left) and _WORD.fullmatch(text[start].lower()))
        or (_WORD.fullmatch(right) and _WORD.fullmatch(text[end - 1].lower()))
    )


@cache
def _book() -> _Book:
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for number, signal in enumerate(shipped_signals()):
        for anchor in _written(signal):
            by_word[anchor].append(number)
    words = tuple(sorted(by_word))
    latin = np.array([_WORD.match(word) is not None and word[0].isalpha() for word in words], np.bool_)
    return _Book(CharwiseDoubleArrayAhoCorasick(list(words)), tuple(tuple(by_word[word]) for word in words), latin)


@cache
def _is_of(prefix: str) -> NDArray[np.bool_]:
    """Of each word of the book, whether it is an anchor of a rule with that prefix."""
    known = shipped_signals()
    return np.array([any(known[number].rule.startswith(prefix) for number in of_word) for of_word in _book().signals], np.bool_)


def _written(signal: Signal) -> Iterator[str]:
    """The ways in which its anchors are written."""
    for anchor in signal.anchors:
        yield anchor
        if signal.rule == _WRAPS:
            yield from (anchor[:place] + "\n" + anchor[place + 1 :] for place, letter in enumerate(anchor) if letter == " ")


def _signal(file: Path, number: int, cells: Sequence[str]) -> Signal:
    if len(cells) != len(_HEADER):
        raise _wrong(file, number, f"{len(cells)} cells instead of {len(_HEADER)}")
    rule, written, expression, reach, score, source = cells
    anchors = tuple(written.split("|"))
    if not _RULE.fullmatch(rule):
        raise _wrong(file, number, f"{rule!r} is no rule of an annotator")
    if any(not anchor or anchor.encode() != anchor.encode().lower() or "\0" in anchor for anchor in anchors):
        raise _wrong(file, number, "an anchor is empty or not in lower case")
    if not (reach.isdecimal() and int(reach) <= _MOST_REACH):
        raise _wrong(file, number, f"the reach must be a number up to {_MOST_REACH}")
    try:
        scored = float(score)
        compiled = re.compile(expression, re.IGNORECASE) if expression else None
    except (ValueError, re.error) as error:
        raise _wrong(file, number, str(error)) from error
    if not 0 < scored <= 1:
        raise _wrong(file, number, "the score must be above 0 and at most 1")
    if not source:
        raise _wrong(file, number, "no source is named")
    return Signal(rule, anchors, compiled, int(reach), scored, source)


def _wrong(file: Path, line: int, problem: str) -> CorpusError:
    return CorpusError(
        "BL-CORPUS-081", f"{file.name}, line {line}: {problem}", "correct the row; docs/corpus-annotations.md says what its columns mean"
    )
