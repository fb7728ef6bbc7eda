"""The rulebook's pages: all of them, in both languages, also over the files of a hostile operator."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from brightline.config import load_settings
from brightline.model import Door, Item, ItemKind, Part, Side
from brightline.rulebook import load_rulebook
from brightline.rulebook.contexts import context_name
from brightline.server.console.rulebook.remarks import REMARKS
from brightline.server.console.rulebook.shelf import Shelf
from brightline.service import Service
from brightline.text.word_rows import may_act

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from starlette.responses import Response

    Open = Callable[..., Response]

BOOK = load_rulebook()
LANGS = ["zh", "en"]
MARKS = {
    "zh": ("条文待核对：只能提示，不能停止内容", "条文已经核读，但未见到条款序号"),
    "en": ("Text unverified: may flag, never stop", "The text was read, its number was not seen"),
}


@pytest.fixture(scope="module")
def tools(request: pytest.FixtureRequest) -> ModuleType:
    """The module of this folder's fixtures, for its readers of pages."""
    return next(
        plugin
        for name, plugin in request.config.pluginmanager.list_name_plugin()
        if name and str(name).endswith("console/rulebook/conftest.py")
    )  # type: ignore[return-value]


def body(response: Response) -> str:
    return bytes(response.body).decode()


@pytest.mark.parametrize("lang", LANGS)
def test_every_rule_has_a_page_that_says_what_it_is(open_page: Open, tools: ModuleType, lang: str) -> None:
    for rule in BOOK.rules.values():
        answer = open_page(Shelf.rule_path(rule), lang)
        html = body(answer)
        assert answer.status_code == 200, rule.id
        page = " ".join("".join(tools.words_of(html, lang).all).split())
        for said in (
            BOOK.citation(rule.id, "zh"),
            BOOK.citation(rule.id, "en"),
            rule.obligation_zh,
            rule.obligation_en,
            rule.source,
            rule.note,
        ):
            assert " ".join(said.split()) in page or said == rule.note, (rule.id, said)
        assert html.count("<h1") == 1
        assert (MARKS[lang][0] in page) == (not rule.verified), rule.id
        assert (MARKS[lang][1] in page) == (rule.verified and not rule.number_verified), rule.id
        if lang == "zh":
            assert tools.english_in(html) == [], rule.id


@pytest.mark.parametrize("lang", LANGS)
def test_every_goal_has_a_page(service: Service, open_page: Open, tools: ModuleType, lang: str) -> None:
    for goal in service.pipeline.engine.book:
        answer = open_page(Shelf.goal_path(goal), lang)
        html = body(answer)
        assert answer.status_code == 200, goal.id
        assert (goal.title_zh if lang == "zh" else goal.title_en) in "".join(tools.words_of(html, lang).all)
        assert f"{goal.slots[-1].name}" in html
        if lang == "zh":
            assert tools.english_in(html) == [], goal.id


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_and_every_type_has_a_page(open_page: Open, tools: ModuleType, lang: str) -> None:
    paths = [Shelf.text_path(each) for each in BOOK.instruments] + [f"/console/rulebook/types/{number}" for number in BOOK.bases]
    for path in paths:
        answer = open_page(path, lang)
        assert answer.status_code == 200, path
        if lang == "zh":
            assert tools.english_in(body(answer)) == [], path


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "path",
    ["/console/rulebook", "/console/rulebook/goals", "/console/rulebook?q=赌博", "/console/rulebook?served=no&page=2", "/console/rulebook?check=number", "/console/rulebook?q=zzzz",
     "/console/rulebook?type=9&rank=law&key=A&state=in_force&edition=&on=2027-01-01", "/console/rulebook?edition=QL26", "/console/rulebook/nowhere"],
)  # fmt: skip
def test_lists_are_in_the_language_of_the_reader(open_page: Open, tools: ModuleType, path: str, lang: str) -> None:
    answer = open_page(path.replace("赌博", quote("赌博")), lang)
    assert answer.status_code == (404 if "nowhere" in path else 200)
    if lang == "zh":
        assert tools.english_in(body(answer)) == []


def test_the_contexts_that_excuse_stand_there_in_the_readers_words(service: Service, open_page: Open) -> None:
    goal = next(goal for goal in service.pipeline.engine.book if goal.unless)
    for lang in ("zh", "en"):
        page = body(open_page(f"/console/rulebook/goals/{goal.id}?lang={lang}"))
        for unless in goal.unless:
            assert escape(context_name(unless.exception, lang)) in page


