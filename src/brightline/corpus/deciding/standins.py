"""Which text of a cluster stays, where its keeper does not.

A copy is dropped because another text says the same. Where that other text is itself dropped or set aside (its source, a complaint,
what it contains), the best of the copies that may stay takes its place; where none may, no copy is dropped for being one. Copies were compared with the keeper, not with the one that took its place:
only where one of the two has the keeper's own text is it known how alike they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Member", "StandIn", "elect"]


class Member(NamedTuple):
    """A document of a cluster. ``exact``: it has the keeper's normalised text; ``outcome``: what it would be if it were no copy."""

    doc_id: str
    cluster_id: str
    keeper: bool
    jaccard: float
    exact: bool
    outcome: str


class StandIn(NamedTuple):
    """``doc_id``: empty where no text of the cluster stays. ``exact``: it has the keeper's normalised text."""

    doc_id: str
    exact: bool


_NOBODY = StandIn("", False)


def elect(members: Iterable[Member]) -> dict[str, StandIn]:
    """Cluster → the document that takes the keeper's place; clusters whose keeper stays are not among them.

    Whoever is closest to the keeper; used as it is before used with something covered; then the smaller ``doc_id``.
    """
    staying: set[str] = set()
    clusters: set[str] = set()
    best: dict[str, tuple[bool, float, str, bool]] = {}
    for member in members:
        clusters.add(member.cluster_id)
        if member.outcome not in ("keep", "redact"):
            continue
        if member.keeper:
            staying.add(member.cluster_id)
        place = (member.outcome == "redact", -member.jaccard, member.doc_id, member.exact)
        if member.cluster_id not in best or place < best[member.cluster_id]:
            best[member.cluster_id] = place
    return {cluster: StandIn(*best[cluster][2:]) if cluster in best else _NOBODY for cluster in sorted(clusters - staying)}
