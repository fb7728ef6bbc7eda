"""Which characters stand side by side: ordinary sentences are natural, rows of characters are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.pairs import UNSEEN, familiar_pairs, is_familiar, load_counts, pair_scores, place_of

Codes = np.ndarray[tuple[int], np.dtype[np.uint32]]


def codes(text: str) -> Codes:
    return np.array(list(map(ord, text)), np.uint32)


def naturalness(text: str) -> float:
    row = codes(text)
    return float(pair_scores(row[:-1], row[1:]).mean())


@pytest.mark.parametrize("sentence", ["今天的天气很好", "请把钱转到安全账户", "医生说没有什么大问题"])
def test_a_sentence_is_more_natural_than_its_characters_in_any_other_order(sentence: str) -> None:
    assert naturalness(sentence) > 1.5
    assert naturalness(sentence[::-1]) < 0
    assert naturalness("".join(sorted(sentence))) < 1


def test_pairs_that_nobody_writes_are_unseen_but_for_one_in_fifty() -> None:
    chance = np.random.default_rng(3)
    left, right = chance.integers(0x3400, 0x9FFF, (2, 20_000)).astype(np.uint32)
    assert (pair_scores(left, right) > UNSEEN).mean() < 0.02


def test_the_table_has_the_scores_that_were_counted() -> None:
    counts = load_counts()
    some = slice(None, None, 50)
    scores = pair_scores(counts.pairs[some, 0], counts.pairs[some, 1])
    expected = -2.0 + 0.4 * counts.levels[some]
    assert (np.abs(scores - expected) < 0.01).mean() > 0.9  # of two pairs in one place the commoner has it
    assert (counts.chances < 0).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), min_size=1, max_size=6), max_size=8))
def test_pairs_of_words_are_familiar(words: list[str]) -> None:
    pairs = familiar_pairs([*words, "abc", ""])
    for word in words:
        row = codes(word)
        assert is_familiar(pairs, place_of(row[:-1], row[1:])[0]).all()
