"""The rhythm for "AI": made in Morse's proportions, found again in sound of any rate, and not found in what is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.explicit.audio_rhythm import RHYTHM_S, UNIT_S, rhythm_at, rhythm_tones

RATE = 8000


def noise(seconds: float, level: float = 0.2, seed: int = 1, rate: int = RATE) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, round(seconds * rate)).astype(np.float32)


def morse(text: str, unit: float = 0.12, pitch: float = 700.0) -> np.ndarray:
    """Signs of Morse code, a blank for a letter's end, with a second of silence around."""
    parts = [np.zeros(RATE)]
    for sign in text:
        count = round({".": 1, "-": 3}.get(sign, 0) * unit * RATE)
        parts += [np.sin(2 * np.pi * pitch * np.arange(count) / RATE), np.zeros(round((2 if sign == " " else 1) * unit * RATE))]
    return np.concatenate([*parts, np.zeros(RATE)]).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_the_rhythm_is_found_where_it_was_put(rate: int) -> None:
    content = noise(1.5, rate=rate)
    found = rhythm_at(np.concatenate([content, rhythm_tones(rate), content]), rate)
    assert found == [pytest.approx(1.5 + 3 * UNIT_S, abs=0.03)]


def test_short_long_short_short_is_what_is_heard() -> None:
    tones = np.abs(rhythm_tones(48000)) > 0.25
    edges = np.flatnonzero(np.diff(np.convolve(tones, np.ones(200), "same") > 20))
    lengths = np.diff(edges)[::2] / 48000
    assert lengths == pytest.approx([UNIT_S, 3 * UNIT_S, UNIT_S, UNIT_S], abs=0.01)
    assert len(rhythm_tones(48000)) == round(RHYTHM_S * 48000)


@pytest.mark.parametrize("unit", [0.06, 0.09, 0.12, 0.2, 0.35])
@pytest.mark.parametrize("pitch", [400, 1000, 2500])
def test_another_tempo_and_pitch_are_the_same_rhythm(unit: float, pitch: float) -> None:
    assert len(rhythm_at(morse(".- ..", unit, pitch), RATE)) == 1


@pytest.mark.parametrize("level", [0.003, 0.05, 1.0])
def test_a_faint_rhythm_is_still_one(level: float) -> None:
    assert len(rhythm_at(rhythm_tones(RATE) * np.float32(level) + noise(RHYTHM_S, level * 0.02), RATE)) == 1


@pytest.mark.parametrize("text", ["... --- ...", "-. ..", ".- ...", "..-.", "....", "-...", ".--.", ". - . . .", "...-...-.."])
def test_other_signs_are_not_the_rhythm(text: str) -> None:
    assert rhythm_at(morse(text), RATE) == []


def test_tones_of_different_pitch_are_not_the_rhythm() -> None:
    parts = [np.zeros(RATE)]
    for length, pitch in ((0.12, 500), (0.36, 700), (0.12, 900), (0.12, 600)):
        parts += [np.sin(2 * np.pi * pitch * np.arange(round(length * RATE)) / RATE), np.zeros(960)]
    assert rhythm_at(np.concatenate([*parts, np.zeros(RATE)]).astype(np.float32), RATE) == []


def test_an_hour_of_noise_and_a_melody_hold_no_rhythm() -> None:
    for seed in range(12):
        assert rhythm_at(noise(60, seed=seed), RATE) == []
    notes = np.random.default_rng(7).choice([262, 294, 330, 349, 392, 440], 300)
    melody = np.concatenate([np.sin(2 * np.pi * note * np.arange(1800) / RATE) * np.hanning(1800) for note in notes])
    assert rhythm_at(melody.astype(np.float32), RATE) == []


def test_two_rhythms_are_two() -> None:
    tones = rhythm_tones(RATE)
    assert len(rhythm_at(np.concatenate([tones, noise(2), tones]), RATE)) == 2


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1, 1, width=32), max_size=2000), st.integers(1000, 200_000))
def test_any_samples_can_be_listened_to(values: list[float], rate: int) -> None:
    assert isinstance(rhythm_at(np.array(values, np.float32), rate), list)
