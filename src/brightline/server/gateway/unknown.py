"""Addresses below ``/v1`` that have no shape: the list of models, and everything that the gateway does not understand.

``unknown_paths = "refuse"`` answers 404 with a clear error. ``"pass"`` hands the request through unread, and the
Decision says ``not_inspected`` for both directions: nothing is ever recorded as checked that was not. Which addresses
can be handed through at all is said in ``address``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from brightline.errors import BrightlineError, NotFound, UpstreamError, WrongMethod
from brightline.model import Decision, Door, Finding, ItemKind, NotInspected, Part, Side, digest_of
from brightline.server.gateway.access import admit, age_band, named_user
from brightline.server.gateway.address import model_target, plain_target
from brightline.server.gateway.call import answer_whole, error_headers
from brightline.server.gateway.prompt import IN_LOOP_BYTES, read_body
from brightline.server.gateway.shapes.envelope import anthropic_error, openai_error
from brightline.server.gateway.shapes.texts import dotted, texts
from brightline.server.gateway.upstream import Upstream, check_answer, forwarded_request_headers, kept_answer_headers
from brightline.server.gateway.verbatim import Document, Malformed
from brightline.service import Service

__all__ = ["Models", "Unknown"]

_NOT_READ = "the gateway does not know this address and passed it on unread, as the setting unknown_paths asks"


class Unknown:
    """Every address below ``/v1`` that has no endpoint of its own. ``known``: the paths that have one, for POST."""

    def __init__(self, service: Service, upstream: Callable[[], Upstream], known: frozenset[str]) -> None:
        self._service = service
        self._upstream = upstream
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and record."""
        headers = Headers(scope=scope)
        try:
            key = admit(self._service, headers)
            method, path = scope["method"], scope["path"]
            if path in self._known:
                raise WrongMethod("BL-INPUT-112", f"{path} does not work with {method}", "use POST", allowed="POST")
            target = plain_target(scope, self._known)
            if self._service.settings.unknown_paths == "refuse":
                raise NotFound(
                    "BL-INPUT-110",
                    f"the gateway does not know {method} {path}",
                    'known are chat/completions, completions, responses, messages, embeddings, images, audio/speech, videos and models; unknown_paths = "pass" hands others through uninspected',
                )
            await self._pass(scope, target, receive, send, headers, key.id)
        except ClientDisconnect:
            return
        except BrightlineError as problem:
            await _send_error(send, problem, headers)

    async def _pass(self, scope: Scope, target: str, receive: Receive, send: Send, headers: Headers, key_id: str) -> None:
        settings = self._service.settings
        body = await read_body(scope, receive, settings.max_body_bytes)
        forwarded = forwarded_request_headers(headers, settings)
        forwarded["content-type"] = headers.get("content-type") or "application/octet-stream"
        if "content-encoding" in headers:
            forwarded["content-encoding"] = headers["content-encoding"]
        about: dict[str, Any] = {"endpoint": target.partition("?")[0][:200], "method": scope["method"], "bytes_in": len(body)}
        unread = [NotInspected(part, "gateway", _NOT_READ) for part in ("request", "answer")]
        found, answered, label = b"", None, {}
        try:
            answered = await self._upstream().send(scope["method"], target, body or None, forwarded)
            try:
                found = await answered.read(settings.max_answer_bytes)
            finally:
                await answered.close()
            about |= {"upstream_status": answered.status, "bytes_out": len(found), "status": "passed"}
            if answered.content_type.startswith(("image/", "audio/", "video/")):
                label = {"media": [{"place": "answer", "implicit": "none", "explicit": "none", "reason": _NOT_READ}]}
        except BrightlineError as problem:
            about["status"] = problem.code
            raise
        finally:
            # Whatever came of it: the request has left unread.
            digest = digest_of([("request", body.hex()), ("answer", found.hex())])
            decision = await _record(self._service, headers, key_id, about, digest, (), unread, label)
        kept = kept_answer_headers(answered.headers) | _decided(decision)
        await answer_whole(send, answered.status, found, kept, answered.content_type)


