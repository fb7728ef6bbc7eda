"""Zip packages (Office, EPUB, OFD): reads single parts under bounds, replaces or adds parts, and keeps all others byte for byte.

Follows APPNOTE.TXT 6.3.10 with zip64. A part that stays keeps its local header, its compressed bytes and its data descriptor; only
the central directory is written anew. Inflating is bounded per part and by ratio, names and counts are bounded, and the central
directory decides, as for all readers that can seek.

Not done: encrypted parts and methods other than stored and deflate are not read; packages split over several disks, or with two
parts of one name (readers disagree which one holds), are read and never written.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from brightline.labels.containers.reading import Kept, Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported

__all__ = ["MOST_PART_BYTES", "Package", "Part"]

MOST_PARTS = 20_000
"""Parts of one package; own choice: the largest presentations have some thousand."""

MOST_PART_BYTES = 4 << 20
"""Bytes of one inflated part; own choice: the parts with metadata have a few kB, the largest document parts are not metadata."""

MOST_RATIO = 200
"""Inflated to stored, for parts over 64 kB; own choice: XML packs 20 to 60 to one, deflate ends at 1,032 to one."""

_MOST_DIRECTORY_BYTES = 3_000_000  # own choice: 20,000 parts at 150 bytes; keeps a reading below 4 MB
_CREDENTIAL = "META-INF/content_credential.c2pa"
_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_UTF8_NAME = 0x800  # general purpose bit 11
_1980 = (0, 0x21)  # DOS time and date of 1980-01-01: new parts tell no clock, so that writing is repeatable


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the central directory has it; ``extent`` is everything from its local header to the next one's."""

    name: str
    method: int
    flags: int
    crc: int
    stored_bytes: int
    inflated_bytes: int
    extent: Range
    record: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package. ``parts`` stand in the order of their bytes in the file; ``directory_at`` is where they end, ``shift``
    the bytes before the package, ``behind`` what follows its end."""

    source: Source
    parts: tuple[Part, ...]
    directory_at: int
    shift: int
    comment: bytes
    behind: bytes
    disks: int

    @classmethod
    def opened(cls, source: Source) -> Package:
        """The package behind ``source``. Raises ``Malformed`` where there is no usable central directory, ``OverLimit`` for a huge one."""
        tail_at, tail, at = _end_record(source)
        _, disk, directory_disk, _, count, size, start, comment_length = _END.unpack_from(tail, at)
        end_at = tail_at + at
        comment, behind = tail[at + _END.size :][:comment_length], tail[at + _END.size + comment_length :]
        if _FULL16 in (disk, directory_disk, count) or _FULL32 in (size, start):
            count, size, start, end_at, disk = _zip64(source, end_at, (count, size, start, disk))
        if count > MOST_PARTS or size > _MOST_DIRECTORY_BYTES:
            raise OverLimit(f"a package of {count} parts with a directory of {size} bytes", end_at)
        shift = end_at - size - start  # bytes before the package, which its offsets do not count
        if shift < 0 or start < 0:
            raise Malformed("the zip directory does not lie where its end says", end_at)
        records = _records(source.read(start + shift, size), count, start + shift)
        return cls(source, _parts(records, shift, start + shift), start + shift, shift, comment, behind, disk)

    def named(self, name: str) -> Part | None:
        """The part of that name; names are compared without case, as OPC does (ISO/IEC 29500-2, 6.2.2.3). The last one of several."""
        wanted = name.lstrip("/").lower()
        return next((part for part in reversed(self.parts) if part.name.lower() == wanted), None)

    def credential_facts(self) -> dict[str, str]:
        """The fact ``c2pa``: where the part with a manifest store lies (C2PA 2.1, appendix A, ZIP-based formats)."""
        part = self.named(_CREDENTIAL)
        return {"c2pa": str(part.extent.start)} if part else {}

    def content(self, part: Part, most: int = MOST_PART_BYTES) -> bytes:
        """The bytes of a part. Raises ``Malformed``, ``OverLimit`` (bomb, or more than ``most`` bytes), ``Unsupported`` (method, encryption)."""
        if part.flags & 1:
            raise Unsupported(f"{part.name[:80]} is encrypted inside the package", "save the document without a password")
        header = self.source.read(part.extent.start, _LOCAL.size)
        if header[:4] != b"PK\x03\x04":
            raise Malformed(f"{part.name[:80]} does not begin where the directory says", part.extent.start)
        *_, name_length, extra_length = _LOCAL.unpack(header)
        begin = part.extent.start + _LOCAL.size + name_length + extra_length
        if begin + part.stored_bytes > part.extent.stop:
            raise Malformed(f"{part.name[:80]} runs into the next part", begin)
        if part.inflated_bytes > most or part.stored_bytes > most:
            raise OverLimit(f"{part.name[:80]} has {max(part.inflated_bytes, part.stored_bytes)} bytes, at most {most} are read", begin)
        raw = self.source.read(begin, part.stored_bytes)
        data = _inflated(raw, part, most) if part.method == _DEFLATED else raw
        if part.method not in (_STORED, _DEFLATED):
            raise Unsupported(f"{part.name[:80]} is compressed with method {part.method}, which is not read")
        if len(data) != part.inflated_bytes or zlib.crc32(data) != part.crc:
            raise Malformed(f"{part.name[:80]} is damaged: its length or CRC is not that of the directory", begin)
        return data

    def others(self, excluded: frozenset[str]) -> tuple[Range, ...]:
        """The bytes of all parts but those (names in lower case, a trailing ``/`` for a folder), neighbours joined."""
        ranges: list[Range] = []
        for part in self.parts:
            name = part.name.lower()
            if name in excluded or any(folder.endswith("/") and name.startswith(folder) for folder in excluded):
                continue
            if ranges and ranges[-1].stop == part.extent.start:
                ranges[-1] = Range(ranges[-1].start, part.extent.stop)
            else:
                ranges.append(part.extent)
        return tuple(ranges)

    def rewritten(self, changed: Mapping[str, bytes]) -> tuple[Kept | bytes, ...]:
        """The pieces of the package with these parts replaced where they stand, or added at the end. Raises ``Unsupported``, ``Malformed``."""
        names = [part.name.lower() for part in self.parts]
        if len(set(names)) != len(names):
            raise Malformed("two parts of the package have one name, and readers disagree which one holds")
        if self.disks:
            raise Unsupported("a package split over several disks is not written")
        first = self.parts[0].extent.start if self.parts else 0
        pieces: list[Kept | bytes] = [Kept(0, first)] if first else []
        at, records = first, []
        pending = {name.lower(): (name, data) for name, data in changed.items()}
        for part in self.parts:
            fresh = pending.pop(part.name.lower(), None)
            if fresh is None:
                _keep(pieces, part.extent)
                records.append(_moved(part.record, at - self.shift))
                at += part.extent.stop - part.extent.start
            else:
                local, central = _new_part(part.name, fresh[1], at - self.shift)
                pieces.append(local)
                records.append(central)
                at += len(local)
        for name, data in pending.values():
            local, central = _new_part(name, data, at - self.shift)
            pieces.append(local)
            records.append(central)
            at += len(local)
        directory = b"".join(records)
        pieces.append(directory + _end(len(records), len(directory), at - self.shift, self.comment) + self.behind)
        return tuple(pieces)


def _end_record(source: Source) -> tuple[int, bytes, int]:
    """The last bytes of the file, where they begin, and where in them the end record stands: the last whose comment ends the file,
    for a comment may hold anything; else the last of all."""
    for reach in (1024, _END.size + _FULL16):  # nearly all have no comment: look near before looking far
        tail = source.at_most(max(0, source.size - reach), min(source.size, reach))
        at = last = tail.rfind(b"PK\x05\x06")
        while at >= 0:
            if at + _END.size + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
                return source.size - len(tail), tail, at
            at = tail.rfind(b"PK\x05\x06", 0, at)
        if last >= 0 and last + _END.size <= len(tail):
            return source.size - len(tail), tail, last
    raise Malformed("there is no end of a zip directory")


def _zip64(source: Source, end_at: int, narrow: tuple[int, int, int, int]) -> tuple[int, int, int, int, int]:
    count, size, start, disk = narrow
    locator_at = end_at - _END64_LOCATOR.size
    if locator_at < 0 or source.read(locator_at, 4) != b"PK\x06\x07":
        if disk == _FULL16 or size == _FULL32 or start == _FULL32:
            raise Malformed("the zip64 end of the directory is missing", end_at)
        return count, size, start, end_at, disk  # 65,535 parts without zip64 are what the field says
    _, _, wide_at, _ = _END64_LOCATOR.unpack(source.read(locator_at, _END64_LOCATOR.size))
    # Bytes before the package shift this offset too; the record stands right before its locator unless it has an extensible field.
    for candidate in (wide_at, locator_at - _END64.size):
        if 0 <= candidate <= locator_at - _END64.size and source.read(candidate, 4) == b"PK\x06\x06":
            _, _, _, _, disk, _, _, count, size, start = _END64.unpack(source.read(candidate, _END64.size))
            return count, size, start, candidate, disk
    raise Malformed("the zip64 end of the directory is not where its locator says", locator_at)


def _records(directory: bytes, count: int, at: int) -> list[tuple[bytes, str, int]]:
    """Each record with its part's name and the offset of its local header."""
    found, cursor = [], 0
    for _ in range(count):
        if directory[cursor : cursor + 4] != b"PK\x01\x02" or cursor + _CENTRAL.size > len(directory):
            raise Malformed("the zip directory has fewer parts than its end says", at + cursor)
        fields = _CENTRAL.unpack_from(directory, cursor)
        name_length, extra_length, comment_length = fields[10:13]
        stop = cursor + _CENTRAL.size + name_length + extra_length + comment_length
        if stop > len(directory):
            raise Malformed("the zip directory ends in the middle of a part", at + cursor)
        raw = directory[cursor + _CENTRAL.size : cursor + _CENTRAL.size + name_length]
        name = raw.decode("utf-8", "replace") if fields[3] & _UTF8_NAME or raw.isascii() else raw.decode("cp437")
        found.append((directory[cursor:stop], name.replace("\\", "/"), _wide(directory[cursor:stop])[2]))
        cursor = stop
    return found


