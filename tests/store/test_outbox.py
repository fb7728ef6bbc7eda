from __future__ import annotations

import threading

from making import record

from brightline.store import OutboxJob, Store
from brightline.store.outbox import LeasedJob

SECOND = 1_000_000


def job(key: str, **changes: object) -> OutboxJob:
    return OutboxJob("webhook", key, key.encode())._replace(**changes)


def lease(store: Store, limit: int = 10, now: int = 100 * SECOND) -> list[LeasedJob]:
    return store.outbox.lease("webhook", lease_s=30, limit=limit, now=now)


def test_a_job_comes_with_the_decision_that_caused_it(store: Store) -> None:
    store.write([record()], [job("a")])
    assert [leased.payload for leased in lease(store)] == [b"a"]


def test_jobs_come_by_priority_then_by_time(store: Store) -> None:
    store.outbox.put([job("late", run_at=9), job("early", run_at=1), job("urgent", priority=-1, run_at=50)])
    assert [leased.key for leased in lease(store)] == ["urgent", "early", "late"]


def test_a_job_is_not_due_before_its_time(store: Store) -> None:
    store.outbox.put([job("a", run_at=100 * SECOND)])
    assert lease(store, now=99 * SECOND) == []
    assert len(lease(store, now=100 * SECOND)) == 1


def test_a_queue_sees_only_its_jobs(store: Store) -> None:
    store.outbox.put([job("a", queue="mail")])
    assert lease(store) == []


def test_a_key_waits_once_and_can_come_again_when_done(store: Store) -> None:
    store.outbox.put([job("a"), job("a")])
    store.outbox.put([job("a", payload=b"other")])
    [leased] = lease(store)
    assert leased.payload == b"a"
    assert store.outbox.done(leased)
    store.outbox.put([job("a")])
    assert len(lease(store)) == 1


def test_a_leased_job_is_given_to_nobody_else(store: Store) -> None:
    store.outbox.put([job("a")])
    assert len(lease(store)) == 1
    assert lease(store) == []


def test_a_job_whose_worker_went_silent_is_leased_again(store: Store) -> None:
    store.outbox.put([job("a")])
    [first] = lease(store, now=100 * SECOND)
    [second] = lease(store, now=131 * SECOND)
    assert (first.attempt, second.attempt) == (1, 2)
    assert second.token > first.token


def test_a_late_worker_is_turned_away(store: Store) -> None:
    store.outbox.put([job("a")])
    [late] = lease(store, now=100 * SECOND)
    [holder] = lease(store, now=131 * SECOND)
    assert not store.outbox.done(late)
    assert not store.outbox.fail(late, "too late")
    assert store.outbox.heartbeat(late, lease_s=30) is None
    assert store.outbox.done(holder)
    assert not store.outbox.done(holder)


def test_a_heartbeat_prolongs_a_lease(store: Store) -> None:
    store.outbox.put([job("a")])
    [leased] = lease(store, now=100 * SECOND)
    prolonged = store.outbox.heartbeat(leased, lease_s=60, now=120 * SECOND)
    assert prolonged.lease_until == 180 * SECOND
    assert lease(store, now=131 * SECOND) == []
    assert store.outbox.done(prolonged)


def test_a_failed_job_comes_back_later_and_later(store: Store) -> None:
    store.outbox.put([job("a")])
    [leased] = lease(store, now=100 * SECOND)
    assert store.outbox.fail(leased, "HTTP 500", now=100 * SECOND)
    assert lease(store, now=159 * SECOND) == []
    [leased] = lease(store, now=160 * SECOND)
    store.outbox.fail(leased, "HTTP 500", now=160 * SECOND)
    assert lease(store, now=279 * SECOND) == []
    assert len(lease(store, now=280 * SECOND)) == 1


def test_a_job_dies_after_its_last_attempt_and_stays_to_be_seen(store: Store) -> None:
    store.outbox.put([job("a", max_attempts=1)])
    [leased] = lease(store)
    store.outbox.fail(leased, "HTTP 500", retry_in_s=0)
    assert lease(store, now=10**15) == []
    assert store.outbox.counts() == {("webhook", "dead"): 1}


def test_sweeping_takes_jobs_from_silent_workers(store: Store) -> None:
    store.outbox.put([job("again"), job("last", max_attempts=1)])
    [again, last] = sorted(lease(store, now=100 * SECOND))
    assert store.outbox.sweep(now=129 * SECOND) == 0
    assert store.outbox.sweep(now=131 * SECOND) == 2
    assert store.outbox.counts() == {("webhook", "ready"): 1, ("webhook", "dead"): 1}
    assert not store.outbox.done(again)
    assert not store.outbox.done(last)


def test_no_job_is_done_twice_by_many_workers(database_url: str) -> None:
    stores = [Store.open(database_url) for _ in range(3)]
    stores[0].outbox.put([job(f"{number}") for number in range(60)])
    done: list[str] = []

    def work(store: Store) -> None:
        while leased := store.outbox.lease("webhook", lease_s=600, limit=4):
            done.extend(each.key for each in leased if store.outbox.done(each))

    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=int) == [f"{number}" for number in range(60)]
    for store in stores:
        store.close()
