"""The console's questions to a full database: how long the server takes for the overview, a filtered list, a text, one decision.

    .venv/bin/python benchmarks/console.py [--decisions 20000] [--database sqlite|postgresql|both] [--rounds 40] [--home DIR] [--json]

A month of decisions is written first (``console_seed.py``), counted, then asked about in many ways that are drawn anew each
round. Printed: p50, p95 and the longest, in milliseconds of one thread, from the call to the rows in Python; and how often a
page ran out of its time before it was full. Last, on SQLite: what the counting thread costs while 1,100 decisions a second of
the same mix are recorded (the gateway's full load, benchmarks/gateway.py), in percent of one core. The goal is p95 <= 100 ms with ``--decisions 1000000`` on both databases. The
peer, on the same rows in the same run: the query that one would write first (count and group the decisions; one SELECT with
all conditions, ORDER BY, LIMIT 50). ``--home`` keeps the SQLite installation there, and takes it as it is if it exists.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from brightline.config import load_settings
from brightline.model import Door, Outcome
from brightline.service import Service
from brightline.store import DecisionFilter, Found, Store, step_for
from brightline.store.reading import plain_conditions
from brightline.store.tables import decision_goals, decision_rules, decision_types, decisions
from console_seed import KEYS, MODELS, RARE_MODEL, Mix, mix, records, seed, seed_traffic

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

DAY = 86_400_000_000
RANGES = {"24 h": 1, "7 d": 7, "30 d": 30}
WORDS = ("百家乐", "刷单", "加微信", "代开发票", "VPN", "emoji", "量子纠缠", "请介绍一下", "苏州园林")


class Measured(NamedTuple):
    """One row of the table. ``cpu_ms``: CPU of the asking thread each time (SQLite works inside it); ``spent``: share of pages
    that ended by their time, not by being full or complete.
    """

    database: str
    question: str
    asked: int
    p50_ms: float
    p95_ms: float
    most_ms: float
    cpu_ms: float
    spent: float = 0.0


# Questions


def overview(store: Store, now: int, days: int) -> None:
    """What the overview page asks for one range."""
    since = now - days * DAY
    step = step_for(since, now)
    tallies, traffic, tenant = store.tallies, store.traffic, "default"
    at: dict[str, Any] = {"offset_s": 28_800, "tenant": tenant}
    tallies.series("all", since, now, step_s=step, **at)
    tallies.series("not_inspected", since, now, step_s=step, **at)
    tallies.series("type", since, now, step_s=step_for(since, now, points=48), **at)
    tallies.all_totals(since, now, tenant=tenant)
    tallies.totals("all", since - days * DAY, since, tenant=tenant)
    tallies.totals("not_inspected", since - days * DAY, since, tenant=tenant)
    traffic.requests(since, now, step_s=step, **at)
    traffic.requests(since - days * DAY, since, step_s=step, **at)
    traffic.latency("own", since, now, step_s=step, **at)
    traffic.latency("call", since, now, step_s=step, **at)
    traffic.errors(since, now, step_s=step, **at)
    traffic.streams_stopped(since, now, step_s=step, **at)
    traffic.streams_stopped(since - days * DAY, since, step_s=step, **at)
    traffic.upstream(tenant=tenant)
    tallies.behind()
    store.ledger.waiting()
    store.size_bytes()


def counted_plainly(store: Store, now: int, days: int) -> None:
    """The overview's peer: the same counts (outcomes by step, types, rules, goals, doors, models, gaps), from the decisions themselves."""
    since = now - days * DAY
    step = step_for(since, now) * 1_000_000
    of_time = decisions.c.made_at >= since
    place = (decisions.c.made_at - since) // step
    with store.database.reading() as connection:
        connection.execute(select(place, decisions.c.outcome, func.count()).where(of_time).group_by(place, decisions.c.outcome)).all()
        for column in (decisions.c.door, decisions.c.model):
            connection.execute(select(column, decisions.c.outcome, func.count()).where(of_time).group_by(column, decisions.c.outcome)).all()
        for table, column in (
            (decision_types, decision_types.c.problem_type),
            (decision_rules, decision_rules.c.rule_id),
            (decision_goals, decision_goals.c.goal),
        ):
            connection.execute(select(column, func.count()).where(table.c.made_at >= since).group_by(column)).all()
        connection.execute(select(func.count()).where(of_time, decisions.c.gap_count > 0)).all()


