"""A labelled sound: the rhythm or a prompt at its place, as loud as the content, the content untouched or nearly so."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import numpy as np
import pytest

from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError, ProofFailed, Unsupported
from brightline.labels.explicit import audio
from brightline.labels.explicit.audio import Place, Prompt, label_audio, rhythm_in
from brightline.labels.explicit.audio_rhythm import RHYTHM_S, UNIT_S
from brightline.labels.explicit.ffmpeg import file_address, output, probe, run

SECONDS = 3.0


def sound(path: Path, *settings: str, seconds: float = SECONDS, level: float = 0.1, rate: int = 48000) -> Path:
    noise = f"anoisesrc=duration={seconds}:amplitude={level}:sample_rate={rate}:seed=1"
    run(["-f", "lavfi", "-i", noise, "-metadata", "title=a noise", *settings, file_address(path)])
    return path


def pcm(path: Path, form: str = "s32le") -> bytes:
    return output(["-i", file_address(path), "-map", "0:a", "-f", form, "-c:a", f"pcm_{form}", "-"])


def loudness(path: Path, start: float, seconds: float) -> float:
    meter = "ebur128=framelog=verbose:metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    said = output(["-ss", str(start), "-t", str(seconds), "-i", file_address(path), "-af", meter, "-f", "null", "-"])
    return float(said.decode().split("lavfi.r128.I=")[-1].split()[0])


LOSSLESS = {
    "a.wav": ["-c:a", "pcm_s16le"],
    "b.wav": ["-c:a", "pcm_s24le", "-ac", "2"],
    "c.wav": ["-c:a", "pcm_s16le", "-ac", "6"],
    "d.flac": ["-sample_fmt", "s32", "-bits_per_raw_sample", "24", "-ac", "2"],
    "e.m4a": ["-c:a", "alac"],
    "f.aiff": [],
}
LOSSY = {"g.mp3": ["-ac", "2"], "h.m4a": ["-ac", "2"], "i.opus": [], "j.ogg": [], "k.aac": [], "l.wav": ["-c:a", "pcm_alaw"]}


@pytest.mark.parametrize(
    ("name", "place"), [*zip(LOSSLESS, ("start", "middle", "end") * 2, strict=True), ("a.wav", "middle"), ("a.wav", "end")]
)
def test_every_sample_of_a_lossless_sound_stays(name: str, place: Place, tmp_path: Path) -> None:
    before = sound(tmp_path / name, *LOSSLESS[name])
    done = label_audio(before, tmp_path / f"x-{name}", place=place)
    old, new = pcm(before), pcm(tmp_path / f"x-{name}")
    frame = 4 * int(probe(before).streams[0].number("channels"))
    cut = round(done.begins_s * 48000) * frame
    grown = len(new) - len(old)
    assert grown == round(RHYTHM_S * 48000) * frame
    assert new[:cut] + new[cut + grown :] == old
    assert done.lossless
    assert rhythm_in(tmp_path / f"x-{name}") == [pytest.approx(done.begins_s + 3 * UNIT_S, abs=0.05)]


@pytest.mark.parametrize("name", LOSSY)
def test_a_coded_sound_keeps_its_codec_rate_channels_and_tags(name: str, tmp_path: Path) -> None:
    before = sound(tmp_path / name, *LOSSY[name])
    done = label_audio(before, tmp_path / f"x-{name}", place="middle")
    old, new = probe(before), probe(tmp_path / f"x-{name}")
    for key in ("codec_name", "sample_rate", "channels", "channel_layout"):
        assert new.streams[0].raw.get(key) == old.streams[0].raw.get(key)
    assert new.container == old.container
    if name != "k.aac":  # ADTS has no place for tags
        tags = {**new.tags, **new.streams[0].raw.get("tags", {})}
        assert "a noise" in tags.values()
    assert not done.lossless
    assert rhythm_in(tmp_path / f"x-{name}") == [pytest.approx(done.begins_s + 3 * UNIT_S, abs=0.1)]


@pytest.mark.parametrize("level", [0.02, 0.1, 0.2])
def test_the_label_is_as_loud_as_the_content(level: float, tmp_path: Path) -> None:
    before = sound(tmp_path / "a.wav", level=level)
    label_audio(before, tmp_path / "b.wav")
    assert loudness(tmp_path / "b.wav", 0, RHYTHM_S) == pytest.approx(loudness(before, 0, SECONDS), abs=1.0)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_beside_silence_and_noise_the_label_keeps_to_a_bearable_loudness(level: float, tmp_path: Path) -> None:
    before = sound(tmp_path / "a.wav", level=level)
    label_audio(before, tmp_path / "b.wav")
    assert -24 <= loudness(tmp_path / "b.wav", 0, RHYTHM_S) <= -13


def test_an_operators_prompt_is_spoken_at_its_place(tmp_path: Path) -> None:
    spoken = tmp_path / "prompt.mp3"
    run(["-f", "lavfi", "-i", "sine=frequency=300:duration=1.2:sample_rate=22050", file_address(spoken)])
    before = sound(tmp_path / "a.wav", "-ac", "2")
    done = label_audio(before, tmp_path / "b.wav", prompt=Prompt(spoken, "以下声音由人工智能生成"))
    assert 1.2 <= done.lasts_s <= 2.1
    head = np.frombuffer(pcm(tmp_path / "b.wav", "s16le"), "<i2").reshape(-1, 2)[: round(done.lasts_s * 48000)]
    assert (head[:, 0] == head[:, 1]).all()
    spectrum = np.abs(np.fft.rfft(head[:, 0]))
    assert abs(spectrum.argmax() / done.lasts_s - 300) < 5


@pytest.mark.parametrize(
    ("seconds", "level", "words", "code"),
    [
        (1, 1, "原创内容", "BL-LABEL-051"),
        (0.1, 1, "AI生成", "BL-LABEL-057"),
        (40, 1, "AI生成", "BL-LABEL-057"),
        (1, 0, "AI生成", "BL-LABEL-057"),
    ],
)
def test_a_prompt_that_cannot_be_a_label_is_refused(seconds: float, level: float, words: str, code: str, tmp_path: Path) -> None:
    spoken = tmp_path / "prompt.wav"
    run(["-f", "lavfi", "-i", f"sine=duration={seconds}", "-af", f"volume={level}", file_address(spoken)])
    before = sound(tmp_path / "a.wav", seconds=0.5)
    with pytest.raises(LabelError) as refused:
        label_audio(before, tmp_path / "b.wav", prompt=Prompt(spoken, words))
    assert refused.value.code == code
    assert not (tmp_path / "b.wav").exists()


def test_a_cover_stays(tmp_path: Path) -> None:
    run(["-f", "lavfi", "-i", "color=red:size=64x64:duration=1:rate=1", "-frames:v", "1", file_address(tmp_path / "c.png")])
    plain = sound(tmp_path / "p.mp3")
    before = tmp_path / "a.mp3"
    run(
        [
            "-i",
            file_address(plain),
            "-i",
            file_address(tmp_path / "c.png"),
            "-map",
            "0",
            "-map",
            "1",
            "-c",
            "copy",
            "-disposition:v",
            "attached_pic",
            file_address(before),
        ]
    )
    label_audio(before, tmp_path / "b.mp3")
    assert [stream.is_cover for stream in probe(tmp_path / "b.mp3").streams] == [False, True]


def test_the_source_may_be_the_target_and_progress_is_told(tmp_path: Path) -> None:
    path = sound(tmp_path / "-a:b%d.flac")
    heard: list[float] = []
    label_audio(path, path, progress=heard.append)
    assert heard[-1] == 1.0
    assert [found.name for found in tmp_path.iterdir()] == ["-a:b%d.flac"]


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_the_rhythm_is_found_in_an_open_file_and_in_bytes(name: str, tmp_path: Path) -> None:
    path = sound(tmp_path / name)
    label_audio(path, path)
    with opened(path) as file:
        from_file = rhythm_in(file)
    with opened(path.read_bytes()) as held:
        assert rhythm_in(held) == from_file == rhythm_in(path)
    assert len(from_file) == 1


# When it does not go well


def test_a_film_a_play_list_of_sounds_and_nonsense_are_refused(tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    run(["-f", "lavfi", "-i", "testsrc=duration=1:size=64x64", "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "mpeg4", file_address(film)])
    two = tmp_path / "two.mka"
    run(["-i", file_address(sound(tmp_path / "a.wav")), "-map", "0", "-map", "0", file_address(two)])
    for path in (film, two):
        with pytest.raises(Unsupported):
            label_audio(path, tmp_path / f"x{path.suffix}")
    (tmp_path / "n.wav").write_bytes(b"no sound")
    with pytest.raises(LabelError) as refused:
        label_audio(tmp_path / "n.wav", tmp_path / "x.wav")
    assert refused.value.code == "BL-LABEL-059"
    with pytest.raises(LabelError) as refused:
        label_audio(tmp_path / "a.wav", tmp_path / "x.wav", place="everywhere")  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.code == "BL-LABEL-057"
    assert not list(tmp_path.glob("x*"))


def test_a_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.flac")
    cancel = Event()
    cancel.set()
    with pytest.raises(LabelError) as refused:
        label_audio(path, tmp_path / "b.flac", cancel=cancel)
    assert refused.value.code == "BL-LABEL-058"
    assert [found.name for found in tmp_path.iterdir()] == ["a.flac"]


def test_a_result_without_the_rhythm_never_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sound(tmp_path / "a.wav")
    # Noise in place of the rhythm stands for a defect of ours, which no input brings about; what proves the result is the real part.
    monkeypatch.setattr(
        audio,
        "rhythm_tones",
        lambda rate: (
            np.full(round(RHYTHM_S * rate), 0.1, np.float32)
            * np.random.default_rng(1).normal(size=round(RHYTHM_S * rate)).astype(np.float32)
        ),
    )
    with pytest.raises(ProofFailed, match="rhythm") as refused:
        label_audio(path, tmp_path / "b.wav")
    assert refused.value.code == "BL-LABEL-056"
    assert [found.name for found in tmp_path.iterdir()] == ["a.wav"]
