"""Who may come in: every role at every door, and nobody at any but the open ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from brightline.server.console import all_doors
from brightline.server.console.desk import Desk
from brightline.server.console.permissions import ROLES, Permission, Role, may

if TYPE_CHECKING:
    from conftest import Console

STATES = {Permission.ANYONE, Permission.SECOND_FACTOR, Permission.NEW_PASSWORD, Permission.SIGNED_IN}
NOWHERE = "019aaaaa-0000-7000-8000-000000000000"


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]+\}", NOWHERE, path)


def test_no_door_is_declared_twice(console: Console) -> None:
    doors = [(door.method, door.path) for door in all_doors(Desk(console.site.service))]
    assert len(doors) == len(set(doors))


def test_whatever_a_role_lacks_is_refused_and_nothing_else(console: Console, roles: list[str]) -> None:
    for door in all_doors(Desk(console.site.service)):
        for role in roles:
            if door.permission in STATES or may(role, door.permission):
                continue
            person = console.as_(role)
            answer = person.get(concrete(door.path)) if door.method == "GET" else person.post(concrete(door.path))
            assert answer.status_code == 403, (role, door)
            assert door.permission.value in answer.text


def test_a_right_is_enough_to_come_in(console: Console, roles: list[str]) -> None:
    for door in all_doors(Desk(console.site.service)):
        if door.method != "GET" or door.permission in STATES:
            continue
        for role in (role for role in roles if may(role, door.permission)):
            answer = console.as_(role).get(concrete(door.path))
            assert answer.status_code not in (401, 403, 500), (role, door, answer.text[:300])


def test_nobody_comes_in_anywhere(console: Console) -> None:
    nobody = console.nobody()
    for door in all_doors(Desk(console.site.service)):
        if door.permission is Permission.ANYONE:
            continue
        answer = nobody.get(concrete(door.path)) if door.method == "GET" else nobody.post(concrete(door.path))
        assert answer.status_code == 303, door
        assert answer.headers["location"].partition("?")[0] == "/console/sign-in"


def test_every_form_wants_its_token_and_its_origin(console: Console) -> None:
    for door in all_doors(Desk(console.site.service)):
        if door.method != "POST":
            continue
        role = next((role for role in Role if door.permission in STATES or door.permission in ROLES[role]), None)
        assert role is not None, f"nobody may use {door}"
        person = console.as_(role.value)
        for form, headers in (
            ({"csrf": ""}, {}),
            ({"csrf": "A" * 43}, {}),
            ({"csrf": console.as_("auditor" if role is not Role.AUDITOR else "lead").csrf}, {}),
            ({}, {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}),
            ({}, {"Sec-Fetch-Site": "same-site"}),
        ):
            answer = person.post(concrete(door.path), form, headers=headers)
            if door.permission is Permission.SECOND_FACTOR:  # this session is past that step
                assert answer.status_code == 303
            else:
                assert answer.status_code == 403, (door, form, headers)


@pytest.mark.parametrize("role", list(Role))
def test_an_admin_decides_nothing_and_an_auditor_changes_nothing(role: Role) -> None:
    changes = {Permission.SETTINGS_CHANGE, Permission.KEYS_MANAGE, Permission.USERS_MANAGE, Permission.EXAMPLES_WRITE}
    if role is Role.AUDITOR:
        assert not ROLES[role] & changes
    if role not in (Role.ADMIN,):
        assert not ROLES[role] & {Permission.SETTINGS_CHANGE, Permission.KEYS_MANAGE, Permission.USERS_MANAGE}


def test_an_unknown_role_may_do_nothing() -> None:
    assert not any(may("owner", permission) for permission in Permission)


def test_the_slash_at_the_end_leads_to_the_overview(console: Console) -> None:
    answer = console.nobody().get("/console/")
    assert (answer.status_code, answer.headers["location"]) == (308, "/console")


def test_somebody_of_another_tenant_is_nobody_here(console: Console) -> None:
    stranger = console.site.service.store.users.create("stranger", role="lead", by="test", must_change=False, tenant="other")
    answer = console.sign_in(stranger).get("/console/decisions")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/sign-in")


def test_an_unknown_address_of_the_console_leads_back_into_it(console: Console) -> None:
    for lang, words in (("en", "To the overview"), ("zh", "回到总览")):
        answer = console.as_("lead", lang).get("/console/nothing-here")
        assert answer.status_code == 404
        assert '<a class="forward" href="/console">' in answer.text
        assert words in answer.text
        assert "statement" not in answer.text