def three(drawn: random.Random, known: Mix, now: int) -> DecisionFilter:
    """Three filters at once, mostly over a range of time as well: frequent, rare and impossible together."""
    choices: dict[str, Any] = {
        "outcome": drawn.choice(list(Outcome)),
        "rule": drawn.choice(known.rules),
        "problem_type": drawn.choice(known.types),
        "goal": drawn.choice(known.goals),
        "door": drawn.choice(list(Door)),
        "model": drawn.choice((*MODELS, RARE_MODEL, "no-such-model")),
        "api_key": drawn.choice(KEYS),
        "account": f"user-{drawn.randrange(60_000)}",
        "not_inspected": drawn.random() < 0.8,
        "flagged": drawn.random() < 0.8,
        "mode": drawn.choice(("live", "live", "shadow")),
    }
    wanted = {name: choices[name] for name in drawn.sample(sorted(choices), 3)}
    if drawn.random() < 0.7:
        wanted["since"] = now - drawn.choice((1, 7, 30)) * DAY
    return DecisionFilter(**wanted)


def selected_plainly(store: Store, wanted: DecisionFilter) -> None:
    """The list's peer: one SELECT with everything in it."""
    query = select(decisions.c.body).where(*plain_conditions(wanted))
    if wanted.since is not None:
        query = query.where(decisions.c.made_at >= wanted.since)
    for table, column, value in (
        (decision_types, decision_types.c.problem_type, wanted.problem_type),
        (decision_rules, decision_rules.c.rule_id, wanted.rule),
        (decision_goals, decision_goals.c.goal, wanted.goal),
    ):
        if value is not None:
            query = query.where(decisions.c.id.in_(select(table.c.decision_id).where(column == value)))
    with store.database.reading() as connection:
        connection.execute(query.order_by(decisions.c.made_at.desc(), decisions.c.id.desc()).limit(50)).all()


# Asking


