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
            assert pattern.anchors is None or any(anchor in match.group() for anchor in pattern.anchors)


@pytest.mark.parametrize(
    ("source", "anchors"),
    [
        ("加.{0,3}(微信|vx|VX)", {"微信", "vx"}),
        ("(信誉|口碑)(第一|至上)", {"信誉第一", "信誉至上", "口碑第一", "口碑至上"}),
        ("[036]0\\d{4}", {"00", "30", "60"}),
        ("(x|y)a?b", {"xab", "yab", "xb", "yb"}),
        ("日[赚入]\\d{2,5}", {"日赚", "日入"}),
        ("(ab){2}c{1,2}", {"abab"}),
    ],
)
def test_the_rarest_literals_are_the_anchors(source: str, anchors: set[str]) -> None:
    assert compile_pattern(source).anchors == anchors


def test_characters_that_cannot_be_listed_are_no_anchors() -> None:
    assert compile_pattern(r"\p{Han}{2}").anchors is None


def test_nearly_every_shipped_pattern_has_anchors() -> None:
    """Each one that has none is searched for in every text, which costs 3 µs."""
    patterns: dict[str, Pattern] = {
        pattern.source: pattern for goal in goals_in_force(load_rulebook()) for slot in goal.slots for pattern in slot.patterns
    }
    assert sum(pattern.anchors is None for pattern in patterns.values()) <= 5
