"""``/label``: anybody sees what a file says of being generated, and nothing of it stays."""

from __future__ import annotations

import html
import re
import socket

import httpx2 as httpx
import pytest

from brightline.labels import mark
from brightline.labels.label import ImplicitLabel
from brightline.labels.verification import Compliance, GroundKind, Integrity, State
from brightline.server.face.catalogue import catalogue
from brightline.server.public import label_words
from brightline.server.public.label import MOST_BYTES
from tests.labels.conftest import PRODUCER_CODE
from tests.server.api.label_files import picture, spooled, with_half_a_pair
from tests.server.face.site import Site, running_site

NUMBER = "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11"


def labelled(attribute: str = "1") -> bytes:
    label = ImplicitLabel(attribute, PRODUCER_CODE, NUMBER, "", PRODUCER_CODE, NUMBER, "")
    data = mark(picture(), label).data
    assert data is not None
    return data


def looked(site: Site, content: bytes, lang: str = "en", name: str = "cat.png", visitor: int = 0) -> httpx.Response:
    headers = {"Accept": "text/html", "Accept-Language": lang, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=f"127.0.0.{2 + visitor}")) as client:
        return client.post(f"{site.url}/label", files={"file": (name, content)}, headers=headers, timeout=60)


def words(answer: httpx.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_a_label_is_shown_with_its_state_its_place_and_its_values_in_plain_words(site: Site) -> None:
    data = labelled()
    answer = looked(site, data)
    page = words(answer)
    assert answer.status_code == 200
    for said in (
        "This file says that it was generated",
        "The content is generated (1)",
        PRODUCER_CODE,
        PRODUCER_CODE[4:22],
        NUMBER,
        "Art. 6",
    ):
        assert said in page
    offset = int(re.search(r"At byte ([\d,]+) of the file", page)[1].replace(",", ""))  # type: ignore[index]  # it is there
    assert data.index(b"iTXt") - 4 <= offset <= data.index(b"ContentProducer")
    assert "noindex" in answer.text


@pytest.mark.parametrize(
    ("attribute", "lang", "said"), [("1", "zh", "该文件标明为生成合成内容"), ("2", "en", "This file may have been generated")]
)
def test_states_are_told_in_the_readers_language(site: Site, attribute: str, lang: str, said: str) -> None:
    assert said in words(looked(site, labelled(attribute), lang, visitor=1))


def test_a_file_without_a_label_proves_nothing(site: Site) -> None:
    page = words(looked(site, picture(), visitor=1))
    assert "This file says nothing of being generated" in page
    assert "That proves nothing" in page


def test_a_file_that_cannot_be_read_is_no_clean_file(site: Site) -> None:
    assert "No conclusion about this file" in words(looked(site, picture()[:200], visitor=1))


def test_half_a_surrogate_pair_in_a_label_is_shown_as_a_question_mark(site: Site) -> None:
    answer = looked(site, with_half_a_pair(), visitor=1)
    assert (answer.status_code, "some?body" in words(answer)) == (200, True)


def test_nothing_is_kept(site: Site) -> None:
    before = site.service.store.counts()
    looked(site, labelled(), visitor=1)
    assert spooled(site) == []
    assert site.service.store.counts() == before


def test_a_strangers_question_is_not_answered_from_the_records_of_this_service(site: Site) -> None:
    answer = "识别刷单骗局，先看对方是否要求垫付资金；凡是要求先交钱的，都是诈骗。遇到这种情况，请立即停止转账，保留聊天记录。"
    site.service.labelling.remember_answers([(site.decide(answer).id, answer)])
    assert site.service.labelling.verify(answer.encode(), name="answer.txt").state == "confirmed"
    assert "This file says nothing of being generated" in words(looked(site, answer.encode(), name="answer.txt", visitor=1))


def test_a_name_and_values_of_a_file_are_never_taken_for_markup(site: Site) -> None:
    hostile = b'<html><head><meta name="AIGC" content=\'{"Label":"1","ContentProducer":"<script>alert(1)</script>"}\'></head><p>x'
    answer = looked(site, hostile, name="<img src=x onerror=alert(1)>.html", visitor=2)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "<script>alert(1)</script>" in words(answer)


def test_a_form_without_a_file_asks_for_one(site: Site) -> None:
    answer = looked(site, b"", name="", visitor=2)
    assert answer.status_code == 400
    assert "Please choose a file first." in words(answer)


def test_a_file_over_the_limit_is_refused_after_it_was_taken_in_so_that_the_browser_shows_why(site: Site) -> None:
    answer = looked(site, bytes(MOST_BYTES + 100_000), visitor=2)
    assert answer.status_code == 413
    assert "too large" in words(answer)
    assert spooled(site) == []


def test_who_was_refused_and_goes_on_sending_by_drops_holds_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightline.server.public.label._DRAINED_S", 0.05)
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            f"POST /label HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 900000000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b".encode()
        )
        assert line.recv(64).startswith(b"HTTP/1.1 413 ")


def test_a_form_from_another_site_is_refused(site: Site) -> None:
    answer = httpx.post(f"{site.url}/label", files={"file": ("a", b"x")}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "BL-ACCESS-010")


def test_one_address_may_ask_ten_times_a_minute_and_others_still_may(site: Site) -> None:
    statuses = [looked(site, b"", name="a.png", visitor=9).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    assert looked(site, picture(), visitor=10).status_code == 200


def test_an_app_can_link_to_the_page_and_appeals_lead_where_the_operator_says(site: Site) -> None:
    page = httpx.get(f"{site.url}/label?lang=zh")
    assert page.status_code == 200
    assert 'action="/label"' in page.text
    assert httpx.put(f"{site.url}/label").headers["allow"] == "GET, HEAD, POST"


def test_who_is_suspected_can_appeal(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_site(tmp_path_factory.mktemp("appeals"), appeal_url="https://example.org/appeal") as site:
        assert 'href="https://example.org/appeal"' in looked(site, labelled("3")).text


def test_every_state_ground_and_problem_has_words_in_both_languages() -> None:
    assert set(label_words.STATES) == set(State)
    assert set(label_words.GROUNDS) == set(GroundKind)
    assert set(label_words.INTEGRITY) == set(Integrity)
    assert set(label_words.COMPLIANCE) == set(Compliance)
    tables = (
        label_words.GROUNDS,
        label_words.INTEGRITY,
        label_words.COMPLIANCE,
        label_words.KEY_WORDS,
        label_words.ATTRIBUTES,
        label_words.GAPS,
    )
    said = [text for table in tables for text in table.values()] + [text for state in label_words.STATES.values() for text in state[1:]]
    assert [text for text in said if text and catalogue("zh").gettext(text) == text] == []
