from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import AnnotationRules, StaffRecord, objections_to, rules_in_force

TODAY = date(2026, 11, 23)
GOOD: dict[str, Any] = {
    "functions": ["review"],
    "trained_on": "2026-09-01",
    "training": "语料安全标注培训",
    "examined_on": "2026-09-02",
    "score": 88,
    "pass_mark": 80,
}


def codes(**changes: Any) -> list[str]:
    record = StaffRecord.from_document("ada", GOOD | changes)
    return [each.code for each in objections_to(record, "review", today=TODAY)]


def test_who_is_trained_examined_and_appointed_may() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"trained_on": None}, ["not_trained"]),
        ({"trained_on": "2026-12-01"}, ["not_trained"]),
        ({"examined_on": None}, ["not_examined"]),
        ({"score": 79}, ["not_examined"]),
        ({"examined_on": "2025-11-22"}, ["expired"]),
        ({"valid_until": "2026-11-22"}, ["expired"]),
        ({"functions": ["label"]}, ["other_function"]),
        ({"functions": ["label", "review"]}, ["functions_joined"]),
        ({"active": False}, ["no_record"]),
    ],
)
def test_each_gap_is_told_by_its_name(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(**changes) == expected


def test_nobody_may_without_a_record() -> None:
    assert [each.code for each in objections_to(None, "review", today=TODAY)] == ["no_record"]


@pytest.mark.parametrize("change", [{"functions": []}, {"functions": ["boss"]}, {"score": 101}, {"trained_on": "soon"}, {"pass_mark": "x"}])
def test_a_bad_record_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-059"):
        StaffRecord.from_document("ada", GOOD | change)


def test_a_record_comes_back_as_it_was() -> None:
    record = StaffRecord.from_document("ada", GOOD)
    assert StaffRecord.from_document("ada", record.to_document()) == record


@given(st.lists(st.tuples(st.sampled_from(["safety", "form"]), st.integers(-100, 100)), max_size=12))
def test_of_each_name_the_latest_rules_that_have_begun_hold(rows: list[tuple[str, int]]) -> None:
    every = [AnnotationRules(name, str(days), TODAY + timedelta(days=days), "safety", "0" * 64) for name, days in rows]
    for rules in (held := rules_in_force(every, today=TODAY)):
        begun = [each.effective_from for each in every if each.name == rules.name and each.effective_from <= TODAY]
        assert rules.effective_from == max(begun)
    assert {rules.name for rules in held} == {name for name, days in rows if days <= 0}


def test_rules_come_back_as_they_were_and_need_a_digest() -> None:
    rules = AnnotationRules("safety", "3", TODAY, "safety", "ab" * 32, "安全性标注规则")
    assert AnnotationRules.from_document("safety", rules.to_document()) == rules
    for change in ({"digest": "ab"}, {"covers": "all"}, {"effective_from": ""}, {"version": ...}):
        document = {name: value for name, value in (rules.to_document() | change).items() if value is not ...}
        with pytest.raises(CorpusError, match="BL-CORPUS-059"):
            AnnotationRules.from_document("safety", document)
