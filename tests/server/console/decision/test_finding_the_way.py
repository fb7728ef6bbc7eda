"""The way to a decision and from one to the next: lists, ids in hand, other tenants, no session, no token."""

from __future__ import annotations

import re

import pytest

from brightline.model import Side
from tests.server.console.conftest import Console
from tests.server.console.decision.markup import text_of
from tests.server.console.decision.recording import PAPERS, SENSITIVE, address, events, record, sealed


def test_before_and_after_keep_the_list_that_the_reader_came_from(console: Console) -> None:
    first, other, last = sealed(console, account="walker"), sealed(console, account="elsewhere"), sealed(console, account="walker")
    page = console.as_("reviewer").get(address(last), list="account=walker").text
    assert f'href="{address(first)}?list=account%3Dwalker" rel="next" data-page="]"' in page
    assert 'href="/console/decisions?account=walker"' in page
    assert console.as_("reviewer").get(address(last), **{"from": "account=walker"}).text.count("?list=account%3Dwalker") >= 1
    back = console.as_("reviewer").get(address(first), list="account=walker").text
    assert f'href="{address(last)}?list=account%3Dwalker" rel="prev" data-page="["' in back
    assert address(other) not in page + back
    assert f'href="{address(other)}" rel="next"' in console.as_("reviewer").get(address(last)).text


@pytest.mark.parametrize("query", ["type=99", "a=b", "x" * 5000, "//evil.example", "type=%00", "outcome=refuse&outcome=block"])
def test_a_list_that_cannot_be_read_is_left_alone(console: Console, query: str) -> None:
    decision = sealed(console)
    page = console.as_("reviewer").get(address(decision), list=query)
    assert page.status_code == 200
    # The page's own address, which signing in again would lead back to, is all that may still hold it.
    assert "evil" not in re.sub(r'href="/console/sign-in\?next=/console/decisions/[^"]*"', "", page.text)


@pytest.mark.parametrize("wrong", ["x", "01936f7e-5b1c-7cc3-98c4-dc0c0c07398f", "' OR 1=1--", "%00", "决定", "a" * 3000, "find"])
def test_an_unknown_id_gets_a_page_that_helps(console: Console, wrong: str) -> None:
    answer = console.as_("reviewer").get(f"/console/decisions/{wrong}")
    assert answer.status_code == 404
    assert "There is no such decision here" in answer.text
    assert 'action="/console/decisions/find"' in answer.text
    assert wrong not in text_of(answer.text) or wrong in ("x", "find")
    assert console.as_("reviewer").get(f"/console/decisions/{wrong}", accept="application/json").status_code == 404


def test_what_a_person_has_in_hand_leads_to_the_decision(console: Console) -> None:
    decision = sealed(console)
    reviewer = console.as_("reviewer")
    proof = console.site.service.proof(decision.id).decode()
    link = f"{console.site.url}/d/{decision.token}"
    for pasted in (
        decision.id,
        decision.id.upper(),
        f" {decision.id}\n",
        decision.token,
        link,
        f"{link}/proof.json",
        f"{link}?lang=en",
        proof,
    ):
        answer = reviewer.post("/console/decisions/find", {"pasted": pasted})
        assert (answer.status_code, answer.headers.get("location")) == (303, address(decision)), pasted[:60]
    assert reviewer.get(f"/console/decisions/{decision.token}").headers["location"] == address(decision)


@pytest.mark.parametrize(
    "pasted", ["", "nothing", "{", "{}", '{"decision": 5}', '{"decision": {"id": 5}}', "[" * 5000, "{" * 5000, "<script>alert(1)</script>"]
)
def test_what_leads_nowhere_is_said_to(console: Console, pasted: str) -> None:
    answer = console.as_("reviewer").post("/console/decisions/find", {"pasted": pasted})
    assert answer.status_code == 404
    assert "What you pasted leads to no decision" in answer.text
    assert "<script>alert" not in answer.text


def test_a_decision_of_another_tenant_is_as_unknown_as_one_that_never_was(console: Console) -> None:
    foreign = record(console, console.decide(PAPERS, Side.POST), tenant="other")
    console.site.service.sequencer.drain()
    reviewer = console.as_("reviewer")
    never = reviewer.get("/console/decisions/01936f7e-5b1c-7cc3-98c4-dc0c0c07398f")
    answers = [
        reviewer.get(address(foreign)),
        reviewer.get(f"/console/decisions/{foreign.token}"),
        reviewer.post(address(foreign, "/text")),
        reviewer.post(address(foreign, "/replay")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert all(_without_token(answer.text) == _without_token(never.text) for answer in answers[:1])
    for way in ("/proof.json", "/verified"):
        assert reviewer.post(address(foreign, way)).status_code == 404
    assert reviewer.get(address(foreign, "/proof.json")).status_code == 404
    assert reviewer.post("/console/decisions/find", {"pasted": foreign.token}).status_code == 404
    for kind in ("decision.opened", "decision.replayed", "ledger.verified"):
        assert events(console, kind, foreign) == []


def _without_token(page: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|time [^<]*", "", page)


def test_nobody_without_a_session_gets_anything(console: Console) -> None:
    decision = sealed(console)
    nobody = console.nobody()
    assert nobody.get(address(decision)).status_code == 303
    assert nobody.get(address(decision, "/proof.json")).status_code == 303
    for way in ("/text", "/replay", "/proof.json", "/verified"):
        assert nobody.post(address(decision, way)).status_code in (303, 401)


@pytest.mark.parametrize("way", ["/text", "/replay", "/proof.json", "/verified"])
def test_a_post_without_the_token_or_from_elsewhere_does_nothing(console: Console, way: str) -> None:
    decision = sealed(console, SENSITIVE, Side.PROMPT)
    reviewer = console.as_("reviewer")
    assert reviewer.post(address(decision, way), {"csrf": "x"}).status_code == 403
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert reviewer.post(address(decision, way), headers=elsewhere).status_code == 403
    assert console.site.service.store.audit.events(subject=decision.id) == []
