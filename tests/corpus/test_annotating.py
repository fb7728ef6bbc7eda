"""Annotating: every row gets an answer or a null that is counted; what has not changed is not looked at again."""

from __future__ import annotations

import dataclasses
import fcntl
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.corpus import journal as journal_module
from brightline.corpus.annotating import AnnotateTask, annotate_batch, annotate_figures, kernel_versions
from brightline.corpus.engine import run_stage
from brightline.corpus.errors import CorpusError, RunError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.schema import DOCUMENTS, REJECTS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRuns, RunManifest, Store
from brightline.store.corpus_runs import CorpusShard


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
    (journal,) = (Path(workspace.uri) / "journal").iterdir()
    assert b"unmistakable" not in journal.read_bytes()


def test_no_word_on_which_a_kernel_fails_is_in_the_journal(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "张三 unmistakable"}))
    (shard,) = plan_shards([str(tmp_path / "a.jsonl")])
    kernel = KernelSpec("tests.corpus.engine.work:quoting_kernel")

    outcome = AnnotateTask(workspace, (kernel,))(shard)

    (journal,) = (Path(workspace.uri) / "journal").iterdir()
    content = journal.read_bytes()
    assert b"ValueError: invalid literal" in content
    assert b"unmistakable" not in content
    assert "张三".encode() not in content
    assert b"\\u5f20" not in content
    assert outcome["not_inspected"] == 1


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
    assert list(Path(workspace.uri).rglob("*.unfinished")) == []

    assert task(shard)["documents"] == 20_000


@pytest.fixture
def pieces(tmp_path: Path) -> Shard:
    """A shard of seven pieces, with two rows on which a kernel may fail."""
    path = tmp_path / "pieces.jsonl"
    texts = [f"{row:02d} " + "文" * 60_000 for row in range(13)]
    texts[4] += "bad"
    texts[9] += "bad"
    path.write_text("".join(json.dumps({"id": row, "text": text}, ensure_ascii=False) + "\n" for row, text in enumerate(texts)))
    (shard,) = plan_shards([str(path)])
    return shard


def journal_of(workspace: Workspace, shard: Shard) -> Path:
    return Path(workspace.uri) / "journal" / f".{shard.name}"


def digests(workspace: Workspace) -> dict[str, str]:
    return {name: workspace.sha256(name) for name in workspace.names()}


def calls(log: Path) -> int:
    """How often kernels were called since the last time that somebody asked."""
    count = len(log.read_text().splitlines()) if log.exists() else 0
    log.unlink(missing_ok=True)
    return count


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), is_torn=st.booleans())
def test_whatever_is_left_of_a_journal_the_shard_comes_to_the_same(
    workspace: Workspace, pieces: Shard, tmp_path: Path, share: float, is_torn: bool
) -> None:
    """As after a kill (a torn end) and after a loss of power (anything inside). Failures, too, and what was not inspected."""
    log = tmp_path / "log"
    task = AnnotateTask(workspace, (spec(log=str(log), fails_on="bad"), spec(name="other", log=str(log))))
    task.forget(pieces)
    outcome = task(pieces)
    whole, made = digests(workspace), calls(log)
    journal = journal_of(workspace, pieces)
    content = bytearray(journal.read_bytes())
    place = int(share * (len(content) - 1))
    if is_torn:
        del content[place:]
    else:
        content[place] ^= 1
    journal.write_bytes(content)

    assert task(pieces) == outcome
    assert digests(workspace) == whole
    again = calls(log)
    assert 0 < again <= made
    if (
        share > 0.85
    ):  # what stands before the last piece's entries is not asked for again: one call for each kernel, one for each row that it failed on
        assert again <= 4
    assert task(pieces) == outcome
    assert calls(log) == 0
    assert outcome["kernels"]["length"]["failures"] == {"ValueError: cannot count this": 2}  # type: ignore[index]  # a mapping


def test_a_journal_counts_only_for_the_rows_that_were_seen(workspace: Workspace, pieces: Shard, tmp_path: Path) -> None:
    """Another content at the end: what stands before it is taken over, the rest is annotated."""
    log = tmp_path / "log"
    task = AnnotateTask(workspace, (spec(log=str(log)),))
    task(pieces)
    made = calls(log)
    path = Path(pieces.uri)
    path.write_text(path.read_text().replace("12 文", "12 字"))
    (planned,) = plan_shards([str(path)])

    outcome = task(planned)

    assert made == 7
    assert 1 <= calls(log) <= 2  # the piece, and the one before it, whose digest may be of some bytes behind it
    clean = Workspace(str(tmp_path / "clean"))
    assert AnnotateTask(clean, task.kernels)(planned) == outcome
    assert digests(clean) == digests(workspace)


