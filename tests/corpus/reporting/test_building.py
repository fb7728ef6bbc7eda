from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import RunError
from brightline.corpus.reporting import Facts, Report
from brightline.corpus.reporting.building import build
from brightline.corpus.reporting.clusters import count_clusters
from brightline.corpus.reporting.count_task import CountTask, counted_of
from brightline.corpus.reporting.counts import Counts
from brightline.corpus.reporting.facts import Failures, Quarantined
from brightline.corpus.reporting.html import render
from brightline.corpus.reporting.identity import corpus_digest
from brightline.corpus.storage import Workspace
from brightline.rulebook import Rulebook, load_rulebook
from tests.corpus.reporting.report_making import KERNELS, a_sample, a_source, document, facts, finding, reject, write_run

TITLES = {"personal.phone": ("手机号", "Phone number")}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


def _document(tmp_path: Path, rows: list[dict[str, Any]], told: Facts | None = None, **made: Any) -> dict[str, Any]:
    workspace, shards = write_run(tmp_path, rows, **made)
    return dict(build(workspace, shards, told or facts(), titled=TITLES.__getitem__).document)


def _row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def test_findings_are_counted_by_rule_and_by_source(tmp_path: Path) -> None:
    phone, mail = finding("personal.phone"), finding("personal.email")
    rows = [
        document(0, personal=[phone, phone, mail]),
        document(1, personal=[phone], source_id="forum"),
        document(2, personal=[]),
    ]
    report = _document(tmp_path, rows, cuts=[1])
    phones = _row(report["rules"], rule="personal.phone")
    assert (phones["documents"], phones["findings"], phones["title_en"]) == (2, 3, "Phone number")
    assert phones["share"] == {"count": 2, "of": 3, "percent": "66.67"}
    assert _row(report["source_rules"], source="news", rule="personal.phone") == {
        "source": "news", "rule": "personal.phone", "documents": 1, "findings": 2,
    }  # fmt: skip


def test_what_stands_in_a_lawful_context_is_counted_apart(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0, personal=[finding("illegal.drugs", "excused:news")])])
    assert report["rules"] == [
        {
            "rule": "illegal.drugs", "title_zh": "", "title_en": "", "findings": 0, "documents": 0, "excused": 1,
            "share": {"count": 0, "of": 1, "percent": "0.00"},
        }
    ]  # fmt: skip


def test_a_null_is_not_inspected_and_never_clean(tmp_path: Path) -> None:
    rows = [document(0), document(1, personal=None, outcome="quarantine", not_inspected=["personal"])]
    report = _document(tmp_path, rows, facts(failures=[Failures("personal", "ValueError", 1)]))
    personal = _row(report["coverage"]["kernels"], kernel="personal")
    assert (personal["inspected"], personal["not_inspected"]) == (1, 1)
    assert report["coverage"]["inspected_by_all"]["percent"] == "50.00"
    assert report["decisions"]["not_inspected"] == [{"kernel": "personal", "documents": 1}]
    assert _row(report["checks"], rule="SEC-D5")["state"] == "not_shown"
    assert {"limit": "not_inspected", "name": "personal", "count": 1} in report["limits"]


def test_seen_by_every_kernel_is_what_none_of_them_left_out(tmp_path: Path) -> None:
    rows = [document(0, personal=None), document(1, language=None), document(2), document(3)]
    report = _document(tmp_path, rows)
    assert {row["inspected"] for row in report["coverage"]["kernels"]} == {3, 4}
    assert report["coverage"]["inspected_by_all"] == {"count": 2, "of": 4, "percent": "50.00"}


def test_a_kernel_that_never_ran_inspected_nothing(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0), document(1)], facts(kernels=KERNELS | {"quality": "1"}))
    assert _row(report["coverage"]["kernels"], kernel="quality")["not_inspected"] == 2


