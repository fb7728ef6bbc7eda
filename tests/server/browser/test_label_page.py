"""The page ``/label`` in a real chromium: by mouse and without scripts, in both languages and themes, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.server.browser.chromium import tab
from tests.server.browser.toolkit import LOOKS, WIDTHS, serious, sideways
from tests.server.face.site import Site, running_site
from tests.server.public.test_label import labelled

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home"), appeal_url="https://example.org/appeal") as site:
        yield site


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "a-picture-with-quite-a-long-name-as-phones-and-chat-programs-give-them-20261123.png"
    path.write_bytes(labelled("3"))
    return path


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_a_file_is_chosen_and_its_labels_can_be_read_by_everybody(site: Site, browser: Browser, file: Path, lang: str, theme: str) -> None:
    with tab(browser, site.url) as watched:
        page = watched.open(f"/label?lang={lang}&theme={theme}")
        assert serious(page) == []
        assert sideways(page) == []
        page.set_input_files("#file", file)
        page.locator(".chooser button").click()
        expect(page.locator("h1")).to_have_text({"zh": "该文件疑似生成合成内容", "en": "This file is suspected to be generated"}[lang])
        expect(page.locator(".values dt")).to_have_count(7)
        expect(page.locator("a.button")).to_have_attribute("href", "https://example.org/appeal")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) == [], width
        assert serious(page) == []
        watched.check()


def test_it_works_without_scripts(site: Site, browser: Browser, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{site.url}/label")
    page.set_input_files("#file", file)
    page.locator(".chooser button").click()
    expect(page.locator("h1")).to_have_text("This file is suspected to be generated")
    context.close()
