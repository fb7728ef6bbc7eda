"""Settings: each with its value, where that came from, what it may be, who changed it; changed here where that is safe."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.permissions import Permission
from brightline.server.console.settings.room import SettingRoom

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    room = SettingRoom(desk)
    return [
        page("/console/settings", room.show, Permission.SETTINGS_READ),
        page("/console/settings/{key}", room.one, Permission.SETTINGS_READ),
        action("/console/settings/{key}", room.change, Permission.SETTINGS_CHANGE),
    ]
