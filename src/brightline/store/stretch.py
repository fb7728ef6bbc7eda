"""A stretch of a list of decisions in the order of a page, and what it asks of two columns of an index."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, tuple_

from brightline.store.reading import Cursor, DecisionFilter
from brightline.store.records import column_text

__all__ = ["Stretch"]


class Stretch(NamedTuple):
    """A stretch of the list: from ``low`` (``low_out``: excluded) to before ``high`` (``high_in``: included). None: no end."""

    low: Cursor | None
    high: Cursor | None
    low_out: bool = False
    high_in: bool = False

    @classmethod
    def of(cls, wanted: DecisionFilter) -> Stretch:
        """The times that a filter admits. No id sorts before the empty one."""
        return cls(
            None if wanted.since is None else Cursor(wanted.since, ""),
            None if wanted.until is None else Cursor(wanted.until, ""),
        )

    def before(self, place: Cursor | None) -> Stretch:
        """What lies on the older side of ``place``."""
        if place is None or (self.high is not None and self.high <= place):
            return self
        return self._replace(high=place, high_in=False)

    def behind(self, place: Cursor | None) -> Stretch:
        """What lies on the newer side of ``place``."""
        if place is None or (self.low is not None and self.low > place):
            return self
        return self._replace(low=place, low_out=True)

    def within(self, made_at: Column[Any], decision_id: Column[Any]) -> list[ColumnElement[bool]]:
        """The conditions on these two columns."""
        key = tuple_(made_at, decision_id)
        conditions: list[ColumnElement[bool]] = []
        if self.low is not None:
            low = tuple_(self.low.made_at, column_text(self.low.id))
            conditions.append(key > low if self.low_out else key >= low)
        if self.high is not None:
            high = tuple_(self.high.made_at, column_text(self.high.id))
            conditions.append(key <= high if self.high_in else key < high)
        return conditions

    def times(self, made_at: Column[Any]) -> list[ColumnElement[bool]]:
        """The weaker conditions on the time alone."""
        conditions: list[ColumnElement[bool]] = []
        if self.low is not None:
            conditions.append(made_at >= self.low.made_at)
        if self.high is not None:
            conditions.append(made_at <= self.high.made_at)
        return conditions
