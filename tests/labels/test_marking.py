"""Everything on one file, in the one order that works: explicit label, watermark, implicit label, C2PA; or nothing at all."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Unsupported
from brightline.labels.label import Attribute, ImplicitLabel, propagated
from brightline.labels.marking import Marked, mark
from brightline.labels.provenance import Credential, verify_c2pa
from brightline.labels.registry import read
from brightline.labels.rendering import Explicit, Watermark, watermark_in
from brightline.labels.security import Sm2Key
from brightline.labels.verification import verify
from tests.labels.containers.pdf_files import classic, one_page

WORDS = Explicit("人工智能生成")
OURS = Watermark(0x0123456789ABCDEF, bytes(range(32)))


class Refused(Exception):
    """What a record that cannot be kept raises here."""


def picture(kind: str = "PNG") -> bytes:
    """As loud as a photograph, so that a watermark holds."""
    rng, out = np.random.default_rng(5), BytesIO()
    coarse = Image.fromarray(rng.integers(40, 215, (9, 9, 3)).astype(np.uint8)).resize((320, 320), Image.Resampling.BICUBIC)
    noisy = np.clip(np.asarray(coarse).astype(np.int16) + rng.integers(-20, 20, (320, 320, 3)), 0, 255)
    Image.fromarray(noisy.astype(np.uint8)).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def photo() -> bytes:
    return picture()


@pytest.fixture(scope="module")
def credential() -> Credential:
    return Credential.made("Brightline test")


@pytest.fixture(scope="module")
def key() -> Sm2Key:
    return Sm2Key.of(7_777_777)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    lavfi = ["-f", "lavfi", "-i", "testsrc=d=2.2:s=96x96:r=5", "-f", "lavfi", "-i", "sine=d=2.2", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *lavfi, "-pix_fmt", "yuv420p", str(path)], check=True, timeout=60)
    return path


def labels_in(file: bytes | Path, name: str = "") -> list[ImplicitLabel | None]:
    return [site.label for site in read(file, name).labels]


def pixels(data: bytes) -> np.ndarray:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(np.int16)


def listing(folder: Path) -> dict[str, bytes]:
    """Every file under the folder, hidden ones too, with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# In one piece


def test_without_further_wishes_only_metadata_is_written(photo: bytes, label: ImplicitLabel) -> None:
    marked = mark(photo, label)

    assert marked.data is not None
    assert (marked.rendered, marked.notes, marked.path) == (None, (), None)
    assert (pixels(marked.data) == pixels(photo)).all()
    assert labels_in(marked.data) == [label]


def test_all_four_marks_stand_together_on_one_picture(photo: bytes, label: ImplicitLabel, key: Sm2Key, credential: Credential) -> None:
    marked = mark(photo, label, name="photo.png", explicit=WORDS, watermark=OURS, key=key, credential=credential)

    assert marked.data is not None
    assert marked.rendered is not None
    assert marked.rendered.drawn is not None
    assert [(step.name, step.outcome) for step in marked.steps][-2:] == [("c2pa.media", "passed"), ("c2pa.verified", "passed")]
    assert labels_in(marked.data) == [marked.label]
    assert marked.label.reserved_code1
    found = watermark_in(Source(marked.data), OURS.key)
    assert found is not None
    assert found[0].payload == OURS.payload
    answer = verify(marked.data, proof="full", anchors=credential.root)
    assert (answer.state, answer.check("c2pa.hash").result, answer.check("security.signature").result) == ("confirmed", "pass", "pass")
    assert answer.check("security.binding").result == "pass"


def test_the_watermark_lies_over_the_drawn_label_and_the_label_names_the_marked_pixels(
    photo: bytes, label: ImplicitLabel, key: Sm2Key
) -> None:
    drawn = mark(photo, label, explicit=WORDS).data
    both = mark(photo, label, explicit=WORDS, watermark=OURS, key=key).data
    assert drawn is not None
    assert both is not None

    changed = np.abs(pixels(both) - pixels(drawn))

    assert 0 < changed.max() < 60  # the mark, nowhere another letter
    assert verify(both, proof="full").check("security.binding").result == "pass"


def test_a_film_goes_through_every_stage_into_its_new_place(
    film: Path, tmp_path: Path, label: ImplicitLabel, key: Sm2Key, credential: Credential
) -> None:
    out = tmp_path / "out.mp4"
    before = film.read_bytes()

    marked = mark(film, label, out=out, explicit=WORDS, key=key, credential=credential)

    assert (marked.path, marked.written.path) == (out, out)
    assert labels_in(out) == [marked.label]
    assert verify_c2pa(out, "video/mp4").state == "untrusted"
    assert film.read_bytes() == before
    assert listing(tmp_path).keys() == {"out.mp4"}


def test_of_a_page_that_the_manifest_writes_anew_it_is_said_that_its_bytes_were_not_compared(
    label: ImplicitLabel, credential: Credential
) -> None:
    marked = mark(classic(one_page()), label, name="page.pdf", credential=credential)

    assert {step.name: step.outcome for step in marked.steps}["c2pa.media"] == "not_inspected"


