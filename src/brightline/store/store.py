"""The store of one installation: open it, write decisions in one transaction, look them up, erase what must be erased."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, delete, exists, text, update

from brightline.documents import canonical_json
from brightline.errors import NotFound, StoreError
from brightline.model import Outcome
from brightline.store import reading, schema, searching
from brightline.store.api_keys import ApiKeys
from brightline.store.audit import Audit
from brightline.store.bulk import Addition, insert_rows
from brightline.store.clock import now_us
from brightline.store.dialogues import Dialogues
from brightline.store.engine import Database
from brightline.store.erasure import erased_document
from brightline.store.faults import LostConnection, store_error
from brightline.store.journal import Journal
from brightline.store.labelled_files import LabelledFiles
from brightline.store.ledger_rows import LedgerRows
from brightline.store.outbox import Outbox, OutboxJob, jobs_addition
from brightline.store.reading import Cursor, DecisionFilter
from brightline.store.records import PENDING_COLUMNS, Record, StoredDecision, Unreadable, additions_of
from brightline.store.searching import Found, Neighbours, News
from brightline.store.sessions import Sessions
from brightline.store.setting_changes import SettingChanges
from brightline.store.tables import decisions, items, ledger_pending, text_fingerprints
from brightline.store.tallies import Tallies
from brightline.store.text_fingerprints import TextFingerprints
from brightline.store.traffic import Traffic
from brightline.store.unlabelled_copies import UnlabelledCopies
from brightline.store.users import Users
from brightline.store.views import SavedViews
from brightline.store.writer import Writer

__all__ = ["Store"]

_ERASURE_KIND = "erasure"


class Store:
    """An open database. Its methods block and are safe in several threads; ``Journal.append`` is the asynchronous way in."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = LedgerRows(database)
        self.keys = ApiKeys(database)
        self.outbox = Outbox(database)
        self.users = Users(database)
        self.sessions = Sessions(database)
        self.audit = Audit(database)
        self.views = SavedViews(database)
        self.setting_changes = SettingChanges(database)
        self.tallies = Tallies(database)
        self.traffic = Traffic(database)
        self.dialogues = Dialogues(database)
        self.labelled_files = LabelledFiles(database)
        self.text_fingerprints = TextFingerprints(database)
        self.unlabelled_copies = UnlabelledCopies(database)
        self._writer = Writer(database)

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> Store:
        """Connect, and bring the tables up to date if ``migrate``. Any number of processes may do so together.

        Raises ``StoreError``: BL-STORE-003 unreachable, -005 tables missing or newer than this program, -009 unusable URL.
        """
        database = Database(url)
        try:
            if migrate:
                schema.migrate(database)
            elif not (found := schema.status(database)).up_to_date:
                raise StoreError(
                    "BL-STORE-005", f"the tables have revision {found.revision}, needed is {found.head}", "run: brightline db migrate"
                )
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Write the keys' times of use and close all connections. Close the journal first."""
        try:
            self.keys.flush(force=True)
        finally:
            self._writer.close()
            self.database.close()

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which database this is."""
        return "sqlite" if self.database.is_sqlite else "postgresql"

    def journal(self, wait_ms: float) -> Journal:
        """A journal over this store; ``wait_ms``: how long a commit waits for company at most. Start it, and close it before the store."""
        return Journal(self.write, wait_ms=wait_ms, after_batch=self._chores)

    def write(self, records: Sequence[Record], jobs: Sequence[OutboxJob] = ()) -> None:
        """Store decisions, findings, outbox jobs and pending ledger rows in ONE transaction.

        Raises ``StoreError``. If a PostgreSQL connection breaks on the way, it first looks whether the decisions are there and
        writes once more only if they are not; ids are unique, so nothing can be stored twice.
        """
        additions = [*additions_of(records), jobs_addition(jobs)]
        try:
            self._writer.commit(additions)
        except LostConnection:
            if self._are_stored(records):
                return
            try:
                self._writer.commit(additions)
            except StoreError as problem:
                # The lost transaction may have been committed after we looked; then our own ids stood in the way.
                if problem.code != "BL-STORE-006" or not self._are_stored(records):
                    raise

    def decision(self, decision_id: str) -> StoredDecision | None:
        """The decision of that id."""
        with self.database.reading() as connection:
            return reading.find_by_id(connection, decision_id)

    def by_token(self, token: str) -> StoredDecision | None:
        """The decision whose statement page has that token."""
        with self.database.reading() as connection:
            return reading.find_by_token(connection, token)

    def decisions(
        self, filters: DecisionFilter | None = None, *, after: Cursor | str | None = None, limit: int = 50
    ) -> list[StoredDecision]:
        """Up to ``limit`` decisions, newest first; go on ``after`` a cursor or a decision's id. New rows never shift a page.

        Raises ``NotFound`` BL-INPUT-704 if ``after`` is the id of no decision, ``StoreError`` BL-STORE-007 if one of them cannot be
        read: ``search`` and ``walk`` go on past such a row, and say which it is.
        """
        with self.database.reading() as connection:
            if isinstance(after, str):
                after = reading.cursor_at(connection, after)
            found = searching.find(connection, filters or DecisionFilter(), after=after, limit=limit, budget_ms=None).rows
        for each in found:
            if isinstance(each, Unreadable):
                hint = "run `brightline db check`, then restore a backup in which this row is whole"
                raise StoreError("BL-STORE-007", f"the stored decision {each.id} cannot be read", hint)
        return [each for each in found if isinstance(each, StoredDecision)]

    def look_up(self, ids: Sequence[str]) -> dict[str, StoredDecision | Unreadable]:
        """Those of ``ids`` that are stored, by id; one whose document is damaged comes as ``Unreadable`` instead of an error."""
        with self.database.reading() as connection:
            return reading.find_many(connection, list(ids))

    def search(
        self, filters: DecisionFilter | None = None, *, after: Cursor | None = None, limit: int = 50, budget_ms: float | None = 60
    ) -> Found:
        """A page that is made in bounded time and says how far back it has looked (``searching.py``).

        Raises ``InputError`` BL-INPUT-720 for a filter or limit that cannot be used.
        """
        return searching.search(self.database, filters or DecisionFilter(), after=after, limit=limit, budget_ms=budget_ms)

    def tail(self) -> int:
        """The position from which ``newer`` tells what came. Take it before the page that it follows is searched."""
        return searching.tail(self.database)

    def newer(self, filters: DecisionFilter | None, than: int, *, limit: int = 50, shown: Collection[str] = ()) -> News:
        """What got its place in the ledger from position ``than`` on, each decision once. Raises ``InputError`` BL-INPUT-720."""
        return searching.newer(self.database, filters or DecisionFilter(), than, limit=limit, shown=shown)

    def around(self, decision_id: str, filters: DecisionFilter | None = None, *, budget_ms: float = 50) -> Neighbours:
        """The neighbours of a decision in the list of a filter. Raises ``NotFound`` BL-INPUT-704, ``InputError`` BL-INPUT-720."""
        return searching.around(self.database, decision_id, filters or DecisionFilter(), budget_ms=budget_ms)

    def walk(self, filters: DecisionFilter | None = None, *, chunk: int = searching.MOST_ROWS) -> Iterator[StoredDecision | Unreadable]:
        """Every decision that fits, newest first, in constant memory and short transactions; a damaged one as ``Unreadable``.

        Raises ``InputError`` BL-INPUT-720.
        """
        return searching.walk(self.database, filters or DecisionFilter(), chunk=chunk)

    def counts(self, since: int | None = None, *, filters: DecisionFilter | None = None) -> dict[Outcome, int]:
        """Number of decisions for each outcome that occurs, from ``since`` (UTC microseconds) on."""
        with self.database.reading() as connection:
            return reading.count_by_outcome(connection, filters or DecisionFilter(since=since))

    def look_up_token(self, token: str) -> StoredDecision | Unreadable | None:
        """The decision whose statement page has that token, as ``look_up`` gives it."""
        with self.database.reading() as connection:
            return reading.look_up_token(connection, token)

    def size_bytes(self) -> int:
        """What the database takes on disk: SQLite's file with its write-ahead log, or PostgreSQL's own figure."""
        if self.database.is_sqlite:
            files = (Path(f"{self.database.url.database}{suffix}") for suffix in ("", "-wal"))
            return sum(file.stat().st_size for file in files if file.exists())
        with self.database.reading() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())

    def back_up(self, target: Path) -> None:
        """Copy a SQLite database, whole and consistent, while it is in use. ``target`` must not exist; it becomes its owner's only.

        Raises ``StoreError`` BL-STORE-011: PostgreSQL has its own tools for that, and an existing file is not overwritten.
        """
        if not self.database.is_sqlite:
            raise StoreError(
                "BL-STORE-011", "a PostgreSQL database is backed up with its own tools", "pg_dump --format=custom DATABASE > FILE"
            )
        try:
            target.touch(mode=0o600, exist_ok=False)
        except OSError as problem:
            raise StoreError("BL-STORE-011", f"no backup can be written to {target}: {problem.strerror}", "name a new file") from None
        try:
            with closing(sqlite3.connect(str(self.database.url.database))) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
        except sqlite3.Error as problem:
            target.unlink()
            raise store_error(problem) from problem

    def erase_payload(self, decision_id: str, *, actor: str = "") -> StoredDecision:
        """Erase what a decision holds of a person (PIPL Art. 47): texts, evidence, account, digest of the text, and the salt.

        The row, its outcome, rules, findings without words, and the ledger entry remain; without the salt nobody can tell any
        more what the entry committed to. The erasure itself becomes a ledger entry. Erasing twice changes nothing.
        Raises ``NotFound`` BL-INPUT-704.
        """
        with self.database.writing() as connection:
            stored = reading.find_by_id(connection, decision_id)
            if stored is None:
                raise NotFound("BL-INPUT-704", f"there is no decision {decision_id!r}")
            if stored.erased_at is None:
                _erase(connection, stored, actor, now_us())
                stored = reading.find_by_id(connection, decision_id)
        assert stored is not None  # noqa: S101 - the row was found above, in the same transaction
        return stored

    def _are_stored(self, records: Sequence[Record]) -> bool:
        ids = {record.decision.id for record in records}
        with self.database.reading() as connection:
            return bool(ids) and reading.present_ids(connection, list(ids)) == ids

    def _chores(self) -> None:
        try:
            self.keys.flush()
        except Exception:  # whatever it is, the journal's thread must live
            return  # times of use are a courtesy; the next batch tries again with newer ones


def _erase(connection: Connection, stored: StoredDecision, actor: str, at: int) -> None:
    decision = stored.decision
    connection.execute(
        update(decisions)
        .where(decisions.c.id == decision.id)
        .values(body=erased_document(decision), salt=None, erased_at=at, account="", item_digest="")
    )
    same_item = (decisions.c.tenant == decision.tenant) & (decisions.c.item_digest == decision.item_digest)
    connection.execute(
        delete(items).where(items.c.tenant == decision.tenant, items.c.digest == decision.item_digest, ~exists().where(same_item))
    )
    connection.execute(delete(text_fingerprints).where(text_fingerprints.c.decision == decision.id))
    # No salt: the erasure names nobody, and so anyone can recompute this commitment from the row.
    payload = canonical_json({"actor": actor, "decision": decision.id, "erased_at": at})
    commitment = hmac.new(b"", payload, hashlib.sha256).hexdigest()
    event = (at, _ERASURE_KIND, decision.tenant, actor, decision.id, commitment)
    insert_rows(connection, Addition(ledger_pending, [event], PENDING_COLUMNS))
