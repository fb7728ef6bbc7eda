"""A mark in sound: small keyed changes of loudness in time and frequency, repeated every 2.56 seconds.

The short-time spectrum is cut into cells of 40 ms × 105 Hz. Each cell becomes louder or softer by ``CHANGE_DB``, as a secret pattern of
64 × 64 cells says: a quarter of them, the *beacon*, are known and say where a period begins; the others carry the same code word as
the picture's mark (``code.py``), eight cells a bit. What is silent stays silent, because cells are multiplied, and what is loud hides the
change in its own cell. After patchwork in the spectrum (Yeo and Kim, "Modified patchwork algorithm", IEEE Trans. Speech and Audio
Processing 11(4), 2003) with the spread-spectrum coding of Kirovski and Malvar (IEEE Trans. Signal Processing 51(4), 2003).

Times and frequencies are in seconds and hertz, so other sample rates do not matter. Samples come and go as arrays: files are decoded
and encoded by the caller. Not withstood: changes of speed or pitch by more than about 0.1 %, voice conversion, cuts under about 10 s of
music or 20 s of speech.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from brightline.labels.errors import LabelError
from brightline.labels.watermark import code, keys
from brightline.labels.watermark.tile import word

__all__ = ["CHANGE_DB", "LOWEST_RATE", "MOST_CHANNELS", "PERIOD_S", "SHORTEST_S", "SoundHit", "embed_sound", "extract_sound"]

CHANGE_DB = 1.2
"""Louder or softer by this much: the difference lies about 20 dB under the sound, in each cell (own choice)."""

MOST_CHANNELS = 32
"""Own choice: more than the largest usual layouts have."""

LOWEST_RATE = 8_000
"""Samples a second. Below 16,000 the upper cells are missing and more seconds are needed."""

SHORTEST_S = 3.0
"""One period and a little: shorter sounds are not marked, because they could hardly be read."""

PERIOD_S = 2.56
"""After which the pattern begins again: 64 cells."""

_CELL_S = 0.040
_BANDS, _FIRST_HZ, _BAND_HZ = 64, 300.0, 105.0  # to 7,020 Hz: what telephones, MP3 and AAC at 64 kbit/s keep
_CHIPS = 64  # cells of a period in time
_BEACON = _BANDS * _CHIPS // 4

_FINE = 4  # offsets tried within a cell
_PIECE_S = 8 * _CHIPS * _CELL_S  # 20.48 s, whole periods: read one by one, for spliced sounds, and all that came before together
_MOST_PIECES = 30  # ten minutes: what is read at most
_SILENCE = 1e-12  # power of a cell, full scale being 1: under the steps of 16-bit samples
_NEAR, _WIDE = (5, 1), (9, 7)  # cells in time and bands over which a cell's unrest is judged: tones want the one, speech the other
_FLOOR = 0.03  # of the mean power of all cells: what is softer counts as that soft, since codecs put anything there (by measurement)
_STEADY = 0.3  # natural logarithms of power: what even the steadiest cell is taken to waver (own choice, by measurement)
_LIMIT = 2.0  # sigmas that one cell may say at most
_LEAST_SCORE = 12.5  # as for pictures: the best of 2^96 words agrees with noise by about 11.5
_TRIES = 3


@dataclass(frozen=True, slots=True)
class SoundHit:
    """A payload that was read: ``score`` in sigmas of noise; ``start_s``: where the first period begins, in seconds after ``from_s``, the
    beginning of what was read."""

    payload: int
    score: float
    from_s: float
    start_s: float


def embed_sound(samples: NDArray[np.float32], rate: int, payload: int, key: bytes, strength: float = 1.0) -> NDArray[np.float32]:
    """``samples`` with the mark: the same shape, (n,) or (n, channels), -1 to 1; all channels get the same changes.

    Samples beyond full scale, which files of floats may have, stay there; those that are no numbers become silence.

    ``strength`` multiplies the change in dB (0.25 to 4). Raises ``LabelError``: BL-LABEL-060 the key is too short, -063 payload or strength
    out of range, -065 shape, rate or length that cannot be marked.
    """
    if not 0 <= payload < 2**64 or not 0.25 <= strength <= 4:
        raise LabelError("BL-LABEL-063", "a payload has 64 bits and a strength is 0.25 to 4", "draw the payload with secrets.randbits(64)")
    sound = _finite(_checked(samples, rate))
    if len(sound) < SHORTEST_S * rate:
        raise LabelError(
            "BL-LABEL-065", f"a sound under {SHORTEST_S:g} seconds cannot carry a watermark", "label it in the metadata and audibly"
        )
    gains = 10 ** (_pattern(key, payload) * (CHANGE_DB * strength / 20)) - 1
    marked = sound.astype(np.float32, copy=True)
    full = max(1.0, float(np.abs(sound).max()))
    length, window = _window(rate)
    band = _band_of_bins(length, rate)
    inside = band >= 0
    starts = np.rint(np.arange(-_CELL_S / 2, len(sound) / rate, _CELL_S / 2) * rate).astype(int)
    padded = np.concatenate([np.zeros((length, sound.shape[1]), np.float32), sound, np.zeros((2 * length, sound.shape[1]), np.float32)])
    change = np.zeros_like(padded)
    for first in range(0, len(starts), 512):  # ten seconds at a time
        begin = starts[first : first + 512] + length
        chip = (np.arange(first, first + len(begin)) // 2) % _CHIPS
        for channel in range(sound.shape[1]):
            spectrum = np.fft.rfft(padded[begin[:, None] + np.arange(length), channel] * window, axis=1)
            spectrum[:, ~inside] = 0
            spectrum[:, inside] *= gains[chip][:, band[inside]]
            pieces = np.fft.irfft(spectrum, length, axis=1).astype(np.float32) * window
            for start, piece in zip(begin, pieces, strict=True):
                change[start : start + length, channel] += piece
    marked += change[length : length + len(sound)]
    return np.clip(marked, -full, full, out=marked).reshape(samples.shape)


def extract_sound(samples: NDArray[np.float32], rate: int, key: bytes) -> SoundHit | None:
    """The mark of ``key`` in a sound, or None. Reads ten minutes at most. Raises BL-LABEL-060 and -065."""
    sound = _checked(samples, rate)
    keys.checked_key(key)
    together = np.zeros((_FINE, _CHIPS, _BANDS), np.float32)
    for number in range(_MOST_PIECES):
        part = _finite(sound[round(number * _PIECE_S * rate) : round((number + 1) * _PIECE_S * rate)]).mean(axis=1)
        if len(part) < SHORTEST_S * rate / 2:
            break
        folded = _folded(part, rate)
        together += folded
        for cells, from_s in ((folded, number * _PIECE_S), (together, 0.0))[: 2 if number else 1]:
            found = _read(cells, key)
            if found is not None:
                payload, score, start_s = found
                return SoundHit(payload, score, from_s, start_s)
    return None


def _checked(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """The samples as (n, channels). Raises BL-LABEL-065."""
    if samples.ndim == 2 and samples.shape[1] > MOST_CHANNELS:
        raise LabelError(
            "BL-LABEL-065", f"sound of {samples.shape[1]} channels cannot carry a watermark", f"at most {MOST_CHANNELS} are marked"
        )
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and not samples.shape[1]) or samples.dtype.kind != "f":
        raise LabelError("BL-LABEL-065", "sound is an array of floats, (n,) or (n, channels)", "divide 16-bit samples by 32,768 first")
    if not LOWEST_RATE <= rate <= 384_000:
        raise LabelError(
            "BL-LABEL-065", f"sound of {rate} samples a second cannot carry a watermark", f"at least {LOWEST_RATE:,} are needed"
        )
    return samples if samples.ndim == 2 else samples[:, None]


def _finite(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)


def _window(rate: int) -> tuple[int, NDArray[np.float32]]:
    """Samples of a cell, and the square root of a Hann window over them: two, half a cell apart, sum to 1 when squared."""
    length = 2 * round(rate * _CELL_S / 2)
    return length, np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)


def _band_of_bins(length: int, rate: int) -> NDArray[np.intp]:
    """The band of each frequency of a transform of ``length``, -1 where there is none."""
    band = np.floor((np.fft.rfftfreq(length, 1 / rate) - _FIRST_HZ) / _BAND_HZ).astype(np.intp)
    return np.where((band >= 0) & (band < _BANDS), band, -1)


@lru_cache(maxsize=16)
def _places(key: bytes) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Which cells are the beacon's, which carry data (in the order of the chips), and the secret sign of each cell."""
    order = keys.order(key, "places in sound", _BANDS * _CHIPS)
    return order[:_BEACON], order[_BEACON:], keys.signs(key, "signs in sound", _BANDS * _CHIPS)


