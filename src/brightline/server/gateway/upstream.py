"""The model service behind the gateway, over one shared aiohttp session.

``Upstream`` is what the gateway asks of it; ``HttpUpstream`` is a real service, ``sandbox.Sandbox`` the built-in one.
Failures become ``UpstreamError``:

    BL-UPSTREAM-001  cannot be reached              -006  answered with something that is neither JSON nor an event stream
    BL-UPSTREAM-002  did not answer in time (504)   -007  answer larger than max_answer_bytes
    BL-UPSTREAM-003  broke the connection off       -008  answer longer than may be inspected
    BL-UPSTREAM-004  answered with broken JSON      -009  answer does not have the API's form
    BL-UPSTREAM-005  failed itself (5xx, redirect)  -010  refuses the operator's own key
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import aiohttp
from yarl import URL

from brightline.config import Settings
from brightline.errors import BrightlineError, NotFound, UpstreamError, UpstreamTimeout

__all__ = ["HttpUpstream", "Upstream", "UpstreamAnswer", "check_answer", "forwarded_request_headers", "kept_answer_headers"]

# RFC 9110, section 7.6.1, and what the client library sets itself.
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
        "content-type",
        "accept-encoding",
        "accept",
        "expect",
    )
)
# Credentials and cookies are for Brightline, addresses of the caller are nobody else's business.
_PRIVATE = frozenset(("authorization", "x-api-key", "cookie", "forwarded", "x-real-ip"))
# Some servers take these for the real address, method or coding of a request: they would serve something else than was inspected.
_OVERRIDING = frozenset(
    ("x-original-url", "x-rewrite-url", "x-http-method", "x-http-method-override", "x-method-override", "content-encoding")
)
# They ask for a part of an answer, or for none where the caller has it: what is inspected and labelled is the whole.
_PARTIAL = frozenset(("range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"))
_NOT_FORWARDED = _HOP_BY_HOP | _PRIVATE | _OVERRIDING | _PARTIAL
_NOT_FORWARDED_PREFIXES = ("x-brightline-", "x-forwarded-")
# Of the answer's headers these help a client; everything else describes the connection.
_KEPT_PREFIXES = ("x-ratelimit-", "anthropic-", "openai-")
_KEPT = frozenset(("retry-after", "x-request-id", "request-id"))


class UpstreamAnswer(Protocol):
    """An answer whose body has not been read yet."""

    status: int
    content_type: str
    headers: Mapping[str, str]

    async def read(self, limit: int) -> bytes:
        """The whole body. Raises ``UpstreamError`` BL-UPSTREAM-007 over ``limit`` bytes."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes."""

    async def close(self) -> None:
        """Give the answer up: the service sees the connection close unless the body was read to its end."""


class Upstream(Protocol):
    """A model service."""

    name: str

    async def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> UpstreamAnswer:
        """Send a request for exactly ``path`` (below ``/v1``, escaped, with its query). Raises ``UpstreamError``."""

    async def close(self) -> None:
        """Close all connections."""


def forwarded_request_headers(received: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The client's headers that the model service gets, with the operator's key in place of the client's."""
    own = (settings.end_user_header.lower(), settings.age_band_header.lower())
    headers = {
        name: value
        for name, value in received.items()
        if name not in _NOT_FORWARDED and name not in own and not name.startswith(_NOT_FORWARDED_PREFIXES)
    }
    headers["content-type"] = "application/json"
    headers["accept-encoding"] = "identity"
    if settings.upstream_key:
        headers["authorization"] = f"Bearer {settings.upstream_key}"
        headers["x-api-key"] = settings.upstream_key
    return headers


def kept_answer_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of the model service's answer that the client gets too."""
    return {name.lower(): value for name, value in headers.items() if name.lower() in _KEPT or name.lower().startswith(_KEPT_PREFIXES)}


def check_answer(answer: UpstreamAnswer, *, streamed: bool, file: bool = False) -> None:
    """Only what can be understood goes on; ``file`` where the answer is to be a file. Raises ``UpstreamError`` BL-UPSTREAM-005, -006 or -010."""
    status, kind = answer.status, answer.content_type
    if status >= 500 or 300 <= status < 400:
        raise UpstreamError("BL-UPSTREAM-005", f"the model service failed with status {status}", "try again")
    if status in (401, 403):
        raise UpstreamError(
            "BL-UPSTREAM-010",
            f"the model service does not accept the operator's key (status {status})",
            "the operator should check upstream_key",
        )
    if status >= 400:
        if kind.startswith("application/") and "json" in kind:
            return
        if status == 404:
            raise NotFound("BL-UPSTREAM-404", "the model service does not know this address or model", "check the model's name")
        raise UpstreamError("BL-UPSTREAM-006", f"the model service answered with status {status} and {kind}", "try again")
    if file:
        if status == 200 and not kind.startswith("text/") and not kind.endswith("json"):
            return
        raise UpstreamError(
            "BL-UPSTREAM-006",
            f"the model service answered with status {status} and {kind}, not with a file",
            "check what upstream points to",
        )
    wanted = "text/event-stream" if streamed else "application/json"
    if kind != wanted and not (wanted == "application/json" and kind.endswith("+json")):
        raise UpstreamError("BL-UPSTREAM-006", f"the model service answered with {kind}, not {wanted}", "check what upstream points to")


class HttpUpstream:
    """A model service behind a URL. Make it inside the running event loop."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.upstream
        self._base = str(URL(settings.upstream)).rstrip("/")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4.0),  # below the 5 s after which uvicorn-like servers hang up
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=settings.upstream_connect_timeout_s, sock_read=settings.upstream_timeout_s
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> UpstreamAnswer:
        """Send a request. Raises ``UpstreamError`` if no answer begins."""
        try:
            # encoded: yarl would resolve dots and escapes, and ask for another address than the one that was checked.
            url = URL(f"{self._base}{path}", encoded=True)
            response = await self._session.request(method, url, data=body, headers=headers, allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise _translated(problem) from problem
        return _HttpAnswer(response)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()
        await asyncio.sleep(0)  # lets the transports close before the loop may end


class _HttpAnswer:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.content_type = response.content_type
        self.headers: Mapping[str, str] = response.headers

    async def read(self, limit: int) -> bytes:
        length = self._response.content_length
        if length is not None and length > limit:
            raise _too_large(limit)
        pieces, size = [], 0
        try:  # counted although the length may be known: it is that of the packed bytes
            async for piece in self._response.content.iter_any():
                size += len(piece)
                if size > limit:
                    raise _too_large(limit)
                pieces.append(piece)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise _translated(problem) from problem
        return b"".join(pieces)

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise _translated(problem) from problem

    async def close(self) -> None:
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


def _too_large(limit: int) -> UpstreamError:
    return UpstreamError(
        "BL-UPSTREAM-007",
        f"the model service's answer is larger than {limit} bytes",
        "ask for a shorter answer, or let the operator raise max_answer_bytes",
    )


def _translated(problem: Exception) -> BrightlineError:
    if isinstance(problem, TimeoutError):
        return UpstreamTimeout(
            "BL-UPSTREAM-002", "the model service did not answer in time", "try again; the operator can raise upstream_timeout_s"
        )
    if isinstance(problem, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        return UpstreamError(
            "BL-UPSTREAM-001", "the model service cannot be reached", "try again; the operator should check the setting upstream"
        )
    return UpstreamError("BL-UPSTREAM-003", "the model service broke the connection off", "try again")
