"""Small charts: well-formed, named, with their numbers as a table, and safe with any text."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.server.console.frame.charts import Bar, Drawing, Series, bar_list, heat_strip, nice_ceiling, sparkline, stacked_bars

NUMBERS = st.floats(min_value=0, max_value=1e9, allow_nan=False)


def parsed(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.__html__())  # noqa: S314 - our own output


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), NUMBERS), max_size=60))
def test_a_sparkline_stays_in_its_frame_and_says_all_its_numbers(values: list[float | None]) -> None:
    drawing = sparkline(values, label="Requests")
    root = parsed(drawing)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Requests"
    for line in root.iter("polyline"):
        for point in line.get("points", "").split():
            x, y = (float(part) for part in point.split(","))
            assert 0 <= x <= 120
            assert 0 <= y <= 28
    assert len(drawing.rows) == len(values)


def test_a_gap_is_not_drawn_as_zero() -> None:
    drawing = sparkline([1, 2, None, 4, 5], label="Latency")
    assert len(list(parsed(drawing).iter("polyline"))) == 2
    assert drawing.rows[2] == ("3", "–")


def test_no_text_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>'
    for drawing in (
        sparkline([1], label=evil, names=[evil]),
        bar_list([Bar(evil, 3, href=evil, note=evil)], label=evil, columns=(evil, evil)),
        stacked_bars([evil], [Series(evil, "c-1", [2])], label=evil, first_column=evil),
        heat_strip([1], names=[evil], label=evil, columns=(evil, evil)),
    ):
        assert "<script>" not in drawing.__html__()
        parsed(drawing)


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    drawing = bar_list([Bar("Gambling", 40), Bar("Fraud", 10), Bar("None", 0)], label="By type", columns=("Type", "Decisions"))
    widths = [rect.get("width") for rect in parsed(drawing).iter("rect")]
    assert widths == ["100%", "25%", "0%"]
    assert drawing.rows == (("Gambling", "40"), ("Fraud", "10"), ("None", "0"))


def test_a_list_of_bars_is_a_table_with_a_name() -> None:
    root = parsed(bar_list([Bar("Fraud", 1200, href="/console/decisions?type=7")], label="By type", columns=("Type", "Decisions")))
    assert root.tag == "table"
    assert root.findtext("caption") == "By type"
    assert root.findtext(".//td") == "1,200"
    link = root.find(".//a")
    assert link is not None
    assert link.get("href") == "/console/decisions?type=7"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=40))
@example([(5e-324, 0.0)])
def test_stacks_never_rise_over_the_frame(pairs: list[tuple[float, float]]) -> None:
    names = [str(index) for index in range(len(pairs))]
    layers = [Series("Allowed", "c-allow", [a for a, _ in pairs]), Series("Refused", "c-refuse", [b for _, b in pairs])]
    drawing = stacked_bars(names, layers, label="Outcomes", first_column="Hour")
    for rect in parsed(drawing).iter("rect"):
        assert float(rect.get("y", "")) >= -0.01
        assert float(rect.get("y", "")) + float(rect.get("height", "")) <= 160.02
    assert drawing.columns == ("Hour", "Allowed", "Refused")
    assert len(drawing.rows) == len(pairs)


def test_few_names_stand_under_many_bars() -> None:
    names = [f"{hour}:00" for hour in range(24)]
    drawing = stacked_bars(names, [Series("All", "c-1", [1] * 24)], label="Day", first_column="Hour")
    written = [text.text for text in parsed(drawing).iter("text") if text.text and text.text.endswith(":00")]
    assert written[0] == "0:00"
    assert len(written) <= 6


def test_heat_has_five_steps_and_knows_nothing_from_zero() -> None:
    drawing = heat_strip([0, 1, 50, 100, None], names=list("abcde"), label="Load", columns=("Hour", "Requests"))
    assert [rect.get("class") for rect in parsed(drawing).iter("rect")] == ["heat-0", "heat-1", "heat-3", "heat-5", "heat-unknown"]
    assert drawing.rows[-1] == ("e", "–")


@pytest.mark.parametrize(("value", "ceiling"), [(0, 1), (1, 1), (3, 5), (21, 24), (26, 30), (99, 100), (100, 100), (512, 600), (0.3, 0.3)])
def test_scales_end_at_round_numbers(value: float, ceiling: float) -> None:
    assert math.isclose(nice_ceiling(value), ceiling)
