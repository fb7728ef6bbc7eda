from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from brightline.model import Span
from brightline.server.face import Segment, highlight


def test_evidence_stands_out_of_its_text() -> None:
    assert highlight("请加微信上分", [Span(1, 4)]) == [Segment("请", False), Segment("加微信", True), Segment("上分", False)]


def test_spans_count_from_the_part_and_not_from_the_excerpt() -> None:
    assert highlight("加微信", [Span(101, 103)], start=100) == [Segment("加", False), Segment("微信", True)]


def test_touching_and_overlapping_evidence_is_one_mark() -> None:
    assert highlight("abcdef", [Span(2, 4), Span(0, 3), Span(4, 5)]) == [Segment("abcde", True), Segment("f", False)]


spans = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)).map(lambda pair: Span(*pair)), max_size=8)


@given(st.text(max_size=30), spans, st.integers(-5, 10))
def test_joined_segments_are_the_text_and_a_character_is_marked_exactly_when_a_span_covers_it(
    text: str, where: list[Span], start: int
) -> None:
    segments = highlight(text, where, start)
    assert "".join(segment.text for segment in segments) == text
    marked = [segment.marked for segment in segments for _ in segment.text]
    assert marked == [any(span.start <= start + i < span.end for span in where) for i in range(len(text))]
    assert all(one.marked != two.marked for one, two in pairwise(segments))
