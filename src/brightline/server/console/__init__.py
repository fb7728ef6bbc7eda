"""The console: where the people of an installation see what was decided and why.

Each room is a package that declares its doors; ``routes`` makes them reachable, each behind the permission that it names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from brightline.server.console import (
    corpus,
    decision,
    decisions,
    frame,
    health,
    keys,
    labels,
    ledger,
    overview,
    people,
    reference,
    rulebook,
    settings,
    trial,
)
from brightline.server.console.admission import endpoint_of
from brightline.server.console.desk import Desk, Door
from brightline.server.face import security_headers
from brightline.service import Service

__all__ = ["all_doors", "routes"]

_ROOMS = (overview, decisions, decision, rulebook, trial, labels, corpus, ledger, keys, settings, health, reference, people, frame)
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


def all_doors(desk: Desk) -> list[Door]:
    """Every address of the console, for routing and for the test that walks all roles through all of them."""
    return [door for room in _ROOMS for door in room.doors(desk)]


def routes(service: Service) -> list[BaseRoute]:
    """The console's routes; other methods of an address are answered with 405, other addresses under ``/console`` with 404."""
    desk = Desk(service)
    found: list[BaseRoute] = []
    taken: dict[str, set[str]] = {}
    for door in all_doors(desk):
        found.append(Route(door.path, endpoint_of(desk, door), methods=[door.method]))
        taken.setdefault(door.path, set()).update({"GET", "HEAD"} if door.method == "GET" else {door.method})
    for path, methods in taken.items():
        found.append(Route(path, _not_allowed(methods), methods=sorted(_METHODS - methods)))
    found.append(Route("/console/", _to_overview))
    return found


async def _to_overview(_: Request) -> Response:
    """For who types the slash."""
    return RedirectResponse("/console", 308, headers=security_headers(page=False))


def _not_allowed(methods: set[str]) -> Callable[[Request], Awaitable[Response]]:
    async def refuse(_: Request) -> Response:
        raise HTTPException(405, "this address does not work with that method", {"Allow": ", ".join(sorted(methods))})

    return refuse
