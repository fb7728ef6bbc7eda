from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from brightline.labels.errors import LabelError
from brightline.labels.watermark import embed_sound, extract_sound

PAYLOAD = 0xFEDCBA9876543210
RATE = 44_100
Sound = NDArray[np.float32]


def music(seconds: float, rate: int = RATE, seed: int = 1) -> Sound:
    """Notes with overtones that die away, and a little noise."""
    rng = np.random.default_rng(seed)
    made = rng.normal(0, 0.003, int(seconds * rate))
    for beat in np.arange(0, seconds - 1, 0.25):
        time = np.arange(rate) / rate
        pitch = 110 * 2 ** (rng.integers(0, 30) / 12)
        note = sum(np.sin(2 * np.pi * pitch * overtone * time) * np.exp(-time * (2 + overtone)) / overtone for overtone in range(1, 9))
        made[int(beat * rate) : int(beat * rate) + rate] += 0.15 * note
    return np.clip(made, -1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def marked(key: bytes) -> Sound:
    return embed_sound(music(25), RATE, PAYLOAD, key)


def through_ffmpeg(samples: Sound, folder: Path, suffix: str, *options: str, rate: int = RATE) -> Sound:
    """Encoded to a file and decoded at ``rate``."""
    file = folder / f"sound.{suffix}"
    raw = ["-f", "f32le", "-ac", "1"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *raw, "-ar", str(RATE), "-i", "-", *options, str(file)],
        input=samples.tobytes(),
        check=True,
        timeout=60,
    )
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(file), *raw, "-ar", str(rate), "-"], capture_output=True, check=True, timeout=60
    )
    return np.frombuffer(done.stdout, "<f4")


@pytest.mark.parametrize(
    ("suffix", "options", "rate"),
    [
        ("mp3", ("-b:a", "128k"), RATE),
        ("mp3", ("-b:a", "64k"), RATE),
        ("m4a", ("-c:a", "aac", "-b:a", "128k"), RATE),
        ("ogg", ("-c:a", "libopus", "-b:a", "64k"), 48_000),
        ("wav", (), 16_000),
        ("wav", ("-ar", "22050"), 48_000),
    ],
)
def test_a_mark_survives_encoding_and_resampling(
    suffix: str, options: tuple[str, ...], rate: int, marked: Sound, key: bytes, tmp_path: Path
) -> None:
    hit = extract_sound(through_ffmpeg(marked, tmp_path, suffix, *options, rate=rate), rate, key)
    assert hit is not None
    assert hit.payload == PAYLOAD


def test_a_mark_survives_volume_cuts_and_noise(marked: Sound, key: bytes) -> None:
    noise = np.random.default_rng(2).normal(0, 0.003, len(marked)).astype(np.float32)
    for changed in (marked * 0.1, marked[int(3.3 * RATE) : int(18.7 * RATE)], marked + noise, np.round(marked * 32767) / 32768):
        hit = extract_sound(changed.astype(np.float32), RATE, key)
        assert hit is not None
        assert hit.payload == PAYLOAD


def test_floats_beyond_full_scale_stay_and_what_is_no_number_becomes_silence(key: bytes) -> None:
    loud = music(12) * np.float32(4)
    marked = embed_sound(loud, RATE, PAYLOAD, key)
    assert np.abs(loud).max() > 1.5
    assert np.abs(marked - loud).max() < 0.25 * np.abs(loud).max()
    broken = music(12).copy()
    broken[1000:1003] = [np.nan, np.inf, -np.inf]
    marked = embed_sound(broken, RATE, PAYLOAD, key)
    assert np.isfinite(marked).all()
    assert np.abs(marked[:RATE] - np.nan_to_num(broken[:RATE], posinf=0, neginf=0)).max() < 0.25


