from __future__ import annotations

import pytest
from sqlalchemy import select, update

from brightline.errors import NotFound
from brightline.store import Store, User
from brightline.store.clock import now_us
from brightline.store.tables import sessions

S = 1_000_000
DAY = 24 * 3600


@pytest.fixture
def ada(store: Store) -> User:
    return store.users.create("ada", role="lead", by="test", password_hash="h")


def opened(store: Store, user: User, lifetime_s: float = 3600, **more: object):  # type: ignore[no-untyped-def]
    return store.sessions.open(user.id, stage="full", lifetime_s=lifetime_s, address="198.51.100.1", agent="a browser", **more)  # type: ignore[arg-type]


def test_a_session_is_found_by_its_secret_and_nothing_else(store: Store, ada: User) -> None:
    session, secret = opened(store, ada)
    found = store.sessions.find(secret)
    assert found == (session, store.users.get(ada.id))
    for wrong in (secret[:-1], secret + "x", "", session.id, "钥匙", "x" * 500, secret.swapcase()):
        assert store.sessions.find(wrong) is None


def test_the_secret_is_nowhere_in_the_database(store: Store, ada: User) -> None:
    _, secret = opened(store, ada)
    with store.database.reading() as connection:
        row = connection.execute(select(sessions)).one()
    assert secret not in repr(row)
    assert len(bytes(row.secret_sha256)) == 32
    assert len(secret) == 43


def test_every_secret_is_another(store: Store, ada: User) -> None:
    assert len({opened(store, ada)[1] for _ in range(20)}) == 20


def test_a_session_lives_until_its_limit_while_it_is_used(store: Store, ada: User) -> None:
    session, _ = opened(store, ada, lifetime_s=100)
    begun = session.created_at
    assert session.alive(begun, idle_s=60)
    assert session.alive(begun + 59 * S, idle_s=60)
    assert not session.alive(begun + 60 * S, idle_s=60)
    assert session._replace(seen_at=begun + 50 * S).alive(begun + 99 * S, idle_s=60)
    assert not session._replace(seen_at=begun + 99 * S).alive(begun + 100 * S, idle_s=60)
    assert not session._replace(revoked_at=begun).alive(begun, idle_s=60)


def test_use_is_remembered_but_wakes_nothing_that_was_revoked(store: Store, ada: User) -> None:
    session, secret = opened(store, ada)
    store.sessions.touch(session.id, now=session.seen_at + 5)
    assert store.sessions.find(secret)[0].seen_at == session.seen_at + 5
    store.sessions.revoke(session.id)
    store.sessions.touch(session.id, now=session.seen_at + 9)
    assert store.sessions.find(secret)[0].seen_at == session.seen_at + 5


def test_a_session_ends_once_and_on_record(store: Store, ada: User) -> None:
    session, secret = opened(store, ada)
    assert store.sessions.revoke(session.id, by="boss")
    assert not store.sessions.revoke(session.id)
    assert not store.sessions.revoke("nothing")
    assert store.sessions.find(secret)[0].revoked_at is not None
    events = store.audit.events(kind="session.closed")
    assert [(event.actor, event.subject) for event in events] == [("boss", ada.id)]
    assert store.audit.verify(events[0].id)


def test_all_sessions_but_one_can_be_ended(store: Store, ada: User) -> None:
    kept, *others = (opened(store, ada)[0] for _ in range(4))
    assert store.sessions.revoke_of(ada.id, kept.id) == len(others)
    assert [session.id for session in store.sessions.list(ada.id)] == [kept.id]
    assert store.sessions.revoke_of(ada.id, kept.id) == 0
    assert store.audit.events(kind="session.closed")[0].detail == {"sessions": 3}


def test_a_session_in_place_of_another_of_the_same_user(store: Store, ada: User) -> None:
    bob = store.users.create("bob", role="lead", by="test", password_hash="h")
    first, _ = store.sessions.open(ada.id, stage="second_factor", lifetime_s=60, address="", agent="")
    foreign, _ = opened(store, bob)
    second, _ = opened(store, ada, replacing=first.id)
    opened(store, ada, replacing=foreign.id)
    listed = [session.id for session in store.sessions.list()]
    assert first.id not in listed
    assert {second.id, foreign.id} <= set(listed)


def test_only_full_sessions_are_on_record_as_opened(store: Store, ada: User) -> None:
    store.sessions.open(ada.id, stage="second_factor", lifetime_s=60, address="", agent="")
    assert store.audit.events(kind="session.opened") == []
    session, _ = opened(store, ada, way="code")
    assert store.audit.events(kind="session.opened")[0].detail == {"session": session.id, "way": "code"}


def test_sessions_are_listed_newest_first_and_by_tenant(store: Store, ada: User) -> None:
    other = store.users.create("eve", role="lead", by="test", password_hash="h", tenant="elsewhere")
    first, second, foreign = opened(store, ada)[0], opened(store, ada)[0], opened(store, other)[0]
    opened(store, ada, lifetime_s=0)
    assert store.sessions.list(tenant="default") == [second, first]
    assert {session.id for session in store.sessions.list()} == {first.id, second.id, foreign.id}


def test_old_rows_are_removed_a_month_after_their_end(store: Store, ada: User) -> None:
    old, _ = opened(store, ada)
    ended, _ = opened(store, ada)
    with store.database.writing() as connection:
        for session, days in ((old, 31), (ended, 29)):
            connection.execute(update(sessions).where(sessions.c.id == session.id).values(expires_at=now_us() - days * DAY * S))
    opened(store, ada)
    with store.database.reading() as connection:
        assert old.id not in set(connection.execute(select(sessions.c.id)).scalars())
        assert len(connection.execute(select(sessions.c.id)).all()) == 2


def test_hostile_agents_and_addresses_are_kept_as_short_text(store: Store, ada: User) -> None:
    session, _ = store.sessions.open(ada.id, stage="full", lifetime_s=9, address="x" * 999, agent="\0<script>\ud800" + "y" * 999)
    kept = store.sessions.list()[0]
    assert kept == session
    assert len(kept.agent) == 300
    assert "\0" not in kept.agent


def test_nobody_has_no_session(store: Store) -> None:
    with pytest.raises(NotFound, match="BL-INPUT-711"):
        store.sessions.open("nobody", stage="full", lifetime_s=1, address="", agent="")
    with pytest.raises(NotFound, match="BL-INPUT-711"):
        store.sessions.revoke_of("nobody")
