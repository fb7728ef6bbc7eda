"""Plots as SVG, drawn by the report itself: no script, no request, the same picture on the page and on paper.

Reference: WCAG 2.2, 1.1.1 (each drawing has a name; its numbers stand in a table beside it) and 1.4.1 (nothing by colour alone: layers have
titles and differ in lightness). Colours are classes with a printable fallback in ``fill``; places across are in per cent of the width, so
letters keep their shape on any screen. The sizes that are drawn are shares of the greatest value, never written out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from brightline.corpus.reporting.outline import Columns, number

__all__ = ["COLORS", "bar", "columns", "nice_ceiling"]

COLORS: Mapping[str, str] = {
    "c-1": "#2f4263",
    "c-drop": "#5d0f33",
    "c-keep": "#17783f",
    "c-quarantine": "#5c6368",
    "c-redact": "#7051cd",
}
"""The light theme's colours (console: allow, rewrite, review, block, and the first of series)."""

_HEIGHT = 190
_AXIS = 22  # room for the names under the bars
_INK, _HAIR = "#545e6b", "#d8d9d2"
_ROUND = (1, 2, 4, 5, 10)
_NAME_CHARS = 14  # own choice: what fits under a bar of twelve on a sheet


def bar(value: int, top: int, color: str) -> Markup:
    """One bar of a list, as wide as its share of the longest."""
    width = _share(value, top)
    return Markup(
        '<svg class="hbar" width="100%" height="12" aria-hidden="true" focusable="false">'
        '<rect class="{}" fill="{}" width="{}%" height="12"/></svg>'
    ).format(color, COLORS[color], width)


def columns(plot: Columns, width: str = "100%") -> Markup:
    """Bars side by side, each a stack. ``width``: of the picture, in per cent of its frame or in pixels."""
    totals = [sum(values[index] for _name, _color, values in plot.layers) for index in range(len(plot.names))]
    top = nice_ceiling(max(totals, default=0))
    ground = _HEIGHT - _AXIS
    step = 100 / max(1, len(plot.names))
    marks = Markup("")
    for tick in (top // 2, top) if top > 1 else (top,):
        y = round(ground * (1 - tick / top), 2)
        marks += Markup('<line class="grid" stroke="{}" x1="0" x2="100%" y1="{:g}" y2="{:g}"/>').format(_HAIR, y, y)
    for index, name in enumerate(plot.names):
        marks += _stack(plot, index, name, (index * step, step), (ground, top))
    for tick in (top // 2, top) if top > 1 else (top,):
        y = max(11.0, ground * (1 - tick / top) - 3)
        text = '<text class="tick" fill="{}" stroke="#fff" stroke-width="3" paint-order="stroke" font-size="11" x="2" y="{:.1f}">{}</text>'
        marks += Markup(text).format(_INK, y, number(tick))  # noqa: S704 - our own words: what is put in is escaped by format
    marks += Markup('<line class="ground" stroke="{}" x1="0" x2="100%" y1="{}" y2="{}"/>').format(_INK, ground, ground)
    marks += _names(plot.names, step)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="columns" role="img" aria-label="{}" width="{}" height="{}" '
        'font-family="Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, DejaVu Sans, sans-serif">{}</svg>'
    ).format(plot.caption, width, _HEIGHT, marks)


def nice_ceiling(value: int) -> int:
    """The smallest round number that is at least ``value``; 1 for nothing."""
    power = 1
    while power * 10 < value:
        power *= 10
    return next(factor * power for factor in _ROUND if value <= factor * power)


def _stack(plot: Columns, index: int, name: str, across: tuple[float, float], upright: tuple[int, int]) -> Markup:
    (left, step), (ground, top) = across, upright
    told = ", ".join(f"{layer} {number(values[index])}" for layer, _color, values in plot.layers)
    marks = Markup("<g><title>{}: {}</title>").format(name, told)
    y = float(ground)
    for _layer, color, values in plot.layers:
        size = ground * values[index] / top
        if size > 0:
            y -= size
            marks += Markup('<rect class="{}" fill="{}" x="{:.3f}%" width="{:.3f}%" y="{:.2f}" height="{:.2f}"/>').format(
                color, COLORS[color], left + step * 0.12, step * 0.76, y, size
            )
    return marks + Markup("</g>")


def _names(names: Sequence[str], step: float) -> Markup:
    """As many names as have room: each bar's where there are few, else evenly, at most nine; on a narrow page every third of those."""
    every = max(1, math.ceil(len(names) / 9))
    said = Markup("")
    for index in range(0, len(names), every):
        kind = "name" if index // every % 3 else "tick"
        name = names[index] if len(names[index]) <= _NAME_CHARS else names[index][: _NAME_CHARS - 1] + "…"
        said += Markup('<text class="{}" fill="{}" font-size="11" text-anchor="middle" x="{:.3f}%" y="{}">{}</text>').format(
            kind, _INK, index * step + step / 2, _HEIGHT - 7, name
        )
    return said


def _share(value: int, top: int) -> str:
    return f"{100 * value / top:.2f}" if top else "0"
