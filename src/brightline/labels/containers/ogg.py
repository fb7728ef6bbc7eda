"""Ogg (Vorbis, Opus, FLAC, Speex, Theora): the label is the comment ``AIGC`` of the first audio stream (TC260-PG-202510A).

Follows RFC 3533 (pages), RFC 7845 (Opus), the Vorbis I specification, 4.2 and A, and the Ogg mappings of FLAC (RFC 9639, 10.1),
Speex and Theora. The comment packet is laid over the pages of the stream's headers anew; a page holds up to 65,025 bytes, so
their number hardly ever changes, and then no later byte does. Where it must grow (covers that fill their pages), every later
page of the stream gets a new number and checksum; bodies are never read for that, granule positions never change.

Chained and multiplexed streams are read and cleared of labels. Links of a chain are found by search between the first and
the last page, which rests on serial numbers being unique (RFC 3533, 4); only files up to 1 MiB are walked page by page.
"""

from __future__ import annotations

from collections.abc import Iterator

from brightline.labels.containers import vorbis
from brightline.labels.containers.container import Container
from brightline.labels.containers.ogg_links import Link, Stream, links, pages_of
from brightline.labels.containers.ogg_pages import CONTINUED, END, MOST_SEGMENTS, page_header, renumbered
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Kept, Plan, Range, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, OverLimit, Unsupported
from brightline.labels.sites import is_label

__all__ = ["OGG"]

_MOST_PAGES = 1 << 18  # own choice: 1 GB in pages of 4 kB; renumbering lists every page
_LONGEST_LABEL_SEGMENTS = 180  # 43 kB: five values of 2,048 and two of 16,384 characters (label.py) with their keys, in segments of 255
_NO_PACKET_ENDS = b"\xff" * 8  # RFC 3533, 6, field 4: granule position of a page on which no packet ends


class _Ogg:
    name = "ogg"
    media_types = ("audio/ogg", "application/ogg", "video/ogg")
    suffixes = (".ogg", ".oga", ".opus", ".spx", ".ogv", ".ogx")

    def accepts(self, head: bytes, name: str) -> bool:
        return head[:5] == b"OggS\0"

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        entries: list[Entry] = []
        media: list[Range] = []
        is_known = has_sound = False
        for link in links(source, gaps):
            has_sound = has_sound or link.headers_stop < link.stop
            for stream in link.streams:
                is_known = is_known or bool(stream.codec)
                try:
                    entries += _entries(source, stream, gaps) if len(entries) <= MOST_ENTRIES else ()
                except LabelError as problem:
                    gaps.append(Gap(f"the comments of a stream cannot be read: {problem}", stream.pages[0].offset))
                for place, packet in enumerate(stream.packets):
                    if place != 1 or not stream.codec:
                        media += packet
            media += _sound(source, link, gaps)
        if not is_known:
            gaps.append(Gap("no stream of the file is of a kind whose comments can be read", 0))
        gaps += () if has_sound else (without_media("page behind those of the headers"),)
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"entries behind the first {MOST_ENTRIES} were left out"))
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), tuple(media), tuple(gaps))

    def plan(self, source: Source, value: str) -> Plan:
        found = list(links(source))
        host = _host(found[0])
        edits: list[tuple[int, int, list[Kept | bytes]]] = []
        for link in found:
            for stream in link.streams:
                if stream.codec:
                    edits += _edits(source, link, stream, value if stream is host else None)
        pieces: list[Kept | bytes] = []
        at = 0
        for start, stop, replacement in sorted(edits, key=lambda edit: edit[:2]):
            pieces += [Kept(at, start), *replacement]
            at = stop
        pieces.append(Kept(at, source.size))
        return Plan(tuple(_merged(pieces)))


OGG: Container = _Ogg()


def _host(link: Link) -> Stream:
    """The stream that gets the label: the first with sound, else the first with comments. Raises ``Unsupported``."""
    with_comments = [stream for stream in link.streams if stream.codec]
    if not with_comments:
        raise Unsupported("no stream in this Ogg file has comments that Brightline knows", "Vorbis, Opus, FLAC, Speex and Theora have")
    return next((stream for stream in with_comments if stream.codec != "theora"), with_comments[0])


