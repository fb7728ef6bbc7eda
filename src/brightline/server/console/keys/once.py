"""One form, one key: a form that is sent twice, by a double click or from the history, makes nothing a second time.

Each form carries a random ticket. The audit event of what it made holds the ticket's digest, so that every process finds it; inside a
process the sending of two at once is put in a row.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from brightline.server.console.desk import Visit
from brightline.store import AuditEvent

__all__ = ["Tickets", "digest_of_ticket", "new_ticket"]

_LOOKED_THROUGH = 100  # events of one person; more than anybody makes while a form is open


def new_ticket() -> str:
    """A ticket for a form."""
    return secrets.token_urlsafe(16)


def digest_of_ticket(ticket: str) -> str:
    """What is kept of a ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()[:32]


class Tickets:
    """The used tickets of one kind of event."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.turn = asyncio.Lock()

    async def used(self, visit: Visit, ticket: str) -> AuditEvent | None:
        """What this visitor's form with that ticket has made already. Ask, and act, while holding ``turn``."""
        mine = await asyncio.to_thread(
            visit.desk.store.audit.events, kind=self._kind, actor=visit.who.id, limit=_LOOKED_THROUGH, tenant=visit.desk.settings.tenant
        )
        digest = digest_of_ticket(ticket)
        return next((event for event in mine if event.detail.get("form") == digest), None)
