"""The letters of explicit labels: a Chinese font that ships with the package, so that a label looks the same on every machine.

``LABEL_FONT`` is a TrueType file (``build_font.py`` makes it; its licence, OFL 1.1, lies beside it) with GB 2312 and Latin-1. What
it cannot write is an error, never a box: a label that nobody can read is no label. An operator may name a font of their own.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from brightline.labels.errors import LabelError

__all__ = ["FAMILY", "LABEL_FONT", "LICENCE_FILE", "missing_characters", "require_characters"]

FAMILY = "Brightline Label Sans"
"""The subset's own name: "Source" is reserved (OFL 1.1, clause 3), "Noto" a trademark."""

_DATA = Path(__file__).parent / "data"
LABEL_FONT = _DATA / "label-sans.ttf"
LICENCE_FILE = _DATA / "label-sans.OFL.txt"

_MOST_FONT_BYTES = 64 << 20
"""Own choice: the largest complete Chinese fonts are about 30 MB."""


def missing_characters(text: str, font: Path = LABEL_FONT) -> str:
    """The characters of ``text`` that ``font`` has no glyph for, each once, in order; line breaks do not count.

    Raises ``LabelError`` BL-LABEL-053 if the file is not a TrueType or OpenType font with a Unicode character map.
    """
    known = _characters(font)
    return "".join(dict.fromkeys(character for character in text if character != "\n" and ord(character) not in known))


def require_characters(text: str, font: Path = LABEL_FONT) -> None:
    """Raises ``LabelError`` BL-LABEL-052 naming the characters of ``text`` that ``font`` cannot write."""
    missing = missing_characters(text, font)
    if missing:
        raise LabelError(
            "BL-LABEL-052",
            f"the label's font cannot write {missing!r}",
            "use other words, or give a font file that has these characters",
        )


@lru_cache(maxsize=8)
def _characters(font: Path) -> frozenset[int]:
    """The code points of the font's character map (OpenType 1.9, cmap formats 4 and 12)."""
    try:
        with font.open("rb") as file:
            data = file.read(_MOST_FONT_BYTES)
        return frozenset(_cmap(data, _table(data, b"cmap")))
    except (OSError, struct.error, ValueError, IndexError) as error:
        _unusable(font, error)


def _unusable(font: Path, error: Exception) -> NoReturn:
    raise LabelError(
        "BL-LABEL-053", f"{font.name} cannot be used as the label's font: {error}", "give a .ttf, .otf or .ttc file with Unicode characters"
    ) from error


def _table(data: bytes, tag: bytes) -> int:
    """Where the table ``tag`` of the file's first face begins."""
    face = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    if data[face : face + 4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise ValueError("it is no TrueType or OpenType font")
    for record in range(struct.unpack_from(">H", data, face + 4)[0]):
        name, _, offset, _ = struct.unpack_from(">4sIII", data, face + 12 + 16 * record)
        if name == tag:
            return int(offset)
    raise ValueError(f"it has no table {tag.decode('ascii')}")


def _cmap(data: bytes, start: int) -> set[int]:
    found: set[int] = set()
    for record in range(struct.unpack_from(">H", data, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * record)
        if (platform, encoding) not in ((0, 3), (0, 4), (3, 1), (3, 10)):
            continue
        kind = struct.unpack_from(">H", data, start + offset)[0]
        if kind == 12:
            found |= _format_12(data, start + offset)
        elif kind == 4:
            found |= _format_4(data, start + offset)
    if not found:
        raise ValueError("it has no Unicode character map")
    return found


def _format_12(data: bytes, start: int) -> set[int]:
    found: set[int] = set()
    for group in range(min(struct.unpack_from(">I", data, start + 12)[0], 0x10000)):
        first, last, _ = struct.unpack_from(">III", data, start + 16 + 12 * group)
        if first <= last <= 0x10FFFF:
            found.update(range(first, last + 1))
    return found


def _format_4(data: bytes, start: int) -> set[int]:
    count = struct.unpack_from(">H", data, start + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, start + 14)
    firsts = struct.unpack_from(f">{count}H", data, start + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, start + 16 + 4 * count)
    at = start + 16 + 6 * count
    ranges = struct.unpack_from(f">{count}H", data, at)
    found: set[int] = set()
    for segment, (first, last, delta, ranged) in enumerate(zip(firsts, ends, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if ranged:
                place = at + 2 * segment + ranged + 2 * (code - first)
                glyph = struct.unpack_from(">H", data, place)[0] if place + 2 <= len(data) else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                found.add(code)
    return found
