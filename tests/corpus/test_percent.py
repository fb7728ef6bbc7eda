from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.percent import percent_of, percent_text, share_text


@given(st.integers(1, 10**12), st.data())
def test_only_all_is_a_hundred_and_only_none_is_zero(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    for text in (percent_of(count, of), percent_text(count / of)):
        assert (text == "100.00") == (count == of) or count / of == 1.0
        assert (text == "0.00") == (count == 0)
        assert abs(Fraction(text) - Fraction(100 * count, of)) <= Fraction(1, 100)


@pytest.mark.parametrize(
    ("count", "of", "text"), [(999_999, 1_000_000, "99.99"), (1, 1_000_000, "0.01"), (1, 3, "33.33"), (1, 800, "0.12"), (3, 800, "0.38")]
)
def test_what_is_neither_is_rounded_half_to_even(count: int, of: int, text: str) -> None:
    assert percent_of(count, of) == text


def test_fewer_places_say_no_more_either() -> None:
    assert [percent_text(share, 1) for share in (0.0, 0.0001, 0.123, 0.9999, 1.0)] == ["0.0", "0.1", "12.3", "99.9", "100.0"]
    assert percent_text(0.9999, 0) == "99"


def test_a_share_is_one_only_where_nothing_differs() -> None:
    assert [share_text(share) for share in (0.0, 0.0001, 0.4216, 0.99996, 1.0)] == ["0.000", "0.001", "0.422", "0.999", "1.000"]
