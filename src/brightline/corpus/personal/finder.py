"""Finds personal data: traces over many documents at once, then the detectors on the pieces around the traces, then the best of what overlaps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.latin_people import latin_people_in
from brightline.corpus.personal.people import people_in
from brightline.corpus.personal.rules import RULES
from brightline.corpus.personal.traces import BETWEEN, Piece, end_of, pieces_in
from brightline.corpus.personal.views import View, view_of

__all__ = ["BETWEEN", "best_of", "find", "find_in"]


def find(text: str) -> list[Found]:
    """All personal data in a text, in its order, not overlapping."""
    written = text.encode("utf-8", "surrogatepass")
    return dict(find_in(written, [0, len(written)])).get(0, [])


def find_in(documents: bytes, bounds: Sequence[int]) -> Iterator[tuple[int, list[Found]]]:
    """Number and findings of each document that has some. ``documents``: texts in UTF-8 with ``BETWEEN`` between them; document i
    begins at ``bounds[i]``, and ``bounds`` ends with where one more would end."""
    pieces, escaped = pieces_in(documents, bounds)
    people, latin = people_in(documents, bounds, escaped), latin_people_in(documents, bounds)
    for number in sorted({*pieces, *escaped, *people, *latin}):
        first, last = bounds[number], end_of(documents, bounds, number)
        found = _in_view(documents[first:last]) if number in escaped else _in_pieces(documents, first, last, pieces.get(number, ()))
        found += [*people.get(number, ()), *latin.get(number, ())]
        if found:
            yield number, best_of(found)


def _in_view(document: bytes) -> list[Found]:
    """What is found in a document that hides something: its view as a whole is searched for traces, not what is written."""
    view = view_of(document.decode("utf-8", "surrogatepass"))
    shown = view.text.encode("utf-8", "surrogatepass")
    bounds = [0, len(shown)]
    found = _in_pieces(shown, 0, len(shown), pieces_in(shown, bounds)[0].get(0, []), View)
    return [Found(hit.rule, *view.raw_span(hit.start, hit.end), hit.validator, hit.score) for hit in found]


def _in_pieces(documents: bytes, first: int, last: int, pieces: Iterable[Piece], look: Callable[[str], View] = view_of) -> list[Found]:
    """What is found in the pieces of the document between ``first`` and ``last``, each as ``look`` shows it; they may overlap."""
    found: list[Found] = []
    counted, characters = first, 0
    for begin, end, focus, family in sorted(pieces, key=lambda piece: piece[:2]):
        begin, end = _at_character(documents, begin, last), _at_character(documents, end, last)
        characters += len(documents[counted:begin].decode("utf-8", "surrogatepass"))
        counted = begin
        raw = documents[begin:end].decode("utf-8", "surrogatepass")
        view = look(raw)
        ahead = (
            0 if view.places is not None else len(documents[begin : _at_character(documents, focus, last)].decode("utf-8", "surrogatepass"))
        )
        for hit in family.detect(view.text, ahead):
            start, stop = view.raw_span(hit.start, hit.end)
            cut = (start == 0 and begin > first) or (stop == len(raw) and end < last)  # half of it may lie outside of the piece
            if not cut:
                found.append(Found(hit.rule, start + characters, stop + characters, hit.validator, hit.score))
    return found


def _at_character(documents: bytes, place: int, last: int) -> int:
    """The next place at which a character begins."""
    while place < last and documents[place] & 0xC0 == 0x80:
        place += 1
    return place


def best_of(found: Iterable[Found]) -> list[Found]:
    """Of what overlaps the longest, of what is as long the surest; what is only information gives way to all else."""
    kept: list[Found] = []
    for together in _overlapping(found):
        starts: list[int] = []
        best: list[Found] = []
        for hit in sorted(together, key=_rank):
            place = bisect_left(starts, hit.start)
            if (place == 0 or best[place - 1].end <= hit.start) and (place == len(best) or hit.end <= starts[place]):
                starts.insert(place, hit.start)
                best.insert(place, hit)
        kept += best
    return kept


def _rank(hit: Found) -> tuple[bool, int, float, int, str]:
    return RULES[hit.rule].informational, hit.start - hit.end, -hit.score, hit.start, hit.rule


def _overlapping(found: Iterable[Found]) -> Iterator[list[Found]]:
    """What hangs together by overlaps, from the left: a document may have a million findings, of which only neighbours meet."""
    together: list[Found] = []
    reach = 0
    for hit in sorted(found, key=lambda hit: hit.start):
        if together and hit.start >= reach:
            yield together
            together, reach = [], 0
        together.append(hit)
        reach = max(reach, hit.end)
    if together:
        yield together
