"""Sessions of dialogues: kept, taken up again, never another's, gone when expired; on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

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


def added(document: dict[str, Any] | None, name: str) -> dict[str, Any]:
    return {"said": [*(document or {"said": []})["said"], name]}


def test_what_is_merged_goes_to_the_newest_state(store: Store) -> None:
    assert store.dialogues.merge(KEY, lambda document: added(document, "first"))
    assert store.dialogues.load(KEY) == ({"said": ["first"]}, 1)
    assert store.dialogues.save(KEY, {"said": ["first", "second"]}, 1)
    assert not store.dialogues.save(KEY, {"said": ["first", "slower"]}, 1)
    assert store.dialogues.merge(KEY, lambda document: added(document, "slower"))
    assert store.dialogues.load(KEY) == ({"said": ["first", "second", "slower"]}, 3)


def test_of_many_requests_at_once_nothing_is_lost(store: Store) -> None:
    names = [f"call-{number}" for number in range(12)]
    with ThreadPoolExecutor(len(names)) as pool:
        merged = pool.map(lambda name: store.dialogues.merge(KEY, lambda document: added(document, name)), names)
        assert all(merged)
    document, revision = store.dialogues.load(KEY)
    assert document is not None
    assert sorted(document["said"]) == sorted(names)
    assert revision == len(names)


def test_a_merge_that_fails_or_is_too_large_leaves_what_was_there(store: Store) -> None:
    def fails(_: dict[str, Any] | None) -> dict[str, Any]:
        raise ZeroDivisionError

    for before in (None, {"count": 1}):
        if before is not None:
            store.dialogues.save(KEY, before, 0)
        with pytest.raises(ZeroDivisionError):
            store.dialogues.merge(KEY, fails)
        assert not store.dialogues.merge(KEY, lambda _: {"names": "x" * MOST_BYTES})
        assert store.dialogues.load(KEY) == (before, 0 if before is None else 1)


def test_an_expired_state_is_not_merged_into(store: Store) -> None:
    store.dialogues.save(KEY, {"said": ["old"]}, 0)
    with store.database.writing() as connection:
        connection.execute(update(dialogues).values(expires_at=1))
    assert store.dialogues.merge(KEY, lambda document: added(document, "new"))
    assert store.dialogues.load(KEY).document == {"said": ["new"]}


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


def test_expired_sessions_go_even_if_nobody_writes_again(store: Store) -> None:
    other = session_key("default", "key-1", "chat-2")
    store.dialogues.save(KEY, {"count": 1}, 0)
    store.dialogues.save(other, {"count": 1}, 0)
    assert store.dialogues.prune() == 0
    with store.database.writing() as connection:
        connection.execute(update(dialogues).where(dialogues.c.key == KEY).values(expires_at=1))
    assert store.dialogues.prune() == 1
    with store.database.reading() as connection:
        assert connection.execute(select(dialogues.c.key)).scalars().all() == [other]


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
