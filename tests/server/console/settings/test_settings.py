"""Settings: shown with their origin, changed under the rules of the start, undone, and never a secret on a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brightline.config import Settings, load_settings
from brightline.live_settings import AT_ONCE, NEXT_START, LiveSettings
from brightline.model import Strictness
from brightline.server.console.settings.description import described, shown
from brightline.server.console.settings.words import GROUPS, HELP
from brightline.service import Service
from tests.server.face.site import REFUSED, running_site

if TYPE_CHECKING:
    from conftest import Console, Person

SECRET = "sk-this-must-never-be-shown"


@pytest.fixture(scope="module")
def own(console: Console, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console over an installation that has secrets."""
    home = tmp_path_factory.mktemp("home")
    upstream = "http://someone:secret-in-address@127.0.0.1:9/v1"
    with running_site(home, upstream=upstream, upstream_key=SECRET, contact="by file") as site:
        yield type(console)(site)


@pytest.fixture
def admin(own: Console) -> Person:
    return own.as_("admin")


def seen(person: Person, key: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', person.get(f"/console/settings/{key}").text)
    return found[1] if found else ""


def change(person: Person, key: str, value: str = "", **more: str) -> int:
    form = {"act": "change", "value": value, "seen": seen(person, key)} | more
    return person.post(f"/console/settings/{key}", form).status_code


def test_every_setting_is_in_one_group_and_has_its_help() -> None:
    grouped = [key for keys in GROUPS.values() for key in keys]
    assert sorted(grouped) == sorted(Settings.model_fields)
    assert set(HELP) == {field.description for field in Settings.model_fields.values()}


def test_the_list_shows_every_setting_and_no_secret(admin: Person) -> None:
    page = html.unescape(admin.get("/console/settings").text)
    for key in Settings.model_fields:
        assert f"<code>{key}</code>" in page, key
    for hidden in (SECRET, "secret-in-address"):
        assert hidden not in page
        assert hidden not in admin.get("/console/settings/upstream").text
        assert hidden not in admin.get("/console/settings/upstream_key").text
    assert Settings.model_fields["ledger_name"].description in page, "what looks like a tag is text"  # type: ignore[operator]
    assert "by file" in page
    assert "by file" in admin.get("/console/settings", changed="1").text
    assert "ledger_interval_s" not in admin.get("/console/settings", changed="1").text


def test_a_change_is_in_force_at_once_and_on_record(own: Console, admin: Person) -> None:
    service = own.site.service
    assert change(admin, "strictness", "strict") == 303
    assert service.settings.strictness is Strictness.STRICT
    assert own.decide(REFUSED).context.strictness is Strictness.STRICT
    event = service.store.audit.events(kind="setting.changed", limit=1)[0]
    assert (event.actor, dict(event.detail)) == (admin.user.id, {"key": "strictness", "value": '"strict"'})  # type: ignore[union-attr]
    own.site.sequence()
    assert service.store.audit.verify(event.id)
    page = admin.get("/console/settings/strictness").text
    assert "the-admin" in page
    assert "/console/ledger/entries/" in page


def test_the_statement_of_reasons_names_the_new_address_at_once(own: Console, admin: Person) -> None:
    import httpx

    decision = own.decide(REFUSED)
    assert change(admin, "appeal_url", "https://appeal.example/now") == 303
    page = httpx.get(f"{own.site.url}/d/{decision.token}").text
    assert 'href="https://appeal.example/now"' in page


def test_a_change_survives_a_restart_and_can_be_undone(own: Console, admin: Person) -> None:
    service = own.site.service
    assert change(admin, "sample_allow", "0.25") == 303
    assert change(admin, "sample_allow", "0.5") == 303
    with Service.open(service.live_settings.base) as restarted:
        assert restarted.settings.sample_allow == 0.5
    assert change(admin, "sample_allow", act="undo") == 303
    assert service.settings.sample_allow == 0.25
    assert change(admin, "sample_allow", act="reset") == 303
    assert service.settings.sample_allow == 0.0
    assert change(admin, "sample_allow", act="undo") == 303
    assert service.settings.sample_allow == 0.25
    assert len(service.store.setting_changes.history("sample_allow")) == 5


def test_what_is_read_once_is_shown_as_waiting(own: Console, admin: Person) -> None:
    assert change(admin, "language", "en") == 303
    assert own.site.service.settings.language == "zh"
    assert "These wait for the next start of the service:" in admin.get("/console/settings").text
    assert "waits for the next start" in admin.get("/console/settings/language").text
    assert change(admin, "language", act="reset") == 303
    assert "These wait" not in admin.get("/console/settings").text


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sample_allow", "2", "less than or equal to 1"),
        ("sample_allow", "NaN", "sample_allow"),
        ("rate_limit_per_minute", "many", "valid integer"),
        ("strictness", "brutal", "standard"),
        ("label_text_zh", "你好", "must name AI"),
        ("appeal_url", "javascript:alert(1)", "must be empty or begin with"),
        ("contact", "x" * 201, "at most 200 characters"),
        ("contact", "a\x00b", "printable"),
        ("notices", "perhaps", "valid boolean"),
    ],
)
def test_a_wrong_value_is_refused_in_the_words_of_the_start(own: Console, admin: Person, key: str, value: str, said: str) -> None:
    before = getattr(own.site.service.settings, key)
    answer = admin.post(f"/console/settings/{key}", {"value": value, "seen": seen(admin, key)})
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert getattr(own.site.service.settings, key) == before


