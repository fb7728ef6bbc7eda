from __future__ import annotations

import pytest

from brightline.config import Settings
from brightline.errors import InputError
from brightline.store import Store


def test_the_newest_change_of_a_setting_holds(store: Store) -> None:
    store.setting_changes.record("strictness", '"lenient"', "u1")
    newest = store.setting_changes.record("strictness", '"strict"', "u2")
    store.setting_changes.record("sector", '"finance"', "u1")
    current = store.setting_changes.current()
    assert current["strictness"] == newest
    assert (current["sector"].value, current["sector"].changed_by) == ('"finance"', "u1")
    assert [change.value for change in store.setting_changes.history("strictness")] == ['"strict"', '"lenient"']


def test_a_setting_can_be_given_back(store: Store) -> None:
    store.setting_changes.record("notices", "false", "u1")
    store.setting_changes.record("notices", None, "u1")
    assert store.setting_changes.current() == {}
    assert [change.value for change in store.setting_changes.history("notices")] == [None, "false"]


def test_each_change_is_on_record_with_its_value(store: Store) -> None:
    change = store.setting_changes.record("sample_allow", "0.25", "u1")
    event = store.audit.events(kind="setting.changed")[0]
    assert (event.subject, event.actor, event.at) == (change.id, "u1", change.changed_at)
    assert event.detail == {"key": "sample_allow", "value": "0.25"}
    assert store.audit.verify(event.id)


def test_a_tenant_has_settings_of_its_own(store: Store) -> None:
    store.setting_changes.record("sector", '"medical"', "u1", tenant="clinic")
    assert store.setting_changes.current() == {}
    assert store.setting_changes.history("sector") == []
    assert set(store.setting_changes.current(tenant="clinic")) == {"sector"}


@pytest.mark.parametrize("key", [name for name, field in Settings.model_fields.items() if not field.repr])
def test_secrets_are_not_kept(store: Store, key: str) -> None:
    with pytest.raises(InputError, match="BL-INPUT-731"):
        store.setting_changes.record(key, '"hunter2"', "u1")
    assert store.audit.events() == []


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("prot", "1", "730"),
        ("", "1", "730"),
        ("port", "{", "732"),
        ("port", "", "732"),
        ("port", "NaN", "732"),
        ("sector", f'"{"x" * 9000}"', "732"),
    ],
)
def test_what_cannot_be_kept_is_refused(store: Store, key: str, value: str, code: str) -> None:
    with pytest.raises(InputError, match=f"BL-INPUT-{code}"):
        store.setting_changes.record(key, value, "u1")
    assert store.setting_changes.current() == {}
