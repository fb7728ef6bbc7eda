"""The example in docs/labels.md runs as written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "labels.md"


def test_the_example_of_the_page_runs_and_prints_the_label(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    environ = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True, timeout=60
    )
    assert "（本内容由人工智能生成）" in done.stdout
    assert "GB 45438-2025 5.1" in done.stdout
