"""The palette finds what this user may see, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import uuid_utils

from brightline.model import Decision
from brightline.server.console.frame.finding import MOST_CHARS
from tests.server.console.conftest import Console, Person


def options(person: Person, question: str) -> list[str]:
    """The addresses that the palette offers for a question."""
    answer = person.get("/console/palette", htmx=True, q=question)
    assert answer.status_code == 200
    return re.findall(r'role="option"[^>]* href="([^"]+)"', answer.text)


def test_without_a_question_it_offers_the_pages_of_the_role(console: Console) -> None:
    assert "/console/users" in options(console.as_("admin"), "")
    reviewer = options(console.as_("reviewer"), "")
    assert "/console/decisions" in reviewer
    assert "/console/preferences" in reviewer
    assert "/console/users" not in reviewer
    assert "/console/keys" not in reviewer


@pytest.mark.parametrize("role", ["admin", "lead", "reviewer", "rule_author", "auditor"])
def test_rail_and_palette_know_the_same_rooms(console: Console, role: str) -> None:
    person = console.as_(role)
    rail = re.search(r'<nav class="rooms".*?</nav>', person.get("/console/preferences").text, re.DOTALL)
    assert rail is not None
    personal = {"/console/account", "/console/preferences"}
    assert set(re.findall(r'href="([^"]+)"', rail[0])) == {path for path in options(person, "") if "?" not in path} - personal


@pytest.mark.parametrize("role", ["admin", "lead", "reviewer", "rule_author", "auditor"])
def test_whatever_it_offers_can_be_opened(console: Console, sample_decisions: list[Decision], role: str) -> None:
    person = console.as_(role)
    wanted = {path for question in ("", "gambling", sample_decisions[0].id) for path in options(person, question)}
    for path in sorted(wanted):
        assert person.get(path.replace("&amp;", "&")).status_code != 403, path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_found_by_their_name_in_either_language(console: Console, lang: str) -> None:
    person = console.as_("lead", lang)
    assert "/console/decisions" in options(person, "decis")
    assert options(person, "条文") == ["/console/rulebook", *[path for path in options(person, "条文") if path != "/console/rulebook"]]
    assert "/console/health" in options(person, "doctor")


def test_a_decision_is_found_by_its_id_its_token_and_its_address(console: Console, sample_decisions: list[Decision]) -> None:
    refused = sample_decisions[0]
    person = console.as_("auditor")
    wanted = f"/console/decisions/{refused.id}"
    for question in (
        refused.id,
        refused.id.upper(),
        f"  see {refused.id}, please",
        refused.token,
        f"https://ai.example/d/{refused.token}",
        f"/d/{refused.token}/proof.json",
        f"http://127.0.0.1:1/console/decisions/{refused.id}?lang=zh",
    ):
        assert options(person, question)[0] == wanted, question


def test_a_decision_of_another_tenant_is_not_found(console: Console) -> None:
    token = "another-tenant-s-token"
    theirs = replace(console.decide(), id=str(uuid_utils.uuid7()), token=token, tenant="elsewhere")
    console.site.record(theirs)
    for question in (theirs.id, token, f"{console.site.url}/d/{token}"):
        assert f"/console/decisions/{theirs.id}" not in options(console.as_("lead"), question)


def test_rules_and_goals_are_found_by_id_and_by_words(console: Console) -> None:
    person = console.as_("rule_author", "zh")
    rule = next(iter(console.site.service.pipeline.rulebook.rules.values()))
    assert f"/console/rulebook/{rule.id}" in options(person, rule.id)
    assert f"/console/rulebook/{rule.id}" in options(person, rule.id.lower())
    goal = next(iter(console.site.service.pipeline.engine.book))
    assert f"/console/rulebook/goals/{goal.id}" in options(person, goal.id)
    assert f"/console/rulebook/goals/{goal.id}" in options(person, goal.title_zh)


def test_saved_views_are_found_by_those_who_may_see_them(console: Console) -> None:
    mine, other = console.as_("reviewer"), console.as_("lead")
    assert mine.user is not None
    console.site.service.store.views.save(mine.user.id, "Refusals of today", "outcome=refuse&last=24h")
    assert "/console/decisions?outcome=refuse&amp;last=24h" in options(mine, "refusals")
    assert "/console/decisions?outcome=refuse&amp;last=24h" not in options(other, "refusals")


def test_nothing_found_says_what_to_try(console: Console) -> None:
    answer = console.as_("admin", "zh").get("/console/palette", htmx=True, q="没有这种东西的名字")
    assert "没有找到叫这个名字的内容" in answer.text
    assert "role=" not in answer.text


def test_without_scripts_it_is_a_page_with_a_form(console: Console) -> None:
    answer = console.as_("lead").get("/console/palette", q="gambling")
    assert answer.status_code == 200
    assert "<h1>Search or go to</h1>" in answer.text
    assert re.search(r'<form method="get" action="/console/palette"[^>]*role="search"', answer.text)
    assert 'value="gambling"' in answer.text


@pytest.mark.parametrize("question", ['"><script>alert(1)</script>', "%00\x00", "x" * 100_000, "' OR 1=1 --", "\u202e../../etc"])
def test_odd_questions_do_no_harm(console: Console, question: str) -> None:
    answer = console.as_("lead").get("/console/palette", q=question[:60_000])
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert 'value="' + "x" * (MOST_CHARS + 1) not in answer.text


def test_nobody_finds_anything_without_a_session(console: Console) -> None:
    assert console.nobody().get("/console/palette", q="gambling").status_code == 303
    assert console.nobody().get("/console/palette", htmx=True, q="gambling").status_code == 401
