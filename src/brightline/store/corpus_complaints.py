"""What rights-holders and persons concerned complain of in training data, from the day it is received to the day it is closed.

A complaint is closed once and stays. Its ``document`` (what, who, evidence, decision) is fixed by ``brightline.corpus.sources.complaints``.
The audit log gets its id and what became of it, never the words or the name of who complained: so these can be erased, and every
entry of the ledger still proves what it proved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import func, select, update

from brightline.documents import canonical_json
from brightline.errors import InputError, NotFound
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.newest import newest_first
from brightline.store.reading import Cursor
from brightline.store.records import column_text
from brightline.store.tables import corpus_complaints

__all__ = ["CorpusComplaints", "StoredComplaint"]


class StoredComplaint(NamedTuple):
    """``status``: open, upheld, rejected. Times are UTC microseconds. ``source``: empty where the complaint names none."""

    id: str
    tenant: str
    made_at: int
    source: str
    status: str
    closed_at: int | None
    closed_by: str
    document: dict[str, Any]


class CorpusComplaints:
    """The complaints of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, document: Mapping[str, Any], *, source: str, by: str, tenant: str = "default") -> StoredComplaint:
        """Keep a new complaint. ``by``: who took it in, ``public`` for the form that anybody may fill in."""
        complaint = StoredComplaint(
            str(uuid_utils.uuid7()), tenant, now_us(), column_text(source), "open", None, "", orjson.loads(canonical_json(dict(document)))
        )
        with self._database.writing() as connection:
            connection.execute(corpus_complaints.insert(), complaint._asdict() | {"document": _text(document)})
            detail = {"source": complaint.source}
            write_event(
                connection, "corpus.complaint_received", actor=by, subject=complaint.id, detail=detail, tenant=tenant, at=complaint.made_at
            )
        return complaint

    def close(
        self, complaint_id: str, *, status: str, document: Mapping[str, Any], remedy: str, by: str, tenant: str = "default"
    ) -> StoredComplaint:
        """Close a complaint as ``upheld`` or ``rejected``. Raises ``NotFound`` BL-CORPUS-044, ``InputError`` BL-CORPUS-046 where it is closed."""
        now = now_us()
        with self._database.writing() as connection:
            mine = (corpus_complaints.c.id == column_text(complaint_id)) & (corpus_complaints.c.tenant == tenant)
            row = connection.execute(select(corpus_complaints.c.status).where(mine).with_for_update()).first()
            if row is None:
                raise _no_complaint(complaint_id)
            if row.status != "open":
                raise InputError("BL-CORPUS-046", f"this complaint was {row.status} already", "a closed complaint stays; receive a new one")
            values = {"status": status, "closed_at": now, "closed_by": column_text(by), "document": _text(document)}
            connection.execute(update(corpus_complaints).where(mine).values(values))
            detail = {"remedy": remedy, "status": status}
            write_event(connection, "corpus.complaint_closed", actor=by, subject=complaint_id, detail=detail, tenant=tenant, at=now)
            return _complaint(connection.execute(select(corpus_complaints).where(mine)).one())

    def erase(
        self, complaint_id: str, bare: Callable[[StoredComplaint], Mapping[str, Any]], *, by: str, tenant: str = "default"
    ) -> StoredComplaint:
        """Take personal data out of a closed complaint. ``bare``: its document without them, made of the complaint as it stands in this transaction, so
        that two who erase at once bring nothing back. Raises ``NotFound`` BL-CORPUS-044, ``InputError`` BL-CORPUS-046 where it is open: whoever
        complained has a right to an answer first."""
        with self._database.writing() as connection:
            mine = (corpus_complaints.c.id == column_text(complaint_id)) & (corpus_complaints.c.tenant == tenant)
            row = connection.execute(select(corpus_complaints).where(mine).with_for_update()).first()
            if row is None:
                raise _no_complaint(complaint_id)
            if row.status == "open":
                raise InputError(
                    "BL-CORPUS-046", "this complaint is open", "decide it first: its answer goes to the address that is erased"
                )
            connection.execute(update(corpus_complaints).where(mine).values(document=_text(bare(_complaint(row)))))
            write_event(connection, "corpus.complaint_erased", actor=by, subject=complaint_id, detail={}, tenant=tenant)
            return _complaint(connection.execute(select(corpus_complaints).where(mine)).one())

    def get(self, complaint_id: str, *, tenant: str = "default") -> StoredComplaint:
        """Raises ``NotFound`` BL-CORPUS-044."""
        query = select(corpus_complaints).where(corpus_complaints.c.id == column_text(complaint_id), corpus_complaints.c.tenant == tenant)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _no_complaint(complaint_id)
        return _complaint(row)

    def page(
        self,
        *,
        status: str | None = None,
        source: str | None = None,
        after: Cursor | None = None,
        limit: int = 50,
        tenant: str = "default",
    ) -> list[StoredComplaint]:
        """Up to ``limit`` complaints, newest first, behind ``after`` (time and id of one)."""
        table = corpus_complaints.c
        query = select(corpus_complaints).where(table.tenant == tenant)
        if status is not None:
            query = query.where(table.status == status)
        if source is not None:
            query = query.where(table.source == column_text(source))
        with self._database.reading() as connection:
            rows = connection.execute(newest_first(query, corpus_complaints, after=after, limit=limit))
            return [_complaint(row) for row in rows]

    def counts(self, *, tenant: str = "default") -> dict[str, int]:
        """Complaints by status."""
        query = select(corpus_complaints.c.status, func.count()).where(corpus_complaints.c.tenant == tenant)
        with self._database.reading() as connection:
            return {str(status): int(count) for status, count in connection.execute(query.group_by(corpus_complaints.c.status))}


def _text(document: Mapping[str, Any]) -> str:
    return column_text(canonical_json(dict(document)).decode())


def _complaint(row: Any) -> StoredComplaint:
    return StoredComplaint(**(row._asdict() | {"document": orjson.loads(row.document)}))


def _no_complaint(complaint_id: str) -> NotFound:
    return NotFound("BL-CORPUS-044", f"there is no complaint {complaint_id[:80]!r}", "take the id from the list of complaints")
