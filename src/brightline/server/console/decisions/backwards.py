"""The page on the newer side of a place: the rows that come directly before it in the list, still newest first.

The store goes along its indexes from new to old. So a stretch of time behind the place is widened until it holds a page, and
halved between what was too little and what was too much; each look is a bounded search, and all together have one budget.
"""

from __future__ import annotations

import time
from dataclasses import replace

from brightline.store import Cursor, DecisionFilter, Found, Store, StoredDecision, Unreadable

__all__ = ["page_before"]

_FIRST_US = 1_000_000
_WIDER = 16
_MANY = 1_000  # the longest page of the store
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
    end = latest if wanted.until is None else min(wanted.until, latest)
    # The place's own microsecond first: what it holds on the older side must not count in what follows.
    same: list[StoredDecision | Unreadable] = []
    if low == before.made_at < end:
        own = replace(wanted, since=low, until=low + 1)
        same = [row for row in _last_of(store, own, limit) if Cursor.after(row) > before]
        low += 1
    rows, reached, is_all = (
        _oldest_of(store, replace(wanted, since=low, until=end), limit - len(same), ends) if low < end else ([], end, True)
    )
    met = [*rows, *same][-limit:]
    is_all = is_all and len(rows) + len(same) <= limit
    if is_all:
        return Found(met, None, None, True)
    return Found(met, Cursor.after(met[0]) if met else Cursor(reached, ""), reached, False)


def _oldest_of(store: Store, wanted: DecisionFilter, limit: int, ends: float) -> tuple[list[StoredDecision | Unreadable], int, bool]:
    """Up to ``limit`` of the oldest rows of a stretch (at least one look, to know whether there are any), how far all was looked
    through, and whether that is the whole stretch."""
    low, end = wanted.since or 0, wanted.until or 0
    whole, limit = end - low, max(0, limit)
    too_little, too_much = 0, whole + 1
    width = min(_FIRST_US, whole)
    look = min(_MANY, _LOOK * max(1, limit))
    met: list[StoredDecision | Unreadable] = []
    while True:
        stretch = replace(wanted, until=low + width)
        found = store.search(stretch, limit=look, budget_ms=max(1.0, (ends - time.monotonic()) * 1000))
        if not found.complete and len(found.rows) < look:  # the budget is spent
            return met, low + too_little, False
        if not found.complete and width - too_little > 1 and limit:
            too_much = width
        else:
            rows = found.rows if found.complete else _last_of(store, stretch, limit) if limit else found.rows
            if len(rows) > limit:
                return rows[len(rows) - limit :], low + width, False
            if width == whole:
                return rows, end, True
            met, too_little = rows, width
        width = max(too_little + 1, (too_little + too_much) // 2) if too_much <= whole else min(width * _WIDER, whole)


def _last_of(store: Store, stretch: DecisionFilter, limit: int) -> list[StoredDecision | Unreadable]:
    """The last rows, somewhat more than ``limit``, of a stretch that cannot be cut smaller, however many it holds."""
    rows: list[StoredDecision | Unreadable] = []
    after: Cursor | None = None
    while True:
        found = store.search(stretch, after=after, limit=_MANY, budget_ms=None)
        rows = [*rows, *found.rows][-(limit + _MANY) :]
        if found.complete:
            return rows
        after = found.next
