"""How fast the tamper-evident log is, beside a plain hash chain and, if asked for, pymerkle.

    python benchmarks/ledger.py [--entries 1000000] [--runs 5] [--pymerkle] [--json]

Measured: sequencing in memory (CPU of tree, entries and signature without SQL) and on SQLite (all in), one proof, full
verification of the whole log with its peak memory. The hash chain is the cheapest thing that could be called a log: it
shows what the tree costs, and what it gives (a chain proves one entry only by showing all that follow). pymerkle
(GPL-3.0) is installed by ``--pymerkle`` into a throw-away environment of its own and is never imported here.
Medians of ``--runs`` runs; the log of ``--entries`` entries on SQLite is built once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from brightline.ledger import Sequencer, Signer, commit, encode_entry, export_tiles, verify_log, verify_tiles
from brightline.model import LedgerEntry
from brightline.store import PendingEvent, Store
from brightline.store.tables import ledger_pending

IN_MEMORY = 100_000
ROUND = 500  # one round of the service at 1,000 decisions a second (ledger_interval_s = 0.5)

PYMERKLE = """
import json, statistics, sys, time
from pymerkle import InmemoryTree, verify_inclusion
count = int(sys.argv[1])
entries = [b"%0250d" % number for number in range(count)]
began = time.process_time()
tree = InmemoryTree(algorithm="sha256")
for entry in entries:
    tree.append_entry(entry)
