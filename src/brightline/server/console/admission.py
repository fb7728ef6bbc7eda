"""Who may come in: from a request to an admitted ``Visit``, or to the answer that turns it away.

In this order, so that nothing is learned or spent too early: the session, its age, the state it is in, the right of the
role, then for a POST the origin, the size of the form and the session's token.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from brightline.errors import AccessError, Forbidden
from brightline.server.console.desk import SESSION_COOKIE, Desk, Door, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import read_form, require_same_origin, security_headers
from brightline.server.problems import wants_page
from brightline.server.received import received
from brightline.store import Session, User

__all__ = ["endpoint_of"]

_SIGN_IN, _SECOND, _PASSWORD = "/console/sign-in", "/console/sign-in/code", "/console/account/password"
_TOUCH_US = 30_000_000  # a session's time of use is written at most every half a minute
_STATES = (Permission.SECOND_FACTOR, Permission.NEW_PASSWORD, Permission.SIGNED_IN)


class _TurnedAway(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


def endpoint_of(desk: Desk, door: Door) -> Callable[[Request], Awaitable[Response]]:
    """The Starlette endpoint of a door: admission, then the room."""

    async def endpoint(request: Request) -> Response:
        visit = desk.visit(request)
        try:
            await _admit(desk, door, visit)
        except _TurnedAway as away:
            return away.response
        if door.files and _brings_files(request):
            return await _with_files(desk, door, visit)
        if door.method == "POST":
            visit.form = await read_form(request, door.most_bytes)
            _check_token(visit)
        return await door.endpoint(visit)

    return endpoint


def _brings_files(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


async def _with_files(desk: Desk, door: Door, visit: Visit) -> Response:
    """Take the files into a room that lasts as long as the answer takes. The token comes within the form, so it is checked last."""
    async with desk.spool.room() as room:
        got = await received(visit.request, room, desk.most_file_bytes, files=door.files, fields=door.fields)
        visit.form, visit.files, visit.room = got.fields, got.files, room
        _check_token(visit)
        return await door.endpoint(visit)


async def _admit(desk: Desk, door: Door, visit: Visit) -> None:
    request = visit.request
    secret = request.cookies.get(SESSION_COOKIE, "")
    if secret:
        found = await asyncio.to_thread(_alive, desk, secret)
        if found is not None:
            visit.session, visit.user = found
            visit.secret = secret
    _check_state(door, visit)
    if door.permission not in (Permission.ANYONE, *_STATES) and not visit.can(door.permission):
        raise _TurnedAway(_denied(desk, door, visit))
    if door.method == "POST":
        require_same_origin(request, desk.settings.base_url)


def _alive(desk: Desk, secret: str) -> tuple[Session, User] | None:
    """The session of this secret and its user, both still good."""
    found = desk.store.sessions.find(secret)
    if found is None:
        return None
    session, user = found
    now = time.time_ns() // 1000
    if (
        user.tenant != desk.settings.tenant
        or user.disabled_at is not None
        or not session.alive(now, desk.settings.console_idle_minutes * 60)
    ):
        return None
    if now - session.seen_at > _TOUCH_US:
        desk.store.sessions.touch(session.id)
    return found


def _check_state(door: Door, visit: Visit) -> None:
    """Send the visitor to the step that is due: sign in, second factor, new password."""
    if door.permission is Permission.ANYONE:
        return
    if visit.session is None or visit.user is None:
        raise _TurnedAway(_go(visit, _SIGN_IN, back=True))
    if visit.session.stage == "second_factor":
        if door.permission is not Permission.SECOND_FACTOR:
            raise _TurnedAway(_go(visit, _SECOND))
    elif door.permission is Permission.SECOND_FACTOR:
        raise _TurnedAway(_go(visit, "/console"))
    elif visit.user.must_change and door.permission is not Permission.NEW_PASSWORD:
        raise _TurnedAway(_go(visit, _PASSWORD))


def _go(visit: Visit, path: str, *, back: bool = False) -> Response:
    request = visit.request
    headers = security_headers(page=False) | {"Cache-Control": "no-store"}
    if visit.is_htmx:
        return Response(status_code=401, headers=headers | {"HX-Redirect": path})
    if not wants_page(request) and request.headers.get("accept", "*/*") not in ("*/*", ""):
        raise AccessError("BL-ACCESS-020", "the session has ended or was never begun", f"sign in at {path}")
    if back and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        path = f"{path}?next={quote(here[:2000], safe='/')}"
    return RedirectResponse(path, 303, headers=headers)


def _denied(desk: Desk, door: Door, visit: Visit) -> Response:
    """A page that names what is missing, or the problem document for programs."""
    if not wants_page(visit.request) and not visit.is_htmx:
        raise Forbidden(
            "BL-ACCESS-021", f"the role {visit.who.role} lacks the right {door.permission}", "ask an admin of this installation"
        )
    return desk.render(visit, "denied.html", status=403, home="/console", right=door.permission.value)


def _check_token(visit: Visit) -> None:
    if visit.session is None:
        return
    given = visit.request.headers.get("x-csrf-token") or visit.form.get("csrf", "")
    if not hmac.compare_digest(given.encode(), visit.csrf.encode()):
        raise Forbidden("BL-ACCESS-022", "this form belongs to another session or is too old", "reload the page and send it again")
