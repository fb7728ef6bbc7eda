"""What docs/corpus.md tells a newcomer to type works as written, on an example of 60 kB instead of 300 MB."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.shell import Shell

PAGE = (Path(__file__).parent.parent / "docs" / "corpus.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_commands_and_the_python_of_the_page_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTLINE_CORPUS_WORKERS", "1")
    shell = Shell(capsys, monkeypatch)
    commands = [line for block in _blocks("sh") for line in block.splitlines() if line.strip()]
    assert commands[0] == "brightline corpus example town-data --mb 300"

    for command in commands:
        ran = shell(*shlex.split(command.replace("--mb 300", "--mb 0.06"))[1:])
        assert ran.status == 0, (command, ran.out, ran.err)
    assert list((tmp_path / "town-clean" / "clean").glob("*.jsonl"))

    (program,) = _blocks("python")
    exec(compile(program, "docs/corpus.md", "exec"), {})  # noqa: S102  # our own page
    assert "documents would go" in capsys.readouterr().out
