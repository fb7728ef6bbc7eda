"""Can the label be read against what lies behind it? Contrast as WCAG 2.2 defines it, and the ink and plate that reach it.

Relative luminance and contrast ratio: WCAG 2.2, definitions; at least 4.5 : 1 is success criterion 1.4.3, 7 : 1 is 1.4.6. The
ratio of a label is that of its *worst* pixel, so that no letter sinks into a bright spot. Pure functions on arrays of
8-bit sRGB; what is drawn with the answer stands in ``image_paint.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_CONTRAST", "PLATE_OPACITY", "Ink", "contrast_ratio", "ink_for", "luminance", "worst_contrast"]

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, level AA. The standard asks for legibility (清晰可辨) and gives no figure."""

PLATE_OPACITY = 0.66
"""How much of the background a plate covers. At 0.66 white letters on a black plate have 7.3 : 1 on the brightest background and
black on white 9.2 : 1 on the darkest: 1.4.6, level AAA, whatever the picture shows."""

_BARE_CONTRAST = 7.0
"""What letters without a plate must reach: 1.4.6, level AAA. Below it a plate costs less than a label that is overlooked."""

_BUSY = 12.0
"""Mean step between neighbouring pixels, of 255, above which letters get a plate although the contrast would do. Own choice: smooth
skies and walls have 1 to 4, grass, gravel and print 15 to 60; camera noise stays below 8."""


@dataclass(frozen=True, slots=True)
class Ink:
    """``grey``: of the letters, 0 or 255. ``plate``: grey of the plate behind them, None without one. ``contrast``: as it will be."""

    grey: int
    plate: int | None
    opacity: float
    contrast: float


@lru_cache(maxsize=1)
def _linear() -> NDArray[np.float32]:
    """Linear light of each 8-bit sRGB value (WCAG 2.2, relative luminance)."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Relative luminance, 0 to 1, of an array whose last axis is red, green, blue."""
    light = _linear()[rgb]
    weighted: NDArray[np.float32] = light @ np.array((0.2126, 0.7152, 0.0722), np.float32)
    return weighted


def contrast_ratio(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of two opaque colours, 1 to 21."""
    lights = sorted(float(luminance(np.array(colour, np.uint8))) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def worst_contrast(background: NDArray[np.uint8], grey: int) -> float:
    """The least contrast that letters of ``grey`` have on any pixel of ``background`` (… × 3)."""
    light = luminance(background)
    own = float(_linear()[grey])
    low, high = float(light.min()), float(light.max())
    nearest = min(max(own, low), high)
    return (max(own, nearest) + 0.05) / (min(own, nearest) + 0.05)


def ink_for(background: NDArray[np.uint8], *, opaque: bool = False) -> Ink:
    """The ink for letters on ``background`` (height × width × 3).

    Bare letters where black or white reaches 7 : 1 on every pixel and the background is calm; else letters on a plate of
    the tone that is nearer to the picture. ``opaque``: the plate hides the background, because
    nobody knows what will shine through (transparency) or the mode has no half-tones.
    """
    dark = float(luminance(background).mean()) < 0.18  # 18 % grey, the middle of the tones to the eye (photography's grey card)
    grey, plate = (255, 0) if dark else (0, 255)
    bare = worst_contrast(background, grey)
    if not opaque and bare >= _BARE_CONTRAST and _mean_step(background) <= _BUSY:
        return Ink(grey, None, 0.0, bare)
    opacity = 1.0 if opaque else PLATE_OPACITY
    return Ink(grey, plate, opacity, worst_contrast(_veiled(background, plate, opacity), grey))


def _veiled(background: NDArray[np.uint8], plate: int, opacity: float) -> NDArray[np.uint8]:
    veiled: NDArray[Any] = background * (1 - opacity) + plate * opacity
    rounded: NDArray[np.uint8] = np.rint(veiled).astype(np.uint8)
    return rounded


def _mean_step(background: NDArray[np.uint8]) -> float:
    """The mean difference of the green channel from one pixel to its neighbour, both ways; 0 for a single pixel."""
    green = background[..., 1].astype(np.int16)
    steps = [float(np.abs(np.diff(green, axis=axis)).mean()) for axis in (0, 1) if green.shape[axis] > 1]
    return max(steps, default=0.0)
