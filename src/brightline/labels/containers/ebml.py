"""EBML elements, the boxes of Matroska and WebM: walked over by their headers, made anew where they change.

Follows RFC 8794: element IDs (5), data sizes (6), unknown sizes (6.2), CRC-32 (11.3.1), Void (11.3.2). An element of unknown size
ends where its parent ends or where an element begins that cannot stand in it; which those are is the format's affair. No
payload is read here unless it is asked for.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from brightline.labels.containers.reading import MOST_VALUE_BYTES, Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated

__all__ = ["CRC32", "MOST_ELEMENTS", "VOID", "EbmlWalk", "Element", "checksummed", "element", "fitted", "number", "size_field", "void"]

VOID, CRC32 = 0xEC, 0xBF

MOST_ELEMENTS = 1 << 19
"""Elements followed in one file; own choice: two hours of a live stream with clusters of unknown size have some 500,000 blocks."""

MOST_TEXT = 4 * MOST_VALUE_BYTES
"""Bytes of texts and numbers read of one file; own choice: four of the longest texts. More become one gap."""

_WINDOW = 4096  # own choice: as much as ``Source`` reads at a time anyway
_UNKNOWN_SIZES = frozenset({0xFF, 0x7F, 0x3F})  # and sizes that begin alike, which take the slow way
_MOST_GAPS = 64  # own choice: whoever reads them has understood by then
_LONGEST_ID, _LONGEST_SIZE = 4, 8  # RFC 8794, 11.2.4 and 11.2.5: the defaults, which Matroska keeps
_CRC_BYTES = 6  # ID, size and four bytes


class Element(NamedTuple):
    """One element; ``body`` is the first byte behind its header. ``known``: its header says where it ends."""

    id: int
    start: int
    body: int
    stop: int
    known: bool = True

    @property
    def size(self) -> int:
        """Bytes of the whole element."""
        return self.stop - self.start


class EbmlWalk:
    """Walks over the elements of one file and counts them. Strict without ``gaps``; else what is wrong is written down there."""

    def __init__(self, source: Source, gaps: list[Gap] | None = None, most: int = MOST_ELEMENTS) -> None:
        self.source = source
        self.gaps = gaps
        self._left = most
        self._text_left = MOST_TEXT

    def children(self, start: int, stop: int) -> list[Element]:
        """The elements of ``[start, stop)``, all of which have to have a size."""
        found: list[Element] = []
        at = start
        while at < stop:
            try:
                here = self.element_at(at, stop)
                if not here.known:
                    raise Malformed(f"the element {here.id:X} has no size", at)
            except LabelError as problem:
                self.tell(problem)
                break
            found.append(here)
            at = here.stop
        return found

    def element_at(self, at: int, stop: int) -> Element:
        """The element whose header begins at ``at``. Raises ``Malformed``, ``Truncated`` or ``OverLimit``."""
        self._left -= 1
        if self._left < 0:
            raise OverLimit("too many elements", at)
        head = self.source.at_most(at, min(_LONGEST_ID + _LONGEST_SIZE, stop - at))
        id_length = _length(head[:1])
        if id_length > _LONGEST_ID:
            raise Malformed("no element begins here", at)
        size_length = _length(head[id_length : id_length + 1])
        if len(head) < id_length + size_length:
            if len(head) > id_length and size_length > _LONGEST_SIZE:
                raise Malformed("an element without a size", at)
            if stop == self.source.size:
                raise Truncated(at, id_length + _LONGEST_SIZE, stop)
            raise Malformed("an element that is cut off by the one around it", at)
        if size_length > _LONGEST_SIZE:
            raise Malformed("an element without a size", at)
        body = at + id_length + size_length
        mask = (1 << 7 * size_length) - 1
        size = int.from_bytes(head[id_length : id_length + size_length]) & mask
        name = int.from_bytes(head[:id_length])
        if size == mask:
            return Element(name, at, body, stop, known=False)
        if body + size > stop:
            if stop == self.source.size:
                raise Truncated(at, body - at + size, stop)
            raise Malformed(f"the element {name:X} of {size} bytes reaches beyond the one around it", at)
        return Element(name, at, body, body + size)

    def behind_short_names(self, at: int, stop: int) -> int:
        """Where, from ``at`` on, the first element begins whose ID is longer than a byte, or that needs a closer look.

        IDs of one byte are those of blocks and of Voids: a recording of unknown length is walked over block by block.
        """
        while at < stop:
            window = self.source.at_most(at, min(_WINDOW, stop - at))
            place, end, left = 0, len(window) - _LONGEST_ID, self._left
            while place < end and left > 0:
                first, size = window[place + 1], 0
                if window[place] < 0x80 or first < 0x20 or first in _UNKNOWN_SIZES:
                    break
                if first >= 0x80:
                    size = 2 + (first & 0x7F)
                elif first >= 0x40:
                    size = 3 + ((first & 0x3F) << 8 | window[place + 2])
                else:
                    size = 4 + ((first & 0x1F) << 16 | window[place + 2] << 8 | window[place + 3])
                if at + place + size > stop:
                    break
                place += size
                left -= 1
            self._left = left
            at += place
            if place < end:
                return at
            if not place:
                return at
        return at

    def payload(self, element: Element, most: int) -> bytes:
        """The bytes of ``element`` behind its header. Raises ``OverLimit``."""
        if element.stop - element.body > most:
            raise OverLimit(f"the element {element.id:X} has {element.stop - element.body} bytes; at most {most} are read", element.start)
        self._text_left -= element.stop - element.body
        if self._text_left < 0:
            raise OverLimit(f"more than {MOST_TEXT} bytes of texts", element.start)
        return self.source.read(element.body, element.stop - element.body)

    def tell(self, problem: LabelError) -> None:
        """Write ``problem`` down as a gap, or raise it where the walk is strict."""
        if self.gaps is None:
            raise problem
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(Gap(problem.message, getattr(problem, "offset", -1)))


def element(name: int, *parts: bytes, size_width: int = 1) -> bytes:
    """An element with that ID around ``parts``; its size takes ``size_width`` bytes or as many more as it needs."""
    body = b"".join(parts)
    return name.to_bytes((name.bit_length() + 7) // 8) + size_field(len(body), size_width) + body


def size_field(size: int, width: int = 1) -> bytes:
    """``size`` as a data size of at least ``width`` bytes (RFC 8794, 6). All ones mean "unknown" and are not used."""
    while size >= (1 << 7 * width) - 1:
        width += 1
    return (1 << 7 * width | size).to_bytes(width)


def number(value: int, width: int = 1) -> bytes:
    """An unsigned integer of at least ``width`` bytes (RFC 8794, 7.2)."""
    return value.to_bytes(max(width, (value.bit_length() + 7) // 8))


def void(size: int) -> bytes:
    """``size`` bytes (0, or 2 and more) that mean nothing (RFC 8794, 11.3.2)."""
    if size == 0:
        return b""
    if size < 2:
        raise ValueError("no element has one byte")
    width = 1 if size - 2 < 127 else 8
    return VOID.to_bytes() + size_field(size - 1 - width, width) + bytes(size - 1 - width)


def fitted(name: int, body: bytes, room: int) -> bytes | None:
    """An element around ``body`` in exactly ``room`` bytes, a Void behind it where something is left; None where it does not fit."""
    whole = element(name, body)
    if room - len(whole) == 1:  # the one number of bytes that no Void has
        width = len(size_field(len(body))) + 1
        return element(name, body, size_width=width) if width <= _LONGEST_SIZE else None
    return whole + void(room - len(whole)) if len(whole) <= room else None


def checksummed(body: bytes) -> bytes:
    """``body`` with a CRC-32 of all that follows as its first child (RFC 8794, 11.3.1: little-endian, as in zlib).

    A CRC-32 that is there is replaced; where there is none, there will be none.
    """
    if body[:2] != bytes([CRC32, 0x84]):
        return body
    rest = body[_CRC_BYTES:]
    return body[:2] + zlib.crc32(rest).to_bytes(4, "little") + rest


def _length(first: bytes) -> int:
    """Bytes of a variable-size integer that begins with ``first``; 9 where it cannot begin so."""
    return 9 - first[0].bit_length() if first else 9
