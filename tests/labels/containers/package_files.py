"""Packages for tests: Office documents as other libraries write them, and zips with a chosen shape."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx
import openpyxl
import pptx


def word() -> bytes:
    document = docx.Document()
    document.add_heading("A report", 1)
    document.add_paragraph("One paragraph of the text.")
    document.core_properties.author = "A. Writer"
    return _saved(document)


def excel() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = 42
    return _saved(book)


def powerpoint() -> bytes:
    show = pptx.Presentation()
    show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = "A slide"
    return _saved(show)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]  # three libraries, one method
    return out.getvalue()


def zipped(parts: Mapping[str, bytes], *, stored: tuple[str, ...] = (), comment: bytes = b"", streamed: bool = False) -> bytes:
    """A zip of these parts in their order. ``streamed``: written without seeking, so with data descriptors."""
    out = io.BytesIO()
    with zipfile.ZipFile(_Pipe(out) if streamed else out, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[call-overload]  # a file that cannot seek
        for name, data in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            package.writestr(info, data)
        package.comment = comment
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def stored_bytes(data: bytes) -> dict[str, bytes]:
    """The compressed bytes of each part, as they lie in the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        found = {}
        for info in package.infolist():
            header = data[info.header_offset : info.header_offset + 30]
            begin = info.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            found[info.filename] = data[begin : begin + info.compress_size]
        return found


def changed(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """A package with parts replaced, added, or (None) taken out."""
    return zipped({name: body for name, body in {**unzipped(data), **parts}.items() if body is not None})


class _Pipe:
    def __init__(self, out: io.BytesIO) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()
