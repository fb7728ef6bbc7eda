"""``shell``: the command line in an empty folder, with a provider code made for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.labels.conftest import PRODUCER_CODE


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BRIGHTLINE_LABEL_PROVIDER_CODE", PRODUCER_CODE)
    return Shell(capsys, monkeypatch)
