"""Hand-made Parquet of a small run in the fixed schemas, cut into shards and ordered as a test wishes, and facts to go with it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from brightline.corpus.reporting.facts import Facts, SampleFacts, SourceFacts, VerdictFacts
from brightline.corpus.schema import CLUSTERS, DECISIONS, DOCUMENTS, FINDINGS, REDACTIONS, REJECTS, document_id
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

KERNELS = {"bands": "1", "generated": "1", "language": "1", "personal": "7f", "rights": "2"}
LINEAGE = pa.schema([(name, pa.string()) for name in ("doc_id", "file", "out_file")] + [("line", pa.int64()), ("out_line", pa.int64())])
SCHEMAS = {
    "bands": pa.schema([("doc_id", pa.string()), ("bands", pa.list_(pa.int64())), ("grams", pa.int32())]),
    "generated": pa.schema(
        [("doc_id", pa.string()), ("findings", FINDINGS), ("ai_share", pa.float32()), ("labelled", pa.bool_()), ("known", pa.bool_())]
    ),
    "language": pa.schema([("doc_id", pa.string()), ("language", pa.string()), ("chinese_share", pa.float32())]),
    "personal": pa.schema([("doc_id", pa.string()), ("findings", FINDINGS)]),
    "rights": pa.schema([("doc_id", pa.string()), ("findings", FINDINGS), ("licence", pa.string()), ("forbids_training", pa.bool_())]),
}


def finding(rule: str, validator: str = "pattern") -> dict[str, Any]:
    return {"rule": rule, "start": 0, "end": 2, "evidence_hash": "e" * 32, "score": 0.9, "validator": validator}


def document(position: int, **given: Any) -> dict[str, Any]:
    """One document with all that was said of it; ``None`` for what a kernel could not look at."""
    file = given.pop("file", "a.jsonl")
    made = {
        "doc_id": document_id(file, position, b"x"),
        "source_id": "news",
        "file": file,
        "position": position,
        "line": position + 1,
        "licence": None,
        "chars": 100,
        "personal": [],
        "language": "zh-Hans",
        "said_licence": None,
        "forbids_training": False,
        "ai_share": 0.0,
        "outcome": "keep",
        "rules": [],
        "not_inspected": [],
        "appeal": "",
        "redactions": [],
    }
    assert given.keys() <= made.keys(), given
    return made | given


def reject(position: int, reason: str = "not_json", file: str = "a.jsonl", length: int = 10) -> dict[str, Any]:
    return {"file": file, "position": position, "line": 1, "length": length, "reason": reason, "detail": ""}


def write_run(
    folder: Path,
    documents: Sequence[dict[str, Any]],
    *,
    cuts: Sequence[int] = (),
    rejects: Sequence[dict[str, Any]] = (),
    clusters: Sequence[dict[str, Any]] = (),
    shuffled: random.Random | None = None,
) -> tuple[Workspace, list[Shard]]:
    """Write the documents, each file cut into shards at the positions ``cuts``, rows in any order if ``shuffled``."""
    workspace = Workspace(str(folder))
    shards: list[Shard] = []
    files = sorted({row["file"] for row in (*documents, *rejects)})
    for file in files:
        edges = [0, *sorted(cuts), 1 << 40]
        for begin, end in pairwise(edges):
            shard = Shard(len(shards), f"/in/{file}", file, "jsonl", begin=begin, end=end, size_bytes=1000)
            shards.append(shard)
            rows = [row for row in documents if row["file"] == file and begin <= row["position"] < end]
            bad = [row for row in rejects if row["file"] == file and begin <= row["position"] < end]
            if shuffled is not None:
                shuffled.shuffle(rows)
                shuffled.shuffle(bad)
            _write_shard(workspace, shard.name, rows, bad, shuffled)
    members = list(clusters)
    if shuffled is not None:
        shuffled.shuffle(members)
        shuffled.shuffle(shards)
    workspace.write_table("clusters/clusters.parquet", pa.Table.from_pylist(members, CLUSTERS), CLUSTERS)
    return workspace, shards


def _write_shard(
    workspace: Workspace, name: str, rows: list[dict[str, Any]], bad: list[dict[str, Any]], shuffled: random.Random | None
) -> None:
    def put(folder: str, content: list[dict[str, Any]], schema: pa.Schema) -> None:
        if shuffled is not None:
            shuffled.shuffle(content)
        workspace.write_table(f"{folder}/{name}.parquet", pa.Table.from_pylist(content, schema), schema)

    put("documents", list(rows), DOCUMENTS)
    put("rejects", bad, REJECTS)
    put("annotations/personal", [{"doc_id": row["doc_id"], "findings": row["personal"]} for row in rows], SCHEMAS["personal"])
    put("annotations/bands", [{"doc_id": row["doc_id"], "bands": [1], "grams": 9} for row in rows], SCHEMAS["bands"])
    put("annotations/language", [{"doc_id": row["doc_id"], "language": row["language"]} for row in rows], SCHEMAS["language"])
    said = [{"doc_id": r["doc_id"], "findings": [], "licence": r["said_licence"], "forbids_training": r["forbids_training"]} for r in rows]
    put("annotations/rights", said, SCHEMAS["rights"])
    made = [{"doc_id": r["doc_id"], "findings": [], "ai_share": r["ai_share"], "labelled": r["ai_share"] > 0, "known": False} for r in rows]
    put("annotations/generated", made, SCHEMAS["generated"])
    decided = [
        {name: row[name] for name in ("doc_id", "source_id", "outcome", "rules", "not_inspected", "appeal")}
        | {"reason_zh": "", "reason_en": ""}
        for row in rows
    ]
    put("decisions", decided, DECISIONS)
    redacted = [
        {"doc_id": row["doc_id"], "rule": rule, "start": 0, "end": 1, "out_start": 0, "out_end": 1, "placeholder": "", "evidence_hash": ""}
        for row in rows
        for rule in row["redactions"]
    ]
    put("redactions", redacted, REDACTIONS)
    kept = [{"doc_id": row["doc_id"], "file": row["file"], "out_file": name} for row in rows if row["outcome"] in ("keep", "redact")]
    put("lineage", kept, LINEAGE)


def a_source(source: str = "news", **given: Any) -> SourceFacts:
    made: dict[str, Any] = {"name": source.title(), "kind": "crawl", "status": "approved", "licence": "CC-BY-4.0", "country": "CN"}
    return SourceFacts(source, **made | {"verdict": VerdictFacts(200, 1, "clear", "0.01", "2.75")} | given)


def facts(**given: Any) -> Facts:
    made: dict[str, Any] = {
        "corpus": "示例语料",
        "made_at": "2026-11-23T08:00:00Z",
        "made_by": "u1",
        "run": "run-1",
        "kernels": KERNELS,
        "sources": [a_source()],
    }
    return Facts(**made | given)


def a_sample(kind: str = "human", **given: Any) -> SampleFacts:
    made: dict[str, Any] = {
        "sample": f"s-{kind}", "of": "removed" if kind == "removed" else "kept", "status": "closed", "population": 10_000, "drawn": 4_000, "passed": 3_900, "failed": 100, "legal": True,
        "confident": True, "lower": "2.04", "upper": "3.03", "kappa": "0.8123", "double": 400, "closed_at": "2026-11-22T00:00:00Z",
    }  # fmt: skip
    return SampleFacts(kind=kind, **made | given)  # type: ignore[arg-type]  # a test gives the words as they are
