"""What processes of our own leave alone: Arrow does not bring pandas, and deciding does not bring the store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import environment

pytest.importorskip("pandas")  # where it is not installed there is nothing to leave alone


def _said(program: str, folder: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(folder), cwd=folder, capture_output=True, text=True, timeout=120, check=True
    )
    return ran.stdout


def test_arrays_are_made_without_pandas_and_who_asks_for_it_afterwards_gets_it(tmp_path: Path) -> None:
    program = """
import sys
from brightline.corpus.arrow_alone import without_pandas
with without_pandas():
    import pyarrow as pa
    print(pa.array(["one", None]).null_count, "pandas" in sys.modules)
import pandas
print(len(pandas.Series([1, 2])))
"""
    assert _said(program, tmp_path) == "1 False\n2\n"


def test_who_imported_pandas_before_keeps_it(tmp_path: Path) -> None:
    program = """
import pandas, pyarrow as pa
from brightline.corpus.arrow_alone import without_pandas
with without_pandas():
    print(pa.array(pandas.Series([1, 2])).to_pylist())
"""
    assert _said(program, tmp_path) == "[1, 2]\n"


@pytest.mark.parametrize("task", ["brightline.corpus.annotating", "brightline.corpus.deciding.task", "brightline.corpus.emitting.task"])
def test_a_worker_has_no_use_for_the_store(task: str, tmp_path: Path) -> None:
    assert _said(f"import sys, {task}; print('sqlalchemy' in sys.modules, 'pydantic_settings' in sys.modules)", tmp_path) == "False False\n"
