"""WAV, RF64 and BW64: the label is a chunk ``AIGC`` at the top level of the RIFF (TC260-PG-202510A; rules.md, 2.5).

Follows RIFF (see ``riff.py``), EBU Tech 3306 and ITU-R BS.2088 for ``ds64``, the 64-bit lengths of files over 4 GiB. The new
chunk goes behind the last one, so no sample moves and a file can be labelled where it lies. Of a stream whose length was
never written (data of 0xFFFFFFFF or 0 bytes under a RIFF of the same) nothing can stand behind the samples: there it goes
before them. Big-endian RIFX and Sony's Wave64 are not handled.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from brightline.labels.containers import id3
from brightline.labels.containers.container import Container
from brightline.labels.containers.opaque import bytes_without_labels
from brightline.labels.containers.reading import (
    MOST_ENTRIES,
    MOST_VALUE_BYTES,
    Entry,
    Gap,
    Kept,
    Patch,
    Plan,
    Range,
    Reading,
    without_media,
)
from brightline.labels.containers.riff import (
    MOST_CHUNKS,
    MOST_TEXT_LISTS,
    SIZE_UNKNOWN,
    Chunk,
    chunk_bytes,
    chunks,
    entries_behind,
    info_bytes,
    info_entries,
    text_of,
)
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
from brightline.labels.sites import is_label

__all__ = ["WAV", "WavFrame", "frame_of"]

_LABEL = b"AIGC"
_MEDIA = frozenset({b"fmt ", b"fact", b"data"})
_SILENT = frozenset({b"JUNK", b"junk", b"PAD ", b"FLLR", b"ds64", b"C2PA"})  # filler, lengths, and a store that C2PA's own reader opens
_LARGEST_UNKNOWN = 65_536  # own choice: an unknown chunk up to this length may hold text; a larger one is somebody's data
_BEXT_TEXTS = (("Description", 0, 256), ("Originator", 256, 32), ("OriginatorReference", 288, 32))  # EBU Tech 3285, 2.3
_BEXT_HISTORY = 602  # EBU Tech 3285, 2.3: CodingHistory follows the fixed part
_MOST_SIZES = 64  # own choice: rows of the table in ds64; only chunks over 4 GiB need one
_LONGEST_BY_MISTAKE = 8  # some writers put the file's whole length where the length behind the first 8 bytes belongs


class _Wav:
    name = "wav"
    media_types = ("audio/vnd.wave", "audio/wav", "audio/x-wav")
    suffixes = (".wav", ".wave", ".rf64", ".bwf")

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == b"WAVE"

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        found: list[Chunk] = []
        facts: dict[str, str] = {}
        entries: list[Entry] = []
        frame = frame_of(source, gaps)
        try:
            found.extend(frame.walk(source))
        except LabelError as problem:
            gaps.append(Gap(f"the chunks behind byte {found[-1].end if found else 12} cannot be followed: {problem}"))
        for chunk in found:
            if chunk.name == b"C2PA":
                facts["c2pa"] = str(chunk.start)
            if len(entries) > MOST_ENTRIES:
                continue
            try:
                entries += _entries(source, chunk, gaps)
            except LabelError as problem:
                gaps.append(Gap(f"the chunk {chunk.name!r} cannot be read: {problem}", chunk.offset))
        if not gaps and not any(chunk.name == b"data" and chunk.start < chunk.stop for chunk in found):
            gaps.append(without_media("samples (data)"))
        entries += entries_behind(source, frame.stop, "wav.behind", gaps)
        if frame.streamed:
            facts["layout"] = "streamed"
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"entries behind the first {MOST_ENTRIES} were left out"))
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), _media(found), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        frame = frame_of(source)
        found = _understood(source, frame)
        fresh = chunk_bytes(_LABEL, value.encode("ascii"))
        pieces: list[Kept | bytes] = [Kept(12, found[0].offset)]
        growth = len(fresh)
        changed: list[Chunk] = []
        for chunk in found:
            if frame.streamed and chunk.name == b"data":
                pieces.append(fresh)
            after = _without_label(source, chunk)
            if after is None:
                pieces.append(Kept(chunk.offset, chunk.end))
                continue
            changed.append(chunk)
            pieces.append(after)
            growth += len(after) - (chunk.end - chunk.offset)
        last = found[-1]
        unpadded = last.stop == last.end and (last.stop - last.start) & 1 and last not in changed
        if not frame.streamed:
            fresh = b"\0" * bool(unpadded) + fresh
            growth += bool(unpadded)
            pieces.append(fresh)
        pieces += [Kept(last.end, frame.stop), *_behind(source, frame.stop)]
        header = _lengths(frame, frame.stop + growth - 8)
        if frame.streamed or frame.stop != source.size or last.end != source.size:
            return Plan(_joined(source, header, pieces))
        return Plan(_joined(source, header, pieces), _in_place(source, frame, last, changed, fresh))


WAV: Container = _Wav()


@dataclass(frozen=True, slots=True)
class WavFrame:
    """The outermost chunk: where its chunks end, the lengths in ``ds64`` and where its own stands there (or -1)."""

    stop: int
    sizes: Mapping[bytes, int]
    ds64: int
    streamed: bool

    def walk(self, source: Source) -> Iterator[Chunk]:
        """Its chunks. The samples of a stream reach to the end of the file."""
        if not self.streamed:
            yield from chunks(source, 12, self.stop, self.sizes)
            return
        at = 12
        for _ in range(MOST_CHUNKS):
            if at + 8 > self.stop:
                return
            name, length = struct.unpack("<4sI", source.read(at, 8))
            if name == b"data" and (length in {0, SIZE_UNKNOWN} or at + 8 + length > self.stop):
                yield Chunk(name, at, at + 8, self.stop, self.stop)
                return
            chunk = next(chunks(source, at, self.stop))
            yield chunk
            at = chunk.end
        raise OverLimit(f"more than {MOST_CHUNKS} chunks", at)


def frame_of(source: Source, gaps: list[Gap] | None = None) -> WavFrame:
    """Raises ``Truncated`` if the RIFF ends behind the file, unless ``gaps`` takes that up. Raises ``Malformed``."""
    name, size, form = struct.unpack("<4sI4s", source.read(0, 12))
    if name not in {b"RIFF", b"RF64", b"BW64"} or form != b"WAVE":
        raise Malformed("this is not a WAVE file", 0)
    sizes: dict[bytes, int] = {}
    ds64 = -1
    if name != b"RIFF" and size == SIZE_UNKNOWN:
        # EBU Tech 3306, 3.4: ds64 is the first chunk; riffSize, dataSize, sampleCount, then a table of further lengths
        if source.at_most(12, 4) != b"ds64":
            raise Malformed("a file with 64-bit lengths does not begin with ds64", 12)
        size, sizes[b"data"] = struct.unpack("<QQ", source.read(20, 16))
        table = source.at_most(44, 4)
        for row in range(min(int.from_bytes(table, "little"), _MOST_SIZES)):
            name, length = struct.unpack("<4sQ", source.read(48 + 12 * row, 12))
            sizes.setdefault(name, length)
        ds64 = 20
    elif size in {0, SIZE_UNKNOWN}:
        return WavFrame(source.size, sizes, -1, True)
    stop = 8 + size
    if stop > source.size:
        if stop - source.size > _LONGEST_BY_MISTAKE:
            if gaps is None:
                raise Truncated(8, size, source.size)
            gaps.append(Gap(f"the RIFF has {size} bytes, but the file ends before", source.size))
        stop = source.size
    return WavFrame(stop, sizes, ds64, False)


def _understood(source: Source, frame: WavFrame) -> tuple[Chunk, ...]:
    """The chunks of a file that may be written into. Raises ``Malformed``, ``Truncated`` or ``OverLimit``."""
    found = tuple(frame.walk(source))
    names = [chunk.name for chunk in found]
    if b"fmt " not in names or names.count(b"data") != 1:
        raise Malformed("a WAVE file has one chunk 'fmt ' and one 'data'", 12)
    if names.count(b"LIST") > MOST_TEXT_LISTS:
        raise OverLimit(f"{names.count(b'LIST')} lists", 12)
    return found


def _media(found: list[Chunk]) -> tuple[Range, ...]:
    return tuple(Range(chunk.start, chunk.stop) for chunk in found if chunk.name in _MEDIA)


def _entries(source: Source, chunk: Chunk, gaps: list[Gap]) -> Iterator[Entry]:
    length = chunk.stop - chunk.start
    where = chunk.offset, chunk.end - chunk.offset
    if chunk.name in _MEDIA or chunk.name in _SILENT:
        return
    if chunk.name == b"LIST":
        if chunk.form == b"INFO":
            yield from info_entries(source, chunk, "wav.LIST.INFO")
        return
    if chunk.name in {b"id3 ", b"ID3 "}:
        yield from id3.read_tag(source, chunk.start, chunk.stop, "wav.id3", gaps).entries
        return
    if length > (MOST_VALUE_BYTES if chunk.name in {_LABEL, b"_PMX", b"iXML", b"axml"} else _LARGEST_UNKNOWN):
        if chunk.name in {_LABEL, b"_PMX", b"iXML", b"axml"}:
            gaps.append(Gap(f"the chunk {chunk.name!r} has {length} bytes", chunk.offset))
        return
    raw = source.read(chunk.start, length)
    key = chunk.name.decode("latin-1").strip()
    if chunk.name == _LABEL:
        yield Entry("wav.AIGC", "AIGC", text_of(raw), *where, standard=True)
    elif chunk.name == b"_PMX":
        yield Entry("wav._PMX", "XMP", text_of(raw), *where, kind="xmp")
    elif chunk.name == b"bext":
        for name, start, longest in _BEXT_TEXTS:
            yield Entry("wav.bext", name, text_of(raw[start : start + longest].split(b"\0")[0]), *where)
        yield Entry("wav.bext", "CodingHistory", text_of(raw[_BEXT_HISTORY:]), *where)
    elif chunk.name in {b"iXML", b"axml"} or key.lower() == "aigc":
        yield Entry(f"wav.{key}", key, text_of(raw), *where)
    else:
        yield Entry(f"wav.{key}", key, raw.decode("latin-1"), *where, kind="blob")


def _without_label(source: Source, chunk: Chunk) -> bytes | None:
    """The chunk without the labels in it (empty: without the chunk); None where there are none. Raises ``Unsupported``."""
    gaps: list[Gap] = []
    labelled = [entry for entry in _entries(source, chunk, gaps) if entry.standard or is_label(entry)]
    if gaps:
        raise Unsupported(f"the chunk {chunk.name!r} cannot be searched for a label: {gaps[0].reason}")
    if not labelled:
        return None
    if chunk.name == b"LIST":
        places = {entry.offset for entry in labelled}
        return info_bytes(source, chunk, lambda child: child.offset in places)
    raw = source.read(chunk.start, chunk.stop - chunk.start)
    if chunk.name in {b"id3 ", b"ID3 "}:
        tag = id3.without_label(raw)
        return chunk_bytes(chunk.name, tag) if tag else b""
    if chunk.name == b"_PMX":
        from brightline.labels.xmp import without_label

        packet = without_label(raw.rstrip(b"\0"))
        return chunk_bytes(chunk.name, packet) if packet else b""
    if chunk.name == b"bext":
        return chunk_bytes(chunk.name, _bext_emptied(raw, {entry.key for entry in labelled}))
    if chunk.name in {b"iXML", b"axml"}:
        return chunk_bytes(chunk.name, bytes_without_labels(raw))
    return b""


def _behind(source: Source, start: int) -> list[Kept | bytes]:
    """What follows the RIFF, labels in it blanked. Raises ``Unsupported``."""
    gaps: list[Gap] = []
    if not any(map(is_label, entries_behind(source, start, "wav.behind", gaps))) and not gaps:
        return [Kept(start, source.size)]
    if gaps:
        raise Unsupported(f"a file with {gaps[0].reason} is not labelled", "cut off what does not belong to it")
    return [bytes_without_labels(source.read(start, source.size - start))]


def _bext_emptied(raw: bytes, keys: set[str]) -> bytes:
    for name, start, longest in _BEXT_TEXTS:
        if name in keys:
            raw = raw[:start] + b"\0" * len(raw[start : start + longest]) + raw[start + longest :]
    return raw[:_BEXT_HISTORY] if "CodingHistory" in keys else raw


def _lengths(frame: WavFrame, size: int) -> tuple[Patch, ...]:
    """The length of the outermost chunk, as patches of the original's bytes. Raises ``Unsupported``."""
    if frame.streamed:
        return ()
    if frame.ds64 >= 0:
        return (Patch(frame.ds64, struct.pack("<Q", size)),)
    if size >= SIZE_UNKNOWN:
        raise Unsupported("with a label the file would have more than the 4 GiB that a RIFF can count", "make an RF64 file of it first")
    return (Patch(4, struct.pack("<I", size)),)