def _entries(source: Source, stream: Stream, gaps: list[Gap]) -> list[Entry]:
    if not stream.codec:
        return []
    packet = stream.packets[1]
    where = packet[0].start, sum(stop - start for start, stop in packet)
    return vorbis.entries_of(_comments(source, stream)[1], f"ogg.{stream.codec}.comments", where, gaps)


def _comments(source: Source, stream: Stream) -> tuple[bytes, vorbis.Comments]:
    """What stands before the list in the comment packet, and the list. Raises ``Malformed``, ``OverLimit``."""
    packet = stream.packets[1]
    length = sum(stop - start for start, stop in packet)
    if length > vorbis.MOST_COMMENT_BYTES:
        raise OverLimit(f"a comment packet of {length} bytes", packet[0].start)
    data = b"".join(source.read(start, stop - start) for start, stop in packet)
    skipped = stream.before_comments(data)
    return data[:skipped], vorbis.parsed(data[skipped:], packet[0].start)


def _sound(source: Source, link: Link, gaps: list[Gap]) -> Iterator[Range]:
    """The pages behind the headers: whole, or, where a label may change their numbers, only their bodies."""
    if not any(stream.codec and _is_tight(source, stream) for stream in link.streams):
        yield Range(link.headers_stop, link.stop)
        return
    try:
        for count, page in enumerate(pages_of(source, link.headers_stop, link.stop)):
            if count == _MOST_PAGES:
                gaps.append(Gap(f"more than {_MOST_PAGES} pages", page.offset))
                return
            yield Range(page.start, page.stop)
    except LabelError as problem:
        gaps.append(Gap(f"the pages cannot be followed: {problem}", link.headers_stop))


