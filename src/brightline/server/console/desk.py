"""The desk: what every room of the console works with, and the one way by which a request comes in.

A room declares ``Door``s: method, path, endpoint and the permission that it asks for. Nothing in a room runs before the
session is alive, the role has that permission and, for a POST, the form came from a page of ours with this session's
token. A door without a permission cannot be written down, so nothing is open by oversight.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from brightline.config import Settings
from brightline.server.console.clock import Clock, zone_of
from brightline.server.console.permissions import Permission, may
from brightline.server.face import Face, security_headers
from brightline.server.uploads import Room, Spool, Upload
from brightline.service import Service
from brightline.store import AuditEvent, Session, User

__all__ = ["SESSION_COOKIE", "Desk", "Door", "Visit", "action", "page", "token_of", "upload"]

SESSION_COOKIE = "__Host-brightline"
"""Browsers take a cookie of that name only with Secure, Path=/ and without Domain (RFC 6265bis, 4.1.3.2)."""

_SAID_COOKIE = "brightline_said"
_MOST_FILE_BYTES = 500_000_000  # own choice: more goes through the command line or the API, which need no browser
_MOST_ROOMS = 8  # forms with files at a time; own choice: people, not programs
_TEMPLATES = Path(__file__).parent / "templates"


class Door(NamedTuple):
    """One address of a room. ``most_bytes`` is the longest form that a POST may bring.

    ``files``: the parts with files of a form that brings some (``multipart/form-data``), ``fields`` the others besides the token.
    """

    method: Literal["GET", "POST"]
    path: str
    endpoint: Callable[[Visit], Awaitable[Response]]
    permission: Permission
    most_bytes: int = 0
    files: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def page(path: str, show: Callable[[Visit], Awaitable[Response]], permission: Permission) -> Door:
    """A page: reads, never changes anything."""
    return Door("GET", path, show, permission)


def action(path: str, act: Callable[[Visit], Awaitable[Response]], permission: Permission, *, most_bytes: int = 65_536) -> Door:
    """A form's target. Its endpoint finds the fields, token and origin already checked, in ``visit.form``."""
    return Door("POST", path, act, permission, most_bytes)


def upload(
    path: str, act: Callable[[Visit], Awaitable[Response]], permission: Permission, *, files: tuple[str, ...], fields: tuple[str, ...] = ()
) -> Door:
    """The target of a form with files: its endpoint finds them in ``visit.files``, and ``visit.room`` until it has answered."""
    return Door("POST", path, act, permission, 65_536, files, ("csrf", *fields))


@dataclass(slots=True)
class Visit:
    """One admitted request. ``user`` and ``session`` are None only behind doors open to anyone.

    ``files`` and ``room`` are there behind doors that take files, ``room`` only while a form with files is answered.
    """

    request: Request
    desk: Desk
    clock: Clock
    user: User | None = None
    session: Session | None = None
    secret: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    room: Room | None = None

    @property
    def lang(self) -> str:
        """``zh`` or ``en``."""
        return self.clock.lang

    @property
    def zone(self) -> str:
        """IANA name of the reader's zone."""
        return self.clock.zone

    @property
    def csrf(self) -> str:
        """This session's token for forms."""
        return token_of(self.secret) if self.secret else ""

    @property
    def is_htmx(self) -> bool:
        """True where a script asks for a fragment instead of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def who(self) -> User:
        """The user. Behind doors that ask for a role there always is one."""
        assert self.user is not None  # noqa: S101 - the door's permission says so
        return self.user

    def can(self, permission: Permission | str) -> bool:
        """True if this user's role has that right."""
        return self.user is not None and may(self.user.role, Permission(permission))

    def text(self, message: str, **values: Any) -> str:
        """``message`` (an English msgid) in the reader's language."""
        translated = self.desk.face.text(self.request, message)
        return translated % values if values else translated

    async def log(self, kind: str, subject: str, **detail: Any) -> AuditEvent:
        """Put what this user does on record: an audit event with its entry in the ledger. Never put texts of people into ``detail``."""
        service = self.desk.service
        actor = self.user.id if self.user else ""
        return await asyncio.to_thread(
            service.store.audit.record, kind, actor=actor, subject=subject, detail=detail, tenant=service.settings.tenant
        )


