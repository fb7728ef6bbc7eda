"""The stage "annotate": reads a shard once and lets every kernel look at it; writes documents, rejects and one table for each kernel.

A kernel that fails on a batch is tried row by row; the row on which it fails again is null in its table, that is: not inspected. On
resuming, a kernel's table stays as it is where input, reader, its options and the kernel's version are the same, so that a new kernel
costs its own work and a changed one no other's. What kernels found goes into a journal piece by piece, so that a shard that has to be done again
costs its reading and one piece. Text is read, and never written.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from brightline._version import __version__
from brightline.corpus.errors import CorpusError, RunError, unquoted
from brightline.corpus.journal import Journal, drop, drop_all_but
from brightline.corpus.kernel import Kernel, KernelSpec, loaded_kernels
from brightline.corpus.pieces import PIECE_BYTES, Found, packed, pieces_of, rows_digest, unpacked
from brightline.corpus.reading import ShardReading
from brightline.corpus.schema import DOCUMENTS, REJECTS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import TableSink, Workspace

if TYPE_CHECKING:  # the store takes a second to import, and a worker has no use for it
    from pathlib import Path

    from brightline.store.corpus_runs import CorpusShard

__all__ = [
    "READER_VERSION",
    "AnnotateTask",
    "annotate_batch",
    "annotate_figures",
    "annotation_name",
    "annotation_schema",
    "kernel_versions",
    "reading_versions",
]

READER_VERSION = "3"
"""Changes whenever the readers would make other documents or rejects of the same bytes."""

_DOC_ID = pa.field("doc_id", pa.string(), nullable=False)
_MOST_REASONS = 5
_JOURNALS = "journal"


def annotation_name(kernel: str, shard: Shard) -> str:
    """The name of a kernel's table for a shard."""
    return f"annotations/{kernel}/{shard.name}.parquet"


def annotation_schema(kernel: Kernel) -> pa.Schema:
    """The schema of a kernel's table: the document's id before its columns."""
    return pa.schema([_DOC_ID, *kernel.schema])


def kernel_versions(kernels: Sequence[KernelSpec]) -> dict[str, str]:
    """Name → version of kernels. Raises ``CorpusError`` BL-CORPUS-081 where two have one name, and what announcing or loading raises."""
    versions: dict[str, str] = {}
    for name, version in (spec.announced() for spec in kernels):
        if name in versions:
            raise CorpusError("BL-CORPUS-081", f"two kernels are called {name!r}", "each needs a folder of its own")
        versions[name] = version
    return versions


def reading_versions(options: ReadOptions) -> dict[str, str]:
    """Of the readers, and of what they were told."""
    return {"reader": READER_VERSION, "reading": options.digest}


def _nobody() -> None:
    """Is told that a shard moves where nobody watches."""


