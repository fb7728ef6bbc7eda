"""What a text may grow into is known exactly, for every lane and side by itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.beginnings import HELD, HELD_INSIDE, LIVE, LIVE_INSIDE, Growing, beginnings_of

NONE: frozenset[int] = frozenset()
some_sides = st.frozensets(st.integers(0, 1))


@st.composite
def growing(draw: st.DrawFn) -> Growing:
    on = draw(some_sides)
    held, waiting, bound = (draw(some_sides) & on for _ in range(3))
    return Growing(draw(st.text("abc上分群", min_size=1, max_size=4)), on, held, waiting, bound)


@settings(max_examples=150, deadline=None)
@given(st.lists(growing(), max_size=8), st.lists(growing(), max_size=8), st.text("abc上分群", min_size=1, max_size=4))
def test_beginnings_are_those_that_can_still_grow(base: list[Growing], skip: list[Growing], text: str) -> None:
    found = beginnings_of((base, skip), 2)
    for lane, words in enumerate((base, skip)):
        for side in range(2):
            grows = [
                each
                for each in words
                if side in each.sides and each.word.startswith(text) and (len(text) < len(each.word) or side in each.waiting)
            ]
            bits = found[lane][side].of(text)
            assert bool(bits & LIVE) == bool(grows)
            assert bool(bits & HELD) == any(side in each.held for each in grows)
            assert bool(bits & LIVE_INSIDE) == any(side not in each.bound for each in grows)
            assert bool(bits & HELD_INSIDE) == any(side in each.held and side not in each.bound for each in grows)


def test_the_longest_word_of_a_lane_and_a_side_is_known() -> None:
    here, there = frozenset([0]), frozenset([1])
    of_lane = beginnings_of(([Growing("上分群", here, NONE, NONE, NONE), Growing("上分", there, NONE, NONE, NONE)], []), 2)
    assert [[each.longest for each in sides] for sides in of_lane] == [[3, 2], [0, 0]]
