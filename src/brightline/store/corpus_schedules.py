"""When a corpus is to be inspected again: one row for each corpus, with what it was last inspected with.

What is due and why is worked out by ``brightline.corpus.sampling.schedule``, which needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import Connection, delete, select, update

from brightline.documents import canonical_json
from brightline.errors import InputError, NotFound
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import corpus_schedules

__all__ = ["CorpusSchedules", "StoredSchedule"]

_DAY_US = 86_400_000_000
_MOST_DAYS = 3_650  # ten years: longer than anybody keeps a training corpus unlooked-at on purpose (own choice)


class StoredSchedule(NamedTuple):
    """``due_at`` UTC microseconds. ``document``: ``versions`` and ``run`` of the last inspection and its time ``at``, 0 for never."""

    id: str
    tenant: str
    corpus: str
    made_at: int
    every_days: int
    due_at: int
    document: dict[str, Any]


class CorpusSchedules:
    """The schedules of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, corpus: str, every_days: int, *, by: str, tenant: str = "default") -> StoredSchedule:
        """Inspect a corpus every so many days, counted from its last inspection, or from now.

        Raises ``InputError`` BL-CORPUS-059 for a number of days that is none; ``StoreError``.
        """
        if not 1 <= every_days <= _MOST_DAYS:
            raise InputError("BL-CORPUS-059", f"a corpus cannot be inspected every {every_days} days", f"a number from 1 to {_MOST_DAYS}")
        now = now_us()
        with self._database.writing() as connection:
            old = self._locked(connection, corpus, tenant)
            if old is None:
                document: dict[str, Any] = {"at": 0, "run": "", "versions": {}}
                made = StoredSchedule(
                    str(uuid_utils.uuid7()), tenant, column_text(corpus), now, every_days, now + every_days * _DAY_US, document
                )
                connection.execute(corpus_schedules.insert(), made._asdict() | {"document": canonical_json(document).decode()})
            else:
                since = int(old.document["at"]) or old.made_at
                made = old._replace(every_days=every_days, due_at=since + every_days * _DAY_US)
                values = {"every_days": every_days, "due_at": made.due_at}
                connection.execute(update(corpus_schedules).where(corpus_schedules.c.id == old.id).values(values))
            detail = {"every_days": every_days}
            write_event(connection, "corpus.schedule_changed", actor=by, subject=made.corpus, detail=detail, tenant=tenant, at=now)
        return made

    def inspected(
        self, corpus: str, versions: Mapping[str, str], *, run: str, at: int | None = None, tenant: str = "default"
    ) -> StoredSchedule | None:
        """Note that an inspection has ended, and with which versions; the next is due from then on. None where nothing is scheduled."""
        ended = now_us() if at is None else at
        document = {"at": ended, "run": run, "versions": dict(versions)}
        with self._database.writing() as connection:
            old = self._locked(connection, corpus, tenant)
            if old is None:
                return None
            made = old._replace(due_at=ended + old.every_days * _DAY_US, document=document)
            values = {"due_at": made.due_at, "document": column_text(canonical_json(document).decode())}
            connection.execute(update(corpus_schedules).where(corpus_schedules.c.id == old.id).values(values))
        return made

    def remove(self, corpus: str, *, by: str, tenant: str = "default") -> None:
        """Inspect a corpus no more by schedule. Raises ``NotFound`` BL-CORPUS-059."""
        mine = (corpus_schedules.c.corpus == column_text(corpus)) & (corpus_schedules.c.tenant == tenant)
        with self._database.writing() as connection:
            if connection.execute(delete(corpus_schedules).where(mine)).rowcount != 1:
                raise NotFound(
                    "BL-CORPUS-059", f"there is no schedule for corpus {corpus[:80]!r}", "take the name from the list of schedules"
                )
            write_event(connection, "corpus.schedule_changed", actor=by, subject=corpus, detail={"every_days": 0}, tenant=tenant)

    def all(self, *, tenant: str | None = None) -> list[StoredSchedule]:
        """Every schedule (of a tenant, or of all), the one that is due first in front."""
        query = select(corpus_schedules).order_by(corpus_schedules.c.due_at, corpus_schedules.c.id)
        if tenant is not None:
            query = query.where(corpus_schedules.c.tenant == tenant)
        with self._database.reading() as connection:
            return [_schedule(row) for row in connection.execute(query)]

    def _locked(self, connection: Connection, corpus: str, tenant: str) -> StoredSchedule | None:
        mine = (corpus_schedules.c.corpus == column_text(corpus)) & (corpus_schedules.c.tenant == tenant)
        row = connection.execute(select(corpus_schedules).where(mine).with_for_update()).first()
        return None if row is None else _schedule(row)


def _schedule(row: Any) -> StoredSchedule:
    return StoredSchedule(**(row._asdict() | {"document": orjson.loads(row.document)}))
