from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import (
    Plan,
    acceptance,
    agreement,
    plan_human,
    plan_removed,
    plan_source_check,
    plan_technical,
    zero_defect_size,
)
from brightline.corpus.sampling.acceptance import acceptance_number, most_failures, operating_characteristic, passes
from brightline.corpus.sampling.outcome import outcome_of
from brightline.corpus.sampling.strata import Stratum, allocate, weighted_estimate

STRATA = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 5_000), min_size=1, max_size=12)


def exact(size: int, number: int, rate: Fraction) -> Fraction:
    return sum((math.comb(size, i) * rate**i * (1 - rate) ** (size - i) for i in range(number + 1)), Fraction(0))


def test_the_plan_of_four_thousand_has_the_numbers_that_were_worked_out_by_hand() -> None:
    plan = acceptance(4_000, 96)
    assert (plan.most_failures, plan.confident) == (160, 139)
    assert acceptance(4_000, 96, confidence=0.99).confident == 131
    assert plan.passes_with(0.04) == pytest.approx(0.521, abs=5e-4)
    assert plan.proves_with(0.04) == pytest.approx(0.04675, abs=5e-5)
    assert plan.proves_with(0.03) == pytest.approx(0.96, abs=5e-3)


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(1, 99), st.fractions(0, 1, max_denominator=100))
def test_the_operating_characteristic_is_the_exact_binomial(size: int, percent: int, rate: Fraction) -> None:
    number = most_failures(size, percent)
    assert acceptance(size, percent).passes_with(float(rate)) == pytest.approx(float(exact(size, number, rate)), rel=1e-10, abs=1e-14)


@settings(max_examples=60)
@given(st.integers(1, 5_000), st.integers(1, 20))
def test_the_acceptance_number_is_the_largest_that_is_surprising_at_the_limit(size: int, percent: int) -> None:
    limit = percent / 100
    number = acceptance_number(size, limit, 0.95)
    if number >= 0:
        assert operating_characteristic(size, number, limit) <= 0.05 + 1e-9
    assert operating_characteristic(size, number + 1, limit) > 0.05


