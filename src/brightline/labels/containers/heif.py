"""HEIC and AVIF: the label in an XMP item that describes the primary picture (TC260-PG-20259A, 6; ISO/IEC 23008-12, Annex A).

An XMP item that is there gets the label in its packet, where its bytes lie; otherwise a new item is made (``infe``, a row in
``iloc``, a ``cdsc`` reference) whose packet stands in an ``mdat`` of its own at the end. Of an animated picture the track names the same
packet too, as libavif does it, since players read the track's ``meta``. Whatever moves by that, item data, samples of sequences, is found
again by corrected tables. Labels in XMP of other pictures, in the Exif item, in other texts and in the boxes that MP4 has too are
taken out. ``media``: the payloads of ``mdat`` and ``idat`` without the metadata items.

Refused for writing: metadata that is encrypted, compressed or in another file; sequences without any still picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box, only
from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.heif_items import (
    IN_FILE,
    PICTURE_BRANDS,
    Extent,
    Iloc,
    Item,
    Items,
    Location,
    free_number,
    iloc_bytes,
    info_start,
    moved_location,
    parse_iloc,
    read_items,
    with_info,
    with_reference,
)
from brightline.labels.containers.mp4 import bounded_entries, c2pa_at, emptied, media_boxes
from brightline.labels.containers.mp4_meta import LONGEST_BLOB, text_of
from brightline.labels.containers.mp4_offsets import BoxChange, BoxTable, file_tables, settled_boxes
from brightline.labels.containers.mp4_places import Carrier, carriers_in_movie, carriers_on_top
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.relocation import Change, Moved, Table
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported
from brightline.labels.exif import exif_reading, exif_without_label
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, with_label, without_label

__all__ = ["HEIF"]

_XMP_TYPE = "application/rdf+xml"  # ISO/IEC 23008-12, A.3
_EMPTY_PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'  # what an XMP item holds that said nothing but its label


class _Heif:
    name = "heif"
    media_types = ("image/heic", "image/avif", "image/heif", "image/heic-sequence", "image/heif-sequence", "image/avif-sequence")
    suffixes = (".heic", ".avif", ".heif", ".hif", ".heics", ".heifs", ".avifs")

    def accepts(self, head: bytes, name: str) -> bool:
        return head[4:8] == b"ftyp" and head[8:12] in PICTURE_BRANDS

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        walk = BoxWalk(source, gaps)
        top = walk.children(0, source.size)
        carriers = _carriers(walk, top)
        entries = [entry for carrier in carriers for entry in carrier.entries]
        groups = _groups(walk, top)
        seen: set[tuple[Range, ...] | None] = set()
        for items in groups:
            for item in items.items:
                if item.is_metadata and item.ranges not in seen:
                    entries += _entries(walk, items, item)
                    seen.add(item.ranges)
        media = _media(top, groups)
        gaps += () if media else (without_media("picture data (mdat or idat)"),)
        return Reading(_kind(source, top), bounded_entries(entries, gaps), media, tuple(gaps), c2pa_at(carriers))

    def plan(self, source: Source, value: str) -> Plan:
        walk = BoxWalk(source)
        top = walk.children(0, source.size)
        groups = _groups(walk, top)
        if not groups or groups[0].parents:
            raise Unsupported("a sequence without a still picture has no place for the label", "convert it to MP4, or add a cover picture")
        main = groups[0]
        if main.iloc is None or not any(item.number == main.primary for item in main.items):
            raise Malformed("no primary picture, or no table of item locations", main.meta.start)
        new = _without_labels(walk, groups)
        changes = _cleared(walk, top, groups)
        target = next((item for item in main.items if item.is_xmp and item.describes_main(main.primary)), None)
        if target and target.ranges and all(start < stop for start, stop in target.ranges):
            new[target.ranges] = with_label(_bytes(walk, target), value)
            packet, rows = b"", {}
        elif target and (target.protected or target.encoding):
            raise _unreadable(target)
        elif target:
            packet, rows = with_label(None, value), {main.meta: target.number}
        else:
            packet = with_label(None, value)
            rows = {items.meta: free_number(items) for items in groups if items is main or _is_pictures(walk, items)}
            changes += [change for items in groups if items.meta in rows for change in _announced(walk, items, rows[items.meta])]
        for ranges, data in new.items():
            changes += _replaced(top, groups, ranges, data)
        if packet:
            _check_end(source, groups)
            changes.append(Change(Edit(source.size, source.size, _at_the_end(top, packet))))
        tables = [*file_tables(walk, top, but=[items.meta for items in groups]), *_row_tables(source, groups, new, packet, rows)]
        if rows and target is None:
            tables += _new_metas(walk, top, groups, source.size, packet)
        return planned(settled_boxes(source, changes, tables), source.size)


HEIF: Container = _Heif()

Packets = dict[tuple[Range, ...], bytes]


# Reading


def _kind(source: Source, top: list[Box]) -> str:
    """``avif`` or ``heic`` by the brands (ISO/IEC 23008-12, 10; AV1 Image File Format, 8); ``heif`` for other codings."""
    ftyp = only(top, b"ftyp")
    brands = source.at_most(ftyp.body, min(ftyp.stop - ftyp.body, 1024)) if ftyp else b""
    named = {brands[at : at + 4] for at in range(0, len(brands), 4)}
    if named & {b"avif", b"avis"}:
        return "avif"
    return "heic" if named & {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"} else "heif"


def _carriers(walk: BoxWalk, top: list[Box]) -> list[Carrier]:
    """The boxes with texts that MP4 has too."""
    carriers = list(carriers_on_top(walk, top, "heif"))
    for moov in (box for box in top if box.kind == b"moov"):
        carriers += carriers_in_movie(walk, moov, "heif")
    return carriers


def _groups(walk: BoxWalk, top: list[Box]) -> list[Items]:
    """The items of the file's own ``meta``, which come first, then those of a movie and of its tracks."""
    metas: list[tuple[Box, tuple[Box, ...]]] = [(box, ()) for box in top if box.kind == b"meta"]
    for moov in (box for box in top if box.kind == b"moov"):
        for box in walk.children(moov.body, moov.stop):
            inside = walk.children(box.body, box.stop) if box.kind == b"trak" else []
            metas += [(box, (moov,))] if box.kind == b"meta" else [(meta, (moov, box)) for meta in inside if meta.kind == b"meta"]
    groups = []
    for meta, parents in metas:
        try:
            groups.append(read_items(walk, meta, parents))
        except LabelError as problem:
            walk.tell(problem, meta.start)
    return groups


