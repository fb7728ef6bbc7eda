"""The examples in docs/corpus-sampling.md and docs/corpus-sources.md run as written and print what the pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_examples_of_the_page_on_sampling_print_what_it_says(tmp_path: Path) -> None:
    plan, drawing = _blocks("corpus-sampling.md", "python")
    assert _printed(plan, tmp_path) == "160 139\n131\n0.521 0.047\n"
    drawn, right, wrong = _printed(drawing, tmp_path).splitlines()
    assert (drawn, right) == ("300 200", "()")
    assert wrong == "('1 inspected documents were not drawn', '1 drawn documents were not inspected')"


def test_the_example_of_the_page_on_sources_reads_the_file_that_it_shows(tmp_path: Path) -> None:
    (text,) = _blocks("corpus-sources.md", "yaml")
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    printed = _printed(_blocks("corpus-sources.md", "python")[0], tmp_path)
    assert "zhwiki 100% of" in printed
    assert "missing: contract.warrants_origin" in printed
    assert "forbids: the contract ended on 2026-06-30" in printed
    assert "verdict='blacklisted', inspected=200" in printed
    assert "more=777" in printed


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def _printed(example: str, folder: Path) -> str:
    environ = os.environ | {"PYTHONUTF8": "1"}
    command = [sys.executable, "-c", example]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True, timeout=60).stdout
