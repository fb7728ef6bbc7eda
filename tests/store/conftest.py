"""Every test of the store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brightline.store import Store

sys.path.insert(0, str(Path(__file__).parent))  # for `making`


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'brightline.db'}"
    factory: Callable[[], str] = request.getfixturevalue("postgres_url_factory")
    return factory()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store, migrated."""
    store = Store.open(database_url)
    yield store
    store.close()
