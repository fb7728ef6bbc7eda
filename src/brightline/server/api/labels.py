"""``/api/v1/labels/*`` that take files: mark what was generated, verify and pass on what came in, compare, give a copy (Art. 9).

The body is the file as it is, or ``multipart/form-data`` with the part ``file``; options stand in the query, where they are
checked by name. Only the log entry of an unlabelled copy comes in form fields: who got what is nothing for an access log.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from brightline.errors import Forbidden, InputError
from brightline.labelling import Labelled, PassedOn
from brightline.labels.comparing import difference
from brightline.labels.containers.sidecar import PLAIN
from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError, NotSetUp
from brightline.labels.registry import container_for
from brightline.model import Door
from brightline.server.api.access import SCOPE, api_key_of, guarded_route
from brightline.server.api.answers import document_response, fresh_document, problems_of
from brightline.server.api.file_bodies import GIVES_FILE, takes
from brightline.server.api.labels_documents import (
    Answer,
    copy_document,
    file_answer,
    headers_of,
    labelled_document,
    passed_on_document,
    sound,
)
from brightline.server.api.labels_models import CopyRequest, DifferenceDocument, LabelledDocument, PassedOnDocument, VerificationDocument
from brightline.server.api.models import Name
from brightline.server.face import msgid as _
from brightline.server.received import received
from brightline.server.uploads import Room, Spool, Upload
from brightline.service import Service

__all__ = ["router"]

_FileName = Annotated[
    Name, Query(description=_("Name of the file, where the body is the file as it is. Some formats are known by it only."))
]
_Account = Annotated[Name, Query(description=_("Pseudonym of the account that acted. Do not send real names."))]
_ContentId = Annotated[Name, Query(description=_("Number of the content, if it has one already. Default: a fresh UUIDv7."))]
_AnswerAs = Annotated[
    Answer,
    Query(
        description=_(
            "file: the file alone. document: the document alone. both: multipart/form-data with the parts document, file and, for "
            "plain text, sidecar."
        )
    ),
]
_Declared = Annotated[bool, Query(description=_("Whether its user declared the content as generated (Labelling Measures, Art. 10)."))]
_Full = Annotated[bool, Query(description=_("Also look at what takes long: every reader, every frame."))]
_Ocr = Annotated[bool, Query(description=_("Also read text in pictures, to find an explicit label. Takes seconds."))]


def router(service: Service) -> APIRouter:
    """The routes of this file."""
    routes = APIRouter(route_class=guarded_route(service), tags=["labels"])
    labelling, spool = service.labelling, Spool(service.settings.home)

    async def one_file(request: Request, room: Room, name: str) -> Upload:
        return (await received(request, room, service.settings.label_max_file_bytes, name=name)).file

    @routes.post(
        "/labels/mark",
        name="mark_file",
        response_model=LabelledDocument,
        summary=_("Label a generated file"),
        description=_(
            "Puts the labels that the operator's settings ask for on a file that the operator's own model generated: explicit label, "
            "watermark, implicit label, C2PA. Answers the file; nothing is given out that was not read back and proved. The record is "
            "kept, so that a copy without metadata is known again."
        ),
        response_description=_("The labelled file, the document described here, or both: what answer asks for."),
        responses=problems_of(408, 413, 415),
        openapi_extra={SCOPE: "gateway", **takes("file"), **GIVES_FILE},
    )
    async def mark_file(
        request: Request,
        name: _FileName = "",
        explicit: Annotated[
            bool | None, Query(description=_("Whether the label is also seen or heard. Default: the setting label_media."))
        ] = None,
        watermark: Annotated[
            bool | None,
            Query(description=_("Whether a picture or a sound gets an invisible watermark. Default: the setting label_watermark.")),
        ] = None,
        c2pa: Annotated[
            bool | None, Query(description=_("Whether a C2PA manifest is signed. Default: if the installation has a certificate."))
        ] = None,
        content_id: _ContentId = "",
        account: _Account = "",
        answer: _AnswerAs = "file",
    ) -> Response:
        _require_set_up(labelling.provider_problem, "label_provider_code")
        _require_this_tenant(service, request)
        async with spool.room(api_key_of(request).id) as room:
            upload = await one_file(request, room, name)

            def work() -> tuple[Labelled, dict[str, Any]]:
                source, out = _named_by_kind(upload, room.folder, answer)
                labelled = labelling.label_generated(
                    source,
                    name=upload.name,
                    out=out,
                    account=account,
                    content_id=content_id,
                    explicit=explicit,
                    watermark=watermark,
                    c2pa=c2pa,
                )
                return labelled, labelled_document(labelled.marked, labelled.record, upload)

            labelled, document = await room.work(work)
            headers = headers_of(labelled.marked.label, labelled.record)
            return await room.work(file_answer, room, labelled.marked.path, upload.name, answer, headers, document)

    @routes.post(
        "/labels/verify",
        name="verify_file",
        response_model=VerificationDocument,
        summary=_("Verify the labels of a file"),
        description=_(
            "Says what a file declares of being generated, whether that is as it was signed, whether it keeps the standard, and what a "
            "platform has to show for it (Labelling Measures, Art. 6). Nothing is kept and nothing is decided. A missing label proves nothing."
        ),
        response_description=_("The verification."),
        responses=problems_of(408, 413, 415),
        openapi_extra={SCOPE: "inspect", **takes("file")},
    )
    async def verify_file(
        request: Request, name: _FileName = "", declared: _Declared = False, full: _Full = False, ocr: _Ocr = False
    ) -> Response:
        own = _is_of_this_tenant(service, request)
        async with spool.room(api_key_of(request).id) as room:
            upload = await one_file(request, room, name)
            found = await room.work(labelling.verify, upload.path, name=upload.name, declared=declared, full=full, ocr=ocr, own=own)
        return document_response(found.to_document())

    @routes.post(
        "/labels/pass-on",
        name="pass_on_file",
        response_model=PassedOnDocument,
        summary=_("Pass an upload on"),
        description=_(
            "Verifies an upload, decides its state, records the decision and writes the platform's label for the next platform "
            "(Labelling Measures, Art. 6). The producer's keys stay. A file whose state has no label to write comes back as it was."
        ),
        response_description=_("The file to publish, the document described here, or both: what answer asks for."),
        responses=problems_of(408, 413, 415),
        openapi_extra={SCOPE: "inspect", **takes("file"), **GIVES_FILE},
    )
    async def pass_on_file(
        request: Request,
        name: _FileName = "",
        declared: _Declared = False,
        full: _Full = False,
        ocr: _Ocr = False,
        content_id: _ContentId = "",
        account: _Account = "",
        answer: _AnswerAs = "file",
    ) -> Response:
        _require_set_up(labelling.platform_problem, "label_platform_code")
        _require_this_tenant(service, request)
        key = api_key_of(request)
        async with spool.room(key.id) as room:
            upload = await one_file(request, room, name)

            def work() -> tuple[PassedOn, dict[str, Any] | None, Path]:
                source, out = _named_by_kind(upload, room.folder, answer)
                passed = labelling.pass_on(
                    source,
                    door=Door.API,
                    name=upload.name,
                    out=out,
                    declared=declared,
                    account=account,
                    api_key=key.id,
                    content_id=content_id,
                    full=full,
                    ocr=ocr,
                )
                if passed.marked is None or passed.record is None:
                    return passed, None, source
                return passed, labelled_document(passed.marked, passed.record, upload), _to_publish(passed, source)

            passed, labelled, path = await room.work(work)
            await service.record(passed.decision)
            document = passed_on_document(passed, fresh_document(service, passed.decision), labelled)
            headers = {
                "X-Brightline-State": str(passed.verification.state),
                "X-Brightline-Decision": passed.decision.id,
                "X-Brightline-Statement": service.statement_url(passed.decision),
            }
            if passed.marked is not None and passed.record is not None:
                headers |= headers_of(passed.marked.label, passed.record)
            return await room.work(file_answer, room, path, upload.name, answer, headers, document)

    @routes.post(
        "/labels/unlabelled-copies",
        name="give_unlabelled_copy",
        response_model=LabelledDocument,
        summary=_("Give a copy without an explicit label"),
        description=_(
            "For a user who agreed to label it on their own (Labelling Measures, Art. 9): send the generated original, and get it with the "
            "implicit label only. Who got it and under which agreement is logged before it leaves, for six months at least."
        ),
        response_description=_("The copy, the document described here, or both: what answer asks for."),
        responses=problems_of(408, 413, 415),
        openapi_extra={SCOPE: "gateway", **takes("file", fields=CopyRequest), **GIVES_FILE},
    )
    async def give_unlabelled_copy(request: Request, answer: _AnswerAs = "file") -> Response:
        _require_set_up(labelling.provider_problem, "label_provider_code")
        _require_this_tenant(service, request)
        async with spool.room(api_key_of(request).id) as room:
            form = await received(request, room, service.settings.label_max_file_bytes, fields=CopyRequest.model_fields)
            wanted, upload = _checked_fields(form.fields), form.file

            def work() -> tuple[Labelled, dict[str, Any], dict[str, str]]:
                source, out = _named_by_kind(upload, room.folder, answer)
                labelled, copy = labelling.give_unlabelled_copy(source, name=upload.name, out=out, **wanted.model_dump())
                logged = copy_document(copy)
                headers = {"X-Brightline-Copy": copy.id, "X-Brightline-Copy-Kept-Until": str(logged["kept_until"])}
                return labelled, labelled_document(labelled.marked, labelled.record, upload), headers

            labelled, document, headers = await room.work(work)
            headers |= headers_of(labelled.marked.label, labelled.record)
            return await room.work(file_answer, room, labelled.marked.path, upload.name, answer, headers, document)

    @routes.post(
        "/labels/diff",
        name="compare_labels",
        response_model=DifferenceDocument,
        summary=_("Compare the labels of two files"),
        description=_(
            "Says what a transformation did to a label: the file before, the file after. Article 10 forbids to delete, alter, forge or "
            "hide labels, and many tools do it without a word."
        ),
        response_description=_("The difference."),
        responses=problems_of(408, 413, 415),
        openapi_extra={SCOPE: "inspect", **takes("before", "after")},
    )
    async def compare_labels(request: Request) -> Response:
        async with spool.room(api_key_of(request).id) as room:
            files = (await received(request, room, service.settings.label_max_file_bytes, files=("before", "after"))).files
            before, after = files["before"], files["after"]
            found = await room.work(difference, before.path, after.path, (before.name, after.name))
        return document_response(sound(found.to_document()))

    return routes


def _require_set_up(problem: str, setting: str) -> None:
    if problem:
        raise NotSetUp(problem, setting)


def _is_of_this_tenant(service: Service, request: Request) -> bool:
    """Codes, keys and records are those of this process's tenant; a store may hold keys of others."""
    return api_key_of(request).tenant == service.settings.tenant


