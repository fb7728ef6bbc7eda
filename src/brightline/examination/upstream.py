"""The model service: the one check that talks to another machine. Callers decide when."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from brightline.config import Settings
from brightline.examination.check import Check, Values
from brightline.examination.clocks import skew

__all__ = ["upstream_check", "without_password"]


def upstream_check(settings: Settings) -> Iterator[Check]:
    """Ask the model service for its list of models, which costs nothing. Follows no redirect: the request carries the key."""
    if not settings.upstream:
        yield Check("upstream", True, "built-in sandbox (no BRIGHTLINE_UPSTREAM set)")
        return
    started = time.monotonic()
    named = without_password(settings.upstream)
    headers = {"Authorization": f"Bearer {settings.upstream_key}"} if settings.upstream_key else {}
    # The settings admit http and https addresses only.
    request = urllib.request.Request(f"{settings.upstream}/models", headers=headers)  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=settings.upstream_connect_timeout_s) as answer:
            code, told = answer.status, answer.headers.get("Date", "")
    except urllib.error.HTTPError as problem:
        code, told = problem.code, problem.headers.get("Date", "")
        problem.close()
    except OSError as problem:
        values: Values = {"upstream": named, "problem": str(problem)}
        cure = "Start the model service, or correct BRIGHTLINE_UPSTREAM."
        yield Check("upstream", False, "%(upstream)s does not answer: %(problem)s", cure, values)
        return
    took = round(time.monotonic() - started, 2)
    values = {"upstream": named, "status": code, "seconds": f"{took:.2f}"}
    refused = code in (401, 403)
    cure = "Check upstream_key: the model service does not accept it." if refused else "Look at the log of the model service."
    yield Check("upstream", code < 500 and not refused, "%(upstream)s answered %(status)s in %(seconds)s s", cure, values)
    yield from skew("the model service", _told_time(told))


def without_password(address: str) -> str:
    """A URL without the name and password that may stand in it."""
    try:
        pieces = urlsplit(address)
        if "@" not in pieces.netloc:
            return address
        return urlunsplit(pieces._replace(netloc="…@" + pieces.netloc.rpartition("@")[2]))
    except ValueError:
        return "…"


def _told_time(header: str) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp()
    except ValueError:
        return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        return None
