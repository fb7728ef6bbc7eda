from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest
from making import decision, record, refusal
from sqlalchemy import text

from brightline.errors import StoreError
from brightline.store import Journal, Store, schema, writer
from brightline.store.records import Record


@pytest.fixture
def journal(store: Store):
    journal = store.journal(wait_ms=1)
    journal.start()
    yield journal
    journal.close()


@pytest.fixture
def store_of_its_own(database_url: str):
    store = Store.open(database_url)
    yield store
    store.close()


class Gate:
    """A ``write`` that waits at a gate, so that a test decides when a batch is committed, and remembers the batches."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.open = threading.Event()
        self.entered = threading.Event()
        self.batches: list[list[str]] = []

    def write(self, records) -> None:
        self.batches.append([made.decision.id for made in records])
        self.entered.set()
        self.open.wait()
        self.store.write(records)

    def journal(self) -> Journal:
        journal = Journal(self.write, wait_ms=0)
        journal.start()
        return journal


async def appended(journal: Journal, records: list[Record]) -> list[BaseException | None]:
    return await asyncio.gather(*(journal.append(made) for made in records), return_exceptions=True)


async def test_a_decision_is_on_disk_when_append_returns(store: Store, journal: Journal) -> None:
    made = record(refusal())
    await journal.append(made)
    assert store.decision(made.decision.id) is not None
    assert store.ledger.waiting()[0] == 1


async def test_every_one_of_many_tasks_is_stored_once(store: Store, journal: Journal) -> None:
    written = [record(refusal()) if number % 5 == 0 else record() for number in range(200)]
    assert await appended(journal, written) == [None] * 200
    assert {found.decision.id for found in store.decisions(limit=500)} == {made.decision.id for made in written}
    assert store.ledger.waiting()[0] == 200
    assert journal.depth == 0


async def test_what_waits_during_a_commit_goes_into_one_batch(store: Store) -> None:
    gate = Gate(store)
    journal = gate.journal()
    first = asyncio.create_task(journal.append(record()))
    await asyncio.to_thread(gate.entered.wait)
    others = [asyncio.create_task(journal.append(record())) for _ in range(9)]
    await asyncio.sleep(0)
    assert journal.depth == 10
    gate.open.set()
    await asyncio.gather(first, *others)
    journal.close()
    assert [len(batch) for batch in gate.batches] == [1, 9]


async def test_a_bad_record_fails_alone(store: Store) -> None:
    gate = Gate(store)
    journal = gate.journal()
    stored = record()
    store.write([stored])
    first = asyncio.create_task(journal.append(record()))
    await asyncio.to_thread(gate.entered.wait)
    others = asyncio.create_task(appended(journal, [record(), stored, record(refusal(findings=())), record()]))
    await asyncio.sleep(0)
    gate.open.set()
    await first
    results = await others
    journal.close()
    assert results[0] is None
    assert results[3] is None
    assert [getattr(result, "code", "") for result in results[1:3]] == ["BL-STORE-006"] * 2
    assert sum(store.counts().values()) == 4


async def test_a_record_that_no_driver_takes_fails_alone(store: Store) -> None:
    gate = Gate(store)
    journal = gate.journal()
    first = asyncio.create_task(journal.append(record()))
    await asyncio.to_thread(gate.entered.wait)
    wrong = record()._replace(salt=object())
    others = asyncio.create_task(appended(journal, [record(), wrong, record(refusal())]))
    await asyncio.sleep(0)
    gate.open.set()
    await first
    results = await others
    journal.close()
    assert [getattr(result, "code", None) for result in results] == [None, "BL-STORE-006", None]
    assert sum(store.counts().values()) == 3


async def test_several_records_are_stored_together_or_not_at_all(store: Store, journal: Journal) -> None:
    await journal.append_all([record(), record(refusal())])
    with pytest.raises(StoreError, match="BL-STORE-006"):
        await journal.append_all([record(), record(refusal(findings=()))])
    await journal.append_all([])
    assert sum(store.counts().values()) == 2


async def test_close_writes_what_is_waiting_and_refuses_the_rest(store: Store) -> None:
    gate = Gate(store)
    journal = gate.journal()
    tasks = [asyncio.create_task(journal.append(record())) for _ in range(5)]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.to_thread(journal.close)
    assert await asyncio.gather(*tasks) == [None] * 5
    with pytest.raises(StoreError, match="BL-STORE-008"):
        await journal.append(record())
    journal.close()
    assert sum(store.counts().values()) == 5


async def test_a_journal_that_was_not_started_refuses(store: Store) -> None:
    with pytest.raises(StoreError, match="BL-STORE-008"):
        await store.journal(wait_ms=0).append(record())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_nobody_waits_for_a_thread_that_died(store: Store) -> None:
    def die() -> None:
        raise RuntimeError("a chore went wrong")

    journal = Journal(store.write, wait_ms=0, after_batch=die)
    journal.start()
    results = [*await appended(journal, [record() for _ in range(5)]), *await appended(journal, [record()])]
    stored = results.count(None)
    assert stored >= 1
    assert [getattr(result, "code", None) for result in results if result is not None] == ["BL-STORE-008"] * (6 - stored)
    assert sum(store.counts().values()) == stored
    journal.close()


async def test_a_cancelled_task_takes_nobody_with_it(store: Store) -> None:
    gate = Gate(store)
    journal = gate.journal()
    impatient, patient = (asyncio.create_task(journal.append(record())) for _ in range(2))
    await asyncio.to_thread(gate.entered.wait)
    impatient.cancel()
    gate.open.set()
    await patient
    journal.close()
    assert sum(store.counts().values()) == 2


def test_tasks_of_several_event_loops_share_a_journal(store: Store, journal: Journal) -> None:
    def loop_of_its_own() -> None:
        asyncio.run(appended(journal, [record() for _ in range(20)]))

    threads = [threading.Thread(target=loop_of_its_own) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(store.counts().values()) == 60


async def test_a_full_disk_rejects_every_task_and_passes(tmp_path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'full.db'}")
    journal = store.journal(wait_ms=1)
    journal.start()
    await journal.append(record())
    before = store.counts()

    def limit_pages(pages: int) -> None:
        # The limit belongs to a connection, and this is the one that writes decisions.
        store._writer._connection.execute(f"PRAGMA max_page_count = {pages}")

    with store.database.reading() as connection:
        limit_pages(connection.execute(text("PRAGMA page_count")).scalar_one())
    big = [record(decision(texts={"a": "x" * 20_000})) for _ in range(8)]
    results = await appended(journal, big)
    assert [getattr(result, "code", None) for result in results] == ["BL-STORE-001"] * 8
    assert all(result.hint for result in results)
    assert store.counts() == before
    limit_pages(1_000_000)
    assert await appended(journal, big) == [None] * 8
    journal.close()
    store.close()


async def test_a_locked_database_rejects_and_passes(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightline.store.engine.BUSY_TIMEOUT_MS", 20)
    store, other = Store.open(database_url), Store.open(database_url)
    journal = store.journal(wait_ms=0)
    journal.start()
    made = record()
    with other.database.writing() as connection:
        if not store.database.is_sqlite:  # on SQLite any writer locks out the others
            connection.execute(text("LOCK TABLE decisions IN EXCLUSIVE MODE"))
        with pytest.raises(StoreError, match="BL-STORE-002"):
            await journal.append(made)
    await journal.append(made)
    journal.close()
    for opened in (store, other):
        opened.close()


def end_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_connection_lost_between_batches_is_replaced(postgres_url_factory) -> None:
    url = postgres_url_factory()
    store = Store.open(url)
    journal = store.journal(wait_ms=0)
    journal.start()
    for _ in range(3):
        await journal.append(record())
        end_connections(url)
    await journal.append(record())
    assert sum(store.counts().values()) == 4
    journal.close()
    store.close()


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
async def test_a_connection_lost_in_a_batch_neither_loses_nor_doubles(
    postgres_url_factory, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    url = postgres_url_factory()
    store = Store.open(url)
    await asyncio.to_thread(store.write, [record()])
    commit, broken = writer._commit_postgresql, []

    def break_once(connection, additions) -> None:
        if broken:
            return commit(connection, additions)
        broken.append(True)
        if committed:
            commit(connection, additions)
        end_connections(url)
        return commit(connection, additions)

    monkeypatch.setattr(writer, "_commit_postgresql", break_once)
    journal = store.journal(wait_ms=0)
    journal.start()
    assert await appended(journal, [record(refusal()) for _ in range(5)]) == [None] * 5
    assert broken
    assert sum(store.counts().values()) == 6
    assert store.ledger.waiting()[0] == 6
    journal.close()
    store.close()


async def test_a_commit_that_shows_up_after_the_look_is_not_doubled(postgres_url_factory, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres_url_factory()
    store, other = Store.open(url), Store.open(url)
    made = [record(), record(refusal())]
    await asyncio.to_thread(store.write, [record()])
    end_connections(url)  # so that the first try breaks before its commit …
    look = store._are_stored
    looks = []

    def look_too_early(records) -> bool:
        looks.append(look(records))
        if len(looks) == 1:
            other.write(records)  # … which we now pretend was only late
        return looks[-1]

    monkeypatch.setattr(store, "_are_stored", look_too_early)
    await asyncio.to_thread(store.write, made)
    assert looks == [False, True]
    assert sum(store.counts().values()) == 3
    for opened in (store, other):
        opened.close()


async def test_a_database_that_may_not_be_written_rejects_and_passes(tmp_path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    await asyncio.to_thread(store.write, [record()])
    store._writer._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="BL-STORE-004"):
        store.write([record()])
    store._writer._connection.execute("PRAGMA query_only = OFF")
    store.write([record()])
    assert sum(store.counts().values()) == 2
    store.close()


def test_dropped_tables_are_reported_as_such(store_of_its_own: Store) -> None:
    schema.downgrade(store_of_its_own.database, "base")
    with pytest.raises(StoreError, match="BL-STORE-005"):
        store_of_its_own.write([record()])
    schema.migrate(store_of_its_own.database)
    store_of_its_own.write([record()])


async def test_the_journals_thread_writes_when_keys_were_used(store: Store, journal: Journal) -> None:
    key, _ = store.keys.create("app", ["gateway"])
    store.keys.touch(key.id)
    store.keys._flushed_at = float("-inf")
    await journal.append(record())
    await asyncio.to_thread(journal.close)
    assert store.keys.get(key.id).last_used_at is not None
