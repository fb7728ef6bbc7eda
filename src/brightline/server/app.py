"""The whole service as one ASGI application: gateway, inspection API, public pages, console and operations.

The gateway's routes come first and are plain Starlette: nothing but the router stands between the socket and them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from brightline.server import console, ops, public
from brightline.server.api import create_api
from brightline.server.gateway import Gateway
from brightline.service import Service

__all__ = ["create_app"]


def create_app(service: Service) -> Starlette:
    """Build the application over an opened service. Its lifespan starts and stops the service and the gateway."""
    gateway = Gateway(service)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await service.start()
        await gateway.start()
        try:
            yield
        finally:
            # First the calls in flight finish and record, then the journal drains, then the last head is signed.
            await gateway.stop()
            await service.stop()

    return Starlette(
        routes=[
            *gateway.routes(),
            *ops.routes(service),
            *public.routes(service),
            *console.routes(service),
            Mount("/", create_api(service)),
        ],
        exception_handlers=public.exception_handlers(service),
        lifespan=lifespan,
    )
