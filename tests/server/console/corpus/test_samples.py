"""The sampling desk: blind, by keys or plain forms, with a third person where two disagree, and an end that stands."""

from __future__ import annotations

import re

import pytest

from brightline.corpus.sampling import Desk
from brightline.store import CorpusReviews, CorpusSamples, StoredSample
from tests.server.console.conftest import Console, Person
from tests.server.console.corpus.making import make_run, make_sample

TEXTS = ("河水很清。", "加微信\u200b领资料。", "第三份文档。")


@pytest.fixture
def sample(console: Console) -> StoredSample:
    store = console.site.service.store
    return make_sample(store, make_run(store, "sampled"), TEXTS, double=1)


def at(sample: StoredSample, more: str = "") -> str:
    return f"/console/corpus/samples/{sample.id}{more}"


def position(page: str) -> str:
    found = re.search(r'name="position" value="(\d+)"', page)
    assert found
    return found[1]


def answered(person: Person, sample: StoredSample, label: str, **form: str) -> int:
    """The next document answered; the status of the answer."""
    shown = person.get(at(sample, "/desk")).text
    return person.post(at(sample, "/desk"), {"position": position(shown), "label": label, "began": "1"} | form).status_code


def everything_answered(console: Console, sample: StoredSample) -> None:
    for person in (console.as_("reviewer"), console.as_("lead")):
        while 'name="position"' in person.get(at(sample, "/desk")).text.partition("desk-form")[2].partition("</form>")[0]:
            assert answered(person, sample, "pass") == 303


def test_a_document_is_shown_with_what_nobody_sees_in_it(console: Console, sample: StoredSample) -> None:
    reviewer = console.as_("reviewer")
    assert TEXTS[0] in reviewer.get(at(sample, "/desk")).text
    assert answered(reviewer, sample, "pass") == 303
    page = reviewer.get(at(sample, "/desk")).text
    assert 'data-sign="ZWSP"' in page


def test_there_is_no_estimate_before_an_answer_and_no_answer_for_what_was_not_handed_out(console: Console, sample: StoredSample) -> None:
    reviewer, auditor = console.as_("reviewer"), console.as_("auditor")
    assert "Nobody has answered yet" in reviewer.get(at(sample)).text
    assert "The standard is not met" not in reviewer.get(at(sample)).text
    assert "none before the first document is decided" in reviewer.get(at(sample)).text
    assert "by the exact interval" not in reviewer.get(at(sample)).text
    assert answered(reviewer, sample, "pass", position="2") == 400
    assert answered(reviewer, sample, "pass") == 303
    assert answered(reviewer, sample, "pass") == 303
    assert "by the exact interval" in auditor.get(at(sample)).text
    assert "Not certain yet" in auditor.get(at(sample)).text
    assert answered(reviewer, sample, "fail") == 303
    assert "The standard is not met" in auditor.get(at(sample)).text


def test_a_check_of_sources_has_no_result_before_an_answer_and_its_open_documents_are_no_failures(console: Console) -> None:
    store, lead = console.site.service.store, console.as_("lead")
    sample = make_sample(store, make_run(store, "sources-checked"), TEXTS, kind="source")
    page = lead.get(at(sample)).text
    head = page.partition("verdict-head")[2].partition("</section>")[0]
    assert "Nobody has answered yet" in head
    assert "%" not in head.partition("</p>")[0]
    assert "They count for nothing until they are." in head
    assert "they then count for nothing" in page
    assert "count as failures" not in page


def test_what_the_engine_looked_at_again_waits_for_nobody(console: Console) -> None:
    store = console.site.service.store
    sample = make_sample(store, make_run(store, "technical"), (), kind="technical")
    CorpusSamples(store.database).close(sample.id, Desk(store.database).preview(sample.id).to_document(), by="test")
    page = console.as_("auditor").get(at(sample)).text
    assert "no person did" in page
    for lie in ("How people agree", "<progress", "Wait for a third", "Seen twice"):
        assert lie not in page


@pytest.mark.parametrize("second_says", ["pass", "fail"])
def test_no_count_tells_the_second_reviewer_what_the_first_said(console: Console, sample: StoredSample, second_says: str) -> None:
    first, second = console.as_("reviewer"), console.as_("lead")
    assert answered(first, sample, "pass") == 303
    assert answered(second, sample, second_says) == 303
    for page in ("", "/desk"):
        shown = second.get(at(sample, page)).text
        assert re.findall(r'<progress value="(\d+)" max="(\d+)"', shown) == [("2", "4")]
        assert "Same answer" not in shown
        assert "Wait for a third" not in shown
    assert "2 of 4" in second.get("/console/corpus/samples").text
    assert "Same answer" in console.as_("auditor").get(at(sample)).text
    everything_answered(console, sample)
    assert "Same answer" in second.get(at(sample)).text


