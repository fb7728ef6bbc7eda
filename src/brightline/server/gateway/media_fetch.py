"""Fetching a file that a model service made and only gave an address of (``response_format: "url"``).

The address comes from outside, so it is treated as hostile (OWASP, "Server-Side Request Forgery Prevention"). http and https only; no
credentials in it; ports 80, 443 and those that need no privilege; a host that is a number in any writing but the plain one is refused,
because resolvers read ``2130706433``, ``127.1`` and ``0x7f.1`` as addresses. A name is resolved once, all that it means must be public,
and the socket looks at the address that it is about to connect to, so that no second look-up can lead elsewhere. Redirects are followed
by hand, at most three, each checked anew. The size is bounded while it comes, and nothing is unpacked.

One exception: the model service's own origin (scheme, host and port), which the operator chose and which may be private. Only that
origin is shown the operator's key. No proxy from the environment is used, and no cookie is kept.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from brightline.config import Settings
from brightline.errors import UpstreamError

__all__ = ["MediaFetch", "is_public"]

MAX_REDIRECTS = 3
"""Own choice: storage services redirect once."""

MAX_ADDRESS_CHARS = 8192
"""Own choice: signed addresses of storage services have some 2,000."""

# The last label of a host is a number: then the whole is an IPv4 address, in whatever writing (WHATWG URL, "ends in a number checker").
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?\Z", re.DOTALL)

_FETCHED_AS_IS = {"accept-encoding": "identity"}


class MediaFetch:
    """Gets files by their address. ``close`` it in the event loop in which it was used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = URL(settings.upstream).origin() if settings.upstream else None
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # own origin or not → connections

    async def get(self, address: str) -> bytes:
        """The file. Raises ``UpstreamError`` BL-UPSTREAM-011 (address), -012 (not fetched), -007 (too large)."""
        try:
            url = URL(address[: MAX_ADDRESS_CHARS + 1])
        except ValueError:
            raise _refused("it is no address") from None
        as_own = True  # until a host of others sends it on: that one may not choose what is asked with the operator's key
        for _ in range(MAX_REDIRECTS + 1):
            as_own = as_own and self.is_own(url)
            self.require_allowed(url, as_own=as_own)
            found = await self._step(url, as_own=as_own)
            if isinstance(found, bytes):
                return found
            url = found
        raise _refused(f"it redirects more than {MAX_REDIRECTS} times")

    def is_own(self, url: URL) -> bool:
        """True for an address of the model service itself."""
        return self._own is not None and url.is_absolute() and url.scheme in ("http", "https") and url.origin() == self._own

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _step(self, url: URL, *, as_own: bool) -> bytes | URL:
        """The file, or where it is instead."""
        key = self._settings.upstream_key
        headers = {**_FETCHED_AS_IS, "authorization": f"Bearer {key}"} if as_own and key else _FETCHED_AS_IS
        try:
            async with self._session(own=as_own).get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    return url.join(URL(answer.headers.get("location", "")))
                if answer.status != 200:
                    raise UpstreamError(
                        "BL-UPSTREAM-012", f"the address that the model service gave answers with status {answer.status}", "try again"
                    )
                return await _bounded(answer, min(self._settings.max_answer_bytes, self._settings.label_max_file_bytes))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            cause: BaseException | None = problem
            while cause is not None:
                if isinstance(cause, _Private):
                    raise _refused(str(cause)) from None
                cause = cause.__cause__ or getattr(cause, "os_error", None)
            raise UpstreamError(
                "BL-UPSTREAM-012", "the file could not be fetched from the address that the model service gave", "try again"
            ) from problem

    def require_allowed(self, url: URL, *, as_own: bool) -> None:
        """Raises ``UpstreamError`` BL-UPSTREAM-011 for an address that is not asked. ``as_own``: the model service itself led to it."""
        if url.scheme not in ("http", "https") or not url.host:
            raise _refused("it is neither http nor https")
        if len(str(url)) > MAX_ADDRESS_CHARS:
            raise _refused("it is too long")
        if url.user is not None or url.password is not None:
            raise _refused("it carries credentials")
        if as_own:
            return
        if url.port is None or (url.port < 1024 and url.port not in (80, 443)):
            raise _refused("its port is none of the web")
        try:
            literal = ipaddress.ip_address(url.host.partition("%")[0])
        except ValueError:
            if _ENDS_IN_NUMBER.match(url.host) or not _NAME.fullmatch(url.raw_host or ""):
                raise _refused("its host is no name") from None
            return  # a name: the resolver looks at what it means
        if not is_public(str(literal)):
            raise _refused("it lies in a private network")

    def _session(self, *, own: bool) -> aiohttp.ClientSession:
        if own not in self._sessions:
            settings = self._settings
            timeout = aiohttp.ClientTimeout(
                total=settings.upstream_timeout_s, sock_connect=settings.upstream_connect_timeout_s, sock_read=settings.upstream_timeout_s
            )
            guards: dict[str, Any] = {} if own else {"resolver": _PublicOnly(), "socket_factory": public_socket}
            connector = aiohttp.TCPConnector(use_dns_cache=False, limit=16, force_close=True, **guards)
            self._sessions[own] = aiohttp.ClientSession(
                connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False
            )
        return self._sessions[own]


# As IDNA writes a name in ASCII (RFC 5890), with the underscore that some storage services allow themselves.
_NAME = re.compile(r"(?=.{1,253}\.?\Z)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)

_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")  # all that IANA hands out as global unicast (RFC 4291, section 2.4)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052, section 2.1
_WIRE_SERVER = ipaddress.IPv4Address("168.63.129.16")  # of one cloud: answers its own machines only, under a public address


def is_public(address: str) -> bool:
    """True for a global unicast address (IANA special-purpose registries, as ``ipaddress`` knows them); of an IPv6 address
    that stands for an IPv4 address, that one counts."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        return found in _GLOBAL_IPV6 and found.is_global
    return found.is_global and not found.is_multicast and not found.is_reserved and found != _WIRE_SERVER


def public_socket(about: tuple[Any, ...]) -> socket.socket:
    """The socket of a connection whose address is final: (family, kind, protocol, name, address). Raises ``OSError`` where it is private."""
    family, kind, protocol, _, address = about
    try:
        allowed = is_public(str(address[0]))
    except ValueError:  # a writing that only the system's resolver understands
        allowed = False
    if not allowed:
        raise _Private("it leads into a private network")
    return socket.socket(family, kind, protocol)


class _Private(OSError):
    """A name leads into a private network."""


class _PublicOnly(AbstractResolver):
    """Resolves names to public addresses only: one private address among them, and none counts."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise _Private("it leads into a private network")
        return found

    async def close(self) -> None:
        await self._inner.close()


async def _bounded(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise UpstreamError("BL-UPSTREAM-012", "the file behind the address comes packed, which nobody asked for", "try again")
    if answer.content_length is not None and answer.content_length > limit:
        raise _too_large(limit)
    pieces, size = [], 0
    async for piece in answer.content.iter_any():
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(limit: int) -> UpstreamError:
    return UpstreamError("BL-UPSTREAM-007", f"the file behind the address is larger than {limit} bytes", "ask for a smaller one")


def _refused(why: str) -> UpstreamError:
    return UpstreamError(
        "BL-UPSTREAM-011",
        f"the address that the model service gave for a file is not fetched: {why}",
        'ask with response_format "b64_json"',
    )
