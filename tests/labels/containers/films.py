"""Small films made of boxes by hand, with every structure that has positions, and what their chunk tables point to."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box
from brightline.labels.containers.source import Source
from brightline.labels.label import ImplicitLabel
from brightline.labels.xmp import with_label
from tests.labels.containers.sounding import made

FILM = (
    "-f",
    "lavfi",
    "-i",
    "testsrc=duration=1:size=64x48:rate=10",
    "-f",
    "lavfi",
    "-i",
    "sine=duration=1",
    "-c:v",
    "libx264",
    "-c:a",
    "aac",
)
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
VALUE = ImplicitLabel.first("BRIGHTLINE-TEST", "1").to_json()
OLD = '{"AIGC":{"Label":"1","ContentProducer":"OLD","ProduceID":"0"}}'


def film(suffix: str = ".mp4", *options: str) -> bytes:
    return made(suffix, *FILM, "-metadata", "title=Before", *options)


def data_atom(text: str, kind: int = 1) -> bytes:
    return box_bytes(b"data", struct.pack(">II", kind, 0), text.encode("utf-16-be" if kind == 2 else "utf-8"))


def meta(handler: bytes, *boxes: bytes, iso: bool = True) -> bytes:
    inside = (full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(13)), *boxes)
    return full_box(b"meta", 0, 0, *inside) if iso else box_bytes(b"meta", *inside)


def keyed(pairs: dict[str, str], iso: bool = True) -> bytes:
    keys = b"".join(box_bytes(b"mdta", key.encode()) for key in pairs)
    items = [box_bytes(number.to_bytes(4), data_atom(text)) for number, text in enumerate(pairs.values(), 1)]
    return meta(b"mdta", full_box(b"keys", 0, 0, len(pairs).to_bytes(4), keys), box_bytes(b"ilst", *items), iso=iso)


def freeform(name: str, text: str) -> bytes:
    return box_bytes(b"----", full_box(b"mean", 0, 0, b"com.apple.iTunes"), full_box(b"name", 0, 0, name.encode()), data_atom(text))


def track(chunks: list[int], *boxes: bytes, self_contained: bool = True, wide: bool = False) -> bytes:
    table = full_box(b"co64" if wide else b"stco", 0, 0, struct.pack(f">I{len(chunks)}{'Q' if wide else 'I'}", len(chunks), *chunks))
    dref = full_box(b"dref", 0, 0, (1).to_bytes(4), full_box(b"url ", 0, int(self_contained), b"" if self_contained else b"other.mp4\0"))
    minf = box_bytes(b"minf", box_bytes(b"dinf", dref), box_bytes(b"stbl", table))
    return box_bytes(b"trak", box_bytes(b"mdia", minf), *boxes)


def movie(*boxes: bytes) -> bytes:
    return box_bytes(b"moov", full_box(b"mvhd", 0, 0, bytes(96)), *boxes)


FTYP = box_bytes(b"ftyp", b"isom", bytes(4), b"isom")
SAMPLES = [bytes([65 + number]) * 10 for number in range(4)]
MDAT = box_bytes(b"mdat", *SAMPLES)


def fast_start(*in_movie: bytes, between: bytes = b"", after: bytes = b"", before: bytes = b"") -> bytes:
    """ftyp, moov, mdat; the chunks are the four samples."""
    start = len(FTYP + before) + len(movie(track([0] * 4), *in_movie)) + len(between) + 8
    return FTYP + before + movie(track([start + 10 * number for number in range(4)]), *in_movie) + between + MDAT + after


def moov_last(*in_movie: bytes, after: bytes = b"") -> bytes:
    start = len(FTYP) + 8
    return FTYP + MDAT + movie(track([start + 10 * number for number in range(4)]), *in_movie) + after


def inside(data: bytes, start: int, stop: int) -> Iterator[Box]:
    walk = BoxWalk(Source(data))
    for box in walk.children(start, stop):
        yield box
        if box.kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mfra"):
            yield from inside(data, box.body, box.stop)


def boxes_of(data: bytes, kind: bytes) -> list[Box]:
    return [box for box in inside(data, 0, len(data)) if box.kind == kind]


def chunks_of(data: bytes, length: int = 10) -> list[bytes]:
    """What the chunk tables point to."""
    found = []
    for table in boxes_of(data, b"stco") + boxes_of(data, b"co64"):
        width = 8 if table.kind == b"co64" else 4
        count = int.from_bytes(data[table.body + 4 : table.body + 8])
        at = table.body + 8
        found += [int.from_bytes(data[at + width * number : at + width * (number + 1)]) for number in range(count)]
    return [data[offset : offset + length] for offset in found]


def uuid_xmp(value: str = OLD) -> bytes:
    return box_bytes(b"uuid", XMP_UUID, with_label(None, value))
