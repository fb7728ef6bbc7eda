"""ID3v2 tags: lists their texts, puts one ``TXXX`` frame with the description ``AIGC`` in, takes labels out.

Follows "ID3 tag version 2.2.0", "2.3.0" and "2.4.0" (id3.org; sections named below) and TC260-PG-202510A for the frame. A tag
is edited in its own version: every other frame keeps its bytes, in their order, and padding takes up the difference while it
lasts. A new tag is 2.3: what reads ID3v2 at all reads 2.3, while older players and systems pass over 2.4. On writing, an
extended header (its CRC would no longer hold) and a footer (a tag with a footer may have no padding, 2.4.0, 3.4) are left out.
Encrypted frames and tags that are compressed as a whole (2.2) are not looked into.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, EntryKind, Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
from brightline.labels.sites import is_label

__all__ = ["LABEL_DESCRIPTION", "Tag", "read_tag", "tag_length", "with_label", "without_label"]

LABEL_DESCRIPTION = "AIGC"
"""Description of the TXXX frame that holds the label (TC260-PG-202510A)."""

_MOST_TAG_BYTES = 64 << 20  # own choice: a tag is rewritten in memory; covers in print quality reach some 20 MB
_MOST_FRAMES = 16_384  # own choice: four times the entries that are kept
_LARGEST_BLOB = 65_536  # own choice: private data up to this length may hold text; a longer one is somebody's data
_SEARCHED_FOR_STORE = 160  # own choice: media type, file name and description stand before it
_PADDING = 1024  # own choice: room for a platform's code, number and signature, so that the file need not be written anew
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")  # 2.4.0, 4: the encoding byte 0 … 3
_TEXT_X = {2: b"TXX", 3: b"TXXX", 4: b"TXXX"}
_UNSYNCHRONISED, _EXTENDED, _FOOTER, _COMPRESSED_2_2 = 0x80, 0x40, 0x10, 0x40


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag in ``[start, stop)``, footer included, as its reader saw it. ``c2pa``: offset of a manifest store, or -1."""

    start: int
    stop: int
    version: int
    entries: tuple[Entry, ...]
    c2pa: int = -1


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame at ``offset`` with its header; ``data`` is empty for one that no text is read from."""

    name: bytes
    offset: int
    start: int
    stop: int
    flags: int


@dataclass(frozen=True, slots=True)
class _Body:
    """Where the frames of a tag lie: in the file, or, where the whole tag is unsynchronised, in memory. ``stop`` is behind the padding."""

    source: Source
    start: int
    stop: int
    version: int
    in_file: bool


def tag_length(head: bytes) -> int:
    """Length in bytes of the tag whose first ten bytes are ``head``, footer included; 0 if no tag begins there (2.4.0, 3.1)."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or head[4] == 0xFF or any(byte & 0x80 for byte in head[6:10]):
        return 0
    return 10 + _synchsafe(head[6:10]) + (10 if head[3] == 4 and head[5] & _FOOTER else 0)


def read_tag(source: Source, start: int, stop: int, place: str, gaps: list[Gap], standard: bool = False) -> Tag:
    """The tag at ``start``, which may not reach behind ``stop``. What cannot be read goes to ``gaps``.

    ``standard``: this tag is where the format's guide puts the label. Raises ``Malformed`` where no tag begins, ``Truncated``
    where it ends behind ``stop``.
    """
    head = source.read(start, min(10, stop - start))
    length = tag_length(head)
    if not length:
        raise Malformed("no ID3v2 tag begins here", start)
    if start + length > stop:
        raise Truncated(start, length, stop)
    entries: list[Entry] = []
    c2pa = -1
    try:
        body = _body(source, start, start + length, head)
        for frame in _frames(body):
            if len(entries) == MOST_ENTRIES:
                gaps.append(Gap("further frames of this ID3 tag were left out", frame.offset))
                break
            where = (frame.offset, frame.stop - frame.offset) if body.in_file else (start, length)
            try:
                if body.in_file and (store := _manifest_store(body, frame)) >= 0:
                    c2pa = store
                entry = _entry(body, frame, place, where, standard)
            except LabelError as problem:
                gaps.append(Gap(f"the frame {frame.name!r} cannot be read: {problem}", where[0]))
                continue
            if entry:
                entries.append(entry)
    except LabelError as problem:
        gaps.append(Gap(f"the ID3 tag cannot be read to its end: {problem}", start))
    return Tag(start, start + length, head[3], tuple(entries), c2pa)


