"""How fast the text engine reads, beside pyahocorasick and ahocorasick_rs, and what it costs a stream.

    python benchmarks/text.py [--size-mb 4] [--runs 3] [--json]

Throughput: Brightline's base and skip lane, both automata and raw spans for every match, against the two libraries'
matching alone on the raw text (they normalise nothing, so they find less). Entries are random, 2–8 of the text's most
frequent characters. Streams: ordinary texts in chunks of 1–4 characters with all shipped goals on the answer side.
Scans: 200-character texts, same goals. CPU time of this process; medians of ``--runs`` runs.

Texts are taken from ``BRIGHTLINE_DATA`` (default ../shared/data) where it exists, otherwise they are made up, and the
output says so; figures on made-up text say nothing about how much ordinary text is held.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from brightline.model import Side
from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook
from brightline.text import TextEngine, load_goals
from brightline.text.automata import Automaton
from brightline.text.lanes import normalise
from brightline.text.stream import BLOCK

DATA = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data"))
SIZES = (1_000, 10_000, 50_000)
SLOW_ENGINE_CHARS = 300_000  # pyahocorasick reads 1–3 MB/s: a part of the text is enough to see that
STREAM_CHUNKS = 20_000  # per source and run


def main() -> int:
    options = _options()
    texts, made_up = ordinary_texts()
    corpus = _corpus(texts, options.size_mb)
    report: dict[str, Any] = {
        "machine": machine(),
        "load_average": os.getloadavg()[0],
        "texts": "made up: BRIGHTLINE_DATA not found" if made_up else f"{', '.join(texts)} ({len(corpus.encode()) / 1e6:.1f} MB)",
        "runs": options.runs,
        "throughput": [row for size in SIZES for row in _throughput(corpus, size, options.runs)],
    }
    engine, seconds, entries = _shipped()
    report["goals"] = {"goals": len(engine.book), "entries": entries, "load_s": seconds}
    report["scan"] = _scan(engine, texts, options.runs)
    report["streams"] = [_stream(engine, name, rows, options.runs) for name, rows in texts.items()]
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print(report)
    return 0


def machine() -> str:
    """What it ran on."""
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size-mb", type=float, default=4.0, help="MB of text to read for throughput")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is reported")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


# -- texts ----------------------------------------------------------------------------------------------------------------


def ordinary_texts() -> tuple[dict[str, list[str]], bool]:
    """Ordinary texts by source, and whether they had to be made up."""
    readers = {
        "medical-dialogue": ("open/medical-dialogue/*.csv", "gb18030", _last_column),
        "news-headlines": ("open/news-headlines/*headlines*.txt", "utf-8", _before_tab),
        "hotel-reviews": ("eval-only/hotel-reviews/*.csv", "utf-8", _last_column),
    }
    found = {}
    for name, (pattern, encoding, read) in readers.items():
        rows = [row for path in sorted(DATA.glob(pattern)) for row in read(path.read_text(encoding, errors="replace")) if row]
        if rows:
            found[name] = rows
        else:
            print(f"skipped {name}: nothing at {DATA / pattern}", file=sys.stderr)
    if found:
        return found, False
    chance = random.Random(1)
    letters = [chr(0x4E00 + n) for n in range(3000)]
    return {"made-up": ["，".join("".join(chance.choices(letters, k=9)) for _ in range(20)) for _ in range(2000)]}, True


def _last_column(text: str) -> Iterator[str]:
    rows = csv.reader(text.splitlines())
    next(rows, None)
    return (row[-1] for row in rows if row)


def _before_tab(text: str) -> Iterator[str]:
    return (line.split("\t")[0] for line in text.splitlines())


def _corpus(texts: dict[str, list[str]], size_mb: float) -> str:
    rows = [row for source in texts.values() for row in source]
    random.Random(2).shuffle(rows)
    text = "\n".join(rows)
    wanted = int(size_mb * 1e6 / 3)
    return (text * (wanted // len(text) + 1))[:wanted]


def _entries(corpus: str, count: int) -> list[str]:
    common = [character for character, _ in Counter(corpus).most_common(3500) if "\u4e00" <= character <= "\u9fff"]
    chance = random.Random(count)
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(chance.choices(common, k=chance.randint(2, 8))))
    return sorted({form for entry in found if len(form := normalise(entry).base) >= 2})


# -- throughput -----------------------------------------------------------------------------------------------------------


def _throughput(corpus: str, size: int, runs: int) -> list[dict[str, Any]]:
    entries = _entries(corpus, size)
    automaton = Automaton(entries)
    rows = [_row("brightline, base + skip, raw spans", size, corpus, lambda text: _two_lanes(automaton, text), runs)]
    rows.append(_row("brightline, lanes alone", size, corpus, lambda text: sum(0 for _ in _pieces(text)), runs))
    try:
        import ahocorasick_rs

        quick = ahocorasick_rs.AhoCorasick(entries)
        rows.append(
            _row("ahocorasick_rs, raw text", size, corpus, lambda text: len(quick.find_matches_as_indexes(text, overlapping=True)), runs)
        )
    except ImportError:
        print("skipped ahocorasick_rs: not installed (the bench dependency group)", file=sys.stderr)
    try:
        import ahocorasick

        slow = ahocorasick.Automaton()
        for entry in entries:
            slow.add_word(entry, entry)
        slow.make_automaton()
        rows.append(_row("pyahocorasick, raw text", size, corpus[:SLOW_ENGINE_CHARS], lambda text: sum(1 for _ in slow.iter(text)), runs))
    except ImportError:
        print("skipped pyahocorasick: not installed (the bench dependency group)", file=sys.stderr)
    return rows


def _pieces(text: str) -> Iterator[Any]:
    return (normalise(text[start : start + BLOCK]) for start in range(0, len(text), BLOCK))


def _two_lanes(automaton: Automaton, text: str) -> int:
    """All matches in both lanes with their raw spans; the few across block borders are left out here, never by the engine."""
    count = 0
    for piece in _pieces(text):
        spans = {(int(piece.at[start]), int(piece.at[end - 1]) + 1, entry) for start, end, entry in automaton.matches(piece.base)}
        for start, end, entry in automaton.matches(piece.kept):
            spans.add((int(piece.at[int(piece.kept_at[start])]), int(piece.at[int(piece.kept_at[end - 1])]) + 1, entry))
        count += len(spans)
    return count


def _row(engine: str, size: int, text: str, read: Callable[[str], int], runs: int) -> dict[str, Any]:
    seconds, found = _median_cpu(lambda: read(text), runs)
    return {
        "engine": engine,
        "entries": size,
        "mb_per_s": len(text.encode()) / 1e6 / seconds,
        "matches_per_mb": found / (len(text.encode()) / 1e6),
    }


def _median_cpu(work: Callable[[], int], runs: int) -> tuple[float, int]:
    times = []
    found = 0
    for _ in range(runs):
        begun = time.process_time()
        found = work()
        times.append(time.process_time() - begun)
    return statistics.median(times), found


# -- shipped goals --------------------------------------------------------------------------------------------------------


def _shipped() -> tuple[TextEngine, float, int]:
    rulebook = load_rulebook()
    begun = time.process_time()
    book = load_goals(goal_paths(), rulebook)
    seconds = time.process_time() - begun
    return TextEngine(book), seconds, sum(len(slot.entries) for goal in book for slot in goal.slots)


def _scan(engine: TextEngine, texts: dict[str, list[str]], runs: int) -> dict[str, float]:
    long = "\n".join(row for rows in texts.values() for row in rows)
    pieces = [long[start : start + 200] for start in range(0, min(len(long), 200_000), 200)]
    engine.scan(pieces[0], Side.ANSWER)
    short, _ = _median_cpu(lambda: sum(len(engine.scan(piece, Side.ANSWER)) for piece in pieces), runs)
    whole, _ = _median_cpu(lambda: len(engine.scan(long, Side.ANSWER)), runs)
    return {"us_per_200_chars": short / len(pieces) * 1e6, "whole_mb_per_s": len(long.encode()) / 1e6 / whole}


def _stream(engine: TextEngine, name: str, rows: list[str], runs: int) -> dict[str, Any]:
    measured = [_stream_once(engine, rows, seed) for seed in range(runs)]
    figures = {key: statistics.median(run[key] for run in measured) for key in measured[0]}
    return {"source": name, "chunks": STREAM_CHUNKS, **figures}


def _stream_once(engine: TextEngine, rows: list[str], seed: int) -> dict[str, float]:
    chance = random.Random(seed)
    rows = rows[:]
    chance.shuffle(rows)
    times: list[float] = []
    held: list[int] = []
    texts = stopped = 0
    for row in rows:
        if len(times) >= STREAM_CHUNKS:
            break
        stream = engine.stream(Side.ANSWER, "answer", lambda finding: finding.effect.stops)
        texts += 1
        start = 0
        while start < len(row) and stream.stopped is None:
            size = chance.randint(1, 4)
            chunk = row[start : start + size]
            begun = time.perf_counter()
            stream.feed(chunk)
            times.append(time.perf_counter() - begun)
            held.append(stream.held_chars)
            start += size
        stream.finish()
        stopped += stream.stopped is not None
    times.sort()
    held.sort()
    return {
        "p50_us": times[len(times) // 2] * 1e6,
        "p99_us": times[int(len(times) * 0.99)] * 1e6,
        "mean_us": statistics.fmean(times) * 1e6,
        "held_mean": statistics.fmean(held),
        "held_p99": float(held[int(len(held) * 0.99)]),
        "nothing_held": sum(1 for count in held if count == 0) / len(held),
        "stopped_per_1000_texts": stopped / texts * 1000,
    }


# -- output ---------------------------------------------------------------------------------------------------------------


def _print(report: dict[str, Any]) -> None:
    console = Console()
    console.print(f"{report['machine']}; load {report['load_average']:.1f}; texts: {report['texts']}; medians of {report['runs']} runs")
    table = Table("engine", "entries", "MB/s (CPU)", "matches/MB", title="Normalise + match")
    for row in report["throughput"]:
        table.add_row(row["engine"], f"{row['entries']:,}", f"{row['mb_per_s']:.1f}", f"{row['matches_per_mb']:.0f}")
    console.print(table)
    goals, scan = report["goals"], report["scan"]
    console.print(f"Shipped goals: {goals['goals']} goals, {goals['entries']:,} entries, loaded and proved in {goals['load_s']:.2f} s CPU")
    console.print(f"Scan: {scan['us_per_200_chars']:.0f} µs CPU per 200 characters; {scan['whole_mb_per_s']:.1f} MB/s in one piece")
    table = Table(
        "source",
        "p50 µs",
        "p99 µs",
        "mean µs",
        "held mean",
        "held p99",
        "nothing held",
        "stopped/1000",
        title="Streams, chunks of 1–4 characters",
    )
    for row in report["streams"]:
        figures = [f"{row[key]:.1f}" for key in ("p50_us", "p99_us", "mean_us")]
        held = [f"{row['held_mean']:.2f}", f"{row['held_p99']:.0f}", f"{row['nothing_held']:.0%}", f"{row['stopped_per_1000_texts']:.1f}"]
        table.add_row(row["source"], *figures, *held)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