def _parts(records: list[tuple[bytes, str, int]], shift: int, directory_at: int) -> tuple[Part, ...]:
    ordered = sorted(records, key=lambda record: record[2])
    stops = [*(record[2] + shift for record in ordered), directory_at][1:]
    parts = []
    for (record, name, offset), stop in zip(ordered, stops, strict=True):
        fields = _CENTRAL.unpack_from(record)
        inflated, stored, _ = _wide(record)
        start = offset + shift
        if start + _LOCAL.size > stop:
            raise Malformed(f"{name[:80]} overlaps another part or the directory", start)
        parts.append(Part(name, fields[4], fields[3], fields[7], stored, inflated, Range(start, stop), record))
    return tuple(parts)


def _wide(record: bytes) -> tuple[int, int, int]:
    """Inflated and stored length and offset of a central record, from its zip64 extra field where the narrow ones are full (4.5.3)."""
    fields = _CENTRAL.unpack_from(record)
    values = [fields[9], fields[8], fields[16]]
    if _FULL32 in values:
        place = _zip64_field(record)
        if place is not None:
            cursor, stop = place
            for index, value in enumerate(values):
                if value == _FULL32 and cursor + 8 <= stop:
                    values[index] = int.from_bytes(record[cursor : cursor + 8], "little")
                    cursor += 8
    return values[0], values[1], values[2]


