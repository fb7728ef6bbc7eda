"""Health: what ``brightline doctor`` examines, of the service that runs, in words that say what to do."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.health.room import HealthRoom
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    room = HealthRoom(desk)
    return [
        page("/console/health", room.show, Permission.HEALTH_READ),
        page("/console/health/part", room.part, Permission.HEALTH_READ),
        page("/console/health.json", room.document, Permission.HEALTH_READ),
        action("/console/health/probe", room.probe, Permission.HEALTH_READ),
    ]
