"""AMF0, as far as the script data of FLV needs it: where every member of an object stands, and its value.

Follows Adobe's "Action Message Format -- AMF 0" (2007), section 2: markers, strings, objects, ECMA arrays, strict arrays. Nothing
is written here but strings: edits are made at the positions found. Objects are followed to a small depth; AMF3 inside AMF0
(marker 0x11) and references to objects are not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from brightline.labels.errors import Malformed, OverLimit

__all__ = ["Budget", "Member", "Value", "member_bytes", "value_at"]

_DEEPEST = 16  # own choice: keyframes.filepositions is two levels deep
_MOST_VALUES = 200_000  # own choice: an index of a day of key frames, one a second, with times and positions, has 172,800
_END_OF_OBJECT = b"\0\0\x09"  # 2.11: an empty key and the end marker
_FIXED = {0x00: 8, 0x01: 1, 0x05: 0, 0x06: 0, 0x07: 2, 0x0B: 10, 0x0D: 0}  # 2.2, 2.3, 2.7 to 2.9, 2.13, 2.15: bytes behind the marker
_SHORT_TEXT, _OBJECT, _ECMA_ARRAY, _STRICT_ARRAY, _LONG_TEXT, _XML, _TYPED_OBJECT = 0x02, 0x03, 0x08, 0x0A, 0x0C, 0x0F, 0x10


@dataclass(frozen=True, slots=True)
class Member:
    """A key and its value; the pair begins at ``start`` and ends where the value does."""

    key: str
    start: int
    value: Value


@dataclass(frozen=True, slots=True)
class Value:
    """A value ``[start, stop)``, its marker included.

    ``text`` of strings, ``number`` of numbers, ``members`` of objects and arrays with keys, ``items`` of arrays without.
    ``members_stop``: where a further member would go. ``counted_at``: where an ECMA array has its count, else -1.
    """

    start: int
    stop: int
    marker: int
    text: str = ""
    number: float | None = None
    members: tuple[Member, ...] = ()
    items: tuple[Value, ...] = ()
    members_stop: int = -1
    counted_at: int = -1


@dataclass(slots=True)
class Budget:
    """How many values may still be looked at; one budget for all script data of a file."""

    values: int = _MOST_VALUES


def value_at(data: bytes, at: int, budget: Budget | None = None) -> Value:
    """The value whose marker is at ``at``. Raises ``Malformed`` and ``OverLimit``."""
    return _value(data, at, 0, budget or Budget())


def member_bytes(key: str, text: str) -> bytes:
    """A member with a text (2.4; from 65,536 bytes on a long one, 2.14)."""
    raw = text.encode("utf-8")
    name = key.encode("utf-8")
    head = struct.pack(">BH", _SHORT_TEXT, len(raw)) if len(raw) < 1 << 16 else struct.pack(">BI", _LONG_TEXT, len(raw))
    return struct.pack(">H", len(name)) + name + head + raw


def _value(data: bytes, at: int, depth: int, budget: Budget) -> Value:
    budget.values -= 1
    if depth > _DEEPEST or budget.values < 0:
        raise OverLimit("script data nested or counted without end", at)
    marker = _bytes(data, at, 1)[0]
    body = at + 1
    if marker in _FIXED:
        raw = _bytes(data, body, _FIXED[marker])
        number = struct.unpack(">d", raw)[0] if marker == 0 else None
        return Value(at, body + len(raw), marker, number=number)
    if marker in {_SHORT_TEXT, _LONG_TEXT, _XML}:
        width = 2 if marker == _SHORT_TEXT else 4
        length = int.from_bytes(_bytes(data, body, width), "big")
        raw = _bytes(data, body + width, length)
        return Value(at, body + width + length, marker, text=raw.decode("utf-8", "replace"))
    if marker == _STRICT_ARRAY:
        return _strict_array(data, at, depth, budget)
    if marker in {_OBJECT, _ECMA_ARRAY, _TYPED_OBJECT}:
        first = body
        if marker == _ECMA_ARRAY:
            first += len(_bytes(data, body, 4))
        elif marker == _TYPED_OBJECT:
            first += 2 + int.from_bytes(_bytes(data, body, 2), "big")
        return _object(data, at, first, marker, depth, budget)
    raise Malformed(f"script data with the unknown marker {marker:#04x}", at)


def _strict_array(data: bytes, at: int, depth: int, budget: Budget) -> Value:
    count = int.from_bytes(_bytes(data, at + 1, 4), "big")
    if count > len(data) - at:
        raise Malformed(f"an array of {count} values is longer than its script data", at)
    items: list[Value] = []
    place = at + 5
    for _ in range(count):
        items.append(_value(data, place, depth + 1, budget))
        place = items[-1].stop
    return Value(at, place, _STRICT_ARRAY, items=tuple(items))


def _object(data: bytes, at: int, first: int, marker: int, depth: int, budget: Budget) -> Value:
    members: list[Member] = []
    place = first
    counted_at = at + 1 if marker == _ECMA_ARRAY else -1
    while data[place : place + 3] != _END_OF_OBJECT:
        if place == len(data) and marker == _ECMA_ARRAY:  # some writers leave the end marker away, and count
            return Value(at, place, marker, members=tuple(members), members_stop=place, counted_at=counted_at)
        length = int.from_bytes(_bytes(data, place, 2), "big")
        key = _bytes(data, place + 2, length).decode("utf-8", "replace")
        value = _value(data, place + 2 + length, depth + 1, budget)
        members.append(Member(key, place, value))
        place = value.stop
    return Value(at, place + 3, marker, members=tuple(members), members_stop=place, counted_at=counted_at)


def _bytes(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise Malformed("script data ends in the middle of a value", at)
    return data[at : at + length]
