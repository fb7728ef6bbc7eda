"""A worker process of the native runner: takes jobs from its pipe until the pipe closes or its parent is gone."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from brightline.corpus.arrow_alone import without_pandas
from brightline.corpus.shard import ShardTask, WatchedTask

__all__ = ["loaded", "main", "outlived_by", "work"]

_TOLD_EVERY_S = 1.0  # own choice: next to nothing, and far below any time after which a worker counts as hanging
_PR_SET_PDEATHSIG = 1  # linux/prctl.h: the signal a process gets when its parent dies


def outlived_by(parent: int) -> bool:
    """Die with ``parent``, the process that must be alive; False where it died before we could ask."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        return os.getppid() == parent
    return True


def loaded(greeting: bytes) -> ShardTask:
    """The task of a greeting (``native``), with the search path of whoever sent it."""
    path, pickled = pickle.loads(greeting)  # noqa: S301  # from our own parent, over a pipe that nobody else has
    sys.path[:] = path
    import pyarrow as pa  # after the path is set, and only where there is work

    pa.set_cpu_count(1)
    with without_pandas():
        pa.array([0])  # it asks at its first array; afterwards pandas may be imported by whoever has a use for it
    task: ShardTask = pickle.loads(pickled)  # noqa: S301  # as above
    return task


def work(pipe: Connection, task: ShardTask) -> None:
    """Do what comes over the pipe."""
    import pyarrow  # noqa: F401  # `attempt` needs it: what is missing is told before the time of a shard begins

    from brightline.corpus.engine.jobs import attempt

    if isinstance(task, WatchedTask):
        task = task.watched(_Moved(pipe))
    pipe.send(None)  # ready: from here on time counts
    is_first = True
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        ended = attempt(task, job)
        try:
            pipe.send(ended)
        except OSError:
            return
        del job, ended
        gc.collect()  # tables of the shard that hang in cycles would be there beside those of the next
        if is_first:
            gc.freeze()  # what is left are kernels and their tables: nobody needs to look through them again
            is_first = False


class _Moved:
    """Says over the pipe that the shard moves: from then on time counts anew."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._told_at = float("-inf")

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TOLD_EVERY_S:
            self._told_at = now
            with suppress(OSError):  # who does not listen any more is about to kill us
                self._pipe.send(None)


def main(handle: int, parent: int) -> None:
    """Work by itself. ``handle``: the pipe's file descriptor, over which the greeting comes first; ``parent``: the process that must be alive."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to everybody in the terminal's group; the supervisor decides
    if not outlived_by(parent):
        return
    pipe = Connection(handle)
    with suppress(EOFError):
        work(pipe, loaded(pipe.recv_bytes()))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
