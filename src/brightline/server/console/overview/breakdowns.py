"""Decisions broken down: by problem type, rule, goal, door, model, and by what did not look.

Each row has the official name of what it counts, links to where that is explained and to the decisions behind the number,
and a bar whose parts are the outcomes. A decision counts once under each value that it has, so rows add up to more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from brightline.model import Outcome
from brightline.review.unread import detector_name
from brightline.server.console.frame.charts import Drawing, sparkline
from brightline.server.console.naming import goal_name
from brightline.server.console.overview.picture import BREAKDOWNS, Picture
from brightline.server.console.overview.series import OUTCOMES
from brightline.server.face import msgid as _
from brightline.service import Service
from brightline.store import OTHER

__all__ = ["Breakdown", "Row", "breakdown_of", "breakdowns_of", "list_address", "rows_for_file"]

_MOST_ROWS = 12

_TITLES = {
    "type": _("By problem type"),
    "rule": _("By rule"),
    "goal": _("By goal"),
    "door": _("By door"),
    "model": _("By model"),
    "gap": _("Not inspected, by detector"),
}
_CONDITIONS = {"type": "type", "rule": "rule", "goal": "goal", "door": "door", "model": "model"}
_DOORS = {"gateway": _("Gateway"), "api": _("Inspection API"), "cli": _("Command line"), "python": _("Python API")}


@dataclass(frozen=True, slots=True)
class Part:
    """One outcome in a bar: where its piece begins and how long it is, in per cent of the longest bar."""

    outcome: Outcome
    start: float
    share: float


@dataclass(frozen=True, slots=True)
class Row:
    """``about`` leads to what the value is, ``decisions`` to the list of what was counted; both may be empty."""

    value: str
    name: str
    about: str
    decisions: str
    counts: Mapping[Outcome, int]
    parts: tuple[Part, ...]
    spark: Drawing | None = None
    is_id: bool = False

    @property
    def total(self) -> int:
        """All outcomes."""
        return sum(self.counts.values())

    @property
    def stopped(self) -> int:
        """Refused and blocked."""
        return sum(count for outcome, count in self.counts.items() if outcome.stops)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One list of rows. ``title`` is a msgid; ``more`` values were left out."""

    name: str
    title: str
    rows: tuple[Row, ...]
    more: int

    @property
    def empty(self) -> bool:
        """True where nothing was counted."""
        return not any(row.total for row in self.rows)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that occur, mildest first."""
        return tuple(outcome for outcome in Outcome if any(row.counts.get(outcome) for row in self.rows))


def breakdowns_of(picture: Picture, service: Service, lang: str, text: Callable[[str], str]) -> dict[str, Breakdown]:
    """All breakdowns by name, each with at most a dozen rows; ``text`` translates."""
    return {name: breakdown_of(picture, name, service, lang, text, most=_MOST_ROWS) for name in BREAKDOWNS}


def breakdown_of(
    picture: Picture, name: str, service: Service, lang: str, text: Callable[[str], str], *, most: int | None = None
) -> Breakdown:
    """One breakdown; with all its rows where ``most`` is not given. Problem types keep their order and are always all there."""
    counts = picture.totals[name].counts
    values = [str(number) for number in service.rulebook.bases] if name == "type" else list(counts)
    shown = values if name == "type" or most is None else values[:most]
    longest = max((sum(counts.get(value, {}).values()) for value in shown), default=0) or 1
    sparks = picture.types.by_value() if name == "type" else None
    rows = []
    for value in shown:
        title, about = _named(name, value, service, lang, text)
        found = counts.get(value, {})
        rows.append(
            Row(
                value,
                title or value,
                about,
                _decisions_of(picture, name, value) if found else "",
                found,
                _parts(found, longest),
                _spark(sparks, value, title, picture),
                is_id=not title,
            )
        )
    return Breakdown(name, _TITLES[name], tuple(rows), len(values) - len(shown))


def list_address(picture: Picture, **conditions: str) -> str:
    """The list of decisions of this stretch of time under some conditions."""
    query = urlencode(conditions, quote_via=quote, safe=",")
    return f"/console/decisions?{query}{'&' if query else ''}{picture.period.fixed_query}"


def rows_for_file(breakdown: Breakdown) -> tuple[list[str], list[list[str]]]:
    """Column names and rows for a file: the value, its name, a number for each outcome, and their sum."""
    heads = [breakdown.name, "name", *(outcome.value for outcome in OUTCOMES), "total"]
    return heads, [
        [row.value, row.name, *(str(row.counts.get(outcome, 0)) for outcome in OUTCOMES), str(row.total)] for row in breakdown.rows
    ]


def _named(name: str, value: str, service: Service, lang: str, text: Callable[[str], str]) -> tuple[str, str]:
    """What people call a value, empty where it has no other name than itself, and the address where it is explained."""
    if name == "type":
        basis = service.rulebook.bases[int(value)]
        return (basis.title_en if lang == "en" else basis.title_zh), f"/console/rulebook?type={value}"
    if name == "rule":
        known = service.rulebook.get(value)
        return (service.rulebook.citation(known.id, lang), f"/console/rulebook/{quote(known.id, safe='')}") if known else ("", "")
    if name == "goal":
        return goal_name(service.pipeline, value, lang), ""
    if name == "door":
        return (text(_DOORS[value]) if value in _DOORS else ""), ""
    if name == "model":
        return {"": text(_("No model named")), OTHER: text(_("Other models"))}.get(value, ""), ""
    if name == "gap":
        who = detector_name(value, "en" if lang == "en" else "zh")
        return (who if who != value else ""), ""
    return "", ""


def _spark(counts: Mapping[str, tuple[int, ...]] | None, value: str, title: str, picture: Picture) -> Drawing | None:
    if counts is None:
        return None
    course = counts.get(value, (0,) * len(picture.types.starts))
    # A step that is not over would always look like a fall.
    return sparkline(course[:-1] if picture.period.running else course, label=title, width=96, height=18)


def _decisions_of(picture: Picture, name: str, value: str) -> str:
    if name == "gap":
        return list_address(picture, gaps="yes")
    if name == "model" and value in ("", OTHER):
        return ""
    return list_address(picture, **{_CONDITIONS[name]: value})


def _parts(counts: Mapping[Outcome, int], longest: int) -> tuple[Part, ...]:
    """Harshest first, so that what was stopped begins at the left edge and can be compared from row to row."""
    parts, start = [], 0.0
    for outcome in reversed(Outcome):
        share = 100 * counts.get(outcome, 0) / longest
        if share:
            parts.append(Part(outcome, round(start, 3), round(share, 3)))
            start += share
    return tuple(parts)
