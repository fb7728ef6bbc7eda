"""The links of an Ogg chain, the streams in each, and the packets of their headers.

Follows RFC 3533, 4 (chained and multiplexed streams) and the mappings: Vorbis I, A.2 (three header packets); RFC 7845, 3 (two);
RFC 9639, 10.1 (FLAC: as many as the first says); Speex manual, 7.2 (two and extra ones); Theora I, A.2 (three). Other streams
(Skeleton, Kate, PCM) are walked over; they have no comments here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers.ogg_pages import BEGIN, Page, last_page, next_page, page_at
from brightline.labels.containers.reading import Gap, Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated

__all__ = ["Link", "Stream", "links", "pages_of"]

_MOST_LINKS = 256  # own choice: a recording of web radio has one a song
_MOST_STREAMS = 64  # own choice: films have some ten
_MOST_HEADER_PAGES = 4096  # own choice: 64 MiB of comments fill about 1,000
_WALKED_WHOLE = 1 << 20  # own choice: files up to this length are walked page by page to find links
_NOT_SAID = 1 << 16  # header packets of a FLAC stream that does not say how many it has; RFC 9639, 10.1 has 16 bits for that
_LAST_BLOCK = 0x80  # RFC 9639, 8.1


@dataclass(frozen=True, slots=True)
class Stream:
    """A logical stream. ``codec`` is empty for one without comments that are known here.

    ``pages``: the pages of its header packets, the first one, which holds nothing but the first packet, included. ``packets``:
    where their bytes lie. ``comment_page``: on which of ``pages[1:]`` the comment packet ends. ``spills_over``: more follows on
    the last of its pages.
    """

    serial: int
    codec: str
    pages: tuple[Page, ...]
    packets: tuple[tuple[Range, ...], ...]
    comment_page: int
    spills_over: bool

    def before_comments(self, packet: bytes) -> int:
        """How many bytes of the comment packet stand before the list. Raises ``Malformed``."""
        magic = _COMMENT_MAGIC[self.codec]
        if self.codec == "flac":
            if packet[:1] and packet[0] & 0x7F == 4:  # RFC 9639, 8.1: VORBIS_COMMENT
                return 4
        elif packet.startswith(magic):
            return len(magic)
        raise Malformed("the second packet of the stream holds no comments", self.pages[1].offset)

    def comment_packet(self, before: bytes, comments: bytes) -> bytes:
        """The packet with another list. Raises ``OverLimit``."""
        if self.codec == "flac":
            if len(comments) >= 1 << 24:
                raise OverLimit(f"a metadata block of {len(comments)} bytes")
            before = before[:1] + len(comments).to_bytes(3, "big")
        return before + comments


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain: its headers are before ``headers_stop``, its last page ends at ``stop``."""

    start: int
    headers_stop: int
    stop: int
    streams: tuple[Stream, ...]


_COMMENT_MAGIC = {"vorbis": b"\x03vorbis", "opus": b"OpusTags", "speex": b"", "theora": b"\x81theora", "flac": b""}


def links(source: Source, gaps: list[Gap] | None = None) -> Iterator[Link]:
    """The links one after the other. What cannot be followed behind the first headers goes to ``gaps``, or raises without them.

    Raises ``Malformed``, ``Truncated``, ``OverLimit``.
    """
    at = count = 0
    while at < source.size or not count:
        if count and source.at_most(at, 4) != b"OggS":
            return  # bytes behind the last page are nobody's
        try:
            if count == _MOST_LINKS:
                raise OverLimit(f"more than {_MOST_LINKS} chained streams", at)
            headers_stop, streams = _headers(source, at)
        except LabelError as problem:
            if gaps is None or not count:
                raise
            gaps.append(Gap(f"the chain cannot be followed: {problem}", at))
            return
        try:
            stop = _stop(source, headers_stop, frozenset(stream.serial for stream in streams))
        except LabelError as problem:
            if gaps is None:
                raise
            gaps.append(Gap(f"the pages cannot be followed: {problem}", headers_stop))
            stop = source.size
        yield Link(at, headers_stop, stop, streams)
        at, count = stop, count + 1


def pages_of(source: Source, start: int, stop: int) -> Iterator[Page]:
    """The pages in ``[start, stop)``. Raises ``Malformed`` where something stands between them, ``Truncated``."""
    while start < stop:
        page = page_at(source, start)
        yield page
        start = page.stop


