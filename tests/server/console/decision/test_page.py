"""The page of one decision over HTTP: what it shows, to whom, and what it puts on record."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest

from brightline.model import Decision, Ground, NotInspected, Outcome, Side, Span
from brightline.pipeline import new_decision_id
from tests.server.console.conftest import Console
from tests.server.console.decision.markup import text_of, tree_of
from tests.server.face.site import ALLOWED, REFUSED

PAPERS = "专业办理各种证件，毕业证学位证，网上可查，加微信 abc12345"  # not of a sensitive type
EVIDENCE = "毕业证"
SENSITIVE = REFUSED
HIDDEN = "百家乐"


def record(console: Console, decision: Decision, **changes: Any) -> Decision:
    """Another decision like this one, with another id."""
    changed = dataclasses.replace(decision, id=new_decision_id(), token=new_decision_id().replace("-", ""), **changes)
    return console.site.record(changed)


def sealed(console: Console, text: str = PAPERS, side: Side = Side.POST, **details: Any) -> Decision:
    made = console.decide(text, side, **details)
    console.site.service.sequencer.drain()
    return made


def address(decision: Decision, rest: str = "") -> str:
    return f"/console/decisions/{decision.id}{rest}"


def events(console: Console, kind: str, decision: Decision) -> list[Any]:
    return console.site.service.store.audit.events(kind=kind, subject=decision.id)


# What it shows


def test_the_page_tells_outcome_reason_rules_and_evidence(console: Console) -> None:
    decision = sealed(console, account="user-42")
    page = console.as_("reviewer").get(address(decision))
    assert page.status_code == 200
    text = text_of(page.text)
    assert decision.reason_en in text
    for rule in decision.rules:
        assert console.site.service.rulebook.citation(rule, "en") in text
        assert f'href="/console/rulebook/{rule}"' in page.text
    raw = next(tree_of(page.text).all("blockquote", cls="raw"))
    assert "学位证" in "".join(mark.text for mark in raw.all("mark"))
    assert "user-42" in text
    for finding in decision.findings:
        assert finding.detector_version in text
        assert finding.goal in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_statement_is_there_in_both_languages(console: Console, lang: str) -> None:
    decision = sealed(console)
    page = console.as_("lead", lang).get(address(decision)).text
    assert "停止了这条内容的传播" in page
    assert "The post is no longer shown" in page
    assert f'href="/d/{decision.token}"' in page
    checked = re.findall(r'id="statement-(zh|en)" value="\w+" checked', page)
    assert checked == [lang]


def test_an_allowed_item_says_that_its_text_was_not_kept(console: Console) -> None:
    decision = sealed(console, ALLOWED, Side.PROMPT)
    text = text_of(console.as_("reviewer").get(address(decision)).text)
    assert "No text was kept, because nothing was found in it." in text
    assert "Nothing was found." in text


def test_a_sampled_text_is_shown_whole(console: Console) -> None:
    decision = sealed(console, ALLOWED, Side.PROMPT, texts={"text": ALLOWED})
    text = text_of(console.as_("reviewer").get(address(decision)).text)
    assert ALLOWED in text
    assert "whole text" in text


def test_gaps_are_told_in_words(console: Console) -> None:
    gap = NotInspected("messages[1].content", "gateway", "token ids, which are no text")
    decision = record(console, console.decide(PAPERS, Side.POST), not_inspected=(gap,))
    assert "这是词元编号，不是文字" in console.as_("reviewer", "zh").get(address(decision)).text


def test_superseding_decisions_lead_to_each_other(console: Console) -> None:
    old = sealed(console)
    new = record(console, old, supersedes=old.id, automated="none", outcome=Outcome.ALLOW, rules=(), ground=Ground.NONE)
    assert f'href="{address(new)}"' in console.as_("reviewer").get(address(old)).text
    assert f'href="{address(old)}"' in console.as_("reviewer").get(address(new)).text


def test_a_trial_run_says_so(console: Console) -> None:
    decision = record(console, console.decide(PAPERS, Side.POST), mode="shadow")
    text = text_of(console.as_("reviewer").get(address(decision)).text)
    assert "Trial only" in text
    assert "none: a trial run" in text


def test_the_api_key_is_told_by_its_name(console: Console) -> None:
    key, _ = console.site.service.store.keys.create("shop <b>front</b>", ("gateway",), tenant="default")
    decision = console.decide(PAPERS, Side.POST, api_key=key.id)
    page = console.as_("reviewer").get(address(decision)).text
    assert "shop &lt;b&gt;front&lt;/b&gt;" in page
    gone = console.decide(PAPERS, Side.POST, api_key="0123456789abcdef")
    assert "0123456789abcdef" in console.as_("reviewer").get(address(gone)).text


def test_pending_and_sealed_are_told_apart(console: Console) -> None:
    with console.site.service.sequencer._lock:  # the sequencer of the running site has to wait
        decision = console.decide(PAPERS, Side.POST)
        page = console.as_("reviewer").get(address(decision)).text
        assert "Stored, and about to be sealed" in page
        assert 'id="prover"' not in page
        answer = console.as_("reviewer").get(address(decision, "/proof.json"), accept="application/json")
        assert answer.status_code == 409
    console.site.service.sequencer.drain()
    page = console.as_("reviewer").get(address(decision)).text
    assert 'id="prover"' in page
    prover = tree_of(page).by_id("prover").attributes
    assert prover["data-proof"].startswith("c2sp.org/tlog-proof@v1\n")
    assert prover["data-vkeys"] == console.site.service.signer.vkey


def test_a_page_that_was_pending_gets_its_place_by_asking(console: Console) -> None:
    reviewer = console.as_("reviewer")
    with console.site.service.sequencer._lock:
        decision = console.decide(PAPERS, Side.POST)
        assert f'hx-get="{address(decision)}/place"' in reviewer.get(address(decision)).text
        assert reviewer.get(address(decision, "/place"), htmx=True).status_code == 204
    console.site.service.sequencer.drain()
    part = reviewer.get(address(decision, "/place"), htmx=True)
    assert part.text.count("<section") == 1
    assert 'id="prover"' in part.text
    assert "hx-get" not in part.text
    assert EVIDENCE not in part.text


def test_many_findings_fold_and_are_all_there(console: Console) -> None:
    decision = console.decide(PAPERS, Side.POST)
    many = tuple(dataclasses.replace(decision.findings[0], goal=f"a.goal{number}") for number in range(60))
    page = console.as_("reviewer").get(address(record(console, decision, findings=many))).text
    assert all(f'id="finding-{number}"' in page for number in range(1, 61))
    assert "40 more findings" in page


# Hostile content

XSS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    "</blockquote></main><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&#60;b&#62;",
    "a\u202eb\x00\x1b[31m\r\n\u200b",
    "<!--",
    "]]>",
]


def test_hostile_text_in_every_field_stays_text(console: Console) -> None:
    base = console.decide(PAPERS, Side.POST)
    for number, attack in enumerate(XSS):
        finding = dataclasses.replace(
            base.findings[0],
            detector=attack,
            detector_version=attack,
            goal=attack,
            part=attack,
            lane=attack,
            evidence=(attack,),
            spans=(Span(0, len(attack)),),
            normalised=(attack,),
            exceptions=() if number % 2 else (attack,),
            excerpt=attack,
            excerpt_start=0,
            note_zh=attack,
            note_en=attack,
            term=attack,
            rules=(*base.findings[0].rules, attack),
        )
        decision = record(
            console,
            base,
            findings=(finding,),
            rules=(*base.rules, attack),
            not_inspected=(NotInspected(attack, attack, attack),),
            reason_zh=attack,
            reason_en=attack,
            versions={"text": attack, "x": attack},
            account=attack.replace("\x00", ""),
            api_key="",
            label={"position": "suffix", "text": attack, "lang": attack, "reason": attack},
            request={
                "endpoint": attack,
                "model": attack.replace("\x00", ""),
                "status": attack,
                "method": attack,
                attack: attack,
                "source": attack,
                "source_id": attack,
                "channels": [attack],
                "usage": {attack: 1},
            },
            texts={"other": attack},
        )
        console.site.service.sequencer.drain()
        for lang in ("zh", "en"):
            person = console.as_("reviewer", lang)
            for answer in (person.get(address(decision)), person.post(address(decision, "/replay"))):
                assert answer.status_code == 200, attack
                tree = tree_of(answer.text)
                assert all(script.attributes.get("src", "").startswith("/static/") and not script.text for script in tree.all("script")), (
                    attack
                )
                assert not [node for node in tree.all() if node.tag == "img" and node.attributes.get("src") == "x"]
                assert not [node for node in tree.all() if any(name.startswith("on") for name in node.attributes)]
                assert not [node for node in tree.all("a") if not node.attributes["href"].startswith(("/", "#", "?"))]
                assert "49" not in tree.by_id("text").text.split()


def test_characters_that_turn_the_direction_are_always_isolated(console: Console) -> None:
    base = console.decide(f"好\u202eabc\u2066{PAPERS}", Side.POST)
    gap = NotInspected("part\u202e", "me\u2067", "why\u2068")
    decision = record(console, base, account="a\u202eb", reason_en="so\u202e", not_inspected=(gap,), request={"model": "m\u202d"})
    tree = tree_of(console.as_("reviewer").get(address(decision)).text)
    isolated = sum(len(TURNING.findall(node.text)) for node in tree.all("bdi", cls="ghost"))
    assert isolated >= 10
    assert isolated == len(TURNING.findall(tree.text)), "none stands outside of an element of its own"


TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


# Who sees the text


def test_a_role_without_the_right_sees_that_there_is_a_text_and_why_not(console: Console) -> None:
    decision = sealed(console)
    page = console.as_("admin").get(address(decision)).text
    assert EVIDENCE not in page
    assert decision.token not in page, "the public page would show it"
    assert "Your role may not read texts." in page
    assert 'id="proof-form"' not in page
    assert 'id="prover"' in page, "what holds no text can be verified"


def test_what_could_tell_a_text_is_kept_from_who_may_not_read_it(console: Console) -> None:
    first, last = sealed(console, account="guess"), sealed(console, PAPERS + "特别", account="guess")
    page = console.as_("admin").get(address(last), list="account=guess&text=特别").text
    assert last.item_digest[:12] not in page, "a short text could be guessed from its digest"
    assert address(first) in page, "before and after do not tell which texts hold a word"
    assert address(first) not in console.as_("reviewer").get(address(last), list="account=guess&text=特别").text


@pytest.mark.parametrize("way", ["/text", "/proof.json"])
def test_a_role_without_the_right_cannot_ask_for_it(console: Console, way: str) -> None:
    decision = sealed(console)
    answer = console.as_("admin").post(address(decision, way))
    assert answer.status_code == 403
    assert EVIDENCE not in answer.text
    assert events(console, "decision.opened", decision) == []
    assert console.as_("admin").get(address(decision, "/proof.json")).status_code == 403


def test_a_sensitive_text_is_not_in_the_page_until_asked_for(console: Console) -> None:
    decision = sealed(console, SENSITIVE, Side.PROMPT)
    reviewer = console.as_("reviewer")
    page = reviewer.get(address(decision)).text
    assert HIDDEN not in page
    assert 'data-key="x"' in page
    assert events(console, "decision.opened", decision) == []

    opened = reviewer.post(address(decision, "/text"))
    assert opened.status_code == 200
    assert HIDDEN in opened.text
    (event,) = events(console, "decision.opened", decision)
    assert event.actor == reviewer.user.id
    assert dict(event.detail) == {"way": "asked"}
    assert HIDDEN not in reviewer.get(address(decision)).text, "only that one answer shows it"


def test_the_opening_stands_in_the_ledger(console: Console) -> None:
    decision = sealed(console, SENSITIVE, Side.PROMPT)
    console.as_("auditor").post(address(decision, "/text"))
    (event,) = events(console, "decision.opened", decision)
    console.site.service.sequencer.drain()
    assert console.site.service.sequencer.evidence(event.id).entry


def test_who_switched_folding_off_sees_it_and_is_on_record(console: Console) -> None:
    decision = sealed(console, SENSITIVE, Side.PROMPT)
    person = console.new("reviewer", "hardened")
    assert person.user is not None
    console.site.service.store.users.set_preferences(person.user.id, {"fold_sensitive": False, "fold": "none"})
    assert HIDDEN in person.get(address(decision)).text
    (event,) = events(console, "decision.opened", decision)
    assert dict(event.detail) == {"way": "unfolded"}


def test_who_wants_all_texts_folded_asks_without_a_record(console: Console) -> None:
    decision = sealed(console)
    person = console.new("reviewer", "careful")
    assert person.user is not None
    console.site.service.store.users.set_preferences(person.user.id, {"fold": "all"})
    assert EVIDENCE not in person.get(address(decision)).text
    assert EVIDENCE in person.post(address(decision, "/text")).text
    assert events(console, "decision.opened", decision) == []


def test_an_ordinary_text_is_no_entry(console: Console) -> None:
    decision = sealed(console)
    console.as_("reviewer").get(address(decision))
    assert events(console, "decision.opened", decision) == []


# The proof


def test_the_proof_of_an_ordinary_text_is_downloaded(console: Console) -> None:
    decision = sealed(console)
    answer = console.as_("reviewer").get(address(decision, "/proof.json"))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="brightline-proof-{decision.id}.json"'
    assert json.loads(answer.content)["decision"]["id"] == decision.id


def test_the_proof_of_a_sensitive_text_is_on_record_first(console: Console) -> None:
    decision = sealed(console, SENSITIVE, Side.PROMPT)
    reviewer = console.as_("reviewer")
    refused = reviewer.get(address(decision, "/proof.json"))
    assert refused.status_code == 303
    assert refused.headers["location"] == address(decision)
    assert reviewer.get(address(decision, "/proof.json"), accept="application/json").status_code == 403
    assert events(console, "decision.opened", decision) == []
    given = reviewer.post(address(decision, "/proof.json"))
    assert json.loads(given.content)["decision"]["id"] == decision.id
    (event,) = events(console, "decision.opened", decision)
    assert dict(event.detail) == {"way": "proof"}


def test_a_verification_can_be_put_on_record(console: Console) -> None:
    decision = sealed(console)
    answer = console.as_("auditor").post(address(decision, "/verified"), {"size": "12"})
    assert answer.status_code == 303
    (event,) = events(console, "ledger.verified", decision)
    assert dict(event.detail) == {"what": "proof", "size": 12}
    console.as_("auditor").post(address(decision, "/verified"), {"size": "1" * 400})
    assert console.site.service.store.audit.events(kind="ledger.verified", subject=decision.id)[0].detail["size"] == 0


# Erased


def test_an_erased_decision_is_a_state_of_its_own(console: Console) -> None:
    decision = sealed(console, account="user-43")
    console.site.service.store.erase_payload(decision.id, actor="test")
    console.site.service.sequencer.drain()
    reviewer = console.as_("reviewer")
    page = reviewer.get(address(decision)).text
    text = text_of(page)
    assert EVIDENCE not in page
    assert "user-43" not in page
    assert "The texts were erased." in text
    assert "The erasure is entry" in text
    assert 'id="prover"' in page
    assert 'id="proof-form"' not in page
    assert reviewer.get(address(decision, "/proof.json"), accept="application/json").status_code == 410
    assert reviewer.get(address(decision, "/proof.json")).status_code == 303


@pytest.mark.parametrize("way", ["/text", "/replay"])
def test_an_erasure_while_the_page_was_open_is_told(console: Console, way: str) -> None:
    decision = sealed(console, SENSITIVE, Side.PROMPT)
    reviewer = console.as_("reviewer")
    assert reviewer.get(address(decision)).status_code == 200
    console.site.service.store.erase_payload(decision.id, actor="test")
    answer = reviewer.post(address(decision, way))
    assert answer.status_code == 200
    assert "perhaps while you had the page open" in text_of(answer.text)
    assert HIDDEN not in answer.text
    assert events(console, "decision.opened", decision) == []


# Replay


def test_a_replay_shows_both_judgements_and_is_on_record(console: Console) -> None:
    decision = sealed(console)
    reviewer = console.as_("reviewer")
    answer = reviewer.post(address(decision, "/replay"))
    text = text_of(answer.text)
    assert "The same: outcome, ground, rules and reason come out as they are stored." in text
    assert f"Found again: {len(decision.findings)}. No longer found: 0. New: 0." in text
    (event,) = events(console, "decision.replayed", decision)
    assert dict(event.detail) == {"law": "then", "same": True}
    before = console.site.service.decision(decision.id)
    assert before is not None
    assert before.decision == decision, "nothing is changed by it"


def test_a_replay_marks_what_differs(console: Console) -> None:
    base = console.decide(PAPERS, Side.POST)
    decision = record(console, base, outcome=Outcome.LIMIT, rules=base.rules[:1], versions={**base.versions, "rulebook": "0" * 16})
    tree = tree_of(console.as_("admin").post(address(decision, "/replay"), {"law": "today"}).text)
    changed = [row.text for row in tree.by_id("replay").all("tr", cls="changed")]
    assert any("Outcome" in row and "Limited" in row and "Blocked" in row for row in changed)
    assert any("0" * 16 in row for row in changed)
    assert EVIDENCE not in tree.by_id("replay").text
    (event,) = events(console, "decision.replayed", decision)
    assert dict(event.detail) == {"law": "today", "same": False}


# Finding the way


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
