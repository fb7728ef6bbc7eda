from __future__ import annotations

import pytest

from brightline.errors import InputError, NotFound
from brightline.store import Store
from brightline.store.clock import now_us
from brightline.store.tables import api_keys

HOUR = 3600 * 1_000_000


def test_a_key_is_found_by_its_text_and_nothing_else(store: Store) -> None:
    key, text = store.keys.create("shop", ["inspect", "gateway"], 120)
    assert text.startswith(f"bl_{key.id}_")
    assert store.keys.find(text) == key
    assert key.scopes == ("gateway", "inspect")
    assert key.state() == "active"
    for wrong in (
        text[:-1],
        text + "x",
        text.replace("bl_", "sk_"),
        f"bl_{key.id}_",
        f"bl_{key.id}",
        "bl_unknown_secret",
        "",
        "bl__",
        "bl_钥匙_钥",
    ):
        assert store.keys.find(wrong) is None


def test_the_secret_is_not_in_the_database(store: Store) -> None:
    _, text = store.keys.create("shop", ["read"])
    secret = text.split("_", 2)[2]
    with store.database.reading() as connection:
        row = connection.execute(api_keys.select()).one()
    assert secret not in repr(row)
    assert len(row.secret_sha256) == 32


def test_every_secret_is_another(store: Store) -> None:
    assert len({store.keys.create("shop", ["read"])[1] for _ in range(20)}) == 20


def test_a_revocation_takes_effect_at_once_here_and_soon_elsewhere(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = Store.open(database_url), Store.open(database_url)
    key, text = here.keys.create("shop", ["read"])
    assert elsewhere.keys.find(text).state() == "active"
    here.keys.revoke(key.id)
    assert here.keys.find(text).state() == "revoked"
    monkeypatch.setattr("brightline.store.api_keys._CACHE_TTL_S", 0.0)  # five seconds later
    assert elsewhere.keys.find(text).state() == "revoked"
    again = here.keys.revoke(key.id)
    assert again.revoked_at == here.keys.get(key.id).revoked_at
    here.close()
    elsewhere.close()


def test_a_key_remembered_costs_no_query(store: Store) -> None:
    _, text = store.keys.create("shop", ["read"])
    assert store.keys.find(text) is not None
    store.database.engine.dispose()
    with store.database.writing() as connection:
        connection.execute(api_keys.delete())
    assert store.keys.find(text) is not None


def test_the_memory_of_unknown_keys_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightline.store.api_keys._CACHE_SIZE", 10)
    for number in range(35):
        store.keys.find(f"bl_{number}_secret")
    assert len(store.keys._cache) <= 10


def test_an_expired_key_says_so(store: Store) -> None:
    _, text = store.keys.create("shop", ["read"], expires_at=now_us() - 1)
    assert store.keys.find(text).state() == "expired"
    _, text = store.keys.create("shop", ["read"], expires_at=now_us() + HOUR)
    assert store.keys.find(text).state() == "active"


def test_rotation_lets_both_keys_work_for_a_while(store: Store) -> None:
    old, old_text = store.keys.create("shop", ["gateway"], 60)
    new, new_text = store.keys.rotate(old.id, overlap_s=3600)
    assert (new.name, new.scopes, new.rate_per_minute) == ("shop", ("gateway",), 60)
    assert new.expires_at is None
    assert store.keys.find(new_text).state() == "active"
    ending = store.keys.find(old_text)
    assert ending.state() == "active"
    assert ending.state(now_us() + 2 * HOUR) == "expired"
    assert store.keys.find(new_text).state(now_us() + 2 * HOUR) == "active"


def test_rotation_never_prolongs_a_key(store: Store) -> None:
    soon = now_us() + HOUR
    old, _ = store.keys.create("shop", ["gateway"], expires_at=soon)
    store.keys.rotate(old.id, overlap_s=7 * 24 * 3600)
    assert store.keys.get(old.id).expires_at == soon


def test_only_a_key_in_use_can_be_rotated(store: Store) -> None:
    key, _ = store.keys.create("shop", ["read"])
    store.keys.revoke(key.id)
    with pytest.raises(InputError, match="BL-INPUT-703"):
        store.keys.rotate(key.id)


def test_keys_are_listed_oldest_first(store: Store) -> None:
    made = [store.keys.create(name, ["read"], tenant=tenant)[0] for name, tenant in (("a", "x"), ("b", "y"))]
    assert store.keys.list() == made
    assert store.keys.list("y") == made[1:]


def test_the_time_of_use_is_written_when_it_is_flushed(store: Store) -> None:
    key, _ = store.keys.create("shop", ["read"])
    store.keys.touch(key.id)
    store.keys.flush()
    assert store.keys.get(key.id).last_used_at is None
    store.keys.flush(force=True)
    assert store.keys.get(key.id).last_used_at >= key.created_at


def test_the_time_of_use_is_written_when_the_store_closes(database_url: str) -> None:
    store = Store.open(database_url)
    key, _ = store.keys.create("shop", ["read"])
    store.keys.touch(key.id)
    store.close()
    store = Store.open(database_url)
    assert store.keys.get(key.id).last_used_at is not None
    store.close()


@pytest.mark.parametrize(
    ("name", "scopes", "rate"),
    [
        ("", ["read"], None),
        ("x" * 101, ["read"], None),
        ("a\n", ["read"], None),
        ("a", [], None),
        ("a", ["root"], None),
        ("a", ["read"], 0),
    ],
)
def test_values_out_of_range_are_refused(store: Store, name: str, scopes: list[str], rate: int | None) -> None:
    with pytest.raises(InputError, match="BL-INPUT-701"):
        store.keys.create(name, scopes, rate)
    assert store.keys.list() == []


def test_what_is_not_there(store: Store) -> None:
    for verb in (store.keys.get, store.keys.revoke, store.keys.rotate):
        for name in ("no such key", "0123", "\0"):
            with pytest.raises(NotFound, match="BL-INPUT-702"):
                verb(name)
