"""The evaluation script: it measures what it is given, says what it skipped, and fails when over-blocking goes over the budget."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[2] / "evals" / "moderation.py"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evals_moderation", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


EVAL = _module()


def _run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"BRIGHTLINE_DATA": str(data), "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], env=environ, capture_output=True, text=True, check=False, timeout=120)


def test_absent_data_are_named_and_skipped(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("SKIPPED") == len(EVAL.SOURCES)


@pytest.mark.parametrize(("instruction", "status", "stopped"), [("Explain how rain forms.", 0, 0.0), ("Write a keylogger script.", 1, 0.5)])
def test_a_source_is_measured_and_the_budget_enforced(tmp_path: Path, instruction: str, status: int, stopped: float) -> None:
    folder = tmp_path / "open" / "harmbench-val"
    folder.mkdir(parents=True)
    rows = [{"instruction": "Describe a sunset."}, {"instruction": instruction}]
    (folder / "harmless_test.json").write_text(json.dumps(rows), "utf-8")
    done = _run(tmp_path, "English", "--json")
    assert done.returncode == status, done.stderr
    (row,) = json.loads(done.stdout)["rows"]
    assert (row["texts"], row["stopped"]) == (2, stopped)


@given(total=st.integers(1, 5000), data=st.data())
def test_the_interval_holds_the_share_and_stays_between_zero_and_one(total: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, total))
    low, high = EVAL.wilson(hits, total)
    assert 0.0 <= low <= hits / total + 1e-12
    assert hits / total - 1e-12 <= high <= 1.0


def test_the_interval_of_none_in_a_thousand_is_the_published_one() -> None:
    low, high = EVAL.wilson(0, 1000)
    assert low == pytest.approx(0.0, abs=1e-12)
    assert high == pytest.approx(0.00383, abs=1e-5)  # z² / (n + z²)
