"""A row whose document is damaged: everything beside it is found, and it is met by what its columns say."""

from __future__ import annotations

import pytest
from making import finding, record, refusal
from placing import place
from sqlalchemy import update

from brightline.errors import StoreError
from brightline.ledger import parse_entry
from brightline.model import Outcome
from brightline.store import DecisionFilter, Store, StoredDecision, Unreadable
from brightline.store.tables import decisions
from brightline.stored_payloads import payload_check

DAMAGES = (
    b'{"x":1}',
    b"[1,2]",
    b"",
    b"\xff\xfe\x00",
    b"null",
    b'{"format":"brightline-decision/1","findings":[3],"rules":5}',
)


def damage(store: Store, decision_id: str, body: bytes) -> None:
    with store.database.writing() as connection:
        connection.execute(update(decisions).where(decisions.c.id == decision_id).values(body=body))


def three(store: Store) -> list[str]:
    """Three refusals, newest first."""
    made = [refusal() for _ in range(3)]
    store.write([record(each) for each in made])
    return [each.id for each in reversed(made)]


def met(row: StoredDecision | Unreadable) -> tuple[type, str]:
    return type(row), row.id if isinstance(row, Unreadable) else row.decision.id


@pytest.mark.parametrize("body", DAMAGES)
def test_a_damaged_row_stands_between_its_neighbours(store: Store, body: bytes) -> None:
    ids = three(store)
    damage(store, ids[1], body)
    wanted = [(StoredDecision, ids[0]), (Unreadable, ids[1]), (StoredDecision, ids[2])]
    assert [met(row) for row in store.search().rows] == wanted
    assert [met(row) for row in store.walk(chunk=1)] == wanted
    assert [met(row) for row in store.search(DecisionFilter(rule="PSA-82"), limit=2).rows] == wanted[:2]
    around = store.around(ids[0])
    assert around.older is not None
    assert around.older.id == ids[1]


def test_the_columns_say_what_they_know(store: Store) -> None:
    made = refusal(account="user-7", mode="shadow")
    store.write([record(made)])
    damage(store, made.id, b"{}")
    row = store.look_up([made.id])[made.id]
    assert isinstance(row, Unreadable)
    assert (row.id, row.made_at, row.outcome) == (made.id, made.made_at, Outcome.REFUSE)
    assert (row.door, row.mode, row.account, row.model, row.seq) == (made.door, "shadow", "user-7", "sandbox", None)
    assert store.look_up_token(made.token) == row


def test_the_document_of_another_decision_is_not_taken_for_this_ones(store: Store) -> None:
    ids = three(store)
    other = store.decision(ids[0])
    assert other is not None
    damage(store, ids[1], other.body)
    assert [met(row) for row in store.search().rows][1] == (Unreadable, ids[1])


def test_values_of_another_kind_are_damage_too(store: Store) -> None:
    made = refusal()
    store.write([record(made)])
    body = record(made).body
    for old, new in ((b'"request":{', b'"request":5,"x":{'), (b'"reason_en":"Promotes gambling."', b'"reason_en":[]')):
        assert old in body
        damage(store, made.id, body.replace(old, new))
        assert isinstance(store.look_up([made.id])[made.id], Unreadable)


def test_whoever_asks_for_that_one_row_gets_the_error(store: Store) -> None:
    ids = three(store)
    damage(store, ids[1], b"{}")
    with pytest.raises(StoreError, match="BL-STORE-007"):
        store.decision(ids[1])
    with pytest.raises(StoreError, match="BL-STORE-007"):
        store.decisions()
    assert store.decisions(limit=1)


def test_a_search_for_a_text_goes_on_past_it(store: Store) -> None:
    ids = three(store)
    damage(store, ids[1], '["百家乐"]'.encode())
    assert [met(row)[1] for row in store.search(DecisionFilter(text="百家乐")).rows] == [ids[0], ids[2]]


def test_new_rows_are_told_and_counted_with_a_damaged_one_among_them(store: Store) -> None:
    tail = store.tail()
    made = [refusal(findings=(finding(goal=goal),)) for goal in ("a.one", "a.two", "a.three")]
    store.write([record(each) for each in made])
    place(store)
    damage(store, made[1].id, b"[1]")
    assert [met(row)[0] for row in store.newer(None, tail).rows] == [StoredDecision, Unreadable, StoredDecision]
    while store.tallies.advance():
        pass
    first, last = made[0].made_at, made[-1].made_at + 60_000_000
    assert store.tallies.totals("all", first - 60_000_000, last, tenant="default").total() == 3
    assert set(store.tallies.totals("goal", first - 60_000_000, last, tenant="default").by_value()) == {"a.one", "a.three"}


def test_a_verification_takes_it_for_changed(store: Store) -> None:
    made = refusal()
    store.write([record(made)])
    place(store)
    with store.ledger.reading() as ledger:
        entry = parse_entry(dict(ledger.entries(0, 1))[0])
    fits = payload_check(store)
    assert fits(entry) is True
    damage(store, made.id, b"[1]")
    assert fits(entry) is False
