"""TIFF and BigTIFF: the label in tag 700 of the first directory, field type 7.

Follows TIFF 6.0 (section 2: directories; 7: strips, 15: tiles), the BigTIFF specification, ISO 16684-3, 1.1.2 (tag 700) and
TC260-PG-20259A. No byte of the original moves, because offsets in private fields cannot be known: a packet that does not fit where
the old one was goes behind the end of the file, and a first directory that had none is written anew behind it. Also read: every
text field and small opaque field of all pages, sub-directories and EXIF. Media are the strips and tiles with the tables of
JPEG compression; what the directories say of them (size, photometric …) is copied unchanged. It refuses a file whose parts
would have to be overwritten twice.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
from brightline.labels.exif import XMP_TAG, emptied, field_entries
from brightline.labels.ifd import Directory, Field, Tiff, read_tiff
from brightline.labels.xmp import with_label

__all__ = ["TIFF"]

_WIDTH, _HEIGHT, _JPEG_TABLES, _C2PA = 256, 257, 347, 0xCD41  # TIFF 6.0, section 8; TIFF technical note 2; C2PA 2.1, A.3.3
_STRIPS_AND_TILES = ((273, 279), (324, 325))
_DATA = (*_STRIPS_AND_TILES, (513, 514))  # strips, tiles, old JPEG: offsets and byte counts
_MOST_PIECES = 262_144  # own choice: one row a strip in the longest scans
_UNDEFINED = 7  # TIFF 6.0, section 2


class _Tiff:
    name = "tiff"
    media_types = ("image/tiff",)
    suffixes = (".tif", ".tiff", ".btf")

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}

    def read(self, source: Source) -> Reading:
        tiff = read_tiff(source, strict=False)
        gaps = list(tiff.gaps)
        if not tiff.directories:
            return Reading(self.name, (), (), (*gaps, without_media("directory", tiff.first_at)))
        first = tiff.directories[0]
        entries, missed = field_entries(source, tiff, 0, "tiff", standard=first)
        gaps += missed
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"more than {MOST_ENTRIES} texts", entries[MOST_ENTRIES].offset))
        try:
            media = _media(source, tiff)
            gaps += () if media else (without_media("picture data (strips or tiles)", first.offset),)
        except LabelError as problem:
            media = ()
            gaps.append(Gap(f"strips or tiles: {problem.message}", first.offset))
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), media, tuple(gaps), _facts(source, tiff, first))

    def plan(self, source: Source, value: str) -> Plan:
        tiff = read_tiff(source, strict=True)
        if not tiff.directories:
            raise Malformed("a TIFF without a directory", tiff.first_at)
        first = tiff.directories[0]
        media = _media(source, tiff)
        if not media:
            raise Malformed("a TIFF whose directories name no picture data", first.offset)
        _check_whole(source, tiff)
        packets = [field for field in first.fields if field.tag == XMP_TAG]
        if len(packets) > 1:
            raise Malformed("the first directory has tag 700 twice", packets[1].at)
        base = packets[0] if packets else None
        if base is not None and base.size > MOST_VALUE_BYTES:
            raise OverLimit(f"an XMP packet of {base.size} bytes", base.at)
        edits = [Edit(patch.offset, patch.offset + len(patch.data), patch.data) for patch in emptied(source, tiff, but=base)]
        packet = with_label(source.read(base.value_at, base.size).rstrip(b"\0") if base else None, value)
        if base is not None and len(packet) <= base.size and base.value_at != base.at + _value_offset(tiff):
            edits.append(Edit(base.value_at, base.value_at + base.size, packet.ljust(base.size, b" ")))
            edits.append(Edit(base.at, base.at + 4, struct.pack(tiff.order + "HH", XMP_TAG, _retyped(base))))
        else:
            edits += _appended(source, tiff, first, base, packet)
        _check_overlaps(tiff, media, edits)
        return planned(edits, source.size)


def _check_whole(source: Source, tiff: Tiff) -> None:
    """Nothing reaches behind the end of the file, where it would find the label. Raises ``Truncated`` and ``Malformed``."""
    word = struct.calcsize(tiff.word)
    for directory in tiff.directories:
        spans = [(directory.next_at, word), *((field.value_at, field.size) for field in directory.fields if field.size)]
        for start, length in spans:
            if start + length > source.size:
                raise Truncated(start, length, source.size)
        for offsets_tag, counts_tag in _STRIPS_AND_TILES:
            if directory.field(offsets_tag) and not directory.field(counts_tag):
                raise Malformed(
                    "strips or tiles without their lengths, which readers take to reach to the end of the file", directory.offset
                )


def _check_overlaps(tiff: Tiff, media: tuple[Range, ...], edits: list[Edit]) -> None:
    """Every edit touches one part of the structure (head, directory, or value of a field) and no media. Raises ``Malformed``."""
    word = struct.calcsize(tiff.word)
    parts = [Range(0, tiff.first_at + word)]
    for directory in tiff.directories:
        parts.append(Range(directory.offset, directory.next_at + word))
        outside = (field for field in directory.fields if field.size and field.value_at != field.at + _value_offset(tiff))
        parts += [Range(field.value_at, field.value_at + field.size) for field in outside]
    touched_parts, touched_media = _Touched(parts), _Touched(media)
    for start, stop, _ in edits:
        if start < stop and (touched_parts.by(start, stop) > 1 or touched_media.by(start, stop)):
            raise Malformed("a part that has to change overlaps picture data or another part", start)


class _Touched:
    """Counts the ranges that a range touches, however many there are."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        both = list(ranges)
        self._starts = sorted(start for start, _ in both)
        self._stops = sorted(stop for _, stop in both)

    def by(self, start: int, stop: int) -> int:
        return bisect_left(self._starts, stop) - bisect_right(self._stops, start)


