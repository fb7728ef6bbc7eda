from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from brightline.corpus.sampling.flow import settled
from brightline.errors import InputError, NotFound, StoreError
from brightline.store import CorpusReviews, CorpusRuns, CorpusSamples, Cursor, NewItem, ReviewFigures, Store, StoredReview, StoredSample
from brightline.store.tables import corpus_sample_items

MINUTE = 60_000_000


@pytest.fixture
def samples(store: Store) -> CorpusSamples:
    return CorpusSamples(store.database)


@pytest.fixture
def reviews(store: Store) -> CorpusReviews:
    return CorpusReviews(store.database)


def make_run(store: Store) -> str:
    return CorpusRuns(store.database).begin(corpus="c", workspace="/w", versions={}, plan={}, holds_lock=True).id


def make_sample(store: Store, doubles: Sequence[bool] = (True, False, False)) -> StoredSample:
    items = [
        NewItem(f"{number:032x}", f"s{number % 2}", f"s{number % 2}", double, f"a.jsonl:{number}", "文")
        for number, double in enumerate(doubles)
    ]
    return CorpusSamples(store.database).create(run=make_run(store), kind="human", plan={"kind": "human"}, items=items, by="ada")


def say(reviews: CorpusReviews, sample: StoredSample, position: int, person: str, label: str, **kind: str) -> tuple[StoredReview, str]:
    return reviews.add(sample.id, position, person, label=label, took_ms=900, document={"rules": ["r"]}, settle=settled, **kind)


def test_a_sample_is_kept_in_the_order_in_which_it_was_drawn(store: Store, samples: CorpusSamples) -> None:
    made = make_sample(store)
    assert samples.get(made.id) == made
    assert samples.doc_ids(made.id) == [f"{number:032x}" for number in range(3)]
    assert [item.double for item in samples.items(made.id)] == [True, False, False]
    assert [item.position for item in samples.items(made.id, after=0, limit=1)] == [1]
    assert samples.item(made.id, 2) == samples.items(made.id)[2]
    assert samples.item(made.id, 3) is None
    assert samples.verdicts(made.id) == {("s0", "s0", ""): 2, ("s1", "s1", ""): 1}
    assert samples.verdicts(made.id, before=1) == {("s0", "s0", ""): 1}
    assert samples.page(status="open") == samples.page(run=made.run) == [made]
    assert samples.page(status="closed") == []
    event = store.audit.events(kind="corpus.sample_drawn", subject=made.id)[0]
    assert event.detail["items"] == 3


def test_pages_go_on_where_the_last_ended(store: Store, samples: CorpusSamples) -> None:
    newest = [make_sample(store) for _each in range(3)][::-1]
    first = samples.page(limit=2)
    assert first == newest[:2]
    assert samples.page(after=Cursor(first[-1].made_at, first[-1].id)) == newest[2:]
    assert [item.position for item in samples.items(newest[0].id, verdict="")] == [0, 1, 2]
    assert samples.items(newest[0].id, verdict="pass") == []


def test_many_documents_go_in(store: Store, samples: CorpusSamples) -> None:
    made = make_sample(store, [False] * 1_203)
    assert len(samples.doc_ids(made.id)) == 1_203


def test_a_sample_belongs_to_a_run_of_the_same_tenant(store: Store, samples: CorpusSamples) -> None:
    run = make_run(store)
    for tenant, run_id in (("elsewhere", run), ("default", "no-run")):
        with pytest.raises(NotFound, match="BL-CORPUS-055"):
            samples.create(run=run_id, kind="human", plan={}, items=[], by="eve", tenant=tenant)
    with pytest.raises(NotFound, match="BL-CORPUS-055"):
        samples.get(make_sample(store).id, tenant="elsewhere")


def test_a_seed_is_committed_to_once(store: Store, samples: CorpusSamples) -> None:
    samples.commit_seeds("run", "human", "kept", ["c1", "c2"], by="ada")
    samples.commit_seeds("run", "human", "kept", ["c1", "c2"], by="ada")
    samples.commit_seeds("run", "human", "all", ["c3", "c4"], by="ada")
    with pytest.raises(InputError, match="BL-CORPUS-053"):
        samples.commit_seeds("run", "human", "kept", ["c1", "c9"], by="eve")
    assert [samples.committed_seed("run", "human", "kept", number) for number in (1, 2, 3)] == ["c1", "c2", None]
    assert samples.committed_seed("run", "human", "all", 2) == "c4"
    assert samples.committed_seed("run", "technical", "kept") is None
    assert samples.committed_seed("run", "human", "kept", tenant="elsewhere") is None
    assert len(store.audit.events(kind="corpus.seed_committed")) == 2


