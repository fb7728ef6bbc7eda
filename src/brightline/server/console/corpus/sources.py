"""The register of sources: where training data came from, on what terms, what is missing, what speaks against it, who changed what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from brightline.corpus.day import day_in_china
from brightline.corpus.errors import NotRegistered
from brightline.corpus.sources import (
    Checked,
    Completeness,
    Objection,
    Register,
    Registered,
    Source,
    SourceVerdict,
    checked_sources,
    completeness,
    dump_sources,
    objections,
)
from brightline.corpus.sources.source import STATUSES, Unusable
from brightline.errors import BrightlineError, NotFound
from brightline.server.console.corpus import words
from brightline.server.console.corpus.source_form import GROUPS, document_of, entered_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.store import CorpusComplaints

__all__ = ["MOST_BYTES", "Sources"]

MOST_BYTES = 262_144
"""Longest form of a source: 47 fields of at most 4,000 characters, most of them a line."""

_HOME = "/console/corpus/sources"
_A_PAGE = 100
_LONGEST_QUESTION = 100
_MOST_COMPLAINTS = 20
_LONGEST_ID = 200  # own choice: what a link hands to the form; the register says itself which ids it takes
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A source as the list shows it."""

    registered: Registered
    completeness: Completeness
    objections: tuple[Objection, ...]
    verdict: SourceVerdict | None
    sample: str

    @property
    def source(self) -> Source:
        """The source itself."""
        return self.registered.source

    @property
    def forbidden(self) -> bool:
        """True if something forbids training on it."""
        return any(one.forbids for one in self.objections)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is asked for. ``text`` stands in the id, the name, the address or the licence."""

    text: str = ""
    status: str = ""
    verdict: str = ""
    lacking: str = ""

    @classmethod
    def read(cls, query: Any) -> Filter:
        """From the query of an address; what is unknown is as good as absent."""
        status, verdict, lacking = query.get("status", ""), query.get("verdict", ""), query.get("lacking", "")
        return cls(
            query.get("q", "").strip()[:_LONGEST_QUESTION],
            status if status in STATUSES else "",
            verdict if verdict in (*words.VERDICTS, "none") else "",
            lacking if lacking in ("fields", "forbidden") else "",
        )

    def keeps(self, row: Row) -> bool:
        """True if a source is wanted."""
        source, asked = row.source, self.text.casefold()
        told = (source.id, source.name, source.url, source.licence.spdx)
        return (
            (not asked or any(asked in text.casefold() for text in told))
            and (not self.status or source.status == self.status)
            and (not self.verdict or (row.verdict.verdict if row.verdict else "none") == self.verdict)
            and (not self.lacking or (bool(row.completeness.missing) if self.lacking == "fields" else row.forbidden))
        )

    def query(self, **more: str) -> str:
        """The query string of it."""
        every = {"q": self.text, "status": self.status, "verdict": self.verdict, "lacking": self.lacking} | more
        return urlencode({name: value for name, value in every.items() if value})


class Sources:
    """The list, the page of one source, and what may be changed in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/sources``."""
        return await self._list(visit)

    async def export(self, visit: Visit) -> Response:
        """``GET /console/corpus/sources.yaml``: the whole register as a file that people review."""
        text = await asyncio.to_thread(lambda: dump_sources(each.source for each in self._register.all()))
        headers = security_headers(page=False) | {
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="sources.yaml"',
        }
        return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)

    async def take_in(self, visit: Visit) -> Response:
        """``POST /console/corpus/sources/import``: a ``sources.yaml``, all of it or nothing."""
        upload = visit.files.get("file")
        if visit.room is None or upload is None or not upload.size:
            return await self._list(visit, problem=_("Choose a file first."), status=422)
        try:
            done = await visit.room.work(self._register.import_file, upload.path, visit.who.id)
        except BrightlineError as problem:
            return await self._list(visit, error=problem, status=problem.http_status)
        said = _("Sources added: %(added)s, changed: %(changed)s, as before: %(unchanged)s.")
        counts = {name: len(ids) for name, ids in done._asdict().items()}
        return self._desk.redirect(visit, _HOME, said=said, **counts)

    async def one(self, visit: Visit) -> Response:
        """``GET /console/corpus/sources/<id>``. Documents may name a source that nobody registered; a link to it says so."""
        try:
            return await self._page(visit)
        except NotFound:
            may_decide = visit.can(Permission.CORPUS_DECIDE)
            return self._desk.render(visit, "corpus/source_unknown.html", status=404, id=_id(visit), may_decide=may_decide)

    async def set_status(self, visit: Visit) -> Response:
        """``POST /console/corpus/sources/<id>/status``: with a reason, as a revision of its own."""
        source_id, status = _id(visit), visit.form.get("status", "")
        reason = visit.form.get("reason", "").strip()[:_LONGEST_REASON]
        if status not in STATUSES or not reason:
            return await self._page(visit, problem=_("Say which status and why."), status=422)
        try:
            await asyncio.to_thread(self._register.set_status, source_id, status, reason=reason, by=visit.who.id)
        except BrightlineError as problem:
            return await self._page(visit, error=problem, status=problem.http_status)
        return self._desk.redirect(visit, _path(source_id), said=_("The status is changed."))

    async def new(self, visit: Visit) -> Response:
        """``GET /console/corpus/sources/new``, with ``?id=`` for one that documents name."""
        return self._form(visit, None, entered_of(None) | {"id": visit.request.query_params.get("id", "")[:_LONGEST_ID]})

    async def edit(self, visit: Visit) -> Response:
        """``GET /console/corpus/sources/<id>/edit``."""
        registered = await asyncio.to_thread(self._find, _id(visit))
        return self._form(visit, registered, entered_of(registered.source))

    async def add(self, visit: Visit) -> Response:
        """``POST /console/corpus/sources/new``."""
        return await self._saved(visit, None)

    async def save(self, visit: Visit) -> Response:
        """``POST /console/corpus/sources/<id>/edit``."""
        return await self._saved(visit, await asyncio.to_thread(self._find, _id(visit)))

    # Within

    @property
    def _register(self) -> Register:
        return Register(self._desk.store.database, tenant=self._desk.settings.tenant)

    def _find(self, source_id: str) -> Registered:
        """The source as it stands; an address that names none is no page."""
        try:
            return self._register.get(source_id)
        except NotRegistered as problem:
            raise NotFound(problem.code, problem.message, problem.hint) from None

    async def _list(self, visit: Visit, *, problem: str = "", error: BrightlineError | None = None, status: int = 200) -> Response:
        wanted = Filter.read(visit.request.query_params)
        rows = await asyncio.to_thread(self._rows)
        kept = [row for row in rows if wanted.keeps(row)]
        begin = _page_of(visit.request.query_params.get("page", "")) * _A_PAGE
        return self._desk.render(
            visit,
            "corpus/sources.html",
            status=status,
            home=_HOME if visit.request.method == "POST" else "",
            words=words,
            wanted=wanted,
            statuses=STATUSES,
            rows=kept[begin : begin + _A_PAGE],
            all=len(rows),
            found=len(kept),
            newer=f"?{wanted.query(page=str(begin // _A_PAGE))}" if begin else None,
            older=f"?{wanted.query(page=str(begin // _A_PAGE + 2))}" if begin + _A_PAGE < len(kept) else None,
            may_decide=visit.can(Permission.CORPUS_DECIDE),
            problem=problem,
            error=error,
        )

    def _rows(self) -> list[Row]:
        checked, today = checked_sources(self._desk.store.database, tenant=self._desk.settings.tenant), day_in_china()
        return [self._row(each, checked, today) for each in self._register.all()]

    @staticmethod
    def _row(registered: Registered, checked: Mapping[str, Checked], today: date) -> Row:
        source = registered.source
        verdict, sample = checked.get(source.id, (None, ""))
        return Row(registered, completeness(source), objections(source, today=today), verdict, sample)

    async def _page(self, visit: Visit, *, problem: str = "", error: BrightlineError | None = None, status: int = 200) -> Response:
        values = await asyncio.to_thread(self._sheet, _id(visit))
        return self._desk.render(
            visit,
            "corpus/source.html",
            status=status,
            home=_path(values["row"].source.id) if visit.request.method == "POST" else "",
            words=words,
            groups=GROUPS,
            statuses=STATUSES,
            may_decide=visit.can(Permission.CORPUS_DECIDE),
            problem=problem,
            error=error,
            reason=visit.form.get("reason", ""),
            **values,
        )

    def _sheet(self, source_id: str) -> dict[str, Any]:
        tenant = self._desk.settings.tenant
        registered = self._find(source_id)
        row = self._row(registered, checked_sources(self._desk.store.database, tenant=tenant), day_in_china())
        revisions = self._register.revisions(source_id)
        shown = [entered_of(each.source) for each in revisions]
        before = [*shown[1:], dict[str, str]()]
        changed = [
            sorted(name for name in now.keys() | then.keys() if now.get(name, "") != then.get(name, ""))
            for now, then in zip(shown, before, strict=True)
        ]
        return {
            "row": row,
            "shown": entered_of(registered.source),
            "revisions": list(zip(revisions, changed, strict=True)),
            "complaints": CorpusComplaints(self._desk.store.database).page(source=source_id, limit=_MOST_COMPLAINTS, tenant=tenant),
            "people": {user.id: user.display_name or user.name for user in self._desk.store.users.list(tenant)},
            "labels": {field.path: field.label for group in GROUPS for field in group.fields},
        }

    async def _saved(self, visit: Visit, registered: Registered | None) -> Response:
        entered = dict(visit.form)
        try:
            source = Source.from_document(document_of(visit.form, registered.source if registered else None))
            looked_at = int(seen) if registered and (seen := visit.form.get("revision", "")).isdecimal() and len(seen) < 9 else 0
            await asyncio.to_thread(self._register.save, source, by=visit.who.id, revision=looked_at)
        except Unusable as problem:
            return self._form(visit, registered, entered, field=".".join(problem.path), error=problem)
        except BrightlineError as problem:
            return self._form(visit, registered, entered, error=problem)
        return self._desk.redirect(visit, _path(source.id), said=_("The source is kept."))

    def _form(
        self,
        visit: Visit,
        registered: Registered | None,
        entered: dict[str, str],
        *,
        field: str = "",
        error: BrightlineError | None = None,
    ) -> Response:
        target = f"{_path(registered.source.id)}/edit" if registered else f"{_HOME}/new"
        return self._desk.render(
            visit,
            "corpus/source_form.html",
            status=error.http_status if error else 200,
            home=target if visit.request.method == "POST" else "",
            words=words,
            groups=GROUPS,
            registered=registered,
            target=target,
            entered=entered,
            field=field,
            error=error,
        )


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["source"])


def _path(source_id: str) -> str:
    return f"{_HOME}/{quote(source_id, safe='')}"


def _page_of(text: str) -> int:
    return max(1, min(int(text), 10_000)) - 1 if text.isdecimal() and text.isascii() and len(text) < 6 else 0
