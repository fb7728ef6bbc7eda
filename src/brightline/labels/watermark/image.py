"""Writes the image mark: the tile, repeated, as strong at each pixel as the picture hides it there.

The mark lies in the brightness: the same difference is added to red, green and blue. How much the picture hides is judged from
its local activity, the mean deviation from a blurred copy, over a small and a large window; the smaller of the two counts, so that
the flat side of an edge is not taken for texture. Then everything is scaled down where the whole would fall under ``PSNR_DB``.

Pictures are returned in a mode that can hold the mark (palettes become RGB or RGBA) with their ``info`` kept; the caller saves them.
Opaque and transparent pixels are treated alike. Not done: animations, video, colour-difference channels.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from brightline.labels.errors import LabelError
from brightline.labels.watermark.keys import integers
from brightline.labels.watermark.tile import SIDE, tile

__all__ = ["PSNR_DB", "SMALLEST_SIDE", "embed", "tile_side"]

PSNR_DB = 40.0
"""No picture is changed more than this at strength 1 (goal of issue 5); flat ones are changed less."""

_ALLOWED = 255**2 / 10 ** (PSNR_DB / 10)  # mean square, in grey levels squared
_CORRECTIONS, _A_LITTLE = 4, 0.999  # what rounding puts a picture over, 0.08 dB at most, is taken off again by a little more

SMALLEST_SIDE = 128
"""Pixels of the shorter side: one whole tile."""

_TILES = 8
_LARGEST_TILE = 1023

_FLOOR, _SLOPE, _CEILING = 2.0, 0.6, 8.0
"""Standard deviation of the mark in grey levels: on flat areas, per level of activity, at most (own choice, by evals/watermark.py)."""

_HEADROOM = 1
"""Grey levels that black and white give way, so that something of both halves of the wave fits there. 0 loses white pages to JPEG, 2 spends
half of the permitted change on them (own choice, by measurement)."""

_ADDED = {"L": (0,), "RGB": (0, 1, 2), "RGBA": (0, 1, 2), "LA": (0,), "YCbCr": (0,), "RGBX": (0, 1, 2)}
_INKS = {"CMYK": (0, 1, 2)}  # more ink is darker, so the difference is taken off


def embed(image: Image.Image, payload: int, key: bytes, strength: float = 1.0) -> Image.Image:
    """A copy of ``image`` that carries ``payload`` (64 bits, a random number of the ledger, never personal data).

    ``strength`` multiplies the amplitude (0.25 to 4); twice the strength costs 6 dB. Raises ``LabelError``: BL-LABEL-060 the key is too
    short, -061 the picture is too small, -062 its mode or its frames cannot be marked, -063 payload or strength out of range.
    """
    if not 0 <= payload < 2**64:
        raise LabelError("BL-LABEL-063", "the payload of a watermark is a number of 64 bits", "draw it with secrets.randbits(64)")
    if not 0.25 <= strength <= 4:
        raise LabelError("BL-LABEL-063", f"the strength {strength} is outside 0.25 to 4", "1 keeps the PSNR at 40 dB or more")
    ready = _ready(image)
    if min(ready.size) < SMALLEST_SIDE:
        raise LabelError(
            "BL-LABEL-061",
            f"a picture of {ready.width} × {ready.height} pixels is too small for a watermark",
            f"at least {SMALLEST_SIDE} pixels on the shorter side are needed; label it in the metadata only",
        )
    side = tile_side(ready.size)
    # Another beginning for each payload: the mean of many marked pictures then shows no tile, unless somebody lines them up first.
    down, right = (int(place % np.uint64(side)) for place in integers(key, f"beginning {payload}", 2))
    pattern = np.roll(tile(key, payload, side), (down, right), axis=(0, 1))
    if ready.mode == "I;16":
        return _marked_16_bit(ready, pattern, strength)
    inside, spent = _with_headroom(ready)
    activity = _activity(ready.convert("L"))
    share = strength
    marked = _with_difference(inside, _difference(activity, pattern, share, spent))
    for _ in range(_CORRECTIONS):
        over = math.sqrt(_mean_square(ready, marked) / _ALLOWED) / max(1.0, strength)
        if over <= 1:
            break
        share *= _A_LITTLE / over
        marked = _with_difference(inside, _difference(activity, pattern, share, spent))
    return marked


def tile_side(size: tuple[int, int]) -> int:
    """The side of the tiles for a picture of ``size``: an eighth of the mean side, so that large pictures survive being made small."""
    return min(_LARGEST_TILE, max(SIDE, round(math.sqrt(size[0] * size[1]) / _TILES))) | 1


def _ready(image: Image.Image) -> Image.Image:
    """The picture in a mode that can hold the mark. Raises BL-LABEL-062."""
    if getattr(image, "n_frames", 1) > 1:
        raise LabelError("BL-LABEL-062", "an animation cannot carry a watermark yet", "label it in the metadata and visibly")
    if image.mode == "P" or image.mode == "PA":
        transparent = image.mode == "PA" or "transparency" in image.info
        return image.convert("RGBA" if transparent else "RGB")
    if image.mode not in _ADDED and image.mode not in _INKS and image.mode != "I;16":
        raise LabelError(
            "BL-LABEL-062", f"a picture of mode {image.mode} cannot carry a watermark", "convert it to RGB, RGBA or greyscale first"
        )
    return image


def _activity(grey: Image.Image) -> Image.Image:
    """How much each pixel's neighbourhood hides: the mean deviation from a blurred copy in grey levels, 8 bits."""
    deviation = ImageChops.difference(grey, grey.filter(ImageFilter.BoxBlur(2)))
    return ImageChops.darker(deviation.filter(ImageFilter.BoxBlur(3)), deviation.filter(ImageFilter.BoxBlur(9)))


