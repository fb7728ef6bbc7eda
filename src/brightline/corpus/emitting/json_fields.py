"""Puts another string into one field of a JSON record and leaves every other byte of it alone.

The record is one that a reader took: it is walked, not checked, and without recursion, so that no depth of nesting matters. A field that
stands twice (RFC 8259, section 4: readers differ in which they take) is replaced wherever it stands, so that no reader finds the old one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

__all__ = ["with_field"]

_SPACES = " \t\n\r"
_NULL = "null"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}]+")
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def with_field(raw: bytes, name: str, text: str) -> bytes:
    """The record with ``text`` in the field ``name`` (dotted: inside of objects, where no field of that very name holds anything).

    Escapes are written as the old value had them: ASCII only where it was. Raises ValueError where there is no such field.
    """
    record = raw.decode("utf-8")
    places = list(_values(record, 0, [name]))
    if "." in name and (not places or record[slice(*places[-1])] == _NULL):  # a reader looks inside then
        places = sorted([*(place for place in places if record[slice(*place)] != _NULL), *_values(record, 0, name.split("."))])
    if not places:
        raise ValueError(f"no field {name!r}")
    parts: list[str] = []
    at = 0
    for start, end in places:
        parts += (record[at:start], json.dumps(text, ensure_ascii=record[start:end].isascii()))
        at = end
    return "".join((*parts, record[at:])).encode("utf-8")


def _values(record: str, at: int, path: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the values stand that a path leads to, in the object that begins at or behind ``at``."""
    at = _behind_spaces(record, at)
    if record[at : at + 1] != "{":
        return
    at = _behind_spaces(record, at + 1)
    while record[at] != "}":
        behind = _end_of_value(record, at)
        start = _behind_spaces(record, _behind_spaces(record, behind) + 1)
        end = _end_of_value(record, start)
        if _is_name(record[at:behind], path[0]):
            if len(path) == 1:
                yield start, end
            else:
                yield from _values(record, start, path[1:])
        at = _behind_spaces(record, end)
        if record[at] == ",":
            at = _behind_spaces(record, at + 1)


def _is_name(key: str, name: str) -> bool:
    """Whether a key, as it stands between its quotes, is this name."""
    return key[1:-1] == name if "\\" not in key else json.loads(key, strict=False) == name


def _end_of_value(record: str, at: int) -> int:
    """Where the value ends that begins at ``at``."""
    if record[at] not in "[{":
        value = (_STRING if record[at] == '"' else _SCALAR).match(record, at)
        return value.end() if value else len(record)
    depth = 0
    for sign in _NESTING.finditer(record, at):
        depth += (sign.group() in "[{") - (sign.group() in "]}")
        if not depth:
            return sign.end()
    return len(record)


def _behind_spaces(record: str, at: int) -> int:
    while record[at : at + 1] in _SPACES and at < len(record):
        at += 1
    return at
