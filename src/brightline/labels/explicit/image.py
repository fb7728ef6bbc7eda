"""The explicit label on a picture: text at an edge or a corner, large enough and legible (GB 45438-2025, 5.2; Measures, Art. 4(3)).

``draw_label`` takes a raster and gives a raster: where the label goes, how large it is (``image_layout``), which ink can be read
there (``image_contrast``), and into which pixels (``image_paint``). A picture that its EXIF data turns is labelled as people see
it; its stored pixels stay as they lie. Files, with their encoders and metadata, are ``image_file.py``'s.

The clause's note on pictures without corners is followed for the rectangle that holds them: a transparent rim counts as picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from brightline.labels.errors import LabelError
from brightline.labels.explicit.fonts import LABEL_FONT
from brightline.labels.explicit.image_layout import USUAL_SHARE, laid_out
from brightline.labels.explicit.wording import require_wording

if TYPE_CHECKING:
    from PIL import Image

    from brightline.labels.explicit.image_contrast import Ink

__all__ = ["POSITIONS", "Box", "Drawn", "Placement", "Position", "draw_label", "orientation_of", "paint", "place_label"]

Position = Literal["top-left", "top", "top-right", "right", "bottom-right", "bottom", "bottom-left", "left"]
POSITIONS: tuple[Position, ...] = get_args(Position)
"""Edges and corners; the standard's informative example is bottom right."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are the first ones outside."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A label on its place: ``mask`` fits ``box`` of the stored raster; ``glyph_box`` holds the ink there."""

    text: str
    position: Position
    mask: Image.Image
    box: Box
    glyph_box: Box
    glyph_px: int
    share: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A labelled raster. ``mask``: the ink within ``box``; ``share``: height of the smallest full glyph over the shorter side, as rendered; ``contrast``: the
    least contrast ratio between letters and what lies behind them (WCAG 2.2); ``notes``: what changed beside the label."""

    image: Image.Image
    text: str
    mask: Image.Image
    box: Box
    glyph_box: Box
    glyph_px: int
    share: float
    contrast: float
    has_plate: bool
    notes: tuple[str, ...] = ()


def draw_label(
    image: Image.Image,
    text: str,
    *,
    position: Position = "bottom-right",
    share: float = USUAL_SHARE,
    font: Path = LABEL_FONT,
    plate: bool = False,
) -> Drawn:
    """A copy of ``image`` with ``text`` at ``position`` of the picture as it is looked at. ``plate``: have one in any case.

    Raises ``LabelError``: BL-LABEL-051 the text is no label, -052 and -053 the font, -054 it does not fit, -057 position
    or share; ``Unsupported`` for a mode that is not painted on.
    """
    placement = place_label(text, image.size, orientation=orientation_of(image), position=position, share=share, font=font)
    return paint(image.copy(), placement, plate=plate)


def place_label(
    text: str,
    size: tuple[int, int],
    *,
    orientation: int = 1,
    position: Position = "bottom-right",
    share: float = USUAL_SHARE,
    font: Path = LABEL_FONT,
) -> Placement:
    """Where a label goes on a raster of ``size``, stored with EXIF ``orientation`` (1 to 8). Raises as ``draw_label``."""
    if position not in POSITIONS:
        raise LabelError("BL-LABEL-057", f"{position!r} is no place for a label", "one of " + ", ".join(POSITIONS))
    words = require_wording(text)
    width, height = size if orientation < 5 else size[::-1]
    block = laid_out(words, (width, height), share=share, font=font)
    left, top = _corner(position, (width, height), block.mask.size, block.margin)
    seen = (left, top, left + block.mask.width, top + block.mask.height)
    ink = (left + block.ink_box[0], top + block.ink_box[1], left + block.ink_box[2], top + block.ink_box[3])
    return Placement(
        words,
        position,
        _as_stored(block.mask, orientation),
        _stored_box(seen, (width, height), orientation),
        _stored_box(ink, (width, height), orientation),
        block.glyph_px,
        block.glyph_px / min(size),
    )


def paint(image: Image.Image, placement: Placement, *, plate: bool = False, ink: Ink | None = None) -> Drawn:
    """Paint the label into ``image`` itself; with ``ink`` as it was chosen for another frame, or chosen here."""
    from brightline.labels.explicit.image_paint import painted, region_ink

    chosen = ink or region_ink(image, placement.box, plate=plate)
    result = painted(image, placement.mask, placement.box, chosen)
    return Drawn(
        result.image,
        placement.text,
        placement.mask,
        placement.box,
        placement.glyph_box,
        placement.glyph_px,
        placement.share,
        result.contrast,
        chosen.plate is not None,
        (result.note,) if result.note else (),
    )


def orientation_of(image: Image.Image) -> int:
    """How the stored raster is turned for display: EXIF tag 0x0112, 1 to 8; 1 where it is absent or nonsense.

    Asked is the EXIF block alone, as browsers do; an orientation in XMP turns no picture, and TIFF pages Pillow turns itself.
    """
    from PIL.Image import Exif

    exif = Exif()
    try:
        exif.load(image.info.get("exif", b""))
        value = exif.get(_ORIENTATION, 1)
    except Exception:  # a foreign block of any quality, read by a foreign parser: then nothing turns the picture
        value = 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


_ORIENTATION = 0x0112


def _corner(position: Position, size: tuple[int, int], label: tuple[int, int], margin: int) -> tuple[int, int]:
    """Left and top of the label. Of an edge without a corner it is the middle."""
    width, height = size
    x = margin if "left" in position else width - margin - label[0] if "right" in position else (width - label[0]) // 2
    y = margin if "top" in position else height - margin - label[1] if "bottom" in position else (height - label[1]) // 2
    return x, y


def _as_stored(mask: Image.Image, orientation: int) -> Image.Image:
    """The mask turned so that a viewer who follows ``orientation`` (TIFF 6.0, Orientation) sees it upright."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_90,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_270,
    }
    return mask.transpose(turns[orientation]) if orientation in turns else mask


def _stored_box(box: Box, size: tuple[int, int], orientation: int) -> Box:
    """The box of the stored raster that is seen as ``box`` of a picture of ``size``."""
    (left, top, right, bottom), (width, height) = box, size
    boxes: dict[int, Box] = {
        2: (width - right, top, width - left, bottom),
        3: (width - right, height - bottom, width - left, height - top),
        4: (left, height - bottom, right, height - top),
        5: (top, left, bottom, right),
        6: (top, width - right, bottom, width - left),
        7: (height - bottom, width - right, height - top, width - left),
        8: (height - bottom, left, height - top, right),
    }
    return boxes.get(orientation, box)
