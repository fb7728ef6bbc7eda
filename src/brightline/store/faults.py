"""What the databases say when they refuse, as ``StoreError`` with a stable code and a hint.

    BL-STORE-001  the disk (or a quota) is full          BL-STORE-006  a row breaks a rule of the schema
    BL-STORE-002  locked for too long by another writer  BL-STORE-007  the database file is damaged, or the disk failed
    BL-STORE-003  cannot be reached or opened            BL-STORE-008  the store or its journal is closed
    BL-STORE-004  may not be written                     BL-STORE-009  the URL is of no use
    BL-STORE-005  schema missing, or from a newer program BL-STORE-010  anything else
                                                         BL-STORE-011  this backup cannot be made
                                                         BL-STORE-012  a state of a session is too large

SQLite: https://www.sqlite.org/rescode.html. PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from brightline.errors import StoreError

__all__ = ["LostConnection", "store_error"]


class LostConnection(StoreError):
    """The connection broke during a transaction: nobody knows yet whether it was committed."""


_FULL = ("BL-STORE-001", "the database or its disk is full", "free space on the database's disk; nothing of this batch was stored")
_LOCKED = ("BL-STORE-002", "the database stayed locked by another writer", "look for a long-running writer or a backup; then try again")
_UNREACHABLE = ("BL-STORE-003", "the database cannot be reached", "check that it runs, and database_url")
_READ_ONLY = ("BL-STORE-004", "the database may not be written", "check the rights of the file and its folder, or of the database user")
_SCHEMA = ("BL-STORE-005", "the tables are missing or of another version", "run: brightline db migrate")
_REFUSED = ("BL-STORE-006", "the database refused a row", "the record breaks a rule of the schema, or was stored before")
_DAMAGED = ("BL-STORE-007", "the database is damaged or its disk failed", "restore the last backup; see docs/store.md")
_OTHER = ("BL-STORE-010", "the database reported an error", "see the message; docs/store.md lists the codes")

# Primary result codes; extended ones (SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_FSYNC …) begin with the same name.
_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_CANTOPEN": _UNREACHABLE,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_IOERR": _DAMAGED,
    "SQLITE_CONSTRAINT": _REFUSED,
}

# Full codes first, then classes (the first two characters).
_POSTGRESQL = {
    "53100": _FULL,
    "53200": _FULL,
    "55P03": _LOCKED,
    "40P01": _LOCKED,
    "40001": _LOCKED,
    "57014": _LOCKED,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "42P01": _SCHEMA,
    "42703": _SCHEMA,
    "53300": _UNREACHABLE,
    "3D000": _UNREACHABLE,
    "08": _UNREACHABLE,
    "28": _UNREACHABLE,
    "57": _UNREACHABLE,
    "22": _REFUSED,
    "23": _REFUSED,
    "58": _DAMAGED,
    "XX": _DAMAGED,
}


def store_error(problem: BaseException) -> StoreError:
    """The ``StoreError`` for what SQLAlchemy or a driver raised; a ``StoreError`` passes unchanged."""
    if isinstance(problem, StoreError):
        return problem
    code, message, hint = _classify(problem)
    return StoreError(code, f"{message}: {_first_line(problem)}", hint)


def _classify(problem: BaseException) -> tuple[str, str, str]:
    cause = getattr(problem, "orig", None) or problem
    name = getattr(cause, "sqlite_errorname", None)
    if name:
        if name == "SQLITE_ERROR" and "no such table" in str(cause):
            return _SCHEMA
        return next((fault for prefix, fault in _SQLITE.items() if name.startswith(prefix)), _OTHER)
    state = getattr(cause, "sqlstate", None)
    if state:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or _OTHER
    if isinstance(problem, UnicodeError | TypeError | OverflowError) or type(cause).__name__ in (
        "ProgrammingError",
        "InterfaceError",
        "DataError",
    ):
        return _REFUSED
    # psycopg and the pool give no SQLSTATE where they never had, or have lost, a connection.
    if (isinstance(problem, DBAPIError) and problem.connection_invalidated) or type(cause).__name__ in (
        "OperationalError",
        "ConnectionTimeout",
        "TimeoutError",
    ):
        return _UNREACHABLE
    return _OTHER


def _first_line(problem: BaseException) -> str:
    # Never str(DBAPIError): that quotes statement and parameters, and parameters hold users' text.
    cause = getattr(problem, "orig", None) or problem
    if isinstance(cause, SQLAlchemyError | UnicodeError):
        return type(cause).__name__
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
