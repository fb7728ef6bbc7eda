from __future__ import annotations

import json
from typing import Any

import pytest

from brightline.corpus.reporting import Report
from brightline.corpus.reporting.checks import CONTENT_KERNELS, check, limits


@pytest.fixture
def good(full_report: Report) -> dict[str, Any]:
    """A report against which nothing can be said."""
    document: dict[str, Any] = json.loads(full_report.canonical)
    row = next(row for row in document["sources"]["rows"] if row["source"] == "news")
    document["sources"] = document["sources"] | {"without_source": 0, "rows": [row, {**row, "source": "archive"}]}
    kernels = [{"kernel": name, "inspected": 60, "not_inspected": 0, "share": {}} for name in CONTENT_KERNELS]
    document["coverage"] |= {"kernels": kernels, "quarantined": [], "rejected": {"rows": 0, "bytes": 0, "reasons": []}}
    document["staff"]["examined"] = 5
    for outcome in document["decisions"]["outcomes"]:
        outcome["documents"] = 2 * row["kept"] if outcome["outcome"] == "keep" else 0
    return document


def _state(document: dict[str, Any], rule: str) -> tuple[str, str]:
    found = {each.rule: (each.state, each.reason) for each in check(document)}
    return found[rule]


def test_everything_can_be_met(good: dict[str, Any]) -> None:
    assert {each.state for each in check(good)} == {"met"}


def test_a_blacklisted_source_that_is_used_is_not_met(good: dict[str, Any]) -> None:
    good["sources"]["rows"][0]["verdict"]["verdict"] = "blacklisted"
    assert _state(good, "SEC-D2") == ("not_met", "blacklisted_used")


def test_a_blacklisted_source_of_which_nothing_is_kept_is_no_fault(good: dict[str, Any]) -> None:
    bad = {**good["sources"]["rows"][0], "source": "bad", "status": "blacklisted", "kept": 0}
    good["sources"]["rows"].append(bad)
    assert _state(good, "SEC-D2") == ("met", "sources_clear")


@pytest.mark.parametrize("verdict", [None, {"verdict": "undecided"}])
def test_a_source_that_nobody_tested_is_not_shown_to_be_good(good: dict[str, Any], verdict: dict[str, str] | None) -> None:
    good["sources"]["rows"][1] = {**good["sources"]["rows"][1], "verdict": verdict}
    assert _state(good, "SEC-D2") == ("not_shown", "sources_undecided")


def test_kept_documents_that_name_no_source_are_not_shown_to_be_good(good: dict[str, Any]) -> None:
    good["decisions"]["outcomes"][0]["documents"] += 1_000
    assert _state(good, "SEC-D2") == ("not_shown", "sources_undecided")


def test_documents_that_name_no_source_come_from_nobody_knows_where(good: dict[str, Any]) -> None:
    good["sources"]["without_source"] = 1
    assert _state(good, "SEC-D3") == ("not_shown", "country_unknown")


