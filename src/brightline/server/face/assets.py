"""Static files under ``/static/<hash>/<name>``: the address changes with the content, so browsers may keep them for ever.

One hash over all files, because style sheets name their pictures by relative address. The files are few and small and
are kept in memory, already compressed. A request with an old hash (a page from before an update) gets today's file, but
may not keep it.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brightline.errors import NotFound
from brightline.server.face.headers import security_headers

__all__ = ["asset_url", "static_route"]

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class _Asset(NamedTuple):
    body: bytes
    gzipped: bytes
    media_type: str


@cache
def _assets() -> dict[str, _Asset]:
    assets = {}
    for path in sorted(_FOLDER.rglob("*")):
        if path.is_file() and path.suffix in _TYPES:
            body = path.read_bytes()
            assets[path.relative_to(_FOLDER).as_posix()] = _Asset(body, gzip.compress(body, mtime=0), _TYPES[path.suffix])
    return assets


@cache
def _digest() -> str:
    state = hashlib.sha256()
    for name, asset in _assets().items():
        state.update(f"{name}\n{len(asset.body)}\n".encode())
        state.update(asset.body)
    return state.hexdigest()[:16]


def asset_url(name: str) -> str:
    """Address of the static file ``name``. Raises ``KeyError`` when it is not shipped, so that a typing error is found at once."""
    if name not in _assets():
        raise KeyError(f"no static file {name!r}")
    return f"/static/{_digest()}/{name}"


async def _serve(request: Request) -> Response:
    asset = _assets().get(request.path_params["name"])
    if asset is None:
        raise NotFound("BL-INPUT-404", "there is no such file", "reload the page")
    headers = security_headers(page=False) | {
        "Cache-Control": _FOR_EVER if request.path_params["digest"] == _digest() else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.gzipped, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


def static_route() -> Route:
    """The route that serves all static files."""
    return Route("/static/{digest}/{name:path}", _serve, name="static")
