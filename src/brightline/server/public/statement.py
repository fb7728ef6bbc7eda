"""``/d/<token>``: the statement of reasons for the person whom a decision concerns, and the proof that it was logged.

The token in the address is the only key: it is unguessable, is kept from search engines and caches, and no answer tells a
wrong token from one that never was.
"""

from __future__ import annotations

import asyncio
import re

from starlette.requests import Request
from starlette.responses import Response

from brightline.errors import LedgerError, NotFound
from brightline.review import render_statement
from brightline.server.face import Face, security_headers
from brightline.service import Service
from brightline.store import StoredDecision

__all__ = ["StatementPage"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_HIDDEN = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


class StatementPage:
    """The page of one decision and its proof."""

    def __init__(self, service: Service, face: Face) -> None:
        self._service = service
        self._face = face

    async def show(self, request: Request) -> Response:
        """``GET /d/<token>``."""
        stored = await self._find(request)
        statement = render_statement(
            stored.decision,
            self._service.rulebook,
            self._face.preferences(request).lang,
            base_url=self._face.base_url,
            seq=stored.seq,
            terms=self._service.pipeline.terms,
            appeal_url=self._service.settings.appeal_url,
            contact=self._service.settings.contact,
        )
        return self._face.render(
            request,
            "statement.html",
            headers=_HIDDEN,
            statement=statement,
            token=stored.decision.token,
            erased=stored.erased_at is not None,
        )

    async def proof(self, request: Request) -> Response:
        """``GET /d/<token>/proof.json``: the bundle for the single-file verifier, or a page that asks for patience."""
        stored = await self._find(request)
        try:
            bundle = await asyncio.to_thread(self._service.proof, stored.decision.id)
        except LedgerError:
            if stored.seq is not None:
                raise
            waiting = _HIDDEN | {"Retry-After": "2"}
            return self._face.render(request, "proof_pending.html", status=202, headers=waiting, token=stored.decision.token)
        name = f"brightline-proof-{stored.decision.id}.json"
        headers = security_headers(page=False) | _HIDDEN | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(bundle, media_type="application/json", headers=headers)

    async def _find(self, request: Request) -> StoredDecision:
        token = request.path_params["token"]
        stored = None
        if _TOKEN.fullmatch(token):
            stored = await asyncio.to_thread(self._service.decision_by_token, token)
        if stored is None:
            raise NotFound("BL-INPUT-404", "there is no statement at this address", "check that the whole link was copied")
        if await asyncio.to_thread(self._service.is_as_recorded, stored) is False:
            # Better no statement than one that nobody made.
            raise LedgerError("BL-LEDGER-104", "what is stored about this decision is not what was recorded", "tell the operator")
        return stored
