"""Where the traces of all families stand in many documents: one search for any of a group, then each family's own where it may have some.

A google-re2 automaton over a group of families finds the places; there an ``re2.Set`` tells whose they may be, and only these families'
own expressions are run, over a few hundred bytes. Nine searches cost what one does, as long as the automaton stays small: so only
families with rare traces are grouped, and those with long tables of words (labels, names) have their own.

That nothing is lost rests on this: a search from the left for "any of them" takes, at each place, the leftmost match, so wherever a
family's trace begins, a match of the common search covers its first byte.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2

from brightline.corpus.personal.families import ESCAPES, FAMILIES, Family, options, trace

__all__ = ["BETWEEN", "Piece", "end_of", "pieces_in"]

Piece = tuple[int, int, int, Family]
"""Begin, end, from where on detectors look (bytes), and whose trace it is."""
_Trace = tuple[Family, int, int, int, int, int]
"""The family, number and begin and end of the document, begin and end of the trace."""
BETWEEN = b"\0\n\0"  # stands between documents; a trace that runs over it is looked for again behind it
_CLOSE = 64  # bytes between matches that are looked at together (own choice: a label and its value)
_ZONE = 4096  # bytes that are looked at together at most (own choice; keeps the work linear where all is traces)
_LONGEST = 512  # bytes that a trace of a group has at most (the longest there has 200)


def pieces_in(documents: bytes, bounds: Sequence[int]) -> tuple[dict[int, list[Piece]], set[int]]:
    """The pieces around all traces by number of the document, and the documents that have ``ESCAPES``. ``documents`` and ``bounds``:
    as in ``finder.find_in``. Pieces of a family that touch are one."""
    pieces = _Pieces()
    escaped: set[int] = set()
    for name, group in _groups().items():
        for family, number, first, last, start, stop in (_of_group if len(group) > 1 else _of_one)(name, documents, bounds):
            if family is _ESCAPES:
                escaped.add(number)
            else:
                pieces.add(family, number, first, last, start, stop)
    return pieces.of_document, escaped


def _of_one(name: str, documents: bytes, bounds: Sequence[int]) -> Iterator[_Trace]:
    (family,) = _groups()[name]
    for match in _matches(trace(family.traces), documents, bounds):
        yield family, *match


def _of_group(name: str, documents: bytes, bounds: Sequence[int]) -> Iterator[_Trace]:
    group = _groups()[name]
    done = [0] * len(group)
    for number, first, last, begin, end in _zones(name, documents, bounds):
        limit = last + len(BETWEEN)
        for index in _whose(name, documents[begin : min(end + _LONGEST, limit)]):
            family = group[index]
            for match in trace(family.traces).finditer(documents, max(begin, done[index]), min(end + _LONGEST, limit)):
                start, stop = match.span()
                if start >= end:
                    break
                done[index] = stop
                yield family, number, first, last, start, min(stop, last)


class _Pieces:
    def __init__(self) -> None:
        self.of_document: dict[int, list[Piece]] = {}
        self._open: dict[str, tuple[int, int]] = {}  # by family: the document of its last piece and which of its pieces that is

    def add(self, family: Family, number: int, first: int, last: int, start: int, stop: int) -> None:
        """Put what is around a trace to the pieces; those of a family come from the left."""
        end = min(last, stop + family.behind)
        held = self.of_document.setdefault(number, [])
        of, place = self._open.get(family.name, (-1, 0))
        if of == number and start - family.before <= held[place][1]:
            begin, _, focus, _ = held[place]
            held[place] = (begin, end, focus, family)
            return
        begin = max(first, start - family.before)
        self._open[family.name] = (number, len(held))
        held.append((begin, end, max(begin, start - family.lead), family))


def end_of(documents: bytes, bounds: Sequence[int], number: int) -> int:
    """Where the text of a document ends."""
    return bounds[number + 1] - (len(BETWEEN) if number + 2 < len(bounds) else 0)


def _zones(name: str, documents: bytes, bounds: Sequence[int]) -> Iterator[tuple[int, int, int, int, int]]:
    """Document, its begin and end, begin and end of where traces begin: matches that stand close together."""
    zone = (-1, 0, 0, 0, 0)
    for number, first, last, start, stop in _matches(_any(name), documents, bounds):
        of, _, _, begin, end = zone
        if of == number and start - end <= _CLOSE and stop - begin <= _ZONE:
            zone = (number, first, last, begin, stop)
            continue
        if of >= 0:
            yield zone
        zone = (number, first, last, start, stop)
    if zone[0] >= 0:
        yield zone


def _matches(expression: Any, documents: bytes, bounds: Sequence[int]) -> Iterator[tuple[int, int, int, int, int]]:
    """All matches: number, begin and end of the document, begin and end of the match; none takes from the next document."""
    number, first, last = -1, 0, 0
    look_from = 0
    while look_from >= 0:
        seam = -1
        for match in expression.finditer(documents, look_from):
            start, stop = match.span()
            if start >= last:
                number = bisect_right(bounds, start) - 1
                if start >= end_of(documents, bounds, number) and number + 2 < len(bounds):
                    number += 1  # it begins with what stands between the documents
                first, last = bounds[number], end_of(documents, bounds, number)
            yield number, first, last, start, min(stop, last)
            if stop > last:
                seam = bounds[number + 1] - 1  # what it took of the next document, or of the sign before it, may be a trace there
                break
        look_from = seam


_ESCAPES = Family("escapes", ESCAPES, 0, 0, 0, lambda _text, _focus: iter(()), group="rare")


@cache
def _groups() -> dict[str, tuple[Family, ...]]:
    groups: dict[str, tuple[Family, ...]] = {}
    for family in (_ESCAPES, *FAMILIES):
        name = family.group or family.name
        groups[name] = (*groups.get(name, ()), family)
    return groups


@cache
def _any(name: str) -> Any:
    return trace("|".join(f"(?:{family.traces})" for family in _groups()[name]))


@cache
def _set(name: str) -> Any:
    traces = re2.Set.SearchSet(options())
    for family in _groups()[name]:
        traces.Add(family.traces.encode())
    traces.Compile()
    return traces


def _whose(name: str, window: bytes) -> Sequence[int]:
    """Whose traces may be here. Nobody's cannot be: then the set had no memory left, and all are asked."""
    return _set(name).Match(window) or range(len(_groups()[name]))