def _pattern(key: bytes, payload: int) -> NDArray[np.float32]:
    """The changes of one period, ±1: (chips, bands)."""
    _, data, signs = _places(key)
    pattern = signs.copy()
    pattern[data] *= word(key, payload)[np.arange(len(data)) % code.CODED]
    return pattern.reshape(_CHIPS, _BANDS)


def _folded(part: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """How much louder each cell is than expected, in sigmas, all periods together, for each fine offset: (fine, chips, bands)."""
    rest = _unpredicted(_levels(part, rate))
    near, wide = (_smooth(np.abs(rest), steps * _FINE, bands) + _STEADY for steps, bands in (_NEAR, _WIDE))
    spread = np.sqrt(near * wide)
    rest = (np.clip(rest / spread, -_LIMIT, _LIMIT) / spread).astype(np.float32)
    folded = np.zeros((_FINE, _CHIPS, _BANDS), np.float32)
    for fine in range(_FINE):
        one = rest[fine::_FINE]
        whole = np.zeros((-(-len(one) // _CHIPS) * _CHIPS, _BANDS), np.float32)
        whole[: len(one)] = one
        folded[fine] = whole.reshape(-1, _CHIPS, _BANDS).sum(axis=0)
    return folded


def _levels(part: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """The logarithm of each cell's power, at every fine offset: (steps of a fine offset, bands)."""
    length, window = _window(rate)
    starts = np.rint(np.arange(0, (len(part) - length) / rate, _CELL_S / _FINE) * rate).astype(int)
    bands = (np.arange(_BANDS + 1) * _BAND_HZ + _FIRST_HZ) * length / rate
    edges = np.minimum(np.ceil(bands).astype(int), length // 2)  # bands beyond half the sample rate get the last bin: they say nothing
    powers = np.empty((len(starts), _BANDS), np.float32)
    for first in range(0, len(starts), 512):
        frames = part[starts[first : first + 512, None] + np.arange(length)] * window
        power = np.square(np.abs(np.fft.rfft(frames, axis=1)))[:, : edges[-1] + 1]
        powers[first : first + 512] = np.add.reduceat(power, edges[:-1], axis=1) / float(np.square(window).sum()) ** 2
    powers += np.float32(_FLOOR * powers.mean() + _SILENCE)
    return np.log(powers, out=powers)


def _unpredicted(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The levels less what the cells before and after lead to expect."""
    padded = np.pad(levels, ((_FINE, _FINE), (0, 0)), mode="edge")
    return levels - 0.5 * (padded[: -2 * _FINE] + padded[2 * _FINE :])


def _smooth(levels: NDArray[np.float32], steps: int, bands: int) -> NDArray[np.float32]:
    """The mean over ``steps`` in time and ``bands`` around each cell."""
    smooth = levels
    for axis, width in ((0, steps), (1, bands)):
        before = width // 2
        padding = [(0, 0), (0, 0)]
        padding[axis] = (before + 1, width - before - 1)
        sums = np.cumsum(np.pad(smooth, padding, mode="edge"), axis=axis, dtype=np.float64)
        size = smooth.shape[axis]
        upper, lower = np.take(sums, np.arange(width, width + size), axis), np.take(sums, np.arange(size), axis)
        smooth = ((upper - lower) / width).astype(np.float32)
    return smooth


def _read(folded: NDArray[np.float32], key: bytes) -> tuple[int, float, float] | None:
    """The payload, its score and where the period begins in seconds: the best few beginnings by the beacon are decoded."""
    beacon, data, signs = _places(key)
    known = np.zeros(_CHIPS * _BANDS, np.float32)
    known[beacon] = signs[beacon]
    turned = np.conj(np.fft.rfft(known.reshape(_CHIPS, _BANDS), axis=0))
    agreement = np.fft.irfft((np.fft.rfft(folded, axis=1) * turned).sum(axis=2), _CHIPS, axis=1)  # (fine, beginning)
    for place in np.argsort(-agreement.ravel())[:_TRIES]:
        fine, begin = divmod(int(place), _CHIPS)
        cells = (np.roll(folded[fine], -begin, axis=0).ravel() * signs)[data]
        soft = np.bincount(np.arange(len(data)) % code.CODED, cells, code.CODED).astype(np.float32)
        message = code.decode(soft)
        payload = message >> 32
        if keys.check_bits(key, payload) != message & 0xFFFFFFFF:
            continue
        sent = word(key, payload)[np.arange(len(data)) % code.CODED]
        score = float(sent @ cells) / math.sqrt(float(np.square(cells).sum()) + 1e-9)
        if score >= _LEAST_SCORE:
            return payload, score, (begin + fine / _FINE) * _CELL_S
    return None
