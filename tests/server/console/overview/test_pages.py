"""The overview as its readers get it: numbers with their names and links, live parts, data, files, and errors that say what to do."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from brightline.errors import StoreError
from brightline.model import Outcome
from tests.server.console.conftest import Console
from tests.server.console.overview.conftest import EVIL, Filled, site_decision
from tests.server.console.overview.reading import one, pick, read, words
from tests.server.face.site import REFUSED

DOCUMENTATION = (Path(__file__).parents[4] / "docs" / "console-overview.md").read_text("utf-8")
DATA = [
    "/console/overview.json",
    "/console/overview.csv?chart=requests",
    "/console/overview/figures",
    "/console/overview/breakdowns",
    "/console/overview/table?chart=own",
]


def page_of(filled: Filled, path: str = "/console", lang: str = "en") -> Element:
    answer = filled.console.as_("lead", lang).get(path)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def figure(page: Element, title: str) -> Element:
    return next(stat for stat in pick(page, ".stat") if words(one(stat, "dt")) == title)


def rows_of(answer_text: bytes) -> list[dict[str, str]]:
    assert answer_text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer_text.decode("utf-8-sig"))))


def test_the_first_line_says_how_things_stand(filled: Filled) -> None:
    page = page_of(filled)
    line = words(one(page, ".first-word"))
    assert line.startswith("Everything is running. The ledger was last signed ")
    assert line.endswith("In the last hour 1 were not inspected in full.")
    assert one(page, ".first-word a").get("href") == "/console/decisions?gaps=yes&last=1h"
    assert [words(sign) for sign in pick(page, ".signs dt")] == ["Model service", "Ledger", "Database", "Rules", "Figures"]
    assert "Sandbox" in words(one(page, ".signs"))


def test_what_is_wrong_comes_first_with_its_code_and_the_way_there(filled: Filled) -> None:
    service = filled.console.site.service
    service.store_problem = StoreError("BL-STORE-002", "the disk is full", "make room, then write once more")
    try:
        page = read("")
        deadline = time.monotonic() + 30
        while not pick(page, ".first-bad") and time.monotonic() < deadline:  # a standing is shared for a second and a half
            page = read(filled.console.as_("lead").get("/console/overview/standing").text)
        assert words(one(page, ".first-word")) == "Something is wrong."
        remark = one(page, ".remarks li")
        assert "BL-STORE-002" in words(remark)
        assert "make room" in words(remark)
        assert one(remark, "a").get("href") == "/console/health"
        assert words(one(page, ".signs")).count("Does not write") == 1
        chinese = words(one(read(filled.console.as_("lead", "zh").get("/console/overview/standing").text), ".first-line"))
        assert chinese == "出现问题。 故障： 数据库无法写入决定（BL-STORE-002）。 最近一小时有 1 项未完整检查。"
    finally:
        service.store_problem = None


def test_figures_are_what_was_recorded_and_lead_to_the_decisions(filled: Filled) -> None:
    page = page_of(filled)
    assert words(one(figure(page, "Decisions"), ".figure")) == str(filled.refused + filled.allowed)
    assert words(one(figure(page, "Requests"), ".figure")) == "9"
    stopped = figure(page, "Refused or blocked")
    assert words(one(stopped, ".figure")) == str(filled.refused)
    href = one(stopped, "dt a").get("href")
    assert re.fullmatch(r"/console/decisions\?outcome=refuse,block&since=[\dT:-]+Z&until=[\dT:-]+Z", href)
    assert words(one(figure(page, "Not inspected in full"), ".figure")) == "1"
    assert words(one(figure(page, "Streams stopped"), ".figure")) == "1"
    listed = read(filled.console.as_("lead").get(href).text)
    assert len(pick(listed, "a[data-open]")) == filled.refused


def test_over_blocking_shows_what_is_known_and_says_what_is_not(filled: Filled) -> None:
    known = words(one(page_of(filled), "#over-blocking"))
    assert f"{filled.refused} of {filled.refused + filled.allowed}" in known
    assert "37.5% (13.7–69.4)" in known  # Wilson's interval for 3 of 8
    assert "Not measured yet." in known


def test_a_reversal_by_a_person_is_counted_and_one_by_a_program_is_not(filled: Filled) -> None:
    first = filled.record(site_decision(filled, REFUSED, model="m"), made_at=filled.at - 30 * 60_000_000)
    second = filled.record(site_decision(filled, REFUSED, model="m"), made_at=filled.at - 30 * 60_000_000)
    allowed = site_decision(filled, "你好", model="m")
    filled.record(allowed, supersedes=second.id)
    filled.record(replace(site_decision(filled, "你好", model="m"), automated="none", supersedes=first.id, outcome=Outcome.ALLOW))
    filled.settle()
    asked = "/console?last=1h"
    known = words(one(page_of(filled, asked), "#over-blocking"))
    assert "1 of 2" in known


def test_breakdowns_name_rules_officially_and_lead_to_them(filled: Filled) -> None:
    for lang, cited in (("en", "Criminal Law, Art. 303"), ("zh", "《中华人民共和国刑法》第三百零三条")):
        page = page_of(filled, lang=lang)
        row = next(row for row in pick(page, "#by-rule tbody tr") if words(one(row, "th")) == cited)
        assert one(row, "th a").get("href") == "/console/rulebook/CRI-303"
        assert one(row, "td a").get("href").startswith("/console/decisions?rule=CRI-303&since=")
        assert len(pick(page, "#by-type tbody tr")) == 13
    assert "赌博推广引流" in words(one(page_of(filled, lang="zh"), "#by-goal"))
    assert [words(row) for row in pick(page_of(filled), "#by-door tbody th")] == ["Gateway"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_from_outside_stay_text(filled: Filled, lang: str) -> None:
    answer = filled.console.as_("lead", lang).get("/console")
    assert EVIL not in answer.text
    page = read(answer.text)
    row = next(row for row in pick(page, "#by-model tbody tr") if words(one(row, "th")) == EVIL)
    assert not [script for script in page.iter("script") if not script.get("src")]
    link = one(row, "td a").get("href")
    listed = read(filled.console.as_("lead").get(link).text)
    assert len(pick(listed, "a[data-open]")) == 1


def test_each_chart_has_its_table_and_the_step_under_way_says_so(filled: Filled) -> None:
    page = page_of(filled, "/console?last=6h")
    for name, total in (("decisions", filled.refused + filled.allowed), ("requests", 9)):
        rows = pick(page, f"#chart-{name} .as-table tbody tr")
        assert len(rows) == 72
        counted = sum(int(words(cell)) for row in rows for cell in pick(row, "td"))
        assert counted >= total
        assert words(one(rows[-1], "th")).endswith("(not over yet)")
    heads = [words(head) for head in pick(page, "#chart-own .as-table thead th")]
    assert heads == ["Time", "Half of all (p50) (ms)", "95 of 100 (p95) (ms)", "99 of 100 (p99) (ms)", "Calls"]


def test_times_are_in_the_readers_zone(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    here = replace(lead, cookies={"brightline_zone": "Asia%2FKathmandu"})
    page = read(here.get("/console?since=2026-01-05T10:00Z&until=2026-01-05T11:00Z").text)
    assert "Asia/Kathmandu (UTC+05:45)" in words(one(page, ".stretch-ends"))
    assert one(page, "#since").get("value") == "2026-01-05T15:45"
    rows = pick(page, "#chart-decisions .as-table tbody th")
    assert words(rows[0]) == "5 Jan 15:45–16:45"


def test_the_charts_data_hold_what_the_tables_say(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    data = lead.get("/console/overview.json?last=6h").json()
    assert data["step"] == 300
    assert len(data["starts"]) == 72
    assert sum(data["charts"]["decisions"]["refuse"]["values"]) == data["charts"]["decisions"]["refuse"]["whole"] >= filled.refused
    assert data["charts"]["requests"]["4xx"]["whole"] == 2
    assert [value for value in data["charts"]["own"]["p50"]["values"] if value is not None]
    late = lead.get(f"/console/overview.json?last=6h&from={data['starts'][-2]}").json()
    assert late["starts"] == data["starts"][-2:]
    assert all(len(line["values"]) == 2 for lines in late["charts"].values() for line in lines.values())


def test_whoever_has_the_newest_data_gets_nothing_again(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    asked = "since=2026-01-05T10:00Z&until=2026-01-05T11:00Z"
    answer = lead.get(f"/console/overview.json?{asked}")
    assert lead.get(f"/console/overview.json?{asked}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    tag = answer.json()["tag"]
    assert lead.get(f"/console/overview/figures?{asked}&seen={tag}", htmx=True).status_code == 204
    assert lead.get(f"/console/overview/breakdowns?{asked}&seen={tag}", htmx=True).status_code == 204
    assert lead.get(f"/console/overview/figures?{asked}&seen=other", htmx=True).status_code == 200


def test_a_file_has_a_row_for_each_step_in_utc(filled: Filled) -> None:
    answer = filled.console.as_("auditor").get("/console/overview.csv?chart=decisions&last=6h")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="brightline-decisions-\d{8}T\d{4}Z-\d{8}T\d{4}Z\.csv"', answer.headers["content-disposition"]
    )
    rows = rows_of(answer.content)
    assert list(rows[0]) == ["start", "end", "complete", "allow", "label", "notice", "rewrite", "limit", "review", "refuse", "block"]
    assert len(rows) == 72
    assert [row["complete"] for row in rows[-2:]] == ["yes", "no"]
    assert sum(int(row["refuse"]) for row in rows) >= filled.refused
    assert all(row["start"].endswith("Z") and row["end"] > row["start"] for row in rows)


def test_a_file_of_times_leaves_empty_what_nobody_called(filled: Filled) -> None:
    rows = rows_of(filled.console.as_("lead").get("/console/overview.csv?chart=own&last=6h").content)
    assert list(rows[0]) == ["start", "end", "complete", "p50_ms", "p95_ms", "p99_ms", "calls"]
    called = [row for row in rows if int(row["calls"])]
    assert len(called) >= 1
    assert all(0.5 < float(row["p50_ms"]) <= 1.3 for row in called)
    assert all(row["p50_ms"] == "" for row in rows if not int(row["calls"]))


def test_a_file_is_no_formula_for_a_spreadsheet(filled: Filled) -> None:
    rows = rows_of(filled.console.as_("lead").get("/console/overview.csv?chart=model&last=6h").content)
    evil = next(row for row in rows if "calc" in row["model"])
    assert evil["model"] == f"'{EVIL}"
    assert evil["total"] == "1"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_by_rule_names_rules_in_the_readers_language(filled: Filled, lang: str) -> None:
    rows = rows_of(filled.console.as_("lead", lang).get("/console/overview.csv?chart=rule").content)
    named = {row["rule"]: row["name"] for row in rows}
    assert named["CRI-303"] == {"zh": "《中华人民共和国刑法》第三百零三条", "en": "Criminal Law, Art. 303"}[lang]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=nonsense", "A time cannot be read."),
        ("since=2026-11-02T10:00&until=2026-11-01T10:00", "The end is not after the beginning."),
        ("since=2999-01-01&until=2999-01-02", "This time is still to come."),
        ("since=1971-01-01", "This is longer than five years."),
        ("since=0001-01-01&until=0001-01-02", "This is before any record."),
        ("last=%3Cscript%3E", "There is no such stretch of time."),
    ],
)
def test_an_unusable_range_is_said_beside_the_last_day(filled: Filled, query: str, said: str) -> None:
    lead = filled.console.as_("lead")
    answer = lead.get(f"/console?{query}")
    assert answer.status_code == 400
    page = read(answer.text)
    assert said in words(one(page, ".errors"))
    assert "Shown instead:" in words(page)
    assert pick(page, ".stat")
    for path in DATA:
        assert lead.get(f"{path}{'&' if '?' in path else '?'}{query}", accept="application/json").status_code == 400, path


@pytest.mark.parametrize(
    "path",
    [
        "/console/overview.csv",
        "/console/overview.csv?chart=../keys",
        "/console/overview/table?chart=type",
        "/console/overview.json?from=-1",
    ],
)
def test_what_does_not_exist_is_no_defect(filled: Filled, path: str) -> None:
    assert filled.console.as_("lead").get(path, accept="application/json").status_code in (400, 404)


@pytest.mark.parametrize("path", ["/console", "/console/overview/standing", *DATA])
def test_nobody_reads_it_without_signing_in(filled: Filled, path: str) -> None:
    answer = filled.console.nobody().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")
    for role in ("admin", "lead", "reviewer", "rule_author", "auditor"):
        assert filled.console.as_(role).get(path).status_code == 200


def test_a_new_installation_says_how_to_make_the_first_call(console: Console) -> None:
    page = read(console.as_("lead").get("/console").text)
    call = words(one(page, "#first-call"))
    assert f"curl {console.site.url}/v1/chat/completions" in call
    assert "keys/client.key" in call
    assert not pick(page, ".chart")
    assert not pick(page, ".stat")
    assert console.as_("lead").get("/console/overview.json").json()["ever"] is False


def test_the_documented_columns_are_those_of_the_files(filled: Filled) -> None:
    documented = dict(re.findall(r"^\| `(requests|own)`.*? \| ([^|]*) \|$", DOCUMENTATION, re.MULTILINE))
    for chart, columns in documented.items():
        answer = filled.console.as_("lead").get(f"/console/overview.csv?chart={chart}&last=1h")
        assert list(rows_of(answer.content)[0]) == re.findall(r"`(\w+)`", columns)
    assert len(documented) == 2
    for chart in ("requests", "decisions", "own", "call", "type", "rule", "goal", "door", "model", "gap"):
        assert f"`{chart}`" in DOCUMENTATION


def test_numbers_that_cannot_be_read_are_said_and_the_page_stays(console: Console, home: Path) -> None:
    with closing(sqlite3.connect(home / "brightline.db", timeout=30)) as database:
        database.execute("alter table tallies rename to elsewhere")
        try:
            answer = console.as_("lead").get("/console?last=6h")
        finally:
            database.execute("alter table elsewhere rename to tallies")
    assert answer.status_code == 503
    page = read(answer.text)
    assert "The numbers cannot be read at the moment." in words(one(page, ".notice"))
    assert re.search(r"BL-STORE-\d{3}", words(one(page, ".notice")))
    assert pick(page, ".signs")
    assert not pick(page, ".stat")
