"""Pictures of the public pages for README and docs, made by a real chromium from a real service.

    .venv/bin/python -m tests.server.browser.screenshots docs/images

Each stays under 200 kB. Language, theme, width and what is clicked stand in ``SHOTS``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import expect

from tests.server.browser.chromium import chromium, tab
from tests.server.face.site import REFUSED, Site, running_site

MOST_BYTES = 200_000


class Shot(NamedTuple):
    """One picture: its file, the page, how it is looked at, and the element below which it is cut."""

    name: str
    path: str
    lang: str
    theme: str
    width: int
    until: str
    try_first_example: bool = False


SHOTS = (
    Shot("home-zh.png", "/", "zh", "light", 1280, ".trial", try_first_example=True),
    Shot("home-en-dark.png", "/", "en", "dark", 1280, ".trial", try_first_example=True),
    Shot("statement-zh.png", "statement", "zh", "light", 1280, ".rules > li:nth-child(4)"),
    Shot("api-en.png", "/docs", "en", "light", 1280, ".index"),
)


def main(folder: Path) -> None:
    """Make all pictures in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running_site(Path(home), public_url="https://brightline.example") as site:
        decision = site.decide(REFUSED)
        site.sequence()
        for shot in SHOTS:
            size = _shoot(site, shot, f"/d/{decision.token}" if shot.path == "statement" else shot.path, folder / shot.name)
            print(f"{folder / shot.name}  {size} bytes")
            if size > MOST_BYTES:
                raise SystemExit(f"{shot.name} is over {MOST_BYTES} bytes")


def _shoot(site: Site, shot: Shot, path: str, file: Path) -> int:
    with chromium() as browser, tab(browser, site.url, width=shot.width) as watched:
        page = watched.open(f"{path}?lang={shot.lang}&theme={shot.theme}")
        if shot.try_first_example:
            page.locator(".trial").first.get_by_role("button").click()
            expect(page.locator(".verdict")).to_be_visible()
            page.mouse.move(0, 0)
        for details in page.locator("details").all():
            details.locator("summary").click()
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        box = page.locator(shot.until).first.bounding_box()
        assert box
        page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": shot.width, "height": box["y"] + box["height"] + 12})
    return file.stat().st_size


if __name__ == "__main__":
    main(Path(sys.argv[1]))
