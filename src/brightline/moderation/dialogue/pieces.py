"""Texts put together from earlier messages: named pieces that are joined (``a = "…"`` … ``print a + b``), messages that somebody asks
to join, and messages of a few characters each that only together make a sentence.

The joined text is read by the engine like a message of its own; what is found in it is cited piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from brightline.model import Finding, Span
from brightline.moderation.dialogue.evidence import Cite
from brightline.text.joining import assignments, joined_edits, joined_with

__all__ = ["LONGEST_PIECE", "Composed", "Piece", "composed", "named_pieces", "run_together"]

LONGEST_PIECE = 400
"""Characters of a named piece, or of a message that is joined with others."""

MOST_NAMES = 32


class Piece(NamedTuple):
    """A stretch of an earlier message."""

    text: str
    part: str
    span: Span


class Composed(NamedTuple):
    """A text that was put together. ``places``: where each piece stands in it. ``own``: where in it nothing was joined."""

    text: str
    places: tuple[tuple[int, int, Piece], ...]

    def cites(self, finding: Finding) -> list[Cite]:
        """The pieces in which the evidence of a finding stands, in the order of their turns in the text."""
        found: dict[tuple[str, Span], Cite] = {}
        for span in finding.spans:
            for start, end, piece in self.places:
                first, last = max(span.start, start), min(span.end, end)
                if first >= last:
                    continue
                whole = end - start != len(piece.text)
                begin = piece.span.start if whole else piece.span.start + first - start
                until = piece.span.end if whole else piece.span.start + last - start
                text = piece.text if whole else piece.text[first - start : last - start]
                cite = Cite(piece.part, Span(begin, until), text, self.text[first:last])
                found.setdefault((cite.part, cite.span), cite)
        return list(found.values())


def named_pieces(text: str, part: str) -> dict[str, Piece]:
    """The names that a message gives to pieces of text."""
    pieces: dict[str, Piece] = {}
    for name, value in assignments(text).items():
        at = text.find(value)
        if value and at >= 0 and len(value) <= LONGEST_PIECE and len(pieces) < MOST_NAMES:
            pieces[name] = Piece(value, part, Span(at, at + len(value)))
    return pieces


def composed(text: str, part: str, names: Mapping[str, Piece]) -> Composed | None:
    """``text`` as it reads once the pieces of earlier messages stand in place of their names; None if it joins none of them."""
    alone = {(edit.start, edit.end, edit.reads) for edit in joined_edits(text)}
    edits = [
        edit
        for edit in joined_with(text, {name: piece.text for name, piece in names.items()})
        if (edit.start, edit.end, edit.reads) not in alone
    ]
    if not edits:
        return None
    read: list[str] = []
    places: list[tuple[int, int, Piece]] = []
    done = size = 0
    for edit in edits:
        before = text[done : edit.start]
        if before:
            places.append((size, size + len(before), Piece(before, part, Span(done, edit.start))))
        size += len(before)
        own = Piece(text[edit.start : edit.end], part, Span(edit.start, edit.end))
        places.extend((size + start, size + end, piece) for start, end, piece in _places(edit.reads, names.values(), own))
        size += len(edit.reads)
        read += before, edit.reads
        done = edit.end
    rest = text[done:]
    if rest:
        places.append((size, size + len(rest), Piece(rest, part, Span(done, len(text)))))
    return Composed("".join((*read, rest)), tuple(places))


def run_together(pieces: Sequence[Piece]) -> Composed:
    """The pieces one after the other; Latin words stay apart."""
    text = ""
    places: list[tuple[int, int, Piece]] = []
    for piece in pieces:
        if _is_word_end(text[-1:]) and _is_word_end(piece.text[:1]):
            text += " "
        places.append((len(text), len(text) + len(piece.text), piece))
        text += piece.text
    return Composed(text, tuple(places))


def _places(reads: str, pieces: Iterable[Piece], own: Piece) -> list[tuple[int, int, Piece]]:
    """Where the pieces stand in a joined text, and the expression that joined them: it is cited with them."""
    found: list[tuple[int, int, Piece]] = []
    for piece in pieces:
        at = reads.find(piece.text)
        while at >= 0 and len(found) < MOST_NAMES:
            found.append((at, at + len(piece.text), piece))
            at = reads.find(piece.text, at + len(piece.text))
    found.sort(key=lambda place: place[:2])
    return [*found, (0, len(reads), own)]


def _is_word_end(character: str) -> bool:
    return character.isascii() and character.isalnum()