def _entries(walk: BoxWalk, items: Items, item: Item) -> list[Entry]:
    start = item.ranges[0].start if item.ranges else -1
    try:
        raw = _bytes(walk, item)
    except LabelError as problem:
        walk.tell(problem, start)
        return []
    if not raw:
        return []
    if item.kind == b"Exif":
        at = _tiff_at(raw)
        entries, gaps = exif_reading(raw[at:], start + at, "heif.Exif")
        if walk.gaps is not None:
            walk.gaps += gaps
        return entries
    if item.is_xmp:
        main = not items.parents and item.describes_main(items.primary)
        return [Entry("heif.meta.xmp" if main else "heif.meta.xmp.other", "", packet_text(raw, strict=False), start, len(raw), "xmp", main)]
    text = text_of(raw) if len(raw) <= LONGEST_BLOB else None
    return [Entry("heif.meta.mime", item.content_type, text, start, len(raw))] if text else []


def _bytes(walk: BoxWalk, item: Item) -> bytes:
    """The bytes of a metadata item. Raises ``LabelError`` where they cannot be had."""
    if item.protected or item.encoding or item.ranges is None:
        raise _unreadable(item)
    length = sum(stop - start for start, stop in item.ranges)
    if length > MOST_VALUE_BYTES:
        raise OverLimit(f"a metadata item of {length} bytes", item.ranges[0].start)
    return b"".join(walk.text(start, stop - start) for start, stop in item.ranges)


def _unreadable(item: Item) -> Unsupported:
    how = "encrypted" if item.protected else f"compressed ({item.encoding})" if item.encoding else "not within this file"
    return Unsupported(f"the metadata item {item.number} is {how}", "write the file anew with its own program first")


def _tiff_at(exif: bytes) -> int:
    """Where the TIFF head of an Exif item begins: behind a count of bytes to skip (ISO/IEC 23008-12, A.2.1)."""
    return 4 + int.from_bytes(exif[:4]) if len(exif) >= 4 else len(exif)


