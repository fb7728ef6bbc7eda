"""Appeals against decisions on documents: opened by one, decided by another, once."""

from __future__ import annotations

import pytest

from brightline.errors import InputError, NotFound
from brightline.store import CorpusAppeals, CorpusRuns, Cursor, Store

DOCUMENT = "0123456789abcdef" * 2
OTHER = "f" * 32


@pytest.fixture
def appeals(store: Store) -> CorpusAppeals:
    return CorpusAppeals(store.database)


def _run(store: Store, corpus: str = "news", workspace: str = "/w") -> str:
    return CorpusRuns(store.database).begin(corpus=corpus, workspace=workspace, versions={}, plan={}, holds_lock=True).id


def test_a_document_is_contested_and_restored_by_somebody_else(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    opened = appeals.open(run, DOCUMENT, by="ann", reason=" 这是新闻报道 ", contested="drop")
    assert (opened.status, opened.document) == ("open", {"contested": "drop", "reason": "这是新闻报道"})
    assert appeals.standing(run) == {DOCUMENT: "open"}
    decided = appeals.decide(opened.id, by="bob", restore=True, reason="so it is")
    assert (decided.status, decided.decided_by, decided.document["decision"]) == ("restored", "bob", "so it is")
    assert appeals.get(opened.id) == decided
    assert appeals.standing(run) == {DOCUMENT: "restored"}
    assert appeals.counts(run) == {"restored": 1}


def test_nobody_decides_on_an_appeal_of_their_own_and_nobody_twice(store: Store, appeals: CorpusAppeals) -> None:
    opened = appeals.open(_run(store), DOCUMENT, by="ann", reason="why")
    with pytest.raises(InputError, match="BL-CORPUS-065"):
        appeals.decide(opened.id, by="ann", restore=True, reason="mine")
    appeals.decide(opened.id, by="bob", restore=False, reason="rightly taken out")
    with pytest.raises(InputError, match="BL-CORPUS-065"):
        appeals.decide(opened.id, by="eve", restore=True, reason="again")
    assert appeals.get(opened.id).status == "upheld"


def test_one_appeal_on_a_document_is_open_at_a_time_and_the_newest_counts(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    first = appeals.open(run, DOCUMENT, by="ann", reason="why")
    with pytest.raises(InputError, match="BL-CORPUS-065"):
        appeals.open(run, DOCUMENT, by="eve", reason="why")
    appeals.decide(first.id, by="bob", restore=False, reason="no")
    second = appeals.open(run, DOCUMENT, by="ann", reason="there is a licence now")
    appeals.decide(second.id, by="bob", restore=True, reason="yes")
    assert appeals.standing(run) == {DOCUMENT: "restored"}
    assert [each.id for each in appeals.of_document(run, DOCUMENT)] == [second.id, first.id]
    assert appeals.counts(run) == {"restored": 1, "upheld": 1}


def test_what_was_restored_stays_restored_in_later_runs_of_the_corpus_and_nowhere_else(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    appeals.decide(appeals.open(run, DOCUMENT, by="ann", reason="why").id, by="bob", restore=True, reason="yes")
    later, elsewhere = _run(store, workspace="/later"), _run(store, corpus="novels", workspace="/novels")
    assert appeals.standing(later) == {DOCUMENT: "restored"}
    assert appeals.standing(elsewhere) == {}
    assert appeals.standing(later, tenant="elsewhere") == {}
    assert appeals.counts(later) == {}


def test_an_appeal_and_its_decision_need_a_reason(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    for reason in ("  ", "x" * 4_001):
        with pytest.raises(InputError, match="BL-CORPUS-065"):
            appeals.open(run, DOCUMENT, by="ann", reason=reason)
    opened = appeals.open(run, DOCUMENT, by="ann", reason="why")
    with pytest.raises(InputError, match="BL-CORPUS-065"):
        appeals.decide(opened.id, by="bob", restore=True, reason=" ")


def test_the_audit_log_has_what_happened_and_no_word_of_it(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    opened = appeals.open(run, DOCUMENT, by="ann", reason="secret words", contested="drop")
    appeals.decide(opened.id, by="bob", restore=True, reason="other words")
    events = list(store.audit.events(subject=opened.id))
    assert [event.kind for event in events] == ["corpus.appeal_closed", "corpus.appeal_opened"]
    assert [event.detail for event in events] == [
        {"doc_id": DOCUMENT, "run": run, "status": "restored"},
        {"contested": "drop", "doc_id": DOCUMENT, "run": run},
    ]


def test_pages_go_on_where_the_last_ended(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    made = [appeals.open(run, f"{number:032x}", by="ann", reason="why") for number in range(5)][::-1]
    first = appeals.page(limit=2)
    assert first == made[:2]
    assert appeals.page(after=Cursor(first[-1].made_at, first[-1].id), limit=9) == made[2:]
    assert appeals.page(status="restored") == []
    assert len(appeals.page(run=run, status="open")) == 5
    assert appeals.page(run="nobody") == []


def test_a_run_or_an_appeal_that_is_not_there_is_not_found(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    opened = appeals.open(run, DOCUMENT, by="ann", reason="why")
    for wrong in ("nobody", run):
        with pytest.raises(NotFound, match="BL-CORPUS-069"):
            appeals.get(wrong)
    with pytest.raises(NotFound, match="BL-CORPUS-069"):
        appeals.open("nobody", OTHER, by="ann", reason="why")
    with pytest.raises(NotFound, match="BL-CORPUS-069"):
        appeals.open(run, OTHER, by="ann", reason="why", tenant="elsewhere")
    with pytest.raises(NotFound, match="BL-CORPUS-069"):
        appeals.decide(opened.id, by="bob", restore=True, reason="yes", tenant="elsewhere")


def test_only_who_contested_the_covering_had_it_lifted(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    for document, contested in ((DOCUMENT, "redact"), (OTHER, "drop")):
        opened = appeals.open(run, document, by="ann", reason="why", contested=contested)
        appeals.decide(opened.id, by="bob", restore=True, reason="so it is")
    assert appeals.standing(run) == {DOCUMENT: "lifted", OTHER: "restored"}


@pytest.mark.parametrize(("contested", "before", "after"), [("drop", "restored", "freed"), ("redact", "lifted", "lifted")])
def test_an_appeal_that_is_open_takes_nothing_from_what_an_earlier_one_restored(
    store: Store, appeals: CorpusAppeals, contested: str, before: str, after: str
) -> None:
    run = _run(store)
    first = appeals.open(run, DOCUMENT, by="ann", reason="why", contested=contested)
    appeals.decide(first.id, by="bob", restore=True, reason="so it is")

    second = appeals.open(run, DOCUMENT, by="ann", reason="its name need not be covered either", contested="redact")

    assert appeals.standing(run) == {DOCUMENT: before}
    appeals.decide(second.id, by="bob", restore=True, reason="yes")
    assert appeals.standing(run) == {DOCUMENT: after}


def test_who_fails_to_have_the_covering_lifted_keeps_the_restored_document(store: Store, appeals: CorpusAppeals) -> None:
    run = _run(store)
    for contested, restore in (("drop", True), ("redact", False)):
        opened = appeals.open(run, DOCUMENT, by="ann", reason="why", contested=contested)
        appeals.decide(opened.id, by="bob", restore=restore, reason="so it is")

    assert appeals.standing(run) == {DOCUMENT: "restored"}


def test_a_restored_document_that_is_taken_out_again_for_another_reason_is_out_when_that_is_upheld(
    store: Store, appeals: CorpusAppeals
) -> None:
    run = _run(store)
    for restore in (True, False):
        opened = appeals.open(run, DOCUMENT, by="ann", reason="why", contested="drop")
        appeals.decide(opened.id, by="bob", restore=restore, reason="so it is")

    assert appeals.standing(run) == {DOCUMENT: "upheld"}
