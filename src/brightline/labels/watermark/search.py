"""Finds at which scale and angle tiles lie in a picture, from its power spectrum alone.

A repeated tile gathers its energy in the points of a lattice. The beacon's points are few, strong and known, so each pair of side and
angle is judged by the power at its beacon places, relative to the surroundings; the best few are then refined with all points.
Both steps read one periodogram: the cost is bounded and is the same whether a mark is there or not.

Not searched: other angles than within ``TILT`` of a quarter turn, and different scales in the two directions beyond 1 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from brightline.labels.watermark.tile import HIGHEST, Layout

__all__ = ["TILT", "Lattice", "Spectrum", "lattices", "spectrum_of"]

TILT = math.radians(3.2)
"""Angles searched, to both sides."""

_SIDES = (
    0.085,
    0.62,
)  # shortest and longest side of a tile over the picture's mean side: an eighth, less with a margin around it, more when cropped
_CELL = 16  # bins of the spectrum over which its surroundings are averaged
_CAP = 12.0  # relative power that one bin may count at most, so that no single line of the picture decides
_STEP = 0.4  # of a bin: how finely sides and angles are tried
_LEAST_SCORE = 4.5  # sigmas: of 23,000 guesses in noise the best reaches about 5, and marks that can be read stand over 10 (by measurement)
_LOOKS = 200  # best guesses, among which different ones are looked for
_MOVES = np.mgrid[-2:3, -2:3, -2:3].reshape(3, -1).T.astype(np.float32)
_TOGETHER, _APART = _MOVES[_MOVES[:, 0] == _MOVES[:, 1]], _MOVES  # both sides alike: pictures are seldom stretched


@dataclass(frozen=True, slots=True)
class Lattice:
    """A guess: tiles of ``down`` × ``right`` pixels, turned by ``angle`` (radians), and how far its power stands out (in sigmas)."""

    down: float
    right: float
    angle: float
    score: float


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A picture's power relative to its surroundings, and the surroundings themselves."""

    relative: NDArray[np.float32]  # (rows, columns // 2 + 1), capped
    around: NDArray[np.float32]  # (rows / cell, columns / 2 / cell)
    rows: int
    columns: int

    def floor(self, u: NDArray[np.float32], v: NDArray[np.float32]) -> NDArray[np.float32]:
        """The power around the frequencies ``u`` down, ``v`` right (cycles a pixel)."""
        row, column = self.bins(u, v)
        return self.around[row // _CELL, column // _CELL]

    def bins(self, u: NDArray[np.float32], v: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The bins of these frequencies; of a frequency and its opposite, which hold the same, the one on the right."""
        row = np.rint(u * np.sign(v) * self.rows).astype(np.int32) % self.rows
        return row, np.minimum(np.rint(np.abs(v) * self.columns).astype(np.int32), self.columns // 2 - 1)


def spectrum_of(grey: NDArray[np.float32]) -> Spectrum:
    """The spectrum of a prepared picture; its sides are padded to numbers that transform fast."""
    rows, columns = (_fast(length) for length in grey.shape)
    power = np.square(np.abs(np.fft.rfft2(grey, (rows, columns))))[:, : columns // 2]
    cells = power.reshape(rows // _CELL, _CELL, columns // 2 // _CELL, _CELL)
    around = cells.mean(axis=(1, 3)) + np.float32(1e-9)
    relative = np.minimum(cells / around[:, None, :, None], np.float32(_CAP)).reshape(rows, columns // 2)
    return Spectrum(relative, around, rows, columns)


def lattices(spectrum: Spectrum, shape: tuple[int, int], plan: Layout, home: float, most: int) -> list[Lattice]:
    """Guesses for a picture of ``shape``: ``home``, the side that its tiles have if nobody cropped it, as it is and refined, then up to
    ``most`` others, best first."""
    rows, columns, sides, angles = _guesses(shape, spectrum.rows, spectrum.columns, plan.beacon.tobytes())
    power = spectrum.relative.ravel()[rows * (spectrum.columns // 2) + columns].mean(axis=1)
    looks = min(_LOOKS, len(power) - 1)
    peaks = np.argpartition(-power, looks)[:looks]
    apart: list[int] = []
    for place in peaks[np.argsort(-power[peaks])]:
        if all(abs(sides[place] / sides[other] - 1) > 0.01 or abs(angles[place] - angles[other]) > 0.01 for other in apart):
            apart.append(int(place))
        if len(apart) == 3 * most:
            break
    points = _Points.of(plan, 2 * _STEP / (max(shape) * HIGHEST))
    coarse = [
        _refined(spectrum, points, Lattice(side, side, angle, 0), 1.0, _TOGETHER) for side, angle in [(sides[i], angles[i]) for i in apart]
    ]
    others = sorted(coarse, key=lambda lattice: -lattice.score)[:most]
    as_made = Lattice(home, home, 0.0, 0.0)
    first = _refined(spectrum, points, as_made, 1.0, _TOGETHER)
    fine = [_refined(spectrum, points, guess, 0.5, _APART) for guess in (first, *others)]
    found = sorted(fine[1:], key=lambda lattice: -lattice.score)
    return [as_made, fine[0], *(lattice for lattice in found if lattice.score >= _LEAST_SCORE)]


@lru_cache(maxsize=4)
def _guesses(
    shape: tuple[int, int], rows: int, columns: int, beacon: bytes
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """The bins of the beacon for every side and angle tried: (guesses, points) rows and columns, and the guesses themselves."""
    points = np.frombuffer(beacon, np.intp).reshape(-1, 2).astype(np.float32)
    reach = float(np.hypot(points[:, 0], points[:, 1]).max())
    mean = math.sqrt(shape[0] * shape[1])
    longest = max(shape)
    sides: list[float] = []
    angles: list[float] = []
    side = _SIDES[0] * mean
    while side < _SIDES[1] * mean:
        step = _STEP * 2 * side / (longest * reach)  # half a picture's length away from its middle, that is _STEP of a bin
        turns = int(TILT / step)
        angles.extend(step * turn for turn in range(-turns, turns + 1))
        sides.extend([side] * (2 * turns + 1))
        side *= 1 + step
    side_array, angle_array = np.array(sides, np.float32), np.array(angles, np.float32)
    cosine, sine = (np.cos(angle_array) / side_array)[:, None], (np.sin(angle_array) / side_array)[:, None]
    u = cosine * points[:, 0] - sine * points[:, 1]
    v = sine * points[:, 0] + cosine * points[:, 1]
    row = np.rint(u * np.sign(v) * rows).astype(np.int32) % rows
    column = np.minimum(np.rint(np.abs(v) * columns).astype(np.int32), columns // 2 - 1)
    return row, column, side_array, angle_array


@dataclass(frozen=True, slots=True)
class _Points:
    """All points of the lattice with their weights, and how far sides and angles are varied, for a tile of one pixel."""

    places: NDArray[np.float32]
    weight: NDArray[np.float32]
    step: float

    @classmethod
    def of(cls, plan: Layout, step: float) -> _Points:
        weight = np.square(np.concatenate([plan.beacon_amplitude, plan.data_amplitude]))
        weight /= math.sqrt(float(np.square(weight).sum()))
        return cls(np.concatenate([plan.beacon, plan.data]).astype(np.float32), weight, step)


def _refined(spectrum: Spectrum, points: _Points, guess: Lattice, pace: float, moves: NDArray[np.float32]) -> Lattice:
    """The best neighbour of a guess by the power at all points of the lattice."""
    step = pace * points.step * math.sqrt(guess.down * guess.right)
    downs, rights = guess.down * (1 + step * moves[:, :1]), guess.right * (1 + step * moves[:, 1:2])
    angles = guess.angle + step * moves[:, 2:]
    cosine, sine = np.cos(angles), np.sin(angles)
    u = cosine / downs * points.places[:, 0] - sine / rights * points.places[:, 1]
    v = sine / downs * points.places[:, 0] + cosine / rights * points.places[:, 1]
    row, column = spectrum.bins(u, v)
    scores = (spectrum.relative.ravel()[row * spectrum.relative.shape[1] + column] - 1) @ points.weight
    best = int(scores.argmax())
    return Lattice(float(downs[best, 0]), float(rights[best, 0]), float(angles[best, 0]), float(scores[best]))


def _fast(length: int) -> int:
    """The next length that is 2 × the cell × a number with no factor over 5: numpy's transform is fast there."""
    unit = 2 * _CELL
    count = -(-length // unit)
    while True:
        rest = count
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return unit * count
        count += 1
