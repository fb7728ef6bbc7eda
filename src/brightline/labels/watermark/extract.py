"""Reads the image mark.

1. *Prepare*: brightness, at most a megapixel; what a blurred copy predicts is taken off and the rest divided by the local activity, so that
   each pixel counts as much as it can be trusted.
2. *Find*: scale and angle from the power spectrum (``search.py``).
3. *Fold*: the tiles' common spectrum at the found lattice, by two small matrix products: no resampling, any scale.
4. *Shift*: the beacon, tried in the eight symmetries of the square, says where a tile begins.
5. *Decode*: the data's real and imaginary parts, weighted by the noise around them, go into the soft decoder; a hit is what carries
   the key's check bits. Chance passes them once in 2^32 words, and at most ``_WORDS`` words are tried in a picture.

Whether a mark is there or not, the work is bounded. A hit says only that the bits are there: marks can be copied onto other
pictures, so nothing is claimed before ``phash.agrees`` has compared the ledger's record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from brightline.labels.watermark import code, keys
from brightline.labels.watermark.brightness import brightness
from brightline.labels.watermark.image import tile_side
from brightline.labels.watermark.search import Lattice, Spectrum, lattices, spectrum_of
from brightline.labels.watermark.tile import HIGHEST, Layout, layout, word

__all__ = ["Hit", "extract"]

_WORKING_PIXELS = 1_100_000
"""Larger pictures are made smaller first; tiles grow with the picture, so that they are about 128 pixels again then."""

_LONGEST = 3
"""Times the shorter side: of longer pictures the middle is read, because the search grows with the square of the length."""

_SMALLEST_SIDE = 48  # pixels: half of the smallest marked picture, cropped
_LATTICES = 3
_SHIFTS = 3
_WORDS = (2 + _LATTICES) * _SHIFTS

_LEAST_SHIFT_SCORE = 4.2
"""Sigmas of the beacon's peak. Noise reaches about 4.5 in 8 × 65,536 places: this only saves time, what decides are the check bits."""

_LEAST_SCORE = 12.5
"""Sigmas with which all chips must agree with the word that was read. The best of 2^96 words agrees with pure noise by about
sqrt(2 × 96 × ln 2) = 11.5; the lowest of a true hit in evals/watermark.py was over 14."""

_LIMIT = 3.0  # sigmas that one chip may say at most: single lines of the picture must not outvote the rest
_REACH = int(HIGHEST)
_FINE = 256  # places of a tile, in each direction, at which the beacon is tried


@dataclass(frozen=True, slots=True)
class Hit:
    """A payload that was read, and how.

    ``score``: agreement of all chips with the payload's word, in sigmas of noise. ``scale``: side of the tiles in this picture over the
    side that ``embed`` would give it: about 1 for a large picture at any size, more for a crop. ``angle``: degrees by which it was turned,
    counter-clockwise (after the mirroring, if ``mirrored``). ``offset``: where the first tile begins, (right, down) in parts of a tile.
    ``mirrored``: the picture is a mirror image.
    """

    payload: int
    score: float
    scale: float
    angle: float
    offset: tuple[float, float]
    mirrored: bool


def extract(image: Image.Image, key: bytes) -> Hit | None:
    """The mark of ``key`` in ``image``, or None. Raises ``LabelError`` BL-LABEL-060 for a key that is too short."""
    plan = layout(key)
    if min(image.size) < _SMALLEST_SIDE:
        return None
    grey, shrunk = _grey(image)
    flat = _prepared(grey)
    spectrum = spectrum_of(flat)
    for lattice in lattices(spectrum, flat.shape, plan, tile_side(image.size) * shrunk, _LATTICES):
        folded = _folded(flat, spectrum, lattice)
        for score, orientation, shift in _shifts(folded, plan)[:_SHIFTS]:
            if score < _LEAST_SHIFT_SCORE:
                break
            chips = _chips(_turned(folded, orientation), plan, shift)
            read = _read(chips, plan, key)
            if read is not None:
                scale = math.sqrt(lattice.down * lattice.right) / shrunk / tile_side(image.size)
                mirrored = bool(orientation & 4)
                quarters = (orientation & 3) * (1 if mirrored else -1)  # undone after the mirroring, so made before it
                angle = (math.degrees(lattice.angle) + 90 * quarters + 180) % 360 - 180
                return Hit(*read, scale, angle, (shift[1] / _FINE, shift[0] / _FINE), mirrored)
    return None


