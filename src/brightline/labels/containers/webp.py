"""WebP: the label in the RIFF chunk ``XMP ``, announced in ``VP8X``.

Follows RFC 9649 (WebP): 2.3 (RIFF header), 2.6 (simple files), 2.7 (VP8X, its flags and the order of chunks) and TC260-PG-20259A.
A simple file has no VP8X: it is made from the width, height and alpha bit of the picture's own header. Also read: EXIF, chunks
of unknown meaning that speak of a label, what follows the RIFF. The picture is never decoded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.opaque import LARGEST_OPAQUE, bytes_without_labels, opaque_entries, trailing, trailing_edits
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.riff import Chunk, chunk_bytes, chunks
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated
from brightline.labels.exif import exif_reading, exif_without_label
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, with_label, without_label

__all__ = ["WEBP"]

_ALPHA, _XMP, _ANIMATION = 0x10, 0x04, 0x02  # RFC 9649, 2.7: flags of VP8X
_DECIDES_PIXELS = frozenset((b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_MOST_METADATA = 8 << 20  # own choice: bytes of metadata chunks read of one file


@dataclass(slots=True)
class _Walk:
    chunks: list[Chunk] = field(default_factory=list)
    stop: int = 0
    problem: LabelError | None = None

    def first(self, name: bytes) -> Chunk | None:
        return next((chunk for chunk in self.chunks if chunk.name == name), None)


class _WebP:
    name = "webp"
    media_types = ("image/webp",)
    suffixes = (".webp",)

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"

    def read(self, source: Source) -> Reading:
        walk = _walked(source)
        entries: list[Entry] = []
        gaps: list[Gap] = []
        budget = _MOST_METADATA
        for chunk in walk.chunks:
            seen, missed, used = _entries(source, chunk, budget)
            budget -= used
            entries += seen
            gaps += missed
        if walk.problem:
            gaps.append(Gap(walk.problem.message, walk.stop))
        else:
            if not _has_picture(walk):
                gaps.append(without_media("picture (VP8, VP8L or ANMF)", walk.stop))
            seen, missed = trailing(source, walk.stop, "webp.trailer")
            entries += seen
            gaps += missed
        facts = _size(source, walk)
        if manifest := walk.first(b"C2PA"):
            facts["c2pa"] = str(manifest.start)
        if walk.first(b"ANIM"):
            facts["layout"] = "animated"
        return Reading(self.name, tuple(entries), _media(walk), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        walk = _walked(source)
        if walk.problem:
            raise walk.problem
        if not _has_picture(walk):
            raise Malformed("a WebP file without a picture", 12)
        base = walk.first(b"XMP ")
        edits: list[Edit] = []
        budget = _MOST_METADATA
        for chunk in walk.chunks:
            if chunk is base:
                continue
            seen, gaps, used = _entries(source, chunk, budget)
            budget -= used
            if gaps and chunk.name in {b"XMP ", b"EXIF"}:
                raise Malformed(gaps[0].reason, gaps[0].offset)
            if any(is_label(entry) for entry in seen):
                edits.append(Edit(chunk.offset, chunk.end, _without_label(source, chunk)))
        if base is not None and base.stop - base.start > MOST_VALUE_BYTES:
            raise OverLimit(f"an XMP chunk of {base.stop - base.start} bytes", base.offset)
        packet = with_label(source.read(base.start, base.stop - base.start) if base else None, value)
        if base is not None:
            edits.append(Edit(base.offset, base.end, chunk_bytes(b"XMP ", packet)))
        else:
            padding = b"\0" * (walk.stop & 1)  # the last chunk was odd and went without its padding byte
            edits.append(Edit(walk.stop, walk.stop, padding + chunk_bytes(b"XMP ", packet)))
        edits.append(_announced(source, walk))
        edits += trailing_edits(source, walk.stop)
        size = walk.stop - 8 + sum(len(edit.data) - (edit.stop - edit.start) for edit in edits if edit.start <= walk.stop)
        if size >= 1 << 32:
            raise OverLimit(f"a RIFF of {size} bytes", 4)
        return planned([Edit(4, 8, struct.pack("<I", size)), *edits], source.size)


def _walked(source: Source) -> _Walk:
    """The chunks of the file. Raises ``Malformed`` where no WebP begins."""
    head = source.at_most(0, 12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise Malformed("a WebP file begins with RIFF and WEBP", 0)
    size = struct.unpack("<I", head[4:8])[0]
    walk = _Walk(stop=min(8 + size, source.size))
    try:
        for chunk in chunks(source, 12, walk.stop):
            walk.chunks.append(chunk)
        if 8 + size > source.size:
            raise Truncated(8, size, source.size)
    except OverLimit:
        raise
    except LabelError as problem:
        walk.problem = problem
        return walk
    if not walk.chunks:
        walk.problem = Malformed("a WebP file without chunks", 12)
    elif walk.chunks[-1].end != walk.stop:  # bytes behind the last chunk that are too few to be one
        walk.problem = Malformed("the last chunk does not end where the RIFF ends", walk.chunks[-1].end)
    return walk


def _has_picture(walk: _Walk) -> bool:
    return any(chunk.name in {b"VP8 ", b"VP8L", b"ANMF"} for chunk in walk.chunks)


def _media(walk: _Walk) -> tuple[Range, ...]:
    """The picture's chunks; of VP8X, which a simple file does not have, the canvas of an animation."""
    ranges = [Range(chunk.offset, chunk.end) for chunk in walk.chunks if chunk.name in _DECIDES_PIXELS]
    extended = walk.first(b"VP8X")
    if extended is not None and walk.first(b"ANIM") and extended.stop - extended.start >= 10:
        ranges.append(Range(extended.start + 4, extended.start + 10))
    return tuple(sorted(ranges))


