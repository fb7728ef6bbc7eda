"""The rulebook and the head of the ledger: what decisions rest on, and what keeps them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from brightline.errors import NotFound
from brightline.model import Rule
from brightline.server.api.access import SCOPE, guarded_route
from brightline.server.api.answers import document_response, problems_of
from brightline.server.api.models import LedgerHead, Name, RuleDocument, RuleList
from brightline.server.face import msgid as _
from brightline.service import Service

__all__ = ["router"]


def router(service: Service) -> APIRouter:
    """The routes of this file."""
    routes = APIRouter(route_class=guarded_route(service), tags=["reference"])
    rulebook = service.rulebook

    @routes.get(
        "/rules",
        name="list_rules",
        response_model=RuleList,
        summary=_("List or search rules"),
        description=_("All rules by id, or those that contain every word of search and concern the problem type."),
        response_description=_("The rules."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_rules(
        search: Annotated[Name, Query(description=_("Words in id, title, obligation or instrument, in either language."))] = "",
        problem_type: Annotated[int | None, Query(ge=1, le=13, description=_("Only rules of this problem type."))] = None,
    ) -> Response:
        found = rulebook.search(search) if search.strip() else list(rulebook.rules.values())
        wanted = [rule for rule in found if problem_type is None or problem_type in rule.problem_types]
        return document_response({"digest": rulebook.digest, "rules": [_document(service, rule) for rule in wanted]})

    @routes.get(
        "/rules/{rule_id}",
        name="get_rule",
        response_model=RuleDocument,
        summary=_("Read a rule"),
        description=_("One rule by its id or a former id."),
        response_description=_("The rule."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_rule(rule_id: Annotated[str, Path(description=_("Id of the rule."), examples=["CSL-49"])]) -> Response:
        rule = rulebook.get(rule_id)
        if rule is None:
            raise NotFound("BL-INPUT-404", "no rule has this id", "/api/v1/rules?search=… finds ids by words")
        return document_response(_document(service, rule))

    @routes.get(
        "/ledger/head",
        name="get_ledger_head",
        response_model=LedgerHead,
        summary=_("Read the ledger head"),
        description=_("The latest signed head. Whoever keeps it can later show that nothing under it was changed."),
        response_description=_("The head."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def get_ledger_head() -> Response:
        return document_response(await asyncio.to_thread(_head, service))

    return routes


def _document(service: Service, rule: Rule) -> dict[str, Any]:
    names = {"citation_zh": service.rulebook.citation(rule.id, "zh"), "citation_en": service.rulebook.citation(rule.id, "en")}
    return {field: getattr(rule, field) for field in rule.__slots__} | names


def _head(service: Service) -> dict[str, Any]:
    state = service.ledger_state()
    return {"size": state.size, "pending": state.pending, "checkpoint": state.head, "vkey": service.signer.vkey}
