"""Errors as the doors of the server tell them: problem details (RFC 9457) for programs, a page for people.

One shape for everything under ``/api/`` and for whoever does not ask for HTML: ``type``, ``title``, ``status``, ``detail``,
``code``, ``hint`` and, where fields are wrong, ``errors``. What a caller sent is never repeated, so that an error cannot
carry text into a log or a page.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from brightline.errors import AccessError, BrightlineError, Forbidden, RateLimited, StoreError
from brightline.server.face import Face, security_headers

__all__ = ["Handler", "exception_handlers", "problem_response", "wants_page"]

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
_MEDIA_TYPE = "application/problem+json"

# Of what the ledger says, two things are no failure of the service: a proof that is not there yet, and one that cannot be any more.
_PENDING, _ERASED = "BL-LEDGER-101", "BL-LEDGER-102"
_STATUS = {_PENDING: 409, _ERASED: 410}

# Errors that arise before any of our own code runs: routing, methods, bodies.
_HTTP_HINTS = {
    400: ("BL-INPUT-400", "send a body that matches its Content-Type"),
    404: ("BL-INPUT-404", "check the address; /docs lists the addresses of the API"),
    405: ("BL-INPUT-405", "use one of the methods in the Allow header"),
    413: ("BL-INPUT-413", "send less at once"),
    415: ("BL-INPUT-415", "send the body as detail says; /docs has an example of each call"),
}


def wants_page(request: Request) -> bool:
    """True where a person's browser asks, and not under ``/api/`` or ``/v1/``."""
    if request.url.path.startswith(("/api/", "/v1/")):
        return False
    return "text/html" in request.headers.get("accept", "")


def problem_response(
    status: int,
    code: str,
    detail: str,
    hint: str = "",
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An ``application/problem+json`` response (RFC 9457)."""
    document: dict[str, Any] = {
        "type": f"urn:brightline:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if hint:
        document["hint"] = hint
    if errors:
        document["errors"] = list(errors)
    all_headers = security_headers(page=False) | {"Cache-Control": "no-store"} | dict(headers or {})
    return Response(orjson.dumps(document), status_code=status, headers=all_headers, media_type=_MEDIA_TYPE)


def exception_handlers(face: Face) -> dict[Any, Handler]:
    """Handlers for ``Starlette(exception_handlers=…)`` and for FastAPI: our tree, HTTP errors, wrong fields, and the unforeseen."""

    def respond(request: Request, status: int, code: str, detail: str, hint: str, headers: Mapping[str, str]) -> Response:
        if wants_page(request):
            home = "/console" if request.url.path.startswith("/console") else "/"
            return face.render(request, "error.html", status=status, headers=headers, home=home, code=code, status_code=status, start=home)
        return problem_response(status, code, detail, hint, headers=headers)

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, BrightlineError)  # noqa: S101 - registered for this type only
        return respond(request, _STATUS.get(error.code, error.http_status), error.code, error.message, error.hint, _headers(error))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        code, hint = _HTTP_HINTS.get(error.status_code, (f"BL-INPUT-{error.status_code}", ""))
        return respond(request, error.status_code, code, str(error.detail), hint, error.headers or {})

    async def fields(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        errors = [{"pointer": _pointer(item["loc"]), "detail": item["msg"]} for item in error.errors()]
        first = f"{errors[0]['pointer']}: {errors[0]['detail']}" if errors else "the request does not match its description"
        return problem_response(422, "BL-INPUT-422", first, "compare the request with its description at /docs", errors=errors)

    async def unforeseen(request: Request, _: Exception) -> Response:
        hint = "the log of the service says more; try again, and tell its operator if it stays"
        return respond(request, 500, "BL-SERVER-500", "the service failed in a way it did not foresee", hint, {})

    return {BrightlineError: ours, HTTPException: http, RequestValidationError: fields, Exception: unforeseen}


def _headers(error: BrightlineError) -> dict[str, str]:
    if isinstance(error, RateLimited):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, StoreError):
        return {"Retry-After": "5"}
    if error.code == _PENDING:
        return {"Retry-After": "1"}
    if isinstance(error, AccessError) and not isinstance(error, Forbidden):
        return {"WWW-Authenticate": 'Bearer realm="brightline"'}
    return {}


def _pointer(location: Sequence[Any]) -> str:
    """Where a wrong value is: a JSON Pointer (RFC 6901) into the body, or ``query/name``.

    Pieces in parentheses name a member of a union; they are no part of the body.
    """
    pieces = [str(piece) for piece in location]
    place, *path = [piece.replace("~", "~0").replace("/", "~1") for piece in pieces if not (piece.startswith("(") and piece.endswith(")"))]
    return "/" + "/".join(path) if place == "body" else "/".join([place, *path])
