"""Items of a ``meta`` box: what they are, where their bytes lie, what they say about each other.

Follows ISO/IEC 14496-12, 8.11: ``iinf`` and ``infe`` (8.11.6), ``iloc`` (8.11.3), ``iref`` (8.11.12), ``pitm`` (8.11.4), ``idat`` (8.11.11);
ISO/IEC 23008-12 for what HEIF makes of them (metadata items point to their picture by ``cdsc``). All versions are read; what is
written keeps the version it finds. Item data in other files and protected items are told as such, not followed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box, only
from brightline.labels.containers.reading import Range
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported

__all__ = [
    "IN_FILE",
    "IN_IDAT",
    "PICTURE_BRANDS",
    "Extent",
    "Iloc",
    "Item",
    "Items",
    "Location",
    "free_number",
    "iloc_bytes",
    "info_start",
    "moved_iloc",
    "moved_location",
    "parse_iloc",
    "read_items",
    "with_info",
    "with_reference",
]

IN_FILE, IN_IDAT = 0, 1
"""Construction methods (8.11.3.3): offsets count in the file, or in the ``idat`` beside."""

PICTURE_BRANDS = frozenset(b"mif1 mif2 msf1 heic heix heim heis hevc hevx hevm hevs avif avis avci avcs miaf".split())
"""Major brands of files that are pictures or sequences of them: ISO/IEC 23008-12, 10 and Annexes; AV1 Image File Format, 8."""

_MOST_ITEMS = 65_536  # own choice: pictures of 100 megapixels in tiles have some 10,000 items
_LONGEST_BOX = 16 << 20  # own choice: tables of 65,536 items have some megabytes
_LONGEST_INFO = 65_536  # own choice: a name, a content type and an encoding
_WIDTHS = (0, 4, 8)


@dataclass(frozen=True, slots=True)
class Extent:
    """One stretch of an item's bytes. A ``length`` of 0 reaches to the end of what it lies in."""

    index: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where an item's bytes lie. The base offset is already in the extents' offsets."""

    item: int
    method: int
    reference: int
    extents: tuple[Extent, ...]


@dataclass(frozen=True, slots=True)
class Iloc:
    """The table of locations, with the widths of its fields in bytes."""

    version: int
    offset_width: int
    length_width: int
    index_width: int
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item. ``ranges``: its bytes in the file, None where they lie elsewhere or are built from other items."""

    number: int
    kind: bytes
    content_type: str
    encoding: str
    protected: bool
    describes: tuple[int, ...]
    location: Location | None
    ranges: tuple[Range, ...] | None

    @property
    def is_xmp(self) -> bool:
        """True for an XMP packet (ISO 16684-1, Annex; ISO/IEC 23008-12, A.3)."""
        return self.kind == b"mime" and self.content_type.lower() == "application/rdf+xml"

    @property
    def is_metadata(self) -> bool:
        """True for what speaks of a picture instead of being part of one."""
        return self.kind in (b"mime", b"Exif")

    def describes_main(self, primary: int) -> bool:
        """True if it describes the picture ``primary``, or nothing in particular."""
        return not self.describes or primary in self.describes


@dataclass(frozen=True, slots=True)
class Items:
    """All items of one ``meta``, the boxes in and around it, and the number of the picture that is meant when no other is named."""

    meta: Box
    parents: tuple[Box, ...]
    children: tuple[Box, ...]
    primary: int
    items: tuple[Item, ...]
    iloc: Iloc | None


def read_items(walk: BoxWalk, meta: Box, parents: tuple[Box, ...] = ()) -> Items:
    """The items of ``meta``, which lies in ``parents``. Raises ``Malformed``, ``OverLimit`` or ``Truncated``."""
    children = walk.meta_children(meta)
    pitm, iinf, iloc_box, iref, idat = (only(children, kind) for kind in (b"pitm", b"iinf", b"iloc", b"iref", b"idat"))
    primary = int.from_bytes(walk.payload(pitm, 64, 4)) if pitm else 0
    iloc = parse_iloc(walk.source.read(iloc_box.start, _bounded(iloc_box)), iloc_box) if iloc_box else None
    locations = {location.item: location for location in iloc.locations} if iloc else {}
    described = _descriptions(walk, iref) if iref else {}
    items = []
    for infe in _infes(walk, iinf) if iinf else ():
        number, kind, protected, texts = _info(walk.payload(infe, _LONGEST_INFO), infe)
        content_type, encoding = (*texts[1:3], "", "")[:2] if kind == b"mime" else ("", "")
        location = locations.get(number)
        try:
            ranges = _ranges(location, idat, walk.source.size) if location else ()
        except LabelError as problem:
            walk.tell(problem)
            ranges = None
        items.append(Item(number, kind, content_type, encoding, protected, described.get(number, ()), location, ranges))
    return Items(meta, parents, tuple(children), primary, tuple(items), iloc)


