"""A report with something in every part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.corpus.reporting import Report
from brightline.corpus.reporting.building import build
from brightline.corpus.reporting.facts import Failures, Quarantined, Remark, VerdictFacts
from tests.corpus.reporting.report_making import a_sample, a_source, document, facts, finding, reject, write_run


@pytest.fixture(scope="session")
def full_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """As an inspection of 60 documents from three sources and one that nobody registered would make it."""
    return make_full_report(tmp_path_factory.mktemp("full"))


def make_full_report(folder: Path, made_at: str = "2026-11-23T08:00:00Z", documents: int = 60) -> Report:
    outcomes = ["keep", "keep", "redact", "drop", "quarantine"]
    rows = [
        document(
            n,
            source_id=["news", "论坛", "code", "unknown", None][n % 5],
            chars=n * 37 + 5,
            personal=None if n % 20 == 19 else [finding("personal.phone")] * (n % 3),
            language=["zh-Hans", "en", "mixed"][n % 3],
            licence=["CC-BY-4.0", None][n % 2],
            said_licence="MIT" if n % 7 == 0 else None,
            forbids_training=n % 11 == 0,
            ai_share=0.5 if n % 13 == 0 else 0.0,
            outcome=outcomes[n % 5 if n < 50 else 0],
            rules=["personal.phone"] if outcomes[n % 5] == "redact" else ["duplicate.near"] if outcomes[n % 5] == "drop" else [],
            not_inspected=["personal"] if n % 20 == 19 else [],
            redactions=["personal.phone"] if outcomes[n % 5] == "redact" else [],
        )
        for n in range(documents)
    ]
    clusters = [
        {"doc_id": f"{n:032x}", "cluster_id": f"{n // 3:016x}" * 2, "keeper": n % 3 == 0, "jaccard": 1.0, "exact": n % 3 == 1}
        for n in range(15)
    ]
    told = facts(
        made_at=made_at,
        sources=[
            a_source(url="https://news.example/feed", collected_from="2026-01-01", collected_to="2026-06-30", personal_basis="public"),
            a_source(
                "论坛",
                status="suspended",
                missing=[Remark("contract", "5.1", "缺少合同", "no contract")],
                verdict=VerdictFacts(200, 30, "blacklisted", "11.10", "19.80"),
            ),
            a_source("code", country="US", licence="MIT", kind="open_data", verdict=VerdictFacts(50, 2, "undecided", "0.72", "12.06", 150)),
        ],
        samples=[
            a_sample(),
            a_sample("technical", confident=False, kappa=""),
            a_sample("removed", status="open", legal=None, confident=None),
        ],
        quarantined=[Quarantined("a.jsonl", 9_000, 12_000, "killed")],
        failures=[Failures("personal", "RecursionError", 3)],
        complaints={"open": 1, "upheld": 2},
        appeals={"restored": 1, "upheld": 4},
        schedule={"every_days": 30, "due_at": "2026-12-01", "overdue": True},
        staff={"people": 5, "trained": 5, "examined": 4, "rules": 2, "separated": True},
    )
    workspace, shards = write_run(folder, rows, cuts=[20, 40], rejects=[reject(100), reject(120, "not_utf8")], clusters=clusters)
    return build(workspace, shards, told, titled={"personal.phone": ("手机号", "Phone number")}.__getitem__)
