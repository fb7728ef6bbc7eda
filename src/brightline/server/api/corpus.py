"""``/api/v1/corpus/*``: inspections, sources, complaints, samples and reports of training data, so that other tools can work with them.

An annotation tool takes the next document of a sample and gives the answer back; blindness, leases and the third person are those of the
console's desk. Inspections are begun on the command line: they are long, and a server is no worker.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from starlette.responses import Response

from brightline.corpus.day import day_in_china
from brightline.corpus.errors import CorpusError, NotRegistered
from brightline.corpus.sampling import Answer, Desk
from brightline.corpus.sources import Register, Registered, Source, completeness, objections, receive_complaint
from brightline.curation.rules import corpus_rule
from brightline.errors import InputError, NotFound
from brightline.server.api.access import SCOPE, api_key_of, guarded_route
from brightline.server.api.answers import document_response, problems_of
from brightline.server.api.corpus_models import (
    AnswerKept,
    AnswerToKeep,
    ComplaintReceipt,
    ComplaintToReceive,
    NextTask,
    ReportPage,
    RunDocument,
    RunPage,
    SampleDocument,
    SamplePage,
    SourceDocument,
    SourceList,
    SourceToSave,
    Status,
    WhoReviews,
)
from brightline.server.api.models import Name
from brightline.server.face import msgid as _
from brightline.service import Service
from brightline.store import ApiKey, CorpusReports, CorpusRun, CorpusRuns, CorpusSamples, Cursor, StoredSample

__all__ = ["router"]

_STAGES = ("annotate", "cluster", "decide", "emit", "report")
_PLACE = re.compile(r"([0-9]{1,19})\.([0-9a-f-]{36})", re.ASCII)
_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_EXAMPLE_ID = "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11"

_Limit = Annotated[int, Query(ge=1, le=200, description=_("Most entries on the page."))]
_After = Annotated[Name, Query(description=_("Where the page before ended: its next."))]
_Corpus = Annotated[Name, Query(description=_("Name of the corpus; empty for all."))]
_RunId = Annotated[Name, Path(description=_("Id of the inspection (UUIDv7)."), examples=[_EXAMPLE_ID])]
_SourceId = Annotated[Name, Path(description=_("Id of the source."), examples=["zhwiki"])]
_SampleId = Annotated[Name, Path(description=_("Id of the sample."), examples=[_EXAMPLE_ID])]
_ReportId = Annotated[Name, Path(description=_("Id of the report."), examples=[_EXAMPLE_ID])]


def router(service: Service) -> APIRouter:
    """The routes of this file."""
    routes = APIRouter(route_class=guarded_route(service), tags=["corpus"])
    _read_inspections(routes, service)
    _read_and_write_sources(routes, service)
    _samples(routes, service)
    _reports(routes, service)
    return routes


def _read_inspections(routes: APIRouter, service: Service) -> None:
    runs = CorpusRuns(service.store.database)

    @routes.get(
        "/corpus/runs",
        name="list_corpus_runs",
        response_model=RunPage,
        summary=_("List inspections of corpora"),
        description=_("Inspections, newest first, of all corpora or one."),
        response_description=_("A page of inspections."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_corpus_runs(request: Request, corpus: _Corpus = "", limit: _Limit = 50, after: _After = "") -> Response:
        if after and not _ID.fullmatch(after):
            raise _no_place()
        tenant = api_key_of(request).tenant
        page = await asyncio.to_thread(runs.page, corpus=corpus, tenant=tenant, after=after, limit=limit + 1)
        document: dict[str, Any] = {"runs": [_summary(run) for run in page[:limit]]}
        if len(page) > limit:
            document["next"] = page[limit - 1].id
        return document_response(document)

    @routes.get(
        "/corpus/runs/{run_id}",
        name="get_corpus_run",
        response_model=RunDocument,
        summary=_("Read an inspection"),
        description=_("Its state, its progress in shards, its versions and what each stage counted."),
        response_description=_("The inspection."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_corpus_run(request: Request, run_id: _RunId) -> Response:
        def look() -> dict[str, Any]:
            run = runs.get(run_id, tenant=api_key_of(request).tenant)
            shards = {stage: counts for stage in _STAGES if (counts := runs.counts(run.id, stage))}
            return _summary(run) | {"workspace": run.workspace, "versions": run.versions, "figures": run.figures, "shards": shards}

        return document_response(await asyncio.to_thread(look))


def _read_and_write_sources(routes: APIRouter, service: Service) -> None:
    def register(key: ApiKey) -> Register:
        return Register(service.store.database, tenant=key.tenant)

    @routes.get(
        "/corpus/sources",
        name="list_corpus_sources",
        response_model=SourceList,
        summary=_("List sources of training data"),
        description=_("The register as it stands, with what is missing of each source and what speaks against it."),
        response_description=_("The sources."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_corpus_sources(
        request: Request, status: Annotated[Status | None, Query(description=_("Only sources with this status."))] = None
    ) -> Response:
        found = await asyncio.to_thread(register(api_key_of(request)).all, status=status)
        return document_response({"sources": [_source(each) for each in found]})

    @routes.get(
        "/corpus/sources/{source_id}",
        name="get_corpus_source",
        response_model=SourceDocument,
        summary=_("Read a source"),
        description=_("One source as it stands."),
        response_description=_("The source."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_corpus_source(request: Request, source_id: _SourceId) -> Response:
        try:
            return document_response(_source(await asyncio.to_thread(register(api_key_of(request)).get, source_id)))
        except NotRegistered as problem:
            raise NotFound(problem.code, problem.message, problem.hint) from None

    @routes.post(
        "/corpus/sources",
        name="save_corpus_source",
        response_model=SourceDocument,
        summary=_("Register or change a source"),
        description=_("Adds a source or a revision of one. A source becomes approved only while nothing forbids training on it."),
        response_description=_("The source as it stands now."),
        responses=problems_of(413, 415),
        openapi_extra={SCOPE: "corpus"},
    )
    async def save_corpus_source(request: Request, body: Annotated[SourceToSave, Body()]) -> Response:
        key = api_key_of(request)

        def save() -> Registered:
            return register(key).save(Source.from_document(body.source), by=key.id, revision=body.revision, reason=body.reason)

        return document_response(_source(await asyncio.to_thread(save)))

    @routes.post(
        "/corpus/complaints",
        name="receive_corpus_complaint",
        response_model=ComplaintReceipt,
        summary=_("Take in a complaint about training data"),
        description=_("For an operator's own form: the complaint stands on the console, where a person decides about it."),
        response_description=_("Its number, and until when it is decided."),
        responses=problems_of(413, 415),
        openapi_extra={SCOPE: "corpus"},
    )
    async def receive_corpus_complaint(request: Request, body: Annotated[ComplaintToReceive, Body()]) -> Response:
        key = api_key_of(request)
        given = body.model_dump()
        complaint = await asyncio.to_thread(
            lambda: receive_complaint(service.store.database, **given, by=f"key:{key.id}", tenant=key.tenant)
        )
        return document_response({"id": complaint.id, "due_at": complaint.due_at})


def _samples(routes: APIRouter, service: Service) -> None:
    samples = CorpusSamples(service.store.database)

    def desk(key: ApiKey) -> Desk:
        return Desk(service.store.database, tenant=key.tenant)

    @routes.get(
        "/corpus/samples",
        name="list_corpus_samples",
        response_model=SamplePage,
        summary=_("List samples"),
        description=_("Samples that people or techniques look at, newest first."),
        response_description=_("A page of samples."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_corpus_samples(
        request: Request,
        run: Annotated[Name, Query(description=_("Id of an inspection; empty for all."))] = "",
        limit: _Limit = 50,
        after: _After = "",
    ) -> Response:
        key, place = api_key_of(request), _place(after)

        def look() -> dict[str, Any]:
            page = samples.page(run=run or None, after=place, limit=limit + 1, tenant=key.tenant)
            document: dict[str, Any] = {"samples": [_sample(desk(key), each) for each in page[:limit]]}
            if len(page) > limit:
                document["next"] = f"{page[limit - 1].made_at}.{page[limit - 1].id}"
            return document

        return document_response(await asyncio.to_thread(look))

    @routes.get(
        "/corpus/samples/{sample_id}",
        name="get_corpus_sample",
        response_model=SampleDocument,
        summary=_("Read a sample"),
        description=_("Its plan, how far it is, and what it says: the standard's verdict and the statement that it proves."),
        response_description=_("The sample."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_corpus_sample(request: Request, sample_id: _SampleId) -> Response:
        key = api_key_of(request)

        def look() -> dict[str, Any]:
            sample = samples.get(sample_id, tenant=key.tenant)
            told = _sample(desk(key), sample) | {"plan": sample.plan}
            if sample.status == "closed":
                return told | {"outcome": sample.outcome}
            blind = told["decided"] is None
            return told | {"outcome": None if blind else desk(key).preview(sample.id).to_document()}

        return document_response(await asyncio.to_thread(look))

    @routes.post(
        "/corpus/samples/{sample_id}/next",
        name="take_sampled_document",
        response_model=NextTask,
        summary=_("Take the next document of a sample"),
        description=_(
            "Gives a person the document to look at, held for them for a quarter of an hour. Nobody gets to see another's answer. "
            "Asking again gives the same document until it is answered."
        ),
        response_description=_("The document, or null."),
        responses=problems_of(404, 413, 415),
        openapi_extra={SCOPE: "corpus"},
    )
    async def take_sampled_document(request: Request, sample_id: _SampleId, body: Annotated[WhoReviews, Body()]) -> Response:
        key = api_key_of(request)
        task = await asyncio.to_thread(desk(key).next_for, sample_id, _person(key, body.reviewer))
        if task is None:
            return document_response({"task": None})
        told = {name: getattr(task.item, name) for name in ("position", "text", "source", "lineage")}
        asked = {"question_zh": task.question_zh, "question_en": task.question_en, "lease_until": task.lease_until}
        return document_response({"task": told | asked})

    @routes.post(
        "/corpus/samples/{sample_id}/answers",
        name="answer_sampled_document",
        response_model=AnswerKept,
        summary=_("Answer for a document of a sample"),
        description=_("Keeps one person's answer. Where two disagree, or one is unsure, a third decides at the console."),
        response_description=_("How far the sample is."),
        responses=problems_of(404, 413, 415),
        openapi_extra={SCOPE: "corpus"},
    )
    async def answer_sampled_document(request: Request, sample_id: _SampleId, body: Annotated[AnswerToKeep, Body()]) -> Response:
        key = api_key_of(request)
        await asyncio.to_thread(_known, service, body.rules)
        answer = Answer(body.label, tuple(body.rules), tuple(body.spans), body.note, body.took_ms)
        await asyncio.to_thread(desk(key).answer, sample_id, body.position, _person(key, body.reviewer), answer)
        progress = await asyncio.to_thread(desk(key).progress, sample_id)
        return document_response({"answers": progress.answers, "answers_wanted": progress.answers_wanted})


def _reports(routes: APIRouter, service: Service) -> None:
    reports = CorpusReports(service.store.database)

    @routes.get(
        "/corpus/reports",
        name="list_corpus_reports",
        response_model=ReportPage,
        summary=_("List reports on corpora"),
        description=_("Reports as they were signed into the ledger, newest first."),
        response_description=_("A page of reports."),
        responses=problems_of(),
        openapi_extra={SCOPE: "read"},
    )
    async def list_corpus_reports(request: Request, corpus: _Corpus = "", limit: _Limit = 50, after: _After = "") -> Response:
        tenant, place = api_key_of(request).tenant, _place(after)
        page = await asyncio.to_thread(reports.page, corpus=corpus or None, tenant=tenant, after=place, limit=limit + 1)
        told = [{"id": each.id, "run": each.run, "corpus": each.corpus, "made_at": each.made_at, "sha256": each.digest} for each in page]
        document: dict[str, Any] = {"reports": told[:limit]}
        if len(page) > limit:
            document["next"] = f"{page[limit - 1].made_at}.{page[limit - 1].id}"
        return document_response(document)

    @routes.get(
        "/corpus/reports/{report_id}",
        name="get_corpus_report",
        response_model=dict[str, Any],
        summary=_("Read a report"),
        description=_("The canonical JSON, byte for byte as it was signed."),
        response_description=_("The report."),
        responses=problems_of(404),
        openapi_extra={SCOPE: "read"},
    )
    async def get_corpus_report(request: Request, report_id: _ReportId) -> Response:
        body = await asyncio.to_thread(reports.canonical, report_id, tenant=api_key_of(request).tenant)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _summary(run: CorpusRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in ("id", "corpus", "status", "stage", "made_at", "ended_at")}


def _known(service: Service, rules: Sequence[str]) -> None:
    """Raise ``CorpusError`` BL-CORPUS-057 for a rule that is neither of the rulebook nor of those that findings name."""
    for rule in rules:
        if rule in service.rulebook.rules:
            continue
        try:
            corpus_rule(rule)
        except KeyError:
            raise CorpusError("BL-CORPUS-057", f"there is no rule {rule[:100]!r}", "see: GET /api/v1/rules") from None


def _source(found: Registered) -> dict[str, Any]:
    against = objections(found.source, today=day_in_china())
    return {
        "source": found.source.to_document(),
        "revision": found.revision,
        "made_at": found.made_at,
        "made_by": found.made_by,
        "missing": [each.field for each in completeness(found.source).missing],
        "objections": [each.code for each in against],
        "usable": not any(each.forbids for each in against),
    }


def _sample(desk: Desk, sample: StoredSample) -> dict[str, Any]:
    """A sample as the list has it. While answers are awaited nothing says what they come to: whoever asks with a key may be one who answers."""
    progress = desk.progress(sample.id)
    told = {name: getattr(sample, name) for name in ("id", "run", "kind", "status", "made_at")}
    told |= {name: getattr(progress, name) for name in ("items", "answers", "answers_wanted")}
    return told | {"decided": progress.decided if sample.status == "closed" or progress.all_answered else None}


def _person(key: ApiKey, reviewer: str) -> str:
    """A person of an annotation tool is somebody else than a user of the console, and than a person of another key."""
    return f"key:{key.id}:{reviewer}"


def _place(text: str) -> Cursor | None:
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    if found is None or int(found[1]) >= 2**63:
        raise _no_place()
    return Cursor(int(found[1]), found[2])


def _no_place() -> InputError:
    return InputError("BL-INPUT-206", "after is not the end of a page", "pass the next of the page before, unchanged")
