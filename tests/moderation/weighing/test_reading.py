"""What the weigher reads: tokens with marks at clauses, words as a whole, numbers as one, Latin letters a second time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.moderation.weighing.reading import Passage, buckets_of, passage_of, passages, runs_of

ANY_TEXT = st.text(st.characters(codec=None), max_size=400)


def read(text: str) -> Passage:
    passage = passage_of(text)
    assert passage is not None
    return passage


def tokens(text: str) -> list[int]:
    return [int(code) for code in read(text).tokens]


def places(text: str) -> list[str]:
    passage = read(text)
    spans = [passage.span(number, number) for number in range(len(passage.tokens))]
    return [text[span.start : span.end] for span in spans]


def test_characters_words_numbers_and_punctuation_are_tokens_between_marks() -> None:
    assert places("买票 don't wait 100块，行吗") == ["买", "买", "票", "don't", "wait", "100", "块", "，", "行", "行", "吗", "吗"]


def test_a_clause_opens_with_the_mark_that_opens_a_text() -> None:
    begun, later = tokens("帮我"), tokens("好，帮我")
    assert begun == later[-len(begun) :]


def test_a_word_is_the_same_wherever_it_stands() -> None:
    assert tokens("a very big cat")[-2] == tokens("cat")[1]
    assert tokens("cat")[1] != tokens("act")[1]


@pytest.mark.parametrize(
    ("one", "other"), [("加100元", "加9元"), ("ＢＩＧ　cat", "big cat"), ("買票", "买票"), ("买 票", "买票"), ("big  cat", "big cat")]
)
def test_digits_width_case_script_and_spaces_say_nothing(one: str, other: str) -> None:
    assert buckets_of(read(one)).tolist() == buckets_of(read(other)).tolist()


def test_punctuation_says_something() -> None:
    assert buckets_of(read("写好了？")).tolist() != buckets_of(read("写好了。")).tolist()


def test_endings_of_words_are_shared_by_letters() -> None:
    shared = set(buckets_of(read("spoofing")).tolist()) & set(buckets_of(read("spoofed")).tolist())
    assert len(shared) > 4


def test_the_hash_is_fixed() -> None:
    """Weights on disk mean these buckets: a change of the reading needs a new format."""
    assert buckets_of(read("你好, ok"))[:6].tolist() == [8509, 12911, 21154, 49763, 91800, 114518]


def test_a_text_without_tokens_has_no_passage() -> None:
    assert [passages(text) for text in ("", "  \n\t", "\u200b")] == [[], [], []]


def test_long_texts_are_read_in_windows_that_cover_them() -> None:
    text = "".join(f"这是第{chr(0x4E00 + number)}句话，说的是天气。" for number in range(60))
    found = passages(text)
    assert len(found) > 2
    assert found[0].span(0, 0).start == 0
    assert found[-1].span(len(found[-1].tokens) - 1, len(found[-1].tokens) - 1).end == len(text)


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
def test_any_text_can_be_read_and_every_run_lies_in_it(text: str) -> None:
    for passage in passages(text):
        for _, first, last in runs_of(passage):
            span = passage.span(first, last)
            assert 0 <= span.start < span.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert [buckets_of(one).tolist() for one in passages(text)] == [buckets_of(one).tolist() for one in passages(text)]


def test_a_megabyte_of_anything_is_read() -> None:
    for text in ("啊" * 300_000, "a" * 300_000, "!" * 300_000, "é́" * 100_000):
        assert sum(len(passage.tokens) for passage in passages(text)) > 0
