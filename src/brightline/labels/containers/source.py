"""Bounded random access to the bytes of a file, whatever it lies in: nothing here reads a whole file into memory.

A ``Source`` answers "these bytes from there", counts what it read (``bytes_read``), and turns everything that a broken or
hostile file can ask for into an error: ranges beyond the end, lengths over what the caller allows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from brightline.labels.errors import Truncated

__all__ = ["CHUNK", "Source", "opened"]

CHUNK = 1 << 20
"""Bytes moved at a time where ranges are walked through."""

_PAGE = 4096
"""Own choice: a page of the machine; the headers of most files lie in one or two of them."""


class Source:
    """The bytes of one file. ``name`` is its file name where there is one: some formats are only known by it. ``path`` is where it
    lies: the label of plain text stands beside it.

    Not for several threads at once. Reads of up to a page go through a one-page memory, so that walking over headers of
    a few bytes costs few system calls.
    """

    def __init__(self, data: bytes | BinaryIO, name: str = "", path: Path | None = None) -> None:
        self.name = name
        self.path = path
        self.bytes_read = 0
        self._file: BinaryIO = BytesIO(data) if isinstance(data, bytes) else data
        self._page_at, self._page = 0, b""
        self.size = self._file.seek(0, os.SEEK_END)

    def read(self, offset: int, length: int, *, ahead: bool = True) -> bytes:
        """Exactly ``length`` bytes from ``offset``. Raises ``Truncated`` (BL-LABEL-012) where the file ends before that.

        ``ahead``: read to the end of a page where it costs nothing; false for headers that lie far apart.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Truncated(offset, length, self.size)
        within = offset - self._page_at
        if within >= 0 and within + length <= len(self._page):
            return self._page[within : within + length]
        if length >= _PAGE or not ahead:
            return self._fetch(offset, length)
        self._page_at, self._page = offset, self._fetch(offset, min(_PAGE, self.size - offset))
        return self._page[:length]

    def at_most(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer, or none, at the end of the file."""
        return self.read(offset, max(0, min(length, self.size - offset))) if 0 <= offset <= self.size else b""

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of ``[start, stop)`` in pieces of at most ``CHUNK``. Raises ``Truncated``."""
        while start < stop:
            piece = self.read(start, min(CHUNK, stop - start))
            yield piece
            start += len(piece)

    def fileno(self) -> int | None:
        """The file descriptor behind it, for copies inside the kernel; None for bytes in memory."""
        try:
            return self._file.fileno()
        except (AttributeError, OSError):
            return None

    def _fetch(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        data = b""
        while len(data) < length:  # an unbuffered file may give less than asked
            more = self._file.read(length - len(data))
            if not more:
                raise Truncated(offset, length, offset + len(data))
            data = data + more if data else more
        self.bytes_read += length
        return data


@contextmanager
def opened(file: str | Path | bytes | BinaryIO | Source, name: str = "") -> Iterator[Source]:
    """``file`` as a ``Source``: a path, bytes, or an open binary file that can seek. Raises ``OSError`` for a path that cannot be read."""
    if isinstance(file, Source):
        yield file
    elif isinstance(file, str | Path):
        with Path(file).open("rb", buffering=0) as handle:
            yield Source(handle, name or Path(file).name, Path(file))
    else:
        yield Source(file, name)
