"""Documents of a corpus whose removal, quarantine or redaction is contested, and what became of it.

An appeal is decided once, by somebody else than who opened it. The newest appeal on a document counts, in its run and in every later run of
the same corpus, because a document's id depends on the document alone; one that is still open takes nothing from what was restored. A restored document is a wrong decision that was put right:
``counts`` says how many. The audit log gets ids and outcomes, never the words.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from brightline.store.tables import corpus_appeals, corpus_runs

__all__ = ["CorpusAppeal", "CorpusAppeals"]

_LONGEST_REASON = 4_000  # characters; own choice: two pages


class CorpusAppeal(NamedTuple):
    """``status``: open, restored, upheld. Times are UTC microseconds. ``document``: ``reason``, ``contested`` (the outcome that it is about),
    and, once decided, ``decision`` (why)."""

    id: str
    tenant: str
    run: str
    doc_id: str
    made_at: int
    made_by: str
    status: str
    decided_at: int | None
    decided_by: str
    document: dict[str, Any]


class CorpusAppeals:
    """The appeals of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, run: str, doc_id: str, *, by: str, reason: str, contested: str = "", tenant: str = "default") -> CorpusAppeal:
        """Contest what was decided on a document. ``contested``: the outcome (drop, quarantine, redact).

        Raises ``InputError`` BL-CORPUS-065 without a reason or where an appeal on the document is open already; ``NotFound`` BL-CORPUS-069 for
        a run that is not there.
        """
        reason = reason.strip()
        if not reason or len(reason) > _LONGEST_REASON:
            raise InputError(
                "BL-CORPUS-065", "an appeal needs a reason", f"say what is wrong with the decision, in {_LONGEST_REASON} characters at most"
            )
        document = {"contested": contested, "reason": reason}
        appeal = CorpusAppeal(
            str(uuid_utils.uuid7()), tenant, run, column_text(doc_id), now_us(), column_text(by), "open", None, "",
            orjson.loads(canonical_json(document)),
        )  # fmt: skip
        with self._database.writing() as connection:
            mine = select(corpus_runs.c.id).where(corpus_runs.c.id == column_text(run), corpus_runs.c.tenant == tenant)
            if connection.execute(mine.with_for_update()).first() is None:
                raise NotFound("BL-CORPUS-069", f"there is no run {run[:80]!r}", "take the id from the list of runs")
            table = corpus_appeals.c
            open_one = select(table.id).where(table.run == run, table.doc_id == appeal.doc_id, table.status == "open")
            if connection.execute(open_one).first() is not None:
                raise InputError("BL-CORPUS-065", "an appeal on this document is open already", "decide that one first")
            connection.execute(corpus_appeals.insert(), appeal._asdict() | {"document": _text(document)})
            detail = {"contested": contested, "doc_id": appeal.doc_id, "run": run}
            write_event(connection, "corpus.appeal_opened", actor=by, subject=appeal.id, detail=detail, tenant=tenant, at=appeal.made_at)
        return appeal

    def decide(self, appeal_id: str, *, by: str, restore: bool, reason: str, tenant: str = "default") -> CorpusAppeal:
        """Restore the document or uphold the decision on it.

        Raises ``NotFound`` BL-CORPUS-069; ``InputError`` BL-CORPUS-065 where it is decided already, where no reason is given, or where
        whoever decides opened it.
        """
        now = now_us()
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            raise InputError("BL-CORPUS-065", "an appeal is decided with a reason", f"give one of {_LONGEST_REASON} characters at most")
        with self._database.writing() as connection:
            mine = (corpus_appeals.c.id == column_text(appeal_id)) & (corpus_appeals.c.tenant == tenant)
            row = connection.execute(select(corpus_appeals).where(mine).with_for_update()).first()
            if row is None:
                raise _no_appeal(appeal_id)
            appeal = _appeal(row)
            if appeal.status != "open":
                raise InputError("BL-CORPUS-065", f"this appeal is {appeal.status} already", "a decided appeal stays; open a new one")
            if appeal.made_by == column_text(by):
                raise InputError("BL-CORPUS-065", "nobody decides on an appeal of their own", "let somebody else decide it")
            status = "restored" if restore else "upheld"
            values = {
                "status": status,
                "decided_at": now,
                "decided_by": column_text(by),
                "document": _text({**appeal.document, "decision": reason.strip()}),
            }
            connection.execute(update(corpus_appeals).where(mine).values(values))
            detail = {"doc_id": appeal.doc_id, "run": appeal.run, "status": status}
            write_event(connection, "corpus.appeal_closed", actor=by, subject=appeal_id, detail=detail, tenant=tenant, at=now)
            return _appeal(connection.execute(select(corpus_appeals).where(mine)).one())

    def get(self, appeal_id: str, *, tenant: str = "default") -> CorpusAppeal:
        """Raises ``NotFound`` BL-CORPUS-069."""
        query = select(corpus_appeals).where(corpus_appeals.c.id == column_text(appeal_id), corpus_appeals.c.tenant == tenant)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _no_appeal(appeal_id)
        return _appeal(row)

    def page(
        self,
        *,
        run: str | None = None,
        status: str | None = None,
        after: Cursor | None = None,
        limit: int = 50,
        tenant: str = "default",
    ) -> list[CorpusAppeal]:
        """Up to ``limit`` appeals, newest first, behind ``after`` (time and id of one)."""
        table = corpus_appeals.c
        query = select(corpus_appeals).where(table.tenant == tenant)
        if run is not None:
            query = query.where(table.run == column_text(run))
        if status is not None:
            query = query.where(table.status == status)
        with self._database.reading() as connection:
            rows = connection.execute(newest_first(query, corpus_appeals, after=after, limit=limit))
            return [_appeal(row) for row in rows]

    def of_document(self, run: str, doc_id: str, *, tenant: str = "default") -> list[CorpusAppeal]:
        """All appeals on a document in a run, newest first."""
        table = corpus_appeals.c
        query = select(corpus_appeals).where(table.tenant == tenant, table.run == column_text(run), table.doc_id == column_text(doc_id))
        with self._database.reading() as connection:
            return [_appeal(row) for row in connection.execute(query.order_by(table.made_at.desc(), table.id.desc()))]

    def standing(self, run: str, *, tenant: str = "default") -> dict[str, str]:
        """Document → what its appeals come to, in all runs of the corpus of ``run``: what the stage "decide" heeds.

        The status of the newest, but a restored document stays so while another appeal on it is open, and where only its covering was
        contested in vain. ``lifted`` instead of ``restored`` where it was the covering that was contested: nobody else said that anything
        may stay uncovered, nor that a document may be used for which something graver is found. ``freed``: both were restored.
        """
        corpus = select(corpus_runs.c.corpus).where(corpus_runs.c.id == column_text(run), corpus_runs.c.tenant == tenant).scalar_subquery()
        query = (
            select(corpus_appeals.c.doc_id, corpus_appeals.c.status, corpus_appeals.c.document)
            .join(corpus_runs, corpus_runs.c.id == corpus_appeals.c.run)
            .where(corpus_runs.c.tenant == tenant, corpus_runs.c.corpus == corpus, corpus_appeals.c.tenant == tenant)
            .order_by(corpus_appeals.c.made_at, corpus_appeals.c.id)
        )
        heeded: dict[str, str] = {}
        with self._database.reading() as connection:
            for doc_id, status, document in connection.execute(query):
                heeded[str(doc_id)] = _heeded(heeded.get(str(doc_id), ""), str(status), str(document))
        return heeded

    def counts(self, run: str, *, tenant: str = "default") -> dict[str, int]:
        """Appeals of a run by status; ``restored`` are decisions that were wrong."""
        table = corpus_appeals.c
        query = select(table.status, func.count()).where(table.tenant == tenant, table.run == column_text(run))
        with self._database.reading() as connection:
            return {str(status): int(count) for status, count in connection.execute(query.group_by(table.status))}


def _heeded(before: str, status: str, document: str) -> str:
    """What counts after one appeal more."""
    is_of_covering = orjson.loads(document).get("contested") == "redact"
    if status == "restored":
        other, own = ("restored", "lifted") if is_of_covering else ("lifted", "restored")
        return "freed" if before in (other, "freed") else own
    if before in ("restored", "lifted", "freed") and (status == "open" or is_of_covering):
        return before
    return "lifted" if before in ("lifted", "freed") else status


def _text(document: Mapping[str, Any]) -> str:
    return column_text(canonical_json(dict(document)).decode())


def _appeal(row: Any) -> CorpusAppeal:
    return CorpusAppeal(**{str(name): value for name, value in row._asdict().items()} | {"document": orjson.loads(row.document)})


def _no_appeal(appeal_id: str) -> NotFound:
    return NotFound("BL-CORPUS-069", f"there is no appeal {appeal_id[:80]!r}", "take the id from the list of appeals")
