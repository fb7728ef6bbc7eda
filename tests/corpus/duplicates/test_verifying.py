"""The comparison of two texts: symmetric, exact, and blind to where a sentence stands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.duplicates import verifying
from brightline.corpus.duplicates.normalising import normalise_text
from brightline.corpus.duplicates.verifying import compare, profile
from tests.corpus.duplicates.making import edited, text

words = st.text("ab中文", max_size=40)


def _compared(one: str, other: str) -> tuple[float, float]:
    return compare(profile(normalise_text(one)), profile(normalise_text(other)))


@given(words, words)
@settings(max_examples=100)
def test_the_figures_are_those_that_sets_and_counting_give(one: str, other: str) -> None:
    grams = [[each[at : at + 5] for at in range(len(each) - 4)] for each in (one, other)]
    union = set(grams[0]) | set(grams[1])
    jaccard, covered = _compared(one, other)
    assert jaccard == pytest.approx(len(set(grams[0]) & set(grams[1])) / len(union) if union else 0.0)
    places = 0
    for mine, theirs in (grams, grams[::-1]):
        left = {gram: theirs.count(gram) for gram in theirs}
        hit: set[int] = set()
        for at, gram in enumerate(mine):
            if left.get(gram, 0) > 0:
                left[gram] -= 1
                hit |= set(range(at, at + 5))
        places += len(hit)
    assert covered == pytest.approx(places / (len(one) + len(other)) if union else 0.0)
    assert _compared(other, one) == (jaccard, covered)


def test_a_text_is_like_itself_and_unlike_another() -> None:
    assert _compared(text(1), text(1)) == (1.0, 1.0)
    assert _compared(text(1), text(2))[1] < 0.05


@pytest.mark.parametrize(("share", "low", "high"), [(0.02, 0.95, 1), (0.05, 0.88, 0.98), (0.10, 0.78, 0.93), (0.15, 0.65, 0.85)])
def test_covered_follows_the_share_of_changed_characters(share: float, low: float, high: float) -> None:
    for language in ("zh", "en"):
        found = [_compared(text(seed, 1_500, language), edited(text(seed, 1_500, language), share, seed))[1] for seed in range(8)]
        assert low < np.mean(found) < high


def test_a_moved_sentence_costs_two_grams_and_half_a_text_half() -> None:
    one, two, three = text(1), text(2), text(3)
    assert _compared(one + two + three, two + one + three)[1] > 0.98
    assert _compared(one + two, one + three)[1] == pytest.approx(0.5, abs=0.05)


def test_what_a_text_repeats_the_other_has_to_repeat() -> None:
    once = text(1, 400)
    assert _compared(once, once * 4)[1] == pytest.approx(2 / 5, abs=0.02)


def test_what_is_not_read_of_a_longer_text_counts_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "MOST_CHARS", 300)  # instead of a million
    begin = text(1, 400, "zh")
    assert _compared(begin, begin + text(2, 2_000, "zh"))[1] < 0.3
    assert _compared(begin, begin + "完")[1] > 0.98
