"""How long a report takes and what it holds: ``python benchmarks/corpus_report.py [documents …]`` (default 100000 1000000).

Parquet as a run leaves it is made for so many documents in shards of 16,000 (32 MiB of 2,000-character documents, as a plan cuts them): six
kernels, decisions, clusters of three for a fifth of the documents, 200 sources, 60 rules. Each size is reported in a process of its own:
seconds of CPU for counting, for the page and for the paper; peak memory of the process (VmHWM). No peer writes such a report.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from brightline.corpus.reporting import Facts, html, pdf
from brightline.corpus.reporting.building import build
from brightline.corpus.reporting.facts import SourceFacts
from brightline.corpus.schema import CLUSTERS, DECISIONS, DOCUMENTS, FINDINGS
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.rulebook import load_rulebook

SHARD_ROWS = 16_000
SOURCES, RULES = 200, 60
KERNELS = ("bands", "illegal", "language", "personal", "quality", "rights")


def make(folder: Path, documents: int) -> list[Shard]:
    """The Parquet of a run over so many documents."""
    workspace, random = Workspace(str(folder)), np.random.default_rng(6)
    shards = []
    for number, start in enumerate(range(0, documents, SHARD_ROWS)):
        rows = min(SHARD_ROWS, documents - start)
        shard = Shard(number, f"/in/{number}.jsonl", f"{number}.jsonl", "jsonl", size_bytes=rows * 2_000)
        shards.append(shard)
        ids = pa.array([f"{start + row:032x}" for row in range(rows)])
        sources = pa.array([f"source-{n:03d}" for n in random.integers(0, SOURCES, rows)])
        told = {"doc_id": ids, "source_id": sources, "file": [shard.file] * rows, "position": range(rows), "line": range(rows)}
        told |= {name: pa.nulls(rows, pa.string()) for name in ("record_id", "url", "published_at", "licence")}
        told["chars"] = pa.array(random.integers(10, 4_000, rows), pa.int32())
        workspace.write_table(f"documents/{shard.name}.parquet", pa.table(told, DOCUMENTS), DOCUMENTS)
        for kernel in KERNELS:
            table = annotations(kernel, ids, random)
            workspace.write_table(f"annotations/{kernel}/{shard.name}.parquet", table, table.schema)
        outcome = random.choice(["keep", "redact", "drop", "quarantine"], rows, p=[0.8, 0.1, 0.08, 0.02])
        decided = {"doc_id": ids, "source_id": sources, "outcome": outcome, "reason_zh": [""] * rows, "reason_en": [""] * rows}
        decided |= {
            "rules": [[] if word == "keep" else ["duplicate.near"] for word in outcome],
            "not_inspected": [[]] * rows,
            "appeal": [""] * rows,
        }
        workspace.write_table(f"decisions/{shard.name}.parquet", pa.table(decided, DECISIONS), DECISIONS)
    members = documents // 5
    clusters = {
        "doc_id": [f"{row * 5:032x}" for row in range(members)],
        "cluster_id": [f"{row // 3 * 15:032x}"[::-1] for row in range(members)],
        "keeper": [row % 3 == 0 for row in range(members)],
        "jaccard": pa.array(np.ones(members), pa.float32()),
        "exact": [row % 2 == 0 for row in range(members)],
    }
    workspace.write_table("clusters/clusters.parquet", pa.table(clusters, CLUSTERS), CLUSTERS)
    return shards


def annotations(kernel: str, ids: pa.Array, random: np.random.Generator) -> pa.Table:
    """A tenth of the documents with one or two findings; bands as wide as they are."""
    rows = len(ids)
    if kernel == "bands":
        bands = pa.FixedSizeListArray.from_arrays(pa.array(random.integers(0, 1 << 60, rows * 14)), 14)
        return pa.table({"doc_id": ids, "bands": bands, "grams": pa.array(random.integers(1, 900, rows), pa.int32())})
    if kernel == "language":
        return pa.table({"doc_id": ids, "language": random.choice(["zh-Hans", "en", "mixed"], rows), "chinese_share": random.random(rows)})
    rules = [f"{kernel}.rule_{n}" for n in range(RULES // 4)]
    hit = random.random(rows) < 0.1
    found = [
        [{"rule": rules[n % len(rules)], "start": 0, "end": 9, "evidence_hash": "e" * 32, "score": 0.9, "validator": "goal"}] * (1 + n % 2)
        if yes
        else []
        for n, yes in enumerate(hit)
    ]
    columns = {"doc_id": ids, "findings": pa.array(found, FINDINGS)}
    if kernel == "rights":
        columns |= {"licence": pa.nulls(rows, pa.string()), "forbids_training": pa.array(random.random(rows) < 0.01)}
    return pa.table(columns)


def measure(folder: Path, documents: int) -> None:
    """Report what lies in ``folder``; one line."""
    shards = [Shard(n, "", f"{n}.jsonl", "jsonl", size_bytes=SHARD_ROWS * 2_000) for n in range(-(-documents // SHARD_ROWS))]
    known = [SourceFacts(f"source-{n:03d}", f"Source {n}", "crawl", "approved", country="CN") for n in range(SOURCES)]
    facts = Facts("bench", "2026-11-23T00:00:00Z", "bench", kernels=dict.fromkeys(KERNELS, "1"), sources=known)
    rulebook = load_rulebook()
    before = time.process_time()
    report = build(Workspace(str(folder)), shards, facts, rulebook=rulebook)
    counted = time.process_time()
    page = len(html.render(report, "zh"))
    drawn = time.process_time()
    paper = len(pdf.render(report, "zh"))
    printed = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{documents:>10,} documents  count {counted - before:6.2f} s  page {drawn - counted:5.2f} s ({page / 1024:,.0f} KiB)  "
        f"paper {printed - drawn:5.2f} s ({paper / 1024:,.0f} KiB)  json {len(report.canonical) / 1024:,.0f} KiB  peak {peak:,.0f} MiB"
    )


def main(sizes: list[int]) -> None:
    for documents in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), documents)
            subprocess.run([sys.executable, __file__, "--measure", folder, str(documents)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])
