"""The mark in sound files of every coding, and the claim that needs the record's hash."""

from __future__ import annotations

import subprocess
import tracemalloc
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError
from brightline.labels.explicit.audio import rhythm_in
from brightline.labels.explicit.ffmpeg import file_address, output, probe
from brightline.labels.rendering import Watermark
from brightline.labels.watermark.sound_file import Audible, HeardSound, MarkedSound, mark_in, mark_sound
from brightline.labels.watermark.sound_hash import SoundHash, SoundHasher

RATE = 44_100
PAYLOAD = 0x0123456789ABCDEF
Sound = NDArray[np.float32]


@cache
def music(seconds: float, seed: int = 1) -> Sound:
    """Two channels of notes that die away; the second one is softer."""
    rng = np.random.default_rng(seed)
    made = rng.normal(0, 0.003, int(seconds * RATE))
    time_s = np.arange(RATE) / RATE
    for beat in np.arange(0, seconds - 1, float(rng.uniform(0.2, 0.35))):
        pitch = 110 * 2 ** (rng.integers(0, 30) / 12)
        note = sum(np.sin(2 * np.pi * pitch * tone * time_s) * np.exp(-time_s * (2 + tone)) / tone for tone in range(1, 9))
        made[int(beat * RATE) : int(beat * RATE) + RATE] += 0.15 * note
    return np.clip(np.stack([made, made / 2], axis=1), -1, 1).astype(np.float32)


def written(path: Path, samples: Sound, *options: str) -> Path:
    raw = ["-f", "f32le", "-ac", "2", "-ar", str(RATE)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *raw, "-i", "-", *options, str(path)], input=samples.tobytes(), check=True, timeout=60)
    return path


def heard(path: Path, key: bytes) -> HeardSound:
    with opened(path) as source:
        found = mark_in(source, key)
    assert found is not None
    return found


@pytest.fixture
def mark(key: bytes) -> Watermark:
    return Watermark(PAYLOAD, key)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", ()),
        ("a.wav", ("-c:a", "pcm_s24le")),
        ("a.wav", ("-c:a", "pcm_u8")),
        ("a.flac", ("-metadata", "title=雨")),
        ("a.mp3", ("-b:a", "128k", "-metadata", "title=雨")),
        ("a.m4a", ("-c:a", "aac", "-b:a", "128k", "-metadata", "title=雨")),
        ("a.ogg", ("-c:a", "libopus", "-b:a", "64k")),
    ],
)
def test_a_sound_is_marked_in_its_own_coding(tmp_path: Path, mark: Watermark, name: str, options: tuple[str, ...]) -> None:
    source, target = written(tmp_path / name, music(22), *options), tmp_path / f"marked-{name}"
    made = mark_sound(source, target, mark)
    before, after = probe(source), probe(target)
    for key in ("codec_name", "sample_rate", "channels", "sample_fmt"):
        assert after.of_kind("audio")[0].raw[key] == before.of_kind("audio")[0].raw[key]
    assert after.duration_s == pytest.approx(before.duration_s, abs=0.1)
    assert after.tags.get("title") == before.tags.get("title")
    found = heard(target, mark.key)
    assert found.hit.payload == PAYLOAD
    assert found.agrees(SoundHash.from_hex(made.hash.to_hex()))


@pytest.mark.parametrize(("name", "place"), [("a.wav", "start"), ("a.mp3", "middle"), ("a.flac", "end")])
def test_the_label_that_is_heard_comes_with_the_mark(tmp_path: Path, mark: Watermark, name: str, place: str) -> None:
    source, target = written(tmp_path / name, music(22)), tmp_path / f"both-{name}"
    made = mark_sound(source, target, mark, audible=Audible(place))  # type: ignore[arg-type]  # one of its literals
    assert len(rhythm_in(target)) == 1
    assert heard(target, mark.key).agrees(made.hash)


def test_a_mark_that_was_copied_onto_another_sound_is_not_claimed(tmp_path: Path, mark: Watermark) -> None:
    hashes: list[MarkedSound] = []
    for seed in (1, 2):
        source = written(tmp_path / f"{seed}.wav", music(22, seed))
        hashes.append(mark_sound(source, tmp_path / f"{seed}-marked.wav", mark))
    other = heard(tmp_path / "2-marked.wav", mark.key)
    assert other.hit.payload == PAYLOAD
    assert not other.agrees(hashes[0].hash)
    assert other.agrees(hashes[1].hash)


def test_a_piece_that_was_cut_out_is_still_ours(tmp_path: Path, mark: Watermark) -> None:
    made = mark_sound(written(tmp_path / "whole.wav", music(36)), tmp_path / "marked.wav", mark)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-ss", "17.3", "-t", "16", "-i", tmp_path / "marked.wav", "-b:a", "96k", tmp_path / "piece.mp3"],
        check=True,
        timeout=60,
    )
    assert heard(tmp_path / "piece.mp3", mark.key).agrees(made.hash)


def test_blocks_join_as_if_the_sound_had_been_marked_at_once(tmp_path: Path, mark: Watermark) -> None:
    from brightline.labels.explicit.audio_wav import samples_of, wav_of
    from brightline.labels.watermark import embed_sound

    sound = music(36)
    mark_sound(written(tmp_path / "a.wav", sound, "-c:a", "pcm_f32le"), tmp_path / "b.wav", mark)
    with opened(tmp_path / "b.wav") as source:
        wav = wav_of(source)
        assert wav is not None
        assert np.abs(samples_of(source, wav, 0, wav.frames) - embed_sound(sound, RATE, PAYLOAD, mark.key)).max() < 1e-6


