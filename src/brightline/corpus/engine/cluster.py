"""The runner of a cluster: the same jobs as Ray tasks, one shard each.

Ray retries nothing here (``max_retries=0``): it would do so without a word, and the supervisor has to count what a shard cost. A node or
worker that dies costs the shards it held, no others. Inputs and workspace must be where every node sees them (``s3://``, or a shared file
system), and every node needs this version of Brightline. Where the cluster asks for a token, Ray
takes it from ``RAY_AUTH_TOKEN`` or ``RAY_AUTH_TOKEN_PATH`` (with ``RAY_AUTH_MODE=token``); it never passes through Brightline. That a long shard
moves is told to an actor of the cluster, which the supervisor asks before it gives a shard up.
"""

from __future__ import annotations

import itertools
import pickle
import socket
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from brightline._version import __version__
from brightline.corpus.engine.jobs import Done, Ended, Failed, Job, Lost, attempt
from brightline.corpus.errors import NotInstalled, RunError
from brightline.corpus.shard import ShardTask, WatchedTask

try:
    import ray
    from ray.exceptions import RayError, RayTaskError
except ImportError as error:
    raise NotInstalled("cluster", str(error.name or "ray")) from error

__all__ = ["ClusterRunner"]

_LOOKED_AT_EVERY_S = 10.0  # how often the cluster's size is asked for: nodes come and go
_KNOCK_S = 10.0  # own choice: what answers later than that is too far away to work with
_TOLD_EVERY_S = 10.0  # own choice: some hundred workers, one actor
_TOLD_OF = 100_000  # own choice: more attempts than are under way at once
_LOCAL = "local"
_NO_CLUSTER = "check the address, and that `ray status` answers there"


class ClusterRunner:
    """``workers`` jobs at once, 0 for as many as the cluster has CPUs. ``address``: the cluster's (``host:6379``, ``auto``, or, where
    ``ray[client]`` is installed, ``ray://host:10001``), nothing for a cluster of this machine alone, which ends with the stage.

    Raises ``RunError`` BL-CORPUS-004 where there is no such cluster, -005 where it does not let us in.
    """

    def __init__(self, task: ShardTask, workers: int, address: str | None, most_s: float = float("inf")) -> None:
        self._workers = workers
        self._most_s = most_s
        self._is_ours = not ray.is_initialized()
        if self._is_ours:
            _connect(address or _LOCAL, workers)
        self._task = ray.put(pickle.dumps(task))
        self._attempt = ray.remote(num_cpus=1, max_retries=0)(_attempted)
        self._heard = cast("Any", ray.remote(num_cpus=0, max_restarts=-1)(_Heard)).remote()
        self._numbers = itertools.count()
        self._under_way: dict[Any, Job] = {}
        self._watched: dict[Any, _Attempt] = {}
        self._slots, self._counted_at = 1, float("-inf")

    @property
    def slots(self) -> int:
        if self._workers:
            return self._workers
        now = time.monotonic()
        if now - self._counted_at > _LOOKED_AT_EVERY_S:
            self._slots, self._counted_at = max(1, int(cast("Any", ray).cluster_resources().get("CPU", 1))), now
        return self._slots

    def submit(self, job: Job) -> None:
        number = next(self._numbers)
        reference = self._attempt.remote(self._task, job, __version__, self._heard, number, min(_TOLD_EVERY_S, self._most_s / 4))
        self._under_way[reference] = job
        self._watched[reference] = _Attempt(number, time.monotonic() + self._most_s)

    def wait(self, timeout_s: float) -> list[Ended]:
        self._stop_late()
        ready, _others = ray.wait(list(self._under_way), timeout=timeout_s, fetch_local=False)
        if ready:
            ready, _others = ray.wait(list(self._under_way), num_returns=len(self._under_way), timeout=0, fetch_local=False)
        return [self._ended(reference, self._under_way.pop(reference)) for reference in ready]

    def close(self) -> None:
        for reference in self._under_way:
            ray.cancel(reference, force=True)
        self._under_way.clear()
        if self._is_ours:
            ray.shutdown()
        else:
            ray.kill(self._heard)

    def _stop_late(self) -> None:
        late = [reference for reference, attempt in self._watched.items() if time.monotonic() > attempt.late_at]
        told = self._told() if late else {}
        for reference in late:
            attempt = self._watched[reference]
            if not attempt.is_stopped and told.get(attempt.number, 0) != attempt.told:
                attempt.told = told.get(attempt.number, 0)
                attempt.late_at = time.monotonic() + self._most_s
                continue
            attempt.is_stopped = True
            ray.cancel(reference, force=True)

    def _told(self) -> dict[int, int]:
        try:
            told: dict[int, int] = ray.get(self._heard.told.remote(), timeout=_KNOCK_S)
        except (RayError, TimeoutError):  # it was lost with its node: nothing was heard
            return {}
        return told

    def _ended(self, reference: Any, job: Job) -> Ended:
        is_late = self._watched.pop(reference).is_stopped
        try:
            ended: Done | Failed = ray.get(reference)
        except RayTaskError as error:
            # Only what happens before or around `attempt` gets here: the node lacks a package, or cannot unpickle the task.
            hint = f"install brightline {__version__} with the extras corpus and cluster on every node"
            return Failed(job, "BL-CORPUS-006", f"a node of the cluster cannot do the work: {error.cause}", hint, again=False, fatal=True)
        except RayError as error:
            if is_late:  # cancelling by force looks like any other death
                return Lost(job, f"nothing was heard of it for more than {self._most_s:g} s, and it was stopped")
            return Lost(job, f"the cluster lost the worker ({type(error).__name__}: {str(error).splitlines()[0][:200]})")
        return ended


