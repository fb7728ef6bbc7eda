"""Migrating: bring the tables up (or down) to a revision, once, however many processes start together.

The steps are Alembic scripts in ``migrations/``. A store that is up to date pays one small query and never imports Alembic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from brightline.errors import StoreError
from brightline.store.engine import Database
from brightline.store.faults import store_error

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["HEAD", "SchemaStatus", "downgrade", "migrate", "status"]

HEAD = "0006"
"""The newest revision that this program knows; a test compares it with the scripts."""

_LOCK = 0x6272_6C6E  # "brln": the advisory lock of migrations on PostgreSQL


class SchemaStatus(NamedTuple):
    """The revision of the database (None: no tables yet), the newest known one, and whether they are the same."""

    revision: str | None
    head: str
    up_to_date: bool


def status(database: Database) -> SchemaStatus:
    """Where the database stands. Raises ``StoreError`` if it cannot be reached."""
    with database.reading() as connection:
        revision = _revision(connection)
    return SchemaStatus(revision, HEAD, revision == HEAD)


def migrate(database: Database, revision: str = "head") -> bool:
    """Bring the tables up to ``revision``; false if there was nothing to do.

    Raises ``StoreError`` BL-STORE-005 if the tables come from a newer program.
    """
    if revision == "head" and status(database).up_to_date:
        return False
    with _alone(database) as connection:
        present = _revision(connection)
        if revision == "head" and present == HEAD:  # another process was faster
            return False
        from alembic import command
        from alembic.util.exc import CommandError

        try:
            command.upgrade(_config(connection), revision)
        except CommandError as problem:
            raise StoreError(
                "BL-STORE-005",
                f"the tables have revision {present!r}, which this program (newest: {HEAD!r}) does not know",
                "install the newer Brightline, or restore a backup made with this one",
            ) from problem
    return True


def downgrade(database: Database, revision: str) -> None:
    """Take the tables back to an older ``revision`` (``base``: remove them with all that is in them)."""
    with _alone(database) as connection:
        from alembic import command

        command.downgrade(_config(connection), revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A connection in a transaction that no other process's migration can enter, outside the pool."""
    if database.is_sqlite:
        engine = create_engine(database.url, poolclass=NullPool, connect_args={"timeout": 60})
        event.listen(engine, "connect", _plain_sqlite)
        event.listen(engine, "begin", _begin_exclusive)
    else:
        engine = create_engine(database.url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection
    except DBAPIError as problem:
        raise store_error(problem) from problem
    finally:
        engine.dispose()


def _plain_sqlite(connection: object, _record: object) -> None:
    # Foreign keys stay off here: Alembic's batch mode rebuilds tables under a new name.
    connection.isolation_level = None  # type: ignore[attr-defined]
    connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]
    connection.execute("PRAGMA synchronous = FULL")  # type: ignore[attr-defined]


def _begin_exclusive(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN EXCLUSIVE")


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "brightline.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
