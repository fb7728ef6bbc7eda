"""Keys of client applications: who may call this service, how much, until when; made, rotated and revoked here."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.keys.room import KeyRoom
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    room = KeyRoom(desk)
    return [
        page("/console/keys", room.show, Permission.KEYS_READ),
        page("/console/keys/new", room.ask, Permission.KEYS_MANAGE),
        action("/console/keys/new", room.create, Permission.KEYS_MANAGE),
        page("/console/keys/{id}", room.one, Permission.KEYS_READ),
        page("/console/keys/{id}/rotate", room.ask_rotate, Permission.KEYS_MANAGE),
        action("/console/keys/{id}/rotate", room.rotate, Permission.KEYS_MANAGE),
        page("/console/keys/{id}/revoke", room.ask_revoke, Permission.KEYS_MANAGE),
        action("/console/keys/{id}/revoke", room.revoke, Permission.KEYS_MANAGE),
    ]
