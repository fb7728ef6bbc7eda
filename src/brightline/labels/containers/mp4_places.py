"""Every place of an MP4, MOV or M4A file (and of the boxes around HEIF items) where textual metadata may stand.

Read are ``udta`` and ``meta`` of file, movie and tracks, ``uuid`` boxes, XMP packets (``uuid`` be7acfcb-… of XMP part 3, 2.1.2.1, and
``XMP_`` in ``udta``), QuickTime's ``©``-texts, 3GPP's titles (TS 26.244, 8), and short boxes of unknown kind as bytes. Each is a
``Carrier``, which can give its own bytes again without the labels in it. Not read: sample data (timed metadata tracks).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers.boxes import FREE, Box, BoxWalk, box_bytes, shown
from brightline.labels.containers.mp4_meta import LONGEST_BLOB, Meta, meta_without_labels, read_meta, text_of
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, without_label

__all__ = ["C2PA_UUID", "XMP_UUID", "Carrier", "carriers_in_movie", "carriers_in_udta", "carriers_on_top", "udta_end"]

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # ISO 16684-3 (XMP part 3), MPEG-4
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # C2PA 2, embedding into BMFF

_STRUCTURE = frozenset(
    # boxes that hold no metadata text, at the top, in moov and in trak; ISO/IEC 14496-12, table 1, and QuickTime
    b"ftyp styp moov moof mdat imda free skip wide mfra sidx ssix prft pdin emsg meco pnot meta udta uuid mvhd trak mvex iods "
    b"tkhd tref edts mdia trgr elst load matt clip crgn kmat txas ctab cmov rmra imap gmhd tapt prfl".split()
)
_TITLES = frozenset(b"titl dscp auth perf gnre cprt albm coll kywd".split())  # 3GPP TS 26.244, 8: version, flags, language, text


@dataclass(frozen=True, slots=True)
class Carrier:
    """One box with textual metadata. ``packet_at`` is where its XMP packet begins, -1 where it holds none; ``role``: ``c2pa`` for a
    C2PA manifest store, else empty."""

    box: Box
    entries: tuple[Entry, ...]
    meta: Meta | None = None
    packet_at: int = -1
    role: str = ""

    @property
    def has_label(self) -> bool:
        """True if something in it has to go when a label is written elsewhere."""
        return self.meta.has_label if self.meta else any(is_label(entry) for entry in self.entries)

    def without_labels(self, source: Source) -> bytes:
        """The box without its labels; nothing where it says nothing else. Raises ``LabelError``."""
        if self.meta:
            return meta_without_labels(source, self.meta)
        if self.packet_at < 0:
            return b""
        packet = without_label(source.read(self.packet_at, self.box.stop - self.packet_at))
        if packet is None:
            return b""
        extended = source.read(self.box.body, self.packet_at - self.box.body)
        return box_bytes(self.box.kind, extended, packet)


def carriers_on_top(walk: BoxWalk, top: list[Box], place: str = "mp4") -> Iterator[Carrier]:
    """The carriers among the boxes of the file itself, its ``meta`` with keys included; ``moov`` is walked by itself."""
    for box in top:
        if box.kind == b"meta":
            yield _meta(walk, box, f"{place}.meta")
        elif box.kind == b"udta":
            yield from carriers_in_udta(walk, box, f"{place}.udta")
        else:
            yield from _plain(walk, box, place)


def carriers_in_movie(walk: BoxWalk, moov: Box, prefix: str = "mp4") -> Iterator[Carrier]:
    """The carriers among the boxes of a ``moov``, and of its tracks."""
    yield from _in_movie(walk, moov, f"{prefix}.moov", f"{prefix}.trak")


def _in_movie(walk: BoxWalk, parent: Box, place: str, tracks: str) -> Iterator[Carrier]:
    for box in walk.children(parent.body, parent.stop):
        if box.kind == b"udta":
            yield from carriers_in_udta(walk, box, f"{place}.udta")
        elif box.kind == b"meta":
            yield _meta(walk, box, f"{place}.meta")
        elif box.kind == b"trak" and tracks:
            yield from _in_movie(walk, box, tracks, "")
        else:
            yield from _plain(walk, box, place)


def carriers_in_udta(walk: BoxWalk, udta: Box, place: str) -> Iterator[Carrier]:
    """The carriers among the user data."""
    for box in walk.children(udta.body, udta.stop, list_may_end=True):
        if box.kind == b"meta":
            yield _meta(walk, box, f"{place}.meta")
        elif box.kind == b"XMP_":
            yield _packet(walk, box, box.body, f"{place}.XMP_")
        elif box.kind[:1] == b"\xa9":
            yield _quicktime_text(walk, box, f"{place}.{shown(box.kind)}")
        elif box.kind in _TITLES and box.stop - box.body > 6:
            raw = walk.text(box.body + 6, min(box.stop - box.body - 6, LONGEST_BLOB))
            yield _of_text(box, f"{place}.{shown(box.kind)}", raw)
        else:
            yield from _plain(walk, box, place)


def udta_end(walk: BoxWalk, udta: Box) -> bytes:
    """The zeros with which QuickTime ends a list of user data; nothing where there are none."""
    children = walk.children(udta.body, udta.stop, list_may_end=True)
    stop = children[-1].stop if children else udta.body
    tail = walk.source.read(stop, min(udta.stop - stop, LONGEST_BLOB))
    if len(tail) != udta.stop - stop or any(tail):
        raise Malformed("user data that are no boxes", stop)
    return tail[:4]


def _meta(walk: BoxWalk, box: Box, place: str) -> Carrier:
    meta = read_meta(walk, box, place)
    return Carrier(box, meta.entries, meta)


def _plain(walk: BoxWalk, box: Box, place: str) -> Iterator[Carrier]:
    """A ``uuid`` box, or one of a kind that is not known here; structure and free room carry nothing."""
    if box.kind == b"uuid":
        kind = walk.source.at_most(box.body, min(16, box.stop - box.body))
        if len(kind) < 16:
            walk.tell(Malformed("a uuid box is too short for its type", box.start))
        elif kind == XMP_UUID:
            yield _packet(walk, box, box.body + 16, f"{place}.uuid.xmp")
        elif kind == C2PA_UUID:
            yield Carrier(box, (), role="c2pa")
        elif box.size <= LONGEST_BLOB:
            yield _of_text(box, f"{place}.uuid", walk.text(box.body + 16, box.stop - box.body - 16), kind.hex())
    elif box.kind not in _STRUCTURE | FREE and box.size <= LONGEST_BLOB:
        yield _of_text(box, f"{place}.{shown(box.kind)}", walk.text(box.body, box.stop - box.body))


def _packet(walk: BoxWalk, box: Box, start: int, place: str) -> Carrier:
    length = box.stop - start
    if length > MOST_VALUE_BYTES:
        walk.tell(OverLimit(f"an XMP packet of {length} bytes", box.start))
        return Carrier(box, ())
    try:
        text = packet_text(walk.text(start, length), strict=False)
    except LabelError as problem:
        walk.tell(problem, box.start)
        return Carrier(box, ())
    return Carrier(box, (Entry(place, "", text, box.start, box.size, "xmp"),), packet_at=start)


def _quicktime_text(walk: BoxWalk, box: Box, place: str) -> Carrier:
    """International text of QuickTime: length and language (16 bits each), text; several of them one after the other."""
    raw = walk.text(box.body, min(box.stop - box.body, LONGEST_BLOB))
    texts, at = [], 0
    while at + 4 <= len(raw):
        length = int.from_bytes(raw[at : at + 2])
        if at + 4 + length > len(raw):
            return _of_text(box, place, raw)
        texts.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    if not texts:
        return _of_text(box, place, raw)
    return Carrier(box, tuple(entry for text in texts for entry in _of_text(box, place, text).entries))


def _of_text(box: Box, place: str, raw: bytes, key: str = "") -> Carrier:
    text = text_of(raw)
    name = key or shown(box.kind)
    if text is not None:
        return Carrier(box, (Entry(place, name, text, box.start, box.size),))
    return Carrier(box, (Entry(place, name, raw.decode("latin-1"), box.start, box.size, "blob"),))
