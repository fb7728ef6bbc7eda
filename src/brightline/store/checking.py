"""Examining a store: is what is stored whole, and is it still what the ledger committed to?

Checked: SQLite's own integrity and foreign keys; that every decision's document can be read and agrees with the columns by
which it is found; and that it agrees with its commitment, in the log or pending. The log itself (tree, heads, proofs) is
the business of ``brightline ledger verify``. PostgreSQL's pages are the business of its ``pg_amcheck``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Row, bindparam, func, select, text

from brightline.errors import StoreError
from brightline.store.engine import Database
from brightline.store.records import LEDGER_KIND, stored_decision
from brightline.store.tables import decisions, ledger_entries, ledger_pending

__all__ = ["Problem", "check"]

_AT_ONCE = 500


class Problem(NamedTuple):
    """Something that is not as it should be: where, and what."""

    subject: str
    what: str


def check(database: Database, progress: Callable[[int, int], None] = lambda done, total: None) -> Iterator[Problem]:
    """All problems of the store, as they are found. ``progress(done, total)`` counts decisions."""
    with database.reading() as connection:
        if database.is_sqlite:
            yield from _sqlite(connection)
        total = int(connection.execute(select(func.count()).select_from(decisions)).scalar_one())
    done, last = 0, ""
    while True:
        with database.reading() as connection:  # one short view a page, so that a long check holds nobody up
            rows = connection.execute(_PAGE, {"last": last, "limit": _AT_ONCE}).all()
            commitments = _commitments(connection, [row.id for row in rows])
        if not rows:
            return
        for row in rows:
            yield from _decision(row, commitments.get(row.id, []))
        done, last = done + len(rows), rows[-1].id
        progress(done, max(total, done))


_PAGE = (
    select(
        decisions.c.id,
        decisions.c.token,
        decisions.c.tenant,
        decisions.c.made_at,
        decisions.c.outcome,
        decisions.c.body,
        decisions.c.salt,
        decisions.c.erased_at,
    )
    .where(decisions.c.id > bindparam("last"))
    .order_by(decisions.c.id)
    .limit(bindparam("limit"))
)


def _sqlite(connection: Connection) -> Iterator[Problem]:
    for (found,) in connection.execute(text("PRAGMA integrity_check")):
        if found != "ok":
            yield Problem("database file", str(found))
    for table, row_id, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield Problem(f"{table} row {row_id}", f"belongs to nothing in {parent}")


def _commitments(connection: Connection, ids: list[str]) -> dict[str, list[str]]:
    """Of each decision, what the ledger says it committed to: in the log, or pending."""
    found: dict[str, list[str]] = {}
    for subject, entry in connection.execute(
        select(ledger_entries.c.subject, ledger_entries.c.entry).where(ledger_entries.c.subject.in_(ids)).order_by(ledger_entries.c.seq)
    ):
        try:
            content = orjson.loads(bytes(entry))
        except ValueError:
            content = {"kind": LEDGER_KIND, "commitment": "unreadable"}
        if content.get("kind") == LEDGER_KIND:
            found.setdefault(subject, []).append(content.get("commitment", ""))
    pending = select(ledger_pending.c.subject, ledger_pending.c.commitment).where(
        ledger_pending.c.subject.in_(ids), ledger_pending.c.kind == LEDGER_KIND
    )
    for subject, commitment in connection.execute(pending):
        found.setdefault(subject, []).append(commitment)
    return found


def _decision(row: Row[*tuple[object, ...]], commitments: list[str]) -> Iterator[Problem]:
    subject = f"decision {row.id}"
    try:
        made = stored_decision(row.body, row.salt, row.erased_at, None).decision
    except StoreError as problem:
        yield Problem(subject, problem.message)
        return
    if (made.id, made.token, made.tenant, made.made_at, made.outcome.value) != (row.id, row.token, row.tenant, row.made_at, row.outcome):
        yield Problem(subject, "the document does not agree with the columns")
    if len(commitments) != 1:
        yield Problem(subject, f"has {len(commitments)} entries in the ledger instead of one")
    elif row.salt is not None and not _matches(bytes(row.salt), bytes(row.body), commitments[0]):
        yield Problem(subject, "is not what the ledger committed to")


def _matches(salt: bytes, body: bytes, commitment: str) -> bool:
    return hmac.compare_digest(hmac.new(salt, body, hashlib.sha256).hexdigest(), commitment)
