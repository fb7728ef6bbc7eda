"""Jobs that follow a commit: put in the transaction of their cause, leased, done or failed later, never lost, never run by two.

Six verbs: put, lease, heartbeat, done, fail, sweep. A lease carries a token that grows with each lease of the job; whoever
comes late with an old token is turned away (fencing). PostgreSQL leases by ``FOR UPDATE SKIP LOCKED``, SQLite by
``BEGIN IMMEDIATE``; both by one ``UPDATE … RETURNING``. Delivery is at least once: a worker that dies after its work and
before ``done`` has it repeated, so receivers must tell a job by its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import uuid_utils
from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update

from brightline.store.bulk import Addition, insert_rows
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.tables import outbox_jobs

__all__ = ["LeasedJob", "Outbox", "OutboxJob", "jobs_addition"]

_MAX_ATTEMPTS = 8  # with the doubling delay of ``fail`` that spans about four hours


class OutboxJob(NamedTuple):
    """A job to put. ``key`` is unique in its queue while the job is not done; lower ``priority`` runs first; ``run_at`` UTC µs."""

    queue: str
    key: str
    payload: bytes
    tenant: str = "default"
    priority: int = 0
    run_at: int = 0
    max_attempts: int = _MAX_ATTEMPTS


class LeasedJob(NamedTuple):
    """A job in the hands of one worker until ``lease_until`` (UTC µs). ``attempt`` counts from 1."""

    id: str
    tenant: str
    queue: str
    key: str
    payload: bytes
    attempt: int
    lease_until: int
    token: int


def jobs_addition(jobs: Sequence[OutboxJob]) -> Addition:
    """The rows of some jobs; one whose key is already waiting is passed over."""
    rows = [
        (
            str(uuid_utils.uuid7()),
            job.tenant,
            job.queue,
            job.key,
            job.priority,
            job.run_at,
            0,
            job.max_attempts,
            "ready",
            None,
            0,
            "",
            job.payload,
        )
        for job in jobs
    ]
    return Addition(outbox_jobs, rows, _COLUMNS, keep_existing=True)


_COLUMNS = tuple(outbox_jobs.columns.keys())


class Outbox:
    """The jobs of one store. Times are UTC microseconds; ``now`` can be given to make a run repeatable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, jobs: Sequence[OutboxJob]) -> None:
        """Add jobs in a transaction of their own."""
        with self._database.writing() as connection:
            insert_rows(connection, jobs_addition(jobs))

    def lease(self, queue: str, *, lease_s: float, limit: int = 1, now: int | None = None) -> list[LeasedJob]:
        """Take up to ``limit`` due jobs, most urgent first, for ``lease_s`` seconds. A job whose lease ran out counts as due."""
        now = now_us() if now is None else now
        job = outbox_jobs.c
        due = or_(and_(job.state == "ready", job.run_at <= now), and_(job.state == "leased", job.lease_until <= now))
        chosen = (
            select(job.id)
            .where(job.queue == queue, due, job.attempts < job.max_attempts)
            .order_by(job.priority, job.run_at, job.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has no such clause and needs none
        )
        take = (
            update(outbox_jobs)
            .where(job.id.in_(chosen))
            .values(state="leased", lease_until=now + int(lease_s * 1_000_000), lease_token=job.lease_token + 1, attempts=job.attempts + 1)
            .returning(
                job.id,
                job.tenant,
                job.queue,
                job.key,
                job.payload,
                job.attempts,
                job.lease_until,
                job.lease_token,
                job.priority,
                job.run_at,
            )
        )
        with self._database.writing() as connection:
            taken = connection.execute(take).all()
        taken = sorted(taken, key=lambda row: (row.priority, row.run_at, row.id))
        return [
            LeasedJob(row.id, row.tenant, row.queue, row.key, bytes(row.payload), row.attempts, row.lease_until, row.lease_token)
            for row in taken
        ]

    def heartbeat(self, job: LeasedJob, *, lease_s: float, now: int | None = None) -> LeasedJob | None:
        """Prolong a lease; None if somebody else has the job by now, and the worker must drop it."""
        until = (now_us() if now is None else now) + int(lease_s * 1_000_000)
        with self._database.writing() as connection:
            changed = connection.execute(update(outbox_jobs).where(_held(job)).values(lease_until=until)).rowcount
        return job._replace(lease_until=until) if changed else None

    def done(self, job: LeasedJob) -> bool:
        """Finish a job: its row goes. False if somebody else has it by now."""
        with self._database.writing() as connection:
            return connection.execute(delete(outbox_jobs).where(_held(job))).rowcount == 1

    def fail(self, job: LeasedJob, error: str, *, retry_in_s: float | None = None, now: int | None = None) -> bool:
        """Give a job back after ``retry_in_s`` (default: doubling from one minute), or declare it dead after its last attempt.

        False if somebody else has it by now.
        """
        now = now_us() if now is None else now
        delay_s = 60 * 2 ** (job.attempt - 1) if retry_in_s is None else retry_in_s
        values = {
            "state": case((outbox_jobs.c.attempts >= outbox_jobs.c.max_attempts, "dead"), else_="ready"),
            "lease_until": None,
            "run_at": now + int(delay_s * 1_000_000),
            "last_error": error[:2000],
        }
        with self._database.writing() as connection:
            return connection.execute(update(outbox_jobs).where(_held(job)).values(values)).rowcount == 1

    def sweep(self, *, now: int | None = None) -> int:
        """Take jobs from workers that went silent: back to the queue, or dead after the last attempt. Returns how many."""
        now = now_us() if now is None else now
        job = outbox_jobs.c
        values = {
            "state": case((job.attempts >= job.max_attempts, "dead"), else_="ready"),
            "lease_until": None,
            "lease_token": job.lease_token + 1,
            "last_error": "the worker went silent",
        }
        with self._database.writing() as connection:
            return connection.execute(update(outbox_jobs).where(job.state == "leased", job.lease_until <= now).values(values)).rowcount

    def counts(self) -> dict[tuple[str, str], int]:
        """Number of jobs for each (queue, state)."""
        query = select(outbox_jobs.c.queue, outbox_jobs.c.state, func.count()).group_by(outbox_jobs.c.queue, outbox_jobs.c.state)
        with self._database.reading() as connection:
            return {(queue, state): int(number) for queue, state, number in connection.execute(query)}


def _held(job: LeasedJob) -> ColumnElement[bool]:
    return and_(outbox_jobs.c.id == job.id, outbox_jobs.c.state == "leased", outbox_jobs.c.lease_token == job.token)
