"""The chart without scripts: whatever the numbers, a drawing that says what it is and stays inside its box."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.server.console.overview.drawing import drawn
from brightline.server.console.overview.series import Chart, Line

NUMBERS = st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e6))


def chart(kind: str, *values: list[float | None]) -> Chart:
    lines = tuple(Line(str(index), "name", "", "c-1", tuple(each), None) for index, each in enumerate(values))
    return Chart("own", "title", kind, "ms", tuple(range(len(values[0]))), 60, lines)  # type: ignore[arg-type]


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(["stack", "lines"]),
    values=st.integers(1, 40).flatmap(lambda size: st.lists(st.lists(NUMBERS, min_size=size, max_size=size), min_size=1, max_size=4)),
)
def test_every_mark_stays_in_the_box(kind: str, values: list[list[float | None]]) -> None:
    svg = str(drawn(chart(kind, *values), "Requests <by> status"))
    assert 'role="img" aria-label="Requests &lt;by&gt; status"' in svg
    for path in re.findall(r'd="([^"]*)"', svg):
        for command, x, y in re.findall(r"([MLVH])(-?[\d.e+]+)(?: (-?[\d.e+]+))?", path):
            across, down = (None, x) if command == "V" else (x, y or None)
            assert across is None or -0.1 <= float(across) <= 1000.1
            assert down is None or -0.1 <= float(down) <= 200.1


def test_a_gap_is_no_line_and_a_lone_value_is_a_dash() -> None:
    svg = str(drawn(chart("lines", [1.0, None, 2.0, 3.0]), "Time"))
    path = re.findall(r'class="stroke c-1" d="([^"]*)"', svg)[0]
    assert path.count("M") == 2
    assert path.count("L") == 1


def test_layers_lie_on_each_other() -> None:
    svg = str(drawn(chart("stack", [2.0, 2.0], [1.0, 3.0]), "Decisions"))
    high, low = re.findall(r'class="layer c-1" d="([^"]*)"', svg)
    assert [float(y) for y in re.findall(r"V([\d.]+)H", high)] == [80, 0]  # 3 and 5 of 5
    assert [float(y) for y in re.findall(r"V([\d.]+)H", low)] == [160, 80]  # 1 and 3 of 5
