"""Inspections of corpora as they run, and the manifest: what was done with each shard in each stage.

Only the supervisor of a run writes here, never its workers. A run that says ``running`` and whose heart has not beaten for a minute is
``interrupted``: whoever reads it sees that, whether or not anybody was left to write it down. A supervisor that slept through that minute
may find another one in its place: each beginning and each going on takes a new lease, and whoever writes under an older one is refused
(a fencing token: M. Kleppmann, Designing Data-Intensive Applications, chapter 8). Documents never come here, only counts,
keys and digests; ``versions``, ``plan``, ``figures`` and ``outcome`` are JSON whose shape their makers fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import Connection, Row, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightline.errors import InputError, NotFound
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import corpus_runs, corpus_shards

__all__ = ["INTERRUPTED_AFTER_S", "CorpusRun", "CorpusRuns", "CorpusShard", "RunManifest"]

INTERRUPTED_AFTER_S = 60
"""A supervisor beats every few seconds; own choice: a minute without a beat means that it is gone."""

_PAGE = 500
_LOCKED = 0x72_756E  # "run": sets these locks apart from others on the same words


class CorpusRun(NamedTuple):
    """``status``: running, interrupted, done, failed. Times are UTC microseconds. ``figures``: stage → what it counted. ``lease``: of the
    supervisor that is, or was, at work last."""

    id: str
    tenant: str
    corpus: str
    made_at: int
    made_by: str
    workspace: str
    status: str
    stage: str
    beat_at: int
    ended_at: int | None
    versions: dict[str, str]
    plan: dict[str, Any]
    figures: dict[str, Any]
    lease: str | None = None


@dataclass(frozen=True, slots=True)
class CorpusShard:
    """A row of the manifest. ``status``: pending, running, done, quarantined. ``attempts``: how often it was begun."""

    number: int
    status: str
    key: str = ""
    attempts: int = 0
    outcome: Mapping[str, Any] = field(default_factory=dict)
    changed_at: int = 0


class CorpusRuns:
    """The runs of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leases: dict[str, str | None] = {}  # run → the lease under which this process works on it

    def begin(
        self,
        *,
        corpus: str,
        workspace: str,
        versions: Mapping[str, str],
        plan: Mapping[str, Any],
        made_by: str = "brightline",
        tenant: str = "default",
        holds_lock: bool = False,
        shards: int | None = None,
    ) -> CorpusRun:
        """A new run, which is running. What an earlier run of this workspace recorded of its shards is taken over: a shard whose key is
        still the same is not done again, and one whose kernels changed in part only does that part. ``shards``: how many the run has;
        rows of higher numbers, of a larger corpus before, are left behind.

        ``holds_lock``: the caller holds the workspace's own lock, so whoever is said to run there is dead.
        Raises ``InputError`` BL-CORPUS-035 where another run is at work in that workspace; ``StoreError``.
        """
        now = now_us()
        run = CorpusRun(
            str(uuid_utils.uuid7()), tenant, column_text(corpus), now, column_text(made_by), column_text(workspace), "running", "", now,
            None, dict(versions), dict(plan), {}, _lease(),
        )  # fmt: skip
        values = run._asdict() | {"versions": _text(run.versions), "plan": _text(run.plan), "figures": "{}"}
        with self._database.writing() as connection:
            self._refuse_company(connection, run.workspace, now, holds_lock)
            earlier = connection.execute(
                select(corpus_runs.c.id).where(corpus_runs.c.workspace == run.workspace).order_by(corpus_runs.c.id.desc()).limit(1)
            ).scalar()
            connection.execute(corpus_runs.insert(), values)
            if earlier is not None:
                columns = [column for column in corpus_shards.c if column.name != "run"]
                taken = select(literal(run.id), *columns).where(corpus_shards.c.run == earlier, corpus_shards.c.status == "done")
                if shards is not None:
                    taken = taken.where(corpus_shards.c.number < shards)
                connection.execute(corpus_shards.insert().from_select(["run", *(column.name for column in columns)], taken))
        self._leases[run.id] = run.lease
        return run

    def resume(self, run_id: str, *, tenant: str = "default", holds_lock: bool = False) -> CorpusRun:
        """Say that a run goes on. Raises ``NotFound`` BL-CORPUS-036, ``InputError`` BL-CORPUS-035 where it, or another run in its
        workspace, is at work; ``StoreError``.
        """
        now = now_us()
        run = self.get(run_id, tenant=tenant)
        with self._database.writing() as connection:
            self._refuse_company(connection, run.workspace, now, holds_lock)
            lease = _lease()
            changed = update(corpus_runs).where(corpus_runs.c.id == run.id)
            connection.execute(changed.values(status="running", beat_at=now, ended_at=None, lease=lease))
        self._leases[run.id] = lease
        return run._replace(status="running", beat_at=now, ended_at=None, lease=lease)

    def beat(self, run_id: str) -> None:
        """The supervisor lives. Raises ``InputError`` BL-CORPUS-102 where another one took the run over, as every method that writes does."""
        with self._database.writing() as connection:
            self._hold(connection, run_id)
            connection.execute(update(corpus_runs).where(corpus_runs.c.id == run_id).values(beat_at=now_us()))

    def enter(self, run_id: str, stage: str) -> None:
        """The run is at this stage now."""
        with self._database.writing() as connection:
            self._hold(connection, run_id)
            connection.execute(update(corpus_runs).where(corpus_runs.c.id == run_id).values(stage=stage, beat_at=now_us()))

    def note(self, run_id: str, stage: str, figures: Mapping[str, Any]) -> None:
        """Keep what a stage counted; the figures of the others stay."""
        with self._database.writing() as connection:
            self._hold(connection, run_id)
            row = connection.execute(select(corpus_runs.c.figures).where(corpus_runs.c.id == run_id).with_for_update()).scalar()
            if row is None:
                raise _no_run(run_id)
            every = orjson.loads(row) | {stage: dict(figures)}
            connection.execute(update(corpus_runs).where(corpus_runs.c.id == run_id).values(figures=_text(every), beat_at=now_us()))

    def forget(self, run_id: str, stages: Iterable[str]) -> None:
        """Drop the figures of stages whose outcome does not count any more."""
        with self._database.writing() as connection:
            self._hold(connection, run_id)
            row = connection.execute(select(corpus_runs.c.figures).where(corpus_runs.c.id == run_id).with_for_update()).scalar()
            if row is None:
                raise _no_run(run_id)
            gone = set(stages)
            left = {stage: figures for stage, figures in orjson.loads(row).items() if stage not in gone}
            connection.execute(update(corpus_runs).where(corpus_runs.c.id == run_id).values(figures=_text(left)))

    def finish(self, run_id: str, status: str = "done") -> None:
        """End a run: ``done``, ``failed`` or ``interrupted``."""
        now = now_us()
        with self._database.writing() as connection:
            self._hold(connection, run_id)
            ended = None if status == "interrupted" else now
            changed = update(corpus_runs).where(corpus_runs.c.id == run_id).values(status=status, ended_at=ended, beat_at=now)
            if connection.execute(changed).rowcount == 0:
                raise _no_run(run_id)

    def get(self, run_id: str, *, tenant: str = "default") -> CorpusRun:
        """The run of that id. Raises ``NotFound`` BL-CORPUS-036."""
        mine = select(corpus_runs).where(corpus_runs.c.id == column_text(run_id), corpus_runs.c.tenant == tenant)
        with self._database.reading() as connection:
            row = connection.execute(mine).first()
        if row is None:
            raise _no_run(run_id)
        return _run(row, now_us())

    def latest(self, *, corpus: str = "", workspace: str = "", status: str = "", tenant: str = "default") -> CorpusRun | None:
        """The newest run of a corpus, or in a workspace; ``status``: the newest that has it."""
        found = self.page(corpus=corpus, workspace=workspace, status=status, tenant=tenant, limit=1)
        return found[0] if found else None

    def page(
        self, *, corpus: str = "", workspace: str = "", status: str = "", tenant: str = "default", after: str = "", limit: int = 50
    ) -> list[CorpusRun]:
        """The next ``limit`` runs, newest first, ``after`` the id of one. Ids are UUIDv7, so the primary key has that order."""
        now = now_us()
        query = select(corpus_runs).where(corpus_runs.c.tenant == tenant)
        if corpus:
            query = query.where(corpus_runs.c.corpus == column_text(corpus))
        if workspace:
            query = query.where(corpus_runs.c.workspace == column_text(workspace))
        if status in ("running", "interrupted"):
            beating = corpus_runs.c.beat_at >= now - INTERRUPTED_AFTER_S * 1_000_000
            running = corpus_runs.c.status == "running"
            query = query.where(running & beating if status == "running" else (running & ~beating) | (corpus_runs.c.status == status))
        elif status:
            query = query.where(corpus_runs.c.status == status)
        if after:
            query = query.where(corpus_runs.c.id < after)
        with self._database.reading() as connection:
            return [_run(row, now) for row in connection.execute(query.order_by(corpus_runs.c.id.desc()).limit(limit))]

    def shards(self, run_id: str, stage: str, *, status: str = "") -> Iterator[CorpusShard]:
        """The manifest of a stage in order of the shards' numbers, in constant memory."""
        mine = (corpus_shards.c.run == run_id) & (corpus_shards.c.stage == stage)
        if status:
            mine &= corpus_shards.c.status == status
        last = -1
        while True:
            query = select(corpus_shards).where(mine, corpus_shards.c.number > last).order_by(corpus_shards.c.number).limit(_PAGE)
            with self._database.reading() as connection:
                rows = [_shard(row) for row in connection.execute(query)]
            yield from rows
            if len(rows) < _PAGE:
                return
            last = rows[-1].number

    def counts(self, run_id: str, stage: str) -> dict[str, int]:
        """How many shards of a stage are in each status."""
        shards = corpus_shards.c
        query = select(shards.status, func.count()).where(shards.run == run_id, shards.stage == stage).group_by(shards.status)
        with self._database.reading() as connection:
            return {str(status): int(count) for status, count in connection.execute(query)}

    def manifest(self, run_id: str) -> RunManifest:
        """The manifest of a run, as the engine wants it."""
        return RunManifest(self, self._database, run_id)

    def _hold(self, connection: Connection, run_id: str) -> None:
        """Go on only under the lease that counts, and keep others from taking one until this transaction ends."""
        if run_id not in self._leases:  # this process supervises nothing here
            return
        row = connection.execute(
            select(corpus_runs.c.lease, corpus_runs.c.workspace).where(corpus_runs.c.id == run_id).with_for_update()
        ).first()
        if row is None:
            raise _no_run(run_id)
        later = select(corpus_runs.c.id).where(corpus_runs.c.workspace == row.workspace, corpus_runs.c.id > run_id).limit(1)
        follower = connection.execute(later).scalar()
        if row.lease != self._leases[run_id] or follower is not None:
            by = f"the run {follower}" if follower else "another process"
            hint = "nothing of it is recorded twice; see how far the other one is: brightline corpus status"
            message = f"{by} took over from the run {run_id} while its supervisor was silent for more than {INTERRUPTED_AFTER_S} s"
            raise InputError("BL-CORPUS-102", message, hint)

    def _refuse_company(self, connection: Connection, workspace: str, now: int, holds_lock: bool) -> None:
        if holds_lock:
            return
        if not self._database.is_sqlite:  # there nobody passes BEGIN IMMEDIATE; here two would each see that nobody is at work
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(workspace, _LOCKED))))
        living = select(corpus_runs.c.id).where(
            corpus_runs.c.workspace == workspace,
            corpus_runs.c.status == "running",
            corpus_runs.c.beat_at >= now - INTERRUPTED_AFTER_S * 1_000_000,
        )
        other = connection.execute(living.limit(1)).scalar()
        if other is not None:
            hint = f"wait for it, or, if its process is gone, try again in {INTERRUPTED_AFTER_S} s"
            raise InputError("BL-CORPUS-035", f"the run {other} is at work in {workspace}", hint)


