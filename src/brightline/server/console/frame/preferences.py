"""What one person wants of the console: single-key shortcuts (WCAG 2.2, 2.1.4: they can be switched off) and which texts are folded.

Language and appearance are cookies of the browser (``face/language.py``), as they are wanted before anybody is signed in.
"""

from __future__ import annotations

import asyncio
from typing import Literal, cast

from starlette.responses import Response

from brightline.server.console.desk import Desk, Door, Visit, action, page
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.store import User

__all__ = ["Fold", "doors", "fold_of", "folds"]

Fold = Literal["sensitive", "all", "none"]
_FOLDS: tuple[Fold, ...] = ("sensitive", "all", "none")


def fold_of(user: User | None) -> Fold:
    """Which quoted texts this user wants folded; sensitive ones until the user says otherwise."""
    wanted = user.preferences.get("fold") if user is not None else None
    return cast(Fold, wanted) if wanted in _FOLDS else "sensitive"


def folds(user: User | None, *, is_sensitive: bool) -> bool:
    """True if a text is shown folded to this user."""
    return {"sensitive": is_sensitive, "all": True, "none": False}[fold_of(user)]


def doors(desk: Desk) -> list[Door]:
    """``/console/preferences``: everybody's own."""

    async def show(visit: Visit) -> Response:
        single_keys = visit.who.preferences.get("single_keys") != "off"
        return desk.render(visit, "frame/preferences.html", single_keys=single_keys, fold=fold_of(visit.user))

    async def keep(visit: Visit) -> Response:
        fold = visit.form.get("fold", "")
        changes = {
            "single_keys": "on" if visit.form.get("single_keys") == "yes" else "off",
            "fold": fold if fold in _FOLDS else "sensitive",
        }
        await asyncio.to_thread(desk.store.users.set_preferences, visit.who.id, changes)
        return desk.redirect(visit, "/console/preferences", said=_("Your preferences are kept."))

    return [
        page("/console/preferences", show, Permission.SIGNED_IN),
        action("/console/preferences", keep, Permission.SIGNED_IN, most_bytes=4_096),
    ]
