"""Which document of several copies stays, and who belongs to it.

A document is taken out for one that stays and that it was itself compared with: copies of copies, which may have nothing in common with
the one that stays, are no cluster. Documents are gone through from the best to the worst; one that resembles none that already stays
stays too (the greedy maximal independent set, which depends on nothing but the order and the verified pairs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

__all__ = ["Edge", "Membership", "memberships", "missing_pairs"]


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


def missing_pairs(edges: Sequence[Edge], taken: Mapping[int, Membership], looked_at: AbstractSet[tuple[int, int]]) -> set[tuple[int, int]]:
    """Pairs worth looking at in addition: where two copies belong to different clusters, each with the other's keeper, and both keepers.

    Caps and chance may have hidden such a pair from the bands. ``looked_at``: pairs of earlier calls, the smaller row first.
    """
    known = {(min(edge.one, edge.other), max(edge.one, edge.other)) for edge in edges} | looked_at
    missing: set[tuple[int, int]] = set()
    for edge in edges:
        one, other = (taken[row].keeper if row in taken else row for row in (edge.one, edge.other))
        if one != other:
            missing.update((min(pair), max(pair)) for pair in ((one, other), (edge.one, other), (edge.other, one)) if pair[0] != pair[1])
    return missing - known


def _neighbours(edges: Sequence[Edge]) -> dict[int, list[Edge]]:
    near: dict[int, list[Edge]] = {}
    for edge in edges:
        near.setdefault(edge.one, []).append(edge)
        near.setdefault(edge.other, []).append(Edge(edge.other, edge.one, edge.jaccard, edge.covered))
    return near