@dataclass(frozen=True, slots=True)
class AnnotateTask:
    """``versions``: of reader, its options and kernels as they were when the run began, found by loading them where they are not given. A
    worker that loads others refuses: rules that change half-way are never mixed. ``moved``: called whenever a piece of a shard is through.
    """

    workspace: Workspace
    kernels: tuple[KernelSpec, ...]
    options: ReadOptions = field(default_factory=ReadOptions)
    versions: Mapping[str, str] = field(default_factory=dict)
    moved: Callable[[], None] = _nobody

    def __post_init__(self) -> None:
        if not self.versions:
            object.__setattr__(self, "versions", {**reading_versions(self.options), **kernel_versions(self.kernels)})

    @property
    def stage(self) -> str:
        return "annotate"

    def prepare(self) -> None:
        """Load what every worker needs, before there is one."""
        loaded_kernels(self.kernels)

    def watched(self, moved: Callable[[], None]) -> AnnotateTask:
        """The same task, which tells ``moved`` that it gets on."""
        return replace(self, moved=moved)

    def forget(self, shard: Shard) -> None:
        """Remove the shard's journal: its outcome is on record."""
        path = self._journal_path(shard.name)
        if path is not None:
            drop(path)

    def finish(self, aside: Collection[int]) -> None:
        """Remove every journal but those of the shards of these numbers, which will be tried again: also what an earlier run left that had more."""
        folder = self.workspace.growing(_JOURNALS)
        if folder is not None:
            drop_all_but(folder, frozenset(f".{number:06d}" for number in aside))

    def __call__(self, shard: Shard) -> Mapping[str, object]:
        """Annotate a shard. Counts: ``documents``, ``rejects``, ``chars``, ``not_inspected`` (rows that any kernel left null).

        Raises ``RunError`` BL-CORPUS-039 where a kernel is not of the run's version; ``Unreadable``; what the storage raises.
        """
        return self._annotate(shard, {}, self._kernels())

    def resume(self, shard: Shard, previous: Mapping[str, Any]) -> Mapping[str, object]:
        """Annotate what is not annotated yet. ``previous``: what this task gave back for the shard before."""
        kernels = self._kernels()
        kept = self._kept(shard, previous)
        try:
            return self._annotate(shard, kept, [kernel for kernel in kernels if kernel.name not in kept["kernels"]] if kept else kernels)
        except _OtherContentError:
            return self._annotate(shard, {}, kernels)

    def _kernels(self) -> list[Kernel]:
        kernels = loaded_kernels(self.kernels)
        for name, now in reading_versions(self.options).items():
            if self.versions.get(name) != now:
                found = f"{name} {self.versions.get(name)} when the run began, {now} now"
                raise RunError("BL-CORPUS-039", f"the readers changed while the run went on ({found})", "begin a new run")
        for kernel in kernels:
            if kernel.version != self.versions.get(kernel.name):
                found = f"{self.versions.get(kernel.name)} when the run began, {kernel.version} now"
                hint = "begin a new run: what has not changed is taken over"
                raise RunError("BL-CORPUS-039", f"the rules of {kernel.name!r} changed while the run went on ({found})", hint)
        return kernels

    def _kept(self, shard: Shard, previous: Mapping[str, Any]) -> dict[str, Any]:
        """The part of an earlier outcome that still holds; empty where the documents themselves do not."""
        same = {**self._read_as(), "file": shard.file, "part": _part(shard)}
        if not previous or any(previous.get(name) != value for name, value in same.items()):
            return {}
        outputs: Mapping[str, str] = previous["outputs"]
        if not all(self._stands(outputs, name) for name in (f"documents/{shard.name}.parquet", f"rejects/{shard.name}.parquet")):
            return {}
        kernels = {
            name: row
            for name, row in previous["kernels"].items()
            if row["version"] == self.versions.get(name) and self._stands(outputs, annotation_name(name, shard))
        }
        return {**previous, "kernels": kernels}

    def _read_as(self) -> dict[str, str | None]:
        return {name: self.versions.get(name) for name in reading_versions(self.options)}

    def _journal_path(self, shard_name: str) -> Path | None:
        return self.workspace.growing(f"{_JOURNALS}/.{shard_name}")

    def _journal(self, shard: Shard, kernels: Sequence[Kernel]) -> Journal:
        """What kernels find depends on the rows, which each entry names, and on themselves: on nothing else of the shard."""
        digests = {kernel.name: spec.digest for spec, kernel in zip(self.kernels, loaded_kernels(self.kernels), strict=True)}
        every = [[kernel.name, kernel.version, digests[kernel.name], str(kernel.schema)] for kernel in kernels]
        key = hashlib.sha256(json.dumps([__version__, PIECE_BYTES, every]).encode()).digest()
        return Journal(self._journal_path(shard.name) if kernels else None, key)

    def _stands(self, outputs: Mapping[str, str], name: str) -> bool:
        return name in outputs and self.workspace.exists(name) and self.workspace.sha256(name) == outputs[name]

    def _annotate(self, shard: Shard, kept: Mapping[str, Any], kernels: Sequence[Kernel]) -> dict[str, object]:
        reading = ShardReading(shard, self.options)
        documents, rejects = f"documents/{shard.name}.parquet", f"rejects/{shard.name}.parquet"
        rows = rejected = chars = not_inspected = 0
        reasons: Counter[str] = Counter()
        failures: dict[str, Counter[str]] = {kernel.name: Counter() for kernel in kernels}
        nulls = dict.fromkeys(failures, 0)
        self.moved()
        sinks: dict[str, TableSink] = {}
        with ExitStack() as open_sinks:

            def sink(name: str, schema: pa.Schema) -> None:
                sinks[name] = open_sinks.enter_context(self.workspace.table_sink(name, schema))

            if not kept:
                sink(documents, DOCUMENTS)
                sink(rejects, REJECTS)
            for kernel in kernels:
                sink(annotation_name(kernel.name, shard), annotation_schema(kernel))
            # Where nothing is to be made, the input is only read if it may be another one: then its digest says whether it is.
            is_read = bool(sinks) or kept.get("etag") != shard.etag
            journal = open_sinks.enter_context(self._journal(shard, kernels))
            for batch in reading.batches() if is_read else ():
                lengths = pc.utf8_length(batch.documents["text"]).cast(pa.int32())
                rows += batch.documents.num_rows
                rejected += batch.rejects.num_rows
                reasons.update(batch.rejects["reason"].to_pylist())
                chars += pc.sum(lengths).as_py() or 0
                if not kept:
                    sinks[documents].write(batch.documents.drop_columns("text").append_column(DOCUMENTS.field("chars"), lengths))
                    sinks[rejects].write(batch.rejects)
                through = [self._piece(journal, kernels, piece) for piece in pieces_of(batch.documents)] if kernels else []
                for kernel in kernels if through else ():
                    found = pa.concat_tables([each[kernel.name].table for each in through])
                    for each in through:
                        _count(failures[kernel.name], each[kernel.name].failures)
                    nulls[kernel.name] += _null_rows(found)
                    sinks[annotation_name(kernel.name, shard)].write(found.add_column(0, _DOC_ID, batch.documents["doc_id"]))
                self.moved()
            if kept and is_read and reading.content_sha256 != kept["content_sha256"]:
                raise _OtherContentError
        outputs = {name: sink.written.sha256 for name, sink in sinks.items()}
        made = {kernel.name: _kernel_row(kernel, nulls[kernel.name], failures[kernel.name]) for kernel in kernels}
        every = {**kept.get("kernels", {}), **made}
        not_inspected = max((row["not_inspected"] for row in every.values()), default=0)
        if kept:
            still = {documents, rejects, *(annotation_name(name, shard) for name in every)}
            outputs = {name: sha256 for name, sha256 in {**kept["outputs"], **outputs}.items() if name in still}
            return {**kept, "outputs": outputs, "kernels": every, "not_inspected": not_inspected, "annotated": list(made)}
        return {
            "file": shard.file,
            "part": _part(shard),
            **self._read_as(),
            "content_sha256": reading.content_sha256,
            "documents": rows,
            "rejects": rejected,
            "reject_reasons": dict(sorted(reasons.items())),
            "chars": chars,
            "not_inspected": not_inspected,
            "outputs": outputs,
            "kernels": every,
            "annotated": list(made),
        }

    def _piece(self, journal: Journal, kernels: Sequence[Kernel], piece: pa.Table) -> dict[str, Found]:
        """What each kernel finds in a piece, from the journal where it is there. New or not, it is what was packed: the tables come to
        the same bytes."""
        rows = rows_digest(piece) if journal.is_kept else b""
        through = {}
        for kernel in kernels:
            about = hashlib.sha256(rows + kernel.name.encode()).digest()
            content = journal.recall(about)
            if content is None:
                content = packed(Found(*_annotated(kernel, piece)))
                journal.note(about, content)
                self.moved()
            through[kernel.name] = unpacked(content)
        return through


