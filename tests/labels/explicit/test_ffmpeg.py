"""The one place that runs ffmpeg: what it finds, what it refuses, and that it ends when it is told to."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from brightline.labels.errors import LabelError, OverLimit
from brightline.labels.explicit.ffmpeg import encoders, file_address, filters, output, probe, program, run, version

ENDLESS = ["-re", "-f", "lavfi", "-i", "sine=duration=600"]


def tone(path: Path, seconds: float = 1.0) -> Path:
    run(["-f", "lavfi", "-i", f"sine=duration={seconds}", "-metadata", "title=a tone", file_address(path)])
    return path


def test_the_program_says_its_version_and_encoders() -> None:
    assert version()[0].isdigit()
    assert {"pcm_s16le", "png", "aac"} <= encoders()
    assert {"overlay", "ebur128"} <= filters()
    assert "=" not in encoders() | filters()


def test_a_program_that_fails_and_one_that_takes_its_place_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real, broken = program(), tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\necho no library >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(LabelError, match="no library"):
        encoders()
    broken.unlink()
    broken.symlink_to(real)
    assert "aac" in encoders()


def test_without_the_program_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabelError) as refused:
        program()
    assert refused.value.code == "BL-LABEL-050"
    assert "install ffmpeg" in refused.value.hint


def test_a_probe_tells_streams_tags_and_times(tmp_path: Path) -> None:
    found = probe(tone(tmp_path / "tone.flac", 1.5))
    assert found.container == "flac"
    assert found.duration_s == pytest.approx(1.5, abs=0.01)
    assert [stream.codec for stream in found.of_kind("audio")] == ["flac"]
    assert {key.lower(): value for key, value in found.tags.items()}["title"] == "a tone"
    assert found.of_kind("video") == ()


@pytest.mark.parametrize("name", ["-i.wav", "a:b.wav", "100%d.wav", "a 'b' \"c\";d.wav", "标识.wav", "-y"])
def test_a_file_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    run(["-f", "lavfi", "-i", "sine=duration=0.1", "-f", "wav", file_address(file)])
    assert probe(file).container == "wav"


def test_a_play_list_that_names_other_files_is_not_followed(tmp_path: Path) -> None:
    secret = tone(tmp_path / "secret.wav")
    for name, text in (
        ("list.wav", f"ffconcat version 1.0\nfile '{secret}'\n"),
        ("list.mp4", f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"),
    ):
        hostile = tmp_path / name
        hostile.write_text(text)
        with pytest.raises(LabelError) as refused:
            probe(hostile)
        assert refused.value.code == "BL-LABEL-059"


@pytest.mark.parametrize("content", [b"", b"no sound", bytes(5000)])
def test_what_is_no_media_is_refused_with_the_programs_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.mp4"
    file.write_bytes(content)
    with pytest.raises(LabelError) as refused:
        probe(file)
    assert refused.value.code == "BL-LABEL-059"
    assert str(file) in str(refused.value)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    heard: list[float] = []
    run(["-f", "lavfi", "-i", "sine=duration=20", file_address(tmp_path / "a.wav")], duration_s=20, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_a_set_cancellation_ends_the_process(tmp_path: Path) -> None:
    cancel = Event()
    target = tmp_path / "a.wav"
    with pytest.raises(LabelError) as refused:
        run([*ENDLESS, file_address(target)], duration_s=600, progress=lambda _: cancel.set(), cancel=cancel)
    assert refused.value.code == "BL-LABEL-058"


def test_a_run_beyond_its_time_is_ended(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="too long") as refused:
        run([*ENDLESS, file_address(tmp_path / "a.wav")], timeout_s=0.2)
    assert refused.value.code == "BL-LABEL-059"


def test_a_full_disk_is_an_error() -> None:
    with pytest.raises(LabelError, match="No space left") as refused:
        run(["-f", "lavfi", "-i", "sine=duration=30", "-f", "wav", "file:/dev/full"])
    assert refused.value.code == "BL-LABEL-059"


def test_output_is_bounded() -> None:
    with pytest.raises(OverLimit):
        output(["-f", "lavfi", "-i", "sine=duration=30", "-f", "s16le", "-"], most_bytes=10_000)


def test_the_reason_of_a_failure_is_told_and_bounded() -> None:
    with pytest.raises(LabelError, match="nonexistent") as refused:
        run(["-i", "file:/nonexistent/" + "x" * 3000])
    assert len(str(refused.value)) < 9000