@settings(max_examples=40)
@given(st.integers(1, 400), st.data())
def test_of_a_finite_corpus_a_proved_share_is_never_too_good(population: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(max(1, population // 20 + 1), population))
    plan = acceptance(size, 96, population=population)
    at_limit = math.ceil(Fraction(4, 100) * population)
    assert plan.proves_with(at_limit / population) <= 0.05 + 1e-9
    if size == population:
        assert plan.confident == at_limit - 1  # a census proves what it sees


@settings(max_examples=60)
@given(st.integers(1, 10_000), st.data())
def test_a_pass_share_is_reached_in_whole_numbers(size: int, data: st.DataObject) -> None:
    percent = data.draw(st.integers(1, 99))
    most = most_failures(size, percent)
    assert passes(size, most, percent)
    assert not passes(size, most + 1, percent)
    assert Fraction(size - most, size) >= Fraction(percent, 100)


def test_no_sample_passes_nothing() -> None:
    assert not passes(0, 0, 96)


@pytest.mark.parametrize(
    ("size", "percent", "confidence", "population"), [(0, 96, 0.95, None), (10, 0, 0.95, None), (10, 96, 1.0, None), (10, 96, 0.95, 5)]
)
def test_a_plan_that_cannot_be_is_refused(size: int, percent: int, confidence: float, population: int | None) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-050"):
        acceptance(size, percent, confidence=confidence, population=population)


def test_zero_defect_plans_have_the_known_sizes_and_shrink_with_the_corpus() -> None:
    assert [zero_defect_size(limit) for limit in (0.01, 0.001, 0.05)] == [299, 2_995, 59]
    assert zero_defect_size(0.01, population=1_000) == 258
    assert zero_defect_size(0.01, population=10) == 10
    with pytest.raises(CorpusError, match="BL-CORPUS-050"):
        zero_defect_size(0.0)


@settings(max_examples=80)
@given(STRATA, st.integers(0, 10_000))
def test_allocation_is_whole_proportional_and_never_more_than_there_is(populations: dict[str, int], size: int) -> None:
    shares, total = allocate(size, populations), sum(populations.values())
    assert sum(shares.values()) == min(size, total)
    for name, count in populations.items():
        assert 0 <= shares[name] <= count
        if total:
            assert abs(shares[name] - min(size, total) * count / total) < 1


@settings(max_examples=50)
@given(STRATA.filter(lambda strata: sum(strata.values()) > 0))
def test_a_plan_for_people_is_as_large_as_the_standard_asks_or_takes_all(strata: dict[str, int]) -> None:
    plan, total = plan_human(strata), sum(strata.values())
    assert plan.size == plan.asked_size == min(4_000, total)
    assert plan.is_census == (total <= 4_000)
    for name, count in strata.items():
        assert min(plan.least, count) <= plan.quota(name) <= count
    assert plan.drawn <= 2 * plan.size
    assert plan.double == min(plan.drawn, max(200, math.ceil(plan.drawn / 10)))
    assert Plan.from_document(plan.to_document()) == plan


@pytest.mark.parametrize(
    ("sources", "documents", "least", "excluded"),
    [(20, 100_000, 200, 0.015), (100, 1_000, 60, 0.049), (1_000, 500, 8, 0.312), (8_000, 3, 1, 0.95)],
)
def test_a_floor_for_many_sources_never_asks_for_more_than_the_sample_itself(
    sources: int, documents: int, least: int, excluded: float
) -> None:
    plan = plan_human({f"s{number:04}": documents for number in range(sources)})
    assert plan.size == 4_000
    assert plan.drawn <= 8_000
    assert plan.least == least
    assert plan.excludes == pytest.approx(excluded, abs=5e-4)


def test_small_sources_keep_their_floor_beside_a_large_one() -> None:
    plan = plan_human({"large": 1_000_000, **{f"s{number:02}": 100 for number in range(60)}})
    assert plan.least == 60
    assert 3_500 < sum(plan.extra.values()) <= 3_600


@settings(max_examples=50)
@given(STRATA.filter(lambda strata: sum(strata.values()) > 0))
def test_the_technical_plan_takes_a_tenth_of_each_source_at_least(strata: dict[str, int]) -> None:
    plan = plan_technical(strata)
    assert all(plan.quota(name) * 10 >= count for name, count in strata.items())
    assert plan.size * 10 >= plan.total
    assert plan.size >= plan.asked_size == math.ceil(plan.total / 10)
    assert plan.acceptance is not None
    assert plan.acceptance.limit == pytest.approx(0.02)


def test_a_plan_for_removed_documents_can_exclude_half_a_percent() -> None:
    plan = plan_removed({"drop": 90_000, "redact": 9_990, "quarantine": 10})
    assert plan.size == 596  # 598 of an endless corpus
    assert plan.quota("quarantine") == 10
    assert plan.population == "removed"
    assert plan.acceptance is None


def test_a_source_check_takes_the_same_number_of_every_source() -> None:
    plan = plan_source_check({"large": 1_000_000, "small": 30})
    assert dict(plan.core) == {"large": 400, "small": 30}
    assert plan.population == "all"


def test_of_nothing_there_is_no_sample() -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-052"):
        plan_human({"a": 0})


@pytest.mark.parametrize("change", [{"core": None}, {"kind": ...}, {"core": {"a": 99}}, {"double": "many"}])
def test_a_damaged_plan_is_told(change: dict[str, object]) -> None:
    document = plan_human({"a": 10}).to_document()
    for name, value in change.items():
        if value is ...:
            del document[name]
        else:
            document[name] = value
    with pytest.raises(CorpusError, match="BL-CORPUS-051"):
        Plan.from_document(document)


def test_weights_undo_what_the_floor_did() -> None:
    strata = [Stratum("large", 99_000, 99, 0), Stratum("small", 1_000, 100, 50)]
    estimate = weighted_estimate(strata)
    assert estimate.rate == pytest.approx(0.005)
    assert estimate.interval.low <= 0.005 <= estimate.interval.high
    assert estimate.effective_size <= 199


def test_small_strata_in_which_much_was_seen_prove_nothing_of_a_large_one() -> None:
    small = [Stratum(f"s{number}", 500, 400, 4) for number in range(10)]
    estimate = weighted_estimate([Stratum("large", 1_000_000, 400, 0), *small])
    assert estimate.interval.high >= 0.009  # of 400 without failure alone, Clopper-Pearson says 0.0092
    assert estimate.effective_size <= 410


def test_a_core_that_does_not_stand_for_the_whole_is_weighed() -> None:
    plan = plan_technical({"a": 1_000} | {f"s{number:04}": 1 for number in range(9_000)})
    verdicts = {(name, name, "pass"): 1 for name in plan.strata if name != "a"} | {("a", "a", "fail"): 50, ("a", "a", "pass"): 50}
    outcome = outcome_of(plan, verdicts=verdicts, core=verdicts, agreement=agreement(()))
    assert outcome.rate == pytest.approx(0.05)  # 500 of 10,000, though 50 of 9,100 were seen to fail
    assert outcome.confidence is not None
    assert not outcome.confidence.holds


def test_a_check_of_several_sources_estimates_them_by_their_size() -> None:
    plan = plan_source_check({"large": 1_000_000, "small": 400})
    verdicts = {("large", "large", "pass"): 400, ("small", "small", "fail"): 200, ("small", "small", "pass"): 200}
    outcome = outcome_of(plan, verdicts=verdicts, core=verdicts, agreement=agreement(()))
    assert outcome.rate == pytest.approx(0.0002, abs=1e-5)
    assert [(count.name, count.drawn, count.failures) for count in outcome.sources] == [("large", 400, 0), ("small", 400, 200)]


def test_no_failure_seen_is_not_no_failure() -> None:
    estimate = weighted_estimate([Stratum("a", 1_000, 30, 0), Stratum("b", 9_000, 270, 0), Stratum("c", 5, 0, 0)])
    assert estimate.rate == 0.0
    assert estimate.interval.high == pytest.approx(0.0122, abs=2e-4)
    assert estimate.unseen == 5


def test_where_everything_was_looked_at_the_estimate_is_a_fact() -> None:
    assert weighted_estimate([Stratum("a", 10, 10, 1), Stratum("b", 10, 10, 2)]).interval == (0.15, 0.15)


def test_of_nothing_anything_can_be_true() -> None:
    estimate = weighted_estimate([Stratum("a", 10, 0, 0)])
    assert (estimate.interval, estimate.unseen) == ((0.0, 1.0), 10)
