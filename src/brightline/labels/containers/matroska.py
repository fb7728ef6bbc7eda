"""Matroska and WebM: the label in a SimpleTag ``AIGC`` about the whole file (TC260-PG-20257A; RFC 9559, 5.1.8).

Three ways to write, the cheapest that the file allows:

1. the tags have room beside them (a Void): they are overwritten;
2. in place: new tags are put at the end of the Segment, then its size and the SeekHead, which must have room, are raised to them,
   then the old ones become a Void; nothing moves, so Cues stay valid;
3. where a new file is written: tags where they were, or before the first Cluster, so that readers that stop there see them too;
   SeekHead and Cues follow what moved. For recordings without a SeekHead it is the only way: nobody would look at their end.

Clusters and Segments of unknown size are walked by what may stand in them. ``media`` are the payloads of the Clusters. Labels in
titles, names and small attachments are blanked, tags about tracks and chapters lose them. Files of several Segments, and Clusters
that name their own position, are refused where something would have to move.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from brightline.labels.containers.container import Container
from brightline.labels.containers.ebml import CRC32, VOID, EbmlWalk, Element, checksummed, element, fitted, size_field, void
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.matroska_index import CUES, SEEK_HEAD, moved_cues, names_tags, seek_head_body, with_body
from brightline.labels.containers.matroska_tags import (
    LONGEST_BLOB,
    TAGS,
    has_label,
    label_tag,
    tag_entries,
    tags_without_labels,
    text,
)
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Patch, Plan, Range, Reading, without_media
from brightline.labels.containers.relocation import Change, Moved, Table, growth_of_parents, on_whole_pages, settled
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
from brightline.labels.sites import is_label

__all__ = ["MATROSKA", "level_1", "segments_of"]

SPARE = 1024
"""Bytes of a Void behind fresh tags; own choice, as in MP4: room for a platform's keys and a signature."""

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_INFO, _TRACKS, _ATTACHMENTS, _CHAPTERS = 0x1549A966, 0x1654AE6B, 0x1941A469, 0x1043A770
_LEVEL_1 = frozenset({SEEK_HEAD, CUES, TAGS, _CLUSTER, _INFO, _TRACKS, _ATTACHMENTS, _CHAPTERS})
_TEXTS = {
    # where texts that people read stand: parents from level 1 on, then the element, its name
    (_INFO, 0x7BA9): "Title",
    (_INFO, 0x4D80): "MuxingApp",
    (_INFO, 0x5741): "WritingApp",
    (_TRACKS, 0xAE, 0x536E): "Name",
    (_ATTACHMENTS, 0x61A7, 0x466E): "FileName",
    (_ATTACHMENTS, 0x61A7, 0x467E): "FileDescription",
    (_ATTACHMENTS, 0x61A7, 0x465C): "FileData",
    (_CHAPTERS, 0x45B9, 0xB6, 0x80, 0x85): "ChapString",
}
_LEVEL_1_NAMES = {_INFO: "Info", _TRACKS: "Tracks", _ATTACHMENTS: "Attachments", _CHAPTERS: "Chapters"}
_POSITION, _SIMPLE_BLOCK, _BLOCK_GROUP = 0xA7, 0xA3, 0xA0
_MOST_PARTS = 1 << 16  # own choice: 18 hours in Clusters of a second
_LONGEST_INDEX = 64 << 20  # own choice: a cue for every frame of a day has some 40 MB


