"""The users page: who may sign in, in which role, and who is signed in. For admins; auditors read it.

A password that an admin gives is a one-time one, shown once. Steps that take something from somebody are asked about on a page
of their own, which works without scripts. Nobody takes these steps against themselves: the account page has what is sensible
there, and an admin who locks themselves out needs the command line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.responses import Response

from brightline.errors import InputError, NotFound
from brightline.server.console.desk import Door, Visit, action, page
from brightline.server.console.people.browser_name import browser_name
from brightline.server.console.people.first_admin import forget_password_file
from brightline.server.console.people.passwords import one_time_password
from brightline.server.console.people.reception import Reception, Told
from brightline.server.console.permissions import Permission, Role
from brightline.server.face import msgid as _
from brightline.store import Session, User

__all__ = ["ROLE_MEANINGS", "ROLE_NAMES", "doors"]

_USERS = "/console/users"
_MOST_BYTES = 16_384
_LATEST_EVENTS = 20

ROLE_NAMES: Mapping[str, str] = {
    Role.ADMIN: _("Admin"),
    Role.LEAD: _("Lead"),
    Role.REVIEWER: _("Reviewer"),
    Role.RULE_AUTHOR: _("Rule author"),
    Role.AUDITOR: _("Auditor"),
}
ROLE_MEANINGS: Mapping[str, str] = {
    Role.ADMIN: _("Configures, and manages users and keys. Does not read texts and decides nothing."),
    Role.LEAD: _("Reads texts, replays and exports decisions, reads the settings."),
    Role.REVIEWER: _("Reads texts and replays decisions."),
    Role.RULE_AUTHOR: _("Reads texts, tries rules and writes examples for them."),
    Role.AUDITOR: _("Reads and verifies everything, changes nothing."),
}


class _Step(NamedTuple):
    """A step that is asked about first: what it is called, what it does, and the word on its button."""

    title: str
    meaning: str
    button: str


_STEPS: Mapping[str, _Step] = {
    "disable": _Step(
        _("Disable %(name)s?"),
        _("%(name)s cannot sign in any more, and all of their sessions end at once. You can undo this."),
        _("Disable"),
    ),
    "password": _Step(
        _("Give %(name)s a new one-time password?"),
        _(
            "The old password stops working and all sessions end. You see the new password once, and hand it over; at the next sign-in it must be changed."
        ),
        _("Make a new password"),
    ),
    "second-factor": _Step(
        _("Turn off the second factor of %(name)s?"),
        _("Do this only after you have made sure by another way that it is them who ask. All of their sessions end."),
        _("Turn off"),
    ),
    "sessions": _Step(
        _("Sign %(name)s out everywhere?"), _("All of their sessions end at once. They can sign in again."), _("End all sessions")
    ),
    "role": _Step(
        _("Change the role of %(name)s?"),
        _("It changes from “%(was)s” to “%(role)s”, and all of their sessions end at once."),
        _("Change the role"),
    ),
}


class Row(NamedTuple):
    """A user in the list, with the sessions open now and when one was last used."""

    user: User
    sessions: int
    seen_at: int | None


def doors(reception: Reception) -> list[Door]:
    """The addresses of managing users."""
    pages = _Administration(reception)

    def manage(path: str, act: Any) -> Door:
        return action(f"{_USERS}{path}", act, Permission.USERS_MANAGE, most_bytes=_MOST_BYTES)

    return [
        page(_USERS, pages.show, Permission.USERS_READ),
        page(f"{_USERS}/new", pages.show_new, Permission.USERS_MANAGE),
        page(f"{_USERS}/sessions", pages.show_sessions, Permission.USERS_READ),
        manage("", pages.create),
        manage("/sessions/{session_id}/end", pages.end_session),
        page(f"{_USERS}/{{user_id}}", pages.show_user, Permission.USERS_READ),
        page(f"{_USERS}/{{user_id}}/ask/{{step}}", pages.ask, Permission.USERS_MANAGE),
        manage("/{user_id}/name", pages.change_name),
        manage("/{user_id}/enable", pages.enable),
        manage("/{user_id}/disable", pages.disable),
        manage("/{user_id}/role", pages.change_role),
        manage("/{user_id}/password", pages.reset_password),
        manage("/{user_id}/second-factor", pages.end_factor),
        manage("/{user_id}/sessions", pages.end_sessions),
    ]


class _Administration:
    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._store = reception.store
        self._tenant = reception.settings.tenant

    # Reading

    async def show(self, visit: Visit) -> Response:
        """All users."""
        users = await asyncio.to_thread(self._store.users.list, self._tenant)
        by_user: dict[str, list[Session]] = {}
        for session in await self._open_sessions(visit):
            by_user.setdefault(session.user_id, []).append(session)
        rows = []
        for user in users:
            own = by_user.get(user.id, [])
            rows.append(Row(user, len(own), max((session.seen_at for session in own), default=user.last_login_at)))
        return self._desk.render(visit, "people/users.html", rows=rows, roles=ROLE_NAMES)

    async def show_user(self, visit: Visit) -> Response:
        """One user: role, ways in, sessions, what was done about them."""
        return await self._user_page(visit, await self._user(visit))

    async def _user_page(self, visit: Visit, user: User, errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
        sessions = [session for session in await self._open_sessions(visit) if session.user_id == user.id]
        events = await asyncio.to_thread(self._store.audit.events, subject=user.id, tenant=self._tenant, limit=_LATEST_EVENTS)
        refusals = await asyncio.to_thread(self._store.users.refusals, user)
        return self._desk.render(
            visit,
            "people/user.html",
            status=status,
            home=f"{_USERS}/{user.id}",
            person=user,
            refusals=refusals,
            sessions=sessions,
            browser_name=browser_name,
            events=events,
            names=await self._names(),
            roles=ROLE_NAMES,
            meanings=ROLE_MEANINGS,
            kinds=EVENT_NAMES,
            errors=Told(visit, errors or {}),
        )

    async def show_sessions(self, visit: Visit) -> Response:
        """The sessions of everybody."""
        return self._desk.render(
            visit, "people/sessions.html", browser_name=browser_name, sessions=await self._open_sessions(visit), names=await self._names()
        )

    async def _open_sessions(self, visit: Visit) -> list[Session]:
        found = await asyncio.to_thread(self._store.sessions.list, tenant=self._tenant)
        now, idle_s = int(visit.clock.now * 1_000_000), self._reception.settings.console_idle_minutes * 60
        return [session for session in found if session.stage == "full" and session.alive(now, idle_s)]

    async def _names(self) -> dict[str, str]:
        return {user.id: user.name for user in await asyncio.to_thread(self._store.users.list, self._tenant)}

    async def _user(self, visit: Visit) -> User:
        user = await asyncio.to_thread(self._store.users.get, visit.request.path_params["user_id"])
        if user.tenant != self._tenant:
            raise NotFound("BL-INPUT-711", "there is no such user", "take the user from the list of users")
        return user

    async def _other(self, visit: Visit) -> User:
        """The user of the address, who is not the one who acts."""
        user = await self._user(visit)
        if user.id == visit.who.id:
            raise InputError(
                "BL-INPUT-719", "nobody does this to themselves", "another admin can, or the account page has what you look for"
            )
        return user

    # Making

    async def show_new(self, visit: Visit) -> Response:
        """The form for a new user."""
        return self._new_page(visit, {})

    def _new_page(self, visit: Visit, errors: Mapping[str, str]) -> Response:
        status = 422 if errors else 200
        return self._desk.render(
            visit,
            "people/new_user.html",
            status=status,
            home=f"{_USERS}/new",
            roles=ROLE_NAMES,
            meanings=ROLE_MEANINGS,
            errors=Told(visit, errors),
        )

    async def create(self, visit: Visit) -> Response:
        """Make a user and show the one-time password, this once."""
        form, password = visit.form, one_time_password()
        hashed = await self._reception.passwords.hash(password)
        try:
            user = await asyncio.to_thread(
                self._store.users.create,
                form.get("name", ""),
                role=form.get("role", ""),
                display_name=form.get("display_name", ""),
                password_hash=hashed,
                by=visit.who.id,
                tenant=self._tenant,
            )
        except InputError as problem:
            return self._new_page(visit, _errors_of(problem))
        return self._password_page(visit, user, password)

    def _password_page(self, visit: Visit, user: User, password: str) -> Response:
        return self._desk.render(visit, "people/one_time.html", home=f"{_USERS}/{user.id}", person=user, password=password)

    # Changing

    async def ask(self, visit: Visit) -> Response:
        """The page that asks before a step that takes something from somebody."""
        step, role = visit.request.path_params["step"], visit.request.query_params.get("role", "")
        if step not in _STEPS or (step == "role" and role not in ROLE_NAMES):
            raise NotFound("BL-INPUT-404", "there is no such step", "go back to the user's page")
        user = await self._other(visit)
        words = {"name": user.name}
        if step == "role":
            words |= {"was": visit.text(ROLE_NAMES[user.role]), "role": visit.text(ROLE_NAMES[role])}
        return self._desk.render(
            visit,
            "people/ask.html",
            home=f"{_USERS}/{user.id}",
            person=user,
            target=f"{_USERS}/{user.id}/{step}",
            title=visit.text(_STEPS[step].title, **words),
            meaning=visit.text(_STEPS[step].meaning, **words),
            button=visit.text(_STEPS[step].button),
            role=role,
        )

    async def change_name(self, visit: Visit) -> Response:
        """Change the name that others see."""
        user = await self._user(visit)
        try:
            await asyncio.to_thread(self._store.users.set_display_name, user.id, visit.form.get("display_name", ""), by=visit.who.id)
        except InputError as problem:
            return await self._user_page(visit, user, _errors_of(problem, "display_name"), 422)
        return self._done(visit, user, _("The name is changed."))

    async def enable(self, visit: Visit) -> Response:
        """Let somebody in again."""
        user = await self._user(visit)
        await asyncio.to_thread(self._store.users.enable, user.id, by=visit.who.id)
        return self._done(visit, user, _("%(name)s can sign in again."))

    async def disable(self, visit: Visit) -> Response:
        """Keep somebody out."""
        user = await self._other(visit)
        await asyncio.to_thread(self._store.users.disable, user.id, by=visit.who.id)
        return self._done(visit, user, _("%(name)s cannot sign in any more."))

    async def change_role(self, visit: Visit) -> Response:
        """Give another role."""
        user = await self._other(visit)
        await asyncio.to_thread(self._store.users.set_role, user.id, visit.form.get("role", ""), by=visit.who.id)
        return self._done(visit, user, _("The role of %(name)s is changed."))

    async def reset_password(self, visit: Visit) -> Response:
        """Give a one-time password and show it, this once."""
        user = await self._other(visit)
        if not user.has_password:
            raise InputError("BL-INPUT-719", "this user signs in through the identity provider", "reset the password there")
        password = one_time_password()
        hashed = await self._reception.passwords.hash(password)
        changed = await asyncio.to_thread(self._store.users.set_password, user.id, hashed, must_change=True, by=visit.who.id)
        forget_password_file(self._reception.settings, changed)
        return self._password_page(visit, changed, password)

    async def end_factor(self, visit: Visit) -> Response:
        """Turn somebody's second factor off: the phone is lost, and the recovery codes too."""
        user = await self._other(visit)
        await asyncio.to_thread(self._store.users.end_totp, user.id, by=visit.who.id)
        return self._done(visit, user, _("The second factor of %(name)s is off."))

    async def end_sessions(self, visit: Visit) -> Response:
        """Sign somebody out everywhere."""
        user = await self._other(visit)
        await asyncio.to_thread(self._store.sessions.revoke_of, user.id, by=visit.who.id)
        return self._done(visit, user, _("%(name)s is signed out everywhere."))

    async def end_session(self, visit: Visit) -> Response:
        """End one session of anybody of this installation."""
        wanted = visit.request.path_params["session_id"]
        session = next((session for session in await self._open_sessions(visit) if session.id == wanted), None)
        if session is None:
            raise NotFound("BL-INPUT-723", "there is no such session", "it may have ended already; reload the list")
        await asyncio.to_thread(self._store.sessions.revoke, wanted, by=visit.who.id)
        if visit.form.get("back") == "user":
            return self._desk.redirect(visit, f"{_USERS}/{session.user_id}", said=_("The session is ended."))
        return self._desk.redirect(visit, f"{_USERS}/sessions", said=_("The session is ended."))

    def _done(self, visit: Visit, user: User, said: str) -> Response:
        return self._desk.redirect(visit, f"{_USERS}/{user.id}", said=said, name=user.name)


def _errors_of(problem: InputError, field: str = "name") -> dict[str, str]:
    """What is wrong in the form, by field."""
    if problem.code == "BL-INPUT-713":
        return {"role": _("Choose a role.")}
    if problem.code == "BL-INPUT-714":
        return {"name": _("There already is a user of this name.")}
    if problem.code == "BL-INPUT-712" and ("display name" in problem.message or field == "display_name"):
        return {"display_name": _("At most 80 printable characters.")}
    if problem.code == "BL-INPUT-712":
        return {"name": _("1 to 64 letters and digits of any script, with . _ - + @ between them.")}
    raise problem


EVENT_NAMES: Mapping[str, str] = {
    "session.opened": _("Signed in"),
    "session.refused": _("Sign-in refused"),
    "session.closed": _("Session ended"),
    "user.created": _("User created"),
    "user.changed": _("User changed"),
    "user.disabled": _("User disabled"),
    "password.changed": _("Password changed"),
    "totp.changed": _("Second factor changed"),
}
