"""A labelled film: the label from the first frame on, everything else as it was, and nothing left behind when it fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from brightline.labels.errors import LabelError, ProofFailed, Unsupported
from brightline.labels.explicit import video
from brightline.labels.explicit.ffmpeg import file_address, output, probe, run
from brightline.labels.explicit.video import LabelledVideo, label_video

WIDTH, HEIGHT, RATE = 320, 180, 10
FAST = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


def film(path: Path, *settings: str, seconds: float = 2.5, size: str = f"{WIDTH}x{HEIGHT}", sound: str = "aac") -> Path:
    run(
        [
            *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={RATE}:duration={seconds}"),
            *(("-f", "lavfi", "-i", f"sine=duration={seconds}", "-c:a", sound) if sound else ()),
            *(settings or FAST),
            file_address(path),
        ]
    )
    return path


def frames(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    raw = output(["-i", file_address(path), "-map", "0:V", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"])
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0]).astype(np.int16)


def packet_times(path: Path, kind: str) -> list[float]:
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", "packet=pts_time", "-of", "json", file_address(path)],
        capture_output=True,
        check=True,
    ).stdout
    return sorted(float(packet["pts_time"]) for packet in json.loads(shown)["packets"] if "pts_time" in packet)


def sound_digest(path: Path) -> bytes:
    return output(["-i", file_address(path), "-map", "0:a", "-c", "copy", "-f", "hash", "-"])


def labelled_frames(before: Path, after: Path, done: LabelledVideo, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[bool]:
    """For each frame whether its label box differs a good deal from the original's."""
    left, top, right, bottom = done.box
    apart = np.abs(frames(before, size) - frames(after, size))[:, top:bottom, left:right]
    return [bool(value > 30) for value in apart.mean(axis=(1, 2))]


CODECS: dict[str, list[str]] = {
    "a.mp4": FAST,
    "b.mp4": ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p10le"],
    "c.avi": ["-c:v", "mpeg4"],
    "d.flv": ["-c:v", "flv1"],
    "e.ts": FAST,
    "f.mkv": ["-c:v", "ffv1"],
}


