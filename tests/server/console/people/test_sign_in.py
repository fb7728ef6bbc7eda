"""Signing in with a name and a password: the session it begins, where it leads, and what nobody gets by it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from browsing import PASSWORD, Browser
from sqlalchemy import update

from brightline.server.console.desk import SESSION_COOKIE
from brightline.server.console.people.arrival import next_path
from brightline.server.console.people.passwords import Passwords
from brightline.store import AuditEvent, User
from brightline.store.clock import now_us
from brightline.store.tables import sessions

if TYPE_CHECKING:
    from tests.server.console.conftest import Console


Person = Callable[..., User]
NewBrowser = Callable[..., Browser]
Events = Callable[..., list[AuditEvent]]


def test_name_and_password_lead_where_one_wanted_to_go(person: Person, browser: NewBrowser, events: Events) -> None:
    user, tab = person("lead"), browser()
    turned_away = tab.get("/console/decisions?outcome=block")
    assert turned_away.status_code == 303
    tab.get(turned_away.headers["location"])
    wanted = re.search(r'name="next" value="([^"]+)"', tab.page)[1]
    answer = tab.sign_in(user.name.upper(), next=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/decisions?outcome=block")
    assert tab.is_in()
    opened = events(kind="session.opened", actor=user.id)[0]
    assert opened.detail["way"] == "password"


def test_the_cookie_is_as_strict_as_a_cookie_can_be(person: Person, browser: NewBrowser) -> None:
    tab = browser()
    tab.sign_in(person().name)
    line = next(line for line in tab.set_cookies if line.startswith(f"{SESSION_COOKIE}="))
    assert {piece.strip().lower() for piece in line.split(";")[1:]} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert len(tab.secret) == 43  # 256 bits


def test_every_refusal_reads_the_same_and_costs_the_same(
    console: Console, person: Person, browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str | None] = []
    fits = Passwords._fits

    def counted(self: Passwords, password: str, stored: str | None) -> bool:
        checks.append(stored)
        return fits(self, password, stored)

    monkeypatch.setattr(Passwords, "_fits", counted)
    store = console.site.service.store
    disabled = person()
    store.users.disable(disabled.id, by="test")
    from_provider = store.users.create("from-provider", role="lead", by="test", oidc=("https://id.example", "1"))
    answers = []
    for name, password in (
        (person().name, "wrong password"),
        ("nobody-here", PASSWORD),
        (disabled.name, PASSWORD),
        (from_provider.name, PASSWORD),
        ("not a name \x00 <b>", PASSWORD),
        ("", ""),
    ):
        tab = browser()
        answer = tab.sign_in(name, password)
        assert answer.status_code == 403
        assert not tab.secret
        field = re.sub(r'(id="name" name="name" value=")[^"]*"', r"\1", answer.text)
        answers.append(re.sub(r'( autofocus="")', "", field))
    assert len(set(answers)) == 1
    assert len(checks) == 6  # one check each, also where there is nothing to check against


def test_a_refusal_is_on_record_without_what_was_typed(console: Console, person: Person, browser: NewBrowser, events: Events) -> None:
    user = person()
    browser().sign_in(user.name, "hunter2 hunter2 hunter2")
    browser().sign_in("mistyped-secret-as-name", "x")
    unknown, known = events(kind="session.refused", limit=2)
    assert (known.subject, known.detail) == (user.id, {"reason": "password"})
    assert (unknown.subject, unknown.detail) == ("", {"reason": "name"})
    assert console.site.service.store.users.refusals(user) == 1
    assert console.site.service.store.users.get(user.id).failed_logins == 0  # that is for codes, after the password


def test_events_of_people_are_in_the_ledger(console: Console, person: Person, browser: NewBrowser, events: Events) -> None:
    user = person()
    browser().sign_in(user.name)
    console.site.service.sequencer.drain()
    event = events(kind="session.opened", actor=user.id)[0]
    assert event.seq is not None
    assert console.site.service.store.audit.verify(event.id)
    assert event.id in console.site.service.sequencer.evidence(event.id).entry.decode()


def test_a_session_cannot_be_fixed_beforehand(console: Console, person: Person, browser: NewBrowser) -> None:
    tab = browser()
    tab.cookies[SESSION_COOKIE] = planted = "A" * 43
    tab.sign_in(person().name)
    assert tab.secret != planted
    assert console.site.service.store.sessions.find(planted) is None


def test_signing_in_anew_ends_the_session_that_the_browser_had(console: Console, person: Person, browser: NewBrowser) -> None:
    first, second, tab = person(), person(), browser()
    for user in (first, first, second):
        before = tab.secret
        tab.get("/console/account")
        tab.sign_in(user.name)
        assert tab.secret != before
        if before:
            session, _ = console.site.service.store.sessions.find(before)
            assert session.revoked_at is not None
    assert tab.is_in()


def test_a_stolen_cookie_is_worthless_after_signing_out(person: Person, browser: NewBrowser, events: Events) -> None:
    user, tab, thief = person(), browser(), browser()
    tab.sign_in(user.name)
    thief.cookies[SESSION_COOKIE] = tab.secret
    assert thief.is_in()
    tab.get("/console/account")
    answer = tab.send("/console/sign-out")
    assert answer.headers["location"] == "/console/sign-in"
    assert not tab.secret
    assert not thief.is_in()
    assert events(kind="session.closed", actor=user.id)
    assert "You are signed out." in (tab.get("/console/sign-in"), tab.text())[1]


@pytest.mark.parametrize("change", ["disable", "role", "password", "revoked"])
def test_what_changes_a_user_ends_their_sessions(console: Console, person: Person, browser: NewBrowser, hashed: str, change: str) -> None:
    user, tab, users = person(), browser(), console.site.service.store.users
    tab.sign_in(user.name)
    assert tab.is_in()
    match change:
        case "disable":
            users.disable(user.id, by="test")
        case "role":
            users.set_role(user.id, "auditor", by="test")
        case "password":
            users.set_password(user.id, hashed, must_change=False, by="test")
        case "revoked":
            console.site.service.store.sessions.revoke_of(user.id, by="test")
    assert not tab.is_in()


@pytest.mark.parametrize(
    ("column", "moved_s", "still_in"),
    [
        ("seen_at", 29 * 60, True),
        ("seen_at", 30 * 60 + 1, False),
        ("expires_at", 12 * 3600 - 60, True),
        ("expires_at", 12 * 3600 + 1, False),
    ],
)
def test_a_session_ends_when_idle_and_at_its_limit(
    console: Console, person: Person, browser: NewBrowser, column: str, moved_s: int, still_in: bool
) -> None:
    user, tab = person(), browser()
    tab.sign_in(user.name)
    store = console.site.service.store
    session = store.sessions.list(user.id)[0]
    assert session.expires_at - session.created_at == 12 * 3600 * 1_000_000
    with store.database.writing() as connection:  # so much later, told by moving the session instead of the clock
        moved = {column: getattr(session, column) - moved_s * 1_000_000}
        connection.execute(update(sessions).where(sessions.c.id == session.id).values(moved))
    assert tab.is_in() is still_in


def test_use_keeps_a_session_awake(console: Console, person: Person, browser: NewBrowser) -> None:
    user, tab = person(), browser()
    tab.sign_in(user.name)
    store = console.site.service.store
    session = store.sessions.list(user.id)[0]
    with store.database.writing() as connection:
        connection.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now_us() - 20 * 60 * 1_000_000))
    tab.is_in()
    assert now_us() - store.sessions.list(user.id)[0].seen_at < 60 * 1_000_000


OPEN_REDIRECTS = [
    "https://elsewhere.example/console",
    "//elsewhere.example/console",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/console\\..\\..\\elsewhere",
    "/console/../../elsewhere",
    "/console/%2e%2e/d/x",
    "/console/%5c%5celsewhere.example",
    "/console//elsewhere.example",
    "/console/%2F%2Felsewhere.example",
    "javascript:alert(1)",
    "/console\r\nSet-Cookie: a=b",
    "/console\tx",
    "/console%0d%0aX: y",
    "/console\u2028x",
    "/consoles",
    "/console.example",
    "/",
    "",
    "console",
    "/console@elsewhere.example",
    " /console/decisions",
    "/v1/chat/completions",
    "/console/sign-out",
    "/console/sign-in?next=//elsewhere",
    "/console#x",
    "/console?" + "a" * 3000,
    "http:/console",
    "/%09/elsewhere.example",
    "///console",
]


@pytest.mark.parametrize("wanted", OPEN_REDIRECTS)
def test_nobody_is_led_out_of_the_console(wanted: str) -> None:
    assert next_path(wanted) == "/console"


@pytest.mark.parametrize(
    "wanted", ["/console", "/console/decisions?outcome=block&text=%E8%B5%8C", "/console/decisions/0194", "/console?range=7d"]
)
def test_pages_of_the_console_are_led_to(wanted: str) -> None:
    assert next_path(wanted) == wanted


def test_the_form_itself_refuses_to_lead_out(person: Person, browser: NewBrowser) -> None:
    user = person()
    for wanted in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
        assert browser().sign_in(user.name, next=wanted).headers["location"] == "/console"
        tab = browser()
        tab.get(f"/console/sign-in?next={wanted}")
        assert "elsewhere" not in re.search(r'name="next" value="([^"]*)"', tab.page)[1]


def test_a_sign_in_from_another_site_is_refused(person: Person, browser: NewBrowser) -> None:
    user = person()
    for headers in ({"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "same-site"}):
        tab = browser()
        assert tab.sign_in(user.name, **headers).status_code == 403
        assert not tab.secret


@pytest.mark.parametrize("host", ["console.example:8080", "10.1.2.3:8080", "[2001:db8::1]:8080"])
def test_over_plain_http_from_elsewhere_nobody_is_asked_for_a_password(person: Person, browser: NewBrowser, host: str) -> None:
    tab = browser(Host=host)
    page = tab.get("/console/sign-in")
    assert page.status_code == 403
    assert 'type="password"' not in page.text
    assert "public_url" in tab.text()
    answer = tab.sign_in(person().name, Origin=f"http://{host}")
    assert answer.status_code == 403
    assert not tab.secret


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "127.8.8.8", "[::1]:8080"])
def test_on_the_machine_itself_plain_http_will_do(browser: NewBrowser, host: str) -> None:
    assert browser(Host=host).get("/console/sign-in").status_code == 200


def test_behind_a_proxy_that_speaks_https_one_can_sign_in(person: Person, browser: NewBrowser) -> None:
    tab = browser(**{"Host": "console.example", "X-Forwarded-Proto": "https"})
    assert tab.sign_in(person().name, Origin="https://console.example").status_code == 303


XSS = [
    '"><script>alert(1)</script>',
    "'\"--><img src=x onerror=alert(1)>",
    "</title><svg/onload=alert(1)>",
    "{{7*7}}",
    "${7*7}",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("hostile", XSS)
def test_hostile_names_and_browsers_stay_text(console: Console, person: Person, browser: NewBrowser, hostile: str) -> None:
    tab = browser()
    answer = tab.sign_in(hostile, "x", **{"User-Agent": hostile.encode("ascii", "ignore").decode()})
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text.replace('<img src="/static', "")
    user = person()
    shown = hostile.replace("\u202e", "")
    console.site.service.store.users.set_display_name(user.id, shown, by="test")
    tab.sign_in(user.name, **{"User-Agent": shown})
    admin = console.as_("admin")
    for path in ("/console/users", f"/console/users/{user.id}", "/console/users/sessions"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "onerror=alert(1)>" not in page.replace("&gt;", "")
        assert "49" not in re.findall(r"title=\"([^\"]*)\"", page)
    for page in (tab.get("/console/account").text,):
        assert "<script>alert" not in page


def test_names_that_could_deceive_or_break_are_not_names(console: Console) -> None:
    admin = console.as_("admin")
    for name in ("a b", "<b>", "../x", "a\u202eb", "a\x00b", "-a", "a" * 65, "", "a\nb", "a/b"):
        assert admin.post("/console/users", {"name": name, "role": "lead"}).status_code == 422, name


def test_a_password_may_be_any_text(console: Console, browser: NewBrowser) -> None:
    password = "ｆｕｌｌ width 密码 und \U0001f600 \x07"
    users = console.site.service.store.users
    users.create("many-signs", role="lead", by="test", password_hash=Passwords().hash_now(password), must_change=False)
    assert browser().sign_in("many-signs", "full width 密码 und \U0001f600 \x07").status_code == 303  # one normal form


def test_a_session_in_its_second_factor_is_good_for_nothing_else(console: Console, person: Person, browser: NewBrowser) -> None:
    user, tab = person("admin"), browser()
    _, secret = console.site.service.store.sessions.open(user.id, stage="second_factor", lifetime_s=600, address="", agent="")
    tab.cookies[SESSION_COOKIE] = secret
    for path in ("/console", "/console/account", "/console/account/password", "/console/users"):
        assert tab.get(path).headers["location"] == "/console/sign-in/code"


def test_signing_in_while_signed_in_leads_on(person: Person, browser: NewBrowser) -> None:
    tab = browser()
    tab.sign_in(person().name)
    assert tab.get("/console/sign-in?next=/console/health").headers["location"] == "/console/health"


def test_old_parameters_of_the_hash_are_renewed_at_the_next_sign_in(console: Console, browser: NewBrowser) -> None:
    from argon2 import PasswordHasher

    store = console.site.service.store
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    user = store.users.create("long-here", role="lead", by="test", password_hash=weak, must_change=False)
    assert browser().sign_in(user.name).status_code == 303
    stored = store.users.secrets(user.id).password_hash
    assert stored != weak
    assert "m=65536,t=3,p=4" in stored
    assert browser().sign_in(user.name).status_code == 303


def test_the_last_sign_in_is_kept(console: Console, person: Person, browser: NewBrowser) -> None:
    user = person()
    browser().sign_in(user.name)
    at = console.site.service.store.users.get(user.id).last_login_at
    assert abs(at / 1_000_000 - time.time()) < 60
