"""Who stays: every document that is taken out was compared with one that stays."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.duplicates.keeping import Edge, memberships, missing_pairs

ROWS = 9
edges = st.lists(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1), st.floats(0, 1), st.floats(0.6, 1)).filter(
        lambda edge: edge[0] < edge[1]
    ),
    max_size=20,
    unique_by=lambda edge: edge[:2],
).map(lambda found: [Edge(*edge) for edge in found])
orders = st.permutations(range(ROWS)).map(lambda order: {row: place for place, row in enumerate(order)})


@given(edges, orders)
def test_every_row_is_taken_out_for_a_neighbour_that_stays_and_no_two_that_stay_are_copies(
    found: list[Edge], order: dict[int, int]
) -> None:
    taken = memberships(found, order)
    alike = {frozenset((edge.one, edge.other)): edge for edge in found}
    for row, membership in taken.items():
        assert membership.row == row
        assert membership.keeper not in taken
        assert alike[frozenset((row, membership.keeper))].jaccard == membership.jaccard
        assert order[membership.keeper] < order[row]
    assert not any(edge.one not in taken and edge.other not in taken for edge in found)


@given(edges, orders, st.randoms())
def test_the_outcome_does_not_depend_on_the_order_in_which_pairs_were_found(
    found: list[Edge], order: dict[int, int], chooser: object
) -> None:
    shuffled = [Edge(edge.other, edge.one, edge.jaccard, edge.covered) for edge in found]
    chooser.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    assert {row: each.keeper for row, each in memberships(shuffled, order).items()} == {
        row: each.keeper for row, each in memberships(found, order).items()
    }


@given(edges, orders)
def test_no_pair_is_looked_at_twice(found: list[Edge], order: dict[int, int]) -> None:
    taken = memberships(found, order)
    missing = missing_pairs(found, taken, frozenset(), order)
    known = {(min(edge.one, edge.other), max(edge.one, edge.other)) for edge in found}
    assert not missing & known
    assert all(one < other for one, other in missing)
    assert not missing & missing_pairs(found, taken, missing, order)


def test_a_large_family_is_looked_at_a_few_pairs_a_document_and_ends_with_one_that_stays() -> None:
    rows = 600
    chooser = random.Random("family")
    found = {(min(pair), max(pair)) for pair in (chooser.sample(range(rows), 2) for _ in range(4 * rows))}
    order = {row: row for row in range(rows)}
    looked_at: set[tuple[int, int]] = set()
    for _look in range(8):
        edges = [Edge(one, other, 0.9, 0.9) for one, other in sorted(found | looked_at)]  # all are copies of one another
        missing = missing_pairs(edges, memberships(edges, order), looked_at, order)
        assert len(missing) <= 4 * rows
        looked_at |= missing
    assert {membership.keeper for membership in memberships(edges, order).values()} == {0}
