"""A kernel: Arrow table in, Arrow table out. Everything that looks at documents is one; the engine knows nothing else of them.

A kernel travels to worker processes and machines as its ``KernelSpec`` (a name to import and plain options), never as an object.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import pyarrow as pa

from brightline.corpus.errors import CorpusError

__all__ = ["Announced", "Kernel", "KernelSpec", "loaded_kernels"]


class Kernel(Protocol):
    """Annotates documents.

    ``name``: one word, the folder of its columns. ``version``: changes whenever the same text could be annotated otherwise (digest of
    its rules and of its code's number). ``schema``: the columns that it makes, all nullable.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def schema(self) -> pa.Schema: ...

    def annotate(self, documents: pa.Table) -> pa.Table:
        """One row for each row of ``documents`` (``schema.INPUT``), in its order, in the kernel's schema. Rows come in pieces of any size
        (``pieces.PIECE_BYTES``), so what is found in one depends on that row alone.

        A row on which the kernel gives up is null in every column. An exception means that the batch was not annotated: whoever
        calls tries its rows one by one and leaves nulls where it fails again.
        """
        ...


class Announced(NamedTuple):
    """What a kernel is called and which version it would have."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """``factory``: ``module:function`` that takes the options as keywords and gives a Kernel. ``options``: JSON values only."""

    factory: str
    options: Mapping[str, object] = field(default_factory=dict)

    def load(self) -> Kernel:
        """The kernel. Raises ``CorpusError`` BL-CORPUS-080 if there is none of that name, and what its factory raises."""
        module, _colon, name = self.factory.partition(":")
        try:
            make = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise CorpusError("BL-CORPUS-080", f"there is no kernel {self.factory!r} ({error})", "use module:function") from error
        kernel: Kernel = make(**self.options)
        return kernel

    def announced(self) -> Announced:
        """Name and version of the kernel, without loading it where its module can tell: an ``announce`` beside the factory, with the same
        options, that gives ``None`` where only the kernel itself knows. A process that begins a run has no other use for seconds of tables.
        Raises as ``load``.
        """
        module = self.factory.partition(":")[0]
        try:
            announce = getattr(importlib.import_module(module), "announce", None)
        except ImportError:
            announce = None
        announced: Announced | None = announce(**self.options) if announce is not None else None
        if announced is not None:
            return announced
        kernel = self.load()
        return Announced(kernel.name, kernel.version)

    @property
    def digest(self) -> str:
        """16 hex characters of factory and options."""
        canonical = json.dumps([self.factory, dict(self.options)], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


_loaded: dict[tuple[str, ...], list[Kernel]] = {}


def loaded_kernels(specs: Sequence[KernelSpec]) -> list[Kernel]:
    """The kernels, loaded once in a process: their tables take seconds and hundreds of megabytes. Those asked for last are kept."""
    key = tuple(spec.digest for spec in specs)
    if key not in _loaded:
        _loaded.clear()
        _loaded[key] = [spec.load() for spec in specs]
    return _loaded[key]
