from __future__ import annotations

import pytest

from brightline.errors import InputError, NotFound
from brightline.store import CorpusComplaints, Cursor, Store

WORDS = {"what": "这是我的小说", "contact": "author@example.org"}


@pytest.fixture
def complaints(store: Store) -> CorpusComplaints:
    return CorpusComplaints(store.database)


def test_a_complaint_is_kept_and_closed_once(store: Store, complaints: CorpusComplaints) -> None:
    made = complaints.receive(WORDS, source="novels", by="public")
    assert complaints.get(made.id) == made
    closed = complaints.close(made.id, status="upheld", document=WORDS | {"reason": "so it is"}, remedy="suspend_source", by="bob")
    assert (closed.status, closed.closed_by, closed.document["reason"]) == ("upheld", "bob", "so it is")
    with pytest.raises(InputError, match="BL-CORPUS-046"):
        complaints.close(made.id, status="rejected", document=WORDS, remedy="none", by="eve")
    assert complaints.get(made.id) == closed
    assert complaints.counts() == {"upheld": 1}
    kinds = [event.kind for event in store.audit.events(subject=made.id)]
    assert kinds == ["corpus.complaint_closed", "corpus.complaint_received"]


def test_the_audit_log_holds_no_word_of_who_complained(store: Store, complaints: CorpusComplaints) -> None:
    made = complaints.receive(WORDS, source="novels", by="public")
    assert [event.detail for event in store.audit.events(subject=made.id)] == [{"source": "novels"}]


def test_pages_go_on_where_the_last_ended(complaints: CorpusComplaints) -> None:
    made = [complaints.receive(WORDS, source=f"s{number % 2}", by="public") for number in range(5)]
    newest = made[::-1]
    first = complaints.page(limit=2)
    assert first == newest[:2]
    assert complaints.page(after=Cursor(first[-1].made_at, first[-1].id), limit=9) == newest[2:]
    assert complaints.page(source="s1") == [newest[1], newest[3]]
    assert complaints.page(status="upheld") == []


def test_nobody_else_sees_it(complaints: CorpusComplaints) -> None:
    made = complaints.receive(WORDS, source="", by="public")
    for wrong in (made.id[:-1], "nobody"):
        with pytest.raises(NotFound, match="BL-CORPUS-044"):
            complaints.get(wrong)
    with pytest.raises(NotFound, match="BL-CORPUS-044"):
        complaints.get(made.id, tenant="elsewhere")
    with pytest.raises(NotFound, match="BL-CORPUS-044"):
        complaints.close(made.id, status="upheld", document={}, remedy="none", by="eve", tenant="elsewhere")
