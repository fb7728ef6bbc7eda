from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import Count
from brightline.corpus.sampling.binomial import at_least, at_most
from brightline.corpus.sources import source_verdict, verdicts_of


@pytest.mark.parametrize(
    ("inspected", "bad", "verdict"),
    [
        (59, 0, "clear"),
        (58, 0, "undecided"),
        (200, 15, "undecided"),
        (200, 16, "blacklisted"),
        (400, 28, "blacklisted"),
        (1_000, 63, "blacklisted"),
        (1_000, 38, "clear"),
        (1_000, 39, "undecided"),
        (0, 0, "undecided"),
        (1, 1, "undecided"),  # as likely as 5 %, and no more surprising
        (2, 2, "blacklisted"),
    ],
)
def test_the_five_percent_rule_is_tested_and_not_guessed(inspected: int, bad: int, verdict: str) -> None:
    assert source_verdict(inspected, bad).verdict == verdict


@settings(max_examples=100)
@given(st.integers(2, 5_000), st.data())
def test_a_verdict_is_what_the_exact_test_says_and_the_interval_agrees(inspected: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, inspected))
    found = source_verdict(inspected, bad)
    assert (found.verdict == "blacklisted") == (at_least(bad, inspected, 0.05) <= 0.05) == (found.interval.low >= 0.05)
    assert (found.verdict == "clear") == (at_most(bad, inspected, 0.05) <= 0.05) == (found.interval.high <= 0.05)
    assert found.more is None or found.verdict == "undecided"


@settings(max_examples=40)
@given(st.integers(1, 2_000), st.data())
def test_a_source_that_was_inspected_as_a_whole_is_always_decided(inspected: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, inspected))
    found = source_verdict(inspected, bad, inspected)
    assert found.verdict == ("blacklisted" if bad * 20 > inspected else "clear")
    assert found.interval == (bad / inspected, bad / inspected)


@settings(max_examples=40, deadline=None)
@given(st.integers(20, 2_000), st.floats(0, 0.2))
def test_as_many_more_as_are_said_decide_nine_times_in_ten(inspected: int, rate: float) -> None:
    bad = round(inspected * rate)
    found = source_verdict(inspected, bad)
    if found.more is None:
        return
    size, share = inspected + found.more, bad / inspected
    if share > 0.05:
        least = next(k for k in range(int(size * 0.05), size + 1) if at_least(k, size, 0.05) <= 0.05)
        assert at_least(least, size, share) >= 0.9
    else:
        most = max((k for k in range(int(size * 0.05) + 1) if at_most(k, size, 0.05) <= 0.05), default=-1)
        assert at_most(most, size, share) >= 0.9


@settings(max_examples=60)
@given(st.integers(1, 3_000), st.integers(1, 5), st.data())
def test_who_looks_several_times_needs_more_to_decide(inspected: int, looks: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, inspected))
    once, again = source_verdict(inspected, bad), source_verdict(inspected, bad, looks=looks)
    assert again.verdict in (once.verdict, "undecided")
    assert again.interval.low <= once.interval.low
    assert once.interval.high <= again.interval.high


def test_three_planned_looks_share_the_five_percent() -> None:
    rejects = {n: next(k for k in range(n) if source_verdict(n, k, looks=3).verdict == "blacklisted") for n in (200, 400, 1_000)}
    assert sum(at_least(k, n, 0.05) for n, k in rejects.items()) <= 0.05


def test_at_the_limit_only_all_of_it_would_decide() -> None:
    assert source_verdict(1_000, 50).more is None
    assert source_verdict(1_000, 50, 5_000).more == 4_000
    assert source_verdict(0, 0).more == 59
    assert source_verdict(0, 0, 12).more == 12


@pytest.mark.parametrize(("inspected", "bad", "population"), [(1, 2, None), (5, -1, None), (5, 1, 4)])
def test_numbers_that_cannot_be_are_refused(inspected: int, bad: int, population: int | None) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-050"):
        source_verdict(inspected, bad, population)


def test_verdicts_of_a_sample_leave_out_what_nobody_decided() -> None:
    found = verdicts_of([Count("bad", 400, 300, 40), Count("good", 400, 400, 2)], {"bad": 10_000, "good": 400})
    assert (found["bad"].verdict, found["bad"].inspected) == ("blacklisted", 300)
    assert found["good"].interval == (0.005, 0.005)
