"""What a redirect says once: only to the one it was for, and only in our own words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING

import pytest

from brightline.server.console.desk import Desk, _own_path
from brightline.server.console.permissions import Permission

if TYPE_CHECKING:
    from conftest import Console


def sealed_by(secret: str, text: str) -> str:
    packed = base64.urlsafe_b64encode(json.dumps(text).encode()).decode()
    digest = hmac.new(secret.encode(), b"brightline console said" + packed.encode(), hashlib.sha256).digest()
    return f"{packed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def said(page: str) -> bool:
    return bool(re.search("A sentence of mine", page))


def test_a_sentence_with_the_seal_of_the_session_is_shown_once(console: Console) -> None:
    lead = console.as_("lead")
    lead.cookies = {"brightline_said": sealed_by(lead.secret, "A sentence of mine")}
    answer = lead.get("/console/decisions")
    assert said(answer.text)
    assert 'brightline_said=""' in answer.headers["set-cookie"]


@pytest.mark.parametrize("secret", ["nobody", "", "0" * 43])
def test_a_forged_sentence_is_not_shown(console: Console, secret: str) -> None:
    for person in (console.nobody(), console.as_("auditor")):
        person.cookies = {"brightline_said": sealed_by(secret, "A sentence of mine")}
        page = person.get("/console/decisions" if person.user else "/console/sign-in")
        assert page.status_code == 200
        assert not said(page.text)


@pytest.mark.parametrize("cookie", ["", ".", "x.", ".x", "eyJ4.eyJ4", "%00.%00", "A" * 5000])
def test_a_broken_cookie_is_no_reason_to_fail(console: Console, cookie: str) -> None:
    lead = console.as_("lead")
    lead.cookies = {"brightline_said": cookie}
    assert lead.get("/console/decisions").status_code == 200


@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "https://elsewhere.example/", "javascript:x", "/\\elsewhere", "x", "", "/a\r\nSet-Cookie: b"]
)
def test_a_redirect_leads_nowhere_else(path: str) -> None:
    with pytest.raises(ValueError, match="not a path of our own"):
        _own_path(path)


def test_every_door_names_a_permission(console: Console) -> None:
    from brightline.server.console import all_doors

    assert all(isinstance(door.permission, Permission) for door in all_doors(Desk(console.site.service)))
