"""The commands of docs/labels.md, and those on labels in README.md, do what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.shell import Shell, picture

ROOT = Path(__file__).parents[2]


def _blocks(page: str, word: str) -> list[str]:
    return [block for block in re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL) if word in block]


@pytest.fixture
def files(shell: Shell) -> None:
    """What the pages name: a picture, films, a text, an agreement."""
    picture("picture.png")
    Path("films").mkdir()
    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=10", "film.mp4"]
    subprocess.run(command, check=True, timeout=60)
    Path("films/film.mp4").write_bytes(Path("film.mp4").read_bytes())
    Path("letter.txt").write_text("黄河发源于青藏高原，流经九个省区，最后注入渤海。" * 3, "utf-8")
    Path("terms.md").write_text(
        "本服务对生成合成内容添加显式标识和隐式标识：图片右下角标注“人工智能生成”字样，文件元数据写入隐式标识。\n请您仔细阅读并理解上述标识要求。\n",
        "utf-8",
    )


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("block", _blocks("docs/labels.md", "brightline") + _blocks("README.md", "brightline label "))
def test_each_command_runs_and_ends_as_it_should(shell: Shell, block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUTF8", "1")
    for line in block.strip().splitlines():
        program, *arguments = shlex.split(line.replace(".venv/bin/", ""))
        if program == "export":
            monkeypatch.setenv(*arguments[0].split("=", 1))
        elif program == "brightline":
            ran = shell(*arguments)
            assert ran.status == 0, (line, ran.out, ran.err)
        else:
            subprocess.run([program, *arguments], check=True, timeout=60)
