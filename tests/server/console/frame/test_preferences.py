"""What one person wants of the console is kept with the person."""

from __future__ import annotations

import pytest

from brightline.server.console.frame.preferences import fold_of, folds
from brightline.store import User
from tests.server.console.conftest import Console, Person


def stored(console: Console, person: Person) -> User:
    assert person.user is not None
    return console.site.service.store.users.get(person.user.id)


def test_sensitive_texts_are_folded_until_somebody_says_otherwise(console: Console) -> None:
    person = console.new("reviewer", "fresh")
    assert folds(person.user, is_sensitive=True)
    assert not folds(person.user, is_sensitive=False)
    assert folds(None, is_sensitive=True)


@pytest.mark.parametrize(("fold", "sensitive", "other"), [("all", True, True), ("none", False, False), ("sensitive", True, False)])
def test_folding_is_kept_and_shown(console: Console, fold: str, sensitive: bool, other: bool) -> None:
    person = console.as_("reviewer")
    answer = person.post("/console/preferences", {"fold": fold, "single_keys": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/preferences")
    user = stored(console, person)
    assert (folds(user, is_sensitive=True), folds(user, is_sensitive=False)) == (sensitive, other)
    assert f'value="{fold}" checked' in person.get("/console/preferences").text


def test_single_keys_can_be_switched_off(console: Console) -> None:
    person = console.new("lead", "dictates")
    assert 'data-single-keys="off"' not in person.get("/console/preferences").text
    person.post("/console/preferences", {"fold": "sensitive"})
    page = person.get("/console/preferences").text
    assert 'data-single-keys="off"' in page
    assert 'name="single_keys" value="yes" checked' not in page
    person.post("/console/preferences", {"fold": "sensitive", "single_keys": "yes"})
    assert 'data-single-keys="off"' not in person.get("/console/preferences").text


def test_an_unknown_wish_is_the_careful_default(console: Console) -> None:
    person = console.new("auditor", "odd")
    person.post("/console/preferences", {"fold": "everything<script>"})
    assert fold_of(stored(console, person)) == "sensitive"


def test_preferences_are_of_the_one_who_sends_them(console: Console) -> None:
    one, other = console.new("lead", "one"), console.new("lead", "other")
    one.post("/console/preferences", {"fold": "all"})
    assert fold_of(stored(console, other)) == "sensitive"
    assert console.nobody().post("/console/preferences", {"fold": "none"}).status_code == 303
