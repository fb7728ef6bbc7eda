from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from brightline.corpus.reporting import Facts
from brightline.corpus.reporting.building import build
from brightline.corpus.reporting.checks import check
from brightline.corpus.reporting.facts import Failures, Quarantined
from brightline.corpus.reporting.gathering import gather, moment
from brightline.corpus.sampling import (
    AnnotationRules,
    Answer,
    Desk,
    Plan,
    StaffRecord,
    TechnicalTally,
    commit_seeds,
    plan_technical,
    record_technical,
)
from brightline.corpus.shard import Shard
from brightline.corpus.sources import Licence, Register, Source, receive_complaint
from brightline.curation.standings import standings
from brightline.store import CorpusRun, CorpusRuns, CorpusSamples, CorpusSchedules, CorpusShard, CorpusStaff, NewItem, Store
from tests.corpus.reporting.report_making import document, write_run

NOW = 1_795_500_000_000_000  # 2026-11-24T06:00:00Z
DAY = 86_400_000_000
KEY = "5a" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    yield store
    store.close()


def _run(store: Store, figures: Mapping[str, Any] | None = None) -> CorpusRun:
    runs = CorpusRuns(store.database)
    versions = {"code": "0.1.0", "reader": "1", "personal": "7f", "language": "2"}
    plan = {"kernels": ["language", "personal"], "engine": "ray", "workers": 4}
    run = runs.begin(corpus="news", workspace="/w", versions=versions, plan=plan, holds_lock=True)
    runs.note(run.id, "annotate", figures or {})
    return runs.get(run.id)


def _gather(store: Store, run: CorpusRun, shards: list[Shard] | None = None, at: int = NOW) -> Facts:
    return gather(store.database, run, shards or [], made_by="u1", made_at=at)


def _sample(store: Store, run: CorpusRun, fails: set[int], size: int = 10, population: Literal["kept", "all"] = "kept") -> str:
    commit_seeds(store.database, KEY, run.id, by="u1")
    items = [NewItem(f"{n:032x}", "press" if n < 6 else "forum", "s", n < 4, f"a.jsonl:{n}", "一段话") for n in range(size)]
    asked = 96 if population == "kept" else 0
    plan = Plan("human", population, {"press": 100, "forum": 80}, {"press": 6, "forum": 4}, {}, asked, 0.95, 4)
    plan = replace(plan, number=CorpusSamples(store.database).next_number(run.id, "human", population))
    sample = CorpusSamples(store.database).create(run=run.id, kind="human", plan=plan.to_document(), items=items, by="u1").id
    desk = Desk(store.database, staffing="off", key_hex=KEY)
    for person in ("ada", "bob"):
        while task := desk.next_for(sample, person):
            desk.answer(sample, task.item.position, person, Answer("fail" if task.item.position in fails else "pass"))
    return sample


def test_what_worked_on_the_corpus_comes_from_the_run(store: Store) -> None:
    facts = _gather(store, _run(store))
    assert facts.kernels == {"language": "2", "personal": "7f"}
    assert facts.versions == {"code": "0.1.0", "reader": "1"}
    assert (facts.engine, facts.workers, facts.made_at, facts.made_by) == ("ray", 4, "2026-11-24T06:00:00Z", "u1")


def test_why_kernels_gave_up_comes_from_the_figures(store: Store) -> None:
    kernels = {"personal": {"version": "7f", "not_inspected": 3, "failures": {"RecursionError": 3}}}
    assert _gather(store, _run(store, {"kernels": kernels})).failures == [Failures("personal", "RecursionError", 3)]


def test_a_quarantined_shard_is_told_with_its_bytes(store: Store) -> None:
    run = _run(store)
    manifest = CorpusRuns(store.database).manifest(run.id)
    put_aside = CorpusShard(1, "quarantined", outcome={"file": "b.jsonl", "reason": "killed three times"})
    manifest.record("annotate", [put_aside, CorpusShard(2, "done")])
    shard = Shard(1, "/in/b.jsonl", "b.jsonl", "jsonl", begin=10, size_bytes=500)
    assert _gather(store, run, [shard]).quarantined == [Quarantined("b.jsonl", 10, 500, "killed three times")]


def test_a_source_comes_with_what_is_missing_and_what_stands_against_it(store: Store) -> None:
    source = Source("press", "Press", "crawl", country="CN", licence=Licence("CC-BY-4.0"), collected_from=date(2026, 1, 1))
    Register(store.database).save(source, by="u1")
    (found,) = _gather(store, _run(store)).sources
    assert (found.source, found.status, found.licence, found.collected_from, found.collected_to) == (
        "press", "proposed", "CC-BY-4.0", "2026-01-01", "",
    )  # fmt: skip
    assert {remark.word for remark in found.missing} >= {"robots", "owner"}
    assert all(remark.zh and remark.en and remark.clause for remark in (*found.missing, *found.objections))
    assert found.verdict is None


def test_a_closed_sample_gives_its_figures(store: Store) -> None:
    run = _run(store)
    sample = _sample(store, run, {7, 8, 9})
    (still_open,) = _gather(store, run).samples
    assert (still_open.status, still_open.legal, still_open.drawn, still_open.passed) == ("open", None, 10, 0)
    Desk(store.database, staffing="off", key_hex=KEY).close(sample, "u1")
    (closed,) = _gather(store, run).samples
    assert (closed.population, closed.drawn, closed.passed, closed.failed, closed.double) == (180, 10, 7, 3, 4)
    assert (closed.of, closed.legal, closed.confident, closed.reviewers) == ("kept", False, False, 2)
    assert float(closed.lower) < 30 < float(closed.upper)


