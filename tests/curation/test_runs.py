"""Runs of a corpus: begun, worked on, interrupted, gone on with, and followed by others that take over what still holds."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import COMMITTED, POOLS, commitment, derive_seed
from brightline.curation import stages
from brightline.curation.plan import RunPlan
from brightline.curation.runs import Curation, Run
from brightline.errors import BrightlineError, NotFound
from brightline.store import CorpusSamples
from tests.curation.town import KERNELS


def _plan(town: Path) -> RunPlan:
    return RunPlan("town", (str(town),), "", kernels=KERNELS, workers=-1)


def _annotated(curation: Curation, plan: RunPlan) -> tuple[Run, dict[str, object]]:
    run = curation.begin(plan, by="tests")
    with run.working("tests"):
        return run, stages.annotate(run)


def test_a_run_is_begun_in_its_corpus_own_place_and_can_be_found_by_name_and_id(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")

    assert run.plan.workspace.endswith("/corpora/town")
    assert curation.find("town").id == curation.find(run.id).id == run.id
    assert [shard.file for shard in curation.find("town").shards] == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_a_run_whose_tables_are_a_later_runs_is_not_gone_on_with(curation: Curation, town: Path) -> None:
    first, second = (curation.begin(_plan(town), by="tests") for _ in range(2))

    assert curation.find(second.id).id == second.id
    with pytest.raises(NotFound, match="BL-CORPUS-036"):
        curation.find("")
    with pytest.raises(CorpusError, match=f"BL-CORPUS-100.*{second.id}"):
        curation.find(first.id)


def test_a_workspace_that_is_gone_is_said_to_be_gone(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")
    shutil.rmtree(run.plan.workspace)

    with pytest.raises(CorpusError, match=r"BL-CORPUS-100.*is gone"):
        curation.find("town")


def test_names_that_differ_in_signs_only_have_places_of_their_own(curation: Curation) -> None:
    assert len({curation.workspace_of(name) for name in ("a b", "a/b", "a-b", "../a-b", "甲", "甲 ")}) == 6
    assert all("/corpora/" in curation.workspace_of(name) and ".." not in curation.workspace_of(name) for name in ("../a", "..", "a/../b"))


def test_a_workspace_among_the_inputs_is_refused_and_nothing_there_is_touched(curation: Curation, town: Path) -> None:
    (town / "20240101.jsonl").write_text('{"text": "a day of ours"}\n', "utf-8")
    before = {path: path.read_bytes() for path in town.iterdir()}

    for workspace in (town, town / "workspace"):
        with pytest.raises(CorpusError, match="BL-CORPUS-004"):
            curation.begin(replace(_plan(town), workspace=str(workspace)), by="tests")
    with pytest.raises(CorpusError, match="BL-CORPUS-004"):
        curation.begin(replace(_plan(town), inputs=(f"{town}/*.jsonl",), workspace=str(town)), by="tests")

    assert {path: path.read_bytes() for path in town.iterdir()} == before
    assert curation.begin(replace(_plan(town), workspace=str(town / ".hidden")), by="tests")


def test_files_of_others_in_a_workspace_are_left_alone(curation: Curation, town: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "20240101.jsonl").write_text("precious", "utf-8")

    curation.begin(replace(_plan(town), workspace=str(workspace)), by="tests")

    assert (workspace / "20240101.jsonl").read_text("utf-8") == "precious"


def test_a_workspace_is_found_from_everywhere(curation: Curation, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = curation.begin(replace(_plan(town), workspace="here"), by="tests")
    monkeypatch.chdir("/")

    assert curation.find("town").workspace.uri == run.workspace.uri == str(tmp_path / "here")


def test_what_is_not_there_is_an_error_and_begins_nothing(curation: Curation, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-001"):
        curation.begin(RunPlan("town", (str(tmp_path / "nowhere"),), ""), by="tests")
    with pytest.raises(NotFound, match="BL-CORPUS-036"):
        curation.find("town")


def test_every_document_and_every_bad_line_is_counted(curation: Curation, town: Path) -> None:
    run, figures = _annotated(curation, _plan(town))

    assert (figures["documents"], figures["rejects"], figures["not_inspected"], figures["shards"]) == (6, 1, 0, 3)
    assert run.record.status == "done"
    assert run.workspace.exists("figures/annotate.json")


def test_the_next_run_takes_over_what_still_holds(curation: Curation, town: Path) -> None:
    _annotated(curation, _plan(town))

    _, again = _annotated(curation, _plan(town))

    assert (again["shards"], again["shards_redone"], again["documents"]) == (3, 0, 6)


def test_a_file_that_is_gone_takes_its_tables_with_it(curation: Curation, town: Path) -> None:
    first, _ = _annotated(curation, _plan(town))
    (town / "c.jsonl").unlink()

    second, figures = _annotated(curation, _plan(town))

    assert figures["documents"] == 5
    assert first.workspace == second.workspace
    assert not [name for name in second.workspace.names() if "000002" in name]


def test_an_interruption_is_recorded_and_can_be_gone_on_with(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")
    with pytest.raises(KeyboardInterrupt), run.working("tests"):
        raise KeyboardInterrupt
    assert run.record.status == "interrupted"

    with run.working("tests"):
        assert stages.annotate(run)["documents"] == 6
    assert run.record.status == "done"


def test_a_run_that_failed_says_so(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")
    with pytest.raises(CorpusError), run.working("tests"):
        raise CorpusError("BL-CORPUS-000", "something")

    assert run.record.status == "failed"


def test_two_at_work_in_one_workspace_are_refused(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")

    with run.working("tests"), pytest.raises(BrightlineError, match="BL-CORPUS-035"):
        curation.begin(_plan(town), by="tests")


def test_seeds_are_committed_to_before_anything_is_read(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")

    samples = CorpusSamples(curation.store.database)
    committed = set()
    for kind, population in POOLS:
        for number in (1, COMMITTED):
            seed = derive_seed(curation.key.sampling, run.id, kind, population, number)
            assert samples.committed_seed(run.id, kind, population, number) == commitment(seed)
            committed.add(commitment(seed))
    assert len(committed) == 2 * len(POOLS)


def test_begin_and_end_of_a_run_are_in_the_ledger(curation: Curation, town: Path) -> None:
    run, _ = _annotated(curation, _plan(town))

    kinds = [event.kind for event in curation.store.audit.events(subject=run.id)]
    assert kinds.count("corpus.run_begun") == kinds.count("corpus.run_ended") == 1


def test_a_library_of_keywords_is_kept_with_the_run(curation: Curation, town: Path, tmp_path: Path) -> None:
    library = tmp_path / "words.txt"
    library.write_text("图书馆\n", "utf-8")

    run = curation.begin(replace(_plan(town), kernels=("exact",)), keywords=library, by="tests")

    assert run.plan.kernels == ("exact", "keywords")
    library.unlink()  # the run does not need it any more
    with run.working("tests"):
        stages.annotate(run)
    findings = run.workspace.read_table("annotations/keywords/000000.parquet").column("findings").to_pylist()
    assert [[each["rule"] for each in row] for row in findings] == [["keywords.listed"], [], []]


def test_copies_are_found_over_files(curation: Curation, town: Path) -> None:
    run, _ = _annotated(curation, _plan(town))

    figures = stages.cluster(run)

    assert (figures["clusters"], figures["exact"], figures["near"]) == (1, 1, 1)
