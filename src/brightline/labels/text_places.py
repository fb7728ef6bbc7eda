"""Where in the middle of a text its label stands: at the first suitable break between two paragraphs beyond its beginning.

The Labelling Measures, Article 4(1), and GB 45438-2025, 5.1, allow "a suitable place in the middle"; which one is suitable is our own
choice. The label becomes a paragraph of its own after a paragraph of prose, so it never stands in a block of Markdown (CommonMark
0.31: fenced code 4.5, HTML 4.6, quotations 5.1, lists 5.2; GFM tables 4.10), in a formula, in an element that an interface folds
away, under a heading, or between a lead-in and what it leads to.

What stands before a place and the one character after it decide whether it is suitable. So a stream that has let a character go never
has to take it back, a whole answer and every cutting of a stream have the same place, and where that is not enough to be sure, the
place is passed over. Not done: no parse of Markdown; definitions of links and footnotes count as prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["BEYOND_CHARS", "WITHIN_CHARS", "MiddlePlace", "middle_breaks"]

BEYOND_CHARS = 200
"""The label stands at the first suitable break from here on. A stream does not know where its middle will be; own choice: two or
three paragraphs of a chat answer, so that the label is still on the first screen, where it is seen without scrolling."""

WITHIN_CHARS = 4000
"""A text without a suitable break so far is code, a table or a list; its label stands at the end. Own choice: some three screens."""


class MiddlePlace:
    """Looks for the place in a text that comes in pieces."""

    def __init__(self) -> None:
        self._scan = _Scan()
        self._passed: list[str] = []
        self._chars = 0

    def feed(self, piece: str) -> int | None:
        """The place in ``piece`` before which the label stands, or None. Once it has answered with a place, it is not fed again."""
        start = self._chars
        piece = piece[: max(0, WITHIN_CHARS - start)]
        self._chars += len(piece)
        found = next((at for at, is_suitable in self._scan.breaks(piece) if is_suitable and start + at >= BEYOND_CHARS), None)
        self._passed.append(piece[:found])
        return found

    @property
    def before(self) -> str:
        """What stands before the place."""
        return "".join(self._passed)


def middle_breaks(text: str) -> Iterator[int]:
    """Where a label in the middle of a whole text is looked for: breaks after prose, up to the one where ours would stand."""
    for at, is_suitable in _Scan().breaks(text[:WITHIN_CHARS]):
        if at >= BEYOND_CHARS:
            yield at
            if is_suitable:
                return


class _Break(NamedTuple):
    """``at``: where a block begins after a paragraph of prose; ``is_suitable``: the block goes on with nothing that came before."""

    at: int
    is_suitable: bool


class _Scan:
    """Reads a text in pieces, line by line."""

    def __init__(self) -> None:
        self._outline = _Outline()
        self._line: list[str] = []  # pieces of the line that has not ended

    def breaks(self, piece: str) -> Iterator[_Break]:
        """The breaks in ``piece``; the text goes on with the next call."""
        at = 0
        while at < len(piece):
            if not self._line and self._outline.is_after_prose and piece[at] not in "\r\n":
                yield _Break(at, _begins_a_paragraph(piece[at]))
            end = piece.find("\n", at)
            if end < 0:
                self._line.append(piece[at:])
                return
            self._outline.add("".join(self._line) + piece[at:end])
            self._line.clear()
            at = end + 1


class _Outline:
    """Knows in what kind of block the next line would begin."""

    def __init__(self) -> None:
        self._fence = ""
        self._element = ""  # the end tag that is waited for
        self._is_formula = False
        self._is_prose = False  # the newest block
        self._is_after_blank = True
        self._leads_in = False

    @property
    def is_after_prose(self) -> bool:
        """True where a new block begins, the one before is prose and leads to nothing, and nothing is open."""
        return self._is_after_blank and self._is_prose and not self._leads_in and not self._is_inside

    @property
    def _is_inside(self) -> bool:
        return bool(self._fence or self._element or self._is_formula)

    def add(self, line: str) -> None:
        """Read one line, without its end."""
        words = line.strip()
        if self._fence:
            if words.startswith(self._fence) and not words.strip(self._fence[0]):
                self._fence = ""
        elif self._element:
            if self._element in words.lower():
                self._element = ""
        elif words:
            self._read(line, words)
        self._is_after_blank = not words

    def _read(self, line: str, words: str) -> None:
        if self._is_after_blank:
            self._is_prose = True
        if fence := _FENCE.match(words):
            self._fence = fence[1]
        if element := _ELEMENT.match(words):
            end = f"</{element[1].lower()}" if element[1] else "-->"
            self._element = "" if end in words.lower() else end
        if (words.count("$$") + words.count(r"\[") + words.count(r"\]")) % 2:
            self._is_formula = not self._is_formula
            self._is_prose = False
        if self._is_inside or line[0] in " \t" or _NOT_PROSE.match(words):
            self._is_prose = False
        self._leads_in = words.rstrip("*_").endswith((":", "：", "——"))


def _begins_a_paragraph(first: str) -> bool:
    """True if a block that begins with this character belongs to nothing that stands before it: no list, table, quotation, code."""
    return first == "\u3000" or not (first.isspace() or first.isdigit() or first in _BEGINS_OTHERS)


_BEGINS_OTHERS = frozenset("-*+>|`~<$\\=_:•·◦▪●○◆■–—(（[【")
_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_ELEMENT = re.compile(r"<(?:(details|pre|script|style|think|thinking|table|blockquote|ul|ol|svg|textarea)\b|!--)", re.IGNORECASE)
_NOT_PROSE = re.compile(
    r"[-*+•·◦▪●○◆■–—]\s"  # an item of a list
    r"|[(（]?(?:\d{1,9}|[A-Za-z]|[一二三四五六七八九十]{1,3})[.)）、．]"  # a numbered item, or a heading of that form
    r"|[①-⓿❶-➓]"
    r"|\#{1,6}(?:\s|$)|\*\*[^*]+\*\*$|(?:[-*_=]\s?){3,}$|[-=]+$"  # a heading, a rule, an underline
    r"|[>|<]|.*\|.*\||:?-+:?\s*\|"  # a quotation, a row of a table, HTML
)
