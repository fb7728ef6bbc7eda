"""A command measured from outside: wall time, CPU of the whole process tree, and its peak memory as PSS.

PSS (proportional set size, proc(5), smaps_rollup) shares the pages that several processes have in common between them, so that forked
workers are not counted twice; the sum over the tree is sampled, so a peak shorter than the interval can be missed.
Python's byte code is kept, as in every installation: where the environment forbids it, each process would compile what it imports anew.
CPU is what the kernel charged to the command and to every descendant that somebody waited for, or what the samples saw where that is more.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "measured"]

_EVERY_S = 0.4  # as the reference's measurements were taken (corpus.md, section 8)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    wall_s: float
    cpu_s: float
    peak_mb: float
    status: int
    tail: str


def measured(command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None, timeout_s: float = 3000) -> Measured:
    """Run ``command`` with its output in ``log``; over ``timeout_s`` it is ended, with status 124."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    peak, seen = 0, {}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env={**_installed(log.parent), **(environ or {})}
        )
        status = None
        while status is None and time.monotonic() - began < timeout_s:
            tree = _tree(process.pid)
            peak = max(peak, sum(map(_pss, tree)))
            seen.update({pid: ticks for pid in tree if (ticks := _ticks(pid))})
            try:
                status = process.wait(_EVERY_S)
            except subprocess.TimeoutExpired:
                continue
        if status is None:
            for pid in reversed(_tree(process.pid)):
                os.kill(pid, 9)
            process.wait()
            status = 124
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    tail = log.read_bytes()[-2000:].decode("utf-8", "replace")
    return Measured(wall, max(waited, sum(seen.values()) / _TICKS), peak / 1e6, status, tail)


def _installed(work: Path) -> dict[str, str]:
    """The environment, with byte code kept beside the log."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(work / "bytecode")}


def _tree(root: int) -> list[int]:
    """``root`` and its descendants, parents first."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ticks(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
