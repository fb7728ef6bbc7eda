"""Perceptual hashes: does a marked picture still show what the ledger says the mark was put on?

A mark can be lifted from one picture and laid over another (copy attack), so a hit is only claimed when the picture resembles
the record. A hash has 64 bits: 32 signs of low frequencies of the cosine transform (after Zauner, "Implementation and benchmarking of
perceptual image hash functions", 2010, section 3.2), and 32 brightness steps from left to right on a grid of 9 × 4 (after
Krawetz's difference hash, 2013); the two err on different pictures. Pictures that were turned or mirrored are compared the way the hit
says they were before. ``AGREE`` comes from evals/watermark.py.

A hash is not a secret, and somebody who knows it can paint a picture that has it: it guards against mistakes and copied marks,
not against forgers who hold the key. Crops under about three quarters of the area no longer agree.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brightline.labels.errors import LabelError
from brightline.labels.watermark.brightness import brightness
from brightline.labels.watermark.extract import Hit

__all__ = ["AGREE", "PerceptualHash", "agrees", "distance", "perceptual_hash"]

AGREE = 18
"""Bits of 64 that may differ; two pictures that have nothing to do with each other differ in about 32."""

_GRID = 32  # pixels a side before the cosine transform (Zauner, 3.2.1)
_HALF = 32  # bits of each of the two parts
_SIXTEEN_DIGITS = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """What a picture looks like, as a number of 64 bits."""

    bits: int

    def to_hex(self) -> str:
        """16 hexadecimal digits, as the ledger's record keeps them."""
        return f"{self.bits:016x}"

    @classmethod
    def from_hex(cls, digits: str) -> PerceptualHash:
        """The hash of 16 hexadecimal digits. Raises ``LabelError`` BL-LABEL-064."""
        if not _SIXTEEN_DIGITS.fullmatch(digits):
            raise LabelError("BL-LABEL-064", "a perceptual hash has 16 hexadecimal digits", "take it from the record unchanged")
        return cls(int(digits, 16))


def perceptual_hash(image: Image.Image) -> PerceptualHash:
    """The hash of a picture; transparency is laid over white."""
    return _hash(_grey(image))


def distance(one: PerceptualHash, other: PerceptualHash) -> int:
    """How many of the 64 bits differ."""
    return (one.bits ^ other.bits).bit_count()


def agrees(hit: Hit, record: PerceptualHash, image: Image.Image) -> bool:
    """Whether ``image``, in which ``hit`` was found, looks like the picture of which ``record`` was taken when it was marked."""
    return distance(_hash(_upright(_grey(image), hit)), record) <= AGREE


def _grey(image: Image.Image) -> Image.Image:
    if "A" in image.getbands() or "transparency" in image.info:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), over).convert("L")
    return brightness(image)


def _upright(grey: Image.Image, hit: Hit) -> Image.Image:
    """The picture as it was marked: quarter turns, tilt and mirroring undone; the corners that a tilt left empty are cut off."""
    quarters = round(hit.angle / 90)
    tilt = hit.angle - 90 * quarters
    if abs(tilt) > 0.2:  # degrees; less moves nothing by more than a fifth of a grid cell
        turned = grey.rotate(-tilt, Image.Resampling.BILINEAR)
        lost = math.sin(math.radians(abs(tilt))) / 2
        across, down = lost * grey.height, lost * grey.width
        grey = turned.crop((int(across), int(down), int(grey.width - across), int(grey.height - down)))
    if quarters % 4:
        grey = grey.transpose((Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)[quarters % 4 - 1])
    return grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if hit.mirrored else grey


def _hash(grey: Image.Image) -> PerceptualHash:
    small = np.asarray(grey.resize((_GRID, _GRID), Image.Resampling.BOX)).astype(np.float64)
    waves = _cosines()
    frequencies = (waves @ small @ waves.T).ravel()[_lowest()] > 0
    grid = np.asarray(grey.resize((9, 4), Image.Resampling.BOX)).astype(np.int16)
    steps = (grid[:, 1:] > grid[:, :-1]).ravel()
    return PerceptualHash(int.from_bytes(np.packbits(np.concatenate([frequencies, steps])).tobytes(), "big"))


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """The first eight rows of the cosine transform (DCT-II) of 32 samples."""
    return np.cos(np.outer(np.arange(8), np.arange(_GRID) + 0.5) * (np.pi / _GRID))


@lru_cache(maxsize=1)
def _lowest() -> NDArray[np.intp]:
    """The places of the 32 lowest frequencies of an 8 × 8 block, without the mean."""
    return np.argsort(np.hypot(*np.mgrid[0:8, 0:8]).ravel(), kind="stable")[1 : _HALF + 1]
