"""Samples of a corpus, document by document, as long as people look at them, and their outcome afterwards.

The text of a sampled document is kept here while its sample is open, so that reviewers need no access to the corpus; closing empties it.
``plan`` and ``outcome`` are fixed by ``brightline.corpus.sampling``. While a sample is open its ``outcome`` says which document each
reviewer has in hand (``corpus_reviews.py``). Seeds are committed to before a sample is drawn and published when it is closed, both as
audit events, that is, in the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import Connection, func, select, update

from brightline.documents import canonical_json
from brightline.errors import InputError, NotFound
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.newest import newest_first
from brightline.store.reading import Cursor
from brightline.store.records import column_text
from brightline.store.tables import audit_events, corpus_reviews, corpus_runs, corpus_sample_items, corpus_samples

__all__ = ["CorpusSamples", "NewItem", "SampleItem", "StoredSample", "item_of"]

_AT_ONCE = 500  # rows of one INSERT; texts may be long


class StoredSample(NamedTuple):
    """``kind``: human, technical, removed. ``status``: open, closed. ``outcome`` is empty while the sample is open."""

    id: str
    tenant: str
    run: str
    kind: str
    made_at: int
    made_by: str
    status: str
    closed_at: int | None
    plan: dict[str, Any]
    outcome: dict[str, Any]


class NewItem(NamedTuple):
    """A drawn document on its way into a sample. ``lineage``: where it stands in the corpus, for a person (file and line)."""

    doc_id: str
    source: str
    stratum: str
    double: bool
    lineage: str
    text: str


class SampleItem(NamedTuple):
    """``verdict``: empty, pass or fail. ``text``: empty once the sample is closed."""

    sample: str
    position: int
    doc_id: str
    source: str
    stratum: str
    double: bool
    verdict: str
    lineage: str
    text: str


class CorpusSamples:
    """The samples of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit_seeds(self, run: str, kind: str, population: str, commitments: Sequence[str], *, by: str, tenant: str = "default") -> None:
        """Write into the ledger which seeds the samples of this run will be drawn with, the first, the second …: before anybody knows the corpus.

        Once for each run, kind and population; the same again changes nothing. Raises ``InputError`` BL-CORPUS-053 for other seeds than before.
        """
        earlier = self._committed(run, kind, population, tenant)
        if earlier == list(commitments):
            return
        if earlier:
            raise InputError("BL-CORPUS-053", f"other seeds were committed to for {kind} samples of run {run}", "draw with those")
        detail = {"commitments": list(commitments), "kind": kind, "population": population}
        with self._database.writing() as connection:
            write_event(connection, "corpus.seed_committed", actor=by, subject=run, detail=detail, tenant=tenant)

    def committed_seed(self, run: str, kind: str, population: str, number: int = 1, *, tenant: str = "default") -> str | None:
        """The commitment for the ``number``-th sample of that kind and population of a run, None where there was none."""
        return next(iter(self._committed(run, kind, population, tenant)[number - 1 : number]), None)

    def next_number(self, run: str, kind: str, population: str, *, tenant: str = "default") -> int:
        """Which sample of its kind and population the next one of a run is, from 1."""
        with self._database.reading() as connection:
            return _next_number(connection, run, kind, population, tenant)

    def _committed(self, run: str, kind: str, population: str, tenant: str) -> list[str]:
        query = select(audit_events.c.body).where(
            audit_events.c.kind == "corpus.seed_committed", audit_events.c.subject == column_text(run), audit_events.c.tenant == tenant
        )
        with self._database.reading() as connection:
            details = [orjson.loads(body)["detail"] for body in connection.execute(query.order_by(audit_events.c.id)).scalars()]
        ours = (each for each in details if (each.get("kind"), each.get("population")) == (kind, population))
        return next(([str(one) for one in detail["commitments"]] for detail in ours), [])

    def create(
        self,
        *,
        run: str,
        kind: str,
        plan: Mapping[str, Any],
        items: Iterable[NewItem],
        by: str,
        commitment: str = "",
        tenant: str = "default",
    ) -> StoredSample:
        """Keep a sample with its documents, in the order in which they were drawn. The ledger learns plan, commitment and documents.

        Raises ``NotFound`` BL-CORPUS-055 for no such run, ``InputError`` BL-CORPUS-053 where another sample took the ``number`` of the plan, and
        with it its seed; ``StoreError``.
        """
        sample = StoredSample(str(uuid_utils.uuid7()), tenant, run, kind, now_us(), column_text(by), "open", None, dict(plan), {})
        plan_text = canonical_json(sample.plan).decode()
        values = sample._asdict() | {"plan": column_text(plan_text), "outcome": "{}"}
        digest, count = hashlib.sha256(), 0
        with self._database.writing() as connection:
            own_run = select(corpus_runs.c.id).where(corpus_runs.c.id == column_text(run), corpus_runs.c.tenant == tenant)
            if connection.execute(own_run.with_for_update()).first() is None:
                raise NotFound("BL-CORPUS-055", f"there is no run {run[:80]!r}", "take the id from the list of runs")
            number, population = plan.get("number", 1), str(plan.get("population", ""))
            if number != _next_number(connection, run, kind, population, tenant):
                raise InputError("BL-CORPUS-053", f"there is a sample {number} of this kind already, drawn by the same seed", "draw again")
            connection.execute(corpus_samples.insert(), values)
            rows: list[dict[str, object]] = []
            for item in items:
                digest.update(f"{item.doc_id}\n".encode())
                rows.append(_item_row(sample.id, count, item))
                count += 1
                if len(rows) == _AT_ONCE:
                    connection.execute(corpus_sample_items.insert(), rows)
                    rows = []
            if rows:
                connection.execute(corpus_sample_items.insert(), rows)
            detail = {
                "commitment": commitment,
                "documents": digest.hexdigest(),
                "items": count,
                "kind": kind,
                "plan": hashlib.sha256(plan_text.encode()).hexdigest(),
                "run": run,
            }
            write_event(connection, "corpus.sample_drawn", actor=by, subject=sample.id, detail=detail, tenant=tenant, at=sample.made_at)
        return sample

    def get(self, sample_id: str, *, tenant: str = "default") -> StoredSample:
        """Raises ``NotFound`` BL-CORPUS-055."""
        query = select(corpus_samples).where(corpus_samples.c.id == column_text(sample_id), corpus_samples.c.tenant == tenant)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("BL-CORPUS-055", f"there is no sample {sample_id[:80]!r}", "take the id from the list of samples")
        return _sample(row)

    def page(
        self,
        *,
        run: str | None = None,
        status: str | None = None,
        after: Cursor | None = None,
        limit: int = 50,
        tenant: str = "default",
    ) -> list[StoredSample]:
        """Up to ``limit`` samples, newest first, behind ``after`` (time and id of one)."""
        table = corpus_samples.c
        query = select(corpus_samples).where(table.tenant == tenant)
        if run is not None:
            query = query.where(table.run == column_text(run))
        if status is not None:
            query = query.where(table.status == status)
        with self._database.reading() as connection:
            return [_sample(row) for row in connection.execute(newest_first(query, corpus_samples, after=after, limit=limit))]

    def items(self, sample_id: str, *, verdict: str | None = None, after: int = -1, limit: int = 100) -> list[SampleItem]:
        """Documents of a sample behind position ``after``. ``verdict``: only those with this one (empty: undecided)."""
        table = corpus_sample_items.c
        query = select(corpus_sample_items).where(table.sample == column_text(sample_id), table.position > after)
        if verdict is not None:
            query = query.where(table.verdict == verdict)
        with self._database.reading() as connection:
            return [item_of(row) for row in connection.execute(query.order_by(table.position).limit(limit))]

    def item(self, sample_id: str, position: int) -> SampleItem | None:
        """The document at a position."""
        table = corpus_sample_items.c
        query = select(corpus_sample_items).where(table.sample == column_text(sample_id), table.position == position)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else item_of(row)

    def doc_ids(self, sample_id: str) -> list[str]:
        """All documents of a sample in the order in which they were drawn: what ``verify_sample`` compares."""
        table = corpus_sample_items.c
        query = select(table.doc_id).where(table.sample == column_text(sample_id)).order_by(table.position)
        with self._database.reading() as connection:
            return [str(doc_id) for doc_id in connection.execute(query).scalars()]

    def verdicts(self, sample_id: str, *, before: int | None = None) -> dict[tuple[str, str, str], int]:
        """Documents by (source, stratum, verdict); ``before``: only positions under this one, the core of the sample."""
        table = corpus_sample_items.c
        columns = (table.source, table.stratum, table.verdict)
        query = select(*columns, func.count()).where(table.sample == column_text(sample_id)).group_by(*columns)
        if before is not None:
            query = query.where(table.position < before)
        with self._database.reading() as connection:
            return {(str(source), str(stratum), str(verdict)): int(n) for source, stratum, verdict, n in connection.execute(query)}

    def answers_digest(self, sample_id: str) -> str:
        """64 hex characters over every answer to a sample as it stands: what ``close`` compares."""
        with self._database.reading() as connection:
            return _answers_digest(connection, column_text(sample_id))

    def close(
        self,
        sample_id: str,
        outcome: Mapping[str, Any],
        *,
        by: str,
        seed: str = "",
        answers: str | None = None,
        tenant: str = "default",
    ) -> StoredSample:
        """Close a sample: keep its outcome, empty its texts, and publish the seed in the ledger with a digest over every answer.

        ``answers``: the digest of those that the outcome was made of. Raises ``NotFound`` BL-CORPUS-055, ``InputError`` BL-CORPUS-058
        where it is closed already, or where an answer came or went since; ``StoreError``.
        """
        now = now_us()
        mine = (corpus_samples.c.id == column_text(sample_id)) & (corpus_samples.c.tenant == tenant)
        text = canonical_json(dict(outcome)).decode()
        with self._database.writing() as connection:
            row = connection.execute(select(corpus_samples.c.status).where(mine).with_for_update()).first()
            if row is None:
                raise NotFound("BL-CORPUS-055", f"there is no sample {sample_id[:80]!r}", "take the id from the list of samples")
            if row.status != "open":
                raise InputError("BL-CORPUS-058", "this sample is closed already", "draw another one for another look")
            digest = _answers_digest(connection, sample_id)
            if answers is not None and answers != digest:
                raise InputError("BL-CORPUS-058", "an answer came or went just now", "close it again: its outcome is another by then")
            connection.execute(update(corpus_samples).where(mine).values(status="closed", closed_at=now, outcome=column_text(text)))
            connection.execute(update(corpus_sample_items).where(corpus_sample_items.c.sample == sample_id).values(text=""))
            detail = {
                "answers": digest,
                "outcome": hashlib.sha256(text.encode()).hexdigest(),
                "seed": seed,
            }
            write_event(connection, "corpus.sample_closed", actor=by, subject=sample_id, detail=detail, tenant=tenant, at=now)
            return _sample(connection.execute(select(corpus_samples).where(mine)).one())


