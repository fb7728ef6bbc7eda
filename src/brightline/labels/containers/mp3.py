"""MP3 (and MP2, MP1): the label is a ``TXXX`` frame ``AIGC`` of the first ID3v2 tag before the sound (TC260-PG-202510A).

Follows ISO/IEC 11172-3, 2.4.1.3 for the header of a frame of sound, id3.org for ID3v2 (see ``id3.py``) and ID3v1, and the
APEv2 specification (Hydrogenaudio). Several tags before the sound, a 2.4 tag behind it, APEv2 and ID3v1 are all read; labels in
any of them are taken out, of ID3v1 (30 characters a field) the beginnings of labels that were cut off. Lyrics3 is kept and not read.
Sound in ADTS (AAC) behind an ID3 tag is treated alike.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers import id3
from brightline.labels.containers.container import Container
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
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported
from brightline.labels.sites import is_label

__all__ = ["MP3"]

_MOST_TAGS = 16  # own choice: tools that append instead of replace leave two or three
_MOST_ITEMS = 1024  # own choice: APEv2 tags have some dozens
_SEARCHED_FOR_SOUND = 65_536  # own choice: bytes between tag and first frame that writers leave as padding
_ID3V1_BYTES = 128
_ID3V1_FIELDS = (("Title", 3, 30), ("Artist", 33, 30), ("Album", 63, 30), ("Comment", 97, 30))
_APE = struct.Struct("<8sIIII8s")  # preamble, version, size without header, items, flags, reserved
_APE_HAS_HEADER = 1 << 31

# ISO/IEC 11172-3, 2.4.2.3 and ISO/IEC 13818-3, 2.4.2.3: kbit/s by version and layer, and sampling rates of version 1
_BIT_RATES = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLING_RATES = (44_100, 48_000, 32_000)


@dataclass(frozen=True, slots=True)
class _Ape:
    """An APEv2 tag in ``[start, stop)``, header included; ``items`` are key, value and the bytes of the whole item."""

    start: int
    stop: int
    flags: int
    items: tuple[tuple[str, str, Range], ...]


class _Mp3:
    name = "mp3"
    media_types = ("audio/mpeg", "audio/mp3")
    suffixes = (".mp3", ".mp2", ".mpga")

    def accepts(self, head: bytes, name: str) -> bool:
        tag = id3.tag_length(head)
        if tag:
            behind = head[tag : tag + 4]
            return behind != b"fLaC" and not (len(behind) < 4 and name.lower().endswith(".flac"))
        return _two_frames_begin(head)

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        entries: list[Entry] = []
        facts: dict[str, str] = {}
        start = 0
        try:
            for tag in _tags_before(source, gaps):
                start = tag.stop
                entries += tag.entries
                if tag.c2pa >= 0:
                    facts["c2pa"] = str(tag.c2pa)
        except LabelError as problem:
            gaps.append(Gap(f"the tags before the sound cannot be followed: {problem}", start))
        if not entries and not start and not _is_frame(source.at_most(0, 4)) and not gaps:
            raise Malformed("neither a tag nor a frame of sound is at the beginning", 0)
        stop = max(start, source.size)
        try:
            behind = _tags_behind(source, start, gaps)
            stop = behind.sound_stop
            entries += behind.entries
        except LabelError as problem:
            gaps.append(Gap(f"the tags behind the sound cannot be followed: {problem}", source.size))
        if not _has_sound(source, start, stop):
            gaps.append(without_media("frame of sound", start))
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"entries behind the first {MOST_ENTRIES} were left out"))
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), (Range(start, stop),), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        gaps: list[Gap] = []
        tags = list(_tags_before(source, gaps))
        start = tags[-1].stop if tags else 0
        behind = _tags_behind(source, start, gaps)
        if gaps:
            raise Malformed(f"a tag cannot be read whole: {gaps[0].reason}", gaps[0].offset)
        _require_sound(source, start, behind.sound_stop)
        if not tags:
            if not _is_frame(source.at_most(0, 4)):
                raise Malformed("neither a tag nor a frame of sound is at the beginning", 0)
            fresh = id3.with_label(b"", value)
            return Plan((fresh, *_whole([Kept(0, behind.sound_stop), *_tail(source, behind)])))
        pieces: list[bytes] = []
        patches: list[Patch] = []
        for tag in tags:
            old = source.read(tag.start, tag.stop - tag.start)
            if tag is tags[0]:
                new = id3.with_label(old, value)
            else:
                new = id3.without_label(old) if any(is_label(entry) for entry in tag.entries) else old
            pieces.append(new)
            if new != old:
                patches.append(Patch(tag.start, new))
        tail = _tail(source, behind)
        lengths = [len(piece) for piece in pieces]
        in_place = lengths == [tag.stop - tag.start for tag in tags] and all(isinstance(piece, Kept) or not piece for piece in tail)
        return Plan(_whole([*pieces, Kept(start, behind.sound_stop), *tail]), tuple(patches) if in_place else None)


MP3: Container = _Mp3()


@dataclass(frozen=True, slots=True)
class _Behind:
    """What follows the sound: an ID3v2.4 tag, an APEv2 tag, both or neither; then ``rest_start`` up to the end (Lyrics3, ID3v1)."""

    sound_stop: int
    entries: tuple[Entry, ...]
    tag: id3.Tag | None
    ape: _Ape | None
    rest_start: int


def _tags_before(source: Source, gaps: list[Gap]) -> Iterator[id3.Tag]:
    """The ID3v2 tags that stand one after the other at the beginning. Raises ``Truncated`` and ``OverLimit``."""
    at = count = 0
    while id3.tag_length(source.at_most(at, 10)):
        if (count := count + 1) > _MOST_TAGS:
            raise OverLimit(f"more than {_MOST_TAGS} tags one after the other", at)
        tag = id3.read_tag(source, at, source.size, "mp3.id3v2", gaps, standard=count == 1)
        yield tag
        at = tag.stop


def _tags_behind(source: Source, start: int, gaps: list[Gap]) -> _Behind:
    """Read from the end towards the sound, which begins at ``start``. Raises ``Malformed``, ``OverLimit``."""
    entries: list[Entry] = []
    end = source.size
    if end - start >= _ID3V1_BYTES and source.read(end - _ID3V1_BYTES, 3) == b"TAG":
        end -= _ID3V1_BYTES
        raw = source.read(end, _ID3V1_BYTES)
        for key, at, length in _ID3V1_FIELDS:
            text = raw[at : at + length].split(b"\0")[0].decode("latin-1").strip()
            if text:
                entries.append(Entry("mp3.id3v1", key, text, end, _ID3V1_BYTES))
    rest_start = end
    ape = _ape(source, start, end)
    if ape:
        end = ape.start
        entries += [Entry("mp3.ape", key, value, where.start, where.stop - where.start) for key, value, where in ape.items]
    tag = _tag_behind(source, start, end, gaps)
    if tag:
        end = tag.start
        entries += tag.entries
    return _Behind(end, tuple(entries), tag, ape, rest_start)


def _tag_behind(source: Source, start: int, end: int, gaps: list[Gap]) -> id3.Tag | None:
    """The tag whose footer ends at ``end`` (ID3v2.4.0, 3.4: the header again, spelt ``3DI``)."""
    if end - start < 20 or source.read(end - 10, 3) != b"3DI":
        return None
    footer = source.read(end - 10, 10)
    length = id3.tag_length(b"ID3" + footer[3:])
    if not length or end - length < start:
        raise Malformed("the footer of the tag behind the sound does not hold", end - 10)
    return id3.read_tag(source, end - length, end, "mp3.id3v2.appended", gaps)


def _ape(source: Source, start: int, end: int) -> _Ape | None:
    """The APEv2 tag whose footer ends at ``end``. Raises ``Malformed`` and ``OverLimit``."""
    if end - start < _APE.size or source.read(end - _APE.size, 8) != b"APETAGEX":
        return None
    _, _, size, count, flags, _ = _APE.unpack(source.read(end - _APE.size, _APE.size))
    first = end - size
    tag_start = first - (_APE.size if flags & _APE_HAS_HEADER else 0)
    if size < _APE.size or tag_start < start:
        raise Malformed("the footer of the APE tag does not hold", end - _APE.size)
    if count > _MOST_ITEMS:
        raise OverLimit(f"an APE tag of {count} items", tag_start)
    items: list[tuple[str, str, Range]] = []
    at, stop = first, end - _APE.size
    for _ in range(count):
        if at + 9 > stop:
            raise Malformed("the APE tag has fewer items than it says", at)
        length, item_flags = struct.unpack("<II", source.read(at, 8))
        named = source.read(at + 8, min(256, stop - at - 8))  # APEv2, item: a key has 2 to 255 characters
        key, found, _ = named.partition(b"\0")
        value_start = at + 8 + len(key) + 1
        if not found or value_start + length > stop:
            raise Malformed("an item of the APE tag is longer than the tag", at)
        if length > MOST_VALUE_BYTES and not item_flags & 0x06:
            raise OverLimit(f"an APE item of {length} bytes", at)
        # APEv2, item flags, bits 1 and 2: 0 is UTF-8 text, 1 binary (covers), 2 an address
        text = "" if item_flags & 0x06 else source.read(value_start, length).decode("utf-8", "replace")
        items.append((key.decode("latin-1"), text, Range(at, value_start + length)))
        at = value_start + length
    return _Ape(tag_start, end, flags, tuple(items))


def _tail(source: Source, behind: _Behind) -> list[Kept | bytes]:
    """What follows the sound, without labels."""
    tail: list[Kept | bytes] = []
    if behind.tag:
        if any(is_label(entry) for entry in behind.tag.entries):
            tag = source.read(behind.tag.start, behind.tag.stop - behind.tag.start)
            tail.append(id3.without_label(tag, with_footer=True))
        else:
            tail.append(Kept(behind.tag.start, behind.tag.stop))
    if behind.ape:
        tail += _ape_without_label(source, behind.ape)
    blanked = _id3v1_without_label(source, behind)
    tail += [Kept(behind.rest_start, source.size - len(blanked)), blanked]
    return tail


def _id3v1_without_label(source: Source, behind: _Behind) -> bytes:
    """The ID3v1 tag with zeros for the beginnings of labels in it; nothing where there are none."""
    cut_off = [entry for entry in behind.entries if entry.place == "mp3.id3v1" and is_label(entry)]
    if not cut_off:
        return b""
    raw = bytearray(source.read(source.size - _ID3V1_BYTES, _ID3V1_BYTES))
    for key, at, length in _ID3V1_FIELDS:
        if key in {entry.key for entry in cut_off}:
            raw[at : at + length] = bytes(length)
    return bytes(raw)


def _ape_without_label(source: Source, ape: _Ape) -> list[Kept | bytes]:
    kept = [where for key, value, where in ape.items if not is_label(Entry("mp3.ape", key, value, 0, 0))]
    if len(kept) == len(ape.items):
        return [Kept(ape.start, ape.stop)]
    if not kept:
        return []
    items = b"".join(source.read(start, stop - start) for start, stop in kept)
    version = 2000  # APEv2

    def frame(flags: int) -> bytes:
        return _APE.pack(b"APETAGEX", version, len(items) + _APE.size, len(kept), flags, bytes(8))

    is_header = 1 << 29  # APEv2, tag flags
    header = frame(ape.flags | is_header) if ape.flags & _APE_HAS_HEADER else b""
    return [header + items + frame(ape.flags & ~is_header)]


def _whole(pieces: list[Kept | bytes]) -> tuple[Kept | bytes, ...]:
    return tuple(piece for piece in pieces if (piece.start < piece.stop if isinstance(piece, Kept) else piece))


def _require_sound(source: Source, start: int, stop: int) -> None:
    """Raises ``Malformed`` where no frame of sound follows, ``Unsupported`` where another format does."""
    head = source.at_most(start, min(4, stop - start))
    if head in {b"fLaC", b"OggS", b"RIFF", b"MAC "}:
        raise Unsupported(f"{head!r} follows the ID3 tag: this is no MP3 file", "its name or its tag is wrong")
    if not _has_sound(source, start, stop):
        raise Malformed("no frame of sound follows the tags", start)


def _has_sound(source: Source, start: int, stop: int) -> bool:
    """True if a frame begins behind ``start``, or behind what writers leave there as padding."""
    if _is_frame(source.at_most(start, min(4, stop - start))):
        return True
    head = source.at_most(start, min(_SEARCHED_FOR_SOUND, stop - start))
    at = head.find(b"\xff")
    while at >= 0:
        if _is_frame(head[at : at + 4]) or _is_adts(head[at : at + 4]):
            return True
        at = head.find(b"\xff", at + 1)
    return False


def _two_frames_begin(head: bytes) -> bool:
    """Two frames in a row: the two bytes of one alone also begin a text in UTF-16."""
    first = _frame_length(head[:4])
    second = head[first : first + 4] if first else b""
    return bool(first) and (first == len(head) or _is_frame(second))


def _is_frame(four: bytes) -> bool:
    return _frame_length(four) > 0


def _is_adts(four: bytes) -> bool:
    """ISO/IEC 13818-7, 6.2.1: twelve bits of synchronisation, layer 0, a sampling frequency up to 12."""
    return len(four) == 4 and four[0] == 0xFF and four[1] & 0xF6 == 0xF0 and (four[2] >> 2 & 0x0F) <= 12


def _frame_length(four: bytes) -> int:
    """Bytes of the frame of sound whose header is ``four``; 0 if it is none (or of free format, whose length it does not say)."""
    if len(four) < 4 or four[0] != 0xFF or four[1] & 0xE0 != 0xE0:
        return 0
    version_bits, layer, rate, frequency = four[1] >> 3 & 3, 4 - (four[1] >> 1 & 3), four[2] >> 4, four[2] >> 2 & 3
    if version_bits == 1 or layer == 4 or rate in {0, 15} or frequency == 3:
        return 0
    version = 1 if version_bits == 3 else 2
    sampling = _SAMPLING_RATES[frequency] >> {3: 0, 2: 1, 0: 2}[version_bits]
    bits = _BIT_RATES[version, layer][rate] * 1000
    padding = four[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // sampling + padding) * 4
    samples = 72 if layer == 3 and version == 2 else 144
    return samples * bits // sampling + padding