def _in_place(source: Source, frame: WavFrame, last: Chunk, changed: list[Chunk], fresh: bytes) -> tuple[Patch, ...] | None:
    """The same by patches: a first label behind everything, or over the label that is the last chunk, with filler if it is shorter."""
    if not changed:
        return (Patch(source.size, fresh), *_lengths(frame, source.size + len(fresh) - 8))
    if changed != [last] or last.name != _LABEL:
        return None
    spare = (last.end - last.offset) - len(fresh)
    if spare >= 8:
        fresh += chunk_bytes(b"JUNK", b"\0" * (spare - 8))
    elif spare > 0:
        return None
    lengths = _lengths(frame, last.offset + len(fresh) - 8)
    return (Patch(last.offset, fresh), *lengths)


def _joined(source: Source, lengths: tuple[Patch, ...], pieces: list[Kept | bytes]) -> tuple[Kept | bytes, ...]:
    """``pieces``, which begin behind the first 12 bytes, with those before them, ``lengths`` worked in; nothing empty."""
    start = bytearray(source.read(0, 12))
    joined: list[Kept | bytes] = []
    for patch in lengths:
        if patch.offset < 12:
            start[patch.offset : patch.offset + len(patch.data)] = patch.data
    for piece in [bytes(start), *pieces]:
        inside = [patch for patch in lengths if isinstance(piece, Kept) and piece.start <= patch.offset < piece.stop]
        if isinstance(piece, Kept) and inside:
            joined += [Kept(piece.start, inside[0].offset), inside[0].data, Kept(inside[0].offset + len(inside[0].data), piece.stop)]
        elif isinstance(piece, bytes) or piece.start < piece.stop:
            joined.append(piece)
    return tuple(piece for piece in joined if piece)