# Locations


def parse_iloc(raw: bytes, box: Box) -> Iloc:
    """The table in the whole box ``raw``. Raises ``Malformed`` and ``OverLimit``."""
    try:
        return _parsed_iloc(raw, box.body - box.start)
    except (struct.error, IndexError):
        raise Malformed("the table of item locations is cut off", box.start) from None


def _parsed_iloc(raw: bytes, at: int) -> Iloc:
    version = raw[at]
    if version > 2:
        raise Unsupported(f"item locations of version {version}")
    offset_width, length_width = raw[at + 4] >> 4, raw[at + 4] & 15
    base_width, index_width = raw[at + 5] >> 4, raw[at + 5] & 15 if version else 0
    if any(width not in _WIDTHS for width in (offset_width, length_width, base_width, index_width)):
        raise Malformed("a field of the item locations has an impossible width", at)
    reader = _Fields(raw, at + 6)
    count = reader.number(4 if version == 2 else 2)
    if count > _MOST_ITEMS:
        raise OverLimit(f"{count} items", at)
    locations, total = [], 0
    for _ in range(count):
        item = reader.number(4 if version == 2 else 2)
        method = reader.number(2) & 15 if version else IN_FILE
        reference = reader.number(2)
        base = reader.number(base_width)
        extents = []
        extent_count = reader.number(2)
        total += extent_count
        if total > _MOST_ITEMS:
            raise OverLimit("too many extents of items", at)
        for _ in range(extent_count):
            index = reader.number(index_width)
            offset = base + reader.number(offset_width)
            extents.append(Extent(index, offset, reader.number(length_width)))
        locations.append(Location(item, method, reference, tuple(extents)))
    return Iloc(version, offset_width, length_width, index_width, tuple(locations))


def iloc_bytes(iloc: Iloc) -> bytes:
    """The table as a box; offsets and lengths get wider fields where they need them, methods a version that has them."""
    every = [extent for location in iloc.locations for extent in location.extents]
    offset_width = max(iloc.offset_width, 4, _width(extent.offset for extent in every))
    length_width = max(iloc.length_width, 4, _width(extent.length for extent in every))
    version = iloc.version or (1 if any(location.method for location in iloc.locations) else 0)
    number_width = 4 if version == 2 else 2
    out = bytearray([offset_width << 4 | length_width, iloc.index_width if version else 0])
    out += len(iloc.locations).to_bytes(number_width)
    for location in iloc.locations:
        out += location.item.to_bytes(number_width)
        out += location.method.to_bytes(2) if version else b""
        out += location.reference.to_bytes(2) + len(location.extents).to_bytes(2)
        for extent in location.extents:
            out += extent.index.to_bytes(iloc.index_width if version else 0)
            out += extent.offset.to_bytes(offset_width) + extent.length.to_bytes(length_width)
    return full_box(b"iloc", version, 0, bytes(out))


def moved_iloc(box: Box, idat: int, raw: bytes, moved: Callable[[int], int]) -> bytes:
    """The box ``raw`` for the places to which things moved; ``idat`` is where the payload of the ``idat`` beside begins."""
    iloc = parse_iloc(raw, box)
    new = replace(iloc, locations=tuple(moved_location(location, idat, moved) for location in iloc.locations))
    return raw if new == iloc else iloc_bytes(new)


def moved_location(location: Location, idat: int, moved: Callable[[int], int]) -> Location:
    """``location`` after bytes moved."""
    if location.method not in (IN_FILE, IN_IDAT) or location.reference:
        return location
    base = idat if location.method == IN_IDAT else 0
    extents = tuple(replace(extent, offset=moved(base + extent.offset) - (moved(base) if base else 0)) for extent in location.extents)
    return replace(location, extents=extents)


def free_number(items: Items) -> int:
    """A number that no item has; 16 bits, as the tables of most files have them. Raises ``Unsupported`` where all are taken."""
    taken = {item.number for item in items.items} | {row.item for row in (items.iloc.locations if items.iloc else ())}
    highest = max(taken, default=0)
    if highest < 0xFFFF:
        return highest + 1
    found = next((number for number in range(1, 1 << 16) if number not in taken), None)
    if found is None:
        raise Unsupported("no room for one more item")
    return found


def _width(values: Iterable[int]) -> int:
    return 8 if max(values, default=0) >= 1 << 32 else 4


