"""How fast personal data is found in ordinary mixed text, in MB of UTF-8 a second of CPU, one core.

    python benchmarks/corpus_personal.py [--mb 12] [--runs 3] [--presidio PYTHON] [--data-juicer FOLDER] [--json]

Half Chinese (the ordinary corpora of ``BRIGHTLINE_DATA``), half English and code (this repository and the standard library), in documents of
at most 4,000 characters, shuffled by a fixed seed. ``kernel``: Arrow in, Arrow out, all rules, 2,000 rows at a time; ``find``: text by text.
Peers in the same run: Presidio with blank pipelines (``evals/personal_presidio.py``; an interpreter that has it) and the expressions of
data-juicer's mapper (the unpacked wheel), the latter without its redaction. Goal: 15 MB/s (issue 6's share of 10 MB/s end to end).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from brightline.corpus.personal import find, kernel
from text import machine

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "evals"))

from personal import data_juicer_patterns, ordinary  # noqa: E402  # the evaluation's corpora and peer: one reading of both

DOCUMENT = 4000  # characters
PEER_DOCUMENTS = 60  # Presidio takes a second for 5,000 characters
GOAL = 15.0


def main() -> int:
    options = _options()
    texts = mixed(options.mb)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    table = pa.table({"text": pa.array(texts, pa.large_string())})
    ours = kernel("00" * 32)
    found = sum(len(row) for row in _annotate(ours, table))  # once before, so that nothing is compiled while it is measured
    few = texts[:PEER_DOCUMENTS]
    report: dict[str, Any] = {
        "machine": machine(),
        "megabytes": megabytes,
        "documents": len(texts),
        "findings": found,
        "mb_per_cpu_s": {
            "kernel": megabytes / _cpu(lambda: _annotate(ours, table), options.runs),
            "find": megabytes / _cpu(lambda: [find(text) for text in texts], options.runs),
        },
    }
    if options.data_juicer:
        patterns = data_juicer_patterns(options.data_juicer).values()
        report["mb_per_cpu_s"]["data-juicer"] = megabytes / _cpu(lambda: [list(p.finditer(text)) for text in texts for p in patterns], 1)
    if options.presidio:
        report["mb_per_cpu_s"]["presidio"] = sum(len(text.encode()) for text in few) / 1e6 / _presidio(options.presidio, few)
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else _shown(report))
    return int(report["mb_per_cpu_s"]["kernel"] < GOAL)


def mixed(megabytes: float) -> list[str]:
    """Documents of ordinary text, half of the bytes Chinese."""
    chinese = [text for _, texts in ordinary() for text in texts]
    folders = [ROOT / "docs", ROOT / "src", Path(sysconfig.get_path("stdlib"))]
    files = (
        file
        for folder in folders
        for file in sorted(folder.glob("**/*"))
        if file.suffix in (".md", ".py", ".txt") and "site-packages" not in str(file)
    )
    other = (piece for file in files for piece in _pieces(file.read_text("utf-8", "replace")))
    random.Random(6).shuffle(chinese)
    documents = [*_until(iter(chinese), megabytes / 2), *_until(other, megabytes / 2)]
    random.Random(7).shuffle(documents)
    return documents


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + DOCUMENT] for start in range(0, len(text), DOCUMENT))


def _until(texts: Iterator[str], megabytes: float) -> Iterator[str]:
    size = 0
    for text in texts:
        if size >= megabytes * 1e6:
            return
        size += len(text.encode())
        yield text


def _annotate(ours: Any, table: pa.Table) -> list[list[Any]]:
    return [row for start in range(0, len(table), 2000) for row in ours.annotate(table.slice(start, 2000)).column("findings").to_pylist()]


def _cpu(work: Callable[[], object], runs: int) -> float:
    """Seconds of CPU, median of the runs."""
    seconds = []
    for _ in range(runs):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return statistics.median(seconds)


def _presidio(python: str, texts: Sequence[str]) -> float:
    asked = "\n".join(json.dumps([text, "en" if text.isascii() else "zh"]) for text in texts)
    done = subprocess.run(
        [python, str(ROOT / "evals" / "personal_presidio.py")], input=asked, capture_output=True, text=True, check=True, timeout=1800
    )
    seconds: float = json.loads(done.stderr.splitlines()[-1])["cpu_s"]
    return seconds


def _shown(report: dict[str, Any]) -> str:
    lines = [f"{report['megabytes']:.1f} MB in {report['documents']} documents, {report['findings']} findings; MB/s of CPU, one core"]
    return "\n".join([*lines, *(f"{name:12} {rate:8.2f}" for name, rate in report["mb_per_cpu_s"].items())])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=12.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--presidio", metavar="PYTHON")
    parser.add_argument("--data-juicer", metavar="FOLDER", type=Path)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