def _zip64_field(record: bytes) -> tuple[int, int] | None:
    fields = _CENTRAL.unpack_from(record)
    cursor = _CENTRAL.size + fields[10]
    end = cursor + fields[11]
    while cursor + 4 <= end:
        kind, length = struct.unpack_from("<2H", record, cursor)
        if kind == 1:
            return cursor + 4, min(cursor + 4 + length, end)
        cursor += 4 + length
    return None


def _moved(record: bytes, offset: int) -> bytes:
    """A central record with another offset of its local header."""
    fields = _CENTRAL.unpack_from(record)
    if fields[16] != _FULL32:
        if offset >= _FULL32:
            raise Unsupported("the package grows over 4 GB at a part whose record has no room for it")
        return record[:42] + struct.pack("<L", offset) + record[46:]
    place = _zip64_field(record)
    if place is None:
        raise Malformed("a part beyond 4 GB has no zip64 field")
    at = place[0] + 8 * [fields[9], fields[8]].count(_FULL32)
    return record[:at] + struct.pack("<Q", offset) + record[at + 8 :]


def _new_part(name: str, data: bytes, offset: int) -> tuple[bytes, bytes]:
    """Local header with data, and central record, of a new part."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    raw = name.encode("utf-8")
    flags = 0 if raw.isascii() else _UTF8_NAME
    common = (20, flags, _DEFLATED, *_1980, zlib.crc32(data), len(packed), len(data), len(raw), 0)
    local = _LOCAL.pack(b"PK\x03\x04", *common) + raw + packed
    if offset < _FULL32:
        return local, _CENTRAL.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, offset) + raw
    far = struct.pack("<2HQ", 1, 8, offset)  # only what the record has no room for stands in the zip64 field (4.5.3)
    return local, _CENTRAL.pack(b"PK\x01\x02", 45, *common[:-1], len(far), 0, 0, 0, 0, _FULL32) + raw + far


def _end(count: int, size: int, start: int, comment: bytes) -> bytes:
    wide = b""
    if count >= _FULL16 or size >= _FULL32 or start >= _FULL32:
        wide = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, start)
        wide += _END64_LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
    narrow = (min(count, _FULL16), min(count, _FULL16), min(size, _FULL32), min(start, _FULL32), len(comment))
    return wide + _END.pack(b"PK\x05\x06", 0, 0, *narrow) + comment


def _keep(pieces: list[Kept | bytes], extent: Range) -> None:
    last = pieces[-1] if pieces else None
    if isinstance(last, Kept) and last.stop == extent.start:
        pieces[-1] = Kept(last.start, extent.stop)
    else:
        pieces.append(Kept(*extent))


def _inflated(raw: bytes, part: Part, most: int) -> bytes:
    if part.inflated_bytes > 1 << 16 and part.inflated_bytes > MOST_RATIO * max(1, len(raw)):
        raise OverLimit(f"{part.name[:80]} inflates more than {MOST_RATIO} to one", part.extent.start)
    inflater = zlib.decompressobj(-15)
    try:
        data = inflater.decompress(raw, min(most, part.inflated_bytes + 1))
    except zlib.error as problem:
        raise Malformed(f"{part.name[:80]} does not inflate: {problem}", part.extent.start) from None
    if inflater.unconsumed_tail and len(data) > part.inflated_bytes:
        raise OverLimit(f"{part.name[:80]} inflates to more than the directory says", part.extent.start)
    return data
