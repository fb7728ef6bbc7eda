"""The report at the console: read, compared, taken away, proved."""

from __future__ import annotations

import sys

import orjson
import pytest

from brightline.corpus.reporting import FILES, Report
from brightline.store import CorpusReports, CorpusRun
from tests.corpus.reporting.conftest import make_full_report
from tests.server.console.conftest import Console
from tests.server.console.corpus.making import make_run


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    def made(name: str, at: str, documents: int) -> Report:
        return make_full_report(tmp_path_factory.mktemp(name), at, documents)

    return [made("first", "2026-10-01T08:00:00Z", 50), made("second", "2026-11-01T08:00:00Z", 60)]


@pytest.fixture(scope="module")
def signed(console: Console, reports: list[Report]) -> CorpusRun:
    """Two inspections of one corpus, each with its report; the second one."""
    store = console.site.service.store
    for report in reports:
        run = make_run(store, "reported", workspace=f"/{report.digest}")
        CorpusReports(store.database).sign(run.id, report.canonical, content_digest=report.content_digest, made_by="test")
    console.site.sequence()
    return run


def address(console: Console, run: CorpusRun) -> str:
    return f"/console/corpus/reports/{CorpusReports(console.site.service.store.database).of_run(run.id)[0].id}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_is_read_with_its_proof(console: Console, signed: CorpusRun, reports: list[Report], lang: str) -> None:
    page = console.as_("auditor", lang).get(f"/console/corpus/runs/{signed.id}/report").text
    assert reports[1].digest in page
    assert ("确实签署过这份报告" if lang == "zh" else "Exactly this report was signed") in page
    assert "/console/ledger/entries/" in page
    assert "论坛" in page


def test_a_run_without_a_report_says_how_one_is_made(console: Console) -> None:
    run = make_run(console.site.service.store, "unreported", workspace="/u")
    assert f"brightline corpus report {run.id}" in console.as_("auditor").get(f"/console/corpus/runs/{run.id}/report").text


def test_two_reports_are_compared(console: Console, signed: CorpusRun) -> None:
    page = console.as_("auditor").get(f"{address(console, signed)}/changes").text
    assert "50 → 60" in page


def test_two_reports_of_one_inspection_are_compared_too(console: Console, reports: list[Report]) -> None:
    store = console.site.service.store
    run = make_run(store, "reported-twice", workspace="/twice")
    for report in reports:
        CorpusReports(store.database).sign(run.id, report.canonical, content_digest=report.content_digest, made_by="test")
    assert "50 → 60" in console.as_("auditor").get(f"{address(console, run)}/changes").text


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_form_can_be_taken_away(console: Console, signed: CorpusRun, name: str) -> None:
    answer = console.as_("auditor").get(f"{address(console, signed)}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == FILES[name]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_json_is_the_bytes_that_were_signed(console: Console, signed: CorpusRun, reports: list[Report]) -> None:
    body = console.as_("auditor").get(f"{address(console, signed)}/report.json").content
    assert body == reports[1].canonical
    assert orjson.loads(body)["made"]["at"] == "2026-11-01T08:00:00Z"


def test_no_other_file_is_given_out(console: Console, signed: CorpusRun) -> None:
    assert console.as_("auditor").get(f"{address(console, signed)}/plan.json").status_code == 404
    assert console.as_("auditor").get("/console/corpus/reports/none/report.json").status_code == 404


def test_paper_that_cannot_be_made_here_is_said(console: Console, signed: CorpusRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)  # as where the extra is not installed
    monkeypatch.delitem(sys.modules, "brightline.corpus.reporting.pdf", raising=False)
    monkeypatch.delattr("brightline.corpus.reporting.pdf", raising=False)
    answer = console.as_("auditor").get(f"{address(console, signed)}/report.en.pdf")
    assert answer.status_code == 503
    assert "brightline[corpus]" in answer.text
    assert console.as_("auditor").get(f"{address(console, signed)}/report.en.html").status_code == 200