def _grey(image: Image.Image) -> tuple[Image.Image, float]:
    """The picture's brightness, at most a megapixel, and by how much it was made smaller."""
    width, height = (min(side, _LONGEST * min(image.size)) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    grey = brightness(image.crop((left, top, left + width, top + height)))
    factor = math.sqrt(_WORKING_PIXELS / (width * height))
    if factor >= 1:
        return grey, 1.0
    return grey.resize((round(width * factor), round(height * factor)), Image.Resampling.BOX), factor


def _prepared(grey: Image.Image) -> NDArray[np.float32]:
    blurred = grey.filter(ImageFilter.BoxBlur(3))
    activity = ImageChops.difference(grey, blurred).filter(ImageFilter.BoxBlur(4))
    trust = 1 / (1.5 + np.arange(256, dtype=np.float32))
    rest = np.asarray(grey).astype(np.float32)
    rest -= np.asarray(blurred)
    rest *= trust[np.asarray(activity)]
    np.clip(rest, -2.5, 2.5, out=rest)
    return rest


def _folded(flat: NDArray[np.float32], spectrum: Spectrum, lattice: Lattice) -> NDArray[np.complex64]:
    """The picture's spectrum at the lattice's points over the noise around them: (65, 65) values, u down, v right, 0 in the middle."""
    if abs(lattice.angle) * max(flat.shape) > 1:  # half a pixel away at the far ends
        flat = _straightened(flat, lattice.angle)
    height, width = flat.shape
    steps = np.arange(-_REACH, _REACH + 1)
    right = np.exp(-2j * np.pi / lattice.right * np.outer(np.arange(width), steps[_REACH:])).astype(np.complex64)
    down = np.exp(-2j * np.pi / lattice.down * np.outer(steps, np.arange(height))).astype(np.complex64)
    waves = flat @ np.concatenate([right.real, right.imag], axis=1)
    half = down @ (waves[:, : _REACH + 1] + 1j * waves[:, _REACH + 1 :])
    u, v = np.meshgrid(steps, steps[_REACH:], indexing="ij")
    cosine, sine = math.cos(lattice.angle), math.sin(lattice.angle)
    noise = spectrum.floor(
        cosine * u / lattice.down - sine * v / lattice.right, np.abs(sine * u / lattice.down + cosine * v / lattice.right)
    )
    half /= np.sqrt(noise)
    return np.concatenate([np.conj(half[::-1, :0:-1]), half], axis=1)


def _straightened(flat: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    height, width = flat.shape
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = width / 2, height / 2
    matrix = (cosine, sine, x - cosine * x - sine * y, -sine, cosine, y + sine * x - cosine * y)
    turned = Image.fromarray(flat).transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return np.asarray(turned)


def _turned(folded: NDArray[np.complex64], orientation: int) -> NDArray[np.complex64]:
    """One of the eight symmetries of the square: mirrored if ``orientation & 4``, then quarter turns."""
    mirrored = folded[:, ::-1] if orientation & 4 else folded
    return np.rot90(mirrored, orientation & 3)


def _shifts(folded: NDArray[np.complex64], plan: Layout) -> list[tuple[float, int, tuple[int, int]]]:
    """The best place of the beacon in each symmetry: (sigmas, orientation, shift down and right in parts of ``_FINE``), best first."""
    u, v = plan.beacon[:, 0], plan.beacon[:, 1]
    found = []
    for orientation in range(8):
        seen = _turned(folded, orientation)[u + _REACH, v + _REACH]
        limited = seen / np.maximum(np.abs(seen) / _LIMIT, 1)
        surface = np.zeros((_FINE, _FINE // 2 + 1), np.complex64)
        surface[u, v] = limited * np.conj(plan.beacon_phase)
        agreement = np.fft.irfft2(surface, (_FINE, _FINE), norm="forward")
        place = int(agreement.argmax())
        sigma = math.sqrt(2 * float(np.square(np.abs(limited)).sum()))
        found.append((float(agreement.ravel()[place]) / max(sigma, 1e-9), orientation, divmod(place, _FINE)))
    return sorted(found, key=lambda item: -item[0])


def _chips(folded: NDArray[np.complex64], plan: Layout, shift: tuple[int, int]) -> NDArray[np.float32]:
    """What each chip says in sigmas of noise, real parts first, signs undone."""
    u, v = plan.data[:, 0], plan.data[:, 1]
    turn = np.exp(2j * np.pi / _FINE * (u * shift[0] + v * shift[1]))
    values = folded[u + _REACH, v + _REACH] * turn
    chips = np.concatenate([values.real, values.imag]).astype(np.float32) * np.float32(math.sqrt(2))
    chips *= plan.sign
    return np.clip(chips, -_LIMIT, _LIMIT, out=chips)


def _read(chips: NDArray[np.float32], plan: Layout, key: bytes) -> tuple[int, float] | None:
    """The payload and its score, if the check bits are right and the chips agree."""
    message = code.decode(np.bincount(plan.coded, chips, code.CODED).astype(np.float32))
    payload = message >> 32
    if keys.check_bits(key, payload) != message & 0xFFFFFFFF:
        return None
    score = float(word(key, payload)[plan.coded] @ chips) / math.sqrt(float(np.square(chips).sum()))
    return (payload, score) if score >= _LEAST_SCORE else None