class Models:
    """``GET /v1/models`` and ``/v1/models/{name}``: passed on for callers with a key, inspected like any answer."""

    def __init__(self, service: Service, upstream: Callable[[], Upstream], unknown: Unknown) -> None:
        self._service = service
        self._upstream = upstream
        self._unknown = unknown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the list on, unless something in it must not leave."""
        headers = Headers(scope=scope)
        try:
            target = model_target(scope)
            if target is None:
                await self._unknown(scope, receive, send)
                return
            key = admit(self._service, headers)
            await self._pass(target, send, headers, key.id)
        except BrightlineError as problem:
            await _send_error(send, problem, headers)

    async def _pass(self, target: str, send: Send, headers: Headers, key_id: str) -> None:
        about: dict[str, Any] = {"endpoint": "models", "status": "ok"}
        parts: list[Part] = []
        findings: list[Finding] = []
        try:
            answer = await self._upstream().send("GET", target, None, forwarded_request_headers(headers, self._service.settings))
            try:
                about["upstream_status"] = answer.status
                check_answer(answer, streamed=False)
                body = await answer.read(self._service.settings.max_answer_bytes)
            finally:
                await answer.close()
            about["bytes_out"] = len(body)
            inspect = self._inspect
            parts, findings = await asyncio.to_thread(inspect, body) if len(body) > IN_LOOP_BYTES else inspect(body)
        except BrightlineError as problem:
            about["status"] = problem.code
            gap = NotInspected("answer", "gateway", f"{problem.message}; nothing was passed on")
            await _record(self._service, headers, key_id, about, digest_of([]), (), [gap])
            raise
        context = self._service.pipeline.context(Door.GATEWAY, age_band=age_band(self._service.settings, headers))
        stops = bool(findings) and self._service.pipeline.judge(findings, context).outcome.stops
        if stops:
            about["status"] = "stopped"
        decision = await _record(self._service, headers, key_id, about, digest_of([(part.path, part.text) for part in parts]), findings, ())
        if stops:
            refusal = UpstreamError(
                "BL-REFUSED", "the model service's list of models holds what may not leave", f"see decision {decision.id}"
            )
            await _send_error(send, refusal, headers, _decided(decision))
            return
        await answer_whole(send, answer.status, body, kept_answer_headers(answer.headers) | _decided(decision))

    def _inspect(self, body: bytes) -> tuple[list[Part], list[Finding]]:
        try:
            found = texts(Document.parse(body).value)
        except Malformed as problem:
            raise UpstreamError("BL-UPSTREAM-004", f"the model service's answer cannot be read: {problem}", "try again") from None
        parts = [Part(dotted(text.path), Side.ANSWER, text.text) for text in found if text.text is not None]
        return parts, self._service.pipeline.inspect(parts)


async def _record(
    service: Service,
    headers: Headers,
    key_id: str,
    about: dict[str, Any],
    digest: str,
    findings: Sequence[Finding],
    gaps: Sequence[NotInspected],
    label: dict[str, Any] | None = None,
) -> Decision:
    """Decide over a document and put it on disk."""
    decision = service.pipeline.decide(
        kind=ItemKind.DOCUMENT,
        digest=digest,
        findings=findings,
        context=service.pipeline.context(Door.GATEWAY, age_band=age_band(service.settings, headers)),
        not_inspected=gaps,
        account=named_user(service.settings, headers, ""),
        api_key=key_id,
        label=label,
        request=about,
    )
    await service.record(decision)
    return decision


def _decided(decision: Decision) -> dict[str, str]:
    return {"x-brightline-decision": decision.id, "x-brightline-outcome": decision.outcome.value}


async def _send_error(send: Send, problem: BrightlineError, headers: Headers, more: Mapping[str, str] | None = None) -> None:
    body = anthropic_error(problem) if "anthropic-version" in headers else openai_error(problem)
    await answer_whole(send, problem.http_status, orjson.dumps(body), error_headers(problem) | dict(more or {}))
