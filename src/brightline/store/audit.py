"""What people did with the console: one row an event, and in the same transaction its pending entry of the ledger.

An event's canonical JSON is kept in ``body``; the ledger gets its salted commitment (HMAC-SHA-256, as for a decision), so
that nobody can change or drop an event unnoticed. ``actor`` is the id of a user, or a word such as ``command line``: names
of people never enter the ledger. ``detail`` holds facts about the act, never the text of a user of the AI service, and no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import Connection, func, select, tuple_

from brightline.documents import canonical_json
from brightline.errors import NotFound, StoreError
from brightline.store.bulk import Addition, insert_rows
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.reading import Cursor
from brightline.store.records import PENDING_COLUMNS, column_text
from brightline.store.tables import audit_events, ledger_entries, ledger_pending

__all__ = ["AUDIT_KINDS", "Audit", "AuditEvent", "write_event"]

AUDIT_KINDS = (
    "corpus.appeal_closed",
    "corpus.appeal_opened",
    "corpus.complaint_closed",
    "corpus.complaint_erased",
    "corpus.complaint_received",
    "corpus.report_signed",
    "corpus.run_begun",
    "corpus.run_ended",
    "corpus.sample_closed",
    "corpus.sample_drawn",
    "corpus.schedule_changed",
    "corpus.seed_committed",
    "corpus.source_changed",
    "corpus.staff_changed",
    "corpus.text_opened",
    "decision.opened",
    "decision.replayed",
    "decisions.exported",
    "key.created",
    "key.revoked",
    "key.rotated",
    "label.copies_exported",
    "label.copy_given",
    "label.forgotten",
    "ledger.exported",
    "ledger.verified",
    "password.changed",
    "rule.example",
    "rules.reloaded",
    "session.closed",
    "session.opened",
    "session.refused",
    "setting.changed",
    "totp.changed",
    "user.changed",
    "user.created",
    "user.disabled",
    "view.deleted",
    "view.saved",
)
"""What can be recorded. ``decision.opened``: sensitive text was shown to somebody."""

_SALT_BYTES = 32  # the key length that RFC 2104, section 3, recommends: that of the hash
_MOST_DETAIL_BYTES = 16_384  # an event says what was done; what it was done to lies elsewhere


class AuditEvent(NamedTuple):
    """Somebody did something. ``at`` UTC microseconds; ``seq`` is its place in the ledger, None while pending."""

    id: str
    tenant: str
    at: int
    kind: str
    actor: str
    subject: str
    detail: Mapping[str, Any]
    seq: int | None


class Audit:
    """The events of one store, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, kind: str, *, actor: str, subject: str, detail: Mapping[str, Any], tenant: str) -> AuditEvent:
        """Write an event down, in a transaction of its own. Raises ``StoreError``, and ``ValueError`` for what is no event."""
        with self._database.writing() as connection:
            return write_event(connection, kind, actor=actor, subject=subject, detail=detail, tenant=tenant)

    def events(
        self,
        *,
        kind: str | None = None,
        actor: str | None = None,
        subject: str | None = None,
        after: Cursor | None = None,
        limit: int = 50,
        tenant: str | None = None,
    ) -> list[AuditEvent]:
        """Up to ``limit`` events, newest first, behind ``after`` (time and id of the last event of the page before)."""
        query = select(audit_events.c.body, _SEQ)
        wanted = (("kind", kind), ("actor", actor), ("subject", subject), ("tenant", tenant))
        for name, value in wanted:
            if value is not None:
                query = query.where(audit_events.c[name] == column_text(value))
        if after is not None:
            query = query.where(tuple_(audit_events.c.at, audit_events.c.id) < tuple_(after.made_at, column_text(after.id)))
        query = query.order_by(audit_events.c.at.desc(), audit_events.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_event_of(body, seq) for body, seq in connection.execute(query)]

    def event(self, event_id: str) -> AuditEvent:
        """The event of that id. Raises ``NotFound`` BL-INPUT-710."""
        query = select(audit_events.c.body, _SEQ).where(audit_events.c.id == column_text(event_id))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _no_event(event_id)
        return _event_of(*row)

    def verify(self, event_id: str) -> bool:
        """Whether the stored event is the one that the ledger committed to, in the log or pending.

        The log itself (tree, heads) is the business of ``brightline ledger verify``. Raises ``NotFound`` BL-INPUT-710.
        """
        wanted = column_text(event_id)
        row = select(audit_events).where(audit_events.c.id == wanted)
        logged = select(ledger_entries.c.entry).where(ledger_entries.c.subject == wanted)
        waiting = select(ledger_pending.c.commitment).where(ledger_pending.c.subject == wanted)
        with self._database.reading() as connection:
            stored = connection.execute(row).first()
            entries = connection.execute(logged).scalars().all()
            commitments = [*_commitments_in(entries), *(str(found) for found in connection.execute(waiting).scalars())]
        if stored is None:
            raise _no_event(event_id)
        try:
            event = _event_of(stored.body, None)
            made = _commitment(bytes(stored.salt), bytes(stored.body))
        except (StoreError, TypeError):
            return False  # damaged, so not what was logged
        columns = (stored.id, stored.tenant, stored.at, stored.kind, stored.actor, stored.subject)
        return columns == event[:6] and any(hmac.compare_digest(made, commitment) for commitment in commitments)


