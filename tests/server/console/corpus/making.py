"""Training data to look at: sources, runs and samples in the real stores, as the stages of a run leave them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brightline.corpus.sampling import Plan
from brightline.store import CorpusRun, CorpusRuns, CorpusSamples, CorpusShard, NewItem, Store, StoredSample

FIGURES: dict[str, Any] = {
    "annotate": {
        "documents": 1200,
        "bytes": 3_400_000,
        "rejects": 4,
        "reject_reasons": {"not_json": 3, "not_utf8": 1},
        "not_inspected": 2,
        "kernels": {"personal": {"not_inspected": 2, "version": "7"}, "rights": {"not_inspected": 0, "version": "1"}},
    },
    "decide": {"documents": 1200, "keep": 1100, "redact": 60, "drop": 30, "quarantine": 10, "rules": {"personal.phone": 60}},
}


def make_run(store: Store, corpus: str = "town-news", *, workspace: str = "/nowhere", status: str = "done", shards: int = 4) -> CorpusRun:
    """A run whose stages were all recorded; of ``annotate`` the last shard was put aside."""
    runs = CorpusRuns(store.database)
    run = runs.begin(corpus=corpus, workspace=workspace, versions={"code": "1", "personal": "7"}, plan={"inputs": ["a.jsonl"]})
    manifest = runs.manifest(run.id)
    manifest.enter("annotate")
    rows = [CorpusShard(number, "done", "k" * 64, 1) for number in range(shards - 1)]
    manifest.record(
        "annotate", [*rows, CorpusShard(shards - 1, "quarantined", "k" * 64, 3, {"reason": "the worker was killed", "file": "a.jsonl"})]
    )
    for stage, figures in FIGURES.items():
        runs.note(run.id, stage, figures)
    if status != "running":
        runs.finish(run.id, status)
    return runs.get(run.id)


def make_sample(store: Store, run: CorpusRun, texts: Sequence[str], *, kind: str = "human", double: int = 0) -> StoredSample:
    """An open sample with these texts, in this order; the first ``double`` are looked at twice. ``kind`` source: of everything as it came."""
    strata = {"town-news": len(texts)}
    samples = CorpusSamples(store.database)
    pool: tuple[Any, Any] = {"removed": ("removed", "removed"), "source": ("human", "all")}.get(kind, (kind, "kept"))
    plan = Plan(*pool, strata, strata, {}, 0 if kind == "source" else 96, 0.95, double, number=samples.next_number(run.id, *pool))
    items = [
        NewItem(f"{number:032x}", "town-news", "town-news", number < double, f"a.jsonl:{number + 1}", text)
        for number, text in enumerate(texts)
    ]
    return samples.create(run=run.id, kind=pool[0], plan=plan.to_document(), items=items, by="test")
