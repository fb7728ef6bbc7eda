"""What the browser tests share: a tab of somebody who is signed in, and the questions that every page is asked.

Every screen is held to four: no serious finding of axe in any of ``LOOKS`` (:func:`serious`), nothing that moves by itself
(:func:`layout_shift`), nothing that hangs over the edge at any of ``WIDTHS`` (:func:`sideways`), no fault at all
(``Tab.check`` in ``chromium.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from brightline.server.console.desk import SESSION_COOKIE
from tests.server.browser.chromium import Tab, tab
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

LOOKS = [(lang, theme) for lang in ("zh", "en") for theme in ("light", "dark")]
WIDTHS = [360, 768, 1280, 1920]  # and 1440, at which every tab opens that names no other

_AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text("utf-8")
_WATCH_SHIFTS = """
window.shifts = [];
window.shiftWatch = new PerformanceObserver((list) => window.noteShifts(list.getEntries()));
window.noteShifts = (entries) => { for (const entry of entries) if (!entry.hadRecentInput)
  window.shifts.push([entry.value, ...entry.sources.map((source) => source.node?.outerHTML?.slice(0, 120) ?? "")]); };
window.shiftWatch.observe({ type: "layout-shift", buffered: true });
"""
_SHIFTS = """async () => {
  await document.fonts.ready;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 0))));
  window.noteShifts(window.shiftWatch.takeRecords());
  return window.shifts;
}"""
_SIDEWAYS = """() => {
  const root = document.documentElement, edge = root.clientWidth + 0.5;
  const scrolls = (node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX);
  const held = (node) => { for (let over = node.parentElement; over && over !== document.body; over = over.parentElement) if (scrolls(over)) return true; };
  const hangs = (node) => node.getBoundingClientRect().right > edge && node.checkVisibility() && !node.closest(".skip, .unseen") && !held(node);
  return [...root.scrollWidth > root.clientWidth ? ["the page"] : [],
    ...[...document.querySelectorAll("body *")].filter(hangs).map((node) => node.outerHTML.slice(0, 120))];
}"""


@contextmanager
def site_with_decisions(home: Path) -> Iterator[Site]:
    """A site on which something was refused and something allowed."""
    with running_site(home) as site:
        for number in range(6):
            site.decide(REFUSED if number % 2 else ALLOWED)
        site.sequence()
        yield site


@contextmanager
def signed_in(
    site: Site,
    browser: Browser,
    role: str = "lead",
    *,
    lang: str = "",
    theme: str = "",
    zone: str = "",
    width: int = 1440,
    scripts: bool = True,
    **options: Any,
) -> Iterator[Tab]:
    """A tab of somebody new of that role, so that no test sees another's preferences.

    ``lang`` and ``theme`` are those chosen before; ``zone`` (IANA name) is both the device's and the one that the console knows
    already. ``options`` go to the browser's context.
    """
    users = site.service.store.users
    user = users.create(f"{role}-{len(users.list())}".replace("_", "-"), role=role, by="test", must_change=False)
    if zone:
        options["timezone_id"] = zone
    _, secret = site.service.store.sessions.open(user.id, stage="full", lifetime_s=3600, address="127.0.0.1", agent="test")
    cookie: Any = {"domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
    with tab(browser, site.url, width=width, java_script_enabled=scripts, **options) as watched:
        watched.page.context.add_cookies([cookie | {"name": SESSION_COOKIE, "value": secret}])
        watched.page.add_init_script(_WATCH_SHIFTS)
        chosen = {"brightline_lang": lang, "brightline_theme": theme, "brightline_zone": zone.replace("/", "%2F")}
        watched.page.context.add_cookies(
            [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"} for name, value in chosen.items() if value]
        )
        yield watched


def serious(page: Page) -> list[str]:
    """What axe finds of impact serious or critical: rule, place and what to do."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def layout_shift(page: Page) -> list[list[Any]]:
    """What moved by itself since the page was opened, as [score, element…].

    Waits until fonts are there and two frames are drawn, so that what was going to move has moved.
    """
    shifts: list[list[Any]] = page.evaluate(_SHIFTS)
    return shifts


def sideways(page: Page) -> list[str]:
    """What hangs over the right edge of the window. What is wide may be so only inside something that scrolls by itself."""
    found: list[str] = page.evaluate(_SIDEWAYS)
    return found


def unfold(page: Page) -> None:
    """Open everything that is folded, as a reader might."""
    page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true")


def stop_the_clock(page: Page) -> None:
    """Let the page's timers wait for ``page.clock.run_for``: what a page takes back by itself is otherwise gone before a slow machine looks."""
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))


def with_query(path: str, **fields: str) -> str:
    """The address with these fields behind those it has."""
    return path + ("&" if "?" in path else "?") + "&".join(f"{name}={value}" for name, value in fields.items())
