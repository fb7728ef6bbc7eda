"""Reading decisions back: one by id, many by filter with keyset paging, and the proof that one was logged.

A key reads the decisions of its own tenant. A decision of another tenant is as unknown as one that never was.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BeforeValidator
from starlette.responses import Response

from brightline.errors import InputError, NotFound
from brightline.model import Door, Outcome
from brightline.server.api.access import SCOPE, api_key_of, guarded_route
from brightline.server.api.answers import decision_document, document_response, problems_of
from brightline.server.api.models import DecisionDocument, DecisionPage, Name, ProofBundle
from brightline.server.face import msgid as _
from brightline.service import Service
from brightline.store import Cursor, DecisionFilter, StoredDecision

__all__ = ["DecisionId", "found_decision", "router"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]{8,15}([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


def _in_full(value: object) -> object:
    """Only a time written out (RFC 3339): a bare number might be seconds, milliseconds or a year."""
    if isinstance(value, str) and not _RFC3339.fullmatch(value):
        raise ValueError("write the time with its zone, such as 2026-11-22T09:00:00+08:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_in_full)]
DecisionId = Annotated[str, Path(description=_("Id of the decision."), examples=["01936f7e-5b1c-7cc3-98c4-dc0c0c07398f"])]


def router(service: Service) -> APIRouter:
    """The routes of this file."""
    routes = APIRouter(route_class=guarded_route(service), tags=["decisions"])

    @routes.get(
        "/decisions",
        name="list_decisions",
        response_model=DecisionPage,
        summary=_("List decisions"),
        description=_("Decisions of your tenant, newest first. Filters narrow each other."),
        response_description=_("A page of decisions."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_decisions(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200, description=_("Most decisions on the page."))] = 50,
        after: Annotated[Name, Query(description=_("Where the page before ended: its next."))] = "",
        outcome: Annotated[Outcome | None, Query(description=_("Only decisions with this outcome."))] = None,
        flagged: Annotated[bool | None, Query(description=_("true: everything but allow. false: only allow."))] = None,
        rule: Annotated[Name, Query(description=_("Only decisions that rest on this rule."))] = "",
        problem_type: Annotated[
            int | None, Query(ge=1, le=13, description=_("Only decisions with a finding of this problem type."))
        ] = None,
        door: Annotated[Door | None, Query(description=_("Only decisions on what came through this door."))] = None,
        model: Annotated[Name, Query(description=_("Only calls to this model."))] = "",
        account: Annotated[Name, Query(description=_("Only what concerns this account."))] = "",
        since: Annotated[Moment | None, Query(description=_("Made at or after this time, with its zone."))] = None,
        until: Annotated[Moment | None, Query(description=_("Made before this time, with its zone."))] = None,
    ) -> Response:
        filters = DecisionFilter(
            tenant=api_key_of(request).tenant,
            outcome=outcome,
            flagged=flagged,
            rule=_rule_id(service, rule),
            problem_type=problem_type,
            door=door,
            model=model or None,
            account=account or None,
            since=_microseconds(since),
            until=_microseconds(until),
        )
        page = await asyncio.to_thread(service.store.decisions, filters, after=_cursor(after), limit=limit + 1)
        document: dict[str, object] = {"decisions": [decision_document(service, stored) for stored in page[:limit]]}
        if len(page) > limit:
            document["next"] = str(Cursor.after(page[limit - 1]))
        return document_response(document)

    @routes.get(
        "/decisions/{decision_id}",
        name="get_decision",
        response_model=DecisionDocument,
        summary=_("Read a decision"),
        description=_("The decision with its findings, its statement page and its place in the ledger."),
        response_description=_("The decision."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_decision(request: Request, decision_id: DecisionId) -> Response:
        stored = await asyncio.to_thread(found_decision, service, decision_id, api_key_of(request).tenant)
        return document_response(decision_document(service, stored))

    @routes.get(
        "/decisions/{decision_id}/proof",
        name="get_proof",
        response_model=ProofBundle,
        summary=_("Prove that a decision was logged"),
        description=_("A self-contained file that an auditor verifies offline, with the single-file verifier and without this service."),
        response_description=_("The proof bundle."),
        responses=problems_of(404, 409, 410),
        openapi_extra={SCOPE: "read"},
    )
    async def get_proof(request: Request, decision_id: DecisionId) -> Response:
        tenant = api_key_of(request).tenant

        def bundle() -> bytes:
            return service.proof(found_decision(service, decision_id, tenant).decision.id)

        return Response(
            await asyncio.to_thread(bundle),
            media_type="application/json",
            headers={"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="brightline-proof-{decision_id}.json"'},
        )

    return routes


def found_decision(service: Service, decision_id: str, tenant: str) -> StoredDecision:
    """A decision of this tenant. Raises ``NotFound`` BL-INPUT-404."""
    stored = service.decision(decision_id) if _UUID.fullmatch(decision_id) else None
    if stored is None or stored.decision.tenant != tenant:
        raise NotFound("BL-INPUT-404", "there is no decision with this id", "take the id from an answer or from /api/v1/decisions")
    return stored


def _rule_id(service: Service, rule: str) -> str | None:
    if not rule:
        return None
    known = service.rulebook.get(rule)
    if known is None:
        raise InputError("BL-INPUT-205", "no rule has this id", "/api/v1/rules?search=… finds ids by words")
    return known.id


def _cursor(text: str) -> Cursor | None:
    if not text:
        return None
    cursor = Cursor.parse(text)
    if cursor is None:
        raise InputError("BL-INPUT-206", "after is not the end of a page", "pass the next of the page before, unchanged")
    return cursor


def _microseconds(moment: datetime | None) -> int | None:
    """UTC microseconds; a time before 1970 is as good as its beginning, because no decision is older."""
    return None if moment is None else max(0, (moment - _EPOCH) // timedelta(microseconds=1))
