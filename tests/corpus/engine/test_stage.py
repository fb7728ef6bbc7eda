"""A stage survives what happens to its workers: one shard is lost at most, and said so; the rest goes on; nothing is done twice."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from brightline.corpus.engine import Progress, run_stage, workspace_lock
from brightline.corpus.engine.stage import MOST_ATTEMPTS
from brightline.corpus.errors import RunError
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRun, CorpusRuns
from tests.corpus.engine.work import Copying, Moving


@pytest.fixture
def run(runs: CorpusRuns, workspace: Workspace) -> CorpusRun:
    return runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})


def copies(workspace: Workspace) -> dict[str, bytes]:
    return {name: workspace.read_bytes(name) for name in workspace.names("copies/")}


def begun(marks: Path, number: int) -> int:
    return len(list(marks.glob(f"{number:06d}.*")))


def whole(shards: list[Shard]) -> dict[str, bytes]:
    return {f"copies/{shard.name}.bin": Path(shard.uri).read_bytes() for shard in shards}


@pytest.mark.parametrize("workers", [-1, 1, 3])
def test_every_shard_is_done_and_recorded(
    workers: int, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    told: list[Progress] = []

    outcome = run_stage(Copying(workspace, str(marks)), shards, runs.manifest(run.id), workers=workers, progress=told.append)

    assert (outcome.done, outcome.redone, outcome.quarantined) == (8, 8, {})
    assert outcome.counts["documents"] == 8
    assert outcome.bytes == sum(shard.size_bytes for shard in shards)
    assert copies(workspace) == whole(shards)
    assert {row.status for row in runs.shards(run.id, "copy")} == {"done"}
    assert runs.get(run.id).stage == "copy"
    assert (told[-1].done, told[-1].total, told[-1].bytes_done, told[-1].documents) == (8, 8, outcome.bytes, 8)


def test_what_is_done_is_not_done_again(run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]) -> None:
    task = Copying(workspace, str(marks))
    run_stage(task, shards, runs.manifest(run.id), workers=-1)

    outcome = run_stage(task, shards, runs.manifest(run.id), workers=-1)

    assert (outcome.done, outcome.redone, outcome.bytes, outcome.counts["documents"]) == (8, 0, 0, 8)
    assert [begun(marks, number) for number in range(8)] == [1] * 8


def test_a_later_run_takes_over_what_an_earlier_one_did(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    run_stage(Copying(workspace, str(marks)), shards, runs.manifest(run.id), workers=-1)
    runs.finish(run.id)
    later = runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})

    assert run_stage(Copying(workspace, str(marks)), shards, runs.manifest(later.id), workers=-1).redone == 0


@pytest.mark.parametrize("harm", ["gone", "other"])
def test_an_output_that_is_not_what_was_recorded_is_made_again(
    harm: str, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks))
    run_stage(task, shards, runs.manifest(run.id), workers=-1)
    if harm == "gone":
        workspace.remove("copies/000003.bin")
    else:
        workspace.write_bytes("copies/000003.bin", b"something else")

    outcome = run_stage(task, shards, runs.manifest(run.id), workers=-1)

    assert outcome.redone == 1
    assert copies(workspace) == whole(shards)


def test_other_rules_or_another_input_are_another_key(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    manifest = runs.manifest(run.id)
    run_stage(Copying(workspace, str(marks), versions={"rules": "1"}), shards, manifest, workers=-1)
    changed = Path(shards[2].uri)
    changed.write_text("another text")
    from brightline.corpus.planning import plan_shards

    planned = plan_shards([str(changed.parent)])

    assert run_stage(Copying(workspace, str(marks), versions={"rules": "1"}), planned, manifest, workers=-1).redone == 1
    assert run_stage(Copying(workspace, str(marks), versions={"rules": "2"}), planned, manifest, workers=-1).redone == 8


@pytest.mark.parametrize("fault", ["kill", "crash", "exit", "raise"])
def test_a_fault_that_passes_costs_another_attempt(
    fault: str, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks), {"3.txt": f"{fault} once"})

    outcome = run_stage(task, shards, runs.manifest(run.id), workers=2)

    assert (outcome.done, outcome.quarantined) == (8, {})
    assert copies(workspace) == whole(shards)
    assert [begun(marks, number) for number in range(8)] == [1, 1, 1, 2, 1, 1, 1, 1]
    assert {row.number: row.attempts for row in runs.shards(run.id, "copy")}[3] == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("kill", "signal 9"), ("crash", "SIGSEGV"), ("exit", "status 3"), ("raise", "ValueError: something in the shard")],
)
def test_a_fault_that_stays_puts_its_shard_in_quarantine_and_no_other(
    fault: str, reason: str, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks), {"3.txt": fault})

    outcome = run_stage(task, shards, runs.manifest(run.id), workers=2)

    assert outcome.done == 7
    assert list(outcome.quarantined) == [3]
    assert reason in outcome.quarantined[3]
    assert begun(marks, 3) == MOST_ATTEMPTS
    (row,) = runs.shards(run.id, "copy", status="quarantined")
    assert (row.number, row.attempts, row.outcome["file"]) == (3, MOST_ATTEMPTS, "3.txt")
    assert runs.counts(run.id, "copy") == {"done": 7, "quarantined": 1}
    assert set(copies(workspace)) == set(whole(shards)) - {"copies/000003.bin"}


def test_a_quarantined_shard_is_tried_again_when_the_run_is_resumed(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    manifest = runs.manifest(run.id)
    run_stage(Copying(workspace, str(marks), {"3.txt": "raise"}), shards, manifest, workers=-1)

    outcome = run_stage(Copying(workspace, str(marks)), shards, manifest, workers=-1)

    assert (outcome.done, outcome.redone, outcome.quarantined) == (8, 1, {})
    assert copies(workspace) == whole(shards)


def test_an_input_that_cannot_be_used_is_not_tried_three_times(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    outcome = run_stage(Copying(workspace, str(marks), {"3.txt": "unreadable"}), shards, runs.manifest(run.id), workers=-1)

    assert outcome.quarantined == {3: "BL-CORPUS-012 x: it changed"}
    assert begun(marks, 3) == 1


@pytest.mark.parametrize("workers", [-1, 2])
def test_what_would_befall_every_shard_stops_the_stage_and_keeps_what_is_done(
    workers: int, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    with pytest.raises(RunError, match="BL-CORPUS-030"):
        run_stage(Copying(workspace, str(marks), {"5.txt": "full"}), shards, runs.manifest(run.id), workers=workers)

    done = sum(row.status == "done" for row in runs.shards(run.id, "copy"))
    assert 0 < done < 8
    outcome = run_stage(Copying(workspace, str(marks)), shards, runs.manifest(run.id), workers=workers)
    assert (outcome.done, outcome.redone) == (8, 8 - done)
    assert copies(workspace) == whole(shards)


def test_where_nothing_can_be_done_the_stage_stops(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, tmp_path: Path
) -> None:
    missing = [Shard(number, str(tmp_path / f"{number}"), f"{number}", "text") for number in range(25)]
    with pytest.raises(RunError, match="BL-CORPUS-037"):
        run_stage(Copying(workspace, str(marks)), missing, runs.manifest(run.id), workers=-1)


def test_a_worker_that_has_no_memory_left_costs_its_shard(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard], monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, hard))  # workers inherit it
    try:
        outcome = run_stage(Copying(workspace, str(marks), {"3.txt": "hoard once"}), shards, runs.manifest(run.id), workers=1)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    assert (outcome.done, outcome.quarantined) == (8, {})


def test_outputs_that_only_the_worker_sees_are_an_error(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard], tmp_path: Path
) -> None:
    """On a cluster a local folder is another one on every node."""
    with pytest.raises(RunError, match="BL-CORPUS-007"):
        run_stage(
            Copying(workspace, str(marks)), shards, runs.manifest(run.id), workers=-1, workspace=Workspace(str(tmp_path / "elsewhere"))
        )


def test_a_worker_that_hangs_is_stopped_and_costs_its_shard(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks), {"3.txt": "hang"})

    outcome = run_stage(task, shards[3:5], runs.manifest(run.id), workers=1, most_shard_s=5)

    assert (outcome.done, list(outcome.quarantined)) == (1, [3])
    assert "more than 5 s" in outcome.quarantined[3]


def test_a_shard_that_takes_long_and_gets_on_is_not_stopped(run: CorpusRun, runs: CorpusRuns, marks: Path, shards: list[Shard]) -> None:
    outcome = run_stage(Moving(str(marks), 12, 0.5), shards[:1], runs.manifest(run.id), workers=1, most_shard_s=4)

    assert (outcome.done, outcome.quarantined) == (1, {})
    assert begun(marks, 0) == 1


def test_a_shard_that_got_on_and_then_hangs_is_stopped(run: CorpusRun, runs: CorpusRuns, marks: Path, shards: list[Shard]) -> None:
    outcome = run_stage(Moving(str(marks), 2, 0.1, hangs=True), shards[:1], runs.manifest(run.id), workers=1, most_shard_s=2)

    assert "nothing was heard of it for more than 2 s" in outcome.quarantined[0]
    assert begun(marks, 0) == MOST_ATTEMPTS


@pytest.mark.parametrize(("fault", "attempts"), [("storage", MOST_ATTEMPTS), ("missing", 1)])
def test_storage_that_fails_on_one_shard_does_not_stop_the_others(
    fault: str, attempts: int, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    outcome = run_stage(Copying(workspace, str(marks), {"3.txt": fault}), shards, runs.manifest(run.id), workers=-1)

    assert (outcome.done, list(outcome.quarantined)) == (7, [3])
    assert begun(marks, 3) == attempts


def test_two_runs_in_one_workspace_are_refused(workspace: Workspace) -> None:
    with workspace_lock(workspace) as holds_lock:
        assert holds_lock
        with pytest.raises(RunError, match="BL-CORPUS-035"), workspace_lock(workspace):
            pass
    with workspace_lock(workspace):
        pass


def test_taking_the_lock_sweeps_what_killed_writers_left(workspace: Workspace) -> None:
    workspace.write_bytes("a/b.bin", b"kept")
    left = Path(workspace.uri) / "a" / ".c.bin.0123.unfinished"
    left.write_bytes(b"half")

    with workspace_lock(workspace):
        assert not left.exists()

    assert workspace.names() == ["a/b.bin"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(RunError, match="BL-CORPUS-031"), workspace_lock(Workspace(str(tmp_path / "file" / "workspace"))):
        pass


def test_a_stage_without_shards_is_done(run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path) -> None:
    counts: Mapping[str, int] = run_stage(Copying(workspace, str(marks)), [], runs.manifest(run.id)).counts

    assert counts == {}


def test_a_worker_that_dies_before_it_is_greeted_costs_its_shard(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task of some megabytes, as appeals and complaints make it, does not fit into a pipe that nobody reads."""
    monkeypatch.setenv("PYTHONHOME", str(marks))
    task = Copying(workspace, str(marks), {f"{number}": "x" * 1000 for number in range(3000)})

    outcome = run_stage(task, shards[:1], runs.manifest(run.id), workers=1)

    assert "the worker ended by itself (status 1)" in outcome.quarantined[0]


