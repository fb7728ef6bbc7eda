"""The implicit label goes into a file and is proved, or raises and changes nothing."""

from __future__ import annotations

import hashlib
import shutil
import struct
import wave
import zlib
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from brightline.labels.containers.reading import Kept, Patch, Plan, Range, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, ProofFailed, Unsupported
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.proof import prove_label, prove_patches, prove_pieces, same_media
from brightline.labels.registry import read, read_or_gap
from tests.labels.containers.package_files import unzipped, word, zipped


def a_png(**texts: str) -> bytes:
    info, out = PngInfo(), BytesIO()
    for key, value in texts.items():
        info.add_text(key, value)
    Image.effect_noise((64, 48), 40).save(out, "PNG", pnginfo=info)
    return out.getvalue()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(a_png(Author="somebody"))
    return path


def test_bytes_come_back_labelled_with_the_steps_of_the_proof(label: ImplicitLabel) -> None:
    marked = write_label(a_png(), label)

    assert marked.data is not None
    assert [site.label for site in read(marked.data).labels] == [label]
    assert (marked.container, marked.how, marked.replaced, marked.path) == ("png", "rewritten", (), None)
    assert {step.name for step in marked.steps} == {"label.alone", "media.coded", "media.digest", "reader.pillow"}
    assert {step.outcome for step in marked.steps} == {"passed"}


def test_a_new_file_is_written_and_the_original_stays(picture: Path, tmp_path: Path, label: ImplicitLabel) -> None:
    before = picture.read_bytes()

    marked = write_label(picture, label, out=tmp_path / "out.png")

    assert picture.read_bytes() == before
    assert marked.path == tmp_path / "out.png"
    assert [site.label for site in read(tmp_path / "out.png").labels] == [label]


def test_in_place_the_label_that_stood_there_is_replaced_and_told(picture: Path, label: ImplicitLabel) -> None:
    write_label(picture, label, in_place=True)

    marked = write_label(picture, replace(label, produce_id="n-2"), in_place=True)

    assert [site.label for site in marked.replaced] == [label]
    assert [site.fields["ProduceID"] for site in read(picture).labels] == ["n-2"]


def test_a_link_stays_a_link(picture: Path, tmp_path: Path, label: ImplicitLabel) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(picture)

    write_label(link, label, in_place=True)

    assert link.is_symlink()
    assert len(read(picture).labels) == 1


def test_a_part_of_custom_properties_may_have_any_name(label: ImplicitLabel) -> None:
    parts = unzipped(write_label(word(), label).data or b"")
    parts["properties/own.xml"] = parts.pop("docProps/custom.xml")
    for part in ("[Content_Types].xml", "_rels/.rels"):
        parts[part] = parts[part].replace(b"docProps/custom.xml", b"properties/own.xml")

    again = write_label(zipped(parts), replace(label, produce_id="n-2"))

    assert "reader.zipfile" in [step.name for step in again.steps if step.outcome == "passed"]
    assert [site.fields["ProduceID"] for site in read(again.data or b"").labels] == ["n-2"]


def test_a_full_proof_asks_programs_of_others_and_decodes_both(picture: Path, tmp_path: Path, label: ImplicitLabel) -> None:
    assert shutil.which("exiftool"), "make test installs exiftool"

    marked = write_label(picture, label, out=tmp_path / "out.png", proof="full")

    outcomes = {step.name: step.outcome for step in marked.steps}
    assert outcomes["reader.exiftool"] == "passed"
    assert outcomes["media.decoded"] == "passed"


def test_a_program_that_does_not_answer_in_time_has_not_inspected(
    picture: Path, tmp_path: Path, label: ImplicitLabel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The limit alone: the programs are the real ones, and a minute of waiting would say no more.
    monkeypatch.setattr("brightline.labels.second_readers._PROGRAM_TIMEOUT_S", 0.0)

    marked = write_label(picture, label, out=tmp_path / "out.png", proof="full")

    outcomes = {step.name: step.outcome for step in marked.steps}
    assert (outcomes["reader.exiftool"], outcomes["reader.ffprobe"]) == ("not_inspected", "not_inspected")
    assert outcomes["media.decoded"] == "passed"


def test_a_picture_that_is_too_large_to_decode_here_was_not_compared(tmp_path: Path, label: ImplicitLabel) -> None:
    side = 14_000  # Pillow refuses more than 178,956,970 pixels
    size, rows = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0), zlib.compress(bytes((1 + side // 8) * side))
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", size), (b"IDAT", rows), (b"IEND", b""))
    ]
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))

    marked = write_label(large, label, out=tmp_path / "out.png", proof="full")

    outcomes = {step.name: step.outcome for step in marked.steps}
    assert (outcomes["media.coded"], outcomes["media.decoded"], outcomes["reader.library"]) == ("passed", "not_inspected", "not_inspected")


