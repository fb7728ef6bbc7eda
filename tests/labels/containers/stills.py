"""HEIC and AVIF files: made by Pillow, by libx265 with a hand-made HEIF around it, and by hand with tables of every version."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Literal

from PIL import Image, ImageSequence

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box, only
from brightline.labels.containers.heif_items import read_items
from brightline.labels.containers.source import Source
from tests.labels.containers.sounding import made

XMP_TYPE = "application/rdf+xml"
PIXELS = bytes(range(100))


@dataclass(frozen=True)
class Part:
    """One item of a hand-made picture. ``method`` 1 puts its bytes into ``idat``."""

    kind: bytes
    data: bytes
    content_type: str = ""
    describes: int = 0
    method: Literal[0, 1] = 0
    protected: bool = False
    encoding: str = ""


def heif(
    *parts: Part,
    brand: bytes = b"heic",
    iloc_version: int = 1,
    iinf_version: int = 0,
    widths: tuple[int, int, int] = (4, 4, 0),
    properties: bytes = b"",
    open_ended: bool = False,
    behind: bytes = b"",
) -> bytes:
    """A picture whose items are ``parts``, the first of them primary. ``widths``: of offset, length and base offset."""
    parts = parts or (Part(b"hvc1", PIXELS),)
    draft = _meta(parts, [0] * len(parts), iloc_version, iinf_version, widths, properties)
    ftyp = box_bytes(b"ftyp", brand, bytes(4), b"mif1", brand)
    at = len(ftyp) + len(draft) + 8
    offsets, in_idat = [], 0
    for part in parts:
        offsets.append(in_idat if part.method else at)
        in_idat, at = (in_idat + len(part.data), at) if part.method else (in_idat, at + len(part.data))
    body = b"".join(part.data for part in parts if not part.method)
    mdat = struct.pack(">I4s", 0, b"mdat") + body if open_ended else box_bytes(b"mdat", body)
    return ftyp + _meta(parts, offsets, iloc_version, iinf_version, widths, properties) + mdat + behind


def _meta(
    parts: tuple[Part, ...], offsets: list[int], iloc_version: int, iinf_version: int, widths: tuple[int, int, int], properties: bytes
) -> bytes:
    infes, rows, references = [], [], []
    wide = iloc_version == 2
    for number, (part, offset) in enumerate(zip(parts, offsets, strict=True), 1):
        texts = b"\0" + (
            part.content_type.encode() + b"\0" + (part.encoding.encode() + b"\0" if part.encoding else b"") if part.kind == b"mime" else b""
        )
        infes.append(
            full_box(b"infe", 3 if wide else 2, 0, number.to_bytes(4 if wide else 2), int(part.protected).to_bytes(2), part.kind, texts)
        )
        row = number.to_bytes(4 if wide else 2) + (part.method.to_bytes(2) if iloc_version else b"") + bytes(2)
        base = offset // 2 if widths[2] else 0
        row += base.to_bytes(widths[2]) + (1).to_bytes(2) + (offset - base).to_bytes(widths[0]) + len(part.data).to_bytes(widths[1])
        rows.append(row)
        if part.describes:
            references.append(box_bytes(b"cdsc", struct.pack(">HHH", number, 1, part.describes)))
    count = len(parts).to_bytes(4 if wide else 2)
    table = bytes([widths[0] << 4 | widths[1], widths[2] << 4]) + count + b"".join(rows)
    boxes = [
        full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
        full_box(b"pitm", 0, 0, (1).to_bytes(2)),
        full_box(b"iloc", iloc_version, 0, table),
        full_box(b"iinf", iinf_version, 0, len(parts).to_bytes(4 if iinf_version else 2), *infes),
    ]
    if references:
        boxes.append(full_box(b"iref", 0, 0, *references))
    if properties:
        boxes.append(properties)
    idat = b"".join(part.data for part in parts if part.method)
    if idat:
        boxes.append(box_bytes(b"idat", idat))
    return full_box(b"meta", 0, 0, *boxes)


@cache
def hevc_picture() -> tuple[bytes, bytes]:
    """The configuration (``hvcC``) and the one frame of a picture, as libx265 codes it."""
    film = made(
        ".mp4",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=128x96:rate=1:duration=1",
        "-frames:v",
        "1",
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none",
        "-tag:v",
        "hvc1",
    )
    at = film.index(b"hvcC") - 4
    config = film[at : at + int.from_bytes(film[at : at + 4])]
    walk = BoxWalk(Source(film))
    mdat = only(walk.children(0, len(film)), b"mdat")
    assert mdat is not None
    return config, film[mdat.body : mdat.stop]


def heic(*more: Part) -> bytes:
    """A true HEIC of 128 by 96 pixels."""
    config, frame = hevc_picture()
    ipco = box_bytes(b"ipco", config, full_box(b"ispe", 0, 0, struct.pack(">II", 128, 96)))
    ipma = full_box(b"ipma", 0, 0, struct.pack(">IHBBB", 1, 1, 2, 0x81, 2))
    return heif(Part(b"hvc1", frame), *more, properties=box_bytes(b"iprp", ipco, ipma))


def annex_b(data: bytes) -> bytes:
    """The primary picture of a HEIC as a bare HEVC stream, which any decoder takes."""
    at = data.index(b"hvcC") - 4
    config = data[at + 8 : at + int.from_bytes(data[at : at + 4])]
    out, at = b"", 23
    for _ in range(config[22]):
        count = int.from_bytes(config[at + 1 : at + 3])
        at += 3
        for _ in range(count):
            length = int.from_bytes(config[at : at + 2])
            out += b"\0\0\0\1" + config[at + 2 : at + 2 + length]
            at += 2 + length
    frame, at = item_bytes(data)[1], 0
    while at < len(frame):
        length = int.from_bytes(frame[at : at + 4])
        out += b"\0\0\0\1" + frame[at + 4 : at + 4 + length]
        at += 4 + length
    return out


def avif(count: int = 1, **options: object) -> bytes:
    """What Pillow writes: ``count`` frames of noise."""
    frames = [Image.effect_noise((64, 48), 40 + number).convert("RGB") for number in range(count)]
    out = BytesIO()
    frames[0].save(out, "AVIF", save_all=count > 1, append_images=frames[1:], quality=60, **options)
    return out.getvalue()


def pixels(data: bytes) -> list[bytes]:
    """All frames as Pillow decodes them."""
    with Image.open(BytesIO(data)) as image:
        return [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(image)]


def xmp_in_pillow(data: bytes) -> bytes:
    """The XMP packet that Pillow shows."""
    with Image.open(BytesIO(data)) as image:
        packet = image.info.get("xmp", b"")
        assert isinstance(packet, bytes)
        return packet


def item_bytes(data: bytes) -> dict[int, bytes]:
    """The bytes of every item of the file's own metadata, by number."""
    source = Source(data)
    walk = BoxWalk(source)
    meta = only(walk.children(0, len(data)), b"meta")
    assert isinstance(meta, Box)
    return {item.number: b"".join(data[start:stop] for start, stop in item.ranges or ()) for item in read_items(walk, meta).items}