def test_in_place_the_file_is_replaced_and_keeps_its_mode(tmp_path: Path, photo: bytes, label: ImplicitLabel) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    path.chmod(0o640)

    mark(path, label, in_place=True, explicit=WORDS)

    assert labels_in(path) == [label]
    assert (pixels(path.read_bytes()) != pixels(photo)).any()
    assert path.stat().st_mode & 0o777 == 0o640
    assert listing(tmp_path).keys() == {"photo.png"}


def test_a_link_stays_a_link_when_what_it_names_is_drawn_on(tmp_path: Path, photo: bytes, label: ImplicitLabel) -> None:
    path, link = tmp_path / "photo.png", tmp_path / "link.png"
    path.write_bytes(photo)
    link.symlink_to(path)

    mark(link, label, in_place=True, explicit=WORDS)

    assert link.is_symlink()
    assert labels_in(path) == [label]


def test_text_gets_its_label_in_sight_and_its_side_car(tmp_path: Path, label: ImplicitLabel) -> None:
    note, out = tmp_path / "note.txt", tmp_path / "out.txt"
    note.write_text("几行文字。\n", "utf-8")

    marked = mark(note, label, out=out, explicit=WORDS)

    assert "人工智能生成" in out.read_text("utf-8")
    assert marked.written.how == "beside"
    assert labels_in(out) == [label]
    assert listing(tmp_path).keys() == {"note.txt", "out.txt", "out.txt.aigc.json"}


def test_a_full_proof_decodes_both(tmp_path: Path, photo: bytes, label: ImplicitLabel) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(photo)

    marked = mark(path, label, out=tmp_path / "out.png", explicit=WORDS, proof="full")

    assert {"reader.exiftool": "passed", "media.decoded": "passed"}.items() <= {step.name: step.outcome for step in marked.steps}.items()


# Passing on


def test_a_manifest_that_is_not_signed_anew_is_told_to_be_broken(photo: bytes, label: ImplicitLabel, credential: Credential) -> None:
    first = mark(photo, label, credential=credential).data
    assert first is not None

    again = mark(first, replace(label, produce_id="n-2"))

    assert "C2PA manifest" in again.notes[0]
    assert again.data is not None
    assert verify(again.data).check("c2pa.hash").result == "fail"


def test_a_platform_signs_anew_and_names_the_file_as_it_came(
    photo: bytes, label: ImplicitLabel, platform: str, credential: Credential
) -> None:
    first = mark(photo, label, credential=credential).data
    assert first is not None
    passed_on = propagated(label, Attribute.IS, platform, "c-7")

    marked = mark(first, passed_on, credential=credential, anchors=credential.root, propagating=True)

    assert marked.data is not None
    assert labels_in(marked.data) == [passed_on]
    assert verify(marked.data).check("c2pa.hash").result == "pass"
    assert marked.steps[-1].detail == "2 manifests"


def test_a_platform_passes_on_a_number_that_it_would_not_write(photo: bytes, label: ImplicitLabel, platform: str, tmp_path: Path) -> None:
    passed_on = propagated(replace(label, produce_id="作品/一"), Attribute.IS, platform, "c-7")

    marked = mark(photo, passed_on, propagating=True)

    assert marked.data is not None
    assert labels_in(marked.data) == [passed_on]
    assert "reader.pillow" in {step.name for step in marked.steps if step.outcome == "passed"}


# Failing: nothing is put out, and what was there is as it was


def test_a_label_that_may_not_be_written_is_refused_before_the_file_is_looked_at(tmp_path: Path, label: ImplicitLabel) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-001"):
        mark(tmp_path / "absent.png", replace(label, produce_id="两"), in_place=True)


@pytest.mark.parametrize("places", [{}, {"out": "x.png", "in_place": True}])
def test_a_path_needs_one_place(tmp_path: Path, label: ImplicitLabel, places: dict[str, str | bool]) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-025"):
        mark(tmp_path / "a.png", label, **places)  # type: ignore[arg-type]  # two kinds of values in one mapping


def test_bytes_have_no_place(photo: bytes, label: ImplicitLabel) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-025"):
        mark(photo, label, in_place=True)


def test_text_in_memory_is_refused_with_and_without_a_label_in_sight(label: ImplicitLabel) -> None:
    for explicit in (None, WORDS):
        with pytest.raises(Unsupported, match="BL-LABEL-013"):
            mark("几行文字。\n".encode(), label, name="note.txt", explicit=explicit)


def test_an_unreadable_path_is_an_error_of_the_system(tmp_path: Path, label: ImplicitLabel) -> None:
    for explicit in (None, WORDS):
        with pytest.raises(FileNotFoundError):
            mark(tmp_path / "absent.png", label, out=tmp_path / "out.png", explicit=explicit)
    assert listing(tmp_path) == {}


