"""The evaluation scripts as modules: they stand outside the package, so they are found beside each other, as when they are run."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

EVALS = Path(__file__).parents[2] / "evals"


@pytest.fixture
def contrast(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``evals/contrast.py``, which measures the contrast set."""
    monkeypatch.syspath_prepend(EVALS)
    return importlib.import_module("contrast")
