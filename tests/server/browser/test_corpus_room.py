"""The room of training data in a real chromium: every page in both languages and themes, and a shift at the sampling desk by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from brightline.store import CorpusReviews, Store
from tests.server.browser.chromium import Tab
from tests.server.browser.corpus_installation import Installation, inspected
from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, unfold

pytestmark = pytest.mark.browser

MOST_OWN_SCRIPT_BYTES = 4_000
_SELECT = """([start, end]) => {
  const text = document.querySelector("[data-text]");
  const range = document.createRange();
  range.setStart(text.firstChild, start);
  range.setEnd(text.firstChild, end);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with inspected(tmp_path_factory.mktemp("corpus-room")) as made:
        yield made


def every_page(tab: Tab, made: Installation) -> Iterator[tuple[str, Page]]:
    """The pages of the room, each with something on it."""
    paths = [
        "/console/corpus",
        "/console/corpus/sources",
        "/console/corpus/sources/town",
        "/console/corpus/sources/town/edit",
        made.at,
        f"{made.at}/documents?outcome=quarantine",
        f"{made.at}/duplicates",
        f"{made.at}/report",
        f"/console/corpus/reports/{made.report}/changes",
        "/console/corpus/samples",
        made.samples(),
        made.samples("/desk"),
        f"/console/corpus/samples/{made.removed.id}/desk",
        made.samples("/disagreements"),
        "/console/corpus/staff",
        "/console/corpus/staff/edit",
        "/console/corpus/staff/rules",
        "/console/corpus/complaints",
        "/console/corpus/appeals",
        "/corpus/complaint",
    ]
    for path in paths:
        yield path, tab.open(path)
    page = tab.open(f"{made.at}/documents?outcome=redact")
    page.locator("a[data-open]").first.click()
    page.locator("#text button").click()
    expect(page.locator("mark.ev")).to_be_visible()
    yield "document", page
    page = tab.open(f"{made.at}/duplicates")
    page.locator("a[data-open]").first.click()
    page.locator("td.actions button").first.click()
    expect(page.locator("#compared")).to_be_visible()
    yield "duplicate", page


@pytest.mark.parametrize(("lang", "theme"), [LOOKS[0], LOOKS[3]])  # each language and each theme once
def test_every_page_stays_in_place_and_can_be_used_by_everybody(
    installation: Installation, browser: Browser, lang: str, theme: str
) -> None:
    with signed_in(installation.site, browser, "lead", lang=lang, theme=theme) as tab:
        for name, page in every_page(tab, installation):
            assert layout_shift(page) == [], name
            unfold(page)
            assert serious(page) == [], name
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, name
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert sideways(page) == [], (name, width)
            page.set_viewport_size({"width": 1440, "height": 900})
        tab.check()


def ready(page: Page) -> None:
    """The desk's scripts run: the last of them shows the button for passages. A key that is pressed before goes nowhere."""
    expect(page.locator("[data-mark]")).to_be_visible()


def answers(store: Store, made: Installation, person: str) -> list[tuple[str, dict[str, object]]]:
    return [(each.label, each.document) for each in CorpusReviews(store.database).of_person(made.sample.id, person)]


def test_a_shift_at_the_desk_needs_no_mouse(installation: Installation, browser: Browser) -> None:
    store = installation.site.service.store
    with signed_in(installation.site, browser, "lead", lang="en") as tab:
        person = store.users.list()[-1].id
        page = tab.open("/console")
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/console/corpus")
        tab.open(installation.samples())
        page.keyboard.press("r")
        page.wait_for_url("**/desk")
        ready(page)
        first = page.locator("#document").inner_text()
        page.keyboard.press("8")
        page.evaluate(_SELECT, [2, 4])
        page.keyboard.press("m")
        expect(page.locator("[data-passages] button")).to_have_count(1)
        page.keyboard.press("f")
        expect(page.locator("#document")).not_to_have_text(first)
        ready(page)
        label, document = answers(store, installation, person)[0]
        assert label == "fail"
        assert document["rules"] == ["RISK-A.4-f"]
        assert document["spans"] == [[2, 4]]
        second = page.locator("#document").inner_text()
        page.keyboard.press("p")
        expect(page.locator("#document")).not_to_have_text(second)
        ready(page)
        page.keyboard.press("z")
        expect(page.locator("#document")).to_have_text(second)
        ready(page)
        assert len(answers(store, installation, person)) == 1
        page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page.locator("#own-answer")).to_be_visible()
        tab.check()


def test_a_passage_is_counted_in_code_points_also_behind_what_nobody_sees(installation: Installation, browser: Browser) -> None:
    with signed_in(installation.site, browser, "lead", lang="zh") as tab:
        page = tab.open(installation.samples("/desk"))
        ready(page)
        page.evaluate("""() => {
          const text = document.querySelector("[data-text]");
          text.innerHTML = '甲😀<span class="ghost" data-sign="ZWSP">\u200b</span>乙丙';
          const range = document.createRange();
          range.setStart(text.lastChild, 0);
          range.setEnd(text.lastChild, 1);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""")
        page.keyboard.press("m")
        expect(page.locator("input[name=spans]")).to_have_value("3-4")


def test_a_document_is_answered_without_scripts(installation: Installation, browser: Browser) -> None:
    store = installation.site.service.store
    with signed_in(installation.site, browser, "reviewer", lang="zh", scripts=False) as tab:
        person = store.users.list()[-1].id
        page = tab.open(installation.samples("/desk"))
        quoted = page.locator("[data-text]").inner_text()[:4]
        page.fill("#quoted", quoted)
        page.get_by_role("button", name="不合格").click()
        expect(page.locator(".desk-own li")).to_have_count(1)  # the answer has been kept, and the next page is here
        assert [label for label, _document in answers(store, installation, person)] == ["fail"]
        assert answers(store, installation, person)[0][1]["spans"] == [[0, 4]]


def test_the_own_scripts_stay_small() -> None:
    script = Path(__file__).parents[3] / "src/brightline/server/face/static/console-corpus.js"
    assert len(script.read_bytes()) <= MOST_OWN_SCRIPT_BYTES
