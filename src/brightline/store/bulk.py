"""Inserting many rows with few statements.

SQLite: one ``INSERT … VALUES (…), (…), …`` a chunk, chunks in powers of two so that the driver's statement cache holds all
of them. That is faster than ``executemany`` and, in a server, matters more than speed: the driver gives up the
interpreter lock once per *statement*, and a busy event loop may keep it for 5 ms each time. PostgreSQL: one
``INSERT … SELECT FROM unnest(arrays)``, whose text never changes, so psycopg prepares it on the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, SmallInteger, Table

__all__ = ["insert_rows"]

Row = tuple[object, ...]

_MOST_ROWS = 64  # times 21 columns: far under SQLite's 32,766 bound variables
_ARRAYS: tuple[tuple[type, str], ...] = (
    (SmallInteger, "smallint"),
    (BigInteger, "bigint"),
    (Integer, "integer"),
    (Boolean, "boolean"),
    (Float, "float8"),
    (LargeBinary, "bytea"),
)


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Row], *, columns: tuple[str, ...] = (), keep_existing: bool = False
) -> None:
    """Insert ``rows``, tuples in the order of ``columns`` (default: all of the table).

    ``keep_existing`` passes over rows whose key is there already.
    """
    if not rows:
        return
    columns = columns or _all_columns(table)
    if connection.dialect.name == "postgresql":
        statement = _unnest(table, columns, keep_existing)
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
        return
    start = 0
    while start < len(rows):
        size = min(_MOST_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
        values = tuple(chain.from_iterable(rows[start : start + size]))
        connection.exec_driver_sql(_values(table, columns, size, keep_existing), values)
        start += size


@lru_cache
def _all_columns(table: Table) -> tuple[str, ...]:
    return tuple(table.columns.keys())


@lru_cache(maxsize=256)
def _values(table: Table, columns: tuple[str, ...], size: int, keep_existing: bool) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return _head(table, columns) + " VALUES " + ", ".join([row] * size) + _tail(keep_existing)


@lru_cache(maxsize=64)
def _unnest(table: Table, columns: tuple[str, ...], keep_existing: bool) -> str:
    arrays = ", ".join(f"%s::{_array_of(table, name)}[]" for name in columns)
    return f"{_head(table, columns)} SELECT * FROM unnest({arrays}){_tail(keep_existing)}"  # noqa: S608 - names of our own tables


def _head(table: Table, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)})"


def _tail(keep_existing: bool) -> str:
    return " ON CONFLICT DO NOTHING" if keep_existing else ""


def _array_of(table: Table, column: str) -> str:
    kind = table.columns[column].type
    return next((name for python_type, name in _ARRAYS if isinstance(kind, python_type)), "text")
