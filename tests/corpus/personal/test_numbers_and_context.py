"""How numbers are cut out of a text, and which words count as near."""

from __future__ import annotations

import pytest

from brightline.corpus.personal.context import after, before, heading, nearest, says
from brightline.corpus.personal.numbers import numbers_in


def _digits(text: str) -> set[str]:
    return {number.digits for number in numbers_in(text)}


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("12345678", {"12345678"}),
        ("1234567", set()),
        ("1234 5678", {"12345678"}),
        ("1234-5678 9012", {"12345678", "56789012"}),
        ("1 2 3 4 5 6 7 8", {"12345678"}),
        ("12345678901234567X", {"12345678901234567X"}),
        ("1" * 20, set()),
        ("一三八零零一三八零零零", {"13800138000"}),
    ],
)
def test_groups_with_one_kind_of_gap_are_one_number(text: str, digits: set[str]) -> None:
    assert _digits(text) == digits


def test_a_long_list_of_numbers_is_no_number() -> None:
    assert _digits(" ".join(["12"] * 500)) == set()


def test_words_count_in_their_paragraph_only() -> None:
    text = "护照\n\n号码 E12345678 护照"
    start = text.index("E1")
    assert before(text, start) == "号码 "
    assert after(text, start + 9) == " 护照"
    assert says("护照", text, start, start + 9)
    assert not says("身份证", text, start, start + 9)


def test_the_nearest_word_wins() -> None:
    text = "身份证丢了，驾驶证号 123"
    assert nearest(text, text.index("1"), {"id": "身份证", "licence": "驾驶证"}) == "licence"
    assert nearest(text, 0, {"id": "身份证"}) == ""


@pytest.mark.parametrize("sign", ["|", "\t", ","])
def test_a_heading_stands_over_its_column(sign: str) -> None:
    text = "\n".join(sign.join(row) for row in (("姓名", "手机", "城市"), ("甲", "1", "丙"), ("乙", "22", "丁")))
    assert heading(text, text.index("22")) == "手机"
    assert heading(text, text.index("丁")) == "城市"
    assert heading(text, 0) == ""


def test_lines_with_other_cells_are_no_table() -> None:
    assert heading("护照\n\na|b|c\n1|2", 14) == ""
