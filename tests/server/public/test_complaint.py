"""``/corpus/complaint``: anybody complains about training data; what is sent reaches those who decide, and nobody else."""

from __future__ import annotations

import re

import httpx2 as httpx
import pytest

from brightline.corpus.sources import COMPLAINT_KINDS, Complaint
from brightline.server.public.complaint import KINDS, MOST_BYTES
from brightline.store import CorpusComplaints
from tests.server.face.site import Site

FORM = {"kind": "copyright", "what": "贵司语料收录了我的小说全文。", "contact": "author@letters.example"}


def send(site: Site, form: dict[str, str], *, lang: str = "en", visitor: int = 0, origin: str = "same-origin") -> httpx.Response:
    headers = {"Accept": "text/html", "Accept-Language": lang, "Sec-Fetch-Site": origin}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=f"127.0.1.{2 + visitor}")) as client:
        return client.post(f"{site.url}/corpus/complaint", data=form, headers=headers, timeout=60)


def kept(site: Site) -> list[Complaint]:
    return [Complaint.of(row) for row in CorpusComplaints(site.service.store.database).page()]


@pytest.mark.parametrize(("lang", "says"), [("zh", "投诉训练数据"), ("en", "Complain about training data")])
def test_the_form_is_there_for_everybody_in_both_languages(site: Site, lang: str, says: str) -> None:
    page = httpx.get(f"{site.url}/corpus/complaint", headers={"Accept-Language": lang})
    assert page.status_code == 200
    assert says in page.text
    assert "<script" not in page.text.partition("<main")[2]


def test_a_complaint_is_kept_and_its_number_is_told(site: Site) -> None:
    answer = send(site, FORM | {"urls": "https://novels.example/1\r\nhttps://novels.example/2*", "complainant": "作者"})
    assert answer.status_code == 200
    complaint = kept(site)[0]
    assert complaint.id in answer.text
    assert complaint.what == FORM["what"]
    assert complaint.targets.urls == ("https://novels.example/1", "https://novels.example/2*")
    assert complaint.received_by == "public"
    assert "author@letters.example" not in answer.text


@pytest.mark.parametrize("missing", ["what", "contact"])
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(site: Site, missing: str) -> None:
    before = len(kept(site))
    answer = send(site, FORM | {missing: "  ", "evidence": "ISBN kept"}, visitor=1)
    assert answer.status_code == 422
    assert f'id="{missing}-error"' in answer.text
    assert "ISBN kept" in answer.text
    assert len(kept(site)) == before


def test_an_address_that_would_mean_the_whole_web_is_refused(site: Site) -> None:
    answer = send(site, FORM | {"urls": "https://*"}, visitor=1)
    assert answer.status_code == 422
    assert "stands on its own line" in answer.text


def test_addresses_beyond_the_number_are_refused_and_never_dropped(site: Site) -> None:
    before, addresses = len(kept(site)), [f"https://novels.example/{number}" for number in range(51)]
    answer = send(site, FORM | {"urls": "\r\n".join(addresses)}, visitor=5)
    assert answer.status_code == 422
    assert 'id="urls-error"' in answer.text
    assert addresses[-1] in answer.text
    assert len(kept(site)) == before
    assert send(site, FORM | {"urls": "\r\n".join(addresses[:50])}, visitor=5).status_code == 200
    assert len(kept(site)[0].targets.urls) == 50


def test_a_line_end_counts_once_as_on_the_page(site: Site) -> None:
    assert send(site, FORM | {"what": "字\r\n" * 2_000}, visitor=5).status_code == 200
    assert kept(site)[0].what == ("字\n" * 2_000).strip()


def test_what_is_too_long_is_not_blamed_on_the_addresses(site: Site) -> None:
    answer = send(site, FORM | {"what": "字" * 5_001}, visitor=5)
    assert answer.status_code == 422
    assert "a field is too long" in answer.text
    assert "stands on its own line" not in answer.text


def test_an_unknown_kind_is_something_else(site: Site) -> None:
    assert send(site, FORM | {"kind": "nonsense"}, visitor=1).status_code == 200
    assert kept(site)[0].kind == "other"


def test_markup_is_text(site: Site) -> None:
    answer = send(site, {"what": "<script>alert(1)</script>", "contact": ""}, visitor=1)
    assert "<script>alert" not in answer.text


def test_another_site_cannot_send_the_form(site: Site) -> None:
    before = len(kept(site))
    assert send(site, FORM, origin="cross-site").status_code == 403
    assert len(kept(site)) == before


def test_too_much_at_once_is_refused(site: Site) -> None:
    refused = send(site, FORM | {"what": "长" * MOST_BYTES}, visitor=2)
    assert refused.status_code == 413
    assert "<form" in refused.text
    assert "This is too long to be taken in here" in refused.text


def test_a_flood_is_stopped_and_told_when_to_come_back(site: Site) -> None:
    answers = [send(site, FORM, visitor=3) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert re.search("within the hour", answers[-1].text)


def test_behind_a_proxy_each_visitor_has_a_rate_of_their_own(site: Site) -> None:
    def through_the_proxy(visitor: str) -> int:
        headers = {"X-Forwarded-For": visitor, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        return httpx.post(f"{site.url}/corpus/complaint", data=FORM, headers=headers, timeout=60).status_code

    assert [through_the_proxy("203.0.113.7") for _ in range(11)] == [200] * 10 + [429]
    assert through_the_proxy("203.0.113.8") == 200
    assert through_the_proxy("198.51.100.9, 203.0.113.7") == 429  # what a visitor claims to be stands before what the proxy says


def test_who_is_no_proxy_of_ours_cannot_claim_to_be_somebody_else(site: Site) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.1.77")) as client:
        answers = [
            client.post(
                f"{site.url}/corpus/complaint",
                data=FORM,
                headers={"X-Forwarded-For": f"203.0.113.{100 + number}", "Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
                timeout=60,
            ).status_code
            for number in range(11)
        ]
    assert answers == [200] * 10 + [429]


def test_every_kind_of_complaint_has_its_words() -> None:
    assert set(KINDS) == set(COMPLAINT_KINDS)


def test_the_ledger_learns_that_it_came_and_never_who_sent_it(site: Site) -> None:
    send(site, FORM, visitor=4)
    (event,) = site.service.store.audit.events(kind="corpus.complaint_received", limit=1)
    assert event.actor == "public"
    assert FORM["contact"] not in str(event.detail)
    assert FORM["what"] not in str(event.detail)
