"""GIF: the label in an application extension ``XMP DataXMP`` before the first frame.

Follows the GIF89a specification (CompuServe, 1990): 18 (screen), 20 (image), 23 (graphic control), 24 (comment), 26 (application
extension); ISO 16684-3, 1.1.1 (the packet as it is, then 258 bytes that lead every reader of sub-blocks to the end); and
TC260-PG-20259A. GIF87a knows no extensions: such a file becomes GIF89a. Also read: comments, plain text, other application
extensions that speak of a label, what follows the trailer. Media are the screen, the frames and their timing; loops are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.opaque import (
    bytes_without_labels,
    opaque_entries,
    text_without_labels,
    trailing,
    trailing_edits,
)
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, with_label, without_label

__all__ = ["GIF"]

_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C
_Kind = Literal["image", "control", "comment", "text", "xmp", "c2pa", "application", "other"]
_LABELS: dict[int, _Kind] = {0xF9: "control", 0xFE: "comment", 0x01: "text"}
_XMP_NAME = b"XMP DataXMP"
_C2PA_NAME = b"C2PA_GIF"  # C2PA 2.1, A.3.4
_MAGIC = bytes((1, *range(255, -1, -1), 0))  # ISO 16684-3, 1.1.1: 258 bytes
_MOST_BLOCKS = 262_144  # own choice: more frames than an hour at 60 a second
_MOST_METADATA = 8 << 20  # own choice: bytes of extensions read of one file
_READ_WHOLE = 3 << 20  # own choice: larger files are walked over from length to length, which reads little but asks often
_WINDOW = 64 << 10


class _Block(NamedTuple):
    """``body``: the first byte behind the head (of an application extension, behind its name)."""

    kind: _Kind
    start: int
    body: int
    stop: int
    name: bytes = b""


@dataclass(slots=True)
class _Walk:
    screen: Range
    blocks: list[_Block] = field(default_factory=list)
    insert_at: int = 0
    stop: int = 0
    problem: LabelError | None = None


class _Gif:
    name = "gif"
    media_types = ("image/gif",)
    suffixes = (".gif",)

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:6] in {b"GIF87a", b"GIF89a"}

    def read(self, source: Source) -> Reading:
        walk = _walked(source)
        entries: list[Entry] = []
        gaps: list[Gap] = []
        budget = _MOST_METADATA
        for block in walk.blocks:
            if len(entries) >= MOST_ENTRIES:
                gaps.append(Gap(f"more than {MOST_ENTRIES} extensions", block.start))
                break
            size = block.stop - block.start
            if _speaks(block) and size > min(budget, MOST_VALUE_BYTES):
                gaps.append(Gap(f"an extension of {size} bytes", block.start))
                continue
            budget -= size if _speaks(block) else 0
            entries += _entries(source, block)
        if walk.problem:
            gaps.append(Gap(walk.problem.message, walk.stop))
        else:
            if not any(block.kind == "image" for block in walk.blocks):
                gaps.append(without_media("frame", walk.stop))
            seen, missed = trailing(source, walk.stop, "gif.trailer")
            entries += seen
            gaps += missed
        width, height = (int.from_bytes(source.read(at, 2), "little") for at in (6, 8))
        facts = {"width": str(width), "height": str(height)}
        if sum(block.kind == "image" for block in walk.blocks) > 1:
            facts["layout"] = "animated"
        for block in walk.blocks:
            if block.kind == "c2pa":
                facts.setdefault("c2pa", str(block.body))
        return Reading(self.name, tuple(entries), _media(walk), tuple(gaps), facts)

    def plan(self, source: Source, value: str) -> Plan:
        walk = _walked(source)
        if walk.problem:
            raise walk.problem
        if not any(block.kind == "image" for block in walk.blocks):
            raise Malformed("a GIF without a picture", walk.stop)
        base = next((block for block in walk.blocks if block.kind == "xmp"), None)
        edits: list[Edit] = []
        budget = _MOST_METADATA
        for block in walk.blocks:
            budget -= block.stop - block.start if _speaks(block) else 0
            if budget < 0:
                raise OverLimit(f"more than {_MOST_METADATA} bytes in extensions", block.start)
            if block is not base and any(is_label(entry) for entry in _entries(source, block)):
                edits.append(Edit(block.start, block.stop, _without_label(source, block)))
        packet = with_label(_packet(source, base) if base else None, value)
        if b"\0" in packet:
            raise Malformed("an XMP packet with zero bytes cannot stand in a GIF", base.start if base else 0)
        labelled = bytes((_EXTENSION, 0xFF, len(_XMP_NAME))) + _XMP_NAME + packet + _MAGIC
        start, stop = (base.start, base.stop) if base else (walk.insert_at, walk.insert_at)
        first = next(block.start for block in walk.blocks if block.kind == "image")
        if base and base.start > first:  # readers that stop at the first frame do not come to it there
            edits.append(Edit(base.start, base.stop, b""))
            start = stop = walk.insert_at
        edits.append(Edit(start, stop, labelled))
        edits.append(Edit(0, 6, b"GIF89a"))
        edits += trailing_edits(source, walk.stop)
        return planned(edits, source.size)


def _walked(source: Source) -> _Walk:
    """The blocks of the file. Raises ``Malformed`` and ``Truncated`` where no GIF begins, ``OverLimit`` for too many blocks."""
    if source.at_most(0, 6) not in {b"GIF87a", b"GIF89a"}:
        raise Malformed("a GIF begins with GIF87a or GIF89a", 0)
    at = 13 + _colours(source.read(10, 1)[0])
    source.read(at - 1, 1)
    walk = _Walk(Range(6, at), insert_at=at, stop=at)
    skip = _Skip(source)
    try:
        while True:
            opening = source.read(at, 1)[0]
            if opening == _TRAILER:
                walk.stop = at + 1
                return walk
            block = _block(source, at, opening, skip)
            walk.blocks.append(block)
            if len(walk.blocks) > _MOST_BLOCKS:
                raise OverLimit(f"more than {_MOST_BLOCKS} blocks", at)
            if block.kind in {"application", "xmp", "c2pa"} and walk.insert_at == at:
                walk.insert_at = block.stop  # players look for the loop extension right behind the screen
            walk.stop = at = block.stop
    except OverLimit:
        raise
    except LabelError as problem:
        walk.problem = problem
        return walk


def _block(source: Source, at: int, opening: int, skip: _Skip) -> _Block:
    if opening == _IMAGE:
        body = at + 10 + _colours(source.read(at + 9, 1)[0]) + 1
        return _Block("image", at, body, skip.to_end(body))
    if opening != _EXTENSION:
        raise Malformed(f"no GIF block begins with 0x{opening:02X}", at)
    label, length = source.read(at + 1, 2)
    if label != 0xFF:
        return _Block(_LABELS.get(label, "other"), at, at + 2, skip.to_end(at + 2))
    name = source.read(at + 3, length)
    body = at + 3 + length
    kind: _Kind = "xmp" if name == _XMP_NAME else "c2pa" if name.startswith(_C2PA_NAME) else "application"
    return _Block(kind, at, body, skip.to_end(body), name)


class _Skip:
    """Finds the end of sub-blocks: by windows in small files, from length to length in large ones."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._start, self._window = 0, b""
        self._size = _WINDOW if source.size <= _READ_WHOLE else 1

    def to_end(self, at: int) -> int:
        """The byte behind the empty sub-block that ends the row at ``at``. Raises ``Truncated``."""
        size, source = self._size, self._source
        if size == 1:
            while length := source.read(at, 1, ahead=False)[0]:
                at += length + 1
            return at + 1
        while True:
            within = at - self._start
            if not 0 <= within < len(self._window):
                self._start, self._window, within = at, source.at_most(at, size), 0
                if not self._window:
                    raise Truncated(at, 1, source.size)
            window, end = self._window, len(self._window)
            while within < end:
                length = window[within]
                if not length:
                    return self._start + within + 1
                within += length + 1
            at = self._start + within


