"""The rhythm is heard in real sound files, from a path and from bytes."""

from __future__ import annotations

import math
import struct
from pathlib import Path

from brightline.labels.explicit.audio import label_audio
from brightline.labels.verification import verify
from tests.labels.quirks import file_forms as forms

HUM = struct.pack("<8000h", *(int(3000 * math.sin(at / 7)) for at in range(8000)))


def test_a_sound_with_the_rhythm_is_suspected_from_a_path_and_from_bytes(tmp_path: Path) -> None:
    plain, labelled = tmp_path / "plain.wav", tmp_path / "labelled.wav"
    plain.write_bytes(forms.wav(samples=HUM * 3))
    label_audio(plain, labelled, place="start")

    for answer in (verify(labelled, rhythm=True), verify(labelled.read_bytes(), name="a.wav", rhythm=True)):
        assert answer.state == "suspected"
        assert answer.decided_by is not None
        assert answer.decided_by.what == "rhythm"
        assert answer.check("explicit.rhythm").result == "pass"


def test_a_sound_without_it_is_none(tmp_path: Path) -> None:
    plain = tmp_path / "plain.wav"
    plain.write_bytes(forms.wav(samples=HUM * 3))

    assert verify(plain, rhythm=True).state == "none"


def test_a_sound_that_cannot_be_decoded_is_a_gap(tmp_path: Path) -> None:
    broken = forms.mp3("comment", "x")[:-200]
    at = broken.index(b"\xff\xfb")

    answer = verify(broken[:at] + b"\xff\xfb\x90\xc4" + b"\xff" * 30, name="a.mp3", rhythm=True)

    assert answer.check("explicit.rhythm").result == "not_inspected"
    assert any(gap.stage == "rhythm" and "BL-LABEL-059" in gap.reason for gap in answer.gaps)