@pytest.mark.parametrize("explicit", [None, WORDS])
def test_a_place_that_cannot_be_written_is_told_so(tmp_path: Path, photo: bytes, label: ImplicitLabel, explicit: Explicit | None) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    (tmp_path / "no folder").write_bytes(b"")

    with pytest.raises(LabelError, match="BL-LABEL-023"):
        mark(path, label, out=tmp_path / "no folder" / "out.png", explicit=explicit)
    assert listing(tmp_path) == {"photo.png": photo, "no folder": b""}


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_disk_that_is_full_in_the_middle_leaves_the_original(
    tmp_path: Path, photo: bytes, label: ImplicitLabel, in_place: bool, share: float
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(share * len(photo)), before[1]))  # what is written beyond it fails, as on a full disk
    try:
        with pytest.raises(LabelError, match="BL-LABEL-024"):
            mark(path, label, out=None if in_place else tmp_path / "out.png", in_place=in_place, explicit=WORDS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert listing(tmp_path) == {"photo.png": photo}


@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        ("cut.png", picture()[:-40], {"explicit": WORDS}),  # the drawing fails
        ("sound.wav", b"RIFF\x00\x00\x00\x00WAVE", {"watermark": OURS}),  # no picture to hide a watermark in
        ("note.md", "# 标题\n".encode(), {"explicit": WORDS, "credential": Credential.made("Brightline test")}),  # no place for a manifest
        ("photo.png", picture(), {"credential": Credential("no certificate", "no key")}),  # the signing fails, last of all
    ],
)
@pytest.mark.parametrize("in_place", [True, False])
def test_whichever_stage_fails_nothing_is_put_out(
    tmp_path: Path, label: ImplicitLabel, name: str, data: bytes, wanted: dict[str, object], in_place: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    place: dict[str, object] = {"in_place": True} if in_place else {"out": tmp_path / f"out{path.suffix}"}

    with pytest.raises(LabelError):
        mark(path, label, **place, **wanted)  # type: ignore[arg-type]  # as above

    assert listing(tmp_path) == {name: data}
    with pytest.raises(LabelError):
        mark(data, label, name=name, **wanted)  # type: ignore[arg-type]  # as above


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path, photo: bytes, label: ImplicitLabel) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(photo)

    def a_second_one(_: Marked) -> None:
        for explicit in (None, WORDS):
            with pytest.raises(LabelError, match="BL-LABEL-021"):
                mark(path, replace(label, produce_id="n-2"), in_place=True, explicit=explicit)

    for explicit in (None, WORDS):
        mark(path, label, in_place=True, explicit=explicit, before_put_out=a_second_one)
        assert labels_in(path) == [label]


# What is kept of it before it is put out


def refuse(_: Marked) -> None:
    raise Refused


FILES = {"photo.png": picture, "note.txt": lambda: "几行文字。\n".encode()}


@pytest.mark.parametrize("name", ["photo.png", "note.txt", "film.mp4"])
@pytest.mark.parametrize("explicit", [None, WORDS])
@pytest.mark.parametrize("in_place", [True, False])
def test_what_cannot_be_recorded_is_not_put_out(
    tmp_path: Path, film: Path, label: ImplicitLabel, name: str, explicit: Explicit | None, in_place: bool
) -> None:
    data = film.read_bytes() if name == "film.mp4" else FILES[name]()
    path = tmp_path / name
    path.write_bytes(data)

    out = None if in_place else tmp_path / f"out{path.suffix}"

    with pytest.raises(Refused):
        mark(path, label, out=out, in_place=in_place, explicit=explicit, before_put_out=refuse)

    assert listing(tmp_path) == {name: data}


def test_bytes_that_cannot_be_recorded_are_not_returned(photo: bytes, label: ImplicitLabel) -> None:
    with pytest.raises(Refused):
        mark(photo, label, before_put_out=refuse)


@pytest.mark.parametrize("explicit", [None, WORDS])
def test_the_record_is_told_once_of_a_file_that_is_finished(
    tmp_path: Path, photo: bytes, label: ImplicitLabel, explicit: Explicit | None
) -> None:
    path, out, told = tmp_path / "photo.png", tmp_path / "out.png", []
    path.write_bytes(photo)

    def keep(marked: Marked) -> None:
        assert marked.path is not None
        assert not out.exists()
        told.append((marked.path.read_bytes(), marked))

    marked = mark(path, label, out=out, explicit=explicit, before_put_out=keep)

    (data, then) = told[0]
    assert len(told) == 1
    assert out.read_bytes() == data
    assert then.path != out
    assert replace(then, path=out, written=replace(then.written, path=out)) == marked


def test_the_record_of_bytes_gets_the_very_bytes(photo: bytes, label: ImplicitLabel, credential: Credential) -> None:
    kept: list[Marked] = []
    keep: Callable[[Marked], None] = kept.append

    assert [mark(photo, label, before_put_out=keep), mark(photo, label, credential=credential, before_put_out=keep)] == kept
