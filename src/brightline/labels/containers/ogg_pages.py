"""Pages of an Ogg file: parsed, found from anywhere, made, and given another number without reading their bodies.

Follows RFC 3533, section 6. Its checksum is the CRC-32 of zlib with the bits of every byte, and of the result, in the other
order, and with zero at the beginning and the end; so it is computed by zlib. It is linear: a page that only gets another
number changes its checksum by that of the difference, whatever its body holds.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, Truncated

__all__ = [
    "BEGIN",
    "CONTINUED",
    "END",
    "LONGEST_PAGE",
    "MOST_SEGMENTS",
    "Page",
    "checksum",
    "last_page",
    "next_page",
    "page_at",
    "page_header",
    "renumbered",
]

CONTINUED, BEGIN, END = 1, 2, 4
"""Header type flags: a packet goes on from the page before; first and last page of a logical stream (RFC 3533, 6, field 3)."""

MOST_SEGMENTS = 255
LONGEST_PAGE = 27 + MOST_SEGMENTS + MOST_SEGMENTS * 255
"""Bytes: header, segment table, and 255 segments of 255 bytes (RFC 3533, 6)."""

_HEADER = struct.Struct("<4sBB8sIIIB")
_LONGEST_HEADER = _HEADER.size + MOST_SEGMENTS
_SEARCHED = LONGEST_PAGE + _HEADER.size  # from anywhere in a page, the next one begins within this
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Page:
    """One page: header and segment table from ``offset``, body ``[start, stop)``, the lengths of its segments in ``lacing``."""

    offset: int
    start: int
    stop: int
    flags: int
    granule: bytes
    serial: int
    sequence: int
    crc: int
    lacing: bytes


def page_at(source: Source, offset: int) -> Page:
    """The page that begins at ``offset``. Raises ``Malformed`` where none does, ``Truncated`` where the file ends in it."""
    head = source.read(offset, max(_HEADER.size, min(_LONGEST_HEADER, source.size - offset)), ahead=False)
    magic, version, flags, granule, serial, sequence, crc, segments = _HEADER.unpack_from(head)
    if magic != b"OggS" or version != 0:
        raise Malformed("no Ogg page begins here", offset)
    lacing = head[_HEADER.size : _HEADER.size + segments]
    if len(lacing) < segments:
        raise Truncated(offset + _HEADER.size, segments, source.size)
    start = offset + _HEADER.size + segments
    stop = start + sum(lacing)
    if stop > source.size:
        source.read(start, stop - start)  # says where the file ends
    return Page(offset, start, stop, flags, granule, serial, sequence, crc, lacing)


def next_page(source: Source, at: int, stop: int) -> Page | None:
    """The first page that begins in ``[at, stop)`` and whose checksum holds; None if there is none within the length of a page."""
    window = source.at_most(at, min(_SEARCHED, stop - at + 3))
    place = window.find(b"OggS")
    while place >= 0 and at + place < stop:
        page = _sound_page(source, at + place)
        if page:
            return page
        place = window.find(b"OggS", place + 1)
    return None


def last_page(source: Source) -> Page | None:
    """The last page of the file whose checksum holds; None if none ends in its last bytes."""
    for length in (_SEARCHED // 8, 2 * _SEARCHED):  # most pages have some 4 kB
        start = max(0, source.size - length)
        window = source.at_most(start, source.size - start)
        place = window.rfind(b"OggS")
        while place >= 0:
            page = _sound_page(source, start + place)
            if page:
                return page
            place = window.rfind(b"OggS", 0, place)
    return None


def page_header(flags: int, granule: bytes, serial: int, sequence: int, lacing: bytes, body: bytes) -> bytes:
    """Header and segment table of a page with this body."""
    bare = _HEADER.pack(b"OggS", 0, flags, granule, serial, sequence, 0, len(lacing)) + lacing
    return bare[:22] + struct.pack("<I", checksum(bare + body)) + bare[26:]


def renumbered(page: Page, by: int) -> bytes:
    """Header and segment table of ``page`` with its number changed; a checksum that did not hold still does not."""
    sequence = (page.sequence + by) & 0xFFFFFFFF
    difference = bytearray(page.stop - page.offset)
    difference[18:22] = struct.pack("<I", page.sequence ^ sequence)
    crc = page.crc ^ checksum(bytes(difference))
    return _HEADER.pack(b"OggS", 0, page.flags, page.granule, page.serial, sequence, crc, len(page.lacing)) + page.lacing


def checksum(data: bytes) -> int:
    """CRC-32, polynomial 04c11db7, as RFC 3533, 6, field 7 has it; ``data`` has zeros where the checksum goes."""
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(struct.pack(">I", mirrored).translate(_REVERSED), "little")


def _sound_page(source: Source, offset: int) -> Page | None:
    try:
        page = page_at(source, offset)
    except (Malformed, Truncated):
        return None
    whole = source.read(page.offset, page.stop - page.offset)
    return page if checksum(whole[:22] + bytes(4) + whole[26:]) == page.crc else None
