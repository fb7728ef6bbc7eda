"""The letters of a label as a font inside a PDF: the few glyphs that it needs, cut out of the bundled TrueType file.

OpenType 1.9 (tables head, hhea, maxp, hmtx, loca, glyf, cmap 4 and 12); ISO 32000-2, 9.7 (composite fonts): a CIDFontType2 whose
CIDs are the glyph numbers of the cut font, ``Identity-H``, with a ToUnicode map so that the words can be found and read aloud.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from brightline.labels.explicit.fonts import LABEL_FONT, require_characters

__all__ = ["CutFont", "cut_font"]

_KEPT_TABLES = (b"cvt ", b"fpgm", b"prep")
_DEEPEST = 8  # components inside components; own choice: fonts have one or two levels


@dataclass(frozen=True, slots=True)
class CutFont:
    """A font program with the glyphs of one text. ``glyphs``: the text as glyph numbers; widths and metrics in thousandths of the em."""

    program: bytes
    glyphs: tuple[int, ...]
    widths: tuple[int, ...]
    characters: dict[int, str]
    ascent: int
    descent: int
    box: tuple[int, int, int, int]

    @property
    def text_width(self) -> int:
        """Width of the text at a size of 1,000."""
        return sum(self.widths[glyph] for glyph in self.glyphs)

    def put_into(self, add: Callable[[bytes], int]) -> int:
        """Hand the bodies of the font's five PDF objects to ``add``, which answers with their numbers; the number of the font itself."""
        packed = zlib.compress(self.program, 9)
        program = add(b"<</Length %d /Length1 %d /Filter /FlateDecode>>\nstream\n%b\nendstream" % (len(packed), len(self.program), packed))
        descriptor = add(
            b"<</Type /FontDescriptor /FontName %b /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0" % (_NAME, *self.box)
            + b" /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R>>" % (self.ascent, self.descent, self.ascent, program)
        )
        widths = b" ".join(b"%d" % width for width in self.widths)
        font = add(
            b"<</Type /Font /Subtype /CIDFontType2 /BaseFont %b /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
            % _NAME
            + b" /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 1000 /W [0 [%b]]>>" % (descriptor, widths)
        )
        mapped = self._unicode_map()
        unicode_map = add(b"<</Length %d>>\nstream\n%b\nendstream" % (len(mapped), mapped))
        return add(
            b"<</Type /Font /Subtype /Type0 /BaseFont %b /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>"
            % (_NAME, font, unicode_map)
        )

    def _unicode_map(self) -> bytes:
        rows = [
            b"<%04X> <%b>" % (glyph, sign.encode("utf-16-be").hex().upper().encode()) for glyph, sign in sorted(self.characters.items())
        ]
        blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]  # a block has at most 100 rows (Adobe technical note 5411, 1.4.1)
        return _MAP_HEAD + b"".join(b"%d beginbfchar\n%b\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks) + _MAP_END


@lru_cache(maxsize=32)
def cut_font(text: str, path: Path = LABEL_FONT) -> CutFont:
    """The glyphs of ``text`` out of the font at ``path``. Raises ``LabelError`` BL-LABEL-052 for characters that it does not have."""
    require_characters(text, path)
    data = _data(path)
    tables = _tables(data)
    units = struct.unpack_from(">H", data, tables[b"head"][0] + 18)[0]
    box = struct.unpack_from(">4h", data, tables[b"head"][0] + 36)
    ascent, descent = struct.unpack_from(">2h", data, tables[b"hhea"][0] + 4)
    glyph_of = _character_map(data, tables[b"cmap"][0])
    numbers: dict[int, int] = {0: 0}
    characters: dict[int, str] = {}
    glyphs = []
    for character in text:
        old = glyph_of[ord(character)]
        fresh = numbers.setdefault(old, len(numbers))
        characters[fresh] = character
        glyphs.append(fresh)
    outlines = _outlines(data, tables, numbers)
    count = struct.unpack_from(">H", data, tables[b"hhea"][0] + 34)[0]
    advances = [struct.unpack_from(">H", data, tables[b"hmtx"][0] + 4 * min(old, count - 1))[0] for old in numbers]
    bearings = [_bearing(outline) for outline in outlines]
    per_mille = [round(advance * 1000 / units) for advance in advances]
    scaled = tuple(round(value * 1000 / units) for value in box)
    return CutFont(
        _program(data, tables, outlines, list(zip(advances, bearings, strict=True))),
        tuple(glyphs),
        tuple(per_mille),
        characters,
        round(ascent * 1000 / units),
        round(descent * 1000 / units),
        (scaled[0], scaled[1], scaled[2], scaled[3]),
    )


@lru_cache(maxsize=2)
def _data(path: Path) -> bytes:
    return path.read_bytes()


def _tables(data: bytes) -> dict[bytes, tuple[int, int]]:
    count = struct.unpack_from(">H", data, 4)[0]
    rows = (struct.unpack_from(">4s3L", data, 12 + 16 * index) for index in range(count))
    return {tag: (offset, length) for tag, _, offset, length in rows}


def _character_map(data: bytes, at: int) -> dict[int, int]:
    """Code point to glyph, of the best Unicode subtable: format 12 before 4."""
    count = struct.unpack_from(">H", data, at + 2)[0]
    offsets = [at + struct.unpack_from(">L", data, at + 8 + 8 * index)[0] for index in range(count)]
    by_format = {struct.unpack_from(">H", data, offset)[0]: offset for offset in offsets}
    if 12 in by_format:
        found: dict[int, int] = {}
        groups = struct.unpack_from(">L", data, by_format[12] + 12)[0]
        for index in range(groups):
            first, last, glyph = struct.unpack_from(">3L", data, by_format[12] + 16 + 12 * index)
            found.update((code, glyph + code - first) for code in range(first, last + 1))
        return found
    return _format_4(data, by_format[4])


def _format_4(data: bytes, at: int) -> dict[int, int]:
    segments = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * segments)
    deltas = struct.unpack_from(f">{segments}H", data, at + 16 + 4 * segments)
    ranges_at = at + 16 + 6 * segments
    ranges = struct.unpack_from(f">{segments}H", data, ranges_at)
    found: dict[int, int] = {}
    for index, (start, end, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, end + 1):
            glyph = code
            if shift:
                glyph = struct.unpack_from(">H", data, ranges_at + 2 * index + shift + 2 * (code - start))[0]
                if not glyph:
                    continue
            found[code] = (glyph + delta) & 0xFFFF
    return found