def test_no_two_samples_of_a_run_are_drawn_by_one_seed(store: Store, samples: CorpusSamples) -> None:
    run = make_run(store)
    for population, number in (("kept", 1), ("all", 1), ("kept", 2)):
        assert samples.next_number(run, "human", population) == number
        samples.create(run=run, kind="human", plan={"population": population, "number": number}, items=[], by="ada")
    with pytest.raises(InputError, match="BL-CORPUS-053"):
        samples.create(run=run, kind="human", plan={"population": "kept", "number": 2}, items=[], by="eve")
    assert samples.next_number(run, "technical", "kept") == 1


def test_an_outcome_is_kept_of_all_answers_or_not_at_all(store: Store, samples: CorpusSamples, reviews: CorpusReviews) -> None:
    made = make_sample(store)
    say(reviews, made, 1, "bob", "pass")
    counted = samples.answers_digest(made.id)
    say(reviews, made, 2, "bob", "fail")  # while the first was being worked out
    with pytest.raises(InputError, match="BL-CORPUS-058"):
        samples.close(made.id, {"failures": 0}, by="ada", answers=counted)
    assert samples.get(made.id).status == "open"
    samples.close(made.id, {"failures": 1}, by="ada", answers=samples.answers_digest(made.id))
    event = store.audit.events(kind="corpus.sample_closed", subject=made.id)[0]
    assert event.detail["answers"] == samples.answers_digest(made.id)


def test_closing_empties_the_texts_and_publishes_the_seed(store: Store, samples: CorpusSamples, reviews: CorpusReviews) -> None:
    made = make_sample(store)
    say(reviews, made, 1, "bob", "pass")
    closed = samples.close(made.id, {"size": 3}, by="ada", seed="ab")
    assert (closed.status, closed.outcome) == ("closed", {"size": 3})
    assert {item.text for item in samples.items(made.id)} == {""}
    event = store.audit.events(kind="corpus.sample_closed", subject=made.id)[0]
    assert event.detail["seed"] == "ab"
    assert len(event.detail["answers"]) == 64
    with pytest.raises(InputError, match="BL-CORPUS-058"):
        samples.close(made.id, {}, by="ada")
    with pytest.raises(InputError, match="BL-CORPUS-058"):
        reviews.hand_out(made.id, "bob", lease_us=MINUTE)
    with pytest.raises(InputError, match="BL-CORPUS-058"):
        say(reviews, made, 0, "bob", "pass")
    with pytest.raises(NotFound, match="BL-CORPUS-055"):
        samples.close(make_sample(store).id, {}, by="eve", tenant="elsewhere")


def test_nobody_gets_what_another_has_in_hand(store: Store, reviews: CorpusReviews) -> None:
    made = make_sample(store, [False, False])
    first = reviews.hand_out(made.id, "ada", lease_us=MINUTE)
    second = reviews.hand_out(made.id, "bob", lease_us=MINUTE)
    assert first is not None
    assert second is not None
    assert (first.item.position, second.item.position) == (0, 1)
    assert reviews.hand_out(made.id, "cid", lease_us=MINUTE) is None
    again = reviews.hand_out(made.id, "ada", lease_us=MINUTE)
    assert again is not None
    assert again.item == first.item  # one document in a hand, and asking again changes nothing


def test_two_people_may_have_a_document_that_is_looked_at_twice(store: Store, reviews: CorpusReviews) -> None:
    made = make_sample(store, [True, False])
    handed = [reviews.hand_out(made.id, person, lease_us=MINUTE) for person in ("ada", "bob", "cid")]
    assert [each.item.position for each in handed if each is not None] == [0, 0, 1]
    say(reviews, made, 0, "ada", "pass")
    assert reviews.hand_out(made.id, "ada", lease_us=MINUTE) is None  # the rest is in others' hands
    assert say(reviews, made, 0, "bob", "pass") == (reviews.of_item(made.id, 0)[1], "pass")


def test_what_lies_too_long_is_handed_to_another(store: Store, reviews: CorpusReviews) -> None:
    made = make_sample(store, [False])
    reviews.hand_out(made.id, "ada", lease_us=-1)
    handed = reviews.hand_out(made.id, "bob", lease_us=MINUTE)
    assert handed is not None
    assert handed.item.position == 0
    assert say(reviews, made, 0, "ada", "pass")[1] == "pass"  # whoever answers first has answered
    with pytest.raises(InputError, match="BL-CORPUS-056"):
        say(reviews, made, 0, "bob", "fail")


