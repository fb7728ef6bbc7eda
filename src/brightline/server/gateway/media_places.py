"""Where an answer carries pictures, sound or files: in members of its JSON, and as ``data:`` addresses (RFC 2397) in its texts.

What counts is looked for, not listed: a member that an API keeps for media (``b64_json``, ``audio.data``, the result of an
``image_generation_call``), a ``data:`` address anywhere, and any other base64 whose first bytes are those of a known format.
``data:`` addresses in code blocks of a text are code, which nobody sees as a picture, and are left alone.

Files that are elsewhere, behind an address, are ``remote_in``: in the answer of an endpoint that makes media every address is one; in a
conversation only the members that APIs keep for files (``image_url``, ``{"type": "image", "url": …}``). An address in running text is
none: most of them name what somebody else made (a source, an encyclopaedia's picture), and a label on that would be false.
Nothing is fetched or labelled here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from brightline.labels.containers.source import Source
from brightline.labels.errors import Unsupported
from brightline.labels.registry import container_for
from brightline.server.gateway.shapes.texts import dotted
from brightline.server.gateway.verbatim import Path

__all__ = [
    "TEXTS",
    "MediaPlace",
    "begins_file",
    "decoded",
    "is_media",
    "may_hold_media",
    "may_name_media",
    "media_in",
    "opens_media",
    "remote_in",
]

Form = Literal["base64", "data", "text"]

LEAST_CHARS = 64
"""Of base64 that no name says is media: 48 bytes, less than any file with a header of its own and some content."""

TEXTS = frozenset(("html", "markdown", "text", "xml"))
"""Containers that are read, not seen or heard: base64 of these under any name is no medium, and no picture or speech is one."""

_NAMED = frozenset(("b64_json", "partial_image_b64"))
# Ciphers, checksums and vectors; the second names a block whose ``data`` is a cipher (Anthropic, "Redacted thinking").
_NO_MEDIA = frozenset(("signature", "encrypted_content", "embedding", "obfuscation", "logprobs"))
_CIPHERS = frozenset(("redacted_thinking", "reasoning"))

# A media type whose content is seen or heard or opened as a document; text in a data address is read as text elsewhere.
_DATA = re.compile(r"data:((?:image|audio|video|application)/[\w.+-]{1,120})((?:;[\w.=+-]{1,80}){0,8}),([^\s\"'<>)\]}]*)", re.IGNORECASE)
_PROGRAMS = frozenset(("application/json", "application/javascript", "application/xml", "application/x-javascript"))
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}\s*\Z", re.ASCII)  # lines as in RFC 2045, section 6.8, or none
_CODE = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)|(?<!`)(`{1,2})(?!`)[^`\n]{1,100000}?\2(?!`)", re.MULTILINE | re.DOTALL)
_OPENS = re.compile(
    r"data:(?:(?:image|audio|video)/[\w.+-]{1,120}(?:;[\w.=+-]{1,80}){0,8},|application/[\w.+-]{1,120}(?:;[\w.=+-]{1,80}){0,8};base64,)",
    re.IGNORECASE,
)
_SHORT_EXAMPLE = 256
"""Characters of an address of data that may still be an example in inline code: own choice, less than any picture worth the name."""

# Members of conversations whose address is that of a file, and kinds of blocks whose ``url`` is one.
_FILE_MEMBERS = frozenset(("image_url", "audio_url", "video_url", "file_url"))  # all end in url, see may_name_media
_FILE_KINDS = frozenset(("image", "audio", "video", "file", "image_url", "output_image", "output_audio", "output_video", "output_file"))
_WEB = re.compile(r"https?:[!-~]+\Z", re.IGNORECASE | re.ASCII)

# Bytes of base64 become A, all others a space: a long run of A is then found by one search (some 1 ns a byte).
_RUNS = bytes(65 if (chr(byte).isalnum() and byte < 128) or chr(byte) in "+/_-=" else 32 for byte in range(256))
_LONG_RUN = b"A" * LEAST_CHARS


class MediaPlace(NamedTuple):
    """One file in an answer. ``path`` leads to the string that holds it, ``start`` and ``end`` to its base64 therein.

    ``form``: the whole string is base64, the whole is a ``data:`` address, or an address within a text. ``said``: the media type
    that the address names, or nothing. ``encoded`` is False for an address whose content is not base64 (percent signs).
    """

    path: Path
    form: Form
    text: str
    start: int
    end: int
    said: str = ""
    encoded: bool = True

    @property
    def name(self) -> str:
        """The place as people write it."""
        return dotted(self.path)


def may_hold_media(body: bytes) -> bool:
    """False for almost every answer that is only text: no run of base64 and no ``data:`` address in it."""
    return _LONG_RUN in body.translate(_RUNS) or b"data:" in body.lower() or b"\\u00" in body


def media_in(value: Any) -> Iterator[MediaPlace]:
    """Every file that ``value`` carries, in document order."""
    waiting: list[tuple[Path, Any, dict[str, Any]]] = [((), value, {})]
    while waiting:
        path, inner, holder = waiting.pop()
        if isinstance(inner, str):
            yield from _in_string(path, inner, holder)
        elif isinstance(inner, dict):
            waiting.extend(((*path, name), inner[name], inner) for name in reversed(inner) if name not in _NO_MEDIA)
        elif isinstance(inner, list):
            waiting.extend(((*path, index), inner[index], holder) for index in range(len(inner) - 1, -1, -1))


def may_name_media(body: bytes) -> bool:
    """False for almost every answer of a conversation in which no member can be the address of a file."""
    return b'url"' in body or b"\\u00" in body


def remote_in(value: Any, *, every: bool) -> Iterator[tuple[Path, str]]:
    """Files of an answer that are elsewhere: (place, address). ``every``: each address is one, as where media are made."""
    waiting: list[tuple[Path, Any, bool]] = [((), value, False)]
    while waiting:
        path, inner, is_file = waiting.pop()
        if isinstance(inner, dict):
            kind = inner.get("type")
            held = is_file or (isinstance(kind, str) and kind in _FILE_KINDS)
            for name in reversed(inner):
                below = name in _FILE_MEMBERS or (held and name in ("url", "source"))
                waiting.append(((*path, name), inner[name], below))
        elif isinstance(inner, list):
            waiting.extend(((*path, index), inner[index], is_file) for index in range(len(inner) - 1, -1, -1))
        elif isinstance(inner, str) and inner and not inner[:5].lower().startswith("data:"):
            named = every and path and path[-1] in ("url", *_FILE_MEMBERS)
            if named or ((every or is_file) and _WEB.match(inner)):
                yield path, inner


def is_media(value: Any, path: Path) -> bool:
    """True if data at ``path`` of an event is media or the address of a file, rather than a cipher or somebody's address."""
    holder: Any = value
    for step in path[:-1]:
        holder = holder[step]
    found = holder[path[-1]]
    if _is_sound(path):
        return True
    if not isinstance(path[-1], str):
        return next(media_in({"data": found}), None) is not None
    alone = {**{name: member for name, member in holder.items() if name == "type"}, path[-1]: found}
    held = {path[-2]: alone} if len(path) > 1 and isinstance(path[-2], str) else alone
    return next(media_in(held), None) is not None or next(remote_in(held, every=False), None) is not None


