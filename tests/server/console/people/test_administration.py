"""The users page: making users, and taking things from them, asked about first and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

import pytest
from browsing import PASSWORD, Browser

from brightline.store import AuditEvent, User

if TYPE_CHECKING:
    from tests.server.console.conftest import Console

Person = Callable[..., User]
NewBrowser = Callable[..., Browser]
Events = Callable[..., list[AuditEvent]]


@pytest.fixture
def admin(person: Person, browser: NewBrowser) -> Browser:
    tab = browser()
    tab.sign_in(person("admin").name)
    return tab


def test_a_new_user_gets_a_one_time_password_that_is_shown_once(admin: Browser, browser: NewBrowser, events: Events) -> None:
    admin.get("/console/users/new")
    answer = admin.send("/console/users", name="new.colleague", display_name="新同事", role="reviewer")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    password = re.search(r'id="one-time">([^<]+)<', admin.page)[1]
    assert len(password) == 23
    assert password not in admin.get("/console/users").text
    tab = browser()
    assert tab.sign_in("New.Colleague", password).headers["location"] == "/console/account/password"
    made = events(kind="user.created", limit=1)[0]
    assert made.detail == {"role": "reviewer", "way": "password"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "role": "lead"}, "1 to 64"),
        ({"name": "fine", "role": "owner"}, "Choose a role"),
        ({"name": "fine", "role": ""}, "Choose a role"),
        ({"name": "fine", "role": "lead", "display_name": "x" * 81}, "At most 80"),
        ({"name": "<b>", "role": "lead"}, "1 to 64"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(admin: Browser, fields: dict[str, str], words: str) -> None:
    admin.get("/console/users/new")
    assert admin.send("/console/users", **fields).status_code == 422
    assert words in admin.text()
    assert unescape(re.search(r'id="name" name="name" value="([^"]*)"', admin.page)[1]) == fields["name"]


def test_a_name_is_given_once(admin: Browser, person: Person) -> None:
    user = person()
    admin.get("/console/users/new")
    assert admin.send("/console/users", name=user.name.upper(), role="lead").status_code == 422
    assert "already is a user" in admin.text()


def steps_of(user: User, admin: Browser, step: str) -> None:
    """Ask, and then do, as somebody without scripts would."""
    asked = admin.get(f"/console/users/{user.id}/ask/{step}")
    assert asked.status_code == 200
    target = re.search(
        r'<form method="post" action="(/console/users/[^"]+)"', admin.page.partition("<main")[2].partition('class="page"')[2]
    )[1]
    hidden = dict(re.findall(r'type="hidden" name="(role)" value="([^"]*)"', admin.page))
    assert admin.send(target, **hidden).status_code in (200, 303)


def test_disabling_ends_sessions_and_can_be_undone(admin: Browser, person: Person, browser: NewBrowser, events: Events) -> None:
    user, tab = person(), browser()
    tab.sign_in(user.name)
    steps_of(user, admin, "disable")
    assert not tab.is_in()
    assert browser().sign_in(user.name).status_code == 403
    admin.get(f"/console/users/{user.id}")
    admin.send(f"/console/users/{user.id}/enable")
    assert browser().sign_in(user.name).status_code == 303
    kinds = [event.kind for event in events(subject=user.id)]
    assert {"user.disabled", "user.changed", "session.closed", "session.refused"} <= set(kinds)


def test_a_role_is_changed_after_it_was_asked_about(console: Console, admin: Browser, person: Person, browser: NewBrowser) -> None:
    user, tab = person(), browser()
    tab.sign_in(user.name)
    steps_of(user, admin, "role?role=auditor")
    assert console.site.service.store.users.get(user.id).role == "auditor"
    assert not tab.is_in()
    tab.sign_in(user.name)
    assert tab.get("/console/users").status_code == 200


def test_a_reset_password_is_a_one_time_one(admin: Browser, person: Person, browser: NewBrowser) -> None:
    user, tab = person(), browser()
    tab.sign_in(user.name)
    steps_of(user, admin, "password")
    password = re.search(r'id="one-time">([^<]+)<', admin.page)[1]
    assert not tab.is_in()
    assert browser().sign_in(user.name, PASSWORD).status_code == 403
    assert browser().sign_in(user.name, password).headers["location"] == "/console/account/password"


def test_a_lost_second_factor_can_be_turned_off(console: Console, admin: Browser, person: Person, browser: NewBrowser) -> None:
    user, users = person(), console.site.service.store.users
    users.begin_totp(user.id, b"sealed")
    users.confirm_totp(user.id, 1, ["a"], by=user.id)
    assert browser().sign_in(user.name).headers["location"].startswith("/console/sign-in/code")
    steps_of(user, admin, "second-factor")
    assert browser().sign_in(user.name).headers["location"] == "/console"


def test_everybodys_sessions_can_be_seen_and_ended(console: Console, admin: Browser, person: Person, browser: NewBrowser) -> None:
    user, tab, other = person(), browser(), browser()
    tab.sign_in(user.name)
    other.sign_in(user.name)
    session = console.site.service.store.sessions.list(user.id)[0]
    admin.get("/console/users/sessions")
    assert user.name in admin.page
    admin.send(f"/console/users/sessions/{session.id}/end")
    assert [tab.is_in(), other.is_in()].count(True) == 1
    steps_of(user, admin, "sessions")
    assert not tab.is_in()
    assert not other.is_in()


@pytest.mark.parametrize("step", ["disable", "role", "password", "second-factor", "sessions"])
def test_nobody_does_these_things_to_themselves(console: Console, admin: Browser, step: str) -> None:
    _, me = console.site.service.store.sessions.find(admin.secret)
    assert admin.get(f"/console/users/{me.id}/ask/{step}?role=lead").status_code == 400
    admin.get(f"/console/users/{me.id}")
    assert admin.send(f"/console/users/{me.id}/{step}", role="lead").status_code == 400
    assert admin.is_in()


def test_the_last_admin_stays(console: Console, hashed: str) -> None:
    users = console.site.service.store.users
    admins = [user for user in users.list() if user.role == "admin" and user.disabled_at is None]
    for other in admins[1:]:
        users.disable(other.id, by="test")
    try:
        last = admins[0] if admins else users.create("the-only-one", role="admin", by="test", password_hash=hashed)
        acting = console.sign_in(last)
        other = users.create("second-admin", role="admin", by="test", password_hash=hashed, must_change=False)
        assert acting.post(f"/console/users/{other.id}/disable").status_code == 303
        acting = console.sign_in(users.enable(other.id, by="test"))
        assert acting.post(f"/console/users/{last.id}/role", {"role": "lead"}).status_code == 303
        assert users.get(last.id).role == "lead"
        users.set_role(last.id, "admin", by="test")
        users.disable(other.id, by="test")
        with pytest.raises(Exception, match="BL-INPUT-715"):
            users.disable(last.id, by="test")
    finally:
        for other in admins:
            users.enable(other.id, by="test")


def test_an_auditor_reads_and_changes_nothing(console: Console, person: Person) -> None:
    user, auditor = person(), console.as_("auditor")
    for path in ("/console/users", f"/console/users/{user.id}", "/console/users/sessions"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert f'action="/console/users/{user.id}' not in page.text
        assert "/console/users/new" not in page.text
        assert "/console/users/sessions/" not in page.text
    for path in (f"/console/users/{user.id}/disable", f"/console/users/{user.id}/role", "/console/users"):
        assert auditor.post(path, {"role": "admin", "name": "x"}).status_code == 403


@pytest.mark.parametrize("role", ["lead", "reviewer", "rule_author"])
def test_others_do_not_see_the_users(console: Console, role: str) -> None:
    assert console.as_(role).get("/console/users").status_code == 403


def test_an_unknown_user_session_or_step_is_said_to_be_unknown(console: Console, person: Person) -> None:
    admin, nowhere = console.as_("admin"), "01940000-0000-7000-8000-000000000000"
    assert admin.get(f"/console/users/{nowhere}").status_code == 404
    assert admin.post(f"/console/users/{nowhere}/disable").status_code == 404
    assert admin.post(f"/console/users/sessions/{nowhere}/end").status_code == 404
    assert admin.get(f"/console/users/{person().id}/ask/everything").status_code == 404
    assert admin.get(f"/console/users/{person().id}/ask/role?role=owner").status_code == 404


def test_a_user_of_another_tenant_is_unknown(console: Console) -> None:
    other = console.site.service.store.users.create("elsewhere", role="lead", by="test", tenant="another", password_hash="x")
    assert console.as_("admin").get(f"/console/users/{other.id}").status_code == 404
    assert console.as_("admin").post(f"/console/users/{other.id}/disable").status_code == 404
    assert "elsewhere" not in console.as_("admin").get("/console/users").text


def test_every_word_is_chinese_on_a_chinese_page(console: Console, person: Person) -> None:
    user, admin = person(), console.as_("admin", "zh")
    console.site.service.store.users.set_role(user.id, "lead", by=console.as_("admin").user.id)
    paths = ["/console/users", "/console/users/new", f"/console/users/{user.id}", "/console/users/sessions", "/console/account"]
    paths += [f"/console/users/{user.id}/ask/{step}" for step in ("disable", "role?role=lead", "password", "second-factor", "sessions")]
    names = {name for other in console.site.service.store.users.list() for name in (other.name, other.display_name)}
    for path in paths:
        body = re.sub(r"<[^>]+>", " ", unescape(admin.get(path).text.partition('class="page"')[2].partition("</main>")[0]))
        for name in sorted(names, key=len, reverse=True):
            body = body.replace(name, " ")
        words = set(re.findall(r"[A-Za-z]{3,}", body))
        assert words <= {"test", "http", "UTC"}, path
