"""The room of labels in a real chromium: dropped, chosen or sent without scripts, in every look and width."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from brightline.store.clock import now_us
from tests.labels.conftest import PRODUCER_CODE
from tests.server.browser.chromium import Tab
from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, unfold
from tests.server.console.labels.conftest import PROMPT, drawn
from tests.server.face.site import Site, running_site

pytestmark = pytest.mark.browser

ROOM = "/console/labels"
ANSWER = "山里的清晨很安静，雾气贴着水面慢慢散开，远处的钟声一下一下传来，挑水的老人沿着石阶走下去，桶里的水映出半个天空。"
MOST_OWN_SCRIPT_BYTES = 4_000
_DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/png" }));
  const target = document.querySelector("[data-drop]");
  for (const kind of ["dragover", "drop"]) target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: files }));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = {"label_provider_code": PRODUCER_CODE, "label_max_file_bytes": 1_000_000, "appeal_url": "https://example.org/appeal"}
    with running_site(tmp_path_factory.mktemp("home"), **settings) as site:
        decision = site.decide(ANSWER)
        site.service.labelling.remember_answers([(decision.id, ANSWER)])
        site.service.store.unlabelled_copies.record(
            content_id="c-1",
            file_digest="a" * 64,
            recipient="member-2291",
            agreement="terms-2026-09",
            agreed_at=now_us() - 9,
            purpose="海报",
        )
        yield site


@pytest.fixture(scope="module")
def sketch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "山景 sketch.png"
    path.write_bytes(drawn(PROMPT))
    return path


def verified(tab: Tab, file: Path) -> Page:
    page = tab.open(ROOM)
    page.set_input_files("#file", file)
    page.locator("#check button").first.click()
    expect(page.locator("[data-state]")).to_be_visible()
    return page


def every_page(tab: Tab, file: Path) -> Iterator[tuple[str, Page]]:
    """The pages of the room, each with something on it; the labelled file comes last but three, so that it has a record."""
    for path in (ROOM, f"{ROOM}/compare", f"{ROOM}/texts", f"{ROOM}/files?q=nothing", f"{ROOM}/copies"):
        yield path, tab.open(path)
    page = verified(tab, file)
    yield "verdict", page
    page.locator("aside form button").first.click()
    expect(page.locator(".steps")).to_be_visible()
    yield "labelled", page
    yield "files", tab.open(f"{ROOM}/files")
    page = tab.open(f"{ROOM}/texts")
    page.fill("#text", ANSWER)
    page.get_by_role("button", name="查找").or_(page.get_by_role("button", name="Look it up")).click()
    expect(page.locator("#answer table")).to_be_visible()
    yield "text", page
    page = tab.open(f"{ROOM}/compare")
    for name in ("before", "after"):
        page.set_input_files(f"#{name}", file)
    page.locator("main form[data-sends] button").click()
    expect(page.locator("[data-change]")).to_be_visible()
    yield "compared", page


@pytest.mark.parametrize(("lang", "theme"), [LOOKS[0], LOOKS[3]])  # each language and each theme once
def test_every_page_stays_in_place_and_can_be_used_by_everybody(site: Site, browser: Browser, sketch: Path, lang: str, theme: str) -> None:
    with signed_in(site, browser, "lead", lang=lang, theme=theme) as tab:
        for name, page in every_page(tab, sketch):
            assert layout_shift(page) == [], name
            unfold(page)
            assert serious(page) == [], name
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, name
        tab.check()


def test_nothing_hangs_over_the_edge(site: Site, browser: Browser, sketch: Path) -> None:
    with signed_in(site, browser, "lead", lang="en") as tab:
        for name, page in every_page(tab, sketch):
            unfold(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) == [], (name, width)


def test_a_dropped_file_is_verified_at_once(site: Site, browser: Browser, sketch: Path) -> None:
    with signed_in(site, browser, "reviewer", lang="en") as tab:
        page = tab.open(ROOM)
        page.evaluate(_DROP, ["dropped.png", base64.b64encode(sketch.read_bytes()).decode()])
        expect(page.locator("h1")).to_have_text("dropped.png")
        expect(page.locator(".label-state")).to_have_text("This is suspected to be generated content")
        expect(page.locator(".shown img")).to_have_js_property("naturalWidth", 480)
        tab.check()


def test_what_is_too_large_is_said_before_it_is_sent(site: Site, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(b"\x00" * 1_000_001)
    with signed_in(site, browser, "lead", lang="en") as tab:
        page = tab.open(ROOM)
        page.set_input_files("#file", tmp_path / "large.bin")
        expect(page.locator("[data-chosen]")).to_have_text("large.bin")
        expect(page.get_by_text("This file is larger than may be sent here.")).to_be_visible()
        page.locator("#check button").first.click()
        assert page.url.endswith(ROOM)
        tab.check()


def test_a_file_is_chosen_verified_labelled_and_downloaded_without_scripts(
    site: Site, browser: Browser, sketch: Path, tmp_path: Path
) -> None:
    with signed_in(site, browser, "lead", lang="zh", scripts=False) as tab:
        page = verified(tab, sketch)
        expect(page.locator(".label-state")).to_have_text("疑似生成合成内容")
        page.get_by_role("button", name="给文件加标识").click()
        expect(page.locator(".label-state")).to_have_text("已加标识，并经验证")
        assert page.locator(".shown svg rect").count() == 1
        with page.expect_download() as download:
            page.get_by_role("link", name="下载带标识的文件").click()
        assert download.value.suggested_filename == "山景 sketch.labelled.png"
        download.value.save_as(tmp_path / "back.png")
        page = verified(tab, tmp_path / "back.png")
        expect(page.locator(".label-state")).to_have_text("属于生成合成内容")


def test_the_room_is_reached_and_used_by_keys(site: Site, browser: Browser, sketch: Path) -> None:
    with signed_in(site, browser, "lead", lang="en") as tab:
        page = tab.open("/console")
        page.keyboard.press("g")
        page.keyboard.press("b")
        page.wait_for_url(f"**{ROOM}")
        page.set_input_files("#file", sketch)
        page.locator("h1").click()
        page.keyboard.press("v")
        expect(page.locator("[data-state]")).to_be_visible()
        page.keyboard.press("n")
        page.wait_for_url(f"**{ROOM}")
        tab.check()


def test_the_own_scripts_stay_small() -> None:
    script = Path(__file__).parents[3] / "src/brightline/server/face/static/console-labels.js"
    assert len(script.read_bytes()) <= MOST_OWN_SCRIPT_BYTES
