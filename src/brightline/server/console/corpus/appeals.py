"""Appeals against what was decided about documents: opened by one person, decided by another, heeded by the next run."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.responses import Response

from brightline.errors import BrightlineError
from brightline.server.console.corpus import words
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.store import CorpusAppeals, CorpusRuns, Cursor

__all__ = ["Appeals"]

_HOME = "/console/corpus/appeals"
_A_PAGE = 50
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9a-f-]{36})", re.ASCII)


class Appeals:
    """The list with the form to decide."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._appeals = CorpusAppeals(desk.store.database)
        self._runs = CorpusRuns(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/appeals``: newest first, of any status or one."""
        return await self._page(visit)

    async def decide(self, visit: Visit) -> Response:
        """``POST /console/corpus/appeals/<id>/decide``: restore the document, or let the decision stand; with a reason."""
        form = visit.form

        def close() -> None:
            self._appeals.decide(
                visit.request.path_params["appeal"],
                by=visit.who.id,
                restore=form.get("decision") == "restore",
                reason=form.get("reason", ""),
                tenant=self._desk.settings.tenant,
            )

        if form.get("decision") not in ("restore", "uphold"):
            return await self._page(visit, problem=_("Say whether the document is restored."))
        try:
            await asyncio.to_thread(close)
        except BrightlineError as problem:
            return await self._page(visit, error=problem)
        return self._desk.redirect(visit, _HOME, said=_("The appeal is decided. The next run of the corpus heeds it."))

    async def _page(self, visit: Visit, *, problem: str = "", error: BrightlineError | None = None) -> Response:
        query = visit.request.query_params
        status = query.get("status", "") if query.get("status", "") in words.APPEALS else ""
        found = _PLACE.fullmatch(query.get("after", ""))
        after = Cursor(int(found[1]), found[2]) if found else None
        tenant = self._desk.settings.tenant

        def look() -> dict[str, Any]:
            rows = self._appeals.page(status=status or None, after=after, limit=_A_PAGE + 1, tenant=tenant)
            kept = rows[:_A_PAGE]
            more = len(rows) > len(kept)
            return {
                "rows": kept,
                "corpora": {row.run: self._runs.get(row.run, tenant=tenant).corpus for row in kept},
                "people": {user.id: user.display_name or user.name for user in self._desk.store.users.list(tenant)},
                "older": f"?status={status}&after={kept[-1].made_at}.{kept[-1].id}" if more else None,
            }

        return self._desk.render(
            visit,
            "corpus/appeals.html",
            status=error.http_status if error else 422 if problem else 200,
            home=_HOME if visit.request.method == "POST" else "",
            words=words,
            wanted=status,
            paged=after is not None,
            may_decide=visit.can(Permission.CORPUS_DECIDE),
            problem=problem,
            error=error,
            **await asyncio.to_thread(look),
        )
