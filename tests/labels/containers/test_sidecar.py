"""The side-car of plain text: it holds for one content and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brightline.labels.containers.sidecar import CONVENTION, PLAIN, digest_of, read_sidecar, sidecar_for, sidecar_path
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in


@pytest.fixture
def text(tmp_path: Path, label: ImplicitLabel) -> Path:
    """A text with its side-car."""
    path = tmp_path / "答案.txt"
    path.write_text("An answer.", "utf-8")
    with opened(path) as source:
        sidecar_path(path).write_bytes(sidecar_for(path, label.to_json(), digest_of(source)))
    return path


def test_a_side_car_gives_the_label_of_its_content(text: Path, label: ImplicitLabel) -> None:
    reading = read_sidecar(text)
    assert reading is not None
    (site,) = sites_in(reading.entries)
    assert (site.place, site.label, site.quoted) == ("sidecar", label, False)
    assert not reading.gaps


def test_it_is_readable_json_that_names_convention_and_content(text: Path, label: ImplicitLabel) -> None:
    document = json.loads(sidecar_path(text).read_text("utf-8"))
    assert document["AIGC"] == label.fields
    assert document["convention"] == CONVENTION
    assert document["content"]["name"] == "答案.txt"
    assert document["content"]["size_bytes"] == 10


def test_a_side_car_of_other_content_labels_nothing(text: Path) -> None:
    text.write_text("Another text.", "utf-8")
    reading = read_sidecar(text)
    assert reading is not None
    assert "other content" in reading.gaps[0].reason
    assert [site.quoted for site in sites_in(reading.entries)] == [True]


def test_a_text_whose_name_leaves_no_room_for_a_side_cars_has_none(tmp_path: Path) -> None:
    text = tmp_path / ("a" * 250 + ".txt")
    text.write_text("你好", "utf-8")
    assert read_sidecar(text) is None


def test_a_text_without_a_side_car_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert read_sidecar(tmp_path / "a.txt") is None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"[1]",
        b"{}",
        b'{"AIGC":{},"content":{}}',
        b'{"AIGC":{},"content":{"sha256":"0"}}',
        b'{"AIGC":{},"content":{"sha256":"0"},"convention":"another/9"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * 300_000,
    ],
)
def test_a_broken_side_car_is_a_gap(text: Path, broken: bytes) -> None:
    sidecar_path(text).write_bytes(broken)
    reading = read_sidecar(text)
    assert reading is not None
    assert reading.entries == ()
    assert "was not read" in reading.gaps[0].reason


def test_plain_text_is_read_without_entries_and_names_the_side_car_on_writing(label: ImplicitLabel) -> None:
    source = Source(b"An answer.", "answer.txt")
    assert PLAIN.accepts(b"An answer.", "answer.TXT")
    assert not PLAIN.accepts(b"{}", "answer.txt.aigc.json")
    assert PLAIN.read(source).entries == ()
    assert PLAIN.read(source).media == ((0, 10),)
    with pytest.raises(Unsupported, match=r"answer\.txt\.aigc\.json"):
        PLAIN.plan(source, label.to_json())
