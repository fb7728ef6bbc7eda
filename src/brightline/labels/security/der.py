"""As much of DER (ITU-T X.690, 8 and 10) as keys on the SM2 curve need, because ``cryptography`` refuses that curve.

Written are only structures of fixed size, as constants before the numbers. Read are elements of definite length; what they
mean is for the caller to say. No indefinite lengths, no tags above 30, no check for the shortest length form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["BIT_STRING", "INTEGER", "OCTET_STRING", "OID", "SEQUENCE", "Element", "descend", "elements"]

INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30

_LONGEST_LENGTH = 4  # bytes of a long-form length; own choice: no key or certificate comes near 4 GiB


class Element(NamedTuple):
    """Tag and content of one element, and the element whole."""

    tag: int
    content: bytes
    whole: bytes


def elements(data: bytes) -> Iterator[Element]:
    """The elements that stand one after the other in ``data``. Raises ``ValueError`` where it does not parse."""
    at = 0
    while at < len(data):
        start, tag = at, data[at]
        if tag & 0x1F == 0x1F:
            raise ValueError("a tag above 30")
        at += 1
        length, at = _length(data, at)
        if at + length > len(data):
            raise ValueError("an element longer than what holds it")
        at += length
        yield Element(tag, data[at - length : at], data[start:at])


def descend(data: bytes, *tags: int) -> bytes:
    """The content of the first element, of its first element, and so on; ``tags`` are what must be met on the way. Raises ``ValueError``."""
    for tag in tags:
        first = next(elements(data), None)
        if first is None or first.tag != tag:
            raise ValueError(f"an element of tag {tag:#x} is expected")
        data = first.content
    return data


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise ValueError("it ends in an element's head")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 1 <= count <= _LONGEST_LENGTH or at + 1 + count > len(data):
        raise ValueError("a length that cannot be read")
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count
