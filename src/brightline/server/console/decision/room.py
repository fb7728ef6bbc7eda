"""``/console/decisions/{id}``: one decision, what can be asked about it, and what a reader may do with it.

Reading is a GET that changes nothing, with one exception that is meant: who has switched the folding of sensitive texts off
still leaves an entry in the ledger with each of them that is shown (``decision.opened``). What is on the page only for one
answer (an opened text, a replay) is the answer to a POST and not an address, so it cannot be left behind in a history.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.responses import Response

from brightline.errors import InputError, LedgerError, NotFound
from brightline.model import Decision
from brightline.server.console.decision.invisible import pieces_of
from brightline.server.console.decision.look_up import decision_of, named_in
from brightline.server.console.decision.passages import is_sensitive
from brightline.server.console.decision.replay import Replay, replay
from brightline.server.console.decision.sheet import Sight, is_folded, neighbours, sheet_of, sight_of
from brightline.server.console.decisions.conditions import conditions_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.naming import goal_name
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.server.face.catalogue import catalogue
from brightline.server.face.language import LANGUAGES
from brightline.server.problems import problem_response, wants_page
from brightline.store import Cursor, DecisionFilter, StoredDecision

__all__ = ["DecisionRoom"]

_LIST = "/console/decisions"
_LONGEST_QUERY = 4_000  # as the list's own addresses
_HIDDEN = {"Cache-Control": "no-store"}
_ERASED = _("The texts of this decision were erased, so the evidence can no longer be shown.")


class DecisionRoom:
    """The endpoints of this room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._service = desk.service

    # Reading

    async def show(self, visit: Visit) -> Response:
        """``GET /console/decisions/{id}``. A statement's token in place of an id leads to its decision."""
        stored = await self._find(visit)
        if stored is None:
            return await self._unknown(visit)
        decision = stored.decision
        sight = sight_of(stored, visit, opened=False)
        if sight.shown and is_sensitive(decision):
            await visit.log("decision.opened", decision.id, way="unfolded")
        return await self._page(visit, stored, sight)

    async def open_text(self, visit: Visit) -> Response:
        """``POST …/text``: show the text on this one answer; a sensitive one is on record first."""
        stored = await self._find(visit)
        if stored is None:
            return await self._unknown(visit)
        decision = stored.decision
        if stored.erased_at is None and is_sensitive(decision):
            await visit.log("decision.opened", decision.id, way="asked")
        return await self._page(visit, stored, sight_of(stored, visit, opened=True))

    async def judge_again(self, visit: Visit) -> Response:
        """``POST …/replay``: the stored findings under the rules loaded now, beside the stored judgement."""
        stored = await self._find(visit)
        if stored is None:
            return await self._unknown(visit)
        decision = stored.decision
        today = visit.form.get("law") == "today"
        result = await asyncio.to_thread(replay, decision, self._service.pipeline, on=datetime.now(UTC).date() if today else None)
        await visit.log("decision.replayed", decision.id, law="today" if today else "then", same=result.same)
        return await self._page(visit, stored, sight_of(stored, visit, opened=False), again=result, law="today" if today else "then")

    async def find(self, visit: Visit) -> Response:
        """``POST /console/decisions/find``: from a pasted id, link, token or proof to the decision."""
        pasted = visit.form.get("pasted", "")
        stored = await asyncio.to_thread(named_in, self._service, pasted, visit.who.tenant)
        if stored is None:
            return self._desk.render(visit, "decision/unknown.html", status=404, home=_LIST, pasted=pasted[:2_000], tried=True)
        return self._desk.redirect(visit, f"{_LIST}/{stored.decision.id}")

    async def place(self, visit: Visit) -> Response:
        """``GET …/place``: the part of the page about the ledger, for a page whose decision was pending; 204 while it still is."""
        stored = await self._known(visit)
        if stored.seq is None:
            return Response(status_code=204, headers=security_headers(page=False) | _HIDDEN)
        return await self._page(visit, stored, sight_of(stored, visit, opened=False), template="decision/place.html")

    # The proof

    async def proof(self, visit: Visit) -> Response:
        """``GET …/proof.json``: the bundle, which holds the text. A sensitive one has to be asked for by a form."""
        stored = await self._known(visit)
        if is_sensitive(stored.decision) and stored.erased_at is None:
            return self._no_proof(
                visit,
                stored.decision,
                403,
                "BL-ACCESS-030",
                _("The proof holds a sensitive text. Use the button on the page: opening it is recorded."),
            )
        return await self._bundle(visit, stored)

    async def proof_asked(self, visit: Visit) -> Response:
        """``POST …/proof.json``: the same; a sensitive text in it is on record first."""
        stored = await self._known(visit)
        if is_sensitive(stored.decision) and stored.erased_at is None and stored.seq is not None:
            await visit.log("decision.opened", stored.decision.id, way="proof")
        return await self._bundle(visit, stored)

    async def verified(self, visit: Visit) -> Response:
        """``POST …/verified``: somebody says that the proof held in their browser."""
        stored = await self._known(visit)
        if stored.seq is None:
            raise InputError(
                "BL-INPUT-770", "a decision that is not sealed yet cannot have been verified", "wait a moment and verify it then"
            )
        head = visit.form.get("size", "")
        size = int(head) if head.isascii() and head.isdecimal() and len(head) < 16 else 0
        await visit.log("ledger.verified", stored.decision.id, what="proof", size=size)
        return self._desk.redirect(visit, self._path(stored.decision, visit), said=_("It is on record that you verified this proof."))

    async def _bundle(self, visit: Visit, stored: StoredDecision) -> Response:
        decision = stored.decision
        try:
            bundle = await asyncio.to_thread(self._service.proof, decision.id)
        except LedgerError as problem:
            if problem.code == "BL-LEDGER-102":
                text = _(
                    "The texts of this decision were erased, so there is no proof of its content any more. Its place in the ledger still verifies."
                )
                return self._no_proof(visit, decision, 410, problem.code, text)
            if problem.code in ("BL-LEDGER-101", "BL-LEDGER-012"):
                return self._no_proof(
                    visit, decision, 409, problem.code, _("The decision is not under a signed head yet. Try again in a moment.")
                )
            raise
        name = f"brightline-proof-{decision.id}.json"
        headers = security_headers(page=False) | _HIDDEN | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(bundle, media_type="application/json", headers=headers)

    def _no_proof(self, visit: Visit, decision: Decision, status: int, code: str, text: str) -> Response:
        """A browser is led back to the page, which says why; the page's script gets status and sentence."""
        if wants_page(visit.request):
            return self._desk.redirect(visit, self._path(decision, visit), said=text)
        return problem_response(status, code, visit.text(text))

    # The page

    async def _page(
        self,
        visit: Visit,
        stored: StoredDecision,
        sight: Sight,
        *,
        again: Replay | None = None,
        law: str = "then",
        template: str = "decision/decision.html",
    ) -> Response:
        decision = stored.decision
        query = self._query(visit)
        goals = {goal.id: goal for goal in self._service.pipeline.engine.book}
        sheet, (newer, older) = await asyncio.gather(
            asyncio.to_thread(sheet_of, self._service, stored, sight, visit.lang, goals, self._desk.face.base_url),
            asyncio.to_thread(neighbours, self._service, decision, self._filter(visit, query)),
        )
        way = _way(query)
        return self._desk.render(
            visit,
            template,
            home=f"{_LIST}/{decision.id}",
            sheet=sheet,
            again=again,
            law=law,
            gone_meanwhile=stored.erased_at is not None and visit.request.method == "POST",
            folded=is_folded(decision, visit.who),
            query=query,
            back=f"{_LIST}?{query}" if query else _LIST,
            here=f"{_LIST}/{decision.id}",
            newer=_address(newer, way),
            older=_address(older, way),
            way=way,
            pipeline_versions=self._service.pipeline.versions,
            pieces_of=pieces_of,
            goal_title=lambda goal: goal_name(self._service.pipeline, goal, visit.lang),
            citation=lambda rule: self._service.rulebook.citation(rule, visit.lang) if rule in self._service.rulebook else rule,
            erased_says={lang: catalogue(lang).gettext(_ERASED) for lang in LANGUAGES},
        )

    async def _find(self, visit: Visit) -> StoredDecision | None:
        return await asyncio.to_thread(decision_of, self._service, visit.request.path_params["id"], visit.who.tenant)

    async def _known(self, visit: Visit) -> StoredDecision:
        stored = await self._find(visit)
        if stored is None:
            raise NotFound("BL-INPUT-404", "there is no decision with this id", "take the id from the list of decisions")
        return stored

    async def _unknown(self, visit: Visit) -> Response:
        """Somebody followed a damaged link, or holds something else than an id: help instead of a shrug."""
        asked = visit.request.path_params["id"]
        if not wants_page(visit.request):
            raise NotFound("BL-INPUT-404", "there is no decision with this id", "take the id from the list of decisions")
        stored = await asyncio.to_thread(named_in, self._service, asked, visit.who.tenant)
        if stored is not None:
            return self._desk.redirect(visit, self._path(stored.decision, visit))
        return self._desk.render(visit, "decision/unknown.html", status=404, home=_LIST, pasted="", tried=False)

    # Where the reader came from

    def _query(self, visit: Visit) -> str:
        """The list's address behind the ``?`` that this reader came from, written anew from what it asks for."""
        given = visit.form.get("list") or visit.request.query_params.get("list") or visit.request.query_params.get("from", "")
        if not given or len(given) > _LONGEST_QUERY:
            return ""
        conditions = conditions_of(given, visit.clock, self._service)
        return "" if conditions.faults else conditions.address_query

    def _filter(self, visit: Visit, query: str) -> DecisionFilter:
        if not query:
            return DecisionFilter(tenant=visit.who.tenant)
        wanted = conditions_of(query, visit.clock, self._service).filter(visit.who.tenant)
        # Whether a text holds a word is something that only a reader of texts may find out.
        return wanted if visit.can(Permission.TEXTS_READ) else replace(wanted, text=None)

    def _path(self, decision: Decision, visit: Visit) -> str:
        return f"{_LIST}/{decision.id}{_way(self._query(visit))}"


def _way(query: str) -> str:
    return f"?list={quote(query, safe='')}" if query else ""


def _address(cursor: Cursor | None, way: str) -> str:
    return "" if cursor is None else f"{_LIST}/{cursor.id}{way}"
