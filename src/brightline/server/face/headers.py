"""Security headers: no inline code, no foreign host, no frame, no guessing of types.

Reference: review-ledger-console.md, section 5; W3C CSP Level 3. Pages may load scripts, styles and pictures from their own
origin and from nowhere else; what is not a page may load nothing at all. Pages and problems carry their headers from birth,
so that an error page is as safe as any other; ``SecurityHeaders`` completes the answers of applications that are not ours.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["DATA_POLICY", "PAGE_POLICY", "SecurityHeaders", "security_headers"]

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The token of a statement is part of its address: it must never reach another site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOR_PAGES = {
    "Content-Security-Policy": PAGE_POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Browsers ignore these two, and complain, on an origin that is not secure.
_WHEN_HTTPS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def security_headers(*, page: bool, https: bool = False) -> dict[str, str]:
    """The headers of a page, or of data such as JSON, a style sheet or a picture."""
    kind = _FOR_PAGES if page else {"Content-Security-Policy": DATA_POLICY}
    return _ALWAYS | kind | (_WHEN_HTTPS if page and https else {})


class SecurityHeaders:
    """ASGI middleware that completes the headers of each answer; one that the answer already carries is left as it is."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self._page = security_headers(page=True, https=https)
        self._data = security_headers(page=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                for name, value in (self._page if is_page else self._data).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, completed)
