from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest

from brightline.documents import decision_to_document
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

POST = "百家乐推广，加微信上分，新人开户送彩金。"


def stored(site: Site) -> int:
    return sum(site.service.store.counts().values())


def test_an_item_gets_a_decision_that_names_rule_and_evidence(client: httpx.Client, site: Site) -> None:
    answer = client.post("/api/v1/inspect", json={"text": POST, "source": "forum", "source_id": "7", "account": "user-42"})
    assert answer.status_code == 200
    document = answer.json()
    assert document["outcome"] == "block"
    assert "CSL-49" in document["rules"]
    finding = document["findings"][0]
    assert [POST[start:end] for start, end in finding["spans"]] == finding["evidence"]
    assert document["reason_zh"]
    assert document["reason_en"]
    assert document["account"] == "user-42"
    assert document["request"] == {"endpoint": "/api/v1/inspect", "side": "post", "source": "forum", "source_id": "7"}
    assert document["statement_url"] == f"{site.url}/d/{document['token']}"
    assert document["ledger"] == {"state": "pending"}


def test_the_decision_is_on_disk_when_the_answer_comes(client: httpx.Client, site: Site) -> None:
    document = client.post("/api/v1/inspect", json={"text": POST}).json()
    there = site.service.decision(document["id"])
    assert there is not None
    assert document.items() >= decision_to_document(there.decision).items()
    assert there.decision.api_key == site.key.split("_")[1]


def test_the_side_decides_between_refusing_and_blocking(client: httpx.Client) -> None:
    assert client.post("/api/v1/inspect", json={"text": REFUSED, "side": "prompt"}).json()["outcome"] == "refuse"
    assert client.post("/api/v1/inspect", json={"text": POST, "side": "post"}).json()["outcome"] == "block"
    assert client.post("/api/v1/inspect", json={"text": ALLOWED}).json()["outcome"] == "allow"


def test_of_an_allowed_text_only_the_digest_is_kept(client: httpx.Client) -> None:
    answer = client.post("/api/v1/inspect", json={"text": ALLOWED})
    assert ALLOWED not in answer.text
    assert len(answer.json()["item_digest"]) == 64


def test_parts_are_inspected_each_from_its_side(client: httpx.Client) -> None:
    parts = [{"path": "title", "text": ALLOWED}, {"path": "body", "text": REFUSED, "side": "prompt"}]
    document = client.post("/api/v1/inspect", json={"kind": "dialogue", "parts": parts}).json()
    assert {(finding["part"], finding["side"]) for finding in document["findings"]} == {("body", "prompt")}
    assert document["item_kind"] == "dialogue"


def test_a_batch_is_decided_in_order_and_recorded_together(client: httpx.Client, site: Site) -> None:
    before = stored(site)
    answer = client.post("/api/v1/inspect", json={"items": [{"text": ALLOWED}, {"text": POST}, {"text": ALLOWED}]})
    assert [document["outcome"] for document in answer.json()["decisions"]] == ["allow", "block", "allow"]
    assert stored(site) == before + 3


