"""Clusters for people: the largest first, and who is in one."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow.compute as pc

from brightline.corpus.duplicates.clustering import CLUSTERS_FILE, members_name
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

__all__ = ["ClusterSize", "ClustersPage", "Member", "cluster_members", "clusters_page"]


class ClusterSize(NamedTuple):
    """``exact`` and ``near``: members besides the keeper, whose ``doc_id`` is ``cluster_id``. ``least_jaccard``: of the member that is least
    like the keeper."""

    cluster_id: str
    size: int
    exact: int
    near: int
    least_jaccard: float


class ClustersPage(NamedTuple):
    """``total``: clusters in all."""

    clusters: list[ClusterSize]
    total: int


class Member(NamedTuple):
    """A document of a cluster. ``shard``: the number of its shard; ``row``: its place there."""

    doc_id: str
    keeper: bool
    jaccard: float
    exact: bool
    shard: int
    row: int
    file: str
    line: int
    source_id: str | None
    record_id: str | None


def clusters_page(workspace: Workspace, *, after: int = 0, limit: int = 50) -> ClustersPage:
    """Clusters behind the first ``after``, largest first, then by id. Empty where nothing was clustered."""
    if not workspace.exists(CLUSTERS_FILE):
        return ClustersPage([], 0)
    total = 0

    def counted() -> Iterator[ClusterSize]:
        nonlocal total
        for each in _sizes(workspace):
            total += 1
            yield each

    largest = heapq.nsmallest(after + limit, counted(), key=lambda each: (-each.size, each.cluster_id))
    return ClustersPage(largest[after:], total)


def cluster_members(workspace: Workspace, shards: Sequence[Shard], cluster_id: str, *, limit: int = 200) -> list[Member]:
    """The members of a cluster: the keeper, then those that are most like it; at most ``limit``."""
    found: list[Member] = []
    for shard in shards:
        if not workspace.exists(members_name(shard)):
            continue
        table = workspace.read_table(members_name(shard))
        mine = table.filter(pc.equal(table["cluster_id"], cluster_id))
        if not mine.num_rows:
            continue
        documents = workspace.read_table(f"documents/{shard.name}.parquet", ["file", "line", "source_id", "record_id"])
        for row, place in zip(mine.to_pylist(), documents.take(mine["row"]).to_pylist(), strict=True):
            found.append(Member(row["doc_id"], row["keeper"], row["jaccard"], row["exact"], shard.number, row["row"], **place))
    return sorted(found, key=lambda each: (not each.keeper, -each.jaccard, each.doc_id))[:limit]


def _sizes(workspace: Workspace) -> Iterator[ClusterSize]:
    """Cluster after cluster, as they stand in the table: the keeper first."""
    current = ""
    exact = near = 0
    least = 1.0
    for batch in workspace.batches(CLUSTERS_FILE, ["cluster_id", "keeper", "jaccard", "exact"]):
        for cluster_id, keeper, jaccard, is_exact in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if cluster_id != current:
                if current:
                    yield ClusterSize(current, 1 + exact + near, exact, near, least)
                current, exact, near, least = cluster_id, 0, 0, 1.0
            if not keeper:
                exact += is_exact
                near += not is_exact
                least = min(least, jaccard)
    if current:
        yield ClusterSize(current, 1 + exact + near, exact, near, least)
