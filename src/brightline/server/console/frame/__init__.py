"""The frame around every room: the palette, personal preferences, and small charts that the server draws."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door
from brightline.server.console.frame import palette, preferences

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of the frame."""
    return [*palette.doors(desk), *preferences.doors(desk)]
