"""The account page: what somebody can do for themselves. Name, password, second factor, sessions.

Whatever weakens or replaces a way in asks for the password again: a session that somebody else got hold of is not enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from brightline.errors import InputError, NotFound
from brightline.server.console.desk import Door, Visit, action, page
from brightline.server.console.people.arrival import next_path
from brightline.server.console.people.browser_name import browser_name
from brightline.server.console.people.first_admin import forget_password_file
from brightline.server.console.people.passwords import LEAST_LENGTH, MOST_LENGTH, weakness
from brightline.server.console.people.reception import PASSWORD_PAGE, Reception, Told
from brightline.server.console.people.second_factor import code_digest, grouped, new_recovery_codes
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _

__all__ = ["doors"]

_ACCOUNT = "/console/account"
_FACTOR = "/console/account/second-factor"
_MOST_BYTES = 16_384


def doors(reception: Reception) -> list[Door]:
    """The addresses of one's own account."""
    pages = _Account(reception)

    def own(path: str, act: Any) -> Door:
        return action(path, act, Permission.SIGNED_IN, most_bytes=_MOST_BYTES)

    return [
        page(_ACCOUNT, pages.show, Permission.SIGNED_IN),
        page(PASSWORD_PAGE, pages.show_password, Permission.NEW_PASSWORD),
        action(PASSWORD_PAGE, pages.change_password, Permission.NEW_PASSWORD, most_bytes=_MOST_BYTES),
        own(f"{_ACCOUNT}/name", pages.change_name),
        own(f"{_ACCOUNT}/sessions/end", pages.end_other_sessions),
        own(f"{_ACCOUNT}/sessions/{{session_id}}/end", pages.end_session),
        page(_FACTOR, pages.show_factor, Permission.SIGNED_IN),
        own(f"{_FACTOR}/begin", pages.begin_factor),
        own(f"{_FACTOR}/confirm", pages.confirm_factor),
        own(f"{_FACTOR}/off", pages.end_factor),
        own(f"{_FACTOR}/codes", pages.renew_codes),
    ]


