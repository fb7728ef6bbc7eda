"""A job: one task on one shard, and how it can end. The same function does it in this process, in a worker, and on another machine."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from brightline.corpus.errors import CorpusError, NotInstalled, RunError, unquoted
from brightline.corpus.shard import Shard, ShardTask
from brightline.errors import BrightlineError

__all__ = ["Done", "Ended", "Failed", "Job", "Lost", "ResumableTask", "Runner", "attempt"]

_LONGEST_REASON = 600

# Faults of one shard although their class says otherwise: a file that another stage did not leave, a request that failed.
_OF_ONE_SHARD = ("BL-CORPUS-032", "BL-CORPUS-034")
_OF_EVERY_SHARD = ("BL-CORPUS-008", "BL-CORPUS-08")  # options and kernels that cannot be used
_PASSING = ("BL-CORPUS-011", "BL-CORPUS-032")  # storage that failed may answer the next time


@runtime_checkable
class ResumableTask(ShardTask, Protocol):
    """A task that can keep a part of what an earlier run did with the shard."""

    def resume(self, shard: Shard, previous: Mapping[str, Any]) -> Mapping[str, object]:
        """As a call, but ``previous`` is the outcome that is on record for this shard's number."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """``previous``: the recorded outcome, where there is one and the task can use it."""

    shard: Shard
    previous: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    job: Job
    outcome: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """The task raised. ``again``: another attempt may end better. ``fatal``: no other shard would fare better, so the run stops."""

    job: Job
    code: str
    reason: str
    hint: str = ""
    again: bool = True
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker died on it: killed, out of memory, crashed."""

    job: Job
    reason: str


Ended = Done | Failed | Lost


class Runner(Protocol):
    """Does jobs somewhere."""

    @property
    def slots(self) -> int:
        """How many jobs it takes at once."""
        ...

    def submit(self, job: Job) -> None: ...

    def wait(self, timeout_s: float) -> list[Ended]:
        """What ended, after at most that time."""
        ...

    def close(self) -> None:
        """Stop everything at once; what is under way is lost."""
        ...


def attempt(task: ShardTask, job: Job) -> Ended:
    """Do a job. Nothing but the death of the process escapes, and memory that Arrow holds in reserve is given back."""
    try:
        if job.previous is not None and isinstance(task, ResumableTask):
            return Done(job, dict(task.resume(job.shard, job.previous)))
        return Done(job, dict(task(job.shard)))
    except BrightlineError as error:
        fatal = error.code not in _OF_ONE_SHARD and (isinstance(error, (RunError, NotInstalled)) or error.code.startswith(_OF_EVERY_SHARD))
        again = error.code in _PASSING or not isinstance(error, CorpusError)
        return Failed(job, error.code, error.message, error.hint, again, fatal)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{unquoted(error)} ({where.name}, line {where.lineno})"
        return Failed(job, "BL-CORPUS-038", reason[:_LONGEST_REASON], "report it with the shard's name")
    finally:
        pa.default_memory_pool().release_unused()