def opens_media(text: str, *, is_whole: bool = False) -> bool:
    """True if a text that is still coming has begun a ``data:`` address of media. ``is_whole``: it is given from its beginning,
    so that addresses in code can be told apart; a short one in inline code counts as code although its end has not come."""
    if not is_whole:
        return _OPENS.search(text) is not None
    code = _code_of(text)
    for found in _OPENS.finditer(text):
        start = found.start()
        is_code = _within(start, code) or (
            len(text) - start <= _SHORT_EXAMPLE and text.count("`", text.rfind("\n", 0, start) + 1, start) % 2 == 1
        )
        if not is_code:
            return True
    return False


def begins_file(text: str) -> bool:
    """True if base64 begins as a file that can carry a label does; plain text is none."""
    try:
        start = "".join(text[:6000].split())[:5460]  # 4,096 bytes, what the formats look at
        head = decoded(start[: len(start) // 4 * 4].rstrip("="))
        container = container_for(Source(head, ""))
    except (ValueError, Unsupported):
        return False
    return container.name not in TEXTS


def decoded(encoded: str) -> bytes:
    """The bytes of base64 in either alphabet (RFC 4648, sections 4 and 5), padded or not, in lines or not. Raises ``ValueError``."""
    plain = "".join(encoded.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as problem:
        raise ValueError(f"it is no base64: {problem}") from None


def _in_string(path: Path, text: str, holder: dict[str, Any]) -> Iterator[MediaPlace]:
    name = path[-1] if path else ""
    is_named = name in _NAMED or _is_sound(path) or (name == "result" and holder.get("type") == "image_generation_call")
    if is_named and text and not text.startswith("data:"):
        yield MediaPlace(path, "base64", text, 0, len(text))
        return
    if len(text) < len("data:image/a,"):
        return
    head = text[:5].lower()
    if head == "data:":
        whole = _DATA.fullmatch(text)
        if whole:
            if whole[3] and whole[1].lower() not in _PROGRAMS:
                yield from _address(path, "data", text, whole)
            return
    if len(text) >= LEAST_CHARS and " " not in text[:LEAST_CHARS] and _BASE64.match(text):
        if holder.get("type") not in _CIPHERS and begins_file(text):
            yield MediaPlace(path, "base64", text, 0, len(text))
        return
    if "data:" in text.lower():
        code = _code_of(text)
        for found in _DATA.finditer(text):
            if found[1].lower() in _PROGRAMS or not found[3] or _within(found.start(), code):
                continue
            if ";base64" in found[2].lower() or found[1].lower().startswith(("image/", "audio/", "video/")):
                yield from _address(path, "text", text, found)


def _address(path: Path, form: Form, text: str, found: re.Match[str]) -> Iterator[MediaPlace]:
    encoded = found[2].lower().endswith(";base64")
    end = found.end(3)
    if encoded:  # punctuation that a sentence sets behind the address
        run = re.compile(r"[A-Za-z0-9+/_-]*={0,2}", re.ASCII).match(text, found.start(3), end)
        end = run.end() if run else end
    if found.start(3) < end:
        yield MediaPlace(path, form, text, found.start(3), end, found[1].lower(), encoded)


def _is_sound(path: Path) -> bool:
    return len(path) > 1 and path[-1] == "data" and path[-2] in ("audio", "input_audio")


def _code_of(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _CODE.finditer(text)] if "`" in text or "~~~" in text else []


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
