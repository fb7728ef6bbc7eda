"""Windows: the nearest hits fill them, they do not overlap, and marks count what they have forgotten."""

from __future__ import annotations

from dataclasses import replace

from brightline.text.goals import GoalBook
from brightline.text.windows import RECENT_HITS, Hit, Marks, WindowBuilder


def hit(start: int, end: int, slot: int) -> Hit:
    return Hit(start, -end, 0, 0, slot, "x" * (end - start))


def test_an_end_belongs_to_what_it_ends() -> None:
    marks = Marks([3, 8])
    assert [marks.segment(position) for position in (0, 3, 4, 8, 9)] == [0, 0, 1, 1, 2]
    assert [marks.next_end(position) for position in (0, 3, 4, 9)] == [3, 3, 8, None]


def test_forgotten_marks_are_still_counted() -> None:
    marks = Marks([3, 8, 20])
    marks.forget(9)
    assert marks.positions == [20]
    assert marks.segment(15) == 2


def test_the_nearest_hits_fill_the_window(book: GoalBook) -> None:
    builder = WindowBuilder(0, book["sample.gambling"], Marks())
    assert builder.take(hit(0, 3, 0)) is None
    assert builder.take(hit(10, 13, 0)) is None
    window = builder.take(hit(15, 17, 1))
    assert window is not None
    assert [(h.start, h.slot) for h in window.hits] == [(10, 0), (15, 1)]
    assert (window.start, window.end, window.last_start) == (10, 17, 15)


def test_the_next_window_begins_after_the_last_one(book: GoalBook) -> None:
    builder = WindowBuilder(0, book["sample.gambling"], Marks())
    builder.take(hit(0, 3, 0))
    assert builder.take(hit(4, 8, 1)) is not None
    assert builder.take(hit(6, 9, 0)) is None
    assert builder.hits == []


def test_three_slots_are_filled_in_any_order(book: GoalBook) -> None:
    builder = WindowBuilder(0, replace(book["sample.triple"], same="text"), Marks())
    assert builder.take(hit(0, 2, 2)) is None
    assert builder.take(hit(3, 5, 0)) is None
    assert builder.take(hit(5, 7, 0)) is None
    window = builder.take(hit(8, 10, 1))
    assert window is not None
    assert [(h.start, h.slot) for h in window.hits] == [(5, 0), (8, 1), (0, 2)]


def test_only_the_most_recent_hits_of_a_slot_are_kept(book: GoalBook) -> None:
    builder = WindowBuilder(0, book["sample.gambling"], Marks())
    for start in range(20):
        builder.take(hit(start, start + 2, 0))
    assert [h.start for h in builder.hits] == list(range(20 - RECENT_HITS, 20))
