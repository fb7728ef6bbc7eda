"""The command itself: help, names, exit codes."""

from __future__ import annotations

import pytest

from brightline.cli import COMMANDS, main


def _ran(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int | str | None, str, str]:
    status: int | str | None = 0
    try:
        main(arguments)
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = _ran(arguments, capsys)
    assert status == 0
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "version"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = _ran([name, "--help"], capsys)
    assert status == 0
    assert f"Usage: brightline {name}" in out


def test_a_mistyped_command_is_answered_with_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = _ran(["rule"], capsys)
    assert status == 2
    assert "BL-INPUT-026" in err
    assert "'rules'" in err


def test_an_error_below_is_code_sentence_and_hint_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = _ran(["rules", "show", "XYZ-1"], capsys)
    assert (status, out) == (2, "")
    assert "BL-" in err
    assert "→" in err


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ran(["version"], capsys)[1].startswith("brightline 0.")