class _Matroska:
    name = "matroska"
    media_types = ("video/matroska", "video/webm", "audio/matroska", "audio/webm", "video/x-matroska", "audio/x-matroska")
    suffixes = (".mkv", ".webm", ".mka", ".mk3d", ".mks", ".weba")

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:4] == b"\x1a\x45\xdf\xa3" and (b"matroska" in head[:128] or b"webm" in head[:128])

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        walk = EbmlWalk(source, gaps)
        entries: list[Entry] = []
        media: list[Range] = []
        segments = segments_of(walk)
        if not segments:
            raise Malformed("no Segment", 0)
        for segment in segments:
            for part in level_1(walk, segment):
                if part.id == TAGS:
                    entries += tag_entries(walk, part)
                elif part.id == _CLUSTER:
                    media.append(Range(part.body, part.stop))
                else:
                    entries += (entry for _, entry in _texts(walk, part))
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"{len(entries)} metadata entries; {MOST_ENTRIES} were looked at"))
        gaps += () if any(start < stop for start, stop in media) else (without_media("media (Cluster)"),)
        return Reading(_kind(source), tuple(entries[:MOST_ENTRIES]), tuple(media), tuple(gaps))

    def plan(self, source: Source, value: str) -> Plan:
        walk = EbmlWalk(source)
        segments = segments_of(walk)
        if len(segments) != 1:
            raise Unsupported(f"a file of {len(segments)} Segments", "split it, or join its parts into one, for example with mkvmerge")
        segment = segments[0]
        parts = level_1(walk, segment)
        old = next((part for part in parts if part.id == TAGS), None)
        body = checksummed((tags_without_labels(walk, old) if old else b"") + label_tag(value))
        cleared = list(_cleared(walk, parts, old))
        beside = _beside(parts, old, body) if old else None
        if beside:
            return planned([beside, *cleared], source.size)
        patches = _at_the_end(source, segment, parts, old, body)
        if patches is not None:
            patches += [Patch(edit.start, edit.data) for edit in cleared]
        try:
            edits = on_whole_pages(partial(_anew, walk, segment, parts, old, body, cleared), SPARE)
        except Unsupported:
            if patches is None:
                raise
            edits = [Edit(at, min(at + len(data), source.size), data) for at, data in patches]
        return Plan(planned(edits, source.size).pieces, tuple(patches) if patches is not None else None)


MATROSKA: Container = _Matroska()


def _kind(source: Source) -> str:
    """``webm`` or ``matroska``, as the EBML header has it (RFC 8794, 11.2.6)."""
    return "webm" if b"\x42\x82\x84webm" in source.at_most(0, 128) else "matroska"


# Walking


def segments_of(walk: EbmlWalk) -> list[Element]:
    """The Segments of the file. A strict walk takes nothing else at the top but EBML headers and Voids."""
    found: list[Element] = []
    at = 0
    while at < walk.source.size:
        try:
            here = walk.element_at(at, walk.source.size)
        except Truncated as problem:
            walk.tell(problem)
            cut = _cut_off(walk, at)
            found += [cut] if cut and cut.id == _SEGMENT else []
            break
        except LabelError as problem:
            walk.tell(problem)
            break
        if here.id == _SEGMENT:
            found.append(here)
        elif here.id not in (_EBML, VOID) or not here.known:
            walk.tell(Malformed(f"the element {here.id:X} beside the Segment", at))
            break
        at = here.stop
    return found


def _cut_off(walk: EbmlWalk, at: int) -> Element | None:
    """The element whose end is missing, as far as it is there; None where not even its header is."""
    head = walk.source.at_most(at, 12)
    for length in range(1, 5):
        name = int.from_bytes(head[:length])
        if name in (_SEGMENT, _CLUSTER) and len(head) > length:
            body = at + length + 9 - max(1, head[length].bit_length())
            return Element(name, at, body, walk.source.size) if body <= walk.source.size else None
    return None


def level_1(walk: EbmlWalk, segment: Element) -> list[Element]:
    """The elements of a Segment. A Cluster of unknown size ends where one of their level begins."""
    found: list[Element] = []
    at = segment.body
    while at < segment.stop:
        try:
            if len(found) == _MOST_PARTS:
                raise OverLimit(f"more than {_MOST_PARTS} parts of a Segment", at)
            here = walk.element_at(at, segment.stop)
            if not here.known:
                if here.id != _CLUSTER:
                    raise Malformed(f"the element {here.id:X} has no size", at)
                here = here._replace(stop=_cluster_end(walk, here))
        except Truncated as problem:
            walk.tell(problem)
            cut = _cut_off(walk, at)
            found += [cut] if cut and cut.id == _CLUSTER else []
            break
        except LabelError as problem:
            walk.tell(problem)
            break
        if here.id in (_EBML, _SEGMENT):
            walk.tell(Unsupported("several recordings one after the other", "split the file, or join its parts into one"))
            break
        found.append(here)
        at = here.stop
    return found


