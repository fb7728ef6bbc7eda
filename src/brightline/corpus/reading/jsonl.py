"""JSON Lines (jsonlines.org; RFC 8259 on each line): one object a line.

orjson reads each line. Where it refuses, the reason is found out: bytes that are no UTF-8, ``NaN`` and ``Infinity`` (which Python's own
writer puts out, so these lines are read after all), a surrogate without its other half, nesting beyond what is read, or no JSON at all.

A name that stands twice in an object is no error of JSON, and readers differ in which value they take (RFC 8259, section 4). A line that has the
name of a text twice is rejected: one of its texts would be put out without having been looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import orjson

from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["entry_of_json", "json_lines", "keys_of"]


def json_lines(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The objects of the lines that begin in the shard."""
    loads = orjson.loads
    keys = keys_of(options.text)
    for line in lines_of(file, shard, options, digest):
        if not isinstance(line, Line):
            yield line
            continue
        position, number, content = line
        try:
            value = loads(content)
        except ValueError:
            yield entry_of_json(position, number, content, keys)
            continue
        if isinstance(value, dict):
            if _may_stand_twice(content, keys) and (problem := _standing_twice(position, number, content, keys)):
                yield problem
                continue
            yield Entry(position, number, content, value, content)
        else:
            yield _no_object(position, number, content, value)


def keys_of(names: Sequence[str]) -> tuple[bytes, ...]:
    """The keys of JSON under which the fields of these names stand, with their quotes; of a dotted name the last part."""
    return tuple(orjson.dumps(name.rpartition(".")[2]) for name in names)


def entry_of_json(position: int, number: int, content: bytes, keys: Sequence[bytes] = ()) -> Entry | Reject:
    """One record that stands as JSON, however badly. ``keys``: those of which none may stand twice in an object (``keys_of``)."""
    try:
        value = orjson.loads(content)
    except ValueError as error:
        problem = str(error)
    else:
        if isinstance(value, dict) and _may_stand_twice(content, keys) and (twice := _standing_twice(position, number, content, keys)):
            return twice
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
            return _standing_twice(position, number, content, keys) or Entry(position, number, content, value, content)
    return Reject(position, number, len(content), "not_json", problem)


def _may_stand_twice(content: bytes, keys: Sequence[bytes]) -> bool:
    """Whether it is worth a look: the key is there twice, or signs of ASCII are escaped, as a key's could be."""
    return b"\\u00" in content or any(content.count(key) > 1 for key in keys)


def _standing_twice(position: int, number: int, content: bytes, keys: Sequence[bytes]) -> Reject | None:
    """What to say of a line in which one object has one of the keys twice."""
    names = {orjson.loads(key) for key in keys}

    def look(pairs: list[tuple[str, object]]) -> None:
        met = [name for name, _ in pairs if name in names]
        if len(met) != len(set(met)):
            raise _Twice

    try:
        json.loads(content, object_pairs_hook=look)
    except _Twice:
        return Reject(position, number, len(content), "field_twice", "the text stands twice under one name: which is meant?")
    except RecursionError:
        return Reject(position, number, len(content), "too_deep", "more levels than are read")
    return None


class _Twice(Exception):
    """A name stands twice in one object."""


def _has_lone_surrogate(value: dict[str, object]) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _no_object(position: int, number: int, content: bytes, value: object) -> Reject:
    return Reject(position, number, len(content), "wrong_type", f"a record is {type(value).__name__}, not an object")
