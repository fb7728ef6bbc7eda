"""What happens between the stages of a run: rules that change, shards that are put aside, files that vanish, work that is half done."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.deciding.task import DecideTask
from brightline.corpus.errors import CorpusError
from brightline.corpus.shard import Shard
from brightline.corpus.sources import Register, Source
from brightline.curation import stages
from brightline.curation.plan import RunPlan
from brightline.curation.reporting import report_of
from brightline.curation.runs import Curation, Run
from brightline.errors import DataError
from tests.curation.town import KERNELS


@pytest.fixture
def run(curation: Curation, town: Path) -> Run:
    for name in ("town-news", "street-forum"):
        source = Source.from_document({"id": name, "name": "n", "kind": "own", "status": "approved"})
        Register(curation.store.database).save(source, by="tests")
    return curation.begin(_plan(town), by="tests")


def _plan(town: Path) -> RunPlan:
    return RunPlan("town", (str(town),), "", kernels=KERNELS, workers=-1)


def _inspected_and_decided(run: Run) -> None:
    with run.working("tests"):
        for stage in (stages.annotate, stages.cluster, stages.decide):
            stage(run)


def _lose_second_file(town: Path) -> None:
    """After planning, so that its shard is put aside."""
    (town / "b.jsonl").unlink()


def _clean(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "clean").iterdir())


def test_a_corpus_with_a_shard_put_aside_is_decided_and_emitted_and_says_what_is_missing(run: Run, town: Path, tmp_path: Path) -> None:
    _lose_second_file(town)

    _inspected_and_decided(run)
    decided = run.refresh().figures["decide"]
    with run.working("tests"):
        emitted = stages.emit(run, out=str(tmp_path / "out"))

    assert (decided["documents"], decided["left_out"]) == (4, 1)
    assert emitted["left_out"] == 1
    assert _clean(tmp_path / "out") == ["000000.jsonl", "000002.jsonl"]


def test_what_an_earlier_run_left_of_a_shard_is_not_taken_for_this_runs(run: Run, curation: Curation, town: Path, tmp_path: Path) -> None:
    _inspected_and_decided(run)
    with run.working("tests"):
        stages.emit(run, out=str(tmp_path / "out"))
    later = curation.begin(_plan(town), by="tests")
    later.shards[1] = replace(later.shards[1], etag="of a file that changed while the run went on")

    _inspected_and_decided(later)
    with later.working("tests"):
        emitted = stages.emit(later, out=str(tmp_path / "out"))

    assert not [name for name in later.workspace.names() if "000001" in name]
    assert emitted["left_out"] == 1
    assert _clean(tmp_path / "out") == ["000000.jsonl", "000002.jsonl"]


def test_a_shard_that_comes_back_is_decided_and_emitted(run: Run, town: Path) -> None:
    content = (town / "b.jsonl").read_bytes()
    planned = run.shards[1]
    _lose_second_file(town)
    _inspected_and_decided(run)
    (town / "b.jsonl").write_bytes(content)
    changed = (town / "b.jsonl").stat()
    run.shards[1] = replace(planned, etag=f"{changed.st_size}-{changed.st_mtime_ns}")

    _inspected_and_decided(run)

    assert run.refresh().figures["decide"]["documents"] == 6
    assert run.refresh().figures["decide"]["left_out"] == 0


def test_a_cleaned_file_that_vanished_is_written_again(run: Run, tmp_path: Path) -> None:
    _inspected_and_decided(run)
    with run.working("tests"):
        stages.emit(run, out=str(tmp_path / "out"))
    before = (tmp_path / "out" / "clean" / "000000.jsonl").read_bytes()
    (tmp_path / "out" / "clean" / "000000.jsonl").unlink()

    with run.working("tests"):
        assert stages.emit(run, out=str(tmp_path / "out"))["shards_redone"] == 1

    assert (tmp_path / "out" / "clean" / "000000.jsonl").read_bytes() == before


@pytest.mark.parametrize("elsewhere", [True, False])
def test_no_file_of_a_larger_corpus_before_stays_among_the_cleaned_ones(
    elsewhere: bool, run: Run, curation: Curation, town: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "out") if elsewhere else ""
    _inspected_and_decided(run)
    with run.working("tests"):
        stages.emit(run, out=out)
    (town / "b.jsonl").unlink()
    (town / "c.jsonl").rename(town / "b.json")  # the second shard is in another format now, and there is no third
    (tmp_path / "notes.txt").write_text("not ours", "utf-8")

    later = curation.begin(_plan(town), by="tests")
    _inspected_and_decided(later)
    with later.working("tests"):
        stages.emit(later, out=out)

    target = Path(out or later.workspace.uri)
    assert _clean(target) == ["000000.jsonl", "000001.jsonl"]
    assert later.refresh().figures["decide"]["rules"] == _rules_of(later)


def _rules_of(run: Run) -> dict[str, int]:
    counted: dict[str, int] = {}
    for shard in run.shards:
        for rules in run.workspace.read_table(f"decisions/{shard.name}.parquet", ["rules"])["rules"].to_pylist():
            for rule in rules:
                counted[rule] = counted.get(rule, 0) + 1
    return dict(sorted(counted.items()))


def test_a_new_run_emits_nothing_on_the_decisions_of_the_one_before(run: Run, curation: Curation, town: Path) -> None:
    _inspected_and_decided(run)
    later = curation.begin(_plan(town), by="tests")
    with later.working("tests"):
        stages.annotate(later)
        with pytest.raises(CorpusError, match="BL-CORPUS-093"):
            stages.emit(later)


def test_nothing_is_decided_while_documents_wait_to_be_inspected(curation: Curation, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = curation.begin(replace(_plan(town), kernels=("exact",)), by="tests")
    annotate = AnnotateTask.__call__

    def interrupted(task: AnnotateTask, shard: Shard) -> object:
        if shard.number == 1:
            raise KeyboardInterrupt
        return annotate(task, shard)

    monkeypatch.setattr(AnnotateTask, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt), run.working("tests"):
        stages.annotate(run)
    monkeypatch.undo()

    with run.working("tests"):
        with pytest.raises(CorpusError, match="BL-CORPUS-097"):
            stages.decide(run)
        stages.annotate(run)
        assert stages.decide(run)["documents"] == 6


def test_no_report_tells_the_decisions_of_an_earlier_run(run: Run, curation: Curation, town: Path) -> None:
    _inspected_and_decided(run)
    later = curation.begin(_plan(town), by="tests")
    with later.working("tests"):
        stages.annotate(later)

    with pytest.raises(CorpusError, match="BL-CORPUS-093"):
        report_of(later, by="tests")


def test_nothing_is_emitted_while_decisions_are_half_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _inspected_and_decided(run)
    Register(run.curation.store.database).set_status("town-news", "suspended", reason="a doubt", by="tests")
    decide = DecideTask.__call__

    def interrupted(task: DecideTask, shard: Shard) -> object:
        if shard.number == 1:
            raise KeyboardInterrupt
        return decide(task, shard)

    monkeypatch.setattr(DecideTask, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt), run.working("tests"):
        stages.decide(run)
    monkeypatch.undo()

    with run.working("tests"), pytest.raises(CorpusError, match="BL-CORPUS-093"):
        stages.emit(run)


def test_a_policy_that_changed_after_the_decisions_has_to_decide_first(run: Run, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "- {rule: quality, outcome: drop, grounds: [QL25-1.3b], reason: {zh: '质量不足（{rules}）', en: 'poor ({rules})'}}\n", "utf-8"
    )
    _inspected_and_decided(run)
    run.workspace.write_bytes("policy.yaml", policy.read_bytes())

    with run.working("tests"):
        with pytest.raises(CorpusError, match="BL-CORPUS-093"):
            stages.emit(run)
        stages.decide(run)
        stages.emit(run)


def test_a_policy_that_cannot_be_used_leaves_the_decisions_that_there_are(run: Run, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("- {rule: personal, outcome: perhaps}\n", "utf-8")
    _inspected_and_decided(run)
    with run.working("tests"):
        with pytest.raises(DataError):
            stages.decide(run, policy=policy)
        assert stages.emit(run)["documents"]


def test_findings_that_changed_are_covered_although_the_decisions_stayed_the_same(curation: Curation, tmp_path: Path) -> None:
    """A longer word in the library: the document is redacted as before, for the same rule, and more of it has to be covered."""
    (tmp_path / "one.jsonl").write_text(json.dumps({"source": "own", "text": "图书馆员的秘密"}, ensure_ascii=False) + "\n", "utf-8")
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "- {rule: keywords, outcome: redact, grounds: [SEC-K1], reason: {zh: '词库（{rules}）', en: 'listed ({rules})'}}\n", "utf-8"
    )
    Register(curation.store.database).save(
        Source.from_document({"id": "own", "name": "n", "kind": "own", "status": "approved"}), by="tests"
    )
    emitted = []
    for word in ("图书馆", "图书馆员"):
        library = tmp_path / "words.txt"
        library.write_text(f"{word}\n", "utf-8")
        plan = RunPlan("one", (str(tmp_path / "one.jsonl"),), "", kernels=("exact",), workers=-1)
        run = curation.begin(plan, keywords=library, by="tests")
        with run.working("tests"):
            stages.annotate(run)
            stages.decide(run, policy=policy)
            stages.emit(run)
        emitted.append(json.loads(run.workspace.read_bytes("clean/000000.jsonl"))["text"])

    assert emitted[0].endswith("员的秘密")
    assert emitted[1].endswith("]的秘密")
    assert "员" not in emitted[1].removesuffix("的秘密")


def test_an_emission_is_gone_on_with_as_it_was_begun(run: Run, tmp_path: Path) -> None:
    _inspected_and_decided(run)
    with run.working("tests"):
        stages.emit(run, out=str(tmp_path / "out"), style="mask", language="en")

    assert stages.options_of(run.curation.find("town"), "emit") == {"out": str(tmp_path / "out"), "style": "mask", "language": "en"}


def test_a_document_without_a_text_is_looked_at_and_not_missing(curation: Curation, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text('{"source": "own", "text": ""}\n', "utf-8")
    run = curation.begin(RunPlan("empty", (str(tmp_path / "empty.jsonl"),), "", kernels=KERNELS, workers=-1), by="tests")
    with run.working("tests"):
        assert stages.annotate(run)["not_inspected"] == 0


def test_files_of_others_among_the_cleaned_ones_are_left_alone(curation: Curation, town: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "out" / "clean" / "202401.jsonl"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("precious", "utf-8")
    run = curation.begin(_plan(town), by="tests")
    _inspected_and_decided(run)

    for _again in range(2):
        with run.working("tests"):
            stages.emit(run, out=str(tmp_path / "out"))

    assert theirs.read_text("utf-8") == "precious"


def test_two_corpora_are_not_put_out_into_one_folder(curation: Curation, town: Path, tmp_path: Path) -> None:
    for name in ("town", "village"):
        run = curation.begin(replace(_plan(town), corpus=name), by="tests")
        _inspected_and_decided(run)
        with run.working("tests"):
            if name == "village":
                with pytest.raises(CorpusError, match=r"BL-CORPUS-101.*town"):
                    stages.emit(run, out=str(tmp_path / "out"))
            else:
                stages.emit(run, out=str(tmp_path / "out"))


def test_nothing_is_put_out_among_the_inputs(curation: Curation, town: Path) -> None:
    run = curation.begin(_plan(town), by="tests")
    _inspected_and_decided(run)

    with run.working("tests"), pytest.raises(CorpusError, match="BL-CORPUS-004"):
        stages.emit(run, out=str(town))

    assert not (town / "clean").exists()
