"""The index of a multi-picture JPEG: where the other pictures lie, and the same index after the file has changed.

Follows CIPA DC-007 (Multi-Picture Format): 5.2.3 (an APP2 segment ``MPF``, then a TIFF block), 5.2.3.3 (tag 0xB002: 16 bytes a
picture, its size at byte 4 and its offset at byte 8; offsets count from the TIFF block's first byte, that of the first picture
is zero). It does not look into the pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from brightline.labels.containers.reading import Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed
from brightline.labels.ifd import read_tiff

__all__ = ["MPF", "PictureIndex", "picture_index"]

MPF = b"MPF\0"
_ENTRIES = 0xB002
_MOST_PICTURES = 1024  # own choice: bursts have some dozens


@dataclass(frozen=True, slots=True)
class PictureIndex:
    """``entries_at``: offset in the file of the 16-byte entries. ``pictures``: all pictures, the first one, which holds the index, included."""

    order: str
    base: int
    entries_at: int
    pictures: tuple[Range, ...]

    def moved(self, source: Source, lands: Callable[[int], int]) -> bytes:
        """The entries when every byte at ``x`` has gone to ``lands(x)``. Raises ``Malformed`` where a size no longer fits."""
        data = bytearray(source.read(self.entries_at, 16 * len(self.pictures)))
        for number, (start, stop) in enumerate(self.pictures):
            first = lands(start) if number else 0
            offset = first - lands(self.base) if number else 0
            try:
                struct.pack_into(self.order + "II", data, 16 * number + 4, lands(stop) - first, offset)
            except struct.error as error:
                raise Malformed("the picture index cannot hold the new offsets", self.entries_at) from error
        return bytes(data)


def picture_index(source: Source, start: int, stop: int) -> PictureIndex | None:
    """The index in the segment payload ``[start, stop)``, from ``MPF`` on; None where it lists no pictures.

    Raises ``Malformed``, ``Truncated`` or ``OverLimit``.
    """
    base = start + len(MPF)
    block = Source(source.read(base, stop - base))
    tiff = read_tiff(block, strict=True)
    field = next((directory.field(_ENTRIES) for directory in tiff.directories if directory.field(_ENTRIES)), None)
    if field is None:
        return None
    if field.size % 16 or field.size > 16 * _MOST_PICTURES:
        raise Malformed("the picture index is no list of 16-byte entries", base + field.at)
    pictures: list[Range] = []
    for number, (_, size, offset, _) in enumerate(struct.iter_unpack(tiff.order + "IIII", block.read(field.value_at, field.size))):
        first = base + offset if number else 0
        if size and first + size > source.size:
            raise Malformed("the picture index points behind the end of the file", base + field.value_at)
        pictures.append(Range(first, first + size) if size else Range(0, 0))
    return PictureIndex(tiff.order, base, base + field.value_at, tuple(pictures)) if pictures else None
