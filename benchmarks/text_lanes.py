"""What one message of 200 characters costs: 50,000 words of an operator beside the shipped goals, by lanes, models, and as a stream.

    python benchmarks/text_lanes.py [--words 50000] [--runs 5] [--peers /tmp/peers/bin/python] [--json]

Measures base and skip lane alone, all lanes, all lanes with the linear models and the weigher, and the chunks of a stream with and without the
late lanes. Beside it, if ``--peers`` names a Python that has them (see ``text_peers.py``): LLM Guard's substring scanner and
LiteLLM's content filter, with the same words on the same texts; they undo no disguise. CPU time; medians of ``--runs`` runs.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from brightline.model import Finding, Outcome, Side
from brightline.moderation import goals_in_force
from brightline.moderation.families import FamilyModels
from brightline.moderation.weighing import Weigher
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook, TextEngine
from brightline.text.goals import Entry, Slot
from brightline.text.lanes import base_form, skip_form
from text import machine, ordinary_texts

WORDS_A_GOAL = 1000
MESSAGES = 400
CHUNKS = 10_000
BULK_CHARS = 20_000  # one text; few, because a peer reads 60 kB a second
PEER_MESSAGES = 20  # they take up to half a second each


def main() -> int:
    options = _options()
    texts, made_up = ordinary_texts()
    long = "\n".join(row for rows in texts.values() for row in islice(rows, 3000))
    messages = [long[start : start + 200] for start in range(0, 200 * MESSAGES, 200)]
    words = _words(long, options.words)
    rulebook = load_rulebook()
    book = _with_words(goals_in_force(rulebook), words)
    engines = {"base and skip": TextEngine(book, late_lanes=False), "all lanes": TextEngine(book)}
    models, weigher = FamilyModels.load(rulebook), Weigher.load()
    report: dict[str, Any] = {
        "machine": machine(),
        "texts": "made up" if made_up else ", ".join(texts),
        "words": len(words),
        "goals": len(book),
    }
    scans: dict[str, Callable[[str], Any]] = {name: lambda text, e=engine: e.scan(text, Side.POST) for name, engine in engines.items()}  # type: ignore[misc]
    scans["linear models alone"] = lambda text: models.findings(text, Side.POST)
    scans["all lanes, models and weigher"] = lambda text: _inspect(engines["all lanes"], models, weigher, text)
    report["messages"] = {name: _cost(scan, messages, options.runs) for name, scan in scans.items()}
    report["streams"] = {name: _stream(engine, messages, options.runs) for name, engine in engines.items()}
    bulk = long[:BULK_CHARS]
    megabytes = len(bulk.encode()) / 1e6
    report["bulk_mb_per_s"] = {name: megabytes / (_cost(scan, [bulk], options.runs) / 1e6) for name, scan in list(scans.items())[:2]}
    report["peers"] = (
        _peers(options.peers, words, messages[:PEER_MESSAGES], bulk, options.runs) if options.peers else "not asked for (--peers)"
    )
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else _table(report))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="a Python with llm-guard and litellm")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _words(text: str, count: int) -> list[str]:
    """Random words of 2 to 8 of the text's most frequent characters, as in text.py."""
    chance = random.Random(7)
    letters = [letter for letter, _ in Counter(letter for letter in text if "\u4e00" <= letter <= "\u9fff").most_common(1500)]
    words: set[str] = set()
    while len(words) < count:
        words.add("".join(chance.choices(letters, k=chance.randint(2, 8))))
    return sorted(words)


def _with_words(book: GoalBook, words: list[str]) -> GoalBook:
    """The book, and goals of one slot that send the operator's words to review."""
    model = book.goals[0]
    added = []
    for number, start in enumerate(range(0, len(words), WORDS_A_GOAL)):
        entries = tuple(Entry(word, base_form(word), skip_form(word)) for word in words[start : start + WORDS_A_GOAL])
        added.append(
            replace(
                model,
                id=f"operator.{number}",
                effects=dict.fromkeys(Side, Outcome.REVIEW),
                lanes=("base", "skip", "shape", "split", "sound", "symbol", "order", "decoded"),
                slots=(Slot("word", entries),),
                unless=(),
                allow=(),
            )
        )
    return GoalBook(book.goals + tuple(added), book.digest)


def _inspect(engine: TextEngine, models: FamilyModels, weigher: Weigher, text: str) -> list[Finding]:
    """A text as the pipeline reads it, its lanes once for all."""
    findings, piece = engine.glanced(text, Side.POST)
    return weigher.findings(text, Side.POST, "", [*findings, *models.findings(text, Side.POST, "", piece)], piece)


def _cost(scan: Callable[[str], Any], messages: list[str], runs: int) -> float:
    """Median µs of CPU a message."""
    for message in messages:
        scan(message)
    found = []
    for _ in range(runs):
        began = time.process_time()
        for message in messages:
            scan(message)
        found.append((time.process_time() - began) / len(messages) * 1e6)
    return statistics.median(found)


def _stream(engine: TextEngine, messages: list[str], runs: int) -> dict[str, float]:
    """µs a chunk of 1 to 4 characters, and how many characters are held after a chunk."""

    def stops(finding: Finding) -> bool:
        return False

    costs, held = [], []
    for seed in range(runs + 1):
        chance, count, spent = random.Random(seed), 0, 0
        for message in messages:
            if count >= CHUNKS:
                break
            stream, at = engine.stream(Side.ANSWER, "a", stops), 0
            while at < len(message):
                chunk = message[at : at + chance.randint(1, 4)]
                began = time.process_time_ns()
                stream.feed(chunk)
                spent += time.process_time_ns() - began
                at += len(chunk)
                count += 1
                held.append(stream.held_chars)
        costs.append(spent / count / 1000)
    held.sort()
    return {
        "us_per_chunk": statistics.median(costs[1:]),
        "held_mean": statistics.fmean(held),
        "held_p99": float(held[int(len(held) * 0.99)]),
    }


def _peers(python: Path, words: list[str], texts: list[str], bulk: str, runs: int) -> Any:
    job = json.dumps({"words": words, "texts": texts, "bulk": [bulk], "runs": min(runs, 3)}, ensure_ascii=False)
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("text_peers.py"))], input=job, capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr[-300:]}


def _table(report: dict[str, Any]) -> str:
    lines = [f"{report['machine']}; {report['texts']}; {report['words']} words beside {report['goals']} goals", ""]
    lines += [f"{cost:9.0f} µs  {name}" for name, cost in report["messages"].items()]
    for name, figures in report["streams"].items():
        lines.append(
            f"{figures['us_per_chunk']:9.1f} µs a chunk, {figures['held_mean']:.2f} characters held on average, p99 {figures['held_p99']:.0f}  {name}"
        )
    lines += [f"{speed:9.1f} MB/s  {name}, one text of {BULK_CHARS:,} characters" for name, speed in report["bulk_mb_per_s"].items()]
    peers = report["peers"]
    if not isinstance(peers, list):
        return "\n".join([*lines, f"peers: {peers}"])
    lines += ["", "peers, the same words and texts"]
    for peer in peers:
        if "absent" in peer:
            lines.append(f"{'-':>9}     {peer['peer']}: {peer['absent']}")
        else:
            notes = f" ({peer['note']})" if "note" in peer else ""
            lines.append(f"{peer['us_per_200_chars']:9.0f} µs, {peer['mb_per_s']:.3g} MB/s  {peer['peer']} {peer['version']}{notes}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
