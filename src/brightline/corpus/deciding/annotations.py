"""What was annotated of a shard, row by row: findings of all kernels, and which kernels gave no result.

A kernel gave no result for a row where the row is null in all its columns, and for every row of a shard for which it left no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from brightline.corpus.annotating import annotation_name
from brightline.corpus.deciding.document import Seen
from brightline.corpus.errors import RunError
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

__all__ = ["ShardAnnotations", "found_by", "read_annotations"]

_FINDINGS = "findings"


@dataclass(frozen=True, slots=True)
class ShardAnnotations:
    """``found``: row → findings, only rows that have any. ``missing``: row → kernels without a result, only rows that have any."""

    found: dict[int, list[Seen]]
    missing: dict[int, list[str]]


def read_annotations(workspace: Workspace, shard: Shard, kernels: Sequence[str], rows: int) -> ShardAnnotations:
    """Annotations of a shard of ``rows`` documents. Raises ``RunError`` BL-CORPUS-064 where a table is not of these documents."""
    found: dict[int, list[Seen]] = {}
    missing: dict[int, list[str]] = {}
    for kernel in sorted(kernels):
        name = annotation_name(kernel, shard)
        if not workspace.exists(name):
            for row in range(rows):
                missing.setdefault(row, []).append(kernel)
            continue
        table = workspace.read_table(name, _columns(workspace, name))
        if table.num_rows != rows:
            raise RunError("BL-CORPUS-064", f"{name} has {table.num_rows} rows for {rows} documents", "annotate the shard anew")
        for row in np.flatnonzero(_without_result(table)).tolist():
            missing.setdefault(row, []).append(kernel)
        if _FINDINGS in table.column_names:
            for row, seen in found_by(table[_FINDINGS]):
                found.setdefault(row, []).append(seen)
    return ShardAnnotations(found, missing)


def found_by(column: pa.ChunkedArray) -> Iterator[tuple[int, Seen]]:
    """Row and finding, for all findings of a column of lists."""
    lists = column.combine_chunks()
    rows = pc.list_parent_indices(lists).to_pylist()
    flat = pc.list_flatten(lists)
    columns = (flat.field(name).to_pylist() for name in ("rule", "score", "validator"))
    return ((row, Seen(*values)) for row, *values in zip(rows, *columns, strict=True))


def _columns(workspace: Workspace, name: str) -> list[str]:
    """The columns that tell whether a kernel gave up: its findings, or all but what is long."""
    with workspace.source(name) as file:
        schema = pq.ParquetFile(file).schema_arrow
    if _FINDINGS in schema.names:
        return [_FINDINGS]
    return [field.name for field in schema if field.name != "doc_id" and not pa.types.is_fixed_size_binary(field.type)]


def _without_result(table: pa.Table) -> npt.NDArray[np.bool_]:
    nothing = np.ones(table.num_rows, bool)
    for column in table.columns:
        nothing &= column.is_null().to_numpy()
    return nothing
