from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from brightline.errors import InputError, NotFound, StoreError
from brightline.store import ROLES, Store, User, user_name
from brightline.store.tables import users


def made(store: Store, name: str = "ada", role: str = "lead", **more: object) -> User:
    return store.users.create(name, role=role, by="test", **({"password_hash": "h"} | more))  # type: ignore[arg-type]


def sign_in(store: Store, user: User) -> str:
    return store.sessions.open(user.id, stage="full", lifetime_s=3600, address="", agent="")[0].id


def kinds(store: Store, user: User) -> list[str]:
    found = store.audit.events(subject=user.id)
    assert all(store.audit.verify(event.id) for event in found)
    return [event.kind for event in found]


def test_a_user_is_found_in_any_spelling_of_the_name(store: Store) -> None:
    user = made(store, "Ａda.Lovelace", "admin", display_name=" Ada   L. ")
    assert (user.name, user.display_name, user.must_change) == ("ada.lovelace", "Ada L.", True)
    for spelling in ("ADA.lovelace", " ada.lovelace ", "ada.lovelace"):
        assert store.users.named(spelling) == user
        assert store.users.credentials(spelling)[0] == user
    for other in ("ada", "", "ada.lovelace'", "\0", "ada.lovelace\ud800"):
        assert store.users.named(other) is None
        assert store.users.credentials(other) is None
    assert store.users.named("ada.lovelace", "elsewhere") is None
    assert kinds(store, user) == ["user.created"]


def test_secrets_are_not_among_what_is_known_of_a_user(store: Store) -> None:
    user = made(store, password_hash="$argon2id$secret")
    store.users.begin_totp(user.id, b"sealed")
    store.users.confirm_totp(user.id, 7, ["digest-1", "digest-2"], by=user.id)
    shown = repr(store.users.get(user.id))
    for secret in ("argon2id", "sealed", "digest-1", "recovery"):
        assert secret not in shown
    assert store.users.secrets(user.id) == ("$argon2id$secret", b"sealed", 7, ("digest-1", "digest-2"))


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "<b>", "-a", "_a", ".a", "a-", "a" * 65, "a\0", "a\nb", "a/b", "a\u202eb", "\ud800", "a\u0301\u0301."]
)
def test_what_cannot_be_a_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="BL-INPUT-712"):
        made(store, name)


@given(st.text(max_size=80))
def test_a_name_that_is_accepted_is_its_own_spelling(text: str) -> None:
    try:
        name = user_name(text)
    except InputError:
        return
    assert user_name(name) == name
    assert name.isprintable()
    assert " " not in name


def test_a_name_is_given_once_in_a_tenant(store: Store) -> None:
    made(store, "ada")
    with pytest.raises(InputError, match="BL-INPUT-714"):
        made(store, "ADA")
    made(store, "ada", tenant="elsewhere")
    with pytest.raises(InputError, match="BL-INPUT-713"):
        made(store, "bob", "owner")
    with pytest.raises(InputError, match="BL-INPUT-712"):
        made(store, "bob", display_name="x" * 81)
    assert [user.name for user in store.users.list("default")] == ["ada"]
    assert len(store.users.list()) == 2


def test_one_identity_is_one_user(store: Store) -> None:
    user = made(store, "ada", password_hash=None, oidc=("https://id.example", "1"))
    assert not user.has_password
    assert not user.must_change
    assert store.users.of_oidc("https://id.example", "1") == user
    assert store.users.of_oidc("https://id.example", "2") is None
    with pytest.raises(InputError, match="BL-INPUT-714"):
        made(store, "other", password_hash=None, oidc=("https://id.example", "1"))


def test_every_role_can_be_given_and_each_change_ends_the_sessions(store: Store) -> None:
    user = made(store, role="reviewer")
    for role in ROLES:
        if role == "reviewer":
            continue
        sign_in(store, user)
        made(store, f"other-{role}", "admin")
        assert store.users.set_role(user.id, role, by="boss").role == role
        assert store.sessions.list(user.id) == []
    before = len(kinds(store, user))
    session = sign_in(store, user)
    store.users.set_role(user.id, role, by="boss")  # the same again is no change
    assert [found.id for found in store.sessions.list(user.id)] == [session]
    assert len(kinds(store, user)) == before + 1


