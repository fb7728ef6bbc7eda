"""MP4, MOV, M4A and their fragmented and 3GPP kin: the label at ``moov.udta.meta``, key ``AIGC`` (TC260-PG-20257A, 6.1.1).

Follows ISO/IEC 14496-12 and the QuickTime file format. Three ways to write, the cheapest that the file allows:

1. the user data have room beside them (a ``free`` box in ``moov``): they are overwritten, nothing else changes;
2. ``moov`` is last or has a ``free`` box behind it: new user data are appended to it, then its size is raised, then the old ones
   become ``free`` and are wiped, so that a crash between two writes leaves a file that plays;
3. else the file is written anew: ``moov`` stays in front where it was (fast start), all positions are corrected.

A list for music (handler ``mdir``) in ``moov.udta.meta`` stays as it is; the label then stands in a second ``meta`` behind it, which
readers of either kind find. ``media`` are the payloads of ``mdat`` (a little more than the samples), of which no byte is read.
A file whose samples lie elsewhere, a compressed header (``cmov``), and a lone segment without ``moov`` are refused for writing.
"""

from __future__ import annotations

from collections.abc import Iterator

from brightline.labels.containers.boxes import FREE, LEAST, Box, BoxWalk, box_bytes, free_box, only, resized
from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.heif_items import PICTURE_BRANDS
from brightline.labels.containers.mp4_meta import LONGEST_BLOB, Meta, meta_with_label
from brightline.labels.containers.mp4_offsets import file_tables, settled_boxes
from brightline.labels.containers.mp4_places import Carrier, carriers_in_movie, carriers_in_udta, carriers_on_top, udta_end
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Patch, Plan, Range, Reading, without_media
from brightline.labels.containers.relocation import Change, on_whole_pages
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported

__all__ = ["MP4", "bounded_entries", "c2pa_at", "emptied", "media_boxes"]

SPARE = 1024
"""Bytes of a ``free`` box behind fresh user data; own choice: room for a platform's keys and a signature of some 700 characters."""

_LONGEST_USER_DATA = 64 << 20  # own choice: several cover pictures of a few megabytes
_FIRST_BOXES = frozenset(b"moov mdat free skip wide pnot moof styp sidx".split())  # what files without ftyp begin with
_MEDIA_BOXES = frozenset({b"mdat", b"imda"})


