"""One document, with everything that is known of it: where it stands, what was found in it, what was decided, and its text.

The text is read from the input again; nothing here keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from brightline.corpus.errors import CorpusError
from brightline.corpus.reading import read_shard
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

__all__ = ["FoundDocument", "KernelFinding", "find_documents", "text_of"]


class KernelFinding(NamedTuple):
    """A finding with its place in the raw text, and the kernel that made it."""

    kernel: str
    rule: str
    start: int
    end: int
    score: float
    validator: str
    evidence_hash: str


class FoundDocument(NamedTuple):
    """``row``: its place in the shard. ``document``: as in ``schema.DOCUMENTS``; ``decision``: as in ``schema.DECISIONS``, or ``None`` before
    one was made. ``not_inspected``: kernels that gave no result."""

    shard: Shard
    row: int
    document: dict[str, Any]
    decision: dict[str, Any] | None
    findings: tuple[KernelFinding, ...]
    not_inspected: tuple[str, ...]


def find_documents(
    workspace: Workspace,
    shards: Sequence[Shard],
    *,
    doc_id: str = "",
    record_id: str = "",
    file: str = "",
    line: int = 0,
    limit: int = 20,
) -> list[FoundDocument]:
    """The first ``limit`` documents of that id, of that name of their own, or of that file (and line).

    Raises ``CorpusError`` BL-CORPUS-060 where nothing is asked for.
    """
    wanted = {name: value for name, value in (("doc_id", doc_id), ("record_id", record_id), ("file", file), ("line", line)) if value}
    if not wanted.keys() & {"doc_id", "record_id", "file"}:
        raise CorpusError("BL-CORPUS-060", "no document is asked for", "give a document id, a record id, or a file and a line")
    kernels = sorted({name.split("/")[1] for name in workspace.names("annotations/")})
    found: list[FoundDocument] = []
    for shard in shards:
        name = f"documents/{shard.name}.parquet"
        if (file and file not in shard.file_names) or not workspace.exists(name):
            continue
        table = workspace.read_table(name, list(wanted))
        matches = pa.array([True] * table.num_rows)
        for column, value in wanted.items():
            matches = pc.and_(matches, pc.fill_null(pc.equal(table[column], value), False))
        for row in pc.indices_nonzero(matches).to_pylist():
            found.append(_document(workspace, shard, row, kernels))
            if len(found) == limit:
                return found
    return found


def text_of(shard: Shard, reading: ReadOptions, row: int) -> str:
    """The raw text of a document. Raises ``CorpusError`` BL-CORPUS-062 where the shard has no such row any more; what the reader raises."""
    at = 0
    for batch in read_shard(shard, reading):
        if row < at + batch.documents.num_rows:
            return str(batch.documents["text"][row - at].as_py())
        at += batch.documents.num_rows
    raise CorpusError("BL-CORPUS-062", f"{shard.file} has {at} documents in this shard now", "inspect the corpus anew")


def _document(workspace: Workspace, shard: Shard, row: int, kernels: Sequence[str]) -> FoundDocument:
    document = _row(workspace, f"documents/{shard.name}.parquet", row)
    decided = f"decisions/{shard.name}.parquet"
    findings: list[KernelFinding] = []
    not_inspected: list[str] = []
    for kernel in kernels:
        name = f"annotations/{kernel}/{shard.name}.parquet"
        known = _row(workspace, name, row) if workspace.exists(name) else {}
        if all(value is None for column, value in known.items() if column != "doc_id"):
            not_inspected.append(kernel)
        findings += _findings(kernel, known)
    decision = _row(workspace, decided, row) if workspace.exists(decided) else None
    findings.sort(key=lambda each: (each.start, each.end, each.rule))
    return FoundDocument(shard, row, document, decision, tuple(findings), tuple(not_inspected))


def _findings(kernel: str, known: dict[str, Any]) -> Iterator[KernelFinding]:
    return (KernelFinding(kernel, **found) for found in known.get("findings") or ())


def _row(workspace: Workspace, name: str, row: int) -> dict[str, Any]:
    """A row of a table, by the row group that it lies in."""
    with workspace.source(name) as file:
        parquet = pq.ParquetFile(file)
        for group in range(parquet.num_row_groups):
            rows = parquet.metadata.row_group(group).num_rows
            if row < rows:
                found: dict[str, Any] = parquet.read_row_group(group, use_threads=False).slice(row, 1).to_pylist()[0]
                return found
            row -= rows
    return {}
