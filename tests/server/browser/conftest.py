"""One chromium for all files here that one process runs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.server.browser.chromium import chromium

HERE = Path(__file__).parent


class _Shared:
    """The chromium of this process, started at the first call."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self.close()
            self._browser = self._open.enter_context(chromium())
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._open.close()


_shared = _Shared()


@pytest.fixture(scope="module")
def browser() -> Browser:
    """The shared chromium; every test opens a context of its own in it (``tab`` or ``signed_in``)."""
    return _shared.browser()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """End chromium before the first test of another folder: Playwright keeps the thread's event loop, which asynchronous tests need."""
    try:
        return (yield)
    finally:
        if nextitem is None or HERE not in nextitem.path.parents:
            _shared.close()
