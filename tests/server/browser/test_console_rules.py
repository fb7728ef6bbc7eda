"""Rulebook and trial in a real chromium: while typing, by keyboard, by link, without scripts, in every look and width."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, stop_the_clock, unfold, with_query
from tests.server.face.site import REFUSED, Site, running_site

pytestmark = pytest.mark.browser

PAGES = [
    "/console/rulebook",
    "/console/rulebook?q=gambling",
    "/console/rulebook/PSA-82",
    "/console/rulebook/SEC-D1",
    "/console/rulebook/CSL-49?from=CSL-47",
    "/console/rulebook/texts/PSA",
    "/console/rulebook/types/9",
    "/console/rulebook/goals",
    "/console/rulebook/goals/gambling.promotion?check=1",
    "/console/rulebook/goals/sexual.explicit",
    "/console/try",
    "/console/try?sample=disguised",
    "/console/try?sample=split",
]
MOST_OWN_SCRIPT_BYTES = 5_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        for _ in range(3):
            site.decide(REFUSED)
        site.sequence()
        yield site


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_every_page_stays_in_place_and_can_be_used_by_everybody(site: Site, browser: Browser, lang: str, theme: str) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        for path in PAGES:
            page = watched.open(with_query(path, lang=lang, theme=theme))
            assert layout_shift(page) == [], path
            unfold(page)
            assert serious(page) == [], path
            watched.check()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge(site: Site, browser: Browser, lang: str) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        for path in PAGES:
            page = watched.open(with_query(path, lang=lang))
            unfold(page)
            for width in (*WIDTHS, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) == [], (path, width)


def test_nothing_moves_in_the_trial(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?sample=disguised")
        page.wait_for_load_state("networkidle")
        assert layout_shift(page) == []
        page = watched.open("/console/try")
        write(page, REFUSED)
        expect(page.locator("[data-verdict]")).to_be_visible()
        assert layout_shift(page) == []


def test_the_answer_appears_while_typing(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?lang=en")
        page.locator("#text").press_sequentially("百家乐推广，加微信上分，送彩金", delay=15)
        expect(page.locator(".verdict-outcome")).to_have_text("Refused")
        expect(page.locator("[data-count]")).to_have_text("15")
        page.get_by_label("Comes as").select_option("post")
        expect(page.locator(".verdict-outcome")).to_have_text("Blocked")
        expect(page.locator("#announcer")).to_have_text("Blocked")
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#result .empty")).to_be_visible()
        watched.check()


def test_an_older_answer_never_replaces_a_newer_one(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?lang=en")
        held: list[Route] = []

        def hold_the_first(route: Route) -> None:
            if held:
                route.continue_()
            else:
                held.append(route)

        page.route("**/console/try", hold_the_first)
        write(page, REFUSED)
        expect(page.locator(".htmx-request").first).to_be_attached()
        write(page, "今天天气很好")
        expect(page.locator(".verdict-outcome")).to_have_text("Allowed")
        try:
            held[0].continue_()
        except Exception:
            assert held, "the older question was put an end to before it was answered"
        page.wait_for_load_state("networkidle")
        expect(page.locator(".verdict-outcome")).to_have_text("Allowed")
        assert page.locator("#text").input_value() == "今天天气很好"
        watched.check()


def test_nothing_is_asked_while_characters_are_being_composed(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?lang=en")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.method) if request.url.endswith("/console/try") else None)
        page.evaluate(
            """() => { const text = document.getElementById("text"); text.focus(); text.value = "bai jia";
                 text.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true })); }"""
        )
        expect(page.locator("[data-count]")).to_have_text("7")
        page.evaluate(
            "() => { const text = document.getElementById('text'); text.value = '百家'; text.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true })); }"
        )
        expect(page.locator("[data-verdict]")).to_be_visible()
        assert asked == ["POST"]


@pytest.mark.parametrize("text", ["百 家 乐，加薇上分", "👨\u200d👩\u200d👧 e\u0301 𝐛 \u200b\n\n  “quoted” & <b>#?%</b>", "长" * 10_000])
def test_a_link_carries_text_and_settings_and_the_server_never_sees_it(site: Site, browser: Browser, text: str) -> None:
    with signed_in(site, browser, "rule_author", permissions=["clipboard-read", "clipboard-write"]) as watched:
        page = watched.open("/console/try?lang=en")
        write(page, text)
        page.get_by_label("Comes as").select_option("listing")
        page.get_by_label("Strictness").select_option("strict")
        page.get_by_label("Age of the person").select_option("minor")
        page.get_by_label("Law of the day").fill("2027-01-01")
        stop_the_clock(page)
        page.get_by_role("button", name="Copy a link to this").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        page.clock.resume()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(f"{site.url}/console/try#z.")
        assert re.fullmatch(r"[A-Za-z0-9_-]+", link.partition("#z.")[2])
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        page.goto("about:blank")
        page.goto(link)
        expect(page.locator("#text")).to_have_value(text)
        for label, value in (
            ("Comes as", "listing"),
            ("Strictness", "strict"),
            ("Age of the person", "minor"),
            ("Law of the day", "2027-01-01"),
        ):
            expect(page.get_by_label(label)).to_have_value(value)
        expect(page.locator("[data-verdict]")).to_be_visible()
        assert all("#" not in address or address == link for address in addresses)
        watched.check()


def test_a_program_may_write_a_link_that_is_not_deflated(site: Site, browser: Browser) -> None:
    said = base64.urlsafe_b64encode(json.dumps({"t": REFUSED, "side": "post", "strictness": "<b>", "on": 7}).encode()).decode().rstrip("=")
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open(f"/console/try?lang=en#j.{said}")
        expect(page.locator(".verdict-outcome")).to_have_text("Blocked")
        expect(page.get_by_label("Strictness")).to_have_value("standard")
        watched.check()


@pytest.mark.parametrize("hash_", ["#z.AAAA", "#z.%%%", "#j.e30", "#j.bm8", "#z.", "#j." + "QQ" * 200_000])
def test_a_damaged_link_says_so_and_does_nothing(site: Site, browser: Browser, hash_: str) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open(f"/console/try{hash_}")
        expect(page.locator("[data-share-broken]")).to_be_visible()
        expect(page.locator("#text")).to_have_value("")
        watched.check()


def test_a_small_link_that_unpacks_to_much_is_refused(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try")
        bomb = page.evaluate(
            """async () => { const stream = new Blob(["a".repeat(20000000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
                 const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
                 return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, ""); }"""
        )
        page.goto("about:blank")
        page.goto(f"{site.url}/console/try#z.{bomb}")
        expect(page.locator("[data-share-broken]")).to_be_visible()
        watched.check()


def test_what_is_unfolded_stays_unfolded(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?sample=disguised&lang=en")
        page.locator("#changes-base > summary").click()
        write(page, "澳 门 百 家 乐，ｘｉｎ人开戶送彩金，加薇上分！")
        expect(page.locator("#written ~ blockquote")).to_contain_text("！")
        page.wait_for_load_state("networkidle")
        expect(page.locator("#changes-base")).to_have_attribute("open", "")
        watched.check()


def test_an_example_is_made_from_a_finding(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?lang=en")
        write(page, "百家乐真好玩")
        page.locator("#nearly").wait_for()
        page.locator(".missed li", has_text="gambling.promotion").first.get_by_role("button", name="should hit?").click()
        expect(page.locator("#goal")).to_be_focused()
        expect(page.locator("#goal")).to_have_value("gambling.promotion")
        page.get_by_role("button", name="Check it and write the line").click()
        expect(page.locator("#made")).to_contain_text("It does not hold yet.")
        expect(page.locator("#made-line")).to_contain_text('- {text: "百家乐真好玩", side: prompt}')
        left, right = page.locator(".trial-bench > :first-child"), page.locator("#result")
        edge = right.bounding_box()
        assert edge
        assert (
            left.evaluate(
                "(column) => Math.max(...[...column.querySelectorAll('form > *, #made > *')].map((one) => one.getBoundingClientRect().right))"
            )
            < edge["x"]
        )
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "gambling.promotion-examples.yaml"
        assert '"百家乐真好玩"' in Path(download.value.path()).read_text("utf-8")
        watched.check()


def test_the_trial_works_by_keyboard_alone(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author") as watched:
        page = watched.open("/console/try?lang=en")
        keys = page.keyboard
        keys.press("e")
        expect(page.locator("#text")).to_be_focused()
        keys.insert_text(REFUSED)
        expect(page.locator(".verdict-outcome")).to_have_text("Refused")
        keys.press("Tab")
        expect(page.get_by_label("Comes as")).to_be_focused()
        keys.press("P")
        for _ in range(4):
            keys.press("Tab")
        keys.press("Escape")
        keys.press("g")
        keys.press("r")
        expect(page.locator("h1")).to_have_text("Rulebook")
        keys.press("/")
        keys.type("psa 82")
        keys.press("Enter")
        expect(page.locator("h1")).to_have_text("Rules: psa 82")
        page.locator("main").focus()
        keys.press("j")
        keys.press("Enter")
        expect(page.locator("h1")).to_have_text("Public Security Administration Punishments Law, Art. 82")
        keys.press("[")
        expect(page.locator("h1")).not_to_have_text("Public Security Administration Punishments Law, Art. 82")
        expect(page.locator("h1")).to_contain_text("Public Security Administration Punishments Law, Art. 8")
        watched.check()


def test_the_examples_of_a_goal_are_checked_in_place(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "auditor") as watched:
        page = watched.open("/console/rulebook/goals/gambling.promotion?lang=en")
        page.get_by_role("button", name="Check them now").click()
        expect(page.locator("#samples [role=status]")).to_contain_text("All are as they should be")
        assert "check=1" not in page.url
        watched.check()


def test_everything_works_without_scripts(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author", scripts=False) as watched:
        page = watched.open("/console/try?lang=en")
        expect(page.get_by_role("button", name="Copy a link to this")).not_to_be_visible()
        write(page, REFUSED)
        page.get_by_label("Comes as").select_option("post")
        page.get_by_role("button", name="Judge it").click()
        expect(page.locator(".verdict-outcome")).to_have_text("Blocked")
        expect(page.locator("#text")).to_have_value(REFUSED)
        page.locator("#make > summary").click()
        page.locator("#goal").select_option("gambling.contact")
        page.get_by_role("button", name="Check it and write the line").click()
        expect(page.locator("#made")).to_contain_text("It holds.")
        page.goto(f"{site.url}/console/rulebook")
        page.get_by_role("searchbox").fill("第八十二条")
        page.get_by_role("button", name="Find rules").click()
        page.get_by_role("link", name="Public Security Administration Punishments Law, Art. 82").click()
        expect(page.locator("h1")).to_contain_text("Art. 82")
        page.goto(f"{site.url}/console/rulebook/goals/gambling.promotion")
        page.get_by_role("button", name="Check them now").click()
        expect(page.locator("#samples [role=status]")).to_contain_text("All are as they should be")
        assert watched.faults == []


def test_a_rule_prints_without_the_furniture_of_the_screen(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "rule_author", color_scheme="dark") as watched:
        page = watched.open("/console/rulebook/PSA-82?lang=zh")
        page.emulate_media(media="print")
        for furniture in (".rail", ".page-head .actions"):
            expect(page.locator(furniture).first).not_to_be_visible()
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".obligation")).to_be_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_room_needs_little_script() -> None:
    script = Path(__file__).parents[3] / "src/brightline/server/face/static/console-trial.js"
    assert len(gzip.compress(script.read_bytes())) <= MOST_OWN_SCRIPT_BYTES
