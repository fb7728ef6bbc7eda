"""What is read from tallies: counts in equal steps, and counts of a time as a whole, by value and outcome."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from brightline.model import Outcome

__all__ = ["Series", "Totals", "ordered"]


class Series(NamedTuple):
    """Counts in equal steps: ``lines`` gives one for each of ``starts`` (UTC microseconds), by value and outcome."""

    step_s: int
    starts: tuple[int, ...]
    lines: dict[tuple[str, Outcome], tuple[int, ...]]

    def by_outcome(self) -> dict[Outcome, tuple[int, ...]]:
        """The lines of all values added up."""
        return {outcome: _added(self.lines, lambda key, of=outcome: key[1] is of) for outcome in sorted({key[1] for key in self.lines})}

    def by_value(self) -> dict[str, tuple[int, ...]]:
        """The lines of all outcomes added up."""
        return {value: _added(self.lines, lambda key, of=value: key[0] == of) for value in sorted({key[0] for key in self.lines})}

    def total(self) -> int:
        """Everything added up."""
        return sum(map(sum, self.lines.values()))


class Totals(NamedTuple):
    """Counts of a time, by value (the most frequent first) and outcome. ``since`` and ``until`` are rounded to what rows there are."""

    since: int
    until: int
    counts: dict[str, dict[Outcome, int]]

    def by_outcome(self) -> dict[Outcome, int]:
        """All values added up, in the order of the outcomes' severity."""
        found: Counter[Outcome] = Counter()
        for counts in self.counts.values():
            found.update(counts)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    def by_value(self) -> dict[str, int]:
        """All outcomes added up, the most frequent value first."""
        return {value: sum(counts.values()) for value, counts in self.counts.items()}

    def of(self, value: str) -> int:
        """All outcomes of one value."""
        return sum(self.counts.get(value, {}).values())

    def total(self) -> int:
        """Everything added up."""
        return sum(map(self.of, self.counts))


def _added(lines: dict[tuple[str, Outcome], tuple[int, ...]], chosen: Any) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(line for key, line in lines.items() if chosen(key)), strict=True)))


def ordered(counts: dict[str, dict[Outcome, int]]) -> dict[str, dict[Outcome, int]]:
    """The most frequent value first, its outcomes from the mildest to the harshest."""
    values = sorted(counts, key=lambda value: (-sum(counts[value].values()), value))
    return {value: {outcome: counts[value][outcome] for outcome in Outcome if outcome in counts[value]} for value in values}
