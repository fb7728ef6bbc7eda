"""The page on the newer side of a place: the rows that come directly before it in the list, still newest first.

The store goes along its indexes from new to old. So a stretch of time behind the place is widened until it holds a page, and
halved between what was too little and what was too much; each look is a bounded search, and all together have one budget.
"""

from __future__ import annotations

import time
from dataclasses import replace

from brightline.store import Cursor, DecisionFilter, Found, Store, StoredDecision

__all__ = ["page_before"]

_FIRST_US = 1_000_000
_WIDER = 16
_LOOK = 4  # pages that one look may bring
_AHEAD_US = 86_400_000_000  # how far a clock may be wrong: decisions later than that are not looked for


def page_before(store: Store, wanted: DecisionFilter, before: Cursor, *, limit: int, budget_ms: float) -> Found:
    """Up to ``limit`` decisions directly newer than ``before``, newest first.

    ``next`` is the place to go on before, ``complete`` says that nothing is newer than these, ``searched_to`` up to when all
    was looked through. Neither full nor complete: the budget was spent.
    """
    ends = time.monotonic() + budget_ms / 1000
    low = max(before.made_at, wanted.since or 0)
    latest = max(low, time.time_ns() // 1000) + _AHEAD_US
    whole = (latest if wanted.until is None else min(wanted.until, latest)) - low
    if whole <= 0:
        return Found([], None, None, True)
    too_little, too_much = 0, whole + 1
    width = min(_FIRST_US, whole)
    met: list[StoredDecision] = []
    while True:
        stretch = replace(wanted, since=low, until=low + width)
        found = store.search(stretch, limit=_LOOK * limit, budget_ms=max(1.0, (ends - time.monotonic()) * 1000))
        if not found.complete and len(found.rows) < _LOOK * limit:  # the budget is spent
            reached = low + too_little
            return Found(met, Cursor.after(met[0]) if met else Cursor(reached, ""), reached, False)
        if not found.complete and width - too_little > 1:
            too_much = width
        else:
            rows = found.rows if found.complete else _last_of(store, stretch, found, limit)
            met = [row for row in rows if Cursor.after(row) > before]
            if len(met) >= limit or width == whole:
                is_all = width == whole and len(met) <= limit
                met = met[-limit:]
                return Found(met, None if is_all else Cursor.after(met[0]), low + width, is_all)
            too_little = width
        width = (too_little + too_much) // 2 if too_much <= whole else min(width * _WIDER, whole)


def _last_of(store: Store, stretch: DecisionFilter, found: Found, limit: int) -> list[StoredDecision]:
    """The last rows of a stretch that cannot be cut smaller: more happened within a microsecond than one look brings."""
    rows = found.rows
    while not found.complete:
        found = store.search(stretch, after=found.next, limit=limit, budget_ms=None)
        rows = [*rows, *found.rows][-2 * limit :]
    return rows
