"""The process that workers come from answers late: nothing is mistaken for anything else, and nobody is killed for another."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brightline.corpus.engine.jobs import Done, Ended, Job, Lost
from brightline.corpus.engine.native import NativeRunner
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from tests.corpus.engine.work import Copying

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


@pytest.fixture
def runner(workspace: Workspace, marks: Path) -> Iterator[NativeRunner]:
    runner = NativeRunner(Copying(workspace, str(marks), {"1.txt": "hang"}), 3)
    yield runner
    runner.close()


def begun(runner: NativeRunner, marks: Path, shard: Shard) -> int:
    """Submit a shard and wait until a worker has begun it; that worker's process id."""
    runner.submit(Job(shard))
    while True:
        runner.wait(0.05)
        for mark in marks.glob(f"{shard.name}.*"):
            return int(mark.name.split(".")[1])


def ended(runner: NativeRunner) -> Ended:
    while True:
        for each in runner.wait(1):
            return each


def delay(runner: NativeRunner) -> int:
    """Stop the nest, which answers within no time then; its process id."""
    nest = runner._nest
    assert nest is not None
    nest._control.settimeout(0.1)
    os.kill(nest._process.pid, signal.SIGSTOP)
    return nest._process.pid


def go_on(runner: NativeRunner, pid: int) -> None:
    os.kill(pid, signal.SIGCONT)
    assert runner._nest is not None
    runner._nest._control.settimeout(60)


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(runner: NativeRunner, marks: Path, shards: list[Shard]) -> None:
    hanging = begun(runner, marks, shards[1])
    nest = runner._nest
    assert nest is not None
    stopped = delay(runner)
    ours, theirs = socket.socketpair()
    assert nest.worker(theirs.fileno(), sys.__stderr__.fileno()) == 0  # type: ignore[union-attr]  # there is one
    theirs.close()
    ours.close()
    go_on(runner, stopped)

    os.kill(hanging, signal.SIGKILL)

    assert nest.status(hanging) == -signal.SIGKILL


def test_a_worker_that_is_late_to_come_costs_its_own_shard_only(
    runner: NativeRunner, workspace: Workspace, marks: Path, shards: list[Shard]
) -> None:
    hanging = begun(runner, marks, shards[1])
    stopped = delay(runner)
    runner.submit(Job(shards[2]))
    lost = ended(runner)
    go_on(runner, stopped)
    runner.submit(Job(shards[2]))
    done = ended(runner)

    assert isinstance(lost, Lost)
    assert "no worker came" in lost.reason
    assert isinstance(done, Done)
    assert workspace.read_bytes("copies/000002.bin") == Path(shards[2].uri).read_bytes()
    os.kill(hanging, 0)  # it is alive
    assert Path(f"/proc/{hanging}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_how_a_worker_ended_may_stay_unknown(runner: NativeRunner, marks: Path, shards: list[Shard]) -> None:
    """Its nest says nothing in time: that ends neither the nest nor the workers that still have one."""
    hanging = begun(runner, marks, shards[1])
    stopped = delay(runner)
    os.kill(hanging, signal.SIGKILL)

    lost = ended(runner)
    go_on(runner, stopped)

    assert isinstance(lost, Lost)
    assert "did not say" in lost.reason
    runner.submit(Job(shards[3]))
    assert isinstance(ended(runner), Done)
    assert len(list(marks.glob("prepared.*"))) == 1


def test_a_supervisor_that_slept_does_not_kill_who_is_done(workspace: Workspace, marks: Path, shards: list[Shard]) -> None:
    """What lies in the pipe is read before anybody counts as late."""
    runner = NativeRunner(Copying(workspace, str(marks), slow_s=0.2), 1, most_s=600)
    try:
        begun(runner, marks, shards[0])
        (worker,) = runner._workers
        while not worker.pipe.poll(1):
            pass
        worker.begun_at = time.monotonic() - 3600  # as after suspending the machine

        assert isinstance(ended(runner), Done)
        assert not worker.is_late
    finally:
        runner.close()
