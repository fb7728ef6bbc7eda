"""The technical sample (SEC-D8): a tenth of what is kept is inspected again, by other settings than the inspection's own.

The inspection reads the base and skip lanes and looks for goals; here every lane is read (homophones, split characters, symbols …) and
the linear models judge besides. Texts are looked at as they are put out, with personal data covered. A document fails where something
illegal is found that would have dropped it. The work is a stage like any other: over shards, resumable, on this machine or a cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from brightline.corpus.annotating import annotate_batch
from brightline.corpus.emitting.task import EmitTask
from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import Kernel, KernelSpec
from brightline.corpus.reading import read_shard
from brightline.corpus.sampling import Plan, TechnicalTally, commitment, record_technical
from brightline.corpus.sampling.cut import Cut, cut_for
from brightline.corpus.sampling.technical import KEPT_FAILURES
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace
from brightline.curation.places import place_of
from brightline.curation.plan import KERNELS
from brightline.curation.runs import Run
from brightline.curation.stages import emission, options_of, run_over
from brightline.store import NewItem, StoredSample

__all__ = ["FAILS_FROM", "TechnicalTask", "look_again"]

FAILS_FROM = 0.8
"""Score from which illegal content drops a document (the shipped policy, ``corpus.deciding``)."""

_KEPT = ("keep", "redact")


def look_again(run: Run, plan: Plan, seed: bytes, population: Iterable[tuple[str, str]], *, by: str) -> StoredSample:
    """Draw by a cut, inspect again, and keep the closed sample. Raises ``CorpusError`` BL-CORPUS-095 where shards could not be read again."""
    spec = KernelSpec(KERNELS["illegal"], {"key_hex": run.curation.key.evidence, "lanes": "all", "models": True})
    covering = emission(run, **options_of(run, "emit"))
    task = TechnicalTask(run.workspace, spec, run.plan.reading, seed.hex(), cut_for(plan, seed, population).to_document(), covering)
    with run.working(by):
        outcome = run_over(run, task, lambda _: None)
    if outcome.quarantined:
        number, reason = next(iter(outcome.quarantined.items()))
        message = f"{len(outcome.quarantined)} shards could not be inspected again; shard {number}: {reason}"
        raise CorpusError("BL-CORPUS-095", message, "a sample with holes proves nothing: cure the reason and draw again")
    tally = TechnicalTally()
    for shard in run.curation.runs.shards(run.id, task.stage, status="done"):
        tally.merge(_tally_of(shard.outcome))
    database, tenant = run.curation.store.database, run.curation.settings.tenant
    return record_technical(database, run=run.id, plan=plan, tally=tally, seed=seed, by=by, commitment=commitment(seed), tenant=tenant)


@dataclass(frozen=True, slots=True)
class TechnicalTask:
    """One shard of it. ``below``: the cut, by stratum; ``spec``: the kernel that looks again; ``covering``: what covers the texts."""

    workspace: Workspace
    spec: KernelSpec
    reading: ReadOptions
    seed_hex: str
    below: Mapping[str, int]
    covering: EmitTask

    @property
    def stage(self) -> str:
        return "technical"

    @property
    def versions(self) -> Mapping[str, str]:
        """Another kernel, seed or cut is another look."""
        return {
            "illegal": _loaded(self.spec).version,
            "seed": commitment(bytes.fromhex(self.seed_hex)),
            "cut": repr(sorted(self.below.items())),
            "covering": repr(sorted(self.covering.versions.items())),
        }

    def __call__(self, shard: Shard) -> dict[str, object]:
        """What the drawn documents of a shard come to."""
        tally, cut, seed = TechnicalTally(), Cut(self.below), bytes.fromhex(self.seed_hex)
        kernel = _loaded(self.spec)
        name = f"decisions/{shard.name}.parquet"
        columns = ["doc_id", "source_id", "outcome"]
        decided = self.workspace.read_table(name, columns).to_pylist() if self.workspace.exists(name) else []
        drawn = {
            row["doc_id"]: row["outcome"]
            for row in decided
            if row["outcome"] in _KEPT and cut.draws(seed, row["doc_id"], row["source_id"] or "")
        }
        covered = dict(self.covering.covered(shard, {doc_id for doc_id, outcome in drawn.items() if outcome == "redact"}))
        failures: Counter[str] = Counter()
        for batch in read_shard(shard, self.reading):
            documents = _put_out(batch.documents, drawn, covered)
            found = annotate_batch(kernel, documents, failures).column("findings").to_pylist()
            for row, findings in zip(documents.to_pylist(), found, strict=True):
                stratum = row["source_id"] or ""
                item = NewItem(row["doc_id"], stratum, stratum, False, place_of(row), "")
                tally.add(item, _broken(findings))
        return {
            "documents": sum(tally.inspected.values()),
            "inspected": dict(tally.inspected),
            "failed": dict(tally.failed),
            "rules": dict(tally.rules),
            "kept": [[list(item), list(rules)] for item, rules in tally.kept[:KEPT_FAILURES]],
            "failures": dict(failures),
        }


_kernels: dict[str, Kernel] = {}


def _loaded(spec: KernelSpec) -> Kernel:
    """The kernel, loaded once in a process: its models take seconds."""
    if spec.digest not in _kernels:
        _kernels[spec.digest] = spec.load()
    return _kernels[spec.digest]


def _put_out(documents: pa.Table, drawn: Collection[str], covered: Mapping[str, str]) -> pa.Table:
    """The drawn documents, with their texts as they are put out."""
    ids = documents["doc_id"].to_pylist()
    documents = documents.filter(pa.array([doc_id in drawn for doc_id in ids], pa.bool_()))
    raw = zip(documents["doc_id"].to_pylist(), documents["text"].to_pylist(), strict=True)
    texts = pa.array([covered.get(doc_id, text) for doc_id, text in raw], pa.large_string())
    return documents.set_column(documents.schema.get_field_index("text"), documents.schema.field("text"), texts)


def _broken(findings: list[dict[str, Any]] | None) -> list[str]:
    """The rules that a document breaks. What could not be inspected again passes nowhere."""
    if findings is None:
        return ["illegal"]
    return [each["rule"] for each in findings if each["score"] >= FAILS_FROM and not each["validator"].startswith("excused")]


def _tally_of(outcome: Mapping[str, Any]) -> TechnicalTally:
    kept = [(NewItem(*item), tuple(rules)) for item, rules in outcome["kept"]]
    return TechnicalTally(Counter(outcome["inspected"]), Counter(outcome["failed"]), Counter(outcome["rules"]), kept)
