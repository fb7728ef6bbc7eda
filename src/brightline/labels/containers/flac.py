"""FLAC: the label is the comment ``AIGC`` of the block VORBIS_COMMENT (TC260-PG-202510A).

Follows RFC 9639, section 8 (metadata blocks; 8.6 for comments, 8.3 for padding). The comment block grows into padding where
there is enough, so that no frame moves; all other blocks keep their bytes and their order. SEEKTABLE and CUESHEET count from
the first frame and stay right. ID3 tags before the stream marker and ID3v1 behind the frames, which RFC 9639, 9 does not know
but files have, are read and kept. Ogg FLAC is ``ogg.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers import id3, vorbis
from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Kept, Patch, Plan, Range, Reading, without_media
from brightline.labels.containers.riff import text_of
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated
from brightline.labels.sites import is_label

__all__ = ["COMMENT_BLOCK", "FLAC"]

_STREAM_INFO, _PADDING_BLOCK, _APPLICATION, COMMENT_BLOCK = 0, 1, 2, 4
_LONGEST_BLOCK = (1 << 24) - 1  # RFC 9639, 8.1: the length has 24 bits
_MOST_BLOCKS = 1024  # own choice: real files have fewer than ten
_LARGEST_UNKNOWN = 65_536  # own choice: an APPLICATION block up to this length may hold text
_NEW_PADDING = 1024  # own choice: room for a platform's code, number and signature when a file is written anew
_MOST_PATCHED = 16 << 20  # own choice: bytes rewritten in place, which an undo journal has to hold
_FRAME_SYNC = (b"\xff\xf8", b"\xff\xf9")  # RFC 9639, 9.1.1


@dataclass(frozen=True, slots=True)
class _Block:
    """One metadata block: its four-byte header is at ``offset``, its content ``[start, stop)``."""

    kind: int
    offset: int
    start: int
    stop: int
    is_last: bool


class _Flac:
    name = "flac"
    media_types = ("audio/flac", "audio/x-flac")
    suffixes = (".flac", ".fla")

    def accepts(self, head: bytes, name: str) -> bool:
        tag = id3.tag_length(head)
        if tag and len(head) < tag + 4:
            return name.lower().endswith(".flac")
        return head[tag : tag + 4] == b"fLaC"

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        tags = list(_tags(source, gaps))
        entries = [entry for tag in tags for entry in tag.entries]
        start = _marker(source, tags)
        found: list[_Block] = []
        try:
            found.extend(_blocks(source, start))
        except LabelError as problem:
            gaps.append(Gap(f"the metadata blocks cannot be followed: {problem}", start))
        for block in found:
            try:
                entries += _entries(source, block, gaps) if len(entries) <= MOST_ENTRIES else ()
            except LabelError as problem:
                gaps.append(Gap(f"a metadata block cannot be read: {problem}", block.offset))
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"entries behind the first {MOST_ENTRIES} were left out"))
        media = [Range(block.start, block.stop) for block in found if block.kind == _STREAM_INFO]
        if found and found[-1].is_last:
            media.append(Range(found[-1].stop, source.size))
            gaps += () if found[-1].stop < source.size else (without_media("frame of sound", found[-1].stop),)
        store = max((tag.c2pa for tag in tags), default=-1)
        facts = {"c2pa": str(store)} if store >= 0 else {}
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), tuple(media), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        gaps: list[Gap] = []
        tags = list(_tags(source, gaps))
        start = _marker(source, tags)
        blocks = _understood(source, start)
        fresh = _with_label(source, blocks, value, gaps)
        if gaps:
            raise Malformed(f"the metadata cannot be read whole: {gaps[0].reason}", gaps[0].offset)
        old_tags = [source.read(tag.start, tag.stop - tag.start) for tag in tags]
        new_tags = [id3.without_label(old) if any(map(is_label, tag.entries)) else old for tag, old in zip(tags, old_tags, strict=True)]
        frames = blocks[-1].stop
        metadata = _laid_out(fresh, frames - blocks[0].offset)
        pieces = [*new_tags, b"fLaC", *metadata, Kept(frames, source.size)]
        whole = tuple(piece for piece in pieces if (piece.start < piece.stop if isinstance(piece, Kept) else piece))
        same_length = sum(map(_length, metadata)) == frames - blocks[0].offset
        if not same_length or list(map(len, new_tags)) != list(map(len, old_tags)):
            return Plan(whole)
        patches = [Patch(tag.start, new) for tag, old, new in zip(tags, old_tags, new_tags, strict=True) if new != old]
        moved = _patches(source, metadata, blocks[0].offset)
        return Plan(whole, (*patches, *moved) if moved is not None else None)


FLAC: Container = _Flac()


def _tags(source: Source, gaps: list[Gap]) -> Iterator[id3.Tag]:
    at = count = 0
    while id3.tag_length(source.at_most(at, 10)) and (count := count + 1) <= 4:  # own choice: more than one is already odd
        tag = id3.read_tag(source, at, source.size, "flac.id3v2", gaps)
        yield tag
        at = tag.stop


def _marker(source: Source, tags: list[id3.Tag]) -> int:
    """Where the first block begins. Raises ``Malformed``."""
    at = tags[-1].stop if tags else 0
    if source.at_most(at, 4) != b"fLaC":
        raise Malformed("the stream marker fLaC is missing", at)
    return at + 4


def _blocks(source: Source, at: int) -> Iterator[_Block]:
    """Raises ``Truncated``, ``OverLimit``."""
    for _ in range(_MOST_BLOCKS):
        head = source.read(at, 4)
        stop = at + 4 + int.from_bytes(head[1:], "big")
        if stop > source.size:
            raise Truncated(at + 4, stop - at - 4, source.size)
        yield _Block(head[0] & 0x7F, at, at + 4, stop, bool(head[0] & 0x80))
        if head[0] & 0x80:
            return
        at = stop
    raise OverLimit(f"more than {_MOST_BLOCKS} metadata blocks", at)


def _understood(source: Source, start: int) -> tuple[_Block, ...]:
    """The blocks of a file that may be written into. Raises ``Malformed``, ``Truncated``, ``OverLimit``."""
    blocks = tuple(_blocks(source, start))
    if blocks[0].kind != _STREAM_INFO or blocks[0].stop - blocks[0].start != 34:  # RFC 9639, 8.2
        raise Malformed("the first metadata block is no STREAMINFO", start)
    if any(block.kind == 127 for block in blocks):  # RFC 9639, 8.1: forbidden, it would look like a frame
        raise Malformed("a metadata block of the forbidden type 127", start)
    behind = source.at_most(blocks[-1].stop, 2)
    if behind and behind not in _FRAME_SYNC:
        raise Malformed("no frame follows the metadata", blocks[-1].stop)
    return blocks


def _entries(source: Source, block: _Block, gaps: list[Gap]) -> list[Entry]:
    length = block.stop - block.start
    where = block.offset, length + 4
    if block.kind == COMMENT_BLOCK:
        return vorbis.entries_of(vorbis.parsed(source.read(block.start, length), block.start), "flac.VORBIS_COMMENT", where, gaps)
    if block.kind == _APPLICATION and 4 <= length <= _LARGEST_UNKNOWN:
        raw = source.read(block.start, length)
        if raw[:4] == b"riff":  # flac's --keep-foreign-metadata: the chunks of the WAV file that the sound came from, one a block
            return [Entry("flac.APPLICATION.riff", raw[4:8].decode("latin-1").strip(), text_of(raw[12:]), *where)]
        return [Entry("flac.APPLICATION", raw[:4].decode("latin-1"), raw[4:].decode("latin-1"), *where, kind="blob")]
    return []


def _with_label(source: Source, blocks: tuple[_Block, ...], value: str, gaps: list[Gap]) -> list[tuple[int, bytes | Kept]]:
    """Kind and content of the blocks as they should be, padding as it was; an APPLICATION block with a label in it is left out."""
    fresh: list[tuple[int, bytes | Kept]] = []
    has_comments = any(block.kind == COMMENT_BLOCK for block in blocks)
    written = False
    for block in blocks:
        content: bytes | Kept = Kept(block.start, block.stop)
        if block.kind == COMMENT_BLOCK:
            comments = vorbis.parsed(source.read(block.start, block.stop - block.start), block.start)
            comments = vorbis.without_labels(comments) if written else vorbis.with_label(comments, value)
            written = True
            content = comments.to_bytes()
        elif block.kind == _APPLICATION and any(map(is_label, _entries(source, block, gaps))):
            continue
        fresh.append((block.kind, content))
        if block.kind == _STREAM_INFO and not has_comments:
            fresh.append((COMMENT_BLOCK, vorbis.with_label(vorbis.EMPTY, value).to_bytes()))
            has_comments = True
    return fresh


def _laid_out(blocks: list[tuple[int, bytes | Kept]], room: int) -> list[bytes | Kept]:
    """The blocks with their headers, padding adjusted so that they fill ``room`` if that can be, else with new padding at the end."""
    excess = sum(4 + _length(content) for _, content in blocks) - room
    if excess:
        adjusted = _with_padding(blocks, excess)
        without = [block for block in blocks if block[0] != _PADDING_BLOCK]
        blocks = adjusted if adjusted is not None else [*without, (_PADDING_BLOCK, bytes(_NEW_PADDING))]
    pieces: list[bytes | Kept] = []
    for place, (kind, content) in enumerate(blocks):
        length = _length(content)
        if length > _LONGEST_BLOCK:
            raise OverLimit(f"a metadata block of {length} bytes")
        last = 0x80 if place == len(blocks) - 1 else 0
        pieces += [bytes([kind | last]) + length.to_bytes(3, "big"), content]
    return [piece for piece in pieces if _length(piece)]


def _with_padding(blocks: list[tuple[int, bytes | Kept]], excess: int) -> list[tuple[int, bytes | Kept]] | None:
    """The blocks with ``excess`` bytes taken out of one padding block (or put in, if negative); None if none has so many."""
    for place, (kind, content) in enumerate(blocks):
        if kind != _PADDING_BLOCK:
            continue
        left = _length(content) - excess
        if 0 <= left <= _LONGEST_BLOCK:
            return [*blocks[:place], (_PADDING_BLOCK, bytes(left)), *blocks[place + 1 :]]
        if left == -4:
            return [*blocks[:place], *blocks[place + 1 :]]
    if excess <= -4:
        return [*blocks, (_PADDING_BLOCK, bytes(-excess - 4))]
    return None


def _patches(source: Source, metadata: list[bytes | Kept], at: int) -> tuple[Patch, ...] | None:
    """What is new in ``metadata``, which begins at ``at`` and is as long as before; kept blocks that moved are written again.

    None where that would be more than an undo journal should hold.
    """
    patches: list[Patch] = []
    size = 0
    for piece in metadata:
        if isinstance(piece, bytes):
            if piece != source.read(at, len(piece)):
                patches.append(Patch(at, piece))
        elif piece.start != at:
            if (size := size + _length(piece)) > _MOST_PATCHED:
                return None
            patches.append(Patch(at, source.read(piece.start, _length(piece))))
        at += _length(piece)
    return tuple(patches)


def _length(piece: bytes | Kept) -> int:
    return piece.stop - piece.start if isinstance(piece, Kept) else len(piece)
