"""Reading one decision in a real chromium: hostile texts, marks and findings, by keyboard alone, without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from brightline.ledger.verify_proof import verify_bundle
from brightline.model import Decision, Side
from tests.server.browser.decision.asking import PAPERS, address, settled
from tests.server.browser.toolkit import signed_in
from tests.server.face.site import REFUSED, Site

pytestmark = pytest.mark.browser

# The texts


def test_hostile_text_shows_every_character_and_turns_nothing_round(site: Site, browser: Browser) -> None:
    hostile = "标题\u202eevil\u2066.exe\u200b 🧑‍🚀 e\u0301\u0302\u0303\u0304 مرحبا 𠮷 <b>粗</b>\x00\x1b[31m " + PAPERS.replace(
        "大家好。", ""
    )
    made = site.decide(hostile, Side.POST)
    assert made.findings
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(made))
        raw = page.locator("#text .raw").first
        shown = "".join("\u2400" if c == "\x00" else "\u241b" if c == "\x1b" else c for c in made.findings[0].excerpt)
        assert raw.evaluate("node => node.textContent") == shown
        assert raw.locator("b").count() == 0
        assert page.locator("#text .raw .ghost[data-sign=RLO]").first.evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"
        before = page.locator("#text .raw .ghost[data-sign=ZWSP]").first.evaluate("node => node.getBoundingClientRect().width")
        page.get_by_label("Show invisible characters").check()
        after = page.locator("#text .raw .ghost[data-sign=ZWSP]").first.evaluate("node => node.getBoundingClientRect().width")
        assert after > before + 10
        assert raw.evaluate("node => { getSelection().selectAllChildren(node); return getSelection().toString(); }").count("ZWSP") == 0
        watched.check()


def test_a_mark_leads_to_its_finding_and_both_show_together(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        mark = page.locator("#text .raw mark").first
        number = (mark.get_attribute("data-n") or "").split()[0]
        mark.hover()
        expect(page.locator(f"#finding-{number}")).to_have_class(re.compile("is-linked"))
        mark.click()
        expect(page).to_have_url(re.compile(f"#finding-{number}$"))
        watched.check()


# The keyboard, and without scripts


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_is_done_by_the_keyboard(site: Site, browser: Browser, decision: Decision, lang: str) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision, f"?lang={lang}"))
        keys = page.keyboard
        keys.press("?")
        listed = page.locator("[data-keys-here] kbd").all_inner_texts()
        assert {"s", "p", "r", "u"} <= set(listed)
        keys.press("Escape")
        keys.press("s")
        expect(page).to_have_url(re.compile("#statement$"))
        keys.press("p")
        assert settled(page) == "proved"
        keys.press("r")
        expect(page.locator(".replayed")).to_be_visible()
        keys.press("]")
        expect(page).not_to_have_url(re.compile(decision.id))
        keys.press("[")
        expect(page).to_have_url(re.compile(decision.id))
        keys.press("u")
        expect(page).to_have_url(re.compile("/console/decisions$"))


def test_the_statement_changes_its_language_and_the_page_does_not(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        expect(page.locator('[data-tongue-of="en"]')).to_be_visible()
        expect(page.locator('[data-tongue-of="zh"]')).not_to_be_visible()
        page.get_by_label("中文").check()
        expect(page.locator('[data-tongue-of="zh"]')).to_be_visible()
        expect(page.locator('[data-tongue-of="en"]')).not_to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        watched.check()


def test_the_page_is_complete_without_scripts(site: Site, browser: Browser) -> None:
    made = site.decide(REFUSED)
    site.service.sequencer.drain()
    with signed_in(site, browser, "reviewer", scripts=False) as watched:
        page = watched.open(address(made))
        expect(page.locator("#verify")).not_to_be_visible()
        expect(page.locator("#own-key")).not_to_be_visible()
        expect(page.get_by_role("button", name="Print the statement")).not_to_be_visible()
        page.get_by_role("button", name="Show the text").click()
        expect(page.locator("#text .raw").first).to_contain_text("百家乐")
        page.get_by_role("link", name="中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.get_by_role("button", name="用现行规则重演").click()
        expect(page.locator(".replayed")).to_contain_text("相同")
        page.get_by_label("English").check()
        expect(page.locator('[data-tongue-of="en"]')).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="下载证明").click()
        assert verify_bundle(Path(download.value.path()).read_bytes())
        page.get_by_role("group").locator("summary").filter(has_text="条目、路径与日志头全文").click()
        expect(page.locator("#proof-raw")).to_contain_text("commitment")
        assert watched.faults == []
