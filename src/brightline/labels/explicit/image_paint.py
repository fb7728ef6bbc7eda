"""Puts a rendered label into the pixels of one raster, in the mode that the raster has: nothing outside the label's box changes.

Every mode keeps its depth and its palette; letters and plate are greys, which every colour space has. Where a mode cannot show
half-tones (one bit, palette) or a viewer decides what shines through (alpha, a transparent colour), the plate is opaque.

A palette without two greys that can be told apart is the one case in which the mode changes: ``painted`` then returns an RGB(A)
raster and says so. Modes that are no pictures to be looked at (32-bit integers, floats) are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brightline.labels.errors import Unsupported
from brightline.labels.explicit.image_contrast import LEAST_CONTRAST, PLATE_OPACITY, Ink, contrast_ratio, ink_for, worst_contrast

__all__ = ["Painted", "painted", "region_ink"]

Box = tuple[int, int, int, int]

_HALF_TONES = ("L", "RGB", "CMYK", "RGBX")
_WITH_ALPHA = ("LA", "RGBA")
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B")
_TWO_TONES = ("1", "P")


@dataclass(frozen=True, slots=True)
class Painted:
    """``image`` with the label in it (the given object, unless the mode had to change), and the contrast it has there."""

    image: Image.Image
    contrast: float
    note: str = ""


def region_ink(image: Image.Image, box: Box, *, plate: bool = False, opaque: bool = False) -> Ink:
    """The ink for letters in ``box`` of ``image``. ``plate``: have one in any case, because other backgrounds follow (films);
    ``opaque``: one that hides them, because some are transparent.

    Raises ``Unsupported`` for a mode that is not painted on.
    """
    if image.mode not in (*_HALF_TONES, *_WITH_ALPHA, *_SIXTEEN_BITS, *_TWO_TONES):
        raise Unsupported(
            f"a picture of mode {image.mode} cannot be labelled",
            "convert it to RGB, grey or CMYK first, so that you choose how its values are shown",
        )
    ink = ink_for(_rgb(image.crop(box)), opaque=opaque or image.mode in _TWO_TONES or _is_transparent(image, box))
    if plate and ink.plate is None:
        return Ink(ink.grey, 255 - ink.grey, PLATE_OPACITY, ink.contrast)
    return ink


def painted(image: Image.Image, mask: Image.Image, box: Box, ink: Ink) -> Painted:
    """Paint ``mask`` (mode L, as large as ``box``) with ``ink``. ``image`` itself changes."""
    note = ""
    if image.mode == "P":
        ramp = _ramp(image, ink)
        if ramp is None:
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
            note = "the palette has no two tones for a legible label: the picture now has full colours"
        else:
            patch, ground = _paletted(mask, ramp), _palette_colour(image, ramp[0])
            image.paste(patch, box)
            return Painted(image, contrast_ratio(ground, _palette_colour(image, ramp[255])))
    region = image.crop(box)
    if image.mode in _SIXTEEN_BITS:
        behind: Image.Image | NDArray[np.uint16] = _veiled_16(np.asarray(region), ink)
        contrast = worst_contrast(_grey_to_rgb(np.asarray(behind) >> 8), ink.grey)
        patch = _lettered_16(np.asarray(behind), mask, ink, region.mode)
    elif image.mode == "1":
        patch = Image.new("1", region.size, ink.plate or 0)
        patch.paste(ink.grey, mask=mask.point(lambda value: 255 if value > 127 else 0, "1"))
        contrast = ink.contrast
    else:
        veiled = _veiled(region, ink)
        contrast = worst_contrast(_rgb(veiled), ink.grey)
        patch = veiled
        patch.paste(_colour(image.mode, ink.grey), mask=mask)
    _avoid_transparent_colour(image, patch)
    image.paste(patch, box)
    return Painted(image, contrast, note)


# Half-tones


def _colour(mode: str, grey: int) -> Any:
    """``grey`` in the terms of ``mode``; Pillow's CMYK has 255 for full ink."""
    return {"L": grey, "RGB": (grey,) * 3, "RGBX": (grey,) * 3 + (255,), "CMYK": (0, 0, 0, 255 - grey), "LA": (grey, 255)}.get(
        mode, (grey, grey, grey, 255)
    )


def _veiled(region: Image.Image, ink: Ink) -> Image.Image:
    if ink.plate is None:
        return region
    return Image.blend(region, Image.new(region.mode, region.size, _colour(region.mode, ink.plate)), ink.opacity)