def _with_headroom(image: Image.Image) -> tuple[Image.Image, float]:
    """The picture with black and white moved inwards, and the mean square of that change over the bands that carry the mark."""
    bands = list(image.split())
    moved = [min(max(level, _HEADROOM), 255 - _HEADROOM) for level in range(256)]
    squares = np.square(np.arange(256) - np.array(moved, np.float64))
    carrying = _ADDED.get(image.mode) or _INKS[image.mode]
    spent = 0.0
    for number in carrying:
        spent += float(squares @ np.array(bands[number].histogram())) / (image.width * image.height * len(carrying))
        bands[number] = bands[number].point(moved)
    inside = Image.merge(image.mode, bands)
    inside.info = dict(image.info)
    return inside, spent


def _mean_square(before: Image.Image, after: Image.Image) -> float:
    """Of the change in the bands that carry the mark, in grey levels squared."""
    carrying = _ADDED.get(before.mode) or _INKS[before.mode]
    counts = np.array(ImageChops.difference(before, after).histogram(), np.float64).reshape(-1, 256)[list(carrying)]
    return float((counts @ np.square(np.arange(256.0))).mean()) / (before.width * before.height)


def _difference(activity: Image.Image, pattern: NDArray[np.float32], strength: float, spent: float = 0.0) -> Image.Image:
    """What is added to the picture, as an 8-bit picture around 128; ``spent``: mean square by which it was changed already."""
    levels = np.clip(_FLOOR + _SLOPE * np.arange(256, dtype=np.float32), None, _CEILING)
    share = np.array(activity.histogram(), np.float32) / (activity.width * activity.height)
    mean_square = float(share @ np.square(levels))
    allowed = _ALLOWED - 1 / 12  # rounding to whole levels costs 1/12
    levels *= strength * min(1.0, math.sqrt(max(allowed - spent, allowed / 4) / mean_square))
    where = np.asarray(activity)
    side = len(pattern)
    row = np.tile(pattern, (1, -(-activity.width // side)))[:, : activity.width]
    out = np.empty(where.shape, np.uint8)
    for top in range(0, activity.height, side):  # a row of tiles at a time: small pieces stay in the processor's cache
        part = levels[where[top : top + side]]
        part *= row[: len(part)]
        part += 128.5
        out[top : top + side] = np.clip(part, 0, 255, out=part)
    return Image.fromarray(out)


def _with_difference(image: Image.Image, difference: Image.Image) -> Image.Image:
    bands = list(image.split())
    for band in _ADDED.get(image.mode, ()):
        bands[band] = ImageChops.add(bands[band], difference, 1, -128)
    for band in _INKS.get(image.mode, ()):
        bands[band] = ImageChops.subtract(bands[band], difference, 1, 128)
    marked = Image.merge(image.mode, bands)
    marked.info = dict(image.info)
    return marked


def _marked_16_bit(image: Image.Image, pattern: NDArray[np.float32], strength: float) -> Image.Image:
    levels = np.asarray(image).astype(np.float32)
    eight = Image.fromarray((levels / 257 + 0.5).astype(np.uint8))
    difference = np.asarray(_difference(_activity(eight), pattern, strength)).astype(np.float32) - 128
    marked = Image.fromarray(np.clip(levels + 257 * difference, 0, 65535).astype(np.uint16))
    marked.info = dict(image.info)
    return marked