class Desk:
    """What the rooms share: the service behind them, and pages in the reader's language."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.store = service.store
        self.rulebook = service.rulebook
        self.face = Face(service.settings, _TEMPLATES)
        self.spool = Spool(service.settings.home, most_rooms=_MOST_ROOMS)
        self._nobodys = secrets.token_hex(32)  # seals what is said to somebody without a session, by this process

    @property
    def settings(self) -> Settings:
        """The settings as they are now: a change in the console replaces them as a whole."""
        return self.service.settings

    @property
    def most_file_bytes(self) -> int:
        """The largest file that a form may bring, as the settings are now."""
        return min(self.settings.label_max_file_bytes, _MOST_FILE_BYTES)

    def visit(self, request: Request) -> Visit:
        """A visit that nobody has admitted yet."""
        return Visit(request, self, Clock(self.face.preferences(request).lang, zone_of(request)))

    def render(
        self, visit: Visit, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, home: str = "", **values: Any
    ) -> Response:
        """A page or fragment of ``templates/``; the frame's values (``visit``, ``clock``, ``said``) are there by themselves."""
        said = self._take_said(visit)
        response = self.face.render(
            visit.request,
            template,
            status=status,
            headers=headers,
            home=home,
            visit=visit,
            clock=visit.clock,
            said=said,
            path=visit.request.url.path,
            **values,
        )
        if said:
            response.delete_cookie(_SAID_COOKIE, path="/console")
        return response

    def redirect(self, visit: Visit, path: str, *, said: str = "", **values: str | int) -> Response:
        """303 to a page of ours, which then shows ``said`` (an English msgid with placeholders for ``values``) once."""
        target = _own_path(path)
        response: Response
        if visit.is_htmx:
            response = Response(
                status_code=204, headers={"HX-Redirect": target, "Cache-Control": "no-store"} | security_headers(page=False)
            )
        else:
            response = RedirectResponse(target, 303, headers=security_headers(page=False) | {"Cache-Control": "no-store"})
        if said:
            text = visit.text(said, **values)
            packed = base64.urlsafe_b64encode(json.dumps(text).encode()).decode()
            seal = _sealed(visit.secret or self._nobodys, "said" + packed)
            response.set_cookie(
                _SAID_COOKIE, f"{packed}.{seal}", max_age=60, path="/console", secure=self.face.https, httponly=True, samesite="lax"
            )
        return response

    def _take_said(self, visit: Visit) -> str:
        """The sentence that the last redirect left, if it is ours: sealed with this session's secret."""
        packed, _, seal = visit.request.cookies.get(_SAID_COOKIE, "").partition(".")
        if (
            not seal
            or visit.is_htmx
            or not hmac.compare_digest(seal.encode(), _sealed(visit.secret or self._nobodys, "said" + packed).encode())
        ):
            return ""
        return str(json.loads(base64.urlsafe_b64decode(packed)))


def token_of(secret: str) -> str:
    """The token that forms of the session with this secret carry: derived from the cookie, so it is stored nowhere."""
    return _sealed(secret, "csrf")


def _own_path(path: str) -> str:
    """``path`` if it stays on this server. Raises ``ValueError``: a redirect elsewhere is a mistake in our code."""
    pieces = urlsplit(path)
    if pieces.scheme or pieces.netloc or not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        raise ValueError(f"not a path of our own: {path!r}")
    return path


def _sealed(secret: str, purpose: str) -> str:
    digest = hmac.new(secret.encode(), b"brightline console " + purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