def test_an_answer_keeps_its_reasons_its_passages_and_its_note(console: Console, sample: StoredSample) -> None:
    reviewer, store = console.as_("reviewer"), console.site.service.store
    form = {"rule_RISK-A.1-g": "yes", "spans": "0-2", "quoted": "很清\r\n", "note": "旧闻"}
    assert answered(reviewer, sample, "fail", **form) == 303
    assert reviewer.user is not None
    (kept,) = CorpusReviews(store.database).of_person(sample.id, reviewer.user.id)
    assert kept.label == "fail"
    assert kept.document == {"rules": ["RISK-A.1-g"], "spans": [[0, 2], [2, 4]], "note": "旧闻"}
    own = reviewer.get(at(sample, "/desk"), at=str(kept.position)).text
    assert "旧闻" in own
    assert "<mark" in own


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"label": "perhaps"}, "BL-CORPUS-098"),
        ({"label": "fail", "spans": "3-99"}, "BL-CORPUS-095"),
        ({"label": "fail", "spans": "a-b"}, "BL-CORPUS-095"),
        ({"label": "fail", "quoted": "nowhere in it"}, "BL-CORPUS-096"),
        ({"label": "fail", "position": "77"}, "BL-CORPUS-097"),
        ({"label": "fail", "position": "9" * 4400}, "BL-CORPUS-097"),
    ],
)
def test_what_cannot_be_meant_is_said_and_what_was_entered_stays(
    console: Console, sample: StoredSample, form: dict[str, str], code: str
) -> None:
    reviewer = console.as_("reviewer")
    shown = position(reviewer.get(at(sample, "/desk")).text)
    answer = reviewer.post(at(sample, "/desk"), {"position": shown, "note": "kept words"} | form)
    assert answer.status_code == 422
    assert code in answer.text
    assert "kept words" in answer.text
    assert CorpusReviews(console.site.service.store.database).of_item(sample.id, 0) == []


def test_nobody_sees_another_s_answer_before_giving_their_own(console: Console, sample: StoredSample) -> None:
    first, second = console.as_("reviewer"), console.as_("lead")
    assert answered(first, sample, "fail", note="the first one’s words") == 303
    page = second.get(at(sample, "/desk")).text
    assert position(page) == "0"
    assert "the first one’s words" not in page
    assert "the first one’s words" not in second.get(at(sample, "/disagreements")).text


def test_two_who_disagree_are_shown_side_by_side_to_a_third(console: Console, sample: StoredSample) -> None:
    first, second, third = console.as_("reviewer"), console.as_("lead"), console.new("lead", f"third-{sample.id[-6:]}")
    assert answered(first, sample, "fail", spans="0-2") == 303
    assert answered(second, sample, "pass", note="fine with me") == 303
    page = third.get(at(sample, "/disagreements")).text
    assert "fine with me" in page
    assert page.count("data-text") == 2
    assert "Nothing waits for a third person." in first.get(at(sample, "/disagreements")).text
    answer = third.post(at(sample, "/disagreements"), {"position": "0", "label": "pass"})
    assert answer.status_code == 303
    item = CorpusSamples(console.site.service.store.database).item(sample.id, 0)
    assert item is not None
    assert item.verdict == "pass"


def test_the_last_answer_can_be_taken_back(console: Console, sample: StoredSample) -> None:
    reviewer = console.as_("reviewer")
    assert answered(reviewer, sample, "fail") == 303
    assert reviewer.post(at(sample, "/undo")).status_code == 303
    assert position(reviewer.get(at(sample, "/desk")).text) == "0"


def test_a_sample_is_closed_by_a_lead_and_its_texts_are_gone(console: Console, sample: StoredSample) -> None:
    lead = console.as_("lead")
    early = lead.post(at(sample, "/close"))
    assert early.status_code == 422
    assert "BL-CORPUS-058" in early.text
    everything_answered(console, sample)
    assert console.as_("reviewer").post(at(sample, "/close")).status_code == 403
    assert lead.post(at(sample, "/close")).status_code == 303
    page = lead.get(at(sample)).text
    assert "The standard is met" in page
    assert "Cohen" in page
    assert "The standard is met" in lead.get("/console/corpus").text
    items = CorpusSamples(console.site.service.store.database).items(sample.id)
    assert {item.text for item in items} == {""}
    assert "This sample is closed." in lead.get(at(sample, "/desk")).text


def test_removed_documents_are_folded_until_one_is_ready(console: Console) -> None:
    store = console.site.service.store
    removed = make_sample(store, make_run(store, "removed", workspace="/r"), TEXTS, kind="removed")
    page = console.as_("reviewer").get(at(removed, "/desk")).text
    assert '<details class="sensitive">' in page
    assert "Was it right to take out or redact this document?" in page


def test_samples_are_listed_for_everybody_and_for_one_run(console: Console, sample: StoredSample) -> None:
    auditor = console.as_("auditor")
    assert at(sample) in auditor.get("/console/corpus/samples").text
    assert at(sample) in auditor.get(f"/console/corpus/runs/{sample.run}/samples").text
    assert auditor.get(at(sample, "/desk")).status_code == 403


def test_answers_about_what_was_removed_are_called_right_and_wrong(console: Console) -> None:
    store = console.site.service.store
    removed = make_sample(store, make_run(store, "removed-answers", workspace="/ra"), TEXTS, kind="removed", double=3)
    people = console.as_("reviewer"), console.as_("lead")
    for labels in (("fail", "pass"), ("pass", "fail")):
        for person, label in zip(people, labels, strict=True):
            assert answered(person, removed, label) == 303
    third = console.new("lead", f"third-{removed.id[-6:]}")
    page = third.get(at(removed, "/disagreements")).text
    assert "Wrong" in page.partition("Second answer")[0]
    assert "As it should be" not in page
    assert "As it should be" not in people[0].get(at(removed, "/desk")).text
    assert "−1.00" in third.get(at(removed)).text  # they agree less than by chance: with a minus sign
