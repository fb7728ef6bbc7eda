"""PNG and APNG: the label in an ``iTXt`` chunk ``XML:com.adobe.xmp`` before the picture data.

Follows the PNG specification, third edition (W3C, 2025): 5 (chunks and their CRC), 11.3.3 (tEXt, zTXt, iTXt), 11.3.4.5 (eXIf);
ISO 16684-3, 1.1.5 (the XMP keyword) and TC260-PG-20259A. Also read: text chunks of every kind and at every place, EXIF, the
``Raw profile type`` texts of ImageMagick, unknown chunks that speak of a label, and what follows IEND. Picture data is
never read, and no CRC is checked but written right; colour correction belongs to the media, physical size does not.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass, replace
from typing import NamedTuple

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.opaque import (
    LARGEST_OPAQUE,
    bytes_without_labels,
    opaque_entries,
    text_without_labels,
    trailing,
    trailing_edits,
)
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.exif import exif_reading, exif_without_label
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, with_label, without_label

__all__ = ["PNG"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"  # PNG 5.2
_XMP_KEYWORD = "XML:com.adobe.xmp"
_LONGEST_CHUNK = (1 << 31) - 1  # PNG 5.3
_MOST_CHUNKS = 131_072  # own choice: 1 GiB in chunks of 8 KiB, as libpng writes them
_MOST_TEXT = 8 << 20  # own choice: stored and inflated text of one file together; bombs end here
_DECIDES_PIXELS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT")
)
_TEXTS = frozenset((b"tEXt", b"zTXt", b"iTXt"))
_SAYS_NOTHING = frozenset((b"IEND", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"tIME", b"caBX"))
_RAW_PROFILE = re.compile(r"\s*(\w+)\s+(\d+)\s+([0-9a-fA-F\s]*)")  # ImageMagick: name, length, bytes in hex


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    length: int

    @property
    def body(self) -> int:
        return self.start + 8

    @property
    def stop(self) -> int:
        return self.start + 12 + self.length


@dataclass(frozen=True, slots=True)
class _Text:
    """A text chunk. ``head``: what stands between keyword and text in an iTXt (language, translated keyword)."""

    keyword: str
    text: str
    head: bytes
    is_packed: bool


@dataclass(slots=True)
class _Walk:
    """The chunks of a file that are not picture data, the ranges of those that decide the pixels, and where the format ends."""

    chunks: list[_Chunk]
    media: list[Range]
    first_data: int = -1
    stop: int = 0
    problem: LabelError | None = None


class _Png:
    name = "png"
    media_types = ("image/png", "image/apng")
    suffixes = (".png", ".apng")

    def accepts(self, head: bytes, name: str) -> bool:
        return head.startswith(_SIGNATURE)

    def read(self, source: Source) -> Reading:
        walk = _walked(source)
        entries: list[Entry] = []
        gaps: list[Gap] = []
        budget = _MOST_TEXT
        facts: dict[str, str] = {}
        for chunk in walk.chunks:
            if chunk.kind == b"caBX":
                facts.setdefault("c2pa", str(chunk.body))
            elif chunk.kind == b"acTL":
                facts["layout"] = "animated"
            if len(entries) + len(gaps) >= MOST_ENTRIES:
                gaps.append(Gap(f"more than {MOST_ENTRIES} texts", chunk.start))
                break
            try:
                found, missed, used = _entries(source, chunk, min(budget, MOST_VALUE_BYTES))
            except LabelError as problem:
                gaps.append(Gap(f"{chunk.kind.decode()}: {problem.message}", chunk.start))
                budget //= 2  # it may have been inflated for nothing
                continue
            budget -= used
            entries += found
            gaps += missed
        if walk.problem:
            gaps.append(Gap(walk.problem.message, walk.stop))
        else:
            if walk.first_data < 0:
                gaps.append(without_media("picture data (IDAT)", walk.stop))
            found, missed = trailing(source, walk.stop, "png.trailer")
            entries += found
            gaps += missed
        facts |= _size(source, walk)
        return Reading(self.name, tuple(entries), tuple(walk.media), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        walk = _walked(source)
        if walk.problem:
            raise walk.problem
        if not walk.chunks or walk.chunks[0].kind != b"IHDR" or walk.chunks[0].length != 13:
            raise Malformed("the first chunk of a PNG is an IHDR of 13 bytes", 8)
        if walk.first_data < 0:
            raise Malformed("a PNG without an IDAT chunk has no picture", walk.stop)
        packets = [chunk for chunk in walk.chunks if _is_packet(source, chunk)]
        base = packets[0] if packets else None
        edits: list[Edit] = []
        budget = _MOST_TEXT
        for chunk in walk.chunks:
            found, _, used = _entries(source, chunk, min(budget, MOST_VALUE_BYTES))
            budget -= used
            if chunk is not base and any(is_label(entry) for entry in found):
                edits.append(Edit(chunk.start, chunk.stop, _without_label(source, chunk)))
        packet = with_label(_text(source, base, MOST_VALUE_BYTES).text.encode() if base else None, value)
        labelled = _chunk(b"iTXt", _XMP_KEYWORD.encode() + b"\0\0\0\0\0" + packet)
        if base is not None and base.start < walk.first_data:
            edits.append(Edit(base.start, base.stop, labelled))
        else:
            if base is not None:
                edits.append(Edit(base.start, base.stop, b""))
            edits.append(Edit(walk.chunks[0].stop, walk.chunks[0].stop, labelled))
        edits += trailing_edits(source, walk.stop)
        return planned(edits, source.size)


def _walked(source: Source) -> _Walk:
    """The chunks up to IEND. Raises ``Malformed`` where not even the first can be walked, and ``OverLimit`` for too many."""
    if source.at_most(0, 8) != _SIGNATURE:
        raise Malformed("a PNG begins with its signature", 0)
    walk = _Walk([], [])
    at, count, size = 8, 0, source.size
    while True:
        if at + 12 > size:
            walk.problem = Malformed("the file ends without an IEND chunk", at)
            break
        length, kind = struct.unpack(">I4s", source.read(at, 8, ahead=False))
        if length > _LONGEST_CHUNK or not kind.isalpha():
            walk.problem = Malformed("no chunk begins here", at)
            break
        stop = at + 12 + length
        if stop > size:
            walk.problem = Malformed(f"the file ends inside a chunk {kind.decode()} of {length} bytes", at)
            break
        count += 1
        if count > _MOST_CHUNKS:
            raise OverLimit(f"more than {_MOST_CHUNKS} chunks", at)
        if kind in _DECIDES_PIXELS:
            if walk.media and walk.media[-1].stop == at:
                walk.media[-1] = Range(walk.media[-1].start, stop)
            else:
                walk.media.append(Range(at, stop))
        if kind == b"IDAT":
            walk.first_data = at if walk.first_data < 0 else walk.first_data
        elif kind not in {b"fdAT", b"fcTL"}:
            walk.chunks.append(_Chunk(kind, at, length))
        at = stop
        if kind == b"IEND":
            break
    walk.stop = at
    if walk.problem and count == 0:
        raise walk.problem
    return walk


def _entries(source: Source, chunk: _Chunk, budget: int) -> tuple[list[Entry], list[Gap], int]:
    """Entries and gaps of one chunk, and the bytes that reading it cost. Raises ``LabelError`` for a broken one."""
    if chunk.kind in _DECIDES_PIXELS or chunk.kind in _SAYS_NOTHING:
        return [], [], 0
    if chunk.kind in _TEXTS:
        text = _text(source, chunk, budget)
        used = chunk.length + (len(text.text) if text.is_packed else 0)
        found, gaps = _text_entries(chunk, text)
        return found, gaps, used
    if chunk.kind == b"eXIf":
        if chunk.length > budget:
            raise OverLimit(f"{chunk.length} bytes of EXIF", chunk.start)
        found, gaps = exif_reading(source.read(chunk.body, chunk.length), chunk.body, "png.eXIf")
        return found, gaps, chunk.length
    if chunk.length > min(budget, LARGEST_OPAQUE):
        return [], [Gap(f"{chunk.length} bytes in a chunk {chunk.kind.decode()} of unknown meaning", chunk.start)], 0
    return opaque_entries(source.read(chunk.body, chunk.length), chunk.body, f"png.{chunk.kind.decode()}"), [], chunk.length


def _text_entries(chunk: _Chunk, text: _Text) -> tuple[list[Entry], list[Gap]]:
    place = f"png.{chunk.kind.decode()}"
    profile = _profile(text)
    if profile is not None and profile[0] in {"exif", "APP1"} and profile[1].startswith(b"Exif\0\0"):
        found, gaps = exif_reading(profile[1][6:], chunk.start, f"{place}.exif")
        # Offsets inside a text in hex are no offsets in the file: the chunk is the carrier.
        return [replace(entry, offset=chunk.start, length=chunk.stop - chunk.start) for entry in found], gaps
    is_xmp = profile is not None and profile[0] == "xmp"
    value = packet_text(profile[1], strict=False) if profile is not None and is_xmp else text.text
    is_packet = chunk.kind == b"iTXt" and text.keyword == _XMP_KEYWORD
    kind = "xmp" if is_xmp or text.keyword == _XMP_KEYWORD else "text"
    size = chunk.stop - chunk.start
    if kind == "xmp":
        return [Entry(place, text.keyword, value, chunk.start, size, "xmp", standard=is_packet and not text.is_packed)], []
    return [Entry(place, text.keyword, value, chunk.start, size)], []


def _is_packet(source: Source, chunk: _Chunk) -> bool:
    wanted = _XMP_KEYWORD.encode() + b"\0"
    return chunk.kind == b"iTXt" and source.read(chunk.body, min(chunk.length, len(wanted))) == wanted


def _without_label(source: Source, chunk: _Chunk) -> bytes:
    """The chunk anew without the label in it; empty where nothing else is in it."""
    if chunk.kind == b"eXIf":
        return _chunk(chunk.kind, exif_without_label(source.read(chunk.body, chunk.length)))
    if chunk.kind not in _TEXTS:
        return _chunk(chunk.kind, bytes_without_labels(source.read(chunk.body, chunk.length)))
    text = _text(source, chunk, MOST_VALUE_BYTES)
    profile = _profile(text)
    if profile is not None:
        name, data = profile
        rest = (without_label(data) or b"") if name == "xmp" else data[:6] + exif_without_label(data[6:])
        return _written(chunk.kind, replace(text, text=f"\n{name}\n{len(rest):8}\n{rest.hex()}\n")) if rest else b""
    if text.keyword == _XMP_KEYWORD:
        left = without_label(text.text.encode())
        return _written(chunk.kind, replace(text, text=left.decode())) if left else b""
    if "aigc" in text.keyword.lower():
        return b""
    left_text = text_without_labels(text.text)
    return _written(chunk.kind, replace(text, text=left_text)) if left_text else b""


def _text(source: Source, chunk: _Chunk, budget: int) -> _Text:
    """The text of a tEXt, zTXt or iTXt chunk. Raises ``Malformed`` and, over ``budget`` bytes, ``OverLimit``."""
    if chunk.length > budget:
        raise OverLimit(f"{chunk.length} bytes of text", chunk.start)
    keyword, zero, rest = source.read(chunk.body, chunk.length).partition(b"\0")
    if not zero:
        raise Malformed("a text chunk without a keyword", chunk.start)
    name = keyword.decode("latin-1")
    if chunk.kind == b"tEXt":
        return _Text(name, _decoded(rest), b"", False)
    if chunk.kind == b"zTXt":
        return _Text(name, _decoded(_inflated(rest[1:], budget, chunk.start)), b"", True)
    language, zero, after = rest[2:].partition(b"\0")
    translated, second_zero, body = after.partition(b"\0")
    if len(rest) < 2 or not zero or not second_zero:
        raise Malformed("an iTXt chunk that ends inside its head", chunk.start)
    is_packed = rest[0] == 1
    data = _inflated(body, budget, chunk.start) if is_packed else body
    text = packet_text(data, strict=False) if name == _XMP_KEYWORD else data.decode("utf-8", "replace")
    return _Text(name, text, language + b"\0" + translated + b"\0", is_packed)


def _written(kind: bytes, text: _Text) -> bytes:
    keyword = text.keyword.encode("latin-1") + b"\0"
    if kind == b"iTXt":
        data = text.text.encode()
        return _chunk(kind, keyword + bytes((text.is_packed, 0)) + text.head + (zlib.compress(data) if text.is_packed else data))
    try:
        data = text.text.encode("latin-1")
    except UnicodeEncodeError:  # it was UTF-8 against the specification, and stays so
        data = text.text.encode()
    return _chunk(kind, keyword + (b"\0" + zlib.compress(data) if kind == b"zTXt" else data))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _inflated(data: bytes, budget: int, offset: int) -> bytes:
    try:
        text = zlib.decompressobj().decompress(data, budget + 1)
    except zlib.error as error:
        raise Malformed(f"compressed text cannot be inflated: {error}", offset) from error
    if len(text) > budget:
        raise OverLimit(f"compressed text inflates to more than {budget} bytes", offset)
    return text


def _profile(text: _Text) -> tuple[str, bytes] | None:
    """Name and bytes of an ImageMagick profile; None for any other text."""
    prefix, _, name = text.keyword.partition("Raw profile type ")
    if prefix or not name:
        return None
    found = _RAW_PROFILE.match(text.text)
    if found is None or name not in {"xmp", "exif", "APP1"}:
        return None
    try:
        data = bytes.fromhex("".join(found[3].split()))
    except ValueError:
        return None
    if name == "APP1" and data.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
        return None
    return name, data


def _decoded(data: bytes) -> str:
    """Latin-1 by the specification; UTF-8 where it is UTF-8, as many writers have it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _size(source: Source, walk: _Walk) -> dict[str, str]:
    if not walk.chunks or walk.chunks[0].kind != b"IHDR" or walk.chunks[0].length < 8:
        return {}
    width, height = struct.unpack(">II", source.read(walk.chunks[0].body, 8))
    return {"width": str(width), "height": str(height)}


PNG: Container = _Png()
