"""Plain text: one document a file, a line or a paragraph, as ``ReadOptions.text_unit`` has it. In UTF-8 unless an option names its
encoding; what does not fit that is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from brightline.corpus.errors import CorpusError
from brightline.corpus.reading.encodings import encoding_of, misfit
from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["plain_text"]

_UNITS = ("file", "line", "paragraph")


def plain_text(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The texts of the file. Raises ``CorpusError`` BL-CORPUS-008 for a ``text_unit`` that is none."""
    if options.text_unit not in _UNITS:
        raise CorpusError("BL-CORPUS-008", f"{options.text_unit!r} is no unit of text", f"one of: {', '.join(_UNITS)}")
    encoding = encoding_of(shard, options)
    lines = lines_of(file, shard, options, digest, bare=options.text_unit == "line")
    if options.text_unit == "line":
        for line in lines:
            yield _entry(line.position, line.number, line.content, options, encoding) if isinstance(line, Line) else line
        return
    yield from _joined(lines, options, encoding, by_paragraph=options.text_unit == "paragraph")


def _joined(lines: Iterator[Line | Reject], options: ReadOptions, encoding: str, *, by_paragraph: bool) -> Iterator[Entry | Reject]:
    held: list[bytes] = []
    position = number = size = 0
    passed = 0  # bytes of a text that is longer than may be held
    for line in lines:
        if isinstance(line, Reject) and line.reason != "too_long":
            # A file that breaks off or is damaged here: what was there before stands alone.
            if passed:
                yield _too_long(position, number, passed, options)
            elif any(part.strip() for part in held):
                yield _entry(position, number, b"\n".join(held), options, encoding)
            held, size, passed = [], 0, 0
            yield line
            continue
        is_too_long = isinstance(line, Reject)  # and so is the text that it is a line of
        if by_paragraph and isinstance(line, Line) and not line.content.strip():
            if passed:
                yield _too_long(position, number, passed, options)
            elif held:
                yield _entry(position, number, b"\n".join(held), options, encoding)
            held, size, passed = [], 0, 0
            continue
        if not held and not passed:
            position, number = (line.position, line.line) if isinstance(line, Reject) else (line.position, line.number)
        size += (line.length if isinstance(line, Reject) else len(line.content)) + 1
        if passed or is_too_long or size > options.most_line_bytes:
            passed, held, size = passed + size, [], 0
        elif isinstance(line, Line):
            held.append(line.content)
    if passed:
        yield _too_long(position, number, passed, options)
    elif any(part.strip() for part in held):
        yield _entry(position, number, b"\n".join(held), options, encoding)


def _entry(position: int, number: int, content: bytes, options: ReadOptions, encoding: str) -> Entry | Reject:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return Reject(position, number, len(content), *misfit(error, encoding))
    return Entry(position, number, content, {options.text[0]: text}, content if encoding == "utf-8" else text.encode("utf-8"))


def _too_long(position: int, number: int, length: int, options: ReadOptions) -> Reject:
    return Reject(position, number, length, "too_long", f"more than {options.most_line_bytes} bytes")
