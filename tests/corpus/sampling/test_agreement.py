from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.sampling import agreement

LABELS = st.sampled_from(["pass", "fail", "unsure"])


def test_the_example_of_the_textbooks_comes_out() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement(pairs)
    assert found.raw == 0.7
    assert found.kappa == pytest.approx(0.4)
    assert found.kappa_interval is not None
    assert (found.kappa_interval.high - found.kappa_interval.low) / 2 / 1.96 == pytest.approx(0.127, abs=1e-3)


@settings(max_examples=100)
@given(st.lists(st.tuples(LABELS, LABELS), max_size=60))
def test_kappa_stays_in_its_range_and_does_not_care_who_was_first(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs)
    turned = agreement([(second, first) for first, second in pairs])
    assert (found.raw, found.pairs) == (turned.raw, turned.pairs)
    if found.kappa is None:
        assert turned.kappa is None
        return
    assert turned.kappa == pytest.approx(found.kappa)
    if found.kappa_interval is None:
        assert 1 in (len({first for first, _second in pairs}), len({second for _first, second in pairs}))
        assert found.kappa == 0.0
        return
    assert -1 <= found.kappa_interval.low <= found.kappa + 1e-12
    assert found.kappa - 1e-12 <= found.kappa_interval.high <= 1
    assert (found.kappa == pytest.approx(1.0)) == all(first == second for first, second in pairs)


def test_where_all_say_the_same_chance_explains_it() -> None:
    found = agreement([("pass", "pass")] * 200)
    assert (found.raw, found.kappa, found.kappa_interval) == (1.0, None, None)
    assert found.to_document()["kappa"] is None
    assert agreement([]).to_document()["raw_interval"] == [0.0, 1.0]


def test_where_one_of_two_always_says_the_same_no_interval_is_claimed() -> None:
    found = agreement([("pass", "pass")] * 2 + [("fail", "pass")])
    assert (found.kappa, found.kappa_interval) == (0.0, None)
    assert found.to_document()["kappa_interval"] is None
