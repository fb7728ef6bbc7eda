"""Plain text has no place for a label: it stands in a file beside it, and only for that very content."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from brightline.labels.errors import Unsupported
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import read


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes("本文由模型写成。\r\n".encode())
    return path


def test_in_place_the_text_stays_and_a_side_car_comes(note: Path, label: ImplicitLabel) -> None:
    before = note.read_bytes()

    written = write_label(note, label, in_place=True)

    assert note.read_bytes() == before
    assert written.how == "beside"
    assert [site.label for site in read(note).labels] == [label]
    assert json.loads((note.parent / "note.txt.aigc.json").read_bytes())["content"]["name"] == "note.txt"


def test_elsewhere_the_text_is_copied_with_its_side_car(note: Path, tmp_path: Path, label: ImplicitLabel) -> None:
    (tmp_path / "out").mkdir()

    write_label(note, label, out=tmp_path / "out" / "other.txt")

    assert (tmp_path / "out" / "other.txt").read_bytes() == note.read_bytes()
    assert [site.label for site in read(tmp_path / "out" / "other.txt").labels] == [label]
    assert read(note).sites == ()


def test_a_second_label_replaces_the_first(note: Path, label: ImplicitLabel) -> None:
    write_label(note, label, in_place=True)

    written = write_label(note, replace(label, produce_id="n-2"), in_place=True)

    assert [site.label for site in written.replaced] == [label]
    assert [site.fields["ProduceID"] for site in read(note).labels] == ["n-2"]


def test_a_changed_text_has_no_label_and_the_reading_says_why(note: Path, label: ImplicitLabel) -> None:
    write_label(note, label, in_place=True)
    note.write_bytes(note.read_bytes() + b"!")

    found = read(note)

    assert found.labels == ()
    assert "other content" in found.reading.gaps[0].reason


def test_text_in_memory_has_nothing_to_stand_beside(label: ImplicitLabel) -> None:
    with pytest.raises(Unsupported, match="side-car"):
        write_label(b"text", label, name="note.txt")
