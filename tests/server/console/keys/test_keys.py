"""Keys: made once, shown once, rotated, revoked, and never seen anywhere else."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from brightline.server.console.keys.form import read_form

if TYPE_CHECKING:
    from conftest import Console, Person

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = re.compile(r"bl_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")
NASTY = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "'; DROP TABLE api_keys; --", "百家乐 ${x} %(name)s")


@pytest.fixture
def admin(console: Console) -> Person:
    return console.as_("admin")


def ticket(person: Person, path: str = "/console/keys/new") -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', person.get(path).text)
    assert found
    return found[1]


def make(person: Person, name: str = "forum", **more: str) -> httpx.Response:
    form = {"name": name, "scope_gateway": "yes", "lifetime": "90", "ticket": ticket(person)} | more
    return person.post("/console/keys/new", form)


def secret_in(answer: httpx.Response) -> str:
    found = SECRET.findall(answer.text)
    assert found, answer.text[:400]
    return found[0]


def test_a_new_key_works_and_has_what_was_chosen(console: Console, admin: Person) -> None:
    answer = make(admin, "the forum", limit="12", scope_read="yes")
    assert answer.status_code == 200
    secret = secret_in(answer)
    key = console.site.service.store.keys.find(secret)
    assert key is not None
    assert (key.name, key.scopes, key.rate_per_minute) == ("the forum", ("gateway", "read"), 12)
    head = httpx.get(f"{console.site.url}/api/v1/ledger/head", headers={"Authorization": f"Bearer {secret}"})
    assert head.status_code == 200
    page = admin.get(f"/console/keys/{key.id}").text
    assert "the forum" in page
    assert "created" in page


def test_the_secret_is_in_one_answer_and_nowhere_else(console: Console, admin: Person, capfd: pytest.CaptureFixture[str]) -> None:
    answer = make(admin, "once only")
    secret = secret_in(answer)
    hidden = secret.rpartition("_")[2]
    assert answer.headers["cache-control"] == "no-store"
    assert hidden not in str(answer.headers)
    assert hidden not in str(answer.url)
    key_id = secret.split("_")[1]
    console.site.sequence()
    for path in ("/console/keys", f"/console/keys/{key_id}", "/console/ledger/events", "/console/settings", "/console/health"):
        assert hidden not in admin.get(path).text, path
    store = console.site.service.store
    assert all(hidden not in str(event) for event in store.audit.events(limit=500))
    for file in Path(store.database.url.database or "").parent.rglob("*"):
        if file.is_file() and file.name != "client.key":
            assert hidden.encode() not in file.read_bytes(), file
    written = capfd.readouterr()
    assert hidden not in written.out + written.err


def test_a_form_sent_twice_makes_one_key(console: Console, admin: Person) -> None:
    form = {"name": "twice", "scope_read": "yes", "lifetime": "never", "ticket": ticket(admin)}
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(admin.post("/console/keys/new", form))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert sum(len(SECRET.findall(answer.text)) > 0 for answer in answers) == 1
    assert [key.name for key in console.site.service.store.keys.list()].count("twice") == 1
    later = next(answer for answer in answers if answer.status_code == 409)
    assert "/rotate" in later.text


def test_a_wrong_form_keeps_what_was_entered_and_makes_nothing(console: Console, admin: Person) -> None:
    before = len(console.site.service.store.keys.list())
    answer = admin.post("/console/keys/new", {"name": "", "limit": "many", "lifetime": "date", "day": "yesterday", "ticket": "x"})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    for field in ("name", "limit", "day", "scope_gateway"):
        assert f'href="#{field}"' in answer.text
    assert len(console.site.service.store.keys.list()) == before


def test_rotation_gives_a_successor_and_lets_the_old_key_end_later(console: Console, admin: Person) -> None:
    old = secret_in(make(admin, "rotating"))
    old_id = old.split("_")[1]
    path = f"/console/keys/{old_id}/rotate"
    answer = admin.post(path, {"overlap": "3600", "ticket": (used := ticket(admin, path))})
    new = secret_in(answer)
    keys = console.site.service.store.keys
    assert new != old
    assert keys.find(old).state() == "active"  # type: ignore[union-attr]
    assert keys.get(old_id).expires_at is not None
    assert admin.post(path, {"overlap": "3600", "ticket": used}).status_code == 409
    now = admin.post(path, {"overlap": "0", "ticket": ticket(admin, path)})
    assert now.status_code == 200
    assert keys.get(old_id).state() == "expired"
    assert admin.post(path, {"overlap": "3600", "ticket": "another"}).status_code == 303
    assert admin.post(path, {"overlap": "forever", "ticket": "another"}).status_code == 400


def test_a_revoked_key_is_refused_and_says_so(console: Console, admin: Person) -> None:
    secret = secret_in(make(admin, "revoking", scope_read="yes"))
    key_id = secret.split("_")[1]
    assert "cannot be brought back" in admin.get(f"/console/keys/{key_id}/revoke").text
    assert admin.post(f"/console/keys/{key_id}/revoke").status_code == 303
    assert admin.post(f"/console/keys/{key_id}/revoke").status_code == 303
    head = httpx.get(f"{console.site.url}/api/v1/ledger/head", headers={"Authorization": f"Bearer {secret}"})
    assert head.status_code == 401
    events = console.site.service.store.audit.events(subject=key_id)
    assert [event.kind for event in events] == ["key.revoked", "key.created"]
    assert "/rotate" not in admin.get(f"/console/keys/{key_id}").text


def test_keys_are_found_by_state_name_and_id(console: Console, admin: Person) -> None:
    key_id = secret_in(make(admin, "Needle in hay")).split("_")[1]
    for query in ({"text": "needle"}, {"text": key_id}, {"text": f"bl_{key_id}_"}, {"state": "active", "text": "needle"}):
        assert "Needle in hay" in admin.get("/console/keys", **query).text, query
    assert "Needle in hay" not in admin.get("/console/keys", state="revoked").text
    assert "No key matches." in admin.get("/console/keys", text="nowhere").text


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_text_wherever_it_is_shown(admin: Person, name: str) -> None:
    key_id = secret_in(make(admin, name)).split("_")[1]
    for path in ("/console/keys", f"/console/keys/{key_id}", f"/console/keys/{key_id}/revoke", f"/console/keys/{key_id}/rotate"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert name in page if name == "{{ 7*7 }}" else True  # not its result; "49" may stand in any id


def test_keys_of_another_tenant_are_as_good_as_none(console: Console, admin: Person) -> None:
    other, _ = console.site.service.store.keys.create("theirs", ("read",), tenant="other")
    assert "theirs" not in admin.get("/console/keys").text
    for path in ("", "/rotate", "/revoke"):
        assert admin.get(f"/console/keys/{other.id}{path}").status_code == 404
    assert admin.post(f"/console/keys/{other.id}/revoke").status_code == 404
    assert console.site.service.store.keys.get(other.id).state() == "active"


def test_who_only_reads_sees_no_buttons_and_cannot_press_them(console: Console, admin: Person) -> None:
    key_id = secret_in(make(admin, "for reading")).split("_")[1]
    auditor = console.as_("auditor")
    page = auditor.get(f"/console/keys/{key_id}").text
    assert "/revoke" not in page
    assert auditor.post(f"/console/keys/{key_id}/revoke").status_code == 403
    assert auditor.get("/console/keys/new").status_code == 403
    assert console.as_("reviewer").get("/console/keys").status_code == 403


def test_a_forged_form_makes_no_key(console: Console, admin: Person) -> None:
    form = {"name": "forged", "scope_read": "yes", "lifetime": "never", "ticket": "t", "csrf": "wrong"}
    assert admin.post("/console/keys/new", form).status_code == 403
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert admin.post("/console/keys/new", form | {"csrf": admin.csrf}, headers=foreign).status_code == 403
    assert all(key.name != "forged" for key in console.site.service.store.keys.list())


def test_a_day_ends_at_midnight_of_the_reader() -> None:
    form = {"name": "x", "scope_read": "1", "lifetime": "date", "day": "2026-11-22"}
    shanghai = read_form(form, "Asia/Shanghai", NOW)
    assert shanghai.expires_at == int(datetime(2026, 11, 22, 16, tzinfo=UTC).timestamp() * 1_000_000)
    assert read_form(form | {"day": "2026-11-21"}, "Asia/Shanghai", NOW).errors.keys() == {"day"}
    assert read_form(form | {"day": "9999-12-31"}, "UTC", NOW).errors.keys() == {"day"}
    assert read_form(form | {"lifetime": "30"}, "UTC", NOW).expires_at == int((NOW + timedelta(days=30)).timestamp() * 1_000_000)
    assert read_form(form | {"lifetime": "never"}, "UTC", NOW).expires_at is None


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "10000001", "99999999999", "١٢", "000000001" + "0" * 5_000])
def test_a_limit_is_a_whole_number_in_range(limit: str) -> None:
    assert "limit" in read_form({"name": "x", "scope_read": "1", "lifetime": "never", "limit": limit}, "UTC", NOW).errors
