"""Two near duplicates side by side: nothing lost, nothing invented, what differs is marked."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.server.console.corpus.differences import MOST_CHARS, compare

TEXT = st.text(st.sampled_from("春眠不觉晓ab。.\n\u200b"), max_size=300)


@settings(max_examples=60, deadline=None)
@given(left=TEXT, right=TEXT)
def test_joined_the_stretches_are_the_texts(left: str, right: str) -> None:
    found = compare(left, right)
    assert "".join(stretch.text for stretch in found.left) == left
    assert "".join(stretch.text for stretch in found.right) == right


@settings(max_examples=60, deadline=None)
@given(left=TEXT, right=TEXT)
def test_what_both_have_is_the_same_on_both_sides(left: str, right: str) -> None:
    found = compare(left, right)
    shared = ["".join(stretch.text for stretch in side if stretch.kind != "only") for side in (found.left, found.right)]
    assert shared[0] == shared[1]
    assert found.is_same == (left == right)


def test_one_changed_character_is_the_only_mark() -> None:
    found = compare("他在河边种了三棵柳树。后来下雨了。", "他在河边种了五棵柳树。后来下雨了。")
    assert [stretch.text for stretch in found.left if stretch.kind == "only"] == ["三"]
    assert [stretch.text for stretch in found.right if stretch.kind == "only"] == ["五"]


def test_a_long_stretch_that_is_the_same_is_folded_to_its_edges() -> None:
    found = compare("一" * 1_000 + "甲", "一" * 1_000 + "乙")
    assert [(stretch.kind, len(stretch.text)) for stretch in found.left] == [("fold", 920), ("same", 80), ("only", 1)]


def test_equal_texts_are_shown_whole() -> None:
    found = compare("一" * 1_000, "一" * 1_000)
    assert [stretch.kind for stretch in found.left] == ["same"]
    assert found.is_same


def test_a_text_that_is_too_long_is_compared_as_far_as_a_page_goes() -> None:
    found = compare("字" * (MOST_CHARS + 5), "字" * (MOST_CHARS + 5))
    assert found.cut
    assert sum(len(stretch.text) for stretch in found.left) == MOST_CHARS


def test_hostile_texts_take_no_time_in_the_square_of_their_length() -> None:
    draw = random.Random(7)
    left, right = ("".join(draw.choices("的一是", k=MOST_CHARS)) for _ in range(2))
    assert "".join(stretch.text for stretch in compare(left, right).left) == left


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("头\n" + "1\n2\n3\n" * 1_000 + "尾", "头\n" + "3\n2\n1\n" * 1_000 + "尾"),  # took minutes, as difflib's cube of it does
        ("头" + "ab" * 1_000 + "尾", "头" + "ba" * 900 + "尾"),
    ],
)
def test_what_repeats_too_often_is_shown_as_different_between_its_ends(left: str, right: str) -> None:
    found = compare(left, right)
    assert [stretch.kind for stretch in found.left] == ["same", "only", "same"]
    assert "".join(stretch.text for stretch in found.left) == left
    assert "".join(stretch.text for stretch in found.right) == right
