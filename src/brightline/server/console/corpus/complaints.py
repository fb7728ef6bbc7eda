"""Complaints of rights-holders and persons: what came in, until when it is to be decided, and what was done about it.

Names and addresses of who complains are shown to whoever may decide, and to nobody else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, cast

from starlette.responses import Response

from brightline.corpus.sources import COMPLAINT_KINDS, Complaint, Remedy, Targets, decide_complaint, erase_complainant, receive_complaint
from brightline.errors import BrightlineError
from brightline.server.console.corpus import words
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.store import CorpusComplaints, Cursor

__all__ = ["Complaints"]

_HOME = "/console/corpus/complaints"
_A_PAGE = 50
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9a-f-]{36})", re.ASCII)
_STATUSES = ("open", "upheld", "rejected")


class Complaints:
    """The list, one complaint, and the decision about it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._complaints = CorpusComplaints(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/complaints``: newest first, of any status or one."""
        query = visit.request.query_params
        status = query.get("status", "") if query.get("status", "") in _STATUSES else ""
        found = _PLACE.fullmatch(query.get("after", ""))
        after = Cursor(int(found[1]), found[2]) if found else None

        def look() -> dict[str, Any]:
            rows = self._complaints.page(status=status or None, after=after, limit=_A_PAGE + 1, tenant=self._tenant)
            shown = rows[:_A_PAGE]
            more = len(rows) > len(shown)
            return {
                "rows": [Complaint.of(row) for row in shown],
                "counts": self._complaints.counts(tenant=self._tenant),
                "older": f"?status={status}&after={shown[-1].made_at}.{shown[-1].id}" if more else None,
            }

        return self._desk.render(
            visit,
            "corpus/complaints.html",
            words=words,
            status=200,
            wanted=status,
            paged=after is not None,
            may_receive=visit.can(Permission.CORPUS_REVIEW),
            **await asyncio.to_thread(look),
        )

    async def one(self, visit: Visit) -> Response:
        """``GET /console/corpus/complaints/<id>``."""
        return await self._page(visit)

    async def decide(self, visit: Visit) -> Response:
        """``POST /console/corpus/complaints/<id>/decide``: uphold it with a remedy, or reject it; in any case with a reason."""
        form, complaint_id = visit.form, visit.request.path_params["complaint"]
        remedy = form.get("remedy", "none")
        uphold = form.get("decision") == "uphold"

        def close() -> None:
            decide_complaint(
                self._desk.store.database,
                complaint_id,
                uphold=uphold,
                reason=form.get("reason", ""),
                by=visit.who.id,
                remedy=cast(Remedy, remedy if remedy in words.REMEDIES else "none"),
                targets=_targets(form),
                tenant=self._tenant,
            )

        try:
            if form.get("decision") not in ("uphold", "reject"):
                return await self._page(visit, problem=_("Say whether the complaint is justified."))
            await asyncio.to_thread(close)
        except BrightlineError as problem:
            return await self._page(visit, error=problem)
        return self._desk.redirect(visit, f"{_HOME}/{complaint_id}", said=_("The complaint is decided."))

    async def erase(self, visit: Visit) -> Response:
        """``POST /console/corpus/complaints/<id>/erase``: name, address and evidence go, with ``words`` also what was written and answered."""
        complaint_id, words_too = visit.request.path_params["complaint"], visit.form.get("words") == "yes"

        def forget() -> None:
            erase_complainant(self._desk.store.database, complaint_id, by=visit.who.id, words=words_too, tenant=self._tenant)

        try:
            await asyncio.to_thread(forget)
        except BrightlineError as problem:
            return await self._page(visit, error=problem)
        return self._desk.redirect(visit, f"{_HOME}/{complaint_id}", said=_("Who complained is erased here."))

    async def new(self, visit: Visit) -> Response:
        """``GET /console/corpus/complaints/new``: for what comes by letter or telephone."""
        return self._form(visit)

    async def receive(self, visit: Visit) -> Response:
        """``POST /console/corpus/complaints/new``. Whoever takes it in does not decide about it."""
        form = visit.form
        targets = _targets(form)

        def take_in() -> Complaint:
            return receive_complaint(
                self._desk.store.database,
                kind=form.get("kind", ""),
                what=form.get("what", ""),
                contact=form.get("contact", ""),
                complainant=form.get("complainant", ""),
                source=form.get("source", "").strip(),
                doc_ids=targets.doc_ids,
                urls=targets.urls,
                evidence=form.get("evidence", ""),
                by=visit.who.id,
                tenant=self._tenant,
            )

        try:
            complaint = await asyncio.to_thread(take_in)
        except BrightlineError as problem:
            return self._form(visit, error=problem)
        return self._desk.redirect(visit, f"{_HOME}/{complaint.id}", said=_("The complaint is taken in."))

    @property
    def _tenant(self) -> str:
        return self._desk.settings.tenant

    async def _page(self, visit: Visit, *, problem: str = "", error: BrightlineError | None = None) -> Response:
        def look() -> dict[str, Any]:
            complaint = Complaint.of(self._complaints.get(visit.request.path_params["complaint"], tenant=self._tenant))
            people = {user.id: user.display_name or user.name for user in self._desk.store.users.list(self._tenant)}
            return {"complaint": complaint, "people": people}

        values = await asyncio.to_thread(look)
        return self._desk.render(
            visit,
            "corpus/complaint.html",
            status=error.http_status if error else 422 if problem else 200,
            home=f"{_HOME}/{values['complaint'].id}" if visit.request.method == "POST" else "",
            words=words,
            may_decide=visit.can(Permission.CORPUS_DECIDE),
            entered=dict(visit.form),
            problem=problem,
            error=error,
            **values,
        )

    def _form(self, visit: Visit, *, error: BrightlineError | None = None) -> Response:
        return self._desk.render(
            visit,
            "corpus/complaint_form.html",
            status=error.http_status if error else 200,
            home=f"{_HOME}/new" if visit.request.method == "POST" else "",
            words=words,
            kinds=list(COMPLAINT_KINDS),
            entered=dict(visit.form),
            error=error,
        )


def _targets(form: Mapping[str, str]) -> Targets:
    """What the form says the complaint concerns: ids and addresses one a line, and a pattern."""
    return Targets(tuple(form.get("doc_ids", "").split()), tuple(form.get("urls", "").split()), form.get("pattern", "").strip())
