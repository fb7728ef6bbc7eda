"""Reading what a browser or a program sends, never more of it than the route allows."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from brightline.errors import InputError, TooLarge

__all__ = ["read_body", "read_form"]

_FORM = "application/x-www-form-urlencoded"


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The whole body. Raises ``TooLarge`` BL-INPUT-413 as soon as it is known to be over the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise _too_large(limit_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise _too_large(limit_bytes)
    return bytes(body)


async def read_form(request: Request, limit_bytes: int) -> dict[str, str]:
    """The fields of an urlencoded form; of a repeated field the last. Raises ``InputError`` BL-INPUT-030 when it is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InputError("BL-INPUT-030", f"this address takes forms as {_FORM} only", "use the form on the page")
    body = await read_body(request, limit_bytes)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=50)
    except ValueError:
        raise InputError("BL-INPUT-030", "the form is not valid UTF-8 or has too many fields", "use the form on the page") from None
    return dict(pairs)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge("BL-INPUT-413", f"the body is over {limit_bytes} bytes", "send less at once, or raise max_body_bytes")
