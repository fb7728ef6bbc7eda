"""The console's own colours: series that can be seen (WCAG 2.2, 1.4.11: 3 : 1) and told apart in both themes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

import brightline.server.face
from tests.server.face.test_tokens import contrast, linear, luminance, tokens

CSS = (Path(brightline.server.face.__file__).parent / "static" / "console.css").read_text("utf-8")
SERIES = dict(re.findall(r"--(c[1-6]): light-dark\((#\w+, #\w+)\)", CSS))


def test_there_are_six_series() -> None:
    assert sorted(SERIES) == ["c1", "c2", "c3", "c4", "c5", "c6"]


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("name", sorted(SERIES))
def test_a_series_can_be_seen(theme: int, name: str) -> None:
    assert contrast(linear(SERIES[name].split(", ")[theme]), tokens(theme)["paper"]) >= 3


@pytest.mark.parametrize("theme", [0, 1])
def test_the_first_two_series_differ_in_lightness(theme: int) -> None:
    first, second = (luminance(linear(SERIES[name].split(", ")[theme])) for name in ("c1", "c2"))
    assert (max(first, second) + 0.05) / (min(first, second) + 0.05) >= 1.8


def test_light_colours_of_browsers_without_light_dark_are_those_of_the_light_theme() -> None:
    plain = dict(re.findall(r"--(c[1-6]): (#\w+);", CSS))
    assert plain == {name: both.split(", ")[0] for name, both in SERIES.items()}


def test_no_two_series_are_the_same() -> None:
    for theme in (0, 1):
        codes = [both.split(", ")[theme] for both in SERIES.values()]
        assert all(one != other for one, other in combinations(codes, 2))


def test_the_sheet_fetches_nothing() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
