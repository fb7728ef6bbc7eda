"""Hashes of passwords: their parameters, their cost where there is no user, and what is refused as too easy."""

from __future__ import annotations

import asyncio
import re
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import RateLimited
from brightline.server.console.people import passwords
from brightline.server.console.people.passwords import Passwords, normal, one_time_password, weakness


def test_hashes_have_the_parameters_of_the_standard(hashed: str) -> None:
    found = extract_parameters(hashed)
    assert (found.time_cost, found.memory_cost, found.parallelism, found.salt_len, found.hash_len) == (3, 65536, 4, 16, 32)


def test_where_there_is_no_user_a_hash_of_the_same_cost_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    verify = PasswordHasher.verify

    def watched(self: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(extract_parameters(stored))
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    assert not asyncio.run(Passwords().fits("whatever it is", None))
    assert checked == [RFC_9106_LOW_MEMORY]


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=65536", "$2b$12$abcdefghijklmnopqrstuv", "\0"])
def test_a_damaged_hash_fits_nothing(stored: str) -> None:
    assert not asyncio.run(Passwords().fits("", stored))


async def test_two_are_checked_at_a_time_and_too_many_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_MOST_WAITING", 6)
    checker, gate, running, most = Passwords(), threading.Event(), 0, 0
    lock = threading.Lock()

    def held(_: str, __: str | None) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(30)
        with lock:
            running -= 1
        return True

    monkeypatch.setattr(checker, "_fits", held)
    waiting = [asyncio.create_task(checker.fits("x", None)) for _ in range(6)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited, match="BL-ACCESS-030"):
        await checker.fits("x", None)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 6
    assert most <= 2
    assert await checker.fits("x", None)  # there is room again
    checker.close()


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "床前明月光疑是地上霜低头",
        "n7x-29vk-pp3q",
        "83920174650192",
        "lovely gardens and old trees",
        "        spaces count too        ",
        "Jag älskar köttbullar!",
        "\U0001f600\U0001f680 rockets and smiles",
    ],
)
def test_what_is_hard_to_guess_is_accepted_without_rules_of_composition(password: str) -> None:
    assert weakness(password, "ada") == ""


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PASSWORD!!!!!!",
        "p4ssw0rdp4ssw0rd",
        "iloveyou20262026",
        "letmeinletmein1",
        "welcome2brightline",
        "Admin1strator!!!",
        "adm1n1strator99",
        "woaini1314520520",
        "qwertyuiop12",
        "poiuytrewq0987",
        "1qaz2wsx3edc",
        "zxcvbnm,./12",
        "abcdefghijklm",
        "987654321098",
        "111111111111",
        "abcabcabcabc",
        "ａｄｍｉｎｉｓｔｒａｔｏｒ１",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert weakness(password, "ada")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(max_size=70))
def test_any_text_gets_an_answer(password: str, name: str) -> None:
    said = weakness(password, name)
    assert said == "" or said.endswith(".")
    assert normal(normal(password)) == normal(password)
    if said == "":
        assert 12 <= len(normal(password)) <= 256


def test_one_time_passwords_are_long_readable_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}", password) for password in made)
    assert all(weakness(password, "ada") == "" for password in made)
