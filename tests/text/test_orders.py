"""Entries backwards: only those whose reverse nobody writes for itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.lanes import normalise, skip_form
from brightline.text.orders import order_edits, order_form, order_forms
from brightline.text.views import Edit


@pytest.mark.parametrize(
    ("entry", "form"),
    [("加微信", "信微加"), ("百家乐", "乐家百"), ("赌 博", "博赌"), ("開戶", "户开"), ("undress", "sserdnu"), ("t.me/群", "群emt")],
)
def test_the_form_is_the_entry_backwards_in_the_skip_lane(entry: str, form: str) -> None:
    assert order_form(entry) == form


@pytest.mark.parametrize("entry", ["子女", "日日", "上海自来水来自海上", "nun", "live", "vx", "123", "", "赌", "🐔🐔"])
def test_what_reads_like_something_else_backwards_has_no_form(entry: str) -> None:
    assert order_form(entry) == ""


def test_many_forms_at_once_are_the_forms_one_by_one() -> None:
    entries = ["加微信", "子女", "赌博", "undress", ""]
    assert order_forms(entries) == [order_form(entry) for entry in entries]
    assert order_forms([]) == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(categories=["Lo", "Ll"]), min_size=1, max_size=8))
def test_a_form_is_found_in_the_reversed_text(entry: str) -> None:
    form = order_form(entry)
    if form:
        assert form in normalise(f"前{skip_form(entry)}后"[::-1]).kept


@pytest.mark.parametrize(
    "sentence",
    [
        "加我微信领取福利，名额有限先到先得", "今天的天气很好，我们一起去公园散步吧", "请把钱转到安全账户配合调查", "please send me the money before tomorrow morning",
        "加 我 微 信 领 取 福 利，名 额 有 限", "請把錢轉到安全賬戶配合調查", "想买一批刚交房的业主电话", "the doctor can get rid of it",
        "帮我改一下 AI 画的照片",
    ],
)  # fmt: skip
def test_a_sentence_backwards_is_read_forwards(sentence: str) -> None:
    assert order_edits(f"你好。{sentence[::-1]}！再见") == [Edit(3, 3 + len(sentence), sentence, "order")]
    assert order_edits(f"你好。{sentence}！再见") == []


@pytest.mark.parametrize(
    "text",
    ["", "信微", "上海自来水来自海上", "abcdefgh", "12345678", "no evil live on", "madam racecar level deed", "。。。", "喊出了我的名字\n然后就走了", "\ud800\x00", "春江潮水连海平，海上明月共潮生", "掳刳噙徉貔貅饕餮魑魅", "was no on saw"],
)  # fmt: skip
def test_what_is_not_clearly_backwards_is_left_as_it_is(text: str) -> None:
    assert order_edits(text) == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters() | st.sampled_from("信微加我。的了是 \n\u200b\ud800㎏") | st.characters(categories=["Cs"]), max_size=60))
def test_edits_turn_whole_sentences(text: str) -> None:
    end = 0
    for edit in order_edits(text):
        assert end <= edit.start < edit.end <= len(text)
        assert edit.reads == text[edit.start : edit.end][::-1]
        end = edit.end


@pytest.mark.parametrize(
    "text", ["片看信微我加" * 50_000, "片看信微我加。" * 30_000, "\u0301" * 100_000, "tsap " * 50_000, "\x00" * 300_000], ids=range(5)
)
def test_hostile_texts_are_read_like_any_other(text: str) -> None:
    assert sum(edit.end - edit.start for edit in order_edits(text)) <= len(text)