@pytest.mark.parametrize("key", sorted(set(Settings.model_fields) - AT_ONCE - NEXT_START))
def test_what_belongs_to_the_host_cannot_be_changed(own: Console, admin: Person, key: str) -> None:
    assert "This is for whoever has the host" in admin.get(f"/console/settings/{key}").text
    assert admin.post(f"/console/settings/{key}", {"value": "x", "seen": ""}).status_code == 400
    assert own.site.service.store.setting_changes.history(key) == []


def test_the_environment_stands_above_the_console(own: Console, admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTLINE_CONTACT", "by environment")
    assert "Remove it there first." in admin.get("/console/settings/contact").text
    assert admin.post("/console/settings/contact", {"value": "by console", "seen": ""}).status_code == 409


def test_of_two_who_change_at_once_the_second_is_asked_again(own: Console, admin: Person) -> None:
    state = seen(admin, "notices")
    assert admin.post("/console/settings/notices", {"value": "false", "seen": state}).status_code == 303
    late = admin.post("/console/settings/notices", {"value": "true", "seen": state})
    assert late.status_code == 409
    assert "Somebody changed this setting meanwhile" in late.text
    assert own.site.service.settings.notices is False


def test_sending_the_same_value_again_changes_nothing(own: Console, admin: Person) -> None:
    assert change(admin, "sector", "finance") == 303
    assert change(admin, "sector", "finance") == 303
    assert len(own.site.service.store.setting_changes.history("sector")) == 1


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "' OR 1=1 --"])
def test_a_value_is_text_wherever_it_is_shown(own: Console, admin: Person, value: str) -> None:
    assert change(admin, "contact", value) == 303
    for path in ("/console/settings", "/console/settings/contact", "/console/ledger/events"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert own.site.service.settings.contact == value


def test_a_reader_reads_and_a_forged_form_changes_nothing(own: Console, admin: Person) -> None:
    lead = own.as_("lead")
    assert "Your role reads settings" in lead.get("/console/settings/contact").text
    assert lead.post("/console/settings/contact", {"value": "x", "seen": ""}).status_code == 403
    assert own.as_("reviewer").get("/console/settings").status_code == 403
    before = own.site.service.settings.contact
    assert admin.post("/console/settings/contact", {"value": "forged", "seen": seen(admin, "contact"), "csrf": "no"}).status_code == 403
    assert own.site.service.settings.contact == before


def test_an_unknown_setting_is_not_there(admin: Person) -> None:
    assert admin.get("/console/settings/of_yore").status_code == 404
    assert admin.post("/console/settings/of_yore", {"value": "1"}).status_code == 404


def test_a_form_shows_the_permitted_range() -> None:
    live = LiveSettings(Settings(), {})
    port, limit, texts = (described(live, key) for key in ("port", "ledger_interval_s", "contact"))
    assert (port.kind, port.least, port.most) == ("number", "1", "65535")
    assert (limit.above, limit.least, limit.most) == (True, "0", "60")
    assert (texts.kind, texts.most) == ("text", "200")
    assert described(live, "strictness").choices == ("lenient", "standard", "strict")
    assert described(live, "notices").kind == "switch"
    assert described(live, "goals_dir").kind == "text"
    assert described(live, "oidc_client_secret").kind == "secret"


def test_an_address_is_shown_without_its_password(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, database_url="postgresql://ada:geheim@db.example/brightline")
    assert shown("database_url", settings.database_url) == "postgresql://…@db.example/brightline"
    assert shown("upstream", "https://model.example/v1") == "https://model.example/v1"
    assert shown("upstream_key", "anything") == "set"
