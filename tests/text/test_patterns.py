"""Patterns are bounded, normalised like the text, and know from where they may still be completed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.patterns import Pattern, PatternError, compile_pattern

PATTERNS = [
    "加.{0,3}(微信|vx|VX)",
    "[吃服]\\d{1,2}(片|粒)",
    "(?:扣|企鹅)?群\\d{2,4}",
    "ab?c{0,2}(d|de|def)",
    "(a|ab)(c|bcd)",
    "(ab){1,3}c?a",
    "a[^b]{0,2}b",
    "x\\d{2}",
]
compiled = [compile_pattern(source) for source in PATTERNS]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("^ab", "anchor"), ("ab$", "anchor"), (r"\bab", "anchor"), ("ab*", "unbounded"), ("a.+b", "unbounded"), ("a{2,200}", "up to 200"), ("a.{50}b.{50}", "can match 102"), ("a", "can match 1"),
        ("(ab)?", "can match 0"), (".ab", "begin with any"), ("[^a]bc", "begin with any"), (".{0,3}ab", "begin with any"), (r"(a)b\1", "groupref"),
        ("ab(?=c)", "assert"), ("(?i)ab", "flags"), ("a(?i:b)", "flags"), ("(ab", "not a regular expression"), ("a\u200bb", "drops"), ("[㎏a]b", "class"),
    ],
)  # fmt: skip
def test_what_cannot_run_on_a_stream_is_refused_with_a_cure(source: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason) as refused:
        compile_pattern(source)
    assert refused.value.cure


def test_literals_are_normalised_like_the_text() -> None:
    assert compile_pattern("加ＶＸ[體A-C]").full.search("加vx体")
    assert compile_pattern("加ＶＸ[體A-C]").full.search("加vxb")
    assert compile_pattern("5㎏").full.search("5kg")


def test_properties_of_characters_are_understood() -> None:
    assert compile_pattern(r"\p{Han}{2}qq").full.search("加我qq")
    assert compile_pattern(r"a[\p{Han}\d]").full.search("a好")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(compiled), st.text("加微信vx吃服12片粒扣企鹅群abcdefx ", max_size=12), st.text("微信vx12片粒群abcdefx ", max_size=4))
def test_nothing_before_the_live_position_can_change(pattern: Pattern, text: str, more: str) -> None:
    live = pattern.live_from(text, 0)
    settled = [match.span() for match in pattern.full.finditer(text) if match.start() < live]
    grown = [match.span() for match in pattern.full.finditer(text + more) if match.start() < live]
    assert settled == grown


def test_the_live_position_is_exact() -> None:
    pattern = compile_pattern("加.{0,3}(微信|vx)")
    assert pattern.live_from("好加我", 0) == 1
    assert pattern.live_from("好加我的好", 0) == 1
    assert pattern.live_from("好加我的好吗", 0) == 6
    assert pattern.live_from("好加我的好微", 0) == 1
    assert pattern.live_from("加vx", 0) == 0  # 加vx微信 would be longer
    assert compile_pattern("x\\d{2}").live_from("x12", 0) == 3