def annotate_figures(rows: Iterable[CorpusShard]) -> dict[str, Any]:
    """What a stage "annotate" came to: sums over its manifest. Quarantined shards are counted with their bytes, so that coverage knows."""
    sums: Counter[str] = Counter()
    rejects: Counter[str] = Counter()
    kernels: dict[str, dict[str, Any]] = {}
    quarantined: dict[str, str] = {}
    for row in rows:
        sums[f"shards_{row.status}"] += 1
        if row.status == "quarantined":
            quarantined[f"{row.number:06d}"] = f"{row.outcome.get('file', '')}: {row.outcome.get('reason', '')}"
        if row.status != "done":
            continue
        sums.update({name: row.outcome.get(name, 0) for name in ("documents", "rejects", "chars", "duplicate_ids")})
        rejects.update(row.outcome.get("reject_reasons", {}))
        for name, its in row.outcome.get("kernels", {}).items():
            mine = kernels.setdefault(name, {"version": its["version"], "not_inspected": 0, "failures": Counter()})
            mine["not_inspected"] += its["not_inspected"]
            mine["failures"].update(its["failures"])
    return {
        **{name: int(sums[name]) for name in sorted(sums)},
        "reject_reasons": dict(sorted(rejects.items())),
        "kernels": {name: {**its, "failures": dict(sorted(its["failures"].items()))} for name, its in sorted(kernels.items())},
        "quarantined": quarantined,
    }