def test_a_shard_that_nobody_finished_is_told_of_with_its_bytes(tmp_path: Path) -> None:
    workspace, shards = write_run(tmp_path, [document(0), document(5)], cuts=[3])
    for folder in ("documents", "rejects", *(f"annotations/{kernel}" for kernel in KERNELS)):
        workspace.remove(f"{folder}/{shards[1].name}.parquet")
    told = facts(quarantined=[Quarantined("a.jsonl", 3, 900, "killed")])
    report = build(workspace, shards, told).document
    assert report["corpus"]["documents"] == 1
    assert report["coverage"]["quarantined"] == [{"file": "a.jsonl", "begin": 3, "end": 900, "reason": "killed"}]
    assert {"limit": "quarantined", "name": "", "count": 1} in report["limits"]
    assert _row(report["checks"], rule="SEC-D5")["state"] == "not_shown"


def test_a_planned_piece_that_left_nothing_is_told_though_nobody_noted_why(tmp_path: Path) -> None:
    workspace, shards = write_run(tmp_path, [document(0), document(5)], cuts=[3])
    workspace.remove(f"documents/{shards[1].name}.parquet")
    report = build(workspace, shards, facts()).document
    assert report["coverage"]["quarantined"] == [{"file": "a.jsonl", "begin": 3, "end": 1 << 40, "reason": "unfinished"}]


def test_documents_without_a_decision_and_a_stale_output_are_limits(tmp_path: Path) -> None:
    workspace, shards = write_run(tmp_path, [document(0), document(5), document(6)], cuts=[3])
    workspace.remove(f"decisions/{shards[1].name}.parquet")
    report = build(workspace, shards, facts()).document
    assert {"limit": "undecided", "name": "", "count": 2} in report["limits"]
    assert {"limit": "emitted_otherwise", "name": "", "count": 2} in report["limits"]


def test_rejected_rows_are_counted_by_reason_and_bytes(tmp_path: Path) -> None:
    bad = [reject(7), reject(8, length=30), reject(9, "not_utf8")]
    report = _document(tmp_path, [document(0)], rejects=bad, cuts=[8])
    assert report["coverage"]["rejected"] == {
        "rows": 3,
        "bytes": 50,
        "reasons": [{"reason": "not_json", "rows": 2, "bytes": 40}, {"reason": "not_utf8", "rows": 1, "bytes": 10}],
    }


def test_a_document_without_a_source_is_flagged_and_never_guessed(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0, source_id=None), document(1, source_id="unknown"), document(2)])
    sources = report["sources"]
    assert (sources["without_source"], sources["unregistered"], sources["registered"]) == (1, 1, 1)
    assert _row(sources["rows"], source="unknown")["status"] == "unregistered"
    assert sources["rows"][0]["source"] == "news"
    assert _row(report["checks"], rule="SEC-D4")["state"] == "not_met"


def test_sources_beyond_counting_are_added_up_the_same_however_they_come(
    tmp_path: Path, rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("building", "counts"):
        monkeypatch.setattr(f"brightline.corpus.reporting.{module}.MOST_NAMES", 3)
    monkeypatch.setattr(Counts.fold, "__defaults__", (3,))
    names = [f"http://x.example/{n * 7 % 20:02d}" for n in range(20)]
    rows = [document(n, source_id=name, licence=name, personal=[finding("personal.phone")]) for n, name in enumerate([*names, "news"])]
    whole = build(*write_run(tmp_path / "1", rows), facts(), rulebook=rulebook)
    cut = build(*write_run(tmp_path / "2", rows, cuts=[2, 3, 9, 15], shuffled=random.Random(1)), facts(), rulebook=rulebook)
    assert whole.content_digest == cut.content_digest
    sources = whole.document["sources"]
    assert [row["source"] for row in sources["rows"]] == ["http://x.example/00", "http://x.example/01", "http://x.example/02", "news", "…"]
    assert (sources["unregistered"], sources["unlisted"], _row(sources["rows"], source="…")["outcomes"]["keep"]) == (3, 17, 17)
    assert _row(whole.document["source_rules"], source="…")["documents"] == 17
    assert sum(row["documents"] for row in whole.document["licences"]) == 21
    assert len(whole.document["licences"]) == 4
    assert {"limit": "unlisted", "name": "", "count": 17} in whole.document["limits"]


def test_a_name_without_end_is_repeated_in_part_only(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0, source_id="x" * 5_000)])
    assert "x" * 200 in [row["source"] for row in report["sources"]["rows"]]