def with_label(tag: bytes, value: str) -> bytes:
    """``tag`` (a whole one, or nothing) with exactly one label; as long as before where its padding is enough.

    Raises ``Malformed``, ``OverLimit`` or ``Unsupported`` rather than touch a tag that is not fully understood.
    """
    version = tag[3] if tag else 3
    kept, flags = _kept_frames(tag) if tag else (b"", 0)
    fresh = _label_frame(version, value, frames_unsynchronised=version == 4 and bool(flags & _UNSYNCHRONISED))
    return _tag_bytes(version, flags, kept + fresh, len(tag))


def without_label(tag: bytes, *, with_footer: bool = False) -> bytes:
    """``tag`` without its labels, as long as before; empty where no other frame is left. Raises as ``with_label`` does.

    ``with_footer``: for a tag behind the sound, which is found by its footer and may have no padding (2.4.0, 3.4).
    """
    kept, flags = _kept_frames(tag)
    if not kept:
        return b""
    if not with_footer:
        return _tag_bytes(tag[3], flags, kept, len(tag))
    header = struct.pack(">BBB", 4, 0, flags & _UNSYNCHRONISED | _FOOTER) + _as_synchsafe(len(kept))
    return b"ID3" + header + kept + b"3DI" + header


def _kept_frames(tag: bytes) -> tuple[bytes, int]:
    """Every frame of ``tag`` that holds no label, as it is (synchronised, where the tag as a whole is not); and the tag's flags."""
    if len(tag) > _MOST_TAG_BYTES:
        raise OverLimit(f"an ID3 tag of {len(tag)} bytes", 0)
    if tag_length(tag[:10]) != len(tag):
        raise Malformed("the length of the ID3 tag does not hold")
    source = Source(tag)
    body = _body(source, 0, len(tag), tag[:10])
    kept = bytearray()
    for frame in _frames(body):
        try:
            entry = _entry(body, frame, "id3", (0, 0), standard=False)
        except Unsupported:  # encrypted: nobody without the key can read a label there
            entry = None
        if entry is None or not (is_label(entry) or _is_label_frame(entry)):
            kept += body.source.read(frame.offset, frame.stop - frame.offset)
        elif entry.kind == "xmp":
            kept += _xmp_frame_without_label(body, frame)
    return bytes(kept), tag[5]


def _is_label_frame(entry: Entry) -> bool:
    """An empty ``TXXX:AIGC`` is no label, but it would stand beside the new one."""
    return entry.place == "id3.TXXX" and entry.key == LABEL_DESCRIPTION


def _tag_bytes(version: int, flags: int, frames: bytes, room: int) -> bytes:
    """A tag of ``room`` bytes, if the frames find room in it, else a longer one with padding."""
    if version < 4 and flags & _UNSYNCHRONISED:
        frames = _unsynchronise(frames)
    size = max(room - 10, 0) if len(frames) + 10 <= room else len(frames) + _PADDING
    if size >= 1 << 28:
        raise OverLimit(f"an ID3 tag of {size} bytes")
    header = struct.pack(">3sBBB", b"ID3", version, 0, flags & _UNSYNCHRONISED) + _as_synchsafe(size)
    return header + frames + b"\0" * (size - len(frames))


def _label_frame(version: int, value: str, frames_unsynchronised: bool) -> bytes:
    """The TXXX (2.2: TXX) frame: encoding 0, description, value; ASCII, so that unsynchronisation leaves it as it is."""
    payload = b"\0" + LABEL_DESCRIPTION.encode("ascii") + b"\0" + value.encode("ascii")
    if version == 2:
        return b"TXX" + len(payload).to_bytes(3, "big") + payload
    size = _as_synchsafe(len(payload)) if version == 4 else len(payload).to_bytes(4, "big")
    return b"TXXX" + size + (b"\0\x02" if frames_unsynchronised else b"\0\0") + payload


def _body(source: Source, start: int, stop: int, head: bytes) -> _Body:
    """Raises ``Unsupported`` for versions and compressions that nobody defined, ``OverLimit``, ``Malformed``."""
    version, flags = head[3], head[5]
    if version not in _TEXT_X or (version == 2 and flags & _COMPRESSED_2_2):
        raise Unsupported(f"an ID3 tag of version 2.{version} with flags {flags:#04x}", "its frames cannot be told apart")
    at, end = start + 10, stop - (10 if version == 4 and flags & _FOOTER else 0)
    in_file = True
    if version < 4 and flags & _UNSYNCHRONISED:
        if end - at > _MOST_TAG_BYTES:
            raise OverLimit(f"an unsynchronised ID3 tag of {end - at} bytes", start)
        source = Source(_synchronise(source.read(at, end - at)))
        at, end, in_file = 0, source.size, False
    if version > 2 and flags & _EXTENDED:
        size = source.read(at, 4) if at + 4 <= end else b"\xff" * 4
        # 2.3.0, 3.2: the size does not count itself; 2.4.0, 3.2: it is synchsafe and does
        skipped = 4 + int.from_bytes(size, "big") if version == 3 else _synchsafe(size)
        if not 6 <= skipped <= end - at:
            raise Malformed("the extended header of the ID3 tag does not fit into it", start)
        at += skipped
    return _Body(source, at, end, version, in_file)


