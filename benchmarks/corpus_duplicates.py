"""Near duplicates: what the kernel ``bands`` and the stage ``cluster`` cost, beside two peers for the kernel.

    .venv/bin/python benchmarks/corpus_duplicates.py [--mb N …] [--json]

The corpus is that of ``corpus_text.py`` (natural sentences recombined, copies planted), N megabytes (default 12 and 100). Peers make signatures of
the same texts in this process: Daft's own ``minhash`` over characters with spaces between them, because it cuts at white space, and rensa over
sets of 5-grams that Python cuts, as most recipes do; both with 112 permutations. Figures are CPU seconds; memory is the process's highest.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import daft
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from brightline.corpus.duplicates.bands import kernel
from brightline.corpus.duplicates.clustering import Clustering, cluster
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_shard
from brightline.corpus.schema import DOCUMENTS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace
from corpus_text import make

READING = ReadOptions()
PERMUTATIONS = 112  # 14 bands of 8, the usual recipe (corpus.md, section 4)
_PEER_BYTES = 6_000_000  # peers see so much: the slowest makes 5 MB a second


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, nargs="+", default=[12, 100])
    parser.add_argument("--corpus", type=Path, help="a folder of a corpus made before, instead of --mb")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for place, size in enumerate([0] if options.corpus else options.mb):
            corpus = options.corpus or Path(folder) / str(size)
            if not options.corpus:
                make(corpus, size * 1_000_000)
            rows.append(_measured(corpus / "corpus", Path(folder) / f"workspace-{place}", with_peers=not place))
    print(json.dumps(rows)) if options.json else _print(rows)
    return 0


def _measured(corpus: Path, folder: Path, *, with_peers: bool) -> dict[str, Any]:
    shards, workspace = plan_shards([str(corpus)]), Workspace(str(folder))
    size = sum(shard.size_bytes for shard in plan_shards([str(corpus)], 1 << 40))
    spent = {"reading": 0.0, "bands": 0.0}
    texts: list[str] = []
    for shard in shards:
        _annotate(workspace, shard, spent, texts)
    found: list[Clustering] = []
    clustering = _cpu(lambda: found.append(cluster(workspace, shards, READING)))
    row: dict[str, Any] = {
        "mb": size / 1e6,
        "documents": found[0].documents,
        "bands MB/s": size / 1e6 / spent["bands"],
        "cluster CPU s": clustering,
        "cluster MB/s": size / 1e6 / clustering,
        "met": found[0].met,
        "compared": found[0].compared,
        "exact": found[0].exact,
        "near": found[0].near,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }
    if with_peers:
        some = sum(len(text.encode()) for text in texts) / 1e6
        for name, peer in (("daft minhash, spaced", _daft), ("rensa, Python's shingles", _rensa)):
            row[f"{name} MB/s"] = some / _cpu(lambda peer=peer: peer(texts))  # type: ignore[misc]
    return row


def _annotate(workspace: Workspace, shard: Shard, spent: dict[str, float], texts: list[str]) -> None:
    bands = kernel()
    documents, annotated = [], []
    for batch in read_shard(shard, READING):
        spent["bands"] += _cpu(lambda batch=batch: annotated.append(bands.annotate(batch.documents)))  # type: ignore[misc]
        lengths = pc.utf8_length(batch.documents["text"]).cast(pa.int32())
        documents.append(batch.documents.drop(["text"]).append_column(DOCUMENTS.field("chars"), lengths))
        if sum(map(len, texts)) < _PEER_BYTES // 2:
            texts += batch.documents["text"].to_pylist()
    workspace.write_table(f"documents/{shard.name}.parquet", documents, DOCUMENTS)
    workspace.write_table(f"annotations/bands/{shard.name}.parquet", annotated, bands.schema)


def _daft(texts: list[str]) -> None:
    spaced = daft.from_pydict({"text": [" ".join(text) for text in texts]})
    spaced.select(daft.functions.minhash(daft.col("text"), num_hashes=PERMUTATIONS, ngram_size=5, seed=1)).collect()


def _rensa(texts: list[str]) -> None:
    for text in texts:
        values = RMinHash(PERMUTATIONS, 1)
        values.update({text[place : place + 5] for place in range(len(text) - 4)})
        values.digest()


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _print(rows: list[dict[str, Any]]) -> None:
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for row in rows:
        print("  ".join(f"{name} {value:,.1f}" if isinstance(value, float) else f"{name} {value:,}" for name, value in row.items()))


if __name__ == "__main__":
    sys.exit(main())