@dataclass(slots=True)
class _Attempt:
    """``told``: how often it was heard of when somebody last asked."""

    number: int
    late_at: float
    told: int = 0
    is_stopped: bool = False


class _Heard:
    """Runs on the cluster: how often something was heard of each attempt that takes long."""

    def __init__(self) -> None:
        self._told: Counter[int] = Counter()

    def tell(self, number: int) -> None:
        told = self._told.pop(number, 0)
        self._told[number] = told + 1  # as the newest
        if len(self._told) > _TOLD_OF:
            del self._told[next(iter(self._told))]

    def told(self) -> dict[int, int]:
        return dict(self._told)


class _Moved:
    """Tells that an attempt gets on; of short ones nothing."""

    def __init__(self, heard: Any, number: int, every_s: float) -> None:
        self._heard, self._number, self._every_s = heard, number, every_s
        self._told_at = time.monotonic()

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= self._every_s:
            self._told_at = now
            self._heard.tell.remote(self._number)


def _attempted(task: bytes, job: Job, version: str, heard: Any, number: int, every_s: float) -> Ended:
    """Runs on a node."""
    if version != __version__:
        hint = "install one version on every node"
        return Failed(job, "BL-CORPUS-006", f"a node has brightline {__version__}, not {version}", hint, again=False, fatal=True)
    import pyarrow as pa  # only where there is work

    pa.set_cpu_count(1)
    mine: ShardTask = pickle.loads(task)  # noqa: S301  # from our own driver, over the cluster's own connection
    return attempt(mine.watched(_Moved(heard, number, every_s)) if isinstance(mine, WatchedTask) else mine, job)


def _knock(address: str) -> bool:
    """Whether somebody answers there. Ray itself (2.60) goes on trying for more than three minutes. ``False`` where only Ray can tell.

    Raises ``RunError`` BL-CORPUS-004 where nobody does.
    """
    host, _colon, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return False
    try:
        socket.create_connection((host, int(port)), _KNOCK_S).close()
    except OSError as error:
        raise RunError("BL-CORPUS-004", f"there is no Ray cluster at {address} ({error})", _NO_CLUSTER) from error
    return True


def _connect(address: str, workers: int) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    answers = False
    if address == _LOCAL:
        options |= {"address": _LOCAL, "include_dashboard": False, "_node_ip_address": "127.0.0.1"}
        if workers:
            options["num_cpus"] = workers
    else:
        options["address"] = address
        answers = _knock(address)
    try:
        ray.init(**options)
    except (RayError, ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        ray.shutdown()
        said = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        # Of a wrong token Ray only tells its log; but who answers and lets nobody in wants one, or is no Ray cluster.
        if answers or "token" in said.lower():
            hint = "set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN (on the cluster's head node: ray get-auth-token), and check the port"
            raise RunError("BL-CORPUS-005", f"{address} answers, but does not let us in ({said})", hint) from error
        raise RunError("BL-CORPUS-004", f"there is no Ray cluster at {address} ({said})", _NO_CLUSTER) from error
