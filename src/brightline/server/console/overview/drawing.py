"""A chart over time as plain SVG, for readers without scripts and for paper: the same numbers as uPlot draws, less to touch."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from brightline.server.console.frame.charts import nice_ceiling
from brightline.server.console.overview.series import Chart, Number

__all__ = ["drawn"]

_WIDTH, _HEIGHT = 1000, 200


def drawn(chart: Chart, label: str) -> Markup:
    """The chart in a box that stretches with the page; lines that wait for the reader's click are left out."""
    lines = [line for line in chart.lines if not line.waits]
    stacked = chart.kind == "stack"
    layers: list[tuple[str, list[Number]]] = []
    sums: list[float] = [0.0] * len(chart.starts)
    for line in reversed(lines) if stacked else lines:
        if stacked:
            sums = [under + (value or 0) for under, value in zip(sums, line.values, strict=True)]
            layers.append((line.color, list(sums)))
        else:
            layers.append((line.color, list(line.values)))
    top = nice_ceiling(max((value for _, values in layers for value in values if value is not None), default=0))
    marks = Markup("")
    for color, values in reversed(layers) if stacked else layers:
        path = _bars(values, top) if stacked else _line(values, top)
        if path:
            marks += Markup('<path class="{} {}" d="{}"/>').format("layer" if stacked else "stroke", color, path)
    unit = " ms" if chart.unit == "ms" else ""
    return Markup(
        '<svg class="drawn" role="img" aria-label="{}" width="100%" height="100%"><svg viewBox="0 0 {} {}" width="100%" height="100%" '
        'preserveAspectRatio="none">{}<path class="ground" d="M0 {}H{}"/></svg><text class="tick" x="2" y="12">{}{}</text></svg>'
    ).format(label, _WIDTH, _HEIGHT, marks, _HEIGHT, _WIDTH, f"{top:,.15g}", unit)


def _bars(values: Sequence[Number], top: float) -> str:
    """The outline of bars without gaps between them, closed along the ground."""
    if not any(values):
        return ""
    share = _WIDTH / len(values)
    steps = "".join(f"V{_y(value or 0, top):g}H{round((index + 1) * share, 1):g}" for index, value in enumerate(values))
    return f"M0 {_HEIGHT}{steps}V{_HEIGHT}Z"


def _line(values: Sequence[Number], top: float) -> str:
    """Strokes between the middles of steps; a step without a value is a gap, one alone a short dash."""
    share = _WIDTH / max(1, len(values))
    path, pen = "", False
    for index, value in enumerate(values):
        if value is not None:
            x, y = round((index + 0.5) * share, 1), _y(value, top)
            path += f"L{x:g} {y:g}" if pen else f"M{round(x - share / 3, 1):g} {y:g}H{x:g}"
        pen = value is not None
    return path


def _y(value: float, top: float) -> float:
    return round(_HEIGHT * (1 - value / top), 1)
