"""The log of copies without an explicit label: who got which content, when, under which agreement (Labelling Measures, Art. 9).

The measure wants it kept for at least six months; no retention may be shorter, and nothing is deleted before its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import uuid_utils
from sqlalchemy import delete, select

from brightline.errors import InputError
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import unlabelled_copies

__all__ = ["SHORTEST_KEPT_DAYS", "UnlabelledCopies", "UnlabelledCopy"]

SHORTEST_KEPT_DAYS = 184
"""Six months are at most 184 days (Labelling Measures, Art. 9: not less than six months)."""

_SWEPT = 200


class UnlabelledCopy(NamedTuple):
    """``agreement``: which text on the recipient's duties was agreed to (its version); times are UTC microseconds."""

    id: str
    tenant: str
    given_at: int
    kept_until: int
    content_id: str
    file_digest: str
    recipient: str
    agreement: str
    agreed_at: int
    purpose: str


class UnlabelledCopies:
    """The log of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        *,
        content_id: str,
        file_digest: str,
        recipient: str,
        agreement: str,
        agreed_at: int,
        purpose: str = "",
        keep_days: int = SHORTEST_KEPT_DAYS,
        tenant: str = "default",
    ) -> UnlabelledCopy:
        """Note that a copy is given out, before it is. The audit log gets the event in the same transaction.

        Raises ``InputError`` BL-INPUT-860 where recipient or agreement are missing or the agreement lies in the future,
        BL-INPUT-861 for a retention under six months; ``StoreError``.
        """
        now = now_us()
        if not recipient.strip() or not agreement.strip() or agreed_at > now:
            raise InputError(
                "BL-INPUT-860",
                "a copy without explicit label needs a recipient and an agreement that was made before",
                "show the user the text on their own duty to label, and pass its version and the time at which they agreed",
            )
        if keep_days < SHORTEST_KEPT_DAYS:
            raise InputError(
                "BL-INPUT-861", f"{keep_days} days are less than six months", f"keep the log for {SHORTEST_KEPT_DAYS} days or more"
            )
        copy = UnlabelledCopy(
            str(uuid_utils.uuid7()), tenant, now, now + keep_days * 86_400_000_000, column_text(content_id), file_digest,
            column_text(recipient), column_text(agreement), agreed_at, column_text(purpose),
        )  # fmt: skip
        detail = {"content_id": copy.content_id, "agreement": copy.agreement}
        with self._database.writing() as connection:
            connection.execute(unlabelled_copies.insert(), copy._asdict())
            write_event(connection, "label.copy_given", actor="brightline", subject=copy.id, detail=detail, tenant=tenant, at=now)
        return copy

    def of_content(self, content_id: str, *, tenant: str = "default") -> list[UnlabelledCopy]:
        """Who got this content, newest first."""
        query = select(unlabelled_copies).where(
            unlabelled_copies.c.tenant == tenant, unlabelled_copies.c.content_id == column_text(content_id)
        )
        with self._database.reading() as connection:
            return [UnlabelledCopy(*row) for row in connection.execute(query.order_by(unlabelled_copies.c.given_at.desc()))]

    def walk(self, *, tenant: str = "default", chunk: int = 500) -> Iterator[UnlabelledCopy]:
        """The whole log, newest first, in constant memory: for the auditor's export."""
        before: tuple[int, str] | None = None
        while True:
            rows = self.page(tenant=tenant, after=before, limit=chunk)
            yield from rows
            if len(rows) < chunk:
                return
            before = rows[-1].given_at, rows[-1].id

    def page(self, *, tenant: str = "default", after: tuple[int, str] | None = None, limit: int = 50) -> list[UnlabelledCopy]:
        """The next ``limit`` entries, newest first, ``after`` the time and id of one."""
        table = unlabelled_copies.c
        query = select(unlabelled_copies).where(table.tenant == tenant)
        if after is not None:
            given_at, copy_id = after
            query = query.where((table.given_at < given_at) | ((table.given_at == given_at) & (table.id < copy_id)))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.given_at.desc(), table.id.desc()).limit(limit))
            return [UnlabelledCopy(*row) for row in rows]

    def prune(self) -> int:
        """Delete what has reached its day; how many. Raises ``StoreError``."""
        old = select(unlabelled_copies.c.id).where(unlabelled_copies.c.kept_until <= now_us()).limit(_SWEPT)
        with self._database.reading() as connection:
            if connection.execute(old.limit(1)).first() is None:
                return 0
        with self._database.writing() as connection:
            return connection.execute(delete(unlabelled_copies).where(unlabelled_copies.c.id.in_(old.scalar_subquery()))).rowcount
