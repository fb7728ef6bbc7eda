from __future__ import annotations

import dataclasses
import json

import httpx2 as httpx
import pytest

from brightline.model import Decision, NotInspected, Outcome, Side
from tests.server.face.site import ALLOWED, REFUSED, Site

ZH, EN = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en"}


def page(site: Site, decision: Decision, headers: dict[str, str] = ZH) -> httpx.Response:
    return httpx.get(f"{site.url}/d/{decision.token}", headers=headers)


def test_the_person_concerned_reads_what_was_decided_and_under_which_rule(site: Site) -> None:
    decision = site.decide(REFUSED)
    chinese, english = page(site, decision).text, page(site, decision, EN).text
    assert "没有回答这项请求" in chinese
    assert "The request was not answered" in english
    for rule in decision.rules:
        assert site.service.rulebook.citation(rule, "zh") in chinese
    assert decision.reason_zh in chinese
    assert decision.id in chinese
    assert decision.id in english


def test_the_evidence_is_marked_in_its_text(site: Site) -> None:
    text = page(site, site.decide(REFUSED)).text
    assert "<mark>百家乐</mark>" in text


def test_sensitive_evidence_is_folded_and_complete(site: Site) -> None:
    decision = site.decide(REFUSED)
    findings = tuple(dataclasses.replace(finding, problem_types=(9,)) for finding in decision.findings)
    sensitive = site.record(dataclasses.replace(decision, id=decision.id[:-4] + "0000", token="s" * 22, findings=findings))
    text = page(site, sensitive).text
    folded = text.partition("<details>")[2].partition("</details>")[0]
    assert "<mark>百家乐</mark>" in folded


def test_what_was_not_inspected_is_said(site: Site) -> None:
    decision = site.decide(ALLOWED)
    gap = NotInspected("messages[1].image", "text", "no detector for pictures <b>yet</b>")
    partly = site.record(dataclasses.replace(decision, id=decision.id[:-4] + "1111", token="g" * 22, not_inspected=(gap,)))
    text = page(site, partly).text
    assert "messages[1].image" in text
    assert "<b>yet" not in text


def test_hostile_text_stays_text(site: Site) -> None:
    hostile = "<svg onload=alert(1)>百家乐推广，加微信上分，开户送彩金</svg>"
    decision = site.decide(hostile, Side.POST)
    assert decision.outcome is Outcome.BLOCK
    text = page(site, decision).text
    assert "<svg onload" not in text
    assert "&lt;svg onload" in text


def test_a_statement_is_kept_from_search_engines_and_caches(site: Site) -> None:
    answer = page(site, site.decide(REFUSED))
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_the_proof_is_a_bundle_about_this_decision(site: Site) -> None:
    decision = site.decide(REFUSED)
    site.sequence()
    answer = httpx.get(f"{site.url}/d/{decision.token}/proof.json")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="brightline-proof-{decision.id}.json"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    bundle = json.loads(answer.content)
    assert bundle["format"] == "brightline-proof/1"
    assert bundle["decision"]["id"] == decision.id


def test_a_proof_that_is_still_being_made_asks_for_patience(site: Site) -> None:
    with site.service.sequencer._lock:  # the sequencer of the running site has to wait
        decision = site.decide(REFUSED)
        answer = httpx.get(f"{site.url}/d/{decision.token}/proof.json", headers=EN)
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "2"
    assert "The proof is being made." in answer.text


@pytest.mark.parametrize(
    "token", ["x", "A" * 22, "a" * 300, "..%2f..%2fetc", "%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00", "' OR 1=1--", "决定"]
)
def test_an_unknown_token_gets_a_page_that_helps(site: Site, token: str) -> None:
    for path in (f"/d/{token}", f"/d/{token}/proof.json"):
        answer = httpx.get(site.url + path, headers=EN | {"Accept": "text/html"})
        assert answer.status_code == 404
        assert "Check that the whole link was copied." in answer.text