def _outlines(data: bytes, tables: dict[bytes, tuple[int, int]], numbers: dict[int, int]) -> list[bytes]:
    """The outlines of the glyphs in ``numbers``, which grows by the components of composite ones; references renumbered."""
    long_form = struct.unpack_from(">h", data, tables[b"head"][0] + 50)[0]
    loca, glyf = tables[b"loca"][0], tables[b"glyf"][0]
    outlines: list[bytes] = []
    while len(outlines) < len(numbers):
        old = list(numbers)[len(outlines)]
        if long_form:
            start, stop = struct.unpack_from(">2L", data, loca + 4 * old)
        else:
            start, stop = (2 * half for half in struct.unpack_from(">2H", data, loca + 2 * old))
        outlines.append(_renumbered(data[glyf + start : glyf + stop], numbers))
    return outlines


def _renumbered(outline: bytes, numbers: dict[int, int]) -> bytes:
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return outline
    out, at = bytearray(outline), 10
    while True:
        flags, old = struct.unpack_from(">2H", outline, at)
        struct.pack_into(">H", out, at + 2, numbers.setdefault(old, len(numbers)))
        at += 8 if flags & 1 else 6  # ARG_1_AND_2_ARE_WORDS
        at += 2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0  # a scale, two, or a matrix
        if not flags & 0x20:  # MORE_COMPONENTS
            return bytes(out)


def _bearing(outline: bytes) -> int:
    return int(struct.unpack_from(">h", outline, 2)[0]) if len(outline) >= 10 else 0


def _program(data: bytes, tables: dict[bytes, tuple[int, int]], outlines: list[bytes], metrics: list[tuple[int, int]]) -> bytes:
    count = len(outlines)
    glyf, places = b"", [0]
    for outline in outlines:
        glyf += outline + bytes(-len(outline) % 4)
        places.append(len(glyf))
    head = bytearray(_table(data, tables, b"head"))
    struct.pack_into(">L", head, 8, 0)
    struct.pack_into(">h", head, 50, 1)
    hhea = bytearray(_table(data, tables, b"hhea"))
    struct.pack_into(">H", hhea, 34, count)
    maxp = bytearray(_table(data, tables, b"maxp"))
    struct.pack_into(">H", maxp, 4, count)
    fresh = {
        b"head": bytes(head),
        b"hhea": bytes(hhea),
        b"maxp": bytes(maxp),
        b"hmtx": b"".join(struct.pack(">Hh", *metric) for metric in metrics),
        b"loca": struct.pack(f">{count + 1}L", *places),
        b"glyf": glyf,
    }
    fresh |= {tag: _table(data, tables, tag) for tag in _KEPT_TABLES if tag in tables}
    directory, body = b"", b""
    start = 12 + 16 * len(fresh)
    for tag in sorted(fresh):
        content = fresh[tag] + bytes(-len(fresh[tag]) % 4)
        total = sum(struct.unpack(f">{len(content) // 4}L", content)) & 0xFFFFFFFF
        directory += struct.pack(">4s3L", tag, total, start + len(body), len(fresh[tag]))
        body += content
    entry = max(0, len(fresh).bit_length() - 1)
    search = 16 << entry
    return struct.pack(">L4H", 0x00010000, len(fresh), search, entry, 16 * len(fresh) - search) + directory + body


def _table(data: bytes, tables: dict[bytes, tuple[int, int]], tag: bytes) -> bytes:
    offset, length = tables[tag]
    return data[offset : offset + length]


_NAME = b"/AAIGCL+BrightlineLabelSans"
_MAP_HEAD = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /AIGC def /CMapType 2 def\n"
    b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
)
_MAP_END = b"endcmap CMapName currentdict /CMap defineresource pop end end"
