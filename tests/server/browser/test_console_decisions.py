"""The list of decisions in a real chromium: by keyboard, live, narrow and wide, in both languages and themes, without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from brightline.model import Outcome
from brightline.server.console.decisions import listing
from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, unfold, with_query
from tests.server.console.conftest import Console
from tests.server.console.decisions.conftest import Filled, allowed, decision, finding, various
from tests.server.face.site import running_site

pytestmark = pytest.mark.browser

HOME = "/console/decisions"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        filled = Filled(Console(site))
        filled.add(*various(130, filled.now - 60_000_000, seed=3))
        filled.settle()
        yield filled


def first_row(page: Page) -> str:
    return str(page.locator("#decisions tbody tr").first.get_attribute("id"))


# ---- Looks ----

PAGES = [
    (HOME, 200),
    (f"{HOME}?type=9&outcome=flagged&last=7d&door=gateway", 200),
    (f"{HOME}?type=99&rule=网络安全法&since=never", 400),
    (f"{HOME}?account=nobody", 200),
    (f"{HOME}/export?outcome=flagged", 200),
    (f"{HOME}/views?type=9", 200),
]


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_pages_do_nothing_wrong_and_can_be_used_by_everybody(filled: Filled, browser: Browser, lang: str, theme: str) -> None:
    with signed_in(filled.console.site, browser) as watched:
        for path, status in PAGES:
            page = watched.open(with_query(path, lang=lang, theme=theme), status)
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            assert layout_shift(page) == [], path
            unfold(page)
            assert serious(page) == [], path
        watched.check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge(filled: Filled, browser: Browser, lang: str, width: int) -> None:
    with signed_in(filled.console.site, browser, width=width) as watched:
        for path, status in PAGES:
            page = watched.open(with_query(path, lang=lang), status)
            assert sideways(page) == [], path
            assert layout_shift(page) == [], path


def test_the_scripts_of_the_page_are_small(filled: Filled) -> None:
    import gzip

    from brightline.server.face.assets import _assets

    assert len(gzip.compress(_assets()["console-decisions.js"].body)) < 6_000


# ---- By keyboard ----


def test_a_decision_is_found_and_opened_by_keyboard_alone(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?lang=en")
        keys = page.keyboard
        keys.press("/")
        expect(page.locator("input[name=text]")).to_be_focused()
        keys.type("gold_bars")
        keys.press("Enter")
        page.wait_for_url(re.compile(r"\?text=gold_bars$"))
        sought = [each.id for each in filled.made if "gold_bars" in repr((each.findings, each.texts))]
        assert first_row(page) == f"d-{sought[0]}"
        keys.press("j")
        keys.press("j")
        expect(page.locator("tr.picked")).to_have_attribute("id", f"d-{sought[1]}")
        keys.press("k")
        expect(page.locator("tr.picked")).to_have_attribute("id", f"d-{sought[0]}")
        keys.press("o")
        page.wait_for_url(re.compile(f"/console/decisions/{sought[0]}\\?list=text%3Dgold_bars"))


def test_export_saving_and_paging_have_their_keys(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?outcome=flagged&lang=en")
        first = first_row(page)
        page.keyboard.press("]")
        page.wait_for_url(re.compile("after="))
        assert first_row(page) != first
        page.keyboard.press("[")
        page.wait_for_url(re.compile(r"\?outcome=flagged$"))
        assert first_row(page) == first
        page.keyboard.press("v")
        page.wait_for_url(re.compile("/views"))
        expect(page.locator("#name")).to_be_focused()
        page.keyboard.type("Flagged ones")
        page.keyboard.press("Enter")
        expect(page.locator(".flash")).to_contain_text("Flagged ones")
        expect(page.locator(".tabs [aria-current=page]").last).to_have_text("Flagged ones")
        page.keyboard.press("e")
        page.wait_for_url(re.compile("/export"))
        with page.expect_download() as download:
            page.keyboard.press("e")
        lines = Path(download.value.path()).read_bytes().splitlines()
        assert [json.loads(line)["id"] for line in lines] == filled.ids(lambda each: each.outcome is not Outcome.ALLOW)
        watched.check()


# ---- The sentence ----


def test_several_outcomes_are_chosen_in_the_sentence(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?lang=en")
        page.locator(".choose > summary").click()
        page.get_by_label("Refused").check()
        page.get_by_label("Blocked").check()
        page.keyboard.press("Escape")
        page.wait_for_url(re.compile(r"\?outcome=refuse,block$"))
        expect(page.locator(".choose > summary")).to_have_text("Refused, Blocked")
        page.locator("select[name=last]").select_option("7d")
        page.wait_for_url(re.compile(r"\?outcome=refuse,block&last=7d$"))
        page.locator(".chip", has_text="Outcome").click()
        page.wait_for_url(re.compile(r"\?last=7d$"))
        watched.check()


def test_names_of_rules_come_when_the_field_is_entered(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?lang=zh")
        page.locator("input[name=rule]").focus()
        expect(page.locator("#options-rule option[value='CSL-49']")).to_have_attribute("label", "《中华人民共和国网络安全法》第四十九条")
        page.locator("input[name=rule]").fill("网络安全法 第四十九条")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"\?rule=CSL-49$"))
        watched.check()


def test_a_time_is_entered_and_shown_in_the_readers_zone(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser, timezone_id="Asia/Shanghai") as watched:
        watched.open(HOME)
        page = watched.open(f"{HOME}?lang=en")
        page.locator("#more-conditions > summary").click()
        page.locator("input[name=since]").fill("2026-11-22T09:00")
        page.locator("form[data-filter] button:has-text('Show')").last.click()
        page.wait_for_url(re.compile(r"\?since=2026-11-22T01:00Z$"))
        expect(page.locator("input[name=since]")).to_have_value("2026-11-22T09:00")
        watched.check()


# ---- Live ----


def test_new_decisions_arrive_at_the_top_while_followed(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?outcome=refuse&lang=en")
        page.keyboard.press("t")
        expect(page.locator("#tail")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#tail-note")).to_have_text("New decisions arrive at the top.")
        new = decision(filled.now)
        filled.add(allowed(filled.now), new)
        expect(page.locator("#decisions tbody tr").first).to_have_attribute("id", f"d-{new.id}", timeout=15_000)
        expect(page.locator("#said")).to_contain_text("New decisions: 1")
        expect(page.locator("#arrivals")).not_to_be_visible()
        page.keyboard.press("t")
        expect(page.locator("#tail")).to_have_attribute("aria-pressed", "false")
        watched.check()


def test_following_ends_with_a_word_when_the_session_does(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?lang=en")
        watched.expected_status = 401
        page.route("**/console/decisions/news?*", lambda route: route.fulfill(status=401, headers={"HX-Redirect": "/console/sign-in"}))
        page.keyboard.press("t")
        expect(page.locator("#wire")).to_contain_text("Your session has ended")
        expect(page.locator("#wire").get_by_role("link", name="Sign in again")).to_be_visible()
        expect(page.locator("#tail")).to_have_attribute("aria-pressed", "false")
        watched.check()


def test_a_reader_is_not_disturbed_and_is_told_what_waits(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?lang=en")
        page.keyboard.press("t")
        for _ in range(20):
            page.keyboard.press("j")
        picked = page.locator("tr.picked").get_attribute("id")
        where = page.evaluate("document.querySelector('tr.picked').getBoundingClientRect().top")
        new = [decision(filled.now), allowed(filled.now + 1)]
        filled.add(*new)
        expect(page.locator("#arrivals")).to_have_text("2 new", timeout=15_000)
        expect(page.locator("#arrivals")).to_be_in_viewport()
        assert page.locator("tr.picked").get_attribute("id") == picked
        assert page.evaluate("document.querySelector('tr.picked').getBoundingClientRect().top") == where
        page.locator("#arrivals").click()
        expect(page.locator("#decisions tbody tr").first).to_have_attribute("id", f"d-{new[1].id}")
        expect(page.locator("#decisions tbody tr a[data-open]").first).to_be_focused()
        watched.check()


def test_a_pending_row_gets_its_place_without_coming_twice(filled: Filled, browser: Browser) -> None:
    site = filled.console.site
    with signed_in(filled.console.site, browser) as watched:
        new = decision(filled.now + 5_000_000, findings=(finding(goal="only.here"),))
        with site.service.store.database.writing():  # nothing is sequenced while somebody writes
            pass
        filled.add(new)
        page = watched.open(f"{HOME}?goal=only.here&lang=en")
        page.keyboard.press("t")
        expect(page.locator(f"#d-{new.id} .place")).to_contain_text("#", timeout=15_000)
        expect(page.locator("#decisions tbody tr")).to_have_count(1)
        watched.check()


def test_a_search_goes_on_by_itself_and_can_be_stopped(filled: Filled, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_BUDGET_MS", 0.0)
    sought = filled.ids(lambda each: "gold_bars" in repr((each.findings, each.texts)))
    with signed_in(filled.console.site, browser) as watched:
        page = watched.open(f"{HOME}?text=gold_bars&lang=en")
        expect(page.locator("#decisions tbody tr")).to_have_count(len(sought))
        assert [row.get_attribute("id") for row in page.locator("#decisions tbody tr").all()] == [f"d-{each}" for each in sought]
        expect(page.locator("#reach")).to_have_count(0)
        expect(page.locator("#found")).to_have_text(f"{len(sought)} found")
        watched.check()


# ---- Without scripts ----


def test_everything_works_without_scripts(filled: Filled, browser: Browser) -> None:
    with signed_in(filled.console.site, browser, scripts=False) as watched:
        page = watched.open(f"{HOME}?lang=en")
        expect(page.locator("#tail")).not_to_be_visible()
        page.locator(".choose > summary").click()
        page.get_by_label("Refused").check()
        page.get_by_label("Blocked").check()
        page.locator("form[data-filter] button").last.click()
        expect(page).to_have_url(re.compile(r"\?outcome=refuse,block$"))
        expect(page.locator("#decisions tbody tr").first).to_be_visible()
        page = watched.open(HOME)
        page.get_by_role("link", name="Older").click()
        expect(page).to_have_url(re.compile("after="))
        page.get_by_role("link", name="Newer").click()
        expect(page).to_have_url(re.compile("/console/decisions$"))
        page.get_by_role("link", name="Save view").click()
        watched.open(f"{HOME}/views?type=9")
        page.get_by_label("Name").first.fill("By hand")
        page.get_by_role("button", name="Save").first.click()
        expect(page.locator(".flash")).to_contain_text("By hand")
        page = watched.open(f"{HOME}/views")
        page.get_by_role("button", name="Delete By hand").click()
        page.get_by_role("button", name="Bring it back").click()
        expect(page.locator(".views")).to_contain_text("By hand")
        page = watched.open(f"{HOME}/export?type=9")
        page.get_by_label("CSV", exact=True).check()
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        assert download.value.suggested_filename.endswith("-type-9.csv")
        assert watched.faults == []


def test_a_search_that_ran_out_of_time_offers_to_go_on_without_scripts(
    filled: Filled, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_BUDGET_MS", 0.0)
    sought = filled.ids(lambda each: "gold_bars" in repr((each.findings, each.texts)))
    met: list[str] = []
    with signed_in(filled.console.site, browser, scripts=False) as watched:
        page = watched.open(f"{HOME}?text=gold_bars&lang=en")
        for _ in range(20):
            met += [str(row.get_attribute("id"))[2:] for row in page.locator("#decisions tbody tr").all()]
            on = page.get_by_role("link", name="Go on searching")
            if not on.count():
                break
            expect(page.locator(".reach-words")).to_contain_text("Searched back to")
            on.click()
    assert met == sought
