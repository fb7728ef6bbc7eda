from __future__ import annotations

import pytest

from brightline.errors import InputError, NotFound
from brightline.store import CorpusSchedules, Store

DAY = 86_400_000_000


def test_a_schedule_counts_from_the_last_inspection(store: Store) -> None:
    schedules = CorpusSchedules(store.database)
    made = schedules.set("wiki", 30, by="ada")
    assert made.due_at == made.made_at + 30 * DAY
    seen = schedules.inspected("wiki", {"personal": "1"}, run="r1", at=1_000 * DAY)
    assert seen is not None
    assert (seen.due_at, seen.document) == (1_030 * DAY, {"at": 1_000 * DAY, "run": "r1", "versions": {"personal": "1"}})
    sooner = schedules.set("wiki", 7, by="ada")
    assert (sooner.id, sooner.due_at) == (made.id, 1_007 * DAY)
    assert schedules.all() == [sooner]
    details = [event.detail for event in store.audit.events(kind="corpus.schedule_changed", subject="wiki")]
    assert details == [{"every_days": 7}, {"every_days": 30}]


def test_what_is_due_first_stands_in_front_and_tenants_are_apart(store: Store) -> None:
    schedules = CorpusSchedules(store.database)
    schedules.set("late", 90, by="ada")
    schedules.set("soon", 3, by="ada")
    schedules.set("soon", 2, by="eve", tenant="elsewhere")
    assert [row.corpus for row in schedules.all(tenant="default")] == ["soon", "late"]
    assert len(schedules.all()) == 3


def test_an_inspection_without_schedule_is_no_error(store: Store) -> None:
    assert CorpusSchedules(store.database).inspected("wiki", {}, run="r") is None


def test_bad_numbers_and_unknown_corpora_are_told(store: Store) -> None:
    schedules = CorpusSchedules(store.database)
    for days in (0, -1, 3_651):
        with pytest.raises(InputError, match="BL-CORPUS-059"):
            schedules.set("wiki", days, by="ada")
    with pytest.raises(NotFound, match="BL-CORPUS-059"):
        schedules.remove("wiki", by="ada")
    schedules.set("wiki", 1, by="ada")
    schedules.remove("wiki", by="ada")
    assert schedules.all() == []
