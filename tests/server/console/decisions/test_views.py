"""Saved views: kept, shared, renamed, deleted and brought back; and nobody touches those of others."""

from __future__ import annotations

import re

import pytest

from brightline.store import SavedView
from tests.server.console.conftest import Person
from tests.server.console.decisions.conftest import HOSTILE, Filled, sheet

HOME = "/console/decisions"
VIEWS = f"{HOME}/views"


def views_of(person: Person) -> list[SavedView]:
    assert person.user is not None
    views: list[SavedView] = person.site.service.store.views.visible_to(person.user.id)
    return views


def save(person: Person, name: str = "Gambling", query: str = "type=9&outcome=refuse", **more: str) -> SavedView:
    answer = person.post(VIEWS, {"name": name, "query": query} | more)
    assert answer.status_code == 303, answer.text
    return next(view for view in views_of(person) if view.name == " ".join(name.split()))


def test_conditions_are_kept_under_a_name_and_stand_above_the_list(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    answer = lead.post(VIEWS, {"name": "  My   gambling ", "query": "outcome=block,refuse&type=09&model="})
    assert answer.headers["location"] == f"{HOME}?type=9&outcome=refuse,block"
    (view,) = views_of(lead)
    assert (view.name, view.query, view.shared) == ("My gambling", "type=9&outcome=refuse,block", False)
    page = sheet(lead.get(f"{HOME}?type=9&outcome=refuse,block"))
    assert page.link(href=f"{HOME}?type=9&outcome=refuse,block", aria_current="page")
    assert "My gambling" in page.text
    (event,) = lead.site.service.store.audit.events(kind="view.saved", subject=view.id)
    assert event.detail == {"shared": False}


def test_the_same_name_again_replaces(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    save(lead)
    save(lead, query="type=13", shared="yes")
    (view,) = views_of(lead)
    assert (view.query, view.shared) == ("type=13", True)


def test_only_shared_views_are_seen_by_others(growing: Filled) -> None:
    lead, auditor = growing.console.as_("lead"), growing.console.as_("auditor")
    save(lead, "Private one")
    shared = save(lead, "For all", shared="yes")
    assert [view.name for view in views_of(auditor)] == ["For all"]
    text = sheet(auditor.get(VIEWS)).text
    assert "For all" in text
    assert "shared by the-lead" in text
    assert "Private one" not in text
    assert "Private one" not in auditor.get(HOME).text
    assert f"/views/{shared.id}/delete" not in auditor.get(VIEWS).text


@pytest.mark.parametrize("shared", ["", "yes"])
def test_nobody_renames_or_deletes_the_view_of_somebody_else(growing: Filled, shared: str) -> None:
    lead, auditor = growing.console.as_("lead"), growing.console.as_("auditor")
    view = save(lead, shared=shared)
    for act in ("rename", "delete"):
        answer = auditor.post(f"{VIEWS}/{view.id}/{act}", {"name": "Mine now"})
        assert answer.status_code == 404
        nothing = auditor.post(f"{VIEWS}/019aaaaa-0000-7000-8000-000000000000/{act}", {"name": "Mine now"})
        assert re.sub("[0-9a-f-]{36}", "", answer.text) == re.sub("[0-9a-f-]{36}", "", nothing.text), "as if it did not exist"
    assert views_of(lead) == [view]


def test_a_view_is_renamed_and_shared(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    view = save(lead)
    assert lead.post(f"{VIEWS}/{view.id}/rename", {"name": "Betting", "shared": "yes"}).status_code == 303
    (after,) = views_of(lead)
    assert (after.name, after.query, after.shared) == ("Betting", view.query, True)


def test_a_rename_never_replaces_another_view(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    first, second = save(lead, "One", "type=1"), save(lead, "Two", "type=2")
    answer = lead.post(f"{VIEWS}/{second.id}/rename", {"name": "One"})
    assert answer.status_code == 400
    assert "You have a view of that name already." in sheet(answer).text
    assert views_of(lead) == [first, second]


def test_a_deleted_view_comes_back_with_one_click(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    view = save(lead, "100% “mine”", shared="yes")
    answer = lead.post(f"{VIEWS}/{view.id}/delete")
    assert views_of(lead) == []
    page = sheet(lead.get(answer.headers["location"]))
    undo = page.field("undo")
    assert undo
    assert lead.post(VIEWS, {"undo": undo}).status_code == 303
    (back,) = views_of(lead)
    assert (back.name, back.query, back.shared) == (view.name, view.query, True)


def test_nobody_elses_undo_is_taken(growing: Filled) -> None:
    lead, auditor = growing.console.as_("lead"), growing.console.as_("auditor")
    view = save(lead)
    undo = lead.post(f"{VIEWS}/{view.id}/delete").headers["location"].partition("undo=")[2]
    assert sheet(auditor.get(f"{VIEWS}?undo={undo}")).field("undo") is None
    assert auditor.post(VIEWS, {"undo": undo}).status_code == 400
    forged = undo[:-4] + "0000"
    assert lead.post(VIEWS, {"undo": forged}).status_code == 400
    for odd in ("x", ".", "x.y", "é.é"):
        assert lead.post(VIEWS, {"undo": odd}).status_code == 400
        assert lead.get(f"{VIEWS}?undo={odd}").status_code == 200
    assert views_of(lead) == views_of(auditor) == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "query": "type=9"}, "A view needs a name."),
        ({"name": "x" * 81, "query": "type=9"}, "A name has at most 80 printable characters."),
        ({"name": "a\x00b", "query": "type=9"}, "A name has at most 80 printable characters."),
        ({"name": "fine", "query": "type=99"}, "These conditions cannot be saved: correct them first."),
        ({"name": "fine", "query": "nonsense=1"}, "These conditions cannot be saved: correct them first."),
    ],
)
def test_what_cannot_be_saved_is_told_and_not_saved(growing: Filled, form: dict[str, str], said: str) -> None:
    lead = growing.console.as_("lead")
    answer = lead.post(VIEWS, form)
    assert answer.status_code == 400
    assert said in sheet(answer).text
    assert views_of(lead) == []


def test_there_is_an_end_to_views(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    assert lead.user is not None
    for number in range(100):
        lead.site.service.store.views.save(lead.user.id, f"view {number}", "type=9")
    answer = lead.post(VIEWS, {"name": "one more", "query": "type=9"})
    assert answer.status_code == 400
    assert "too many saved views" in sheet(answer).text


def test_no_name_becomes_markup(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    for number, name in enumerate(HOSTILE):
        if name.isprintable():
            save(lead, name, f"text=x{number}", shared="yes")
    for person in (lead, growing.console.as_("auditor", "zh")):
        for path in (HOME, VIEWS):
            page = sheet(person.get(path))
            assert [attributes for tag, attributes in page.tags if tag == "script" and not attributes.get("src")] == []
            assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
            assert page.links("javascript") == []


def test_a_saved_view_with_a_rule_of_yesterday_is_still_shown(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    assert lead.user is not None
    lead.site.service.store.views.save(lead.user.id, "Old", "rule=GONE-1&last=7d")
    assert "GONE-1" in sheet(lead.get(VIEWS)).text
    assert lead.get(f"{HOME}?rule=GONE-1&last=7d").status_code == 400