def _appended(source: Source, tiff: Tiff, first: Directory, base: Field | None, packet: bytes) -> list[Edit]:
    """The packet behind the end of the file, and either the old field or a new first directory pointing to it."""
    padding = b"\0" * (source.size & 1)  # TIFF 6.0, section 2: values and directories begin at even offsets
    packet += b" " * (len(packet) & 1)
    at = source.size + len(padding)
    field = _field(tiff, len(packet), at)
    if base is not None:
        edits = [Edit(base.at, base.at + len(field), field), Edit(source.size, source.size, padding + packet)]
        if base.value_at != base.at + _value_offset(tiff):
            edits.append(Edit(base.value_at, base.value_at + base.size, b" " * base.size))
        return edits
    entry = len(field)
    count_format = tiff.order + ("Q" if tiff.big else "H")
    start = first.next_at - entry * len(first.fields)
    old = source.read(start, entry * len(first.fields))
    before = sum(other.tag < XMP_TAG for other in first.fields) * entry  # sorted by tag: TIFF 6.0, section 2
    link = struct.pack(tiff.word, first.next)
    directory = struct.pack(count_format, len(first.fields) + 1) + old[:before] + field + old[before:] + link
    moved = _offset(tiff, at + len(packet))
    return [
        Edit(tiff.first_at, tiff.first_at + len(moved), moved),
        Edit(source.size, source.size, padding + packet + directory),
    ]


def _field(tiff: Tiff, length: int, offset: int) -> bytes:
    count = struct.pack(tiff.word, length) if length < 1 << 32 else b""
    return struct.pack(tiff.order + "HH", XMP_TAG, _UNDEFINED) + count + _offset(tiff, offset)


def _offset(tiff: Tiff, offset: int) -> bytes:
    if offset >= 1 << 32 and not tiff.big:
        raise Unsupported("the label would lie beyond the 4 GiB that this TIFF can address", "convert it to BigTIFF first")
    return struct.pack(tiff.word, offset)


def _value_offset(tiff: Tiff) -> int:
    """Where in a field a value stands that is small enough to need no offset."""
    return 12 if tiff.big else 8


def _retyped(base: Field) -> int:
    """Bytes and undefined bytes are as long as each other: the guide's type takes the other's place."""
    return _UNDEFINED if base.type in {1, 2, 6, 129} else base.type


def _media(source: Source, tiff: Tiff) -> tuple[Range, ...]:
    """Strips and tiles of all pages and sub-pictures. Raises ``Malformed`` or ``Truncated`` where they lie outside of the file."""
    ranges: list[Range] = []
    for directory in tiff.directories:
        tables = directory.field(_JPEG_TABLES)
        if tables is not None and tables.size > 8:
            ranges.append(Range(tables.value_at, tables.value_at + tables.size))
        for offsets_tag, counts_tag in _DATA:
            offsets, counts = directory.field(offsets_tag), directory.field(counts_tag)
            if offsets is None or counts is None:
                continue
            if len(ranges) + offsets.values > _MOST_PIECES or counts.values > _MOST_PIECES:
                raise OverLimit(f"more than {_MOST_PIECES} strips or tiles", directory.offset)
            starts, lengths = tiff.numbers(source, offsets), tiff.numbers(source, counts)
            if len(starts) != len(lengths):
                raise Malformed("as many strip offsets as byte counts are expected", directory.offset)
            ranges += [Range(start, start + length) for start, length in zip(starts, lengths, strict=True) if length]
    for start, stop in ranges:
        if stop > source.size:
            raise Malformed(f"picture data of {stop - start} bytes ends behind the file", start)
    return tuple(ranges)


def _facts(source: Source, tiff: Tiff, first: Directory) -> dict[str, str]:
    facts: dict[str, str] = {}
    for name, tag in (("width", _WIDTH), ("height", _HEIGHT)):
        field = first.field(tag)
        if field is not None and field.values == 1 and field.type in {3, 4, 16}:
            facts[name] = str(tiff.numbers(source, field)[0])
    pages = sum(directory.kind == "page" for directory in tiff.directories)
    if pages > 1:
        facts["pages"] = str(pages)
    for directory in tiff.directories:
        if manifest := directory.field(_C2PA):
            facts.setdefault("c2pa", str(manifest.value_at))
    return facts


TIFF: Container = _Tiff()
