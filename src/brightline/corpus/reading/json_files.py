"""A ``.json`` file: an array of records, one record, or, as often, lines that only the name does not tell.

An array is read whole, so it may be as large as the longest permitted line and no larger: a bigger one has to come as JSON Lines. The
position of its records is their number, as bytes of parsed JSON are not known. Where orjson would round whole numbers of more than 64
bits, Python's own reader keeps them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from brightline.corpus.reading.jsonl import json_lines
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.reading.unpacking import Broken, blocks_of
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["json_file"]

_LONG_NUMBER = re.compile(rb"[0-9]{19}")  # 2^63 has so many digits
_MOST_LEVELS = 254  # of orjson's writer
_TOO_DEEP = "more levels than are written"


def json_file(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The records of the file."""
    held: list[bytes] = []
    size = 0
    try:
        for block in blocks_of(file, shard.packed, options):
            held.append(block)
            size += len(block)
            if size > options.most_line_bytes:
                break
    except Broken:
        size = options.most_line_bytes + 1  # what is broken can only be read as lines, up to where it breaks
    value: object = None
    if size <= options.most_line_bytes:
        whole = b"".join(held)
        try:
            value = _parsed(whole.removeprefix(b"\xef\xbb\xbf"))
        except ValueError:
            value = None
        if isinstance(value, (list, dict)):
            digest.update(whole)
    if isinstance(value, dict):
        raw = _written(value)
        yield Entry(0, 1, whole, value, raw) if raw else Reject(0, 1, len(whole), "too_deep", _TOO_DEEP)
    elif isinstance(value, list):
        for number, record in enumerate(value):
            content = _written(record)
            if not content:
                yield Reject(number, number + 1, 0, "too_deep", _TOO_DEEP)  # what cannot be written cannot be measured
            elif isinstance(record, dict):
                yield Entry(number, number + 1, content, record, content)
            else:
                yield Reject(number, number + 1, len(content), "wrong_type", f"a record is {type(record).__name__}, not an object")
    elif held and held[0].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[") and size > options.most_line_bytes and not shard.packed:
        digest.update(shard.etag.encode())
        yield Reject(0, 1, shard.size_bytes, "too_long", f"an array of more than {options.most_line_bytes} bytes: write it as JSON Lines")
    else:
        held.clear()
        file.seek(0)
        yield from json_lines(file, shard, options, digest)


def _parsed(content: bytes) -> object:
    """What orjson reads, with every digit of its whole numbers. Raises ``ValueError``."""
    value: object = orjson.loads(content)
    if _LONG_NUMBER.search(content):
        try:
            return json.loads(content)
        except RecursionError:  # deeper than is written, which is told of each record
            return value
    return value


def _written(record: object) -> bytes:
    """A record as a line; nothing where it has more levels than orjson writes, which are fewer than it reads (254 and 1,024)."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        pass
    try:
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8") if _depth(record) <= _MOST_LEVELS else b""
    except RecursionError:
        return b""


def _depth(value: object) -> int:
    """Levels of a record, counted no further than one more than are written."""
    level, deepest = [value], 0
    while level and deepest <= _MOST_LEVELS:
        deepest += 1
        level = [inner for each in level if isinstance(each, dict | list) for inner in (each.values() if isinstance(each, dict) else each)]
    return deepest
