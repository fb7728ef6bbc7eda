"""Reads a cleaned file again, by the reader that read the input.

A record that was written as it had been read is proved by its bytes: the same reader finds the same text in them. Of every other one
the text is read and proved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from brightline.corpus.emitting.records import unasked
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import ShardReading
from brightline.corpus.reading.fields import FieldNames
from brightline.corpus.reading.jsonl import entry_of_json
from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.opening import opened
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

__all__ = ["Account"]

_WHOLE_BYTES = 1 << 62
_ESCAPED = 6  # a control character, one byte, is six in JSON (RFC 8259, section 7): as text may become a line
_NAMES_BYTES = 64 * 1024  # fields' names and a file's beside the text; own choice
_HELD_BYTES = 256 * 1024  # digested at once; own choice


class Account:
    """What a file is meant to hold, record after record: its text, or its bytes where they were not touched."""

    def __init__(self) -> None:
        self._digest = _Framed()
        self._by_text = bytearray()  # of each record whether it is its text that counts

    def __len__(self) -> int:
        return len(self._by_text)

    def add(self, raw: bytes | None, text: str | None) -> None:
        """The next record: its ``text``, or, where that is ``None``, its bytes."""
        self._digest.add((raw or b"") if text is None else text.encode("utf-8"))
        self._by_text.append(text is not None)

    def agrees(self, workspace: Workspace, name: str, shard: Shard, reading: ReadOptions) -> tuple[bool, int]:
        """Whether the file ``name``, read from where it lies, holds exactly that, and how many records it has. ``shard``: the input it was
        made of."""
        # No line of ours is longer than the input's by more than what took something's place, and no file of ours is a bomb: whoever packs
        # better than the input was packed has a larger ratio for the same texts.
        was_text = shard.format == "warc" or bool(shard.members)  # and is put out as JSON
        reading = replace(
            reading,
            most_line_bytes=2 * _ESCAPED * reading.most_line_bytes + _NAMES_BYTES if was_text else 2 * reading.most_line_bytes,
            most_unpacked_ratio=_WHOLE_BYTES,
            delimiter=_delimiter(reading, name),
            encodings=(),  # what is written is UTF-8
        )
        digest = _Framed()
        records = 0
        for planned in plan_shards([f"{workspace.uri}/{name}"], _WHOLE_BYTES):
            found = _line_by_line(planned, reading, self._by_text) if planned.format == "jsonl" else _texts(planned, reading)
            for content in found:
                digest.add(content)
                records += 1
        return (records, digest.value()) == (len(self), self._digest.value()), records


class _Framed:
    """The digest of a row of contents, each with its number of bytes before it, so that no two rows look the same."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._held: list[bytes] = []
        self._held_bytes = 0

    def add(self, content: bytes) -> None:
        self._held += (len(content).to_bytes(8, "big"), content)
        self._held_bytes += len(content)
        if self._held_bytes >= _HELD_BYTES:
            self._take()

    def value(self) -> bytes:
        self._take()
        return self._digest.digest()

    def _take(self) -> None:
        self._digest.update(b"".join(self._held))
        self._held, self._held_bytes = [], 0


def _texts(shard: Shard, reading: ReadOptions) -> Iterator[bytes]:
    fields = FieldNames(shard, reading)
    for entry in ShardReading(shard, reading).entries():
        if (text := _text_of(entry, fields)) is not None:
            yield text


def _line_by_line(shard: Shard, reading: ReadOptions, by_text: Sequence[int]) -> Iterator[bytes]:
    fields = FieldNames(shard, reading)
    row = 0
    with opened(shard) as file:
        for line in lines_of(file, shard, reading, unasked()):
            if not isinstance(line, Line):
                continue
            content: bytes | None = line.content
            if row >= len(by_text) or by_text[row]:
                content = _text_of(entry_of_json(*line), fields)
            if content is not None:
                yield content
                row += 1


def _text_of(entry: Entry | Reject, fields: FieldNames) -> bytes | None:
    _name, text = fields.text(entry.value) if isinstance(entry, Entry) else ("", None)
    return text.encode("utf-8") if isinstance(text, str) else None


def _delimiter(reading: ReadOptions, name: str) -> str:
    return reading.delimiter or ("\t" if ".tsv" in name else ",")
