"""The register of sources of training data, append-only: each change is a revision of its own, with who made it and when.

The highest revision of a source counts. What stands in a ``document`` is fixed and checked by ``brightline.corpus.sources``; here it is
canonical JSON. Every revision is an audit event of the same transaction, so that the register is anchored in the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import Connection, func, select

from brightline.documents import canonical_json
from brightline.errors import InputError
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import corpus_sources

__all__ = ["CorpusSources", "NewRevision", "SourceRevision"]


class SourceRevision(NamedTuple):
    """One revision of one source. ``made_at`` UTC microseconds; ``status``: proposed, approved, suspended, blacklisted, retired."""

    id: str
    tenant: str
    source: str
    revision: int
    made_at: int
    made_by: str
    status: str
    document: dict[str, Any]


class NewRevision(NamedTuple):
    """What is to be kept of a source. ``revision``: the one that the change was made upon, 0 for a new source, None to follow whichever
    is the newest. ``reason``: why, for the audit log."""

    source: str
    status: str
    document: Mapping[str, Any]
    revision: int | None = None
    reason: str = ""


class CorpusSources:
    """The register of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, changes: Sequence[NewRevision], *, by: str, tenant: str = "default") -> list[SourceRevision]:
        """Add revisions, all of them or none. What is the newest already is not added again.

        Raises ``InputError`` BL-CORPUS-043 where somebody else has changed a source since, ``StoreError``.
        """
        now = now_us()
        with self._database.writing() as connection:
            return [self._add(connection, change, column_text(by), tenant, now) for change in changes]

    def get(self, source: str, *, tenant: str = "default") -> SourceRevision | None:
        """The newest revision of a source."""
        with self._database.reading() as connection:
            return self._newest(connection, source, tenant)

    def latest(self, *, status: str | None = None, tenant: str = "default") -> list[SourceRevision]:
        """The newest revision of every source, by name."""
        newest = (
            select(corpus_sources.c.source, func.max(corpus_sources.c.revision).label("revision"))
            .where(corpus_sources.c.tenant == tenant)
            .group_by(corpus_sources.c.source)
            .subquery()
        )
        query = select(corpus_sources).join(
            newest, (corpus_sources.c.source == newest.c.source) & (corpus_sources.c.revision == newest.c.revision)
        )
        query = query.where(corpus_sources.c.tenant == tenant)
        if status is not None:
            query = query.where(corpus_sources.c.status == status)
        with self._database.reading() as connection:
            return [_revision(row) for row in connection.execute(query.order_by(corpus_sources.c.source))]

    def revisions(self, source: str, *, tenant: str = "default") -> list[SourceRevision]:
        """All revisions of a source, newest first."""
        query = select(corpus_sources).where(corpus_sources.c.tenant == tenant, corpus_sources.c.source == column_text(source))
        with self._database.reading() as connection:
            return [_revision(row) for row in connection.execute(query.order_by(corpus_sources.c.revision.desc()))]

    def _add(self, connection: Connection, change: NewRevision, by: str, tenant: str, now: int) -> SourceRevision:
        newest = self._newest(connection, change.source, tenant)
        document = canonical_json(dict(change.document))
        if newest is not None and newest.status == change.status and canonical_json(newest.document) == document:
            return newest
        stands_at = 0 if newest is None else newest.revision
        if change.revision is not None and change.revision != stands_at:
            raise InputError(
                "BL-CORPUS-043",
                f"source {change.source!r} was changed meanwhile (revision {stands_at}, not {change.revision})",
                "look at what changed, and make the change again",
            )
        made = SourceRevision(
            str(uuid_utils.uuid7()), tenant, column_text(change.source), stands_at + 1, now, by, change.status, orjson.loads(document)
        )
        connection.execute(corpus_sources.insert(), made._asdict() | {"document": column_text(document.decode())})
        detail = {
            "digest": hashlib.sha256(document).hexdigest(),
            "reason": column_text(change.reason)[:500],
            "revision": made.revision,
            "status": made.status,
            "was": "" if newest is None else newest.status,
        }
        write_event(connection, "corpus.source_changed", actor=by, subject=made.source, detail=detail, tenant=tenant, at=now)
        return made

    def _newest(self, connection: Connection, source: str, tenant: str) -> SourceRevision | None:
        query = select(corpus_sources).where(corpus_sources.c.tenant == tenant, corpus_sources.c.source == column_text(source))
        row = connection.execute(query.order_by(corpus_sources.c.revision.desc()).limit(1)).first()
        return None if row is None else _revision(row)


def _revision(row: Any) -> SourceRevision:
    return SourceRevision(**(row._asdict() | {"document": orjson.loads(row.document)}))
