from __future__ import annotations

from brightline.corpus.sampling import due
from brightline.store import StoredSchedule

DAY = 86_400_000_000
NOW = 1_000 * DAY


def schedule(corpus: str, due_at: int, *, at: int = 900 * DAY, **versions: str) -> StoredSchedule:
    return StoredSchedule("id", "default", corpus, 0, 30, due_at, {"at": at, "run": "r", "versions": versions})


def test_what_was_never_inspected_is_told_apart_from_what_is_late() -> None:
    found = due([schedule("new", NOW - 3 * DAY, at=0), schedule("old", NOW - 5 * DAY), schedule("fresh", NOW + 1)], {}, NOW)
    assert [(each.corpus, each.reason, each.overdue_days) for each in found] == [("old", "time", 5), ("new", "never", 3)]


def test_a_changed_rule_makes_an_inspection_due_and_says_which() -> None:
    rows = [schedule("a", NOW + DAY, personal="1", illegal="7"), schedule("b", NOW + DAY, illegal="8")]
    found = due(rows, {"personal": "2", "illegal": "8", "generated": "1"}, NOW)
    assert [(each.corpus, each.reason, each.changed, each.overdue_days) for each in found] == [("a", "rules", ("illegal", "personal"), 0)]


def test_what_is_late_says_also_what_changed() -> None:
    assert due([schedule("a", NOW, personal="1")], {"personal": "2"}, NOW)[0].changed == ("personal",)


def test_nothing_is_due_before_its_time() -> None:
    assert due([schedule("a", NOW + 1, at=0, personal="1")], {"personal": "1"}, NOW) == []
