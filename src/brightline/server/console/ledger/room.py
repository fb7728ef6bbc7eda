"""The pages of the ledger. A log that does not verify is the reason for which they exist: whatever is wrong with it becomes a page."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response, StreamingResponse

from brightline.errors import InputError, LedgerError, StoreError
from brightline.ledger import Checkpoint, checkpoint_in, open_checkpoint
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.doubt import doubt_of, last_verification
from brightline.server.console.frame.charts import Drawing, Series, stacked_bars
from brightline.server.console.ledger import log
from brightline.server.console.ledger.archive import make_archive, verifier_program
from brightline.server.console.ledger.events import EventFilter, page_of_events
from brightline.server.console.ledger.verifying import Verifier
from brightline.server.console.ledger.words import ADVICE, FINDINGS, KINDS, subject_link
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.store import AUDIT_KINDS, AuditEvent

__all__ = ["LedgerRoom"]

_A_PAGE = 50
_A_FEW = 8
_MOST_DIGITS = 18
_MOST_SIZES = 2_000


class LedgerRoom:
    """The log of one installation, for everybody who may read it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._service = desk.service
        self._verifier = Verifier(desk.service)
        self._sizes: dict[int, int] = {}  # of the log at moments that are over, see ``log.growth``

    # The log as a whole

    async def show(self, visit: Visit) -> Response:
        """``GET /console/ledger``: where the log stands."""

        def look() -> dict[str, Any]:
            rows, _next = log.entries(self._service, "", None, _A_FEW)
            if len(self._sizes) > _MOST_SIZES:
                self._sizes.clear()
            drawn = log.growth(self._service, visit.zone, datetime.now(UTC), self._sizes)
            return {
                "rows": rows,
                "growth": drawn,
                "last": self._last_verification(),
                "vkeys": [str(key) for key in self._service.signer.verifiers],
            }

        found = await asyncio.to_thread(look)
        drawing = self._drawing(visit, found["growth"])
        return self._page(
            visit,
            "ledger/ledger.html",
            **found | await self._head(),
            drawing=drawing,
            digest=_digest(verifier_program()),
            people=await self._people(),
        )

    async def head_part(self, visit: Visit) -> Response:
        """``GET /console/ledger/head``: the figures of the head, which the page renews by itself."""
        return self._page(visit, "ledger/head_part.html", **await self._head())

    async def head_file(self, visit: Visit) -> Response:
        """``GET /console/ledger/head.txt``: the signed head, to be kept elsewhere."""
        state = await asyncio.to_thread(self._service.ledger_state)
        return _download(state.head.encode(), f"ledger-head-{state.size}.txt")

    async def vkey_file(self, visit: Visit) -> Response:
        """``GET /console/ledger/vkey.txt``: the verifier keys, the current one first."""
        return _download("".join(f"{key}\n" for key in self._service.signer.verifiers).encode(), "ledger-vkey.txt")

    async def program(self, visit: Visit) -> Response:
        """``GET /console/ledger/verify_proof.py``: the auditor's program."""
        return _download(verifier_program(), "verify_proof.py")

    async def export(self, visit: Visit) -> Response:
        """``POST /console/ledger/export``: the whole log as an archive, on record before its first byte leaves."""
        try:
            archive = await asyncio.to_thread(make_archive, self._service)
        except LedgerError as problem:
            advice = ADVICE.get(problem.code, "")
            return self._page(visit, "ledger/not_exported.html", status=409, code=problem.code, what_to_do=advice, **await self._head())
        try:
            await visit.log("ledger.exported", archive.checkpoint.origin, size=archive.checkpoint.size, root=archive.checkpoint.root.hex())
        except BaseException:
            archive.pieces.close()
            raise
        headers = security_headers(page=False) | {
            "Cache-Control": "no-store",
            "Content-Length": str(archive.size_bytes),
            "Content-Disposition": f'attachment; filename="ledger-{archive.checkpoint.size}.tar"',
        }
        return StreamingResponse(archive.pieces, media_type="application/x-tar", headers=headers)

    # Heads and proofs between them

    async def heads(self, visit: Visit) -> Response:
        """``GET /console/ledger/heads``: every signed head, newest first."""
        before = _number(visit.request.query_params.get("before", ""))
        found = await asyncio.to_thread(log.heads, self._service, before, _A_PAGE + 1)
        older = f"/console/ledger/heads?before={found[_A_PAGE - 1].size}" if len(found) > _A_PAGE else None
        return self._page(visit, "ledger/heads.html", **await self._head(), found=found[:_A_PAGE], older=older, paged=before is not None)

    async def one_head(self, visit: Visit) -> Response:
        """``GET /console/ledger/heads/<size>``: one signed head as the file that was signed."""
        note = await asyncio.to_thread(log.checkpoint_note, self._service, _required(visit.request.path_params["size"]))
        return _download(note.encode(), f"ledger-head-{visit.request.path_params['size']}.txt")

    async def consistency(self, visit: Visit) -> Response:
        """``GET /console/ledger/consistency``: that nothing was changed between two sizes."""
        query = visit.request.query_params
        old, new = query.get("old", "").strip(), query.get("new", "").strip()
        values: dict[str, Any] = {"old": old[:_MOST_DIGITS], "new": new[:_MOST_DIGITS], "proven": None, "refused": "", "kept": None}
        if old and new:
            sizes = _number(old), _number(new)
            if sizes[0] is None or sizes[1] is None:
                values["refused"] = visit.text(_("Write two whole numbers."))
            else:
                values |= await self._between(visit, sizes[0], sizes[1])
        return self._page(visit, "ledger/consistency.html", **values | await self._head())

    async def hold_against(self, visit: Visit) -> Response:
        """``POST /console/ledger/consistency``: hold a head that somebody kept against the log. Reads only."""
        values: dict[str, Any] = {"old": "", "new": "", "proven": None, "refused": ""}
        try:
            kept = open_checkpoint(checkpoint_in(visit.form.get("note", "").replace("\r\n", "\n")), self._service.signer.verifiers)
        except LedgerError as problem:
            values["kept"] = {"verdict": "unreadable", "code": problem.code, "message": problem.message}
            return self._page(visit, "ledger/consistency.html", status=422, **values | await self._head())
        verdict = await asyncio.to_thread(self._judge, kept)
        values["kept"] = {"verdict": verdict, "size": kept.size, "root": kept.root.hex()}
        return self._page(visit, "ledger/consistency.html", **values | await self._head())

    # Entries

    async def entries(self, visit: Visit) -> Response:
        """``GET /console/ledger/entries``: the log, newest first."""
        query = visit.request.query_params
        kind = query.get("kind", "")
        kind = kind if kind in KINDS else ""
        before = _number(query.get("before", ""))
        rows, following = await asyncio.to_thread(log.entries, self._service, kind, before, _A_PAGE)
        older = None if following is None else f"/console/ledger/entries?before={following}" + (f"&kind={kind}" if kind else "")
        people = await self._people()
        head = await self._head()
        return self._page(
            visit,
            "ledger/entries.html",
            **head,
            rows=rows,
            kind=kind,
            older=older,
            paged=before is not None,
            reached=following,
            people=people,
        )

    async def entry(self, visit: Visit) -> Response:
        """``GET /console/ledger/entries/<seq>``: one entry, what it is about, and its proof, step by step."""
        found = await asyncio.to_thread(log.evidence, self._service, _required(visit.request.path_params["seq"]))
        event: AuditEvent | None = None
        if found.entry is not None and found.entry.kind in AUDIT_KINDS and found.fits:
            event = await asyncio.to_thread(self._desk.store.audit.event, found.entry.subject)
        return self._page(visit, "ledger/entry.html", **await self._head(), found=found, event=event, people=await self._people())

    async def proof_file(self, visit: Visit) -> Response:
        """``GET /console/ledger/entries/<seq>/proof.txt``: the proof as a C2SP tlog-proof."""
        found = await asyncio.to_thread(log.evidence, self._service, _required(visit.request.path_params["seq"]))
        if found.problem:
            raise LedgerError(found.problem, f"entry {found.seq} does not lead to the signed head", "run `brightline ledger verify`")
        return _download(found.proof.encode(), f"ledger-entry-{found.seq}.tlog-proof")

    async def events(self, visit: Visit) -> Response:
        """``GET /console/ledger/events``: who did what, when."""
        wanted = EventFilter.read(visit.request.query_params)
        wrong = wanted.wrong(visit.zone)
        found = await asyncio.to_thread(page_of_events, self._desk.store, wanted, visit.zone, self._desk.settings.tenant, _A_PAGE)
        older = f"/console/ledger/events?{wanted.query(after=found.next)}" if found.next else None
        kinds = [(kind, visit.text(KINDS[kind])) for kind in AUDIT_KINDS]
        return self._page(
            visit, "ledger/events.html", **await self._head(), wanted=wanted, wrong=wrong, found=found.events, older=older, kinds=kinds,
            people=await self._people(),
        )  # fmt: skip

    # Verification

    async def verification(self, visit: Visit) -> Response:
        """``GET /console/ledger/verification``: the one that runs, or the last one."""
        return self._page(visit, "ledger/verification.html", **await self._head(), **await self._verified())

    async def verification_part(self, visit: Visit) -> Response:
        """``GET /console/ledger/verification/part``: its progress, which the page renews by itself."""
        return self._page(visit, "ledger/verification_part.html", **await self._head(), **await self._verified())

    async def verify(self, visit: Visit) -> Response:
        """``POST /console/ledger/verification``: begin one, unless one runs."""
        begun = self._verifier.start(visit.who.id)
        said = _("The verification has begun.") if begun else _("A verification is running already.")
        return self._desk.redirect(visit, "/console/ledger/verification", said=said)

    # What the pages share

    def _page(self, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
        posted = {"ledger/consistency.html": "/console/ledger/consistency", "ledger/not_exported.html": "/console/ledger"}
        home = posted.get(template, "") if visit.request.method == "POST" else ""
        return self._desk.render(visit, template, status=status, home=home, kind_words=KINDS, subject_link=subject_link, **values)

    async def _head(self) -> dict[str, Any]:
        """The head and what is wrong with the log, if anything is."""

        def look() -> dict[str, Any]:
            state = self._service.ledger_state()
            latest = log.heads(self._service, None, 1)
            return {"state": state, "head": latest[0] if latest else None, "doubt": doubt_of(self._service)}

        problem = self._service.ledger_problem
        return await asyncio.to_thread(look) | {
            "halted": problem,
            "advice": "" if problem is None else ADVICE.get(problem.code, ADVICE["BL-LEDGER-010"]),
            "origin": self._service.signer.origin,
        }

    async def _verified(self) -> dict[str, Any]:
        return {
            "running": self._verifier.running,
            "failed": self._verifier.failed,
            "last": await asyncio.to_thread(self._last_verification),
            "findings": FINDINGS,
            "failed_advice": ADVICE.get(self._verifier.failed, ""),
            "people": await self._people(),
        }

    def _last_verification(self) -> AuditEvent | None:
        try:
            return last_verification(self._service)
        except StoreError as problem:
            if problem.code != "BL-STORE-007":
                raise
            return None  # ``doubt`` says that its record is damaged

    async def _people(self) -> dict[str, str]:
        users = await asyncio.to_thread(self._desk.store.users.list, self._desk.settings.tenant)
        return {user.id: user.display_name or user.name for user in users}

    async def _between(self, visit: Visit, old: int, new: int) -> dict[str, Any]:
        try:
            return {"proven": await asyncio.to_thread(log.consistency, self._service, old, new)}
        except LedgerError as problem:
            if problem.code in ("BL-LEDGER-005", "BL-LEDGER-006") and old > new:
                return {"refused": visit.text(_("The first number must not be larger than the second."))}
            if problem.code == "BL-LEDGER-005":
                return {"refused": visit.text(_("The log has fewer entries than that."))}
            return {"refused": visit.text(ADVICE.get(problem.code, ADVICE["BL-LEDGER-010"]))}

    def _judge(self, kept: Checkpoint) -> str:
        """Whether a kept head is one of this log as it stands: ``continues``, ``ahead`` or ``differs``."""
        if kept.size > self._service.ledger_state().size:
            return "ahead"
        try:
            here = log.consistency(self._service, kept.size, kept.size).new_root
        except LedgerError:
            return "differs"
        return "continues" if here == kept.root.hex() else "differs"

    def _drawing(self, visit: Visit, found: log.Growth | None) -> Drawing | None:
        if found is None:
            return None
        first = visit.text(_("Hour")) if found.hourly else visit.text(_("Day"))
        label = visit.text(_("Entries by hour, the last 24 hours")) if found.hourly else visit.text(_("Entries by day, the last 30 days"))
        return stacked_bars(
            found.names, [Series(visit.text(_("Entries")), "c-1", found.counts)], label=label, first_column=first, height=216
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _required(text: str) -> int:
    found = _number(text)
    if found is None:
        raise InputError("BL-INPUT-743", "the address does not name a number", "follow the links of the list")
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _download(content: bytes, name: str) -> Response:
    headers = security_headers(page=False) | {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/plain; charset=utf-8", headers=headers)
