"""The same shards on a Ray cluster of this machine: the same bytes, and a worker that is killed in the middle loses nothing."""

from __future__ import annotations

import importlib
import json
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.engine import run_stage
from brightline.corpus.engine.cluster import ClusterRunner
from brightline.corpus.errors import NotInstalled, RunError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRun, CorpusRuns
from tests.corpus.engine.work import Copying, Moving


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_without_a_cluster_is_told_at_once(
    scheme: str, run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"{scheme}127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(RunError, match="BL-CORPUS-004"):
            run_stage(Copying(workspace, str(marks)), shards, runs.manifest(run.id), runner="ray", address=address)


def test_who_answers_and_lets_nobody_in_is_told(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    """Something that is no cluster; a cluster that wants another token looks the same to Ray's client."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"ray://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(RunError, match="BL-CORPUS-005"):
            run_stage(Copying(workspace, str(marks)), shards, runs.manifest(run.id), runner="ray", address=address)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it is not installed
    monkeypatch.delitem(sys.modules, "brightline.corpus.engine.cluster")

    with pytest.raises(NotInstalled, match=r"BL-CORPUS-020.*cluster"):
        importlib.import_module("brightline.corpus.engine.cluster")


@pytest.fixture(scope="module")
def _cluster() -> Iterator[None]:
    """One cluster of two CPUs for the module: starting it takes seconds."""
    root = str(Path(__file__).parents[3])
    ray.init(
        address="local", num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", log_to_driver=False,
        logging_level=logging.ERROR, runtime_env={"env_vars": {"PYTHONPATH": root}},
    )  # fmt: skip
    yield
    ray.shutdown()


@pytest.fixture
def run(runs: CorpusRuns, workspace: Workspace) -> CorpusRun:
    return runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})


@pytest.mark.usefixtures("_cluster")
def test_a_cluster_gives_the_bytes_that_one_machine_gives(run: CorpusRun, runs: CorpusRuns, tmp_path: Path) -> None:
    folder = tmp_path / "annotated"
    folder.mkdir()
    lines = (json.dumps({"id": row, "text": f"文本 {row} " * 20}, ensure_ascii=False) for row in range(2000))
    (folder / "a.jsonl").write_text("\n".join(lines) + "\n{broken")
    shards = plan_shards([str(folder)], 100_000)
    spec = KernelSpec("tests.corpus.engine.work:length_kernel", {"fails_on": "文本 77 "})
    here, there = Workspace(str(tmp_path / "here")), Workspace(str(tmp_path / "there"))

    run_stage(AnnotateTask(here, (spec,)), shards, runs.manifest(run.id), workers=-1)
    outcome = run_stage(AnnotateTask(there, (spec,)), shards, runs.manifest(run.id), runner="ray")

    assert (outcome.done, outcome.redone, outcome.counts["documents"], outcome.counts["not_inspected"]) == (
        len(shards),
        len(shards),
        2000,
        1,
    )
    assert {name: there.sha256(name) for name in there.names()} == {name: here.sha256(name) for name in here.names()}


@pytest.mark.usefixtures("_cluster")
def test_a_worker_of_the_cluster_that_is_killed_loses_nothing(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks), {"3.txt": "kill once", "5.txt": "kill"})

    outcome = run_stage(task, shards, runs.manifest(run.id), runner="ray", workers=2)

    assert (outcome.done, list(outcome.quarantined)) == (7, [5])
    assert "lost the worker" in outcome.quarantined[5]
    for shard in shards:
        if shard.number != 5:
            assert workspace.read_bytes(f"copies/{shard.name}.bin") == Path(shard.uri).read_bytes()
    assert {row.number: row.attempts for row in runs.shards(run.id, "copy")} == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 5: 3, 6: 1, 7: 1}


@pytest.mark.usefixtures("_cluster")
def test_what_would_befall_every_shard_stops_the_cluster_too(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    with pytest.raises(RunError, match="BL-CORPUS-030"):
        run_stage(Copying(workspace, str(marks), {"0.txt": "full"}), shards, runs.manifest(run.id), runner="ray", workers=1)


@pytest.mark.usefixtures("_cluster")
def test_a_worker_of_the_cluster_that_hangs_is_stopped(
    run: CorpusRun, runs: CorpusRuns, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    task = Copying(workspace, str(marks), {"3.txt": "hang once"})

    # Where much else goes on, a new worker of Ray takes ten seconds to begin, which count.
    outcome = run_stage(task, shards[3:4], runs.manifest(run.id), runner="ray", workers=1, most_shard_s=30)

    assert (outcome.done, outcome.quarantined) == (1, {})
    assert all(row.attempts > 1 for row in runs.shards(run.id, "copy"))


@pytest.mark.usefixtures("_cluster")
def test_a_long_shard_on_the_cluster_that_gets_on_is_not_stopped(
    run: CorpusRun, runs: CorpusRuns, marks: Path, shards: list[Shard]
) -> None:
    outcome = run_stage(Moving(str(marks), 50, 0.5), shards[:1], runs.manifest(run.id), runner="ray", workers=1, most_shard_s=20)

    assert (outcome.done, outcome.quarantined) == (1, {})
    assert len(list(marks.glob("000000.*"))) == 1


@pytest.mark.usefixtures("_cluster")
def test_a_node_with_another_version_is_refused(
    workspace: Workspace, marks: Path, shards: list[Shard], monkeypatch: pytest.MonkeyPatch
) -> None:
    from brightline.corpus.engine import cluster
    from brightline.corpus.engine.jobs import Failed, Job

    runner = ClusterRunner(Copying(workspace, str(marks)), 1, None)
    monkeypatch.setattr(cluster, "__version__", "0.0.0")  # of the supervisor; the node has its own
    runner.submit(Job(shards[0]))
    ended = []
    while not ended:
        ended = runner.wait(1)
    runner.close()

    (failed,) = ended
    assert isinstance(failed, Failed)
    assert (failed.code, failed.fatal) == ("BL-CORPUS-006", True)