def _frames(body: _Body) -> Iterator[_Frame]:
    """The frames up to the padding. Raises ``Malformed`` for one that ends behind the tag."""
    header, letters = (6, 3) if body.version == 2 else (10, 4)
    at, count = body.start, 0
    while at + header <= body.stop:
        if (count := count + 1) > _MOST_FRAMES:
            raise OverLimit(f"an ID3 tag of more than {_MOST_FRAMES} frames", at)
        head = body.source.read(at, header)
        if head[0] == 0:
            return
        if not _is_name(head[:letters]):
            raise Malformed("what follows is neither a frame nor padding", at)
        size = _frame_size(body, at, head)
        if at + header + size > body.stop:
            raise Malformed(f"the frame {head[:letters]!r} is longer than its tag", at)
        flags = 0 if body.version == 2 else int.from_bytes(head[8:10], "big")
        yield _Frame(head[:letters], at, at + header, at + header + size, flags)
        at += header + size


def _frame_size(body: _Body, at: int, head: bytes) -> int:
    if body.version == 2:
        return int.from_bytes(head[3:6], "big")
    plain = int.from_bytes(head[4:8], "big")
    if body.version == 3 or plain < 0x80:
        return plain
    if any(byte & 0x80 for byte in head[4:8]):
        return plain  # cannot be synchsafe: a well-known player wrote plain sizes into tags of version 2.4
    safe = _synchsafe(head[4:8])
    return plain if not _frame_may_begin(body, at + 10 + safe) and _frame_may_begin(body, at + 10 + plain) else safe


def _frame_may_begin(body: _Body, at: int) -> bool:
    if at > body.stop:
        return False
    head = body.source.read(at, min(4, body.stop - at))
    return not head or head[0] == 0 or _is_name(head)


def _is_name(name: bytes) -> bool:
    return all(0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A for byte in name)


def _entry(body: _Body, frame: _Frame, place: str, where: tuple[int, int], standard: bool) -> Entry | None:
    """What a frame says; None for pictures, counters and the like. Raises ``LabelError`` for what cannot be looked into."""
    name = frame.name.decode("ascii")
    large = frame.stop - frame.start > _LARGEST_BLOB
    if (name[0] not in "TW" and name not in _READ) or (large and name in {"PRIV", "GEOB", "GEO"} and not _is_xmp(body, frame)):
        return None
    data = _data(body, frame)
    if name[0] == "W" and name not in {"WXXX", "WXX"}:
        return Entry(f"{place}.{name}", name, data.rstrip(b"\0").decode("latin-1"), *where)
    if name == "PRIV":
        owner, _, content = data.partition(b"\0")
        is_xmp = owner == b"XMP"
        kind: EntryKind = "xmp" if is_xmp else "blob"
        value = content.decode("utf-8", "replace") if is_xmp else content.decode("latin-1")
        return Entry(f"{place}.PRIV", owner.decode("latin-1"), value, *where, kind=kind)
    if not data:
        return None
    encoding, rest = _ENCODINGS[data[0]] if data[0] < len(_ENCODINGS) else "latin-1", data[1:]
    if name in {"GEOB", "GEO"}:
        return Entry(f"{place}.{name}", name, rest.decode("latin-1"), *where, kind="blob")
    if name in {"TXXX", "TXX", "WXXX", "WXX"}:
        description, text = _split(rest, encoding)
        value = _text(text, encoding) if name[0] == "T" else text.rstrip(b"\0").decode("latin-1")
        is_place = standard and name[0] == "T" and description == LABEL_DESCRIPTION
        return Entry(f"{place}.{'TXXX' if name == 'TXX' else name}", description, value, *where, standard=is_place)
    if name in {"COMM", "COM", "USLT", "ULT"}:
        description, text = _split(rest[3:], encoding)  # 2.4.0, 4.10: three letters of the language come first
        return Entry(f"{place}.{name}", description or name, _text(text, encoding), *where)
    return Entry(f"{place}.{name}", name, _text(rest, encoding), *where)


