"""The examples in docs/labels.md run as written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image

PAGE = Path(__file__).parents[2] / "docs" / "labels.md"


def test_the_examples_of_the_page_run_and_print_what_it_says(tmp_path: Path) -> None:
    on_files, on_texts = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    Image.effect_noise((320, 240), 40).convert("RGB").save(tmp_path / "picture.png")
    files, texts = (_printed(example, tmp_path) for example in (on_files, on_texts))
    assert "confirmed declared unknown ok" in files
    assert "该图片属于人工智能生成合成内容" in files
    assert files.endswith("lost\n")
    assert "（本内容由人工智能生成）" in texts
    assert "GB 45438-2025 5.1" in texts


def _printed(example: str, folder: Path) -> str:
    environ = os.environ | {"PYTHONUTF8": "1"}
    command = [sys.executable, "-c", example]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True, timeout=60).stdout