@pytest.mark.parametrize(("layout", "channels", "audible"), [("3.0", 3, Audible("start")), ("quad", 4, None)])
def test_no_channel_is_mixed_into_another(tmp_path: Path, mark: Watermark, layout: str, channels: int, audible: Audible | None) -> None:
    sound = np.stack([music(22)[:, 0] * np.float32(0.9 - 0.13 * channel) for channel in range(channels)], axis=1)
    raw = ["-f", "f32le", "-ac", str(channels), "-ar", str(RATE), "-i", "-"]
    named = f"channelmap={'|'.join(map(str, range(channels)))}:channel_layout={layout}"
    made = ["ffmpeg", "-v", "error", *raw, "-af", named, "-c:a", "wavpack", str(tmp_path / "a.mka")]
    subprocess.run(made, input=sound.tobytes(), check=True, timeout=60)
    mark_sound(tmp_path / "a.mka", tmp_path / "b.mka", mark, audible=audible)
    assert probe(tmp_path / "b.mka").of_kind("audio")[0].raw["channel_layout"] == layout
    marked = np.frombuffer(output(["-i", file_address(tmp_path / "b.mka"), "-f", "f32le", "-"]), "<f4").reshape(-1, channels)[-len(sound) :]
    for channel in range(channels):
        assert np.square(marked - sound)[:, channel].mean() < 0.03 * np.square(sound)[:, channel].mean()


def test_a_wav_with_64_bit_lengths_keeps_every_other_byte(tmp_path: Path, mark: Watermark) -> None:
    source = written(tmp_path / "a.wav", music(14), "-rf64", "always", "-write_bext", "1", "-metadata", "description=雨")
    mark_sound(source, tmp_path / "b.wav", mark)
    before, after = source.read_bytes(), (tmp_path / "b.wav").read_bytes()
    start = before.find(b"data") + 8
    assert before[:4] == b"RF64"
    assert b"bext" in before[:start]
    assert (after[:start], len(after)) == (before[:start], len(before))
    assert after != before


def test_a_stream_of_wav_is_marked_and_labelled_like_a_file(tmp_path: Path, mark: Watermark) -> None:
    source, target = written(tmp_path / "a.wav", music(22)), tmp_path / "b.wav"
    stream = bytearray(source.read_bytes())
    stream[4:8] = b"\xff" * 4
    stream[stream.find(b"data") + 4 : stream.find(b"data") + 8] = b"\xff" * 4
    source.write_bytes(stream)
    made = mark_sound(source, target, mark, audible=Audible("end"))
    assert len(rhythm_in(target)) == 1
    assert heard(target, mark.key).agrees(made.hash)


def test_a_second_mark_is_refused_for_what_it_is(tmp_path: Path, mark: Watermark) -> None:
    mark_sound(written(tmp_path / "a.wav", music(22)), tmp_path / "b.wav", mark)
    with pytest.raises(LabelError, match="carries a watermark of the same key already"):
        mark_sound(tmp_path / "b.wav", tmp_path / "c.wav", Watermark(PAYLOAD ^ 0xFFFF, mark.key))


@pytest.mark.parametrize("rate", [22_050, 96_000, 176_400])
def test_a_wav_of_any_rate_is_read_at_a_low_one(tmp_path: Path, mark: Watermark, rate: int) -> None:
    made = mark_sound(written(tmp_path / "a.wav", music(14), "-ar", str(rate)), tmp_path / "b.wav", mark)
    found = heard(tmp_path / "b.wav", mark.key)
    assert found.rate in (22_050, 16_000, 17_640)
    assert found.agrees(made.hash)


@pytest.mark.parametrize("seconds", [2.0, 4.0])
def test_a_sound_that_cannot_carry_the_mark_is_refused_and_nothing_is_written(tmp_path: Path, mark: Watermark, seconds: float) -> None:
    source, target = written(tmp_path / "short.mp3", music(seconds) * np.float32(0.001)), tmp_path / "out.mp3"
    with pytest.raises(LabelError, match="BL-LABEL-065"):
        mark_sound(source, target, mark)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["short.mp3"]


def test_what_comes_after_ten_minutes_is_not_kept() -> None:
    hasher = SoundHasher(8_000)
    for _ in range(90):
        hasher.add(np.zeros(8 * 8_000, np.float32))
    before = hasher.hash.to_hex()
    assert len(hasher.hash.bits) == pytest.approx(600 / 0.08, abs=1)
    tracemalloc.start()
    for _ in range(20):
        hasher.add(np.ones(8 * 8_000, np.float32))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 8 * 8_000 * 4
    assert hasher.hash.to_hex() == before


def test_the_hash_does_not_depend_on_how_the_sound_was_cut_into_pieces() -> None:
    sound = music(12)
    whole, pieces = SoundHasher(RATE), SoundHasher(RATE)
    whole.add(sound)
    for first in range(0, len(sound), 7_919):
        pieces.add(sound[first : first + 7_919])
    assert whole.hash.to_hex() == pieces.hash.to_hex()
    assert len(whole.hash.bits) == pytest.approx(12 / 0.08, abs=5)


@pytest.mark.parametrize("digits", ["", "s1:abc", "0123456789abcdef", "s1:zzzz"])
def test_what_is_no_hash_of_a_sound_is_refused(digits: str) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-064"):
        SoundHash.from_hex(digits)