def item_of(row: Sequence[Any]) -> SampleItem:
    """A row of ``corpus_sample_items``."""
    item = SampleItem(*row)
    return item._replace(double=bool(item.double))


def _item_row(sample_id: str, position: int, item: NewItem) -> dict[str, object]:
    texts = {name: column_text(getattr(item, name)) for name in ("doc_id", "source", "stratum", "lineage", "text")}
    return {"sample": sample_id, "position": position, "double": int(item.double), "verdict": "", **texts}


def _sample(row: Any) -> StoredSample:
    outcome = orjson.loads(row.outcome) if row.status == "closed" else {}
    return StoredSample(**(row._asdict() | {"plan": orjson.loads(row.plan), "outcome": outcome}))


def _next_number(connection: Connection, run: str, kind: str, population: str, tenant: str) -> int:
    mine = (corpus_samples.c.run == column_text(run)) & (corpus_samples.c.kind == kind) & (corpus_samples.c.tenant == tenant)
    plans = connection.execute(select(corpus_samples.c.plan).where(mine)).scalars()
    return 1 + sum(1 for plan in plans if orjson.loads(plan).get("population", "") == population)


def _answers_digest(connection: Connection, sample_id: str) -> str:
    digest = hashlib.sha256()
    for row in connection.execute(select(corpus_reviews).where(corpus_reviews.c.sample == sample_id).order_by(corpus_reviews.c.id)):
        digest.update(canonical_json({str(name): value for name, value in row._asdict().items()}) + b"\n")
    return digest.hexdigest()
