"""JSON Lines (jsonlines.org; RFC 8259 on each line): one object a line.

orjson reads each line. Where it refuses, the reason is found out: bytes that are no UTF-8, ``NaN`` and ``Infinity`` (which Python's own
writer puts out, so these lines are read after all), a surrogate without its other half, nesting beyond what is read, or no JSON at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["entry_of_json", "json_lines"]


def json_lines(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The objects of the lines that begin in the shard."""
    loads = orjson.loads
    for line in lines_of(file, shard, options, digest):
        if not isinstance(line, Line):
            yield line
            continue
        position, number, content = line
        try:
            value = loads(content)
        except ValueError:
            yield entry_of_json(position, number, content)
            continue
        if isinstance(value, dict):
            yield Entry(position, number, content, value, content)
        else:
            yield _no_object(position, number, content, value)


def entry_of_json(position: int, number: int, content: bytes) -> Entry | Reject:
    """One record that stands as JSON, however badly."""
    try:
        value = orjson.loads(content)
    except ValueError as error:
        problem = str(error)
    else:
        return Entry(position, number, content, value, content) if isinstance(value, dict) else _no_object(position, number, content, value)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Reject(position, number, len(content), "not_utf8", f"byte {error.start}: {error.reason}")
    if "depth limit" in problem or "recursion limit" in problem:  # orjson from 3.13 on, and before
        return Reject(position, number, len(content), "too_deep", "more levels than are read")
    if "surrogate" in problem:
        return Reject(position, number, len(content), "lone_surrogate", problem)
    if "NaN" in text or "Infinity" in text:
        try:
            value = json.loads(text)
            is_broken = isinstance(value, dict) and _has_lone_surrogate(value)  # which Python's reader takes
        except RecursionError:
            return Reject(position, number, len(content), "too_deep", "more levels than are read")
        except ValueError:
            value, is_broken = None, False
        if is_broken:
            return Reject(position, number, len(content), "lone_surrogate", "half a character, which UTF-8 cannot hold")
        if isinstance(value, dict):
            return Entry(position, number, content, value, content)
    return Reject(position, number, len(content), "not_json", problem)


def _has_lone_surrogate(value: dict[str, object]) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _no_object(position: int, number: int, content: bytes, value: object) -> Reject:
    return Reject(position, number, len(content), "wrong_type", f"a record is {type(value).__name__}, not an object")
