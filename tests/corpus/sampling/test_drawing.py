from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import Cut, commitment, count_strata, cut_for, derive_seed, draw, plan_human, plan_technical, verify_sample
from brightline.corpus.sampling.drawing import rank

SEED = derive_seed("00" * 32, "run-1", "human", "kept")


def corpus(**sources: int) -> list[tuple[str, str]]:
    return [(f"{source}-{number:05d}", source) for source, count in sources.items() for number in range(count)]


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from("abcde"), st.integers(1, 80), min_size=1),
    st.integers(1, 100),
    st.integers(0, 20),
    st.randoms(use_true_random=False),
)
def test_the_same_sample_comes_out_of_any_order(sources: dict[str, int], size: int, floor: int, chance: random.Random) -> None:
    documents = corpus(**sources)
    plan = plan_human(count_strata(stratum for _doc_id, stratum in documents), size=size, floor=floor)
    drawn = draw(plan, SEED, documents)
    shuffled = documents[:]
    chance.shuffle(shuffled)
    assert draw(plan, SEED, shuffled) == drawn
    assert len(drawn) == plan.drawn
    for name in sources:
        ranked = sorted((doc_id for doc_id, stratum in documents if stratum == name), key=lambda doc_id: rank(SEED, doc_id))
        assert {each.doc_id for each in drawn if each.stratum == name} == set(ranked[: plan.quota(name)])
    assert [each.position for each in drawn] == list(range(plan.drawn))
    assert sum(each.double for each in drawn) == plan.double


def test_the_core_stands_in_front_in_the_order_of_ranks() -> None:
    documents = corpus(large=900, small=30)
    plan = plan_human(count_strata(stratum for _id, stratum in documents), size=90, floor=20)
    drawn = draw(plan, SEED, documents)
    core = [rank(SEED, each.doc_id) for each in drawn[: plan.size]]
    assert core == sorted(core)
    assert {each.stratum for each in drawn[plan.size :]} == {"small"}


def test_another_seed_draws_others_and_a_larger_sample_holds_the_smaller() -> None:
    documents = corpus(a=2_000)
    small, large = (plan_human({"a": 2_000}, size=size, floor=0) for size in (50, 200))
    first = {each.doc_id for each in draw(small, SEED, documents)}
    assert first < {each.doc_id for each in draw(large, SEED, documents)}
    assert first != {each.doc_id for each in draw(small, derive_seed("00" * 32, "run-2", "human", "kept"), documents)}


def test_a_corpus_that_changed_since_it_was_counted_is_told() -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-054"):
        draw(plan_human({"a": 10}), SEED, corpus(a=9))
    with pytest.raises(CorpusError, match="BL-CORPUS-054"):
        draw(plan_human({"a": 10}), SEED, corpus(a=10, b=1))


def test_an_auditor_finds_every_kind_of_cheating() -> None:
    documents = corpus(a=500)
    plan = plan_human({"a": 500}, size=40, floor=0)
    inspected = [each.doc_id for each in draw(plan, SEED, documents)]
    committed = commitment(SEED)
    assert verify_sample(plan, SEED, committed, documents, inspected) == ()
    assert verify_sample(plan, b"another", committed, documents, inspected) == ("the seed is not the one that was committed to",)
    swapped = [*inspected[:-1], "a-nicer-one"]
    assert verify_sample(plan, SEED, committed, documents, swapped) == (
        "1 inspected documents were not drawn",
        "1 drawn documents were not inspected",
    )
    assert "another order" in verify_sample(plan, SEED, committed, documents, inspected[::-1])[0]
    assert "the corpus has 499" in verify_sample(plan, SEED, committed, documents[:-1], inspected)[0]


@pytest.mark.parametrize("key", ["", "00" * 15, "no hex"])
def test_a_key_that_could_be_guessed_draws_nothing(key: str) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-053"):
        derive_seed(key, "run", "human", "kept")


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 3_000), min_size=1))
def test_a_cut_draws_a_tenth_of_each_source_and_hardly_more(sources: dict[str, int]) -> None:
    documents = corpus(**sources)
    plan = plan_technical(count_strata(stratum for _id, stratum in documents))
    cut = cut_for(plan, SEED, documents)
    for name, count in sources.items():
        drawn = [doc_id for doc_id, stratum in documents if stratum == name and cut.draws(SEED, doc_id, name)]
        assert plan.quota(name) <= len(drawn) <= plan.quota(name) + 8  # as many as may share the last 4,096th
        assert len(drawn) * 10 >= count
        worst = max(rank(SEED, doc_id) for doc_id in drawn)
        left = {doc_id for doc_id, stratum in documents if stratum == name} - set(drawn)
        assert all(rank(SEED, doc_id) > worst for doc_id in left)
    assert not cut.draws(SEED, "x", "unknown")
    assert Cut(cut.to_document()) == cut