def test_a_registered_source_that_was_not_met_is_listed_with_nothing(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0)], facts(sources=[a_source(), a_source("archive")]))
    assert _row(report["sources"]["rows"], source="archive")["documents"] == 0


def test_decisions_redactions_and_output_are_counted(tmp_path: Path) -> None:
    rows = [
        document(0, chars=10),
        document(1, outcome="redact", rules=["personal.phone"], redactions=["personal.phone", "personal.phone"], chars=20),
        document(2, outcome="drop", rules=["illegal.drugs", "duplicate.exact"], chars=30),
        document(3, outcome="drop", rules=["duplicate.exact"], appeal="open", chars=40),
    ]
    report = _document(tmp_path, rows, facts(appeals={"restored": 1}), cuts=[2])
    outcomes = {row["outcome"]: (row["documents"], row["characters"], row["share"]["percent"]) for row in report["decisions"]["outcomes"]}
    assert outcomes == {"keep": (1, 10, "25.00"), "redact": (1, 20, "25.00"), "drop": (2, 70, "50.00"), "quarantine": (0, 0, "0.00")}
    assert {"rule": "duplicate.exact", "outcome": "drop", "documents": 2} in report["decisions"]["rules"]
    assert report["redactions"] == [{"rule": "personal.phone", "spans": 2, "documents": 1}]
    assert report["emitted"] == {"documents": 2}
    assert report["appeals"] == {"open": 0, "restored": 1, "upheld": 0, "wrong": {"count": 1, "of": 4, "percent": "25.00"}}


def test_languages_lengths_licences_and_machine_text_are_counted(tmp_path: Path) -> None:
    rows = [
        document(0, chars=0, licence="MIT"),
        document(1, chars=999, language="en", said_licence="CC-BY-NC-4.0", forbids_training=True),
        document(2, chars=1_000_000, ai_share=0.25),
    ]
    report = _document(tmp_path, rows)
    assert report["languages"] == [
        {"language": "en", "documents": 1, "characters": 999}, {"language": "zh-Hans", "documents": 2, "characters": 1_000_000},
    ]  # fmt: skip
    assert {row["from"]: row["documents"] for row in report["lengths"] if row["documents"]} == {0: 1, 500: 1, 1_000_000: 1}
    assert {"stated": "", "in_text": "CC-BY-NC-4.0", "documents": 1} in report["licences"]
    assert report["sources"]["rows"][0]["forbids_training"] == 1
    assert report["generated"]["documents"] == {"count": 1, "of": 3, "percent": "33.33"}
    assert report["generated"]["characters"]["count"] == 250_000


def _member(position: int, cluster: str, keeper: bool = False, exact: bool = False) -> dict[str, Any]:
    return {"doc_id": f"{position:032x}", "cluster_id": cluster * 32, "keeper": keeper, "jaccard": 1.0, "exact": exact}


CLUSTERS = [_member(0, "a", True, True), _member(1, "a", exact=True), _member(2, "a"), _member(3, "b", True), _member(4, "b")]


def test_clusters_are_counted_by_size(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0)], clusters=CLUSTERS)
    duplicates = report["duplicates"]
    told = [duplicates[name] for name in ("clusters", "documents", "copies", "exact", "near", "largest")]
    assert told == [2, 5, 3, 1, 2, 3]
    assert [row["clusters"] for row in duplicates["sizes"]] == [1, 1, 0, 0, 0, 0, 0]


def test_clusters_too_many_to_hold_are_counted_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, _ = write_run(tmp_path, [document(0)], clusters=CLUSTERS)
    whole = count_clusters(workspace)
    monkeypatch.setattr("brightline.corpus.reporting.clusters._MOST_HELD", 2)
    assert count_clusters(workspace) == whole