@pytest.mark.parametrize("name", CODECS)
def test_the_label_stands_from_the_first_frame_and_the_rest_stays(name: str, tmp_path: Path) -> None:
    before, after = tmp_path / name, tmp_path / f"labelled-{name}"
    film(before, *CODECS[name], sound="mp3" if name.endswith("flv") else "aac")
    done = label_video(before, after, "AI生成", seconds=2)
    marked = labelled_frames(before, after, done)
    assert len(marked) == 25
    assert all(marked[:20])  # two seconds at ten frames a second
    assert not any(marked[22:])
    assert done.share >= 0.05
    assert sound_digest(after) == sound_digest(before)
    old, new = probe(before), probe(after)
    assert [(stream.kind, stream.codec) for stream in new.streams] == [(stream.kind, stream.codec) for stream in old.streams]
    assert new.container == old.container
    assert new.of_kind("video")[0].raw["pix_fmt"] == old.of_kind("video")[0].raw["pix_fmt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, f"labelled-{name}"])


def test_webm_stays_webm(tmp_path: Path) -> None:
    before = film(tmp_path / "a.webm", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", sound="libopus")
    assert label_video(before, tmp_path / "b.webm", "AI生成").container == "webm"
    assert b"webm" in (tmp_path / "b.webm").read_bytes()[:64]


def test_a_film_in_red_green_and_blue_stays_so(tmp_path: Path) -> None:
    before = film(tmp_path / "a.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "gbrp", sound="")
    label_video(before, tmp_path / "b.webm", "AI生成")
    (stream,) = probe(tmp_path / "b.webm").of_kind("video")
    assert (stream.raw["pix_fmt"], stream.raw["color_space"]) == ("gbrp", "gbr")


def test_outside_the_label_the_pictures_look_as_before(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4")
    done = label_video(before, tmp_path / "b.mp4", "AI生成")
    apart = np.abs(frames(before) - frames(tmp_path / "b.mp4"))
    left, top, right, bottom = done.box
    apart[:, top : bottom + 2, left - 2 : right + 2] = 0
    assert np.mean(apart.astype(float) ** 2) < 20  # PSNR over 35 dB


def test_the_letters_are_as_high_as_the_standard_asks_in_the_decoded_frame(tmp_path: Path) -> None:
    run(["-f", "lavfi", "-i", f"color=gray:size=640x360:rate={RATE}:duration=2.5", *FAST, file_address(tmp_path / "a.mp4")])
    done = label_video(tmp_path / "a.mp4", tmp_path / "b.mp4", "AI生成", position="top-left")
    first = frames(tmp_path / "b.mp4", (640, 360))[0]
    rows = np.where((first > 200).any(axis=1))[0]
    assert rows[-1] - rows[0] + 1 >= 0.05 * 360
    assert rows[0] >= done.box[1]


def test_a_lasting_corner_mark_and_a_mark_at_the_end(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", seconds=6, sound="")
    done = label_video(before, tmp_path / "b.mp4", "AI生成", seconds=2, corner="AI生成", corner_position="top-left", end=True)
    marked = labelled_frames(before, tmp_path / "b.mp4", done)
    assert all(marked[:20])
    assert not any(marked[22:39])
    assert all(marked[41:])
    apart = np.abs(frames(before) - frames(tmp_path / "b.mp4"))[:, 4:20, 6:40].mean(axis=(1, 2))
    assert (apart > 20).all()


def test_a_film_shorter_than_the_label_is_labelled_throughout(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", seconds=0.5)
    assert all(labelled_frames(before, tmp_path / "b.mp4", label_video(before, tmp_path / "b.mp4", "AI生成", end=True)))


def test_a_film_without_sound_is_labelled(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", sound="")
    assert label_video(before, tmp_path / "b.mp4", "AI生成").frames == 25


def test_uneven_frames_keep_their_times(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mkv", "-vf", "select='not(mod(n,3))+not(mod(n,4))'", "-fps_mode", "passthrough", *FAST)
    label_video(before, tmp_path / "b.mkv", "AI生成")
    for kind in ("v", "a"):
        assert packet_times(tmp_path / "b.mkv", kind) == pytest.approx(packet_times(before, kind), abs=0.0011)


def test_even_frames_in_mp4_keep_their_times_beside_the_sound(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", *FAST, "-bf", "2")
    label_video(before, tmp_path / "b.mp4", "AI生成")
    assert packet_times(tmp_path / "b.mp4", "v") == pytest.approx(packet_times(before, "v"), abs=0.001)
    assert packet_times(tmp_path / "b.mp4", "a") == pytest.approx(packet_times(before, "a"), abs=0.001)


def test_a_turned_film_comes_out_upright_with_the_label_upright(tmp_path: Path) -> None:
    plain = film(tmp_path / "plain.mp4")
    turned = tmp_path / "turned.mp4"
    run(["-i", file_address(plain), "-c", "copy", "-metadata:s:v:0", "rotate=90", file_address(turned)])
    if not any("rotation" in side for side in probe(turned).of_kind("video")[0].raw.get("side_data_list", [])):
        run(["-display_rotation", "90", "-i", file_address(plain), "-c", "copy", file_address(turned)])
    done = label_video(turned, tmp_path / "b.mp4", "AI生成")
    size = (HEIGHT, WIDTH)
    assert probe(tmp_path / "b.mp4").of_kind("video")[0].raw["width"] == HEIGHT
    assert all(labelled_frames(turned, tmp_path / "b.mp4", done, size))
    assert done.box[2] <= HEIGHT
    assert any("upright" in note for note in done.notes)


def test_stretched_pixels_keep_the_label_in_the_corner(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", "-vf", "setsar=2/1", *FAST, seconds=0.5)
    done = label_video(before, tmp_path / "b.mp4", "AI生成", position="bottom-right")
    assert done.box[2] > WIDTH  # in square pixels the film is 640 wide
    apart = np.abs(frames(before)[0] - frames(tmp_path / "b.mp4")[0])
    columns = np.where(apart.mean(axis=0) > 5)[0]
    assert columns[-1] > WIDTH * 0.9
    assert probe(tmp_path / "b.mp4").of_kind("video")[0].raw["sample_aspect_ratio"] == "2:1"


def test_subtitles_chapters_tags_and_attachments_stay(tmp_path: Path) -> None:
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\n你好\n", "utf-8")
    (tmp_path / "m.txt").write_text(
        ";FFMETADATA1\ntitle=a film\nAIGC={}\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=one\n", "utf-8"
    )
    (tmp_path / "font.ttf").write_bytes(b"a font, as far as the container is concerned")
    plain = film(tmp_path / "plain.mp4", seconds=1)
    inputs = ["-i", file_address(plain), "-i", file_address(tmp_path / "s.srt"), "-i", file_address(tmp_path / "m.txt")]
    for name, extra in (
        ("a.mkv", ["-c:s", "srt", "-attach", str(tmp_path / "font.ttf"), "-metadata:s:t", "mimetype=font/ttf"]),
        ("a.mp4", ["-c:s", "mov_text", "-movflags", "use_metadata_tags"]),
    ):
        before, after = tmp_path / name, tmp_path / f"b-{name}"
        run([*inputs, "-map", "0", "-map", "1", "-map_metadata", "2", "-map_chapters", "2", "-c", "copy", *extra, file_address(before)])
        label_video(before, after, "AI生成")
        old, new = probe(before), probe(after)
        assert [stream.kind for stream in new.streams if stream.kind != "data"] == [
            stream.kind for stream in old.streams if stream.kind != "data"
        ]
        assert new.chapters == old.chapters == 1
        assert (new.tags["title"], new.tags["AIGC"]) == ("a film", "{}")


def test_progress_is_told_and_the_source_may_be_the_target(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", seconds=0.5)
    heard: list[float] = []
    label_video(path, path, "AI生成", progress=heard.append)
    assert heard[-1] == 1.0
    assert [found.name for found in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("name", ["-a.mp4", "a:b%d.mp4", "[v1];a'b.mp4"])
def test_odd_file_names_are_only_names(tmp_path: Path, name: str) -> None:
    label_video(film(tmp_path / name, seconds=0.5), tmp_path / f"x{name}", "AI生成")
    assert (tmp_path / f"x{name}").exists()


# When it does not go well


def nothing_left(folder: Path, *names: str) -> bool:
    return sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_a_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", seconds=0.5)
    cancel = Event()
    cancel.set()
    with pytest.raises(LabelError) as refused:
        label_video(before, tmp_path / "b.mp4", "AI生成", cancel=cancel)
    assert refused.value.code == "BL-LABEL-058"
    assert nothing_left(tmp_path, "a.mp4")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_film_leaves_nothing(tmp_path: Path, share: float) -> None:
    data = film(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "whole.mp4").unlink()
    (tmp_path / "a.mp4").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(LabelError) as refused:
        label_video(tmp_path / "a.mp4", tmp_path / "b.mp4", "AI生成")
    assert refused.value.code == "BL-LABEL-059"
    assert nothing_left(tmp_path, "a.mp4")


def test_a_result_without_its_label_never_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = film(tmp_path / "a.mp4")

    def nowhere(mark: object, film: object, path: Path) -> Path:
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(path)
        return path

    # An empty overlay stands for a defect of ours, which no input brings about; what proves the result is the real part.
    monkeypatch.setattr(video, "_overlay", nowhere)
    with pytest.raises(ProofFailed, match="cannot be seen") as refused:
        label_video(before, tmp_path / "b.mp4", "AI生成")
    assert refused.value.code == "BL-LABEL-056"
    assert nothing_left(tmp_path, "a.mp4")


def test_an_unknown_folder_is_an_error(tmp_path: Path) -> None:
    before = film(tmp_path / "a.mp4", seconds=0.5)
    with pytest.raises(LabelError):
        label_video(before, tmp_path / "none" / "b.mp4", "AI生成")


def test_a_film_that_cannot_be_labelled_well_is_refused(tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    run(["-f", "lavfi", "-i", "sine=duration=1", file_address(sound)])
    moving = tmp_path / "a.gif"
    film(moving, "-c:v", "gif", seconds=0.5, sound="")
    clear = film(tmp_path / "clear.mov", "-c:v", "prores_ks", "-pix_fmt", "yuva444p10le", seconds=0.5)
    two = tmp_path / "two.mkv"
    run(["-i", file_address(film(tmp_path / "one.mkv", seconds=0.5)), "-map", "0:v", "-map", "0:v", "-c", "copy", file_address(two)])
    tiny = film(tmp_path / "tiny.mp4", seconds=0.5, size="16x16")
    for path, problem in ((sound, "0 films"), (moving, "gif"), (clear, "transparency"), (two, "2 films")):
        with pytest.raises(Unsupported, match=problem):
            label_video(path, tmp_path / f"out{path.suffix}", "AI生成")
    with pytest.raises(LabelError) as refused:
        label_video(tiny, tmp_path / "out.mp4", "AI生成")
    assert refused.value.code == "BL-LABEL-054"


@pytest.mark.parametrize("seconds", [0, 1.9, -1, 1e9])
def test_a_label_of_fewer_than_two_seconds_is_refused(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(LabelError) as refused:
        label_video(tmp_path / "a.mp4", tmp_path / "b.mp4", "AI生成", seconds=seconds)
    assert refused.value.code == "BL-LABEL-057"
