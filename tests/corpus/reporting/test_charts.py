from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from brightline.corpus.reporting.charts import COLORS, bar, columns, nice_ceiling
from brightline.corpus.reporting.outline import Columns


@given(st.integers(0, 10**15))
def test_an_axis_ends_at_the_next_round_number(value: int) -> None:
    top = nice_ceiling(value)
    assert top >= max(value, 1)
    assert str(top).rstrip("0") in {"1", "2", "4", "5"}
    assert top <= max(1, 2.5 * value)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@given(st.lists(st.tuples(NAMES, st.integers(0, 10**12), st.integers(0, 10**12)), max_size=20))
def test_a_plot_is_well_formed_and_no_bar_leaves_it(rows: list[tuple[str, int, int]]) -> None:
    names = [name for name, _first, _second in rows]
    layers = [("first", "c-1", [first for _name, first, _second in rows]), ("second", "c-drop", [second for *_rest, second in rows])]
    svg = etree.fromstring(str(columns(Columns('a "plot" <of>', "name", names, layers), "660")))
    space = "{http://www.w3.org/2000/svg}"
    assert svg.get("aria-label") == 'a "plot" <of>'
    assert svg.get("role") == "img"
    for rect in svg.iter(f"{space}rect"):
        assert -0.01 <= float(str(rect.get("y"))) <= float(str(rect.get("y"))) + float(str(rect.get("height"))) <= 168.02
        assert float(str(rect.get("x")).rstrip("%")) + float(str(rect.get("width")).rstrip("%")) <= 100.01
    assert len(list(svg.iter(f"{space}title"))) == len(rows)


def test_heights_stand_in_the_proportion_of_their_numbers() -> None:
    svg = etree.fromstring(str(columns(Columns("p", "n", ["a", "b"], [("layer", "c-1", [100, 50])]), "660")))
    one, half = (float(str(rect.get("height"))) for rect in svg.iter("{http://www.w3.org/2000/svg}rect"))
    assert one == 2 * half == 168.0


def test_the_longest_bar_fills_its_cell_and_nothing_has_no_bar() -> None:
    assert 'width="100.00%"' in bar(7, 7, "c-1")
    assert 'width="0%"' in bar(0, 0, "c-1")


def test_every_colour_has_one_for_paper() -> None:
    assert all(color.startswith("#") and len(color) == 7 for color in COLORS.values())
