"""The rhythm short-long-short-short: Morse ·− ·· for "AI" (GB 45438-2025, 5.3), made as tones, and found again.

Timing follows ITU-R M.1677-1, part I, 2: a long sign lasts three units, signs are one unit apart, letters three. Unit and pitch are
our own choice: 120 ms (ten words a minute, which untrained ears can follow) and 800 Hz (where every small speaker and every
speech codec works). Clicks are avoided by raised-cosine edges.

The finder asks for four tones of one pitch in that proportion, alone in their band, with silence before and after; it takes any
pitch and tempo that a person would still hear as the rhythm. What it does not find: a rhythm under music or speech.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["RHYTHM_S", "UNIT_S", "rhythm_at", "rhythm_tones"]

UNIT_S = 0.12
PITCH_HZ = 800.0
_SIGNS = ((0, 1), (2, 3), (8, 1), (10, 1))  # begin and length in units: short, long (A), then after three units short, short (I)
_SILENCE_UNITS = 3  # before and after, so that it does not run into the content; own choice
RHYTHM_S = (11 + 2 * _SILENCE_UNITS) * UNIT_S
"""How long ``rhythm_tones`` are, in seconds: eleven units of rhythm, three of silence on either side."""

_EDGE_S = 0.008  # of each tone; own choice: audible as soft, too short to blur a unit
_LEVEL = 0.5  # of full scale; the caller matches the loudness

_HOP_S, _WINDOW_S = 0.01, 0.04  # of the finder: a tenth and a third of our unit
_LOWEST_HZ, _HIGHEST_HZ = 300.0, 3400.0  # the telephone band (ITU-T G.712)
_TONAL = 0.7  # share of a window's energy in the tone's three bins; speech has at most about a half, noise a tenth
_FAINTEST = 1e-4  # of full scale (-80 dBFS); own choice: fainter is not heard

Samples = NDArray[np.float32]


def rhythm_tones(rate: int) -> Samples:
    """The rhythm at ``rate`` samples a second, one channel, silence on either side."""
    tones = np.zeros(round(RHYTHM_S * rate), np.float32)
    for begin, length in _SIGNS:
        start, count = round((_SILENCE_UNITS + begin) * UNIT_S * rate), round(length * UNIT_S * rate)
        edge = max(1, round(_EDGE_S * rate))
        envelope = np.ones(count)
        rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
        envelope[:edge], envelope[-edge:] = rise, rise[::-1]
        tones[start : start + count] = _LEVEL * envelope * np.sin(2 * np.pi * PITCH_HZ * np.arange(count) / rate)
    return tones


def rhythm_at(samples: Samples, rate: int) -> list[float]:
    """Where the rhythm begins in ``samples`` (one channel, -1 to 1), in seconds."""
    tones = _tones(samples, rate)
    found: list[float] = []
    for at in range(len(tones) - 3):
        four = tones[at : at + 4]
        before = tones[at - 1] if at else None
        after = tones[at + 4] if at + 4 < len(tones) else None
        if _is_rhythm(four, before, after):
            found.append(round(four[0][0], 2))
    return found


Tone = tuple[float, float, float]  # begin and end in seconds, pitch in hertz


def _is_rhythm(four: list[Tone], before: Tone | None, after: Tone | None) -> bool:
    """Short, long, short, short of one pitch; the long one 2 to 4.5 times as long, gaps as Morse has them, alone."""
    lengths = [end - begin for begin, end, _ in four]
    shorts = [lengths[0], lengths[2], lengths[3]]
    unit = sum(shorts) / 3
    gaps = [following[0] - tone[1] for tone, following in pairwise(four)]
    pitches = [pitch for _, _, pitch in four]
    return (
        0.04 <= unit <= 0.4  # 30 to 3 words a minute
        and max(shorts) <= 1.6 * min(shorts)
        and 2.0 * unit <= lengths[1] <= 4.5 * unit
        and max(pitches) - min(pitches) <= 60
        and all(0.3 * unit <= gap <= 2.2 * unit for gap in (gaps[0], gaps[2]))
        and 0.3 * unit <= gaps[1] <= 5 * unit
        and (before is None or four[0][0] - before[1] >= 1.8 * unit)
        and (after is None or after[0] - four[3][1] >= 1.8 * unit)
    )


def _tones(samples: Samples, rate: int) -> list[Tone]:
    """Runs of windows in which one pitch of the band has nearly all energy."""
    window, hop = max(64, round(_WINDOW_S * rate)), max(16, round(_HOP_S * rate))
    if len(samples) < window:
        return []
    pitches = np.concatenate(
        [_pitches(samples[start : start + block], window, hop, rate) for start, block in _blocks(len(samples), window, hop)]
    )
    # A tone that fills half of a window is already heard in it: its edges lie half a window inside.
    tones: list[Tone] = []
    begin = 0
    for at in range(1, len(pitches) + 1):
        if at == len(pitches) or abs(pitches[at] - pitches[at - 1]) > 40:
            if pitches[begin] > 0:
                tones.append(
                    (
                        (begin * hop + window / 2) / rate - _HOP_S / 2,
                        ((at - 1) * hop + window / 2) / rate + _HOP_S / 2,
                        float(np.median(pitches[begin:at])),
                    )
                )
            begin = at
    return [tone for tone in tones if tone[1] - tone[0] >= 0.03]


def _blocks(length: int, window: int, hop: int) -> list[tuple[int, int]]:
    """Start and length of pieces of a few thousand windows that follow one another without loss: memory stays bounded."""
    windows = 1 + (length - window) // hop
    step = 4096
    return [(first * hop, (min(step, windows - first) - 1) * hop + window) for first in range(0, windows, step)]


def _pitches(samples: Samples, window: int, hop: int, rate: int) -> NDArray[np.float32]:
    """The pitch of each window in hertz, 0 where there is no single one."""
    count = 1 + (len(samples) - window) // hop
    views = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop][:count]
    energy = np.abs(np.fft.rfft(views * np.hanning(window).astype(np.float32), axis=1)) ** 2
    width = rate / window
    low, high = max(1, int(_LOWEST_HZ / width)), min(energy.shape[1] - 2, int(_HIGHEST_HZ / width) + 1)
    if high <= low:
        return np.zeros(count, np.float32)
    peaks = low + energy[:, low : high + 1].argmax(axis=1)
    rows = np.arange(count)
    near = energy[rows, peaks - 1] + energy[rows, peaks] + energy[rows, peaks + 1]
    # Parseval: a full-scale tone under a Hann window puts window² / 16 · 1.5 into its three bins.
    loud = near > (_FAINTEST * window) ** 2 / 16
    tonal = near > _TONAL * (energy.sum(axis=1) + 1e-20)
    pitch: NDArray[np.float32] = np.where(loud & tonal, peaks * width, 0).astype(np.float32)
    return pitch
