"""The palette: one field from which everything of the console can be reached, as a page and, for ``console.js``, as a fragment."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from brightline.server.console.desk import Desk, Door, Visit, page
from brightline.server.console.frame.finding import MOST_CHARS, find
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """``GET /console/palette?q=``: for any signed-in user; what is found depends on the role."""

    async def show(visit: Visit) -> Response:
        question = visit.request.query_params.get("q", "")[:MOST_CHARS]
        groups = await asyncio.to_thread(find, desk, visit, question)
        template = "frame/palette_options.html" if visit.is_htmx else "frame/palette.html"
        return desk.render(visit, template, question=question, groups=groups)

    return [page("/console/palette", show, Permission.SIGNED_IN)]