def test_the_beginning_of_a_period_is_said(marked: Sound, key: bytes) -> None:
    whole, cut = extract_sound(marked, RATE, key), extract_sound(marked[RATE:], RATE, key)
    assert whole is not None
    assert cut is not None
    assert whole.start_s % 2.56 == pytest.approx(0, abs=0.03) or whole.start_s == pytest.approx(2.55, abs=0.03)
    assert cut.start_s == pytest.approx(1.56, abs=0.03)


def test_a_marked_part_is_found_behind_an_unmarked_one(marked: Sound, key: bytes) -> None:
    hit = extract_sound(np.concatenate([music(20.48, seed=8), marked]), RATE, key)
    assert hit is not None
    assert (hit.payload, hit.from_s) == (PAYLOAD, 20.48)


def test_the_change_lies_well_under_the_sound_and_silence_stays_silent(key: bytes) -> None:
    sound = music(10)
    sound[4 * RATE : 5 * RATE] = 0
    marked = embed_sound(sound, RATE, PAYLOAD, key)
    change = marked - sound
    assert 10 * np.log10(float(np.square(sound).mean() / np.square(change).mean())) > 19
    assert not np.any(marked[4 * RATE + 2000 : 5 * RATE - 2000])


def test_channels_and_shape_stay_and_each_channel_carries_the_mark(key: bytes) -> None:
    stereo = np.stack([music(20), music(20, seed=2)], axis=1)
    marked = embed_sound(stereo, RATE, PAYLOAD, key)
    assert marked.shape == stereo.shape
    assert marked.dtype == np.float32
    for heard in (marked, marked[:, 0], marked[:, :1]):
        hit = extract_sound(np.ascontiguousarray(heard), RATE, key)
        assert hit is not None
        assert hit.payload == PAYLOAD


def test_samples_never_leave_their_range(key: bytes) -> None:
    loud = np.sign(music(4)).astype(np.float32)
    assert np.abs(embed_sound(loud, RATE, PAYLOAD, key, 4.0)).max() <= 1


def test_unmarked_sound_and_another_key_give_nothing(marked: Sound, key: bytes) -> None:
    assert extract_sound(marked, RATE, key[::-1]) is None
    assert all(extract_sound(music(12, seed=seed), RATE, key) is None for seed in range(4))
    for silent in (
        np.zeros(5 * RATE, np.float32),
        np.zeros(10, np.float32),
        np.zeros(0, np.float32),
        np.full(RATE * 3, np.nan, np.float32),
    ):
        assert extract_sound(silent, RATE, key) is None


@settings(max_examples=15, deadline=None)
@given(rate=st.integers(8_000, 96_000), seconds=st.floats(0, 4), seed=st.integers(0, 2**32 - 1))
def test_noise_at_any_rate_gives_nothing_and_raises_nothing(rate: int, seconds: float, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.2, int(rate * seconds)).astype(np.float32)
    assert extract_sound(noise, rate, bytes(range(32))) is None


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros((2, 3, 4), np.float32), RATE),
        (np.zeros((9 * RATE, 33), np.float32), RATE),
        (np.zeros(9 * RATE, np.int16), RATE),
        (np.zeros(9 * RATE, np.float32), 4_000),
        (np.zeros(2 * RATE, np.float32), RATE),
    ],
)
def test_what_cannot_be_marked_is_refused(samples: Sound, rate: int, key: bytes) -> None:
    with pytest.raises(LabelError) as refused:
        embed_sound(samples, rate, PAYLOAD, key)
    assert refused.value.code == "BL-LABEL-065"


def test_payload_strength_and_key_are_checked(key: bytes) -> None:
    for payload, strength in ((-1, 1.0), (2**64, 1.0), (1, 9.0)):
        with pytest.raises(LabelError) as refused:
            embed_sound(music(4), RATE, payload, key, strength)
        assert refused.value.code == "BL-LABEL-063"
    with pytest.raises(LabelError) as short:
        extract_sound(music(4), RATE, b"short")
    assert short.value.code == "BL-LABEL-060"
