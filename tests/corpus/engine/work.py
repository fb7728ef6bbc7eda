"""Tasks and kernels for the engine's tests. They stand here because worker processes import them."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """The length of each text; fails on texts with the word in ``fails_on``, and kills its process on ``dies_on``."""

    def __init__(self, name: str, version: str, fails_on: str, dies_on: str, log: str) -> None:
        self.name = name
        self.version = version
        self.schema = _LENGTH
        self._fails_on = fails_on
        self._dies_on = dies_on
        self._log = log

    def annotate(self, documents: pa.Table) -> pa.Table:
        if self._log:
            with Path(self._log).open("a") as file:
                file.write(f"{self.name} {documents.num_rows}\n")
        lengths = []
        for text in documents["text"].to_pylist():
            if self._fails_on and self._fails_on in text:
                raise ValueError("cannot count this")
            if self._dies_on and self._dies_on in text:
                os.kill(os.getpid(), signal.SIGKILL)
            lengths.append(len(text))
        return pa.table([pa.array(lengths, pa.int32())], schema=_LENGTH)


def length_kernel(name: str = "length", version: str = "1", fails_on: str = "", dies_on: str = "", log: str = "") -> LengthKernel:
    return LengthKernel(name, version, fails_on, dies_on, log)


def version_of_file(path: str, name: str = "length") -> LengthKernel:
    """A kernel whose rules lie in a file."""
    return LengthKernel(name, Path(path).read_text(), "", "", "")
