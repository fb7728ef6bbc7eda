"""Inserting many rows with few statements, in the way that is cheapest for each driver (benchmarks/store.py).

SQLite: one ``INSERT … VALUES (…), (…), …`` a chunk, chunks in powers of two so that the driver's statement cache holds all
of them. That is faster than ``executemany`` and, in a server, matters more than speed: the driver gives up the
interpreter lock once per *statement*, and a busy event loop may keep it for 5 ms each time. PostgreSQL: ``executemany``,
which psycopg sends as one prepared statement in pipeline mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

__all__ = ["Addition", "insert_rows", "insert_with"]


class Addition(NamedTuple):
    """Rows for a table: tuples in the order of ``columns``. ``keep_existing`` passes over rows whose key is there already."""

    table: Table
    rows: Sequence[tuple[object, ...]]
    columns: tuple[str, ...]
    keep_existing: bool = False


_MOST_ROWS = 64  # times 21 columns: far under SQLite's 32,766 bound variables


def insert_rows(connection: Connection, addition: Addition) -> None:
    """Insert over an SQLAlchemy connection, inside its transaction."""
    cursor = connection.connection.cursor()
    try:
        insert_with(cursor, addition, is_sqlite=connection.dialect.name == "sqlite")
    finally:
        cursor.close()


def insert_with(cursor: Any, addition: Addition, *, is_sqlite: bool) -> None:
    """Insert with a driver's cursor. Errors are the driver's own."""
    rows = addition.rows
    if not rows:
        return
    if not is_sqlite:
        cursor.executemany(_one_row(addition.table, addition.columns, addition.keep_existing), rows)
        return
    start = 0
    while start < len(rows):
        size = min(_MOST_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
        statement = _many_rows(addition.table, addition.columns, size, addition.keep_existing)
        cursor.execute(statement, tuple(chain.from_iterable(rows[start : start + size])))
        start += size


@lru_cache(maxsize=64)
def _one_row(table: Table, columns: tuple[str, ...], keep_existing: bool) -> str:
    return _insert(table, columns, f"({', '.join(['%s'] * len(columns))})", keep_existing)


@lru_cache(maxsize=256)
def _many_rows(table: Table, columns: tuple[str, ...], size: int, keep_existing: bool) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return _insert(table, columns, ", ".join([row] * size), keep_existing)


def _insert(table: Table, columns: tuple[str, ...], values: str, keep_existing: bool) -> str:
    tail = " ON CONFLICT DO NOTHING" if keep_existing else ""
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {values}{tail}"  # noqa: S608 - names of our own tables
