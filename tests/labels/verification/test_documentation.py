"""docs/label-verification.md names every check and every trace, and its example runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from brightline.labels.verification.check_catalogue import catalogue
from brightline.labels.verification.trace_table import trace_table
from brightline.labels.verification.verdict import State

DOC = (Path(__file__).parents[3] / "docs" / "label-verification.md").read_text("utf-8")


def test_every_check_stands_in_the_table_with_its_rule() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (fail|warn) \| ([\w.-]+) \|", DOC, re.MULTILINE)

    assert rows == [(check.id, check.worst, check.rule) for check in catalogue().values()]


def test_every_trace_stands_in_the_table_with_what_it_means() -> None:
    rows = re.findall(r"^\| `(trace\.[\w.]+)` \| .* \| (statement|trace) \|", DOC, re.MULTILINE)

    assert rows == [(row.id, row.means) for row in trace_table()]


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_explained(state: State) -> None:
    assert str(state) in DOC


def test_the_example_runs_and_prints_what_it_says() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    ran = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.splitlines() == re.findall(r"print\(.*\)  # (.*)", example)
