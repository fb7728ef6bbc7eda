"""The examples of docs/label-security.md run as written and say what the page says they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "label-security.md").read_text("utf-8")


def _printed(example: str, folder: Path) -> list[str]:
    environ = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", example], cwd=folder, env=environ, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


def test_the_examples_print_what_stands_beside_them(tmp_path: Path) -> None:
    examples = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 2
    for number, example in enumerate(examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        said = re.findall(r"^print\(.*\)\s+# (.+)$", example, re.MULTILINE)
        assert said
        assert [line.split(":")[0] for line in said] == _printed(example, folder)


def test_every_code_of_the_room_stands_on_the_page() -> None:
    source = Path(__file__).parents[3] / "src" / "brightline" / "labels"
    codes = {
        code
        for folder in ("security", "provenance")
        for path in (source / folder).glob("*.py")
        for code in re.findall(r'"(BL-LABEL-\d+)"', path.read_text("utf-8"))
    }
    assert codes == set(re.findall(r"BL-LABEL-\d+", PAGE))
