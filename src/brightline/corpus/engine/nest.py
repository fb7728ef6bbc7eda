"""Where workers come from: a process that imports and loads once what all of them need, and forks one whenever it is asked to.

It does no work itself and has one thread, so a fork copies no lock that anybody holds, and kernels' tables lie in memory once for all
workers. Where that does not hold (a kernel's library started a thread, or the system is no Linux) each worker is started anew.

Messages over its socket: ``w`` with two file descriptors (the worker's pipe and its standard error) is answered with the worker's process id;
``s`` and an id with its exit status, once it has ended. When the socket closes, it kills and awaits all that are left.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from brightline.corpus.engine.worker import loaded, outlived_by, work
from brightline.corpus.shard import ShardTask

__all__ = ["NUMBER", "main"]

NUMBER = struct.Struct("!q")
"""Process ids and exit statuses as they are sent."""

_HANDLES = 2


def main(handle: int, greeting_handle: int, parent: int) -> None:
    """Serve. ``handle``: the socket's file descriptor. ``greeting_handle``: a file that holds the greeting."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to everybody in the terminal's group; the supervisor decides
    if not outlived_by(parent):
        return
    control = socket.socket(fileno=handle)
    with os.fdopen(greeting_handle, "rb") as file:
        task = loaded(file.read())
    prepare = getattr(task, "prepare", None)
    if prepare is not None:
        with suppress(Exception):  # the first job fails on the same, and tells
            prepare()
    gc.collect()
    gc.freeze()  # pages on which nobody counts references stay shared
    children: dict[int, subprocess.Popen[bytes] | None] = {}
    try:
        _serve(control, task, children)
    finally:
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid, started in children.items():
            _status(pid, started)


def _serve(control: socket.socket, task: ShardTask, children: dict[int, subprocess.Popen[bytes] | None]) -> None:
    while True:
        asked, handles, _flags, _address = socket.recv_fds(control, 1 + NUMBER.size, _HANDLES)
        if not asked:
            return
        if asked[:1] == b"w":
            pipe, stderr = handles
            pid, started = (_forked(control, task, pipe, stderr), None) if _can_fork() else _started(pipe, stderr)
            children[pid] = started
            os.close(pipe)
            os.close(stderr)
            control.sendall(NUMBER.pack(pid))
        else:
            (pid,) = NUMBER.unpack(asked[1:])
            control.sendall(NUMBER.pack(_status(pid, children.pop(pid))))


def _can_fork() -> bool:
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1


def _forked(control: socket.socket, task: ShardTask, pipe: int, stderr: int) -> int:
    nest = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        control.close()
        os.dup2(stderr, 1)
        os.dup2(stderr, 2)
        os.close(stderr)
        connection = Connection(pipe)
        if outlived_by(nest):
            connection.recv_bytes()  # the greeting, which is for those that are started anew
            work(connection, task)
        status = 0
    except EOFError:
        status = 0
    except BaseException:  # nothing of the nest's own may run in a worker
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _started(pipe: int, stderr: int) -> tuple[int, subprocess.Popen[bytes]]:
    """Anew: the greeting comes over its pipe."""
    process = subprocess.Popen(
        [sys.executable, "-m", "brightline.corpus.engine.worker", str(pipe), str(os.getpid())],
        pass_fds=[pipe], stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr,
    )  # fmt: skip
    return process.pid, process


def _status(pid: int, started: subprocess.Popen[bytes] | None) -> int:
    """As ``Popen.returncode``: negative for a signal."""
    if started is not None:
        return started.wait()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
