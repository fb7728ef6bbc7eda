"""The pages of the settings. A change is checked by the rules of the start, kept with its audit event, and in force when the page comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from starlette.responses import Response

from brightline.config import Settings, with_changes
from brightline.errors import ConfigError, InputError, NotFound
from brightline.live_settings import when_applied
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.settings.description import described, shown_json
from brightline.server.console.settings.words import GROUPS, LAST_GROUP
from brightline.server.face import msgid as _
from brightline.store import SettingChange

__all__ = ["SettingRoom"]

_MOST_EVENTS = 200
_LONGEST_VALUE = 2_000


class SettingRoom:
    """All settings, and one with its history."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._service = desk.service
        self._turn = asyncio.Lock()

    async def show(self, visit: Visit) -> Response:
        """``GET /console/settings``: every setting, in groups; with ``changed=1`` only those that are not at their default."""
        live = self._service.live_settings
        only_changed = visit.request.query_params.get("changed") == "1"
        grouped = {key for keys in GROUPS.values() for key in keys}
        groups = GROUPS | {LAST_GROUP: tuple(key for key in Settings.model_fields if key not in grouped)}
        found = {name: [described(live, key) for key in keys] for name, keys in groups.items()}
        if only_changed:
            found = {name: [each for each in settings if each.origin != "default"] for name, settings in found.items()}
        waiting = [key for key in Settings.model_fields if key in live.state.waiting]
        return self._desk.render(
            visit,
            "settings/list.html",
            groups={name: settings for name, settings in found.items() if settings},
            waiting=waiting,
            overruled=live.state.overruled,
            only_changed=only_changed,
        )

    async def one(self, visit: Visit) -> Response:
        """``GET /console/settings/<key>``."""
        return await self._page(visit, _known(visit))

    async def change(self, visit: Visit) -> Response:
        """``POST /console/settings/<key>``: ``act`` is ``change`` (to ``value``), ``reset`` (give it back) or ``undo`` (the last change)."""
        key = _known(visit)
        if when_applied(key) == "never":
            raise InputError("BL-INPUT-745", f"{key} is not changed in the console", "set it in brightline.toml or the environment")
        if self._service.live_settings.base.origin_of(key) == "environment":
            return await self._page(
                visit, key, refused=visit.text(_("The environment sets this value, and stands above the console.")), status=409
            )
        async with self._turn:
            history = await asyncio.to_thread(self._history, key)
            newest = history[0] if history else None
            if visit.form.get("seen", "") != (newest.id if newest else ""):
                refused = visit.text(_("Somebody changed this setting meanwhile. Look at the value as it is now, then decide again."))
                return await self._page(visit, key, refused=refused, status=409)
            try:
                text = self._asked(visit, key, history)
            except ConfigError as problem:
                return await self._page(visit, key, entered=visit.form.get("value", ""), problem=problem.message, status=422)
            if text == (newest.value if newest else None):
                return self._desk.redirect(visit, f"/console/settings/{key}", said=_("Nothing has changed."))
            tenant = self._desk.settings.tenant
            await asyncio.to_thread(self._desk.store.setting_changes.record, key, text, visit.who.id, tenant=tenant)
        await asyncio.to_thread(self._service.refresh_settings)
        if key in self._service.live_settings.state.waiting:
            said = _("Changed. It takes effect when the service starts the next time.")
        else:
            said = _("Changed. It is in force here now, and in other processes within a few seconds.")
        return self._desk.redirect(visit, f"/console/settings/{key}", said=said)

    def _asked(self, visit: Visit, key: str, history: list[SettingChange]) -> str | None:
        """The JSON text that the form asks for, held against the rules of the start. Raises ``ConfigError``."""
        act = visit.form.get("act", "change")
        if act == "reset":
            return None
        if act == "undo":
            if not history:
                raise InputError("BL-INPUT-746", "there is no change to undo", "reload the page")
            before = history[1].value if len(history) > 1 else None
            value: Any = None if before is None else orjson.loads(before)
            if before is None:
                return None
        else:
            value = visit.form.get("value", "").strip()
            if len(value) > _LONGEST_VALUE or not value.isprintable():
                raise ConfigError("BL-CONFIG-003", f"{key} must have at most {_LONGEST_VALUE} printable characters")
        checked = with_changes(self._service.live_settings.state.in_force, {key: value})
        return orjson.dumps(checked.model_dump(mode="json", include={key})[key]).decode()

    async def _page(
        self, visit: Visit, key: str, *, entered: str | None = None, problem: str = "", refused: str = "", status: int = 200
    ) -> Response:
        def look() -> dict[str, Any]:
            store, tenant = self._desk.store, self._desk.settings.tenant
            events = store.audit.events(kind="setting.changed", limit=_MOST_EVENTS, tenant=tenant)
            return {
                "history": self._history(key),
                "places": {event.subject: event.seq for event in events if event.detail.get("key") == key},
                "people": {user.id: user.display_name or user.name for user in store.users.list(tenant)},
            }

        found = await asyncio.to_thread(look)
        history: list[SettingChange] = found["history"]
        older = [shown_json(key, change.value) for change in history[1:]] + [""]
        steps = list(zip(history, older, strict=False))
        return self._desk.render(
            visit,
            "settings/one.html",
            status=status,
            home=f"/console/settings/{key}" if visit.request.method == "POST" else "",
            setting=described(self._service.live_settings, key),
            entered=entered,
            problem=problem,
            refused=refused,
            steps=steps,
            seen=history[0].id if history else "",
            shown_json=shown_json,
            **found,
        )

    def _history(self, key: str) -> list[SettingChange]:
        return self._desk.store.setting_changes.history(key, tenant=self._desk.settings.tenant)


def _known(visit: Visit) -> str:
    key: str = visit.request.path_params["key"]
    if key not in Settings.model_fields:
        raise NotFound("BL-INPUT-744", "there is no such setting", "take it from the list of settings")
    return key
