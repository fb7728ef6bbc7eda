"""A real chromium that fails a test on anything a page must not do: errors, foreign requests, breaches of its own policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

# Two cores with other work on them: what a page does within a second there may take many here.
expect.set_options(timeout=30_000)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_WATCH_POLICY = """
window.breaches = [];
document.addEventListener("securitypolicyviolation", (event) => window.breaches.push(event.violatedDirective + " " + event.blockedURI));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's chromium, without any request of its own."""
    path = shutil.which("chromium")
    assert path, "chromium is missing: `make test` installs it, or `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A page and everything it did wrong so far."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    expected_status: int = 200

    def open(self, path: str, status: int = 200) -> Page:
        self.expected_status = status
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status
        return self.page

    def check(self) -> None:
        """Fail if the page did anything wrong."""
        self.faults += [f"policy: {breach}" for breach in self.page.evaluate("window.breaches")]
        assert not self.faults, "\n".join(self.faults)

    def _watch(self) -> None:
        host = urlsplit(self.url).netloc

        def asked(request: Request) -> None:
            if urlsplit(request.url).netloc != host:
                self.faults.append(f"foreign request: {request.url}")

        def said(message: Any) -> None:
            excused = self.expected_status >= 400 and "Failed to load resource" in message.text
            if message.type in ("error", "warning") and not excused:
                self.faults.append(f"console: {message.text}")

        def failed(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # the reader went on before it came, or it became a download
                self.faults.append(f"failed: {request.url} {request.failure}")

        self.page.on("request", asked)
        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("requestfailed", failed)


@contextmanager
def tab(browser: Browser, url: str, *, width: int = 1440, **options: Any) -> Iterator[Tab]:
    """A fresh page in a fresh context (no cookies), watched from its first request."""
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 900}, **options)
    try:
        context.add_init_script(_WATCH_POLICY)
        watched = Tab(context.new_page(), url)
        watched._watch()
        yield watched
    finally:
        context.close()
