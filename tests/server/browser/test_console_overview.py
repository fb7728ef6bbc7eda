"""The overview in a real chromium: charts, choosing a stretch by mouse and keys, numbers that come by themselves, both tongues and themes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from brightline.model import Decision, Door, Item, ItemKind, Part, Side
from tests.server.browser.chromium import Tab
from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

pytestmark = pytest.mark.browser

HOUR = 3_600_000_000
ZONE = "Asia/Shanghai"
EVIL = "<img src=x onerror=alert(1)>"
IN_THE_TABLE = """(outcome) => {
  const chart = document.querySelector("#chart-decisions");
  const column = [...chart.querySelectorAll("[data-line]")].findIndex((line) => line.dataset.line === outcome);
  return [...chart.querySelectorAll("tbody tr")].reduce((sum, row) => sum + Number(row.querySelectorAll("td")[column].textContent.replaceAll(",", "")), 0);
}"""


def decision(site: Site, text: str, model: str) -> Decision:
    pipeline = site.service.pipeline
    return pipeline.decide_item(
        Item(ItemKind.TEXT, (Part("text", Side.PROMPT, text),)), pipeline.context(Door.GATEWAY), request={"model": model}
    )


def fill(site: Site, hours: int = 40) -> None:
    """A refused and two allowed decisions, and some traffic, in each of the last hours."""
    now = time.time_ns() // 1000
    refused, allowed = decision(site, REFUSED, "qwen3-32b"), decision(site, ALLOWED, EVIL)
    made = []
    for hour in range(hours):
        for number, sample in enumerate((refused, allowed, allowed)):
            token = f"{hour:02}{number}" * 8
            made.append(
                replace(sample, id=f"0190{hour:04x}-0000-7000-8000-{number:012x}", token=token, made_at=now - hour * HOUR - 60_000_000)
            )
        amounts = {
            ("requests", "chat 200"): 20.0 + hour,
            ("requests", "chat 502"): 1.0,
            ("own", "0.001"): 15.0,
            ("own", "0.004"): 6.0,
            ("call", "1.0"): 21.0,
        }
        site.service.store.traffic.add(site.service.settings.tenant, "elsewhere", now - hour * HOUR - 60_000_000, amounts)
    site.service.record_now(made)
    count(site)


def count(site: Site) -> None:
    site.service.sequencer.drain()
    while site.service.store.tallies.advance():
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        fill(site)
        yield site


def opened(watched: Tab, path: str = "/console?lang=en") -> Page:
    """The overview with its charts drawn."""
    page = watched.open(path)
    expect(page.locator("#charts[data-drawn]")).to_be_attached()
    expect(page.locator(".uplot canvas")).to_have_count(4)
    return page


def in_the_table(page: Page, outcome: str) -> int:
    """How many decisions of that outcome the rows of the table add up to."""
    counted: int = page.evaluate(IN_THE_TABLE, outcome)
    return counted


def test_a_first_visit_is_drawn_in_the_reader_s_zone(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        watched.page.context.clear_cookies(name="brightline_zone")
        page = watched.open("/console?lang=en")
        expect(page.locator("body")).to_have_attribute("data-zone", "Asia/Shanghai")
        expect(page.locator(".rail-body > .self [data-zone-name]")).to_have_text("Asia/Shanghai")
        expect(page.locator(".stretch-ends .fine")).to_have_text("Asia/Shanghai (UTC+08:00)")


def test_a_page_that_cannot_be_drawn_again_says_its_own_zone(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        watched.page.context.clear_cookies(name="brightline_zone")
        watched.page.add_init_script("Object.defineProperty(document, 'cookie', { get: () => '', set: () => {} });")
        page = watched.open("/console?lang=en")
        expect(page.locator(".stretch-ends .fine")).to_have_text("UTC")
        expect(page.locator(".rail-body > .self [data-zone-name]")).to_have_text("UTC")


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_it_does_nothing_wrong_moves_nothing_and_can_be_used_by_everybody(site: Site, browser: Browser, lang: str, theme: str) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched, f"/console?lang={lang}&theme={theme}")
        assert layout_shift(page) == []
        for details in page.locator("details.as-table").all():
            details.locator("summary").click()
        assert serious(page) == []
        watched.check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge(site: Site, browser: Browser, lang: str, width: int) -> None:
    with signed_in(site, browser, zone=ZONE, width=width) as watched:
        page = opened(watched, f"/console?lang={lang}")
        for details in page.locator("details.as-table").all():
            details.locator("summary").click()
        assert sideways(page) == []


def test_dragging_across_a_chart_shows_that_stretch(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched)
        plot = page.locator("#chart-requests .u-over")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=5)
        with page.expect_navigation(url=re.compile(r"/console\?since=")):
            page.mouse.up()
        address = re.search(r"since=([\d-]+T[\d:]+)Z&until=([\d-]+T[\d:]+)Z", page.url)
        assert address
        expect(page.locator("#charts[data-drawn]")).to_be_attached()
        since, until = (time.mktime(time.strptime(moment, "%Y-%m-%dT%H:%M")) for moment in address.groups())
        assert 5.5 * 3600 <= until - since <= 6.5 * 3600
        assert (since % 900, until % 900) == (0, 0)
        page.go_back()
        expect(page.locator("nav.tabs [aria-current]").first).to_have_text("24 hours")
        watched.check()


def test_a_stretch_can_be_chosen_by_keys_alone_and_is_told(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched, "/console?lang=en&last=6h")
        plot = page.get_by_role("slider", name=re.compile("^Decisions by outcome"))
        plot.focus()
        page.keyboard.press("End")
        expect(plot).to_have_attribute("aria-valuetext", re.compile(r"\(not over yet\): "))
        page.keyboard.press("PageUp")
        page.keyboard.press("ArrowLeft")
        value = int(plot.get_attribute("aria-valuenow") or "")
        assert value == 71 - 11
        for _ in range(3):
            page.keyboard.press("Shift+ArrowLeft")
        expect(plot).to_have_attribute("aria-valuetext", re.compile(r"Chosen: .+ Enter shows it\."))
        expect(page.locator("#chart-decisions .u-select")).to_be_visible()
        chosen = page.locator("#chart-decisions [data-when]").text_content() or ""
        assert re.search(r"\d\d:\d\d – |\d\d:\d\d–\d\d:\d\d", chosen)
        shown = [int(value) for value in page.locator("#chart-decisions [data-value]").all_text_contents()]
        with page.expect_navigation(url=re.compile(r"/console\?since=")):
            page.keyboard.press("Enter")
        expect(page.locator("#charts[data-drawn]")).to_be_attached()
        assert len(page.locator("#chart-decisions tbody tr").all()) == 20  # four steps of five minutes
        assert [int(value) for value in page.locator("#chart-decisions [data-value]").all_text_contents()] == shown
        watched.check()


def test_escape_leaves_what_was_chosen(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched)
        plot = page.get_by_role("slider", name=re.compile("^Requests by status"))
        plot.focus()
        page.keyboard.press("End")
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Escape")
        expect(plot).not_to_have_attribute("aria-valuetext", re.compile("Chosen"))
        page.keyboard.press("Enter")
        assert "since=" not in page.url
        watched.check()


def test_pointing_at_a_step_shows_its_numbers_under_all_charts(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched)
        whole = page.locator("#chart-own [data-value]").first.text_content()
        plot = page.locator("#chart-requests .u-over")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 30)
        for name in ("requests", "decisions", "own", "call"):
            expect(page.locator(f"#chart-{name} [data-when]")).to_have_text(
                re.compile(r"^\d+ Nov \d\d:\d\d–\d\d:\d\d$|^\d+ \w{3} \d\d:\d\d–\d\d:\d\d$")
            )
        page.mouse.move(2, 2)
        expect(page.locator("#chart-own [data-value]").first).to_have_text(whole or "")
        assert layout_shift(page) == []


def test_a_line_can_be_put_away_and_brought_back(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched)
        allowed = page.locator("#chart-decisions").get_by_role("button", name="Allowed")
        expect(allowed).to_have_attribute("aria-pressed", "false")
        canvas = page.locator("#chart-decisions canvas")
        before = canvas.evaluate("node => node.toDataURL()")
        allowed.click()
        expect(allowed).to_have_attribute("aria-pressed", "true")
        page.wait_for_function("([node, before]) => node.toDataURL() !== before", arg=[canvas.element_handle(), before])
        watched.check()


def test_new_decisions_come_without_a_reload(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched, "/console?lang=en&last=1h")
        page.evaluate("window.same = true")
        page.locator("#chart-decisions details summary").click()
        figure = page.locator(".stat", has_text="Refused or blocked").locator(".figure")
        before = int(figure.text_content() or "")
        drawn = page.locator("#chart-decisions [data-line=refuse] [data-value]")
        expect(drawn).to_have_text(str(before))
        assert in_the_table(page, "refuse") == before
        made = decision(site, REFUSED, "qwen3-32b")
        # One in the step that is not over yet and one before it, where every decision is as soon as a minute has turned.
        site.record(replace(made, made_at=made.made_at - 60_000_000))
        site.record(decision(site, REFUSED, "qwen3-32b"))
        expect(figure).to_have_text(str(before + 2))
        expect(drawn).to_have_text(str(before + 2))
        page.wait_for_function(f"([outcome, number]) => ({IN_THE_TABLE})(outcome) === number", arg=["refuse", before + 2], timeout=30_000)
        expect(page.locator("#by-rule tbody td.num").first).to_have_text(str(before + 2))
        assert page.evaluate("window.same") is True
        watched.check()


def test_a_table_that_is_opened_late_or_could_not_be_had_shows_what_is_new(site: Site, browser: Browser) -> None:
    failed: list[Route] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route)
            route.abort()

    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched, "/console?lang=en&last=1h")
        drawn = page.locator("#chart-decisions [data-line=refuse] [data-value]")
        before = int(drawn.text_content() or "")
        page.route(re.compile(r"/console/overview/table"), fail_once)
        site.record(decision(site, REFUSED, "qwen3-32b"))
        expect(drawn).to_have_text(str(before + 1))
        page.locator("#chart-decisions details summary").click()
        page.wait_for_function(f"([outcome, number]) => ({IN_THE_TABLE})(outcome) === number", arg=["refuse", before + 1], timeout=30_000)
        assert failed


def test_a_step_that_begins_pushes_the_oldest_out(site: Site, browser: Browser) -> None:
    def a_minute_later(route: Route) -> None:
        answer = route.fetch()
        if answer.status != 200:
            route.fulfill(response=answer)
            return
        data = answer.json()
        for moment in ("since", "until", "now"):
            data[moment] += data["step"]
        data["starts"].append(data["starts"][-1] + data["step"])
        for lines in data["charts"].values():
            for line in lines.values():
                line["values"].append(7)
        route.fulfill(json={**data, "tag": "later"})

    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched, "/console?lang=en&last=1h")
        before = int(page.locator("#charts").get_attribute("data-drawn") or "")
        page.route(re.compile(r"overview\.json\?.*from="), a_minute_later)
        site.record(decision(site, ALLOWED, "m"))  # something new, so that the next answer is no 304
        page.wait_for_function("(before) => Number(document.querySelector('#charts').dataset.drawn) > before", arg=before, timeout=30_000)
        plot = page.get_by_role("slider", name=re.compile("^Requests by status"))
        expect(plot).to_have_attribute("aria-valuemax", "59")
        plot.focus()
        page.keyboard.press("End")
        expect(plot).to_have_attribute("aria-valuetext", re.compile("Failed \\(5xx\\) 7"))
        page.keyboard.press("Home")
        expect(plot).not_to_have_attribute("aria-valuetext", re.compile("Failed \\(5xx\\) 7"))
        watched.check()


def test_a_page_nobody_looks_at_asks_for_nothing(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched)
        page.locator("[data-pulse]").click()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.clock.install()
        page.clock.run_for(30_000)
        assert [url for url in asked if "overview.json" in url] == []


def test_the_charts_take_the_colours_of_the_other_theme(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        page = opened(watched, "/console?lang=en&theme=light")
        canvas = page.locator("#chart-requests canvas")
        light = canvas.evaluate("node => node.toDataURL()")
        page.locator('.rail-body > .self a[data-theme-to="dark"]').click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.wait_for_function("(before) => document.querySelector('#chart-requests canvas')?.toDataURL() !== before", arg=light)
        watched.check()


def test_charts_follow_the_width_of_the_window(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE, width=1280) as watched:
        page = opened(watched)
        page.set_viewport_size({"width": 700, "height": 900})
        page.wait_for_function(
            "() => [...document.querySelectorAll('.uplot')].every((node) => Math.abs(node.clientWidth - node.closest('.plot').clientWidth) < 2)"
        )
        assert sideways(page) == []
        watched.check()


def test_without_scripts_everything_is_there(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE, scripts=False) as watched:
        page = watched.open("/console?lang=zh")
        expect(page.locator(".chart svg.drawn")).to_have_count(4)
        expect(page.locator("#chart-decisions tbody tr").first).to_be_attached()
        page.locator("nav.tabs a", has_text="6 小时").click()
        expect(page.locator("nav.tabs [aria-current]").first).to_have_text("6 小时")
        page.locator("#since").fill("2026-01-01T10:00")
        page.locator("#until").fill("2026-01-02T10:00")
        page.get_by_role("button", name="显示").click()
        expect(page.locator("#since")).to_have_value("2026-01-01T10:00")
        page.locator("#until").fill("2025-01-02T10:00")
        page.get_by_role("button", name="显示").click()
        expect(page.locator(".errors")).to_contain_text("结束时间须晚于开始时间")


def test_the_scripts_of_the_page_weigh_less_than_60_kb(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, zone=ZONE) as watched:
        sizes: dict[str, int] = {}

        def weigh(response: Any) -> None:
            if response.url.endswith(".js"):
                sizes[response.url.rpartition("/")[2]] = int(response.request.sizes()["responseBodySize"])

        watched.page.on("response", weigh)
        opened(watched)
        assert len(sizes) == 6, sizes
        assert sum(sizes.values()) <= 60_000, sizes


def test_the_first_call_opens_the_charts(browser: Browser, tmp_path: Path) -> None:
    with running_site(tmp_path) as fresh, signed_in(fresh, browser, zone=ZONE) as watched:
        page = watched.open("/console?lang=en")
        expect(page.locator("#first")).to_be_visible()
        assert serious(page) == []
        fresh.record(decision(fresh, ALLOWED, "m"))
        expect(page.locator(".uplot canvas").first).to_be_visible(timeout=30_000)
        watched.check()