append_us = (time.process_time() - began) / count * 1e6
tree.get_state()
times = []
for index in range(1, count, count // 50):
    began = time.perf_counter()
    proof = tree.prove_inclusion(index, count)
    times.append(time.perf_counter() - began)
print(json.dumps({"append_us": append_us, "proof_ms": statistics.median(times) * 1e3}))
"""


class MemoryLog:
    """The ledger's storage as plain lists, so that only our own work is measured."""

    def __init__(self, waiting: list[PendingEvent]) -> None:
        self.waiting = waiting
        self.raw: list[bytes] = []
        self.levels: list[list[bytes]] = [[]]
        self.subjects: dict[str, int] = {}
        self.note: str | None = None

    @contextmanager
    def exclusive(self) -> Iterator[MemoryLog]:
        yield self

    reading = exclusive

    def pending(self, limit: int) -> list[PendingEvent]:
        return self.waiting[:limit]

    def size(self) -> int:
        return len(self.raw)

    def append(
        self, entries: Sequence[tuple[int, str, bytes, bytes]], nodes: Sequence[tuple[int, int, bytes]], done: Sequence[int]
    ) -> None:
        for seq, subject, raw, leaf in entries:
            self.raw.append(raw)
            self.levels[0].append(leaf)
            self.subjects[subject] = seq
        for level, _, digest in nodes:
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(digest)
        del self.waiting[: len(done)]

    def node(self, level: int, index: int) -> bytes | None:
        return self.levels[level][index] if level < len(self.levels) and index < len(self.levels[level]) else None

    def nodes(self, level: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        return iter(list(enumerate(self.levels[level][start:stop], start)) if level < len(self.levels) else [])

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        return iter(list(enumerate(self.raw[start:stop], start)))

    def seq_of(self, subject: str) -> int | None:
        return self.subjects.get(subject)

    def save_checkpoint(self, size: int, note: str) -> None:
        self.note = note

    def checkpoint(self) -> str | None:
        return self.note


def events(count: int, first: int = 0) -> list[PendingEvent]:
    """Events as decisions make them."""
    return [
        PendingEvent(n, 1_790_000_000_000_000 + n, "decision", "default", "0011223344556677", subject(n), commit(bytes(32), b"%d" % n))
        for n in range(first + 1, first + count + 1)
    ]


def subject(number: int) -> str:
    return f"019a0000-0000-7000-8000-{number:012}"


def in_memory(folder: Path, size: int) -> dict[str, float]:
    """CPU of the sequencer without SQL, in rounds as the service makes them; one proof; full verification."""
    signer = Signer.load_or_create(folder / "key", "example.org/log")
    log = MemoryLog(events(size))
    sequencer = Sequencer(log, signer, folder / f"head-{time.perf_counter_ns()}", batch=ROUND)
    began = time.process_time()
    sequencer.drain()
    append_us = (time.process_time() - began) / size * 1e6
    proof_ms = median_ms(lambda number: sequencer.prove(subject(number)), range(1, size, max(size // 50, 1)))
    began = time.perf_counter()
    assert verify_log(log, signer.verifiers).ok
    return {"append_us": append_us, "proof_ms": proof_ms, "verify_us": (time.perf_counter() - began) / size * 1e6}


def hash_chain(size: int) -> dict[str, float]:
    """The same entries in a chain: each hash covers the one before. Proving an early entry means hashing all that follow."""
    entries = [LedgerEntry(e.id - 1, e.ts, e.kind, e.tenant, e.actor, e.subject, e.commitment) for e in events(size)]
    began = time.process_time()
    link, raws = bytes(32), []
    for entry in entries:
        raw = encode_entry(entry)
        link = hashlib.sha256(link + raw).digest()
        raws.append(raw)
    append_us = (time.process_time() - began) / size * 1e6
    began = time.perf_counter()
    check = bytes(32)
    for raw in raws:
        check = hashlib.sha256(check + raw).digest()
    assert check == link
    seconds = time.perf_counter() - began
    return {"append_us": append_us, "proof_ms": seconds * 1e3, "verify_us": seconds / size * 1e6}


def pymerkle(python: Path, size: int) -> dict[str, float]:
    """pymerkle's in-memory tree over entries of the same length, in its own process."""
    done = subprocess.run([str(python), "-c", PYMERKLE, str(size)], capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def pymerkle_environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "pymerkle"], check=True)
    return python


def on_sqlite(folder: Path, size: int, runs: int) -> dict[str, float]:
    """The real store: events are written as pending rows, then sequenced in the service's rounds, proved and verified."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    store = Store.open(url)
    signer = Signer.load_or_create(folder / "key", "example.org/log")
    sequencer = Sequencer(store.ledger, signer, folder / "head")
    rounds: list[float] = []
    cpu_rounds: list[float] = []
    while (done := sequenced(store)) < size:
        if done < 40 * ROUND or size - done <= ROUND:  # the service's rounds; the rest in large ones to build the log sooner
            submit(store, done, min(ROUND, size - done))
            began, cpu_began = time.perf_counter(), time.process_time()
            sequencer.drain()
            rounds.append((time.perf_counter() - began) / min(ROUND, size - done))
            cpu_rounds.append((time.process_time() - cpu_began) / min(ROUND, size - done))
            continue
        submit(store, done, min(10_000, size - done - ROUND))
        sequencer.drain()
    result = {
        "append_us": statistics.median(rounds) * 1e6,
        "append_cpu_us": statistics.median(cpu_rounds) * 1e6,
        "idle_round_ms": median_ms(lambda _: sequencer.drain(), range(50)),
        "proof_ms": median_ms(lambda number: sequencer.prove(subject(number)), range(1, size, max(size // 200, 1))),
    }
    store.close()
    checks = [verify_in_a_process(folder) for _ in range(runs)]
    result["verify_s"] = statistics.median(check["seconds"] for check in checks)
    result["verify_cpu_s"] = statistics.median(check["cpu_seconds"] for check in checks)
    result["verify_us"] = result["verify_s"] / size * 1e6
    result["verify_rss_mb"] = max(check["rss_mb"] for check in checks)
    result["database_mb"] = sum(file.stat().st_size for file in folder.glob("ledger.db*")) / 1e6
    store = Store.open(url)
    began = time.perf_counter()
    export_tiles(store.ledger, folder / "tiles", signer.verifiers)
    result["export_s"] = time.perf_counter() - began
    store.close()
    began = time.perf_counter()
    verify_tiles(folder / "tiles", signer.verifiers)
    result["verify_export_s"] = time.perf_counter() - began
    return result


def submit(store: Store, first: int, count: int) -> None:
    with store.database.writing() as connection:
        connection.execute(ledger_pending.insert(), [event._asdict() for event in events(count, first)])


def sequenced(store: Store) -> int:
    with store.ledger.reading() as transaction:
        return transaction.size()


def verify_in_a_process(folder: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, "--verify", str(folder)], capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def verify_here(folder: Path) -> None:
    store = Store.open(f"sqlite:///{folder / 'ledger.db'}")
    signer = Signer.load_or_create(folder / "key", "example.org/log")
    began, cpu_began = time.perf_counter(), time.process_time()
    assert verify_log(store.ledger, signer.verifiers, folder / "head").ok
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    store.close()
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "rss_mb": peak_memory_mb()}))


def peak_memory_mb() -> float:
    # Not getrusage: its ru_maxrss begins with the peak of the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def median_ms(call: Callable[[int], object], numbers: Sequence[int]) -> float:
    times = []
    for number in numbers:
        began = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e3


def median_of(runs: int, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    results = [measure() for _ in range(runs)]
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def print_table(found: dict[str, Any]) -> None:
    table = Table(
        title=f"ledger, {found['entries']:,} entries on SQLite, {found['in_memory']:,} in memory, medians of {found['runs']} runs"
    )
    for heading in ("", "append, µs an entry", "entries/s", "one proof, ms", "verify, µs an entry"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, row in found["results"].items():
        verify = f"{row['verify_us']:.1f}" if "verify_us" in row else ""
        table.add_row(name, f"{row['append_us']:.1f}", f"{1e6 / row['append_us']:,.0f}", f"{row['proof_ms']:.3f}", verify)
    console = Console(width=120)
    console.print(table)
    real = found["results"]["Brightline, SQLite"]
    console.print(
        f"append on SQLite is wall time with fsync (CPU {real['append_cpu_us']:.1f} µs), in memory CPU; "
        f"full verification {real['verify_s']:.1f} s (CPU {real['verify_cpu_s']:.1f} s), peak memory {real['verify_rss_mb']:.0f} MB; an idle round {real['idle_round_ms']:.2f} ms; "
        f"database {real['database_mb']:.0f} MB; export {real['export_s']:.1f} s, verified alone in {real['verify_export_s']:.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the log on SQLite")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pymerkle", action="store_true", help="also measure pymerkle, from a throw-away environment")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verify", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.verify is not None:
        verify_here(options.verify)
        return
    size = min(IN_MEMORY, options.entries)
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results["Brightline, in memory"] = median_of(options.runs, lambda: in_memory(folder, size))
        results["hash chain, in memory"] = median_of(options.runs, lambda: hash_chain(size))
        if options.pymerkle:
            python = pymerkle_environment(folder / "pymerkle")
            results["pymerkle, in memory"] = median_of(options.runs, lambda: pymerkle(python, size))
        (folder / "sqlite").mkdir()
        results["Brightline, SQLite"] = on_sqlite(folder / "sqlite", options.entries, options.runs)
    found = {
        "entries": options.entries,
        "in_memory": size,
        "runs": options.runs,
        "python": platform.python_version(),
        "machine": platform.processor() or platform.machine(),
        "results": results,
    }
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        print_table(found)


if __name__ == "__main__":
    main()
