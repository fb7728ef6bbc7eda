"""How a browser comes to the sign-in page: safely or not, from where, in a known browser or not, and where it wants to go."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from brightline.config import Settings
from brightline.server.console.desk import SESSION_COOKIE
from brightline.server.console.people.vault import Vault

__all__ = ["DEVICE_COOKIE", "address_of", "agent_of", "device_of", "forget", "is_safe_way", "let_in", "next_path", "remember_device"]

DEVICE_COOKIE = "__Host-brightline-device"
_DEVICE_AGE_S = 365 * 24 * 3600
_HOME = "/console"
_LONGEST_NEXT = 2_000


def is_safe_way(request: Request, settings: Settings) -> bool:
    """True if a password may travel this way: https, or plain http that does not leave the machine.

    Behind a proxy that speaks https to readers, the request itself may be http; then it names the host of ``public_url``.
    """
    if request.url.scheme == "https":
        return True
    public = urlsplit(settings.public_url)
    if public.scheme == "https" and request.headers.get("host", "") == public.netloc:
        return True
    return _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def next_path(wanted: str) -> str:
    """``wanted`` if it is a page of our own console, else the overview. Browsers read ``\\`` as ``/`` and drop control characters."""
    spelled_out = unquote(wanted)
    sane = wanted.isprintable() and spelled_out.isprintable() and "\\" not in spelled_out and len(wanted) <= _LONGEST_NEXT
    path, _, _ = wanted.partition("?")
    within = path == _HOME or path.startswith(f"{_HOME}/")
    steps = unquote(path).split("/")
    if not sane or not within or "//" in unquote(path) or ".." in steps or "." in steps or "#" in wanted:
        return _HOME
    return _HOME if path.startswith(f"{_HOME}/sign-") else wanted


def address_of(request: Request) -> str:
    """The address that the request came from; uvicorn fills in what a trusted proxy says."""
    return request.client.host if request.client else ""


def agent_of(request: Request) -> str:
    """What the browser calls itself, as one printable line."""
    return "".join(sign if sign.isprintable() else " " for sign in request.headers.get("user-agent", ""))


def let_in(response: Response, secret: str) -> None:
    """Give the browser a session's secret. Without an age: it goes when the browser is closed."""
    response.set_cookie(SESSION_COOKIE, secret, path="/", secure=True, httponly=True, samesite="lax")


def forget(response: Response) -> None:
    """Take the session's secret from the browser."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def device_of(request: Request, vault: Vault, name: str) -> str:
    """What tells this browser from others at which ``name`` is guessed: "" unless that user signed in here before."""
    device, _, seal = request.cookies.get(DEVICE_COOKIE, "").partition(".")
    return device if device and secrets.compare_digest(seal.encode(), vault.seal("device", device, name).encode()) else ""


def remember_device(response: Response, vault: Vault, name: str) -> None:
    """Mark this browser as one in which ``name`` has signed in."""
    device = secrets.token_urlsafe(16)
    value = f"{device}.{vault.seal('device', device, name)}"
    response.set_cookie(DEVICE_COOKIE, value, max_age=_DEVICE_AGE_S, path="/", secure=True, httponly=True, samesite="lax")
