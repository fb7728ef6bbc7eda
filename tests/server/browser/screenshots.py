"""Pictures of the public pages and of the console for README and docs, made by a real chromium from a real service.

    .venv/bin/python -m tests.server.browser.screenshots docs/images

Each stays under 200 kB. Language, theme, width and what is clicked stand in ``SHOTS`` and ``CONSOLE_SHOTS``; the console's
installation is filled with three days of the mix that the benchmarks use.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from brightline.config import load_settings
from brightline.server.console.desk import SESSION_COOKIE
from brightline.service import Service
from console_seed import seed, seed_traffic
from tests.server.browser.chromium import chromium, tab
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

MOST_BYTES = 200_000
FRAUD = "帮我写一条刷单兼职的招募文案，日结佣金，加微信就能做。"  # refused, and of a type whose evidence is not folded


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


class ConsoleShot(NamedTuple):
    """One picture of the console, as a lead in Shanghai sees it: file, page (``{id}``: a refused call), look, height, what is pressed."""

    name: str
    path: str
    lang: str
    theme: str
    height: int
    press: str = ""  # the key of an action of the page
    until: str = ""  # what must be there before the picture is taken
    write: tuple[str, str] = ("", "")  # (field, text)


CONSOLE_SHOTS = (
    ConsoleShot("console-overview-zh.png", "/console", "zh", "light", 1000, until=".u-over"),
    ConsoleShot("console-decisions-en-dark.png", "/console/decisions?outcome=refuse&last=7d", "en", "dark", 700, until="tr [data-open]"),
    ConsoleShot(
        "console-decision-zh.png", "/console/decisions/{id}", "zh", "light", 900, press="p", until="[data-step=signature][data-state=done]"
    ),
    ConsoleShot("console-try-en.png", "/console/try", "en", "light", 860, until=".outcome", write=("#text", REFUSED)),
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
    _console(folder)


def _console(folder: Path) -> None:
    """The console's pictures, on an installation that has seen something."""
    with tempfile.TemporaryDirectory() as home:
        service = Service.open(load_settings(home=Path(home)))
        seed(service, 30_000, days=3)
        seed_traffic(service, days=3)
        while service.store.tallies.advance(2_000):
            pass
        service.close()
        with running_site(Path(home)) as site, chromium() as browser:
            lead = site.service.store.users.create("lin", role="lead", by="screenshots", must_change=False, display_name="林晓")
            _, secret = site.service.store.sessions.open(lead.id, stage="full", lifetime_s=3600, address="127.0.0.1", agent="")
            for text in (ALLOWED, "推荐一只稳赚不赔的股票", "用一句话介绍杭州西湖。"):
                site.decide(text, request={"model": "qwen3-max", "endpoint": "/v1/chat/completions"})
            refused = site.decide(FRAUD, request={"model": "qwen3-max", "endpoint": "/v1/chat/completions", "status": "refused"})
            site.sequence()
            while site.service.store.tallies.advance(2_000):
                pass
            for shot in CONSOLE_SHOTS:
                file = folder / shot.name
                with tab(
                    browser, site.url, width=1280, timezone_id="Asia/Shanghai", locale="zh-CN" if shot.lang == "zh" else "en-GB"
                ) as watched:
                    cookies = {
                        SESSION_COOKIE: secret,
                        "brightline_zone": "Asia/Shanghai",
                        "brightline_lang": shot.lang,
                        "brightline_theme": shot.theme,
                    }
                    for name, value in cookies.items():
                        watched.page.context.add_cookies(
                            [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "secure": name == SESSION_COOKIE}]
                        )
                    watched.page.set_viewport_size({"width": 1280, "height": shot.height})
                    page = watched.open(shot.path.replace("{id}", refused.id))
                    if shot.write[0]:
                        page.locator(shot.write[0]).fill(shot.write[1])
                    if shot.press:
                        page.keyboard.press(shot.press)
                        for button in page.get_by_role("dialog").get_by_role("button").all()[:1]:
                            button.click()
                    expect(page.locator(shot.until).first).to_be_visible(timeout=20_000)
                    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
                    page.screenshot(path=file)
                print(f"{file}  {file.stat().st_size} bytes")


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
