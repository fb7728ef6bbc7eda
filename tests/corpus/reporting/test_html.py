from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.corpus.reporting import Report
from brightline.corpus.reporting.difference import diff
from brightline.corpus.reporting.html import content_security_policy, render
from brightline.corpus.reporting.sections import outline_of
from brightline.corpus.reporting.words import LANGS, Lang, catalogue
from tests.corpus.reporting.conftest import make_full_report

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Page(HTMLParser):
    """What a reader of the page gets: its text, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if "style" not in self._inside:
            self.words.append(data)


def _numbers(text: str) -> set[str]:
    return {found.rstrip(",").replace(",", "") for found in NUMBER.findall(text)}


def _texts(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace(",", " , ")


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_on_the_page_is_in_the_report(full_report: Report, lang: Lang) -> None:
    known = _numbers(_texts(full_report.document)) | _numbers(full_report.digest + " " + full_report.content_digest)
    known |= _numbers(" ".join(catalogue(lang).values()))
    page = Page(render(full_report, lang))
    drawn = {n for tag, attributes in page.tags if tag == "text" for n in _numbers(str(attributes))}
    assert drawn
    unknown = {word for word in page.words for n in _numbers(word) if n not in known}
    assert not {word for word in unknown if word not in _ticks(page)}


def _ticks(page: Page) -> set[str]:
    """The two round numbers of each axis, which belong to no document."""
    return {word for word in page.words if re.fullmatch(r"[1245](?:0|,000)*|[25]", word)}


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_asks_for_nothing_from_anywhere(full_report: Report, lang: Lang) -> None:
    html = render(full_report, lang)
    page = Page(html)
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "input"} == set()
    for tag, attributes in page.tags:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset", "action")}, tag
        assert tag != "a" or str(attributes["href"]).startswith("#")
    assert "url(" not in html
    assert "@import" not in html
    assert content_security_policy() in html.replace("&#39;", "'")


def test_the_page_says_its_language_and_both_languages_say_the_same_sections(full_report: Report) -> None:
    pages = {lang: Page(render(full_report, lang)) for lang in LANGS}
    sections = {lang: [attributes["id"] for tag, attributes in page.tags if tag == "section"] for lang, page in pages.items()}
    assert sections["zh"] == sections["en"]
    assert [dict(page.tags)["html"]["lang"] for page in pages.values()] == ["zh-CN", "en"]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "{{7*7}}{0}{name}%s",
    "</style></title><img src=x>",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "a\u202eb\x00\ud7ff",
]


@given(st.sampled_from(HOSTILE) | st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_hostile_name_of_a_source_stays_text(full_report: Report, name: str) -> None:
    document = json.loads(full_report.canonical)
    document["sources"]["rows"][0] |= {"source": name, "name": name, "licence": name, "country": name}
    document["corpus"]["name"] = name
    document["source_rules"][0]["rule"] = name
    document["coverage"]["quarantined"][0]["file"] = name
    document["licences"][0]["in_text"] = name
    usual, hostile = Page(render(full_report, "en")), Page(render(Report(document), "en"))
    assert Counter((tag, *sorted(attributes)) for tag, attributes in hostile.tags) == Counter(
        (tag, *sorted(attributes)) for tag, attributes in usual.tags
    )
    assert "\u202e" not in "".join(hostile.words)


def test_a_trend_is_drawn_from_earlier_reports_of_the_same_corpus(full_report: Report, tmp_path: Path) -> None:
    earlier = make_full_report(tmp_path, "2026-10-01T00:00:00Z", 40)
    other = Report({**earlier.document, "corpus": {**earlier.document["corpus"], "name": "another"}})
    assert 'id="trend"' not in render(full_report, "en")
    assert 'id="trend"' not in render(full_report, "en", [other])
    page = render(full_report, "en", [earlier])
    assert 'id="trend"' in page
    assert "2026-10-01" in page


def test_what_is_not_shown_stands_out(full_report: Report) -> None:
    page = " ".join(Page(render(full_report, "en")).words)
    assert "A source is used that must not be" in page
    assert "Documents that “personal data” did not inspect: 3" in page
    assert "The next inspection is overdue" in page


def test_long_lists_are_cut_and_say_so(full_report: Report) -> None:
    document = json.loads(full_report.canonical)
    rows = document["sources"]["rows"]
    document["sources"]["rows"] = rows + [{**rows[0], "source": f"s{n:03d}"} for n in range(60)]
    assert "Further rows in report.json: 14" in render(replace(full_report, document=document), "en")


def test_a_long_table_shows_its_beginning_and_unfolds(full_report: Report) -> None:
    document = json.loads(full_report.canonical)
    row = document["source_rules"][0]
    document["source_rules"] = [row | {"rule": f"rule.n{n:02d}"} for n in range(40)]
    page = Page(render(Report(document), "en"))
    assert "28 further rows" in page.words
    assert {f"rule.n{n:02d}" for n in range(40)} <= set(page.words)


def test_without_a_number_of_processes_the_page_says_how_many_there_are(full_report: Report) -> None:
    document = json.loads(full_report.canonical)
    document["made"]["workers"] = 0
    assert "native · one a processor core" in render(Report(document), "en")


def test_a_door_that_made_the_report_is_named_in_the_readers_language(full_report: Report) -> None:
    for by, zh, en in (
        ("command line", "命令行", "the command line"),
        ("python", "Python 程序", "a Python program"),
        ("ada", "ada", "ada"),
    ):
        document = json.loads(full_report.canonical)
        document["made"]["by"] = by
        for lang, name in (("zh", zh), ("en", en)):
            outline = outline_of(Report(document), "zh" if lang == "zh" else "en")
            assert dict(outline.facts)[{"zh": "生成者", "en": "Made by"}[lang]] == name


def test_a_report_that_was_signed_before_it_named_a_policy_can_still_be_read(full_report: Report) -> None:
    document = json.loads(full_report.canonical)
    del document["decisions"]["policy"]
    earlier = Report.parse(Report(document).canonical)
    for lang in LANGS:
        assert render(earlier, lang)
    assert {change.part for change in diff(earlier, full_report).changes} == {"decisions"}
    for lang in LANGS:
        assert diff(earlier, full_report).text(lang)
