"""Who sees the text of a decision: roles, folding, the proof that holds it, and what is left after an erasure."""

from __future__ import annotations

import json

import pytest

from brightline.model import Side
from tests.server.console.conftest import Console
from tests.server.console.decision.markup import text_of
from tests.server.console.decision.recording import EVIDENCE, HIDDEN, PAPERS, SENSITIVE, address, events, sealed


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
