"""Boxes of the ISO base media file format: MP4, MOV, M4A, HEIF, AVIF.

Follows ISO/IEC 14496-12 (4.2 boxes, 4.2.2 full boxes) and, where it differs, the QuickTime file format: atoms of 32-bit and 64-bit
size, size 0 (to the end of the file), ``meta`` without version and flags, lists that end with four zero bytes. Boxes are walked
over by their headers; no payload is read here. What boxes mean is in ``mp4_*`` and ``heif_*``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

from brightline.labels.containers.reading import MOST_VALUE_BYTES, Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated

__all__ = ["FREE", "LEAST", "MOST_BOXES", "MOST_TEXT", "Box", "BoxWalk", "box_bytes", "free_box", "full_box", "only", "resized", "shown"]

LEAST = 8
"""Bytes of the smallest box: 32-bit size and type (ISO/IEC 14496-12, 4.2)."""

MOST_BOXES = 1 << 18
"""Boxes followed in one file; own choice: a day of two-second fragments has some 216,000 boxes at the top."""

FREE = frozenset({b"free", b"skip", b"wide"})
"""Boxes without meaning, whose room may be used: ISO/IEC 14496-12, 8.1.2; ``wide`` is QuickTime's room for a 64-bit size."""

MOST_TEXT = 4 * MOST_VALUE_BYTES
"""Bytes of metadata texts read of one file; own choice: four of the longest. More become one gap."""

_MOST_GAPS = 64  # own choice: whoever reads them has understood by then

_ZEROS_LOOKED_AT = 1 << 20  # own choice: files padded with zeros to a block end within this


class Box(NamedTuple):
    """One box: ``kind`` its four characters, ``body`` the first byte behind its header, ``to_end`` a size of 0 in the header."""

    kind: bytes
    start: int
    body: int
    stop: int
    to_end: bool = False

    @property
    def size(self) -> int:
        """Bytes of the whole box."""
        return self.stop - self.start