def test_before_decisions_nothing_is_said_of_the_sources_in_use(good: dict[str, Any]) -> None:
    good["decisions"]["documents"] = 0
    assert _state(good, "SEC-D2") == ("not_shown", "not_decided")


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"country": ""}, "country_unknown"), ({"country": "US", "documents": 10_000}, "overseas_above_practice")],
)
def test_diversity_needs_countries_and_a_mix(good: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    good["sources"]["rows"][1] = good["sources"]["rows"][1] | change
    assert _state(good, "SEC-D3") == ("not_shown", reason)


def test_one_source_alone_is_no_diversity(good: dict[str, Any]) -> None:
    del good["sources"]["rows"][1]
    assert _state(good, "SEC-D3") == ("not_shown", "one_source")


def test_thirty_per_cent_from_overseas_is_within_practice_and_more_is_not(good: dict[str, Any]) -> None:
    first, second = good["sources"]["rows"]
    good["sources"]["rows"] = [first | {"documents": 70}, second | {"documents": 30, "country": "US"}]
    assert _state(good, "SEC-D3")[0] == "met"
    good["sources"]["rows"][1]["documents"] = 31
    assert _state(good, "SEC-D3") == ("not_shown", "overseas_above_practice")


_REMARK = {"word": "x", "clause": "", "zh": "", "en": ""}


@pytest.mark.parametrize(
    "change",
    [
        {"registered": False},
        {"status": "proposed"},
        {"missing": [{**_REMARK, "forbids": False}]},
        {"objections": [{**_REMARK, "forbids": True}]},
    ],
)
def test_traceability_wants_every_source_whole(good: dict[str, Any], change: dict[str, Any]) -> None:
    good["sources"]["rows"][0] = good["sources"]["rows"][0] | change
    assert _state(good, "SEC-D4") == ("not_met", "sources_incomplete")


def test_an_objection_that_forbids_nothing_stands_in_nobodys_way(good: dict[str, Any]) -> None:
    good["sources"]["rows"][0]["objections"] = [{**_REMARK, "forbids": False}]
    assert _state(good, "SEC-D4")[0] == "met"


def test_documents_without_a_source_cannot_be_traced(good: dict[str, Any]) -> None:
    good["sources"]["without_source"] = 1
    assert _state(good, "SEC-D4") == ("not_met", "sources_incomplete")


@pytest.mark.parametrize("kernel", sorted(CONTENT_KERNELS))
def test_content_is_not_shown_without_each_kernel_that_the_standard_wants(good: dict[str, Any], kernel: str) -> None:
    good["coverage"]["kernels"] = [row for row in good["coverage"]["kernels"] if row["kernel"] != kernel]
    assert _state(good, "SEC-D5") == ("not_shown", "kernels_missing")


def test_one_rejected_row_is_a_gap(good: dict[str, Any]) -> None:
    good["coverage"]["rejected"]["rows"] = 1
    assert _state(good, "SEC-D5") == ("not_shown", "gaps")


@pytest.mark.parametrize("field", ["owner", "personal.basis", "personal.evidence"])
def test_content_is_not_shown_where_the_register_lacks_an_owner_or_the_basis_for_personal_data(good: dict[str, Any], field: str) -> None:
    row = good["sources"]["rows"][0]
    good["sources"]["rows"][0] = row | {"missing": [{**_REMARK, "word": field}]}
    assert _state(good, "SEC-D5") == ("not_shown", "content_unrecorded")
    good["sources"]["rows"][0] = row | {"missing": [{**_REMARK, "word": field}], "kept": 0}
    assert _state(good, "SEC-D5") == ("met", "all_inspected")


def test_programs_alone_do_not_show_that_content_is_safe(good: dict[str, Any]) -> None:
    good["samples"] = [row for row in good["samples"] if row["kind"] != "human"]
    assert _state(good, "SEC-D5") == ("not_shown", "nobody_looked")


def test_content_that_people_found_wanting_is_not_shown_to_be_safe(good: dict[str, Any]) -> None:
    for row in good["samples"]:
        row["legal"] = False
    assert _state(good, "SEC-D5") == ("not_shown", "sample_failed")


def test_content_is_not_shown_before_decisions(good: dict[str, Any]) -> None:
    good["decisions"]["documents"] = 0
    assert _state(good, "SEC-D5") == ("not_shown", "not_decided")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"people": 0}, ("not_shown", "no_staff")),
        ({"examined": 4}, ("not_met", "staff_incomplete")),
        ({"rules": 0}, ("not_met", "staff_incomplete")),
        ({"separated": False}, ("not_met", "roles_mixed")),
    ],
)
def test_people_are_trained_examined_and_kept_apart(good: dict[str, Any], change: dict[str, Any], expected: tuple[str, str]) -> None:
    good["staff"] |= change
    assert _state(good, "SEC-D6") == expected


def test_the_newest_closed_sample_counts(good: dict[str, Any]) -> None:
    (sample,) = [row for row in good["samples"] if row["kind"] == "human"]
    good["samples"].append(sample | {"sample": "later", "legal": False, "closed_at": "2026-12-01T00:00:00Z"})
    assert _state(good, "SEC-D7") == ("not_met", "sample_failed")
    good["samples"].append(sample | {"sample": "open", "status": "open", "closed_at": ""})
    assert _state(good, "SEC-D7") == ("not_met", "sample_failed")


def test_a_sample_that_meets_the_numbers_alone_is_said_to(good: dict[str, Any]) -> None:
    for row in good["samples"]:
        row["confident"] = False
    assert _state(good, "SEC-D7") == ("met", "sample_legal_only")


def test_a_sample_that_was_drawn_before_other_decisions_is_said_to_be(good: dict[str, Any]) -> None:
    kept = sum(row["documents"] for row in good["decisions"]["outcomes"] if row["outcome"] in ("keep", "redact"))
    (sample,) = [row for row in good["samples"] if row["kind"] == "human"]
    good["samples"] = [sample | {"sample": "1", "population": kept - 5}]
    assert {"limit": "sample_of_other_decisions", "name": "human", "count": 5} in list(limits(good))
    good["samples"].append(sample | {"sample": "2", "population": kept})
    assert "sample_of_other_decisions" not in {row["limit"] for row in limits(good)}