def test_a_closed_check_of_sources_gives_their_verdicts_and_is_no_sample_of_what_is_kept(store: Store, tmp_path: Path) -> None:
    run = _run(store)
    for source in ("press", "forum", "archive"):
        Register(store.database).save(Source(source, source.title(), "crawl"), by="u1")
    sample = _sample(store, run, {7, 8, 9}, population="all")
    assert {source.verdict for source in _gather(store, run).sources} == {None}
    Desk(store.database, staffing="off", key_hex=KEY).close(sample, "u1")
    facts = _gather(store, run)
    verdicts = {source.source: source.verdict for source in facts.sources}
    assert verdicts["archive"] is None
    assert verdicts["forum"] is not None
    assert (verdicts["forum"].inspected, verdicts["forum"].illegal, verdicts["forum"].verdict) == (4, 3, "blacklisted")
    assert verdicts["press"] is not None
    assert verdicts["press"].verdict == "undecided"
    assert verdicts["press"].more > 0
    report = build(*write_run(tmp_path / "w", [document(0)]), facts)
    assert {"limit": "no_sample", "name": "human", "count": 0} in report.document["limits"]
    assert {each.rule: each.reason for each in check(report.document)}["SEC-D7"] == "no_closed_sample"


def test_the_verdicts_that_decisions_rest_on_are_the_ones_that_are_told_whichever_inspection_they_come_from(store: Store) -> None:
    Register(store.database).save(Source("forum", "Forum", "crawl"), by="u1")
    Desk(store.database, staffing="off", key_hex=KEY).close(_sample(store, _run(store), {7, 8, 9}, population="all"), "u1")
    later = _run(store)
    (found,) = _gather(store, later).sources
    assert standings(store.database, later.corpus, today=date(2026, 11, 24))["forum"].over_limit
    assert found.verdict is not None
    assert found.verdict.verdict == "blacklisted"


def test_samples_of_another_run_say_nothing_here(store: Store) -> None:
    earlier = _run(store)
    _sample(store, earlier, set())
    assert _gather(store, _run(store)).samples == []


def test_a_technical_sample_is_gathered_too(store: Store) -> None:
    run = _run(store)
    plan, tally = plan_technical({"press": 1000}), TechnicalTally()
    for number in range(plan.size + 1):  # a cut draws about as many as planned
        tally.add(NewItem(f"{number:032x}", "press", "press", False, "a:1", ""), ("illegal.x",) if number == 0 else ())
    record_technical(store.database, run=run.id, plan=plan, tally=tally, seed=b"s" * 32, by="u1")
    (sample,) = _gather(store, run).samples
    assert (sample.kind, sample.status, sample.failed, sample.legal) == ("technical", "closed", 1, True)
    assert sample.drawn == sample.passed + sample.failed == plan.size + 1


def test_people_count_as_examined_only_on_the_day(store: Store) -> None:
    staff = CorpusStaff(store.database)
    good = StaffRecord("ada", ("label",), date(2026, 1, 1), "course", date(2026, 2, 1), 90)
    records = [
        good,
        StaffRecord("bob", ("label",), date(2026, 1, 1), "course", date(2024, 2, 1), 90),
        StaffRecord("cid", ("review",), None, "", date(2026, 2, 1), 10),
        StaffRecord("left", ("label", "review"), active=False),
    ]
    for record in records:
        staff.save(record.person, record.to_document(), by="u1")
    for version, day in (("1", date(2026, 1, 1)), ("2", date(2027, 1, 1))):
        staff.save(f"rules/safety-{version}", AnnotationRules("safety", version, day, "safety", "0" * 64).to_document(), by="u1")
    assert _gather(store, _run(store)).staff == {"people": 3, "trained": 2, "examined": 1, "rules": 1, "separated": True}


def test_a_schedule_is_overdue_when_its_day_has_come(store: Store) -> None:
    run = _run(store)
    assert _gather(store, run).schedule == {}
    schedule = CorpusSchedules(store.database).set("news", 30, by="u1")
    CorpusSchedules(store.database).set("another", 1, by="u1")
    on_time = _gather(store, run, at=schedule.due_at - DAY).schedule
    assert on_time == {"every_days": 30, "due_at": moment(schedule.due_at)[:10], "overdue": False}
    assert _gather(store, run, at=schedule.due_at + DAY).schedule["overdue"]


def test_complaints_are_counted_by_status(store: Store) -> None:
    receive_complaint(store.database, kind="copyright", what="my article", complainant="A. Writer", contact="a@example.org", source="press")
    assert _gather(store, _run(store)).complaints == {"open": 1}


def test_what_is_gathered_makes_a_report(store: Store, tmp_path: Path) -> None:
    run = _run(store)
    workspace, shards = write_run(tmp_path / "w", [document(0, source_id="press")])
    report = build(workspace, shards, gather(store.database, run, shards, made_by="u1", made_at=NOW))
    assert report.document["made"]["run"] == run.id
    assert {each.state for each in check(report.document)} <= {"met", "not_met", "not_shown"}


def test_a_moment_is_written_in_utc_and_whole_seconds() -> None:
    assert [moment(0), moment(NOW + 999_999)] == ["", "2026-11-24T06:00:00Z"]