Change = Callable[[Store, User], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "password": (lambda store, user: store.users.set_password(user.id, "k", must_change=True, by="b"), "password.changed"),
    "disabled": (lambda store, user: store.users.disable(user.id, by="b"), "user.disabled"),
    "role": (lambda store, user: store.users.set_role(user.id, "auditor", by="b"), "user.changed"),
    "second factor off": (lambda store, user: store.users.end_totp(user.id, by="b"), "totp.changed"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_its_event_and_the_end_of_sessions_are_one_transaction(store: Store, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    user, (act, kind) = made(store), CHANGES[change]
    before, session = store.users.get(user.id), sign_in(store, user)

    def breaks(*_: object, **__: object) -> int:
        raise StoreError("BL-STORE-001", "the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("brightline.store.users.end_sessions", breaks)
        with pytest.raises(StoreError):
            act(store, user)
    assert store.users.get(user.id) == before
    assert [found.id for found in store.sessions.list(user.id)] == [session]
    assert kind not in kinds(store, user)
    act(store, user)
    assert store.sessions.list(user.id) == []
    assert kinds(store, user)[:2] == ["session.closed", kind]


def test_the_last_active_admin_stays(store: Store) -> None:
    first = made(store, "first", "admin")
    for act in (
        lambda: store.users.disable(first.id, by="x"),
        lambda: store.users.set_role(first.id, "lead", by="x"),
    ):
        with pytest.raises(InputError, match="BL-INPUT-715"):
            act()
    made(store, "elsewhere", "admin", tenant="another")  # of no help here
    with pytest.raises(InputError, match="BL-INPUT-715"):
        store.users.disable(first.id, by="x")
    second = made(store, "second", "admin")
    store.users.disable(first.id, by="x")
    with pytest.raises(InputError, match="BL-INPUT-715"):
        store.users.set_role(second.id, "lead", by="x")
    store.users.enable(first.id, by="x")
    assert store.users.set_role(second.id, "lead", by="x").role == "lead"


def test_admins_who_remove_each_other_at_once_do_not_both_succeed(store: Store) -> None:
    for number in range(8):
        pair = [made(store, f"{side}{number}", "admin") for side in "ab"]
        start, refused = threading.Barrier(2), []

        def remove(user: User, start: threading.Barrier = start, refused: list[str] = refused) -> None:
            start.wait(10)
            try:
                store.users.disable(user.id, by="other") if number % 2 else store.users.set_role(user.id, "lead", by="other")  # noqa: B023
            except InputError as problem:
                refused.append(problem.code)

        threads = [threading.Thread(target=remove, args=(user,)) for user in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        active = [user for user in store.users.list() if user.role == "admin" and user.disabled_at is None]
        assert len(active) == 1
        assert refused == ["BL-INPUT-715"]
        with store.database.writing() as connection:
            connection.execute(users.update().where(users.c.id == active[0].id).values(role="lead"))


def test_a_disabled_user_comes_back_as_they_were(store: Store) -> None:
    user = made(store)
    gone = store.users.disable(user.id, by="b")
    assert gone.disabled_at is not None
    assert store.users.disable(user.id, by="b") == gone
    assert store.users.enable(user.id, by="b") == user


def test_a_password_is_replaced_only_if_it_is_still_the_one_that_was_checked(store: Store) -> None:
    user = made(store, password_hash="old")
    store.users.set_password(user.id, "new", must_change=False, by=user.id, replacing="old")
    with pytest.raises(InputError, match="BL-INPUT-717"):
        store.users.set_password(user.id, "newer", must_change=False, by=user.id, replacing="old")
    store.users.refresh_hash(user.id, "rehashed", replacing="something else")
    assert store.users.secrets(user.id).password_hash == "new"
    store.users.refresh_hash(user.id, "rehashed", replacing="new")
    assert store.users.secrets(user.id).password_hash == "rehashed"


def test_a_second_factor_is_on_when_it_was_confirmed(store: Store) -> None:
    user = made(store)
    with pytest.raises(InputError, match="BL-INPUT-718"):
        store.users.confirm_totp(user.id, 5, [], by=user.id)
    store.users.begin_totp(user.id, b"first")
    store.users.begin_totp(user.id, b"second")  # begun anew: the first secret is gone
    assert not store.users.get(user.id).totp_on
    assert not store.users.take_totp_step(user.id, 5)
    assert store.users.confirm_totp(user.id, 5, ["a"], by=user.id).totp_on
    with pytest.raises(InputError, match="BL-INPUT-718"):
        store.users.begin_totp(user.id, b"third")
    with pytest.raises(InputError, match="BL-INPUT-718"):
        store.users.confirm_totp(user.id, 6, [], by=user.id)
    off = store.users.end_totp(user.id, by=user.id)
    assert not off.totp_on
    assert store.users.secrets(user.id)[1:] == (None, 5, ())
    with pytest.raises(InputError, match="BL-INPUT-718"):
        store.users.renew_recovery_codes(user.id, ["a"], by=user.id)


def at_once(number: int, act: Callable[[], object]) -> list[object]:
    start, results = threading.Barrier(number), []

    def run() -> None:
        start.wait(10)
        results.append(act())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_step_and_a_recovery_code_are_used_once_however_many_try(store: Store) -> None:
    user = made(store)
    store.users.begin_totp(user.id, b"s")
    store.users.confirm_totp(user.id, 5, ["a", "b"], by=user.id)
    assert at_once(8, lambda: store.users.take_totp_step(user.id, 6)).count(True) == 1
    assert not store.users.take_totp_step(user.id, 5)
    assert at_once(8, lambda: store.users.take_recovery_code(user.id, "a")).count(True) == 1
    assert not store.users.take_recovery_code(user.id, "c")
    assert store.users.secrets(user.id).recovery_codes == ("b",)


def test_tries_are_counted_before_they_are_judged(store: Store) -> None:
    user = made(store)

    def delay_us(count: int) -> int:
        return 0 if count < 5 else 10_000_000

    granted = at_once(12, lambda: store.users.take_attempt(user.id, delay_us, now=1_000))
    assert granted.count(None) == 5
    assert set(granted) == {None, 10_001_000}
    assert store.users.take_attempt(user.id, delay_us, now=10_001_000) is None
    store.users.clear_attempts(user.id)
    assert store.users.get(user.id).failed_logins == 0
    assert store.users.take_attempt(user.id, delay_us, now=1_000) is None


def test_refusals_are_counted_until_somebody_signs_in(store: Store) -> None:
    user, other = made(store), made(store, "bob")
    for _ in range(3):
        store.users.note_refusal(user.id, reason="password", tenant="default")
    store.users.note_refusal(other.id, reason="password", tenant="default")
    store.users.note_refusal(None, reason="name", tenant="default")
    assert store.users.refusals(user) == 3
    assert store.users.note_login(user.id) == 3
    store.users.note_refusal(user.id, reason="code", tenant="default")
    assert store.users.refusals(store.users.get(user.id)) == 1
    assert store.users.note_login(user.id) == 1
    assert store.users.note_login(user.id) == 0
    assert len(store.audit.events(kind="session.refused", subject="")) == 1
    assert store.users.get(user.id).last_login_at is not None


def test_guesses_at_the_password_do_not_slow_down_the_codes_of_the_person(store: Store) -> None:
    user = made(store)
    for _ in range(50):
        store.users.note_refusal(user.id, reason="password", tenant="default")
    assert store.users.take_attempt(user.id, lambda count: 0 if count < 5 else 10**9) is None
    assert store.users.get(user.id).failed_logins == 1


def test_preferences_are_ones_own_and_do_not_touch_recovery_codes(store: Store) -> None:
    user = made(store)
    store.users.begin_totp(user.id, b"s")
    store.users.confirm_totp(user.id, 5, ["a"], by=user.id)
    changed = store.users.set_preferences(user.id, {"fold": "all", "x": 1, "recovery_codes": ["mine"]})
    assert changed.preferences == {"fold": "all", "x": 1}
    assert store.users.set_preferences(user.id, {"x": None}).preferences == {"fold": "all"}
    assert store.users.secrets(user.id).recovery_codes == ("a",)
    with pytest.raises(InputError, match="BL-INPUT-716"):
        store.users.set_preferences(user.id, {"long": "x" * 5000})
    store.users.set_preferences(user.id, {"fold": None})
    assert store.users.take_recovery_code(user.id, "a")


def test_an_unknown_user_is_said_to_be_unknown(store: Store) -> None:
    for act in (
        lambda: store.users.get("nobody"),
        lambda: store.users.secrets("nobody"),
        lambda: store.users.disable("nobody", by="x"),
        lambda: store.users.set_role("nobody", "lead", by="x"),
        lambda: store.users.set_password("nobody", "h", must_change=True, by="x"),
        lambda: store.users.begin_totp("nobody", b""),
        lambda: store.users.set_preferences("nobody", {}),
        lambda: store.users.get("\0\ud800"),
    ):
        with pytest.raises(NotFound, match="BL-INPUT-711"):
            act()


def test_no_secret_of_anybody_is_in_an_event(store: Store) -> None:
    user = made(store, password_hash="$argon2id$aaaa")
    store.users.set_password(user.id, "$argon2id$bbbb", must_change=False, by=user.id)
    store.users.begin_totp(user.id, b"sealed-secret")
    store.users.confirm_totp(user.id, 1, ["recovery-digest"], by=user.id)
    store.users.take_recovery_code(user.id, "recovery-digest")
    store.users.set_display_name(user.id, "Ada Lovelace", by=user.id)
    with store.database.reading() as connection:
        from brightline.store.tables import audit_events

        bodies = b"".join(bytes(body) for body in connection.execute(select(audit_events.c.body)).scalars())
    for secret in (b"argon2id", b"sealed", b"recovery-digest", b"Lovelace", b'"ada"'):
        assert secret not in bodies
