"""The runner of one machine: as many worker processes as it has cores, each of which may die without the others noticing.

Workers are forked by a process of their own that loaded the task (``nest``), not by this one: forking copies threads' locks, and
``multiprocessing`` would import the caller's script a second time. Each talks over one pipe and dies with its parent.
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
from brightline.corpus.engine.nest import NUMBER
from brightline.corpus.shard import ShardTask

__all__ = ["NativeRunner"]

_SHOWN_STDERR_BYTES = 400
_STARTING_S = 300.0  # own choice: a worker imports and unpickles in seconds; on a machine that swaps, in minutes
_ENDING_S = 2.0  # a worker that has been killed is gone in milliseconds; this only bounds waiting for it


@dataclass(slots=True)
class _Worker:
    nest: _Nest
    pid: int  # 0: there is none, as its nest is gone
    pipe: Connection
    stderr: IO[bytes]
    job: Job | None = field(default=None)
    begun_at: float = 0.0
    is_late: bool = False

    def kill(self) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class NativeRunner:
    """``workers`` processes, started when there is work for them. ``most_s``: a shard of which nothing is heard for so long hangs, and its
    worker is killed.
    """

    def __init__(self, task: ShardTask, workers: int, most_s: float = float("inf")) -> None:
        self.slots = workers
        self._most_s = most_s
        self._greeting = pickle.dumps((list(sys.path), pickle.dumps(task)))
        self._workers: list[_Worker] = []
        self._nest: _Nest | None = None

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
        busy = {worker.pipe: worker for worker in self._workers if worker.job is not None}
        ended: list[Ended] = []
        for pipe in wait(list(busy), timeout_s):
            worker = busy[pipe]  # type: ignore[index]  # typeshed: wait also takes sockets and handles; we gave connections
            try:
                said: Ended | None = worker.pipe.recv()
                if said is None:  # it is ready, or its shard moves: from here on time counts
                    worker.begun_at = time.monotonic()
                    continue
                ended.append(said)
                worker.job = None
            except (EOFError, OSError, pickle.UnpicklingError):
                if worker.job is not None:
                    ended.append(Lost(worker.job, self._bury(worker)))
        self._kill_late()  # after what they said: a supervisor that slept finds that first
        return ended

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        for worker in list(self._workers):
            self._bury(worker)
        if self._nest is not None:
            self._nest.close()
            self._nest = None

    def _kill_late(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.job is not None and now - worker.begun_at > self._most_s:
                worker.is_late = True
                worker.kill()

    def _start(self) -> _Worker:
        if self._nest is None or not self._nest.is_alive:
            if self._nest is not None:
                self._nest.close()
            self._nest = _Nest(self._greeting)
        ours, theirs = socket.socketpair()
        stderr = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the worker; `_bury` closes it
        with theirs:
            pid = self._nest.worker(theirs.fileno(), stderr.fileno())
        if not pid:  # whoever comes late finds nobody to work for, and goes
            ours.shutdown(socket.SHUT_RDWR)
        worker = _Worker(self._nest, pid, Connection(ours.detach()), stderr)
        self._workers.append(worker)
        with suppress(OSError):  # it died at once: `wait` sees that, and says why
            worker.pipe.send_bytes(self._greeting)
        return worker

    def _bury(self, worker: _Worker) -> str:
        """Take a worker off the list; why it died, in words."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.kill()  # it closed its pipe, so it is about to go; this only bounds waiting for it
        code = worker.nest.status(worker.pid)
        with worker.stderr as stderr:
            said = _end_of(stderr) or worker.nest.said
        cause = f"nothing was heard of it for more than {self._most_s:g} s, and it was stopped" if worker.is_late else _cause(code)
        if not worker.pid and code is None:
            cause = f"no worker came within {_STARTING_S:g} s"
        return cause + (f"; it said: {said}" if said else "")


class _Nest:
    """The process that workers are forked from. It loads the task while the first of them is asked for."""

    def __init__(self, greeting: bytes) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the nest
        self.said = ""
        self._owed = 0  # answers that have not come yet
        self._heard = b""
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_STARTING_S)
        with theirs, tempfile.TemporaryFile() as file:
            file.write(greeting)
            file.seek(0)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "brightline.corpus.engine.nest", str(theirs.fileno()), str(file.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno(), file.fileno()], stdin=subprocess.DEVNULL, stdout=self._stderr, stderr=self._stderr, env=_environment(),
            )  # fmt: skip

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def worker(self, pipe: int, stderr: int) -> int:
        """A new worker's process id; 0 where none came to be, or none in time."""
        try:
            return self._asked(b"w" + NUMBER.pack(0), pipe, stderr)
        except OSError:
            return 0

    def status(self, pid: int) -> int | None:
        """How a worker ended, as ``Popen.returncode`` has it: the nest's own end where that is why. ``None`` where it does not say in time."""
        try:
            if pid:
                return self._asked(b"s" + NUMBER.pack(pid))
            if self._owed and self.is_alive:
                return None
        except TimeoutError:
            return None
        except OSError:
            pass  # it is gone
        return self._end()

    def close(self) -> None:
        """End it, and whatever it still has to look after; it is awaited, so that what all of them cost is on our account."""
        self._control.close()
        self._end()
        self._stderr.close()

    def _asked(self, question: bytes, *handles: int) -> int:
        """The answer to a question, and to no other: those that came too late for theirs are passed over first.

        Raises ``TimeoutError``, and ``OSError`` where the nest is gone.
        """
        while self._owed:
            self._answer()
            self._owed -= 1
        socket.send_fds(self._control, [question], handles)
        self._owed += 1
        answer = self._answer()
        self._owed -= 1
        return answer

    def _answer(self) -> int:
        while len(self._heard) < NUMBER.size:
            heard = self._control.recv(NUMBER.size - len(self._heard))
            if not heard:
                raise ConnectionResetError
            self._heard += heard
        (number,) = NUMBER.unpack(self._heard)
        self._heard = b""
        return int(number)

    def _end(self) -> int:
        try:
            code = self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if not self._stderr.closed:
            self.said = _end_of(self._stderr)
        return code


def _end_of(stderr: IO[bytes]) -> str:
    end = stderr.seek(0, os.SEEK_END)
    stderr.seek(max(0, end - _SHOWN_STDERR_BYTES))
    return stderr.read().decode("utf-8", "replace").strip()


def _environment() -> dict[str, str]:
    # Cores are shared out by processes: threads inside each would only get into one another's way. And where workers come from has none but
    # its own, or it could not be forked: Arrow's jemalloc starts one as it is loaded (jemalloc, "background_thread"; its prefix in Arrow).
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    return os.environ | single | {"PYTHONFAULTHANDLER": "1"}


def _cause(code: int | None) -> str:
    if code is None:
        return "the worker is gone; the process it came from did not say how"
    if code == -signal.SIGKILL:
        return "the worker was killed (signal 9: by somebody, or by the system for want of memory)"
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"the worker crashed ({name})"
    return f"the worker ended by itself (status {code})"
