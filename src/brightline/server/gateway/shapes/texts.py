"""Every string inside a JSON value that a person or a model may read, with its place.

The gateway does not list the fields it inspects; it lists the few it does not. So a field that a vendor adds tomorrow
(``reasoning_details``, ``citations``) is inspected on its first day. Not text are identifiers and enumerations, and
opaque data: images, sound and files in base64 or behind an address, which become a ``NotInspected``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from brightline.model import NotInspected
from brightline.server.gateway.verbatim import Path

__all__ = ["Text", "dotted", "gap", "is_base64", "is_identifier", "texts"]

# Identifiers and enumerations: short values from a closed set or a generator. Anything else under these names is looked at.
_PLAIN = frozenset(
    (
        "id",
        "object",
        "type",
        "role",
        "model",
        "status",
        "index",
        "created",
        "finish_reason",
        "stop_reason",
        "system_fingerprint",
        "service_tier",
        "call_id",
        "item_id",
        "response_id",
        "tool_call_id",
        "tool_use_id",
        "media_type",
        "mime_type",
        "format",
        "detail",
        "previous_response_id",
        "prompt_cache_key",
        "safety_identifier",
        "user",
        "user_id",
        "conversation",
        "caller",
    )
)
_IDENTIFIER = re.compile(r"[\w.:/@+-]{0,128}\Z", re.ASCII)
_NAME = re.compile(r"[\w.$:/@+-]{0,64}\Z", re.ASCII)  # of a member; anything else may be a sentence and is looked at
# Ciphers, checksums, padding and vectors: long, and nobody can read them.
_UNREADABLE = frozenset(("signature", "encrypted_content", "embedding", "obfuscation"))
# Where images, sound and files stand, by the field that holds the data, its address, or an object with either.
_OPAQUE = frozenset(
    (
        "image_url",
        "input_audio",
        "file_data",
        "file_url",
        "file_id",
        "image_file",
        "b64_json",
        "partial_image_b64",
        "data",
        "result",
        "url",
    )
)
_HOLDERS_OF_OPAQUE = frozenset(("image_url", "input_audio", "file_url", "image_file"))
# JSON written as a string: a word may hide behind \uXXXX escapes in it.
_ESCAPED = frozenset(("arguments", "partial_json", "input"))
# The names of an object's members as a step of a path: they are read as one text, and cannot be replaced in place.
NAMES = "{}"


class Text(NamedTuple):
    """One string: its place, itself, and whether it is JSON inside a string. ``text`` is None for opaque data.

    ``names``: the text is the names of an object's members, one a line, as far as they are no plain names.
    """

    path: Path
    text: str | None
    escaped: bool = False
    names: bool = False


def texts(value: Any, path: Path = (), *, answer: bool = False) -> Iterator[Text]:
    """All strings under ``value`` in document order, ``path`` being the place of ``value`` itself.

    In an ``answer`` token lists are left out: ``tokens.false_tokens`` has seen that they repeat the text beside them.
    """
    waiting: list[tuple[Path, Any]] = [(path, value)]
    while waiting:
        here, inner = waiting.pop()
        if isinstance(inner, str):
            if inner:
                yield Text(here, inner, bool(here) and here[-1] in _ESCAPED)
        elif isinstance(inner, dict):
            if not _plain_names.issuperset(inner):
                odd = [name for name in inner if not _is_plain(name)]
                if odd:
                    yield Text((*here, NAMES), "\n".join(odd), names=True)
            for name, member in reversed(inner.items()):
                kind = member.__class__
                if kind not in _HOLDERS:
                    continue
                if kind is str and name in _PLAIN and _IDENTIFIER.match(member):
                    continue
                if kind is str and name in _UNREADABLE and _UNSPACED.match(member):
                    continue
                if answer and name == "logprobs":
                    continue
                if name in _OPAQUE:
                    waiting.extend(((*here, name), part) for part in _opaque(name, member, inner))
                else:
                    waiting.append(((*here, name), member))
        elif isinstance(inner, list):
            if not _HOLDERS.isdisjoint(map(type, inner)):
                waiting.extend(
                    ((*here, index), inner[index]) for index in range(len(inner) - 1, -1, -1) if inner[index].__class__ in _HOLDERS
                )
        elif inner is _OPAQUE_MARK:
            yield Text(here, None)


_OPAQUE_MARK = object()
_HOLDERS = frozenset((str, dict, list))
_plain_names: set[str] = set(_PLAIN)
MAX_PLAIN_NAMES = 4096
"""Names known to be plain, so that they are not matched again; vendors have some hundreds."""


def is_identifier(value: Any) -> bool:
    """True for a short string without words: an id, a model's name, an enumeration."""
    return value.__class__ is str and _IDENTIFIER.match(value) is not None


def _is_plain(name: str) -> bool:
    if name in _plain_names:
        return True
    if _NAME.match(name) is None:
        return False
    if len(_plain_names) < MAX_PLAIN_NAMES:
        _plain_names.add(name)
    return True


def _opaque(name: str, member: Any, holder: dict[str, Any]) -> Iterator[Any]:
    """What is to be looked at under a name for data: a mark in place of data and addresses, and everything beside them."""
    if member.__class__ is str:
        if name == "url":
            address = holder.get("type") in ("url", "image") and _ADDRESS.match(member)
            yield _OPAQUE_MARK if address or (member.startswith("data:") and _ADDRESS.match(member)) else member
        elif name == "file_id":
            yield _OPAQUE_MARK if _IDENTIFIER.match(member) else member
        else:
            yield _OPAQUE_MARK if _ENCODED.match(member) or _ADDRESS.match(member) else member
    elif member.__class__ is dict and name in _HOLDERS_OF_OPAQUE:
        beside = {
            inner: found
            for inner, found in member.items()
            if not (found.__class__ is str and (_ADDRESS.match(found) or _ENCODED.match(found) or _BASE64.match(found)))
        }
        yield beside
        if len(beside) < len(member):
            yield _OPAQUE_MARK
    else:
        yield member


_UNSPACED = re.compile(r"[!-~]*\Z")  # ASCII without a space: base64 and random padding, no Chinese and no sentence
# Base64 or a data URI. Prose is never that: it has spaces, punctuation or Chinese.
_ENCODED = re.compile(r"data:[\w.+-]+/[!-~]*\Z|[A-Za-z0-9+/_=-]{40,}\Z", re.ASCII)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,9}:[!-~]*\Z", re.ASCII)  # RFC 3986: a scheme, and never a space


def is_base64(value: str) -> bool:
    """True for text that can only be encoded bytes: nothing but the alphabet, in groups of four (RFC 4648, section 4)."""
    return _BASE64.match(value) is not None


def gap(name: str, kind: str = "") -> NotInspected:
    """What the gateway did not look at: data that is not text."""
    return NotInspected(name, "gateway", kind or "only text is inspected here; this is an image, sound, a file or an address")


def dotted(path: Path) -> str:
    """A place as people write it: ``messages[2].content``."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        else:
            written += f".{step}" if written else step
    return written
