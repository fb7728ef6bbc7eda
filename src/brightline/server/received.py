"""Reading a body with files into a room: raw, or ``multipart/form-data`` (RFC 7578); never more of it than the route allows.

Names of files are taken without folders and control characters; on disk a file is called after its part, with the suffix of its
name, and nothing else of what the sender wrote. What the route did not announce (other parts, one twice) is refused.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import partial
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from brightline.errors import InputError, TooLarge, TooSlow
from brightline.server.uploads import Room, Upload, no_place

__all__ = ["Form", "clean_name", "received"]

_SILENCE_S = 60.0  # own choice: a client that sends nothing for a minute has gone
_SLOWEST_BYTES_PER_S = 16 * 1024  # own choice: a bad mobile line is faster; who sends a byte a minute must not hold a room for days
_BUFFER_BYTES = 1 << 20  # written at a time, off the event loop
_LONGEST_FIELD_BYTES = 4096  # own choice: names and numbers
_LONGEST_NAME = 255  # what common file systems take
_AROUND_BYTES = 64 * 1024  # boundaries, headers and fields beside the files
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9_]{1,40}", re.ASCII)  # a name that may be told back: errors carry no texts of callers
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """What a request brought: files and text fields by the names of their parts."""

    files: dict[str, Upload] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Upload:
        """The part ``file``."""
        return self.files["file"]


async def received(
    request: Request, room: Room, limit_bytes: int, *, files: Collection[str] = ("file",), fields: Collection[str] = (), name: str = ""
) -> Form:
    """The body, its files in ``room``. ``limit_bytes``: for all files together. ``name``: what a raw body is called.

    Raises ``TooLarge`` BL-INPUT-413 as soon as it is known to be over the limit; ``InputError`` BL-INPUT-209 for a body that is no
    such form, -210 for parts that are missing or unknown; ``TooSlow`` -208 for one that does not come to its end; HTTP 415.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit_bytes + _AROUND_BYTES:
        raise _too_large(limit_bytes)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    takes_raw = len(files) == 1 and not fields
    if media_type == "multipart/form-data":
        form = await _multipart(request, room, limit_bytes, files, fields)
    elif takes_raw and media_type != "application/x-www-form-urlencoded":
        form = await _raw(request, room, limit_bytes, next(iter(files)), name)
    else:
        raise HTTPException(415, "this address takes multipart/form-data" + (", or the bytes of the file alone" if takes_raw else ""))
    for part in files:
        if part not in form.files:
            raise InputError("BL-INPUT-210", f"the part {part!r} with a file is missing", "curl sends it with -F file=@picture.png")
    return form


def clean_name(name: str) -> str:
    """The last part of a path, without control characters; at most 255 characters."""
    return _CONTROL.sub("", name.replace("\\", "/").rpartition("/")[2]).strip()[-_LONGEST_NAME:]


async def _raw(request: Request, room: Room, limit_bytes: int, part: str, name: str) -> Form:
    sink = _Sink(room, part, clean_name(name), limit_bytes)
    try:
        async for chunk in _chunks(request):
            await sink.write(chunk)
        return Form({part: await sink.end()})
    finally:
        sink.close()


