"""Connections: one SQLAlchemy engine for SQLite or PostgreSQL, set up so that a commit is on disk when it returns.

SQLite: WAL, ``synchronous=FULL``, foreign keys, a busy timeout, and *we* begin transactions: ``BEGIN`` for reading and
``BEGIN IMMEDIATE`` for writing, so that two writers queue up instead of failing half-way (SQLAlchemy's documented recipe
for pysqlite). PostgreSQL: psycopg 3; ``synchronous_commit`` stays as the server has it, ``on`` by default.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from brightline.errors import StoreError
from brightline.store.faults import store_error

__all__ = ["BUSY_TIMEOUT_MS", "Database", "database_url"]

BUSY_TIMEOUT_MS = 5_000  # a writer of another process holds the lock for milliseconds; five seconds mean that something is wrong
_POSTGRESQL_ARGUMENTS = {
    "application_name": "brightline",
    "connect_timeout": 10,
    # A server that vanished without a word must not hold answers back for the kernel's usual quarter of an hour.
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def database_url(url: str) -> URL:
    """The SQLAlchemy URL for what people write: ``sqlite:///file``, ``postgresql://…`` and ``postgres://…`` (→ psycopg 3).

    Raises ``StoreError`` BL-STORE-009 for any other database, and for SQLite in memory, which no second connection would see.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("BL-STORE-009", "the database URL cannot be read", _URL_HINT) from None
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if not parsed.database or parsed.database.startswith((":memory:", "file:")):
            raise StoreError("BL-STORE-009", "SQLite needs a plain file, not memory or a file: URI", _URL_HINT)
        return parsed.set(drivername="sqlite")
    raise StoreError("BL-STORE-009", f"{parsed.drivername!r} is not a supported database", _URL_HINT)


_URL_HINT = "write sqlite:////absolute/path.db or postgresql://user:password@host/database"


class Database:
    """An engine with its two kinds of transaction, ``reading()`` and ``writing()``; errors leave as ``StoreError``."""

    def __init__(self, url: str) -> None:
        self.url = database_url(url)
        self.dialect = self.url.get_backend_name()
        self.is_sqlite = self.dialect == "sqlite"
        # Writers of one process take turns here: SQLite's own busy handler would sleep up to 100 ms at a time.
        self._turn = threading.Lock()
        if self.is_sqlite:
            self.engine = _sqlite_engine(self.url)
        else:
            self.engine = create_engine(
                self.url,
                pool_pre_ping=True,
                pool_size=5,
                max_overflow=10,
                connect_args=_POSTGRESQL_ARGUMENTS,
            )
        self._writer = self.engine.execution_options(immediate=True)
        self._driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error  # what a cursor of our own raises

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection inside a read transaction, that is, one consistent view."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except (DBAPIError, PoolTimeout, self._driver_error) as problem:
            raise store_error(problem) from problem

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection inside a write transaction: committed at the end, rolled back if the block raises."""
        try:
            with self.turn(), self._writer.begin() as connection:
                yield connection
        except (DBAPIError, PoolTimeout, self._driver_error) as problem:
            raise store_error(problem) from problem

    @contextmanager
    def turn(self) -> Iterator[None]:
        """This process's turn to write to SQLite; on PostgreSQL nobody has to wait."""
        if not self.is_sqlite:
            yield
            return
        with self._turn:
            yield


def _sqlite_engine(url: URL) -> Engine:
    path = Path(str(url.database))
    if not path.parent.is_dir():
        raise StoreError("BL-STORE-003", f"the folder {path.parent} for the database does not exist", "create it, or change database_url")
    if not path.exists():
        path.touch(mode=0o600)  # it will hold what people wrote; SQLite gives its side files the same rights
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin or commit behind our back
    cursor = connection.cursor()
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("immediate") else "BEGIN")
