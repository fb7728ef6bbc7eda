"""The connection over which a process writes decisions: kept open, spoken to through the driver itself.

Several thousand small transactions a second pass here. SQLAlchemy's connection, fine everywhere else, would double the CPU of
a transaction of one decision (benchmarks/store.py), and on PostgreSQL would wait for the server five times; here BEGIN, the
inserts and COMMIT travel together in psycopg's pipeline mode, one round trip.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import DBAPIError

from brightline.errors import StoreError
from brightline.store import engine
from brightline.store.bulk import Addition, insert_with
from brightline.store.engine import Database
from brightline.store.faults import LostConnection, store_error

__all__ = ["Writer"]


class Writer:
    """Commits additions, one transaction at a time, from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._connection: Any = None

    def commit(self, additions: Iterable[Addition]) -> None:
        """Insert everything in ONE transaction; it is on disk when this returns, or nothing of it is there and ``StoreError`` says why.

        Raises ``LostConnection`` where the connection broke on the way, so that nobody knows which of the two.
        """
        with self._lock, self._database.turn():
            if self._connection is None:
                self._connection = self._connect()
            connection = self._connection
            try:
                if self._database.is_sqlite:
                    _commit_sqlite(connection, additions)
                else:
                    _commit_postgresql(connection, additions)
            except Exception as problem:  # drivers' errors, and TypeError and the like for values that no driver takes
                raise self._recover(connection, problem) from problem

    def close(self) -> None:
        """Close the connection; the next ``commit`` would open another."""
        with self._lock:
            self._drop()

    def _connect(self) -> Any:
        try:
            pooled = self._database.engine.raw_connection()
        except DBAPIError as problem:
            raise store_error(problem) from problem
        pooled.detach()  # ours until we close it
        connection = pooled.dbapi_connection
        if not self._database.is_sqlite:
            connection.autocommit = True  # type: ignore[union-attr]  # we send BEGIN ourselves
            connection.execute(f"SET lock_timeout = {engine.BUSY_TIMEOUT_MS}")  # type: ignore[union-attr]
        return connection

    def _recover(self, connection: Any, problem: Exception) -> StoreError:
        """Leave the connection usable or drop it; the error for the caller."""
        error = store_error(problem)
        if not self._database.is_sqlite and (connection.closed or connection.broken):
            self._drop()
            return LostConnection(error.code, error.message, error.hint)
        try:
            connection.rollback()
        except Exception:
            self._drop()
        if error.code in ("BL-STORE-003", "BL-STORE-007"):
            self._drop()
        return error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _commit_sqlite(connection: Any, additions: Iterable[Addition]) -> None:
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    for addition in additions:
        insert_with(cursor, addition, is_sqlite=True)
    cursor.execute("COMMIT")
    cursor.close()


def _commit_postgresql(connection: Any, additions: Iterable[Addition]) -> None:
    with connection.pipeline(), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for addition in additions:
            insert_with(cursor, addition, is_sqlite=False)
        cursor.execute("COMMIT")
