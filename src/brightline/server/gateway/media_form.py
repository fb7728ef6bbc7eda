"""Requests as forms (``multipart/form-data``, RFC 7578), in which clients send pictures to be edited beside the prompt.

The texts of the form become an object like a JSON body, so that the same inspection reads them; files are opaque. What goes on to the
model service is the form as it came, so the reading must not differ from any other: a form with a field name that is given in two ways,
a part without a name, or a text that is not UTF-8 is refused. A part counts as a file only under a name that the API keeps for files.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from brightline.errors import InputError
from brightline.server.gateway.verbatim import Path

__all__ = ["FILES", "FILE_NAMES", "Form", "is_form"]

FILES = frozenset(("image", "image[]", "mask", "input_reference"))
"""Members of the image and video APIs that hold a file."""

FILE_NAMES = " (file names)"
"""Ending of the member that lists the names of a field's files: they are texts of the request as well."""

MAX_PARTS = 256
"""Own choice: 16 pictures and some twenty parameters are the most that the APIs know."""


class Form:
    """A form as far as the gateway understands it: ``value`` is like a JSON body, ``encode`` gives the bytes as they came."""

    changed = False

    def __init__(self, body: bytes, content_type: str, value: dict[str, Any]) -> None:
        self._body = body
        self.content_type = content_type
        self.value = value

    @classmethod
    def parse(cls, body: bytes, content_type: str) -> Form:
        """Read a form. Raises ``InputError`` BL-INPUT-101 or -103."""
        return cls(body, content_type, _fields(body, content_type))

    def encode(self) -> bytes:
        """The form as it came."""
        return self._body

    def cut(self, path: Path, index: int) -> None:
        """A form holds no conversation of which turns could be left out."""
        raise InputError("BL-INPUT-103", "a form holds no conversation", "send JSON")


def is_form(content_type: str) -> bool:
    """True for a request that is a form."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def _fields(body: bytes, content_type: str) -> dict[str, Any]:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import parse_options_header

    parts: list[tuple[dict[bytes, bytes], BytesIO]] = []
    try:
        options = parse_options_header(content_type.encode("latin-1"))[1]
        _read(body, options.get(b"boundary", b""), parts)
        return _object(parts, parse_options_header)
    except (FormParserError, UnicodeError) as problem:
        raise InputError("BL-INPUT-101", f"the form cannot be read: {problem}", "send multipart/form-data in UTF-8 (RFC 7578)") from None


def _read(body: bytes, boundary: bytes, parts: list[tuple[dict[bytes, bytes], BytesIO]]) -> None:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser

    name, value, ended = bytearray(), bytearray(), []

    def begin() -> None:
        if len(parts) >= MAX_PARTS:
            raise FormParserError(f"it has more than {MAX_PARTS} parts")
        parts.append(({}, BytesIO()))

    def header_end() -> None:
        key = bytes(name).strip().lower()
        if key in parts[-1][0]:
            raise FormParserError("a part has a header twice")
        parts[-1][0][key] = bytes(value)
        name.clear()
        value.clear()

    callbacks: Any = {  # the library's own type for this differs between its versions
        "on_part_begin": begin,
        "on_header_field": lambda data, start, end: name.extend(data[start:end]),
        "on_header_value": lambda data, start, end: value.extend(data[start:end]),
        "on_header_end": header_end,
        "on_part_data": lambda data, start, end: parts[-1][1].write(data[start:end]),
        "on_end": lambda: ended.append(True),
    }
    parser = MultipartParser(boundary, callbacks)
    parser.write(body)
    parser.finalize()
    if not boundary or not ended:
        raise FormParserError("it has no end")


def _object(parts: list[tuple[dict[bytes, bytes], BytesIO]], options: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for headers, data in parts:
        disposition: Mapping[bytes, bytes]
        kind, disposition = options(headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in disposition or b"content-transfer-encoding" in headers:
            raise InputError("BL-INPUT-103", "a part of the form has no plain name and content", "send each field as RFC 7578 says")
        if headers[b"content-disposition"].lower().count(b"name=") != 1 + (b"filename" in disposition) or b"name*" in disposition:
            raise InputError("BL-INPUT-103", "a part of the form is named in two ways", "send each field as RFC 7578 says")
        name = disposition[b"name"].decode("utf-8")
        if name in FILES and b"filename" in disposition:
            beside = found.setdefault(name + FILE_NAMES, [])
            beside.append(disposition[b"filename"].decode("utf-8"))
            continue
        text = data.getvalue().decode("utf-8")
        if (name in found and not name.endswith("[]")) or name.endswith(FILE_NAMES):
            raise InputError("BL-INPUT-103", "the form has a field twice", "send each field once")
        if name.endswith("[]"):
            found.setdefault(name, []).append(text)
        else:
            found[name] = text
    return found