def test_what_all_workers_need_is_loaded_once(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    outcome = run_stage(Copying(workspace, str(marks), {"3.txt": "kill once"}), shards, runs.manifest(run.id), workers=2)

    assert (outcome.done, outcome.quarantined) == (8, {})
    (prepared,) = marks.glob("prepared.*")
    if sys.platform == "linux":  # whoever began a shard is a fork
        nest = prepared.name.split(".")[1]
        workers = {each.name.split(".")[1] for each in marks.glob("00000?.*")}
        assert {each.name.split(".")[2] for each in marks.glob(f"inherited.{nest}.*")} == workers


def test_a_task_that_starts_threads_as_it_is_loaded_is_not_forked(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks), {"3.txt": "crash once"}, threads=True)

    outcome = run_stage(task, shards, runs.manifest(run.id), workers=2)

    assert (outcome.done, outcome.quarantined) == (8, {})
    assert copies(workspace) == whole(shards)
    assert list(marks.glob("inherited.*")) == []


def test_when_the_process_dies_from_which_workers_come_another_one_takes_its_place(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    outcome = run_stage(Copying(workspace, str(marks), {"3.txt": "kill nest once"}), shards, runs.manifest(run.id), workers=2)

    assert (outcome.done, outcome.quarantined) == (8, {})
    assert copies(workspace) == whole(shards)
    assert len(list(marks.glob("prepared.*"))) == 2
