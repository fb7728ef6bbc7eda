"""Who may use the gateway: ``Authorization: Bearer bl_…``, or ``x-api-key: bl_…`` as Anthropic clients send it."""

from __future__ import annotations

import contextlib
import re
from hashlib import sha256

from starlette.datastructures import Headers

from brightline.config import Settings
from brightline.model import AgeBand
from brightline.service import Service
from brightline.store import ApiKey

__all__ = ["admit", "age_band", "named_model", "named_user"]

MAX_USER_CHARS = 256

_MODEL = re.compile(r"[\w.:/@+-]{1,128}", re.ASCII)  # Qwen/Qwen2.5-7B-Instruct, qwen2.5:7b, ft:gpt-4o:org::x1


def admit(service: Service, headers: Headers) -> ApiKey:
    """The caller's key. Raises ``AccessError``, ``Forbidden`` or ``RateLimited``."""
    return service.authenticate(headers.get("authorization") or headers.get("x-api-key") or "", "gateway")


def named_user(settings: Settings, headers: Headers, in_body: str) -> str:
    """The end user as the application names them, cut to 256 characters: the header first, then the body."""
    name = headers.get(settings.end_user_header)
    if name:
        with contextlib.suppress(UnicodeError):  # applications send names in UTF-8, HTTP reads them as Latin-1
            name = name.encode("latin-1").decode()
    return (name or in_body)[:MAX_USER_CHARS]


def named_model(name: str) -> str:
    """A model's name for records and refusals, which must not repeat what a user wrote: a name, or the beginning of a digest."""
    return name if not name or _MODEL.fullmatch(name) else f"sha256:{sha256(name.encode()).hexdigest()[:16]}"


def age_band(settings: Settings, headers: Headers) -> AgeBand:
    """The age band that the application states; ``unknown`` for anything but ``adult`` and ``minor``."""
    value = headers.get(settings.age_band_header, "").strip().lower()
    return AgeBand(value) if value in ("adult", "minor") else AgeBand.UNKNOWN
