"""How the page of one decision looks: for everybody, at every width, in both languages, and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from brightline.model import Decision
from tests.server.browser.decision.asking import address, bundle_of, give, packed, settled
from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, unfold
from tests.server.face.site import REFUSED, Site

pytestmark = pytest.mark.browser

MOST_SCRIPT_BYTES = 60_000


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_page_can_be_used_by_everybody(site: Site, browser: Browser, decision: Decision, call: Decision, lang: str, theme: str) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision, f"?lang={lang}&theme={theme}"))
        page.locator("#verify").click()
        assert settled(page) == "proved"
        unfold(page)
        page.locator("#show-unseen").check()
        assert serious(page) == []
        assert sideways(page) == []
        bundle = bundle_of(site, decision)
        bundle["decision"]["reason_en"] = "x"
        assert give(page, packed(bundle)) == "failed"
        assert serious(page) == []
        watched.check()
        page = watched.open(address(call, f"?lang={lang}&theme={theme}"))
        page.keyboard.press("r")
        expect(page.locator(".replayed")).to_be_visible()
        assert serious(page) == []
        assert sideways(page) == []
        watched.check()
        page = watched.open("/console/decisions/nothing", 404)
        assert serious(page) == []
        watched.check()
    folded = site.decide(REFUSED)
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(folded, f"?lang={lang}&theme={theme}"))
        assert serious(page) == []
        watched.check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge_and_nothing_moves(
    site: Site, browser: Browser, decision: Decision, call: Decision, lang: str, width: int
) -> None:
    with signed_in(site, browser, "reviewer", width=width) as watched:
        for one in (decision, call):
            page = watched.open(address(one, f"?lang={lang}"))
            assert layout_shift(page) == []
            page.locator("#verify").click()
            assert settled(page) == "proved"
            unfold(page)
            assert sideways(page) == []
            page.keyboard.press("r")
            expect(page.locator(".replayed")).to_be_visible()
            assert sideways(page) == []
        watched.check()


def test_the_decision_prints_on_one_sheet_without_the_furniture_of_the_screen(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer", color_scheme="dark") as watched:
        page = watched.open(address(decision, "?lang=en&theme=dark"))
        page.locator("#verify").click()
        assert settled(page) == "proved"
        page.emulate_media(media="print")
        for furniture in (".rail", "button", ".tabs", ".neighbours", ".unseen-switch", ".statements", "#own-key"):
            for piece in page.locator(furniture).all():
                expect(piece).not_to_be_visible()
        expect(page.locator(".raw").first).to_be_visible()
        expect(page.locator(".main .rules .citation").first).to_be_visible()
        expect(page.locator("#proof-verdict")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


def test_the_statement_prints_alone_in_the_chosen_language(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        watched.page.add_init_script("window.print = () => { window.printed = true; }")
        page = watched.open(address(decision))
        page.get_by_label("中文").check()
        page.get_by_role("button", name="Print the statement").click()
        assert page.evaluate("window.printed")
        page.emulate_media(media="print")
        expect(page.locator('[data-tongue-of="zh"]')).to_be_visible()
        for other in ("h1", "#text", "#findings", "#proof", ".about", '[data-tongue-of="en"]'):
            expect(page.locator(other).first).not_to_be_visible()
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator("#text")).to_be_visible()
        watched.check()


def test_the_scripts_of_the_page_stay_small(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        sizes = page.evaluate(
            "performance.getEntriesByType('resource').filter((entry) => entry.initiatorType === 'script').map((entry) => entry.encodedBodySize)"
        )
        assert 0 < sum(sizes) <= MOST_SCRIPT_BYTES