def test_how_far_exceptions_reach_is_told_as_the_engine_has_it(service: Service, open_page: Open) -> None:
    told = {"stops": "after it in the same sentence", "asks": "also in neighbouring sentences", "both": "else also in neighbouring ones"}
    seen = set()
    for goal in service.pipeline.engine.book:
        acting = {may_act(goal, side) for side in goal.effects}
        kind = "both" if len(acting) == 2 else "stops" if acting == {True} else "asks"
        if kind in seen or not any(unless.after for unless in goal.unless):
            continue
        seen.add(kind)
        page = body(open_page(f"/console/rulebook/goals/{goal.id}?lang=en"))
        assert [words in page for words in told.values()] == [name == kind for name in told], goal.id
    assert seen >= {"stops", "asks"}


def test_former_ids_and_numbers_lead_to_the_rule_of_today(open_page: Open) -> None:
    for old in (*BOOK.aliases, *BOOK.renumbered, "CSL-47.1"):
        answer = open_page(f"/console/rulebook/{old}")
        rule = BOOK[old]
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{Shelf.rule_path(rule)}?from={quote(old, safe='')}"
        assert old in body(open_page(answer.headers["location"]))
    page = body(open_page("/console/rulebook/CSL-49?from=CSL-47"))
    assert "CSL-47 stood until 2025-12-31" in page


