"""Small charts, drawn by the server: they need no script, print well, and each carries its numbers as a table too.

Reference: WCAG 2.2, 1.1.1 (a name for each drawing) and 1.4.1 (nothing by colour alone): a drawing is ``role="img"`` with a
name, its marks have titles, and ``Drawing.rows`` are the same numbers for ``parts.as_table``. Sizes are attributes, so that
nothing moves when the style sheet comes; colours are classes (``c-refuse``, ``c-1``), so that both themes and paper work.
Places across are in per cent: a drawing is as wide as its frame and its letters keep their shape. Long series belong to uPlot.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["Bar", "Drawing", "Series", "bar_list", "heat_strip", "nice_ceiling", "sparkline", "stacked_bars"]

_LEVELS = 5
_ROUND = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
_SMALL = (1, 2, 5, 10)
_AXIS_PX = 20  # room for the names under stacked bars


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart and the table that says the same. In a template ``{{ drawing }}`` writes the chart."""

    markup: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __html__(self) -> str:
        """The chart, for autoescaping templates."""
        return str(self.markup)


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a list of bars. ``color`` is a class such as ``c-refuse``; ``href`` makes the name a link."""

    name: str
    value: float
    color: str = "c-1"
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One layer of stacked bars: a name, a class for its colour, a value for each bar."""

    name: str
    color: str
    values: Sequence[float]


