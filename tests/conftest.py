"""Fixtures that more than one room uses. A room's own stand in its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from brightline.config import Settings, load_settings

pytest_plugins = ["tests.plugins.postgres"]

# How long an example takes says something of the machine, not of the code.
hypothesis_settings.register_profile("brightline", deadline=None)
hypothesis_settings.load_profile("brightline")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in Settings.model_fields:
        monkeypatch.delenv(f"BRIGHTLINE_{key.upper()}", raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation in a folder of its own."""
    return load_settings(home=tmp_path / "home")


@pytest.fixture
def postgres_url(postgres_url_factory: Callable[[], str]) -> str:
    """A fresh, empty PostgreSQL database."""
    return postgres_url_factory()