def test_all_31_risks_are_listed_with_what_looks_for_them(tmp_path: Path) -> None:
    report = _document(tmp_path, [document(0, personal=[finding("personal.phone")])])
    assert len(report["risks"]) == 31
    assert _row(report["risks"], risk="A.4-f")["documents"] == 1
    assert {"limit": "risks_uncovered", "name": "", "count": sum(not row["rules"] for row in report["risks"])} in report["limits"]


def test_a_risk_is_looked_for_only_where_its_kernel_runs(tmp_path: Path) -> None:
    with_goals = _document(tmp_path / "1", [document(0)], facts(kernels=KERNELS | {"illegal": "1"}))
    without = _document(tmp_path / "2", [document(0)])
    assert _row(with_goals["risks"], risk="A.1-d")["rules"]
    assert not _row(without["risks"], risk="A.1-d")["rules"]


def test_samples_come_with_both_verdicts(tmp_path: Path) -> None:
    told = facts(samples=[a_sample(), a_sample("technical", confident=False), a_sample("removed", status="open", legal=None)])
    report = _document(tmp_path, [document(0)], told)
    assert _row(report["samples"], kind="human")["rate"] == {"count": 3900, "of": 4000, "percent": "97.50"}
    states = {row["rule"]: (row["state"], row["reason"]) for row in report["checks"]}
    assert states["SEC-D7"] == ("met", "sample_confident")
    assert states["SEC-D8"] == ("met", "sample_legal_only")
    assert {"limit": "samples_open", "name": "", "count": 1} in report["limits"]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "source_id": st.sampled_from(["news", "论坛", None]),
            "chars": st.integers(0, 3000),
            "personal": st.sampled_from(
                [None, [], [finding("personal.phone")], [finding("x.y"), finding("personal.phone", "excused:art")]]
            ),
            "language": st.sampled_from(["zh-Hans", "en", None]),
            "ai_share": st.sampled_from([0.0, 0.1, 1 / 3]),
            "outcome": st.sampled_from(["keep", "redact", "drop", "quarantine"]),
            "rules": st.lists(st.sampled_from(["personal.phone", "duplicate.near"]), max_size=2, unique=True),
            "redactions": st.lists(st.sampled_from(["personal.phone", "personal.email"]), max_size=2),
            "file": st.sampled_from(["a.jsonl", "b/中.jsonl"]),
        }
    ),
    max_size=8,
)


@given(ROWS, st.lists(st.integers(1, 7), max_size=2, unique=True), st.randoms(use_true_random=False))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_neither_sharding_nor_the_order_of_rows_changes_a_byte(
    tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook, rows: list[dict[str, Any]], cuts: list[int], shuffled: random.Random
) -> None:
    documents = [document(position, **row) for position, row in enumerate(rows)] or [document(0)]
    bad = [reject(3), reject(9, "too_long", "b/中.jsonl")]
    once = write_run(tmp_path_factory.mktemp("once"), documents, rejects=bad, clusters=CLUSTERS)
    again = write_run(tmp_path_factory.mktemp("again"), documents, cuts=cuts, rejects=bad, clusters=CLUSTERS, shuffled=shuffled)
    sources = [a_source(), a_source("论坛")]
    first = build(*once, facts(sources=sources), rulebook=rulebook)
    second = build(*again, facts(sources=sources[::-1], made_at="2027-01-01T00:00:00Z", workers=8), rulebook=rulebook)
    assert first.content_digest == second.content_digest
    assert {**second.document, "made": {}} == {**first.document, "made": {}}


def test_a_changed_document_changes_the_identity_of_the_corpus(tmp_path: Path) -> None:
    whole = corpus_digest(*write_run(tmp_path / "1", [document(0), document(1)]))
    assert whole != corpus_digest(*write_run(tmp_path / "2", [document(0)]))
    assert whole != corpus_digest(*write_run(tmp_path / "3", [document(0), document(1, file="b.jsonl")]))
    assert whole != corpus_digest(*write_run(tmp_path / "4", [document(0), document(1)], rejects=[reject(2)]))
    assert whole == corpus_digest(*write_run(tmp_path / "5", [document(1, chars=7), document(0)], cuts=[1]))


