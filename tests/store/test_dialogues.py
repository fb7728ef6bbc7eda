"""Sessions of dialogues: kept, taken up again, never another's, gone when expired; on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from brightline.store import Store
from brightline.store.dialogues import MOST_BYTES, session_key
from brightline.store.tables import dialogues

KEY = session_key("default", "key-1", "chat-1")


def test_a_session_is_taken_up_where_it_was_left(store: Store) -> None:
    assert store.dialogues.load(KEY) == (None, 0)
    assert store.dialogues.save(KEY, {"count": 1}, 0)
    assert store.dialogues.load(KEY) == ({"count": 1}, 1)
    assert store.dialogues.save(KEY, {"count": 2}, 1)
    assert store.dialogues.load(KEY) == ({"count": 2}, 2)


def test_of_two_requests_at_once_the_second_is_told(store: Store) -> None:
    assert store.dialogues.save(KEY, {"count": 1}, 0)
    assert not store.dialogues.save(KEY, {"count": 9}, 0)
    assert store.dialogues.save(KEY, {"count": 2}, 1)
    assert not store.dialogues.save(KEY, {"count": 9}, 1)
    assert store.dialogues.load(KEY).document == {"count": 2}


@pytest.mark.parametrize("other", [("other", "key-1", "chat-1"), ("default", "key-2", "chat-1"), ("default", "key-1", "chat-2")])
def test_nobody_reaches_a_session_of_another_tenant_key_or_name(other: tuple[str, str, str]) -> None:
    assert session_key(*other) != KEY
    assert session_key("a", "b", "c") != session_key("a", "bc", "")


def test_an_expired_session_is_not_read_and_goes_with_the_next_write(store: Store) -> None:
    store.dialogues.save(KEY, {"count": 1}, 0)
    with store.database.writing() as connection:
        connection.execute(update(dialogues).values(expires_at=1))
    assert store.dialogues.load(KEY).document is None
    store.dialogues.save(session_key("default", "key-1", "chat-2"), {"count": 1}, 0)
    with store.database.reading() as connection:
        assert KEY not in connection.execute(select(dialogues.c.key)).scalars().all()


def test_an_expired_session_begins_anew(store: Store) -> None:
    store.dialogues.save(KEY, {"count": 1}, 0)
    with store.database.writing() as connection:
        connection.execute(update(dialogues).values(expires_at=1))
    assert store.dialogues.save(KEY, {"count": 7}, store.dialogues.load(KEY).revision)
    assert store.dialogues.load(KEY).document == {"count": 7}


def test_a_damaged_state_reads_as_none(store: Store) -> None:
    store.dialogues.save(KEY, {"count": 1}, 0)
    with store.database.writing() as connection:
        connection.execute(update(dialogues).values(state=b"{"))
    assert store.dialogues.load(KEY) == (None, 1)


def test_a_state_over_the_bound_is_not_kept(store: Store) -> None:
    assert not store.dialogues.save(KEY, {"names": "x" * MOST_BYTES}, 0)
    assert store.dialogues.load(KEY) == (None, 0)
