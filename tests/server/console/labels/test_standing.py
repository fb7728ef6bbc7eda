"""How labels stand: what is set, what is missing, what cannot be used, and the setting behind each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brightline.config import load_settings
from brightline.server.console.labels.standing import Line, standing
from brightline.service import Service
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE


def lines(home: Path, **settings: Any) -> dict[str, Line]:
    service = Service.open(load_settings(home=home, **settings))
    return {line.setting or line.name: line for line in standing(service.settings, service.labelling)}


def test_a_fresh_installation_is_told_what_is_missing_and_where_to_set_it(tmp_path: Path) -> None:
    found = lines(tmp_path)
    assert found["label_provider_code"].state == found["label_platform_code"].state == "warn"
    assert {found[name].state for name in ("label_key_file", "label_c2pa_chain", "label_pins_file", "label_c2pa_anchors")} == {"off"}
    assert found["ffmpeg"].state == "ok"


def test_codes_are_taken_apart(tmp_path: Path) -> None:
    found = lines(tmp_path, label_provider_code=PRODUCER_CODE, label_platform_code=PLATFORM_CODE)
    parts = [found[name].code for name in ("label_provider_code", "label_platform_code")]
    assert [(code.role, code.uscc) for code in parts if code] == [("1", PRODUCER_CODE[4:22]), ("2", PLATFORM_CODE[4:22])]


def test_a_code_of_the_other_role_is_bad_and_says_why(tmp_path: Path) -> None:
    line = lines(tmp_path, label_provider_code=PLATFORM_CODE)["label_provider_code"]
    assert (line.state, "role digit" in line.problem) == ("bad", True)


@pytest.mark.parametrize("setting", ["label_key_file", "label_pins_file"])
def test_a_file_that_cannot_be_used_is_bad_and_names_its_error(tmp_path: Path, setting: str) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing of use", "ascii")
    line = lines(tmp_path / "home", **{setting: broken})[setting]
    assert (line.state, "BL-" in line.problem) == ("bad", True)