def _colours(flags: int) -> int:
    """Bytes of the colour table that ``flags`` announce (GIF89a, 18 and 20)."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _media(walk: _Walk) -> tuple[Range, ...]:
    ranges = [walk.screen]
    for block in walk.blocks:
        if block.kind in {"image", "control", "text"}:
            if ranges[-1].stop == block.start:
                ranges[-1] = Range(ranges[-1].start, block.stop)
            else:
                ranges.append(Range(block.start, block.stop))
    return tuple(ranges)


def _speaks(block: _Block) -> bool:
    return block.kind in {"comment", "xmp", "application", "other"}


def _entries(source: Source, block: _Block) -> list[Entry]:
    """What a block says. Plain text is drawn into the picture: it is media, and no metadata."""
    size = block.stop - block.start
    if block.kind == "xmp":
        text = packet_text(_packet(source, block), strict=False)
        return [Entry("gif.XMP", "XMP", text, block.start, size, "xmp", standard=True)]
    if block.kind == "comment":
        return [Entry("gif.comment", "Comment", _text(_joined(source, block)), block.start, size)]
    if block.kind in {"application", "other"}:
        name = block.name.decode("latin-1").strip("\0 ")
        found = opaque_entries(_joined(source, block), block.start, f"gif.{block.kind}", name)
        return [replace(entry, offset=block.start, length=size) for entry in found]
    return []


def _without_label(source: Source, block: _Block) -> bytes:
    """The block anew without the label in it; empty where nothing else is in it."""
    head = source.read(block.start, block.body - block.start)
    if block.kind == "xmp":
        rest = without_label(_packet(source, block))
        return head + rest + _MAGIC if rest else b""
    if block.kind == "comment":
        left = text_without_labels(_text(_joined(source, block)))
        return head + _sub_blocks(left.encode()) if left else b""
    if b"aigc" in block.name.lower():
        return b""
    return head + _sub_blocks(bytes_without_labels(_joined(source, block)))


def _packet(source: Source, block: _Block) -> bytes:
    """The packet of an XMP extension: the bytes as they are, or, from writers who knew no better, the data of sub-blocks."""
    raw = source.read(block.body, block.stop - block.body)
    if raw[:1] not in {b"<", b"\xef", b" ", b"\n", b"\r", b"\t"} or raw[1:2] == b"<":
        return _joined(source, block)
    ends = [at for mark in (_MAGIC[:3], _MAGIC[1:4]) if (at := raw.rfind(mark)) >= 0]  # some writers forget its first byte
    return raw[: ends[0] if ends else -1]


def _joined(source: Source, block: _Block) -> bytes:
    raw = source.read(block.body, block.stop - block.body)
    parts: list[bytes] = []
    at = 0
    while at < len(raw) and raw[at]:
        parts.append(raw[at + 1 : at + 1 + raw[at]])
        at += raw[at] + 1
    return b"".join(parts)


def _sub_blocks(data: bytes) -> bytes:
    pieces = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


GIF: Container = _Gif()