class _HeaderPackets:
    """Collects the header packets of one stream, page by page."""

    def __init__(self, first: Page, packet: bytes) -> None:
        self.codec, self.wanted = _codec(packet)
        self.serial = first.serial
        self.pages = [first]
        self.packets: list[list[Range]] = [[Range(first.start, first.stop)]]
        self.open = False
        self.comment_page = 0
        self.spills_over = False

    @property
    def complete(self) -> bool:
        return len(self.packets) >= self.wanted and not self.open

    def add(self, source: Source, page: Page) -> None:
        """Raises ``Malformed`` where packets and pages do not go together."""
        if bool(page.flags & 1) != self.open:
            raise Malformed("a page goes on with a packet that was not begun", page.offset)
        self.pages.append(page)
        at, length = page.start, 0
        for segment in page.lacing:
            if self.complete:
                self.spills_over = True
                return
            length += segment
            if segment < 255:
                self._part(at, at + length, source)
                self.open = False
                at, length = at + length, 0
        if length or (page.lacing and page.lacing[-1] == 255):
            self._part(at, at + length, source)

    def _part(self, start: int, stop: int, source: Source) -> None:
        if self.open:
            self.packets[-1].append(Range(start, stop))
        else:
            self.packets.append([Range(start, stop)])
            if self.wanted == _NOT_SAID and stop > start and source.read(start, 1)[0] & _LAST_BLOCK:
                self.wanted = len(self.packets)
        self.open = True
        if len(self.packets) == 2:
            self.comment_page = len(self.pages) - 2

    def stream(self) -> Stream:
        return Stream(self.serial, self.codec, tuple(self.pages), tuple(map(tuple, self.packets)), self.comment_page, self.spills_over)


def _codec(packet: bytes) -> tuple[str, int]:
    """Name and number of header packets of the stream whose first packet this is."""
    if packet.startswith(b"\x01vorbis"):
        return "vorbis", 3
    if packet.startswith(b"OpusHead"):
        return "opus", 2
    if packet.startswith(b"\x7fFLAC") and len(packet) >= 9:
        following = int.from_bytes(packet[7:9], "big")
        return "flac", 1 + following if following else _NOT_SAID
    if packet.startswith(b"Speex   ") and len(packet) >= 72:
        return "speex", 2 + min(int.from_bytes(packet[68:72], "little"), 255)  # Speex manual, 7.2: extra_headers
    if packet.startswith(b"\x80theora"):
        return "theora", 3
    return "", 1


def _headers(source: Source, start: int) -> tuple[int, tuple[Stream, ...]]:
    """The streams that begin at ``start``, and where the pages of their headers end. Raises ``Malformed``, ``Truncated``, ``OverLimit``."""
    streams: dict[int, _HeaderPackets] = {}
    at, count = start, 0
    while True:
        page = page_at(source, at)
        if (count := count + 1) > _MOST_HEADER_PAGES or len(streams) > _MOST_STREAMS:
            raise OverLimit("headers without end", at)
        if page.flags & BEGIN:
            if page.serial in streams:
                raise Malformed("two streams with one serial number", at)
            streams[page.serial] = _HeaderPackets(page, source.read(page.start, min(page.stop - page.start, 128)))
        elif not streams:
            raise Malformed("a stream does not begin with its first page", at)
        elif page.serial in streams and not streams[page.serial].complete:
            streams[page.serial].add(source, page)
        at = page.stop
        if all(headers.complete for headers in streams.values()) and not _more_begin(source, at):
            break
    return at, tuple(headers.stream() for headers in streams.values())


def _more_begin(source: Source, at: int) -> bool:
    """True if another stream begins here. (RFC 3533, 4: all of them begin before anything else.)"""
    head = source.at_most(at, 6)
    return len(head) == 6 and head[:4] == b"OggS" and bool(head[5] & BEGIN)


def _stop(source: Source, headers_stop: int, serials: frozenset[int]) -> int:
    """Where the last page of this link ends. Raises ``Truncated`` if the file ends in a page."""
    if source.size <= _WALKED_WHOLE:
        at = headers_stop
        while at + 4 <= source.size and source.read(at, 4, ahead=False) == b"OggS":
            page = page_at(source, at)
            if page.flags & BEGIN:
                return at
            at = page.stop
        return at
    last = last_page(source)
    if last is None or source.at_most(last.stop, 4) == b"OggS":
        raise Truncated(last.stop if last else headers_stop, 27, source.size)
    if last.serial in serials:
        return last.stop
    known, boundary, until = headers_stop, last.offset, last.offset
    while known < until:
        middle = (known + until) // 2
        found = next_page(source, middle, until)
        if found is None:
            until = middle
        elif found.serial in serials:
            known = found.stop
        else:
            boundary, until = found.offset, middle  # nothing begins between the middle and this page
    return boundary
