"""Builds ``data/label-sans.ttf``: the letters of explicit labels, a subset of Noto Sans CJK SC Regular (SIL Open Font Licence 1.1).

    python -m brightline.labels.explicit.build_font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

Development time only (fontTools, dependency group ``tables``; the collection is Debian's ``fonts-noto-cjk``, version 2.004). Kept
are the 6,763 characters of GB 2312-80, levels 1 and 2, its signs (rows 1 to 3), Latin-1 and the common punctuation of running text.

Outlines become quadratic (TrueType) so that a PDF writer can cut out single glyphs without a CFF compiler. The licence's
Reserved Font Name is "Source" (OFL, clause 3), and "Noto" is a trademark: the subset has a name of its own. The same input
gives the same bytes. Not kept: hints, kerning, vertical forms, other scripts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from brightline.labels.explicit.fonts import FAMILY, LABEL_FONT

FACE = "Noto Sans CJK SC"
VERSION = "2.004"
LARGEST_ERROR = 0.5  # thousandths of the em between cubic and quadratic outline; own choice: a twentieth of a pixel at 100 px
MADE = 3_723_062_400  # seconds since 1904: 2021-12-23, about when 2.004 came out; fixed, so that a second build equals the first
COPYRIGHT = (
    "© 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'. Subset with quadratic outlines made for Brightline."
)
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."


def characters() -> list[int]:
    """The code points kept, sorted."""
    return sorted({*_gb2312_hanzi(), *_gb2312_signs(), *range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "‐–—―‘’“”•…‰′″※€™−≤≥≠©®")})


def _gb2312_hanzi() -> Iterator[int]:
    """Rows 16 to 87 of GB 2312-80; five places at the end of level 1 are empty."""
    return _rows(range(0xB0, 0xF8))


def _gb2312_signs() -> Iterator[int]:
    return _rows(range(0xA1, 0xA4))


def _rows(leads: range) -> Iterator[int]:
    for lead in leads:
        for trail in range(0xA1, 0xFF):
            try:
                yield ord(bytes((lead, trail)).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def build(collection: Path, target: Path = LABEL_FONT) -> None:
    """Read the face, convert what is kept, write."""
    source = next(font for font in TTCollection(str(collection)).fonts if _name(font, 1) == FACE)
    if f"Version {VERSION}" not in _name(source, 5):
        raise SystemExit(f"this script knows version {VERSION} of {FACE}; {collection} has {_name(source, 5)}")
    kept = set(characters())
    cmap = {code: name for code, name in source.getBestCmap().items() if code in kept}
    names = [".notdef", *sorted(set(cmap.values()))]
    font = FontBuilder(int(source["head"].unitsPerEm), isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(cmap)
    glyphs, shapes = {}, source.getGlyphSet()
    for name in names:
        pen = TTGlyphPen(None)
        shapes[name].draw(Cu2QuPen(pen, LARGEST_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (source["hmtx"][name][0], getattr(glyphs[name], "xMin", 0)) for name in names})
    hhea, os2 = source["hhea"], source["OS/2"]
    font.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent)
    font.setupNameTable(
        {
            "copyright": COPYRIGHT,
            "familyName": FAMILY,
            "styleName": "Regular",
            "uniqueFontIdentifier": f"{FAMILY} Regular; from version {VERSION}",
            "fullName": FAMILY,
            "version": f"Version {VERSION}",
            "psName": FAMILY.replace(" ", "") + "-Regular",
            "licenseDescription": LICENCE,
            "licenseInfoURL": "https://openfontlicense.org",
        },
        mac=False,
    )
    font.setupOS2(
        sTypoAscender=os2.sTypoAscender,
        sTypoDescender=os2.sTypoDescender,
        usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent,
        sCapHeight=os2.sCapHeight,
        sxHeight=os2.sxHeight,
        usWeightClass=400,
        fsType=0,
        achVendID="BRLN",
    )
    font.setupPost(keepGlyphNames=False)
    font.updateHead(created=MADE, modified=MADE)
    font.font.recalcTimestamp = False
    font.save(str(target))


def _name(font: TTFont, number: int) -> str:
    return str(font["name"].getDebugName(number))


if __name__ == "__main__":
    build(Path(sys.argv[1]))
