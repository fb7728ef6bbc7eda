"""The page of one decision over HTTP: what it shows, to whom, and what it puts on record."""

from __future__ import annotations

import dataclasses
import re

import pytest

from brightline.model import Ground, NotInspected, Outcome, Side
from brightline.server.console.naming import goal_name
from tests.server.console.conftest import Console
from tests.server.console.decision.markup import text_of, tree_of
from tests.server.console.decision.recording import EVIDENCE, PAPERS, address, events, record, sealed
from tests.server.face.site import ALLOWED


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


@pytest.mark.parametrize(("lang", "name"), [("zh", "疑似黑灰产推广"), ("en", "Probably black-market trade")])
def test_what_a_model_saw_has_its_name_and_leads_nowhere(console: Console, lang: str, name: str) -> None:
    decision = sealed(console)
    assert "model.black_market" in {finding.goal for finding in decision.findings}
    page = console.as_("reviewer").get(address(decision), lang=lang).text
    assert name in page
    assert "goals/model.black_market" not in page


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


# Replay


def test_a_replay_shows_both_judgements_and_is_on_record(console: Console) -> None:
    decision = sealed(console)
    reviewer = console.as_("reviewer")
    answer = reviewer.post(address(decision, "/replay"))
    text = text_of(answer.text)
    assert "The same: outcome, ground, rules and reason come out as they are stored." in text
    assert len(decision.findings) >= 2, "the text shows more than one thing"
    assert f"Found again: {len(decision.findings)}. No longer found: 0. New: 0." in text
    (event,) = events(console, "decision.replayed", decision)
    assert dict(event.detail) == {"law": "then", "same": True}
    before = console.site.service.decision(decision.id)
    assert before is not None
    assert before.decision == decision, "nothing is changed by it"


def test_a_replay_names_goals_by_their_titles(console: Console) -> None:
    decision = sealed(console)
    steps = text_of(console.as_("reviewer").post(address(decision, "/replay")).text).partition("How the policy weighs")[2]
    for finding in decision.findings:
        assert f"{goal_name(console.site.service.pipeline, finding.goal, 'en')} {finding.goal}" in steps


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "answers judged one step stricter: the conversation left open"), ("zh", "回答从严一级判断")]
)
def test_what_a_conversation_left_open_is_told_by_its_titles(console: Console, lang: str, words: str) -> None:
    decision = sealed(console)
    goals = ("gambling.promotion", "likeness.bare_over_turns", "of.yesterday")
    tightened = record(console, decision, context=dataclasses.replace(decision.context, tightened=goals))
    told = text_of(console.as_("reviewer", lang).get(address(tightened)).text)
    assert words in told
    for goal in goals:
        assert f"{goal_name(console.site.service.pipeline, goal, lang)} {goal}".strip() in told
    assert words not in text_of(console.as_("reviewer", lang).get(address(decision)).text)


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
