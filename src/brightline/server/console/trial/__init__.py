"""Try it: what the service would make of a text, and why, while it is typed. Nothing is recorded."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.permissions import Permission
from brightline.server.console.trial.pages import Pages

__all__ = ["doors"]

_MOST_BYTES = 192 * 1024  # 10,000 characters of four bytes, percent-encoded, and the other fields


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    pages = Pages(desk)
    return [
        page("/console/try", pages.show, Permission.TRY),
        action("/console/try", pages.judge, Permission.TRY, most_bytes=_MOST_BYTES),
        action("/console/try/example", pages.example, Permission.EXAMPLES_WRITE, most_bytes=_MOST_BYTES),
    ]
