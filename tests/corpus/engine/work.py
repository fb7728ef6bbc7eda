"""Tasks and kernels for the engine's tests. They stand here because worker processes import them."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from brightline.corpus.errors import RunError, Unreadable
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

_loaded_here: list[int] = []


@dataclass(frozen=True, slots=True)
class Copying:
    """Writes what is in the shard's file, after doing what it was told to for certain shards. ``faults``: file → fault; a fault that ends
    with ``once`` happens the first time only. ``slow_s``: how long each shard takes, so that a test can kill in its middle.
    """

    workspace: Workspace
    marks: str
    faults: Mapping[str, str] = field(default_factory=dict)
    slow_s: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    threads: bool = False  # whether loading it leaves a thread behind, as some libraries do

    @property
    def stage(self) -> str:
        return "copy"

    def prepare(self) -> None:
        (Path(self.marks) / f"prepared.{os.getpid()}").touch()
        _loaded_here.append(os.getpid())
        if self.threads:
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

    def __call__(self, shard: Shard) -> Mapping[str, object]:
        begun = Path(self.marks) / f"{shard.name}.{os.getpid()}.{time.monotonic_ns()}"
        begun.touch()
        for nest in _loaded_here:  # a worker that was forked has what its nest loaded
            (Path(self.marks) / f"inherited.{nest}.{os.getpid()}").touch()
        fault = self.faults.get(shard.file, "")
        first = len(list(Path(self.marks).glob(f"{shard.name}.*"))) == 1
        if fault and (first or not fault.endswith("once")):
            _happen(fault)
        content = Path(shard.uri).read_bytes()
        name = f"copies/{shard.name}.bin"
        with self.workspace.sink(name) as sink:
            sink.write(content[: len(content) // 2])
            sink.flush()
            time.sleep(self.slow_s)
            sink.write(content[len(content) // 2 :])
        digest = hashlib.sha256(content).hexdigest()
        return {"documents": 1, "size": len(content), "content_sha256": digest, "outputs": {name: digest}}


@dataclass(frozen=True, slots=True)
class Moving:
    """Gets on ``steps`` times, ``step_s`` apart, then hangs where it is told to."""

    marks: str
    steps: int
    step_s: float
    hangs: bool = False
    moved: Callable[[], object] = gc.collect  # something that can be pickled; whoever watches puts itself there

    @property
    def stage(self) -> str:
        return "move"

    def watched(self, moved: Callable[[], None]) -> Moving:
        return replace(self, moved=moved)

    def __call__(self, shard: Shard) -> Mapping[str, object]:
        (Path(self.marks) / f"{shard.name}.{os.getpid()}.{time.monotonic_ns()}").touch()
        for _ in range(self.steps):
            time.sleep(self.step_s)
            self.moved()
        if self.hangs:
            signal.pause()
        return {"content_sha256": shard.etag}


def _happen(fault: str) -> None:
    what = fault.removesuffix(" once")
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "kill nest":
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "exit":
        os._exit(3)
    elif what == "raise":
        raise ValueError("something in the shard")
    elif what == "unreadable":
        raise Unreadable("BL-CORPUS-012", "it changed", file="x")
    elif what == "full":
        raise RunError("BL-CORPUS-030", "no space is left", "make room")
    elif what == "storage":
        raise RunError("BL-CORPUS-032", "the storage failed")
    elif what == "missing":
        raise RunError("BL-CORPUS-034", "there is no such file")
    elif what == "hang":
        signal.pause()
    elif what == "hoard":
        hoard = [np.empty(64 << 20, np.uint8) for _ in range(1 << 30)]  # never touched, so it takes addresses and no memory
        raise AssertionError(len(hoard))


_LENGTH = pa.schema([pa.field("length", pa.int32())])


class LengthKernel:
    """The length of each text; fails on texts with the word in ``fails_on``, and kills its process on ``dies_on``. ``log``: a file that gets a line
    for each call, with the number of rows and, where it is ``named``, the first one's id. ``rounds``: how often each text is hashed besides, as
    work takes time.
    """

    def __init__(self, name: str, version: str, fails_on: str, dies_on: str, log: str, named: bool = False, rounds: int = 0) -> None:
        self.name = name
        self.version = version
        self.schema = _LENGTH
        self._fails_on = fails_on
        self._dies_on = dies_on
        self._log = log
        self._named = named
        self._rounds = rounds

    def annotate(self, documents: pa.Table) -> pa.Table:
        if self._log:
            with Path(self._log).open("a") as file:
                file.write(f"{self.name} {documents.num_rows}" + (f" {documents['doc_id'][0]}" if self._named else "") + "\n")
        lengths = []
        for text in documents["text"].to_pylist():
            if self._fails_on and self._fails_on in text:
                raise ValueError("cannot count this")
            if self._dies_on and self._dies_on in text:
                os.kill(os.getpid(), signal.SIGKILL)
            for _ in range(self._rounds):
                hashlib.sha256(text.encode())
            lengths.append(len(text))
        return pa.table([pa.array(lengths, pa.int32())], schema=_LENGTH)


def length_kernel(
    name: str = "length", version: str = "1", fails_on: str = "", dies_on: str = "", log: str = "", named: bool = False, rounds: int = 0
) -> LengthKernel:
    return LengthKernel(name, version, fails_on, dies_on, log, named, rounds)


@dataclass
class Calls:
    """What was logged (``named``) between one kill and the next: each list is of one process' life."""

    lives: list[dict[str, int]] = field(default_factory=list)

    def take(self, log: Path) -> None:
        """Read the log of the life that ended, and empty it."""
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        log.unlink(missing_ok=True)
        whole = (line.split() for line in lines if line.endswith("\n"))
        self.lives.append({first: int(rows) for _name, rows, first in whole})

    @property
    def rows(self) -> int:
        """Of all calls."""
        return sum(sum(life.values()) for life in self.lives)

    def lost(self) -> list[int]:
        """For each life the rows that were annotated in it and again in a later one: what its end cost."""
        return [
            sum(rows for first, rows in life.items() if any(first in later for later in self.lives[number + 1 :]))
            for number, life in enumerate(self.lives)
        ]


class QuotingKernel:
    """Fails on everything, and quotes it."""

    name, version, schema = "quoting", "1", _LENGTH

    def annotate(self, documents: pa.Table) -> pa.Table:
        raise ValueError(f"invalid literal: {documents['text'][0].as_py()!r}")


def quoting_kernel() -> QuotingKernel:
    return QuotingKernel()


def version_of_file(path: str, name: str = "length") -> LengthKernel:
    """A kernel whose rules lie in a file."""
    return LengthKernel(name, Path(path).read_text(), "", "", "")
