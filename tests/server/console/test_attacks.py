"""Attacks that once got through, each as it was made: over HTTP, at a running site, by the person who could make it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

import pytest

from tests.server.console.conftest import Console, Person

SENSITIVE = "百家乐推广，加微信上分，新人开户送彩金。"


def sealed(console: Console) -> str:
    """A decision on a sensitive text, under a signed head; its id."""
    decision = console.decide(SENSITIVE)
    console.site.sequence()
    return decision.id


def test_a_folded_text_is_not_one_link_away(console: Console) -> None:
    decision = console.decide(SENSITIVE)
    for role in ("lead", "reviewer", "rule_author", "auditor", "admin"):
        page = console.as_(role).get(f"/console/decisions/{decision.id}").text
        assert decision.token not in page
        assert decision.item_digest not in page
    assert f"/d/{decision.token}" in console.as_("reviewer").post(f"/console/decisions/{decision.id}/text").text


@pytest.mark.parametrize("path", ["/console/decisions", "/console/decisions/more", "/console/decisions/news"])
def test_who_may_not_read_texts_cannot_ask_what_they_hold(console: Console, path: str) -> None:
    sealed(console)
    admin = console.as_("admin")
    answers = [
        admin.get(path, text=word, than="0") if path.endswith("news") else admin.get(path, text=word) for word in ("上分", "没有这个词")
    ]
    counts = [len(re.findall(r"data-open", answer.text)) for answer in answers]
    assert answers[0].status_code == answers[1].status_code
    assert counts[0] == counts[1]


@pytest.mark.parametrize("zone", ["Foo/Bar", "America", "Etc", "A" * 64, "..%2F..%2Fetc%2Fpasswd", "localtime"])
def test_no_zone_locks_anybody_out(console: Console, zone: str) -> None:
    auditor = console.as_("auditor")
    person = Person(auditor.site, auditor.secret, auditor.user, cookies={"brightline_zone": zone})
    for path in ("/console", "/console/decisions?last=today", "/console/ledger/events?since=2026-11-01"):
        assert person.get(path).status_code in (200, 303), path


@pytest.mark.parametrize(
    "path",
    [
        "/console/rulebook?type=009" + "9" * 4400,
        "/console/decisions/more?left=0001999999999",
        "/console/decisions/more?left=" + "1" * 5000,
        "/console/ledger/heads/" + "9" * 4400,
        "/console/overview.json?from=" + "9" * 4400,
    ],
)
def test_a_number_of_any_length_is_no_fault_of_ours(console: Console, path: str) -> None:
    assert console.as_("auditor").get(path).status_code < 500


def test_a_sentence_of_a_stranger_is_not_said(console: Console) -> None:
    """Whoever can set a cookie for this host must not be able to speak with our voice on the sign-in page."""
    packed = base64.urlsafe_b64encode(json.dumps("Call 555 for your password").encode()).decode()
    digest = hmac.new(b"nobody", b"brightline console said" + packed.encode(), hashlib.sha256).digest()
    cookie = f"{packed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    stranger = Person(console.site, cookies={"brightline_said": cookie})
    assert "Call 555" not in stranger.get("/console/sign-in").text


def test_a_session_of_another_tenant_opens_nothing(console: Console) -> None:
    store = console.site.service.store
    foreigner = console.sign_in(store.users.create("foreigner", role="admin", by="test", must_change=False, tenant="elsewhere"))
    for path in ("/console", "/console/decisions", "/console/users", "/console/keys"):
        answer = foreigner.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/sign-in")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_method_but_the_door_s_own_opens_it(console: Console, method: str) -> None:
    admin = console.as_("admin")
    for path in ("/console", "/console/keys/new", "/console/settings/contact", "/console/users"):
        answer = admin._send(method, path, False, {"X-CSRF-Token": admin.csrf, "Origin": console.site.url})
        assert answer.status_code in (404, 405), path
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/console/decisions", "/console/nope", "/console/keys", "/console/overview.csv?chart=model", "/console/ledger/head.txt"]
)
@pytest.mark.parametrize("role", ["reviewer", ""])
def test_every_answer_keeps_out_frames_guesses_and_caches(console: Console, path: str, role: str) -> None:
    person = console.as_(role) if role else console.nobody()
    for htmx in (False, True):
        headers = person.get(path, htmx=htmx).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        if headers.get("cache-control") is not None or role:
            assert "no-store" in headers["cache-control"], (path, htmx)


def test_markup_in_names_is_text_everywhere(console: Console) -> None:
    evil = "\"><img src=x onerror=alert(1)>'</script>"
    admin, lead = console.as_("admin"), console.as_("lead")
    assert lead.post("/console/decisions/views", {"name": evil, "query": "type=9", "shared": "yes"}).status_code == 303
    assert admin.post("/console/account/name", {"display_name": evil}).status_code == 303
    store = console.site.service.store
    store.keys.create(evil, ("read",), None, None, tenant="default")
    decision = console.decide(SENSITIVE + evil, account=evil[:64])
    console.site.sequence()
    assert "<img src=x" not in lead.post(f"/console/decisions/{decision.id}/text").text
    for path in (
        "",
        "/decisions",
        "/decisions/views",
        "/keys",
        "/users",
        "/users/sessions",
        "/ledger/events",
        "/ledger/entries",
        "/palette?q=img",
    ):
        assert "<img src=x" not in admin.get(f"/console{path}").text, path
