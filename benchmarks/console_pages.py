"""The console's pages over HTTP on a full database: what a reader waits for the overview, a list with three filters, one decision.

    python benchmarks/console_pages.py [--decisions 20000] [--database sqlite|postgresql|both] [--rounds 40] [--home DIR] [--json]

``brightline serve`` runs on the installation that ``console.py`` fills (``--home`` keeps it and takes it as it is if it exists).
A signed-in lead asks for the pages one after the other over one connection; ranges, filters and decisions are drawn anew each
round, frequent, rare and impossible ones. Printed for each page: p50 and p95 of the time until its last byte, and the CPU of the
serving process each time, which a busy machine does not change. ``/healthz`` in the same rounds, the least that this server can do,
is the peer. The goal is p95 <= 100 ms with ``--decisions 1000000`` on both databases.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import uvloop
from rich.console import Console
from rich.table import Table

from brightline.model import Door, Outcome
from brightline.server.console.desk import SESSION_COOKIE
from brightline.service import Service
from console import seeded
from console_seed import KEYS, MODELS, RARE_MODEL, Mix
from gateway import cpu_s, free_port, machine, process, wait_for

STRETCHES = ("1h", "today", "24h", "7d", "30d", "")


def three_filters(drawn: random.Random, known: Mix) -> str:
    """The query of a list with three conditions."""
    choices = {
        "outcome": drawn.choice(list(Outcome)).value,
        "rule": drawn.choice(known.rules),
        "type": str(drawn.choice(known.types)),
        "goal": drawn.choice(known.goals),
        "door": drawn.choice(list(Door)).value,
        "model": drawn.choice((*MODELS, RARE_MODEL, "no-such-model")),
        "key": drawn.choice(KEYS),
        "account": f"user-{drawn.randrange(60_000)}",
        "gaps": drawn.choice(("yes", "no")),
        "mode": drawn.choice(("live", "live", "shadow")),
    }
    wanted = {name: choices[name] for name in drawn.sample(sorted(choices), 3)}
    stretch = drawn.choice(STRETCHES)
    return urlencode(wanted | ({"last": stretch} if stretch else {}))


def asked(service: Service, known: Mix, rounds: int) -> Iterator[dict[str, str]]:
    """For each round the address of every kind of page."""
    drawn = random.Random(7)
    newest = service.store.decisions(limit=1)[0].decision.made_at
    for _ in range(rounds):
        at = service.store.search(limit=1, budget_ms=None, after=_somewhere(drawn, newest)).rows
        yield {
            "overview, 24 h": "/console?last=24h",
            "overview, 7 d": "/console?last=7d",
            "overview, 30 d": "/console?last=30d",
            "list": "/console/decisions",
            "list, three filters": "/console/decisions?" + three_filters(drawn, known),
            "one decision": f"/console/decisions/{at[0].decision.id}" if at else "/console/decisions",
            "peer: /healthz": "/healthz",
        }


def _somewhere(drawn: random.Random, newest: int) -> Any:
    from brightline.store import Cursor

    return Cursor(newest - int(drawn.random() * 29 * 86_400e6), "z")


async def read(base: str, secret: str, pid: int, rounds: list[dict[str, str]]) -> dict[str, list[tuple[float, float]]]:
    """(seconds, CPU seconds of the server) of each page; the first round warms up and is not counted."""
    found: dict[str, list[tuple[float, float]]] = {}
    headers = {"Cookie": f"{SESSION_COOKIE}={secret}", "Accept": "text/html"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for number, pages in enumerate(rounds):
            for page, path in pages.items():
                cpu, began = cpu_s(pid), time.perf_counter()
                async with session.get(base + path) as answer:
                    await answer.read()
                    if answer.status != 200:
                        raise RuntimeError(f"{path}: {answer.status}")
                if number:
                    found.setdefault(page, []).append((time.perf_counter() - began, cpu_s(pid) - cpu))
    return found


def measure(kind: str, options: Any) -> dict[str, dict[str, float]]:
    """One database: fill or take it, serve it, read it."""
    with seeded(kind, options.decisions, options.home / kind if options.home else None) as (service, known, _):
        store = service.store
        user = store.users.named("bench") or store.users.create("bench", role="lead", by="benchmark", must_change=False)
        _, secret = store.sessions.open(user.id, stage="full", lifetime_s=36_000, address="127.0.0.1", agent="benchmark")
        rounds = list(asked(service, known, options.rounds + 1))
        port = free_port()
        settings = {
            "HOME": str(service.settings.home),
            "PORT": str(port),
            "DATABASE_URL": service.settings.database_url,
            "LOG_LEVEL": "error",
        }
        environment = {f"BRIGHTLINE_{name}": value for name, value in settings.items()}
        with process(sys.executable, "-m", "brightline", "serve", **environment) as served:
            wait_for(port, 60)
            times = uvloop.run(read(f"http://127.0.0.1:{port}", secret, served.pid, rounds))
    return {
        page: {
            "p50_ms": statistics.median(wall for wall, _ in pairs) * 1e3,
            "p95_ms": sorted(wall for wall, _ in pairs)[int(len(pairs) * 0.95)] * 1e3,
            "cpu_ms": statistics.mean(cpu for _, cpu in pairs) * 1e3,
        }
        for page, pairs in times.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=20_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", action="store_true")
    options, _ = parser.parse_known_args()
    results = {kind: measure(kind, options) for kind in (["sqlite", "postgresql"] if options.database == "both" else [options.database])}
    if options.json:
        print(json.dumps({"machine": machine(), "decisions": options.decisions, "rounds": options.rounds, "results": results}, indent=1))
        return 0
    table = Table(title=f"The console's pages on {options.decisions:,} decisions, {options.rounds} rounds, {machine()}")
    for title in ("database", "page", "p50 ms", "p95 ms", "CPU ms"):
        table.add_column(title, justify="left" if title in ("database", "page") else "right")
    for kind, pages in results.items():
        for page, found in pages.items():
            table.add_row(kind, page, f"{found['p50_ms']:.0f}", f"{found['p95_ms']:.0f}", f"{found['cpu_ms']:.0f}")
    Console(width=150).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