def _media(top: list[Box], groups: list[Items]) -> tuple[Range, ...]:
    """Payloads of ``mdat`` and ``idat``, in the order of the file, without the bytes of metadata items."""
    idats = tuple(Range(box.body, box.stop) for items in groups for box in items.children if box.kind == b"idat")
    spoken = sorted({span for items in groups for item in items.items if item.is_metadata for span in item.ranges or ()})
    found = []
    for start, stop in sorted(media_boxes(top) + idats):
        for left, right in spoken:
            if right <= start or left >= stop:
                continue
            if left > start:
                found.append(Range(start, left))
            start = max(start, right)
        if start < stop:
            found.append(Range(start, stop))
    return tuple(found)


# Writing


def _cleared(walk: BoxWalk, top: list[Box], groups: list[Items]) -> list[BoxChange]:
    """The labels in boxes, not items, taken out where they stand."""
    changes: list[BoxChange] = []
    metas = {items.meta for items in groups if items.items}
    for carrier in _carriers(walk, top):
        if not carrier.has_label:
            continue
        if carrier.box in metas:
            raise Unsupported("a label beside the items of a picture", "write the file anew with its own program first")
        changes.append(Change(emptied(walk.source, carrier)))
    return changes


def _without_labels(walk: BoxWalk, groups: list[Items]) -> Packets:
    """What the metadata items that hold a label are to hold instead, by the bytes that they have now."""
    new: Packets = {}
    for items in groups:
        for item in items.items:
            if not item.is_metadata or not item.ranges or item.ranges in new:
                continue
            if not any(is_label(entry) for entry in _entries(walk, items, item)):
                continue
            raw = _bytes(walk, item)
            if item.kind == b"Exif":
                at = _tiff_at(raw)
                new[item.ranges] = raw[:at] + exif_without_label(raw[at:])
            elif item.is_xmp:
                new[item.ranges] = without_label(raw) or _EMPTY_PACKET
            else:
                new[item.ranges] = b" " * len(raw)
    return new


def _replaced(top: list[Box], groups: list[Items], ranges: tuple[Range, ...], data: bytes) -> Iterator[BoxChange]:
    """``data`` where ``ranges`` lie: all of it in the first of them."""
    others = [span for items in groups for item in items.items if item.ranges != ranges for span in item.ranges or ()]
    for start, stop in ranges:
        if any(left < stop and start < right for left, right in others):
            raise Unsupported("metadata that share their bytes with another item", "write the file anew with its own program first")
        yield Change(Edit(start, stop, data), _around(top, groups, start, stop))
        data = b""


def _check_end(source: Source, groups: list[Items]) -> None:
    """An item without a length reaches to the end of the file (ISO/IEC 14496-12, 8.11.3): what is put there would become part of it."""
    for items in groups:
        for item in items.items:
            extents = item.location.extents if item.location else ()
            if any(not extent.length for extent in extents) and any(stop == source.size for _, stop in item.ranges or ()):
                raise Unsupported(
                    f"the item {item.number} reaches to the end of the file", "write the file anew with its own program first"
                )


def _around(top: list[Box], groups: list[Items], start: int, stop: int) -> tuple[Box, ...]:
    for items in groups:
        idat = only(items.children, b"idat")
        if idat and idat.body <= start and stop <= idat.stop:
            return (*items.parents, items.meta, idat)
    for box in top:
        if box.kind == b"mdat" and box.body <= start and stop <= box.stop:
            return (box,)
    raise Unsupported("metadata outside the boxes for data", "write the file anew with its own program first")


def _announced(walk: BoxWalk, items: Items, number: int) -> list[BoxChange]:
    """A new XMP item in ``iinf`` and, where there is a primary picture, in ``iref``."""
    parents = (*items.parents, items.meta)
    iinf, iref = _box(items, b"iinf"), only(items.children, b"iref")
    changes = [Change(Edit(iinf.start, iinf.stop, with_info(_whole(walk, iinf, info_start(walk, iinf)), iinf, number, _XMP_TYPE)), parents)]
    if items.primary:
        old = _whole(walk, iref, iref.body + 4) if iref else None
        at = (iref.start, iref.stop) if iref else (items.children[-1].stop, items.children[-1].stop)
        changes.append(Change(Edit(*at, with_reference(old, iref, number, items.primary)), parents))
    return changes


