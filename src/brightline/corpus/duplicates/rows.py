"""Rows: the documents of a run numbered through, shard after shard, so that millions of them fit into arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from brightline.corpus.duplicates.groups import Rows
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

__all__ = ["RowNumbers", "ShardRows"]


class ShardRows(NamedTuple):
    """Chosen rows of one shard. ``inside``: their places in the shard, ascending; ``first``: the number of its first row."""

    shard: Shard
    inside: Rows
    first: int


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """``starts[i]``: the number of the first document of ``shards[i]``; ``total``: documents in all. ``left_out``: shards that nobody
    annotated."""

    shards: tuple[Shard, ...]
    starts: tuple[int, ...]
    total: int
    left_out: tuple[int, ...]

    @classmethod
    def of(cls, workspace: Workspace, shards: Sequence[Shard]) -> RowNumbers:
        """Number the documents whose bands are there."""
        found: list[Shard] = []
        starts: list[int] = []
        left_out: list[int] = []
        total = 0
        for shard in sorted(shards, key=lambda shard: shard.number):
            name = f"annotations/bands/{shard.name}.parquet"
            if not workspace.exists(name):
                left_out.append(shard.number)
                continue
            found.append(shard)
            starts.append(total)
            with workspace.source(name) as file:
                total += pq.ParquetFile(file).metadata.num_rows
        return cls(tuple(found), tuple(starts), total, tuple(left_out))

    def by_shard(self, rows: Rows) -> Iterator[ShardRows]:
        """Ascending rows, shard by shard."""
        bounds = np.searchsorted(rows, [*self.starts, self.total])
        for place, shard in enumerate(self.shards):
            chosen = rows[bounds[place] : bounds[place + 1]]
            if len(chosen):
                yield ShardRows(shard, chosen - self.starts[place], self.starts[place])

    def documents(self, workspace: Workspace, rows: Rows, columns: Sequence[str]) -> Iterator[tuple[Rows, pa.Table]]:
        """Columns of ``schema.DOCUMENTS`` for ascending rows, with the rows that each table is of."""
        for part in self.by_shard(rows):
            table = workspace.read_table(f"documents/{part.shard.name}.parquet", columns)
            yield part.inside + part.first, table.take(pa.array(part.inside))

    def document_ids(self, workspace: Workspace, rows: Rows) -> dict[int, str]:
        """Row → ``doc_id``."""
        names: dict[int, str] = {}
        for numbers, table in self.documents(workspace, rows, ["doc_id"]):
            names.update(zip(numbers.tolist(), table["doc_id"].to_pylist(), strict=True))
        return names
