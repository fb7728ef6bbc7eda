"""JPEG: the label in the APP1 segment of XMP, merged into the packet that is there.

Follows ITU-T T.81, Annex B (markers), ISO 16684-3, 1.1.3 (XMP in APP1), CIPA DC-008, 4.7 (EXIF in APP1), CIPA DC-007 (MPF) and
TC260-PG-20259A. Also read: extended XMP, EXIF, comments, every other APP segment that speaks of a label, the other pictures of
an MPF file, and what follows the picture. Media are the tables, the frame, the scans, Adobe's APP14 and the colour profile;
JFIF's and EXIF's density and orientation are not. Nothing is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.jpeg_segments import COM, Segment, Segments, walked
from brightline.labels.containers.jpeg_xmp import (
    EXTENSION_HEADER,
    XMP_HEADER,
    Extension,
    extension_segments,
    extensions,
    labelled_segments,
    renamed,
    segment,
)
from brightline.labels.containers.mpf import MPF, PictureIndex, picture_index
from brightline.labels.containers.opaque import bytes_without_labels, opaque_entries, text_without_labels, trailing, trailing_edits
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Plan, Range, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.exif import exif_reading, exif_without_label
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, without_label

__all__ = ["JPEG"]

_EXIF = b"Exif\0"  # DC-008, 4.7.2: Exif, then a zero byte and one of any value
_LONGEST_PREFIX = 40
_MOST_METADATA = 8 << 20  # own choice: bytes of APP segments read of one file
_PICTURE_HEAD = 64 << 10  # own choice: where the other pictures of a file have their metadata


_Kind = Literal["packet", "extended", "exif", "index", "manifest", "other"]


@dataclass(slots=True)
class _Found:
    """What the segments are."""

    kinds: dict[Segment, _Kind] = field(default_factory=dict)
    insert_at: int = 2

    def of(self, kind: _Kind) -> list[Segment]:
        return [part for part, its in self.kinds.items() if its == kind]


class _Jpeg:
    name = "jpeg"
    media_types = ("image/jpeg",)
    suffixes = (".jpg", ".jpeg", ".jpe", ".jfif")

    def accepts(self, head: bytes, name: str) -> bool:
        return head.startswith(b"\xff\xd8\xff")

    def read(self, source: Source) -> Reading:
        segments = walked(source)
        found = _sorted_out(source, segments)
        parts, gaps = extensions(source, found.of("extended"))
        entries: list[Entry] = []
        budget = _MOST_METADATA
        for part in segments.others:
            if len(entries) >= MOST_ENTRIES or budget < 0:
                gaps.append(Gap("more metadata than is read of one picture", part.start))
                break
            budget -= part.stop - part.body
            seen, missed = _entries(source, part, found)
            entries += seen
            gaps += missed
        for extension in parts:
            first = extension.segments[0]
            text = packet_text(extension.packet, strict=False)
            entries.append(Entry("jpeg.APP1.extendedXMP", "XMP", text, first.start, first.stop - first.start, "xmp"))
        seen, missed = _behind(source, segments, found)
        facts = {"width": str(segments.width), "height": str(segments.height)} if segments.has_frame else {}
        if manifests := found.of("manifest"):
            facts["c2pa"] = str(manifests[0].body)
        return Reading(self.name, (*entries, *seen), tuple(segments.media), (*gaps, *missed), facts)

    def plan(self, source: Source, value: str) -> Plan:
        segments = walked(source)
        if segments.problem:
            raise segments.problem
        if not segments.has_frame:
            raise Malformed("a JPEG without a frame header", segments.first_scan)
        found = _sorted_out(source, segments)
        parts, gaps = extensions(source, found.of("extended"))
        if gaps:
            raise Malformed(gaps[0].reason, gaps[0].offset)
        if sum(part.stop - part.body for part in segments.others) > _MOST_METADATA:
            raise OverLimit(f"more than {_MOST_METADATA} bytes of metadata")
        edits = _packet_edits(source, found, parts, value)
        for part in segments.others:
            if found.kinds[part] in {"packet", "extended"}:
                continue
            seen, _ = _entries(source, part, found)
            if any(is_label(entry) for entry in seen):
                edits.append(Edit(part.start, part.stop, _without_label(source, part, found)))
        indices = [index for part in found.of("index") if (index := picture_index(source, part.body, part.stop))]
        edits += _behind_edits(source, segments, indices)
        edits += _index_edits(source, indices, edits)
        return planned(edits, source.size)


def _sorted_out(source: Source, segments: Segments) -> _Found:
    found = _Found()
    for part in segments.others:
        prefix = source.read(part.body, min(_LONGEST_PREFIX, part.stop - part.body))
        kind = _kind(part.marker, prefix)
        found.kinds[part] = kind
        is_at_head = part.start == found.insert_at and (part.marker == 0xE0 or kind == "exif")
        found.insert_at = part.stop if is_at_head else found.insert_at
    return found


def _kind(marker: int, prefix: bytes) -> _Kind:
    if marker == 0xE1 and prefix.startswith(XMP_HEADER):
        return "packet"
    if marker == 0xE1 and prefix.startswith(EXTENSION_HEADER):
        return "extended"
    if marker == 0xE1 and prefix.startswith(_EXIF):
        return "exif"
    if marker == 0xE2 and prefix.startswith(MPF):
        return "index"
    return "manifest" if marker == 0xEB and prefix.startswith(b"JP") and b"jumb" in prefix else "other"


def _entries(source: Source, part: Segment, found: _Found) -> tuple[list[Entry], list[Gap]]:
    """Entries and gaps of one segment; extended XMP, which is put together first, has none of its own."""
    size = part.stop - part.start
    kind = found.kinds[part]
    if kind in {"extended", "index", "manifest"}:
        return [], []
    body = source.read(part.body, part.stop - part.body)
    if kind == "packet":
        text = packet_text(body[len(XMP_HEADER) :], strict=False)
        return [Entry("jpeg.APP1.XMP", "XMP", text, part.start, size, "xmp", standard=True)], []
    if kind == "exif":
        return exif_reading(body[6:], part.body + 6, "jpeg.APP1.exif")
    if part.marker == COM:
        return [Entry("jpeg.COM", "COM", _decoded(body), part.start, size)], []
    place = f"jpeg.APP{part.marker - 0xE0}"
    if body[:4].upper() == b"AIGC":
        return [Entry(place, "AIGC", _decoded(body[4:].lstrip(b"\0 :=\r\n")), part.start, size)], []
    return [replace(entry, offset=part.start, length=size) for entry in opaque_entries(body, part.body, place)], []


def _without_label(source: Source, part: Segment, found: _Found) -> bytes:
    """The segment anew without the label in it; empty where nothing else is in it."""
    body = source.read(part.body, part.stop - part.body)
    if found.kinds[part] == "exif":
        return segment(part.marker, body[:6] + exif_without_label(body[6:]))
    if part.marker == COM:
        left = text_without_labels(_decoded(body))
        return segment(part.marker, left.encode()) if left else b""
    if body[:4].upper() == b"AIGC":
        return b""
    left_bytes = bytes_without_labels(body)
    return segment(part.marker, left_bytes) if left_bytes.strip(b" \0") else b""


def _packet_edits(source: Source, found: _Found, parts: list[Extension], value: str) -> list[Edit]:
    """The main packet with the label, and every other packet, extended ones as well, without one."""
    edits: list[Edit] = []
    main: bytes | None = None
    packets = found.of("packet")
    if packets:
        first = packets[0]
        main = source.read(first.body + len(XMP_HEADER), first.stop - first.body - len(XMP_HEADER))
    for part in packets[1:]:
        packet = source.read(part.body + len(XMP_HEADER), part.stop - part.body - len(XMP_HEADER))
        rest = without_label(packet)
        if rest != packet:
            edits.append(Edit(part.start, part.stop, segment(part.marker, XMP_HEADER + rest) if rest else b""))
    extended = list(parts)
    for extension in parts:
        rest = without_label(extension.packet)
        if rest == extension.packet:
            continue
        new_name, anew = extension_segments(rest) if rest else (None, b"")
        main = renamed(main, extension.name, new_name) if main is not None else None
        if rest is None:
            extended.remove(extension)
        for number, part in enumerate(extension.segments):
            edits.append(Edit(part.start, part.stop, b"" if number else anew))
    anew = labelled_segments(main, value, is_extended=bool(extended))
    if packets:
        edits.append(Edit(packets[0].start, packets[0].stop, anew))
    else:
        edits.append(Edit(found.insert_at, found.insert_at, anew))
    return edits


# Behind the picture


def _behind(source: Source, segments: Segments, found: _Found) -> tuple[list[Entry], list[Gap]]:
    if segments.problem:
        return [], [Gap(segments.problem.message, segments.stop)]
    entries: list[Entry] = []
    gaps: list[Gap] = []
    end = segments.stop
    for part in found.of("index"):
        try:
            index = picture_index(source, part.body, part.stop)
        except LabelError as problem:
            gaps.append(Gap(f"MPF: {problem.message}", part.start))
            continue
        if index is None:
            continue
        for number, head in enumerate(_heads(index, segments)):
            entries += opaque_entries(source.read(head.start, head.stop - head.start), head.start, f"jpeg.MPF.{number + 2}")
        end = max(end, *(stop for _, stop in index.pictures))
    found_behind, missed = trailing(source, end, "jpeg.trailer")
    return entries + found_behind, gaps + missed


def _heads(index: PictureIndex, segments: Segments) -> list[Range]:
    """The first bytes of the pictures behind the first one."""
    return [Range(start, min(stop, start + _PICTURE_HEAD)) for start, stop in index.pictures[1:] if start >= segments.stop]


def _behind_edits(source: Source, segments: Segments, indices: list[PictureIndex]) -> list[Edit]:
    """Labels behind the picture as white space: no byte there moves."""
    edits: list[Edit] = []
    for index in indices:
        for start, stop in _heads(index, segments):
            data = source.read(start, stop - start)
            if (clean := bytes_without_labels(data)) != data:
                edits.append(Edit(start, stop, clean))
    end = max([segments.stop, *(stop for index in indices for _, stop in index.pictures)])
    return edits + trailing_edits(source, end)


def _index_edits(source: Source, indices: list[PictureIndex], edits: list[Edit]) -> list[Edit]:
    """The indices of pictures, right for where ``edits`` move them."""
    if len(indices) > 1:
        raise OverLimit("more than one picture index")

    def lands(position: int) -> int:
        return position + sum(len(data) - (stop - start) for start, stop, data in edits if stop <= position)

    return [
        Edit(index.entries_at, index.entries_at + 16 * len(index.pictures), index.moved(source, lands))
        for index in indices
        if lands(source.size) != source.size
    ]


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.rstrip("\0")


JPEG: Container = _Jpeg()
