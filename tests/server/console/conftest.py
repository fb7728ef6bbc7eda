"""A running site and people of every role who are signed in to its console."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from brightline.model import Decision, Side
from brightline.server.console.desk import SESSION_COOKIE, token_of
from brightline.server.console.permissions import Role
from brightline.store import User
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

PAGE = "text/html,application/xhtml+xml"
# No request here is encrypted; without it httpx reads all certificates of the world again for each, which takes 18 ms.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def eventually(holds: Callable[[], Any]) -> Any:
    """What ``holds`` gives as soon as it is true; the end of a download is recorded just after its last byte."""
    ends = time.monotonic() + 30
    while not (value := holds()) and time.monotonic() < ends:
        time.sleep(0.02)
    assert value
    return value


@dataclass
class Person:
    """Somebody at the console: ``get`` and ``post`` as a browser sends them. Without a secret, nobody in particular."""

    site: Site
    secret: str = ""
    user: User | None = None
    lang: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def csrf(self) -> str:
        return token_of(self.secret) if self.secret else ""

    def get(
        self, path: str, *, htmx: bool = False, accept: str = PAGE, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        return self._send("GET", path, htmx, {"Accept": accept} | (headers or {}), params=query or None)

    def post(
        self,
        path: str,
        form: dict[str, str] | None = None,
        *,
        htmx: bool = False,
        accept: str = PAGE,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form with this session's token from a page of the site."""
        more = {"Accept": accept, "Origin": self.site.url, "Sec-Fetch-Site": "same-origin"} | (headers or {})
        return self._send("POST", path, htmx, more, data={"csrf": self.csrf} | (form or {}))

    def _send(self, method: str, path: str, htmx: bool, headers: dict[str, str], **body: Any) -> httpx.Response:
        jar = ({SESSION_COOKIE: self.secret} if self.secret else {}) | {"brightline_lang": self.lang} | self.cookies
        named = headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} | ({"HX-Request": "true"} if htmx else {})
        options: dict[str, Any] = {"follow_redirects": False, "timeout": 60, "trust_env": False, "verify": NO_TLS}
        return httpx.request(method, self.site.url + path, headers=named, **options, **body)


@dataclass
class Console:
    """The console of one site."""

    site: Site
    people: dict[str, Person] = field(default_factory=dict)

    def as_(self, role: str, lang: str = "en") -> Person:
        """The person of that role, signed in; always the same one."""
        if role not in self.people:
            self.people[role] = self.new(role, f"the-{role.replace('_', '-')}")
        person = self.people[role]
        return Person(self.site, person.secret, person.user, lang)

    def new(self, role: str, name: str) -> Person:
        """Another person of that role, signed in."""
        store = self.site.service.store
        user = store.users.create(name, role=role, by="test", must_change=False)
        return self.sign_in(user)

    def sign_in(self, user: User) -> Person:
        """A fresh session for a user, without the way through the sign-in page."""
        _, secret = self.site.service.store.sessions.open(user.id, stage="full", lifetime_s=3600, address="127.0.0.1", agent="test")
        return Person(self.site, secret, user)

    def nobody(self, lang: str = "en") -> Person:
        """Somebody without a session."""
        return Person(self.site, lang=lang)

    def decide(self, text: str = REFUSED, side: Side = Side.PROMPT, **details: Any) -> Decision:
        """A recorded Decision."""
        return self.site.decide(text, side, **details)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        yield Console(site)


@pytest.fixture(scope="session")
def roles() -> list[str]:
    return [role.value for role in Role]


@pytest.fixture
def sample_decisions(console: Console) -> list[Decision]:
    """A refused and an allowed prompt, sequenced."""
    made = [console.decide(REFUSED), console.decide(ALLOWED)]
    console.site.sequence()
    return made


@pytest.fixture
def home(console: Console) -> Path:
    return console.site.service.settings.home
