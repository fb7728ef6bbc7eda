"""The gateway: an application that talks to an OpenAI- or Anthropic-compatible model is pointed here and needs no change.

Every prompt and every answer is inspected, every answer leaves labelled, every decision is on disk before the last byte
of what it decides. ``Gateway(service)`` gives the routes; ``start`` and ``stop`` belong into the application's lifespan.
"""

from __future__ import annotations

from functools import partial

from starlette.routing import BaseRoute, Route

from brightline.server.gateway.address import video_target
from brightline.server.gateway.call import Call
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.server.gateway.looked_at import LookedAt
from brightline.server.gateway.media import MediaLabels
from brightline.server.gateway.media_fetch import MediaFetch
from brightline.server.gateway.remembered import Remembered
from brightline.server.gateway.sandbox import Sandbox
from brightline.server.gateway.shapes import SHAPES
from brightline.server.gateway.shapes.media_requests import VIDEO_CONTENT, VIDEO_JOBS, VIDEO_REMIX
from brightline.server.gateway.unknown import Models, Unknown
from brightline.server.gateway.upstream import HttpUpstream, Upstream
from brightline.service import Service

__all__ = ["Gateway"]


class Gateway:
    """The routes below ``/v1`` over one upstream."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._upstream: Upstream | None = None
        self._fetch = MediaFetch(service.settings)
        self._remembered = Remembered(service)

    async def start(self) -> None:
        """Open the connections to the upstream, in the running event loop."""
        settings = self._service.settings
        self._upstream = HttpUpstream(settings) if settings.upstream else Sandbox()
        self._remembered.start()

    async def stop(self) -> None:
        """Close them."""
        if self._upstream is not None:
            await self._remembered.stop()
            await self._fetch.close()
            await self._upstream.close()
            self._upstream = None

    def routes(self) -> list[BaseRoute]:
        """All routes of the gateway; the last one takes every other address below ``/v1``."""
        service, clean, looked_at = self._service, CleanTexts(self._service.pipeline), LookedAt()
        media = MediaLabels(service, self._fetch)
        call = partial(Call, service, upstream=self._open, clean=clean, looked_at=looked_at, media=media, remembered=self._remembered)
        known = [Route(f"/v1{shape.path}", call(shape=shape), methods=["POST"]) for shape in SHAPES]
        job = call(shape=VIDEO_JOBS, address=video_target)
        unknown = Unknown(self._service, self._open, frozenset(f"/v1{shape.path}" for shape in SHAPES))
        models = Models(self._service, self._open, unknown)
        return [
            *known,
            Route("/v1/videos", job, methods=["GET"]),
            Route("/v1/videos/{id}", job, methods=["GET", "DELETE"]),
            Route("/v1/videos/{id}/content", call(shape=VIDEO_CONTENT, address=video_target), methods=["GET"]),
            Route("/v1/videos/{id}/remix", call(shape=VIDEO_REMIX, address=video_target), methods=["POST"]),
            Route("/v1/models", models, methods=["GET"]),
            Route("/v1/models/{model:path}", models, methods=["GET"]),
            Route("/v1/{rest:path}", unknown),
        ]

    def _open(self) -> Upstream:
        if self._upstream is None:
            raise RuntimeError("the gateway has not been started")
        return self._upstream
