"""A worker process of the native runner: takes jobs from its pipe until the pipe closes or its parent is gone."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
from multiprocessing.connection import Connection

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h: the signal a process gets when its parent dies


def main(handle: int, parent: int) -> None:
    """Work. ``handle``: the pipe's file descriptor; ``parent``: the process that must be alive."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to everybody in the terminal's group; the supervisor decides
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            return
    pipe = Connection(handle)
    try:
        path, pickled = pickle.loads(pipe.recv_bytes())  # noqa: S301  # from our own parent, over a pipe that nobody else has
    except EOFError:
        return
    sys.path[:] = path
    import pyarrow as pa  # after the path is set, and only in the worker

    from brightline.corpus.engine.jobs import attempt

    pa.set_cpu_count(1)
    task = pickle.loads(pickled)  # noqa: S301  # as above
    pipe.send(None)  # ready: from here on time counts
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


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
