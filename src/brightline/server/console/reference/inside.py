"""A call of the API from inside the process: the same application, routes and answers as from outside, without a socket.

The person was admitted by the console (``admission.py``); the call carries a key of their own that exists for this call only, in the ASGI
scope, where nothing from the network gets to (``server/api/access.py``). It may do what the operation needs and nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

from brightline.server.api.access import VISITOR
from brightline.store import ApiKey

__all__ = ["Answer", "ask", "visitor_key"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``took_ms`` is the time inside the process."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    took_ms: float

    @property
    def is_json(self) -> bool:
        """True for JSON of any kind, problem documents too."""
        return any(name == "content-type" and "json" in value for name, value in self.headers)


def visitor_key(user_id: str, name: str, tenant: str, scope: str) -> ApiKey:
    """A key that stands for a signed-in person during one call. Decisions that it makes name it as ``user:<id>``."""
    return ApiKey(f"user:{user_id}", name, tenant, (scope,), None, time.time_ns() // 1000)


async def ask(app: ASGIApp, method: str, path: str, query: str = "", body: bytes = b"", visitor: ApiKey | None = None) -> Answer:
    """One request to the application, and the whole answer."""
    headers = [(b"host", b"console"), (b"accept", b"application/json")]
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": None,
        "server": None,
        "state": {},
    }
    if visitor is not None:
        scope[VISITOR] = visitor
    sent = False
    started: Message = {"status": 500, "headers": []}
    pieces = bytearray()

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            started = message
        else:
            pieces.extend(message.get("body", b""))

    began = time.perf_counter()
    await app(scope, receive, send)
    took_ms = (time.perf_counter() - began) * 1000
    named = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in started["headers"])
    return Answer(int(started["status"]), named, bytes(pieces), took_ms)
