"""The console while the gateway is under full load: what a viewer waits, and what the gateway loses by being watched.

    python benchmarks/console_load.py [--runs 5] [--calls 4000] [--viewers 4] [--pause 2] [--json]

One ``brightline serve`` with a fresh SQLite home in front of the fake upstream. Each run measures the gateway's calls a
second twice in a row: alone (the peer: the same process, unwatched), and while ``--viewers`` signed-in people look at
overview, list, filtered list, ledger, health and one decision, each with a pause of ``--pause`` seconds between two pages,
as people who click without reading. The order of the two changes with every run, because the machine drifts. Also: p50 and p95
of the pages while the load runs, and without it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from rich.console import Console
from rich.table import Table

from brightline.server.console.desk import SESSION_COOKIE
from brightline.store import Store
from gateway import CONNECTIONS, HERE, Contender, body, free_port, load, machine, process, request, rss_mb, wait_for

PAGES = ("/console", "/console/decisions", "/console/decisions?type=9&outcome=refuse&door=gateway", "/console/ledger", "/console/health")


def signed_in(home: Path) -> str:
    """A session of a lead, made in the database: this is about pages, not about passwords."""
    store = Store.open(f"sqlite:///{home / 'brightline.db'}", migrate=False)
    try:
        user = store.users.create("bench", role="lead", by="benchmark", must_change=False)
        return store.sessions.open(user.id, stage="full", lifetime_s=3600, address="127.0.0.1", agent="benchmark")[1]
    finally:
        store.close()


async def one_decision(session: aiohttp.ClientSession, base: str) -> str:
    """The path of some decision that the list shows."""
    async with session.get(f"{base}/console/decisions") as answer:
        found = re.search(r'href="(/console/decisions/[0-9a-f-]{36})', await answer.text())
    if found is None:
        raise RuntimeError("the list shows no decision")
    return found[1]


async def watch(base: str, secret: str, viewers: int, pause_s: float, done: asyncio.Event) -> dict[str, list[float]]:
    """Look at pages until ``done``; seconds of each page by path."""
    times: dict[str, list[float]] = {}
    headers = {"Cookie": f"{SESSION_COOKIE}={secret}", "Accept": "text/html"}
    async with aiohttp.ClientSession(headers=headers) as session:
        pages = [*PAGES, await one_decision(session, base)]

        async def one(first: int) -> None:
            number = first
            while not done.is_set():
                path = pages[number % len(pages)]
                began = time.perf_counter()
                async with session.get(base + path) as answer:
                    await answer.read()
                    if answer.status != 200:
                        raise RuntimeError(f"{path}: {answer.status}")
                name = "one decision" if number % len(pages) == len(pages) - 1 else path
                times.setdefault(name, []).append(time.perf_counter() - began)
                number += 1
                try:
                    await asyncio.wait_for(done.wait(), pause_s)
                except TimeoutError:
                    continue

        await asyncio.gather(*(one(number) for number in range(viewers)))
    return times


async def loaded(contender: Contender, calls: int, secret: str, viewers: int, pause_s: float) -> tuple[float, dict[str, list[float]]]:
    """Calls a second of the gateway, watched by so many viewers, and what these waited."""
    done = asyncio.Event()
    watching = asyncio.create_task(watch(f"http://127.0.0.1:{contender.port}", secret, viewers, pause_s, done)) if viewers else None
    began = time.perf_counter()
    await load(contender, request(contender, body(stream=False)), calls, CONNECTIONS)
    rate = calls / (time.perf_counter() - began)
    done.set()
    return rate, await watching if watching else {}


async def unloaded(contender: Contender, secret: str, viewers: int, pause_s: float, seconds: float) -> dict[str, list[float]]:
    """What viewers wait while the gateway has nothing else to do."""
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, done.set)
    return await watch(f"http://127.0.0.1:{contender.port}", secret, viewers, pause_s, done)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1e3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--viewers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    options, _ = parser.parse_known_args()
    alone: list[float] = []
    watched: list[float] = []
    waits: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, process(sys.executable, str(HERE / "gateway_upstream.py")) as upstream:
        assert upstream.stdout is not None
        home, port = Path(folder), free_port()
        settings = {
            "HOME": folder,
            "PORT": str(port),
            "UPSTREAM": f"http://127.0.0.1:{int(upstream.stdout.readline())}/v1",
            "RATE_LIMIT_PER_MINUTE": "10000000",
            "LOG_LEVEL": "error",
        }
        environment = {f"BRIGHTLINE_{name}": value for name, value in settings.items()}
        with process(sys.executable, "-m", "brightline", "serve", **environment) as served:
            wait_for(port, 60)
            contender = Contender("", port, served.pid, (home / "keys" / "client.key").read_text().strip())
            secret = signed_in(home)
            uvloop.run(loaded(contender, max(200, options.calls // 4), secret, 0, options.pause))  # warm up, and something to look at
            quiet = uvloop.run(unloaded(contender, secret, options.viewers, options.pause / 4, 5))
            for run in range(options.runs):
                for viewers in (0, options.viewers) if run % 2 == 0 else (options.viewers, 0):
                    rate, times = uvloop.run(loaded(contender, options.calls, secret, viewers, options.pause))
                    (watched if viewers else alone).append(rate)
                    for page, seconds in times.items():
                        waits.setdefault(page, []).extend(seconds)
            memory = rss_mb(served.pid)
    report(options, statistics.median(alone), statistics.median(watched), waits, quiet, memory)
    return 0


def report(options: Any, alone: float, watched: float, waits: dict[str, list[float]], quiet: dict[str, list[float]], memory: float) -> None:
    everything = [second for seconds in waits.values() for second in seconds]
    found = {
        "alone_per_s": alone,
        "watched_per_s": watched,
        "lost_percent": (1 - watched / alone) * 100,
        "pages": len(everything),
        "p95_ms_under_load": percentile(everything, 0.95),
        "rss_mb": memory,
    }
    if options.json:
        print(
            json.dumps(
                {
                    "machine": machine(),
                    "runs": options.runs,
                    "calls": options.calls,
                    "viewers": options.viewers,
                    "pause_s": options.pause,
                    **found,
                },
                indent=1,
            )
        )
        return
    table = Table(title=f"Console under full load, {options.viewers} viewers, {options.runs} runs, {machine()}")
    for title in ("page", "views", "p50 ms", "p95 ms", "p50 ms, gateway idle", "p95 ms, gateway idle"):
        table.add_column(title, justify="left" if title == "page" else "right")
    for page, seconds in waits.items():
        calm = [percentile(quiet[page], share) for share in (0.5, 0.95)] if page in quiet else []
        cells = [percentile(seconds, 0.5), percentile(seconds, 0.95), *calm]
        table.add_row(page, str(len(seconds)), *(f"{cell:.0f}" for cell in cells))
    Console(width=150).print(table)
    print(
        f"gateway: {alone:.0f} calls/s alone, {watched:.0f} watched, {found['lost_percent']:.1f} % lost; "
        f"all pages p95 {found['p95_ms_under_load']:.0f} ms; RSS {memory:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
