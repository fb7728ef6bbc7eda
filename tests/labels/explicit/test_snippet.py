"""The component for chat pages: in sight in a real browser whatever the page does, and refused where it would be hard to read."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from brightline.labels.errors import LabelError
from brightline.labels.explicit.image_contrast import contrast_ratio
from brightline.labels.explicit.snippet import Snippet, chat_label, require_contrast
from tests.server.browser.chromium import chromium

LANGS, PLACES = ("zh", "en"), ("top", "bottom", "inline")
HOSTILE_STYLE = "p { display: none; color: #eee; font-size: 2px; opacity: 0; visibility: hidden; position: absolute; left: -9999px }"

_SEEN = """() => {
  const node = document.querySelector(".brightline-ai-label"), style = getComputedStyle(node), box = node.getBoundingClientRect();
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return { colour: style.color, background: style.backgroundColor, size: parseFloat(style.fontSize), seen: node.checkVisibility({ checkOpacity: true,
    checkVisibilityCSS: true }), inside: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
    onTop: hit === node, wide: node.scrollWidth <= node.clientWidth, role: node.getAttribute("role"), lang: node.lang, text: node.textContent };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 600}, offline=True)
    yield context.new_page()
    context.close()


def seen_in(page: Page, snippet: Snippet, *, style: str = "", scrolled: int = 0) -> dict[str, Any]:
    messages = "".join(f"<article>message {number}</article>" for number in range(200))
    first, last = (snippet.page, "") if 'data-position="bottom"' not in snippet.html else ("", snippet.page)
    page.set_content(f"<!doctype html><html><head><style>{style}</style></head><body>{first}<main>{messages}</main>{last}</body></html>")
    page.evaluate(f"scrollTo(0, {scrolled})")
    seen: dict[str, Any] = page.evaluate(_SEEN)
    return seen


def rgb(css: str) -> tuple[int, int, int]:
    red, green, blue = (int(part) for part in css.removeprefix("rgb(").removesuffix(")").split(","))
    return red, green, blue


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "place"), [*product(LANGS, PLACES)])
def test_a_browser_shows_it_legibly(page: Page, lang: str, place: str) -> None:
    snippet = chat_label(lang=lang, place=place)  # type: ignore[arg-type]  # the literals' values
    seen = seen_in(page, snippet)
    assert seen["seen"]
    assert seen["inside"]
    assert seen["onTop"]
    assert seen["wide"]
    assert seen["size"] >= 12
    assert seen["text"] == snippet.text
    assert (seen["role"], seen["lang"]) == ("note", "zh-CN" if lang == "zh" else "en")
    assert contrast_ratio(rgb(seen["colour"]), rgb(seen["background"])) == pytest.approx(snippet.contrast)


@pytest.mark.browser
@pytest.mark.parametrize("place", ["top", "bottom"])
@pytest.mark.parametrize("scrolled", [0, 500, 1500])
def test_it_stays_in_sight_while_the_conversation_scrolls(page: Page, place: str, scrolled: int) -> None:
    seen = seen_in(page, chat_label(place=place), scrolled=scrolled)  # type: ignore[arg-type]
    assert seen["inside"]
    assert seen["onTop"]


@pytest.mark.browser
@pytest.mark.parametrize("style", [HOSTILE_STYLE, HOSTILE_STYLE.replace(";", " !important;").replace(" }", " !important }")])
def test_a_page_that_hides_its_paragraphs_does_not_hide_the_label(page: Page, style: str) -> None:
    seen = seen_in(page, chat_label(), style=style)
    assert seen["seen"]
    assert seen["inside"]
    assert seen["size"] == 14
    assert contrast_ratio(rgb(seen["colour"]), rgb(seen["background"])) >= 4.5


@pytest.mark.browser
def test_nothing_is_fetched_and_nothing_runs(page: Page) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    seen_in(page, chat_label())
    assert [url for url in requests if not url.startswith("about:")] == []
    assert page.evaluate("document.scripts.length") == 0


@pytest.mark.parametrize(
    ("colour", "background"),
    [("#999999", "#ffffff"), ("#777777", "#ffffff"), ("#eee", "#fff"), ("#000000", "#000000"), ("#4a6a8a", "#7a9aba")],
)
def test_pale_letters_are_refused_with_their_ratio(colour: str, background: str) -> None:
    with pytest.raises(LabelError, match=r": 1") as refused:
        chat_label(colour=colour, background=background)
    assert refused.value.code == "BL-LABEL-057"


@pytest.mark.parametrize(("colour", "background"), [("#767676", "#fff"), ("#FFF", "#000"), ("#1b2a3a", "#EAF1F8")])
def test_legible_colours_pass(colour: str, background: str) -> None:
    assert require_contrast(colour, background) >= 4.5


@pytest.mark.parametrize("colour", ["red", "rgb(0,0,0)", "#12345", "#0000", "", "#00000080", "#000;}*{display:none", "var(--x)"])
def test_a_colour_whose_contrast_is_not_known_is_refused(colour: str) -> None:
    for colours in ((colour, "#ffffff"), ("#000000", colour)):
        with pytest.raises(LabelError) as refused:
            require_contrast(*colours)
        assert refused.value.code == "BL-LABEL-057"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"text": "智能助手"}, "BL-LABEL-051"),
        ({"font_px": 9}, "BL-LABEL-057"),
        ({"font_px": 900}, "BL-LABEL-057"),
        ({"place": "hidden"}, "BL-LABEL-057"),
    ],
)
def test_a_label_that_would_not_do_is_refused(options: dict[str, Any], code: str) -> None:
    with pytest.raises(LabelError) as refused:
        chat_label(**options)
    assert refused.value.code == code


def test_an_operators_words_are_text_and_nothing_else() -> None:
    snippet = chat_label(text='<script>alert("AI生成")</script>')
    found: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(tag)

    Tags().feed(snippet.html)
    assert found == ["p"]
