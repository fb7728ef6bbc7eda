from __future__ import annotations

import threading

import pytest
from making import record

from brightline.errors import StoreError
from brightline.ledger import Sequencer, Signer
from brightline.ledger.storage import LedgerStorage
from brightline.store import PendingEvent, Store, checking


def entry(seq: int, subject: str = "s") -> tuple[int, str, bytes, bytes]:
    return (seq, subject, b"entry %d" % seq, bytes([seq % 256]) * 32)


def test_the_rows_have_the_shape_that_the_ledger_asks_for(store: Store) -> None:
    storage: LedgerStorage = store.ledger
    with storage.exclusive() as transaction:
        assert transaction.size() == 0
        assert transaction.checkpoint() is None


def test_a_decision_waits_until_it_gets_a_place(store: Store) -> None:
    first, second = record(), record()
    store.write([first])
    store.write([second])
    with store.ledger.exclusive() as transaction:
        events = transaction.pending(10)
        assert [type(event) for event in events] == [PendingEvent, PendingEvent]
        assert [event.subject for event in events] == [first.decision.id, second.decision.id]
        assert events[0].commitment == first.commitment
        assert events[0].ts == first.decision.made_at
        assert transaction.pending(1) == events[:1]
        transaction.append([(0, first.decision.id, b"entry", bytes(32))], [], [events[0].id])
    assert store.ledger.waiting() == (1, second.decision.made_at)
    assert store.decision(first.decision.id).seq == 0
    assert store.decision(second.decision.id).seq is None


def test_entries_and_nodes_are_read_back(store: Store) -> None:
    with store.ledger.exclusive() as transaction:
        transaction.append([entry(seq) for seq in range(2500)], [(1, 0, b"a" * 32), (1, 1, b"b" * 32), (2, 0, b"c" * 32)], [])
    with store.ledger.reading() as transaction:
        assert transaction.size() == 2500
        assert list(transaction.entries(10, 12)) == [(10, b"entry 10"), (11, b"entry 11")]
        assert [seq for seq, _ in transaction.entries(0, 2**62)] == list(range(2500))
        assert list(transaction.entries(2500, 2**62)) == []
        assert transaction.node(0, 7) == bytes([7]) * 32
        assert transaction.node(1, 1) == b"b" * 32
        assert transaction.node(1, 2) is None
        assert transaction.node(0, 2500) is None
        assert list(transaction.nodes(1, 0, 9)) == [(0, b"a" * 32), (1, b"b" * 32)]
        assert [index for index, _ in transaction.nodes(0, 5, 8)] == [5, 6, 7]


def test_a_subjects_latest_entry_is_found(store: Store) -> None:
    with store.ledger.exclusive() as transaction:
        transaction.append([entry(0, "x"), entry(1, "y"), entry(2, "x")], [], [])
        assert transaction.seq_of("x") == 2
        assert transaction.seq_of("z") is None


def test_the_checkpoint_of_the_largest_tree_counts(store: Store) -> None:
    with store.ledger.exclusive() as transaction:
        transaction.save_checkpoint(2, "two")
        transaction.save_checkpoint(10, "ten")
        transaction.save_checkpoint(10, "ten, signed again")
        assert transaction.checkpoint() == "ten, signed again"


def test_a_round_that_fails_leaves_nothing(store: Store) -> None:
    store.write([record()])

    def failing_round() -> None:
        with store.ledger.exclusive() as transaction:
            transaction.append([entry(0)], [(1, 0, bytes(32))], [event.id for event in transaction.pending(5)])
            transaction.save_checkpoint(1, "one")
            raise RuntimeError("the signer failed")

    with pytest.raises(RuntimeError):
        failing_round()
    with store.ledger.exclusive() as transaction:
        assert transaction.size() == 0
        assert transaction.node(1, 0) is None
        assert transaction.checkpoint() is None
        assert len(transaction.pending(5)) == 1


def test_no_place_is_given_twice(store: Store) -> None:
    with store.ledger.exclusive() as transaction:
        transaction.append([entry(0)], [], [])
    with pytest.raises(StoreError, match="BL-STORE-006"), store.ledger.exclusive() as transaction:
        transaction.append([entry(0, "other")], [], [])


def test_two_sequencers_take_turns(database_url: str) -> None:
    stores = [Store.open(database_url) for _ in range(2)]
    inside, most, counting = 0, 0, threading.Lock()

    def sequence(store: Store) -> None:
        nonlocal inside, most
        for _ in range(10):
            with store.ledger.exclusive() as transaction:
                with counting:
                    inside += 1
                    most = max(most, inside)
                size = transaction.size()
                transaction.append([entry(size)], [], [])
                with counting:
                    inside -= 1

    threads = [threading.Thread(target=sequence, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with stores[0].ledger.reading() as transaction:
        assert transaction.size() == 20
    assert most == 1
    for store in stores:
        store.close()


def test_the_sequencer_gives_every_decision_a_place_that_it_can_prove(store: Store, tmp_path) -> None:
    signer = Signer.load_or_create(tmp_path / "ledger.key", "brightline.test/store")
    sequencer = Sequencer(store.ledger, signer, tmp_path / "head")
    written = [record() for _ in range(300)]
    store.write(written)
    head = sequencer.round()
    assert head is not None
    assert head.size == 300
    assert store.ledger.waiting() == (0, None)
    assert [store.decision(made.decision.id).seq for made in written] == list(range(300))
    assert sequencer.prove(written[7].decision.id)
    assert not list(checking.check(store.database))
