"""The pattern of the image mark: a square tile that repeats over the picture, made in the frequency domain.

A tile of side T has energy only at the frequencies ``(u, v) / T`` with whole ``u, v`` and ``LOWEST <= |(u, v)| <= HIGHEST``, so the
same numbers make a tile of any side, and a picture that was scaled holds the same numbers at another side. Two parts share the energy:

* the *beacon*: a few strong frequencies at secret places with secret phases. They say at which scale and angle, and then at which
  shift, the tiles lie. Their places are closed under the eight symmetries of the square, so that mirrored pictures and
  quarter turns are found by the same search; the phases tell the eight apart.
* the *data*: all other frequencies. Real and imaginary part of each carry one bit of the code word (``code.py``), in secret order and sign.

After spread-spectrum watermarking (Cox et al., IEEE Trans. Image Processing 6(12), 1997), template in the Fourier domain (Pereira and
Pun, IEEE Trans. Image Processing 9(6), 2000) and periodic tiling (Kutter, SPIE 3528, 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from brightline.labels.watermark import code, keys

__all__ = ["HIGHEST", "SIDE", "Layout", "layout", "tile", "word"]

SIDE = 127
"""Side of the smallest tile, in pixels. Odd, as all sides are: JPEG works in blocks of 8 × 8, and what it does to a flat area would be the
same error in each tile, which no averaging removes, if blocks and tiles kept step."""

LOWEST, HIGHEST = 5.0, 32.0
"""Periods of the waves per tile. 32 of 128 pixels is a wave of 4 pixels, which halving the picture just leaves; below 5 pictures have most
of their own energy. Amplitudes are the same over this band: falling with the frequency measured worse (own choice)."""

AXIS = 2
"""Frequencies this near to an axis stay empty: text lines, fences, blocks of JPEG and bands of video lie there."""

BEACON_ORBITS = 8
"""Each orbit gives four frequencies. Few and strong ones are found in fewer looks; many weak ones are less seen (own choice)."""

BEACON_SHARE = 0.28
"""Of the energy. Finding one place in 524,288 needs a good quarter of what reading 96 bits needs (own choice; 0.22 and 0.30 do alike)."""

_BEACON_RANGE = (9.0, 24.0)  # not where pictures are loud, not what halving a picture loses first (own choice)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a key's mark has its energy. Frequencies are pairs ``(u, v)``: u down, v to the right, ``v > 0`` or ``v == 0 < u``."""

    beacon: NDArray[np.intp]  # (4 × BEACON_ORBITS, 2)
    beacon_phase: NDArray[np.complex64]  # unit values
    data: NDArray[np.intp]  # (n, 2)
    data_amplitude: NDArray[np.float32]  # (n,), the tile's variance with the beacon's being 1
    beacon_amplitude: NDArray[np.float32]
    coded: NDArray[np.intp]  # (2 n,) which bit of the code word each chip carries; real parts first
    sign: NDArray[np.float32]  # (2 n,)


@lru_cache(maxsize=16)
def layout(key: bytes) -> Layout:
    """The secret layout of ``key``. Raises ``LabelError`` BL-LABEL-060 for a key that is too short."""
    reach = int(HIGHEST)
    u, v = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, 0 : reach + 1])
    radius = np.hypot(u, v)
    band = (radius >= LOWEST) & (radius <= HIGHEST) & (np.abs(u) >= AXIS) & (v >= AXIS)
    beacon = _beacon(key)
    taken = set(map(tuple, beacon.tolist()))
    data = np.array([pair for pair in zip(u[band].tolist(), v[band].tolist(), strict=True) if pair not in taken], np.intp)
    chips = 2 * len(data)
    angles = keys.integers(key, "beacon phases", len(beacon)).astype(np.float64) * (2 * np.pi / 2**64)
    return Layout(
        beacon,
        np.exp(1j * angles).astype(np.complex64),
        data,
        _amplitude(data, 1 - BEACON_SHARE),
        _amplitude(beacon, BEACON_SHARE),
        keys.order(key, "places of the bits", chips) % code.CODED,
        keys.signs(key, "signs of the bits", chips),
    )


def word(key: bytes, payload: int) -> NDArray[np.float32]:
    """The code word of a payload: 384 values of ±1."""
    return code.encode((payload << 32) | keys.check_bits(key, payload))


def tile(key: bytes, payload: int, side: int) -> NDArray[np.float32]:
    """One tile of ``side`` × ``side`` pixels with mean 0 and variance 1."""
    plan = layout(key)
    half = len(plan.data)
    chips = word(key, payload)[plan.coded] * plan.sign
    spectrum = np.zeros((side, side // 2 + 1), np.complex64)
    spectrum[plan.data[:, 0], plan.data[:, 1]] = plan.data_amplitude * np.sqrt(0.5) * (chips[:half] + 1j * chips[half:])
    spectrum[plan.beacon[:, 0], plan.beacon[:, 1]] = plan.beacon_amplitude * plan.beacon_phase
    return np.asarray(np.fft.irfft2(spectrum, (side, side), norm="forward"), np.float32)


def _amplitude(places: NDArray[np.intp], share: float) -> NDArray[np.float32]:
    """The amplitude of each wave at ``places``, so that the variances sum to ``share``: a wave and its conjugate give 2 × amplitude^2."""
    return np.full(len(places), np.sqrt(share / (2 * len(places))), np.float32)


def _beacon(key: bytes) -> NDArray[np.intp]:
    """Secret frequencies, each with its three fellows under mirroring and quarter turns, no two orbits close together."""
    low, high = _BEACON_RANGE
    pairs = [(u, v) for u in range(AXIS + 1, int(high) + 1) for v in range(u + 1, int(high) + 1) if low <= np.hypot(u, v) <= high]
    chosen: list[tuple[int, int]] = []
    for place in keys.order(key, "places of the beacon", len(pairs)):
        u, v = pairs[place]
        if all(abs(u - a) + abs(v - b) > 2 for a, b in chosen):
            chosen.append((u, v))
        if len(chosen) == BEACON_ORBITS:
            break
    return np.array([pair for u, v in chosen for pair in ((u, v), (-u, v), (v, u), (-v, u))], np.intp)
