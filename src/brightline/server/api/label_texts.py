"""``/api/v1/labels/*`` without files: whose text is this, what does an agreement say, and what the records hold."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from starlette.responses import Response

from brightline.errors import InputError, NotFound
from brightline.labels.agreement import check_agreement
from brightline.labels.verification import catalogue
from brightline.server.api.access import SCOPE, api_key_of, guarded_route
from brightline.server.api.answers import document_response, problems_of
from brightline.server.api.decisions import DecisionId, found_decision
from brightline.server.api.inspect import require_short
from brightline.server.api.labels_documents import copy_document, record_document
from brightline.server.api.labels_models import (
    AgreementCheck,
    AgreementDocument,
    CheckList,
    ContentRecords,
    CopyPage,
    Forgotten,
    TextMatches,
    TextToMatch,
)
from brightline.server.api.models import Name
from brightline.server.face import msgid as _
from brightline.service import Service
from brightline.store import Cursor

__all__ = ["router"]


def router(service: Service) -> APIRouter:
    """The routes of this file."""
    routes = APIRouter(route_class=guarded_route(service), tags=["labels"])
    store = service.store

    @routes.get(
        "/labels/unlabelled-copies",
        name="list_unlabelled_copies",
        response_model=CopyPage,
        summary=_("List copies without an explicit label"),
        description=_("The log that Article 9 of the Labelling Measures asks for, newest first, for the auditor."),
        response_description=_("A page of the log."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_unlabelled_copies(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200, description=_("Most entries on the page."))] = 50,
        after: Annotated[Name, Query(description=_("Where the page before ended: its next."))] = "",
    ) -> Response:
        tenant = api_key_of(request).tenant
        page = await asyncio.to_thread(store.unlabelled_copies.page, tenant=tenant, after=_place(after), limit=limit + 1)
        document: dict[str, Any] = {"copies": [copy_document(copy) for copy in page[:limit]]}
        if len(page) > limit:
            document["next"] = str(Cursor(page[limit - 1].given_at, page[limit - 1].id))
        return document_response(document)

    @routes.get(
        "/labels/contents/{content_id}",
        name="get_content",
        response_model=ContentRecords,
        summary=_("Read what was labelled under a number"),
        description=_("The records of the files that carry this number in their label, and of their copies without an explicit label."),
        response_description=_("The records."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_content(
        request: Request,
        content_id: Annotated[
            Name, Path(description=_("Number of the content in the label."), examples=["0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11"])
        ],
    ) -> Response:
        tenant = api_key_of(request).tenant
        records = await asyncio.to_thread(store.labelled_files.by_content, content_id, tenant=tenant)
        copies = await asyncio.to_thread(store.unlabelled_copies.of_content, content_id, tenant=tenant)
        if not records and not copies:
            raise NotFound("BL-INPUT-404", "nothing was labelled here under this number", "ContentProducer in the label says where it was")
        return document_response(
            {
                "content_id": content_id,
                "records": [record_document(record) for record in records],
                "copies": [copy_document(copy) for copy in copies],
            }
        )

    @routes.get(
        "/labels/checks",
        name="list_label_checks",
        response_model=CheckList,
        summary=_("List the checks of a verification"),
        description=_("Every check by its stable id, with the rule behind it, in both languages."),
        response_description=_("The checks."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_label_checks() -> Response:
        checks = [{"id": each.id, "rule": each.rule, "worst": each.worst, "title": dict(each.title)} for each in catalogue().values()]
        return document_response({"checks": checks})

    @routes.post(
        "/labels/texts/match",
        name="match_text",
        response_model=TextMatches,
        summary=_("Ask whether a text was generated here"),
        description=_(
            "Compares the fingerprints of a text with those of the answers that this installation gave. Passages of some 23 characters "
            "are recognised, white space, punctuation, case and width aside. Of the answers themselves nothing is kept but keyed hashes."
        ),
        response_description=_("The answers that it comes from, best first."),
        responses=problems_of(413, 415),
        openapi_extra={SCOPE: "inspect"},
    )
    async def match_text(request: Request, body: Annotated[TextToMatch, Body()]) -> Response:
        from brightline.labels.fingerprints import LEAST_LETTERS, normalised_letters

        require_short(service, len(body.text))
        is_ours = api_key_of(request).tenant == service.settings.tenant  # fingerprints are those of this process's tenant
        found = await asyncio.to_thread(service.labelling.whose_text, body.text) if is_ours else []
        matches = [
            {"decision": each.decision, "made_at": each.made_at, "exact": each.exact, "shared": each.shared, "grams": each.grams}
            for each in found
        ]
        too_short = len(normalised_letters(body.text)) < LEAST_LETTERS
        return document_response({"matches": matches, "too_short": too_short, "kept_days": service.settings.label_fingerprint_days})

    @routes.delete(
        "/labels/texts/{decision_id}",
        name="forget_text",
        response_model=Forgotten,
        summary=_("Forget the fingerprints of an answer"),
        description=_(
            "Deletes the fingerprints of the answer of a decision, so that its text is not recognised any more. The decision stays; "
            "erasing its texts deletes its fingerprints, too."
        ),
        response_description=_("What was deleted."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "admin"},
    )
    async def forget_text(request: Request, decision_id: DecisionId) -> Response:
        key = api_key_of(request)

        def forget() -> int:
            decision = found_decision(service, decision_id, key.tenant).decision
            return store.text_fingerprints.erase(decision.id, by=key.id, tenant=key.tenant)

        return document_response({"decision": decision_id, "forgotten": await asyncio.to_thread(forget)})

    @routes.post(
        "/labels/agreement/check",
        name="check_agreement",
        response_model=AgreementDocument,
        summary=_("Look for labels in a user agreement"),
        description=_(
            "Looks for the passages that Article 8 of the Labelling Measures asks for: methods and styles of labels, and the prompt to "
            "read them. Found by patterns, shown as evidence; whether what they say is right, a person reads."
        ),
        response_description=_("The points, with the passages."),
        responses=problems_of(413, 415),
        openapi_extra={SCOPE: "inspect"},
    )
    async def agreement(request: Request, body: Annotated[AgreementCheck, Body()]) -> Response:
        require_short(service, len(body.text))
        return document_response((await asyncio.to_thread(check_agreement, body.text)).to_document())

    return routes


def _place(text: str) -> Cursor | None:
    place = Cursor.parse(text)
    if text and place is None:
        raise InputError("BL-INPUT-206", "after is not the end of a page", "pass the next of the page before, unchanged")
    return place
