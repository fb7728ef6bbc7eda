"""A scriptable model service for the gateway's tests: a real HTTP server on loopback that says what a test tells it to.

The upstream is not Brightline's code, so standing in for it mocks nothing of ours.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from aiohttp import web


@dataclass
class Reply:
    """What the service answers. ``pieces`` are written one by one; ``cut`` breaks the connection off after them."""

    pieces: Iterable[bytes] = ()
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: bool = False  # after the pieces: neither end nor another byte, until the gateway closes
    chunked: bool = False


@dataclass
class Seen:
    """A request as the service got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def json_reply(value: Any, **details: Any) -> Reply:
    return Reply([value if isinstance(value, bytes) else orjson.dumps(value)], **details)


def sse_reply(events: Iterable[bytes], **details: Any) -> Reply:
    return Reply(events, content_type="text/event-stream", chunked=True, **details)


class FakeUpstream:
    """The service. Set ``answer`` to a Reply or to a function of the request."""

    def __init__(self) -> None:
        self.answer: Reply | Callable[[Seen], Reply] = json_reply({})
        self.seen: list[Seen] = []
        self.closed = threading.Event()  # set when a client went away before the end
        self.waiting = threading.Event()  # set when a hanging reply has written its pieces
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def reset(self) -> None:
        self.seen.clear()
        self.closed.clear()
        self.waiting.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=1024**3, handler_args={"access_log": None})
        app.router.add_route("*", "/{rest:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        seen = Seen(request.method, request.path_qs, {k.lower(): v for k, v in request.headers.items()}, await request.read())
        self.seen.append(seen)
        reply = self.answer(seen) if callable(self.answer) else self.answer
        if not (reply.cut or reply.hang or reply.chunked):
            headers = {"content-type": reply.content_type, **reply.headers}
            return web.Response(body=b"".join(reply.pieces), status=reply.status, headers=headers)
        response = web.StreamResponse(status=reply.status, headers={"content-type": reply.content_type, **reply.headers})
        try:
            await response.prepare(request)
            for piece in reply.pieces:
                await response.write(piece)
                await asyncio.sleep(0)
            if reply.hang:
                self.waiting.set()
                await asyncio.Event().wait()
        except (ConnectionError, asyncio.CancelledError):
            self.closed.set()
            raise
        if reply.cut and request.transport is not None:
            request.transport.abort()
            return response
        await response.write_eof()
        return response
