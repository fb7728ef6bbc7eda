"""The public routes and the handlers of everything that can go wrong on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from brightline.server import problems
from brightline.server.face import Face, static_route
from brightline.server.public.home import HomePage
from brightline.server.public.statement import StatementPage
from brightline.service import Service

__all__ = ["exception_handlers", "routes"]

Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


def routes(service: Service) -> list[BaseRoute]:
    """Start page, its live examples, statements of reasons with their proofs, and the static files of all pages."""
    face = Face(service.settings, Path(__file__).parent / "templates")
    home = HomePage(service, face)
    statement = StatementPage(service, face)
    return [
        *_route("GET", "/", home.show),
        *_route("POST", "/live", home.try_live),
        *_route("GET", "/d/{token}", statement.show),
        *_route("GET", "/d/{token}/proof.json", statement.proof),
        static_route(),
    ]


def exception_handlers(service: Service) -> dict[Any, problems.Handler]:
    """Errors as pages for people and as problem details for programs, for ``Starlette(exception_handlers=…)``."""
    return problems.exception_handlers(Face(service.settings))


def _route(method: str, path: str, endpoint: Endpoint) -> list[Route]:
    """A route, and one behind it that answers 405 to other methods before an application mounted at the root says 404."""
    taken = {"GET", "HEAD"} if method == "GET" else {method}

    async def not_allowed(_: Request) -> Response:
        raise HTTPException(405, "this address does not work with that method", {"Allow": ", ".join(sorted(taken))})

    return [Route(path, endpoint, methods=[method]), Route(path, not_allowed, methods=sorted(_METHODS - taken))]
