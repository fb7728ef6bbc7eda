"""Entries backwards: only those whose reverse nobody writes for itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.lanes import normalise, skip_form
from brightline.text.orders import order_form, order_forms


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
