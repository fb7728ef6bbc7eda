"""``POST /api/v1/inspect``: decide on one item, or on a batch that is recorded as a whole or not at all."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from brightline.errors import TooLarge
from brightline.model import Decision, Door
from brightline.moderation.guards import GuardAnswer
from brightline.pipeline import Pipeline
from brightline.second_look import SecondLook
from brightline.server.api.access import SCOPE, api_key_of, guarded_route
from brightline.server.api.answers import document_response, fresh_document, problems_of
from brightline.server.api.dialogue import Conversations
from brightline.server.api.models import Batch, DecisionBatch, DecisionDocument, Inspection, InspectionItem
from brightline.server.face import msgid as _
from brightline.service import Service

__all__ = ["require_short", "router"]

_LOOKED_AT_TOGETHER = 4  # items of a batch; the guard has slots for twice as many, and the comparison by meaning refuses more than eight
_INLINE_CHARS = 4000  # about a millisecond; longer texts are inspected in a thread, so that other calls go on


def router(service: Service) -> APIRouter:
    """The one route of this file."""
    routes = APIRouter(route_class=guarded_route(service), tags=["inspect"])

    @routes.post(
        "/inspect",
        name="inspect",
        response_model=DecisionDocument | DecisionBatch,
        response_model_exclude_unset=True,
        summary=_("Inspect an item or a batch"),
        description=_(
            "Decides on one item, or on up to 100 items at once. Each decision is on disk when the answer comes; of a batch all are "
            "recorded, or none. Evidence is stored with a decision that finds something; of an allowed text only the digest is kept. "
            "If only the state of a session cannot be kept, the decisions stand, and warnings say so."
        ),
        response_description=_("The decision, or the decisions of the batch in the order of its items."),
        responses=problems_of(413, 415),
        openapi_extra={SCOPE: "inspect"},
    )
    async def inspect(request: Request, body: Annotated[Inspection, Body()]) -> Response:
        wanted = body.items if isinstance(body, Batch) else [body]
        length = sum(len(part.text) for each in wanted for part in each.item().parts)
        require_short(service, length)
        key = api_key_of(request)
        pipeline = service.pipeline  # the rules of this request, also if they change meanwhile
        conversations = Conversations(service, pipeline, key)
        goes_on = any(each.session for each in wanted)  # a look into the database
        second = await _looked_at_again(service.second_look, wanted, pipeline)
        if length > _INLINE_CHARS or goes_on:
            decisions = await asyncio.to_thread(_decide, pipeline, conversations, wanted, second)
        else:
            decisions = _decide(pipeline, conversations, wanted, second)
        await service.record_all(decisions)
        not_kept = await asyncio.to_thread(conversations.keep) if goes_on else {}
        documents = [
            fresh_document(service, decision, not_kept.get(each.session)) for each, decision in zip(wanted, decisions, strict=True)
        ]
        return document_response({"decisions": documents} if isinstance(body, Batch) else documents[0])

    return routes


def require_short(service: Service, length: int) -> None:
    """Raise ``TooLarge`` BL-INPUT-413 for texts of more characters together than the setting ``max_text_chars``."""
    if length > service.settings.max_text_chars:
        raise TooLarge(
            "BL-INPUT-413",
            f"{length} characters are more than max_text_chars = {service.settings.max_text_chars}",
            "split the text, or raise the setting",
        )


async def _looked_at_again(second_look: SecondLook, wanted: list[InspectionItem], pipeline: Pipeline) -> list[GuardAnswer]:
    """What the second look says of each item, in their order; some at a time, so that a batch does not wait for a slow guard in a row."""
    slots = asyncio.Semaphore(_LOOKED_AT_TOGETHER)

    async def look(item: InspectionItem) -> GuardAnswer:
        async with slots:
            return await second_look.look(item.item().parts, pipeline)

    return list(await asyncio.gather(*map(look, wanted))) if second_look.is_on else [GuardAnswer()] * len(wanted)


def _decide(pipeline: Pipeline, conversations: Conversations, wanted: list[InspectionItem], second: list[GuardAnswer]) -> list[Decision]:
    return [
        conversations.decide(
            each, pipeline.context(Door.API, age_band=each.age_band, strictness=each.strictness), looked, request=_described(each)
        )
        for each, looked in zip(wanted, second, strict=True)
    ]


def _described(item: InspectionItem) -> dict[str, Any]:
    """The call as it is stored, without its text."""
    details = {
        "endpoint": "/api/v1/inspect",
        "side": item.side.value,
        "source": item.source,
        "source_id": item.source_id,
        "session": item.session,
    }
    return {name: value for name, value in details.items() if value}
