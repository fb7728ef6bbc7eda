from __future__ import annotations

import pytest

from brightline.errors import InputError, NotFound
from brightline.store import Store, User


@pytest.fixture
def ada(store: Store) -> User:
    return store.users.create("ada", role="lead", by="test", password_hash="h")


@pytest.fixture
def bob(store: Store) -> User:
    return store.users.create("bob", role="lead", by="test", password_hash="h")


def test_a_view_is_seen_by_its_owner_and_a_shared_one_by_all_of_the_tenant(store: Store, ada: User, bob: User) -> None:
    eve = store.users.create("eve", role="lead", by="test", password_hash="h", tenant="elsewhere")
    own = store.views.save(ada.id, "  my   view ", "outcome=block&text=%E8%B5%8C")
    shared = store.views.save(ada.id, "for all", "outcome=refuse", shared=True)
    others = store.views.save(bob.id, "bob's", "type=9", shared=True)
    assert own.name == "my view"
    assert store.views.visible_to(ada.id) == [shared, own, others]
    assert store.views.visible_to(bob.id) == [others, shared]
    assert store.views.visible_to(eve.id) == []
    assert store.views.visible_to("nobody") == []


def test_saving_again_under_a_name_replaces(store: Store, ada: User, bob: User) -> None:
    first = store.views.save(ada.id, "night", "a=1")
    again = store.views.save(ada.id, "night", "a=2", shared=True)
    assert (again.id, again.query, again.shared) == (first.id, "a=2", True)
    store.views.save(bob.id, "night", "b=1")
    assert len(store.views.visible_to(ada.id)) == 1
    assert len(store.audit.events(kind="view.saved", subject=first.id)) == 2


def test_only_ones_own_can_be_deleted(store: Store, ada: User, bob: User) -> None:
    view = store.views.save(ada.id, "shared", "a=1", shared=True)
    with pytest.raises(NotFound, match="BL-INPUT-722"):
        store.views.delete(view.id, bob.id)
    store.views.delete(view.id, ada.id)
    assert store.views.visible_to(ada.id) == []
    with pytest.raises(NotFound, match="BL-INPUT-722"):
        store.views.delete(view.id, ada.id)
    event = store.audit.events(kind="view.deleted")[0]
    assert (event.subject, event.actor) == (view.id, ada.id)
    assert store.audit.verify(event.id)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\0b", "a\u202eb"])
def test_a_name_has_printable_characters(store: Store, ada: User, name: str) -> None:
    with pytest.raises(InputError, match="BL-INPUT-720"):
        store.views.save(ada.id, name, "")


def test_there_is_a_limit_to_length_and_number(store: Store, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="BL-INPUT-720"):
        store.views.save(ada.id, "long", "x" * 4001)
    monkeypatch.setattr("brightline.store.views._MOST_OF_ONE_USER", 2)
    for name in ("a", "b"):
        store.views.save(ada.id, name, "")
    with pytest.raises(InputError, match="BL-INPUT-721"):
        store.views.save(ada.id, "c", "")
    store.views.save(ada.id, "b", "x=1")
    assert len(store.views.visible_to(ada.id)) == 2


def test_what_was_searched_for_is_not_in_the_event(store: Store, ada: User) -> None:
    store.views.save(ada.id, "a name", "text=something-private")
    assert store.audit.events(kind="view.saved")[0].detail == {"shared": False}


def test_nobody_saves_nothing(store: Store) -> None:
    with pytest.raises(NotFound, match="BL-INPUT-711"):
        store.views.save("nobody", "x", "")