def test_a_film_that_takes_too_long_to_decode_was_not_compared(
    tmp_path: Path, label: ImplicitLabel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = tmp_path / "sound.wav"
    with wave.open(str(sound), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(1600))
    # The limit alone: the decoder is the real one, and an hour of waiting would say no more.
    monkeypatch.setattr("brightline.labels.decoded._DECODE_TIMEOUT_S", 0.0)

    marked = write_label(sound, label, out=tmp_path / "out.wav", proof="full")

    assert {step.name: step.outcome for step in marked.steps}["media.decoded"] == "not_inspected"


def test_what_somebody_configured_for_exiftool_does_not_run_here(
    picture: Path, tmp_path: Path, label: ImplicitLabel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    (tmp_path / ".ExifTool_config").write_text(f"open(F, '>', '{ran}'); close(F); 1;\n", "ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXIFTOOL_HOME", str(tmp_path))

    marked = write_label(picture, label, out=tmp_path / "out.png", proof="full")

    assert {step.name: step.outcome for step in marked.steps}["reader.exiftool"] == "passed"
    assert not ran.exists()


@pytest.mark.parametrize("places", [{}, {"out": "out.png", "in_place": True}])
def test_a_path_needs_one_place_for_the_result(picture: Path, label: ImplicitLabel, places: dict[str, str | bool]) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-025"):
        write_label(picture, label, **places)  # type: ignore[arg-type]  # two kinds of values in one mapping


def test_bytes_have_no_place(label: ImplicitLabel) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-025"):
        write_label(a_png(), label, in_place=True)


def test_a_label_that_may_not_be_written_is_refused_before_anything_is_read(tmp_path: Path, label: ImplicitLabel) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-001"):
        write_label(tmp_path / "absent.png", replace(label, produce_id="两"), in_place=True)


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02\x03", b"MZ\x90\x00" + bytes(100)])
def test_a_file_of_no_known_format_is_refused(data: bytes, label: ImplicitLabel) -> None:
    with pytest.raises(Unsupported, match="BL-LABEL-013"):
        write_label(data, label)
    gap = read_or_gap(data).reading.gaps[0]
    assert "BL-LABEL-013" in gap.reason


def test_a_truncated_file_is_refused_and_unchanged(picture: Path, label: ImplicitLabel) -> None:
    cut = picture.read_bytes()[:-20]
    picture.write_bytes(cut)

    with pytest.raises(LabelError, match=r"BL-LABEL-01[12]"):
        write_label(picture, label, in_place=True)
    assert picture.read_bytes() == cut


# The proof itself must be able to fail


def reading(*media: tuple[int, int]) -> Reading:
    return Reading("test", (), tuple(Range(*each) for each in media))


def test_the_proof_fails_where_a_media_byte_is_not_kept() -> None:
    with pytest.raises(ProofFailed, match="byte 20"):
        prove_pieces(reading((10, 30)), Plan((Kept(0, 20), b"x", Kept(21, 40))), reading((10, 31)))


def test_the_proof_fails_where_the_media_lies_elsewhere() -> None:
    plan = Plan((b"12345", Kept(10, 30)))
    assert prove_pieces(reading((10, 30)), plan, reading((5, 25))).outcome == "passed"
    assert prove_pieces(reading((10, 20), (20, 30)), plan, reading((5, 25))).outcome == "passed"
    with pytest.raises(ProofFailed, match="not where"):
        prove_pieces(reading((10, 30)), plan, reading((6, 26)))
    with pytest.raises(ProofFailed, match="not where"):
        prove_pieces(reading((10, 20), (25, 30)), Plan((Kept(25, 30), Kept(10, 20))), reading((0, 5), (5, 15)))


def test_the_proof_fails_where_a_patch_touches_media() -> None:
    assert prove_patches(reading((10, 30)), (Patch(0, b"x" * 10), Patch(30, b"y")), reading((10, 30))).outcome == "passed"
    with pytest.raises(ProofFailed, match="byte 9"):
        prove_patches(reading((10, 30)), (Patch(9, b"xx"),), reading((10, 30)))
    with pytest.raises(ProofFailed, match="not where"):
        prove_patches(reading((10, 30)), (), reading((10, 29)))


def test_the_proof_fails_where_the_bytes_differ() -> None:
    for other, ranges in ((b"abXdef", [Range(0, 3)]), (b"abcdef", [Range(0, 2)]), (b"abcdef", [Range(0, 3), Range(3, 4)]), (b"abcdef", [])):
        with pytest.raises(ProofFailed, match="differs"):
            same_media(Source(b"abcdef"), [Range(0, 3)], Source(other), ranges)
    step = same_media(Source(b"abcdef"), [Range(0, 2), Range(4, 6)], Source(b"abef"), [Range(0, 4)])
    assert step is not None
    assert (step.outcome, step.detail) == ("passed", f"sha256 {hashlib.sha256(b'abef').hexdigest()}")


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6), st.lists(st.integers(0, 60), max_size=6), st.integers(-1, 59))
def test_media_cut_otherwise_is_the_same_and_one_byte_makes_it_another(data: bytes, cuts: list[int], others: list[int], odd: int) -> None:
    def ranges(at: list[int]) -> list[Range]:
        edges = sorted({0, len(data), *(min(cut, len(data)) for cut in at)})
        return [Range(start, stop) for start, stop in pairwise(edges)]

    changed = bytearray(data)
    if 0 <= odd < len(data):
        changed[odd] ^= 1
        with pytest.raises(ProofFailed, match="differs"):
            same_media(Source(data), ranges(cuts), Source(bytes(changed)), ranges(others))
    else:
        assert same_media(Source(data), ranges(cuts), Source(data), ranges(others)) is not None


def test_the_proof_fails_where_the_label_reads_back_otherwise_twice_or_elsewhere(label: ImplicitLabel) -> None:
    marked = write_label(a_png(), label)
    assert marked.data is not None
    with pytest.raises(ProofFailed, match="other values"):
        prove_label(marked.data, "", replace(label, produce_id="n-2"))
    with pytest.raises(ProofFailed, match="0 labels"):
        prove_label(a_png(), "", label)
    with pytest.raises(ProofFailed, match=r"png\.tEXt"):
        prove_label(a_png(AIGC=label.to_json()), "", label)
    with pytest.raises(ProofFailed, match="2 labels"):
        prove_label(a_png(AIGC=label.to_json(), Comment=label.to_wrapped_json()), "", label)
