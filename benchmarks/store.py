"""Decisions a second, end to end: build the record, put it in the journal, have it on disk; on SQLite and PostgreSQL.

    .venv/bin/python benchmarks/store.py [--database sqlite|postgresql|both] [--seconds 2] [--runs 3] [--json]

Each row: N tasks of one event loop append ``allow`` decisions one after the other for some seconds. Printed: decisions a
second, added latency (from before the record is built to after ``append`` returned), and CPU of the whole process for each
decision (the PostgreSQL server's CPU is its own). The peer, in the same run on the same database: what one would write
first, one transaction for each decision with SQLAlchemy's ``insert()``, in worker threads (as many as the peer's pool has
connections). The median of several runs stands.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import platform
import resource
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import uuid_utils
from sqlalchemy import insert

from brightline.documents import canonical_json, decision_to_document
from brightline.model import Context, Decision, Door, Ground, ItemKind, Outcome
from brightline.store import Record, Store
from brightline.store.tables import decisions, ledger_pending

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

CONCURRENCIES = (1, 16, 64)
CONTEXT = Context(on=date(2026, 11, 22), door=Door.GATEWAY)


class Measured(NamedTuple):
    """One row of the table."""

    database: str
    way: str
    tasks: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def new_record() -> Record:
    """What the service builds for an allowed answer."""
    made = Decision(
        id=str(uuid_utils.uuid7()),
        token=secrets.token_urlsafe(16),
        tenant="default",
        made_at=time.time_ns() // 1000,
        door=Door.GATEWAY,
        item_kind=ItemKind.DIALOGUE,
        item_digest=hashlib.sha256(b"a prompt and its answer").hexdigest(),
        outcome=Outcome.ALLOW,
        ground=Ground.NONE,
        rules=(),
        findings=(),
        not_inspected=(),
        reason_zh="未发现违规内容。",
        reason_en="Nothing was found.",
        context=CONTEXT,
        versions={"brightline": "0.1.0", "rulebook": "0123456789abcdef", "text": "0123456789abcdef"},
        account="user-4711",
        api_key="0011223344556677",
        label={"position": "suffix", "text": "（本内容由人工智能生成）"},
        request={"model": "sandbox", "endpoint": "/v1/chat/completions", "stream": True, "status": 200},
    )
    body = canonical_json(decision_to_document(made))
    salt = secrets.token_bytes(32)
    return Record(made, body, salt, hmac.new(salt, body, hashlib.sha256).hexdigest())


async def measure(append: Callable[[], Awaitable[None]], tasks: int, seconds: float) -> tuple[float, float, float, float]:
    """(decisions a second, p50 ms, p99 ms, CPU µs for each) of ``tasks`` tasks that call ``append`` over and over."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        while (began := time.perf_counter()) < end:
            await append()
            latencies.append(time.perf_counter() - began)

    cpu, began = cpu_s(), time.perf_counter()
    await asyncio.gather(*(one() for _ in range(tasks)))
    elapsed, used = time.perf_counter() - began, cpu_s() - cpu
    latencies.sort()
    number = len(latencies)
    return number / elapsed, latencies[number // 2] * 1e3, latencies[min(number - 1, number * 99 // 100)] * 1e3, used / number * 1e6


def cpu_s() -> float:
    """CPU seconds of this process, all threads, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def journal_run(store: Store, tasks: int, seconds: float) -> tuple[float, float, float, float]:
    """Brightline's journal."""
    journal = store.journal(wait_ms=1.0)
    journal.start()

    async def append() -> None:
        await journal.append(new_record())

    try:
        return await measure(append, tasks, seconds)
    finally:
        await asyncio.to_thread(journal.close)


async def naive_run(store: Store, tasks: int, seconds: float) -> tuple[float, float, float, float]:
    """The peer: one transaction for each decision, in threads."""
    columns = [column.name for column in decisions.columns]

    def write(record: Record) -> None:
        made = record.decision
        counted = {"rule_count": 0, "finding_count": 0, "gap_count": 0, "model": made.request["model"], "erased_at": None}
        values = counted | {"body": record.body, "salt": record.salt}
        row = {name: values[name] if name in values else getattr(made, name) for name in columns}
        pending = {
            "ts": made.made_at,
            "kind": "decision",
            "tenant": made.tenant,
            "actor": made.api_key,
            "subject": made.id,
            "commitment": record.commitment,
        }
        with store.database.writing() as connection:
            connection.execute(insert(decisions), row | {name: str(row[name]) for name in ("door", "item_kind", "outcome", "ground")})
            connection.execute(insert(ledger_pending), pending)

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(min(tasks, 15)) as threads:

        async def append() -> None:
            await loop.run_in_executor(threads, write, new_record())

        return await measure(append, tasks, seconds)


@contextmanager
def database_of(kind: str) -> Iterator[str]:
    """URL of a new database on this machine's disk."""
    folder = Path(tempfile.mkdtemp(prefix="brightline-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'bench.db'}"
        else:
            from plugins.postgres import running_postgres

            url, stop = running_postgres(folder)
            try:
                yield url
            finally:
                stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(kinds: list[str], seconds: float, runs: int) -> list[Measured]:
    """All rows, each the median of ``runs``."""
    rows = []
    for kind in kinds:
        with database_of(kind) as url:
            store = Store.open(url)
            for tasks in CONCURRENCIES:
                samples: dict[str, list[tuple[float, float, float, float]]] = {}
                for _ in range(runs):  # taking turns, so that a busy moment of the machine meets both
                    for way, function in (("journal", journal_run), ("one transaction each", naive_run)):
                        samples.setdefault(way, []).append(asyncio.run(function(store, tasks, seconds)))
                for way, figures in samples.items():
                    medians = (statistics.median(column) for column in zip(*figures, strict=True))
                    rows.append(Measured(kind, way, tasks, *medians))
            store.close()
    return rows


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    kinds = ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]
    rows = run(kinds, chosen.seconds, chosen.runs)
    if chosen.json:
        machine = {"python": platform.python_version(), "system": platform.platform(), "date": date.today().isoformat()}
        print(json.dumps({"benchmark": "store", "machine": machine, "rows": [row._asdict() for row in rows]}, indent=2))
        return
    print(f"{'database':<11} {'way':<21} {'tasks':>5} {'decisions/s':>12} {'p50 ms':>8} {'p99 ms':>8} {'CPU µs each':>12}")
    for row in rows:
        print(
            f"{row.database:<11} {row.way:<21} {row.tasks:>5} {row.per_second:>12,.0f} {row.p50_ms:>8.2f} {row.p99_ms:>8.2f} {row.cpu_us:>12.0f}"
        )


if __name__ == "__main__":
    main()
