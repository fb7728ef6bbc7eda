from __future__ import annotations

import dataclasses
import re
import time
import uuid

import httpx2 as httpx
import pytest

from brightline.model import Decision
from tests.server.face.site import ALLOWED, REFUSED, Site


def ids(answer: httpx.Response) -> list[str]:
    return [document["id"] for document in answer.json()["decisions"]]


@pytest.fixture
def foreign(site: Site) -> Decision:
    """A decision of another tenant."""
    decision = site.decide(REFUSED)
    return site.record(dataclasses.replace(decision, id=str(uuid.uuid4()), token=uuid.uuid4().hex, tenant="other"))


def test_a_decision_is_found_by_its_id(client: httpx.Client, site: Site) -> None:
    decision = site.decide(REFUSED)
    site.sequence()
    document = client.get(f"/api/v1/decisions/{decision.id}").json()
    assert document["id"] == decision.id
    assert document["rules"] == list(decision.rules)
    assert document["ledger"]["state"] == "sequenced"
    assert document["ledger"]["seq"] >= 0


@pytest.mark.parametrize("decision_id", ["x", "01936f7e-5b1c-7cc3-98c4-dc0c0c07398f", "%00", "' OR '1'='1", "决定"])
def test_an_unknown_id_is_not_found(client: httpx.Client, decision_id: str) -> None:
    for path in (f"/api/v1/decisions/{decision_id}", f"/api/v1/decisions/{decision_id}/proof"):
        assert client.get(path).status_code == 404


def test_decisions_of_another_tenant_are_as_unknown_as_none(client: httpx.Client, foreign: Decision) -> None:
    assert client.get(f"/api/v1/decisions/{foreign.id}").status_code == 404
    assert client.get(f"/api/v1/decisions/{foreign.id}/proof").status_code == 404
    assert foreign.id not in ids(client.get("/api/v1/decisions?limit=200"))


def test_pages_follow_each_other_newest_first_without_gap_or_overlap(client: httpx.Client, site: Site) -> None:
    made = [site.decide(ALLOWED, account="pager").id for _ in range(7)]
    seen: list[str] = []
    after = ""
    while True:
        answer = client.get("/api/v1/decisions", params={"account": "pager", "limit": 3, "after": after})
        seen += ids(answer)
        if "next" not in answer.json():
            break
        after = answer.json()["next"]
    assert seen == made[::-1]


