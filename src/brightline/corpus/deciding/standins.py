"""Which text of a cluster stays, where its keeper does not.

A copy is dropped because another text says the same. Where that other text is itself dropped or set aside (its source, a complaint,
what it contains), the best of the copies that may stay takes its place; where none may, no copy is dropped for being one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Member", "elect"]


class Member(NamedTuple):
    """A document of a cluster. ``outcome``: what it would be if it were no copy."""

    doc_id: str
    cluster_id: str
    keeper: bool
    jaccard: float
    outcome: str


def elect(members: Iterable[Member]) -> dict[str, str]:
    """Cluster → the document that takes the keeper's place, empty for none; clusters whose keeper stays are not among them.

    Whoever is closest to the keeper; used as it is before used with something covered; then the smaller ``doc_id``.
    """
    staying: set[str] = set()
    clusters: set[str] = set()
    best: dict[str, tuple[bool, float, str]] = {}
    for member in members:
        clusters.add(member.cluster_id)
        if member.outcome not in ("keep", "redact"):
            continue
        if member.keeper:
            staying.add(member.cluster_id)
        place = (member.outcome == "redact", -member.jaccard, member.doc_id)
        if member.cluster_id not in best or place < best[member.cluster_id]:
            best[member.cluster_id] = place
    return {cluster: best[cluster][2] if cluster in best else "" for cluster in sorted(clusters - staying)}