async def _multipart(request: Request, room: Room, limit_bytes: int, files: Collection[str], fields: Collection[str]) -> Form:
    boundary = _parameter(request.headers["content-type"], "boundary")
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():  # RFC 2046, 5.1.1
        raise _no_form("its boundary is missing, too long or not ASCII")
    parts, form, sink, name = _Parts(boundary), Form(), None, ""
    text, left, around = bytearray(), limit_bytes, 0
    try:
        async for chunk in _chunks(request):
            around += len(chunk)
            for event in parts.fed(chunk):
                if isinstance(event, _Begins):
                    name, text = event.name, bytearray()
                    _require_wanted(name, form, request, files, fields)
                    sink = _Sink(room, name, event.file_name, left) if name in files else None
                elif isinstance(event, bytes) and sink is not None:
                    await sink.write(event)
                    around -= len(event)
                elif isinstance(event, bytes):
                    text += event
                elif sink is not None:
                    form.files[name] = await sink.end()
                    left -= form.files[name].size
                    sink = None
                else:
                    form.fields[name] = _decoded(name, text)
            if around > _AROUND_BYTES:
                raise _too_large(limit_bytes)
        parts.require_end()
        return form
    finally:
        if sink is not None:
            sink.close()


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises ``TooSlow`` BL-INPUT-208 where it stops coming, or comes by drops."""
    stream, got, now = request.stream(), 0, asyncio.get_running_loop().time
    began = now()
    while True:
        try:
            async with asyncio.timeout_at(min(now(), began + got / _SLOWEST_BYTES_PER_S) + _SILENCE_S):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect):
            raise TooSlow("BL-INPUT-208", "the body stopped coming before its end", "send it again, whole") from None
        if chunk:
            got += len(chunk)
            yield chunk


class _Sink:
    """A file that grows in the room, written a megabyte at a time off the event loop."""

    def __init__(self, room: Room, part: str, name: str, limit_bytes: int) -> None:
        suffix = _SUFFIX.fullmatch("".join(name.lower().rpartition(".")[1:]))
        self._upload_name = name
        self._path = room.folder / f"{part}{suffix.group() if suffix else ''}"
        self._room = room
        self._limit = limit_bytes
        self._size = 0
        self._buffer = bytearray()
        try:
            self._file = self._path.open("xb", buffering=0)
        except OSError as problem:
            raise no_place(problem) from None

    async def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise _too_large(self._limit)
        self._buffer += data
        if len(self._buffer) >= _BUFFER_BYTES:
            await self._flush()

    async def end(self) -> Upload:
        await self._flush()
        self.close()
        return Upload(self._path, self._upload_name, self._size)

    def close(self) -> None:
        self._file.close()

    async def _flush(self) -> None:
        data, self._buffer = bytes(self._buffer), bytearray()
        try:
            await asyncio.to_thread(self._write_all, data)
        except OSError as problem:
            raise no_place(problem) from None

    def _write_all(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


@dataclass(frozen=True, slots=True)
class _Begins:
    """A part begins; its headers were read."""

    name: str
    file_name: str


class _Parts:
    """The parts of a multipart body as a flat series: a part begins, its bytes, its end (None)."""

    def __init__(self, boundary: str) -> None:
        self._events: list[_Begins | bytes | None] = []
        self._header = [b"", b""]
        self._disposition = ""
        self._is_complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_data": lambda data, start, end: self._events.append(data[start:end]),
                "on_part_end": lambda: self._events.append(None),
                "on_header_field": partial(self._header_bytes, 0),
                "on_header_value": partial(self._header_bytes, 1),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_part,
                "on_end": self._end,
            },
        )

    def fed(self, chunk: bytes) -> list[_Begins | bytes | None]:
        """What ``chunk`` brought. Raises ``InputError`` BL-INPUT-209."""
        try:
            self._parser.write(chunk)
        except FormParserError as problem:
            raise _no_form(str(problem)) from None
        events, self._events = self._events, []
        return events

    def require_end(self) -> None:
        """Raise ``InputError`` BL-INPUT-209 unless the closing boundary was seen."""
        if not self._is_complete:
            raise _no_form("it ends in the middle")

    def _header_bytes(self, which: int, data: bytes, start: int, end: int) -> None:
        self._header[which] += data[start:end]

    def _end_header(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = value.decode("utf-8", "replace")
        self._header = [b"", b""]

    def _begin_part(self) -> None:
        self._events.append(_Begins(_parameter(self._disposition, "name"), clean_name(_parameter(self._disposition, "filename"))))
        self._disposition = ""

    def _end(self) -> None:
        self._is_complete = True


def _require_wanted(name: str, form: Form, request: Request, files: Collection[str], fields: Collection[str]) -> None:
    known = [*files, *fields]
    if name in form.files or name in form.fields:
        raise InputError("BL-INPUT-210", f"the part {name!r} of the form is given twice", "send it once")
    if name in known:
        return
    told = f"the part {name!r} of the form" if _PLAIN.fullmatch(name) else "a part of the form"
    if name in _query_names(request):
        raise InputError("BL-INPUT-210", f"{told} belongs into the address", f"write ?{name}=… behind the address instead")
    raise InputError("BL-INPUT-210", f"{told} is unknown", f"this address takes, once each: {', '.join(known)}")


def _query_names(request: Request) -> set[str]:
    """The query parameters that the route knows."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    return {each.alias for each in dependant.query_params} if dependant is not None else set()


def _decoded(name: str, text: bytearray) -> str:
    if len(text) > _LONGEST_FIELD_BYTES:
        raise TooLarge("BL-INPUT-413", f"the field {name!r} is over {_LONGEST_FIELD_BYTES} bytes", "shorten it")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("BL-INPUT-209", f"the field {name!r} is not UTF-8", "encode text as UTF-8") from None


def _parameter(header: str, name: str) -> str:
    """A parameter of a header, also in the form of RFC 2231 (``filename*=``)."""
    message = Message()
    message["content-type"] = header.replace("\r", " ").replace("\n", " ")
    value: Any = message.get_param(name, "")
    return collapse_rfc2231_value(value) if value else ""


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge("BL-INPUT-413", f"the file is over {limit_bytes} bytes", "the operator's setting label_max_file_bytes decides about it")


def _no_form(why: str) -> InputError:
    return InputError("BL-INPUT-209", f"the body is no multipart/form-data: {why}", "let your HTTP library make the form")