class RunManifest:
    """The shards of one run."""

    def __init__(self, runs: CorpusRuns, database: Database, run_id: str) -> None:
        self._runs = runs
        self._database = database
        self.run_id = run_id

    def recorded(self, stage: str) -> Iterator[CorpusShard]:
        """What is recorded of a stage, in order of the shards' numbers."""
        return self._runs.shards(self.run_id, stage)

    def enter(self, stage: str) -> None:
        """The run is at this stage now."""
        self._runs.enter(self.run_id, stage)

    def record(self, stage: str, rows: Iterable[CorpusShard]) -> None:
        """Write rows, in place of those of the same number, and beat, in one transaction."""
        now = now_us()
        values = [
            {
                "run": self.run_id,
                "stage": stage,
                "number": row.number,
                "key": row.key,
                "status": row.status,
                "attempts": row.attempts,
                "changed_at": now,
                "outcome": _text(dict(row.outcome)),
            }
            for row in rows
        ]
        insert = (sqlite if self._database.is_sqlite else postgresql).insert(corpus_shards)
        given = {name: insert.excluded[name] for name in ("key", "status", "attempts", "changed_at", "outcome")}
        with self._database.writing() as connection:
            self._runs._hold(connection, self.run_id)
            if values:
                connection.execute(insert.on_conflict_do_update(index_elements=["run", "stage", "number"], set_=given), values)
            connection.execute(update(corpus_runs).where(corpus_runs.c.id == self.run_id).values(beat_at=now))

    def beat(self) -> None:
        """The supervisor lives."""
        self._runs.beat(self.run_id)


def _run(row: Row[Any], now: int) -> CorpusRun:
    values = dict(row._mapping)
    for name in ("versions", "plan", "figures"):
        values[name] = orjson.loads(values[name])
    if values["status"] == "running" and values["beat_at"] < now - INTERRUPTED_AFTER_S * 1_000_000:
        values["status"] = "interrupted"
    return CorpusRun(**values)


def _shard(row: Row[Any]) -> CorpusShard:
    values = dict(row._mapping)
    return CorpusShard(
        values["number"], values["status"], values["key"], values["attempts"], orjson.loads(values["outcome"]), values["changed_at"]
    )


def _lease() -> str:
    return str(uuid_utils.uuid4())


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _no_run(run_id: str) -> NotFound:
    return NotFound("BL-CORPUS-036", f"there is no run {run_id[:80]!r}", "see: brightline corpus status")