def asked(database: str, question: str, rounds: int, ask: Callable[[int], Found | None]) -> Measured:
    """``ask`` so many times, with the number of the round."""
    took, spent, cpu = [], 0, time.thread_time()
    for number in range(rounds):
        began = time.perf_counter()
        found = ask(number)
        took.append((time.perf_counter() - began) * 1e3)
        spent += isinstance(found, Found) and not found.complete and len(found.rows) < 50
    took.sort()
    cpu_ms = (time.thread_time() - cpu) / rounds * 1e3
    return Measured(
        database, question, rounds, took[rounds // 2], took[min(rounds - 1, rounds * 95 // 100)], took[-1], cpu_ms, spent / rounds
    )


def measure(database: str, service: Service, known: Mix, rounds: int, peer_rounds: int) -> Iterator[Measured]:
    """All rows for one database."""
    store, drawn = service.store, random.Random(5)
    now = newest(store)
    for label, days in RANGES.items():
        yield asked(database, f"overview {label}", rounds, lambda _, days=days: overview(store, now, days))
        yield asked(database, f"  peer: count {label}", peer_rounds, lambda _, days=days: counted_plainly(store, now, days))
    rule = known.rules[0]
    yield asked(database, "one rule, 30 d by day", rounds, lambda _: _series(store, now, rule))
    yield asked(database, "list, no filter", rounds, lambda _: store.search())
    filters = [three(drawn, known, now) for _ in range(rounds * 5)]
    yield asked(database, "list, three filters", len(filters), lambda number: store.search(filters[number]))
    yield asked(database, "  peer: one SELECT", peer_rounds, lambda number: selected_plainly(store, filters[number]))
    yield asked(database, "  its second page", len(filters), lambda number: _second(store, filters[number]))
    yield asked(database, "list, a text", rounds, lambda number: store.search(DecisionFilter(text=WORDS[number % len(WORDS)])))
    yield asked(
        database,
        "list, flagged and a text",
        rounds,
        lambda number: store.search(DecisionFilter(text=WORDS[number % len(WORDS)], flagged=True)),
    )
    ids = sample_of_ids(store, now, rounds, drawn)
    yield asked(database, "one decision by id", rounds, lambda number: _one(store, ids[number]))
    yield asked(database, "  with neighbours", rounds, lambda number: _around(store, ids[number], DecisionFilter()))
    yield asked(database, "  with filtered ones", rounds, lambda number: _around(store, ids[number], filters[number]))
    place = store.tail()
    yield asked(database, "live tail, 2 s", rounds, lambda _: _newer(store, place - 2_200))


def newest(store: Store) -> int:
    """Just after the newest decision."""
    return store.search(limit=1).rows[0].decision.made_at + 1


def sample_of_ids(store: Store, now: int, number: int, drawn: random.Random) -> list[str]:
    """Decisions from all over the month."""
    found = []
    for _ in range(number):
        rows = store.search(DecisionFilter(until=now - drawn.randrange(29 * DAY)), limit=1).rows
        found.append(rows[0].decision.id if rows else "")
    return [found_id for found_id in found if found_id] * 2


def _series(store: Store, now: int, rule: str) -> None:
    store.tallies.series("rule", now - 30 * DAY, now, step_s=86_400, offset_s=28_800, value=rule)


def _second(store: Store, wanted: DecisionFilter) -> Found | None:
    first = store.search(wanted, limit=50, budget_ms=20)
    return first if first.next is None else store.search(wanted, after=first.next, budget_ms=60)


def _one(store: Store, decision_id: str) -> None:
    store.decision(decision_id)


def _around(store: Store, decision_id: str, wanted: DecisionFilter) -> None:
    store.decision(decision_id)
    store.around(decision_id, wanted)


def _newer(store: Store, than: int) -> None:
    store.newer(DecisionFilter(flagged=True), than)


# Counting beside the gateway


async def counting(rate: int, seconds: int) -> dict[str, float]:
    """Record ``rate`` decisions a second for some seconds; how much of a core the counting thread took, and how far behind it was."""
    with tempfile.TemporaryDirectory(prefix="brightline-bench-", dir="/var/tmp") as folder:
        service = Service.open(load_settings(home=Path(folder)))
        now = time.time_ns() // 1000
        ready = list(records(mix(service), iter(range(now, now + rate * seconds)), service.settings.tenant))
        await service.start()
        thread = next(thread for thread in threading.enumerate() if thread.name == "brightline-tally")
        began, cpu = time.perf_counter(), thread_cpu_s(thread)
        for tenth in range(seconds * 10):
            share = ready[tenth * rate // 10 : (tenth + 1) * rate // 10]
            await asyncio.gather(*(service.journal.append(record) for record in share))
            await asyncio.sleep(max(0.0, began + (tenth + 1) / 10 - time.perf_counter()))
        elapsed, used = time.perf_counter() - began, thread_cpu_s(thread) - cpu
        behind = service.store.tallies.behind()
        await service.stop()
    return {
        "decisions_a_second": round(len(ready) / elapsed),
        "percent_of_a_core": round(used / elapsed * 100, 2),
        "entries_behind": behind,
    }


def thread_cpu_s(thread: threading.Thread) -> float:
    """CPU seconds of a thread, user and system (proc(5))."""
    fields = Path(f"/proc/self/task/{thread.native_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Preparing


@contextmanager
def seeded(kind: str, number: int, home: Path | None) -> Iterator[tuple[Service, Mix, dict[str, float]]]:
    """A full installation on that database, what is in it, and how long filling took."""
    folder = home or Path(tempfile.mkdtemp(prefix="brightline-bench-", dir="/var/tmp"))  # on a disk, which /tmp need not be
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    stop: Callable[[], None] = lambda: None  # noqa: E731 - nothing to stop yet
    try:
        url = None
        if kind == "postgresql":
            from plugins.postgres import running_postgres

            shutil.rmtree(folder / "run", ignore_errors=True)  # what an earlier run on the same folder left
            url, stop = running_postgres(folder)
        service = Service.open(load_settings(home=folder / "home", **({"database_url": url} if url else {})))
        known, took = mix(service), {}
        if service.store.tail() == 0:
            began = time.perf_counter()
            seed(service, number, chosen=known)
            seed_traffic(service)
            took["seed_s"] = round(time.perf_counter() - began, 1)
            began = time.perf_counter()
            while service.store.tallies.advance(2_000):
                pass
            took["tally_us_each"] = round((time.perf_counter() - began) / number * 1e6, 1)
        yield service, known, took
        service.close()
    finally:
        stop()
        if home is None:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Fill, ask, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--decisions", type=int, default=20_000)
    options.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--peer-rounds", type=int, default=5)
    options.add_argument("--home", type=Path)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    rows: list[Measured] = []
    filled: dict[str, dict[str, float]] = {}
    for kind in ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]:
        with seeded(kind, chosen.decisions, chosen.home and chosen.home / kind) as (service, known, took):
            filled[kind] = took
            rows += measure(kind, service, known, chosen.rounds, chosen.peer_rounds)
    loop = asyncio.run(counting(1_100, chosen.seconds))
    if chosen.json:
        machine = {"python": platform.python_version(), "system": platform.platform(), "date": date.today().isoformat()}
        report = {"benchmark": "console", "decisions": chosen.decisions, "machine": machine, "filled": filled, "counting": loop}
        print(json.dumps(report | {"rows": [row._asdict() for row in rows]}, indent=2))
        return
    print(f"{chosen.decisions:,} decisions over 30 days; filling: {filled}")
    print(f"{'database':<11} {'question':<26} {'asked':>6} {'p50 ms':>8} {'p95 ms':>8} {'most ms':>8} {'CPU ms':>7} {'out of time':>12}")
    for row in rows:
        print(
            f"{row.database:<11} {row.question:<26} {row.asked:>6} {row.p50_ms:>8.1f} {row.p95_ms:>8.1f} {row.most_ms:>8.1f} {row.cpu_ms:>7.1f} {row.spent:>12.0%}"
        )
    print(f"counting thread: {loop}")


if __name__ == "__main__":
    main()