def _ranges(location: Location, idat: Box | None, size: int) -> tuple[Range, ...] | None:
    if location.reference or location.method not in (IN_FILE, IN_IDAT) or (location.method == IN_IDAT and idat is None):
        return None
    base, end = (idat.body, idat.stop) if location.method == IN_IDAT and idat else (0, size)
    found = []
    for extent in location.extents:
        start = base + extent.offset
        stop = start + extent.length if extent.length else end
        if not base <= start <= stop <= end:
            raise Truncated(start, stop - start, end)
        found.append(Range(start, stop))
    return tuple(found)


# Information and references


def info_start(walk: BoxWalk, iinf: Box) -> int:
    """Where the first ``infe`` of ``iinf`` begins: behind version, flags and a count of 16 or 32 bits."""
    return iinf.body + (8 if walk.source.read(iinf.body, 1)[0] else 6)


def _infes(walk: BoxWalk, iinf: Box) -> list[Box]:
    found = walk.children(info_start(walk, iinf), iinf.stop)
    if len(found) > _MOST_ITEMS:
        raise OverLimit(f"{len(found)} items", iinf.start)
    return [box for box in found if box.kind == b"infe"]


def _info(raw: bytes, box: Box) -> tuple[int, bytes, bool, list[str]]:
    """Number, type, whether it is protected, and the texts (name, content type, encoding) of an ``infe``."""
    wide = raw[:1] == b"\x03"
    fixed = (4 if wide else 2) + 2 + (4 if raw[:1] >= b"\x02" else 0)
    if len(raw) < 4 + fixed:
        raise Malformed("the information on an item is too short", box.start)
    reader = _Fields(raw, 4)
    number, protected = reader.number(4 if wide else 2), bool(reader.number(2))
    kind = raw[reader.at : reader.at + 4] if raw[:1] >= b"\x02" else b"mime"
    texts = [text.decode("utf-8", "replace") for text in raw[4 + fixed :].split(b"\0")]
    return number, kind, protected, texts


def _descriptions(walk: BoxWalk, iref: Box) -> dict[int, tuple[int, ...]]:
    """What each item describes: the ``cdsc`` references."""
    width = 4 if walk.source.read(iref.body, 1)[0] else 2
    found: dict[int, tuple[int, ...]] = {}
    for box in walk.children(iref.body + 4, iref.stop):
        if box.kind != b"cdsc":
            continue
        raw = walk.payload(box, _LONGEST_BOX)
        count = int.from_bytes(raw[width : width + 2])
        if len(raw) < width + 2 + count * width:
            raise Malformed("a reference between items is cut off", box.start)
        numbers = (int.from_bytes(raw[at : at + width]) for at in range(width + 2, width + 2 + count * width, width))
        found[int.from_bytes(raw[:width])] = tuple(numbers)
    return found


def with_info(iinf: bytes, box: Box, number: int, content_type: str) -> bytes:
    """The whole ``iinf`` box with one more item of type ``mime``. Raises ``Unsupported`` where its count has no room."""
    body = box.body - box.start
    version = iinf[body]
    width = 4 if version else 2
    count = int.from_bytes(iinf[body + 4 : body + 4 + width]) + 1
    if count >= 1 << 8 * width:
        raise Unsupported("no room for one more item")
    texts = b"\0" + content_type.encode("ascii") + b"\0"  # no name; no encoding, which may be left out
    wide = number >= 1 << 16
    info = full_box(b"infe", 3 if wide else 2, 0, number.to_bytes(4 if wide else 2), bytes(2), b"mime", texts)
    return box_bytes(b"iinf", iinf[body : body + 4], count.to_bytes(width), iinf[body + 4 + width :], info)


def with_reference(iref: bytes | None, box: Box | None, number: int, primary: int) -> bytes:
    """The whole ``iref`` box with one more reference: ``number`` describes ``primary``; a new box where there is none."""
    if iref is None or box is None:
        version, old = (1 if max(number, primary) >= 1 << 16 else 0), b""
    else:
        body = box.body - box.start
        version, old = iref[body], iref[body + 4 :]
    width = 4 if version else 2
    if max(number, primary) >= 1 << 8 * width:
        raise Unsupported("an item whose number does not fit the references")
    reference = box_bytes(b"cdsc", number.to_bytes(width), (1).to_bytes(2), primary.to_bytes(width))
    return full_box(b"iref", version, 0, old, reference)


def _bounded(box: Box) -> int:
    if box.size > _LONGEST_BOX:
        raise OverLimit(f"a table of items of {box.size} bytes", box.start)
    return box.size


class _Fields:
    """Numbers of various widths one after the other."""

    def __init__(self, raw: bytes, at: int) -> None:
        self.raw, self.at = raw, at

    def number(self, width: int) -> int:
        """The next big-endian number of ``width`` bytes. Raises ``IndexError`` at the end."""
        if self.at + width > len(self.raw):
            raise IndexError(self.at)
        self.at += width
        return int.from_bytes(self.raw[self.at - width : self.at])
