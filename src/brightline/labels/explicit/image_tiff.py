"""A labelled TIFF: every page, with its own tags and its compression (TIFF 6.0).

Lossless compressions stay lossless. Pages coded as JPEG are coded anew at a quality whose loss cannot be seen. Tags that
describe how the pixels lie are the encoder's; all others go along, sub-directories (EXIF, GPS) included. A turned page is
written upright, without its orientation tag.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import TiffImagePlugin

from brightline.labels.explicit.image import Drawn
from brightline.labels.explicit.image_frames import Drawer, Encoded

__all__ = ["labelled"]

_DIRECTORIES = (34665, 34853)  # EXIF and GPS (CIPA DC-008, 4.6.3)
_LONG = 4

_JPEG_QUALITY = 95
"""Own choice: Pillow's highest sensible value; more only grows the file."""

_ORIENTATION = 274
_LAYOUT_TAGS = {
    256,
    257,
    258,
    259,
    262,
    266,
    273,
    277,
    278,
    279,
    284,
    317,
    320,
    322,
    323,
    324,
    325,
    338,
    339,
    347,
    513,
    514,
    529,
    530,
    531,
    532,
}
"""TIFF 6.0: what an encoder decides itself (sizes, strips, tiles, predictor, colour map, sample format, JPEG tables, YCbCr)."""


def labelled(data: bytes, image: TiffImagePlugin.TiffImageFile, drawer: Drawer) -> Encoded:
    """Draw on every page and write them one after the other."""
    buffer = BytesIO()
    notes: list[str] = []
    drawn: list[Drawn] = []
    pages = int(getattr(image, "n_frames", 1))
    with TiffImagePlugin.AppendingTiffWriter(buffer, new=True) as writer:
        for page in range(pages):
            image.seek(page)
            compression = str(image.info.get("compression", "raw"))
            image.load()  # this also turns the page as its orientation says
            drawn = [*drawn[:1], drawer.once(image)]
            settings: dict[str, Any] = {"compression": None if compression == "raw" else compression, "tiffinfo": _tags(image)}
            if compression == "jpeg":
                settings["quality"] = _JPEG_QUALITY
                notes.append("a page coded as JPEG was coded anew")
            drawn[-1].image.save(writer, "TIFF", **settings)
            writer.newFrame()
    return Encoded(buffer.getvalue(), drawn[0], drawn[-1], pages, tuple(dict.fromkeys(notes)))


def _tags(page: TiffImagePlugin.TiffImageFile) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The page's tags that do not describe how its pixels lie."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in page.tag_v2.items():
        if tag in _LAYOUT_TAGS or tag == _ORIENTATION:
            continue
        if tag in _DIRECTORIES:
            tags[tag] = page.getexif().get_ifd(tag)
            tags.tagtype[tag] = _LONG
        else:
            tags[tag] = value
            tags.tagtype[tag] = page.tag_v2.tagtype[tag]
    return tags