_READ = frozenset({"COMM", "COM", "USLT", "ULT", "PRIV", "GEOB", "GEO"})


def _is_xmp(body: _Body, frame: _Frame) -> bool:
    return frame.name == b"PRIV" and body.source.read(frame.start, min(4, frame.stop - frame.start)) == b"XMP\0"


def _manifest_store(body: _Body, frame: _Frame) -> int:
    """Where the JUMBF box of a manifest store begins in this frame, or -1 (C2PA 2.1, A.3.5: a GEOB frame of its media type)."""
    if frame.name != b"GEOB":
        return -1
    head = body.source.read(frame.start, min(_SEARCHED_FOR_STORE, frame.stop - frame.start))
    box = head.find(b"jumb")  # ISO 19566-5, 4.2: four bytes of length stand before the type
    return frame.start + box - 4 if box >= 4 and b"c2pa" in head else -1


def _data(body: _Body, frame: _Frame) -> bytes:
    """The content of a frame: flags undone. Raises ``OverLimit``, ``Unsupported`` (encrypted), ``Malformed``."""
    if frame.stop - frame.start > MOST_VALUE_BYTES:
        raise OverLimit(f"a frame of {frame.stop - frame.start} bytes", frame.offset)
    data = body.source.read(frame.start, frame.stop - frame.start)
    if body.version == 3:  # 2.3.0, 3.3.1: after the header come the length before compression, encryption method, group
        compressed, encrypted, skipped = frame.flags & 0x80, frame.flags & 0x40, 4 * bool(frame.flags & 0x80) + bool(frame.flags & 0x20)
    elif body.version == 4:  # 2.4.0, 4.1.2: group, encryption method, length before compression
        compressed, encrypted, skipped = frame.flags & 0x08, frame.flags & 0x04, bool(frame.flags & 0x40) + 4 * bool(frame.flags & 0x01)
        if frame.flags & 0x02:
            data = _synchronise(data)
    else:
        return data
    if encrypted:
        raise Unsupported("an encrypted frame cannot be read", "its owner has the key")
    data = data[skipped:]
    if not compressed:
        return data
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(data, MOST_VALUE_BYTES)
    except zlib.error as problem:
        raise Malformed(f"a compressed frame is damaged: {problem}", frame.offset) from problem
    if inflater.unconsumed_tail:
        raise OverLimit(f"a compressed frame with more than {MOST_VALUE_BYTES} bytes", frame.offset)
    return data


def _xmp_frame_without_label(body: _Body, frame: _Frame) -> bytes:
    from brightline.labels.xmp import without_label as xmp_without_label

    if frame.flags & 0xFF:
        raise Unsupported("a label stands in an XMP packet that is compressed or unsynchronised", "take it out with the tool that wrote it")
    packet = xmp_without_label(_data(body, frame)[4:])
    if not packet:
        return b""
    data = b"XMP\0" + packet
    size = _as_synchsafe(len(data)) if body.version == 4 else len(data).to_bytes(4, "big")
    return frame.name + size + frame.flags.to_bytes(2, "big") + data


def _split(data: bytes, encoding: str) -> tuple[str, bytes]:
    """The text before the terminator, and the bytes behind it (2.4.0, 4: two zero bytes end a text in UTF-16)."""
    if not encoding.startswith("utf-16"):
        before, _, after = data.partition(b"\0")
        return _text(before, encoding), after
    at = next((place for place in range(0, min(len(data), _LARGEST_BLOB) - 1, 2) if data[place : place + 2] == b"\0\0"), len(data))
    return _text(data[:at], encoding), data[at + 2 :]


def _text(data: bytes, encoding: str) -> str:
    if encoding == "utf-16" and data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16-le"  # without its byte order mark; little-endian is what such writers mean
    return data.decode(encoding, "replace").rstrip("\0")


def _synchsafe(four: bytes) -> int:
    """2.4.0, 6.2: seven bits a byte."""
    return four[0] << 21 | four[1] << 14 | four[2] << 7 | four[3]


def _as_synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _synchronise(data: bytes) -> bytes:
    return data.replace(b"\xff\0", b"\xff")


def _unsynchronise(data: bytes) -> bytes:
    """2.4.0, 6.1: a zero byte between FF and what could look like a frame of sound, or zero, or the end."""
    changed = bytearray()
    for place, piece in enumerate(data.split(b"\xff")):
        if place:
            changed += b"\xff"
            if not piece or piece[0] == 0 or piece[0] >= 0xE0:
                changed += b"\0"
        changed += piece
    return bytes(changed)
