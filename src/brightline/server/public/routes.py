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
from brightline.server.public.complaint import ComplaintPage
from brightline.server.public.home import HomePage
from brightline.server.public.label import LabelPage
from brightline.server.public.statement import StatementPage
from brightline.service import Service

__all__ = ["exception_handlers", "routes"]

Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


def routes(service: Service) -> list[BaseRoute]:
    """Start page, its live examples, the page on labels, the form for complaints, statements of reasons with their proofs, and the static files of all pages."""
    face = Face(service.settings, Path(__file__).parent / "templates")
    home = HomePage(service, face)
    statement = StatementPage(service, face)
    label = LabelPage(service, face)
    complaint = ComplaintPage(service, face)
    return [
        *_route("/", GET=home.show),
        *_route("/live", POST=home.try_live),
        *_route("/label", GET=label.show, POST=label.look),
        *_route("/corpus/complaint", GET=complaint.show, POST=complaint.receive),
        *_route("/d/{token}", GET=statement.show),
        *_route("/d/{token}/proof.json", GET=statement.proof),
        static_route(),
    ]


def exception_handlers(service: Service) -> dict[Any, problems.Handler]:
    """Errors as pages for people and as problem details for programs, for ``Starlette(exception_handlers=…)``."""
    return problems.exception_handlers(Face(service.settings))


def _route(path: str, **endpoints: Endpoint) -> list[Route]:
    """Routes by method, and one behind them that answers 405 to other methods before an application mounted at the root says 404."""
    taken = set(endpoints) | ({"HEAD"} if "GET" in endpoints else set())

    async def not_allowed(_: Request) -> Response:
        raise HTTPException(405, "this address does not work with that method", {"Allow": ", ".join(sorted(taken))})

    known = [Route(path, endpoint, methods=[method]) for method, endpoint in endpoints.items()]
    return [*known, Route(path, not_allowed, methods=sorted(_METHODS - taken))]
