"""The pages about people in a real chromium: everybody can use them, with scripts and without, wide and narrow."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from brightline.server.console.desk import SESSION_COOKIE
from brightline.server.console.people.passwords import Passwords
from brightline.store import User
from tests.server.browser.chromium import Tab, tab
from tests.server.browser.toolkit import LOOKS, WIDTHS, serious, sideways
from tests.server.console.people.browsing import PASSWORD
from tests.server.face.site import Site, running_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def hashed() -> str:
    return Passwords().hash_now(PASSWORD)


@pytest.fixture(scope="module")
def admin(site: Site, hashed: str) -> User:
    return site.service.store.users.create("zhang.wei", role="admin", by="first start", password_hash=hashed, must_change=False)


def fill_in(page: Page, **fields: str) -> None:
    """Fill in a form of the page's main part and send it with the Enter key."""
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    with page.expect_navigation():
        page.press(f"main [name={name}]", "Enter")


def sign_in(watched: Tab, name: str, password: str = PASSWORD) -> Page:
    page = watched.open("/console/sign-in?next=/console/account")
    fill_in(page, name=name, password=password)
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_one_time_password_to_the_second_factor(site: Site, browser: Browser, hashed: str, scripts: bool) -> None:
    name = f"newcomer-{scripts}".lower()
    user = site.service.store.users.create(name, role="reviewer", by="test", password_hash=hashed)
    with tab(browser, site.url, java_script_enabled=scripts, locale="en-GB") as watched:
        page = sign_in(watched, name)
        assert page.url.endswith("/console/account/password")
        fill_in(page, new="eleven violet umbrellas", again="eleven violet umbrellas")
        cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == SESSION_COOKIE)
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, True, "Lax", -1)
        page.goto(f"{site.url}/console/account")
        fill_in(page, password="eleven violet umbrellas")
        assert page.locator(".qr-frame svg").bounding_box()["width"] > 150
        secret = page.inner_text("#secret").replace(" ", "")
        fill_in(page, code=pyotp.TOTP(secret).generate_otp(int(time.time()) // 30))
        assert page.locator("#codes li").count() == 10
        page.goto(f"{site.url}/console/account")
        with page.expect_navigation():
            page.click("form[action='/console/sign-out'] button >> visible=true")
        assert "/console/sign-in" in page.url
        sign_in(watched, name, "eleven violet umbrellas")
        fill_in(page, code=pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + 1))
        assert page.url.endswith("/console/account")
        expect(page.locator("h1")).to_have_text("Account")
        if scripts:
            watched.check()
    assert site.service.store.users.get(user.id).totp_on


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_everybody_can_use_the_pages(site: Site, browser: Browser, admin: User, hashed: str, lang: str, theme: str) -> None:
    users = site.service.store.users
    other = users.named("li.na") or users.create("li.na", role="lead", by=admin.id, password_hash=hashed, display_name="李娜")
    with tab(browser, site.url) as watched:
        page = watched.open(f"/console/sign-in?lang={lang}&theme={theme}")
        assert serious(page) == []
        sign_in(watched, admin.name)
        for path in (
            "/console/account",
            "/console/account/password",
            "/console/users",
            "/console/users/new",
            "/console/users/sessions",
            f"/console/users/{other.id}",
            f"/console/users/{other.id}/ask/disable",
            f"/console/users/{other.id}/ask/role?role=auditor",
        ):
            page = watched.open(path)
            assert serious(page) == [], path
        watched.check()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_hangs_over_the_edge(site: Site, browser: Browser, admin: User, width: int) -> None:
    with tab(browser, site.url, width=width) as watched:
        page = watched.open("/console/sign-in")
        assert sideways(page) == []
        sign_in(watched, admin.name)
        for path in ("/console/account", "/console/users", "/console/users/sessions", f"/console/users/{admin.id}", "/console/users/new"):
            page = watched.open(path)
            assert sideways(page) == [], path


def test_a_page_that_went_back_shows_nothing_after_signing_out(site: Site, browser: Browser, admin: User) -> None:
    """no-store: the browser asks again, and is turned away."""
    with tab(browser, site.url) as watched:
        sign_in(watched, admin.name)
        page = watched.open("/console/users")
        with page.expect_navigation():
            page.click("form[action='/console/sign-out'] button >> visible=true")
        page.go_back()
        page.wait_for_url("**/console/sign-in**")
        assert admin.name not in page.inner_text("main")