def test_a_batch_with_one_wrong_item_records_nothing(client: httpx.Client, site: Site) -> None:
    before = stored(site)
    answer = client.post("/api/v1/inspect", json={"items": [{"text": POST}, {"text": POST, "side": "left"}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/items/1/side"
    assert stored(site) == before


def test_nothing_is_answered_that_could_not_be_recorded(tmp_path: Path) -> None:
    with running_site(tmp_path) as site, httpx.Client(base_url=site.url, headers=site.authorization, timeout=30) as client:
        assert client.post("/api/v1/inspect", json={"text": ALLOWED}).status_code == 200
        site.service.store.close()
        (tmp_path / "brightline.db").rename(tmp_path / "away.db")
        (tmp_path / "brightline.db").mkdir()
        answers = [client.post("/api/v1/inspect", json=body) for body in ({"text": POST}, {"items": [{"text": POST}]})]
        (tmp_path / "brightline.db").rmdir()
        (tmp_path / "away.db").rename(tmp_path / "brightline.db")
    for answer in answers:
        assert (answer.status_code, answer.json()["code"][:8], answer.headers["retry-after"]) == (503, "BL-STORE", "5")


def test_long_texts_are_inspected_whole(client: httpx.Client) -> None:
    text = "今天天气很好。" * 10_000 + POST
    document = client.post("/api/v1/inspect", json={"text": text}).json()
    assert document["outcome"] == "block"
    assert document["findings"][0]["spans"][0][0] >= 70_000


UNUSABLE = [
    (b"not json", 400, "BL-INPUT-201"),
    (b"", 400, "BL-INPUT-201"),
    (b'{"text": "a"', 400, "BL-INPUT-201"),
    (b'{"text": NaN}', 400, "BL-INPUT-201"),
    (rb'{"text": "\ud800"}', 400, "BL-INPUT-201"),
    (rb'{"text": "\udc00\ud800 hidden"}', 400, "BL-INPUT-201"),
    (b'{"text": "\xed\xa0\x80"}', 400, "BL-INPUT-202"),
    (b'{"text": "\xff\xfe"}', 400, "BL-INPUT-202"),
    ('{"text": "中文"}'.encode("gb18030"), 400, "BL-INPUT-202"),
    ('{"text": "中文"}'.encode("utf-16"), 400, "BL-INPUT-202"),
    (b"[" * 100_000 + b"]" * 100_000, 400, "BL-INPUT-201"),
    (rb'{"text": "a\u0000b"}', 422, "BL-INPUT-422"),
    (rb'{"text": "a", "account": "\u0000"}', 422, "BL-INPUT-422"),
    (b"null", 422, "BL-INPUT-422"),
    (b"[]", 422, "BL-INPUT-422"),
    (b'"text"', 422, "BL-INPUT-422"),
    (b"{}", 422, "BL-INPUT-422"),
    (b'{"text": null}', 422, "BL-INPUT-422"),
    (b'{"text": 7}', 422, "BL-INPUT-422"),
    (b'{"text": ["a"]}', 422, "BL-INPUT-422"),
    (b'{"text": "a", "parts": []}', 422, "BL-INPUT-422"),
    (b'{"text": "a", "parts": null}', 422, "BL-INPUT-422"),
    (b'{"parts": []}', 422, "BL-INPUT-422"),
    (b'{"parts": [{"path": "", "text": "a"}]}', 422, "BL-INPUT-422"),
    (b'{"parts": [{"path": "x", "text": "a"}, {"path": "x", "text": "b"}]}', 422, "BL-INPUT-422"),
    (b'{"text": "a", "kind": "image"}', 422, "BL-INPUT-422"),
    (b'{"text": "a", "Side": "post"}', 422, "BL-INPUT-422"),
    (b'{"text": "a", "source": "' + b"x" * 257 + b'"}', 422, "BL-INPUT-422"),
    (b'{"items": []}', 422, "BL-INPUT-422"),
    (b'{"items": {"text": "a"}}', 422, "BL-INPUT-422"),
    (b'{"items": [' + b",".join([b'{"text": "a"}'] * 101) + b"]}", 422, "BL-INPUT-422"),
    (b'{"text": "' + b"a" * 200_001 + b'"}', 413, "BL-INPUT-413"),
    (b'{"text": "' + b"a" * 10_000_000 + b'"}', 413, "BL-INPUT-413"),
]


@pytest.mark.parametrize(("body", "status", "code"), UNUSABLE, ids=[f"{status}-{body[:24]!r}" for body, status, _ in UNUSABLE])
def test_unusable_bodies_get_a_clear_problem_and_record_nothing(
    client: httpx.Client, site: Site, body: bytes, status: int, code: str
) -> None:
    before = stored(site)
    answer = client.post("/api/v1/inspect", content=body, headers={"Content-Type": "application/json"})
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"]
    assert problem["hint"]
    assert "hidden" not in answer.text
    assert stored(site) == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_only_json_is_taken(client: httpx.Client, content_type: str) -> None:
    answer = client.post("/api/v1/inspect", content=b'{"text": "a"}', headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "BL-INPUT-415")


def test_a_problem_never_repeats_what_was_sent(client: httpx.Client) -> None:
    answer = client.post("/api/v1/inspect", json={"text": "a", "side": "<script>secret</script>", "secret-field": 1})
    assert answer.status_code == 422
    assert "<script>" not in answer.text


def test_the_key_is_asked_for_before_the_body_is_read(site: Site) -> None:
    answer = httpx.post(f"{site.url}/api/v1/inspect", content=b"\xff not json")
    assert (answer.status_code, answer.json()["code"]) == (401, "BL-ACCESS-001")
    assert answer.headers["www-authenticate"].startswith("Bearer")