def _is_tight(source: Source, stream: Stream) -> bool:
    """True if the longest label might not find room in the pages that the headers without any label need at least.

    The answer must not depend on the label that is there now, so that the media of a file are the same before and after.
    """
    try:
        before, comments = _comments(source, stream)
        bare = vorbis.without_labels(comments)
    except LabelError:
        return False  # no label can be put in here at all
    padding = len(bare.tail) if _is_padding(stream, bare) else 0
    segments = (len(before) + len(bare.to_bytes()) - padding) // 255 + 1
    segments += sum(_length(packet) // 255 + 1 for packet in stream.packets[2:])
    pages = -(-segments // MOST_SEGMENTS)
    return segments + _LONGEST_LABEL_SEGMENTS > pages * MOST_SEGMENTS


def _is_padding(stream: Stream, comments: vorbis.Comments) -> bool:
    """RFC 7845, 5.2: what follows the list is padding unless the lowest bit of its first byte is set."""
    return stream.codec == "opus" and bool(comments.tail) and not comments.tail[0] & 1


def _edits(source: Source, link: Link, stream: Stream, value: str | None) -> list[tuple[int, int, list[Kept | bytes]]]:
    """Replacements ``(start, stop, pieces)`` that give the stream its comments with ``value``, or without any label."""
    before, old = _comments(source, stream)
    if value is None and not any(map(is_label, vorbis.entries_of(old, "ogg", (0, 0), []))):
        return []
    new = vorbis.without_labels(old) if value is None else vorbis.with_label(old, value)
    growth = len(new.to_bytes()) - len(old.to_bytes())
    if _is_padding(stream, new) and growth > 0:
        new = vorbis.Comments(new.vendor, new.texts, new.tail[: max(0, len(new.tail) - growth)])
    if new == old or new.to_bytes() == old.to_bytes():
        return []
    if stream.spills_over:
        raise Unsupported("sound begins on a page of the headers", "Ogg wants it to begin on a page of its own: remux the file")
    packet = stream.comment_packet(before, new.to_bytes())
    pages = stream.pages[1:]
    later: list[list[Kept | bytes]] = [[Kept(start, stop) for start, stop in parts] for parts in stream.packets[2:]]
    fresh = _laid_out(source, stream, [[packet], *later])
    edits: list[tuple[int, int, list[Kept | bytes]]] = []
    for place, page in enumerate(pages):
        pieces = fresh[place] if place < len(pages) - 1 else [piece for rest in fresh[place:] for piece in rest]
        edits.append((page.offset, page.stop, pieces))
    by = len(fresh) - len(pages)
    if by:
        for count, page in enumerate(pages_of(source, pages[-1].stop, link.stop)):
            if count == _MOST_PAGES:
                raise OverLimit(f"more than {_MOST_PAGES} pages would need a new number", page.offset)
            if page.serial == stream.serial:
                edits.append((page.offset, page.start, [renumbered(page, by)]))
    return edits


def _laid_out(source: Source, stream: Stream, packets: list[list[Kept | bytes]]) -> list[list[Kept | bytes]]:
    """The packets of the headers behind the first one, laid over as many pages as before if they fit: pieces by page."""
    lacing = [_lacing(sum(map(_piece_length, packet))) for packet in packets]
    segments = b"".join(lacing)
    pages = stream.pages[1:]
    counts = _counts([len(page.lacing) for page in pages], stream.comment_page, len(segments))
    begins = {sum(map(len, lacing[:place])) for place in range(len(lacing))}
    rest = [piece for packet in packets for piece in packet]
    fresh: list[list[Kept | bytes]] = []
    done = 0
    for place, count in enumerate(counts):
        table = segments[done : done + count]
        body, rest = _cut(rest, sum(table))
        flags = 0 if done in begins else CONTINUED
        if place == len(counts) - 1:
            flags |= pages[-1].flags & END
        granule = bytes(8) if any(done < begin <= done + count for begin in {*begins, len(segments)}) else _NO_PACKET_ENDS
        content = b"".join(piece if isinstance(piece, bytes) else source.read(piece.start, piece.stop - piece.start) for piece in body)
        header = page_header(flags, granule, stream.serial, pages[0].sequence + place, table, content)
        fresh.append([header, *body])
        done += count
    return fresh


def _counts(old: list[int], comment_page: int, total: int) -> list[int]:
    """Segments a page: as before, but where the comments end; or filled from the front where that page cannot take it."""
    counts = list(old)
    counts[comment_page] += total - sum(old)
    if 1 <= counts[comment_page] <= MOST_SEGMENTS:
        return counts
    if total < len(old):
        raise Unsupported("the headers cover more pages than they have segments without the label", "remux the file")
    pages = max(len(old), -(-total // MOST_SEGMENTS))
    counts, left = [], total
    for place in range(pages):
        counts.append(min(MOST_SEGMENTS, left - (pages - 1 - place)))
        left -= counts[-1]
    return counts


def _cut(pieces: list[Kept | bytes], length: int) -> tuple[list[Kept | bytes], list[Kept | bytes]]:
    """The first ``length`` bytes of ``pieces``, and the rest."""
    head: list[Kept | bytes] = []
    for place, piece in enumerate(pieces):
        size = _piece_length(piece)
        if size <= length:
            head.append(piece)
            length -= size
            continue
        if isinstance(piece, bytes):
            first: Kept | bytes = piece[:length]
            second: Kept | bytes = piece[length:]
        else:
            first, second = Kept(piece.start, piece.start + length), Kept(piece.start + length, piece.stop)
        return [*head, first] if length else head, [second, *pieces[place + 1 :]]
    return head, []


def _lacing(length: int) -> bytes:
    """RFC 3533, 5: segments of 255 bytes and a shorter one, which may be empty."""
    return b"\xff" * (length // 255) + bytes([length % 255])


def _merged(pieces: list[Kept | bytes]) -> Iterator[Kept | bytes]:
    """Adjacent pieces as one, empty ones left out."""
    held: Kept | bytes = b""
    for piece in pieces:
        if not _piece_length(piece):
            continue
        if isinstance(held, bytes) and isinstance(piece, bytes):
            held += piece
        elif isinstance(held, Kept) and isinstance(piece, Kept) and held.stop == piece.start:
            held = Kept(held.start, piece.stop)
        else:
            if _piece_length(held):
                yield held
            held = piece
    if _piece_length(held):
        yield held


def _length(packet: tuple[Range, ...]) -> int:
    return sum(stop - start for start, stop in packet)


def _piece_length(piece: Kept | bytes) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.stop - piece.start
