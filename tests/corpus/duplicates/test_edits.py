"""The bit vectors count what the table of dynamic programming counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.duplicates.edits import LONGEST, OUTSIDE, least_edits


def _by_table(piece: list[int], window: list[int]) -> int:
    column = list(range(len(piece) + 1))
    least = column[-1]
    for code in window:
        before, column = column, [0]  # a stretch may begin anywhere
        for at, mine in enumerate(piece):
            column.append(min(before[at] + (mine != code), before[at + 1] + 1, column[at] + 1))
        least = min(least, column[-1])
    return least


@given(st.integers(1, LONGEST), st.integers(1, 90), st.integers(2, 5), st.integers(0, 1 << 30))
@settings(max_examples=80, deadline=None)
def test_as_the_table_counts(size: int, wide: int, letters: int, seed: int) -> None:
    chooser = np.random.default_rng(seed)
    pieces = chooser.integers(0, letters, (4, size)).astype(np.uint32)
    windows = chooser.integers(0, letters, (4, wide)).astype(np.uint32)
    assert least_edits(pieces, windows).tolist() == [_by_table(*both) for both in zip(pieces.tolist(), windows.tolist(), strict=True)]


@pytest.mark.parametrize("size", [1, 31, 32, 63, LONGEST])
def test_a_piece_that_stands_in_its_window_takes_no_edit_and_one_beside_nothing_takes_all(size: int) -> None:
    piece = np.arange(1, size + 1, dtype=np.uint32)[None]
    around = np.full((1, 7), 9_999, np.uint32)
    assert least_edits(piece, np.concatenate([around, piece, around], axis=1)).tolist() == [0]
    assert least_edits(piece, np.full((1, size), OUTSIDE, np.uint32)).tolist() == [size]
