"""The code in docs/text.md runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "text.md"


def test_the_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    exec(compile(code, str(DOCS), "exec"), {})  # noqa: S102 - the page's own example
    shown = capsys.readouterr().out
    assert "'时 时 彩'" in shown
    assert "今天天气很好。" in shown
