"""Whether this log is known not to verify: what every page that speaks of the ledger has to say first.

Cheap enough for each page: the newest event of a whole verification, and the signature of the newest stored head. A whole
verification reads every entry again and is asked for on the page of the ledger (``ledger/verifying.py``).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import select

from brightline.errors import LedgerError, StoreError
from brightline.ledger import open_checkpoint
from brightline.service import Service
from brightline.store import AuditEvent
from brightline.store.tables import ledger_checkpoints

__all__ = ["Doubt", "doubt_of", "last_verification"]


class Doubt(NamedTuple):
    """Why the log cannot be trusted. ``finding``: the last whole verification found ``number`` things; ``record``: its own record
    cannot be read; ``head``: the newest stored head does not verify. ``at`` UTC microseconds, None where it is not known."""

    kind: Literal["finding", "record", "head"]
    at: int | None = None
    number: int = 0


def last_verification(service: Service) -> AuditEvent | None:
    """The newest event of a verification of the whole log. Raises ``StoreError``, BL-STORE-007 if that event is damaged.

    A whole verification is an event about the log; whoever verified the proof of one decision left one of the same kind about that
    decision, which says nothing of the log.
    """
    events = service.store.audit.events(kind="ledger.verified", subject=service.signer.origin, limit=1, tenant=service.settings.tenant)
    return next((event for event in events if {"ok", "size", "problems"} <= event.detail.keys()), None)


def doubt_of(service: Service) -> Doubt | None:
    """What speaks against the log; None while nothing does. Raises ``StoreError`` where the database does not answer."""
    try:
        last = last_verification(service)
    except StoreError as problem:
        if problem.code != "BL-STORE-007":
            raise
        return Doubt("record")
    if last is not None and not last.detail["ok"]:
        return Doubt("finding", last.at, int(last.detail["found"]))
    return _doubt_of_head(service)


_NEWEST = select(ledger_checkpoints.c.size, ledger_checkpoints.c.saved_at, ledger_checkpoints.c.note)
_NEWEST = _NEWEST.order_by(ledger_checkpoints.c.size.desc()).limit(1)


def _doubt_of_head(service: Service) -> Doubt | None:
    with service.store.database.reading() as connection:
        newest = connection.execute(_NEWEST).first()
    if newest is None:
        return None
    try:
        is_sound = open_checkpoint(str(newest.note), service.signer.verifiers).size == newest.size
    except LedgerError:
        is_sound = False
    return None if is_sound else Doubt("head", int(newest.saved_at))
