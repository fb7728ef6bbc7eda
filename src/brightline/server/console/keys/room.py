"""The pages of the keys. A secret is part of one answer to one form and of nothing else: no address, log, cookie or table holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import Response

from brightline.errors import InputError, NotFound
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.keys.form import LIFETIMES, OVERLAPS, SCOPE_WORDS, Entered, read_form
from brightline.server.console.keys.once import Tickets, digest_of_ticket, new_ticket
from brightline.server.face import msgid as _
from brightline.store import ApiKey

__all__ = ["KeyRoom"]

_STATES = ("active", "expired", "revoked")
_MOST_EVENTS = 50
_LONGEST_SEARCH = 100
_PLACES = {"scopes": "scope_gateway"}  # the control to which an error leads, where it is not the field of that name


class KeyRoom:
    """The list of keys, one key, and what can be done with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._keys = desk.store.keys
        self._created = Tickets("key.created")
        self._rotated = Tickets("key.rotated")

    async def show(self, visit: Visit) -> Response:
        """``GET /console/keys``: all keys, newest first, or those that the filter leaves."""
        query = visit.request.query_params
        state, text = query.get("state", ""), query.get("text", "").strip()[:_LONGEST_SEARCH]
        state = state if state in _STATES else ""
        keys = await asyncio.to_thread(self._keys.list, self._desk.settings.tenant)
        found = [key for key in reversed(keys) if state in ("", key.state()) and _says(key, text)]
        return self._desk.render(visit, "keys/list.html", keys=found, total=len(keys), state=state, text=text)

    async def ask(self, visit: Visit) -> Response:
        """``GET /console/keys/new``."""
        return self._form(visit, Entered())

    async def create(self, visit: Visit) -> Response:
        """``POST /console/keys/new``: the answer is the page that shows the secret, once."""
        entered = read_form(visit.form, visit.zone, datetime.now(UTC))
        if entered.errors:
            return self._form(visit, entered, status=422)
        ticket = visit.form.get("ticket", "")
        async with self._created.turn:
            if (before := await self._created.used(visit, ticket)) is not None:
                return self._already(visit, before.subject)
            try:
                key, secret = await asyncio.to_thread(
                    self._keys.create,
                    entered.name,
                    entered.scopes,
                    entered.rate_per_minute,
                    entered.expires_at,
                    tenant=self._desk.settings.tenant,
                )
            except InputError as problem:  # a rule that the form does not know
                entered.errors["name"] = problem.message
                return self._form(visit, entered, status=422)
            await self._on_record(visit, "key.created", key.id, key, form=digest_of_ticket(ticket), scopes=" ".join(key.scopes))
        return self._desk.render(visit, "keys/secret.html", key=key, secret=secret, old=None, home=f"/console/keys/{key.id}")

    async def one(self, visit: Visit) -> Response:
        """``GET /console/keys/<id>``: everything that is known of a key, and what was done with it."""
        key = await self._find(visit)
        events = await asyncio.to_thread(self._desk.store.audit.events, subject=key.id, limit=_MOST_EVENTS, tenant=key.tenant)
        people = {user.id: user.display_name or user.name for user in await asyncio.to_thread(self._desk.store.users.list, key.tenant)}
        return self._desk.render(visit, "keys/one.html", key=key, events=events, people=people, scope_words=SCOPE_WORDS)

    async def ask_rotate(self, visit: Visit) -> Response:
        """``GET /console/keys/<id>/rotate``."""
        key = await self._find(visit)
        return self._desk.render(visit, "keys/rotate.html", key=key, overlaps=_choices(visit, OVERLAPS), ticket=new_ticket())

    async def rotate(self, visit: Visit) -> Response:
        """``POST /console/keys/<id>/rotate``: a successor, whose secret the answer shows; the old key works on for a while."""
        old = await self._find(visit)
        overlap, ticket = visit.form.get("overlap", ""), visit.form.get("ticket", "")
        if overlap not in OVERLAPS:
            raise InputError("BL-INPUT-740", "the time for which the old key works on is unknown", "choose one from the list")
        async with self._rotated.turn:
            if (before := await self._rotated.used(visit, ticket)) is not None:
                return self._already(visit, str(before.detail["successor"]))
            if old.state() != "active":
                return self._desk.redirect(
                    visit, f"/console/keys/{old.id}", said=_("This key is no longer in use. Create a new one instead.")
                )
            key, secret = await asyncio.to_thread(self._keys.rotate, old.id, overlap_s=int(overlap))
            form = digest_of_ticket(ticket)
            await self._on_record(visit, "key.rotated", old.id, key, successor=key.id, overlap_s=int(overlap), form=form)
        ended = await asyncio.to_thread(self._keys.get, old.id)
        return self._desk.render(visit, "keys/secret.html", key=key, secret=secret, old=ended, home=f"/console/keys/{key.id}")

    async def ask_revoke(self, visit: Visit) -> Response:
        """``GET /console/keys/<id>/revoke``: it cannot be undone, so a page asks."""
        return self._desk.render(visit, "keys/revoke.html", key=await self._find(visit))

    async def revoke(self, visit: Visit) -> Response:
        """``POST /console/keys/<id>/revoke``."""
        key = await self._find(visit)
        if key.state() != "revoked":
            await visit.log("key.revoked", key.id)
            await asyncio.to_thread(self._keys.revoke, key.id)
        return self._desk.redirect(
            visit, f"/console/keys/{key.id}", said=_("The key is revoked. Every process refuses it within five seconds.")
        )

    async def _on_record(self, visit: Visit, kind: str, subject: str, made: ApiKey, **detail: object) -> None:
        """An act that cannot be put on record does not stand: the key that it made is revoked again."""
        try:
            await visit.log(kind, subject, **detail)
        except BaseException:
            await asyncio.to_thread(self._keys.revoke, made.id)
            raise

    def _form(self, visit: Visit, entered: Entered, status: int = 200) -> Response:
        return self._desk.render(
            visit,
            "keys/new.html",
            status=status,
            home="/console/keys/new",
            entered=entered,
            errors=(errors := {name: visit.text(message) for name, message in entered.errors.items()}),
            wrong=[{"href": f"#{_PLACES.get(name, name)}", "text": text} for name, text in errors.items()],
            scope_words=SCOPE_WORDS,
            lifetimes=_choices(visit, LIFETIMES),
            usual_limit=self._desk.service.settings.rate_limit_per_minute,
            ticket=new_ticket(),
        )

    def _already(self, visit: Visit, key_id: str) -> Response:
        return self._desk.render(visit, "keys/already.html", status=409, key_id=key_id, home=f"/console/keys/{key_id}")

    async def _find(self, visit: Visit) -> ApiKey:
        """The key of the address, of this tenant. Raises ``NotFound`` BL-INPUT-702, also for one of another tenant."""
        key = await asyncio.to_thread(self._keys.get, visit.request.path_params["id"])
        if key.tenant != self._desk.settings.tenant:
            raise NotFound("BL-INPUT-702", f"there is no key {key.id!r}", "list them: brightline keys list")
        return key


def _choices(visit: Visit, words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(value, visit.text(message)) for value, message in words.items()]


def _says(key: ApiKey, text: str) -> bool:
    return text.casefold() in key.name.casefold() or text.removeprefix("bl_").partition("_")[0] == key.id