def _require_this_tenant(service: Service, request: Request) -> None:
    if not _is_of_this_tenant(service, request):
        raise Forbidden(
            "BL-ACCESS-007",
            "this API key is another tenant's: nothing is labelled here in its name",
            "ask the operator for a key of this tenant, or call the service of your own",
        )


def _named_by_kind(upload: Upload, folder: Path, answer: Answer) -> tuple[Path, Path]:
    """The file under a name that its own format has (ffmpeg and the C2PA library go by it), and where its labelled copy goes.

    Raises ``InputError`` BL-INPUT-211 where only the file is asked for and the label cannot be in it.
    """
    suffix = upload.path.suffix
    with opened(upload.path, upload.name or upload.path.name) as source:
        try:
            container = container_for(source)
            suffixes = container.suffixes
        except LabelError:
            container, suffixes = None, (suffix,)  # who labels it says what is wrong with it
    if container is PLAIN and answer == "file":
        raise InputError(
            "BL-INPUT-211",
            "plain text has no place for an implicit label, so that the label lies beside the file",
            "ask with answer=both for the file and its side-car, or with answer=document for the side-car alone",
        )
    suffix = suffix if suffix in suffixes else suffixes[0]
    source_path = upload.path.rename(folder / f"came{suffix}")
    (folder / "out").mkdir()
    return source_path, folder / "out" / f"labelled{suffix}"


def _to_publish(passed: PassedOn, came: Path) -> Path:
    return passed.marked.path if passed.marked is not None and passed.marked.path is not None else came


def _checked_fields(fields: dict[str, str]) -> CopyRequest:
    try:
        return CopyRequest.model_validate(fields)
    except ValidationError as problem:
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in problem.errors()]) from None
