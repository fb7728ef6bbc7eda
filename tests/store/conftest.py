"""Every test of the store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from brightline.store import Store
from brightline.store.tables import metadata

sys.path.insert(0, str(Path(__file__).parent))  # for `making`


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'brightline.db'}"
    factory: Callable[[], str] = request.getfixturevalue("postgres_url_factory")
    return factory()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("migrated") / "brightline.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url_factory: Callable[[], str]) -> str:
    """A migrated PostgreSQL database, which each test leaves empty: creating one for each would take 0.3 s."""
    url = postgres_url_factory()
    Store.open(url).close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An open store with its tables, otherwise empty."""
    if request.param == "sqlite":
        store = Store.open(f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), tmp_path / 'brightline.db')}")
        yield store
        store.close()
        return
    store = Store.open(request.getfixturevalue("migrated_postgres"))
    yield store
    with store.database.writing() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(table.name for table in metadata.sorted_tables)} RESTART IDENTITY"))
    store.close()
