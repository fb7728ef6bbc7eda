"""An incremental update of a PDF: changed objects, a cross-reference section and a trailer behind the bytes that are there.

ISO 32000-2:2020, 7.5.6. The original stays an exact prefix, so signatures over it hold. The new section is of the kind of the
newest one (a table after a table, a stream after a stream: 7.5.8.1 does not let them mix outside of hybrid files).
"""

from __future__ import annotations

import hashlib
from itertools import pairwise

from brightline.labels.containers.pdf_file import Found, PdfFile
from brightline.labels.containers.pdf_syntax import Item, Ref, items, skip_blank
from brightline.labels.containers.reading import Kept
from brightline.labels.errors import Malformed, Unsupported

__all__ = ["Update", "dictionary_source"]

_FARTHEST = 10**10  # a row of a table has ten digits for an offset (7.5.4)
_NOT_CARRIED = {"Prev", "XRefStm", "Size", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL", "F", "FFilter", "FDecodeParms"}


class Update:
    """Collects objects for one update of ``file`` (opened strictly), then gives the pieces of the new file."""

    def __init__(self, file: PdfFile) -> None:
        size = file.trailer.get("Size")
        if not isinstance(size, int) or not 0 < size < 1 << 31:
            raise Malformed("the trailer has no usable Size")
        if any(section.find(size) is not None for section in file.sections):
            raise Malformed("the file uses object numbers beyond its Size")
        self._file = file
        self._next = size
        self._objects: dict[Ref, bytes] = {}
        self._trailer: dict[str, bytes] = {}

    def new(self, body: bytes) -> Ref:
        """Add an object under a number that the file does not use."""
        reference = Ref(self._next, 0)
        self._next += 1
        self._objects[reference] = body
        return reference

    def replace(self, reference: Ref, body: bytes) -> None:
        """Give the object ``reference`` a new body."""
        self._objects[reference] = body

    def set_in_trailer(self, key: str, source: bytes) -> None:
        """Give ``key`` of the trailer another value, as source."""
        self._trailer[key] = source

    def pieces(self) -> tuple[Kept | bytes, ...]:
        """The whole new file: the original, then the update."""
        size, newest = self._file.source.size, self._file.sections[0]
        last = self._file.source.read(size - 1, 1)
        out = bytearray(b"" if last in b"\r\n" else b"\n")
        rows: dict[int, tuple[int, int]] = {}
        as_stream = newest.kind == "stream"
        own = self.new(b"") if as_stream else None
        for reference, body in self._objects.items():
            offset = size + len(out) - self._file.base
            rows[reference.number] = (offset, reference.generation)
            if reference != own:
                out += b"%d %d obj\n%b\nendobj\n" % (reference.number, reference.generation, body)
        start = size + len(out) - self._file.base
        if start >= _FARTHEST and not as_stream:
            raise Unsupported("a PDF of more than 10 GB with cross-reference tables has no room for an update")
        trailer = self._trailer_source(newest.text, newest.at)
        if own:
            rows[own.number] = (start, 0)
            out += _stream(own, rows, trailer)
        else:
            out += _table(rows) + b"trailer\n<<%b>>\n" % trailer
        out += b"startxref\n%d\n%%%%EOF\n" % start
        return Kept(0, size), bytes(out)

    def _trailer_source(self, text: bytes, newest_at: int) -> bytes:
        carried: dict[str, bytes] = {}
        for item in items(text, 0):
            if isinstance(item, Item) and item.key not in _NOT_CARRIED:
                carried[item.key] = text[item.start : item.stop]
        for key, source in self._trailer.items():
            carried[key] = b"/%b %b" % (key.encode("ascii"), source)
        identifier = self._file.trailer.get("ID")
        if isinstance(identifier, list) and len(identifier) == 2 and isinstance(identifier[0], bytes) and isinstance(identifier[1], bytes):
            # 14.4: the second part changes with each update; it stays a function of what was written, so that writing is repeatable.
            changed = hashlib.sha256(identifier[1] + b"".join(self._objects.values())).digest()[:16]
            carried["ID"] = b"/ID [<%b><%b>]" % (identifier[0].hex().encode(), changed.hex().encode())
        return b" ".join([b"/Size %d /Prev %d" % (self._next, newest_at), *carried.values()])


def dictionary_source(found: Found, drop: set[str], add: bytes) -> bytes:
    """The dictionary of ``found`` as it stands there, without the keys ``drop`` and with ``add`` (key and value) at its end."""
    source, parts = found.buffer, list[bytes]()
    cursor = skip_blank(source, found.start)
    end = found.stop
    for item in items(source, found.start):
        if isinstance(item, int):
            end = item
        elif item.key in drop:
            parts.append(source[cursor : item.start])
            cursor = item.stop
    parts.append(source[cursor : end - 2])
    return b"".join(parts).rstrip(b" ") + (b" " if add else b"") + add + b">>"


def _table(rows: dict[int, tuple[int, int]]) -> bytes:
    out = bytearray(b"xref\n")
    for run in _runs(sorted(rows)):
        out += b"%d %d\n" % (run[0], len(run))
        for number in run:
            out += b"%010d %05d n \n" % rows[number]
    return bytes(out)


def _stream(own: Ref, rows: dict[int, tuple[int, int]], trailer: bytes) -> bytes:
    width = max(4, (max(offset for offset, _ in rows.values()).bit_length() + 7) // 8)
    runs = _runs(sorted(rows))
    data = b"".join(b"\x01" + rows[number][0].to_bytes(width, "big") + rows[number][1].to_bytes(2, "big") for run in runs for number in run)
    index = b" ".join(b"%d %d" % (run[0], len(run)) for run in runs)
    about = b"<</Type /XRef /W [1 %d 2] /Index [%b] /Length %d %b>>" % (width, index, len(data), trailer)
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (own.number, about, data)


def _runs(numbers: list[int]) -> list[list[int]]:
    runs = [numbers[:1]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
