"""Forms come from our own pages only (cross-site request forgery).

Every current browser sends ``Sec-Fetch-Site`` or ``Origin`` with a POST; a request with neither, or with a foreign one, is
refused. That is enough for forms without a session; the console adds a token of its own.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from brightline.errors import Forbidden

__all__ = ["require_same_origin"]


def require_same_origin(request: Request, base_url: str) -> None:
    """Raise ``Forbidden`` BL-ACCESS-010 unless the request was made by a page of this service.

    ``base_url`` is the address under which readers reach the service: behind a proxy the ``Host`` header may differ.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        same = site == "same-origin"
    else:
        scheme, separator, host = request.headers.get("origin", "").partition("://")
        same = scheme in ("http", "https") and bool(separator) and host in (request.headers.get("host"), urlsplit(base_url).netloc)
    if not same:
        raise Forbidden("BL-ACCESS-010", "this form was not sent from a page of this service", f"open {base_url}/ and use the form there")
