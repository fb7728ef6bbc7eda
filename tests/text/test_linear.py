"""What a linear model reads, and that it judges the same however a text is disguised by separators or cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.linear import WINDOW_CHARS, LinearModel, distinct, grams, read, sums
from brightline.text.weights import ModelCard

BITS = 12


def model_of(text: str, weight: int = 4000) -> LinearModel:
    """A model that knows one phrase and nothing else."""
    weights = np.zeros(1 << BITS, np.float32)
    weights[grams(read(text).letters, BITS)] = weight
    card = ModelCard("test", "试", "test", ("CSL-49",), (9,), BITS, 0.002, -5.0, 0.5, 0.9, "")
    return LinearModel(card, weights)


@pytest.mark.parametrize("disguised", ["彩 金 返 水", "彩.金，返🔥水", "彩\u200b金\u2060返水", "彩金\n返水", "　彩金——返水！"])
def test_separators_and_invisible_characters_change_nothing(disguised: str) -> None:
    model = model_of("彩金返水")
    assert model.judge(disguised) == model.judge("彩金返水")
    assert model.judge(disguised).level == "violating"


def test_width_case_script_and_digits_change_nothing() -> None:
    assert read("ＶＸ１３８").letters.tolist() == read("vx207").letters.tolist()
    assert read("開戶").letters.tolist() == read("开户").letters.tolist()


@pytest.mark.parametrize("text", ["", " ", "。！？", "\u200b", "🔥" * 400, "\ud800", "\0"])
def test_a_text_without_letters_is_safe_and_odd_ones_are_read(text: str) -> None:
    assert model_of("彩金返水").judge(text).level == "safe"
    assert model_of("彩金返水").explain(text) == []


def test_evidence_names_the_raw_characters() -> None:
    text = "天气真好，彩 金-返 水，明天见"
    ((span, weight),) = model_of("彩金返水").explain(text)
    assert text[span.start : span.end] == "彩 金-返 水"
    assert weight > 0


def test_a_phrase_at_the_end_of_a_long_text_is_found_in_its_own_window() -> None:
    model = model_of("彩金返水")
    text = "今天天气很好。" * 200 + "彩金返水。"
    assert model.judge(text).level == "violating"
    ((span, _),) = model.explain(text)
    assert text[span.start : span.end] == "彩金返水"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=900))
def test_windows_cover_every_letter_once_and_stay_short(text: str) -> None:
    reading = read(text)
    assert len(reading.at) == len(reading.letters)
    assert [position for start, end in reading.windows for position in range(start, end)] == list(range(len(reading.letters)))
    assert all(end - start <= WINDOW_CHARS for start, end in reading.windows)


@settings(max_examples=60, deadline=None)
@given(st.text("彩金返水。 ,a1", max_size=700), st.text("彩金返水。 ,a1", max_size=50))
def test_windows_that_a_sentence_end_closed_do_not_change_when_more_text_follows(text: str, more: str) -> None:
    before, after = read(text + "。"), read(text + "。" + more)
    assert after.windows[: max(0, len(before.windows) - 1)] == before.windows[:-1]


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60), st.integers(8, 20))
def test_fewer_bits_give_the_same_buckets_coarser(text: str, bits: int) -> None:
    letters = read(text).letters
    if len(letters):
        buckets = grams(letters, bits)
        assert buckets.min() >= 0
        assert buckets.max() < 1 << bits
        assert (grams(letters, 20) >> (20 - bits)).tolist() == buckets.tolist()
        assert distinct(buckets).tolist() == sorted(set(buckets.tolist()))


def test_the_hash_does_not_change() -> None:
    # Shipped weights depend on it: a change needs a new FORMAT and models trained anew.
    assert grams(read("赌a1").letters, 20).tolist() == EXPECTED


EXPECTED = [327771, 31801, 298259, 794382, 836265, 463922]


def test_the_longest_window_of_the_largest_weights_is_summed_exactly() -> None:
    letters = read("".join(chr(0x4E00 + n * 7) for n in range(WINDOW_CHARS))).letters
    buckets = distinct(grams(letters, 18))
    weights = np.zeros(1 << 18, np.float32)
    weights[buckets] = 127**2
    weights[buckets[::2]] = 126**2
    (total,), _ = sums(letters, weights[:, None], 18)
    assert total == int(weights[buckets].astype(np.int64).sum())
