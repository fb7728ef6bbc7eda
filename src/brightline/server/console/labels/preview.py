"""The picture beside a verdict: made small, without metadata, and with the box of its explicit label where that is known.

Only what Pillow opens and what is not too large to be decoded; anything else has no picture and is no less verified.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Box", "Preview", "preview_of"]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels; the last two are outside."""

_LONGEST = 960  # pixels of the longer side; own choice: what a page shows at twice its width
_MOST_PIXELS = 50_000_000  # own choice: a camera's; larger pictures are not decoded for a preview
_MOST_BYTES = 64 << 20  # own choice: a picture that fits _MOST_PIXELS seldom has more
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF", "BMP")
_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4
_TURNED = frozenset({5, 6, 7, 8})  # orientations that swap the sides


@dataclass(frozen=True, slots=True)
class Preview:
    """``width`` and ``height`` of the picture that was written; ``of_width``, ``of_height`` of the file's own, as it is seen."""

    width: int
    height: int
    of_width: int
    of_height: int
    orientation: int = 1

    def told(self, boxes: Iterable[Box]) -> dict[str, Any]:
        """The preview as JSON values, with boxes of the picture as it is seen in the pixels of the preview."""
        x, y = self.width / self.of_width, self.height / self.of_height
        drawn = [
            {"x": round(left * x, 1), "y": round(top * y, 1), "width": round((right - left) * x, 1), "height": round((bottom - top) * y, 1)}
            for left, top, right, bottom in boxes
        ]
        return {"width": self.width, "height": self.height, "of": [self.of_width, self.of_height], "boxes": drawn}

    def seen(self, stored: Box) -> Box:
        """A box of the stored raster, on the picture as it is seen: turned and mirrored as the file's orientation says."""
        left, top, right, bottom = stored
        if self.orientation in (2, 3):
            left, right = self.of_width - right, self.of_width - left
        if self.orientation in (3, 4):
            top, bottom = self.of_height - bottom, self.of_height - top
        if self.orientation in _TURNED:
            left, top, right, bottom = top, left, bottom, right
            if self.orientation in (6, 7):
                left, right = self.of_width - right, self.of_width - left
            if self.orientation in (7, 8):
                top, bottom = self.of_height - bottom, self.of_height - top
        return left, top, right, bottom


def preview_of(file: Path, out: Path) -> Preview | None:
    """Write a small PNG of the picture's first frame to ``out``; None for what is no picture, too large or broken."""
    from PIL import Image, ImageOps

    if file.stat().st_size > _MOST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=_FORMATS) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    return None
                whole = picture.size
                orientation = picture.getexif().get(_ORIENTATION, 1)
                picture.draft("RGB", (_LONGEST, _LONGEST))
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((_LONGEST, _LONGEST))
                upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
                upright.info.clear()
                upright.save(out, "PNG")
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None  # Pillow raises these for files that it cannot read; the verdict says what is wrong with them
    of_width, of_height = whole[::-1] if orientation in _TURNED else whole
    return Preview(upright.width, upright.height, of_width, of_height, orientation if orientation in range(1, 9) else 1)
