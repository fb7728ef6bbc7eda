"""Signing in and out: name and password, then a code where a second factor is on, or the way through the identity provider.

Every refusal of a name and password reads the same and costs the same: one query, one check of a hash, one transaction. What
went wrong is in the audit event, for those who may read it.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import quote

import structlog
from starlette.responses import RedirectResponse, Response

from brightline.errors import InputError, NotFound
from brightline.server.console.desk import Door, Visit, action, page
from brightline.server.console.people import arrival
from brightline.server.console.people.arrival import next_path
from brightline.server.console.people.membership import admit
from brightline.server.console.people.provider import WAY_AGE_S, NoIdentity, Provider
from brightline.server.console.people.reception import CODE_PAGE, SIGN_IN_PAGE, Reception
from brightline.server.console.people.second_factor import code_digest
from brightline.server.console.people.throttle import address_key
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.store import Secrets, User, user_name

__all__ = ["doors"]

_WAY_COOKIE = "__Host-brightline-way"
_MOST_BYTES = 16_384
_LONGEST_NAME = 200
_WRONG = _("Name or password is wrong, or you may not sign in.")
_log = structlog.get_logger("brightline.console")


class _Refusal(NamedTuple):
    message: str
    status: int = 403
    wait_s: int = 0


def doors(reception: Reception) -> list[Door]:
    """The addresses of signing in and out."""
    pages = _SignIn(reception)
    return [
        page(SIGN_IN_PAGE, pages.show, Permission.ANYONE),
        action(SIGN_IN_PAGE, pages.check_password, Permission.ANYONE, most_bytes=_MOST_BYTES),
        page(CODE_PAGE, pages.show_code, Permission.SECOND_FACTOR),
        action(CODE_PAGE, pages.check_code, Permission.SECOND_FACTOR, most_bytes=_MOST_BYTES),
        page("/console/sign-in/oidc", pages.begin_oidc, Permission.ANYONE),
        page("/console/sign-in/oidc/return", pages.finish_oidc, Permission.ANYONE),
        action("/console/sign-out", pages.sign_out, Permission.ANYONE, most_bytes=_MOST_BYTES),
    ]


class _SignIn:
    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._store = reception.store
        self._settings = reception.settings

    async def show(self, visit: Visit) -> Response:
        """The sign-in page."""
        wanted = next_path(visit.request.query_params.get("next", ""))
        if visit.session is not None:
            return self._desk.redirect(visit, wanted if visit.session.stage == "full" else CODE_PAGE)
        return self._page(visit, wanted)

    async def check_password(self, visit: Visit) -> Response:
        """Name and password were sent."""
        wanted = next_path(visit.form.get("next", ""))
        typed = visit.form.get("name", "")[:_LONGEST_NAME]
        if not self._settings.console_local_login:
            raise NotFound("BL-INPUT-404", "this installation has no sign-in by password", "use the identity provider on the sign-in page")
        if not arrival.is_safe_way(visit.request, self._settings):
            return self._page(visit, wanted)
        found = await self._user_of(visit, typed)
        if isinstance(found, _Refusal):
            return self._page(visit, wanted, typed, found)
        user, secrets = found
        if secrets.password_hash and self._reception.passwords.is_outdated(secrets.password_hash):
            fresh = await self._reception.passwords.hash(visit.form.get("password", ""))
            await asyncio.to_thread(self._store.users.refresh_hash, user.id, fresh, replacing=secrets.password_hash)
        if user.totp_on:
            path = f"{CODE_PAGE}?next={quote(wanted, safe='/')}"
            return await self._reception.let_in(visit, user, stage="second_factor", way="password", path=path)
        return await self._reception.admit(visit, user, way="password", path=wanted)

    async def _user_of(self, visit: Visit, typed: str) -> tuple[User, Secrets] | _Refusal:
        name = _folded(typed)
        device = arrival.device_of(visit.request, self._reception.vault, name)
        who = f"device {device}" if device else f"name {name}"
        address = address_key(arrival.address_of(visit.request))
        wait_s = self._reception.throttle.take(who, address)
        if wait_s:
            return _Refusal(_("Too many tries. Wait a little, then try again."), 429, wait_s)
        found = await asyncio.to_thread(self._store.users.credentials, name, self._settings.tenant)
        user, stored = (None, None) if found is None else (found[0], found[1].password_hash)
        fits = await self._reception.passwords.fits(visit.form.get("password", ""), stored)
        if found is None or not fits or found[0].disabled_at is not None:
            reason = "name" if user is None else "disabled" if user.disabled_at is not None else "password"
            await self._reception.refuse(user, reason)
            return _Refusal(_WRONG)
        self._reception.throttle.passed(who, address)
        return found

    async def show_code(self, visit: Visit) -> Response:
        """The page for the second factor."""
        return self._code_page(visit, next_path(visit.request.query_params.get("next", "")))

    async def check_code(self, visit: Visit) -> Response:
        """A code of the app or a recovery code was sent."""
        wanted, user = next_path(visit.form.get("next", "")), visit.who
        wait_s = await self._reception.take_attempt(user)
        if wait_s:
            return self._code_page(visit, wanted, _Refusal(_("Too many tries. Wait a little, then try again."), 429, wait_s))
        way = await self._way_of(user, visit.form.get("code", "")[:_LONGEST_NAME])
        if way is None:
            await self._reception.refuse(user, "code")
            return self._code_page(visit, wanted, _Refusal(_("This code is wrong, too old or was used before.")))
        return await self._reception.admit(visit, user, way=way, path=wanted)

    async def _way_of(self, user: User, code: str) -> str | None:
        users = self._store.users
        secrets = await asyncio.to_thread(users.secrets, user.id)
        step = None if secrets.totp_secret is None else self._reception.second_factor.step_of(user, secrets.totp_secret, code)
        if step is not None:
            return "code" if await asyncio.to_thread(users.take_totp_step, user.id, step) else None
        return "recovery code" if await asyncio.to_thread(users.take_recovery_code, user.id, code_digest(code)) else None

    async def begin_oidc(self, visit: Visit) -> Response:
        """Go to the identity provider. A link, not a form: ``form-action 'self'`` holds for what a form is redirected to, too."""
        provider = self._provider()
        wanted = next_path(visit.request.query_params.get("next", ""))
        if not arrival.is_safe_way(visit.request, self._settings):
            return self._page(visit, wanted)
        try:
            address, cookie = await provider.begin(wanted)
        except NoIdentity as problem:
            _log.warning("identity provider cannot be used", reason=problem.reason, problem=problem.problem)
            return self._page(visit, wanted, refusal=_Refusal(_("The identity provider does not answer. Try again, or ask an admin."), 502))
        response = RedirectResponse(address, 303, headers=security_headers(page=False) | {"Cache-Control": "no-store"})
        # Lax: the return is a link from the provider's site, with which Strict cookies would not come.
        response.set_cookie(_WAY_COOKIE, cookie, max_age=WAY_AGE_S, path="/", secure=True, httponly=True, samesite="lax")
        return response

    async def finish_oidc(self, visit: Visit) -> Response:
        """Come back from the identity provider."""
        provider = self._provider()
        user = None
        try:
            identity, wanted = await provider.finish(visit.request.cookies.get(_WAY_COOKIE, ""), dict(visit.request.query_params))
            user = await asyncio.to_thread(admit, self._store, identity, self._settings.oidc_role_map, self._settings.tenant)
            response = await self._reception.admit(visit, user, way="oidc", path=next_path(wanted))
        except NoIdentity as problem:
            await self._reception.refuse(user, f"oidc: {problem.reason}", problem.problem)
            response = self._page(visit, next_path(""), refusal=_Refusal(_reason(problem)))
        response.delete_cookie(_WAY_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _provider(self) -> Provider:
        if self._reception.provider is None:
            raise NotFound("BL-INPUT-404", "this installation has no identity provider", "sign in with name and password")
        return self._reception.provider

    async def sign_out(self, visit: Visit) -> Response:
        """End the session of this browser, if there is one."""
        if visit.session is not None:
            await asyncio.to_thread(self._store.sessions.revoke, visit.session.id)
        visit.user, visit.session, visit.secret = None, None, ""
        response = self._desk.redirect(visit, SIGN_IN_PAGE, said=_("You are signed out."))
        arrival.forget(response)
        return response

    def _page(self, visit: Visit, wanted: str, typed: str = "", refusal: _Refusal | None = None) -> Response:
        safe = arrival.is_safe_way(visit.request, self._settings)
        return self._desk.render(
            visit,
            "people/sign_in.html" if safe else "people/not_safe.html",
            status=(200 if refusal is None else refusal.status) if safe else 403,
            headers=_retry_after(refusal),
            home=SIGN_IN_PAGE,
            wanted=wanted,
            typed=typed,
            refusal=refusal,
            local=self._settings.console_local_login,
            provider=self._reception.provider.name if self._reception.provider else "",
        )

    def _code_page(self, visit: Visit, wanted: str, refusal: _Refusal | None = None) -> Response:
        status = 200 if refusal is None else refusal.status
        headers = _retry_after(refusal)
        return self._desk.render(visit, "people/code.html", status=status, headers=headers, home=CODE_PAGE, wanted=wanted, refusal=refusal)


def _folded(typed: str) -> str:
    """The name as it is stored, so that all spellings count together; of what cannot be a name, the whole."""
    try:
        return user_name(typed)
    except InputError:
        return typed.casefold()


def _retry_after(refusal: _Refusal | None) -> dict[str, str]:
    return {"Retry-After": str(refusal.wait_s)} if refusal is not None and refusal.wait_s else {}


def _reason(problem: NoIdentity) -> str:
    if problem.reason in ("no role", "disabled"):
        return _("You are known to the identity provider, but have no access here. Ask an admin.")
    return _("Signing in through the identity provider did not work. Please begin again.")
