"""Annotating: every row gets an answer or a null that is counted; what has not changed is not looked at again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from brightline.corpus.annotating import AnnotateTask, annotate_batch, annotate_figures, kernel_versions
from brightline.corpus.engine import run_stage
from brightline.corpus.errors import CorpusError, RunError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.schema import DOCUMENTS, REJECTS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRuns, RunManifest, Store


def spec(**options: str) -> KernelSpec:
    return KernelSpec("tests.corpus.engine.work:length_kernel", options)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(str(tmp_path / "workspace"))


@pytest.fixture
def shards(tmp_path: Path) -> list[Shard]:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(2):
        lines = [json.dumps({"id": row % 8, "text": f"text {row} of {number}"}) for row in range(10)]
        (folder / f"{number}.jsonl").write_text("\n".join([*lines, "{broken"]))
    return plan_shards([str(folder)])


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[CorpusRuns]:
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    yield CorpusRuns(store.database)
    store.close()


@pytest.fixture
def manifest(runs: CorpusRuns, workspace: Workspace) -> RunManifest:
    return runs.manifest(runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={}).id)


def lengths(workspace: Workspace, shard: Shard, kernel: str = "length") -> list[int | None]:
    return workspace.read_table(f"annotations/{kernel}/{shard.name}.parquet")["length"].to_pylist()


def test_a_shard_gives_documents_rejects_and_a_table_for_each_kernel(workspace: Workspace, shards: list[Shard]) -> None:
    outcome = AnnotateTask(workspace, (spec(), spec(name="other")))(shards[0])

    documents = workspace.read_table("documents/000000.parquet")
    assert documents.schema.equals(DOCUMENTS)
    assert documents["chars"].to_pylist() == [len(f"text {row} of 0") for row in range(10)]
    rejects = workspace.read_table("rejects/000000.parquet")
    assert rejects.schema.equals(REJECTS)
    assert rejects["reason"].to_pylist() == ["not_json"]
    for kernel in ("length", "other"):
        table = workspace.read_table(f"annotations/{kernel}/000000.parquet")
        assert table["doc_id"].to_pylist() == documents["doc_id"].to_pylist()
        assert table["length"].to_pylist() == documents["chars"].to_pylist()
    assert outcome["outputs"] == {name: workspace.sha256(name) for name in workspace.names()}
    assert (outcome["documents"], outcome["rejects"], outcome["reject_reasons"]) == (10, 1, {"not_json": 1})


def test_no_word_of_the_text_is_stored(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "unmistakable", "url": ""}) + "\n{unmistakable\n" + '["unmistakable"]\n')
    (shard,) = plan_shards([str(tmp_path / "a.jsonl")])
    AnnotateTask(workspace, (spec(),))(shard)

    for name in workspace.names():
        for column in workspace.read_table(name).to_pydict().values():
            assert not any("unmistakable" in str(value) for value in column)


def test_a_row_on_which_a_kernel_fails_is_null_and_counted_and_its_neighbours_are_not(workspace: Workspace, shards: list[Shard]) -> None:
    outcome = AnnotateTask(workspace, (spec(fails_on="text 3"), spec(name="other")))(shards[0])

    assert [row for row, length in enumerate(lengths(workspace, shards[0])) if length is None] == [3]
    assert None not in lengths(workspace, shards[0], "other")
    assert outcome["not_inspected"] == 1
    kernels = outcome["kernels"]
    assert isinstance(kernels, dict)
    assert kernels["length"] == {"version": "1", "not_inspected": 1, "failures": {"ValueError: cannot count this": 1}}
    assert kernels["other"]["not_inspected"] == 0


@pytest.mark.parametrize("text", ["张三 13812345678", 'it\'s "somebody" at home', "a\\'b 'c"])
def test_what_a_kernel_stumbles_over_is_not_written_down(text: str) -> None:
    failures: Counter[str] = Counter()

    class Quoting:
        name, version, schema = "quoting", "1", pa.schema([pa.field("number", pa.int64())])

        def annotate(self, documents: pa.Table) -> pa.Table:
            raise ValueError(f"invalid literal: {documents['text'][0].as_py()!r}")

    found = annotate_batch(Quoting(), pa.table({"text": [text]}), failures)

    assert (found["number"].to_pylist(), dict(failures)) == ([None], {"ValueError: invalid literal: …": 1})


def test_a_kernel_that_kills_its_process_costs_one_shard(workspace: Workspace, shards: list[Shard], manifest: RunManifest) -> None:
    outcome = run_stage(AnnotateTask(workspace, (spec(dies_on="text 3 of 1"),)), shards, manifest, workers=1)

    assert (outcome.done, list(outcome.quarantined)) == (1, [1])
    figures = annotate_figures(manifest.recorded("annotate"))
    assert (figures["shards_done"], figures["shards_quarantined"], figures["documents"]) == (1, 1, 10)
    assert "signal 9" in figures["quarantined"]["000001"]
    assert figures["reject_reasons"] == {"not_json": 1}


def test_a_new_kernel_costs_its_own_work_only(workspace: Workspace, shards: list[Shard], manifest: RunManifest, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run_stage(AnnotateTask(workspace, (spec(log=str(log)),)), shards, manifest, workers=-1)
    before = {name: workspace.sha256(name) for name in workspace.names()}

    outcome = run_stage(AnnotateTask(workspace, (spec(log=str(log)), spec(name="new", log=str(log)))), shards, manifest, workers=-1)

    assert outcome.redone == 2
    assert log.read_text().splitlines() == ["length 10"] * 2 + ["new 10"] * 2
    after = {name: workspace.sha256(name) for name in workspace.names()}
    assert set(after) - set(before) == {"annotations/new/000000.parquet", "annotations/new/000001.parquet"}
    assert {name: after[name] for name in before} == before
    assert outcome.counts["documents"] == 20


def test_a_kernel_of_another_version_costs_its_own_work_only(
    workspace: Workspace, shards: list[Shard], manifest: RunManifest, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    kernels = (spec(log=str(log)), spec(name="other", log=str(log)))
    run_stage(AnnotateTask(workspace, kernels), shards, manifest, workers=-1)
    log.write_text("")

    run_stage(AnnotateTask(workspace, (spec(version="2", log=str(log)), kernels[1])), shards, manifest, workers=-1)

    assert log.read_text().splitlines() == ["length 10"] * 2


def test_a_shard_of_another_content_is_annotated_whole(
    workspace: Workspace, shards: list[Shard], manifest: RunManifest, tmp_path: Path
) -> None:
    run_stage(AnnotateTask(workspace, (spec(),)), shards, manifest, workers=-1)
    Path(shards[0].uri).write_text('{"text": "only this"}\n')
    planned = plan_shards([str(Path(shards[0].uri).parent)])

    outcome = run_stage(AnnotateTask(workspace, (spec(),)), planned, manifest, workers=-1)

    assert outcome.redone == 1
    assert lengths(workspace, planned[0]) == [9]
    assert workspace.read_table("documents/000000.parquet").num_rows == 1
    assert outcome.counts["documents"] == 11


def test_a_new_kernel_sees_the_content_that_the_others_saw(workspace: Workspace, shards: list[Shard], manifest: RunManifest) -> None:
    """The file has another content but, by whatever accident, the size and the time that were planned."""
    run_stage(AnnotateTask(workspace, (spec(),)), shards, manifest, workers=-1)
    path = Path(shards[0].uri)
    stat = path.stat()
    path.write_text(path.read_text().replace("text 3", "TEXT 3"))
    import os

    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    run_stage(AnnotateTask(workspace, (spec(), spec(name="new"))), shards, manifest, workers=-1)

    ids = [workspace.read_table(f"{folder}/000000.parquet")["doc_id"].to_pylist() for folder in ("documents", "annotations/new")]
    assert ids[0] == ids[1]


def test_a_corpus_that_is_cut_otherwise_is_annotated_anew(workspace: Workspace, manifest: RunManifest, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": f"text {number}"}) + "\n" for number in range(100)))
    run_stage(AnnotateTask(workspace, (spec(),)), plan_shards([str(path)], 700), manifest, workers=-1)

    planned = plan_shards([str(path)], 400)
    outcome = run_stage(AnnotateTask(workspace, (spec(),)), planned, manifest, workers=-1)

    ids = [name for shard in planned for name in workspace.read_table(f"documents/{shard.name}.parquet")["doc_id"].to_pylist()]
    assert (len(ids), len(set(ids)), outcome.counts["documents"]) == (100, 100, 100)


@pytest.mark.parametrize(
    "options",
    [ReadOptions(text=("id",)), ReadOptions(source="own"), ReadOptions(sources_by_file={"0*": "own"}), ReadOptions(most_line_bytes=5)],
)
def test_a_corpus_that_is_read_otherwise_is_annotated_anew(
    workspace: Workspace, shards: list[Shard], manifest: RunManifest, options: ReadOptions
) -> None:
    run_stage(AnnotateTask(workspace, (spec(),)), shards, manifest, workers=-1)

    outcome = run_stage(AnnotateTask(workspace, (spec(),), options), shards, manifest, workers=-1)

    assert outcome.redone == 2
    documents = workspace.read_table("documents/000000.parquet")
    assert documents.num_rows == (10 if options.source or options.sources_by_file else 0)
    assert set(documents["source_id"].to_pylist()) <= {"own"}


def test_the_order_in_which_files_sources_are_named_counts() -> None:
    named = {"a*": "one", "*": "other"}

    assert ReadOptions(sources_by_file=named).digest != ReadOptions(sources_by_file=dict(reversed(named.items()))).digest


def test_rules_that_change_while_a_run_goes_on_stop_it(
    workspace: Workspace, shards: list[Shard], manifest: RunManifest, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    rules.write_text("1")
    task = AnnotateTask(workspace, (KernelSpec("tests.corpus.engine.work:version_of_file", {"path": str(rules)}),))
    rules.write_text("2")

    with pytest.raises(RunError, match="BL-CORPUS-039"):
        run_stage(task, shards, manifest, workers=1)


def test_readers_that_changed_since_the_run_began_stop_it(workspace: Workspace, shards: list[Shard], manifest: RunManifest) -> None:
    versions = AnnotateTask(workspace, (spec(),)).versions
    task = AnnotateTask(workspace, (spec(),), versions={**versions, "reader": "0"})

    with pytest.raises(RunError, match="BL-CORPUS-039"):
        run_stage(task, shards, manifest, workers=-1)


def test_options_that_cannot_be_used_stop_the_stage(workspace: Workspace, tmp_path: Path, manifest: RunManifest) -> None:
    (tmp_path / "a.txt").write_text("text")
    task = AnnotateTask(workspace, (spec(),), ReadOptions(text_unit="chapter"))

    with pytest.raises(RunError, match="BL-CORPUS-008"):
        run_stage(task, plan_shards([str(tmp_path / "a.txt")]), manifest, workers=-1)


def test_two_kernels_of_one_name_are_refused() -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-081"):
        kernel_versions([spec(), spec(version="2")])


def test_a_kernel_that_does_not_exist_is_refused(workspace: Workspace) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-080"):
        AnnotateTask(workspace, (KernelSpec("tests.corpus.engine.work:no_such_kernel"),))


def test_a_disk_that_is_full_stops_the_run_and_loses_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: both make the same write fail."""
    import resource

    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"id": row, "text": "x"}) + "\n" for row in range(20_000)))
    (shard,) = plan_shards([str(path)])
    task = AnnotateTask(workspace, (spec(),))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(RunError, match="BL-CORPUS-030"):
            task(shard)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert workspace.names() == []
    assert list(Path(workspace.uri).rglob(".*")) == []

    assert task(shard)["documents"] == 20_000
