"""How fast each annotator is, on one core, beside the filters of datatrove and data-juicer on the same documents.

    .venv/bin/python benchmarks/corpus_annotators.py [--megabytes 4] [--runs 3] [--datatrove PYTHON] [--data-juicer PYTHON] [--json]

Documents of about 2,000 characters: Chinese (medical answers, abstracts, reviews, headlines, songs), English (instructions and the prose of
packages' documentation) and Python sources. CPU time of this process, the best of ``--runs`` runs, batches of 2,000 documents; what the kernels of one
batch share (the array of characters, the anchors) is counted for the first that asks. Peers run in their own interpreters on a slice of
``PEER_MEGABYTES``, dictionaries loaded before. Without ``BRIGHTLINE_DATA`` the sentences that ship are used, and the output says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from brightline.corpus.annotators import exact, language, poisoning, quality, rights
from brightline.curation import generated, illegal
from corpus_text import DATA, sentences

PEERS = Path(__file__).parent / "corpus_annotators_peers.py"
PEER_MEGABYTES = 0.2  # datatrove reads 0.3–0.7 MB/s
_DOCUMENT_CHARS = 2_000
_BATCH = 2_000


def main() -> int:
    options = _options()
    kernels = [module.kernel("00" * 32) for module in (exact, language, rights, quality, poisoning, generated, illegal)]
    report: dict[str, Any] = {
        "load_average": os.getloadavg()[0],
        "texts": "natural" if DATA.is_dir() else "made up: BRIGHTLINE_DATA not found",
    }
    for name, texts in _texts(options.megabytes):
        megabytes = sum(len(text.encode()) for text in texts) / 1e6
        report[name] = {"megabytes": round(megabytes, 2), "documents": len(texts), "ours": _ours(kernels, texts, megabytes, options.runs)}
        for peer, python in (("datatrove", options.datatrove), ("data-juicer", options.data_juicer)):
            if python:
                report[name][peer] = _peers(peer, python, texts, "zh" if name == "Chinese" else "en")
    if options.json:
        print(json.dumps(report, indent=1))
    else:
        _show(report)
    return 0


def _texts(megabytes: float) -> Iterator[tuple[str, list[str]]]:
    pool = sentences()
    for name, is_wanted in (("Chinese", _is_chinese), ("English", lambda text: not _is_chinese(text))):
        yield name, list(_documents((text for text in pool if is_wanted(text)), megabytes))
    files = (path.read_text("utf-8", "replace") for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")))
    yield "Python sources", list(_until(files, megabytes))


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _documents(pool: Iterator[str], megabytes: float) -> Iterator[str]:
    def joined() -> Iterator[str]:
        parts: list[str] = []
        size = 0
        for text in pool:
            parts.append(text)
            size += len(text) + 1
            if size >= _DOCUMENT_CHARS:
                yield "\n".join(parts)
                parts, size = [], 0

    return _until(joined(), megabytes)


def _until(texts: Iterator[str], megabytes: float) -> Iterator[str]:
    size = 0.0
    for text in texts:
        if size >= megabytes * 1e6:
            return
        size += len(text.encode())
        yield text


def _ours(kernels: Sequence[Any], texts: list[str], megabytes: float, runs: int) -> dict[str, float]:
    """Kernel → MB/s, and the sum of all."""
    best = {kernel.name: float("inf") for kernel in kernels}
    for _ in range(runs + 1):  # the first one warms tables up
        spent = dict.fromkeys(best, 0.0)
        for begin in range(0, len(texts), _BATCH):
            documents = pa.table({"text": pa.array(texts[begin : begin + _BATCH], pa.large_string())})
            for kernel in kernels:
                start = time.process_time()
                kernel.annotate(documents)
                spent[kernel.name] += time.process_time() - start
        best = {name: min(best[name], spent[name]) for name in best}
    speeds = {name: round(megabytes / seconds, 1) for name, seconds in best.items()}
    quick = sum(seconds for name, seconds in best.items() if name != "illegal")
    return {**speeds, "all but illegal": round(megabytes / quick, 1), "all": round(megabytes / sum(best.values()), 1)}


def _peers(peer: str, python: str, texts: list[str], spoken: str) -> dict[str, float]:
    """Filter → MB/s."""
    slice_ = list(_until(iter(texts), PEER_MEGABYTES))
    megabytes = sum(len(text.encode()) for text in slice_) / 1e6
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in slice_)
        file.flush()
        answer = subprocess.run([python, str(PEERS), peer, file.name, spoken], capture_output=True, text=True, check=True, timeout=600)
    rows = json.loads(answer.stdout.strip().splitlines()[-1])
    speeds = {row["filter"]: round(megabytes / row["seconds"], 2) for row in rows}
    return {**speeds, "all": round(megabytes / sum(row["seconds"] for row in rows), 2)}


def _show(report: dict[str, Any]) -> None:
    console = Console(width=160)
    console.print(f"load {report['load_average']:.1f}, texts {report['texts']}; MB/s of CPU time, one core")
    table = Table("", "ours", "datatrove", "data-juicer")
    for name, row in report.items():
        if isinstance(row, dict):
            cells = [
                "\n".join(f"{each} {speed}" for each, speed in row.get(who, {}).items()) for who in ("ours", "datatrove", "data-juicer")
            ]
            table.add_row(f"{name}\n{row['megabytes']} MB, {row['documents']} documents", *cells, end_section=True)
    console.print(table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=4.0, help="text of each kind")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the best counts")
    parser.add_argument("--datatrove", default="", metavar="PYTHON", help="an interpreter that has datatrove")
    parser.add_argument("--data-juicer", default="", metavar="PYTHON", help="an interpreter that has data-juicer")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
