"""``brightline corpus``: its commands are imported when they are used, and all of them are still found."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from brightline.cli import corpus, main
from tests.installation import environment


@pytest.mark.parametrize("command", corpus.COMMANDS)
def test_every_command_of_the_table_is_there(command: str) -> None:
    assert callable(getattr(import_module(f"brightline.cli.corpus.{corpus.COMMANDS[command]}"), command))


def test_a_mistyped_command_is_told_which_one_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["corpus", "emti"])
    assert ended.value.code == 2
    assert "emit" in capsys.readouterr().err


def test_help_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["corpus", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(f" {command} " in said for command in corpus.COMMANDS)


def test_a_decision_does_not_load_what_reports_and_the_desk_need(tmp_path: Path) -> None:
    program = "import sys; import brightline.cli.corpus, brightline.cli.corpus.deciding\n"
    program += (
        "print([name for name in sys.modules if name.startswith(('brightline.corpus.reporting', 'brightline.corpus.sampling', 'pyarrow'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout == "[]\n"
