"""CSV (RFC 4180): quoted line ends, doubled quotes, a first record that names the columns.

Python's ``csv`` splits the fields, and reads stray quotes within a field as people mean them. A quote that opens a field and is never
closed would swallow the file: then the line with the quote is rejected, and reading goes on with the next; where that was done too often,
no record goes on over the end of a line any more. Where the record that names the columns cannot be read, none is. The delimiter is the
one of ``, TAB ; |`` that the first line has most of, unless an option names it. The second column of one name is called ``NAME.2``. One
shard a file: where a record begins depends on all before it.
"""

from __future__ import annotations

import csv
import hashlib
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from brightline.corpus.errors import CorpusError
from brightline.corpus.reading.encodings import encoding_of
from brightline.corpus.reading.fields import unlike
from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["delimited_rows"]

_DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_CHARS = 64 * 1024
_READ_AGAIN = 4  # times the longest permitted record: own choice, some seconds, where a file made for it would cost days


def delimited_rows(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The records after the first, each with the columns' names. Raises ``CorpusError`` BL-CORPUS-008 for a delimiter that is none."""
    if len(options.delimiter) > 1 or options.delimiter in ('"', "\r", "\n"):
        raise CorpusError("BL-CORPUS-008", f"{options.delimiter!r} cannot part columns", "name one character, or none to have it found out")
    csv.field_size_limit(options.most_line_bytes)  # the module has one for the process; its own 128 KiB is a short document
    encoding = encoding_of(shard, options)
    feed = _Feed(lines_of(file, shard, options, digest, bare=False), encoding)
    header: list[str] | None = None  # the names of the columns; none of them where the first record could not be read
    delimiter = options.delimiter
    while feed.more():
        for reject in feed.rejects():
            header = header or []
            yield reject
        delimiter = delimiter or _delimiter(feed.first_line())
        for row in _rows(feed, delimiter, options.most_line_bytes):
            yield from feed.rejects()
            if isinstance(row, Reject):
                header = header or []
                yield row
                break  # the reader of `csv` is in the middle of a field: a new one goes on after the bad line
            taken = feed.take()
            if not row:
                continue
            if feed.is_bad(taken):
                header = header or []
                reason, detail = "not_decodable", f"a record with bytes that are no {encoding}"
                if encoding == "utf-8":
                    reason, detail = "not_utf8", "a record with bytes that are no UTF-8; convert other encodings, or name them (--encoding)"
                yield Reject(taken[0].position, taken[0].number, _length(taken), reason, detail)
            elif header is None:
                header = unlike(row)
            elif not header:
                detail = "the record that names the columns cannot be read"
                yield Reject(taken[0].position, taken[0].number, _length(taken), "no_header", detail)
            elif len(row) != len(header):
                detail = f"{len(row)} columns, not {len(header)}"
                yield Reject(taken[0].position, taken[0].number, _length(taken), "wrong_columns", detail)
            else:
                content = b"\n".join(line.content for line in taken)
                yield Entry(taken[0].position, taken[0].number, content, dict(zip(header, row, strict=True)))
    yield from feed.rejects()


class _Feed:
    """Gives lines to ``csv`` and remembers which of them its current record is made of."""

    def __init__(self, lines: Iterator[Line | Reject], encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding
        self._ahead: deque[Line] = deque()
        self._given: list[Line] = []
        self._rejects: list[Reject] = []
        self.given_bytes = 0
        self.again_bytes = 0  # of lines that were given back
        self.is_cut = False  # a line in the middle of the current record cannot be read

    def __iter__(self) -> Iterator[str]:
        while self.more():
            if self.is_cut:
                raise csv.Error("a line of the record cannot be read")
            line = self._ahead.popleft()
            self._given.append(line)
            self.given_bytes += len(line.content)
            yield line.content.decode(self._encoding, "surrogateescape") + "\n"

    def more(self) -> bool:
        while not self._ahead:
            line = next(self._lines, None)
            if line is None:
                return False
            if isinstance(line, Line):
                self._ahead.append(line)
            else:
                self._rejects.append(line)
                self.is_cut = self.is_cut or bool(self._given)
        return True

    @property
    def given_lines(self) -> int:
        return len(self._given)

    def first_line(self) -> str:
        return self._ahead[0].content[:_SNIFFED_CHARS].decode(self._encoding, "surrogateescape")

    def take(self) -> list[Line]:
        """The lines of the record that just ended."""
        given, self._given, self.given_bytes = self._given, [], 0
        self.is_cut = False
        return given

    def give_back(self) -> Line:
        """Take the first line of the record off and put the others back in front."""
        self.again_bytes += self.given_bytes
        first, *others = self.take()
        self._ahead.extendleft(reversed(others))
        return first

    def rejects(self) -> Iterator[Reject]:
        given, self._rejects = self._rejects, []
        return iter(given)

    def is_bad(self, lines: list[Line]) -> bool:
        """Whether bytes of these lines are not of their encoding."""
        for line in lines:
            try:
                line.content.decode(self._encoding)
            except UnicodeDecodeError:
                return True
        return False


def _rows(feed: _Feed, delimiter: str, most_bytes: int) -> Iterator[list[str] | Reject]:
    """Records; at most one reject, and nothing after it."""

    is_over = False
    one_line = feed.again_bytes > _READ_AGAIN * most_bytes

    def bounded() -> Iterator[str]:
        nonlocal is_over
        for text in feed:
            if feed.given_bytes > most_bytes:
                raise csv.Error("a record is longer than is read")
            if one_line and feed.given_lines > 1:
                raise csv.Error("a quote is not closed in its line, after many that never were")
            yield text
        # A line more than there is: only who is within quotes asks for it, where `csv` would call the whole rest of a file one field.
        is_over = True
        yield "\n"

    reader = csv.reader(bounded(), delimiter=delimiter, strict=False)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if feed.is_cut:
                taken = feed.take()
                yield Reject(taken[0].position, taken[0].number, _length(taken), "not_csv", str(error))
                return
            first = feed.give_back()
            yield Reject(first.position, first.number, len(first.content), "not_csv", str(error))
            return
        if is_over and not row:
            return
        if is_over:
            first = feed.give_back()
            yield Reject(first.position, first.number, len(first.content), "not_csv", "a quote is never closed")
            return
        yield row


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _length(lines: list[Line]) -> int:
    return sum(len(line.content) + 1 for line in lines) - 1
