"""kill -9 at any moment, of the supervisor or of a worker: whoever resumes gets the same bytes, and at most one shard's work is done again,
however many workers there are."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.engine import run_stage, workspace_lock
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRuns, Store
from tests.corpus.engine.work import Calls

_WORKERS = 2
_KILLS = 6


@pytest.fixture
def corpus(tmp_path: Path) -> list[Shard]:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(4):
        lines = (json.dumps({"id": row, "text": f"文本 {number} {row} " * 30}, ensure_ascii=False) for row in range(1500))
        (folder / f"{number}.jsonl").write_text("\n".join(lines))
    shards = plan_shards([str(folder)], 300_000)
    assert len(shards) > 8
    return shards


def digests(workspace: Workspace) -> dict[str, str]:
    return {name: workspace.sha256(name) for name in workspace.names()}


def task(workspace: Workspace, log: Path, **options: object) -> AnnotateTask:
    spec = KernelSpec("tests.corpus.engine.work:length_kernel", {"log": str(log), "named": True, **options})
    return AnnotateTask(workspace, (spec,))


def child(database: str, run_id: str, annotate: AnnotateTask, shards: list[Shard], killed_after_s: float, workers: int, log: Path) -> int:
    """Resume the run in a process that is killed some time after a kernel was first called; the status it ended with (0: it came to its end)."""
    pid = os.fork()
    if pid == 0:
        try:
            threading.Thread(target=_kill, args=(killed_after_s, log), daemon=True).start()
            store = Store.open(database, migrate=False)
            with workspace_lock(annotate.workspace):
                run_stage(annotate, shards, CorpusRuns(store.database).manifest(run_id), workers=workers)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def _kill(after_s: float, log: Path) -> None:
    while not log.exists():
        time.sleep(0.01)
    time.sleep(after_s)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def large(tmp_path: Path) -> list[Shard]:
    """Five shards of four MiB, that is of seven pieces or more."""
    path = tmp_path / "large.jsonl"
    texts = (f"第 {row} 篇文本，" * (60 + row % 40) for row in range(10_000))
    path.write_text("".join(json.dumps({"id": row, "text": text}, ensure_ascii=False) + "\n" for row, text in enumerate(texts)))
    shards = plan_shards([str(path)], 1 << 22)
    assert len(shards) == 5
    return shards


@pytest.mark.parametrize("workers", [2, 4])
def test_a_supervisor_that_is_killed_at_random_moments_costs_at_most_a_shard(tmp_path: Path, large: list[Shard], workers: int) -> None:
    database = f"sqlite:///{tmp_path / 'brightline.db'}"
    with_store = Store.open(database)
    runs = CorpusRuns(with_store.database)
    reference = Workspace(str(tmp_path / "reference"))
    first = runs.begin(corpus="c", workspace=reference.uri, versions={}, plan={})
    other_log = tmp_path / "other"
    took_s = run_stage(task(reference, other_log, rounds=100), large, runs.manifest(first.id), workers=workers).seconds
    undisturbed = Calls()
    undisturbed.take(other_log)
    least_rows_of_a_shard = min(reference.read_table(f"documents/{shard.name}.parquet", ["doc_id"]).num_rows for shard in large)
    most_rows_of_a_piece = max(undisturbed.lives[0].values())
    assert least_rows_of_a_shard > (workers + 1) * most_rows_of_a_piece
    workspace = Workspace(str(tmp_path / "workspace"))
    run = runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})
    with_store.close()
    moments, log, calls = random.Random(6), tmp_path / "log", Calls()
    annotate = task(workspace, log, rounds=100)

    for _ in range(_KILLS):
        status = child(database, run.id, annotate, large, moments.uniform(0, took_s / 3), workers, log)
        assert status in (0, signal.SIGKILL)
        calls.take(log)
    assert child(database, run.id, annotate, large, 600, workers, log) == 0
    calls.take(log)

    assert digests(workspace) == digests(reference)
    assert max(calls.lost()) <= least_rows_of_a_shard
    assert max(calls.lost()) <= workers * most_rows_of_a_piece
    assert calls.rows == undisturbed.rows + sum(calls.lost())
    assert not (Path(workspace.uri) / "journal").exists()
    with_store = Store.open(database)
    assert CorpusRuns(with_store.database).counts(run.id, "annotate") == {"done": len(large)}
    with_store.close()


def test_a_worker_that_is_killed_costs_a_piece_of_its_shard(tmp_path: Path, large: list[Shard]) -> None:
    """The row on which it dies is the shard's last: what stands before it is not annotated again."""
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    runs = CorpusRuns(store.database)
    workspace = Workspace(str(tmp_path / "workspace"))
    run = runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})
    log, calls = tmp_path / "log", Calls()

    outcome = run_stage(task(workspace, log, dies_on="第 9999 篇"), large[-1:], runs.manifest(run.id), workers=1)

    assert list(outcome.quarantined) == [large[-1].number]
    lines = log.read_text().splitlines()
    rows_by_piece = {line.split()[2]: int(line.split()[1]) for line in lines}
    assert len(lines) == len(rows_by_piece) + 2  # the piece that kills was tried three times, the others once
    calls.take(log)

    outcome = run_stage(task(workspace, log), large[-1:], runs.manifest(run.id), workers=1)
    calls.take(log)
    store.close()

    assert outcome.done == 1
    assert calls.lives[1].keys() == calls.lives[0].keys()  # by another kernel: what this one finds is nobody else's


