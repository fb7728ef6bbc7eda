"""Who may judge training data, and by which rules: staff records and annotation rules, append-only (GB/T 45674-2025).

Both kinds of record share a table; rules stand under ``rules/`` and their name, which no user's id begins with. The newest revision of
each counts. Shapes are fixed by ``brightline.corpus.sampling.staff``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import func, select

from brightline.documents import canonical_json
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import corpus_staff

__all__ = ["RULES_PREFIX", "CorpusStaff", "StaffRevision"]

RULES_PREFIX = "rules/"


class StaffRevision(NamedTuple):
    """``person``: a user's id, or ``rules/NAME``. ``made_at`` UTC microseconds."""

    id: str
    tenant: str
    person: str
    revision: int
    made_at: int
    made_by: str
    document: dict[str, Any]


class CorpusStaff:
    """The records of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, person: str, document: Mapping[str, Any], *, by: str, tenant: str = "default") -> StaffRevision:
        """Add a revision. The audit log gets the fact, not the record. Raises ``StoreError``."""
        text = canonical_json(dict(document)).decode()
        mine = (corpus_staff.c.person == column_text(person)) & (corpus_staff.c.tenant == tenant)
        with self._database.writing() as connection:
            newest = connection.execute(select(func.max(corpus_staff.c.revision)).where(mine)).scalar() or 0
            made = StaffRevision(
                str(uuid_utils.uuid7()), tenant, column_text(person), newest + 1, now_us(), column_text(by), orjson.loads(text)
            )
            connection.execute(corpus_staff.insert(), made._asdict() | {"document": column_text(text)})
            detail = {"revision": made.revision}
            write_event(connection, "corpus.staff_changed", actor=by, subject=made.person, detail=detail, tenant=tenant, at=made.made_at)
        return made

    def latest(self, *, rules: bool = False, tenant: str = "default") -> list[StaffRevision]:
        """The newest record of every person, or of every set of ``rules``, by name."""
        newest = (
            select(corpus_staff.c.person, func.max(corpus_staff.c.revision).label("revision"))
            .where(corpus_staff.c.tenant == tenant)
            .group_by(corpus_staff.c.person)
            .subquery()
        )
        query = select(corpus_staff).join(
            newest, (corpus_staff.c.person == newest.c.person) & (corpus_staff.c.revision == newest.c.revision)
        )
        is_rules = corpus_staff.c.person.startswith(RULES_PREFIX, autoescape=True)
        query = query.where(corpus_staff.c.tenant == tenant, is_rules if rules else ~is_rules)
        with self._database.reading() as connection:
            return [_revision(row) for row in connection.execute(query.order_by(corpus_staff.c.person))]

    def every_rules(self, *, tenant: str = "default") -> list[StaffRevision]:
        """Every revision of every set of rules, the oldest of each first: which one holds on a day is told by its date, not by when it was entered."""
        is_rules = corpus_staff.c.person.startswith(RULES_PREFIX, autoescape=True)
        query = select(corpus_staff).where(corpus_staff.c.tenant == tenant, is_rules)
        with self._database.reading() as connection:
            return [_revision(row) for row in connection.execute(query.order_by(corpus_staff.c.person, corpus_staff.c.revision))]

    def revisions(self, person: str, *, tenant: str = "default") -> list[StaffRevision]:
        """All revisions of a record, newest first."""
        mine = (corpus_staff.c.person == column_text(person)) & (corpus_staff.c.tenant == tenant)
        with self._database.reading() as connection:
            return [_revision(row) for row in connection.execute(select(corpus_staff).where(mine).order_by(corpus_staff.c.revision.desc()))]


def _revision(row: Any) -> StaffRevision:
    return StaffRevision(**(row._asdict() | {"document": orjson.loads(row.document)}))
