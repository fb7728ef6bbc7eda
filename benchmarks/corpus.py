"""A corpus from end to end, beside data-juicer and datatrove: throughput, memory, growth.

    python benchmarks/corpus.py [--mb 1000] [--growth 100,1000,5000] [--full] [--peer-mb 100] [--peers FOLDER] [--json]

The same job for each: personal data, 50,000 keywords, near duplicates by MinHash, and the cleaned corpus written. Ours is what
``brightline corpus inspect``, ``decide`` and ``emit`` do with the kernels personal, keywords, bands and exact; ``--full`` runs every kernel
besides. Two worker processes each. Peers are measured on ``--peer-mb`` of the same corpus, because a gigabyte takes them an hour;
their start is in the figure, which weighs a few per cent at 100 MB. What differs: data-juicer finds no identity cards beside Chinese,
datatrove takes no keyword list and segments Chinese with jieba; ours verifies copies on their text, logs every span, and writes lineage.

``--peers``: a folder with interpreters ``dj`` and ``dt``, made outside the project:

    uv venv FOLDER/dj && uv pip install --python FOLDER/dj/bin/python py-data-juicer==1.6.1 aiohttp
    uv venv FOLDER/dt && uv pip install --python FOLDER/dt/bin/python 'datatrove[io,processing]==0.10.1' spacy jieba orjson

Memory: the highest sum of PSS over the process tree, sampled each 0.4 s (``corpus_processes.py``). Goals (issue 6): 10 MB/s and ten times either
peer on 1 GB; 2 GB at 5 GB of input and flat from 1 to 5; MB/s within 10 % from 0.1 to 5 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from corpus_processes import Measured, measured
from corpus_text import DATA, make

HERE = Path(__file__).parent
SAME_JOB = "bands,exact,personal"
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


@dataclass(frozen=True)
class Row:
    who: str
    mb: float
    documents: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    kept: int
    note: str = ""

    @property
    def mb_per_s(self) -> float:
        return self.mb / self.wall_s


def ours(folder: Path, home: Path, kernels: str, name: str) -> Row:
    """inspect, decide and emit, one after the other, each a process of its own as a person would start them."""
    command = [sys.executable, "-m", "brightline", "corpus"]
    every = [] if kernels == "all" else ["--kernels", kernels]
    inspect = [*command, "inspect", str(folder / "corpus"), "--name", name, "--keywords", str(folder / "keywords.txt"), *every, "--json"]
    environ = {"BRIGHTLINE_HOME": str(home), "BRIGHTLINE_CORPUS_WORKERS": "2"}
    register = [*command, "register", str(folder / "sources.yaml")]
    measured(register, home.parent / "register.log", environ)
    total = Measured(0, 0, 0, 0, "")
    for step in (inspect, [*command, "decide", name, "--json"], [*command, "emit", name, "--json"]):
        found = measured(step, home.parent / "ours.log", environ)
        if found.status not in (0, 1):
            sys.exit(f"{' '.join(step)} ended with {found.status}:\n{found.tail}")
        print(f"  {step[4]}: {found.wall_s:.1f} s, {found.cpu_s:.1f} CPU-s, {found.peak_mb:.0f} MB", file=sys.stderr)
        wall, cpu = total.wall_s + found.wall_s, total.cpu_s + found.cpu_s
        total = Measured(wall, cpu, max(total.peak_mb, found.peak_mb), 0, found.tail)
    size, documents = _size(folder)
    kept = json.loads(total.tail[total.tail.rindex('{"run"') :])["figures"]["documents"]
    return Row(
        f"brightline, {'all kernels' if kernels == 'all' else 'same job'}", size, documents, total.wall_s, total.cpu_s, total.peak_mb, kept
    )


def data_juicer(python: Path, folder: Path, work: Path) -> Row:
    flagged = work / "flagged"
    flagged.mkdir(parents=True)
    (flagged / "flagged_words.json").write_text(json.dumps({"zh": (folder / "keywords.txt").read_text("utf-8").split()}))
    inputs = _clean_lines(folder, work / "input")
    (work / "dj.yaml").write_text(
        f"""
project_name: bench
dataset_path: {inputs}
export_path: {work}/out/out.jsonl
np: 2
use_cache: false
open_tracer: false
process:
  - pii_redaction_mapper:
  - flagged_words_filter: {{lang: zh, tokenization: false, flagged_words_dir: {flagged}, max_ratio: 1.0}}
  - document_minhash_deduplicator: {{tokenization: character, window_size: 5, num_permutations: 112, num_bands: 14, num_rows_per_band: 8, lowercase: true}}
