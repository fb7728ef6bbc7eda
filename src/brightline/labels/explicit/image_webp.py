"""A labelled WebP: lossless stays lossless, lossy keeps about its quality, animations keep every frame (RFC 9649).

The quality of a lossy picture is not stored; what is stored is the quantiser (RFC 6386, 9.3 and 9.6), from which libwebp's own
formula gives back the quality that led to it. EXIF, XMP and the colour profile go along byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

from brightline.labels.explicit.image import Drawn
from brightline.labels.explicit.image_frames import Drawer, Encoded

__all__ = ["estimated_quality", "labelled"]

_UNKNOWN_QUALITY = 90
"""Where no quantiser can be read; own choice: above what web encoders use."""


def labelled(data: bytes, image: Image.Image, drawer: Drawer) -> Encoded:
    """Draw on the picture or on every frame, and encode as it was."""
    chunks = dict(_chunks(data, 12))
    notes = tuple(
        f"the chunk {kind.decode('latin-1').strip()} was left out"
        for kind in chunks
        if kind not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ")
    )
    lossless, quality = _coding(data)
    settings: dict[str, Any] = {"lossless": lossless, "quality": 100 if lossless else quality, "exact": lossless}
    for key, kind in (("exif", b"EXIF"), ("xmp", b"XMP "), ("icc_profile", b"ICCP")):
        if kind in chunks:
            settings[key] = chunks[kind]
    if int(getattr(image, "n_frames", 1)) == 1:
        drawn = drawer.once(image)
        return Encoded(_saved(drawn.image, settings), drawn, drawn, 1, notes)
    return _animation(image, drawer, settings, notes)


def _animation(image: Image.Image, drawer: Drawer, settings: dict[str, Any], notes: tuple[str, ...]) -> Encoded:
    durations: list[int] = []
    frames: list[Drawn] = []
    for drawn in drawer.frames(image, image.mode):
        frames.append(drawn)
        durations.append(int(image.info.get("duration", 0)))
    settings |= {
        "save_all": True,
        "append_images": [drawn.image for drawn in frames[1:]],
        "duration": durations,
        "loop": image.info.get("loop", 0),
        "background": image.info.get("background", (0, 0, 0, 0)),
    }
    return Encoded(_saved(frames[0].image, settings), frames[0], frames[-1], len(frames), notes)


def _saved(image: Image.Image, settings: dict[str, Any]) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "WEBP", **settings)
    return buffer.getvalue()


def _chunks(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def _coding(data: bytes) -> tuple[bool, int]:
    """Whether the (first) picture is lossless, and the quality if not."""
    for kind, body in _chunks(data, 12):
        inner = _chunks(body, 16) if kind == b"ANMF" else iter([(kind, body)])
        for name, coded in inner:
            if name == b"VP8L":
                return True, 100
            if name == b"VP8 ":
                return False, estimated_quality(coded)
    return False, _UNKNOWN_QUALITY


def estimated_quality(frame: bytes) -> int:
    """The libwebp quality, 0 to 100, that leads to the quantiser of this VP8 key frame.

    libwebp (``QualityToCompression``): compression = cbrt(q ≤ 0.75 ? 2q/3 : 2q - 1), quantiser = 127 (1 - compression).
    """
    quantiser = _quantiser(frame)
    if quantiser is None:
        return _UNKNOWN_QUALITY
    linear = (1 - quantiser / 127) ** 3
    return round(100 * (linear * 1.5 if linear < 0.5 else (linear + 1) / 2))


def _quantiser(frame: bytes) -> int | None:
    """The finest quantiser of the frame's segments, 0 to 127 (RFC 6386, 19.2); None if it is no key frame."""
    if len(frame) < 16 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    bits = _Bits(frame[10:])
    bits.literal(2)  # colour space, clamping
    levels: list[int] = []
    absolute = False
    if bits.literal(1):  # segments
        new_map, new_levels = bits.literal(1), bits.literal(1)
        if new_levels:
            absolute = bool(bits.literal(1))
            levels = [bits.optional(7) for _ in range(4)]
            for _ in range(4):
                bits.optional(6)
        if new_map:
            for _ in range(3):
                if bits.literal(1):
                    bits.literal(8)
    bits.literal(10)  # loop filter: type, level, sharpness
    if bits.literal(1) and bits.literal(1):
        for _ in range(8):
            bits.optional(6)
    bits.literal(2)  # partitions
    base = bits.literal(7)
    if not levels:
        return base
    # libwebp coarsens segments where noise hides it and starts from the quantiser of the plainest one.
    return min(min(127, max(0, level if absolute else base + level)) for level in levels)


class _Bits:
    """The boolean decoder of RFC 6386, 7.3, for flags of even odds."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 2
        self._value, self._range, self._shifted = int.from_bytes(data[:2], "big"), 255, 0

    def literal(self, width: int) -> int:
        value = 0
        for _ in range(width):
            value = value << 1 | self._flag()
        return value

    def optional(self, width: int) -> int:
        """A flag, and if it is set a magnitude of ``width`` bits and a sign."""
        if not self.literal(1):
            return 0
        magnitude = self.literal(width)
        return -magnitude if self.literal(1) else magnitude

    def _flag(self) -> int:
        split = 1 + ((self._range - 1) * 128 >> 8)
        if self._value >= split << 8:
            flag, self._range, self._value = 1, self._range - split, self._value - (split << 8)
        else:
            flag, self._range = 0, split
        while self._range < 128:
            self._value, self._range, self._shifted = self._value << 1, self._range << 1, self._shifted + 1
            if self._shifted == 8:
                self._shifted = 0
                self._value |= self._data[self._at] if self._at < len(self._data) else 0
                self._at += 1
        return flag
