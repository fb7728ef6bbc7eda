"""The whole way of a sample on SQLite; what only a transaction can keep is tested on both databases in tests/store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import (
    Answer,
    Answered,
    Desk,
    Plan,
    StaffRecord,
    TechnicalTally,
    commit_seeds,
    commitment,
    count_strata,
    derive_seed,
    draw,
    plan_human,
    plan_source_check,
    plan_technical,
    record_technical,
    sheet_of,
    verify_sheet,
)
from brightline.errors import InputError, NotFound
from brightline.store import CorpusReviews, CorpusRuns, CorpusSamples, CorpusStaff, NewItem, Store

KEY = "5a" * 32


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'brightline.db'}")
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    return opened


def make_run(store: Store, workspace: str = "/w") -> str:
    return CorpusRuns(store.database).begin(corpus="c", workspace=workspace, versions={}, plan={}, holds_lock=True).id


def make_sample(store: Store, size: int, *, double: int = 0, plan: Plan | None = None, text: str = "一段可以用的话") -> str:
    run = make_run(store)
    commit_seeds(store.database, KEY, run, by="ada")
    plan = plan or Plan("human", "kept", {"s": size}, {"s": size}, {}, 96, 0.95, double)
    items = [NewItem(f"{number:032x}", "s", "s", number < double, f"a.jsonl:{number + 1}", text) for number in range(size)]
    return CorpusSamples(store.database).create(run=run, kind="human", plan=plan.to_document(), items=items, by="ada").id


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store.database, staffing="off", key_hex=KEY)


def answer_all(desk: Desk, sample: str, person: str, labels: dict[int, str] | None = None) -> int:
    done = 0
    while task := desk.next_for(sample, person):
        desk.answer(sample, task.item.position, person, Answer((labels or {}).get(task.item.position, "pass")))  # type: ignore[arg-type]
        done += 1
    return done


def take_and_answer(desk: Desk, sample: str, position: int, person: str, answer: Answer) -> Answered:
    task = desk.next_for(sample, person)
    assert task is not None
    assert task.item.position == position
    return desk.answer(sample, position, person, answer)


def test_a_sample_from_the_first_answer_to_its_end(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 10, double=4)
    assert answer_all(desk, sample, "bob", {1: "fail", 2: "unsure"}) == 10
    assert answer_all(desk, sample, "cid", {1: "pass"}) == 4
    progress = desk.progress(sample)
    assert (progress.items, progress.double, progress.decided, progress.third, progress.answers) == (10, 4, 8, 2, 14)
    assert progress.answers == progress.answers_wanted
    with pytest.raises(CorpusError, match="BL-CORPUS-058"):
        desk.close(sample, "ada")
    assert desk.open_disagreements(sample, "bob") == []  # who has answered is not shown what the other said
    waiting = desk.open_disagreements(sample, "dan")
    assert [[answer.label for answer in each.answers] for each in waiting] == [["fail", "pass"], ["unsure", "pass"]]
    for each in waiting:
        desk.adjudicate(sample, each.task.item.position, "dan", Answer("fail", ("rights.copyright_notice",)))
    assert [(tally.reviewer, tally.answers, tally.overruled) for tally in desk.reviewers(sample)] == [("bob", 10, 0), ("cid", 4, 2)]
    outcome = desk.close(sample, "ada")
    assert (outcome.size, outcome.failures, outcome.undecided) == (10, 2, 0)
    assert outcome.legal is not None
    assert not outcome.legal.met  # 80 % pass
    assert outcome.agreement.pairs == 4
    closed = CorpusSamples(store.database).get(sample)
    assert closed.outcome["failures"] == 2
    assert closed.outcome["rules"] == {"rights.copyright_notice": 2}
    assert commitment(bytes.fromhex(closed.outcome["seed"])) == closed.outcome["commitment"]
    assert {row["reviewer"] for row in closed.outcome["reviewers"]} == {"bob", "cid"}


def test_a_small_corpus_without_a_fault_passes_by_law_and_for_certain(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 50)
    answer_all(desk, sample, "bob", {7: "fail"})
    outcome = desk.close(sample, "ada")
    assert outcome.legal is not None
    assert outcome.confidence is not None
    assert (outcome.legal.met, outcome.legal.asked_size) == (True, 50)
    assert (outcome.confidence.holds, outcome.confidence.most) == (True, 1)  # a census: one of 50 is under 4 %, two are not
    assert outcome.interval == (0.02, 0.02)


def test_what_nobody_looked_at_does_not_pass(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 100)
    for position in range(90):
        take_and_answer(desk, sample, position, "bob", Answer("pass"))
    outcome = desk.close(sample, "ada", partial=True)
    assert (outcome.undecided, outcome.rate) == (10, 0.0)
    assert outcome.legal is not None
    assert (outcome.legal.met, outcome.legal.passed) == (False, 90)
    assert outcome.interval.high > 0.02  # nor is it a census any more


def test_a_smaller_sample_than_the_standard_asks_for_never_meets_it(store: Store, desk: Desk) -> None:
    plan = plan_human({"s": 100_000}, size=20, floor=0, double_percent=0)
    sample = make_sample(store, 20, plan=plan)
    answer_all(desk, sample, "bob")
    outcome = desk.close(sample, "ada")
    assert outcome.legal is not None
    assert (outcome.legal.met, outcome.legal.asked_size, outcome.legal.size) == (False, 4_000, 20)
    assert outcome.confidence is not None
    assert (outcome.confidence.holds, outcome.confidence.most) == (False, -1)


def test_documents_beyond_the_core_serve_their_source_and_not_the_law(store: Store, desk: Desk) -> None:
    plan = Plan("human", "kept", {"large": 990, "small": 10}, {"large": 4, "small": 0}, {"small": 3}, 50)
    run = make_run(store)
    items = [NewItem(f"{n:032x}", s, s, False, "", "x") for n, s in enumerate(["large"] * 4 + ["small"] * 3)]
    sample = CorpusSamples(store.database).create(run=run, kind="human", plan=plan.to_document(), items=items, by="ada").id
    answer_all(desk, sample, "bob", {4: "fail", 5: "fail", 6: "fail"})
    outcome = desk.close(sample, "ada")
    assert (outcome.size, outcome.failures, outcome.rate) == (4, 0, 0.0)
    assert outcome.weighted.rate == pytest.approx(0.01)
    assert [(count.name, count.drawn, count.failures) for count in outcome.sources] == [("large", 4, 0), ("small", 3, 3)]


def test_undo_gives_the_document_back(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 3)
    take_and_answer(desk, sample, 0, "bob", Answer("pass"))
    take_and_answer(desk, sample, 1, "bob", Answer("fail", ("r",), ((0, 2),), "why", 1_200))
    assert [answer.position for answer in desk.answers_of(sample, "bob")] == [1, 0]
    assert desk.undo(sample, "bob").item.position == 1
    assert desk.undo(sample, "bob", 0).item.text == "一段可以用的话"
    with pytest.raises(NotFound, match="BL-CORPUS-056"):
        desk.undo(sample, "bob")
    assert desk.progress(sample).answers == 0
    again = desk.next_for(sample, "bob")
    assert again is not None
    assert again.item.position == 0  # it lies in this person's hand


def test_nobody_answers_for_a_document_that_was_not_handed_to_them(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 5)
    first = desk.next_for(sample, "bob")
    assert first is not None
    for person, position in (("bob", 3), ("cid", 0)):
        with pytest.raises(InputError, match=r"BL-CORPUS-056.*handed"):
            desk.answer(sample, position, person, Answer("pass"))
    assert desk.progress(sample).answers == 0
    assert desk.answer(sample, first.item.position, "bob", Answer("pass")).verdict == "pass"
    with pytest.raises(InputError, match=r"BL-CORPUS-056.*handed"):
        desk.answer(sample, 1, "bob", Answer("pass"))  # the next one was not taken


def test_who_took_longer_than_the_time_still_answers_unless_somebody_else_has(store: Store, desk: Desk) -> None:
    sample, reviews = make_sample(store, 3), CorpusReviews(store.database)
    late = [reviews.hand_out(sample, person, lease_us=0) for person in ("bob", "cid")]
    assert [hand.item.position for hand in late if hand] == [0, 0]
    assert desk.answer(sample, 0, "bob", Answer("pass")).verdict == "pass"
    with pytest.raises(InputError, match=r"BL-CORPUS-056.*somebody else"):
        desk.answer(sample, 0, "cid", Answer("fail"))


def test_a_span_lies_within_its_document(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 1, text="七个字的一句话")
    with pytest.raises(CorpusError, match="BL-CORPUS-057"):
        take_and_answer(desk, sample, 0, "bob", Answer("fail", spans=((0, 8),)))
    assert take_and_answer(desk, sample, 0, "bob", Answer("fail", spans=((0, 7),))).verdict == "fail"


def test_a_third_person_decides_and_only_where_one_is_needed(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 2)
    with pytest.raises(CorpusError, match="BL-CORPUS-057"):
        desk.adjudicate(sample, 0, "dan", Answer("pass"))
    assert take_and_answer(desk, sample, 0, "bob", Answer("unsure")).waits_for_third
    with pytest.raises(InputError, match="BL-CORPUS-056"):
        desk.adjudicate(sample, 0, "bob", Answer("pass"))
    with pytest.raises(CorpusError, match="BL-CORPUS-057"):
        desk.adjudicate(sample, 0, "dan", Answer("unsure"))
    assert desk.adjudicate(sample, 0, "dan", Answer("pass")).verdict == "pass"


def test_staff_records_warn_or_block_as_the_operator_has_it(store: Store) -> None:
    sample = make_sample(store, 2)
    task = Desk(store.database, staffing="warn").next_for(sample, "new")
    assert task is not None
    assert [warning.code for warning in task.warnings] == ["no_record"]
    strict = Desk(store.database, staffing="block")
    with pytest.raises(CorpusError, match=r"BL-CORPUS-057.*no record"):
        strict.next_for(sample, "new")
    document = {"functions": ["review"], "trained_on": "2026-01-01", "examined_on": "2026-01-02", "score": 90, "valid_until": "2999-01-01"}
    CorpusStaff(store.database).save("new", StaffRecord.from_document("new", document).to_document(), by="lead")
    task = strict.next_for(sample, "new")
    assert task is not None
    assert task.warnings == ()
    with pytest.raises(CorpusError, match=r"BL-CORPUS-057.*not appointed"):
        strict.open_disagreements(sample, "new")


def test_another_key_than_the_one_committed_to_closes_nothing(store: Store) -> None:
    sample = make_sample(store, 1)
    desk = Desk(store.database, staffing="off", key_hex="00" * 32)
    take_and_answer(desk, sample, 0, "bob", Answer("pass"))
    with pytest.raises(CorpusError, match="BL-CORPUS-053"):
        desk.close(sample, "ada")
    with pytest.raises(NotFound, match="BL-CORPUS-055"):
        Desk(store.database, tenant="elsewhere").progress(sample)


def test_a_closed_sample_takes_no_more(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 1)
    answer_all(desk, sample, "bob")
    desk.close(sample, "ada")
    for step in (lambda: desk.next_for(sample, "bob"), lambda: desk.undo(sample, "bob"), lambda: desk.close(sample, "ada")):
        with pytest.raises(CorpusError, match="BL-CORPUS-058"):
            step()
    assert desk.preview(sample).size == 1  # its figures can still be read


def test_each_kind_of_sample_has_its_question(store: Store, desk: Desk) -> None:
    asked = set()
    for population in ("kept", "all", "removed"):
        plan = Plan("removed" if population == "removed" else "human", population, {"s": 1}, {"s": 1})  # type: ignore[arg-type]
        task = desk.next_for(make_sample(store, 1, plan=plan), "bob")
        assert task is not None
        asked.add((task.question_zh, task.question_en))
    assert len(asked) == 3


def test_who_gave_many_answers_still_finds_the_disagreements_of_others(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 3, plan=Plan("human", "kept", {"s": 3}, {"s": 3}))
    for person, position in (("bob", 0), ("bob", 1), ("cid", 2)):
        take_and_answer(desk, sample, position, person, Answer("unsure"))
    assert [each.task.item.position for each in desk.open_disagreements(sample, "bob", limit=1)] == [2]


def test_who_was_unsure_alone_had_a_third_person_decide_too(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 1, plan=Plan("human", "kept", {"s": 1}, {"s": 1}))
    take_and_answer(desk, sample, 0, "bob", Answer("unsure"))
    desk.adjudicate(sample, 0, "cid", Answer("fail"))
    desk.close(sample, "ada")
    outcome = CorpusSamples(store.database).get(sample).outcome
    assert (outcome["adjudicated"], outcome["agreement"]["pairs"]) == (1, 0)


def test_any_number_of_workers_keeps_the_same_failures() -> None:
    failures = [NewItem(f"{number:032x}", "a", "a", False, "", "") for number in range(600)]
    alone, first, second = TechnicalTally(), TechnicalTally(), TechnicalTally()
    for number, item in enumerate(reversed(failures)):
        alone.add(item, ("illegal.x",))
        (first if number % 2 else second).add(item, ("illegal.x",))
    first.merge(second)
    assert first.kept == alone.kept


def test_a_technical_sample_counts_and_keeps_its_first_failures(store: Store) -> None:
    plan = plan_technical({"a": 5_000, "b": 30})
    first, second = TechnicalTally(), TechnicalTally()
    for number in range(500):
        first.add(NewItem(f"a{number:031x}", "a", "a", False, f"a.jsonl:{number}", "secret"), ("illegal.x",) if number < 9 else ())
    for number in range(3):
        second.add(NewItem(f"b{number:031x}", "b", "b", False, f"b.jsonl:{number}", "secret"), ())
    first.merge(second)
    outcome = first.outcome(plan)
    assert (outcome.size, outcome.failures) == (503, 9)
    assert outcome.legal is not None
    assert (outcome.legal.met, outcome.legal.asked_size, outcome.legal.rule) == (True, 503, "SEC-D8")
    run = make_run(store, "/technical")
    stored = record_technical(store.database, run=run, plan=plan, tally=first, seed=b"s" * 32, by="engine", commitment="c")
    assert (stored.status, stored.outcome["rules"]) == ("closed", {"illegal.x": 9})
    items = CorpusSamples(store.database).items(stored.id)
    assert [(item.verdict, item.text) for item in items] == [("fail", "")] * 9


def test_an_auditor_draws_a_closed_sample_again_from_its_sheet(store: Store, desk: Desk) -> None:
    corpus = [(f"{number:032x}", "ab"[number % 2]) for number in range(300)]
    plan = plan_human(count_strata(stratum for _doc_id, stratum in corpus), size=12, floor=0)
    run = make_run(store)
    seed = derive_seed(KEY, run, "human", "kept")
    commit_seeds(store.database, KEY, run, by="ada")
    items = [NewItem(each.doc_id, each.stratum, each.stratum, False, "", "x") for each in draw(plan, seed, corpus)]
    sample = CorpusSamples(store.database).create(run=run, kind="human", plan=plan.to_document(), items=items, by="ada").id
    with pytest.raises(CorpusError, match="BL-CORPUS-058"):
        sheet_of(store.database, sample)
    answer_all(desk, sample, "bob")
    desk.close(sample, "ada", partial=True)
    sheet = sheet_of(store.database, sample)
    assert verify_sheet(sheet, corpus) == ()
    assert verify_sheet(sheet | {"documents": sheet["documents"][::-1]}, corpus) == ("the list of documents was changed",)
    assert verify_sheet(sheet | {"seed": "00"}, corpus) == ("the seed is not the one that was committed to",)
    assert verify_sheet(sheet | {"commitment": "é"}, corpus) == ("the seed is not the one that was committed to",)
    assert "the corpus has 149" in verify_sheet(sheet, corpus[1:])[0]
    for wrong in ({"format": "other"}, {"seed": "no hex"}, {"plan": {}}):
        with pytest.raises(CorpusError, match="BL-CORPUS-051"):
            verify_sheet(sheet | wrong, corpus)


def test_a_technical_sample_has_no_list_to_compare(store: Store) -> None:
    plan = plan_technical({"a": 10})
    stored = record_technical(store.database, run=make_run(store), plan=plan, tally=TechnicalTally(), seed=b"s" * 32, by="engine")
    with pytest.raises(CorpusError, match="BL-CORPUS-051"):
        verify_sheet(sheet_of(store.database, stored.id), [])


def test_a_source_check_asks_for_no_share_and_has_no_verdict_of_its_own(store: Store, desk: Desk) -> None:
    sample = make_sample(store, 60, plan=plan_source_check({"s": 60}))
    answer_all(desk, sample, "bob", {3: "fail"})
    answer_all(desk, sample, "cid", {3: "fail"})
    outcome = desk.close(sample, "ada", partial=True)
    assert (outcome.legal, outcome.confidence) == (None, None)
    assert [(count.name, count.decided, count.failures) for count in outcome.sources] == [("s", 60, 1)]
