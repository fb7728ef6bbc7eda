"""The API's try-out: real calls with the right of the role, and no way in for a bare cookie."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from brightline.server.api.access import VISITOR
from brightline.server.console.desk import SESSION_COOKIE
from brightline.server.console.permissions import Permission, may
from brightline.server.console.reference.form import RIGHTS, SHUT, curl, filled, trials
from tests.server.face.site import REFUSED

if TYPE_CHECKING:
    from conftest import Console, Person


@pytest.fixture
def lead(console: Console) -> Person:
    return console.as_("lead")


def text_of(answer: httpx.Response) -> str:
    return html.unescape(answer.text)


def test_every_operation_of_the_api_names_its_right_or_is_shut_on_purpose(console: Console) -> None:
    description = httpx.get(f"{console.site.url}/openapi.json").json()
    assert set(trials(description)) == set(RIGHTS) | SHUT
    assert set(RIGHTS) & SHUT == set()


def test_an_inspection_is_real_and_names_who_tried_it(console: Console, lead: Person) -> None:
    answer = lead.post("/console/api/inspect", {"body": json.dumps({"text": REFUSED, "side": "post"}, ensure_ascii=False)})
    assert answer.status_code == 200
    page = text_of(answer)
    assert '"outcome": "block"' in page
    assert "/api/v1/inspect" in page
    assert "$BRIGHTLINE_KEY" in page
    stored = console.site.service.store.decisions(limit=1)[0]
    assert stored.decision.api_key == f"user:{lead.user.id}"  # type: ignore[union-attr]
    console.site.sequence()
    entry = console.site.service.sequencer.evidence(stored.decision.id).entry
    assert json.loads(entry)["actor"] == stored.decision.api_key, "the ledger says who did it"


def test_reading_decisions_is_an_entry_of_the_ledger(console: Console, lead: Person) -> None:
    decision = console.decide(REFUSED)
    answer = lead.post("/console/api/get_decision", {"p_decision_id": decision.id})
    assert decision.id in answer.text
    event = console.site.service.store.audit.events(kind="decision.opened", limit=1)[0]
    assert (event.actor, event.subject, event.detail["by"]) == (lead.user.id, decision.id, "api")  # type: ignore[union-attr]
    lead.post("/console/api/list_decisions", {"p_limit": "1"})
    assert console.site.service.store.audit.events(kind="decision.opened", limit=1)[0].detail["operation"] == "list_decisions"


@pytest.mark.parametrize("operation", ["list_decisions", "get_decision", "get_proof"])
def test_what_was_read_is_on_record_and_nothing_else_from_the_form(console: Console, lead: Person, operation: str) -> None:
    first, second = console.decide(REFUSED), console.decide(REFUSED)
    console.site.sequence()
    forged = first.id if operation == "list_decisions" else f" {first.id} "
    events = console.site.service.store.audit.events
    assert lead.post(f"/console/api/{operation}", {"p_decision_id": forged, "p_limit": "1", "p_account": "<b>"}).status_code == 200
    lead.post("/console/api/list_decisions", {"p_decision_id": "anything, any text", "p_limit": "2"})
    listed, read = events(kind="decision.opened", limit=2)
    assert (listed.subject, listed.detail["decisions"]) == ("the list of decisions", [second.id, first.id])
    if operation != "list_decisions":
        assert (read.subject, dict(read.detail)) == (first.id, {"by": "api", "operation": operation})
    else:
        assert (read.subject, read.detail["decisions"]) == ("the list of decisions", [])
    for answer in (lead.post("/console/api/get_decision", {"p_decision_id": "no such"}), lead.post("/console/api/get_decision", {})):
        assert answer.status_code in (200, 422)
    assert events(kind="decision.opened", limit=1)[0].id == listed.id, "nothing was read, so nothing is on record"


def test_errors_are_shown_as_the_api_says_them(lead: Person) -> None:
    missing = text_of(lead.post("/console/api/get_rule", {"p_rule_id": "NO-SUCH"}))
    assert "BL-INPUT-404" in missing
    assert "404" in missing
    assert "BL-INPUT-201" in text_of(lead.post("/console/api/inspect", {"body": "{not json"}))
    assert "BL-INPUT-422" in text_of(lead.post("/console/api/list_decisions", {"p_limit": "9999"}))
    assert lead.post("/console/api/get_rule", {"p_rule_id": ""}).status_code == 422
    assert lead.post("/console/api/get_rule", {"p_rule_id": "../decisions"}).status_code == 422
    assert lead.post("/console/api/inspect", {"body": " "}).status_code == 422
    assert lead.get("/console/api/no_such_operation").status_code == 404


def test_a_fragment_is_enough_for_scripts_and_a_page_for_those_without(lead: Person) -> None:
    fragment = lead.post("/console/api/get_ledger_head", htmx=True)
    assert "<html" not in fragment.text
    assert "vkey" in fragment.text
    whole = lead.post("/console/api/get_ledger_head")
    assert "<html" in whole.text
    assert "vkey" in whole.text


@pytest.mark.parametrize("role", ["admin", "lead", "rule_author"])
def test_what_can_be_called_follows_the_role(console: Console, role: str) -> None:
    person = console.as_(role)
    forms = {
        "inspect": {"body": '{"text": "你好"}'},
        "get_decision": {"p_decision_id": "x"},
        "get_proof": {"p_decision_id": "x"},
        "get_rule": {"p_rule_id": "CSL-49"},
    }
    for operation, right in RIGHTS.items():
        answer = person.post(f"/console/api/{operation}", forms.get(operation, {}))
        assert (answer.status_code == 403) is not may(role, right), (role, operation)
        assert ("Make the call" in person.get(f"/console/api/{operation}").text) is may(role, right)


def test_an_admin_cannot_read_texts_by_the_way_around(console: Console) -> None:
    assert not may("admin", Permission.TEXTS_READ)
    decision = console.decide(REFUSED)
    answer = console.as_("admin").post("/console/api/get_decision", {"p_decision_id": decision.id})
    assert answer.status_code == 403
    assert "百家乐" not in answer.text


def test_the_cookie_of_a_session_opens_nothing_at_the_api(console: Console, lead: Person) -> None:
    cookies = {"Cookie": f"{SESSION_COOKIE}={lead.secret}"}
    for headers in (cookies, cookies | {"X-CSRF-Token": lead.csrf, "Origin": console.site.url, "Sec-Fetch-Site": "same-origin"}):
        assert httpx.get(f"{console.site.url}/api/v1/decisions", headers=headers).status_code == 401
        assert httpx.post(f"{console.site.url}/api/v1/inspect", headers=headers, json={"text": "x"}).status_code == 401
    forged = {VISITOR: "admin", f"X-{VISITOR}": "admin"}
    assert httpx.get(f"{console.site.url}/api/v1/decisions", headers=forged).status_code == 401


def test_another_site_cannot_use_the_try_out(console: Console, lead: Person) -> None:
    before = len(console.site.service.store.decisions(limit=200))
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    body = {"body": '{"text": "x"}'}
    assert lead.post("/console/api/inspect", body, headers=foreign).status_code == 403
    assert lead.post("/console/api/inspect", body | {"csrf": "wrong"}).status_code == 403
    assert console.as_("reviewer").post("/console/api/inspect", body).status_code == 403
    assert len(console.site.service.store.decisions(limit=200)) == before


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "</textarea><b>"])
def test_what_was_entered_and_answered_is_text(lead: Person, value: str) -> None:
    body = json.dumps({"text": value, "source": value})
    for answer in (
        lead.post("/console/api/inspect", {"body": body}),
        lead.post("/console/api/list_rules", {"p_search": value}),
        lead.post("/console/api/inspect", {"body": value}),
    ):
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "</textarea><b>" not in answer.text


def test_a_link_fills_the_form(lead: Person) -> None:
    page = lead.get("/console/api/get_rule", rule_id="CSL-49").text
    assert 'value="CSL-49"' in page


def test_the_call_is_shown_as_a_shell_takes_it(console: Console) -> None:
    description = httpx.get(f"{console.site.url}/openapi.json").json()
    request = filled(trials(description)["list_rules"], {"p_search": "it's; rm -rf /"})
    assert request.query == "search=it%27s%3B+rm+-rf+%2F"
    inspection = filled(trials(description)["inspect"], {"body": '{"text": "it\'s"}'})
    command = curl(inspection, "https://ai.example")
    assert '\'{"text": "it\'"\'"\'s"}\'' in command
    assert command.startswith("curl https://ai.example/api/v1/inspect")


def test_the_public_page_has_no_try_out(console: Console) -> None:
    page = httpx.get(f"{console.site.url}/docs").text
    assert "<form" not in page
    assert "/console/api/" not in page


def test_trying_too_often_is_slowed_down(console: Console) -> None:
    eager = console.new("lead", "eager")
    statuses = {eager.post("/console/api/get_ledger_head", htmx=True).status_code for _ in range(62)}
    assert statuses == {200, 429}
