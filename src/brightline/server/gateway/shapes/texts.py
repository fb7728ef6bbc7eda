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

__all__ = ["Text", "dotted", "gap", "texts"]

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
        "caller",
    )
)
_IDENTIFIER = re.compile(r"[\w.:/@+-]{0,128}\Z", re.ASCII)
# Ciphers, checksums, padding and vectors: long, and nobody can read them.
_UNREADABLE = frozenset(("signature", "encrypted_content", "embedding", "obfuscation"))
# Where images, sound and files stand, by the field that holds the data or its address.
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
        "audio",
    )
)
# JSON written as a string: a word may hide behind \uXXXX escapes in it.
_ESCAPED = frozenset(("arguments", "partial_json", "input"))


class Text(NamedTuple):
    """One string: its place, itself, and whether it is JSON inside a string. ``text`` is None for opaque data."""

    path: Path
    text: str | None
    escaped: bool = False


def texts(value: Any, path: Path = ()) -> Iterator[Text]:
    """All strings under ``value`` in document order, ``path`` being the place of ``value`` itself."""
    waiting: list[tuple[Path, Any]] = [(path, value)]
    while waiting:
        here, inner = waiting.pop()
        if isinstance(inner, str):
            if inner:
                yield Text(here, inner, bool(here) and here[-1] in _ESCAPED)
        elif isinstance(inner, dict):
            for name, member in reversed(inner.items()):
                kind = member.__class__
                if kind not in _HOLDERS:
                    continue
                if kind is str and name in _PLAIN and _IDENTIFIER.match(member):
                    continue
                if kind is str and name in _UNREADABLE and _UNSPACED.match(member):
                    continue
                if name in _OPAQUE and _is_opaque(name, member, inner):
                    waiting.append(((*here, name), _OPAQUE_MARK))
                else:
                    waiting.append(((*here, name), member))
        elif isinstance(inner, list):
            waiting.extend(((*here, index), inner[index]) for index in range(len(inner) - 1, -1, -1) if inner[index].__class__ in _HOLDERS)
        elif inner is _OPAQUE_MARK:
            yield Text(here, None)


_OPAQUE_MARK = object()
_HOLDERS = frozenset((str, dict, list))


def _is_opaque(name: str, member: Any, holder: dict[str, Any]) -> bool:
    if name == "audio":
        return False  # {"id", "data", "transcript"}: its data is opaque, its transcript is text
    if name == "url":
        return isinstance(member, str) and (member.startswith("data:") or holder.get("type") == "url")
    if name in ("data", "file_data", "b64_json", "partial_image_b64", "result"):
        return isinstance(member, str) and _ENCODED.match(member) is not None
    return True


_UNSPACED = re.compile(r"[!-~]*\Z")  # ASCII without a space: base64 and random padding, no Chinese and no sentence
# Base64 or a data URI. Prose is never that: it has spaces, punctuation or Chinese.
_ENCODED = re.compile(r"data:[\w.+-]+/|[A-Za-z0-9+/_=-]{40,}\Z")


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
