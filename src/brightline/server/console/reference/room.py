"""The pages of the API. A try-out is a real call: what it records is recorded, under the name of the person who tries."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from starlette.responses import Response

from brightline.errors import Forbidden, InputError, NotFound, RateLimited
from brightline.request_rates import RequestRates
from brightline.server.console.decision.look_up import decision_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.console.reference.form import Trial, curl, filled, trials
from brightline.server.console.reference.inside import Answer, ask, visitor_key

__all__ = ["MOST_BYTES", "ReferenceRoom"]

MOST_BYTES = 1024 * 1024
_MOST_SHOWN = 200_000
_CALLS_PER_MINUTE = 60  # tried by hand; a program has a key


class ReferenceRoom:
    """All operations, and one with its form and its answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._trials: dict[str, Trial] = {}
        self._rates = RequestRates()

    async def show(self, visit: Visit) -> Response:
        """``GET /console/api``: every operation, and whether this role may try it."""
        found = await self._described(visit)
        return self._desk.render(visit, "reference/list.html", trials=list(found.values()), may=lambda trial: _may(visit, trial))

    async def one(self, visit: Visit) -> Response:
        """``GET /console/api/<operation>``; the query fills the form in, so that a call can be given on as a link."""
        trial = await self._find(visit)
        given = {control.field: visit.request.query_params.get(control.name, "")[:500] for control in trial.controls}
        return self._page(visit, trial, given)

    async def call(self, visit: Visit) -> Response:
        """``POST /console/api/<operation>``: make the call and show it with its answer."""
        trial = await self._find(visit)
        if trial.right is None or not visit.can(trial.right):
            raise Forbidden("BL-ACCESS-023", f"the role {visit.who.role} may not make this call", "ask an admin of this installation")
        if wait_s := self._rates.spend(visit.who.id, _CALLS_PER_MINUTE):
            raise RateLimited("BL-ACCESS-011", "too many calls in one minute", "wait a moment, or use a key", retry_after_s=wait_s)
        try:
            request = filled(trial, visit.form)
        except InputError as problem:
            return self._page(visit, trial, visit.form, refused=problem.code, status=422)
        who = visit.who
        key = visitor_key(who.id, who.name, self._desk.settings.tenant, trial.operation.scope)
        answer = await ask(visit.request.scope["app"], request.method, request.path, request.query, request.body.encode(), key)
        if trial.right is Permission.TEXTS_READ and answer.status < 300:
            await self._opened(visit, trial, answer)
        values: dict[str, Any] = {"answer": answer, "shown": _shown(answer), "curl": curl(request, self._desk.face.base_url)}
        if visit.is_htmx:
            return self._desk.render(visit, "reference/answer.html", **values)
        return self._page(visit, trial, visit.form, **values)

    async def _opened(self, visit: Visit, trial: Trial, answer: Answer) -> None:
        """Put on record which decisions were read: what the answer holds, never what the form says."""
        given = next((visit.form.get(each.field, "").strip() for each in trial.controls if each.place == "path"), "")
        if given and (stored := await asyncio.to_thread(decision_of, self._desk.service, given, visit.who.tenant)) is not None:
            await visit.log("decision.opened", stored.decision.id, by="api", operation=trial.operation.id)
        else:
            shown = [str(each["id"]) for each in orjson.loads(answer.body).get("decisions", ())]
            await visit.log("decision.opened", "the list of decisions", by="api", operation=trial.operation.id, decisions=shown)

    def _page(self, visit: Visit, trial: Trial, given: Any, *, refused: str = "", status: int = 200, **answer: Any) -> Response:
        if visit.is_htmx:
            return self._desk.render(visit, "reference/refused.html", status=status, refused=refused)
        blank = {"answer": None, "shown": "", "curl": ""}
        return self._desk.render(
            visit,
            "reference/one.html",
            status=status,
            home=f"/console/api/{trial.operation.id}" if visit.request.method == "POST" else "",
            trial=trial,
            given=given,
            refused=refused,
            may=_may(visit, trial),
            **blank | answer,
        )

    async def _find(self, visit: Visit) -> Trial:
        trial = (await self._described(visit)).get(visit.request.path_params["operation"])
        if trial is None:
            raise NotFound("BL-INPUT-752", "the API has no operation of this name", "take it from the list")
        return trial

    async def _described(self, visit: Visit) -> dict[str, Trial]:
        """The operations as the running application describes itself."""
        if not self._trials:
            answer = await ask(visit.request.scope["app"], "GET", "/openapi.json")
            self._trials = trials(orjson.loads(answer.body))
        return self._trials


def _may(visit: Visit, trial: Trial) -> bool:
    return trial.right is not None and visit.can(trial.right)


def _shown(answer: Answer) -> str:
    """The body for reading: JSON indented, what is very long cut off."""
    text = answer.body.decode("utf-8", "replace")
    if answer.is_json:
        text = orjson.dumps(orjson.loads(answer.body), option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "\n…"