def _rgb(region: Image.Image) -> NDArray[np.uint8]:
    """The region as it is looked at, as 8-bit RGB; what is transparent counts with the colour it hides."""
    if region.mode in _SIXTEEN_BITS:
        return _grey_to_rgb(np.asarray(region) >> 8)
    return np.asarray(region.convert("RGB"), np.uint8)


def _grey_to_rgb(grey: NDArray[Any]) -> NDArray[np.uint8]:
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=-1)


# Transparency


def _is_transparent(image: Image.Image, box: Box) -> bool:
    if image.mode in _WITH_ALPHA:
        low, _ = image.getchannel("A").crop(box).getextrema()
        return bool(isinstance(low, int | float) and low < 255)
    return image.info.get("transparency") is not None


def _avoid_transparent_colour(image: Image.Image, patch: Image.Image) -> None:
    """A PNG may name one colour as transparent (tRNS): no pixel of the label may have it."""
    key = image.info.get("transparency")
    if key is None or image.mode not in ("L", "RGB", *_SIXTEEN_BITS):
        return
    values = np.array(patch)
    hit = np.all(values == np.array(key), axis=-1) if values.ndim == 3 else values == key
    if hit.any():
        values[hit] = np.where(values[hit] > 127, values[hit] - 1, values[hit] + 1)
        patch.paste(Image.fromarray(values))


# Sixteen bits


def _veiled_16(region: NDArray[Any], ink: Ink) -> NDArray[np.uint16]:
    if ink.plate is None:
        return region.astype(np.uint16)
    return np.rint(region * (1 - ink.opacity) + ink.plate * 257 * ink.opacity).astype(np.uint16)


def _lettered_16(behind: NDArray[np.uint16], mask: Image.Image, ink: Ink, mode: str) -> Image.Image:
    share = np.asarray(mask, np.float32) / 255
    values = np.rint(behind * (1 - share) + ink.grey * 257 * share).astype(">u2" if mode == "I;16B" else "<u2")
    return Image.frombytes(mode, (values.shape[1], values.shape[0]), values.tobytes())


# Palettes


def _ramp(image: Image.Image, ink: Ink) -> list[int] | None:
    """Palette entries for 256 steps from plate to letters, or None if plate and letters would not be told apart.

    Black and white are added where the palette has free entries and lacks them; else the nearest opaque entries serve.
    """
    flat = image.getpalette("RGB") or []
    colours = [tuple(flat[at : at + 3]) for at in range(0, len(flat) - 2, 3)]
    used = (image.getextrema()[1] if not isinstance(image.getextrema()[0], tuple) else 255) or 0
    free = max(len(colours), int(used) + 1) if isinstance(used, int | float) else 256
    key = image.info.get("transparency")
    hidden = set() if key is None else {key} if isinstance(key, int) else {at for at, alpha in enumerate(key) if alpha < 255}
    plate = ink.plate if ink.plate is not None else 255 - ink.grey
    for grey in (ink.grey, plate):
        if (grey,) * 3 not in [colour for at, colour in enumerate(colours) if at not in hidden] and free < 256:
            colours += [(0, 0, 0)] * (free - len(colours))
            colours.append((grey,) * 3)
            free = len(colours)
    shown = [at for at in range(len(colours)) if at not in hidden]
    if not shown:
        return None
    table = np.array([colours[at] for at in shown], np.int32)
    steps = np.rint(np.linspace(plate, ink.grey, 256)).astype(np.int32)[:, None]
    # Only greys, or what is nearest to them: squared distance in RGB.
    nearest = np.square(table[None] - steps[:, None]).sum(axis=-1).argmin(axis=-1)
    ramp = [shown[int(at)] for at in nearest]
    ends = [tuple(int(part) for part in colours[ramp[at]]) for at in (0, 255)]
    if contrast_ratio(*ends) < LEAST_CONTRAST:  # type: ignore[arg-type]  # three parts each
        return None
    image.putpalette([part for colour in colours for part in colour], "RGB")
    return ramp


def _paletted(mask: Image.Image, ramp: list[int]) -> Image.Image:
    return Image.fromarray(np.array(ramp, np.uint8)[np.asarray(mask)])


def _palette_colour(image: Image.Image, entry: int) -> tuple[int, int, int]:
    red, green, blue = (image.getpalette("RGB") or [])[3 * entry : 3 * entry + 3]
    return red, green, blue
