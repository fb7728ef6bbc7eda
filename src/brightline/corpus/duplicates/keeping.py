"""Which document of several copies stays, and who belongs to it.

A document is taken out for one that stays and that it was itself compared with: copies of copies, which may have nothing in common with
the one that stays, are no cluster. Documents are gone through from the best to the worst; one that resembles none that already stays
stays too (the greedy maximal independent set, which depends on nothing but the order and the verified pairs).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

__all__ = ["Edge", "Membership", "memberships", "missing_pairs"]

_MOST_KEEPERS = 4
"""Own choice: of 2,000 copies of one text 16,000 pairs met in bands, and all keepers of neighbours made 200,000 more."""


class Edge(NamedTuple):
    """A verified pair."""

    one: int
    other: int
    jaccard: float
    covered: float


class Membership(NamedTuple):
    """A document that is taken out, the one that stays for it, and how alike they are."""

    row: int
    keeper: int
    jaccard: float


def memberships(edges: Sequence[Edge], order: Mapping[int, int]) -> dict[int, Membership]:
    """By row, the documents that are taken out. ``order``: row → place, 0 the best; no two rows have the same."""
    near = _neighbours(edges)
    staying: set[int] = set()
    taken: dict[int, Membership] = {}
    for row in sorted(near, key=order.__getitem__):
        keepers = [edge for edge in near[row] if edge.other in staying]
        if not keepers:
            staying.add(row)
            continue
        best = max(keepers, key=lambda edge: (edge.covered, edge.jaccard, -order[edge.other]))
        taken[row] = Membership(row, best.other, best.jaccard)
    return taken


def missing_pairs(
    edges: Sequence[Edge], taken: Mapping[int, Membership], looked_at: AbstractSet[tuple[int, int]], order: Mapping[int, int]
) -> set[tuple[int, int]]:
    """Pairs worth looking at in addition: where two copies belong to different clusters, each with the other's keeper, and both keepers.

    Caps and chance may have hidden such a pair from the bands. ``looked_at``: pairs of earlier calls, the smaller row first. Of a
    document's pairs those with the best keepers come first, ``_MOST_KEEPERS`` a call: what is best of a family of thousands
    reaches all its members in a few calls, and the work is bounded by the documents.
    """
    known = {(min(edge.one, edge.other), max(edge.one, edge.other)) for edge in edges} | looked_at
    wanted: dict[int, set[int]] = {}
    for edge in edges:
        one, other = (taken[row].keeper if row in taken else row for row in (edge.one, edge.other))
        if one != other:
            for row, keeper in ((one, other), (other, one), (edge.one, other), (edge.other, one)):
                if row != keeper and (min(row, keeper), max(row, keeper)) not in known:
                    wanted.setdefault(row, set()).add(keeper)
    return {
        (min(row, keeper), max(row, keeper))
        for row, keepers in wanted.items()
        for keeper in heapq.nsmallest(_MOST_KEEPERS, keepers, key=order.__getitem__)
    }


def _neighbours(edges: Sequence[Edge]) -> dict[int, list[Edge]]:
    near: dict[int, list[Edge]] = {}
    for edge in edges:
        near.setdefault(edge.one, []).append(edge)
        near.setdefault(edge.other, []).append(Edge(edge.other, edge.one, edge.jaccard, edge.covered))
    return near
