"""What the pages of this room share, one of each for an installation: key, passwords, throttle, second factor, provider.

Everything that lets somebody in goes through ``let_in`` here, so that a session's secret is new at every step: sign-in, second
factor, change of the password.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Literal

import structlog
from starlette.responses import Response

from brightline.config import Settings
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.people import arrival
from brightline.server.console.people.passwords import Passwords
from brightline.server.console.people.provider import Provider
from brightline.server.console.people.second_factor import SecondFactor
from brightline.server.console.people.throttle import Throttle, wait_after
from brightline.server.console.people.vault import Vault
from brightline.server.face import msgid as _
from brightline.store import User

__all__ = ["CODE_PAGE", "PASSWORD_PAGE", "SIGN_IN_PAGE", "Reception", "Told"]

SIGN_IN_PAGE = "/console/sign-in"
CODE_PAGE = "/console/sign-in/code"
PASSWORD_PAGE = "/console/account/password"  # noqa: S105 - an address

_CODE_AGE_S = 600  # as long as somebody looks for the phone
_log = structlog.get_logger("brightline.console")


class Told(dict[str, str]):
    """What is wrong in a form, by field, in the reader's language; a field that is not named is well."""

    def __init__(self, visit: Visit, errors: Mapping[str, str]) -> None:
        super().__init__({field: visit.text(message) for field, message in errors.items()})

    def __missing__(self, field: str) -> str:
        return ""


class Reception:
    """The shared tools over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.store = desk.store
        self.vault = Vault.load_or_create(desk.settings.home / "keys" / "console.key")
        self.passwords = Passwords()
        self.throttle = Throttle()
        self.second_factor = SecondFactor(self.vault, desk.settings.base_url)
        self.provider = Provider(desk.settings, self.vault) if desk.settings.oidc_issuer else None

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.desk.settings

    async def let_in(
        self, visit: Visit, user: User, *, stage: Literal["second_factor", "full"], way: str, path: str, said: str = "", **values: str | int
    ) -> Response:
        """Open a session in place of the one there was, and go to ``path`` of the console."""
        response = self.desk.redirect(await self.begin_session(visit, user, stage=stage, way=way), path, said=said, **values)
        return self.hand_over(visit, response)

    async def begin_session(self, visit: Visit, user: User, *, stage: Literal["second_factor", "full"], way: str) -> Visit:
        """Open a session; ``visit`` is of that session from now on."""
        old = visit.session
        lifetime_s = _CODE_AGE_S if stage == "second_factor" else self.settings.console_session_hours * 3600
        if old is not None and old.user_id != user.id:
            await asyncio.to_thread(self.store.sessions.revoke, old.id)
        session, secret = await asyncio.to_thread(
            self.store.sessions.open,
            user.id,
            stage=stage,
            lifetime_s=lifetime_s,
            address=arrival.address_of(visit.request),
            agent=arrival.agent_of(visit.request),
            way=way,
            replacing=old.id if old is not None and old.user_id == user.id else None,
        )
        visit.user, visit.session, visit.secret = user, session, secret
        return visit

    def hand_over(self, visit: Visit, response: Response) -> Response:
        """Give the browser the secret of the session that was just opened and, with a full one, what it should remember."""
        arrival.let_in(response, visit.secret)
        if visit.session is not None and visit.session.stage == "full":
            arrival.remember_device(response, self.vault, visit.who.name)
        return response

    async def admit(self, visit: Visit, user: User, *, way: str, path: str) -> Response:
        """Somebody has shown everything that was asked for: open a full session, and tell of refusals since the last time."""
        refused = await asyncio.to_thread(self.store.users.note_login, user.id)
        if user.must_change:
            path = PASSWORD_PAGE
        if refused > 0:
            said = _("Since you were last here, %(count)s sign-ins with your name were refused.")
            return await self.let_in(visit, user, stage="full", way=way, path=path, said=said, count=refused)
        return await self.let_in(visit, user, stage="full", way=way, path=path)

    async def refuse(self, user: User | None, reason: str, problem: str = "") -> None:
        """Put a refused sign-in on record."""
        tenant = self.settings.tenant
        await asyncio.to_thread(self.store.users.note_refusal, user.id if user else None, reason=reason, tenant=tenant)
        _log.info("sign-in refused", reason=reason, problem=problem)

    async def take_attempt(self, user: User) -> int:
        """Begin a try of somebody who is known: at a code, or at the own password. 0 if it may go on, else the seconds to wait."""
        until = await asyncio.to_thread(self.store.users.take_attempt, user.id, lambda count: wait_after(count) * 1_000_000)
        return 0 if until is None else max(1, until // 1_000_000 - int(time.time()) + 1)

    async def knows_password(self, visit: Visit, password: str) -> str:
        """Whether the user of this session knows the own password: "" or why not (an English msgid)."""
        user = visit.who
        if await self.take_attempt(user):
            return _("Too many wrong tries. Wait a few minutes.")
        secrets = await asyncio.to_thread(self.store.users.secrets, user.id)
        if not await self.passwords.fits(password, secrets.password_hash):
            await self.refuse(user, "password")
            return _("This is not your password.")
        await asyncio.to_thread(self.store.users.clear_attempts, user.id)
        return ""