_SEQ = select(func.min(ledger_entries.c.seq)).where(ledger_entries.c.subject == audit_events.c.id).correlate(audit_events).scalar_subquery()
_COLUMNS = tuple(audit_events.columns.keys())


def write_event(
    connection: Connection, kind: str, *, actor: str, subject: str, detail: Mapping[str, Any], tenant: str, at: int | None = None
) -> AuditEvent:
    """Write an event inside a transaction that also does what the event says. Raises ``ValueError`` for what is no event."""
    if kind not in AUDIT_KINDS:
        raise ValueError(f"there is no kind of event {kind!r}")
    event = AuditEvent(
        str(uuid_utils.uuid7()),
        column_text(tenant),
        now_us() if at is None else at,
        kind,
        column_text(actor),
        column_text(subject),
        dict(detail),
        None,
    )
    document = event._asdict()
    del document["seq"]
    body, salt = canonical_json(document), secrets.token_bytes(_SALT_BYTES)
    if len(body) > _MOST_DETAIL_BYTES:
        raise ValueError(f"an event of {len(body)} bytes is more than {_MOST_DETAIL_BYTES}")
    row = (event.id, event.tenant, event.at, event.kind, event.actor, event.subject, body, salt)
    pending = (event.at, event.kind, event.tenant, event.actor, event.id, _commitment(salt, body))
    insert_rows(connection, Addition(audit_events, [row], _COLUMNS))
    insert_rows(connection, Addition(ledger_pending, [pending], PENDING_COLUMNS))
    return event


def _commitments_in(entries: Sequence[bytes]) -> Iterator[str]:
    for entry in entries:
        try:
            yield str(orjson.loads(entry)["commitment"])
        except (ValueError, TypeError, KeyError):
            continue  # a damaged entry commits to nothing; a verification of the log names it


def _commitment(salt: bytes, body: bytes) -> str:
    return hmac.new(salt, body, hashlib.sha256).hexdigest()


def _event_of(body: bytes, seq: int | None) -> AuditEvent:
    try:
        return AuditEvent(**orjson.loads(body), seq=seq)
    except (ValueError, TypeError) as problem:
        raise StoreError("BL-STORE-007", f"a stored event cannot be read: {problem!r}", "restore the last backup") from problem


def _no_event(event_id: str) -> NotFound:
    return NotFound("BL-INPUT-710", f"there is no event {event_id[:80]!r}", "take the id from the list of events")
