"""The runner of one machine: as many worker processes as it has cores, each of which may die without the others noticing.

A worker is started anew (``python -m brightline.corpus.engine.worker``), not forked and not by ``multiprocessing``: forking copies
threads' locks, and ``multiprocessing`` would import the caller's script a second time. It talks over one pipe and dies with its parent.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import IO

from brightline.corpus.engine.jobs import Ended, Job, Lost
from brightline.corpus.shard import ShardTask

__all__ = ["NativeRunner"]

_SHOWN_STDERR_BYTES = 400
_STARTING_S = 300.0  # own choice: a worker imports and unpickles in seconds; on a machine that swaps, in minutes
_ENDING_S = 2.0  # a worker that has been killed is gone in milliseconds; this only bounds waiting for it


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    pipe: Connection
    stderr: IO[bytes]
    job: Job | None = field(default=None)
    begun_at: float = 0.0
    is_late: bool = False


class NativeRunner:
    """``workers`` processes, started when there is work for them. ``most_s``: a shard that takes longer hangs, and its worker is killed."""

    def __init__(self, task: ShardTask, workers: int, most_s: float = float("inf")) -> None:
        self.slots = workers
        self._most_s = most_s
        self._greeting = pickle.dumps((list(sys.path), pickle.dumps(task)))
        self._workers: list[_Worker] = []

    def submit(self, job: Job) -> None:
        idle = next((worker for worker in self._workers if worker.job is None), None)
        worker = idle or self._start()
        worker.job = job
        # A new worker says itself when it is ready.
        worker.begun_at = time.monotonic() + (0 if idle is not None else _STARTING_S)
        try:
            worker.pipe.send(job)
        except OSError:  # it died while it was idle: `wait` sees that, and says what became of the job
            return

    def wait(self, timeout_s: float) -> list[Ended]:
        self._kill_late()
        busy = {worker.pipe: worker for worker in self._workers if worker.job is not None}
        ended: list[Ended] = []
        for pipe in wait(list(busy), timeout_s):
            worker = busy[pipe]  # type: ignore[index]  # typeshed: wait also takes sockets and handles; we gave connections
            try:
                said: Ended | None = worker.pipe.recv()
                if said is None:
                    worker.begun_at = time.monotonic()
                    continue
                ended.append(said)
                worker.job = None
            except (EOFError, OSError, pickle.UnpicklingError):
                if worker.job is not None:
                    ended.append(Lost(worker.job, self._bury(worker)))
        return ended

    def close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in list(self._workers):
            self._bury(worker)

    def _kill_late(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.job is not None and now - worker.begun_at > self._most_s:
                worker.is_late = True
                worker.process.kill()

    def _start(self) -> _Worker:
        ours, theirs = socket.socketpair()
        stderr = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the worker; `_bury` closes it
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "brightline.corpus.engine.worker", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, env=_environment(),
            )  # fmt: skip
        worker = _Worker(process, Connection(ours.detach()), stderr)
        self._workers.append(worker)
        with suppress(OSError):  # it died at once: `wait` sees that, and says why
            worker.pipe.send_bytes(self._greeting)
        return worker

    def _bury(self, worker: _Worker) -> str:
        """Take a worker off the list; why it died, in words."""
        self._workers.remove(worker)
        worker.pipe.close()
        try:
            code = worker.process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            code = worker.process.wait()
        with worker.stderr as stderr:
            end = stderr.seek(0, os.SEEK_END)
            stderr.seek(max(0, end - _SHOWN_STDERR_BYTES))
            said = stderr.read().decode("utf-8", "replace").strip()
        cause = f"it took more than {self._most_s:g} s and was stopped" if worker.is_late else _cause(code)
        return cause + (f"; it said: {said}" if said else "")


def _environment() -> dict[str, str]:
    # Cores are shared out by processes: threads inside each would only get into one another's way.
    return os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONFAULTHANDLER": "1"}


def _cause(code: int) -> str:
    if code == -signal.SIGKILL:
        return "the worker was killed (signal 9: by somebody, or by the system for want of memory)"
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"the worker crashed ({name})"
    return f"the worker ended by itself (status {code})"
