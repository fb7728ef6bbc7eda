from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.sampling.binomial import (
    at_least,
    at_most,
    beta_quantile,
    clopper_pearson,
    finite_at_least,
    finite_at_most,
    finite_interval,
    incomplete_beta,
    lower_bound,
    upper_bound,
)
from brightline.corpus.sampling.exact import binomial_point, hypergeometric_point

SMALL = st.integers(1, 60)
RATE = st.fractions(0, 1, max_denominator=200)


def binomial(k: int, n: int, p: Fraction) -> Fraction:
    return sum((math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)), Fraction(0))


def hypergeometric(k: int, drawn: int, bad: int, population: int) -> Fraction:
    ways = sum(math.comb(bad, i) * math.comb(population - bad, drawn - i) for i in range(min(k, drawn) + 1))
    return Fraction(ways, math.comb(population, drawn))


@settings(max_examples=100)
@given(SMALL, st.integers(-1, 61), RATE)
def test_the_tail_is_that_of_whole_fractions(n: int, k: int, p: Fraction) -> None:
    exact = float(binomial(min(k, n), n, p))
    assert at_most(k, n, float(p)) == pytest.approx(exact, rel=1e-11, abs=1e-15)


@settings(max_examples=100)
@given(SMALL, st.data())
def test_the_other_tail_holds_the_count_itself(n: int, data: st.DataObject) -> None:
    k, p = data.draw(st.integers(0, n)), data.draw(RATE)
    assert at_least(k, n, float(p)) == pytest.approx(float(1 - binomial(k - 1, n, p)), rel=1e-9, abs=1e-13)


@settings(max_examples=100)
@given(SMALL, st.data())
def test_the_finite_tail_is_that_of_whole_fractions(population: int, data: st.DataObject) -> None:
    drawn, bad = data.draw(st.integers(0, population)), data.draw(st.integers(0, population))
    k = data.draw(st.integers(0, drawn))
    exact = hypergeometric(k, drawn, bad, population)
    assert finite_at_most(k, drawn, bad, population) == pytest.approx(float(exact), rel=1e-11, abs=1e-14)
    before = hypergeometric(k - 1, drawn, bad, population) if k else Fraction(0)
    assert finite_at_least(k, drawn, bad, population) == pytest.approx(float(1 - before), rel=1e-9, abs=1e-12)


@settings(max_examples=60)
@given(st.integers(1, 10_000_000), st.floats(0.001, 0.999), st.data())
def test_sum_and_continued_fraction_agree_at_any_size(n: int, p: float, data: st.DataObject) -> None:
    spread = math.sqrt(n * p * (1 - p))
    k = min(n - 1, max(0, round(n * p + data.draw(st.floats(-6, 6)) * spread)))
    assert at_most(k, n, p) == pytest.approx(incomplete_beta(n - k, k + 1, 1 - p), rel=1e-7, abs=1e-14)


@settings(max_examples=60)
@given(st.integers(2, 10_000_000), st.floats(0.01, 0.5), st.data())
def test_the_tail_grows_with_the_count_and_falls_with_the_rate(n: int, p: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n - 2))
    assert at_most(k, n, p) <= at_most(k + 1, n, p) + 1e-12
    assert at_most(k, n, p) >= at_most(k, n, p * 1.01) - 1e-12


@settings(max_examples=60)
@given(st.integers(1, 300), st.data())
def test_an_interval_ends_where_its_tails_have_what_may_be_wrong(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = clopper_pearson(k, n, 0.9)
    assert low <= k / n <= high
    if k > 0:
        assert at_least(k, n, low) == pytest.approx(0.05, rel=1e-6)
    if k < n:
        assert at_most(k, n, high) == pytest.approx(0.05, rel=1e-6)


@settings(max_examples=50)
@given(st.integers(1, 60), st.data())
def test_the_finite_interval_holds_exactly_the_rates_that_are_not_refuted(population: int, data: st.DataObject) -> None:
    drawn = data.draw(st.integers(1, population))
    k = data.draw(st.integers(0, drawn))
    low, high = finite_interval(k, drawn, population, 0.9)
    possible = range(k, population - (drawn - k) + 1)
    kept = [
        bad
        for bad in possible
        if hypergeometric(k, drawn, bad, population) >= Fraction(1, 20)
        and 1 - (hypergeometric(k - 1, drawn, bad, population) if k else 0) >= Fraction(1, 20)
    ]
    assert (round(low * population), round(high * population)) == (kept[0], kept[-1])


def test_the_published_figures_of_the_five_percent_rule_come_out() -> None:
    rejects = {n: next(k for k in range(n) if at_least(k, n, 0.05) <= 0.05) for n in (200, 400, 1_000)}
    assert rejects == {200: 16, 400: 28, 1_000: 63}


def test_a_sample_that_is_the_population_leaves_nothing_open() -> None:
    assert finite_interval(3, 100, 100) == (0.03, 0.03)
    assert finite_interval(0, 0, 100) == (0.0, 1.0)
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_what_cannot_be_has_no_probability() -> None:
    assert binomial_point(3, 2, 0.5) == 0.0
    assert binomial_point(1, 2, 0.0) == 0.0
    assert (binomial_point(0, 2, 0.0), binomial_point(2, 2, 1.0), binomial_point(1, 2, 1.0)) == (1.0, 1.0, 0.0)
    assert hypergeometric_point(3, 2, 5, 10) == 0.0
    assert hypergeometric_point(5, 10, 5, 10) == 1.0
    assert (incomplete_beta(2, 3, 0.0), incomplete_beta(2, 3, 1.0)) == (0.0, 1.0)
    assert (upper_bound(5, 5, 0.95), lower_bound(0, 5, 0.95)) == (1.0, 0.0)


@settings(max_examples=60)
@given(st.floats(0.5, 1e6), st.floats(0.5, 1e6), st.floats(0.001, 0.999))
def test_a_quantile_is_where_the_beta_function_has_its_probability(a: float, b: float, probability: float) -> None:
    assert incomplete_beta(a, b, beta_quantile(probability, a, b)) == pytest.approx(probability, abs=1e-8)
