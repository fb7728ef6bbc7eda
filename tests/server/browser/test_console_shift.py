"""A shift by keyboard alone, as an operator lives it: a fresh installation, the first sign-in, a refused call looked up by rule
and time, its proof verified in the browser, the decision replayed, signed out. The mouse is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.installation import Installation, start
from tests.server.browser.chromium import Tab, tab
from tests.server.face.site import REFUSED

pytestmark = pytest.mark.browser

PASSWORD = "four words and a river"
WORDS = {
    "zh": {"sign_in": "登录", "user": "用户名", "out": "退出登录", "decisions": "决定", "time": "时间"},
    "en": {"sign_in": "Sign in", "user": "User name", "out": "Sign out", "decisions": "Decisions", "time": "Time"},
}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """``brightline serve`` in a fresh home, with one refused and two answered calls on record."""
    with start(tmp_path) as installation:
        for text in ("用一句话介绍杭州西湖。", REFUSED, "怎样安排一周的晚饭？"):
            answer = httpx.post(
                f"{installation.url}/v1/chat/completions",
                headers={"Authorization": f"Bearer {installation.key}"},
                json={"model": "brightline-sandbox", "messages": [{"role": "user", "content": text}]},
                timeout=60,
                trust_env=False,
            )
            assert answer.status_code == 200
        yield installation


def walk_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Press Tab until ``wanted`` has the focus; whoever works by keyboard has no other way."""
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {wanted}")


def write(page: Page, *fields: str) -> None:
    """Fill fields one behind the other, then send the form."""
    for number, text in enumerate(fields):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_shift_by_keyboard(browser: Browser, installation: Installation, lang: str) -> None:
    words = WORDS[lang]
    with tab(browser, installation.url, locale={"zh": "zh-CN", "en": "en-GB"}[lang]) as watched:
        page = watched.page

        # Sign in with the one-time password, choose an own one.
        page.goto(f"{installation.url}/console")
        expect(page).to_have_url(f"{installation.url}/console/sign-in?next=/console")
        expect(page.get_by_label(words["user"])).to_be_focused()
        write(page, "admin", (installation.home / "keys" / "admin.password").read_text("ascii").strip())
        expect(page).to_have_url(f"{installation.url}/console/account/password")
        expect(page.locator("input[name=new]")).to_be_focused()
        write(page, PASSWORD, PASSWORD)
        expect(page).to_have_url(f"{installation.url}/console")
        assert not (installation.home / "keys" / "admin.password").exists()

        # To the decisions, narrowed to one rule and the last hour.
        page.keyboard.press("g")
        page.keyboard.press("d")
        expect(page.get_by_role("heading", level=1, name=words["decisions"])).to_be_visible()
        walk_to(page, page.locator("select[name=last]") if lang == "zh" else page.locator("input[name=rule]"))
        narrow(page, lang)
        expect(page).to_have_url(f"{installation.url}/console/decisions?rule=PSA-82&last=1h")
        expect(page.locator("tr:has(a[data-open])")).to_have_count(1)

        # Open it, verify the proof in the browser.
        page.keyboard.press("Escape")  # leave the field
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("#proof-steps")).to_be_attached()
        page.keyboard.press("p")
        expect(page.locator("#proof-steps [data-step=signature]")).to_have_attribute("data-state", "done", timeout=20_000)
        expect(page.locator("#proof-steps [data-state=failed]")).to_have_count(0)

        # Replay it: same rules, same outcome.
        page.keyboard.press("r")
        expect(page.locator("#replay .notice-done")).to_be_visible()
        expect(page.locator("#replay tr.changed")).to_have_count(0)

        # Out.
        walk_to(page, page.get_by_role("button", name=words["out"]), most=200)
        page.keyboard.press("Enter")
        expect(page.get_by_label(words["user"])).to_be_visible()
        page.goto(f"{installation.url}/console/decisions")
        expect(page.get_by_label(words["user"])).to_be_visible()
        watched.check()


def narrow(page: Page, lang: str) -> None:
    """The two conditions, in the order in which the sentence has them in that language."""

    def time() -> None:
        walk_to(page, page.locator("select[name=last]"))
        page.keyboard.press("ArrowDown")

    def rule() -> None:
        walk_to(page, page.locator("input[name=rule]"))
        page.keyboard.type("PSA-82")

    for step in (time, rule) if lang == "zh" else (rule, time):
        step()
    walk_to(page, page.locator("form.sentence p.bar button"))
    page.keyboard.press("Enter")


def test_the_first_page_of_a_signed_out_browser_is_the_way_in(browser: Browser, installation: Installation) -> None:
    watched: Tab
    with tab(browser, installation.url, locale="en-GB") as watched:
        watched.page.goto(f"{installation.url}/console/ledger?kind=decision")
        expect(watched.page).to_have_url(f"{installation.url}/console/sign-in?next=/console/ledger%3Fkind%3Ddecision")
        watched.check()
