from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.corpus.reporting import Report, diff
from brightline.corpus.reporting.report import PARTS
from brightline.corpus.reporting.words import LANGS, Lang, said
from tests.corpus.reporting.conftest import make_full_report

Changing = Callable[[dict[str, Any]], None]


def _changed(report: Report, change: Changing) -> Report:
    document = json.loads(report.canonical)
    change(document)
    return Report(document)


def _renamed(document: dict[str, Any]) -> None:
    document["made"] |= {"at": "2027-01-01T00:00:00Z", "by": "another", "seconds": 9}


def test_a_report_does_not_differ_from_itself_nor_by_when_it_was_made(full_report: Report) -> None:
    for after in (full_report, _changed(full_report, _renamed)):
        found = diff(full_report, after)
        assert found.empty
        assert found.document["changes"] == []
        assert [found.text(lang) for lang in LANGS] == ["没有变化。\n", "Nothing changed.\n"]


def _only(before: Report, change: Changing) -> tuple[Any, ...]:
    (found,) = diff(before, _changed(before, change)).changes
    return tuple(found)


def test_a_new_source_is_one_addition_and_moves_nothing_else(full_report: Report) -> None:
    def add(document: dict[str, Any]) -> None:
        document["sources"]["rows"].insert(0, document["sources"]["rows"][0] | {"source": "aaa"})

    part, place, kind, before, after = _only(full_report, add)
    assert (part, place, kind, before) == ("sources", ("rows", "aaa"), "added", None)
    assert after["source"] == "aaa"


def test_a_kernel_that_is_gone_is_told(full_report: Report) -> None:
    def drop(document: dict[str, Any]) -> None:
        del document["versions"]["kernels"][0]

    assert _only(full_report, drop)[:3] == ("versions", ("kernels", "bands"), "removed")


def test_a_rate_changes_as_one(full_report: Report) -> None:
    def change(document: dict[str, Any]) -> None:
        document["generated"]["documents"] = {"count": 9, "of": 60, "percent": "15.00"}

    part, place, kind, _before, after = _only(full_report, change)
    assert (part, place, kind, after["count"]) == ("generated", ("documents",), "changed", 9)


def test_a_verdict_that_turned_is_told_in_both_languages(full_report: Report) -> None:
    def turn(document: dict[str, Any]) -> None:
        row = next(row for row in document["sources"]["rows"] if row["source"] == "news")
        row["verdict"]["verdict"] = "blacklisted"

    found = diff(full_report, _changed(full_report, turn))
    assert found.text("en") == "Sources\n  news › 5 % rule: Clear → Blacklisted\n"
    assert found.text("zh") == "来源\n  news › 5% 规则：通过 → 不得使用\n"


def test_no_part_of_a_report_is_left_out(full_report: Report) -> None:
    for part in PARTS:
        if part in ("made", "format"):
            continue

        def empty(document: dict[str, Any], part: str = part) -> None:
            document[part] = {} if isinstance(document[part], dict) else []

        changed = diff(full_report, _changed(full_report, empty))
        assert {change.part for change in changed.changes} == {part}
        for lang in LANGS:
            assert changed.text(lang).startswith(said(lang, f"part/{part}") + "\n")


def test_two_real_reports_differ_where_they_do(full_report: Report, tmp_path: Path) -> None:
    smaller = make_full_report(tmp_path, documents=40)
    found = diff(smaller, full_report)
    assert (found.before, found.after) == (smaller.digest, full_report.digest)
    assert {change.part for change in found.changes} >= {"corpus", "coverage", "decisions", "rules", "sources"}
    assert json.loads(json.dumps(found.document)) == found.document


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, each in value.items() for leaf in _leaves(each, (*path, name))]
    if isinstance(value, list):
        return [leaf for index, each in enumerate(value) for leaf in _leaves(each, (*path, index))]
    return [path]


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_value_is_seen_and_the_way_back_mirrors_it(full_report: Report, data: st.DataObject) -> None:
    document = json.loads(full_report.canonical)
    leaves = [leaf for leaf in _leaves(document) if leaf[0] not in ("made", "format")]
    *way, last = data.draw(st.sampled_from(leaves))
    inside = document
    for step in way:
        inside = inside[step]
    inside[last] = 10**9 + 7 if isinstance(inside[last], int) and not isinstance(inside[last], bool) else "something else"
    there, back = diff(full_report, Report(document)), diff(Report(document), full_report)
    assert not there.empty
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    assert [(c.part, c.place, mirrored[c.kind], c.after, c.before) for c in there.changes] == [tuple(c) for c in back.changes]


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_in_places_are_read_as_numbers(full_report: Report, lang: Lang) -> None:
    def change(document: dict[str, Any]) -> None:
        document["lengths"][5]["documents"] = 77

    text = diff(full_report, _changed(full_report, change)).text(lang)
    assert "  100 › " in text
    assert "000000" not in text


@pytest.mark.parametrize("name", ["②", "²", "007"])
def test_what_a_corpus_calls_its_sources_is_no_number(full_report: Report, name: str) -> None:
    def change(document: dict[str, Any]) -> None:
        rows = document["sources"]["rows"]
        rows.append({**rows[0], "source": name})

    assert f" {name}" in diff(full_report, _changed(full_report, change)).text("en")


def test_another_policy_is_told_as_one_sentence_in_the_readers_language(full_report: Report) -> None:
    own = json.loads(full_report.canonical)
    own["decisions"]["policy"] = {"by": "operator", "since": "2026-12-01", "version": "0ecd"}
    shipped = json.loads(full_report.canonical)
    shipped["decisions"]["policy"] = {"by": "shipped", "since": "2026-11-23", "version": "9a7f"}
    found = diff(Report(shipped), Report(own))
    assert [change.place for change in found.changes] == [("policy",)]
    assert "处置规则：按随软件提供的处置规则决定，自 2026-11-23 起（版本 9a7f） → 按使用方自定的" in found.text("zh")
    assert (
        "Policy: Decided by the policy that ships, since 2026-11-23 (version 9a7f) → Decided by a policy of the operator's"
        in found.text("en")
    )
    del shipped["decisions"]["policy"]
    assert "policy ›" not in diff(Report(shipped), Report(own)).text("en")
