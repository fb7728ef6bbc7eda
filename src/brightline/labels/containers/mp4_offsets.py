"""Positions inside an MP4 or HEIF file, corrected after edits: nothing that a table points to is lost when bytes move.

Absolute positions stand in (ISO/IEC 14496-12): ``stco`` and ``co64`` (8.7.5), ``saio`` of a sample table (8.7.9), ``tfhd`` with a base
data offset (8.8.7), ``tfra`` (8.8.10), ``iloc`` with construction method 0 (8.11.3); ``sidx`` (8.16.3) counts from its own end. Chunks
in other files (``dref`` without the flag "self-contained", 8.7.2) stay where they are. A ``stco`` whose chunk moves beyond 4 GiB
becomes a ``co64``, which itself moves what follows: the tables are settled until nothing grows any more.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box, only, resized, shown
from brightline.labels.containers.edits import Edit
from brightline.labels.containers.heif_items import moved_iloc
from brightline.labels.containers.reading import Range
from brightline.labels.containers.relocation import Change, Moved, Table, growth_of_parents, settled
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Truncated, Unsupported

__all__ = ["BoxChange", "BoxTable", "file_tables", "settled_boxes"]

_LONGEST_TABLE = 256 << 20  # own choice: 32 million chunks; a day of video has some 100,000
_U32 = 1 << 32

BoxChange: TypeAlias = Change[Box]
BoxTable: TypeAlias = Table[Box]


def settled_boxes(source: Source, changes: Sequence[BoxChange], tables: Sequence[BoxTable]) -> list[Edit]:
    """``changes`` with all that follows from them: tables whose positions moved, and the sizes of the boxes around what grew.

    Raises ``Malformed`` for a table that contradicts itself, ``Unsupported`` where a position does not fit its field.
    """
    every = settled(changes, tables)
    edits = [change.edit for change in every]
    for box, by in growth_of_parents(every).items():
        at, size = resized(source, box, by)
        edits.append(Edit(at, at + len(size), size))
    return edits


def file_tables(walk: BoxWalk, top: Sequence[Box], *, but: Collection[Box] = ()) -> Iterator[BoxTable]:
    """All tables of positions of a file, except those of the ``meta`` boxes in ``but``."""
    for box in top:
        if box.kind == b"moov":
            yield from _movie_tables(walk, box, but)
        elif box.kind == b"moof":
            yield from _fragment_tables(walk, box)
        elif box.kind == b"mfra":
            for table in walk.children(box.body, box.stop):
                if table.kind == b"tfra":
                    yield Table(Range(table.start, table.stop), (box,), _raw(walk, table), partial(_tfra, table))
        elif box.kind == b"sidx":
            yield Table(Range(box.start, box.stop), (), _raw(walk, box), partial(_sidx, box))
        elif box.kind == b"meta" and box not in but:
            yield from _item_tables(walk, box, ())


def _movie_tables(walk: BoxWalk, moov: Box, but: Collection[Box]) -> Iterator[BoxTable]:
    for box in walk.children(moov.body, moov.stop):
        if box.kind == b"meta" and box not in but:
            yield from _item_tables(walk, box, (moov,))
        elif box.kind == b"cmov":
            raise Unsupported("a movie whose header is compressed (cmov)", "write it anew, for example with ffmpeg -c copy")
        elif box.kind == b"trak":
            yield from _track_tables(walk, box, (moov, box), but)


def _track_tables(walk: BoxWalk, trak: Box, parents: tuple[Box, ...], but: Collection[Box]) -> Iterator[BoxTable]:
    children = walk.children(trak.body, trak.stop)
    for box in children:
        if box.kind == b"meta" and box not in but:
            yield from _item_tables(walk, box, parents)
    inside = {}
    for kind in (b"mdia", b"minf", b"stbl"):
        found = only(children, kind)
        if found is None:
            return
        parents = (*parents, found)
        children = walk.children(found.body, found.stop)
        inside[kind] = children
    if not _in_this_file(walk, inside[b"minf"]):
        return
    for box in children:
        if box.kind in (b"stco", b"co64"):
            yield Table(Range(box.start, box.stop), parents, _raw(walk, box), partial(_chunks, box, walk.source.size))
        elif box.kind == b"saio":
            yield Table(Range(box.start, box.stop), parents, _raw(walk, box), partial(_saio, box))


def _fragment_tables(walk: BoxWalk, moof: Box) -> Iterator[BoxTable]:
    for traf in walk.children(moof.body, moof.stop):
        if traf.kind != b"traf":
            continue
        tfhd = only(walk.children(traf.body, traf.stop), b"tfhd")
        if tfhd and tfhd.stop - tfhd.body >= 16 and walk.source.read(tfhd.body + 3, 1)[0] & 1:  # base-data-offset-present
            yield Table(Range(tfhd.start, tfhd.stop), (moof, traf), _raw(walk, tfhd), partial(_tfhd, tfhd))


def _item_tables(walk: BoxWalk, meta: Box, parents: tuple[Box, ...]) -> Iterator[BoxTable]:
    children = walk.meta_children(meta)
    iloc, idat = only(children, b"iloc"), only(children, b"idat")
    if iloc:
        yield Table(Range(iloc.start, iloc.stop), (*parents, meta), _raw(walk, iloc), partial(moved_iloc, iloc, idat.body if idat else 0))


def _in_this_file(walk: BoxWalk, minf: Sequence[Box]) -> bool:
    """Whether a track's chunks lie in this file (8.7.2.3, flag 1). Raises ``Unsupported`` where only some of them do."""
    dinf = only(minf, b"dinf")
    dref = only(walk.children(dinf.body, dinf.stop), b"dref") if dinf else None
    if dref is None or dref.stop - dref.body < 8:
        return True
    entries = walk.children(dref.body + 8, dref.stop)
    here = [entry.kind != b"imdt" and bool(walk.source.read(entry.body + 3, 1)[0] & 1) for entry in entries if entry.stop - entry.body >= 4]
    if any(here) and not all(here):
        raise Unsupported("a track whose samples lie partly in other files", "write it anew, for example with ffmpeg -c copy")
    return all(here)


