"""Plain text: one document a file, a line or a paragraph, as ``ReadOptions.text_unit`` has it. UTF-8 only; another encoding is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from brightline.corpus.errors import CorpusError
from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["plain_text"]

_UNITS = ("file", "line", "paragraph")


def plain_text(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The texts of the file. Raises ``CorpusError`` BL-CORPUS-008 for a ``text_unit`` that is none."""
    if options.text_unit not in _UNITS:
        raise CorpusError("BL-CORPUS-008", f"{options.text_unit!r} is no unit of text", f"one of: {', '.join(_UNITS)}")
    lines = lines_of(file, shard, options, digest, bare=options.text_unit == "line")
    if options.text_unit == "line":
        for line in lines:
            yield _entry(line.position, line.number, line.content, options) if isinstance(line, Line) else line
        return
    yield from _joined(lines, options, by_paragraph=options.text_unit == "paragraph")


def _joined(lines: Iterator[Line | Reject], options: ReadOptions, *, by_paragraph: bool) -> Iterator[Entry | Reject]:
    held: list[bytes] = []
    position = number = size = 0
    passed = 0  # bytes of a text that is longer than may be held
    for line in lines:
        if isinstance(line, Reject):
            # A line of a text that cannot be read makes the text another one: what was there before it stands alone.
            if held:
                yield _entry(position, number, b"\n".join(held), options)
            held, size = [], 0
            yield line
            continue
        if by_paragraph and not line.content.strip():
            if passed:
                yield _too_long(position, number, passed, options)
            elif held:
                yield _entry(position, number, b"\n".join(held), options)
            held, size, passed = [], 0, 0
            continue
        if not held and not passed:
            position, number = line.position, line.number
        size += len(line.content) + 1
        if passed or size > options.most_line_bytes:
            passed, held, size = passed + size, [], 0
        else:
            held.append(line.content)
    if passed:
        yield _too_long(position, number, passed, options)
    elif any(part.strip() for part in held):
        yield _entry(position, number, b"\n".join(held), options)


def _entry(position: int, number: int, content: bytes, options: ReadOptions) -> Entry | Reject:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"byte {error.start}: {error.reason}; convert other encodings to UTF-8"
        return Reject(position, number, len(content), "not_utf8", detail)
    return Entry(position, number, content, {options.text[0]: text}, content)


def _too_long(position: int, number: int, length: int, options: ReadOptions) -> Reject:
    return Reject(position, number, length, "too_long", f"more than {options.most_line_bytes} bytes")
