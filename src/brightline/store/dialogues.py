"""Sessions of dialogues that go on over several requests: what of each may still become evidence, until it expires.

A state is what ``moderation.dialogue.save_dialogue`` writes: bounded, and without any text beside words of slots, named pieces and very
short messages. Its key is a digest of tenant, API key and the caller's name for the session, so nobody reaches another's. A state is
put back only where nobody else has put one since it was read; expired ones are deleted with the next write.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

import orjson
from sqlalchemy import delete, select, update
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
        document: Any = None
        if row.expires_at > now_us():
            try:
                document = json.loads(row.state)
            except ValueError:
                document = None
        return DialogueState(document if isinstance(document, dict) else None, row.revision)

    def save(self, key: str, document: dict[str, Any], read: int, *, tenant: str = "default") -> bool:
        """Put a state in place of revision ``read``. False if another request was faster, or it is larger than ``MOST_BYTES``.

        Raises ``StoreError``.
        """
        state = json.dumps(document, separators=(",", ":")).encode()  # escaped: evidence may hold half a surrogate pair
        if len(state) > MOST_BYTES:
            return False
        now = now_us()
        values = {"state": state, "revision": read + 1, "expires_at": now + LIFETIME_S * 1_000_000}
        with self._database.writing() as connection:
            if read:
                mine = (dialogues.c.key == key) & (dialogues.c.revision == read)
                changed = connection.execute(update(dialogues).where(mine).values(**values)).rowcount > 0
            else:
                insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
                row = insert(dialogues).values(key=key, tenant=tenant, **values).on_conflict_do_nothing()
                changed = connection.execute(row.returning(dialogues.c.key)).first() is not None
            old = select(dialogues.c.key).where(dialogues.c.expires_at <= now).limit(_SWEPT)
            connection.execute(delete(dialogues).where(dialogues.c.key.in_(old.scalar_subquery())))
        return changed
