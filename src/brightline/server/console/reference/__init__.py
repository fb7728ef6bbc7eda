"""The API, tried out with the session: each operation as a form, the call as curl, and the real answer."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.permissions import Permission
from brightline.server.console.reference.room import MOST_BYTES, ReferenceRoom

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    room = ReferenceRoom(desk)
    return [
        page("/console/api", room.show, Permission.API_USE),
        page("/console/api/{operation}", room.one, Permission.API_USE),
        action("/console/api/{operation}", room.call, Permission.API_USE, most_bytes=MOST_BYTES),
    ]
