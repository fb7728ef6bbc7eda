"""The explicit label in a picture file: decoded, drawn on, encoded again in the same format as nearly alike as it can be.

Per format: JPEG keeps its quantisation tables and subsampling, PNG its mode, palette and transparency, WebP its kind and
estimated quality, GIF and animated PNG every frame with its time, TIFF every page with its compression (``image_jpeg`` and so
on). Metadata (EXIF, XMP, ICC and what else the format has) comes from the original byte for byte; what cannot stay true is
left out and named in ``notes``: a C2PA manifest of the picture as it was, second pictures that still lack the label.

Proof before anything is given back: the result is decoded anew, and size, frames, metadata and the label's pixels are
compared. Not done here: implicit labels; they are written afterwards, into this result.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, OverLimit, ProofFailed, Unsupported
from brightline.labels.explicit.fonts import LABEL_FONT
from brightline.labels.explicit.image import Drawn, Position, orientation_of
from brightline.labels.explicit.image_frames import Drawer, Encoded, Then
from brightline.labels.explicit.image_layout import USUAL_SHARE

__all__ = ["IMAGE_FORMATS", "LabelledImage", "label_image_file", "opened_image"]

IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF")
"""What can be labelled, by Pillow's names."""

MOST_FILE_BYTES = 512 << 20
"""Bytes of one picture file; own choice."""

MOST_PIXELS = 178_956_970
"""Pixels of one frame: where Pillow itself speaks of a decompression bomb (0.7 GB as RGBA)."""

MOST_FRAME_PIXELS = 2 << 30
"""Pixels of all frames together, one after the other; own choice: about a minute of work."""

_NEAR = 50.0
"""Mean difference, of 255, between the drawn and the decoded letters beyond which they were not written; own choice: heavy JPEG has
20, letters that are missing 100 or more, because their contrast is at least 7 : 1."""

# Pillow warns of odd tags and of large pictures; here both are limits and proofs, and nothing below a door prints.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """``data``: the labelled file. ``drawn``: the label on the first frame. ``notes``: what is not as before, in plain words."""

    data: bytes
    format: str
    drawn: Drawn
    frames: int
    notes: tuple[str, ...]


def label_image_file(
    source: str | Path | bytes | BinaryIO | Source,
    text: str | None,
    *,
    position: Position = "bottom-right",
    share: float = USUAL_SHARE,
    font: Path = LABEL_FONT,
    plate: bool = False,
    then: Then | None = None,
) -> LabelledImage:
    """The file of ``source`` with ``text`` drawn on every frame and page, and each given to ``then`` before it is encoded.

    ``text`` None: only ``then``.

    Raises ``LabelError``: as ``draw_label``, and BL-LABEL-055 if the picture cannot be decoded; ``Unsupported``, ``OverLimit``,
    ``ProofFailed`` (BL-LABEL-056) if the result is not what was meant, or
    ``then`` changed more than pixels.
    """
    data = _bytes_of(source)
    with _decoding():
        image = _open(data)
        module = import_module(f"brightline.labels.explicit.image_{str(image.format).lower()}")
        drawer = Drawer(text, position, share, font, plate, orientation_of(image), then)
        encoded: Encoded = module.labelled(data, image, drawer)
        _prove(data, encoded)
    return LabelledImage(encoded.data, str(image.format), encoded.drawn, encoded.frames, (*encoded.notes, *encoded.drawn.notes))


def opened_image(source: str | Path | bytes | BinaryIO | Source) -> Image.Image:
    """The picture of ``source``, decoded (of several frames the first), within the same limits and with the same errors."""
    with _decoding():
        image = _open(_bytes_of(source))
        image.load()
    return image


def _bytes_of(source: str | Path | bytes | BinaryIO | Source) -> bytes:
    with opened(source) as file:
        if file.size > MOST_FILE_BYTES:
            raise OverLimit(f"the picture file has {file.size} bytes; at most {MOST_FILE_BYTES} are drawn on")
        return file.read(0, file.size)


def _open(data: bytes) -> Image.Image:
    """The picture, not yet decoded, within the limits."""
    image: Image.Image = Image.open(BytesIO(data), formats=IMAGE_FORMATS)
    if image.format == "MPO":  # several pictures, of which the first is an ordinary JPEG
        image = JpegImagePlugin.JpegImageFile(BytesIO(data))
    pixels, frames = image.width * image.height, int(getattr(image, "n_frames", 1))
    if pixels > MOST_PIXELS or pixels * frames > MOST_FRAME_PIXELS:
        raise OverLimit(f"the picture has {image.width} × {image.height} pixels in {frames} frames; that is more than is drawn on")
    return image


@contextmanager
def _decoding() -> Iterator[None]:
    """Errors of Pillow's parsers, which are many and undeclared, as ours."""
    try:
        yield
    except LabelError:
        raise
    except Image.DecompressionBombError as bomb:
        raise OverLimit(str(bomb)) from bomb
    except UnidentifiedImageError as unknown:
        raise Unsupported(
            "this is no picture that can be drawn on",
            "PNG, JPEG, WebP, GIF, TIFF and AVIF are; others can be labelled where they are shown",
        ) from unknown
    except Exception as error:  # decoders of foreign bytes: anything may come, and no output may leave
        raise LabelError(
            "BL-LABEL-055", f"the picture cannot be decoded: {error}", "the file is damaged, or of a kind that Pillow cannot read"
        ) from error


def _prove(original: bytes, encoded: Encoded) -> None:
    """Decode the result anew and compare. Raises ``ProofFailed`` BL-LABEL-056."""
    before, after = _open(original), _open(encoded.data)
    problems = [
        f"{name} changed"
        for name, old, new in (
            ("its size", before.size, after.size),
            ("its format", before.format, after.format),
            ("the number of frames", encoded.frames, int(getattr(after, "n_frames", 1))),
            *((key, _plain(before.info.get(key)), _plain(after.info.get(key))) for key in ("exif", "icc_profile", "xmp")),
        )
        if old != new
    ]
    for at, drawn in ((0, encoded.drawn), (encoded.frames - 1, encoded.last)):
        after.seek(at)
        if not problems and drawn.text and _difference(after, drawn) > _NEAR:
            problems.append(f"the label cannot be seen in frame {at + 1}")
    if problems:
        raise ProofFailed(f"the labelled picture does not read back as it should: {', '.join(problems)}", code="BL-LABEL-056")


def _plain(value: Any) -> bytes:
    """Metadata as bytes; Pillow's PNG reader gives XMP as text or bytes, and EXIF with or without its JPEG prefix."""
    raw = value.encode() if isinstance(value, str) else bytes(value or b"")
    return raw.removeprefix(b"Exif\0\0")


def _difference(after: Image.Image, drawn: Drawn) -> float:
    """The mean difference of the letters between the file and the raster that was drawn on, in grey."""
    seen, meant = (np.asarray(_grey(image, drawn.box), np.int16) for image in (after, drawn.image))
    return float(np.abs(seen - meant)[np.asarray(drawn.mask) > 127].mean())


def _grey(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    region = image.crop(box)
    if region.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(region) >> 8).astype(np.uint8))
    return region.convert("RGB").convert("L")
