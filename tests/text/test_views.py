"""Views: what is read differently, and the way back to the raw text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brightline.model import Span
from brightline.text.views import Edit, View, without_overlaps


def test_an_edit_is_read_and_leads_back_to_all_that_it_replaced() -> None:
    view = View.of("弓虽大").edited([Edit(0, 2, "强", "split")])
    assert view.text == "强大"
    assert view.raw_span(0, 1) == Span(0, 2)
    assert view.raw_span(0, 2) == Span(0, 3)
    assert view.lanes_in(0, 1) == {"split"}
    assert view.lanes_in(1, 2) == set()
    assert not view.is_raw


def test_edits_of_edits_lead_back_through_both() -> None:
    decoded = View.of("x5byT6Jm9y").edited([Edit(1, 9, "弓虽", "decoded")])
    view = decoded.edited([Edit(1, 3, "强", "split")])
    assert view.text == "x强y"
    assert view.raw_span(1, 2) == Span(1, 9)
    assert view.lanes_in(1, 2) == {"decoded", "split"}


def test_a_text_that_nothing_reads_differently_is_raw() -> None:
    view = View.of("强大")
    assert view.edited([]) is view
    assert view.is_raw
    assert view.raw_span(0, 2) == Span(0, 2)


def test_of_edits_that_overlap_the_first_and_longest_stays() -> None:
    edits = [Edit(3, 5, "c", "split"), Edit(0, 2, "a", "shape"), Edit(0, 4, "b", "decoded")]
    assert without_overlaps(edits) == [Edit(0, 4, "b", "decoded")]


edits_of = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5), st.text(max_size=4)), max_size=8)


@given(text=st.text(min_size=1, max_size=30), first=edits_of, second=edits_of)
def test_every_character_has_a_place_in_the_raw_text_and_untouched_ones_are_the_same(
    text: str, first: list[tuple[int, int, str]], second: list[tuple[int, int, str]]
) -> None:
    view = View.of(text)
    for rows in (first, second):
        wanted = (Edit(at, min(at + size, len(view.text)), reads, "shape") for at, size, reads in rows if at < len(view.text))
        view = view.edited(without_overlaps(wanted))
    assert len(view.text) == len(view.starts) == len(view.ends) == len(view.touched)
    for at, character in enumerate(view.text):
        span = view.raw_span(at, at + 1)
        assert 0 <= span.start < span.end <= len(text)
        if not view.lanes_in(at, at + 1):
            assert text[span.start : span.end] == character
