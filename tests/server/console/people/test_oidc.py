"""Signing in through an identity provider: the way it goes, and every way in which it must not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import httpx
import pytest
from browsing import Browser
from identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    cut,
    query_of,
    running_provider,
    signed_by_another,
    signed_by_the_public_key,
    unsigned,
)
from joserfc.jwk import ECKey, RSAKey

from brightline.config import load_settings
from brightline.errors import ConfigError
from brightline.server.console.desk import SESSION_COOKIE
from brightline.server.console.people.provider import NoIdentity, Provider
from brightline.server.console.people.vault import Vault
from tests.server.face.site import Site, running_site

ROLE_MAP = {"bl-admins": "admin", "bl-review": "reviewer", "bl-audit": "auditor"}
WAY_COOKIE = "__Host-brightline-way"
_subjects = count(1)


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def site(running: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = {
        "oidc_issuer": running.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_role_map": ROLE_MAP,
        "oidc_button": "The Provider",
    }
    with running_site(tmp_path_factory.mktemp("home"), **settings) as site:
        yield site


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.reset()
    running.claims = {
        "sub": f"subject-{next(_subjects)}",
        "groups": ["bl-review", "everybody"],
        "preferred_username": "Zoë",
        "name": "Zoë Q.",
    }
    return running


@pytest.fixture
def tab(site: Site) -> Browser:
    return Browser(site)


def begin(tab: Browser, wanted: str = "/console/health") -> str:
    """Click the button; the address at the provider to which the browser is sent."""
    answer = tab.get(f"/console/sign-in/oidc?next={wanted}")
    assert answer.status_code == 303, tab.text()
    return answer.headers["location"]


def agree(address: str) -> str:
    """Be somebody whom the provider knows; the address to which it sends the browser back."""
    return httpx.get(address, follow_redirects=False, trust_env=False).headers["location"]


def through(tab: Browser, wanted: str = "/console/health") -> httpx.Response:
    return tab.get(agree(begin(tab, wanted)))


def reasons(site: Site) -> list[str]:
    return [event.detail["reason"] for event in site.service.store.audit.events(kind="session.refused", limit=1)]


def refused(site: Site, tab: Browser, answer: httpx.Response, reason: str) -> None:
    assert answer.status_code == 403
    assert SESSION_COOKIE not in tab.cookies
    assert WAY_COOKIE not in tab.cookies
    assert reasons(site) == [f"oidc: {reason}"]


def test_the_way_in_makes_a_user_with_the_role_of_the_groups(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    tab.get("/console/sign-in?next=/console/health")
    assert "Sign in through The Provider" in tab.text()
    answer = through(tab)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/health")
    assert tab.is_in()
    user = site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"])
    assert (user.role, user.display_name, user.has_password) == ("reviewer", "Zoë Q.", False)
    assert user.name.startswith("zoë")
    opened = site.service.store.audit.events(kind="session.opened", actor=user.id)[0]
    assert opened.detail["way"] == "oidc"


def test_the_request_has_state_nonce_and_a_challenge_that_nobody_can_guess(provider: IdentityProvider, tab: Browser) -> None:
    first, second = query_of(begin(tab)), query_of(begin(tab))
    for name, least in (("state", 43), ("nonce", 43), ("code_challenge", 43)):
        assert len(first[name]) >= least
        assert first[name] != second[name]
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"].endswith("/console/sign-in/oidc/return")
    assert "code_verifier" not in first
    line = next(line for line in tab.set_cookies if line.startswith(WAY_COOKIE))
    assert {"HttpOnly", "Secure", "Max-Age=600", "Path=/", "SameSite=lax"} <= {piece.strip() for piece in line.split(";")}
    assert second["state"] not in tab.cookies[WAY_COOKIE]


def test_a_second_sign_in_is_the_same_user(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    through(tab)
    before = len(site.service.store.users.list())
    provider.claims |= {"preferred_username": "renamed", "name": "Renamed Q."}
    through(Browser(site))
    assert len(site.service.store.users.list()) == before
    assert site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"]).display_name == "Renamed Q."


def test_the_role_follows_the_groups_and_ends_the_sessions_of_the_old_role(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    through(tab)
    provider.claims["groups"] = ["bl-audit"]
    later = Browser(site)
    through(later)
    assert site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"]).role == "auditor"
    assert later.is_in()
    assert not tab.is_in()


def test_of_several_groups_the_first_of_the_map_counts(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    provider.claims["groups"] = ["bl-audit", "bl-review", "bl-admins"]
    through(tab)
    assert site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"]).role == "admin"


@pytest.mark.parametrize("groups", [None, [], ["others"], "others", ["bl-reviewx"], {"bl-review": True}, [["bl-review"]], 7, ["BL-REVIEW"]])
def test_without_a_group_that_counts_nobody_comes_in(site: Site, provider: IdentityProvider, tab: Browser, groups: Any) -> None:
    provider.claims["groups"] = groups
    answer = through(tab)
    refused(site, tab, answer, "no role")
    assert "no access here" in tab.text()
    assert site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"]) is None


def test_whoever_loses_the_groups_loses_the_sessions(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    through(tab)
    provider.claims["groups"] = []
    later = Browser(site)
    refused(site, later, through(later), "no role")
    assert not tab.is_in()


def test_a_disabled_user_stays_out(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    through(tab)
    user = site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"])
    site.service.store.users.disable(user.id, by="test")
    assert not tab.is_in()
    later = Browser(site)
    refused(site, later, through(later), "disabled")


def test_nobody_becomes_a_local_user_of_the_same_name(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    local = site.service.store.users.create("director", role="admin", by="test", password_hash="x", must_change=False)
    provider.claims |= {"preferred_username": "director", "email": "director"}
    through(tab)
    user = site.service.store.users.of_oidc(provider.issuer, provider.claims["sub"])
    assert user.id != local.id
    assert (user.name, user.role) == ("director-2", "reviewer")


@pytest.mark.parametrize("login", ["", "<script>", "a b/c\\d", "\u202e", "王小明", "x" * 300, "a@b.example", "..", 7, None])
def test_any_name_of_the_provider_becomes_a_usable_one(site: Site, provider: IdentityProvider, tab: Browser, login: Any) -> None:
    provider.claims |= {"preferred_username": login, "name": f"{login}<script>alert(1)</script>\u202e\n" * 9}
    assert through(tab).status_code == 303
    page = tab.get("/console/account").text
    assert "<script>alert" not in page


class FromNow(NamedTuple):
    """A moment so many seconds from when the test runs; its name is the same in every test process."""

    seconds: int


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://elsewhere.example"}, "issuer"),
    ({"iss": None}, "issuer"),
    ({"aud": "another-client"}, "audience"),
    ({"aud": ["another-client"]}, "audience"),
    ({"aud": None}, "audience"),
    ({"aud": [CLIENT_ID, "another"]}, "audience"),
    ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "audience"),
    ({"azp": "another"}, "audience"),
    ({"exp": FromNow(-300)}, "expired"),
    ({"exp": None}, "expired"),
    ({"exp": "tomorrow"}, "expired"),
    ({"exp": True}, "expired"),
    ({"iat": FromNow(-7200)}, "expired"),
    ({"iat": FromNow(7200)}, "expired"),
    ({"iat": None}, "expired"),
    ({"nbf": FromNow(7200)}, "expired"),
    ({"nonce": "another"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"nonce": 7}, "nonce"),
    ({"sub": None}, "subject"),
    ({"sub": ""}, "subject"),
    ({"sub": "x" * 256}, "subject"),
    ({"sub": 7}, "subject"),
]


@pytest.mark.parametrize(("claims", "reason"), WRONG, ids=lambda value: str(value)[:40])
def test_every_claim_counts(site: Site, provider: IdentityProvider, tab: Browser, claims: dict[str, Any], reason: str) -> None:
    now = int(time.time())
    provider.claims |= {name: now + value.seconds if isinstance(value, FromNow) else value for name, value in claims.items()}
    refused(site, tab, through(tab), reason)
    assert "did not work" in tab.text()


def test_several_audiences_are_well_with_our_name_as_the_authorized_party(provider: IdentityProvider, tab: Browser) -> None:
    provider.claims |= {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert through(tab).status_code == 303


@pytest.mark.parametrize("forgery", ["none", "another key", "public key as secret", "cut"])
def test_only_the_providers_signature_counts(site: Site, provider: IdentityProvider, tab: Browser, forgery: str) -> None:
    provider.forge = {
        "none": unsigned,
        "another key": signed_by_another,
        "public key as secret": signed_by_the_public_key(provider),
        "cut": cut,
    }[forgery]
    refused(site, tab, through(tab), "signature")


def test_a_state_of_somebody_else_is_refused(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    """Session fixation by sign-in: the victim's browser is given the attacker's answer."""
    attackers = agree(begin(Browser(site)))
    begin(tab)
    refused(site, tab, tab.get(attackers), "state")


@pytest.mark.parametrize("cookie", ["", "x", "A" * 300])
def test_without_the_browsers_own_cookie_nothing_is_accepted(site: Site, provider: IdentityProvider, tab: Browser, cookie: str) -> None:
    back = agree(begin(tab))
    tab.cookies[WAY_COOKIE] = cookie
    answer = tab.get(back)
    tab.cookies.pop(WAY_COOKIE, None)
    refused(site, tab, answer, "state")


def test_a_code_is_good_once(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    begun = begin(tab)
    cookie, back = tab.cookies[WAY_COOKIE], agree(begun)
    assert tab.get(back).status_code == 303
    thief = Browser(site)
    thief.cookies[WAY_COOKIE] = cookie
    refused(site, thief, thief.get(back), "code")


def test_the_challenge_binds_the_code_to_the_browser(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    """A stolen code, put into a sign-in of the thief: PKCE makes it worthless."""
    stolen = query_of(agree(begin(tab)))["code"]
    thief = Browser(site)
    own = agree(begin(thief))
    refused(site, thief, thief.get(own.replace(query_of(own)["code"], stolen)), "code")


def test_an_error_of_the_provider_is_not_repeated(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    provider.answer_with = {"error": "access_denied", "error_description": "<script>alert(1)</script>"}
    answer = through(tab)
    refused(site, tab, answer, "provider")
    assert "alert(1)" not in answer.text


def test_an_answer_of_another_issuer_is_refused(site: Site, provider: IdentityProvider, tab: Browser) -> None:
    provider.answer_with = {"iss": "https://elsewhere.example"}
    refused(site, tab, through(tab), "issuer")


def test_where_one_goes_afterwards_stays_in_the_console(provider: IdentityProvider, tab: Browser) -> None:
    assert through(tab, "//elsewhere.example").headers["location"] == "/console"


def test_a_form_is_not_sent_to_the_provider(site: Site) -> None:
    """``form-action 'self'`` would stop it: the button is a link."""
    tab = Browser(site)
    tab.get("/console/sign-in")
    assert 'href="/console/sign-in/oidc?next=' in tab.page


async def test_a_provider_under_another_name_or_unreachable_is_not_used(tmp_path: Any, provider: IdentityProvider) -> None:
    vault = Vault(bytes(32))
    settings = {"oidc_client_id": CLIENT_ID, "oidc_role_map": ROLE_MAP, "home": tmp_path}
    provider.metadata = {"issuer": "https://elsewhere.example"}
    with pytest.raises(Exception, match="issuer"):
        await Provider(load_settings(oidc_issuer=provider.issuer, **settings), vault).begin("/console")
    provider.metadata = {"token_endpoint": "ftp://x"}
    with pytest.raises(Exception, match="token_endpoint"):
        await Provider(load_settings(oidc_issuer=provider.issuer, **settings), vault).begin("/console")
    with pytest.raises(Exception, match="cannot be reached"):
        await Provider(load_settings(oidc_issuer="http://127.0.0.1:9", **settings), vault).begin("/console")


async def test_the_way_takes_ten_minutes_at_most(tmp_path: Any, provider: IdentityProvider) -> None:
    now = [time.time()]
    settings = load_settings(oidc_issuer=provider.issuer, oidc_client_id=CLIENT_ID, oidc_role_map=ROLE_MAP, home=tmp_path)
    ours = Provider(settings, Vault(bytes(32)), clock=lambda: now[0])
    address, cookie = await ours.begin("/console")
    now[0] += 601
    with pytest.raises(Exception, match="too long"):
        await ours.finish(cookie, {"state": query_of(address)["state"], "code": "x"})


@pytest.mark.parametrize("kind", ["RSA", "EC"])
async def test_new_keys_of_the_provider_are_found(running: IdentityProvider, tmp_path: Any, kind: str) -> None:
    running.reset()
    old, now = running.key, [time.time()]
    settings = load_settings(
        oidc_issuer=running.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_role_map=ROLE_MAP,
        home=tmp_path,
    )
    ours = Provider(settings, Vault(bytes(32)), clock=lambda: now[0])
    try:
        address, cookie = await ours.begin("/console")
        running.key = RSAKey.generate_key(2048, {"kid": "k2"}) if kind == "RSA" else ECKey.generate_key("P-256", {"kid": "k2"})
        running.kid, running.algorithm = "k2", "RS256" if kind == "RSA" else "ES256"
        answer = query_of(await asyncio.to_thread(agree, address))
        with pytest.raises(NoIdentity, match="signature"):  # keys that were read just now are not read again for the asking
            await ours.finish(cookie, answer)
        now[0] += 11
        address, cookie = await ours.begin("/console")
        identity, _ = await ours.finish(cookie, query_of(await asyncio.to_thread(agree, address)))
        assert identity.subject == "subject-1"
    finally:
        running.key = old


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"oidc_issuer": "http://id.example"}, "https"),
        ({"oidc_issuer": "https://id.example?x=1"}, "https"),
        ({"oidc_issuer": "id.example"}, "https"),
        ({"oidc_issuer": "https://id.example"}, "oidc_role_map"),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "x"}, "oidc_role_map"),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_role_map": {"g": "owner"}}, "oidc_role_map"),
        ({"oidc_client_secret": "hunter2", "oidc_client_secret_file": "f"}, "exclude"),
        ({"console_local_login": False}, "nobody could sign in"),
        ({"oidc_scopes": "profile"}, "openid"),
        ({"oidc_client_secret": ["hunter2"]}, "oidc_client_secret"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_and_keep_secrets(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        load_settings(**settings)
    assert "hunter2" not in str(caught.value)


def test_the_client_secret_may_come_from_a_file(tmp_path: Any) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2\n", "utf-8")
    assert load_settings(oidc_client_secret_file=file).effective_oidc_client_secret == "hunter2"
    with pytest.raises(ConfigError, match="BL-CONFIG-006"):
        _ = load_settings(oidc_client_secret_file=tmp_path / "nothing").effective_oidc_client_secret
    assert "hunter2" not in repr(load_settings(oidc_client_secret="hunter2"))


def test_with_the_provider_alone_there_is_no_password_to_guess(running: IdentityProvider, tmp_path: Any) -> None:
    running.reset()
    settings = {"oidc_issuer": running.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET, "oidc_role_map": ROLE_MAP}
    with running_site(tmp_path / "home", console_local_login=False, **settings) as site:
        tab = Browser(site)
        tab.get("/console/sign-in")
        assert 'type="password"' not in tab.page
        assert tab.sign_in("admin", "x").status_code == 404
