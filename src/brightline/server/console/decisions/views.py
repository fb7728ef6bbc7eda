"""Saved views: conditions under a name, for oneself or for everybody of the installation.

A view is an address of the list without a place in it. People rename and delete their own views only; somebody else's answers
as if it did not exist. What was deleted comes back with one click: the page that follows carries the view, sealed for this
session, so nothing needs to be kept for it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any, NamedTuple

from starlette.responses import Response

from brightline.errors import BrightlineError, InputError, NotFound
from brightline.server.console.decisions.conditions import Conditions, conditions_of
from brightline.server.console.decisions.listing import HOME, Listing, read_conditions
from brightline.server.console.desk import Desk, Visit
from brightline.server.face import msgid as _
from brightline.store import SavedView

__all__ = ["Views"]

_PAGE = f"{HOME}/views"
_LONGEST_NAME = 80
_LONGEST_QUERY = 4_000


class _Told(NamedTuple):
    """A view with its conditions and, where it is not the reader's own, the name of whoever shares it."""

    view: SavedView
    conditions: Conditions
    told: dict[str, Any]
    by: str


class Views:
    """The doors of the saved views."""

    def __init__(self, desk: Desk, listing: Listing) -> None:
        self._desk = desk
        self._store = desk.store.views
        self._listing = listing

    async def show(self, visit: Visit) -> Response:
        """``GET /console/decisions/views``: all views, and the form that saves the conditions that came along."""
        return await self._page(visit, read_conditions(visit))

    async def save(self, visit: Visit) -> Response:
        """``POST /console/decisions/views``: keep conditions under a name; also brings back what was deleted."""
        deleted = _opened(visit, visit.form.get("undo", ""))
        if deleted is not None:
            await asyncio.to_thread(self._store.save, visit.who.id, deleted["name"], deleted["query"], shared=deleted["shared"])
            return self._desk.redirect(visit, _PAGE, said=_("“%(name)s” is back."), name=deleted["name"])
        conditions = read_conditions(visit, visit.form.get("query", ""))
        name = " ".join(visit.form.get("name", "").split())
        error = _("These conditions cannot be saved: correct them first.") if conditions.faults else _name_error(name)
        if not error and len(conditions.query) > _LONGEST_QUERY:
            error = _("These conditions are too long to be saved.")
        if error:
            return await self._page(visit, conditions, name=name, error=error)
        try:
            await asyncio.to_thread(self._store.save, visit.who.id, name, conditions.query, shared=visit.form.get("shared") == "yes")
        except InputError:
            error = _("There are too many saved views. Delete one that is not needed.")
            return await self._page(visit, conditions, name=name, error=error)
        path = f"{HOME}?{conditions.query}" if conditions.query else HOME
        return self._desk.redirect(visit, path, said=_("Saved as “%(name)s”."), name=name)

    async def rename(self, visit: Visit) -> Response:
        """``POST /console/decisions/views/{id}/rename``: a name and whether it is shared, for a view of one's own."""
        mine = await asyncio.to_thread(self._own, visit)
        view = next((each for each in mine if each.id == visit.request.path_params["id"]), None)
        if view is None:
            raise _no_such_view()
        name = " ".join(visit.form.get("name", "").split())
        error = _name_error(name)
        if not error and any(each.name == name and each.id != view.id for each in mine):
            error = _("You have a view of that name already.")
        if error:
            return await self._page(visit, read_conditions(visit, ""), renamed=view.id, name=name, error=error)
        await asyncio.to_thread(self._rename, visit.who.id, view, name, visit.form.get("shared") == "yes")
        return self._desk.redirect(visit, _PAGE, said=_("Saved as “%(name)s”."), name=name)

    async def delete(self, visit: Visit) -> Response:
        """``POST /console/decisions/views/{id}/delete``: a view of one's own; the page that follows can bring it back."""
        mine = await asyncio.to_thread(self._own, visit)
        view = next((each for each in mine if each.id == visit.request.path_params["id"]), None)
        if view is None:
            raise _no_such_view()
        await asyncio.to_thread(self._store.delete, view.id, visit.who.id)
        sealed = _sealed(visit, {"name": view.name, "query": view.query, "shared": view.shared})
        return self._desk.redirect(visit, f"{_PAGE}?undo={sealed}", said=_("“%(name)s” was deleted."), name=view.name)

    def _own(self, visit: Visit) -> list[SavedView]:
        return [view for view in self._store.visible_to(visit.who.id) if view.user_id == visit.who.id]

    def _rename(self, user_id: str, view: SavedView, name: str, shared: bool) -> None:
        # First the new one, then the old one: if something fails between, there are both and not neither.
        self._store.save(user_id, name, view.query, shared=shared)
        if name != view.name:
            self._store.delete(view.id, user_id)

    async def _page(self, visit: Visit, conditions: Conditions, *, name: str = "", error: str = "", renamed: str = "") -> Response:
        views = await asyncio.to_thread(self._told, visit)
        undo = visit.request.query_params.get("undo", "")
        return self._desk.render(
            visit,
            "decisions/views.html",
            status=400 if error else 200,
            home=_PAGE,
            views=views,
            name=name,
            error=error,
            renamed=renamed,
            undo=undo if _opened(visit, undo) else "",
            **self._listing.told(visit, conditions),
        )

    def _told(self, visit: Visit) -> list[_Told]:
        told = []
        for view in self._store.visible_to(visit.who.id):
            conditions = conditions_of(view.query, visit.clock, self._desk.service)
            by = "" if view.user_id == visit.who.id else self._name_of(view.user_id)
            told.append(_Told(view, conditions, self._listing.told(visit, conditions), by))
        return told

    def _name_of(self, user_id: str) -> str:
        try:
            user = self._desk.store.users.get(user_id)
        except BrightlineError:
            return ""
        return user.display_name or user.name


def _name_error(name: str) -> str:
    if not name:
        return _("A view needs a name.")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return _("A name has at most 80 printable characters.")
    return ""


def _no_such_view() -> NotFound:
    return NotFound("BL-INPUT-722", "there is no such view of yours", "views are changed by those who saved them")


def _sealed(visit: Visit, value: dict[str, Any]) -> str:
    packed = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
    return f"{packed}.{_seal(visit, packed)}"


def _opened(visit: Visit, sealed: str) -> dict[str, Any] | None:
    """What this session sealed, None for anything else."""
    packed, _dot, seal = sealed.partition(".")
    if not packed or not hmac.compare_digest(seal.encode(), _seal(visit, packed).encode()):
        return None
    opened: dict[str, Any] = json.loads(base64.urlsafe_b64decode(packed))
    return opened


def _seal(visit: Visit, packed: str) -> str:
    return hmac.new(visit.csrf.encode(), b"deleted view " + packed.encode(), hashlib.sha256).hexdigest()
