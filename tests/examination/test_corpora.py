"""What doctor and the page of health say of training data: the extra, and inspections that are overdue."""

from __future__ import annotations

from collections.abc import Callable
from importlib import util

import pytest

from brightline.examination import Check, service_checks
from brightline.service import Service
from brightline.store import CorpusRuns, CorpusSchedules
from brightline.store.clock import now_us

Seen = Callable[[str], Check]
_DAY_US = 86_400_000_000


@pytest.fixture
def seen(service: Service) -> Seen:
    def look(name: str) -> Check:
        (check,) = (check for check in service_checks(service) if check.name == name)
        return check

    return look


def test_with_the_extra_all_is_well(seen: Seen) -> None:
    check = seen("corpora")

    assert (check.ok, check.note) == (True, False)
    assert check.seen == "the extra corpus is installed: training data can be inspected"


def test_without_the_extra_it_says_what_is_missing_and_is_a_note_only_where_corpora_were_inspected(
    service: Service, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = util.find_spec
    monkeypatch.setattr("brightline.examination.corpora.find_spec", lambda name: None if name == "stdnum" else found(name))
    assert (seen("corpora").ok, seen("corpora").note) == (True, False)
    assert "stdnum" in seen("corpora").seen

    CorpusRuns(service.store.database).begin(corpus="town", workspace="w", versions={}, plan={})

    assert seen("corpora").note
    assert "pip install" in seen("corpora").advice


def test_a_corpus_that_is_due_is_named_until_it_was_inspected(service: Service, seen: Seen) -> None:
    schedules = CorpusSchedules(service.store.database)
    assert seen("inspections").seen == "no corpus is inspected by schedule"
    schedules.set("town", 30, by="tests")
    assert seen("inspections").ok

    long_ago = 40 * _DAY_US
    schedules.inspected("town", {}, run="r", at=now_us() - long_ago)
    late = seen("inspections")
    assert not late.ok
    assert "town" in late.seen

    schedules.inspected("town", {}, run="r", at=now_us())
    assert seen("inspections").ok
    schedules.remove("town", by="tests")
