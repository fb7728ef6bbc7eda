"""Which address of the model service a request may reach: the one that was looked at, and no other spelling of it.

The router sees a path with its percent-escapes undone; other software undoes them twice, merges slashes, resolves dots
(RFC 3986, section 6.2.2), cuts ``;parameters`` or ignores case. So a known address is asked for by its own name
whatever the caller wrote, and any other only if it is plain: segments of harmless characters, which all software reads alike.
"""

from __future__ import annotations

import re
from collections.abc import Container

from starlette.types import Scope

from brightline.errors import InputError

__all__ = ["model_target", "plain_target", "video_target", "with_query"]

# RFC 3986 unreserved and sub-delims without ";", not ending in a dot: so neither "." nor "..", nor what Windows shortens.
_SEGMENT = r"[A-Za-z0-9._~:@!$&'()*+,=-]*[A-Za-z0-9_~:@!$&'()*+,=-]"
_PLAIN = re.compile(rf"(?:/{_SEGMENT})*")
_MODEL = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})?")  # gpt-4o, qwen2.5:7b, ft:gpt-4o:org::x1, Qwen/Qwen2.5-7B
_VIDEO = re.compile(rf"/v1(/videos(?:/{_SEGMENT}(?:/content|/remix)?)?)")
_QUERY = re.compile(r"[!\"$-~]*")  # visible ASCII without the sign of a fragment


def with_query(scope: Scope, path: str) -> str:
    """``path`` (below ``/v1``) with the query of the request as it came. Raises ``InputError`` BL-INPUT-111."""
    query = scope["query_string"].decode("latin-1")
    if not _QUERY.fullmatch(query):
        raise _disguised("its query has characters that no address has")
    return f"{path}?{query}" if query else path


def plain_target(scope: Scope, known: Container[str]) -> str:
    """Path below ``/v1`` and query of an address that the gateway does not know.

    Raises ``InputError`` BL-INPUT-111 if it is not plain, or is one of the ``known`` paths, or a film's, but for upper and lower case.
    """
    raw = _raw(scope)
    if not raw.startswith("/v1/") or not _PLAIN.fullmatch(raw):
        raise _disguised("it has escapes, empty or dot segments, or characters that software reads in different ways")
    if raw.lower() in known or (raw != raw.lower() and _VIDEO.fullmatch(raw.lower())):
        raise _disguised(f"it is written {raw.lower()}")
    return with_query(scope, raw.removeprefix("/v1"))


def model_target(scope: Scope) -> str | None:
    """Path below ``/v1`` and query for the list of models or one model; None if what follows is no model's name.

    A slash within the name stays escaped if it came so: model services differ in what they expect.
    """
    path: str = scope["path"]
    if path == "/v1/models":
        return with_query(scope, "/models")
    name = path.removeprefix("/v1/models/")
    if not _MODEL.fullmatch(name):
        return None
    written = name if _raw(scope).count("/") > path.count("/") - name.count("/") else name.replace("/", "%2F")
    return with_query(scope, f"/models/{written}")


def video_target(scope: Scope) -> str:
    """Path below ``/v1`` and query for films: the list, one of them, its content. Raises ``InputError`` BL-INPUT-111."""
    found = _VIDEO.fullmatch(_raw(scope))
    if found is None:
        raise _disguised("what it calls a video has escapes, or characters that no number of a video has")
    return with_query(scope, found[1])


def _raw(scope: Scope) -> str:
    """The path as the caller wrote it."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _disguised(why: str) -> InputError:
    return InputError("BL-INPUT-111", f"this address is not plain: {why}", "write it as the API description of the model service does")
