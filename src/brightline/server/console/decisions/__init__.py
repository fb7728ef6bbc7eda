"""The list of decisions: find any among millions, follow new ones, keep a view, export."""

from __future__ import annotations

from brightline.server.console.decisions.export import Export
from brightline.server.console.decisions.listing import HOME, Listing
from brightline.server.console.decisions.views import Views
from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    listing = Listing(desk)
    export = Export(desk, listing)
    views = Views(desk, listing)
    return [
        page(HOME, listing.show, Permission.DECISIONS_READ),
        page(f"{HOME}/more", listing.more, Permission.DECISIONS_READ),
        page(f"{HOME}/news", listing.news, Permission.DECISIONS_READ),
        page(f"{HOME}/suggestions/{{of}}", listing.suggest, Permission.DECISIONS_READ),
        page(f"{HOME}/export", export.ask, Permission.DECISIONS_EXPORT),
        page(f"{HOME}/export/recent", export.recent, Permission.DECISIONS_EXPORT),
        action(f"{HOME}/export", export.send, Permission.DECISIONS_EXPORT),
        page(f"{HOME}/views", views.show, Permission.VIEWS_SAVE),
        action(f"{HOME}/views", views.save, Permission.VIEWS_SAVE),
        action(f"{HOME}/views/{{id}}/rename", views.rename, Permission.VIEWS_SAVE),
        action(f"{HOME}/views/{{id}}/delete", views.delete, Permission.VIEWS_SAVE),
    ]
