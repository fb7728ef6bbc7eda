"""Cross-reference sections of a PDF: tables, streams, hybrids and the chain of their ``Prev`` (ISO 32000-2:2020, 7.5.4–7.5.8).

A table is not read as a whole: a number is looked up by one read of its row. A stream is inflated once, under a bound. The
chain ends at a section that was seen before: a circle is an error, as is a chain of more than ``MOST_SECTIONS``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from brightline.labels.containers.pdf_syntax import Incomplete, Value, parse
from brightline.labels.errors import Malformed, OverLimit

if TYPE_CHECKING:
    from brightline.labels.containers.pdf_file import Found, Stream

__all__ = ["FREE", "FileView", "InStream", "Section", "Where", "chain"]

MOST_SECTIONS = 1024
"""Sections in one chain, each an incremental update; own choice: files that are saved daily for two years stay below it."""

_MOST_RANGES = 20_000  # subsections of one table; own choice: sparse updates name some hundred
_LONGEST_TRAILER = 1 << 16


class _Free(Enum):
    FREE = "free"


FREE: Final = _Free.FREE
"""The number is known, and no object has it."""


class InStream(NamedTuple):
    """An object lies in the object stream of that number."""

    stream: int


Where = int | InStream | _Free | None
"""Offset in the file (without its base), place in an object stream, free, or nothing known here."""


class FileView(Protocol):
    """What this module needs of the file."""

    base: int

    def read(self, offset: int, length: int) -> bytes: ...
    def at(self, offset: int, number: int | None = None) -> Found: ...
    def stream(self, found: Found) -> Stream: ...


class _Rows(NamedTuple):
    first: int
    length: int
    at: int  # of the first row: in the file for tables, in the decoded data for streams
    width: int


class Section(Protocol):
    """One cross-reference section. ``at`` is its offset without the file's base; ``kind`` is ``table``, ``stream`` or ``scan``;
    ``text`` is the source of the trailer's dictionary."""

    @property
    def at(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def trailer(self) -> dict[str, Value]: ...
    @property
    def text(self) -> bytes: ...
    @property
    def steps(self) -> int:
        """How much a look-up costs at most: ranges of numbers that it goes through."""

    def find(self, number: int) -> Where:
        """Where the object lies."""

    def numbers(self, most: int) -> list[int] | None:
        """The object numbers of the section, in use or free; None where there are more than ``most``."""


@dataclass(frozen=True, slots=True)
class _Table:
    file: FileView
    at: int
    trailer: dict[str, Value]
    text: bytes
    ranges: list[_Rows]
    hybrid: _StreamSection | None
    kind: str = "table"

    @property
    def steps(self) -> int:
        return 1 + len(self.ranges) + (self.hybrid.steps if self.hybrid else 0)

    def find(self, number: int) -> Where:
        for first, count, at, width in self.ranges:
            if first <= number < first + count:
                offset = at + (number - first) * width
                row = _ROW.match(self.file.read(offset, 20))
                if row is None:
                    raise Malformed("a row of the cross-reference table is not one", offset)
                if row[3] == b"n":
                    return int(row[1])
                hidden = self.hybrid.find(number) if self.hybrid else None
                return FREE if hidden is None else hidden
        return self.hybrid.find(number) if self.hybrid else None

    def numbers(self, most: int) -> list[int] | None:
        return None if self.hybrid else _numbers(self.ranges, most)


@dataclass(frozen=True, slots=True)
class _StreamSection:
    at: int
    trailer: dict[str, Value]
    text: bytes
    ranges: list[_Rows]
    data: bytes
    widths: tuple[int, int, int]
    kind: str = "stream"

    @property
    def steps(self) -> int:
        return 1 + len(self.ranges)

    def find(self, number: int) -> Where:
        for first, count, at, width in self.ranges:
            if first <= number < first + count:
                row = at + (number - first) * width
                kind, second = self._row(row)
                if kind == 1:
                    return second
                return InStream(second) if kind == 2 else FREE  # types that are not known refer to the null object (7.5.8.3)
        return None

    def numbers(self, most: int) -> list[int] | None:
        return _numbers(self.ranges, most)

    def _row(self, at: int) -> tuple[int, int]:
        one, two, _ = self.widths
        if at + one + two > len(self.data):
            raise Malformed("a cross-reference stream is shorter than its index says")
        kind = int.from_bytes(self.data[at : at + one], "big") if one else 1
        return kind, int.from_bytes(self.data[at + one : at + one + two], "big")


def chain(file: FileView, start: int) -> list[Section]:
    """The sections from ``start`` on, the newest first. Raises ``Malformed`` for a broken or circular chain, ``OverLimit`` for a long one."""
    sections: list[Section] = []
    seen: set[int] = set()
    at: Value = start
    while at is not None:
        if not isinstance(at, int) or at < 0:
            raise Malformed("Prev is no offset")
        if at in seen:
            raise Malformed("the chain of cross-reference sections is a circle", at)
        if len(sections) == MOST_SECTIONS:
            raise OverLimit(f"there are more than {MOST_SECTIONS} cross-reference sections", at)
        seen.add(at)
        section = _section(file, at)
        sections.append(section)
        at = section.trailer.get("Prev")
        if isinstance(at, float):  # seen from writers that print all numbers alike
            at = int(at)
    return sections


def _section(file: FileView, at: int) -> Section:
    head = file.read(at + file.base, 64)
    keyword = _XREF.match(head)
    return _table(file, at, at + file.base + keyword.end()) if keyword else _stream_section(file, at)


def _table(file: FileView, at: int, cursor: int) -> _Table:
    ranges: list[_Rows] = []
    while True:
        head = file.read(cursor, 64)
        trailer = _TRAILER.match(head)
        if trailer:
            break
        title = _SUBSECTION.match(head)
        if title is None:
            raise Malformed("a cross-reference table does not go on as it should", cursor)
        first, count, rows_at = int(title[1]), int(title[2]), cursor + title.end()
        row = _ROW.match(file.read(rows_at, 20)) if count else None
        if count and row is None:
            raise Malformed("a row of the cross-reference table is not one", rows_at)
        width = row.end() if row else 20
        if row and first == 1 and row[3] == b"f" and row[2] == b"65535" and not ranges:
            first = 0  # seen from writers that count from one: only object 0 is free with generation 65,535
        ranges.append(_Rows(first, count, rows_at, width))
        if len(ranges) > _MOST_RANGES:
            raise OverLimit(f"a cross-reference table has more than {_MOST_RANGES} parts", cursor)
        cursor = rows_at + count * width
    text = file.read(cursor + trailer.end(), 1024)
    try:
        found, stop = parse(text, 0)
    except Incomplete:
        text = file.read(cursor + trailer.end(), _LONGEST_TRAILER)
        try:
            found, stop = parse(text, 0)
        except Incomplete:
            raise Malformed("a trailer does not end", cursor) from None
    if not isinstance(found, dict):
        raise Malformed("a trailer is no dictionary", cursor)
    beside = found.get("XRefStm")
    hybrid = _stream_section(file, beside) if isinstance(beside, int) else None
    return _Table(file, at, found, text[:stop], ranges, hybrid)


def _stream_section(file: FileView, at: int) -> _StreamSection:
    found = file.at(at + file.base)
    about = found.value
    if not isinstance(about, dict) or about.get("Type") != "XRef":
        raise Malformed("there is no cross-reference section where one should be", at)
    widths, size = about.get("W"), about.get("Size")
    if not isinstance(widths, list) or len(widths) < 3 or not isinstance(size, int) or size < 0:
        raise Malformed("a cross-reference stream has no usable W and Size", at)
    columns = [width if isinstance(width, int) and 0 <= width <= 8 else -1 for width in widths]
    if -1 in columns or not sum(columns):
        raise Malformed("a cross-reference stream has columns of strange width", at)
    index = about.get("Index", [0, size])
    if not isinstance(index, list) or len(index) % 2 or len(index) > 2 * _MOST_RANGES:
        raise Malformed("a cross-reference stream has no usable Index", at)
    ranges, cursor, width = [], 0, sum(columns)
    for first, count in zip(index[::2], index[1::2], strict=True):
        if not isinstance(first, int) or not isinstance(count, int) or first < 0 or count < 0:
            raise Malformed("a cross-reference stream has no usable Index", at)
        ranges.append(_Rows(first, count, cursor, width))
        cursor += count * width
    return _StreamSection(
        at, about, found.buffer[found.start : found.stop], ranges, file.stream(found).data, (columns[0], columns[1], columns[2])
    )


def _numbers(ranges: list[_Rows], most: int) -> list[int] | None:
    if sum(rows.length for rows in ranges) > most:
        return None
    return [number for rows in ranges for number in range(rows.first, rows.first + rows.length)]


_BLANKS = rb"[\x00\t\n\x0c\r ]"
_XREF = re.compile(_BLANKS + rb"*xref" + _BLANKS + rb"+")
_TRAILER = re.compile(_BLANKS + rb"*trailer")
_SUBSECTION = re.compile(_BLANKS + rb"*(\d{1,10})" + _BLANKS + rb"+(\d{1,10})" + _BLANKS + rb"*?(?:\r\n|\n|\r)" + _BLANKS + rb"*")
_ROW = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n|\n|\r|(?= ?trailer))")
