"""Runs of corpora and the manifest of their shards, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from brightline.errors import InputError, NotFound
from brightline.store import CorpusRun, CorpusRuns, CorpusShard, Store
from brightline.store.clock import now_us
from brightline.store.corpus_runs import INTERRUPTED_AFTER_S
from brightline.store.tables import corpus_runs


@pytest.fixture
def runs(store: Store) -> CorpusRuns:
    return CorpusRuns(store.database)


def begin(runs: CorpusRuns, corpus: str = "c", workspace: str = "/w", **more: object) -> CorpusRun:
    return runs.begin(corpus=corpus, workspace=workspace, versions={"personal": "1"}, plan={"shards": 2}, **more)  # type: ignore[arg-type]


def stop_heart(store: Store, run: CorpusRun) -> None:
    long_ago = now_us() - (INTERRUPTED_AFTER_S + 1) * 1_000_000
    with store.database.writing() as connection:
        connection.execute(update(corpus_runs).where(corpus_runs.c.id == run.id).values(beat_at=long_ago))


def test_a_run_is_kept_with_what_it_was_begun_with(runs: CorpusRuns) -> None:
    run = begin(runs, made_by="li")

    assert runs.get(run.id) == run
    assert (run.status, run.stage, run.versions, run.plan, run.figures, run.made_by, run.ended_at) == (
        "running",
        "",
        {"personal": "1"},
        {"shards": 2},
        {},
        "li",
        None,
    )


def test_a_run_that_is_not_there_is_told(runs: CorpusRuns) -> None:
    run = begin(runs)

    for tenant, run_id in (("default", "nothing"), ("another", run.id)):
        with pytest.raises(NotFound, match="BL-CORPUS-036"):
            runs.get(run_id, tenant=tenant)
    for ask in (runs.finish, lambda run_id: runs.note(run_id, "annotate", {})):
        with pytest.raises(NotFound, match="BL-CORPUS-036"):
            ask("nothing")


def test_a_run_whose_heart_stopped_is_interrupted(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)
    assert [each.id for each in runs.page(status="running")] == [run.id]

    stop_heart(store, run)

    assert runs.get(run.id).status == "interrupted"
    assert runs.page(status="running") == []
    assert [each.id for each in runs.page(status="interrupted")] == [run.id]
    runs.beat(run.id)
    assert runs.get(run.id).status == "running"


def test_a_run_ends(runs: CorpusRuns) -> None:
    run = begin(runs)
    runs.finish(run.id, "interrupted")
    assert (runs.get(run.id).status, runs.get(run.id).ended_at) == ("interrupted", None)
    assert runs.page(status="interrupted") != []

    runs.finish(runs.resume(run.id).id)

    ended = runs.get(run.id)
    assert ended.status == "done"
    assert ended.ended_at is not None
    assert runs.page(status="done") == [ended]


def test_two_runs_are_never_at_work_in_one_workspace(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)

    begin(runs, workspace="/another")
    with pytest.raises(InputError, match="BL-CORPUS-035"):
        begin(runs)
    with pytest.raises(InputError, match="BL-CORPUS-035"):
        runs.resume(run.id)
    stop_heart(store, run)
    assert runs.resume(run.id).status == "running"
    assert runs.resume(run.id, holds_lock=True).status == "running"
    begin(runs, holds_lock=True)


def test_figures_of_stages_stand_beside_one_another(runs: CorpusRuns) -> None:
    run = begin(runs)

    runs.enter(run.id, "annotate")
    runs.note(run.id, "annotate", {"documents": 3})
    runs.note(run.id, "decide", {"kept": 2})
    runs.note(run.id, "annotate", {"documents": 4})

    assert runs.get(run.id).figures == {"annotate": {"documents": 4}, "decide": {"kept": 2}}
    assert runs.get(run.id).stage == "annotate"


def test_runs_are_listed_newest_first_in_pages_of_their_tenant(runs: CorpusRuns) -> None:
    made = [begin(runs, corpus=f"c{number % 2}", workspace=f"/{number}") for number in range(5)]
    begin(runs, workspace="/theirs", tenant="another")

    first = runs.page(limit=3)

    assert [run.id for run in first + runs.page(after=first[-1].id)] == [run.id for run in reversed(made)]
    assert [run.id for run in runs.page(corpus="c1")] == [made[3].id, made[1].id]
    latest = runs.latest(workspace="/2")
    assert latest is not None
    assert latest.id == made[2].id
    assert runs.latest(corpus="nothing") is None


def test_the_manifest_keeps_the_last_row_of_each_shard(runs: CorpusRuns) -> None:
    manifest = runs.manifest(begin(runs).id)

    manifest.record("annotate", [CorpusShard(number, "running", attempts=1) for number in (2, 0, 1)])
    manifest.record("annotate", [CorpusShard(1, "done", "key", 1, {"documents": 7, "文": "本"}), CorpusShard(2, "quarantined", attempts=3)])
    manifest.record("decide", [CorpusShard(0, "done")])
    manifest.record("decide", [])

    rows = list(manifest.recorded("annotate"))
    assert [(row.number, row.status, row.key, row.attempts) for row in rows] == [
        (0, "running", "", 1),
        (1, "done", "key", 1),
        (2, "quarantined", "", 3),
    ]
    assert rows[1].outcome == {"documents": 7, "文": "本"}
    assert runs.counts(manifest.run_id, "annotate") == {"running": 1, "done": 1, "quarantined": 1}
    assert [row.number for row in runs.shards(manifest.run_id, "annotate", status="quarantined")] == [2]


def test_a_manifest_of_many_shards_is_walked_in_order(runs: CorpusRuns) -> None:
    manifest = runs.manifest(begin(runs).id)
    manifest.record("annotate", [CorpusShard(number, "done") for number in range(1203)])

    assert [row.number for row in manifest.recorded("annotate")] == list(range(1203))


def test_recording_is_a_sign_of_life(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)
    stop_heart(store, run)

    runs.manifest(run.id).record("annotate", [CorpusShard(0, "done")])

    assert runs.get(run.id).status == "running"


def test_a_new_run_takes_over_what_is_done_in_its_workspace(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)
    runs.manifest(run.id).record("annotate", [CorpusShard(0, "done", "key", 2, {"documents": 1}), CorpusShard(1, "quarantined")])
    runs.finish(run.id)
    elsewhere = begin(runs, workspace="/another")

    later = begin(runs)

    assert [(row.number, row.key, row.outcome) for row in runs.shards(later.id, "annotate")] == [(0, "key", {"documents": 1})]
    assert list(runs.shards(elsewhere.id, "annotate")) == []
    assert len(list(runs.shards(run.id, "annotate"))) == 2


def test_a_smaller_corpus_leaves_the_rows_of_the_larger_behind(runs: CorpusRuns) -> None:
    run = begin(runs)
    runs.manifest(run.id).record("annotate", [CorpusShard(number, "done") for number in range(5)])
    runs.finish(run.id)

    later = begin(runs, shards=3)

    assert [row.number for row in runs.shards(later.id, "annotate")] == [0, 1, 2]


def test_of_many_who_begin_or_go_on_at_once_in_one_workspace_one_does(store: Store, runs: CorpusRuns) -> None:
    first = begin(runs)
    runs.finish(first.id, "interrupted")
    barrier = threading.Barrier(8)

    def try_it(number: int) -> bool:
        barrier.wait()
        try:
            begin(CorpusRuns(store.database)) if number % 2 else CorpusRuns(store.database).resume(first.id)
        except InputError as refused:
            assert refused.code == "BL-CORPUS-035"
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1


def test_a_supervisor_that_slept_while_another_went_on_with_its_run_writes_nothing_more(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)
    sleeper = runs.manifest(run.id)
    sleeper.record("annotate", [CorpusShard(0, "done", "first")])
    stop_heart(store, run)
    other = CorpusRuns(store.database)
    other.resume(run.id)
    other.manifest(run.id).record("annotate", [CorpusShard(1, "done", "theirs")])

    refused = [
        lambda: sleeper.record("annotate", [CorpusShard(1, "done", "mine")]),
        sleeper.beat,
        lambda: sleeper.enter("cluster"),
        lambda: runs.note(run.id, "annotate", {"documents": 1}),
        lambda: runs.forget(run.id, ["annotate"]),
        lambda: runs.finish(run.id),
    ]
    for write in refused:
        with pytest.raises(InputError, match="BL-CORPUS-102"):
            write()

    assert [row.key for row in sleeper.recorded("annotate")] == ["first", "theirs"]
    assert (runs.get(run.id).status, runs.get(run.id).stage, runs.get(run.id).figures) == ("running", "", {})


def test_a_supervisor_that_slept_while_another_run_began_in_its_workspace_writes_nothing_more(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)
    stop_heart(store, run)
    begin(CorpusRuns(store.database))

    with pytest.raises(InputError, match="BL-CORPUS-102"):
        runs.manifest(run.id).record("annotate", [CorpusShard(0, "done")])
    assert list(runs.shards(run.id, "annotate")) == []


def test_a_supervisor_that_slept_while_nobody_came_goes_on(store: Store, runs: CorpusRuns) -> None:
    run = begin(runs)
    stop_heart(store, run)

    runs.manifest(run.id).record("annotate", [CorpusShard(0, "done")])

    assert runs.get(run.id).status == "running"