class _Account:
    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._store = reception.store

    async def show(self, visit: Visit) -> Response:
        """The account page."""
        return await self._page(visit)

    async def _page(self, visit: Visit, errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
        sessions = await asyncio.to_thread(self._store.sessions.list, visit.who.id)
        secrets = await asyncio.to_thread(self._store.users.secrets, visit.who.id)
        return self._desk.render(
            visit,
            "people/account.html",
            status=status,
            home=_ACCOUNT,
            browser_name=browser_name,
            sessions=[session for session in sessions if session.stage == "full"],
            recovery_left=len(secrets.recovery_codes),
            errors=Told(visit, errors or {}),
        )

    # Password

    async def show_password(self, visit: Visit) -> Response:
        """The page on which the password is changed."""
        return self._password_page(visit, next_path(visit.request.query_params.get("next", "")))

    def _password_page(self, visit: Visit, wanted: str, errors: Mapping[str, str] | None = None) -> Response:
        return self._desk.render(
            visit,
            "people/password.html",
            status=422 if errors else 200,
            home=PASSWORD_PAGE,
            wanted=wanted,
            least=LEAST_LENGTH,
            most=MOST_LENGTH,
            errors=Told(visit, errors or {}),
        )

    async def change_password(self, visit: Visit) -> Response:
        """Set another password. All other sessions end, and this one gets a new secret."""
        user, form = visit.who, visit.form
        wanted = next_path(form.get("next", ""))
        if not user.has_password:
            raise NotFound("BL-INPUT-404", "this user has no password here", "change it at the identity provider")
        new, errors = form.get("new", ""), {}
        secrets = await asyncio.to_thread(self._store.users.secrets, user.id)
        if problem := weakness(new, user.name):
            errors["new"] = problem
        elif new != form.get("again", ""):
            errors["again"] = _("The two do not match.")
        elif await self._reception.passwords.fits(new, secrets.password_hash):
            errors["new"] = _("This is the password that you have now.")
        # With a one-time password somebody has just signed in; it is good for nothing but coming here.
        if not errors and not user.must_change and (problem := await self._reception.knows_password(visit, form.get("current", ""))):
            errors["current"] = problem
        if errors:
            return self._password_page(visit, wanted, errors)
        hashed = await self._reception.passwords.hash(new)
        replacing = secrets.password_hash
        changed = await asyncio.to_thread(
            self._store.users.set_password, user.id, hashed, must_change=False, by=user.id, replacing=replacing
        )
        forget_password_file(self._desk.settings, changed)
        path = wanted if user.must_change else _ACCOUNT
        return await self._reception.let_in(
            visit, changed, stage="full", way="new password", path=path, said=_("Your password is changed.")
        )

    # Name

    async def change_name(self, visit: Visit) -> Response:
        """Change the name that others see."""
        try:
            shown = visit.form.get("display_name", "")
            await asyncio.to_thread(self._store.users.set_display_name, visit.who.id, shown, by=visit.who.id)
        except InputError:
            return await self._page(visit, {"display_name": _("At most 80 printable characters.")}, 422)
        return self._desk.redirect(visit, _ACCOUNT, said=_("Your name is changed."))

    # Sessions

    async def end_session(self, visit: Visit) -> Response:
        """End one of one's own sessions."""
        wanted = visit.request.path_params["session_id"]
        own = {session.id for session in await asyncio.to_thread(self._store.sessions.list, visit.who.id)}
        if wanted not in own:
            raise NotFound("BL-INPUT-723", "there is no such session of yours", "it may have ended already; reload the account page")
        await asyncio.to_thread(self._store.sessions.revoke, wanted, by=visit.who.id)
        return self._desk.redirect(visit, f"{_ACCOUNT}#sessions", said=_("The session is ended."))

    async def end_other_sessions(self, visit: Visit) -> Response:
        """End all of one's own sessions but this one."""
        here = visit.session.id if visit.session else None
        ended = await asyncio.to_thread(self._store.sessions.revoke_of, visit.who.id, here, by=visit.who.id)
        return self._desk.redirect(visit, f"{_ACCOUNT}#sessions", said=_("Other sessions ended: %(count)s."), count=ended)

    # Second factor

    async def begin_factor(self, visit: Visit) -> Response:
        """Make a secret that has to be confirmed by a code."""
        user = visit.who
        if not user.has_password:
            raise NotFound("BL-INPUT-404", "the identity provider asks for the second factor", "set it up there")
        if problem := await self._reception.knows_password(visit, visit.form.get("password", "")):
            return await self._page(visit, {"begin": problem}, 422)
        await asyncio.to_thread(self._store.users.begin_totp, user.id, self._reception.second_factor.new_secret(user))
        return self._desk.redirect(visit, _FACTOR)

    async def show_factor(self, visit: Visit) -> Response:
        """The secret that waits for its confirmation, as a picture and as text."""
        return await self._factor_page(visit)

    async def _factor_page(self, visit: Visit, error: str = "") -> Response:
        user = visit.who
        secrets = await asyncio.to_thread(self._store.users.secrets, user.id)
        shown = self._reception.second_factor.shown(user, secrets.totp_secret) if secrets.totp_secret and not user.totp_on else ""
        if not shown:
            return self._desk.redirect(visit, f"{_ACCOUNT}#second-factor")
        return self._desk.render(
            visit,
            "people/factor.html",
            status=422 if error else 200,
            home=_FACTOR,
            picture=self._reception.second_factor.picture(user, shown),
            secret=grouped(shown),
            error=visit.text(error) if error else "",
        )

    async def confirm_factor(self, visit: Visit) -> Response:
        """A code of the new secret was sent: turn the second factor on, and show the recovery codes, this once."""
        user, factor = visit.who, self._reception.second_factor
        if await self._reception.take_attempt(user):
            return await self._factor_page(visit, _("Too many wrong tries. Wait a few minutes."))
        secrets = await asyncio.to_thread(self._store.users.secrets, user.id)
        step = None if secrets.totp_secret is None else factor.step_of(user, secrets.totp_secret, visit.form.get("code", ""))
        if step is None:
            return await self._factor_page(visit, _("This code does not fit. Check that the clock of your phone is right."))
        codes = new_recovery_codes()
        digests = [code_digest(code) for code in codes]
        changed = await asyncio.to_thread(self._store.users.confirm_totp, user.id, step, digests, by=user.id)
        await asyncio.to_thread(self._store.users.clear_attempts, user.id)
        await self._reception.begin_session(visit, changed, stage="full", way="new second factor")
        return self._reception.hand_over(visit, self._codes_page(visit, codes))

    async def renew_codes(self, visit: Visit) -> Response:
        """Make new recovery codes in place of the old ones, and show them, this once."""
        if problem := await self._reception.knows_password(visit, visit.form.get("password", "")):
            return await self._page(visit, {"codes": problem}, 422)
        codes = new_recovery_codes()
        digests = [code_digest(code) for code in codes]
        await asyncio.to_thread(self._store.users.renew_recovery_codes, visit.who.id, digests, by=visit.who.id)
        return self._codes_page(visit, codes)

    def _codes_page(self, visit: Visit, codes: list[str]) -> Response:
        return self._desk.render(visit, "people/codes.html", home=_ACCOUNT, codes=codes)

    async def end_factor(self, visit: Visit) -> Response:
        """Turn the second factor off."""
        if problem := await self._reception.knows_password(visit, visit.form.get("password", "")):
            return await self._page(visit, {"off": problem}, 422)
        changed = await asyncio.to_thread(self._store.users.end_totp, visit.who.id, by=visit.who.id)
        said = _("The second factor is off.")
        return await self._reception.let_in(visit, changed, stage="full", way="password", path=f"{_ACCOUNT}#second-factor", said=said)