def test_filters_narrow_each_other(client: httpx.Client, site: Site) -> None:
    refused = site.decide(REFUSED, account="narrow", request={"model": "m-1"})
    allowed = site.decide(ALLOWED, account="narrow")
    every = {"account": "narrow"}

    def found(**filters: str) -> set[str]:
        return set(ids(client.get("/api/v1/decisions", params=every | filters)))

    assert found() == {refused.id, allowed.id}
    assert found(outcome="refuse") == {refused.id}
    assert found(flagged="false") == {allowed.id}
    assert found(rule="CSL-49") == {refused.id}
    assert found(rule="CSL-47") == {refused.id}, "a former id finds the rule"
    assert found(problem_type="9", door="api") == {refused.id}
    assert found(model="m-1") == {refused.id}
    assert found(door="gateway") == set()
    assert found(since="2020-01-01T00:00:00+08:00", until="9999-12-31T23:59:59.999999-23:00") == {refused.id, allowed.id}
    assert found(until="0001-01-01T00:00:00+23:59") == set()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("outcom=refuse", 400),
        ("limit=1&limit=2", 400),
        ("limit=0", 422),
        ("limit=201", 422),
        ("limit=a", 422),
        ("after=x", 400),
        ("after=1.%00", 422),
        ("after=%FF", 400),
        ("outcome=stop", 422),
        ("problem_type=14", 422),
        ("rule=CSL-999", 400),
        ("since=yesterday", 422),
        ("since=2026-11-22T00:00:00", 422),
        ("model=%00", 422),
        ("account=" + "a" * 257, 422),
    ],
)
def test_a_filter_that_cannot_be_meant_is_a_problem(client: httpx.Client, query: str, status: int) -> None:
    answer = client.get(f"/api/v1/decisions?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_proof_is_the_bundle_for_the_single_file_verifier(client: httpx.Client, site: Site) -> None:
    decision = site.decide(REFUSED)
    site.sequence()
    answer = client.get(f"/api/v1/decisions/{decision.id}/proof")
    assert answer.json()["decision"]["id"] == decision.id
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_pending_proof_asks_to_come_back(client: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = site.decide(REFUSED)
    site.sequence()
    stored = site.service.store.decision(decision.id)
    assert stored is not None
    monkeypatch.setattr(site.service.store, "decision", lambda _: stored._replace(seq=None))
    answer = client.get(f"/api/v1/decisions/{decision.id}/proof")
    assert (answer.status_code, answer.json()["code"]) == (409, "BL-LEDGER-101")
    assert answer.headers["retry-after"] == "1"
    assert client.get(f"/api/v1/decisions/{decision.id}").json()["ledger"] == {"state": "pending"}


def test_an_erased_decision_says_so(client: httpx.Client, site: Site) -> None:
    decision = site.decide(REFUSED)
    site.sequence()
    site.service.store.erase_payload(decision.id)
    document = client.get(f"/api/v1/decisions/{decision.id}").json()
    assert document["erased_at"] <= time.time_ns() // 1000
    assert "百家乐" not in str(document)
    assert client.get(f"/api/v1/decisions/{decision.id}/proof").status_code == 410
    page = httpx.get(f"{site.url}/d/{decision.token}", headers={"Accept-Language": "en"}).text
    assert "The texts of this decision were erased" in page
    assert "百家乐" not in page


def test_rules_are_listed_searched_and_read(client: httpx.Client, site: Site) -> None:
    everything = client.get("/api/v1/rules").json()
    assert len(everything["rules"]) == len(site.service.rulebook.rules)
    assert everything["digest"] == site.service.rulebook.digest
    found = [rule["id"] for rule in client.get("/api/v1/rules", params={"search": "网络安全法"}).json()["rules"]]
    assert "CSL-49" in found
    assert all(5 in rule["problem_types"] for rule in client.get("/api/v1/rules?problem_type=5").json()["rules"])
    rule = client.get("/api/v1/rules/CSL-47").json()
    assert (rule["id"], rule["citation_zh"]) == ("CSL-49", "《中华人民共和国网络安全法》第四十九条")
    assert client.get("/api/v1/rules/NO-1").status_code == 404


def test_the_head_of_the_ledger_is_a_signed_note(client: httpx.Client, site: Site) -> None:
    site.decide(ALLOWED)
    site.sequence()
    head = client.get("/api/v1/ledger/head").json()
    origin, size, root = head["checkpoint"].split("\n")[:3]
    assert head["vkey"].startswith(f"{origin}+")
    assert int(size) == head["size"] > 0
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", root)


def test_every_operation_is_closed_without_the_scope_that_it_names(site: Site) -> None:
    description = httpx.get(f"{site.url}/openapi.json").json()
    keys = {scope: site.service.store.keys.create(f"{scope} only", (scope,))[1] for scope in ("gateway", "inspect", "read", "corpus")}
    nobody = dict.fromkeys(("run_id", "source_id", "sample_id", "report_id"), "0")
    values = {"decision_id": "01936f7e-5b1c-7cc3-98c4-dc0c0c07398f", "rule_id": "CSL-49", "content_id": "1"} | nobody
    checked = 0
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            url = site.url + path.format(**values)
            assert httpx.request(method, url).json()["code"] == "BL-ACCESS-001"
            assert httpx.request(method, url, headers={"Authorization": "Bearer bl_a_b"}).json()["code"] == "BL-ACCESS-002"
            for scope, key in keys.items():
                answer = httpx.request(method, url, headers={"Authorization": f"Bearer {key}"})
                is_closed = answer.status_code == 403 and answer.json()["code"] == "BL-ACCESS-004"
                assert is_closed == (scope != operation["x-brightline-scope"]), (method, path, scope)
            checked += 1
    assert checked == 30


def test_a_busy_key_is_told_when_to_come_back(site: Site) -> None:
    _, key = site.service.store.keys.create("slow", ("read",), rate_per_minute=2)
    answers = [httpx.get(f"{site.url}/api/v1/ledger/head", headers={"Authorization": f"Bearer {key}"}) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_answers_are_not_for_caches_and_not_for_frames(client: httpx.Client) -> None:
    for path in ("/api/v1/rules", "/api/v1/decisions", "/api/v1/ledger/head", "/api/v1/nothing"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
