"""How many decisions there are, without ever counting millions of rows.

The tallies know it where the conditions are a time, outcomes and at most one of those dimensions in which they count. Else
the list says what it has seen: exactly, where the page is everything; otherwise ``more than`` that.
"""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

from brightline.model import Outcome
from brightline.server.console.decisions.conditions import Conditions
from brightline.store import DecisionFilter, Dimension, Found, Store

__all__ = ["Count", "count_of"]

_DIMENSIONS: dict[str, Dimension] = {"type": "type", "rule": "rule", "goal": "goal", "door": "door", "gaps": "not_inspected"}
_ALWAYS = frozenset({"outcome", "mode", "last", "since", "until"})


class Count(NamedTuple):
    """``exact``, ``about`` (tallies: whole minutes, a second or two behind) or ``more`` than ``number``."""

    how: Literal["exact", "about", "more"]
    number: int


def count_of(store: Store, conditions: Conditions, wanted: DecisionFilter, found: Found) -> Count:
    """How many decisions fit, as well as it can be said at once."""
    seen = len(found.rows)
    if found.complete and conditions.after is None and conditions.before is None:
        return Count("exact", seen)
    tallied = _tallied(store, conditions, wanted)
    if tallied is not None and tallied > seen:
        return Count("about", tallied)
    return Count("more", seen)


def _tallied(store: Store, conditions: Conditions, wanted: DecisionFilter) -> int | None:
    asked = set(conditions.values) - _ALWAYS
    if len(asked) > 1 or not asked <= _DIMENSIONS.keys() or conditions.values.get("gaps") == "no":
        return None
    name = next(iter(asked), "")
    dimension: Dimension = _DIMENSIONS[name] if name else "all"
    value = conditions.values[name] if name and name != "gaps" else ""
    since = wanted.since or 0
    until = time.time_ns() // 1000 if wanted.until is None else wanted.until
    if since >= until:
        return None
    outcomes = _admitted(wanted)
    modes: tuple[Literal["live", "shadow"], ...] = ("live", "shadow")
    if wanted.mode is not None:
        modes = ("shadow",) if wanted.mode == "shadow" else ("live",)
    totals = [store.tallies.totals(dimension, since, until, value=value, mode=mode, tenant=wanted.tenant).by_outcome() for mode in modes]
    return sum(number for counts in totals for outcome, number in counts.items() if outcome in outcomes)


def _admitted(wanted: DecisionFilter) -> frozenset[Outcome]:
    if wanted.flagged:
        return frozenset(Outcome) - {Outcome.ALLOW}
    return frozenset(Outcome if wanted.outcomes is None else wanted.outcomes)