@pytest.mark.parametrize("options", [{"version": "2"}, {"fails_on": "bad"}])
def test_a_journal_of_other_rules_or_options_is_begun_anew(
    workspace: Workspace, pieces: Shard, tmp_path: Path, options: dict[str, str]
) -> None:
    log = tmp_path / "log"
    AnnotateTask(workspace, (spec(log=str(log)),))(pieces)
    made = calls(log)

    AnnotateTask(workspace, (spec(log=str(log), **options),))(pieces)

    assert calls(log) >= made
    assert (None in lengths(workspace, pieces)) == ("fails_on" in options)


def test_a_journal_stays_until_the_outcome_is_on_record(workspace: Workspace, pieces: Shard, manifest: RunManifest, tmp_path: Path) -> None:
    """Whoever is killed between the two has to annotate nothing."""
    log = tmp_path / "log"
    task = AnnotateTask(workspace, (spec(log=str(log)),))

    class Killed:
        """A manifest whose owner dies when the shard is to be recorded as done."""

        enter, recorded, beat = manifest.enter, manifest.recorded, manifest.beat

        def record(self, stage: str, rows: Iterable[CorpusShard]) -> None:
            rows = list(rows)
            if any(row.status == "done" for row in rows):
                raise KeyboardInterrupt
            manifest.record(stage, rows)

    with pytest.raises(KeyboardInterrupt):
        run_stage(task, [pieces], Killed(), workers=-1)
    assert (calls(log), journal_of(workspace, pieces).exists()) == (7, True)

    assert run_stage(task, [pieces], manifest, workers=-1).redone == 1
    assert (calls(log), journal_of(workspace, pieces).exists()) == (0, False)


def test_a_stage_that_is_through_leaves_journals_of_quarantined_shards_only(
    workspace: Workspace, pieces: Shard, manifest: RunManifest, tmp_path: Path
) -> None:
    """Also those are gone that an earlier run left for shards which this one does not have."""
    other = tmp_path / "other.jsonl"
    other.write_text('{"text": "other"}\n')
    (shard,) = plan_shards([str(other)])
    two = [pieces, dataclasses.replace(shard, number=1)]
    AnnotateTask(workspace, (spec(),))(dataclasses.replace(pieces, number=7))
    log = tmp_path / "log"

    outcome = run_stage(AnnotateTask(workspace, (spec(log=str(log), dies_on="12 文"),)), two, manifest, workers=1)

    assert list(outcome.quarantined) == [0]
    assert [path.name for path in (Path(workspace.uri) / "journal").iterdir()] == [".000000"]
    assert run_stage(AnnotateTask(workspace, (spec(log=str(log)),)), two, manifest, workers=1).done == 2
    assert not (Path(workspace.uri) / "journal").exists()


def test_a_shard_whose_journal_somebody_else_has_is_done_without_it(
    workspace: Workspace, pieces: Shard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node of a cluster that was given up, and still works."""
    monkeypatch.setattr(journal_module, "_LOCKED_S", 0.1)
    task = AnnotateTask(workspace, (spec(),))
    outcome = task(pieces)
    before = journal_of(workspace, pieces).read_bytes()
    with journal_of(workspace, pieces).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert task(pieces) == outcome
    assert journal_of(workspace, pieces).read_bytes() == before


def test_a_journal_that_cannot_be_written_costs_nothing_else(workspace: Workspace, pieces: Shard, manifest: RunManifest) -> None:
    workspace.write_bytes("journal", b"in the way")

    assert run_stage(AnnotateTask(workspace, (spec(),)), [pieces], manifest, workers=-1).done == 1
    assert workspace.read_bytes("journal") == b"in the way"


def test_kernels_are_told_apart_by_the_piece_and_moves_are_told(workspace: Workspace, pieces: Shard) -> None:
    """A kernel that hangs is known by nothing being told any more."""
    moves: list[int] = []
    AnnotateTask(workspace, (spec(), spec(name="other"))).watched(lambda: moves.append(1))(pieces)

    assert len(moves) >= 7 * 2
