"""Guessing at passwords is slowed down, for names that there are and names that there are not, and never for those who were here before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browsing import Browser

from brightline.server.console.people.arrival import DEVICE_COOKIE
from brightline.server.console.people.passwords import Passwords
from brightline.server.console.people.throttle import LONGEST_WAIT_S
from brightline.store import User

Person = Callable[..., User]
NewBrowser = Callable[..., Browser]


def test_guessing_at_a_name_is_slowed_down_for_known_and_unknown_ones_alike(person: Person, browser: NewBrowser) -> None:
    seen = []
    for name in (person().name, "nobody-at-all"):
        answers = [browser().sign_in(name, f"guess number {number}") for number in range(7)]
        seen.append([answer.status_code for answer in answers])
        assert 1 <= int(answers[-1].headers["retry-after"]) <= LONGEST_WAIT_S
    assert seen[0] == seen[1] == [403] * 5 + [429] * 2


def test_while_one_has_to_wait_the_right_password_does_not_help_and_costs_nothing(
    person: Person, browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = person()
    for _ in range(5):
        browser().sign_in(user.name, "a wrong password")

    def never(*_: object) -> bool:
        raise AssertionError("no hash is checked while somebody has to wait")

    monkeypatch.setattr(Passwords, "_fits", never)
    assert browser().sign_in(user.name).status_code == 429


def test_strangers_who_guess_do_not_lock_out_a_browser_that_was_here_before(person: Person, browser: NewBrowser) -> None:
    user, own = person(), browser()
    own.sign_in(user.name)
    assert DEVICE_COOKIE in own.cookies
    own.get("/console/account")
    own.send("/console/sign-out")
    for _ in range(6):
        stranger = browser()
        stranger.cookies[DEVICE_COOKIE] = own.cookies[DEVICE_COOKIE][:-1] + "_"
        stranger.sign_in(user.name, "a wrong password")
    assert browser().sign_in(user.name).status_code == 429
    assert own.sign_in(user.name).status_code == 303
    assert "5 sign-ins with your name were refused" in (own.get("/console/account"), own.text())[1]


def test_a_device_cookie_is_for_one_name(person: Person, browser: NewBrowser) -> None:
    attacker, victim, own = person(), person(), browser()
    own.sign_in(attacker.name)
    own.get("/console/account")
    for _ in range(5):
        own.sign_in(victim.name, "a wrong password")
    assert own.sign_in(victim.name, "a wrong password").status_code == 429


def test_guessing_from_one_address_is_slowed_down_over_all_names(browser: NewBrowser) -> None:
    tab = browser(**{"X-Forwarded-For": "203.0.113.7"})
    codes = [tab.sign_in(f"name-{number}", "x").status_code for number in range(21)]
    assert codes == [403] * 20 + [429]
    assert browser(**{"X-Forwarded-For": "203.0.113.8"}).sign_in("name-x", "x").status_code == 403
