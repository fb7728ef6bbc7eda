"""The overview: what happened, is anything wrong, where to look next. The page that stands open all day."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, page
from brightline.server.console.overview.pages import Overview
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    overview = Overview(desk)
    return [
        page("/console", overview.show, Permission.OVERVIEW_READ),
        page("/console/overview/standing", overview.show_standing, Permission.OVERVIEW_READ),
        page("/console/overview/figures", overview.show_figures, Permission.OVERVIEW_READ),
        page("/console/overview/breakdowns", overview.show_breakdowns, Permission.OVERVIEW_READ),
        page("/console/overview/table", overview.show_table, Permission.OVERVIEW_READ),
        page("/console/overview.json", overview.give_series, Permission.OVERVIEW_READ),
        page("/console/overview.csv", overview.give_file, Permission.OVERVIEW_READ),
    ]
