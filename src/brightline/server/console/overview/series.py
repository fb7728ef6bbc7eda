"""The charts over time: which lines each has, what they are called, and the same numbers as rows of a table or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from brightline.model import Outcome
from brightline.server.console.frame.charts import Drawing
from brightline.server.console.overview.picture import Picture
from brightline.server.face import msgid as _
from brightline.store import Percentiles

__all__ = ["CHARTS", "Chart", "Line", "chart_of", "charts_of", "json_of"]

_SECOND = 1_000_000
Number = float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line or layer: ``whole`` is its number for the whole stretch, ``waits`` means hidden until asked for in the legend."""

    key: str
    name: str
    context: str
    color: str
    values: tuple[Number, ...]
    whole: Number
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart over time. Names are English msgids; ``unit`` is that of its values."""

    name: str
    title: str
    kind: Literal["stack", "lines"]
    unit: Literal["count", "ms"]
    starts: tuple[int, ...]
    step_s: int
    lines: tuple[Line, ...]
    calls: tuple[int, ...] = ()

    @property
    def bare(self) -> Literal["", "nothing", "hidden"]:
        """Why a reader would see no mark: there is nothing, or only in lines that wait in the legend; empty where there are marks."""
        if any(value for line in self.lines if not line.waits for value in line.values):
            return ""
        return "hidden" if any(value for line in self.lines for value in line.values) else "nothing"


CHARTS = ("requests", "decisions", "own", "call")
"""Names of the charts, as addresses use them."""

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ALLOW: "Allowed",
    Outcome.LABEL: "Labelled",
    Outcome.NOTICE: "Passed with a notice",
    Outcome.REWRITE: "Rewritten",
    Outcome.LIMIT: "Limited",
    Outcome.REVIEW: "Sent to a person",
    Outcome.REFUSE: "Refused",
    Outcome.BLOCK: "Blocked",
}
"""The words of ``marks.html``; their msgids have the context ``outcome``."""

_STATUSES = (
    ("2xx", _("Answered (2xx)"), "c-1"),
    ("4xx", _("Turned away (4xx)"), "c-5"),
    ("5xx", _("Failed (5xx)"), "c-4"),
    ("other", _("Other"), "c-2"),
)
_TITLES = {
    "requests": _("Requests by status"),
    "decisions": _("Decisions by outcome"),
    "own": _("Time in Brightline itself"),
    "call": _("Time of the whole call"),
}


def charts_of(picture: Picture) -> list[Chart]:
    """All charts, in the order of the page."""
    return [chart_of(picture, name) for name in CHARTS]


def chart_of(picture: Picture, name: str) -> Chart:
    """The chart of that name, one of ``CHARTS``."""
    if name == "requests":
        return _stack(name, picture.requests.starts, picture.requests.step_s, _statuses(picture))
    if name == "decisions":
        return _stack(name, picture.decisions.starts, picture.decisions.step_s, _outcomes(picture))
    return _latency(name, picture.own if name == "own" else picture.call)


def _stack(name: str, starts: tuple[int, ...], step_s: int, lines: tuple[Line, ...]) -> Chart:
    return Chart(name, _TITLES[name], "stack", "count", starts, step_s, lines)


def _statuses(picture: Picture) -> tuple[Line, ...]:
    by_class: dict[str, list[int]] = {key: [0] * len(picture.requests.starts) for key, _name, _color in _STATUSES}
    for status, counts in picture.requests.by_status().items():
        into = by_class.get(f"{status // 100}xx", by_class["other"])
        for index, count in enumerate(counts):
            into[index] += count
    return tuple(Line(key, name, "", color, tuple(by_class[key]), sum(by_class[key])) for key, name, color in _STATUSES)


def _outcomes(picture: Picture) -> tuple[Line, ...]:
    found = picture.decisions.by_outcome()
    none = (0,) * len(picture.decisions.starts)
    return tuple(
        # What was simply allowed is nearly all there is and would press everything else flat.
        Line(
            outcome.value,
            name,
            "outcome",
            f"c-{outcome.value}",
            found.get(outcome, none),
            sum(found.get(outcome, ())),
            waits=outcome is Outcome.ALLOW,
        )
        for outcome, name in OUTCOMES.items()
    )


def _latency(name: str, times: Percentiles) -> Chart:
    lines = tuple(
        Line(key, said, "", color, tuple(map(_ms, values)), _ms(whole))
        for key, said, color, values, whole in (
            ("p50", _("Half of all (p50)"), "c-1", times.p50, times.whole[0]),
            ("p95", _("95 of 100 (p95)"), "c-3", times.p95, times.whole[1]),
            ("p99", _("99 of 100 (p99)"), "c-4", times.p99, times.whole[2]),
        )
    )
    return Chart(name, _TITLES[name], "lines", "ms", times.starts, times.step_s, lines, times.calls)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else float(f"{seconds * 1000:.3g}")


def table_of(chart: Chart, names: list[str], heads: tuple[str, ...], running: str) -> Drawing:
    """The table that says what the chart shows. ``heads`` are the column heads, ``running`` marks a step that is not over."""
    if running and names:
        names = [*names[:-1], f"{names[-1]} {running}"]
    columns = [[_said(value, chart.unit) for value in line.values] for line in chart.lines]
    if chart.calls:
        columns.append([_said(number, "count") for number in chart.calls])
    return Drawing(Markup(""), heads, tuple(zip(names, *columns, strict=True)))


def _said(value: Number, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if unit == "count" or value >= 100 else f"{value:.3g}"


def json_of(picture: Picture, since_start: int = 0) -> dict[str, Any]:
    """The charts for the script: steps that begin at ``since_start`` (seconds) or later, times in seconds."""
    charts = charts_of(picture)
    starts = [start // _SECOND for start in charts[0].starts]
    first = next((index for index, start in enumerate(starts) if start >= since_start), len(starts))
    return {
        "tag": picture.tag,
        "ever": picture.ever,
        "since": picture.period.since // _SECOND,
        "until": picture.period.until // _SECOND,
        "now": picture.period.now // _SECOND,
        "step": charts[0].step_s,
        "starts": starts[first:],
        "charts": {
            chart.name: {line.key: {"whole": line.whole, "values": line.values[first:]} for line in chart.lines} for chart in charts
        },
    }
