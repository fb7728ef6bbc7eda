"""datatrove's share of the job of ``corpus.py``, run by a Python that has it: near duplicates by MinHash, e-mail and IP addresses, Parquet.

    PYTHON benchmarks/corpus_datatrove.py CORPUS OUT WORKERS

Its defaults but for 14 bands of 8 on 5-grams of words (jieba for Chinese), as its own FineWeb examples have them. It has no keyword
list of this size and no personal data of China, so it does less than the others.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.typeshelper import Languages


def as_row(_writer: object, document: Document) -> dict[str, str]:
    """What is written of a document: its own adapter takes columns and types of the first one, and another's missing licence ends the job."""
    return {"text": document.text, "id": document.id, "metadata": json.dumps(document.metadata, ensure_ascii=False)}


def main() -> None:
    corpus, out, workers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8, hash_config=HashConfig(precision=64))
    folder = {name: str(out / name) for name in ("signatures", "buckets", "cluster", "logs", "kept")}

    def run(name: str, tasks: int, *steps: object) -> None:
        # start_method fork: with its default, forkserver, each worker imports spaCy anew.
        LocalPipelineExecutor(
            pipeline=list(steps), tasks=tasks, workers=min(workers, tasks), logging_dir=f"{folder['logs']}/{name}", start_method="fork"
        ).run()

    def read() -> JsonlReader:
        return JsonlReader(corpus, text_key="text", id_key="id")

    run(
        "signatures",
        workers,
        read(),
        MinhashDedupSignature(output_folder=folder["signatures"], config=config, language=Languages.mandarin_chinese),
    )
    run("buckets", 14, MinhashDedupBuckets(input_folder=folder["signatures"], output_folder=folder["buckets"], config=config))
    run("cluster", 1, MinhashDedupCluster(input_folder=folder["buckets"], output_folder=folder["cluster"], config=config))
    written = ParquetWriter(folder["kept"], adapter=as_row)
    run("filter", workers, read(), MinhashDedupFilter(input_folder=folder["cluster"]), PIIFormatter(), written)


if __name__ == "__main__":
    main()
