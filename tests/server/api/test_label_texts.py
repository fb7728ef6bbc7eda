"""Whose text is this, what does an agreement say, and what do the records hold: the label routes without files."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2 as httpx
import pytest

from brightline.labels.verification import catalogue
from tests.server.face.site import Site

LABELS = "/api/v1/labels"
ANSWER = (
    "识别刷单骗局，先看对方是否要求垫付资金；凡是要求先交钱的，都是诈骗。遇到这种情况，请立即停止转账，保留聊天记录，并拨打反诈专线咨询。"
)


@pytest.fixture
def generated(site: Site) -> Iterator[str]:
    """The id of a decision whose answer this installation generated."""
    decision = site.decide(ANSWER).id
    site.service.labelling.remember_answers([(decision, ANSWER)])
    yield decision
    site.service.store.text_fingerprints.erase(decision)


@pytest.fixture
def administrator(site: Site) -> Iterator[httpx.Client]:
    _, secret = site.service.store.keys.create("administrator", ("admin",))
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def matches(client: httpx.Client, text: str) -> list[tuple[str, bool]]:
    found = client.post(f"{LABELS}/texts/match", json={"text": text}).json()
    return [(match["decision"], match["exact"]) for match in found["matches"]]


class TestTexts:
    """Did we generate this?"""

    def test_a_generated_text_is_known_again_also_with_other_punctuation(self, client: httpx.Client, generated: str) -> None:
        assert matches(client, ANSWER) == [(generated, True)]
        assert matches(client, ANSWER.replace("，", ", ").replace("。", "\n")) == [(generated, True)]

    def test_a_passage_of_it_is_no_exact_match(self, client: httpx.Client, generated: str) -> None:
        assert matches(client, "朋友转给我的：" + ANSWER[:50]) == [(generated, False)]

    def test_other_texts_are_not_ours(self, client: httpx.Client, generated: str) -> None:
        assert generated not in dict(matches(client, "昨天下午我们去了植物园，看到了开得正好的荷花，还在湖边吃了带去的饭团和水果。"))

    def test_a_text_too_short_to_be_anybodys_says_so(self, client: httpx.Client) -> None:
        found = client.post(f"{LABELS}/texts/match", json={"text": "你好"}).json()
        assert (found["matches"], found["too_short"]) == ([], True)

    def test_a_forgotten_text_is_nobodys(self, client: httpx.Client, administrator: httpx.Client, generated: str) -> None:
        forgotten = [administrator.delete(f"{LABELS}/texts/{generated}").json()["forgotten"] for _ in range(2)]
        assert forgotten == [1, 0]
        assert matches(client, ANSWER) == []

    def test_who_forgot_a_text_stands_in_the_audit_log(self, site: Site, generated: str) -> None:
        key, secret = site.service.store.keys.create("forgetful administrator", ("admin",))
        httpx.delete(f"{site.url}{LABELS}/texts/{generated}", headers={"Authorization": f"Bearer {secret}"})
        events = site.service.store.audit.events(kind="label.forgotten", subject=generated)
        assert [event.actor for event in events] == [key.id]

    def test_only_administrators_forget_and_only_what_is_theirs(self, site: Site, client: httpx.Client, generated: str) -> None:
        assert client.delete(f"{LABELS}/texts/{generated}").json()["code"] == "BL-ACCESS-004"
        _, secret = site.service.store.keys.create("stranger", ("admin", "inspect"), tenant="elsewhere")
        stranger = {"Authorization": f"Bearer {secret}"}
        assert httpx.delete(f"{site.url}{LABELS}/texts/{generated}", headers=stranger).json()["code"] == "BL-INPUT-404"
        asked = httpx.post(f"{site.url}{LABELS}/texts/match", json={"text": ANSWER}, headers=stranger).json()
        assert asked["matches"] == []
        assert matches(client, ANSWER) == [(generated, True)]

    def test_a_text_over_the_limit_is_refused(self, client: httpx.Client) -> None:
        assert client.post(f"{LABELS}/texts/match", json={"text": "字" * 200_001}).json()["code"] == "BL-INPUT-413"


class TestAgreements:
    """Art. 8."""

    def test_the_example_of_the_documentation_names_method_style_and_prompt(self, client: httpx.Client) -> None:
        described = client.get("/openapi.json").json()["components"]["schemas"]["AgreementCheck"]["examples"][0]
        found = client.post(f"{LABELS}/agreement/check", json=described).json()
        assert found["state"] == "found"
        for point in found["points"]:
            for passage in point["passages"]:
                assert described["text"][passage["start"] : passage["stop"]] == passage["text"]

    def test_an_agreement_that_is_silent_about_labels_lacks_them(self, client: httpx.Client) -> None:
        found = client.post(f"{LABELS}/agreement/check", json={"text": "您同意不上传违法内容。"}).json()
        assert found["state"] == "missing"


class TestRecords:
    """What the records hold."""

    def test_every_check_is_listed_in_both_languages(self, client: httpx.Client) -> None:
        listed = client.get(f"{LABELS}/checks").json()["checks"]
        assert [check["id"] for check in listed] == list(catalogue())
        assert all(all(check["title"].values()) for check in listed)

    def test_a_number_that_nobody_gave_is_not_found(self, client: httpx.Client) -> None:
        assert client.get(f"{LABELS}/contents/nothing-of-ours").json()["code"] == "BL-INPUT-404"

    def test_another_tenant_sees_neither_records_nor_copies(self, site: Site) -> None:
        details = {"role": "producer", "attribute": "1", "container": "png", "file_digest": "0" * 64, "media_digest": ""}
        site.service.store.labelled_files.add(content_id="ours-1", **details)
        site.service.store.unlabelled_copies.record(content_id="ours-1", file_digest="0" * 64, recipient="u", agreement="v1", agreed_at=1)
        _, secret = site.service.store.keys.create("stranger", ("read",), tenant="elsewhere")
        stranger = {"Authorization": f"Bearer {secret}"}
        assert httpx.get(f"{site.url}{LABELS}/contents/ours-1", headers=stranger).status_code == 404
        assert httpx.get(f"{site.url}{LABELS}/unlabelled-copies", headers=stranger).json() == {"copies": []}
        ours = httpx.get(f"{site.url}{LABELS}/contents/ours-1", headers=site.authorization).json()
        assert (len(ours["records"]), len(ours["copies"])) == (1, 1)
