"""A film whose tags say odd things of how it is turned."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.labels.explicit.ffmpeg import file_address, probe, run
from brightline.labels.explicit.video import label_video


@pytest.mark.parametrize("angle", ["90.x", "9" * 400, "²"])
def test_a_turn_that_is_no_angle_is_none(tmp_path: Path, angle: str) -> None:
    plain, odd = tmp_path / "plain.mkv", tmp_path / "odd.mkv"
    run(["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=2.5", "-metadata:s:v", f"qotate={angle}", file_address(plain)])
    odd.write_bytes(plain.read_bytes().replace(b"QOTATE", b"rotate"))  # ffmpeg itself does not write the tag
    assert probe(odd).of_kind("video")[0].raw["tags"]["rotate"] == angle
    done = label_video(odd, tmp_path / "b.mkv", "AI生成")
    assert not any("upright" in note for note in done.notes)
    assert probe(tmp_path / "b.mkv").of_kind("video")[0].raw["width"] == 320
