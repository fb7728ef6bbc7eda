"""The log on the real store, SQLite and PostgreSQL: sequencing, erasure, tampering by SQL, a restored backup."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from brightline.errors import LedgerError
from brightline.ledger import (
    Sequencer,
    Signer,
    Verification,
    commits_to,
    export_tiles,
    leaf_hash,
    verify_log,
    verify_tiles,
)
from brightline.ledger.storage import NodeRanges
from brightline.ledger.verify_proof import verify_bundle
from brightline.model import LedgerEntry
from brightline.store import Store
from tests.ledger.decisions import id_of, record

SIZE = 37


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'brightline.db'}"
    factory: Callable[[], str] = request.getfixturevalue("postgres_url_factory")
    return factory()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store."""
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def log(store: Store, signer: Signer, head_file: Path) -> Sequencer:
    """A log of 37 decisions in three batches."""
    sequencer = Sequencer(store.ledger, signer, head_file, batch=16)
    store.write([record(number) for number in range(SIZE)])
    sequencer.drain()
    return sequencer


def verified(store: Store, log: Sequencer) -> Verification:
    def fits(entry: LedgerEntry) -> bool | None:
        stored = store.decision(entry.subject)
        if stored is None or stored.salt is None or entry.kind != "decision":
            return None
        return commits_to(entry.commitment, stored.salt, stored.body)

    return verify_log(store.ledger, log.signer.verifiers, log.head_file.path, check_payload=fits)


def change(url: str, statement: str, **values: object) -> None:
    """SQL by somebody who has the database, but not the key."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def test_decisions_are_sequenced_proved_and_verified(store: Store, log: Sequencer) -> None:
    found = verified(store, log)
    assert (found.ok, found.size, found.payloads_checked) == (True, SIZE, SIZE)
    stored = store.decision(id_of(20))
    assert stored is not None
    assert stored.salt is not None
    proved = verify_bundle(log.bundle(id_of(20), stored.body, stored.salt), log.signer.vkey)
    assert (proved["entry"]["seq"], proved["size"]) == (stored.seq, SIZE)


def test_the_store_reads_ranges_of_nodes(store: Store, log: Sequencer) -> None:
    with store.ledger.reading() as transaction:
        assert isinstance(transaction, NodeRanges)
        assert dict(transaction.nodes(2, 1, 4)) == {index: transaction.node(2, index) for index in range(1, 4)}


def test_after_an_erasure_the_log_still_verifies_and_the_content_is_gone(store: Store, log: Sequencer) -> None:
    stored = store.decision(id_of(5))
    assert stored is not None
    assert stored.salt is not None
    before = log.bundle(id_of(5), stored.body, stored.salt)
    store.erase_payload(id_of(5))
    log.drain()
    found = verified(store, log)
    assert (found.ok, found.size, found.payloads_checked, found.payloads_absent) == (True, SIZE + 1, SIZE - 1, 2)
    erased = store.decision(id_of(5))
    assert erased is not None
    assert erased.salt is None
    assert b"\xe7\x99\xbe" not in erased.body
    assert verify_bundle(before)["size"] == SIZE  # what the person already holds stays a proof


def test_the_export_of_a_database_verifies_alone(store: Store, log: Sequencer, tmp_path: Path) -> None:
    export_tiles(store.ledger, tmp_path / "out", log.signer.verifiers)
    assert verify_tiles(tmp_path / "out", log.signer.verifiers).size == SIZE


def test_an_edited_entry_is_found_and_named(store: Store, log: Sequencer, url: str) -> None:
    with store.ledger.reading() as transaction:
        raw = next(transaction.entries(9, 10))[1]
    forged = raw.replace(b'"default"', b'"another"')
    change(url, "UPDATE ledger_entries SET entry = :entry, leaf_hash = :leaf WHERE seq = 9", entry=forged, leaf=leaf_hash(forged))
    assert [(problem.kind, problem.first, problem.stop) for problem in verified(store, log).problems if problem.kind == "node"] == [
        ("node", 8, 10)
    ]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM ledger_entries WHERE seq = 12", "entry 12 was deleted"),
        ("DELETE FROM ledger_entries WHERE seq >= 30", "it was cut or rolled back"),
        ("INSERT INTO ledger_entries SELECT 37, subject, entry, leaf_hash FROM ledger_entries WHERE seq = 3", "covers 37 of 38 entries"),
        ("UPDATE ledger_nodes SET hash = :zero WHERE level = 3 AND position = 1", "the stored hash of entries 8 to 15"),
        ("DELETE FROM ledger_nodes WHERE level = 5", "the stored hash of entries 0 to 31 is missing"),
        ("DELETE FROM ledger_checkpoints", "the checkpoint in the database is missing"),
        ("DELETE FROM ledger_checkpoints WHERE size = 37", "covers 32 of 37 entries"),
        ("UPDATE decisions SET body = :zero WHERE id LIKE '%000000000007'", "(entry 7) is not what was logged"),
    ],
)
def test_tampering_by_sql_is_found(statement: str, sentence: str, store: Store, log: Sequencer, url: str) -> None:
    with_bytes = {"zero": bytes(32)} if ":zero" in statement else {}
    if "body" in statement:
        stored = store.decision(id_of(7))
        assert stored is not None
        with_bytes = {"zero": stored.body.replace(b'"refuse"', b'"allow"')}
    change(url, statement, **with_bytes)
    found = verified(store, log)
    assert not found.ok
    assert any(sentence in problem.message for problem in found.problems), found.problems


def test_a_log_that_was_cut_is_not_continued(store: Store, log: Sequencer, url: str) -> None:
    change(url, "DELETE FROM ledger_entries WHERE seq >= 32")
    change(url, "DELETE FROM ledger_checkpoints WHERE size > 32")
    store.write([record(100)])
    for sequencer in (log, Sequencer(store.ledger, log.signer, log.head_file.path)):
        with pytest.raises(LedgerError, match="BL-LEDGER-009"):
            sequencer.round()


def test_yesterdays_database_file_is_refused(tmp_path: Path, signer: Signer, head_file: Path) -> None:
    url = f"sqlite:///{tmp_path / 'brightline.db'}"
    for day in range(2):
        store = Store.open(url)
        store.write([record(10 * day + number) for number in range(10)])
        Sequencer(store.ledger, signer, head_file).drain()
        store.close()
        if day == 0:
            shutil.copy(tmp_path / "brightline.db", tmp_path / "yesterday.db")
    for leftover in tmp_path.glob("brightline.db*"):
        leftover.unlink()
    shutil.copy(tmp_path / "yesterday.db", tmp_path / "brightline.db")
    store = Store.open(url)
    try:
        store.write([record(50)])
        with pytest.raises(LedgerError, match="rolled back: it has 10 entries, but a head over 20 was signed"):
            Sequencer(store.ledger, signer, head_file).round()
    finally:
        store.close()
