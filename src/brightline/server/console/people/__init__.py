"""The people of the console: signing in and out, one's own account, and the users of the installation."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door
from brightline.server.console.people import account, administration, sign_in
from brightline.server.console.people.reception import Reception

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    reception = Reception(desk)
    return [*sign_in.doors(reception), *account.doors(reception), *administration.doors(reception)]
