"""Reports of corpora as they were signed: the canonical bytes, their digest, and the event by which the ledger commits to them.

Row, audit event and the ledger's pending entry are one transaction. The event's detail names the digest of the bytes, so whoever holds a
report file can ask whether exactly these bytes were signed, when and by whom; the proof of the entry itself is the ledger's (ledger.prove).
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import uuid_utils
from sqlalchemy import Select, select, tuple_

from brightline.errors import InputError, NotFound
from brightline.store.audit import Audit, AuditEvent, write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.reading import Cursor
from brightline.store.records import column_text
from brightline.store.tables import corpus_reports, corpus_runs

__all__ = ["CorpusReport", "CorpusReports", "CorpusSignature"]

_KIND = "corpus.report_signed"


class CorpusReport(NamedTuple):
    """``made_at`` UTC microseconds; ``digest``: SHA-256 of the canonical bytes, in hex; ``corpus``: the run's."""

    id: str
    tenant: str
    run: str
    made_at: int
    made_by: str
    digest: str
    corpus: str


class CorpusSignature(NamedTuple):
    """The event by which a report entered the ledger. ``event.seq`` is its place there, None while it waits; ``holds``: the stored event
    is the one that the ledger committed to."""

    report: CorpusReport
    event: AuditEvent
    holds: bool


class CorpusReports:
    """The reports of one store, append-only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sign(self, run: str, canonical: bytes, *, content_digest: str, made_by: str, tenant: str = "default") -> CorpusReport:
        """Keep a report and commit the ledger to it. The same bytes of the same run a second time are the first report again.

        ``content_digest``: the report's digest without the block that says when it was made; it stands in the event too.
        Raises ``NotFound`` BL-CORPUS-073 for a run that is not there, ``InputError`` BL-CORPUS-072 for bytes that are no UTF-8; ``StoreError``.
        """
        digest = hashlib.sha256(canonical).hexdigest()
        try:
            text = canonical.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise InputError("BL-CORPUS-072", f"a report is UTF-8: {problem}", "give report.json as it was written") from problem
        with self._database.writing() as connection:
            ran = connection.execute(
                select(corpus_runs.c.corpus).where(corpus_runs.c.id == column_text(run), corpus_runs.c.tenant == tenant)
            ).scalar()
            if ran is None:
                raise NotFound("BL-CORPUS-073", f"there is no inspection {run[:80]!r}", "take its id from the list of inspections")
            same = connection.execute(_REPORTS.where(corpus_reports.c.run == run, corpus_reports.c.digest == digest)).first()
            if same is not None:
                return CorpusReport(*same)
            report = CorpusReport(str(uuid_utils.uuid7()), tenant, run, now_us(), column_text(made_by), digest, str(ran))
            row = report._asdict() | {"document": text}
            del row["corpus"]
            connection.execute(corpus_reports.insert(), row)
            detail = {"corpus": report.corpus, "run": run, "sha256": digest, "content_sha256": content_digest}
            write_event(connection, _KIND, actor=report.made_by, subject=report.id, detail=detail, tenant=tenant, at=report.made_at)
        return report

    def get(self, report_id: str, *, tenant: str = "default") -> CorpusReport:
        """Raises ``NotFound`` BL-CORPUS-074."""
        return self._one(_REPORTS.where(corpus_reports.c.id == column_text(report_id)), report_id, tenant)

    def canonical(self, report_id: str, *, tenant: str = "default") -> bytes:
        """The bytes of ``report.json`` as they were signed. Raises ``NotFound`` BL-CORPUS-074."""
        query = select(corpus_reports.c.document).where(corpus_reports.c.id == column_text(report_id), corpus_reports.c.tenant == tenant)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise _no_report(report_id)
        return str(found).encode()

    def of_run(self, run: str, *, tenant: str = "default") -> list[CorpusReport]:
        """The reports of a run, newest first."""
        return self._many(_REPORTS.where(corpus_reports.c.run == column_text(run)), tenant)

    def page(
        self, *, tenant: str = "default", corpus: str | None = None, after: Cursor | None = None, limit: int = 50
    ) -> list[CorpusReport]:
        """Up to ``limit`` reports, newest first, of one corpus or all; ``after``: time and id of the last one of the page before."""
        query = _REPORTS if corpus is None else _REPORTS.where(corpus_runs.c.corpus == column_text(corpus))
        if after is not None:
            place = tuple_(corpus_reports.c.made_at, corpus_reports.c.id)
            query = query.where(place < tuple_(after.made_at, column_text(after.id)))
        return self._many(query.limit(limit), tenant)

    def earlier(self, report: CorpusReport, *, limit: int = 11) -> list[CorpusReport]:
        """The newest reports of the same corpus before ``report``, the oldest first: what a trend is drawn from. One of each run."""
        newest: dict[str, CorpusReport] = {}
        after = Cursor(report.made_at, report.id)
        while len(newest) < limit and (page := self.page(tenant=report.tenant, corpus=report.corpus, after=after, limit=limit)):
            for each in page:
                if each.run != report.run and len(newest) < limit:
                    newest.setdefault(each.run, each)
            after = Cursor(page[-1].made_at, page[-1].id)
        return sorted(newest.values(), key=lambda each: (each.made_at, each.id))

    def find(self, digest: str, *, tenant: str = "default") -> CorpusReport | None:
        """The report of that digest, the first if it was signed for several runs."""
        found = self._many(_REPORTS.where(corpus_reports.c.digest == digest.lower()), tenant)
        return found[-1] if found else None

    def verify(self, canonical: bytes, *, tenant: str = "default") -> CorpusSignature | None:
        """Whether exactly these bytes were signed here; None if not. ``holds`` says whether the ledger's commitment still fits."""
        report = self.find(hashlib.sha256(canonical).hexdigest(), tenant=tenant)
        if report is None:
            return None
        audit = Audit(self._database)
        events = audit.events(kind=_KIND, subject=report.id, tenant=tenant, limit=1)
        if not events:
            return None
        event = events[0]
        return CorpusSignature(report, event, event.detail.get("sha256") == report.digest and audit.verify(event.id))

    def _one(self, query: Select[Any], report_id: str, tenant: str) -> CorpusReport:
        found = self._many(query.limit(1), tenant)
        if not found:
            raise _no_report(report_id)
        return found[0]

    def _many(self, query: Select[Any], tenant: str) -> list[CorpusReport]:
        query = query.where(corpus_reports.c.tenant == tenant)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(corpus_reports.c.made_at.desc(), corpus_reports.c.id.desc()))
            return [CorpusReport(*row) for row in rows]


_REPORTS: Select[Any] = select(*(corpus_reports.c[name] for name in CorpusReport._fields if name != "corpus"), corpus_runs.c.corpus).join(
    corpus_runs, corpus_runs.c.id == corpus_reports.c.run
)


def _no_report(report_id: str) -> NotFound:
    return NotFound("BL-CORPUS-074", f"there is no report {report_id[:80]!r}", "take the id from the list of reports")