def test_a_foreign_former_id_is_not_believed(open_page: Open) -> None:
    page = body(open_page("/console/rulebook/CSL-49?from=%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "alert(1)" not in page
    assert "former id" not in body(open_page("/console/rulebook/CSL-49?from=PSA-82"))


def test_an_unverified_rule_says_that_it_never_stops(open_page: Open) -> None:
    page = body(open_page("/console/rulebook/SEC-D1"))
    assert "may flag, never stop" in page
    assert "Why it cannot stop anything" in page
    assert "from a summary only" in page


def test_what_a_rule_may_justify_is_told_with_the_other_key(open_page: Open) -> None:
    page = body(open_page("/console/rulebook/PSA-82"))
    assert "with the other key" in page
    assert 'href="/console/rulebook/CSL-49"' in page
    assert "it is both keys" in body(open_page("/console/rulebook/FRA-14"))
    assert "Judged for 2027-01-01" in body(open_page("/console/rulebook/TML-72"))


def test_a_type_page_shows_the_law_of_the_day_that_is_asked_for(open_page: Open) -> None:
    today = body(open_page("/console/rulebook/types/12?on=2026-11-22"))
    later = body(open_page("/console/rulebook/types/12?on=2027-01-01"))
    assert [name in today for name in ("TML-57", "TML-72")] == [True, False]
    assert [name in later for name in ("TML-57", "TML-72")] == [False, True]
    assert open_page("/console/rulebook/types/9?on=yesterday").status_code == 200


def test_the_examples_of_a_goal_are_checked_when_asked(open_page: Open) -> None:
    page = body(open_page("/console/rulebook/goals/gambling.promotion?check=1"))
    assert "All are as they should be" in page
    assert page.count("as it should be") >= 8
    fragment = body(open_page("/console/rulebook/goals/gambling.promotion?check=1", htmx=True))
    assert "<html" not in fragment
    assert "µs" in fragment


def test_sensitive_words_are_folded(open_page: Open) -> None:
    page = body(open_page("/console/rulebook/goals/sexual.explicit"))
    assert page.count('<details class="sensitive">') == 2
    assert '<details class="sensitive"' not in body(open_page("/console/rulebook/goals/gambling.promotion"))


def test_conditions_narrow_a_list_and_stand_in_its_address(open_page: Open) -> None:
    page = body(open_page("/console/rulebook?type=9&rank=law"))
    ids = set(re.findall(r'<a data-open class="citation" href="/console/rulebook/([^"]+)"', page))
    assert ids == {rule.id for rule in BOOK.rules.values() if 9 in rule.problem_types and rule.status == "law"}
    assert 'href="/console/rulebook?type=9"' in page.replace("&amp;", "&")


@pytest.mark.parametrize(
    "query",
    [
        "type=99",
        "type=²",
        "rank=king",
        "page=0",
        "page=99999",
        "page=-1",
        "on=2026-13-45",
        "q=%00",
        "text=NOPE",
        "key=%3Cb%3E",
        "type=9&type=10",
        "type=009" + "9" * 4_400,
        "page=" + "1" * 4_400,
    ],
)
def test_senseless_conditions_do_no_harm(open_page: Open, query: str) -> None:
    assert open_page(f"/console/rulebook?{query}").status_code == 200


@pytest.mark.parametrize(
    "path", ["types/0", "types/14", "types/x", "types/１", "texts/NOPE", "goals/nope", "..%2f", "<b>x</b>", "a" * 3000]
)
def test_what_is_not_there_is_a_404_that_offers_what_is_near(open_page: Open, path: str) -> None:
    answer = open_page(f"/console/rulebook/{path}")
    assert answer.status_code == 404
    assert "<b>x</b>" not in body(answer)


def test_the_files_of_a_hostile_operator_stay_text(tmp_path: Path, hostile_folder: Path, tools: ModuleType, runner: asyncio.Runner) -> None:
    with Service.open(load_settings(home=tmp_path / "home", goals_dir=hostile_folder)) as service:
        open_page = tools.opener(service, runner)
        own = next(goal for goal in service.pipeline.engine.book if goal.id.startswith("own."))
        pages = [
            Shelf.goal_path(own),
            f"{Shelf.goal_path(own)}?check=1",
            "/console/rulebook/goals",
            "/console/rulebook/PSA-82",
            "/console/rulebook/types/9",
            "/console/rulebook?q=own",
        ]
        for path in pages:
            for lang in LANGS:
                # The address is decoded by the router before a room sees it.
                answer = open_page(path.replace(quote(own.id, safe=""), own.id), lang)
                html = body(answer)
                assert answer.status_code == 200, path
                assert "alert(1)" in html, path
                assert "<script>alert" not in html
                assert "<img src=x" not in html
                tags = tools.words_of(html, lang).tags
                assert all(not name.startswith("on") for _, attributes in tags for name in attributes)
                assert all(str(attributes.get("href", "/")).startswith(("/", "#", "mailto:")) for tag, attributes in tags if tag == "a")
        assert "Your own" in body(open_page("/console/rulebook/goals"))


def test_how_often_a_rule_and_a_goal_fired_is_counted_and_leads_to_the_decisions(
    tmp_path: Path, tools: ModuleType, runner: asyncio.Runner
) -> None:
    with Service.open(load_settings(home=tmp_path / "home")) as service:
        pipeline = service.pipeline
        item = Item(ItemKind.TEXT, (Part("text", Side.POST, "百家乐真人荷官在线，注册送88彩金，提款秒到账"),))
        service.record_now([pipeline.decide_item(item, pipeline.context(Door.API)) for _ in range(3)])
        while service.store.tallies.advance():
            pass
        open_page = tools.opener(service, runner)
        page = body(open_page("/console/rulebook/PSA-82"))
        assert page.count('<dd class="figure">3</dd>') == 4
        assert 'href="/console/decisions?rule=PSA-82"' in page
        assert '<svg class="spark' in page
        goal = body(open_page("/console/rulebook/goals/gambling.promotion"))
        assert goal.count('<dd class="figure">3</dd>') == 4
        assert 'href="/console/decisions?goal=gambling.promotion"' in goal
        assert body(open_page("/console/rulebook/SEC-D1")).count('<dd class="figure">0</dd>') == 4
        assert 'href="/console/decisions?rule=PSA-82">3</a>' in body(open_page("/console/rulebook?q=82"))


def test_without_a_database_the_law_can_still_be_read(tmp_path: Path, tools: ModuleType, runner: asyncio.Runner) -> None:
    with Service.open(load_settings(home=tmp_path / "home")) as service:
        open_page = tools.opener(service, runner)
        with sqlite3.connect(tmp_path / "home" / "brightline.db") as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'tall%'")]
            for name in tables:
                database.execute(f"ALTER TABLE {name} RENAME TO lost_{name}")
        assert tables
        page = body(open_page("/console/rulebook/PSA-82"))
        assert "The numbers cannot be read at the moment." in page
        assert "No providing of conditions for gambling" in page


def test_the_notes_of_the_data_are_in_the_catalogue() -> None:
    said = {rule.note for rule in BOOK.rules.values()} | {rule.threshold for rule in BOOK.rules.values()}
    for basis in BOOK.bases.values():
        said |= {basis.note} | {ground.note for ground in basis.grounds}
    with_words = {text for text in said if re.search(r"[a-z]{3,}", text)}
    assert with_words - set(REMARKS) == {"Type = TC260PG"}, "add new notes to remarks.py and translate them"
    assert set(REMARKS) <= with_words
