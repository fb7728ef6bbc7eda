"""While a page of the console is still coming: nothing is drawn that would move, and no key is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.server.browser.toolkit import layout_shift, signed_in
from tests.server.face.site import REFUSED, Site, running_site

pytestmark = pytest.mark.browser

PATHS = ["/console", "/console/decisions", "/console/rulebook/PSA-82", "/console/rulebook?q=gambling", "/console/health"]
PIECES = 20

# Whether the page is drawn: an undrawn one calls back no frame.
DRAWN = """() => new Promise((said) => {
  requestAnimationFrame(() => requestAnimationFrame(() => said(true)));
  setTimeout(() => said(false), 300);
})"""


class SlowWire:
    """A way to the site on which each page comes up to its middle, then stays away until it is let through in small pieces."""

    def __init__(self) -> None:
        self.site: Site | None = None
        self._way = asyncio.Event()

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            page = False

            async def pass_on(message: Message) -> None:
                nonlocal page
                if message["type"] == "http.response.start":
                    page = dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html")
                elif page and message.get("body"):
                    half = len(message["body"]) // 2
                    size = half // PIECES + 1
                    await send({**message, "body": message["body"][:half], "more_body": True})
                    await self._way.wait()
                    for at in range(half, len(message["body"]), size):
                        await send({**message, "body": message["body"][at : at + size], "more_body": True})
                        await asyncio.sleep(0)
                    message = {**message, "body": b""}
                await send(message)

            if scope["type"] == "http":  # unpacked, or the halves of what is sent would not be halves of the page
                scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await app(scope, receive, pass_on if scope["type"] == "http" else send)

        return held

    def hold(self) -> None:
        assert self.site
        self.site.loop.call_soon_threadsafe(self._way.clear)

    def let_through(self) -> None:
        assert self.site
        self.site.loop.call_soon_threadsafe(self._way.set)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowWire]:
    wire = SlowWire()
    with running_site(tmp_path_factory.mktemp("home"), through=wire) as site:
        wire.site = site
        site.decide(REFUSED)
        site.sequence()
        yield wire
        wire.let_through()


def half_of(page: Page, url: str) -> None:
    """Open a page of which the first half comes."""
    page.goto(url, wait_until="commit")
    expect(page.locator("main")).to_be_attached()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_comes_in_pieces_is_drawn_whole(wire: SlowWire, browser: Browser, path: str) -> None:
    assert wire.site
    with signed_in(wire.site, browser) as watched:
        wire.hold()
        half_of(watched.page, wire.site.url + path)
        assert watched.page.evaluate(DRAWN) is False
        wire.let_through()
        watched.page.wait_for_load_state("load")
        assert watched.page.evaluate(DRAWN) is True
        assert layout_shift(watched.page) == []
        watched.check()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_row_is_opened_by_keys_pressed_before_it_is_there(wire: SlowWire, browser: Browser, lang: str) -> None:
    assert wire.site
    with signed_in(wire.site, browser, lang=lang) as watched:
        wire.hold()
        half_of(watched.page, wire.site.url + "/console/decisions")
        watched.page.keyboard.press("j")
        watched.page.keyboard.press("Enter")
        wire.let_through()
        watched.page.wait_for_url("**/console/decisions/0*")
        watched.check()


def test_what_follows_the_key_of_the_filter_is_written_into_it_and_sent(wire: SlowWire, browser: Browser) -> None:
    assert wire.site
    with signed_in(wire.site, browser, lang="en") as watched:
        wire.hold()
        half_of(watched.page, wire.site.url + "/console/rulebook")
        for key in "/psa82":
            watched.page.keyboard.press(key)
        watched.page.keyboard.press("Enter")
        wire.let_through()
        expect(watched.page.locator("h1")).to_have_text("Rules: psa82")
        watched.check()


def test_the_palette_opens_with_what_was_typed_behind_its_keys(wire: SlowWire, browser: Browser) -> None:
    assert wire.site
    with signed_in(wire.site, browser, lang="en") as watched:
        wire.hold()
        half_of(watched.page, wire.site.url + "/console")
        watched.page.keyboard.press("Control+k")
        watched.page.keyboard.press("h")
        watched.page.keyboard.press("e")
        wire.let_through()
        expect(watched.page.get_by_role("combobox")).to_have_value("he")
        expect(watched.page.get_by_role("option", selected=True)).to_be_visible()
        watched.check()


class LateScripts:
    """The deferred scripts of a tab's pages, which come when the test lets them."""

    def __init__(self, page: Page) -> None:
        self._held: list[Route] = []
        page.route(re.compile("console(-proof)?[.]js"), self._hold)

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def let_in(self) -> None:
        for route in self._held:
            route.continue_()


def test_an_action_s_key_waits_for_the_script_of_the_action(wire: SlowWire, browser: Browser) -> None:
    assert wire.site
    decision = wire.site.decide(REFUSED)
    wire.site.sequence()
    wire.let_through()
    with signed_in(wire.site, browser, "admin", lang="en") as watched:
        page, scripts = watched.page, LateScripts(watched.page)
        page.goto(f"{wire.site.url}/console/decisions/{decision.id}", wait_until="commit")
        expect(page.locator("#proof-steps")).to_be_visible()
        page.keyboard.press("p")
        scripts.let_in()
        expect(page.locator("#proof-steps [data-step=signature]")).to_have_attribute("data-state", "done")
        watched.check()


def test_a_field_takes_what_is_typed_before_the_scripts_are_there(wire: SlowWire, browser: Browser) -> None:
    assert wire.site
    wire.let_through()
    with signed_in(wire.site, browser, lang="en") as watched:
        page, scripts = watched.page, LateScripts(watched.page)
        page.goto(f"{wire.site.url}/console/rulebook", wait_until="commit")
        field = page.get_by_role("searchbox")
        field.focus()
        page.keyboard.type("g?/jk 8")
        scripts.let_in()
        page.wait_for_load_state("load")
        expect(field).to_have_value("g?/jk 8")
        expect(page.locator("dialog[open]")).to_have_count(0)
        watched.check()
