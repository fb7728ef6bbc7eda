from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from brightline.corpus.sources import Source, Unusable
from tests.corpus.sources.making import SOURCE


@settings(max_examples=80)
@given(SOURCE)
def test_a_source_comes_back_from_its_document(source: Source) -> None:
    assert Source.from_document(source.to_document()) == source


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "Big Wiki"}, ("id",)),
        ({"id": "x" * 65}, ("id",)),
        ({"name": ""}, ("name",)),
        ({"kind": None}, ("kind",)),
        ({"kind": "found"}, ("kind",)),
        ({"status": "fine"}, ("status",)),
        ({"country": "China"}, ("country",)),
        ({"languages": ["Chinese"]}, ("languages",)),
        ({"languages": "zh"}, ("languages",)),
        ({"languages": ["zh"] * 201}, ("languages",)),
        ({"media": ["papyrus"]}, ("media",)),
        ({"licence": {"spdx": "Public Domain"}}, ("licence", "spdx")),
        ({"licence": {"evidence": {"sha256": "abc"}}}, ("licence", "evidence", "sha256")),
        ({"licence": "MIT"}, ("licence",)),
        ({"contract": {"valid_until": "next year"}}, ("contract", "valid_until")),
        ({"contract": {"valid_from": "2026-02-01", "valid_until": "2026-01-01"}}, ("contract", "valid_until")),
        ({"contract": {"permits_training": "yes"}}, ("contract", "permits_training")),
        ({"personal": {"basis": "because"}}, ("personal", "basis")),
        ({"robots": {"verdict": "ignored"}}, ("robots", "verdict")),
        ({"notes": "x" * 4_001}, ("notes",)),
        ({"notes": 5}, ("notes",)),
        ({"colour": "red"}, ("colour",)),
        ({"contract": {"price": "1"}}, ("contract", "price")),
    ],
)
def test_what_cannot_be_kept_is_named(change: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(Unusable, match="BL-CORPUS-041") as caught:
        Source.from_document({"id": "wiki", "name": "Wiki", "kind": "open_data"} | change)
    assert caught.value.path == path
    assert caught.value.hint


def test_a_source_is_a_mapping() -> None:
    with pytest.raises(Unusable, match="BL-CORPUS-041"):
        Source.from_document(["wiki"])  # type: ignore[arg-type]  # as a file may have it


def test_overseas_is_what_lies_outside_the_mainland_and_unknown_is_unknown() -> None:
    made = [Source("a", "A", "own", country=country).is_overseas for country in ("CN", "HK", "US", "")]
    assert made == [False, True, True, None]
