"""What a run counted, as a page shows it: numbers, shares, and lists from the most to the least. Pure.

Figures come as JSON from the stages, each of which fixes the shape of its own. What has a name here is shown by it; what is new is
shown under its own word, so that nothing that was counted is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from brightline.store import CorpusRun

__all__ = ["Figure", "Progress", "StageFigures", "Tally", "figures_of", "progress_of"]

STAGES = ("annotate", "cluster", "decide", "emit", "report")
"""In the order in which they run; see the contract of ``corpus/engine``."""

_NOT_SHOWN = frozenset({"outputs", "version", "policy"})
"""Digests: they stand with the versions, and in the manifest."""

_MOST_ROWS = 200  # lines of one list; own choice: more is for the report


class Figure(NamedTuple):
    """One number that a stage counted."""

    key: str
    value: int | float | str


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted by something: rows from the most to the least. ``left_out``: how many more there are."""

    key: str
    rows: tuple[tuple[str, int | float], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class StageFigures:
    """All figures of one stage."""

    stage: str
    figures: tuple[Figure, ...]
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is, in shards."""

    stage: str
    done: int
    quarantined: int
    running: int
    pending: int

    @property
    def total(self) -> int:
        """All its shards."""
        return self.done + self.quarantined + self.running + self.pending

    @property
    def state(self) -> str:
        """``wait`` before it begins, ``running``, ``done``, ``warn`` where shards were put aside."""
        if not self.total:
            return "wait"
        if self.running or self.pending:
            return "running"
        return "warn" if self.quarantined else "done"


def progress_of(stage: str, counts: Mapping[str, int]) -> Progress:
    """A stage from its counts by status (``CorpusRuns.counts``)."""
    return Progress(stage, *(counts.get(status, 0) for status in ("done", "quarantined", "running", "pending")))


def figures_of(run: CorpusRun) -> list[StageFigures]:
    """The stages that counted something, in the order in which they run; unknown ones come last."""
    order = {stage: place for place, stage in enumerate(STAGES)}
    found = []
    for stage in sorted(run.figures, key=lambda name: (order.get(name, len(order)), name)):
        figures, tallies = _told(run.figures[stage])
        if figures or tallies:
            found.append(StageFigures(stage, tuple(figures), tuple(tallies)))
    return found


def _told(document: Any) -> tuple[list[Figure], list[Tally]]:
    figures: list[Figure] = []
    tallies: list[Tally] = []
    for key, value in _items(document):
        if key in _NOT_SHOWN:
            continue
        if isinstance(value, bool):
            figures.append(Figure(key, "yes" if value else "no"))
        elif isinstance(value, (int, float)):
            figures.append(Figure(key, value))
        elif isinstance(value, str) and value:
            figures.append(Figure(key, value[:80]))
        elif isinstance(value, Mapping) and value and all(_is_number(number) for number in value.values()):
            rows = sorted(((str(name), number) for name, number in value.items()), key=lambda row: (-row[1], row[0]))
            tallies.append(Tally(key, tuple(rows[:_MOST_ROWS]), max(0, len(rows) - _MOST_ROWS)))
        elif isinstance(value, Mapping) and value and all(isinstance(inner, Mapping) for inner in value.values()):
            tallies += _pivoted(key, value)
        elif isinstance(value, Mapping):
            inner_figures, inner_tallies = _told(value)
            figures += [Figure(f"{key}.{figure.key}", figure.value) for figure in inner_figures]
            tallies += [Tally(f"{key}.{tally.key}", tally.rows, tally.left_out) for tally in inner_tallies]
    return figures, tallies


def _pivoted(key: str, value: Mapping[str, Mapping[str, Any]]) -> Iterator[Tally]:
    """What was counted by several things in the same way: one list for each number that they all may have, without zeros."""
    for name in sorted({inner for counted in value.values() for inner, number in counted.items() if _is_number(number)}):
        rows = sorted(((str(by), counted[name]) for by, counted in value.items() if counted.get(name)), key=lambda row: (-row[1], row[0]))
        if rows:
            yield Tally(f"{key}.{name}", tuple(rows[:_MOST_ROWS]), max(0, len(rows) - _MOST_ROWS))


def _items(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, Mapping):
        yield from ((str(key), value) for key, value in document.items())


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
