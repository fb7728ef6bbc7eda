"""The page on the newer side of a place, against going through all rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.model import Outcome
from brightline.server.console.decisions.backwards import page_before
from brightline.store import Cursor, DecisionFilter
from tests.server.console.decisions.conftest import DAY, HOUR, Filled, allowed, decision


def rows_before(filled: Filled, before: Cursor, limit: int, fits: object = None) -> tuple[list[str], bool]:
    """The ids of the page, and whether nothing is newer than it: by looking at each."""
    newer = [each.id for each in filled.made if (each.made_at, each.id) > before and (fits is None or fits(each))]  # type: ignore[operator]
    return newer[-limit:], len(newer) <= limit


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 239), st.integers(1, 60), st.booleans())
def test_it_is_the_rows_directly_newer(filled: Filled, place: int, limit: int, flagged: bool) -> None:
    before = Cursor(filled.made[place].made_at, filled.made[place].id)
    wanted = DecisionFilter(tenant="default", flagged=flagged or None)
    found = page_before(filled.console.site.service.store, wanted, before, limit=limit, budget_ms=5_000)
    ids, is_all = rows_before(filled, before, limit, (lambda each: each.outcome is not Outcome.ALLOW) if flagged else None)
    assert [stored.decision.id for stored in found.rows] == ids
    assert found.complete == is_all
    assert (found.next is None) == is_all
    if found.next:
        assert found.next.id == ids[0]


def test_bursts_within_a_microsecond_are_not_skipped(growing: Filled) -> None:
    now = growing.now
    burst = [replace(decision(now), made_at=now - HOUR) for _ in range(90)]
    growing.add(*burst, decision(now - DAY), decision(now), allowed(now - HOUR + 1))
    store, limit = growing.console.site.service.store, 10
    place: Cursor | None = Cursor(now - DAY, "")
    met: list[str] = []
    while place:
        found = page_before(store, DecisionFilter(tenant="default"), place, limit=limit, budget_ms=5_000)
        met = [stored.decision.id for stored in found.rows] + met
        place = found.next
    assert met == [each.id for each in growing.made]


@pytest.mark.parametrize("until", [None, 60])
def test_it_keeps_to_the_times_of_the_filter(filled: Filled, until: int | None) -> None:
    end = None if until is None else filled.made[until].made_at
    before = Cursor(filled.made[200].made_at, filled.made[200].id)
    wanted = DecisionFilter(tenant="default", until=end)
    found = page_before(filled.console.site.service.store, wanted, before, limit=240, budget_ms=5_000)
    ids, _ = rows_before(filled, before, 240, lambda each: end is None or each.made_at < end)
    assert [stored.decision.id for stored in found.rows] == ids
    assert found.complete


def test_a_place_behind_the_end_has_nothing_newer(filled: Filled) -> None:
    wanted = DecisionFilter(tenant="default", until=filled.made[-1].made_at)
    found = page_before(filled.console.site.service.store, wanted, Cursor(filled.now, "x"), limit=10, budget_ms=80)
    assert found == ([], None, None, True)


def test_a_spent_budget_is_told(filled: Filled) -> None:
    before = Cursor(filled.made[-1].made_at, "")
    wanted = DecisionFilter(tenant="default", text="no such text anywhere")
    found = page_before(filled.console.site.service.store, wanted, before, limit=10, budget_ms=0)
    assert found.rows == []
    assert found.complete or found.next is not None
