"""Samples of a run: drawn from what was decided, with texts and places, and a tenth looked at again by other settings."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.sampling import Plan, derive_seed, verify_sample
from brightline.corpus.schema import FINDINGS
from brightline.corpus.sources import Register, Source
from brightline.curation import stages
from brightline.curation.plan import RunPlan
from brightline.curation.runs import Curation, Run
from brightline.curation.samples import draw_sample, population
from brightline.curation.technical import TechnicalTask
from brightline.store import CorpusSamples
from tests.curation.town import KERNELS

OWN = {"name": "n", "kind": "own", "status": "approved"}


@pytest.fixture
def decided(curation: Curation, town: Path) -> Run:
    for name in ("town-news", "street-forum"):
        Register(curation.store.database).save(Source.from_document({"id": name, **OWN}), by="tests")
    run = curation.begin(RunPlan("town", (str(town),), "", kernels=KERNELS, workers=-1), by="tests")
    with run.working("tests"):
        for stage in (stages.annotate, stages.cluster, stages.decide):
            stage(run)
    return run


def test_a_human_sample_is_of_what_stays_with_text_and_place(decided: Run) -> None:
    sample = draw_sample(decided, "human", by="tests")

    items = CorpusSamples(decided.curation.store.database).items(sample.id)
    assert len(items) == 3
    assert {item.lineage for item in items} == {"a.jsonl:1", "a.jsonl:2", "a.jsonl:3"}
    assert all(item.text and item.source in ("town-news", "street-forum") for item in items)


def test_people_see_what_is_put_out_and_of_what_was_removed_what_came(curation: Curation, town: Path) -> None:
    for name in ("town-news", "street-forum"):
        Register(curation.store.database).save(Source.from_document({"id": name, **OWN}), by="tests")
    run = curation.begin(RunPlan("town", (str(town),), "", kernels=("personal",), workers=-1), by="tests")
    with run.working("tests"):
        stages.annotate(run)
        stages.decide(run)

    shown = {}
    for kind in ("human", "removed"):
        sample = draw_sample(run, kind, by="tests")
        items = CorpusSamples(curation.store.database).items(sample.id)
        shown[kind] = {item.lineage: item.text for item in items}

    assert "[手机号码]" in shown["human"]["a.jsonl:3"]
    assert not any("13812345678" in text for text in shown["human"].values())
    assert "13812345678" in shown["removed"]["a.jsonl:3"]

    with run.working("tests"):
        stages.emit(run, style="mask")
    sample = draw_sample(run, "human", by="tests")
    (text,) = [item.text for item in CorpusSamples(curation.store.database).items(sample.id) if item.lineage == "a.jsonl:3"]
    emitted = run.workspace.read_bytes("clean/000000.jsonl").decode().splitlines()
    assert text in [json.loads(line)["text"] for line in emitted]


class _Numbers:
    """A kernel that holds a telephone number for as bad as can be."""

    name, version, schema = "numbers", "1", pa.schema([pa.field("findings", FINDINGS)])

    def annotate(self, documents: pa.Table) -> pa.Table:
        bad = {"rule": "number", "start": 0, "end": 1, "evidence_hash": "0" * 32, "score": 1.0, "validator": "goal"}
        rows = [[bad] if "13812345678" in text else [] for text in documents["text"].to_pylist()]
        return pa.table([pa.array(rows, FINDINGS)], schema=self.schema)


def numbers_kernel() -> _Numbers:
    return _Numbers()


def test_the_technical_sample_looks_at_what_is_put_out(curation: Curation, town: Path) -> None:
    Register(curation.store.database).save(Source.from_document({"id": "street-forum", **OWN}), by="tests")
    run = curation.begin(RunPlan("town", (str(town / "a.jsonl"),), "", kernels=("personal",), workers=-1), by="tests")
    with run.working("tests"):
        stages.annotate(run)
        stages.decide(run)

    spec = KernelSpec("tests.curation.test_samples:numbers_kernel")
    task = TechnicalTask(run.workspace, spec, run.plan.reading, "00" * 32, {"street-forum": 1 << 12}, stages.emission(run))
    outcome = task(run.shards[0])

    assert (outcome["inspected"], outcome["failed"]) == ({"street-forum": 1}, {})


def test_an_auditor_draws_the_same_sample_again(decided: Run) -> None:
    sample = draw_sample(decided, "removed", by="tests")
    samples = CorpusSamples(decided.curation.store.database)
    seed = derive_seed(decided.curation.key.sampling, decided.id, "removed", "removed")

    pairs = ((each.doc_id, each.stratum) for each in population(decided, "removed"))
    committed = samples.committed_seed(decided.id, "removed", "removed") or ""
    assert verify_sample(Plan.from_document(sample.plan), seed, committed, pairs, samples.doc_ids(sample.id)) == ()


def test_what_the_seed_of_a_closed_sample_tells_says_nothing_of_the_next(decided: Run) -> None:
    samples = CorpusSamples(decided.curation.store.database)
    drawn = [draw_sample(decided, kind, by="tests") for kind in ("human", "source", "human")]
    plans = [Plan.from_document(each.plan) for each in drawn]
    assert [(plan.population, plan.number) for plan in plans] == [("kept", 1), ("all", 1), ("kept", 2)]
    committed = [samples.committed_seed(decided.id, plan.kind, plan.population, plan.number) for plan in plans]
    assert len(set(committed)) == 3
    drawn_by = [event.detail["commitment"] for event in decided.curation.store.audit.events(kind="corpus.sample_drawn")]
    assert sorted(drawn_by) == sorted(str(each) for each in committed)
    for plan, sample in zip(plans, drawn, strict=True):
        seed = derive_seed(decided.curation.key.sampling, decided.id, plan.kind, plan.population, plan.number)
        pairs = ((each.doc_id, each.stratum) for each in population(decided, "source" if plan.population == "all" else "human"))
        committed_seed = samples.committed_seed(decided.id, plan.kind, plan.population, plan.number) or ""
        assert verify_sample(plan, seed, committed_seed, pairs, samples.doc_ids(sample.id)) == ()


def test_after_the_last_committed_seed_there_is_no_sample(decided: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightline.curation.samples.COMMITTED", 1)
    draw_sample(decided, "human", by="tests")
    with pytest.raises(CorpusError, match="BL-CORPUS-053"):
        draw_sample(decided, "human", by="tests")


def test_what_was_removed_is_told_apart_by_outcome_and_rule(decided: Run) -> None:
    strata = {each.stratum.split()[0] for each in population(decided, "removed")}

    assert strata == {"drop", "quarantine"}


def test_a_text_that_nobody_could_read_at_once_is_cut_and_says_so(curation: Curation, tmp_path: Path) -> None:
    (tmp_path / "long.jsonl").write_text(json.dumps({"text": "长" * 120_000}, ensure_ascii=False) + "\n", "utf-8")
    run = curation.begin(RunPlan("long", (str(tmp_path / "long.jsonl"),), "", kernels=("exact",), workers=-1), by="tests")
    with run.working("tests"):
        stages.annotate(run)

    sample = draw_sample(run, "source", by="tests")

    (item,) = CorpusSamples(curation.store.database).items(sample.id)
    assert item.text.endswith("[… 20000 …]")
    assert len(item.text) < 100_100


def test_nothing_is_drawn_from_the_decisions_of_the_run_before(decided: Run, town: Path) -> None:
    (town / "a.jsonl").write_text('{"text": "another", "source": "town-news"}\n', "utf-8")
    run = decided.curation.begin(decided.plan, by="tests")
    with run.working("tests"):
        stages.annotate(run)

    for kind in ("human", "technical", "removed"):
        with pytest.raises(CorpusError, match="BL-CORPUS-093"):
            draw_sample(run, kind, by="tests")


def test_nothing_is_drawn_from_decisions_before_there_are_any(curation: Curation, town: Path) -> None:
    run = curation.begin(RunPlan("town", (str(town),), "", kernels=("exact",), workers=-1), by="tests")

    with pytest.raises(CorpusError, match="BL-CORPUS-093"):
        draw_sample(run, "human", by="tests")


def test_a_sample_with_a_size_of_its_own_is_refused_where_the_statement_has_one(decided: Run) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-094"):
        draw_sample(decided, "removed", size=3, by="tests")


def test_a_technical_sample_is_closed_when_it_was_looked_at_again(decided: Run) -> None:
    sample = draw_sample(decided, "technical", by="tests")

    assert sample.status == "closed"
    assert sample.outcome["size"] >= 1
    assert sample.outcome["failures"] == 0
    assert sample.outcome["legal"]["rule"] == "SEC-D8"
