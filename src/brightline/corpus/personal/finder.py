"""Finds personal data: traces over many documents at once, then the detectors on the pieces around the traces, then the best of what overlaps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from brightline.corpus.personal.families import ESCAPES, FAMILIES, Family, trace
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.rules import RULES
from brightline.corpus.personal.views import view_of

__all__ = ["BETWEEN", "find", "find_in"]

_Piece = tuple[int, int, int, tuple[Family, ...]]  # begin, end, from where on its detectors look, whose traces
BETWEEN = b"\0\n\0"  # stands between documents; a trace that runs over it is looked for again behind it


def find(text: str) -> list[Found]:
    """All personal data in a text, in its order, not overlapping."""
    written = text.encode("utf-8", "surrogatepass")
    return dict(find_in(written, [0, len(written)])).get(0, [])


def find_in(documents: bytes, bounds: Sequence[int]) -> Iterator[tuple[int, list[Found]]]:
    """Number and findings of each document that has some. ``documents``: texts in UTF-8 with ``BETWEEN`` between them; document i
    begins at ``bounds[i]``, and ``bounds`` ends with where one more would end."""
    pieces: dict[int, list[_Piece]] = {}
    whole = {bisect_right(bounds, match.start()) - 1 for match in trace(ESCAPES).finditer(documents)}
    for number in whole:
        pieces[number] = [(bounds[number], _end(documents, bounds, number), bounds[number], FAMILIES)]
    for family in FAMILIES:
        for number, begin, end, focus in _around(documents, bounds, family):
            if number not in whole:
                pieces.setdefault(number, []).append((begin, end, focus, (family,)))
    for number in sorted(pieces):
        found = _of_document(documents, bounds[number], _end(documents, bounds, number), pieces[number])
        if found:
            yield number, found


def _end(documents: bytes, bounds: Sequence[int], number: int) -> int:
    return bounds[number + 1] - (len(BETWEEN) if number + 2 < len(bounds) else 0)


def _around(documents: bytes, bounds: Sequence[int], family: Family) -> Iterator[tuple[int, int, int, int]]:
    """The pieces around a family's traces: document, begin, end, and from where on its detectors look; those that touch are one."""
    number, begin, end, focus, first, last = -1, 0, 0, 0, 0, 0
    look_from = 0
    while look_from >= 0:
        seam = -1
        for match in trace(family.traces).finditer(documents, look_from):
            start, stop = match.span()
            if start < last and start - family.before <= end:
                end = min(last, stop + family.behind)
            else:
                if number >= 0:
                    yield number, begin, end, focus
                if start >= last:
                    number = bisect_right(bounds, start) - 1
                    if start >= _end(documents, bounds, number) and number + 2 < len(bounds):
                        number += 1  # it begins with what stands between the documents
                    first, last = bounds[number], _end(documents, bounds, number)
                begin, end = max(first, start - family.before), min(last, stop + family.behind)
                focus = max(begin, start - family.lead)
            if stop > last:
                seam = bounds[number + 1]  # what it took of the next document may be a trace there
                break
        look_from = seam
    if number >= 0:
        yield number, begin, end, focus


def _of_document(documents: bytes, first: int, last: int, pieces: Iterable[_Piece]) -> list[Found]:
    found: list[Found] = []
    counted, characters = first, 0
    for begin, end, focus, families in sorted(pieces, key=lambda piece: piece[:2]):
        begin, end = _at_character(documents, begin, last), _at_character(documents, end, last)
        characters += len(documents[counted:begin].decode("utf-8", "surrogatepass"))
        counted = begin
        raw = documents[begin:end].decode("utf-8", "surrogatepass")
        view = view_of(raw)
        ahead = (
            0 if view.places is not None else len(documents[begin : _at_character(documents, focus, last)].decode("utf-8", "surrogatepass"))
        )
        for family in families:
            for hit in family.detect(view.text, ahead):
                start, stop = view.raw_span(hit.start, hit.end)
                cut = (start == 0 and begin > first) or (stop == len(raw) and end < last)  # half of it may lie outside of the piece
                if not cut:
                    found.append(Found(hit.rule, start + characters, stop + characters, hit.validator, hit.score))
    return _best(found)


def _at_character(documents: bytes, place: int, last: int) -> int:
    """The next place at which a character begins."""
    while place < last and documents[place] & 0xC0 == 0x80:
        place += 1
    return place


def _best(found: Iterable[Found]) -> list[Found]:
    """Of what overlaps the longest, of what is as long the surest; what is only information gives way to all else."""
    kept: list[Found] = []
    starts: list[int] = []
    ends: list[int] = []
    for hit in sorted(found, key=lambda hit: (RULES[hit.rule].informational, hit.start - hit.end, -hit.score, hit.start, hit.rule)):
        place = bisect_left(starts, hit.start)
        if (place == 0 or ends[place - 1] <= hit.start) and (place == len(starts) or hit.end <= starts[place]):
            starts.insert(place, hit.start)
            ends.insert(place, hit.end)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)
