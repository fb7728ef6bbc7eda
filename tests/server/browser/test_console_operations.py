"""Ledger, keys, settings, health and API in a real chromium: every look and width, with and without scripts, and a secret seen once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.server.browser.chromium import Tab
from tests.server.browser.toolkit import LOOKS, layout_shift, serious, sideways, signed_in, unfold, with_query
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

pytestmark = pytest.mark.browser

SECRET = re.compile(r"bl_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")
MOST_OWN_SCRIPT_BYTES = 2_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        for number in range(9):
            site.decide(REFUSED if number % 2 else ALLOWED)
        site.service.store.setting_changes.record("contact", '"<b>desk@example.org</b>"', "somebody")
        site.service.store.setting_changes.record("language", '"en"', "somebody")
        site.service.refresh_settings()
        site.sequence()
        yield site


@pytest.fixture(scope="module")
def pages(site: Site) -> list[tuple[str, str]]:
    """Who looks, and at what."""
    key, _ = site.service.store.keys.create("<i>forum</i> 论坛", ("gateway", "read"), 60)
    return [
        ("admin", "/console/ledger"),
        ("admin", "/console/ledger/events"),
        ("admin", "/console/ledger/entries"),
        ("admin", "/console/ledger/entries/4"),
        ("admin", "/console/ledger/heads"),
        ("admin", "/console/ledger/consistency?old=3&new=8"),
        ("admin", "/console/ledger/verification"),
        ("admin", "/console/keys"),
        ("admin", "/console/keys/new"),
        ("admin", f"/console/keys/{key.id}"),
        ("admin", f"/console/keys/{key.id}/rotate"),
        ("admin", f"/console/keys/{key.id}/revoke"),
        ("admin", "/console/settings"),
        ("admin", "/console/settings/contact"),
        ("admin", "/console/settings/strictness"),
        ("admin", "/console/settings/upstream_key"),
        ("admin", "/console/health"),
        ("lead", "/console/api"),
        ("lead", "/console/api/inspect"),
        ("lead", "/console/api/list_decisions"),
    ]


@contextmanager
def both(site: Site, browser: Browser, **options: Any) -> Iterator[dict[str, Tab]]:
    with signed_in(site, browser, "admin", **options) as admin, signed_in(site, browser, "lead", **options) as lead:
        yield {"admin": admin, "lead": lead}


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_every_page_can_be_used_by_everybody(site: Site, browser: Browser, pages: list[tuple[str, str]], lang: str, theme: str) -> None:
    with both(site, browser) as tabs:
        for role, path in pages:
            page = tabs[role].open(with_query(path, lang=lang, theme=theme))
            unfold(page)
            assert serious(page) == [], path
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, path
            tabs[role].check()


@pytest.mark.parametrize(("lang", "width"), [("zh", 360), ("en", 360), ("zh", 768), ("en", 1440), ("zh", 1920)])
def test_nothing_hangs_over_the_edge_and_nothing_moves(
    site: Site, browser: Browser, pages: list[tuple[str, str]], lang: str, width: int
) -> None:
    with both(site, browser, width=width) as tabs:
        for role, path in pages:
            page = tabs[role].open(with_query(path, lang=lang))
            assert sideways(page) == [], (path, width)
            assert layout_shift(page) == [], (path, width)


def content_of(page: Page) -> str:
    """The whole content of the page, once no navigation is under way any more; chromium may begin one after it went back."""
    for _ in range(50):
        page.wait_for_load_state()
        with suppress(Error):
            return page.content()
    raise AssertionError("the page goes on navigating")


def test_a_new_key_is_shown_once_and_does_not_come_back(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "admin") as watched:
        page = watched.open("/console/keys/new?lang=en")
        page.get_by_label("Name", exact=True).fill("only once")
        page.get_by_role("button", name="Create the key").dblclick()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your new key")
        found = SECRET.search(page.locator("[data-secret]").inner_text())
        assert found
        assert site.service.store.keys.find(found[0]) is not None
        assert found[0] not in page.url
        page.get_by_role("link", name="I have copied it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("only once")
        with suppress(Error):  # chromium asks whether to send the form again instead of showing an answer that nobody may keep
            page.go_back()
        assert found[0] not in content_of(page)
        page.goto(f"{site.url}/console/keys")
        assert found[0] not in page.content()
        assert [key.name for key in site.service.store.keys.list()].count("only once") == 1


def test_a_verification_is_followed_to_its_end(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "auditor") as watched:
        page = watched.open("/console/ledger?lang=en")
        page.keyboard.press("v")
        expect(page.get_by_role("heading", level=1)).to_have_text("Verification")
        expect(page.locator("#last")).to_have_text("Verified", timeout=30_000)
        expect(page.get_by_text("A verification is running")).to_have_count(0, timeout=30_000)
        watched.check()


def test_a_tampered_entry_is_named_on_the_page(browser: Browser, tmp_path: Path) -> None:
    from sqlalchemy import text

    with running_site(tmp_path, ledger_interval_s=60) as own, signed_in(own, browser, "auditor") as watched:
        for _ in range(5):
            own.decide(REFUSED)
        own.sequence()
        with own.service.store.database.writing() as connection:
            connection.execute(text("UPDATE ledger_entries SET leaf_hash = zeroblob(32) WHERE seq = 3"))
        page = watched.open("/console/ledger/verification?lang=zh")
        page.get_by_role("button", name="核验整份日志").click()
        expect(page.locator("#last")).to_have_text("未通过核验", timeout=30_000)
        expect(page.get_by_text("第 4 条或其存储的哈希在写入之后被改动。")).to_be_visible()
        page.get_by_role("link", name="查看", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("第 4 条")
        watched.check()


def test_a_setting_is_changed_and_undone(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "admin") as watched:
        page = watched.open("/console/settings/sample_allow?lang=en")
        page.get_by_label("New value").fill("7")
        watched.expected_status = 422
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.get_by_text("This value is not permitted.")).to_be_visible()
        watched.expected_status = 200
        page.get_by_label("New value").fill("0.125")
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.locator(".flash")).to_contain_text("It is in force here now")
        assert site.service.settings.sample_allow == 0.125
        page.get_by_role("button", name="Undo the last change").click()
        expect(page.locator("dd strong").first).to_have_text("0")
        assert site.service.settings.sample_allow == 0.0
        watched.check()


def test_an_operation_is_tried_out_beside_its_form(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "lead") as watched:
        page = watched.open("/console/api/inspect?lang=en")
        page.get_by_label("Body").fill('{"text": "百家乐推广，加微信上分，新人开户送彩金。"}')
        page.keyboard.press("Control+Enter")
        expect(page.locator("#answered")).to_contain_text("200")
        expect(page.locator(".reference-answer")).to_contain_text('"outcome": "block"')
        page.get_by_label("Body").fill("{broken")
        expect(page.get_by_label("Body")).to_have_attribute("aria-invalid", "true")
        page.get_by_role("button", name="Make the call").click()
        expect(page.locator(".reference-answer")).to_contain_text("BL-INPUT-201")
        assert page.url.endswith("/console/api/inspect?lang=en") or page.url.endswith("/console/api/inspect")
        watched.check()


def test_everything_works_without_scripts(site: Site, browser: Browser) -> None:
    with both(site, browser, scripts=False) as tabs:
        page = tabs["admin"].open("/console/keys/new?lang=zh")
        page.get_by_label("名称").fill("无脚本")
        page.get_by_role("button", name="创建密钥").click()
        expect(page.locator("[data-secret]")).to_contain_text("bl_")
        page = tabs["admin"].open("/console/settings/contact")
        page.get_by_label("新值").fill("desk@example.org")
        page.get_by_role("button", name="更改", exact=True).click()
        expect(page.locator(".flash")).to_contain_text("已更改")
        page = tabs["admin"].open("/console/ledger")
        page.get_by_role("button", name="核验整份日志").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("核验")
        page = tabs["admin"].open("/console/health")
        page.get_by_role("button", name="询问模型服务").click()
        expect(page.locator("main")).to_contain_text("内置沙箱")
        page = tabs["lead"].open("/console/api/get_ledger_head?lang=zh")
        page.get_by_role("button", name="发出调用").click()
        expect(page.locator(".reference-answer")).to_contain_text("vkey")
        for watched in tabs.values():
            assert watched.faults == []


def test_the_export_comes_as_a_file(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "admin") as watched:
        page = watched.open("/console/ledger?lang=en")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export the whole log").click()
        assert re.fullmatch(r"ledger-\d+\.tar", download.value.suggested_filename)
        assert Path(download.value.path()).stat().st_size > 10_000


def test_the_rooms_bring_little_script_of_their_own() -> None:
    folder = Path(__file__).parents[3] / "src" / "brightline" / "server" / "face" / "static"
    for name in ("console-keys.js", "console-reference.js"):
        assert (folder / name).stat().st_size < MOST_OWN_SCRIPT_BYTES
