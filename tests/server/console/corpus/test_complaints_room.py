"""Complaints about training data at the console: taken in by one person, decided by another."""

from __future__ import annotations

import pytest

from brightline.corpus.sources import Complaint, Register, Source, Withdrawn, receive_complaint
from brightline.store import CorpusComplaints
from tests.server.console.conftest import Console

HOME = "/console/corpus/complaints"


@pytest.fixture
def complaint(console: Console) -> Complaint:
    database = console.site.service.store.database
    Register(database).save(Source.from_document({"id": "press", "name": "Press", "kind": "crawl"}), by="test")
    return receive_complaint(
        database, kind="copyright", what="整篇转载了我社文章。", contact="desk@press.example", complainant="某出版社", source="press"
    )


def stored(console: Console, complaint: Complaint) -> Complaint:
    return Complaint.of(CorpusComplaints(console.site.service.store.database).get(complaint.id))


def test_who_complains_is_shown_to_those_who_decide_only(console: Console, complaint: Complaint) -> None:
    assert "desk@press.example" in console.as_("lead").get(f"{HOME}/{complaint.id}").text
    for role in ("auditor", "reviewer", "admin"):
        page = console.as_(role).get(f"{HOME}/{complaint.id}").text
        assert "整篇转载了我社文章。" in page
        assert "desk@press.example" not in page
        assert "某出版社" not in page


def test_a_justified_complaint_suspends_the_source(console: Console, complaint: Complaint) -> None:
    lead = console.as_("lead")
    form = {"decision": "uphold", "remedy": "suspend_source", "reason": "核实无误"}
    assert lead.post(f"{HOME}/{complaint.id}/decide", form).status_code == 303
    assert stored(console, complaint).status == "upheld"
    assert Register(console.site.service.store.database).get("press").source.status == "suspended"
    assert "核实无误" in lead.get(f"{HOME}/{complaint.id}").text


@pytest.mark.parametrize(
    "form",
    [
        {"decision": "", "reason": "r"},
        {"decision": "uphold", "remedy": "none", "reason": "r"},
        {"decision": "uphold", "remedy": "drop_documents", "reason": "r"},
        {"decision": "uphold", "remedy": "drop_documents", "urls": "x", "reason": "r"},
        {"decision": "uphold", "remedy": "drop_documents", "pattern": ".*", "reason": "r"},
        {"decision": "reject", "reason": ""},
    ],
)
def test_what_is_no_decision_changes_nothing(console: Console, complaint: Complaint, form: dict[str, str]) -> None:
    assert console.as_("lead").post(f"{HOME}/{complaint.id}/decide", form).status_code == 422
    assert stored(console, complaint).status == "open"


def test_whoever_took_it_in_does_not_decide(console: Console) -> None:
    lead, other = console.as_("lead"), console.new("lead", "other-lead")
    taken = lead.post(f"{HOME}/new", {"kind": "privacy", "what": "my letters", "contact": "by post"})
    assert taken.status_code == 303
    address = taken.headers["location"]
    assert "somebody else decides" in lead.get(address).text
    form = {"decision": "reject", "reason": "not in any corpus"}
    assert lead.post(f"{address}/decide", form).status_code == 422
    assert other.post(f"{address}/decide", form).status_code == 303


def test_complaints_are_listed_by_status(console: Console, complaint: Complaint) -> None:
    auditor = console.as_("auditor")
    assert complaint.id in auditor.get(HOME, status="open").text
    assert complaint.id not in auditor.get(HOME, status="rejected").text
    assert auditor.get(f"{HOME}/{'0' * 36}").status_code == 404


def test_a_form_that_is_no_complaint_keeps_what_was_entered(console: Console) -> None:
    answer = console.as_("reviewer").post(f"{HOME}/new", {"kind": "privacy", "what": "kept words", "contact": ""})
    assert (answer.status_code, "kept words" in answer.text) == (422, True)


def test_who_complained_is_erased_and_the_decision_and_the_ledger_stay(console: Console, complaint: Complaint) -> None:
    lead, store = console.as_("lead"), console.site.service.store
    address = f"{HOME}/{complaint.id}"
    assert lead.post(f"{address}/erase").status_code == 400  # no answer has gone there yet
    form = {"decision": "uphold", "remedy": "drop_documents", "urls": "https://press.example/1", "reason": "核实无误"}
    assert lead.post(f"{address}/decide", form).status_code == 303
    assert console.as_("reviewer").post(f"{address}/erase").status_code == 403

    assert lead.post(f"{address}/erase").status_code == 303

    page = lead.get(address).text
    assert "desk@press.example" not in page
    assert "某出版社" not in page
    assert "整篇转载了我社文章。" in page
    assert Withdrawn.load(store.database).complaint_about(doc_id="0" * 32, url="https://press.example/1") == complaint.id
    assert lead.post(f"{address}/erase", {"words": "yes"}).status_code == 303
    page = lead.get(address).text
    assert "整篇转载了我社文章。" not in page
    assert "核实无误" not in page
    kinds = [event.kind for event in store.audit.events(subject=complaint.id)]
    assert kinds == ["corpus.complaint_erased", "corpus.complaint_erased", "corpus.complaint_closed", "corpus.complaint_received"]
    assert all("press.example" not in str(event) and "出版社" not in str(event) for event in store.audit.events(subject=complaint.id))


@pytest.mark.parametrize(("decision", "left"), [("uphold", "https://press.example/me"), ("reject", "")])
def test_addresses_that_take_nothing_out_go_with_the_words(console: Console, decision: str, left: str) -> None:
    lead, database = console.as_("lead"), console.site.service.store.database
    urls = ("https://press.example/me",)
    received = receive_complaint(database, kind="privacy", what="这是我的主页。", contact="me@home.example", urls=urls)
    form = {"decision": decision, "remedy": "drop_documents", "urls": urls[0], "reason": "已核实"}
    assert lead.post(f"{HOME}/{received.id}/decide", form).status_code == 303

    assert lead.post(f"{HOME}/{received.id}/erase").status_code == 303
    assert stored(console, received).targets.urls == urls
    assert lead.post(f"{HOME}/{received.id}/erase", {"words": "yes"}).status_code == 303
    assert lead.post(f"{HOME}/{received.id}/erase").status_code == 303

    assert (stored(console, received).what, "".join(stored(console, received).targets.urls)) == ("", left)
    assert (received.id in Withdrawn.load(database).urls.values()) is bool(left)