def _cluster_end(walk: EbmlWalk, cluster: Element) -> int:
    at = cluster.body
    while (at := walk.behind_short_names(at, cluster.stop)) < cluster.stop:
        here = walk.element_at(at, cluster.stop)
        if here.id in _LEVEL_1 or here.id in (_EBML, _SEGMENT):
            return at
        if not here.known:
            raise Malformed(f"the element {here.id:X} has no size", at)
        at = here.stop
    return at


def _texts(walk: EbmlWalk, part: Element, path: tuple[int, ...] = ()) -> Iterator[tuple[Element, Entry]]:
    """The texts beside the tags: titles, programs, names of tracks, chapters and attachments, small attachments."""
    path = (*path, part.id)
    if not any(known[: len(path)] == path for known in _TEXTS):
        return
    if path not in _TEXTS:
        for child in walk.children(part.body, part.stop):
            yield from _texts(walk, child, path)
        return
    name = _TEXTS[path]
    if name == "FileData" and part.size > LONGEST_BLOB:
        return
    try:
        value = walk.payload(part, LONGEST_BLOB).decode("latin-1") if name == "FileData" else text(walk, part, LONGEST_BLOB)
    except LabelError as problem:
        walk.tell(problem)
        return
    place = f"matroska.{_LEVEL_1_NAMES[path[0]]}"
    yield part, Entry(place, name, value, part.start, part.size, "blob" if name == "FileData" else "text")


# Writing


def _cleared(walk: EbmlWalk, parts: list[Element], old: Element | None) -> Iterator[Edit]:
    """Labels at other places, taken out in their own room; and a CRC-32 over the whole Segment, which nobody can keep right."""
    for part in parts:
        if part.id == CRC32:
            yield Edit(part.start, part.stop, void(part.size))
        elif part.id == TAGS and part != old and has_label(walk, part):
            body = checksummed(tags_without_labels(walk, part))
            yield Edit(part.start, part.stop, (fitted(TAGS, body, part.size) if body else None) or void(part.size))
        elif part.id in _LEVEL_1_NAMES:
            labels = [child for child, entry in _texts(walk, part) if is_label(entry)]
            if labels:
                yield _blanked(walk, part, labels)


def _blanked(walk: EbmlWalk, part: Element, labels: list[Element]) -> Edit:
    """``part`` with zeros for the texts that are labels: strings that end at once (RFC 8794, 7.4 and 7.5)."""
    if part.size > _LONGEST_INDEX:
        raise OverLimit(f"a label inside an element of {part.size} bytes", part.start)
    body = bytearray(walk.source.read(part.body, part.stop - part.body))
    for child in labels:
        body[child.body - part.body : child.stop - part.body] = bytes(child.stop - child.body)
    return Edit(part.body, part.stop, checksummed(bytes(body)))


def _beside(parts: list[Element], old: Element, body: bytes) -> Edit | None:
    """The tags ``body`` in the room of the old ones and of the Voids behind them; None where they do not fit."""
    stop = _with_voids(parts, old)
    data = fitted(TAGS, body, stop - old.start)
    return Edit(old.start, stop, data) if data else None


def _at_the_end(source: Source, segment: Element, parts: list[Element], old: Element | None, body: bytes) -> list[Patch] | None:
    """Patches that put the tags ``body`` at the end of the file without moving anything; None where readers would not find them."""
    index = [part for part in parts if part.id == SEEK_HEAD]
    if segment.stop != source.size or not index:
        return None
    tags_at = segment.stop - segment.body
    heads = []
    naming = [head for head in index if names_tags(source, head)] or index[:1]
    for head in naming:
        room = _with_voids(parts, head)
        data = fitted(SEEK_HEAD, seek_head_body(source.read(head.start, head.size), _unmoved, tags_at), room - head.start)
        if data is None:
            return None
        heads.append(Patch(head.start, data))
    new = element(TAGS, body) + void(SPARE)
    size = _segment_size(segment, len(new))
    if size is None or len(size) != segment.body - segment.start - 4:
        return None
    wiped = [Patch(old.start, void(old.size))] if old else []
    return [Patch(segment.stop, new), Patch(segment.start + 4, size), *heads, *wiped]


