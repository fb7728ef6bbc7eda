"""Counts clusters of duplicates: how many there are of each size, how many copies are exact. Streams; clusters reach over shards.

Of each row only 64 bits of the cluster's id are held, and of a large table one part of the range of ids at a time, so memory has a bound
whatever the size. Two clusters whose ids agree in 64 bits would be counted as one (at 10⁸ clusters: once in 3,700 reports).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from brightline.corpus.storage import Workspace

__all__ = ["ClusterCounts", "count_clusters"]

CLUSTERS_FILE = "clusters/clusters.parquet"
_ROWS_AT_ONCE = 65_536
_MOST_HELD = 16_000_000  # own choice: 128 MB of 64-bit ids, twice that while they are sorted


@dataclass(slots=True)
class ClusterCounts:
    """``sizes``: members of a cluster → how many clusters. ``copies``: documents beside the keepers; ``exact`` of them are the same text."""

    sizes: Counter[int] = field(default_factory=Counter)
    documents: int = 0
    copies: int = 0
    exact: int = 0


def count_clusters(workspace: Workspace) -> ClusterCounts:
    """The sums of ``clusters/clusters.parquet``; nothing where there is none."""
    counts = ClusterCounts()
    if not workspace.exists(CLUSTERS_FILE):
        return counts
    for table in workspace.batches(CLUSTERS_FILE, ["keeper", "exact"], _ROWS_AT_ONCE):
        copies = pc.invert(table.column("keeper"))
        counts.documents += table.num_rows
        counts.copies += int(pc.sum(copies).as_py() or 0)
        counts.exact += int(pc.sum(pc.and_(copies, table.column("exact"))).as_py() or 0)
    parts = 1 << max(0, -(-counts.documents // _MOST_HELD) - 1).bit_length()
    for part in range(parts):
        sizes = np.unique(_ids(workspace, part, parts), return_counts=True)[1]
        for size, number in zip(*np.unique(sizes, return_counts=True), strict=True):
            counts.sizes[int(size)] += int(number)
    return counts


def _ids(workspace: Workspace, part: int, parts: int) -> npt.NDArray[np.uint64]:
    """The first 64 bits of the ids of one of ``parts`` equal ranges (a power of two)."""
    held = [np.empty(0, np.uint64)]
    for table in workspace.batches(CLUSTERS_FILE, ["cluster_id"], _ROWS_AT_ONCE):
        ids = np.frombuffer(bytes.fromhex("".join(pc.utf8_slice_codeunits(table.column("cluster_id"), 0, 16).to_pylist())), ">u8")
        held.append(ids[(ids % np.uint64(parts)) == part].astype(np.uint64) if parts > 1 else ids.astype(np.uint64))
    return np.concatenate(held)
