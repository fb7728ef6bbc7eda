"""How large the letters of a drawn label are, and where its lines break: GB 45438-2025, 5.2, glyph height and legibility.

The clause asks for a glyph height of at least 5 % of the shorter side and does not say whether that is the height of the
letter or of the em box around it. So the *smallest full-height glyph* of the text is measured as it is rendered: capitals,
digits and ideographs, but not a dash, 一, or a small letter. The em box is about a third larger.

Aimed at are 6 %. A text that is too wide gets lines, then shrinks, never below 5 %; then it is an error, not a smaller label.
Measured are masks of the font file itself (FreeType through Pillow, plain layout: no kerning, no ligatures).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from brightline.labels.errors import LabelError
from brightline.labels.explicit.fonts import LABEL_FONT, require_characters

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont

__all__ = ["LEAST_GLYPH_PX", "LEAST_SHARE", "USUAL_SHARE", "Block", "laid_out"]

LEAST_SHARE = 0.05
"""GB 45438-2025, 5.2 and 5.4: glyph height of at least 5 % of the shorter side."""

USUAL_SHARE = 0.06
"""What is aimed at, for the reader who measures otherwise (rules.md, GB-5.2: render at 6 % or more)."""

LEAST_GLYPH_PX = 9
"""Below this, Chinese letters are no longer told apart: 9 px of ink are a 12 px em, the smallest size of Chinese screen fonts."""

_PADDING_EM = 0.3  # plate beyond the letters, own choice
_MARGIN_EM = 0.3  # plate to the picture's edge, own choice; given up before the label is
_LINE_EM = 1.3  # from line to line; a Chinese em box fills its em
_FULL_HEIGHT = 0.6  # of an em: capitals have 0.73, 工 0.73; 一 and 二 do not count


@dataclass(frozen=True, slots=True)
class Block:
    """A label as rendered: ``mask`` holds its ink (mode L) with padding around it, ``glyph_px`` the height of its smallest full glyph.

    ``ink_box`` is the box of the ink within the mask; ``margin`` the free room that is left to the picture's edges.
    """

    mask: Image.Image
    ink_box: tuple[int, int, int, int]
    glyph_px: int
    em_px: int
    margin: int
    lines: tuple[str, ...]


def laid_out(text: str, size: tuple[int, int], *, share: float = USUAL_SHARE, font: Path = LABEL_FONT) -> Block:
    """``text`` rendered for a picture of ``size`` (width, height; as it is looked at), its glyphs ``share`` of the shorter side.

    Raises ``LabelError``: BL-LABEL-052 for characters that the font lacks, -053 for a font that cannot be used, -054 if
    the label does not fit at 5 % and ``LEAST_GLYPH_PX``, -057 for a share outside 0.05 to 0.5.
    """
    if not LEAST_SHARE <= share <= 0.5:
        raise LabelError(
            "BL-LABEL-057", f"the label's glyph height of {share:.1%} of the shorter side is not allowed", "from 5 % (5.2) to 50 %"
        )
    require_characters(text, font)
    width, height = size
    shorter = min(width, height)
    for target in dict.fromkeys(_heights(share, shorter)):
        em = _em_for(font, _full_height_characters(text, font), target)
        for margin in (round(em * _MARGIN_EM), 0):
            block = _rendered(text, font, em, target, width - 2 * margin, height - 2 * margin, margin)
            if block is not None:
                return block
    raise LabelError(
        "BL-LABEL-054",
        f"the label {text!r} does not fit on {width} × {height} pixels at the least legible size",
        "use a shorter wording, or label the place where the picture is shown (GB 45438-2025, 5.6)",
    )


def _heights(share: float, shorter: int) -> list[int]:
    """Glyph heights to try, in pixels, the wanted one first. Never below 5 % of the shorter side nor ``LEAST_GLYPH_PX``."""
    shares = [share, *(step for step in (0.06, 0.055, LEAST_SHARE) if step < share)]
    return [max(LEAST_GLYPH_PX, math.ceil(step * shorter - 1e-9)) for step in shares]


def _em_for(font: Path, characters: str, glyph_px: int) -> int:
    """The smallest whole em size at which every one of ``characters`` is at least ``glyph_px`` high."""
    em = max(1, math.floor(glyph_px / 0.8))
    while (short := glyph_px - min(_ink_height(font, em, character) for character in characters)) > 0:
        em += short  # a glyph is lower than its em, so this never goes past the smallest one that does
    return em


def _ink_height(font: Path, em: int, character: str) -> int:
    """Rows with ink of one glyph, each pixel either inked or not: no credit for a faint edge."""
    box = loaded(font, em).getmask(character, mode="1").getbbox()
    return box[3] - box[1] if box else 0


@lru_cache(maxsize=256)
def _full_height_characters(text: str, font: Path) -> str:
    """The characters of ``text`` whose height is asked for: of a text that has none (``ai``), all that have ink."""
    probe = 100
    heights = {character: _ink_height(font, probe, character) for character in dict.fromkeys(text) if character.isalnum()}
    full = [
        character
        for character, high in heights.items()
        if high >= _FULL_HEIGHT * probe and (character.isupper() or character.isdigit() or not character.islower())
    ]
    # The smallest one decides at every size; of glyphs within 4 % rounding may turn the order, so they stay.
    least = min((heights[character] for character in full), default=0)
    return "".join(character for character in full if heights[character] <= least * 1.04) or "AI"


@lru_cache(maxsize=16)
def loaded(font: Path, em: int) -> FreeTypeFont:
    """The font at a size of ``em`` pixels."""
    from PIL import ImageFont

    return ImageFont.truetype(str(font), em, layout_engine=ImageFont.Layout.BASIC)


def _rendered(text: str, font: Path, em: int, glyph_px: int, width: int, height: int, margin: int) -> Block | None:
    """The block if its lines fit into ``width`` × ``height``, else None."""
    face = loaded(font, em)
    padding = max(1, round(em * _PADDING_EM))
    room = width - 2 * padding
    lines = _lines(_WORDS.findall(text), face, room) or _lines(_unbreakable(text), face, room)
    if lines is None:
        return None
    ascent, descent = face.getmetrics()
    step = round(em * _LINE_EM)
    wide = math.ceil(max(face.getlength(line) for line in lines)) + 2 * padding
    tall = (len(lines) - 1) * step + ascent + descent + 2 * padding
    from PIL import Image, ImageDraw

    mask = Image.new("L", (wide, tall))
    draw = ImageDraw.Draw(mask)
    for row, line in enumerate(lines):
        draw.text((padding, padding + row * step), line, fill=255, font=face)
    left, top, right, bottom = mask.getbbox() or (padding, padding, padding + 1, padding + 1)
    # The em box is taller than the ink; the plate follows the ink, equally far on all sides.
    mask = mask.crop((left - padding, top - padding, right + padding, bottom + padding))
    if mask.width > width or mask.height > height:
        return None
    box = (padding, padding, padding + right - left, padding + bottom - top)
    return Block(mask, box, glyph_px, em, margin, tuple(lines))


_WORDS = re.compile(r"\n|[^\S\n]+|\S+")
# The elements of the label stay whole: people and programs look for them.
_PIECES = re.compile(r"\n|[^\S\n]+|人工智能|生成|合成|[!-~À-ÿ]+|[^\s]")
_NOT_FIRST = "，。、；：！？）】》」』”’,.;:!?)]}%"  # GB/T 15834-2011, 5.1: these do not begin a line


def _lines(pieces: list[str], face: FreeTypeFont, width: float) -> list[str] | None:
    """As many ``pieces`` in a line as fit, blanks at its ends dropped; None if one is wider than ``width``."""
    lines, line = [], ""
    for piece in pieces:
        if piece == "\n":
            lines.append(line.rstrip())
            line = ""
        elif face.getlength((line + piece).rstrip()) <= width:
            line += piece if line or not piece.isspace() else ""
        elif piece.isspace():
            lines.append(line.rstrip())
            line = ""
        else:
            if line.strip():
                lines.append(line.rstrip())
            line = piece
            if face.getlength(piece) > width:
                return None
    return [found for found in [*lines, line.rstrip()] if found]


def _unbreakable(text: str) -> list[str]:
    """Pieces between which a line may end if words alone do not fit: also between Chinese characters."""
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        if pieces and piece[0] in _NOT_FIRST and not pieces[-1].isspace():
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