def annotate_batch(kernel: Kernel, documents: pa.Table, failures: Counter[str]) -> pa.Table:
    """One row in the kernel's schema for each document; null where it failed, with the reasons counted in ``failures``."""
    found, reasons = _annotated(kernel, documents)
    _count(failures, reasons)
    return found


def _annotated(kernel: Kernel, documents: pa.Table) -> tuple[pa.Table, Counter[str]]:
    failures: Counter[str] = Counter()
    if not documents.num_rows:
        return kernel.schema.empty_table(), failures
    try:
        return _fitting(kernel, kernel.annotate(documents), documents.num_rows), failures
    except Exception:  # any fault of a kernel: it is looked for in the single rows
        return pa.concat_tables(_row_by_row(kernel, documents, failures)), failures


def _row_by_row(kernel: Kernel, documents: pa.Table, failures: Counter[str]) -> Iterator[pa.Table]:
    nothing = pa.table([pa.nulls(1, each.type) for each in kernel.schema], schema=_nullable(kernel.schema))
    for number in range(documents.num_rows):
        try:
            yield _fitting(kernel, kernel.annotate(documents.slice(number, 1)), 1)
        except Exception as error:  # this row is what the kernel fails on
            failures[unquoted(error)[:200]] += 1
            yield nothing


def _count(failures: Counter[str], more: Mapping[str, int]) -> None:
    """The first reasons by their names, the rest together."""
    for reason, rows in more.items():
        failures[reason if reason in failures or len(failures) < _MOST_REASONS else "other"] += rows


def _fitting(kernel: Kernel, made: pa.Table, rows: int) -> pa.Table:
    if made.num_rows != rows:
        raise ValueError(f"{kernel.name} made {made.num_rows} rows of {rows}")
    return made.select(kernel.schema.names).cast(_nullable(kernel.schema))


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([each.with_nullable(True) for each in schema])


def _null_rows(table: pa.Table) -> int:
    """Rows on which the kernel did not look: those that are null in every column (``Kernel.annotate``)."""
    if not all(column.null_count for column in table.columns):
        return 0
    nulls = [pc.is_null(column) for column in table.columns]
    return int(pc.sum(reduce(pc.and_, nulls)).as_py() or 0)


def _kernel_row(kernel: Kernel, nulls: int, failures: Counter[str]) -> dict[str, Any]:
    return {"version": kernel.version, "not_inspected": nulls, "failures": dict(sorted(failures.items()))}


def _part(shard: Shard) -> list[str | int]:
    """What of its file a shard is, as JSON has it: positions and lines of documents are counted from there."""
    return [shard.format, shard.packed, shard.begin, shard.end, shard.first_line, *([shard.member_names] if shard.members else [])]


class _OtherContentError(Exception):
    """The shard is not what an earlier run annotated."""