def _entries(source: Source, chunk: Chunk, budget: int) -> tuple[list[Entry], list[Gap], int]:
    length = chunk.stop - chunk.start
    if chunk.name in _DECIDES_PIXELS or chunk.name in {b"VP8X", b"C2PA"}:
        return [], [], 0
    named = chunk.name in {b"XMP ", b"EXIF"}
    name = chunk.name.decode("latin-1").strip()
    if length > min(budget, MOST_VALUE_BYTES if named else LARGEST_OPAQUE):
        return [], [Gap(f"{length} bytes in a chunk {name}", chunk.offset)], 0
    data = source.read(chunk.start, length)
    if chunk.name == b"XMP ":
        size = chunk.end - chunk.offset
        return [Entry("webp.XMP", "XMP", packet_text(data, strict=False), chunk.offset, size, "xmp", standard=True)], [], length
    if chunk.name == b"EXIF":
        head = _exif_head(data)
        entries, gaps = exif_reading(data[head:], chunk.start + head, "webp.EXIF")
        return entries, gaps, length
    return opaque_entries(data, chunk.start, f"webp.{name}"), [], length


def _without_label(source: Source, chunk: Chunk) -> bytes:
    """The chunk anew without the label in it; empty where nothing else is in it."""
    data = source.read(chunk.start, chunk.stop - chunk.start)
    if chunk.name == b"XMP ":
        rest = without_label(data)
        return chunk_bytes(chunk.name, rest) if rest else b""
    if chunk.name == b"EXIF":
        head = _exif_head(data)
        return chunk_bytes(chunk.name, data[:head] + exif_without_label(data[head:]))
    return chunk_bytes(chunk.name, bytes_without_labels(data))


def _exif_head(data: bytes) -> int:
    """Bytes before the TIFF head: RFC 9649 has none, some writers copy JPEG's six."""
    return 6 if data.startswith(b"Exif\0\0") else 0


def _announced(source: Source, walk: _Walk) -> Edit:
    """VP8X with the XMP flag set; a new one where there is none. Raises ``Malformed`` for a picture header that is none."""
    extended = walk.first(b"VP8X")
    if extended is not None:
        if extended is not walk.chunks[0] or extended.stop - extended.start < 10:
            raise Malformed("VP8X is not the first chunk, or too short", extended.offset)
        return Edit(extended.start, extended.start + 1, bytes([source.read(extended.start, 1)[0] | _XMP]))
    width, height, has_alpha = _dimensions(source, walk.chunks[0])
    flags = _XMP | (_ALPHA if has_alpha else 0)
    sizes = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return Edit(12, 12, chunk_bytes(b"VP8X", bytes((flags, 0, 0, 0)) + sizes))


def _dimensions(source: Source, chunk: Chunk) -> tuple[int, int, bool]:
    """(width, height, has alpha) of a simple file's picture. Raises ``Malformed``."""
    head = source.at_most(chunk.start, min(10, chunk.stop - chunk.start))
    if chunk.name == b"VP8 " and len(head) == 10 and head[3:6] == b"\x9d\x01\x2a":  # RFC 6386, 9.1
        width, height = struct.unpack("<HH", head[6:10])
        if not (width & 0x3FFF and height & 0x3FFF):
            raise Malformed("a VP8 picture without width or height", chunk.offset)
        return width & 0x3FFF, height & 0x3FFF, False
    if chunk.name == b"VP8L" and len(head) >= 5 and head[0] == 0x2F:  # RFC 9649, 3.4
        bits = struct.unpack("<I", head[1:5])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    raise Malformed("the picture's header is none of VP8 or VP8L", chunk.offset)


def _size(source: Source, walk: _Walk) -> dict[str, str]:
    extended = walk.first(b"VP8X")
    try:
        if extended is not None and extended.stop - extended.start >= 10:
            sizes = source.read(extended.start + 4, 6)
            width, height = int.from_bytes(sizes[:3], "little") + 1, int.from_bytes(sizes[3:], "little") + 1
        elif walk.chunks:
            width, height, _ = _dimensions(source, walk.chunks[0])
        else:
            return {}
    except LabelError:
        return {}
    return {"width": str(width), "height": str(height)}


WEBP: Container = _WebP()
