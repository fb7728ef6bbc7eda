"""C2PA credentials in whole files: made by the library, found by every format's handler, judged for what they are."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from brightline.labels.containers.source import Source
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.provenance import Credential, sign_c2pa
from brightline.labels.verification import Verification, verify
from brightline.labels.verification.provenance import SourceStream, read_provenance
from tests.labels.quirks import file_forms as forms

DATA = bytes(range(256)) * 4
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "avi": "video/x-msvideo",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "pdf": "application/pdf",
}
SOUND, FILM = ["-f", "lavfi", "-i", "sine=d=0.3"], ["-f", "lavfi", "-i", "testsrc=d=0.4:s=64x64:r=5"]


@pytest.fixture(scope="module")
def credential() -> Credential:
    return Credential.made("Brightline test")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("plain")
    made = {suffix: folder / f"plain.{suffix}" for suffix in TYPES}
    for suffix, media_type in TYPES.items():
        if media_type.startswith("image"):
            Image.effect_noise((48, 32), 60).convert("RGB").save(made[suffix])
        elif suffix == "pdf":
            made[suffix].write_bytes(forms.pdf({"Title": "x"}))
        else:
            shown = FILM if media_type.startswith("video") else SOUND
            codec = ["-c:v", "mjpeg"] if suffix == "avi" else []
            subprocess.run(["ffmpeg", "-v", "error", "-y", *shown, *codec, str(made[suffix])], check=True, timeout=60)
    return made


def signed(plain: Path, folder: Path, credential: Credential, label: ImplicitLabel, *, with_label: bool = True) -> Path:
    labelled, out = folder / f"labelled{plain.suffix}", folder / f"signed{plain.suffix}"
    if with_label:
        write_label(plain, label, out=labelled)
    sign_c2pa(labelled if with_label else plain, out, credential, label, media_type=TYPES[plain.suffix[1:]])
    return out


def result(answer: Verification, check: str) -> str:
    return answer.check(check).result


@pytest.mark.parametrize("suffix", TYPES)
def test_a_credential_is_found_in_every_format_that_carries_one(
    suffix: str, plain: dict[str, Path], tmp_path: Path, credential: Credential, label: ImplicitLabel
) -> None:
    out = signed(plain[suffix], tmp_path, credential, label)

    trusted, unknown = verify(out, anchors=credential.root), verify(out)

    assert (trusted.state, trusted.presence, trusted.integrity, trusted.compliance) == ("confirmed", "declared", "ok", "ok"), trusted.gaps
    assert result(trusted, "c2pa.hash") == result(trusted, "c2pa.trusted") == "pass"
    assert (unknown.state, unknown.integrity, result(unknown, "c2pa.trusted")) == ("confirmed", "unknown", "warn")


@pytest.mark.parametrize("suffix", ["png", "jpg", "mp4"])
def test_a_credential_alone_confirms_and_asks_for_a_label(
    suffix: str, plain: dict[str, Path], tmp_path: Path, credential: Credential, label: ImplicitLabel
) -> None:
    answer = verify(signed(plain[suffix], tmp_path, credential, label, with_label=False))

    assert (answer.state, answer.presence) == ("confirmed", "none")
    assert answer.decided_by is not None
    assert answer.decided_by.kind == "provenance"
    assert result(answer, "c2pa.source_type") == "warn"


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_picture_changed_after_it_was_signed_is_tampered(
    suffix: str, plain: dict[str, Path], tmp_path: Path, credential: Credential, label: ImplicitLabel
) -> None:
    data = signed(plain[suffix], tmp_path, credential, label, with_label=False).read_bytes()
    source = Source(data, f"a.{suffix}")
    from brightline.labels.registry import container_for

    start, stop = max(container_for(source).read(source).media, key=lambda each: each.stop - each.start)
    at = start + (stop - start) * 3 // 4
    changed = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]

    answer = verify(changed, name=f"a.{suffix}", anchors=credential.root)

    assert (answer.state, answer.integrity, result(answer, "c2pa.hash")) == ("suspected", "tampered", "fail")
    assert "LM-10.2" in {article.rule for article in answer.articles}


@given(
    st.lists(st.tuples(st.sampled_from([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END]), st.integers(-2000, 2000), st.integers(0, 600)), max_size=8)
)
def test_a_source_reads_as_a_file_reads(steps: list[tuple[int, int, int]]) -> None:
    stream, file = SourceStream(Source(DATA)), io.BytesIO(DATA)

    for whence, offset, length in steps:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: file.tell(), os.SEEK_END: len(DATA)}[whence]
        file.seek(max(0, start + offset))
        assert stream.seek(offset, whence) == file.tell()
        assert stream.read(length) == file.read(length)
        assert stream.tell() == file.tell()


def test_a_file_without_a_credential_has_none() -> None:
    assert read_provenance(Source(forms.png(), "a.png")) is None