class BoxWalk:
    """Walks over the boxes of one file and counts them.

    Strict without ``gaps``: whatever is wrong raises ``Malformed``, ``Truncated`` or ``OverLimit``. With ``gaps`` it is
    written down there, and what came before it is given back.
    """

    def __init__(self, source: Source, gaps: list[Gap] | None = None, most: int = MOST_BOXES) -> None:
        self.source = source
        self.gaps = gaps
        self._left = most
        self._text_left = MOST_TEXT

    def children(self, start: int, stop: int, *, list_may_end: bool = False) -> list[Box]:
        """The boxes of ``[start, stop)``; up to seven zero bytes behind the last one are padding.

        ``list_may_end``: zeros end the list (QuickTime, ``udta``). A box of size 0 reaches to the end of the file, and stands in no other
        box (ISO/IEC 14496-12, 4.2.2): only walks that begin with the file have one.
        """
        found: list[Box] = []
        at = start
        while at < stop:
            if stop - at < LEAST and not any(self.source.at_most(at, stop - at)):
                break
            try:
                box = self._box(at, stop, top=start == 0)
            except LabelError as problem:
                if list_may_end and not any(self.source.at_most(at, min(stop - at, _ZEROS_LOOKED_AT))):
                    break
                self.tell(problem)
                break
            if box is None:
                break
            found.append(box)
            at = box.stop
        return found

    def meta_children(self, meta: Box) -> list[Box]:
        """The boxes of a ``meta``, whether it has version and flags (ISO) or not (QuickTime)."""
        return self.children(self.meta_body(meta), meta.stop)

    def meta_body(self, meta: Box) -> int:
        """Where the first box inside a ``meta`` begins."""
        head = self.source.at_most(meta.body, min(12, meta.stop - meta.body))
        without_version = head[4:8] == b"hdlr" or (head[8:12] != b"hdlr" and head[:4] != bytes(4))
        return meta.body if without_version else min(meta.body + 4, meta.stop)

    def payload(self, box: Box, most: int, skip: int = 0) -> bytes:
        """The bytes behind the header of ``box``, without the first ``skip``. Raises ``OverLimit`` and ``Truncated``."""
        length = box.stop - box.body - skip
        if length < 0:
            raise Malformed(f"the box {shown(box.kind)} is too short", box.start)
        if length > most:
            raise OverLimit(f"the box {shown(box.kind)} has {length} bytes; at most {most} are read", box.start)
        return self.text(box.body + skip, length)

    def text(self, start: int, length: int) -> bytes:
        """``length`` bytes of metadata text; none once ``MOST_TEXT`` are read, which a strict walk refuses with ``OverLimit``."""
        if length > self._text_left:
            if self._text_left >= 0:
                self._text_left = -1
                self.tell(OverLimit(f"more than {MOST_TEXT} bytes of metadata texts", start))
            return b""
        self._text_left -= length
        return self.source.read(start, length)

    def tell(self, problem: LabelError, offset: int = -1) -> None:
        """Write ``problem`` down as a gap, or raise it where the walk is strict."""
        if self.gaps is None:
            raise problem
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(Gap(problem.message, getattr(problem, "offset", offset)))

    def _box(self, at: int, stop: int, *, top: bool) -> Box | None:
        self._left -= 1
        if self._left < 0:
            raise OverLimit("too many boxes", at)
        if stop - at < LEAST:
            raise Malformed(f"{stop - at} bytes that are no box", at)
        size, kind = struct.unpack(">I4s", self.source.read(at, LEAST))
        body, to_end = at + LEAST, False
        if size == 1:
            if stop - at < 16:
                raise Malformed(f"the box {shown(kind)} has no room for its 64-bit size", at)
            size, body = int.from_bytes(self.source.read(body, 8)), body + 8
        elif size == 0:
            if kind == bytes(4) and stop == self.source.size and not any(self.source.at_most(at, min(stop - at, _ZEROS_LOOKED_AT))):
                return None  # the rest is zeros
            if stop != self.source.size or not top:
                raise Malformed(f"the box {shown(kind)} inside another one has the size 0", at)
            size, to_end = stop - at, True
        if size < body - at:
            raise Malformed(f"the box {shown(kind)} has the size {size}", at)
        if at + size > stop:
            if stop == self.source.size:
                cut = Truncated(at, size, stop)
                if self.gaps is not None and kind == b"mdat":  # what is there of the media may be looked at
                    self.tell(cut)
                    return Box(kind, at, body, stop)
                raise cut
            raise Malformed(f"the box {shown(kind)} of {size} bytes reaches beyond the box around it", at)
        return Box(kind, at, body, at + size, to_end)


def only(boxes: Iterable[Box], kind: bytes) -> Box | None:
    """The first box of that kind, or None."""
    return next((box for box in boxes if box.kind == kind), None)


def shown(kind: bytes) -> str:
    """Four characters as text that can stand in a message or in the name of a place."""
    text = kind.decode("latin-1")
    return text.strip() if text.isprintable() else kind.hex()


def box_bytes(kind: bytes, *parts: bytes) -> bytes:
    """A box of that kind around ``parts``, with a 64-bit size where it needs one."""
    body = b"".join(parts)
    size = LEAST + len(body)
    if size < 1 << 32:
        return struct.pack(">I4s", size, kind) + body
    return struct.pack(">I4sQ", 1, kind, size + 8) + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A full box: version and flags in front of ``parts``."""
    return box_bytes(kind, struct.pack(">I", version << 24 | flags), *parts)


def free_box(size: int) -> bytes:
    """``size`` bytes (0, or 8 and more) that mean nothing."""
    if size == 0:
        return b""
    if size < LEAST:
        raise ValueError(f"no box has {size} bytes")
    return box_bytes(b"free", bytes(size - LEAST))


def resized(source: Source, box: Box, growth: int) -> tuple[int, bytes]:
    """Where the size of ``box`` stands and the bytes it needs there, once the box is ``growth`` bytes longer.

    A size of 0 stays: it reaches to the end whatever comes. Raises ``OverLimit`` where a 32-bit size does not suffice.
    """
    if box.to_end:
        return box.start, bytes(4)
    size = box.size + growth
    if int.from_bytes(source.read(box.start, 4)) == 1:
        return box.start + 8, size.to_bytes(8)
    if size >= 1 << 32:
        raise OverLimit(f"the box {shown(box.kind)} would have {size} bytes, too many for its 32-bit size", box.start)
    return box.start, size.to_bytes(4)