def _anew(
    walk: EbmlWalk, segment: Element, parts: list[Element], old: Element | None, body: bytes, cleared: list[Edit], spare: int
) -> list[Edit]:
    """Edits that make room for the tags where they were, or before the first Cluster, and correct what points behind it."""
    new = element(TAGS, body) + void(spare)
    if old:
        at, stop = old.start, _with_voids(parts, old)
    else:
        at = stop = next((part.start for part in parts if part.id == _CLUSTER), segment.stop)
    _refuse_positions(walk, parts, at)
    changes: list[Change[Element]] = [Change(Edit(at, stop, new), (segment,)), *map(Change, cleared)]
    first_head = next((part for part in parts if part.id == SEEK_HEAD), None)
    tables: list[Table[Element]] = []
    for part in parts:
        if part.id not in (SEEK_HEAD, CUES):
            continue
        if part.size > _LONGEST_INDEX:
            raise OverLimit(f"an index of {part.size} bytes", part.start)
        raw = walk.source.read(part.start, part.size)
        behind = (at, len(new)) if part == first_head and not old else None
        rewritten = partial(_moved_head, segment.body, behind) if part.id == SEEK_HEAD else partial(_moved_cues, segment.body)
        tables.append(Table(Range(part.start, part.stop), (segment,), raw, rewritten))
    every = settled(changes, tables)
    edits = [change.edit for change in every]
    for growth in growth_of_parents(every).values():
        size = _segment_size(segment, growth)
        if size is None:
            raise Unsupported("a Segment that would be too long for its size")
        edits.append(Edit(segment.start + 4, segment.body, size))
    return edits


def _moved_head(base: int, fresh: tuple[int, int] | None, raw: bytes, moved: Moved) -> bytes:
    """The SeekHead ``raw``; ``fresh``: in front of which byte new tags are put, and how many bytes that are."""
    tags_at = moved(fresh[0]) - fresh[1] - moved(base) if fresh else None
    whole = EbmlWalk(Source(raw)).element_at(0, len(raw))
    body = seek_head_body(raw, partial(_within, base, moved), tags_at)
    return raw if body == raw[whole.body : whole.stop] else with_body(raw, whole, body)


def _moved_cues(base: int, raw: bytes, moved: Moved) -> bytes:
    return moved_cues(raw, partial(_within, base, moved))


def _within(base: int, moved: Moved, position: int) -> int:
    return moved(base + position) - moved(base)


def _unmoved(position: int) -> int:
    return position


def _segment_size(segment: Element, growth: int) -> bytes | None:
    """The Segment's size field once it is longer, as wide as it was where that suffices; None where none is wide enough."""
    width = segment.body - segment.start - 4
    if not segment.known:
        return (1 << 7 * width | (1 << 7 * width) - 1).to_bytes(width)
    size = segment.stop - segment.body + growth
    return size_field(size, width) if size < (1 << 56) - 1 else None


def _with_voids(parts: list[Element], part: Element) -> int:
    """The end of ``part`` and of the Voids directly behind it."""
    stop = part.stop
    for other in parts:
        if other.id == VOID and other.start == stop:
            stop = other.stop
    return stop


def _refuse_positions(walk: EbmlWalk, parts: list[Element], at: int) -> None:
    """Clusters behind ``at`` may not say where they lie themselves: that would have to change inside the media."""
    for cluster in parts:
        if cluster.id != _CLUSTER or cluster.start < at:
            continue
        place = cluster.body
        while place < cluster.stop:
            here = walk.element_at(place, cluster.stop)
            if here.id in (_SIMPLE_BLOCK, _BLOCK_GROUP) or not here.known:
                break
            if here.id == _POSITION and any(walk.payload(here, 8)):
                raise Unsupported("Clusters that say where they lie", "write the file anew, for example with ffmpeg -c copy")
            place = here.stop
