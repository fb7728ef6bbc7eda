"""A browser without scripts: it keeps cookies, fills in the forms that it sees, and follows nothing by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx

from brightline.server.console.desk import SESSION_COOKIE
from tests.server.face.site import Site

PASSWORD = "seven green bicycles"
_client = httpx.Client(follow_redirects=False, timeout=60, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
_COOKIE = re.compile(r"([^=;]+)=([^;]*)")


@dataclass
class Browser:
    """``get`` and ``send`` as a browser would. ``headers`` go with every request."""

    site: Site
    cookies: dict[str, str] = field(default_factory=lambda: {"brightline_lang": "en"})
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""
    set_cookies: list[str] = field(default_factory=list)

    @property
    def secret(self) -> str:
        return self.cookies.get(SESSION_COOKIE, "")

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._send("GET", path, headers)

    def send(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """Send a form with the token of the page seen last."""
        token = re.search(r'name="csrf" value="([^"]*)"', self.page)
        form = {"csrf": token[1] if token else ""} | fields
        own = {"Origin": self.site.url, "Sec-Fetch-Site": "same-origin"}
        return self._send("POST", path, own | (headers or {}), data=form)

    def sign_in(self, name: str, password: str = PASSWORD, *, next: str = "", **headers: str) -> httpx.Response:
        return self.send("/console/sign-in", headers, name=name, password=password, next=next)

    def is_in(self) -> bool:
        """Whether the console lets this browser in."""
        return self.get("/console/account").status_code == 200

    def text(self) -> str:
        """The page seen last, without markup."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.page)).split())

    def _send(self, method: str, path: str, headers: dict[str, str], **body: Any) -> httpx.Response:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Accept": "text/html", "User-Agent": "test browser"} | self.headers | headers | {"Cookie": jar}
        url = path if path.startswith("http") else self.site.url + path
        answer = _client.request(method, url, headers=sent, **body)
        _client.cookies.clear()
        self.set_cookies = answer.headers.get_list("set-cookie")
        for line in self.set_cookies:
            name, value = _COOKIE.match(line).groups()  # type: ignore[union-attr]
            if "max-age=0" in line.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value.strip('"')
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = answer.text
        return answer
