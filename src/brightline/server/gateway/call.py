"""One endpoint of the gateway as an ASGI application: admit, read, inspect, ask the upstream, inspect, record, answer.

Plain ASGI, because only so can a client that goes away be noticed while the upstream is still thinking, and because a
Starlette response would buffer nothing away from what is done here.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from brightline.errors import BrightlineError, RateLimited, StoreError, TooSlow, UpstreamError, WrongMethod
from brightline.model import Door
from brightline.server.gateway.access import admit, age_band, named_model, named_user
from brightline.server.gateway.address import with_query
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.server.gateway.exchange import Exchange
from brightline.server.gateway.looked_at import LookedAt
from brightline.server.gateway.media import MediaLabels, media_type_of_bytes
from brightline.server.gateway.media_form import Form
from brightline.server.gateway.media_stream import check_request
from brightline.server.gateway.prompt import Asked, check_choices, inspect_prompt, leave_out_refused, parse_request, read_body
from brightline.server.gateway.refusal import refusal_text
from brightline.server.gateway.relay import finish_answer, inspect_answer, inspect_error
from brightline.server.gateway.remembered import Remembered
from brightline.server.gateway.shapes.media_requests import MediaShape
from brightline.server.gateway.shapes.shape import Shape
from brightline.server.gateway.stream import StreamRelay
from brightline.server.gateway.upstream import Upstream, UpstreamAnswer, check_answer, forwarded_request_headers, kept_answer_headers
from brightline.server.gateway.verbatim import Document
from brightline.service import Service

__all__ = ["Call", "answer_whole", "error_headers"]

_log = structlog.get_logger("brightline.gateway")

MAX_ERROR_BYTES = 1024 * 1024
"""An error body of an upstream is passed on up to this size."""


class Call:
    """The endpoint of one shape. ``address``: what to ask the model service for, where that is more than the shape's own path."""

    def __init__(
        self,
        service: Service,
        shape: Shape,
        upstream: Callable[[], Upstream],
        clean: CleanTexts,
        looked_at: LookedAt,
        media: MediaLabels,
        remembered: Remembered,
        address: Callable[[Scope], str] | None = None,
    ) -> None:
        self._service = service
        self._media = media
        self._remembered = remembered
        self._clean = clean
        self._looked_at = looked_at
        self._shape = shape
        self._upstream = upstream
        self._address = address or (lambda scope: with_query(scope, shape.path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        client = Client(receive, send, self._service, self._shape)
        headers = Headers(scope=scope)
        try:
            target = self._address(scope)
            exchange, document, size = await self._read(scope, headers, receive)
        except ClientDisconnect:
            return
        except BrightlineError as problem:
            await client.refuse(problem)
            return
        except Exception as problem:
            # A defect of ours before anything was passed on: there is no call to record yet.
            _log.error("a request failed", error=type(problem).__name__, where=_where(problem))
            await client.refuse(_defect())
            return
        exchange.about["bytes_in"] = size
        try:
            async with client:
                method = "GET" if scope["method"] == "HEAD" else scope["method"]
                await self._serve(exchange, document, (method, target), headers, client)
        except asyncio.CancelledError:
            exchange.about["status"] = "client_closed" if client.gone else "shutdown"
            exchange.not_inspected("answer", "the client went away before the answer had come to its end")
            await record_quietly(exchange)
            if not client.gone:
                raise
        except BrightlineError as problem:
            await self._fail(exchange, problem, client)
        except Exception as problem:
            # A defect of ours. Fail closed: nothing more of the answer leaves, and the Decision says so.
            _log.error("a call failed", decision=exchange.id, error=type(problem).__name__, where=_where(problem))
            exchange.about["status"] = "BL-GATEWAY-001"
            exchange.not_inspected("answer", "the gateway failed before the answer was complete")
            await record_quietly(exchange)
            await client.refuse(_defect(), {"x-brightline-decision": exchange.id})

    async def _read(self, scope: Scope, headers: Headers, receive: Receive) -> tuple[Exchange, Asked, int]:
        service = self._service
        key = admit(service, headers)
        body = await read_body(scope, receive, service.settings.max_body_bytes)
        document = await parse_request(self._shape, scope["method"], body, headers.get("content-type", ""))
        prompt = self._shape.read(document.value)
        check_choices(prompt)
        prompt.model = named_model(prompt.model)
        context = service.pipeline.context(Door.GATEWAY, age_band=age_band(service.settings, headers))
        account = named_user(service.settings, headers, prompt.end_user)
        exchange = Exchange(service, self._shape, prompt, context, account=account, api_key=key.id)
        left_out = await leave_out_refused(service, prompt, document) if isinstance(document, Document) else []
        if left_out:
            exchange.about["left_out"] = left_out
        exchange.ms["parse"] = exchange.since_start_ms()
        exchange.findings = await inspect_prompt(service, self._clean, prompt, context, exchange.pipeline)
        await exchange.follow()
        await exchange.look_again(self._looked_at)
        exchange.ms["inspect"] = exchange.since_start_ms() - exchange.ms["parse"]
        return exchange, document, len(body)

    async def _serve(self, exchange: Exchange, document: Asked, address: tuple[str, str], headers: Headers, client: Client) -> None:
        if exchange.findings and exchange.pipeline.judge(exchange.findings, exchange.context).outcome.stops:
            await self._refuse(exchange, client)
            return
        check_request(self._media, exchange, document.value)
        before = exchange.since_start_ms()
        forwarded = forwarded_request_headers(headers, self._service.settings)
        if isinstance(document, Form):
            forwarded["content-type"] = document.content_type
        answer = await self._upstream().send(*address, document.encode(), forwarded)
        try:
            exchange.ms["upstream_first"] = exchange.since_start_ms() - before
            exchange.about["upstream_status"] = answer.status
            is_file = isinstance(self._shape, MediaShape) and self._shape.file
            check_answer(answer, streamed=exchange.prompt.stream, file=is_file)
            if answer.status >= 400:
                await self._pass_error(exchange, answer, client)
            elif is_file:
                await self._file(exchange, answer, client)
            elif exchange.prompt.stream:
                await self._stream(exchange, answer, client)
            else:
                body = await answer.read(self._service.settings.max_answer_bytes)
                exchange.ms["upstream"] = exchange.since_start_ms() - before
                exchange.about["bytes_out"] = len(body)
                await self._whole(exchange, answer, body, client)
        finally:
            await answer.close()

    async def _refuse(self, exchange: Exchange, client: Client) -> None:
        exchange.about["status"] = "refused"
        decision = await exchange.record()
        text = refusal_text(decision, self._service.rulebook, exchange.statement_url, exchange.lang)
        member = exchange.member(decision)
        headers = exchange.headers(decision)
        if exchange.prompt.stream:
            await client.start(200, "text/event-stream; charset=utf-8", headers)
            await client.write(self._shape.refusal_stream(exchange.prompt, decision.id, text, member), last=True)
        else:
            body = self._shape.refusal(exchange.prompt, decision.id, text, member)
            await client.json(400 if body.get("error") else 200, orjson.dumps(body), headers)

    async def _whole(self, exchange: Exchange, answer: UpstreamAnswer, body: bytes, client: Client) -> None:
        await self._media.require_few(exchange, body)
        document = await inspect_answer(exchange, body)
        if isinstance(self._shape, MediaShape):
            exchange.label = {}  # of a text, of which there is none
        document = await self._media.in_answer(exchange, document, body)
        document = await self._media.by_address(exchange, document, body)
        decision = await exchange.record()
        self._remembered.answered(exchange)
        headers = kept_answer_headers(answer.headers) | exchange.headers(decision)
        written = finish_answer(exchange, document, decision)
        await client.json(400 if written.startswith(b'{"error":') else 200, written, headers)  # vectors carry no refusal

    async def _file(self, exchange: Exchange, answer: UpstreamAnswer, client: Client) -> None:
        """An answer that is a file. It comes whole before anything of it leaves: a label cannot be written into a part."""
        settings = self._service.settings
        data = await answer.read(min(settings.max_answer_bytes, settings.label_max_file_bytes))
        exchange.about["bytes_out"] = len(data)
        exchange.not_inspected("answer", "what is seen or heard is not inspected; the text that it was made from was")
        kind = answer.content_type
        if self._media.wanted:
            data = await self._media.file(exchange, data, "answer")
            kind = await asyncio.to_thread(media_type_of_bytes, data, kind)
        else:
            self._media.say_unlabelled(exchange, "answer")
        decision = await exchange.record()
        headers = kept_answer_headers(answer.headers) | exchange.headers(decision)
        await client.start(200, kind, {**headers, "content-length": str(len(data))})
        await client.write(data, last=True)

    async def _stream(self, exchange: Exchange, answer: UpstreamAnswer, client: Client) -> None:
        shape = self._shape.streamed(exchange.prompt)
        if shape is None:
            raise UpstreamError("BL-UPSTREAM-006", "the model service streams what has no streams")
        relay = StreamRelay(exchange, shape)
        await client.start(200, "text/event-stream; charset=utf-8", kept_answer_headers(answer.headers) | exchange.headers(None))
        opened_ms = exchange.since_start_ms() - exchange.ms["upstream_first"]
        size = 0
        own_s = 0.0
        try:
            async for chunk in answer.chunks():
                size += len(chunk)
                began = time.perf_counter()
                written = relay.feed(chunk)
                own_s += time.perf_counter() - began
                if written:
                    await client.write(written)
                if relay.ended:
                    break
            else:
                written = relay.end()
                if written:
                    await client.write(written)
        except UpstreamError:
            tail = relay.release()
            if tail:
                await client.write(tail)
            raise
        finally:
            exchange.about["bytes_out"] = size
            # What was not our own work was waiting, for the model's next piece or for the reader to take this one.
            exchange.ms["upstream"] = exchange.since_start_ms() - opened_ms - own_s * 1000
        await answer.close()
        if exchange.answer.stopped:
            exchange.about["status"] = "stopped"
        elif relay.failed:
            exchange.about["status"] = "upstream_error"
        decision = await exchange.record()
        self._remembered.answered(exchange)
        await client.write(b"" if relay.failed else relay.finish(decision), last=True)

    async def _pass_error(self, exchange: Exchange, answer: UpstreamAnswer, client: Client) -> None:
        """A 4xx of the upstream is the client's business and passes as it is, unless its words must not leave."""
        body = await answer.read(MAX_ERROR_BYTES)
        exchange.about["bytes_out"] = len(body)
        inspect_error(exchange, body)
        stopped = bool(exchange.answer.stopped)
        exchange.about["status"] = "stopped" if stopped else "upstream_refused"
        decision = await exchange.record()
        if stopped:
            said = UpstreamError("BL-REFUSED", "the model service refused with words that may not leave", "see the decision")
            await client.refuse(said, exchange.headers(decision))
            return
        await client.json(answer.status, body, kept_answer_headers(answer.headers) | exchange.headers(decision))

    async def _fail(self, exchange: Exchange, problem: BrightlineError, client: Client) -> None:
        """Tell the client, in its API's words, and put on record what was and was not inspected."""
        if not isinstance(problem, StoreError):
            if isinstance(problem, UpstreamError):
                self._service.metrics.upstream_errors.labels(problem.code).inc()
            exchange.about["status"] = problem.code
            exchange.not_inspected(
                "answer", f"{problem.message}; {'what came before was inspected' if client.started else 'nothing was passed on'}"
            )
            await record_quietly(exchange)
        await client.refuse(problem, {"x-brightline-decision": exchange.id})


async def record_quietly(exchange: Exchange) -> None:
    """Record where the answer has failed already, so that a second failure can only be logged."""
    try:
        try:
            await exchange.record()
        except BrightlineError:
            raise
        except Exception as problem:
            _log.error("a decision could not be described", decision=exchange.id, error=type(problem).__name__, where=_where(problem))
            await exchange.record_without_answer()
    except BrightlineError as problem:
        _log.error("a decision could not be recorded", decision=exchange.id, code=problem.code, problem=problem.message)
    except Exception as problem:
        _log.error("a decision could not be recorded", decision=exchange.id, error=type(problem).__name__, where=_where(problem))


class Client:
    """The caller's side of a connection: writes the response, and cancels the call when the caller goes away."""

    def __init__(self, receive: Receive, send: Send, service: Service, shape: Shape) -> None:
        self._receive = receive
        self._send = send
        self._service = service
        self._shape = shape
        self._watch: asyncio.Task[None] | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._finished = False
        self.started = False
        self.gone = False

    async def __aenter__(self) -> Client:
        self._serving = asyncio.current_task()
        self._watch = asyncio.create_task(self._wait_for_end())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self.gone and self._serving is not None:
            self._serving.uncancel()

    async def start(self, status: int, content_type: str, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
        self.started = True
        named = [(b"content-type", content_type.encode("ascii")), (b"cache-control", b"no-store")]
        if content_type.startswith("text/event-stream"):
            named.append((b"x-accel-buffering", b"no"))
        named += [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
        self._service.metrics.requests.labels(self._shape.name, str(status)).inc()
        await self._send({"type": "http.response.start", "status": status, "headers": named})

    async def write(self, body: bytes, *, last: bool = False) -> None:
        """Send a piece of the body; returns when the connection can take more."""
        if last:
            self._finished = True
        message: Message = {"type": "http.response.body", "body": body, "more_body": not last}
        try:
            await self._send(message)
        except OSError:
            self.gone = True
            raise asyncio.CancelledError from None

    async def json(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a whole JSON response."""
        await self.start(status, "application/json", {**headers, "content-length": str(len(body))})
        await self.write(body, last=True)

    async def refuse(self, problem: BrightlineError, headers: Mapping[str, str] | None = None) -> None:
        """Send an error in the words of the API: a response, or the last event of a stream that ends without its end mark."""
        if self.started:
            await self.write(self._shape.error_event(problem), last=True)
            return
        await self.json(problem.http_status, orjson.dumps(self._shape.error(problem)), {**(headers or {}), **error_headers(problem)})

    async def _wait_for_end(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                if not self._finished and self._serving is not None:
                    self.gone = True
                    self._serving.cancel()
                return


def _defect() -> BrightlineError:
    hint = "try again; the operator finds the cause in the log, under the decision's number if there is one"
    return BrightlineError("BL-GATEWAY-001", "the gateway failed", hint)


def _where(problem: BaseException) -> str:
    """File and line that raised. Not the message nor the values: they may hold what a user wrote."""
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def error_headers(problem: BrightlineError) -> dict[str, str]:
    """What HTTP wants beside an error: RFC 9110, sections 11.6.1 (401), 10.2.1 (405) and 10.2.3 (429)."""
    if isinstance(problem, RateLimited):
        return {"retry-after": str(problem.retry_after_s)}
    if isinstance(problem, WrongMethod):
        return {"allow": problem.allowed}
    if problem.http_status == 401:
        return {"www-authenticate": 'Bearer realm="brightline"'}
    # The rest of a body that does not come is not waited for.
    return {"connection": "close"} if isinstance(problem, TooSlow) else {}


async def answer_whole(send: Send, status: int, body: bytes, headers: Mapping[str, str], kind: str = "application/json") -> None:
    """Send a whole response outside a call."""
    named = [(b"content-type", kind.encode("latin-1")), (b"content-length", str(len(body)).encode())]
    named += [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body, "more_body": False})