"""
    )
    found = measured([str(python.parent / "dj-process"), "--config", str(work / "dj.yaml")], work / "dj.log", OFFLINE)
    return _peer("data-juicer 1.6.1", folder, found, _lines(work / "out" / "out.jsonl"))


def datatrove(python: Path, folder: Path, work: Path) -> Row:
    inputs = _clean_lines(folder, work / "input")
    found = measured([str(python), str(HERE / "corpus_datatrove.py"), str(inputs), str(work / "out"), "2"], work / "dt.log", OFFLINE)
    kept = 0
    if found.status == 0:
        import pyarrow.parquet as pq

        kept = sum(pq.read_metadata(path).num_rows for path in (work / "out" / "kept").glob("*.parquet"))
    return _peer("datatrove 0.10.1 (no keywords)", folder, found, kept)


def _peer(who: str, folder: Path, found: Measured, kept: int) -> Row:
    size, documents = _size(folder)
    note = "" if found.status == 0 else f"ended with {found.status}: {found.tail[-300:]}"
    return Row(who, size, documents, found.wall_s, found.cpu_s, found.peak_mb, kept, note)


def _clean_lines(folder: Path, target: Path) -> Path:
    """The lines that are documents, in two files: one bad line ends the peers' jobs."""
    target.mkdir(parents=True)
    with (target / "a.jsonl").open("wb") as first, (target / "b.jsonl").open("wb") as second:
        for number, line in enumerate(line for path in sorted((folder / "corpus").iterdir()) for line in path.open("rb")):
            try:
                whole = "text" in orjson.loads(line)
            except orjson.JSONDecodeError:
                whole = False
            if whole:
                (second if number % 2 else first).write(line)
    return target


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _size(folder: Path) -> tuple[float, int]:
    planted = json.loads((folder / "planted.json").read_text())
    return planted["size_bytes"] / 1e6, planted["documents"]


def show(rows: list[Row]) -> None:
    print(f"{'':32} {'MB':>7} {'documents':>10} {'wall s':>8} {'CPU s':>8} {'MB/s':>7} {'MB/CPU-s':>8} {'peak MB':>8} {'kept':>9}")
    for row in rows:
        print(
            f"{row.who:32} {row.mb:7.0f} {row.documents:10,} {row.wall_s:8.1f} {row.cpu_s:8.1f} {row.mb_per_s:7.2f} "
            f"{row.mb / max(row.cpu_s, 0.01):8.2f} {row.peak_mb:8.0f} {row.kept:9,} {row.note}"
        )
    print(f"load average {os.getloadavg()[0]:.1f}; text: {'BRIGHTLINE_DATA' if DATA.is_dir() else 'made up (no BRIGHTLINE_DATA)'}")


def main() -> int:
    parser = argparse.ArgumentParser(description="A corpus from end to end, beside data-juicer and datatrove.")
    parser.add_argument("--mb", type=int, default=1000)
    parser.add_argument("--growth", default="", help="sizes in MB with commas, measured besides")
    parser.add_argument("--full", action="store_true", help="every kernel, too, on the size of --peer-mb")
    parser.add_argument("--peer-mb", type=int, default=100)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--work", type=Path, help="a folder that keeps the corpora for the next time")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="brightline-bench-", dir=options.work) as folder:
        kept = options.work or Path(folder)
        sizes = dict.fromkeys([options.mb, *(int(size) for size in options.growth.split(",") if size)])
        make(kept / "1", 1_000_000)
        ours(
            kept / "1", _fresh(Path(folder) / "home"), "all" if options.full else SAME_JOB, "warm"
        )  # leaves byte code, as an installation has it
        for size in sorted(sizes):
            make(kept / str(size), size * 1_000_000)
            rows.append(ours(kept / str(size), _fresh(Path(folder) / "home"), SAME_JOB, "bench"))
        peers = kept / str(options.peer_mb)
        if options.full or options.peers:
            make(peers, options.peer_mb * 1_000_000)
        if options.full:
            rows.append(ours(peers, _fresh(Path(folder) / "home"), "all", "bench"))
        if options.peers:
            if options.peer_mb not in sizes:
                rows.append(ours(peers, _fresh(Path(folder) / "home"), SAME_JOB, "bench"))
            rows.append(data_juicer(options.peers / "dj" / "bin" / "python", peers, _fresh(Path(folder) / "dj")))
            rows.append(datatrove(options.peers / "dt" / "bin" / "python", peers, _fresh(Path(folder) / "dt")))
    if options.json:
        print(json.dumps([asdict(row) | {"mb_per_s": row.mb_per_s} for row in rows], indent=1))
    else:
        show(rows)
    return 0


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