class _Mp4:
    name = "mp4"
    media_types = ("video/mp4", "audio/mp4", "video/quicktime", "audio/x-m4a", "video/x-m4v", "video/3gpp")
    suffixes = (".mp4", ".m4v", ".m4a", ".m4b", ".mov", ".qt", ".3gp", ".3g2")

    def accepts(self, head: bytes, name: str) -> bool:
        if head[4:8] == b"ftyp":
            return head[8:12] not in PICTURE_BRANDS
        return head[4:8] in _FIRST_BOXES

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        walk = BoxWalk(source, gaps)
        top = walk.children(0, source.size)
        if not top:
            raise Malformed("no box at the beginning of the file", 0)
        moovs = [box for box in top if box.kind == b"moov"]
        carriers = list(carriers_on_top(walk, top))
        for moov in moovs:
            carriers += carriers_in_movie(walk, moov)
        entries = [entry for carrier in carriers for entry in carrier.entries]
        entries += _behind(source, top[-1].stop)
        gaps += (
            Gap("the items of a film's metadata are not looked at", meta.box.start)
            for meta in _metas(carriers)
            if only(meta.children, b"iinf")
        )
        facts = {"layout": _layout(top)} | c2pa_at(carriers)
        media = media_boxes(top)
        gaps += () if moovs else (without_media("movie header (moov), where the label stands"),)
        gaps += () if any(start < stop for start, stop in media) else (without_media("media (mdat)"),)
        return Reading(_kind(source), bounded_entries(entries, gaps), media, tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        walk = BoxWalk(source)
        top = walk.children(0, source.size)
        moov = _moov(top)
        children = walk.children(moov.body, moov.stop)
        if not only(children, b"mvhd"):
            raise Unsupported("a movie header that is compressed or has no mvhd box", "write it anew, for example with ffmpeg -c copy")
        if only(children, b"mdat"):
            raise Malformed("media inside the movie header", moov.start)
        if not media_boxes(top) and not only(children, b"mvex"):
            _check_chunks(walk, top)
        udta = only(children, b"udta")
        data = _user_data(walk, udta, value)
        cleared = list(_cleared(walk, top, moov, udta))
        patches = _in_place(source, top, moov, children, udta, data)
        if patches is not None:
            patches += [Patch(edit.start, edit.data) for edit in cleared]
            overwritten = [Edit(at, min(at + len(data), source.size), data) for at, data in patches]
            return Plan(planned(overwritten, source.size).pieces, tuple(patches))
        start, stop = _with_free(children, udta) if udta else (children[-1].stop, children[-1].stop)
        tables = list(file_tables(walk, top))

        def moved_by(spare: int) -> list[Edit]:
            changes = [Change(Edit(start, stop, data + free_box(spare)), (moov,)), *map(Change, cleared)]
            return settled_boxes(source, changes, tables)

        return planned(on_whole_pages(moved_by, SPARE), source.size)


MP4: Container = _Mp4()


def _kind(source: Source) -> str:
    """``mp4``, ``mov`` or ``m4a`` by the major brand; files without one are older than brands, and QuickTime's."""
    head = source.at_most(0, 12)
    if head[4:8] in (b"ftyp", b"styp"):
        return {b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}.get(head[8:12], "mp4")
    return "mov"


def media_boxes(top: list[Box]) -> tuple[Range, ...]:
    """The payloads of the boxes that hold media."""
    return tuple(Range(box.body, box.stop) for box in top if box.kind in _MEDIA_BOXES)


def c2pa_at(carriers: list[Carrier]) -> dict[str, str]:
    """The fact ``c2pa``: where a C2PA manifest store lies, if there is one."""
    return next(({"c2pa": str(carrier.box.start)} for carrier in carriers if carrier.role == "c2pa"), {})


def bounded_entries(entries: list[Entry], gaps: list[Gap]) -> tuple[Entry, ...]:
    """``entries`` in the order of the file, at most ``MOST_ENTRIES``; that there are more becomes a gap."""
    if len(entries) > MOST_ENTRIES:
        gaps.append(Gap(f"{len(entries)} metadata entries; {MOST_ENTRIES} were looked at"))
    return tuple(sorted(entries, key=lambda entry: entry.offset)[:MOST_ENTRIES])


def emptied(source: Source, carrier: Carrier) -> Edit:
    """What puts ``carrier`` without its labels into its own room, the rest a ``free`` box, so that nothing moves.

    Raises ``Unsupported`` where what stays does not fit.
    """
    data, room = carrier.without_labels(source), carrier.box.size
    rest = room - len(data)
    if 0 < rest < LEAST and carrier.packet_at >= 0:  # white space may follow a packet
        data = box_bytes(carrier.box.kind, data[LEAST:], b" " * rest)
        rest = 0
    if rest < 0 or 0 < rest < LEAST:
        raise Unsupported("metadata that have no room for what stays of them")
    return Edit(carrier.box.start, carrier.box.stop, data + free_box(rest))


def _metas(carriers: list[Carrier]) -> Iterator[Meta]:
    return (carrier.meta for carrier in carriers if carrier.meta)


def _layout(top: list[Box]) -> str:
    kinds = [box.kind for box in top]
    if b"moof" in kinds:
        return "fragmented"
    if b"moov" not in kinds:
        return "no-moov"
    return "moov-first" if b"mdat" not in kinds or kinds.index(b"moov") < kinds.index(b"mdat") else "moov-last"


def _behind(source: Source, stop: int) -> Iterator[Entry]:
    """What follows the last box, as bytes without a known meaning."""
    tail = source.at_most(stop, LONGEST_BLOB)
    if any(tail):
        yield Entry("mp4.trailer", "", tail.decode("latin-1"), stop, source.size - stop, "blob")


def _moov(top: list[Box]) -> Box:
    moovs = [box for box in top if box.kind == b"moov"]
    if len(moovs) == 1:
        return moovs[0]
    if moovs:
        raise Malformed("two moov boxes", moovs[1].start)
    if any(box.kind == b"moof" for box in top):
        raise Unsupported("a media segment without its movie header", "label the initialisation segment, or the whole file")
    raise Malformed("no moov box")


def _check_chunks(walk: BoxWalk, top: list[Box]) -> None:
    """A file cut off between its header and its media looks whole but for its chunks. Raises ``Truncated``."""
    for table in file_tables(walk, top):
        table.rewritten(table.raw, lambda offset: offset)


def _user_data(walk: BoxWalk, udta: Box | None, value: str) -> bytes:
    """The ``udta`` with the label, everything else in it as it was."""
    source = walk.source
    if udta is None:
        return box_bytes(b"udta", meta_with_label(source, None, value))
    if udta.size > _LONGEST_USER_DATA:
        raise OverLimit(f"user data of {udta.size} bytes", udta.start)
    carriers = {carrier.box.start: carrier for carrier in carriers_in_udta(walk, udta, "mp4.moov.udta")}
    parts, written = [], False
    for box in walk.children(udta.body, udta.stop, list_may_end=True):
        carrier = carriers.get(box.start)
        if not written and carrier and carrier.meta and carrier.meta.takes_keys:
            parts.append(meta_with_label(source, carrier.meta, value))
            written = True
        elif carrier and carrier.has_label:
            parts.append(carrier.without_labels(source))
        elif box.kind not in FREE:
            parts.append(source.read(box.start, box.size))
    if not written:
        parts.append(meta_with_label(source, None, value))
    return box_bytes(b"udta", *parts, udta_end(walk, udta))


def _cleared(walk: BoxWalk, top: list[Box], moov: Box, udta: Box | None) -> Iterator[Edit]:
    """The labels outside the movie's user data, taken out where they stand."""
    for carrier in [*carriers_on_top(walk, top), *carriers_in_movie(walk, moov)]:
        within = udta is not None and udta.start <= carrier.box.start < udta.stop
        if not within and carrier.has_label:
            yield emptied(walk.source, carrier)


# In place


def _in_place(source: Source, top: list[Box], moov: Box, children: list[Box], udta: Box | None, data: bytes) -> list[Patch] | None:
    """Patches that put ``data`` as user data into the movie without moving anything; None where there is no room."""
    if udta:
        start, stop = _with_free(children, udta)
        if _fits(len(data), stop - start):
            return [Patch(start, data + free_box(stop - start - len(data)))]
    old = _wiped(udta) if udta else []
    for start, stop in _free_runs(children):
        if _fits(len(data), stop - start):
            return [Patch(start, data + free_box(stop - start - len(data))), *old]
    grown = _grown(source, top, moov, data) if children[-1].stop == moov.stop else None
    return [*grown, *old] if grown else None


def _grown(source: Source, top: list[Box], moov: Box, data: bytes) -> list[Patch] | None:
    """``data`` behind the last box of ``moov``, in the room behind it or at the end of the file; then its size."""
    room = next((stop - start for start, stop in _free_runs(top) if start == moov.stop), 0)
    wanted = len(data) + SPARE
    if room >= wanted + LEAST:
        grown, behind = wanted, (room - wanted).to_bytes(4) + b"free" if room - wanted < 1 << 32 else b""
        if not behind:
            return None
    elif moov.stop + room == source.size:
        grown, behind = max(wanted, room), b""
    elif _fits(len(data), room):
        grown, behind = room, b""
    else:
        return None
    size_at, size = resized(source, moov, grown)
    return [Patch(moov.stop, data + free_box(grown - len(data)) + behind), Patch(size_at, size)]


def _wiped(box: Box) -> list[Patch]:
    """Two writes: first it means nothing any more, then there is nothing left in it."""
    return [Patch(box.start + 4, b"free"), Patch(box.body, bytes(box.stop - box.body))]


def _fits(length: int, room: int) -> bool:
    return room == length or room >= length + LEAST


def _with_free(children: list[Box], box: Box) -> tuple[int, int]:
    """The range of ``box`` and of the free boxes directly behind it."""
    stop = next((end for start, end in _free_runs(children) if start == box.stop), box.stop)
    return box.start, stop


def _free_runs(boxes: list[Box]) -> Iterator[tuple[int, int]]:
    """Ranges of free boxes that follow each other."""
    start = stop = -1
    for box in boxes:
        if box.kind not in FREE or box.to_end:
            continue
        if box.start != stop:
            if stop > start:
                yield start, stop
            start = box.start
        stop = box.stop
    if stop > start:
        yield start, stop
