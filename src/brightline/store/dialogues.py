"""Sessions of dialogues that go on over several requests: what of each may still become evidence, until it expires.

A state is what ``moderation.dialogue.save_dialogue`` writes: bounded, and without any text beside words of slots, named pieces and very
short messages. Its key is a digest of tenant, API key and the caller's name for the session, so nobody reaches another's. A state is
put back only where nobody else has put one since it was read (``save``); who was slower adds what is new to what stands there now, with
nobody in between (``merge``). Expired ones are deleted with the next write, and by the thread that keeps the books (``prune``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.tables import dialogues

__all__ = ["LIFETIME_S", "MOST_BYTES", "DialogueState", "Dialogues", "session_key"]

LIFETIME_S = 4 * 3600
"""Eight half-lives of the evidence (30 minutes): by then an old turn counts for less than half a hundredth."""

MOST_BYTES = 64 * 1024
"""Of one state, as JSON. A conversation of twenty turns takes 5 to 20 kB."""

_SWEPT = 200  # expired states deleted with one write


class DialogueState(NamedTuple):
    """``revision`` 0: nothing is there yet."""

    document: dict[str, Any] | None
    revision: int


def session_key(tenant: str, api_key: str, name: str) -> str:
    """The key under which a session is kept."""
    return hashlib.sha256(orjson.dumps([tenant, api_key, name])).hexdigest()


class Dialogues:
    """The sessions of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, key: str) -> DialogueState:
        """What was kept, unless it has expired or is damaged. Raises ``StoreError``."""
        query = select(dialogues.c.state, dialogues.c.revision, dialogues.c.expires_at).where(dialogues.c.key == key)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return DialogueState(None, 0)
        return DialogueState(_document(row.state) if row.expires_at > now_us() else None, row.revision)

    def save(self, key: str, document: dict[str, Any], read: int, *, tenant: str = "default") -> bool:
        """Put a state in place of revision ``read``. False if another request was faster, or it is larger than ``MOST_BYTES``.

        Raises ``StoreError``.
        """
        state = _bytes(document)
        if len(state) > MOST_BYTES:
            return False
        now = now_us()
        with self._database.writing() as connection:
            if read:
                mine = (dialogues.c.key == key) & (dialogues.c.revision == read)
                changed = connection.execute(update(dialogues).where(mine).values(**_values(state, read + 1, now))).rowcount > 0
            else:
                changed = self._insert(connection, key, tenant, _values(state, 1, now))
            _sweep(connection, now)
        return changed

    def merge(self, key: str, merged: Callable[[dict[str, Any] | None], dict[str, Any]], *, tenant: str = "default") -> bool:
        """Put what ``merged`` makes of the newest state in its place; nobody else reads or writes the session meanwhile.

        ``merged`` gets None where nothing is kept, and should be quick. False if what it returns is larger than ``MOST_BYTES``: the state
        stays as it was. Raises ``StoreError``.
        """
        now = now_us()
        with self._database.writing() as connection:
            self._insert(connection, key, tenant, _values(b"null", 0, now))  # a row to lock, on PostgreSQL; SQLite has one writer
            row = connection.execute(
                select(dialogues.c.state, dialogues.c.revision, dialogues.c.expires_at).where(dialogues.c.key == key).with_for_update()
            ).one()
            state = _bytes(merged(_document(row.state) if row.expires_at > now else None))
            kept = len(state) <= MOST_BYTES
            if kept:
                connection.execute(update(dialogues).where(dialogues.c.key == key).values(**_values(state, row.revision + 1, now)))
            elif not row.revision:
                connection.execute(delete(dialogues).where(dialogues.c.key == key))
            _sweep(connection, now)
        return kept

    def prune(self) -> int:
        """Delete states that have expired, some hundred at a time; how many it was. Raises ``StoreError``."""
        now = now_us()
        with self._database.reading() as connection:
            if connection.execute(select(dialogues.c.key).where(dialogues.c.expires_at <= now).limit(1)).first() is None:
                return 0
        with self._database.writing() as connection:
            return _sweep(connection, now)

    def _insert(self, connection: Connection, key: str, tenant: str, values: dict[str, Any]) -> bool:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = insert(dialogues).values(key=key, tenant=tenant, **values).on_conflict_do_nothing()
        return connection.execute(row.returning(dialogues.c.key)).first() is not None


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()  # escaped: evidence may hold half a surrogate pair


def _document(state: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(state)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _values(state: bytes, revision: int, now: int) -> dict[str, Any]:
    return {"state": state, "revision": revision, "expires_at": now + LIFETIME_S * 1_000_000}


def _sweep(connection: Connection, now: int) -> int:
    # Rows that another request holds are left to it: two sweeps that wait for each other's would stop both.
    old = select(dialogues.c.key).where(dialogues.c.expires_at <= now).limit(_SWEPT).with_for_update(skip_locked=True)
    return connection.execute(delete(dialogues).where(dialogues.c.key.in_(old.scalar_subquery()))).rowcount
