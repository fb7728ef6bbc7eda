"""Answers as documents: what the API adds to a stored Decision, and the description of what can go wrong."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from brightline.documents import decision_to_document
from brightline.errors import StoreError
from brightline.model import Decision
from brightline.server.api.models import Problem
from brightline.server.face import msgid as _
from brightline.service import Service
from brightline.store import StoredDecision

__all__ = ["decision_document", "document_response", "fresh_document", "problems_of"]

_MEANING = {
    400: _("The request cannot be used."),
    401: _("The key is missing, unknown or expired."),
    403: _("The key lacks the scope."),
    404: _("There is no such thing."),
    408: _("The body stopped coming before its end."),
    409: _("Not yet: try again after the time in Retry-After."),
    410: _("The texts of this decision were erased."),
    413: _("Too much at once."),
    415: _("The body is of a kind that this address does not take."),
    422: _("A field is missing, unknown or wrong."),
    429: _("Too many requests with this key: try again after the time in Retry-After."),
    503: _("Nothing can be recorded at the moment, so nothing was decided."),
}


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route: what every route can answer, and ``statuses``."""
    every = (400, 401, 403, 422, 429, 503)
    return {status: {"description": _MEANING[status], "model": Problem} for status in sorted({*every, *statuses})}


def document_response(document: Any) -> Response:
    """JSON bytes that no cache may keep."""
    return Response(orjson.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"})


def fresh_document(service: Service, decision: Decision, not_kept: StoreError | None = None) -> dict[str, Any]:
    """A Decision that was recorded just now. ``not_kept``: why its session was not, which is no part of what is on record."""
    document = _complete(service, decision, None)
    if not_kept is not None:
        detail = f"the decision is recorded, but the next request of the session will not know of these turns: {not_kept.message}"
        hint = "do not send the same turns again: that would be decided anew; send them together with the next ones, without session"
        document["warnings"] = [{"code": not_kept.code, "detail": detail, "hint": hint}]
    return document


def decision_document(service: Service, stored: StoredDecision) -> dict[str, Any]:
    """A stored Decision with its place in the ledger."""
    document = _complete(service, stored.decision, stored.seq)
    if stored.erased_at is not None:
        document["erased_at"] = stored.erased_at
    return document


def _complete(service: Service, decision: Decision, seq: int | None) -> dict[str, Any]:
    place: dict[str, Any] = {"state": "pending"} if seq is None else {"state": "sequenced", "seq": seq}
    return decision_to_document(decision) | {"statement_url": service.statement_url(decision), "ledger": place}