def test_workers_die_with_their_supervisor(tmp_path: Path, corpus: list[Shard]) -> None:
    """Otherwise they would write into a workspace that somebody else has taken over."""
    from brightline.corpus.engine.jobs import Job
    from brightline.corpus.engine.native import NativeRunner
    from tests.corpus.engine.work import Copying

    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        runner = NativeRunner(Copying(Workspace(str(tmp_path / "workspace")), str(tmp_path), slow_s=600), 1)
        runner.submit(Job(corpus[0]))
        while not list(tmp_path.glob("000000.*")):
            runner.wait(0.05)
        os.write(write, str(runner._workers[0].pid).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(write)
    with os.fdopen(read) as pipe:
        worker = int(pipe.read())

    watched = os.pidfd_open(worker) if Path(f"/proc/{worker}").exists() else None
    if watched is not None:
        import select

        assert select.select([watched], [], [], 30)[0], "the worker lives on"
        os.close(watched)
    assert not list((tmp_path / "workspace").rglob("*.bin"))


def test_ctrl_c_stops_the_workers_and_keeps_what_is_done(tmp_path: Path, corpus: list[Shard]) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    runs = CorpusRuns(store.database)
    workspace = Workspace(str(tmp_path / "workspace"))
    run = runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})
    annotate = task(workspace, tmp_path / "log")

    class Interrupting:
        """A manifest whose owner presses Ctrl-C when the third shard is done."""

        def __init__(self) -> None:
            self.inner = runs.manifest(run.id)
            self.enter, self.recorded, self.beat = self.inner.enter, self.inner.recorded, self.inner.beat

        def record(self, stage, rows):  # type: ignore[no-untyped-def]  # the test's own
            rows = list(rows)
            self.inner.record(stage, rows)
            if runs.counts(run.id, stage).get("done", 0) >= 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_stage(annotate, corpus, Interrupting(), workers=_WORKERS)
    runs.finish(run.id, "interrupted")
    done = runs.counts(run.id, "annotate")["done"]
    assert 3 <= done < len(corpus)
    assert runs.get(run.id).status == "interrupted"
    with workspace_lock(workspace):
        resumed = runs.resume(run.id, holds_lock=True)
        outcome = run_stage(annotate, corpus, runs.manifest(resumed.id), workers=-1)
    assert (outcome.done, outcome.redone) == (len(corpus), len(corpus) - done)
    assert hashlib.sha256(json.dumps(sorted(digests(workspace))).encode()).hexdigest()
    store.close()
