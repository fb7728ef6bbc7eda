"""A labelled GIF: every frame as it is shown, with its own colours, its time, and the loop of the original (GIF89a).

GIF frames build on one another, so the label has to be drawn on what is *seen* after each. Every frame is written with a
local table of exactly its colours: nothing changes outside the label as long as a frame shows 254 colours or fewer, which single
frames always do and composed ones nearly always. More are reduced by median cut, and said. All extensions of the
original (comments, XMP, the loop) stay byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from PIL import GifImagePlugin, Image, ImageChops

from brightline.labels.errors import Malformed
from brightline.labels.explicit.image_frames import Drawer, Encoded

__all__ = ["labelled"]

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9
_REDUCED = "a frame showed more than 255 colours and was reduced to them"


def labelled(data: bytes, image: Image.Image, drawer: Drawer) -> Encoded:
    """Draw on every frame and write them anew between the original's extensions."""
    before_frames, after_frames, delays = _blocks(data)
    width, height = image.size
    out = [b"GIF89a", data[6:10], b"\x70\0\0", *before_frames]  # no global table: every frame brings its own
    notes: list[str] = []
    mode = "RGBA" if any(_shows_through(image)) else "RGB"
    frames = drawer.frames(image, mode)
    first = last = next(frames)
    count = 0
    for count, drawn in enumerate(chain([first], frames), 1):
        box = (0, 0, width, height)
        if count > 1 and mode == "RGB":
            box = ImageChops.difference(drawn.image, last.image).getbbox() or (0, 0, 1, 1)
        indexed, hidden, reduced = _indexed(drawn.image.crop(box))
        if reduced:
            notes.append(_REDUCED)
        out.append(_graphic_control(delays[count - 1] if count <= len(delays) else 0, hidden, restore=mode == "RGBA"))
        out.extend(GifImagePlugin.getdata(indexed, box[:2], include_color_table=True))
        last = drawn
    return Encoded(b"".join([*out, *after_frames, b";"]), first, last, count, tuple(dict.fromkeys(notes)))


def _shows_through(image: Image.Image) -> Iterator[bool]:
    """For each frame, whether something of it is transparent as it is shown."""
    for at in range(int(getattr(image, "n_frames", 1))):
        image.seek(at)
        yield image.convert("RGBA").getchannel("A").getextrema() != (255, 255)
    image.seek(0)


def _graphic_control(delay: int, hidden: int | None, *, restore: bool) -> bytes:
    """GIF89a, 23: disposal 2 clears the frame, so that holes stay holes; 1 leaves it for the next to build on."""
    flags = (2 if restore else 1) << 2 | (hidden is not None)
    return bytes((_EXTENSION, _GRAPHIC_CONTROL, 4, flags)) + delay.to_bytes(2, "little") + bytes((hidden or 0, 0))


def _indexed(frame: Image.Image) -> tuple[Image.Image, int | None, bool]:
    """``frame`` with a palette of its colours; the entry that is transparent; whether colours had to be reduced."""
    pixels = np.asarray(frame.convert("RGBA"))
    hidden = pixels[..., 3] == 0
    packed = pixels[..., 0].astype(np.uint32) << 16 | pixels[..., 1].astype(np.uint32) << 8 | pixels[..., 2]
    packed[hidden] = 1 << 24  # one value for whatever is not seen
    colours, places = np.unique(packed, return_inverse=True)
    reduced = len(colours) > 256
    if reduced:
        cut = frame.convert("RGB").quantize(255, dither=Image.Dither.NONE)
        table = (cut.getpalette("RGB") or [])[: 255 * 3]
        entries = np.array(cut)
        if hidden.any():
            table, entries[hidden] = [*table, *[0] * (765 - len(table)), 0, 0, 0], 255
    else:
        entries = places.reshape(packed.shape).astype(np.uint8)
        table = [int(part) for colour in colours for part in (colour >> 16 & 255, colour >> 8 & 255, colour & 255)]
    indexed = Image.fromarray(entries)
    indexed.putpalette(table, "RGB")
    if not hidden.any():
        return indexed, None, reduced
    return indexed, 255 if reduced else int(np.searchsorted(colours, 1 << 24)), reduced


def _blocks(data: bytes) -> tuple[list[bytes], list[bytes], list[int]]:
    """Extensions before and behind the first frame, and the delay of every frame in hundredths of a second (GIF89a, 23 to 26)."""
    at = 13 + _table_length(data[10])
    before: list[bytes] = []
    after: list[bytes] = []
    delays: list[int] = []
    delay = 0
    while at < len(data) and data[at] != _TRAILER:
        start = at
        if data[at] == _EXTENSION:
            at = _sub_blocks_end(data, at + 2)
            if data[start + 1] == _GRAPHIC_CONTROL:
                delay = int.from_bytes(data[start + 4 : start + 6], "little")
            else:
                (after if delays else before).append(data[start:at])
        elif data[at] == _IMAGE and at + 10 <= len(data):
            delays.append(delay)
            delay = 0
            at = _sub_blocks_end(data, at + 10 + _table_length(data[at + 9]) + 1)
        else:
            raise Malformed("a GIF block has no known kind", at)
    return before, after, delays


def _table_length(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks_end(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return min(at + 1, len(data))
