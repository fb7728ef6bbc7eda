"""The marker segments of a JPEG file: where each lies, which of them decide the pixels, and where the picture ends.

Follows ITU-T T.81, Annex B (marker syntax; B.1.1.2: fill bytes; B.1.1.5: in picture data a 0xFF is followed by zero or a
restart marker). Picture data is searched for the next marker, piece by piece, and never decoded: no header says where it ends,
and what is hung on behind a picture (other pictures, films, labels) can only be told from it in this way.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from brightline.labels.containers.reading import Range
from brightline.labels.containers.source import CHUNK, Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported

__all__ = ["COM", "EOI", "SOI", "Segment", "Segments", "walked"]

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
_JPEG_LS = 0xF7  # ITU-T T.87: other byte stuffing, so that markers in its data cannot be told by T.81's rule
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 … SOF15
_TABLES = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xEE}  # DHT DAC DQT DNL DRI DHP EXP, and Adobe's APP14
_MOST_SEGMENTS = 4096  # own choice: a profile of 16 MB has 256
_MOST_FILL = 64 << 10  # own choice: T.81 sets no limit
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


class Segment(NamedTuple):
    """A marker segment; ``body`` and ``stop`` bound its payload, ``start`` is where its marker, or the fill before it, begins."""

    marker: int
    start: int
    body: int
    stop: int


@dataclass(slots=True)
class Segments:
    """``others``: APPn and COM segments, which never decide how the picture is decoded (but colour profiles and APP14 go with
    the media). ``stop``: the byte behind EOI, or where the walk ended with ``problem``."""

    others: list[Segment] = field(default_factory=list)
    media: list[Range] = field(default_factory=list)
    width: int = 0
    height: int = 0
    has_frame: bool = False
    first_scan: int = -1
    stop: int = 0
    problem: LabelError | None = None


def walked(source: Source) -> Segments:
    """The segments of the first picture in the file.

    Raises ``Malformed`` where no JPEG begins, and ``OverLimit`` for too many segments. What stops the walk later is ``problem``.
    """
    if source.at_most(0, 2) != b"\xff\xd8":
        raise Malformed("a JPEG begins with its start marker", 0)
    found = Segments(media=[Range(0, 2)])
    at = 2
    try:
        while True:
            segment = _segment(source, at)
            if segment.marker == EOI:
                _add(found, segment.start, segment.stop)
                found.stop = segment.stop
                if found.first_scan < 0:
                    raise Malformed("a JPEG without picture data", at)
                return found
            at = segment.stop
            _sort_in(source, segment, found)
            if segment.marker != SOS:
                continue
            if found.first_scan < 0:
                found.first_scan = segment.start
            at = _next_marker(source, at)
            _add(found, segment.start, at)
    except OverLimit:
        raise
    except LabelError as problem:
        found.problem, found.stop = problem, min(at, source.size)
        return found


def _segment(source: Source, at: int) -> Segment:
    start = at
    head = source.read(at, 2)
    if head[0] != 0xFF:
        raise Malformed("no JPEG marker stands here", at)
    while head[1] == 0xFF:  # fill bytes
        at += 1
        if at - start > _MOST_FILL:
            raise OverLimit("more than 64 KiB of fill bytes", start)
        head = source.read(at, 2)
    marker = head[1]
    if marker == EOI:
        return Segment(marker, start, at + 2, at + 2)
    if marker < 0xC0 or 0xD0 <= marker <= 0xD8:
        raise Malformed(f"the marker 0x{marker:02X} may not stand here", at)
    length = struct.unpack(">H", source.read(at + 2, 2))[0]
    if length < 2:
        raise Malformed("a JPEG segment shorter than its own length", at)
    if at + 2 + length > source.size:
        raise Truncated(at, 2 + length, source.size)
    return Segment(marker, start, at + 4, at + 2 + length)


def _sort_in(source: Source, segment: Segment, found: Segments) -> None:
    marker, start, body, stop = segment
    if marker == _JPEG_LS:
        raise Unsupported("this is JPEG-LS, not JPEG", "convert it to a format that can be labelled")
    if marker in _FRAMES and not found.has_frame:
        if stop - body < 6:
            raise Malformed("a JPEG frame header without a size", start)
        found.has_frame = True
        found.height, found.width = struct.unpack(">HH", source.read(body + 1, 4))
    is_profile = marker == 0xE2 and source.at_most(body, 12) == b"ICC_PROFILE\0"
    if marker in _TABLES or is_profile:
        _add(found, start, stop)
    elif marker != SOS:
        found.others.append(segment)
        if len(found.others) > _MOST_SEGMENTS:
            raise OverLimit(f"more than {_MOST_SEGMENTS} segments", start)


def _add(found: Segments, start: int, stop: int) -> None:
    if found.media and found.media[-1].stop == start:
        found.media[-1] = Range(found.media[-1].start, stop)
    else:
        found.media.append(Range(start, stop))


def _next_marker(source: Source, at: int) -> int:
    """The first marker behind ``at`` that is no restart. Raises ``Malformed`` where there is none."""
    start = at
    while at < source.size - 1:
        data = source.at_most(at, CHUNK)
        marker = _MARKER.search(data)
        if marker:
            return at + marker.start()
        at += len(data) - 1  # a 0xFF may be the last byte of the piece
    raise Malformed("the file ends inside its picture data", start)
