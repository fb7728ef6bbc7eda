"""The console by keyboard in a real chromium: palette, overlay, rows, pages, and keys that rest where they would disturb."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.server.browser.toolkit import signed_in, site_with_decisions, stop_the_clock
from tests.server.face.site import REFUSED, Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_with_decisions(tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.mark.parametrize(("lang", "heading"), [("zh", "找到的决定"), ("en", "Decision found")])
def test_the_palette_finds_a_pasted_id_and_gives_the_focus_back(site: Site, browser: Browser, lang: str, heading: str) -> None:
    decision = site.decide(REFUSED)
    with signed_in(site, browser) as watched:
        page = watched.open(f"/console/preferences?lang={lang}")
        here = page.locator("#single_keys")
        here.focus()
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox")
        expect(field).to_be_focused()
        field.fill(f"{site.url}/d/{decision.token}")
        option = page.get_by_role("option", selected=True)
        expect(option).to_contain_text(decision.id)
        expect(page.locator(".palette-group .of").first).to_have_text(heading)
        expect(field).to_have_attribute("aria-activedescendant", "palette-1")
        page.keyboard.press("Escape")
        expect(here).to_be_focused()
        page.keyboard.press("Control+k")
        expect(option).to_contain_text(decision.id)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/console/decisions/{decision.id}")


def test_arrows_walk_through_the_palette(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        page.get_by_role("link", name="Search or go to").click()
        chosen = page.get_by_role("option", selected=True)
        expect(chosen).to_have_text("Overview")
        page.keyboard.press("ArrowDown")
        expect(chosen).to_have_text("Decisions")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(chosen).to_have_text("Preferences")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")
        watched.check()


@pytest.mark.parametrize(("lang", "room"), [("zh", "规则库"), ("en", "Rulebook")])
def test_the_overlay_lists_the_keys_of_the_page_and_g_leads_to_rooms(site: Site, browser: Browser, lang: str, room: str) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open(f"/console/preferences?lang={lang}")
        page.keyboard.press("?")
        sheet = page.locator("#keys")
        expect(sheet.locator("[data-keys-rooms]")).to_contain_text(room)
        expect(sheet.locator("[data-needs=rows]").first).to_be_hidden()
        page.keyboard.press("g")
        page.keyboard.press("r")
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        assert page.url.endswith("/console/preferences")
        page.keyboard.press("g")
        page.keyboard.press("r")
        page.wait_for_url("**/console/rulebook")


def test_keys_are_silent_in_fields_while_composing_and_with_modifiers(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/palette?lang=en")
        field = page.get_by_role("searchbox")
        field.focus()
        page.keyboard.type("g?/jk")
        expect(field).to_have_value("g?/jk")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(field).not_to_be_focused()
        for init in ("{key: '?', isComposing: true}", "{key: '?', keyCode: 229}", "{key: '?', ctrlKey: true}", "{key: '?', altKey: true}"):
            page.evaluate(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{bubbles: true, ...{init}}}))")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("/")
        expect(field).to_be_focused()
        page.keyboard.press("Escape")
        page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, key: '？'}))")
        expect(page.locator("#keys")).to_be_visible()
        watched.check()


def test_single_keys_rest_where_they_are_switched_off_but_the_palette_stays(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        page.get_by_label("Shortcuts of a single key").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".flash")).to_be_visible()
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(page.locator("#palette")).to_be_visible()
        watched.check()


ROWS = """() => document.querySelector(".page").insertAdjacentHTML("beforeend", `<table class="data" data-rows><tbody>
  <tr><td><a data-open href="#one">one</a></td></tr><tr><td><a data-open href="#two">two</a></td></tr></tbody></table>
  <button type="button" id="probe" data-key="v" data-key-says="Probe the key">Probe</button>`)"""


def test_rows_are_walked_and_opened_and_a_page_offers_its_own_keys(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        page.evaluate(ROWS)
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="one", exact=True)).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("tr.picked")).to_have_text("two")
        page.keyboard.press("k")
        page.keyboard.press("o")
        page.wait_for_url("**#one")
        page.evaluate("document.getElementById('probe').addEventListener('click', (event) => { event.target.textContent = 'pressed'; })")
        page.keyboard.press("v")
        expect(page.locator("#probe")).to_have_text("pressed")
        page.keyboard.press("?")
        expect(page.locator("[data-keys-here]")).to_contain_text("Probe the key")
        expect(page.locator("[data-needs=rows]").first).to_be_visible()
        watched.check()


def test_pages_are_turned_and_ids_are_copied(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, permissions=["clipboard-read", "clipboard-write"]) as watched:
        page = watched.open("/console/preferences?lang=en")
        page.evaluate(
            """() => document.querySelector(".page").insertAdjacentHTML("beforeend",
              '<a href="#older" data-page="]">Older</a> <button type="button" class="copy" data-copy="01a2-whole" data-done="Copied">Copy</button>')"""
        )
        page.keyboard.press("]")
        page.wait_for_url("**#older")
        stop_the_clock(page)
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        expect(page.locator("#announcer")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == "01a2-whole"
        page.clock.run_for(2000)
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
        watched.check()
