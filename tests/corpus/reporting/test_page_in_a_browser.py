from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from brightline.corpus.reporting import Report
from brightline.corpus.reporting.html import render
from brightline.corpus.reporting.words import LANGS, Lang
from tests.server.browser.chromium import chromium
from tests.server.browser.toolkit import WIDTHS, serious, sideways, unfold

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def wide_report(full_report: Report) -> Report:
    """Names as long as they may be, and numbers of a large corpus."""
    document = json.loads(full_report.canonical)
    row = document["sources"]["rows"][0]
    document["sources"]["rows"] += [row | {"source": f"a-source-with-a-long-name-{n:034d}", "documents": 10**12 + n} for n in range(12)]
    document["corpus"] |= {"name": "一个名字很长的语料" * 6, "documents": 10**12, "bytes": 10**15}
    document["rules"].append(document["rules"][0] | {"rule": "illegal." + "x" * 60, "documents": 10**12})
    for kernel in document["coverage"]["kernels"]:
        kernel["share"] = {"count": 10**12, "of": 10**12, "percent": "100.00"}
    return Report(document)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_can_be_used_by_everybody(browser: Browser, wide_report: Report, tmp_path: Path, lang: Lang, theme: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(wide_report, lang, [wide_report]), "utf-8")
    context = browser.new_context(color_scheme="dark" if theme == "dark" else "light")
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("request", lambda request: faults.append(request.url) if not request.url.startswith(path.as_uri()) else None)
    page.goto(path.as_uri())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) == [], width
    unfold(page)
    assert serious(page) == []
    assert faults == []
    context.close()


def test_without_its_style_sheet_the_policy_lets_nothing_else_in(browser: Browser, full_report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    hostile = render(full_report, "en").replace(
        "</main>", "<script>document.title='run'</script><style>h1{display:none}</style><img src=x onerror=\"document.title='run'\"></main>"
    )
    path.write_text(hostile, "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.title() != "run"
    assert page.locator("h1").is_visible()
    page.close()
