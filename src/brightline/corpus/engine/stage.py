"""A stage: one task over all shards, resumed where it stopped, on whatever runner. This is the supervisor.

A shard is skipped where its key is on record as done and its outputs are still what was recorded. A worker that dies costs its shard,
which is tried twice more and then quarantined with the reason: its documents are not inspected, the rest goes on. What would befall
every shard (a full disk, a missing package, changed rules) stops the stage with an error; nothing that was recorded is lost.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from brightline._version import __version__
from brightline.corpus.engine.inline import InlineRunner
from brightline.corpus.engine.jobs import Done, Ended, Failed, Job, ResumableTask, Runner
from brightline.corpus.engine.native import NativeRunner
from brightline.corpus.engine.progress import Meter, Progress
from brightline.corpus.errors import RunError
from brightline.corpus.shard import JournalTask, Shard, ShardTask, shard_key
from brightline.corpus.storage import Workspace
from brightline.store.corpus_runs import CorpusShard

__all__ = ["MOST_ATTEMPTS", "Manifest", "StageOutcome", "run_stage"]

MOST_ATTEMPTS = 3
"""The first and two more: what fails three times on one shard fails because of it."""

MOST_SHARD_S = 3600.0
"""Own choice: a shard of 16 MiB takes seconds, and of a longer one pieces are through all the time; at an hour without any something hangs."""

_HOPELESS_AFTER = 20  # own choice: this many shards quarantined and none done means that it is not the shards
_WAIT_S = 0.5
_BEAT_EVERY_S = 10.0  # a sixth of the minute after which a run counts as interrupted


class Manifest(Protocol):
    """Where outcomes are recorded: ``store.CorpusRuns(…).manifest(run)``."""

    def enter(self, stage: str) -> None: ...
    def recorded(self, stage: str) -> Iterator[CorpusShard]: ...
    def record(self, stage: str, rows: Iterable[CorpusShard]) -> None: ...
    def beat(self) -> None: ...


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """``done``: shards that are done now, ``redone``: those of them that this call worked on, ``quarantined``: numbers and reasons,
    ``bytes``: of the input of ``redone``, ``counts``: the sums of every whole number that tasks gave back.
    """

    stage: str
    done: int
    redone: int
    quarantined: Mapping[int, str]
    seconds: float
    bytes: int
    counts: Mapping[str, int]


def run_stage(
    task: ShardTask,
    shards: Sequence[Shard],
    manifest: Manifest,
    *,
    runner: Literal["native", "ray"] = "native",
    workers: int = 0,
    address: str | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    workspace: Workspace | None = None,
    most_shard_s: float = MOST_SHARD_S,
) -> StageOutcome:
    """Do ``task`` with every shard. ``workers``: processes, 0 for one a core (native) or one a CPU of the cluster (ray), -1 for none but
    this process. ``workspace``: where outputs are looked up on resuming; the task's own by default. ``most_shard_s``: a shard that takes
    longer counts as lost; of a task that can be watched one that did not get on for so long.

    Raises ``RunError`` for what would befall every shard, ``StoreError``, and ``KeyboardInterrupt`` after it stopped its workers.
    """
    workspace = workspace or getattr(task, "workspace", None)
    versions = {"code": __version__, **getattr(task, "versions", {})}
    meter = Meter(task.stage, len(shards), sum(map(_size, shards)), progress)
    manifest.enter(task.stage)
    supervisor = _Supervisor(task, manifest, meter, versions, workspace)
    jobs = supervisor.jobs(shards)
    hands = _runner(task, runner, workers, address, most_shard_s)
    try:
        supervisor.work(hands, jobs)
        if isinstance(task, JournalTask):
            task.finish(supervisor.quarantined)
        # Whoever loses power before this finds files that are not what is on record, and resumes with those; nobody builds on them.
        for place in (workspace, getattr(task, "out", None)):
            if place is not None:
                place.settle()
    finally:
        hands.close()
        meter.tell(now=True)
    return StageOutcome(
        task.stage, meter.done, meter.done - meter.skipped, supervisor.quarantined, meter.elapsed_s, meter.worked_bytes, supervisor.counts
    )


class _Supervisor:
    """What is known while a stage runs."""

    def __init__(self, task: ShardTask, manifest: Manifest, meter: Meter, versions: Mapping[str, str], workspace: Workspace | None) -> None:
        self._task = task
        self._manifest = manifest
        self._meter = meter
        self._versions = versions
        self._workspace = workspace
        self._attempts: dict[int, int] = {}
        self._again: deque[Job] = deque()
        self._rows: list[CorpusShard] = []
        self._done: list[Shard] = []  # among these rows
        self._beat_at = 0.0
        self.quarantined: dict[int, str] = {}
        self.counts: dict[str, int] = {}

    def jobs(self, shards: Sequence[Shard]) -> Iterator[Job]:
        """The shards that are not done yet; those that are, are counted. Both go by number, so that little is held."""
        recorded = self._manifest.recorded(self._task.stage)
        row = next(recorded, None)
        for shard in shards:
            while row is not None and row.number < shard.number:
                row = next(recorded, None)
            mine = row if row is not None and row.number == shard.number else None
            if mine is not None and self._is_done(shard, mine):
                self._meter.done += 1
                self._meter.skipped += 1
                self._meter.count(_size(shard), worked=False)
                self._add(mine.outcome)
                self._record()  # looking through many takes time, and the heart has to beat
                self._meter.tell()
                continue
            usable = mine is not None and mine.outcome and isinstance(self._task, ResumableTask)
            yield Job(shard, mine.outcome if usable and mine is not None else None)

    def work(self, runner: Runner, jobs: Iterator[Job]) -> None:
        """Until every job has ended one way or another."""
        left = True
        while left or self._again or self._meter.running:
            while self._meter.running < runner.slots and (left or self._again):
                job = self._again.popleft() if self._again else next(jobs, None)
                if job is None:
                    left = False
                    break
                self._begin(job)
                runner.submit(job)
            self._record()  # what ended in the last round and what has begun in this one: one transaction
            for ended in runner.wait(_WAIT_S) if self._meter.running else ():
                self._meter.running -= 1
                self._end(ended)
            self._meter.tell()
        self._record()

    def _is_done(self, shard: Shard, row: CorpusShard) -> bool:
        if row.status != "done" or row.outcome.get("etag") != shard.etag:
            return False
        if row.key != shard_key(shard, str(row.outcome.get("content_sha256", shard.etag)), self._versions):
            return False
        outputs: Mapping[str, str] = row.outcome.get("outputs", {})
        workspace = self._workspace
        elsewhere: Mapping[str, Mapping[str, str]] = row.outcome.get("elsewhere", {})
        return (not outputs or (workspace is not None and all(_is_whole(workspace, *output) for output in outputs.items()))) and all(
            _is_whole(Workspace(uri), *output) for uri, its in elsewhere.items() for output in its.items()
        )

    def _begin(self, job: Job) -> None:
        number = job.shard.number
        self._meter.running += 1
        self._attempts[number] = self._attempts.get(number, 0) + 1
        # What was recorded stays on the row while it is worked on: whoever resumes after a crash can still use it.
        self._rows.append(CorpusShard(number, "running", attempts=self._attempts[number], outcome=job.previous or {}))

    def _end(self, ended: Ended) -> None:
        shard, attempts = ended.job.shard, self._attempts[ended.job.shard.number]
        if isinstance(ended, Done):
            self._refuse_unseen(ended.outcome)
            outcome = {**ended.outcome, "etag": shard.etag}
            key = shard_key(shard, str(outcome.get("content_sha256", shard.etag)), self._versions)
            self._rows.append(CorpusShard(shard.number, "done", key, attempts, outcome))
            self._done.append(shard)
            self._meter.done += 1
            self._meter.count(_size(shard), worked=True)
            self._add(outcome)
            self._attempts.pop(shard.number)
            return
        if isinstance(ended, Failed) and ended.fatal:
            self._rows.append(CorpusShard(shard.number, "pending", attempts=attempts, outcome=ended.job.previous or {}))
            self._record()
            raise RunError(ended.code, ended.reason, ended.hint)
        if attempts < MOST_ATTEMPTS and not (isinstance(ended, Failed) and not ended.again):
            self._again.append(ended.job)
            return
        reason = f"{ended.code} {ended.reason}" if isinstance(ended, Failed) else ended.reason
        outcome = {"reason": reason, "file": " … ".join(dict.fromkeys((shard.file, shard.file_names[-1]))), "etag": shard.etag}
        self._rows.append(CorpusShard(shard.number, "quarantined", "", attempts, outcome))
        self.quarantined[shard.number] = reason
        self._meter.quarantined += 1
        self._meter.count(_size(shard), worked=True)
        if len(self.quarantined) >= _HOPELESS_AFTER and not self._meter.done:
            self._record()
            hint = "look into the reasons (brightline corpus status), then resume: quarantined shards are tried again"
            raise RunError("BL-CORPUS-037", f"{len(self.quarantined)} shards failed and none was done; the last: {reason}", hint)

    def _refuse_unseen(self, outcome: Mapping[str, Any]) -> None:
        """What a worker wrote must be where we look for it: on a cluster a local folder is another one on every node."""
        unseen = next((name for name in outcome.get("outputs", ()) if self._workspace is not None and not self._workspace.exists(name)), "")
        if unseen:
            hint = "use s3:// or a file system that all nodes share"
            raise RunError("BL-CORPUS-007", f"a worker wrote {unseen}, but it is not in the workspace as seen from here", hint)

    def _record(self) -> None:
        elapsed = self._meter.elapsed_s
        if self._rows:
            self._manifest.record(self._task.stage, self._last_of_each())
            self._rows.clear()
            self._forget()
            self._beat_at = elapsed
        elif elapsed - self._beat_at > _BEAT_EVERY_S:
            self._manifest.beat()
            self._beat_at = elapsed

    def _forget(self) -> None:
        """What tasks kept of shards that are on record now. Before that, whoever resumes would have to do them again."""
        if isinstance(self._task, JournalTask):
            for shard in self._done:
                self._task.forget(shard)
        self._done.clear()

    def _last_of_each(self) -> list[CorpusShard]:
        return list({row.number: row for row in self._rows}.values())

    def _add(self, outcome: Mapping[str, Any]) -> None:
        for name, value in outcome.items():
            if isinstance(value, int) and not isinstance(value, bool):
                self.counts[name] = self.counts.get(name, 0) + value
        self._meter.documents = self.counts.get("documents", 0)
        self._meter.rejected = self.counts.get("rejects", 0)


def _runner(task: ShardTask, runner: str, workers: int, address: str | None, most_s: float) -> Runner:
    if runner == "ray":
        from brightline.corpus.engine.cluster import ClusterRunner  # the extra `cluster` is only needed here

        return ClusterRunner(task, workers, address, most_s)
    if workers < 0:
        return InlineRunner(task)
    return NativeRunner(task, workers or len(os.sched_getaffinity(0)), most_s)


def _size(shard: Shard) -> int:
    """The bytes of the input that a shard stands for."""
    return (shard.end or shard.size_bytes) - shard.begin


def _is_whole(workspace: Workspace, name: str, sha256: str) -> bool:
    return workspace.exists(name) and workspace.sha256(name) == sha256
