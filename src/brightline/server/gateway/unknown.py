"""Addresses below ``/v1`` that the gateway does not understand, and the list of models.

``unknown_paths = "refuse"`` answers 404 with a clear error. ``"pass"`` hands the request through unread, and the
Decision says ``not_inspected`` for both directions: nothing is ever recorded as checked that was not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from brightline.errors import BrightlineError, NotFound, RateLimited
from brightline.model import Door, ItemKind, NotInspected, digest_of
from brightline.server.gateway.access import admit, age_band, named_user
from brightline.server.gateway.call import answer_whole, target_of
from brightline.server.gateway.prompt import read_body
from brightline.server.gateway.shapes.envelope import anthropic_error, openai_error
from brightline.server.gateway.upstream import Upstream, forwarded_request_headers, kept_answer_headers
from brightline.service import Service

__all__ = ["Models", "Unknown"]

_NOT_READ = "the gateway does not know this address and passed it on unread, as the setting unknown_paths asks"


class Unknown:
    """Every address below ``/v1`` that has no endpoint of its own."""

    def __init__(self, service: Service, upstream: Callable[[], Upstream]) -> None:
        self._service = service
        self._upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and record."""
        headers = Headers(scope=scope)
        try:
            key = admit(self._service, headers)
            if self._service.settings.unknown_paths == "refuse":
                raise NotFound(
                    "BL-INPUT-110",
                    f"the gateway does not know {scope['method']} {scope['path']}",
                    'known are chat/completions, completions, responses, messages, embeddings and models; unknown_paths = "pass" hands others through uninspected',
                )
            await self._pass(scope, receive, send, headers, key.id)
        except ClientDisconnect:
            return
        except BrightlineError as problem:
            await _send_error(send, problem, headers)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, headers: Headers, key_id: str) -> None:
        service = self._service
        body = await read_body(scope, receive, service.settings.max_body_bytes)
        forwarded = forwarded_request_headers(headers, service.settings)
        kind = headers.get("content-type")
        forwarded["content-type"] = kind or "application/octet-stream"
        answer = await self._upstream().send(scope["method"], target_of(scope), body or None, forwarded)
        try:
            found = await answer.read(service.settings.max_answer_bytes)
        finally:
            await answer.close()
        about: dict[str, Any] = {"endpoint": target_of(scope)[:200], "method": scope["method"], "upstream_status": answer.status}
        about |= {"bytes_in": len(body), "bytes_out": len(found), "status": "passed"}
        decision = service.pipeline.decide(
            kind=ItemKind.DOCUMENT,
            digest=digest_of([("request", body.hex()), ("answer", found.hex())]),
            findings=(),
            context=service.pipeline.context(Door.GATEWAY, age_band=age_band(service.settings, headers)),
            not_inspected=[NotInspected("request", "gateway", _NOT_READ), NotInspected("answer", "gateway", _NOT_READ)],
            account=named_user(service.settings, headers, ""),
            api_key=key_id,
            request=about,
        )
        await service.record(decision)
        kept = kept_answer_headers(answer.headers) | {"x-brightline-decision": decision.id, "x-brightline-outcome": decision.outcome.value}
        await answer_whole(send, answer.status, found, kept, answer.content_type)


class Models:
    """``GET /v1/models`` and ``/v1/models/{id}``: names only, passed on for callers with a key."""

    def __init__(self, service: Service, upstream: Callable[[], Upstream]) -> None:
        self._service = service
        self._upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the list on."""
        headers = Headers(scope=scope)
        try:
            admit(self._service, headers)
            forwarded = forwarded_request_headers(headers, self._service.settings)
            answer = await self._upstream().send("GET", target_of(scope), None, forwarded)
            try:
                body = await answer.read(self._service.settings.max_answer_bytes)
            finally:
                await answer.close()
            await answer_whole(send, answer.status, body, kept_answer_headers(answer.headers))
        except BrightlineError as problem:
            await _send_error(send, problem, headers)


async def _send_error(send: Send, problem: BrightlineError, headers: Mapping[str, str]) -> None:
    body = anthropic_error(problem) if "anthropic-version" in headers else openai_error(problem)
    named = {"retry-after": str(problem.retry_after_s)} if isinstance(problem, RateLimited) else {}
    await answer_whole(send, problem.http_status, orjson.dumps(body), named)
