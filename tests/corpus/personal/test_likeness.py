"""What looks like a name: a surname and characters of given names; words do not, and weak contexts need good names."""

from __future__ import annotations

import pytest

from brightline.corpus.personal import find
from brightline.corpus.personal.likeness import NEVER, likeness
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("name", ["张伟", "李秀英", "刘梓涵", "欧阳娜娜", "陈志强"])
def test_a_name_is_likelier_in_a_name_than_in_text(name: str) -> None:
    assert likeness(name) > 0.5


@pytest.mark.parametrize("word", ["高兴", "张家口", "马上", "王先生", "司机", "我", "李的", "欧阳"])
def test_a_word_is_none(word: str) -> None:
    assert likeness(word) == NEVER


def test_a_name_that_begins_like_a_word_is_weaker() -> None:
    assert likeness("王国强") < likeness("王志强")


@pytest.mark.parametrize("role", ["司机", "快递员", "用户", "患者", "投诉人", "报案人", "收方", "开户名"])
@pytest.mark.parametrize("name", ["周志强", "李秀英"])
def test_a_role_before_a_name_will_do(finds: Check, role: str, name: str) -> None:
    finds("name", f"{role}{{}}，昨天下午到站", name)


@pytest.mark.parametrize("text", ["司机马上就到", "用户金额不足", "患者高血压十年", "客户方面没有回复", "我爱人和宝宝"])
def test_a_role_before_a_word_is_none(passes: Check, text: str) -> None:
    passes(text)


def test_names_in_a_list_follow_the_first() -> None:
    text = "参会人员：周志强、李秀英、陈晓梅和王丽"
    assert [text[hit.start : hit.end] for hit in find(text)] == ["周志强", "李秀英", "陈晓梅", "王丽"]


def test_a_line_of_a_chat_begins_with_who_speaks(passes: Check) -> None:
    text = "李秀英：到哪里了\n陈晓梅：还在路上"
    assert [text[hit.start : hit.end] for hit in find(text)] == ["李秀英", "陈晓梅"]
    passes("周志强：球队还有机会")  # a headline
