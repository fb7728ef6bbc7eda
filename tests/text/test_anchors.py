"""Every match of a pattern holds one of its anchors, so that a text without them need not be searched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.moderation import goals_in_force
from brightline.rulebook import load_rulebook
from brightline.text.patterns import Pattern, compile_pattern

PATTERNS = [
    "加.{0,3}(微信|vx|VX)",
    "[吃服]\\d{1,2}(片|粒)",
    "(?:扣|企鹅)?群\\d{2,4}",
    "ab?c{0,2}(d|de|def)",
    "(a|ab)(c|bcd)",
    "(ab){1,3}c?a",
    "(ab){2}",
    "a[^b]{0,2}b",
    "x\\d{2}",
    "[ab]{2,3}\\p{Han}",
    "(加片|(微信){1,2}[片粒])x?",
]
compiled = [compile_pattern(source) for source in PATTERNS]


@settings(max_examples=100, deadline=None)
@given(st.text("加微信vx吃服12片粒扣企鹅群abcdefx ", max_size=30))
def test_every_match_holds_an_anchor(text: str) -> None:
    for pattern in compiled:
        for match in pattern.full.finditer(text):
            assert all(any(anchor in match.group() for anchor in texts) for texts in pattern.anchors)


@pytest.mark.parametrize(
    ("source", "anchors"),
    [
        ("加.{0,3}(微信|vx|VX)", [{"微信", "vx"}, {"加"}]),
        ("(信誉|口碑)(第一|至上)", [{"信誉第一", "信誉至上", "口碑第一", "口碑至上"}]),
        ("(x|y)a?b", [{"xab", "yab", "xb", "yb"}]),
        ("(ab){2}c{1,2}", [{"abab"}, {"c"}]),
        ("(收购|卖家)[^。]{0,4}(a|b.)[^。]{0,4}(x{0,1}y)", [{"收购", "卖家"}, {"xy", "y"}]),
        ("[一个有来][^。]{0,2}(蔻|峮)", [{"蔻", "峮"}]),
        (r"\p{Han}{2}", []),
    ],
)
def test_the_literals_that_ordinary_texts_hold_least_often_are_the_anchors(source: str, anchors: list[set[str]]) -> None:
    assert list(compile_pattern(source).anchors) == anchors


def test_nearly_every_shipped_pattern_has_anchors() -> None:
    """Each one that has none is searched for in every text, which costs 3 µs."""
    patterns: dict[str, Pattern] = {
        pattern.source: pattern for goal in goals_in_force(load_rulebook()) for slot in goal.slots for pattern in slot.patterns
    }
    assert sum(not pattern.anchors for pattern in patterns.values()) <= 5