# The tables. Each function gets the whole box as bytes and gives it back for the new positions.


def _chunks(box: Box, size: int, raw: bytes, moved: Moved) -> bytes:
    body = box.body - box.start
    wide = box.kind == b"co64"
    count = _count(raw, body, 8 if wide else 4, box)
    old = struct.unpack_from(f">{count}{'Q' if wide else 'I'}", raw, body + 8)
    if max(old, default=0) > size:
        raise Truncated(max(old), 1, size)
    new = [moved(offset) for offset in old]
    if wide or max(new, default=0) >= _U32:
        return box_bytes(b"co64", raw[body : body + 8], struct.pack(f">{count}Q", *new))
    return raw[: body + 8] + struct.pack(f">{count}I", *new) + raw[body + 8 + 4 * count :]


def _saio(box: Box, raw: bytes, moved: Moved) -> bytes:
    body = box.body - box.start
    version, flags = raw[body], raw[body + 3]
    at = body + 4 + (8 if flags & 1 else 0)
    wide = version > 0
    count = _count(raw, at - 4, 8 if wide else 4, box)
    old = struct.unpack_from(f">{count}{'Q' if wide else 'I'}", raw, at + 4)
    new = [moved(offset) for offset in old]
    if wide or max(new, default=0) < _U32:
        return raw[: at + 4] + struct.pack(f">{count}{'Q' if wide else 'I'}", *new) + raw[at + 4 + count * (8 if wide else 4) :]
    return full_box(b"saio", 1, int.from_bytes(raw[body + 1 : body + 4]), raw[body + 4 : at + 4], struct.pack(f">{count}Q", *new))


def _tfhd(box: Box, raw: bytes, moved: Moved) -> bytes:
    at = box.body - box.start + 8  # behind version, flags and track_ID
    return raw[:at] + moved(int.from_bytes(raw[at : at + 8])).to_bytes(8) + raw[at + 8 :]


def _tfra(box: Box, raw: bytes, moved: Moved) -> bytes:
    body = box.body - box.start
    if len(raw) < body + 16:
        raise Malformed("a tfra box is too short", box.start)
    width = 8 if raw[body] == 1 else 4
    lengths = raw[body + 11]
    entry = 2 * width + (lengths >> 4 & 3) + (lengths >> 2 & 3) + (lengths & 3) + 3
    at, out = body + 16, bytearray(raw)
    for _ in range(_count(raw, body + 8, entry, box)):
        _put(out, at + width, moved(int.from_bytes(raw[at + width : at + 2 * width])), width, box)
        at += entry
    return bytes(out)


def _sidx(box: Box, raw: bytes, moved: Moved) -> bytes:
    """The first referenced byte is counted from the end of this box, every size from the one before."""
    body = box.body - box.start
    width = 8 if raw[body : body + 1] != b"\0" else 4
    at = body + 12 + width  # version, reference_ID, timescale, earliest time, then first_offset
    if len(raw) < at + width + 4:
        raise Malformed("a sidx box is too short", box.start)
    out = bytearray(raw)
    here = box.stop + int.from_bytes(raw[at : at + width])
    _put(out, at, moved(here) - moved(box.stop), width, box)
    at += width + 4
    for _ in range(int.from_bytes(raw[at - 2 : at])):
        if at + 12 > len(raw):
            raise Malformed("a sidx box is shorter than its count says", box.start)
        word = int.from_bytes(raw[at : at + 4])
        following = here + (word & 0x7FFFFFFF)
        size = moved(following) - moved(here)
        if size >= 1 << 31:
            raise Unsupported("a segment that would grow beyond 2 GiB", "write the file anew with its own program first")
        _put(out, at, word & 0x80000000 | size, 4, box)
        here = following
        at += 12
    return bytes(out)


def _raw(walk: BoxWalk, box: Box) -> bytes:
    if box.size > _LONGEST_TABLE:
        raise OverLimit(f"a table {shown(box.kind)} of {box.size} bytes", box.start)
    return walk.source.read(box.start, box.size)


def _count(raw: bytes, at: int, width: int, box: Box) -> int:
    """The count behind version and flags (or another 4 bytes) at ``at``, if as many entries of ``width`` bytes follow."""
    count = int.from_bytes(raw[at + 4 : at + 8])
    if at + 8 + count * width > len(raw):
        raise Malformed(f"the table {shown(box.kind)} has no room for its {count} entries", box.start)
    return count


def _put(out: bytearray, at: int, value: int, width: int, box: Box) -> None:
    if not 0 <= value < 1 << 8 * width:
        raise Unsupported(
            f"a position in {shown(box.kind)} that needs more than {8 * width} bits", "write the file anew with its own program first"
        )
    out[at : at + width] = value.to_bytes(width)