def _whole(walk: BoxWalk, box: Box, first: int) -> bytes:
    """The bytes of a list of boxes that begins at ``first``, without padding behind it, where nobody would find what is added."""
    children = walk.children(first, box.stop)
    return walk.source.read(box.start, (children[-1].stop if children else first) - box.start)


def _at_the_end(top: list[Box], packet: bytes) -> bytes:
    if not top[-1].to_end:
        return box_bytes(b"mdat", packet)
    if top[-1].kind != b"mdat":
        raise Unsupported("a last box without a size", "write the file anew with its own program first")
    return packet


def _row_tables(source: Source, groups: list[Items], new: Packets, packet: bytes, rows: Mapping[Box, int]) -> Iterator[BoxTable]:
    """The tables of locations, with the new lengths of replaced items and the row of the one at the end of the file."""
    for items in groups:
        iloc = only(items.children, b"iloc")
        if iloc:
            raw = source.read(iloc.start, iloc.size)
            located = partial(_located, items, iloc, new, packet, rows.get(items.meta), source.size)
            yield Table(Range(iloc.start, iloc.stop), (*items.parents, items.meta), raw, located)


def _located(items: Items, iloc: Box, new: Packets, packet: bytes, number: int | None, size: int, raw: bytes, moved: Moved) -> bytes:
    old = parse_iloc(raw, iloc)
    idat = only(items.children, b"idat")
    ranges = {item.number: item.ranges for item in items.items}
    rows = []
    for location in old.locations:
        if location.item == number:
            continue
        row = moved_location(location, idat.body if idat else 0, moved)
        now = ranges.get(location.item)
        if now and now in new and (len(now) > 1 or len(new[now]) != now[0].stop - now[0].start):
            row = replace(row, extents=(replace(row.extents[0], length=len(new[now])),))
        rows.append(row)
    if number is not None:
        rows.append(Location(number, IN_FILE, 0, (Extent(0, moved(size) - len(packet), len(packet)),)))
    table = replace(old, locations=tuple(rows))
    return raw if table == old else iloc_bytes(table)


def _is_pictures(walk: BoxWalk, items: Items) -> bool:
    """True if ``items`` are those of a track that is a sequence of pictures, and can take one more."""
    complete = items.iloc is not None and only(items.children, b"iinf") is not None
    return complete and len(items.parents) == 2 and _is_picture_track(walk, items.parents[1])


def _is_picture_track(walk: BoxWalk, trak: Box) -> bool:
    mdia = only(walk.children(trak.body, trak.stop), b"mdia")
    handler = only(walk.children(mdia.body, mdia.stop), b"hdlr") if mdia else None
    return handler is not None and walk.source.at_most(handler.body + 8, 4) == b"pict"


def _new_metas(walk: BoxWalk, top: list[Box], groups: list[Items], size: int, packet: bytes) -> Iterator[BoxTable]:
    """A ``meta`` with the new item for every track of pictures that has none."""
    for moov in (box for box in top if box.kind == b"moov"):
        for trak in (box for box in walk.children(moov.body, moov.stop) if box.kind == b"trak"):
            if _is_picture_track(walk, trak) and not any(trak in items.parents for items in groups):
                at = walk.children(trak.body, trak.stop)[-1].stop
                yield Table(Range(at, at), (moov, trak), b"", partial(_track_meta, size, len(packet)))


def _track_meta(size: int, length: int, raw: bytes, moved: Moved) -> bytes:
    handler = full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), b"\0")
    location = Location(1, IN_FILE, 0, (Extent(0, moved(size) - length, length),))
    return full_box(b"meta", 0, 0, handler, iloc_bytes(Iloc(0, 4, 4, 0, (location,))), with_info(_NO_ITEMS, _NO_ITEMS_BOX, 1, _XMP_TYPE))


_NO_ITEMS = full_box(b"iinf", 0, 0, bytes(2))
_NO_ITEMS_BOX = Box(b"iinf", 0, 8, len(_NO_ITEMS))


def _box(items: Items, kind: bytes) -> Box:
    box = only(items.children, kind)
    if box is None:
        raise Malformed(f"no {kind.decode()} box", items.meta.start)
    return box
