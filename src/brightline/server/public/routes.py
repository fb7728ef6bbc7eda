"""The public routes and the handlers of everything that can go wrong on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Route

from brightline.server import problems
from brightline.server.face import Face, static_route
from brightline.server.public.home import HomePage
from brightline.server.public.statement import StatementPage
from brightline.service import Service

__all__ = ["exception_handlers", "routes"]


def routes(service: Service) -> list[BaseRoute]:
    """Start page, its live examples, statements of reasons with their proofs, and the static files of all pages."""
    face = Face(service.settings, Path(__file__).parent / "templates")
    home = HomePage(service, face)
    statement = StatementPage(service, face)
    return [
        Route("/", home.show, name="home"),
        Route("/live", home.try_live, methods=["POST"], name="live"),
        Route("/d/{token}", statement.show, name="statement"),
        Route("/d/{token}/proof.json", statement.proof, name="proof"),
        static_route(),
    ]


def exception_handlers(service: Service) -> dict[Any, problems.Handler]:
    """Errors as pages for people and as problem details for programs, for ``Starlette(exception_handlers=…)``."""
    return problems.exception_handlers(Face(service.settings))