def test_the_report_of_an_empty_corpus_shows_nothing_and_says_so(tmp_path: Path) -> None:
    workspace, shards = write_run(tmp_path, [])
    report = build(workspace, shards, facts(sources=[]))
    assert {row["state"] for row in report.document["checks"]} == {"not_shown"}
    assert Report.parse(report.canonical).document == report.document


def test_sums_made_in_workers_give_the_same_report(tmp_path: Path, rulebook: Rulebook) -> None:
    rows = [document(n, source_id=["news", None][n % 2], personal=[finding("personal.phone")] * (n % 3)) for n in range(6)]
    workspace, shards = write_run(tmp_path, rows, cuts=[2, 4], rejects=[reject(5)])
    task = CountTask(workspace, tuple(KERNELS))
    told = [task(shard) for shard in shards]
    assert [each["documents"] for each in told] == [2, 2, 2]
    apart = build(workspace, shards, facts(), rulebook=rulebook, counted=counted_of(workspace, shards))
    assert apart.canonical == build(workspace, shards, facts(), rulebook=rulebook).canonical


def test_sums_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    workspace, shards = write_run(tmp_path, [document(0)])
    with pytest.raises(RunError, match="not counted"):  # a report without them would say that there are fewer documents
        list(counted_of(workspace, shards))
    workspace.remove("documents/000000.parquet")
    assert list(counted_of(workspace, shards)) == []
    for broken in (b"{}", b"no json", b'{"documents":[1]}'):
        workspace.write_bytes("figures/report/000000.json", broken)
        with pytest.raises(RunError, match="BL-CORPUS-071"):
            list(counted_of(workspace, shards))


def test_a_changed_decision_or_kernel_is_counted_again(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    first = CountTask(workspace, ("a", "b"), "1").versions
    assert first == CountTask(workspace, ("b", "a"), "1").versions
    assert first != CountTask(workspace, ("a", "b"), "2").versions
    assert first != CountTask(workspace, ("a",), "1").versions


@pytest.mark.parametrize(("by", "says"), [("operator", "own, since 2026-11-01"), ("shipped", "the policy that ships, since")])
def test_a_report_says_by_whose_policy_and_since_when_documents_were_decided(tmp_path: Path, by: str, says: str) -> None:
    workspace, shards = write_run(tmp_path, [document(0)])
    policy = {"version": "0123456789abcdef", "by": by, "since": "2026-11-01"}
    report = build(workspace, shards, facts(policy=policy))
    assert report.document["decisions"]["policy"] == policy
    assert says in render(report, "en")


def test_beside_every_total_stands_of_how_many_risks_it_says_nothing(tmp_path: Path) -> None:
    workspace, shards = write_run(tmp_path, [document(0)])
    report = build(workspace, shards, facts())
    missing = [row["risk"] for row in report.document["risks"] if not row["rules"]]
    page = render(report, "en")
    told = f"Nothing automatic looked for {len(missing)} of the 31 risks of Annex A ({', '.join(missing)}): no total"
    assert page.count(told) == 3  # coverage, findings, decisions


@pytest.mark.parametrize(
    ("kernels", "looked"), [({"quality": "2+0123456789ab"}, True), ({"quality": "1+0123456789ab"}, False), ({"exact": "1+x"}, False)]
)
def test_a_report_tells_where_machine_spin_was_looked_for_and_that_older_runs_did_not(
    tmp_path: Path, kernels: dict[str, str], looked: bool
) -> None:
    workspace, shards = write_run(tmp_path, [document(0)])
    page = render(build(workspace, shards, facts(kernels=kernels)), "en")
    assert page.count("Machine spin was looked for in simplified Chinese and in English only") == (3 if looked else 0)
    assert page.count("Machine spin was not looked for: no total") == (0 if looked else 3)
    assert ("what a language model rewrote is not found this way" in page) == looked
