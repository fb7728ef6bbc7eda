"""The FastAPI application of the inspection API: ``/api/v1/*``, its OpenAPI description and its documentation page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.responses import Response

from brightline import __version__
from brightline.server import problems
from brightline.server.api import corpus, decisions, inspect, label_texts, labels, reference
from brightline.server.api.documentation import operations, schemas
from brightline.server.api.file_bodies import files_as_such
from brightline.server.face import Face, SecurityHeaders
from brightline.service import Service

__all__ = ["create_api"]

_DESCRIPTION = (
    "Post an item and get a decision that names its rule and its evidence. Decisions, rules, the head of the tamper-evident "
    "ledger and proofs can be read back. Every error is a problem document (RFC 9457) with a stable code and a hint."
)
_TAGS = [
    {"name": "inspect", "description": "Inspect items."},
    {"name": "decisions", "description": "Read decisions and their proofs."},
    {"name": "labels", "description": "Label files, verify labels, pass uploads on."},
    {"name": "corpus", "description": "Sources, inspections, samples and reports of training data."},
    {"name": "reference", "description": "Read the rulebook and the ledger head."},
]


def create_api(service: Service) -> FastAPI:
    """The inspection API over an opened service, to be mounted at the root: its paths begin with ``/api/v1``."""
    face = Face(service.settings, Path(__file__).parent / "templates")
    bearer = HTTPBearer(
        auto_error=False,
        scheme_name="ApiKey",
        description="An API key, `bl_…`, with the scope that the operation names.",
        bearerFormat="bl_",
    )
    api = FastAPI(
        title="Brightline inspection API",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/openapi.json",
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_name_of,
        exception_handlers=problems.exception_handlers(face),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    for room in (inspect, decisions, labels, label_texts, corpus, reference):
        api.include_router(room.router(service), prefix="/api/v1", dependencies=[Depends(bearer)])

    description = files_as_such(_problems_as_such(api.openapi()))
    api.openapi = lambda: description  # type: ignore[method-assign]  # the way that FastAPI documents

    async def documentation(request: Request) -> Response:
        return face.render(request, "documentation.html", operations=operations(description), schemas=schemas(description))

    api.add_route("/docs", documentation, include_in_schema=False)
    api.add_middleware(SecurityHeaders, https=face.https)
    return api


def _problems_as_such(description: dict[str, Any]) -> dict[str, Any]:
    """FastAPI describes every answer as application/json; errors are application/problem+json (RFC 9457)."""
    for path in description["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    response["content"] = {"application/problem+json": response["content"]["application/json"]}
    return description


def _name_of(route: APIRoute) -> str:
    return route.name
