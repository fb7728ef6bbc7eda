"""Every API route names the scope that its callers need; nothing of a request is read before the key was checked.

The scope stands in the route's OpenAPI description as ``x-brightline-scope``. A route without one does not come to exist.

A key in the Authorization header is the only way in from outside: no cookie opens anything here, so no other site can make a
signed-in person's browser call this API. The console's try-out is a caller from inside the process: it has admitted the person
(session, origin, token, role) and lends this call a key that exists nowhere else, under ``VISITOR`` in the ASGI scope. The scope is
made by the server for each request, and nothing that comes over the network can put a key of that name into it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from brightline.errors import Forbidden, InputError
from brightline.server.api.file_bodies import takes_files
from brightline.server.face import read_body
from brightline.service import Service
from brightline.store import ApiKey

__all__ = ["SCOPE", "VISITOR", "api_key_of", "guarded_route"]

SCOPE = "x-brightline-scope"
VISITOR = "brightline.visitor"
"""Where a call from inside the process brings its ``ApiKey``."""


def api_key_of(request: Request) -> ApiKey:
    """The key that this request was let in with."""
    return cast(ApiKey, request.state.api_key)


def guarded_route(service: Service) -> type[APIRoute]:
    """A route class that checks the key and the names of parameters, then reads and decodes the body within ``max_body_bytes``.

    A route that takes files (``file_bodies.takes``) reads its body itself, into a room on disk.
    """

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()
            scope = (self.openapi_extra or {}).get(SCOPE)
            if scope is None:
                raise TypeError(f"the route {self.path} names no scope")
            parameters = {field.alias for field in self.dependant.query_params}

            async def guarded(request: Request) -> Response:
                request.state.api_key = await _admitted(service, request, scope)
                _require_known(request, parameters)
                if request.method == "POST" and not takes_files(self.openapi_extra):
                    _require_json(request)
                    request = _Decoded(request, await read_body(request, service.settings.max_body_bytes))
                return await handle(request)

            return guarded

    return GuardedRoute


async def _admitted(service: Service, request: Request, scope: str) -> ApiKey:
    visitor = request.scope.get(VISITOR)
    if isinstance(visitor, ApiKey):
        if scope not in visitor.scopes:
            raise Forbidden("BL-ACCESS-004", f"this call lacks the scope {scope!r}", "the role of the person decides about it")
        return visitor
    return await asyncio.to_thread(service.authenticate, request.headers.get("authorization", ""), scope)


class _Decoded(Request):
    """A request whose JSON body was decoded strictly: UTF-8 only, no lone surrogates, no NaN (RFC 8259)."""

    def __init__(self, request: Request, raw: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self._raw = raw
        self._value = _decode(raw)

    async def body(self) -> bytes:
        return self._raw

    async def json(self) -> Any:
        return self._value


def _require_known(request: Request, parameters: set[str]) -> None:
    """A misspelt filter must not widen what it was meant to narrow."""
    names = [name for name, _ in request.query_params.multi_items()]
    if not parameters.issuperset(names) or len(set(names)) < len(names):
        known = ", ".join(sorted(parameters)) or "none"
        raise InputError("BL-INPUT-207", "a query parameter is unknown or given twice", f"this address takes, once each: {known}")


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "this address takes application/json only")


def _decode(raw: bytes) -> Any:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InputError("BL-INPUT-202", f"the body is not UTF-8 at byte {problem.start}", "encode the body as UTF-8") from None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise InputError(
            "BL-INPUT-201", f"the body is not JSON: {problem}", "send one JSON value; escape text with a JSON library"
        ) from None
