"""Objects of a PDF whose cross-reference table is broken, found by looking for ``n g obj`` (what readers call rebuilding).

Bounded: at most ``SCANNED`` bytes are looked at, half from the start and half from the end of longer files, where trailers and
metadata lie. The later of two objects with one number holds, as with incremental updates. For reading only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brightline.labels.containers.pdf_syntax import Incomplete, Ref, Value, parse
from brightline.labels.containers.pdf_xref import InStream, Where
from brightline.labels.errors import LabelError, Malformed

if TYPE_CHECKING:
    from brightline.labels.containers.pdf_file import PdfFile

__all__ = ["SCANNED", "scanned"]

SCANNED = 2_400_000
"""Bytes; own choice: leaves 1.6 of the 4 MB that may be read for the objects that are then looked at."""

_MOST_OBJECTS = 50_000
_MOST_OBJECT_STREAMS = 32


@dataclass(slots=True)
class _Scanned:
    places: dict[int, int | InStream]
    trailer: dict[str, Value] = field(default_factory=dict)
    at: int = 0
    kind: str = "scan"
    text: bytes = b""
    steps: int = 1

    def find(self, number: int) -> Where:
        return self.places.get(number)

    def numbers(self, most: int) -> list[int] | None:
        return None


def scanned(file: PdfFile) -> _Scanned:
    """A section made of what the scan found, with the newest trailer that names a Root, or one put together. Raises ``Malformed``."""
    size = file.source.size
    windows = [(0, size)] if size <= SCANNED else [(0, SCANNED // 2), (size - SCANNED // 2, size)]
    section = _Scanned({})
    catalogue: Ref | None = None
    object_streams: list[int] = []
    for start, stop in windows:
        data = file.read(start, stop - start)
        for found in _OBJECT.finditer(data):
            number = int(found[1])
            section.places[number] = start + found.start(1)
            ahead = data[found.end() : found.end() + 256]
            if _CATALOGUE.match(ahead):
                catalogue = Ref(number, int(found[2]))
            elif _OBJECT_STREAM.match(ahead):
                object_streams.append(number)
            elif _XREF_STREAM.match(ahead):
                _take_trailer(section, data, found.end())
            if len(section.places) > _MOST_OBJECTS:
                raise Malformed("the cross-reference table is broken and there are too many objects to look for")
        for found in _TRAILER.finditer(data):
            _take_trailer(section, data, found.end())
    if not section.places:
        raise Malformed("the cross-reference table is broken and no object is found")
    file.sections = [section]
    if "Root" not in section.trailer and catalogue:
        section.trailer["Root"] = catalogue
    _open_object_streams(file, section, object_streams)
    if "Root" not in section.trailer:
        raise Malformed("the cross-reference table is broken and no catalogue is found")
    return section


def _take_trailer(section: _Scanned, data: bytes, at: int) -> None:
    try:
        value, _ = parse(data, at)
    except (Incomplete, LabelError):
        return
    if isinstance(value, dict) and "Root" in value:
        section.trailer = {**section.trailer, **value}


def _open_object_streams(file: PdfFile, section: _Scanned, numbers: list[int]) -> None:
    for number in numbers[-_MOST_OBJECT_STREAMS:]:
        try:
            for inside, value in file.object_stream_values(number):
                section.places.setdefault(inside, InStream(number))
                if isinstance(value, dict) and value.get("Type") == "Catalog" and "Root" not in section.trailer:
                    section.trailer["Root"] = Ref(inside, 0)
        except LabelError:
            continue  # one that does not inflate is one more broken part of a broken file, which has its Gap


_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})[\x00\t\n\x0c\r ]{1,4}(\d{1,5})[\x00\t\n\x0c\r ]{1,4}obj(?![a-zA-Z])")
_TRAILER = re.compile(rb"trailer(?=[\x00\t\n\x0c\r ]{0,4}<<)")
_CATALOGUE = re.compile(rb"[^>]{0,200}?/Type\s{0,4}/Catalog(?![a-zA-Z])")
_OBJECT_STREAM = re.compile(rb"[^>]{0,200}?/Type\s{0,4}/ObjStm")
_XREF_STREAM = re.compile(rb"[^>]{0,200}?/Type\s{0,4}/XRef")
