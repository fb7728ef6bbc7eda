"""One's own account: one-time password, second factor, recovery codes, sessions."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyotp
import pytest
from browsing import PASSWORD, Browser

from brightline.server.console.desk import SESSION_COOKIE
from brightline.server.console.people.throttle import LONGEST_WAIT_S
from brightline.store import AuditEvent, User
from brightline.store.clock import now_us

if TYPE_CHECKING:
    from tests.server.console.conftest import Console

Person = Callable[..., User]
NewBrowser = Callable[..., Browser]
Events = Callable[..., list[AuditEvent]]

NEW = "eleven violet umbrellas"


def seen(tab: Browser, path: str) -> str:
    tab.get(path)
    return tab.text()


class TestOneTimePassword:
    def test_nothing_can_be_done_before_it_is_changed(self, person: Person, browser: NewBrowser) -> None:
        user, tab = person("admin", must_change=True), browser()
        assert tab.sign_in(user.name, next="/console/users").headers["location"] == "/console/account/password"
        for path in ("/console", "/console/account", "/console/users", "/console/decisions"):
            assert tab.get(path).headers["location"] == "/console/account/password"
        tab.get("/console/account/password")
        assert tab.send("/console/users", name="x", role="admin").status_code == 303
        assert tab.send("/console/account/name", display_name="x").status_code == 303

    def test_changing_it_lets_one_in_with_a_new_secret(self, person: Person, browser: NewBrowser, events: Events) -> None:
        user, tab = person(must_change=True), browser()
        tab.sign_in(user.name)
        before = tab.secret
        tab.get("/console/account/password")
        answer = tab.send("/console/account/password", new=NEW, again=NEW)
        assert answer.status_code == 303
        assert tab.secret != before
        assert tab.is_in()
        thief = browser()
        thief.cookies[SESSION_COOKIE] = before
        assert not thief.is_in()
        assert events(kind="password.changed", subject=user.id)[0].detail == {"one_time": False}
        assert browser().sign_in(user.name, PASSWORD).status_code == 403
        assert browser().sign_in(user.name, NEW).headers["location"] == "/console"


class TestPassword:
    @pytest.mark.parametrize(
        ("new", "words"),
        [
            ("short", "at least 12"),
            ("password12345", "tried first"),
            ("P@ssw0rd2026!!", "tried first"),
            ("qwertyuiopasdf", "tried first"),
            ("123456789012", "tried first"),
            ("Admin1strator2026", "tried first"),
            ("abababababab", "same few"),
            ("x" * 300, "at most 256"),
            (PASSWORD, "that you have now"),
        ],
    )
    def test_what_is_easy_to_guess_is_refused(self, person: Person, browser: NewBrowser, new: str, words: str) -> None:
        tab = browser()
        tab.sign_in(person().name)
        tab.get("/console/account/password")
        assert tab.send("/console/account/password", current=PASSWORD, new=new, again=new).status_code == 422
        assert words in tab.text()
        assert new not in tab.page or new == "short"

    def test_ones_own_name_is_no_password(self, person: Person, browser: NewBrowser) -> None:
        user, tab = person(name="wilhelmina.of.orange"), browser()
        tab.sign_in(user.name)
        tab.get("/console/account/password")
        tab.send("/console/account/password", current=PASSWORD, new="Wilhelmina.of.Orange1", again="Wilhelmina.of.Orange1")
        assert "more than your user name" in tab.text()

    def test_the_present_one_is_asked_for_and_guessing_it_is_slowed_down(self, person: Person, browser: NewBrowser) -> None:
        user, tab = person(), browser()
        tab.sign_in(user.name)
        tab.get("/console/account/password")
        for _ in range(5):
            assert tab.send("/console/account/password", current="not this one!", new=NEW, again=NEW).status_code == 422
        tab.send("/console/account/password", current=PASSWORD, new=NEW, again=NEW)
        assert "Too many wrong tries" in tab.text()

    def test_the_two_must_match(self, person: Person, browser: NewBrowser) -> None:
        tab = browser()
        tab.sign_in(person().name)
        tab.get("/console/account/password")
        tab.send("/console/account/password", current=PASSWORD, new=NEW, again=NEW + "x")
        assert "do not match" in tab.text()

    def test_other_sessions_end_and_this_one_goes_on(self, person: Person, browser: NewBrowser) -> None:
        user, here, there = person(), browser(), browser()
        here.sign_in(user.name)
        there.sign_in(user.name)
        here.get("/console/account/password")
        here.send("/console/account/password", current=PASSWORD, new=NEW, again=NEW)
        assert here.is_in()
        assert not there.is_in()

    def test_the_form_wants_the_token_of_this_very_session(self, person: Person, browser: NewBrowser) -> None:
        mine, theirs = browser(), browser()
        mine.sign_in(person().name)
        theirs.sign_in(person().name)
        theirs.get("/console/account/password")
        for page in ("", theirs.page):
            mine.page = page
            assert mine.send("/console/account/password", current=PASSWORD, new=NEW, again=NEW).status_code == 403


def code_of(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def step_now() -> int:
    return int(time.time()) // 30


def enrolled(person: Person, browser: NewBrowser) -> tuple[User, str, list[str], Browser]:
    """A user whose second factor is on: with the secret, the recovery codes, and the browser in which it was set up."""
    user, tab = person(), browser()
    tab.sign_in(user.name)
    tab.get("/console/account")
    assert tab.send("/console/account/second-factor/begin", password=PASSWORD).status_code == 303
    tab.get("/console/account/second-factor")
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', tab.page)[1].replace(" ", "")
    answer = tab.send("/console/account/second-factor/confirm", code=code_of(secret, step_now() - 1))
    assert answer.status_code == 200
    return user, secret, re.findall(r"<li><code>([a-z0-9-]{19})</code>", answer.text), tab


class TestSecondFactor:
    def test_it_is_set_up_by_a_picture_or_a_secret_and_confirmed_by_a_code(
        self, console: Console, person: Person, browser: NewBrowser, events: Events
    ) -> None:
        user, secret, codes, tab = enrolled(person, browser)
        assert len(secret) == 32
        assert len(set(codes)) == 10
        assert tab.is_in()
        assert events(kind="totp.changed", subject=user.id)[0].detail == {"on": True}
        kept = console.site.service.store.users.secrets(user.id)
        assert secret.encode() not in kept.totp_secret
        assert not set(codes) & set(kept.recovery_codes)

    def test_the_picture_needs_no_style_and_no_script(self, person: Person, browser: NewBrowser) -> None:
        tab = browser()
        tab.sign_in(person().name)
        tab.get("/console/account")
        tab.send("/console/account/second-factor/begin", password=PASSWORD)
        tab.get("/console/account/second-factor")
        picture = re.search(r"<svg.*?</svg>", tab.page, re.DOTALL)[0]
        assert "style" not in picture
        assert "<script" not in picture

    def test_the_password_is_needed_to_begin(self, person: Person, browser: NewBrowser) -> None:
        tab = browser()
        tab.sign_in(person().name)
        tab.get("/console/account")
        assert tab.send("/console/account/second-factor/begin", password="not mine at all").status_code == 422
        assert tab.get("/console/account/second-factor").status_code == 303

    def test_a_wrong_code_turns_nothing_on(self, console: Console, person: Person, browser: NewBrowser) -> None:
        user, tab = person(), browser()
        tab.sign_in(user.name)
        tab.get("/console/account")
        tab.send("/console/account/second-factor/begin", password=PASSWORD)
        tab.get("/console/account/second-factor")
        for code in ("000000", "", "12345", "１２３４５６", "abcdef", "0" * 40):
            assert tab.send("/console/account/second-factor/confirm", code=code).status_code == 422
            console.site.service.store.users.clear_attempts(user.id)
        assert not console.site.service.store.users.get(user.id).totp_on

    def test_signing_in_takes_both(self, person: Person, browser: NewBrowser, events: Events) -> None:
        user, secret, _, _ = enrolled(person, browser)
        tab = browser()
        answer = tab.sign_in(user.name, next="/console/health")
        assert answer.headers["location"] == "/console/sign-in/code?next=/console/health"
        between = tab.secret
        tab.get(answer.headers["location"])
        answer = tab.send("/console/sign-in/code", code=code_of(secret, step_now() + 1), next="/console/health")
        assert answer.headers["location"] == "/console/health"
        assert tab.secret != between
        assert tab.is_in()
        tab.cookies[SESSION_COOKIE] = between
        assert not tab.is_in()
        assert events(kind="session.opened", actor=user.id)[0].detail["way"] == "code"

    def test_a_code_is_good_once(self, person: Person, browser: NewBrowser) -> None:
        user, secret, _, _ = enrolled(person, browser)
        code = code_of(secret, step_now() + 1)
        first, second = browser(), browser()
        for tab, expected in ((first, 303), (second, 403)):
            tab.sign_in(user.name)
            tab.get("/console/sign-in/code")
            assert tab.send("/console/sign-in/code", code=code).status_code == expected

    def test_guessing_codes_is_slowed_down_also_over_many_sign_ins(self, console: Console, person: Person, browser: NewBrowser) -> None:
        user, secret, _, _ = enrolled(person, browser)
        answers = []
        for _ in range(6):
            tab = browser()
            tab.sign_in(user.name)
            tab.get("/console/sign-in/code")
            answers.append(tab.send("/console/sign-in/code", code="000000"))
        assert [answer.status_code for answer in answers] == [403] * 5 + [429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= LONGEST_WAIT_S
        assert tab.send("/console/sign-in/code", code=code_of(secret, step_now() + 1)).status_code == 429
        assert console.site.service.store.users.get(user.id).locked_until > now_us()

    def test_a_recovery_code_is_good_once(self, console: Console, person: Person, browser: NewBrowser, events: Events) -> None:
        user, _, codes, _ = enrolled(person, browser)
        for expected in (303, 403):
            tab = browser()
            tab.sign_in(user.name)
            tab.get("/console/sign-in/code")
            assert tab.send("/console/sign-in/code", code=codes[3].upper().replace("-", " ")).status_code == expected
        assert len(console.site.service.store.users.secrets(user.id).recovery_codes) == 9
        assert events(kind="totp.changed", subject=user.id)[0].detail == {"recovery_code_used": True, "left": 9}

    def test_new_recovery_codes_take_the_place_of_the_old(self, person: Person, browser: NewBrowser) -> None:
        user, _, codes, tab = enrolled(person, browser)
        tab.get("/console/account")
        tab.send("/console/account/second-factor/codes", password=PASSWORD)
        fresh = re.findall(r"<li><code>([a-z0-9-]{19})</code>", tab.page)
        assert len(fresh) == 10
        assert not set(fresh) & set(codes)
        for code, expected in ((codes[0], 403), (fresh[0], 303)):
            tab = browser()
            tab.sign_in(user.name)
            tab.get("/console/sign-in/code")
            assert tab.send("/console/sign-in/code", code=code).status_code == expected

    def test_turning_it_off_takes_the_password(self, console: Console, person: Person, browser: NewBrowser) -> None:
        user, _, _, tab = enrolled(person, browser)
        tab.get("/console/account")
        assert tab.send("/console/account/second-factor/off", password="not mine at all").status_code == 422
        assert tab.send("/console/account/second-factor/off", password=PASSWORD).status_code == 303
        assert tab.is_in()
        secrets = console.site.service.store.users.secrets(user.id)
        assert (secrets.totp_secret, secrets.recovery_codes) == (None, ())
        assert browser().sign_in(user.name).headers["location"] == "/console"

    def test_a_secret_cannot_be_put_in_another_users_place(self, console: Console, person: Person, browser: NewBrowser) -> None:
        victim, _, _, _ = enrolled(person, browser)
        attacker, secret, _, _ = enrolled(person, browser)
        from sqlalchemy import update

        from brightline.store.tables import users

        store = console.site.service.store
        stolen = store.users.secrets(attacker.id).totp_secret
        with store.database.writing() as connection:
            connection.execute(update(users).where(users.c.id == victim.id).values(totp_secret=stolen))
        tab = browser()
        tab.sign_in(victim.name)
        tab.get("/console/sign-in/code")
        assert tab.send("/console/sign-in/code", code=code_of(secret, step_now() + 1)).status_code == 403


class TestSessions:
    def test_one_sees_ones_own_and_ends_the_others(self, person: Person, browser: NewBrowser) -> None:
        user, here, there, third = person(), browser(), browser(), browser()
        here.sign_in(user.name)
        there.sign_in(user.name, **{"User-Agent": "another browser"})
        third.sign_in(user.name)
        assert "another browser" in seen(here, "/console/account")
        one = re.search(r'action="(/console/account/sessions/[^"]+/end)"', here.page)[1]
        here.send(one)
        assert [there.is_in(), third.is_in()].count(True) == 1
        here.get("/console/account")
        here.send("/console/account/sessions/end")
        assert here.is_in()
        assert not there.is_in()
        assert not third.is_in()

    def test_nobody_ends_a_session_of_somebody_else(self, console: Console, person: Person, browser: NewBrowser) -> None:
        victim, attacker = browser(), browser()
        whose = person()
        victim.sign_in(whose.name)
        attacker.sign_in(person().name)
        session = console.site.service.store.sessions.list(whose.id)[0]
        attacker.get("/console/account")
        assert attacker.send(f"/console/account/sessions/{session.id}/end").status_code == 404
        assert victim.is_in()


def test_the_name_that_others_see_can_be_changed(console: Console, person: Person, browser: NewBrowser) -> None:
    user, tab = person(), browser()
    tab.sign_in(user.name)
    tab.get("/console/account")
    assert tab.send("/console/account/name", display_name="  王   小明 ").status_code == 303
    assert console.site.service.store.users.get(user.id).display_name == "王 小明"
    assert tab.send("/console/account/name", display_name="x" * 81).status_code == 422
    assert "At most 80" in tab.text()
