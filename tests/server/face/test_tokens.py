"""Colours: readable in both themes, and outcomes that colour-blind readers can tell from one another.

Contrast: WCAG 2.2, 1.4.3 (4.5 : 1 for text). Colour vision: Viénot, Brettel and Mollon (1999), dichromats simulated in
linear RGB; distance: CIE 1976 in Lab. Sign and word stand beside each colour anyway.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

import brightline.server.face
from brightline.model import Outcome

CSS = (Path(brightline.server.face.__file__).parent / "static" / "brightline.css").read_text("utf-8")
Colour = tuple[float, float, float]


def tokens(theme: int) -> dict[str, Colour]:
    """Tokens of the light (0) or dark (1) theme, as linear RGB."""
    both = dict(re.findall(r"--([\w-]+): (light-dark\(#\w+, #\w+\))", CSS))
    return {name: linear(re.findall(r"#\w+", value)[theme]) for name, value in both.items()}


def linear(code: str) -> Colour:
    channels = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def luminance(colour: Colour) -> float:
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one: Colour, two: Colour) -> float:
    darker, lighter = sorted((luminance(one), luminance(two)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("ground", ["paper", "wash"])
@pytest.mark.parametrize("ink", ["ink", "muted", "link", *Outcome])
def test_text_is_readable(theme: int, ground: str, ink: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
def test_evidence_is_readable_inside_its_mark(theme: int) -> None:
    assert contrast(tokens(theme)["mark"], linear("#171c24")) >= 7


@pytest.mark.parametrize("theme", [0, 1])
def test_borders_of_fields_can_be_seen(theme: int) -> None:
    assert contrast(tokens(theme)["edge"], tokens(theme)["paper"]) >= 3


def test_the_fallback_for_old_browsers_is_the_light_theme() -> None:
    plain = dict(re.findall(r"--([\w-]+): (#\w+);", CSS.partition("@supports")[0]))
    for name, value in re.findall(r"--([\w-]+): light-dark\((#\w+), #\w+\)", CSS):
        assert plain[name] == value


def test_every_outcome_has_a_sign_of_its_own() -> None:
    signs = re.findall(
        r'<symbol id="(\w+)".*?>(.*)</symbol>', (Path(brightline.server.face.__file__).parent / "static" / "outcomes.svg").read_text()
    )
    assert [name for name, _ in signs] == [outcome.value for outcome in Outcome]
    assert len({shape for _, shape in signs}) == len(Outcome)


DICHROMATS = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("vision", ["all three cones", *DICHROMATS])
def test_outcomes_differ_in_colour_for_every_reader(theme: int, vision: str) -> None:
    colours = tokens(theme)
    for one, two in combinations(Outcome, 2):
        assert distance(seen(colours[one], vision), seen(colours[two], vision)) >= 12, (one, two)


def seen(colour: Colour, vision: str) -> Colour:
    if vision not in DICHROMATS:
        return colour
    red, green, blue = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in DICHROMATS[vision])
    return red, green, blue


def distance(one: Colour, two: Colour) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(two), strict=True)) ** 0.5)


def lab(colour: Colour) -> Colour:
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (sum(a * max(b, 0.0) for a, b in zip(row, colour, strict=True)) / w for row, w in zip(rows, white, strict=True))
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
