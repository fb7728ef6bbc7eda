"""Perceptual hashes of sounds: is a marked sound still the one that the record says the mark was put on?

A mark can be lifted from one sound and laid over another (copy attack), so a hit is only claimed where the sound resembles the record.
After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002: for each step of 80 ms, 16 signs of how the balance between
neighbouring bands (300 to 3,000 Hz) changed since a third of a second before. Loudness, equalisers and codecs leave the signs alone. Steps are counted
from the beginning of a period of the mark, which the hit gives: only whole periods have to be tried, and an excerpt is found in its place.

Where a label was inserted, what stands behind it lies elsewhere in its period; the part that the hit was read from is the one that is compared.
A hash is not a secret and guards against mistakes and copied marks, not against forgers who hold the key. ``AGREE`` comes from
evals/watermark_sound.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brightline.labels.errors import LabelError
from brightline.labels.watermark.sound import PERIOD_S, SoundHit

__all__ = ["AGREE", "HASHED_S", "SoundHash", "SoundHasher", "sound_agrees"]

AGREE = 0.30
"""Share of bits that may differ in the piece that agrees best. Same sound, through codecs: at most 0.12; others: 0.40 and more."""

HASHED_S = 600.0
"""Ten minutes: what is read of a mark at most (``sound.py``). 25 bytes a second."""

_STEP_S = 0.08
_STEPS = round(PERIOD_S / _STEP_S)  # of a period: 32
_WINDOW_S = 0.32
_BACK = 4  # steps: the windows that are compared do not overlap
_BITS = 16
_EDGES_HZ = np.geomspace(300, 3000, _BITS + 2)
_SOFT = 1e-6  # power below the loudest step: 60 dB; what is softer is noise of the codec and counts for neither side
_PIECE = 2 * _STEPS  # 5.12 s, 1,024 bits; own choice: shorter pieces of different sounds agree by chance
_LEAST = _STEPS  # steps of a piece that have to be loud enough
_AT_ONCE = 64  # steps, 5 s: their windows take 14 MB at 176,400 samples a second
_MOST_STEPS = round(HASHED_S / _STEP_S)
_NOTHING = np.float32(1e-12)  # power, so that digital silence has a logarithm
_HEX = re.compile(r"s1:(?:[0-9a-f]{4})*")


@dataclass(frozen=True, slots=True)
class SoundHash:
    """What a sound sounds like: (steps, 16) bits."""

    bits: NDArray[np.bool_]

    def to_hex(self) -> str:
        """``s1:`` and four hexadecimal digits a step, as the record keeps them."""
        return "s1:" + np.packbits(self.bits, axis=1).tobytes().hex()

    @classmethod
    def from_hex(cls, digits: str) -> SoundHash:
        """The hash of a record. Raises ``LabelError`` BL-LABEL-064."""
        if not _HEX.fullmatch(digits):
            raise LabelError(
                "BL-LABEL-064", "the hash of a sound is s1: and four hexadecimal digits a step", "take it from the record unchanged"
            )
        packed = np.frombuffer(bytes.fromhex(digits[3:]), np.uint8).reshape(-1, 2)
        return cls(np.unpackbits(packed, axis=1).astype(bool))


class SoundHasher:
    """Takes a marked sound from its first sample on, in pieces of (n,) or (n, channels); what comes after ten minutes is passed over."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._length = round(_WINDOW_S * rate)
        self._window = np.hanning(self._length).astype(np.float32)
        self._edges = np.minimum(np.rint(_EDGES_HZ * self._length / rate).astype(int), self._length // 2)
        self._levels = [np.zeros((0, _BITS + 1), np.float32)]
        self._rest = np.zeros(0, np.float32)
        self._begin = 0  # the place of the rest in the sound, in samples
        self._step = 0

    def add(self, samples: NDArray[np.float32]) -> None:
        """The next piece."""
        if self._step >= _MOST_STEPS:
            return
        sound = np.concatenate([self._rest, samples.mean(axis=1) if samples.ndim == 2 else samples])
        last = min(_MOST_STEPS, int((self._begin + len(sound) - self._length) / (_STEP_S * self._rate)) + 1)
        for first in range(self._step, last, _AT_ONCE):
            starts = np.rint(np.arange(first, min(last, first + _AT_ONCE)) * _STEP_S * self._rate).astype(int) - self._begin
            starts = starts[starts + self._length <= len(sound)]
            power = np.square(np.abs(np.fft.rfft(sound[starts[:, None] + np.arange(self._length)] * self._window, axis=1)))
            self._levels.append(
                np.log(np.add.reduceat(power[:, : self._edges[-1] + 1], self._edges[:-1], axis=1) + _NOTHING).astype(np.float32)
            )
            self._step += len(starts)
        keep = min(len(sound), round(self._step * _STEP_S * self._rate) - self._begin)
        self._rest, self._begin = sound[keep:], self._begin + keep

    @property
    def hash(self) -> SoundHash:
        """The hash of what came so far."""
        return SoundHash(_signs(self.levels))

    @property
    def levels(self) -> NDArray[np.float32]:
        """The logarithm of each band's power: (steps, 17)."""
        return np.concatenate(self._levels)


def sound_agrees(hit: SoundHit, record: SoundHash, samples: NDArray[np.float32], rate: int) -> bool:
    """Whether the sound in which ``hit`` was read, (n,) or (n, channels), is the one of the record, or a piece of it."""
    hasher = SoundHasher(rate)
    hasher.add(samples[round((hit.from_s + hit.start_s) % PERIOD_S * rate) :])
    seen, loud = _signs(hasher.levels), _loud(hasher.levels)
    pieces = range(0, max(1, len(seen) - _PIECE + 1), _STEPS)
    return any(_closest(seen[first : first + _PIECE], loud[first : first + _PIECE], record.bits) <= AGREE for first in pieces)


def _closest(seen: NDArray[np.bool_], loud: NDArray[np.bool_], record: NDArray[np.bool_]) -> float:
    """The least share of different bits, over all places of the record where the piece may come from; 1 where nothing can be said."""
    if loud.sum() < _LEAST:
        return 1.0
    shares = [float((record[place : place + len(seen)] != seen)[loud].mean()) for place in range(0, len(record) - len(seen) + 1, _STEPS)]
    return min(shares, default=1.0)


def _signs(levels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each balance grew; the first steps have nothing before them and say False."""
    balance = levels[:, 1:] - levels[:, :-1]
    bits = np.zeros(balance.shape, bool)
    bits[_BACK:] = balance[_BACK:] > balance[:-_BACK]
    return bits


def _loud(levels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Steps of which both windows are loud enough to say something."""
    powers = np.exp(levels).sum(axis=1)
    loud = np.asarray(powers > _SOFT * powers.max(initial=0.0))
    both = np.zeros_like(loud)
    both[_BACK:] = loud[_BACK:] & loud[:-_BACK]
    return both
