"""The public pages in a real chromium: both languages, both themes, narrow and wide, by mouse, by keyboard, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server.browser.chromium import Tab, tab
from tests.server.browser.toolkit import LOOKS, WIDTHS, serious, sideways, stop_the_clock
from tests.server.face.site import REFUSED, Site, running_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def statement(site: Site) -> str:
    """Path of the statement about a refusal that is under a signed head."""
    decision = site.decide(REFUSED)
    site.sequence()
    return f"/d/{decision.token}"


def pages(statement: str) -> list[tuple[str, int]]:
    return [("/", 200), (statement, 200), ("/docs", 200), ("/nothing-here", 404)]


def settled(watched: Tab) -> Page:
    """The start page with the refused example decided."""
    page = watched.open("/")
    page.locator(".trial").first.get_by_role("button").click()
    expect(page.locator(".verdict")).to_be_visible()
    return page


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_pages_do_nothing_wrong_and_can_be_used_by_everybody(site: Site, browser: Browser, statement: str, lang: str, theme: str) -> None:
    with tab(browser, site.url) as watched:
        for path, status in pages(statement):
            page = watched.open(f"{path}?lang={lang}&theme={theme}", status)
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            for details in page.locator("details").all():
                details.locator("summary").click()
            assert serious(page) == [], path
            assert sideways(page) == [], path
            watched.check()
        settled(watched)
        assert serious(watched.page) == []
        assert sideways(watched.page) == []
        watched.check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge(site: Site, browser: Browser, statement: str, lang: str, width: int) -> None:
    with tab(browser, site.url, width=width) as watched:
        for path, status in pages(statement):
            page = watched.open(f"{path}?lang={lang}", status)
            assert sideways(page) == [], path
        settled(watched)
        assert sideways(watched.page) == []


def test_the_refused_and_the_allowed_example_run_by_click(site: Site, browser: Browser) -> None:
    with tab(browser, site.url) as watched:
        page = watched.open("/?lang=zh")
        refused, allowed = page.locator(".trial").nth(0), page.locator(".trial").nth(1)
        refused.get_by_role("button").click()
        expect(refused.locator(".outcome")).to_have_text("拒绝回答")
        expect(refused.locator("mark").first).to_be_visible()
        allowed.get_by_role("button").click()
        expect(allowed.locator(".outcome")).to_have_text("放行")
        expect(refused.locator(".outcome")).to_be_visible()
        refused.get_by_role("link").click()
        expect(page.locator("h1")).to_have_text("没有回答这项请求")
        watched.check()


def test_the_start_page_works_by_keyboard_alone(site: Site, browser: Browser) -> None:
    with tab(browser, site.url) as watched:
        page = watched.open("/?lang=en")
        keys = page.keyboard
        keys.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        keys.press("Enter")
        keys.press("Tab")
        expect(page.get_by_role("button", name="Inspect the advertisement")).to_be_focused()
        keys.press("Enter")
        expect(page.locator(".verdict .outcome")).to_have_text("Refused")
        keys.press("Tab")
        expect(page.get_by_role("link", name="Statement of reasons")).to_be_focused()
        keys.press("Tab")
        keys.press("Tab")
        expect(page.get_by_role("textbox")).to_be_focused()
        keys.type("How do I recognise a fraud?")
        keys.press("Tab")
        keys.press("Enter")
        expect(page.locator("#answer-own .outcome")).to_have_text("Allowed")
        watched.check()


def test_an_own_sentence_is_shown_as_text_whatever_it_holds(site: Site, browser: Browser) -> None:
    with tab(browser, site.url) as watched:
        page = watched.open("/?lang=zh")
        page.get_by_role("textbox").fill("<img src=x onerror=alert(1)><script>alert(2)</script> 百家乐推广，加微信上分，开户送彩金")
        page.locator("#answer-own").locator("xpath=..").get_by_role("button").click()
        expect(page.locator("#answer-own .said")).to_contain_text("<img src=x")
        assert page.locator("#answer-own img, #answer-own script").count() == 0
        watched.check()


def test_every_page_is_complete_without_scripts(site: Site, browser: Browser, statement: str) -> None:
    with tab(browser, site.url, java_script_enabled=False) as watched:
        page = watched.open("/?lang=zh")
        page.locator(".trial").first.get_by_role("button").click()
        expect(page.locator(".verdict .outcome")).to_have_text("拒绝回答")
        page.get_by_role("link", name="English").click()
        expect(page.locator("h1")).to_have_text("Every decision here names its rule.")
        page = watched.open(statement)
        expect(page.locator("h1")).to_have_text("The request was not answered")
        expect(page.locator("button")).not_to_be_visible()
        assert watched.faults == []


def test_language_and_theme_change_in_place_and_stay(site: Site, browser: Browser, statement: str) -> None:
    with tab(browser, site.url, locale="zh-CN") as watched:
        page = watched.open(statement)
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.get_by_role("link", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.url == site.url + statement, "the choice does not stay in the address"
        page.get_by_role("link", name="Dark").click()
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.get_by_role("link", name="Light").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
        watched.open("/")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        watched.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_device_until_chosen(site: Site, browser: Browser, scheme: str) -> None:
    with tab(browser, site.url, color_scheme=scheme) as watched:
        page = watched.open("/")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(16, 20, 26)") == (scheme == "dark")


def test_the_proof_is_downloaded_from_the_statement(site: Site, browser: Browser, statement: str) -> None:
    with tab(browser, site.url) as watched:
        page = watched.open(f"{statement}?lang=zh")
        with page.expect_download() as download:
            page.get_by_role("link", name="下载证明").click()
        assert download.value.suggested_filename.startswith("brightline-proof-")
        assert json.loads(Path(download.value.path()).read_bytes())["format"] == "brightline-proof/1"
        watched.check()


def test_the_statement_prints_without_the_furniture_of_the_screen(site: Site, browser: Browser, statement: str) -> None:
    with tab(browser, site.url, color_scheme="dark") as watched:
        page = watched.open(f"{statement}?theme=dark")
        page.emulate_media(media="print")
        for furniture in ("button", ".tongues", ".themes", ".skip", ".screen-only"):
            for piece in page.locator(furniture).all():
                expect(piece).not_to_be_visible()
        expect(page.locator(".citation").first).to_be_visible()
        expect(page.locator("dd.print-only")).to_have_text(site.url + statement)
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_sample_can_be_copied(site: Site, browser: Browser) -> None:
    with tab(browser, site.url, permissions=["clipboard-read", "clipboard-write"]) as watched:
        page = watched.open("/?lang=en")
        stop_the_clock(page)
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert f'base_url="{site.url}/v1"' in page.evaluate("navigator.clipboard.readText()")
        watched.check()


def test_the_watch_sees_what_it_is_there_to_see(site: Site, browser: Browser) -> None:
    with tab(browser, site.url) as watched:
        page = watched.open("/")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.2/a.png\"><p style=\"color: red\">x</p>')")
        page.wait_for_function("window.breaches.length >= 2")
        assert any("image-alt" in finding for finding in serious(page))
        with pytest.raises(AssertionError):
            watched.check()
