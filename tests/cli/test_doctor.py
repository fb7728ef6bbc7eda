"""``brightline doctor`` says what is wrong and what to do, and does not stop at the first thing."""

from __future__ import annotations

import json
from pathlib import Path

from tests.installation import brightline, free_port, in_process


def test_a_fresh_home_is_well(tmp_path: Path) -> None:
    found = brightline(tmp_path, "doctor", "--json")
    checks = {check["name"]: check for check in json.loads(found.stdout)}
    assert found.returncode == 0, found.stdout
    assert {"python", "settings", "rulebook", "goals", "database", "ledger", "upstream"} <= checks.keys()
    assert "sandbox" in checks["upstream"]["seen"]
    assert {"provider code", "label key", "credential", "ffmpeg", "uploads"} <= checks.keys()


def test_an_upstream_that_does_not_answer_and_a_loose_secret_are_both_named(tmp_path: Path) -> None:
    assert brightline(tmp_path, "doctor").returncode == 0
    (tmp_path / "keys" / "ledger.key").chmod(0o644)
    found = brightline(tmp_path, "doctor", "--json", upstream=f"http://127.0.0.1:{free_port()}/v1")
    bad = {check["name"] for check in json.loads(found.stdout) if not check["ok"]}
    assert found.returncode == 1
    assert {"secrets", "upstream"} <= bad


def test_a_signing_key_that_is_gone_is_a_fault_and_advice_is_a_note(tmp_path: Path) -> None:
    settings = {"label_provider_code": "Example Technology", "label_media": "implicit"}
    well = in_process(tmp_path, "doctor", **settings).stdout.decode()
    assert "note provider code" in well
    assert "→ Set the code of 27 characters" in well
    found = in_process(tmp_path, "doctor", "--json", label_key_file=str(tmp_path / "gone"), **settings)
    checks = {check["name"]: check for check in json.loads(found.stdout)}
    assert found.returncode == 1
    assert "BL-LABEL-030" in checks["label key"]["seen"]
    assert (checks["provider code"]["ok"], checks["provider code"]["note"]) == (True, True)


def test_a_wrong_setting_is_reported_with_its_cure(tmp_path: Path) -> None:
    found = in_process(tmp_path, "doctor", "--json", port="70000")
    checks = {check["name"]: check for check in json.loads(found.stdout)}
    assert found.returncode == 1
    assert "70000" in checks["settings"]["seen"]
