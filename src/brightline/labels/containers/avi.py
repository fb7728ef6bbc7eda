"""AVI: the label is the child ``AIGC`` of a ``LIST INFO`` at the top of the first RIFF (TC260-PG-20257A; rules.md, 2.5).

Follows RIFF (see ``riff.py``), Microsoft's AVI RIFF File Reference (``idx1``) and the OpenDML AVI extensions 1.02 (``indx``, RIFFs
of the form ``AVIX``). Common readers look for texts only in front of the pictures. So the label goes there: into the filler that
nearly every writer leaves, where nothing moves; or, if that is too small and every index counts from the pictures, by making
room. Where an index has positions in the file (OpenDML, some old ``idx1``), nothing is moved: the label goes behind everything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.opaque import bytes_without_labels, opaque_entries
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.riff import (
    MOST_TEXT_LISTS,
    SIZE_UNKNOWN,
    Chunk,
    chunk_bytes,
    chunks,
    entries_behind,
    info_bytes,
    info_entries,
    list_children,
    text_of,
)
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported
from brightline.labels.sites import is_label

__all__ = ["AVI"]

_LABEL = b"AIGC"
_FILLER = frozenset({b"JUNK", b"JUNQ"})
_NO_TEXT = frozenset({b"avih", b"strh", b"strf", b"indx", b"vprp", b"dmlh", b"idx1", b"C2PA"})
_LARGEST_UNKNOWN = 65_536  # own choice: a chunk up to this length may hold text; a larger one is somebody's data
_MOST_RIFFS = 4096  # own choice: OpenDML asks for a new one every 1 to 2 GB
_MOST_CHUNKS_IN_ALL = 100_000  # own choice: real files have some dozens and one or two a RIFF
_NEW_FILLER = 1024  # own choice: room for a platform's code, number and signature, and what ffmpeg leaves
_INDEX_ENTRY = struct.Struct("<4sIII")  # idx1: chunk id, flags, offset, length


@dataclass(frozen=True, slots=True)
class _Riff:
    """One RIFF of the file, its ``chunks`` with those of its header lists, and which of them are at its top."""

    whole: Chunk
    top: tuple[Chunk, ...]
    inner: tuple[Chunk, ...]


class _Avi:
    name = "avi"
    media_types = ("video/vnd.avi", "video/avi", "video/x-msvideo")
    suffixes = (".avi", ".divx")

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:4] == b"RIFF" and head[8:12] == b"AVI "

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        entries: list[Entry] = []
        media: list[Range] = []
        facts: dict[str, str] = {}
        end = 0
        riffs = list(_riffs(source, gaps))
        for riff in riffs:
            end = riff.whole.end
            for chunk, is_top in (*((chunk, False) for chunk in riff.inner), *((chunk, True) for chunk in riff.top)):
                if len(entries) > MOST_ENTRIES:
                    break
                try:
                    entries += _entries(source, chunk, is_top)
                except LabelError as problem:
                    gaps.append(Gap(f"the chunk {chunk.name!r} cannot be read: {problem}", chunk.offset))
            for chunk in riff.top:
                if chunk.name == b"C2PA":
                    facts["c2pa"] = str(chunk.start)
            media += [Range(chunk.start, chunk.stop) for chunk in riff.inner if chunk.name in {b"strh", b"strf"}]
            media += [Range(chunk.start, chunk.stop) for chunk in riff.top if chunk.form == b"movi"]
        if not any(chunk.form == b"movi" and chunk.stop - chunk.start > 4 for riff in riffs for chunk in riff.top):
            gaps.append(without_media("list of pictures (movi)"))
        entries += entries_behind(source, end, "avi.behind", gaps)
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"entries behind the first {MOST_ENTRIES} were left out"))
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), tuple(media), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        riffs = list(_riffs(source))
        lists = sum(chunk.form == b"INFO" for riff in riffs for chunk in (*riff.inner, *riff.top))
        if lists > MOST_TEXT_LISTS:
            raise OverLimit(f"{lists} lists of texts")
        label = chunk_bytes(_LABEL, value.encode("ascii"))
        rewritten, edits = _placed(source, riffs, label)
        for riff in riffs:
            for chunk in (*riff.inner, *riff.top):
                if chunk not in rewritten:
                    edits += _without_label(source, chunk)
        return planned([*edits, *_behind(source, riffs[-1].whole.end)], source.size)


AVI: Container = _Avi()


def _riffs(source: Source, gaps: list[Gap] | None = None) -> Iterator[_Riff]:
    """The RIFFs of the file. What cannot be followed goes to ``gaps``, or raises ``Malformed``, ``Truncated``, ``OverLimit`` without them."""
    if source.read(0, 12)[:4] != b"RIFF" or source.read(8, 4) != b"AVI ":
        raise Malformed("this is not an AVI file", 0)
    at = count = total = 0
    while source.at_most(at, 4) == b"RIFF":
        if (count := count + 1) > _MOST_RIFFS or total > _MOST_CHUNKS_IN_ALL:
            if gaps is None:
                raise OverLimit(f"{count} RIFFs with {total} chunks and more", at)
            gaps.append(Gap(f"{count} RIFFs with {total} chunks and more", at))
            return
        top: list[Chunk] = []
        inner: list[Chunk] = []
        try:
            source.read(at, 12)
            whole = next(chunks(source, at, source.size))
        except LabelError as problem:
            if gaps is None:
                raise
            gaps.append(Gap(f"the RIFF is not whole: {problem}", at))
            whole = Chunk(b"RIFF", at, min(at + 8, source.size), source.size, source.size)
        try:
            for chunk in list_children(source, whole):
                top.append(chunk)
                if chunk.form in {b"hdrl", b"odml"}:
                    _collect(source, chunk, inner)
        except LabelError as problem:
            if gaps is None:
                raise
            gaps.append(Gap(f"the chunks of the RIFF cannot be followed: {problem}", top[-1].end if top else at))
        yield _Riff(whole, tuple(top), tuple(inner))
        total += len(top) + len(inner)
        at = whole.end


def _collect(source: Source, parent: Chunk, inner: list[Chunk]) -> None:
    """The leaves of the header lists, two levels deep: ``hdrl`` holds ``strl``, which holds chunks."""
    for chunk in list_children(source, parent):
        if chunk.form in {b"strl", b"odml"}:
            inner.extend(list_children(source, chunk))
        else:
            inner.append(chunk)


def _movi(riff: _Riff) -> Chunk:
    for chunk in riff.top:
        if chunk.form == b"movi":
            return chunk
    raise Malformed("the AVI file has no list of pictures (movi)", riff.whole.offset)


def _entries(source: Source, chunk: Chunk, is_top: bool) -> list[Entry]:
    """Raises ``Malformed``, ``Truncated``, ``OverLimit``."""
    length = chunk.stop - chunk.start
    if chunk.form == b"INFO":
        return list(info_entries(source, chunk, "avi.LIST.INFO", "AIGC" if is_top else ""))
    if chunk.name == b"LIST" or chunk.name in _NO_TEXT:
        return []
    key = chunk.name.decode("latin-1").strip()
    if chunk.name == b"_PMX":
        if length > MOST_VALUE_BYTES:
            raise OverLimit(f"an XMP packet of {length} bytes", chunk.offset)
        return [Entry("avi._PMX", "XMP", text_of(source.read(chunk.start, length)), chunk.offset, length + 8, kind="xmp")]
    if length > _LARGEST_UNKNOWN:
        return []
    raw = source.read(chunk.start, length)
    if chunk.name in {b"strn", b"IDIT"}:
        return [Entry(f"avi.{key}", key, text_of(raw), chunk.offset, length + 8)]
    return opaque_entries(raw, chunk.start, f"avi.{key}", key)


def _without_label(source: Source, chunk: Chunk) -> list[Edit]:
    """The chunk without labels, as long as before. Raises ``Unsupported`` where that cannot be done."""
    labelled = [entry for entry in _entries(source, chunk, True) if entry.standard or is_label(entry)]
    if not labelled:
        return []
    if chunk.form == b"INFO":
        filled = _filled(_info(source, chunk), chunk.end - chunk.offset)
        if filled is None:
            raise Malformed("the texts of a LIST INFO are not padded as they should be", chunk.offset)
        return [Edit(chunk.offset, chunk.end, filled)]
    raw = source.read(chunk.start, chunk.stop - chunk.start)
    if chunk.name != b"_PMX":
        return [Edit(chunk.start, chunk.stop, bytes_without_labels(raw))]
    from brightline.labels.xmp import without_label

    packet = without_label(raw.rstrip(b"\0"))
    if packet is None:
        return [Edit(chunk.offset, chunk.start, struct.pack("<4sI", b"JUNK", len(raw))), Edit(chunk.start, chunk.stop, bytes(len(raw)))]
    if len(packet) > len(raw):
        raise Unsupported("the XMP packet grows when its label is taken out", "take it out with the tool that wrote it")
    return [Edit(chunk.start, chunk.stop, packet.ljust(len(raw), b" "))]


def _placed(source: Source, riffs: list[_Riff], label: bytes) -> tuple[list[Chunk], list[Edit]]:
    """Where ``label`` goes: the chunks that are written anew for it, without labels of their own, and the edits."""
    first, last = riffs[0], riffs[-1]
    rooms = _rooms(first)
    for room in rooms:
        start, stop = room[0].offset, room[-1].end
        filled = _filled(_texts(source, room, label), stop - start)
        if filled is not None:
            return room, [Edit(start, stop, filled)]
    if _may_move(source, riffs):
        room = rooms[0] if rooms else []
        start, stop = (room[0].offset, room[-1].end) if room else (_movi(first).offset,) * 2
        texts = _texts(source, room, label) + chunk_bytes(b"JUNK", bytes(_NEW_FILLER))
        return room, [Edit(start, stop, texts), _lengthened(first.whole, len(texts) - (stop - start))]
    tail = list(takewhile(_is_room, reversed(last.top)))[::-1]
    texts = _texts(source, tail, label)
    start = tail[0].offset if tail else last.whole.end
    if not tail and last.whole.end == last.whole.stop and (last.whole.stop - last.whole.start) & 1:
        texts = b"\0" + texts
    return tail, [Edit(start, last.whole.end, texts), _lengthened(last.whole, len(texts) - (last.whole.end - start))]


def _behind(source: Source, start: int) -> list[Edit]:
    """What follows the last RIFF, labels in it blanked. Raises ``Unsupported``."""
    gaps: list[Gap] = []
    labelled = any(map(is_label, entries_behind(source, start, "avi.behind", gaps)))
    if gaps:
        raise Unsupported(f"a file with {gaps[0].reason} is not labelled", "cut off what does not belong to it")
    return [Edit(start, source.size, bytes_without_labels(source.read(start, source.size - start)))] if labelled else []


def _rooms(riff: _Riff) -> list[list[Chunk]]:
    """The runs of texts and filler in front of the pictures; those with texts go first, then the longer ones."""
    before = riff.top[: riff.top.index(_movi(riff))]
    runs = [list(run) for is_room, run in groupby(before, _is_room) if is_room]
    return sorted(runs, key=lambda run: (any(chunk.form for chunk in run), run[-1].end - run[0].offset), reverse=True)


def _is_room(chunk: Chunk) -> bool:
    return chunk.form == b"INFO" or chunk.name in _FILLER


def _texts(source: Source, room: list[Chunk], label: bytes) -> bytes:
    """The text lists of ``room`` without their labels, and ``label`` in the first of them, or in one of its own."""
    lists: list[bytes] = []
    for chunk in room:
        if chunk.form == b"INFO":
            lists.append(_info(source, chunk, label))
            label = b""
    return b"".join(lists) + (chunk_bytes(b"LIST", b"INFO" + label) if label else b"")


def _info(source: Source, info: Chunk, label: bytes = b"") -> bytes:
    """A text list without its labels, with ``label`` behind its other texts."""
    entries = info_entries(source, info, "avi.LIST.INFO", "AIGC")
    places = {entry.offset for entry in entries if entry.standard or is_label(entry)}
    return info_bytes(source, info, lambda child: child.offset in places, label)


def _filled(texts: bytes, room: int) -> bytes | None:
    """``texts`` with filler to ``room`` bytes; None if they do not fit, or leave less than a chunk takes."""
    spare = room - len(texts)
    if spare and spare < 8:
        return None
    return texts + (chunk_bytes(b"JUNK", bytes(spare - 8)) if spare else b"")


def _lengthened(riff: Chunk, growth: int) -> Edit:
    """The length of a RIFF put right. Raises ``Unsupported``."""
    length = riff.stop - riff.start + growth
    if length >= SIZE_UNKNOWN:
        raise Unsupported("with a label the RIFF would be longer than 32 bits can count", "remux the file as OpenDML AVI")
    return Edit(riff.offset + 4, riff.offset + 8, struct.pack("<I", length))


def _may_move(source: Source, riffs: list[_Riff]) -> bool:
    """True if no index has positions in the file: one RIFF, no ``indx`` in use, and ``idx1`` counted from the pictures."""
    if len(riffs) > 1:
        return False
    for chunk in riffs[0].inner:
        # OpenDML, 3.0: longs an entry, sub-type, type, entries in use
        if chunk.name == b"indx" and (chunk.stop - chunk.start < 8 or source.read(chunk.start + 4, 4) != bytes(4)):
            return False
    movi = _movi(riffs[0])
    for chunk in riffs[0].top:
        if chunk.name == b"idx1" and chunk.stop - chunk.start >= _INDEX_ENTRY.size:
            name, _, offset, _ = _INDEX_ENTRY.unpack(source.read(chunk.start, _INDEX_ENTRY.size))
            if source.at_most(movi.start + offset, 4) != name:
                return False
    return True
