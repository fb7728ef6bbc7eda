"""The frame of the console in a real chromium: looks, liveness, theme, language, times and forms."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, site_with_decisions, with_query
from tests.server.face.site import REFUSED, Site

pytestmark = pytest.mark.browser

ROOMS = [
    "/console",
    "/console/decisions",
    "/console/rulebook",
    "/console/try",
    "/console/ledger",
    "/console/keys",
    "/console/users",
    "/console/settings",
    "/console/health",
    "/console/api",
    "/console/account",
    "/console/preferences",
]
MOST_SCRIPT_BYTES = 60_000
MOST_FRAME_BYTES = 8_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_with_decisions(tmp_path_factory.mktemp("home")) as site:
        yield site


# ---- Looks ----


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_frame_does_nothing_wrong_and_can_be_used_by_everybody(site: Site, browser: Browser, lang: str, theme: str) -> None:
    with signed_in(site, browser) as watched:
        for path in ("/console/preferences", "/console/palette?q=gambling"):
            page = watched.open(with_query(path, lang=lang, theme=theme))
            assert serious(page) == [], path
            page.keyboard.press("Control+k")
            expect(page.locator("#palette .option").first).to_be_visible()
            assert serious(page) == [], f"{path} with the palette"
            page.keyboard.press("Escape")
            page.locator("h1").click()
            page.keyboard.press("?")
            expect(page.locator("#keys")).to_be_visible()
            assert serious(page) == [], f"{path} with the keys"
            page.keyboard.press("Escape")
            assert layout_shift(page) == []
        watched.check()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge(site: Site, browser: Browser, lang: str) -> None:
    with signed_in(site, browser, "admin") as watched:
        for width in WIDTHS:
            watched.page.set_viewport_size({"width": width, "height": 900})
            for path in ("/console/preferences", "/console/palette?q=a"):
                page = watched.open(with_query(path, lang=lang))
                assert sideways(page) == [], (path, width)
                assert layout_shift(page) == [], (path, width)
            page.keyboard.press("?")
            box = page.locator("#keys").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_the_menu_opens_in_a_narrow_window_without_scripts(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, width=360, scripts=False) as watched:
        page = watched.page
        page.goto(f"{site.url}/console/preferences?lang=zh")
        rooms = page.locator(".menu nav.rooms")
        expect(rooms).to_be_hidden()
        page.get_by_text("菜单", exact=True).click()
        expect(rooms).to_be_visible()
        page.locator(".menu .find").click()
        page.get_by_role("searchbox").fill("运行状况")
        page.keyboard.press("Enter")
        expect(page.get_by_role("main").get_by_role("link", name="运行状况", exact=True)).to_be_visible()


def test_preferences_are_kept_without_scripts(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, scripts=False) as watched:
        page = watched.page
        page.goto(f"{site.url}/console/preferences?lang=en")
        page.get_by_label("Shortcuts of a single key").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".flash")).to_have_text("Your preferences are kept.")
        expect(page.get_by_label("Shortcuts of a single key")).not_to_be_checked()


def test_scripts_of_a_page_are_small(site: Site, browser: Browser) -> None:
    decision = site.decide(REFUSED)
    with signed_in(site, browser, "admin") as watched:
        page = watched.page
        for path in (*ROOMS, f"/console/decisions/{decision.id}"):
            page.goto(site.url + path)
            addresses = page.eval_on_selector_all("script[src]", "(scripts) => scripts.map((script) => script.src)")
            answers = [page.request.get(address, headers={"Accept-Encoding": "identity"}) for address in addresses]
            sizes = {
                address.rsplit("/", 1)[1]: len(gzip.compress(answer.body())) for address, answer in zip(addresses, answers, strict=True)
            }
            assert sizes["console.js"] <= MOST_FRAME_BYTES
            assert sum(sizes.values()) <= MOST_SCRIPT_BYTES, (path, sizes)


# ---- Liveness ----


def live(page: Page, every: float = 1) -> None:
    page.evaluate(
        f"""() => {{ document.querySelector(".page").insertAdjacentHTML("beforeend",
          '<div id="part" data-live="/console/part" data-every="{every}"><a href="#kept">first</a></div>');
          document.dispatchEvent(new CustomEvent("htmx:afterSwap", {{ detail: {{ target: document.body }} }})); }}"""
    )


def test_a_part_renews_itself_keeps_the_focus_and_can_be_paused(site: Site, browser: Browser) -> None:
    turns: list[str] = []

    def answer(route: Route) -> None:
        turns.append(route.request.headers.get("hx-request", ""))
        route.fulfill(
            content_type="text/html",
            body=f'<a href="#kept" data-says="Turn {len(turns)}">turn {len(turns)}</a><script>window.ran = true</script>',
        )

    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        page.route("**/console/part", answer)
        live(page)
        page.locator("#part a").focus()
        expect(page.locator("#part a")).to_have_text("turn 1")
        expect(page.locator("#part a")).to_be_focused()
        expect(page.locator("#announcer")).to_have_text("Turn 1")
        expect(page.locator("#part a")).to_have_text("turn 2")
        expect(page.locator("#announcer")).to_have_text("Turn 1")
        page.get_by_role("button", name="Pause").click()
        expect(page.locator("#pulse")).to_contain_text("Paused")
        before = page.locator("#part a").inner_text()
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("#part a")).not_to_have_text(before)
        assert set(turns) == {"true"}
        assert page.evaluate("window.ran === undefined")
        watched.check()


def test_it_says_when_the_session_has_ended_and_asks_no_more(site: Site, browser: Browser) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=401, headers={"HX-Redirect": "/console/sign-in"})

    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        watched.expected_status = 401
        page.route("**/console/part", answer)
        live(page)
        expect(page.locator("#wire")).to_contain_text("Your session has ended")
        expect(page.locator("#wire").get_by_role("link", name="Sign in again")).to_have_attribute(
            "href", "/console/sign-in?next=/console/preferences%3Flang%3Den"
        )
        expect(page.locator("#pulse")).to_be_hidden()
        assert len(asked) == 1
        assert serious(page) == []


def test_it_says_when_the_server_is_silent_and_goes_on_when_it_answers(site: Site, browser: Browser) -> None:
    silent = True

    def answer(route: Route) -> None:
        if silent:
            route.fulfill(status=503, body="")
        else:
            route.fulfill(content_type="text/html", body='<a href="#kept">back</a>')

    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=zh")
        watched.expected_status = 503
        page.route("**/console/part", answer)
        live(page)
        expect(page.locator("#wire")).to_contain_text("服务器没有响应")
        expect(page.locator(".stale#part, .stale:has(#part)").first).to_be_attached()
        expect(page.locator("#pulse")).to_be_hidden()
        silent = False
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#part")).to_have_text("back")
        expect(page.locator("#wire")).to_be_hidden()
        expect(page.locator("#pulse")).to_be_visible()
        expect(page.locator("[data-live].stale")).to_have_count(0)


# ---- Theme, language, times, forms ----


def test_the_theme_changes_in_place_and_is_remembered(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/palette?q=gambling&lang=en&theme=light")
        page.get_by_role("searchbox").fill("not sent yet")
        with page.expect_response("**/console/palette?theme=dark"):
            page.locator(".rail-body > .self").get_by_role("link", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.get_by_role("searchbox")).to_have_value("not sent yet")
        expect(page.locator(".rail-body > .self [aria-current=true]").first).to_have_text("Dark")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        watched.check()


def test_the_language_changes_and_keeps_what_was_typed(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/palette?q=gambling&lang=en")
        page.get_by_role("searchbox").fill("not sent yet")
        page.locator(".rail-body > .self").get_by_role("link", name="中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        expect(page.get_by_role("searchbox")).to_have_value("not sent yet")
        assert page.evaluate("sessionStorage.getItem('brightline-kept')") is None
        assert re.search(r"q=gambling", page.url)
        watched.check()


def test_times_are_in_the_reader_s_zone_without_moving(site: Site, browser: Browser) -> None:
    decision = site.decide(REFUSED)
    with signed_in(site, browser, timezone_id="Asia/Shanghai") as watched:
        page = watched.open(f"/console/palette?q={decision.id}&lang=en")
        expect(page.locator("time[data-ago]").first).to_have_attribute("title", re.compile(" Asia/Shanghai$"))
        expect(page.locator(".rail-body > .self [data-zone-name]")).to_have_text("Asia/Shanghai")
        page.evaluate(
            """() => document.querySelector(".page").insertAdjacentHTML("beforeend",
              '<p id="probe"><time data-form="exact" datetime="2026-11-22T20:00:03Z">2026-11-22 20:00:03.042 UTC+00:00</time></p>');"""
        )
        page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSwap', { detail: { target: document.getElementById('probe') } }))")
        expect(page.locator("#probe")).to_have_text("2026-11-23 04:00:03.042 UTC+08:00")
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-zone", "Asia/Shanghai")
        expect(page.locator("time[data-ago]").first).to_have_attribute("title", re.compile(" Asia/Shanghai$"))
        assert layout_shift(page) == []


def test_what_cannot_be_undone_is_asked_about(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        page.evaluate(
            """() => { const form = document.querySelector(".page form"); form.dataset.confirm = "Really?"; form.dataset.confirmDo = "Do it"; }"""
        )
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#ask")).to_contain_text("Really?")
        expect(page.locator("#ask").get_by_role("button", name="Cancel")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".flash")).to_have_count(0)
        page.get_by_role("button", name="Save").click()
        page.locator("#ask").get_by_role("button", name="Do it").click()
        expect(page.locator(".flash")).to_be_visible()
        watched.check()


def test_a_form_with_unsaved_entries_is_guarded(site: Site, browser: Browser) -> None:
    with signed_in(site, browser) as watched:
        page = watched.open("/console/preferences?lang=en")
        asked: list[str] = []

        def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.get_by_label("Fold all texts").check()
        page.keyboard.press("Control+k")
        page.get_by_role("option", name="Health").click(no_wait_after=True)
        expect(page.get_by_label("Fold all texts")).to_be_checked()
        assert asked == ["beforeunload"]
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".flash")).to_be_visible()
        assert asked == ["beforeunload"]
