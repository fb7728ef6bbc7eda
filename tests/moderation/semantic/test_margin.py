"""The rule: a margin of both sides, whatever the similarities are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.moderation.semantic.margin import Projection, fitted, likeness, margins, similarity, weights_beside


def unit(rows: list[list[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    table = np.array(rows, np.float32)
    return table / np.linalg.norm(table, axis=1, keepdims=True)


EXEMPLARS = unit([[1, 0.1, 0], [1, -0.1, 0], [0.9, 0, 0.5], [0.9, 0.1, 0.5]])
HARMFUL = np.array([True, True, False, False])


def test_texts_lie_on_the_side_of_their_exemplars_though_all_similarities_are_high() -> None:
    texts = unit([[1, 0.05, 0], [0.9, 0.05, 0.5]])
    assert float((texts @ EXEMPLARS.T).min()) > 0.85
    harmful, twin = margins(texts, EXEMPLARS, fitted(EXEMPLARS, HARMFUL))
    assert harmful > 0.3
    assert twin < -0.3


def test_many_copies_of_one_exemplar_weigh_hardly_more_than_one() -> None:
    copied = np.concatenate([EXEMPLARS, np.repeat(EXEMPLARS[2:3], 20, axis=0)])
    labels = np.concatenate([HARMFUL, np.zeros(20, bool)])
    assert margins(unit([[1, 0.05, 0]]), copied, fitted(copied, labels))[0] > 0.3


def test_exemplars_that_come_later_are_heard_and_leave_the_others_as_they_are() -> None:
    weights = fitted(EXEMPLARS, HARMFUL)
    added = unit([[0, 1, 0], [0, 0.9, 0.1]])
    more = weights_beside(added, np.array([True, True]), EXEMPLARS, weights)
    both, all_weights = np.concatenate([EXEMPLARS, added]), np.concatenate([weights, more])
    assert margins(unit([[0, 1, 0.05]]), both, all_weights)[0] > 0.5
    assert margins(unit([[0.9, 0, 0.5]]), both, all_weights)[0] < 0


def test_the_cosine_behind_a_likeness_is_told() -> None:
    near = likeness(unit([[1, 0, 0]]), unit([[1, 1, 0]]))
    assert abs(similarity(float(near[0, 0])) - 0.5**0.5) < 1e-4


@settings(max_examples=50)
@given(st.lists(st.lists(st.floats(-1, 1, width=32), min_size=6, max_size=6), min_size=3, max_size=12))
def test_projected_vectors_are_finite_and_no_longer_than_one(rows: list[list[float]]) -> None:
    table = np.array(rows, np.float32)
    placed = Projection.of(table, 3)(table)
    assert np.isfinite(placed).all()
    assert float(np.linalg.norm(placed, axis=1).max()) <= 1.001
