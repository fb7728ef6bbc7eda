"""The runner without workers: every job in this process. For a notebook, a test or a debugger; whatever kills a job kills the run."""

from __future__ import annotations

from brightline.corpus.engine.jobs import Ended, Job, attempt
from brightline.corpus.shard import ShardTask

__all__ = ["InlineRunner"]


class InlineRunner:
    """One job at a time, done while one waits for it."""

    slots = 1

    def __init__(self, task: ShardTask) -> None:
        self._task = task
        self._job: Job | None = None

    def submit(self, job: Job) -> None:
        self._job = job

    def wait(self, timeout_s: float) -> list[Ended]:
        job, self._job = self._job, None
        return [] if job is None else [attempt(self._task, job)]

    def close(self) -> None:
        self._job = None