def test_answers_are_counted_by_role(store: Store, reviews: CorpusReviews, samples: CorpusSamples) -> None:
    made = make_sample(store)
    assert say(reviews, made, 0, "ada", "pass")[1] == ""
    with pytest.raises(InputError, match="BL-CORPUS-056"):
        say(reviews, made, 0, "ada", "fail")
    review, verdict = say(reviews, made, 0, "bob", "fail")
    assert (review.role, verdict) == ("second", "")
    with pytest.raises(InputError, match="BL-CORPUS-056"):
        say(reviews, made, 0, "cid", "fail")
    assert [item.position for item, _answers in reviews.undecided(made.id)] == [0]
    figures = ReviewFigures(store.database)
    assert figures.counts(made.id) == (2, 1)
    assert say(reviews, made, 0, "cid", "fail", role="adjudicator")[1] == "fail"
    with pytest.raises(InputError, match="BL-CORPUS-056"):
        say(reviews, made, 0, "dan", "pass", role="adjudicator")
    assert figures.counts(made.id) == (2, 0)
    assert figures.pairs(made.id) == [("pass", "fail")]
    assert figures.fail_rules(made.id) == [(0, ("r",))]
    assert samples.verdicts(made.id)[("s0", "s0", "fail")] == 1
    tallies = {tally.reviewer: tally for tally in figures.reviewers(made.id)}
    assert (tallies["ada"].overruled, tallies["bob"].overruled, set(tallies)) == (1, 0, {"ada", "bob"})


def test_an_answer_can_be_taken_back_until_a_third_decides(store: Store, reviews: CorpusReviews) -> None:
    made = make_sample(store)
    say(reviews, made, 0, "ada", "pass")
    say(reviews, made, 0, "bob", "pass")
    assert reviews.take_back(made.id, "ada", 0, lease_us=MINUTE, settle=settled).item.verdict == ""
    assert [answer.role for answer in reviews.of_item(made.id, 0)] == ["first"]
    assert say(reviews, made, 0, "ada", "fail")[0].role == "second"
    say(reviews, made, 0, "cid", "pass", role="adjudicator")
    with pytest.raises(InputError, match="BL-CORPUS-056"):
        reviews.take_back(made.id, "ada", 0, lease_us=MINUTE, settle=settled)
    assert reviews.take_back(made.id, "cid", 0, lease_us=MINUTE, settle=settled).item.verdict == ""
    with pytest.raises(NotFound, match="BL-CORPUS-056"):
        reviews.take_back(made.id, "dan", 0, lease_us=MINUTE, settle=settled)
    assert [answer.reviewer for answer in reviews.of_person(made.id, "ada")] == ["ada"]


def test_what_is_not_there_cannot_be_answered(store: Store, reviews: CorpusReviews) -> None:
    made = make_sample(store)
    with pytest.raises(NotFound, match="BL-CORPUS-055"):
        say(reviews, made, 99, "ada", "pass")
    with pytest.raises(NotFound, match="BL-CORPUS-055"):
        reviews.hand_out("no-sample", "ada", lease_us=MINUTE)


def test_a_changed_answer_changes_the_digest_that_the_ledger_has(store: Store, samples: CorpusSamples, reviews: CorpusReviews) -> None:
    digests = []
    for label in ("pass", "fail"):
        made = make_sample(store, [False])
        say(reviews, made, 0, "ada", label)
        samples.close(made.id, {}, by="ada")
        digests.append(store.audit.events(kind="corpus.sample_closed", subject=made.id)[0].detail["answers"])
    assert digests[0] != digests[1]


def test_a_damaged_verdict_is_refused_by_the_database(store: Store) -> None:
    made = make_sample(store)
    with pytest.raises(StoreError, match="BL-STORE-006"), store.database.writing() as connection:
        connection.execute(update(corpus_sample_items).where(corpus_sample_items.c.sample == made.id).values(verdict="perhaps"))


def test_people_who_work_at_once_never_answer_for_the_same_document(store: Store, reviews: CorpusReviews, samples: CorpusSamples) -> None:
    made = make_sample(store, [number % 5 == 0 for number in range(30)])

    def work(person: str) -> int:
        done = 0
        while handed := reviews.hand_out(made.id, person, lease_us=MINUTE):
            say(reviews, made, handed.item.position, person, "pass")
            done += 1
        return done

    with ThreadPoolExecutor(3) as people:
        counts = list(people.map(work, ["ada", "bob", "cid"]))
    left = sum(work(person) for person in ("ada", "bob"))  # what lay in others' hands when somebody saw nothing left
    assert sum(counts) + left == 36
    assert samples.verdicts(made.id) == {("s0", "s0", "pass"): 15, ("s1", "s1", "pass"): 15}
