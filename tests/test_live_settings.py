"""Settings that change while the service runs: precedence, what waits for the next start, and what never changes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from brightline.config import Settings, load_settings
from brightline.live_settings import AT_ONCE, NEXT_START, LiveSettings, when_applied
from brightline.model import Door, Strictness
from brightline.service import Service


def test_every_setting_that_can_be_changed_exists_and_is_no_secret() -> None:
    assert set(Settings.model_fields) >= (AT_ONCE | NEXT_START)
    assert not AT_ONCE & NEXT_START
    assert all(Settings.model_fields[key].repr for key in AT_ONCE | NEXT_START)


@pytest.mark.parametrize("key", ["home", "database_url", "host", "port", "public_url", "upstream", "upstream_key", "tenant", "oidc_issuer"])
def test_where_things_lie_and_who_comes_in_is_not_changed_in_the_console(settings: Settings, key: str) -> None:
    assert when_applied(key) == "never"
    live = LiveSettings(settings, {key: '"http://evil.example/v1"'})
    assert live.state.in_force == settings
    assert live.state.overruled == {key: "never"}


def test_a_change_stands_above_file_and_default_and_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "brightline.toml"
    file.write_text("contact = 'by file'\nsector = 'finance'\n", "utf-8")
    monkeypatch.setenv("BRIGHTLINE_APPEAL_URL", "https://by.environment/")
    live = LiveSettings(load_settings(file), {"contact": '"by console"', "appeal_url": '"https://by.console/"', "strictness": '"strict"'})
    held = live.state.in_force
    assert (held.contact, held.sector, held.appeal_url, held.strictness) == (
        "by console", "finance", "https://by.environment/", Strictness.STRICT,
    )  # fmt: skip
    origins = [live.origin_of(key) for key in ("contact", "sector", "appeal_url", "strictness", "notices")]
    assert origins == ["console", "file", "environment", "console", "default"]
    assert live.state.overruled == {"appeal_url": "environment"}


def test_what_is_read_once_waits_for_the_next_start(settings: Settings) -> None:
    live = LiveSettings(settings, {})
    assert live.apply({"language": '"en"', "notices": "false"})
    assert (live.state.in_force.language, live.state.in_force.notices) == ("zh", False)
    assert live.state.waiting == {"language": "en"}
    assert live.origin_of("language") == "default"
    restarted = LiveSettings(settings, {"language": '"en"', "notices": "false"})
    assert (restarted.state.in_force.language, restarted.state.waiting) == ("en", {})
    assert restarted.origin_of("language") == "console"
    assert restarted.apply({"notices": "false"}), "given back"
    assert (restarted.state.in_force.language, restarted.state.waiting) == ("en", {"language": "zh"})


def test_the_same_changes_change_nothing(settings: Settings) -> None:
    live = LiveSettings(settings, {"notices": "false"})
    before = live.state.in_force
    assert not live.apply({"notices": "false"})
    assert live.state.in_force is before


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("sample_allow", "2"),
        ("strictness", '"none"'),
        ("appeal_url", '"javascript:alert(1)"'),
        ("label_text_zh", '"你好"'),
        ("notices", "{"),
    ],
)
def test_a_stored_value_that_is_not_permitted_holds_nothing_up(settings: Settings, key: str, text: str) -> None:
    live = LiveSettings(settings, {key: text, "contact": '"kept"'})
    assert live.state.in_force.contact == "kept"
    assert getattr(live.state.in_force, key) == getattr(settings, key)
    assert list(live.state.overruled) == [key]


def test_a_setting_that_no_longer_exists_is_passed_over(settings: Settings) -> None:
    assert LiveSettings(settings, {"of_yore": "1"}).state.overruled == {"of_yore": "unknown"}


def test_two_processes_see_a_change_and_it_survives_a_restart(settings: Settings) -> None:
    first, second = Service.open(settings), Service.open(settings)
    try:
        first.store.setting_changes.record("strictness", '"lenient"', "somebody")
        first.refresh_settings()
        assert first.settings.strictness is Strictness.LENIENT
        assert second.settings.strictness is Strictness.STANDARD
        second.refresh_settings()
        assert second.settings is second.pipeline.settings
        assert second.pipeline.context(Door.API).strictness is Strictness.LENIENT
    finally:
        first.close()
        second.close()
    with Service.open(settings) as restarted:
        assert restarted.settings.strictness is Strictness.LENIENT


async def test_a_running_service_sees_the_change_of_another_by_itself(settings: Settings) -> None:
    running, other = Service.open(settings), Service.open(settings)
    seen = asyncio.Event()
    loop = asyncio.get_running_loop()
    apply = running.live_settings.apply

    def noticed(changes: dict[str, str]) -> bool:
        if changed := apply(changes):
            loop.call_soon_threadsafe(seen.set)
        return changed

    running.live_settings.apply = noticed  # type: ignore[method-assign]  # only to wait for an event instead of a time
    await running.start()
    try:
        other.store.setting_changes.record("contact", '"desk@example.org"', "somebody")
        await asyncio.wait_for(seen.wait(), 30)
    finally:
        await running.stop()
        other.close()
    assert running.settings.contact == "desk@example.org"
