"""A labelled PNG or APNG: same mode, palette and transparency, all other chunks of the original (PNG, third edition, 2025).

Only IHDR, PLTE, tRNS, IDAT and IEND come from the encoder. An animation keeps its frames and their times: each is written whole
(no blending with what was before), cropped to where it differs. Left out, and said: the C2PA store ``caBX`` of the picture
as it was, and the histogram ``hIST`` and significant bits ``sBIT`` where the mode had to change.

Not done: 16 bits a channel in colour, which Pillow would cut to 8; such a file is refused rather than made poorer.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain
from typing import NamedTuple

from PIL import Image, ImageChops

from brightline.labels.errors import Malformed, Unsupported
from brightline.labels.explicit.image import Drawn
from brightline.labels.explicit.image_frames import Drawer, Encoded

__all__ = ["labelled"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CODING = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
_OF_THE_MODE = {b"hIST", b"sBIT", b"bKGD"}
_BEFORE_PALETTE = {b"cHRM", b"cICP", b"gAMA", b"iCCP", b"mDCV", b"cLLI", b"sBIT", b"sRGB"}

_EFFORT = 4
"""Of zlib, 0 to 9; own choice: three times as fast as the usual 6 for 1 to 7 % more bytes (measured on clouds of noise, sharp and soft)."""

_C2PA = "the C2PA store of the unlabelled picture was left out: sign the new one with the old as its parent"


class _Chunk(NamedTuple):
    kind: bytes
    data: bytes


def labelled(data: bytes, image: Image.Image, drawer: Drawer) -> Encoded:
    """Draw, encode, and put the original's chunks back."""
    chunks = list(_chunks(data))
    depth, colour = chunks[0].data[8], chunks[0].data[9]
    if depth == 16 and colour != 0:
        raise Unsupported(
            "a PNG with 16 bits a channel in colour would lose half of them",
            "convert it to 8 bits first, so that you choose how its values are rounded",
        )
    if int(getattr(image, "n_frames", 1)) > 1:
        return _animation(chunks, image, drawer)
    if depth < 8 and colour == 0 and isinstance(key := image.info.get("transparency"), int) and image.mode == "L":
        image.info["transparency"] = key * 255 // ((1 << depth) - 1)  # Pillow widens the samples, but not the key
    drawn = drawer.once(image)
    own = list(_chunks(_encoded(drawn.image)))
    kept, notes = _kept(chunks, same_mode=own[0].data[8:10] == chunks[0].data[8:10])
    return Encoded(_joined(own, *kept), drawn, drawn, 1, tuple(notes))


def _encoded(image: Image.Image) -> bytes:
    buffer = BytesIO()
    plain = image.copy()
    plain.info = {key: value for key, value in image.info.items() if key == "transparency"}
    plain.save(buffer, "PNG", compress_level=_EFFORT)
    return buffer.getvalue()


def _chunks(data: bytes) -> Iterator[_Chunk]:
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            raise Malformed(f"the chunk {kind!r} is longer than the file", at)
        yield _Chunk(kind, data[at + 8 : at + 8 + length])
        at += 12 + length
        if kind == b"IEND":
            return


def _kept(chunks: list[_Chunk], *, same_mode: bool) -> tuple[tuple[list[_Chunk], list[_Chunk], list[_Chunk]], list[str]]:
    """The original's other chunks: before the palette, before the pixels, behind them; and what was left out."""
    first: list[_Chunk] = []
    middle: list[_Chunk] = []
    last: list[_Chunk] = []
    notes: list[str] = []
    pixels_seen = False
    for chunk in chunks:
        pixels_seen |= chunk.kind in (b"IDAT", b"fdAT")
        if chunk.kind == b"caBX":
            notes.append(_C2PA)
        elif chunk.kind in _OF_THE_MODE and not same_mode:
            notes.append(f"the chunk {chunk.kind.decode('ascii')} was left out: it described the old mode")
        elif chunk.kind not in _CODING:
            (last if pixels_seen else first if chunk.kind in _BEFORE_PALETTE else middle).append(chunk)
    return (first, middle, last), notes


def _joined(own: Iterable[_Chunk], first: list[_Chunk], middle: list[_Chunk], last: list[_Chunk]) -> bytes:
    """One file of the encoder's chunks and the kept ones (their order: PNG, 5.6)."""
    by_kind: dict[bytes, list[_Chunk]] = {}
    for chunk in own:
        by_kind.setdefault(chunk.kind if chunk.kind in (b"IHDR", b"PLTE", b"tRNS", b"IEND") else b"pixels", []).append(chunk)
    order = [
        *by_kind[b"IHDR"],
        *first,
        *by_kind.get(b"PLTE", []),
        *by_kind.get(b"tRNS", []),
        *middle,
        *by_kind[b"pixels"],
        *last,
        *by_kind[b"IEND"],
    ]
    return _SIGNATURE + b"".join(map(_packed, order))


def _packed(chunk: _Chunk) -> bytes:
    return struct.pack(">I", len(chunk.data)) + chunk.kind + chunk.data + struct.pack(">I", zlib.crc32(chunk.kind + chunk.data))


# Animations


def _animation(chunks: list[_Chunk], image: Image.Image, drawer: Drawer) -> Encoded:
    """Every frame as it is shown, with the times of the original's frame controls."""
    controls = _controls(chunks)
    mode = "RGBA" if chunks[0].data[9] in (4, 6) or any(chunk.kind == b"tRNS" for chunk in chunks) or image.mode == "RGBA" else "RGB"
    frames = drawer.frames(image, mode)
    first = drawn = next(frames)
    out = [chunk for chunk in _chunks(_encoded(first.image)) if chunk.kind == b"IHDR"]
    out.append(next(chunk for chunk in chunks if chunk.kind == b"acTL"))
    before: Drawn | None = None
    sequence = 0
    for control, drawn in zip(controls, chain([first], frames), strict=True):
        box = (0, 0, *image.size)
        if before is not None:
            box = ImageChops.difference(drawn.image.convert("RGBA"), before.image.convert("RGBA")).getbbox(alpha_only=False) or (0, 0, 1, 1)
        pixels = b"".join(chunk.data for chunk in _chunks(_encoded(drawn.image.crop(box))) if chunk.kind == b"IDAT")
        is_first_picture = not any(chunk.kind == b"IDAT" for chunk in out)
        if control is not None:
            timing = control[20:24]
            head = struct.pack(">5I", sequence, box[2] - box[0], box[3] - box[1], box[0], box[1])
            out.append(_Chunk(b"fcTL", head + timing + b"\0\0"))  # dispose: none; blend: source
            sequence += 1
        if is_first_picture:
            out.append(_Chunk(b"IDAT", pixels))
        else:
            out.append(_Chunk(b"fdAT", struct.pack(">I", sequence) + pixels))
            sequence += 1
        # A default image is shown only where animation is not; frames begin anew after it.
        before = drawn if control is not None else None
    out.append(_Chunk(b"IEND", b""))
    kept, notes = _kept(chunks, same_mode=out[0].data[8:10] == chunks[0].data[8:10])
    return Encoded(_joined(out, *kept), first, drawn, len(controls), tuple(notes))


def _controls(chunks: list[_Chunk]) -> list[bytes | None]:
    """One entry a picture in the order of Pillow: a default image without a frame control, if there is one, then the frames."""
    kinds = [chunk.kind for chunk in chunks]
    controls: list[bytes | None] = [chunk.data for chunk in chunks if chunk.kind == b"fcTL"]
    return controls if kinds.index(b"fcTL") < kinds.index(b"IDAT") else [None, *controls]