def sparkline(
    values: Sequence[float | None],
    *,
    label: str,
    names: Sequence[str] = (),
    columns: tuple[str, str] = ("", ""),
    width: int = 120,
    height: int = 28,
    color: str = "c-1",
) -> Drawing:
    """A line the size of a word. ``label`` says what it shows; None is a gap, not zero; the scale begins at zero."""
    known = [value for value in values if value is not None]
    top = max(known, default=0) or 1
    step = (width - 6) / max(1, len(values) - 1)

    def at(index: int, value: float) -> tuple[float, float]:
        return round(3 + index * step, 2), round(height - 3 - (height - 6) * max(0.0, value) / top, 2)

    marks = Markup("")
    for run in _runs(values):
        points = [at(index, value) for index, value in run]
        if len(points) > 1:
            line = " ".join(f"{x:g},{y:g}" for x, y in points)
            base = height - 1
            marks += Markup('<polygon class="under" points="{} {:g},{} {:g},{}"/><polyline points="{}"/>').format(
                line, points[-1][0], base, points[0][0], base, line
            )
    if known:
        index = max(index for index, value in enumerate(values) if value is not None)
        x, y = at(index, known[-1])
        marks += Markup('<path class="last" d="M{:g} {:g}h0"/>').format(x, y)
    svg = Markup(
        '<svg class="spark {}" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(color, label, width, height, width, height, marks)
    titles = names or [str(index + 1) for index in range(len(values))]
    return Drawing(svg, columns, tuple((name, "–" if value is None else _said(value)) for name, value in zip(titles, values, strict=True)))


def bar_list(bars: Sequence[Bar], *, label: str, columns: tuple[str, str], unit: str = "") -> Drawing:
    """Names, numbers and bars, the longest first or as given: a table already, so that it needs none beside it."""
    top = max((bar.value for bar in bars), default=0) or 1
    lines = Markup("")
    for bar in bars:
        name = Markup('<a href="{}">{}</a>').format(bar.href, bar.name) if bar.href else Markup("{}").format(bar.name)
        note = Markup(' <span class="fine">{}</span>').format(bar.note) if bar.note else ""
        lines += Markup(
            '<tr><th scope="row">{}{}</th><td class="num">{}{}</td><td class="bar-cell" aria-hidden="true">'
            '<svg class="hbar {}" width="100%" height="12" focusable="false"><rect width="{:g}%" height="12"/></svg></td></tr>'
        ).format(name, note, _said(bar.value), unit, bar.color, _share(bar.value, top))
    table = Markup(
        '<table class="bars"><caption class="unseen">{}</caption><thead class="unseen"><tr><th scope="col">{}</th><th scope="col">{}</th>'
        "</tr></thead><tbody>{}</tbody></table>"
    ).format(label, *columns, lines)
    return Drawing(table, columns, tuple((bar.name, f"{_said(bar.value)}{unit}") for bar in bars))


def stacked_bars(names: Sequence[str], series: Sequence[Series], *, label: str, first_column: str, height: int = 180) -> Drawing:
    """Bars side by side, each a stack of ``series`` from the ground up. ``names`` are what the bars stand for, in order."""
    totals = [sum(one.values[index] for one in series) for index in range(len(names))]
    top = nice_ceiling(max(totals, default=0))
    share = 100 / max(1, len(names))
    plot = height - _AXIS_PX
    marks = Markup("")
    for tick in (0.5, 1.0):
        y = round(plot * (1 - tick) + 0.5, 2)
        marks += Markup('<line class="grid" x1="0" x2="100%" y1="{:g}" y2="{:g}"/>').format(y, y)
    for index, name in enumerate(names):
        ground = float(plot)
        said = ", ".join(f"{one.name} {_said(one.values[index])}" for one in series if one.values[index])
        marks += Markup("<g><title>{}: {}</title>").format(name, said or "0")
        for one in series:
            size = plot * one.values[index] / top
            if size > 0:
                ground -= size
                marks += Markup('<rect class="{}" x="{:.3f}%" width="{:.3f}%" y="{:.2f}" height="{:.2f}"/>').format(
                    one.color, index * share + share * 0.1, share * 0.8, ground, size
                )
        marks += Markup("</g>")
    for tick in (0.5, 1.0):
        marks += Markup('<text class="tick" x="2" y="{:.1f}">{}</text>').format(max(11.0, plot * (1 - tick) - 3), _said(top * tick))
    marks += Markup('<line class="ground" x1="0" x2="100%" y1="{}" y2="{}"/>').format(plot, plot)
    marks += _names_below(names, share, height - 4)
    svg = Markup('<svg class="stacked" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(label, height, marks)
    columns = (first_column, *(one.name for one in series))
    rows = tuple((name, *(_said(one.values[index]) for one in series)) for index, name in enumerate(names))
    return Drawing(svg, columns, rows)


def heat_strip(values: Sequence[float | None], *, names: Sequence[str], label: str, columns: tuple[str, str], height: int = 18) -> Drawing:
    """A row of cells, darker for more, in five steps above zero. None (nothing known) is an empty outline, zero is blank."""
    top = max((value for value in values if value is not None), default=0) or 1
    share = 100 / max(1, len(values))
    cells = Markup("")
    for index, (name, value) in enumerate(zip(names, values, strict=True)):
        level = "unknown" if value is None else str(math.ceil(_LEVELS * max(0.0, value) / top))
        cells += Markup('<rect class="heat-{}" x="{:.3f}%" width="{:.3f}%" y="1" height="{}"><title>{}: {}</title></rect>').format(
            level, index * share, share * 0.92, height - 2, name, "–" if value is None else _said(value)
        )
    svg = Markup('<svg class="heat" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(label, height, cells)
    return Drawing(svg, columns, tuple((name, "–" if value is None else _said(value)) for name, value in zip(names, values, strict=True)))


def nice_ceiling(value: float) -> float:
    """The smallest round number that is at least ``value``, of those whose half is round too; 1 for nothing."""
    if value < sys.float_info.min:  # below, powers of ten are no longer exact
        return 1
    power: float = 10.0 ** math.floor(math.log10(value))
    for factor in _SMALL if power == 1 else _ROUND:
        if value <= factor * power * (1 + 1e-12):
            return factor * power
    raise AssertionError(value)  # pragma: no cover - ten powers are always enough


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches of known values between gaps, with their places."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _names_below(names: Sequence[str], share: float, y: int) -> Markup:
    """As many names as fit under the bars: the first, the last and what stands evenly between, at most six."""
    if not names:
        return Markup("")
    step = max(1, math.ceil((len(names) - 1) / 5))
    said = Markup("")
    for index in range(0, len(names), step):
        place = index * share + share / 2
        anchor = "start" if place < 8 else "end" if place > 92 else "middle"
        x = 0.0 if anchor == "start" else 100.0 if anchor == "end" else place
        said += Markup('<text class="tick" text-anchor="{}" x="{:.3f}%" y="{}">{}</text>').format(anchor, x, y, names[index])
    return said


def _share(value: float, top: float) -> float:
    return round(max(0.0, 100 * value / top), 2)


def _said(value: float) -> str:
    """Thousands by commas, as both of our languages write them; at most two decimals."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")
