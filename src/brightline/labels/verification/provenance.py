"""The C2PA stage: the credential of a file, read through ``labels.provenance``, in the words of verification.

The library reads from a ``Source`` as from an open file, so that bytes in memory and files on disk take one way and what is
read is counted. It runs only where a handler has seen a manifest store.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import BinaryIO, cast

from brightline.labels.containers.source import Source
from brightline.labels.registry import container_for
from brightline.labels.verification.examined import ProvenanceSeen

__all__ = ["ReadProvenance", "SourceStream", "read_provenance"]

ReadProvenance = Callable[[Source], ProvenanceSeen | None]
"""Reads a C2PA manifest store; None where the file has none."""


_BUFFER = 1 << 16  # bytes fetched at a time; own choice


class SourceStream(io.RawIOBase):
    """A ``Source`` as an open binary file that can seek."""

    def __init__(self, source: Source) -> None:
        self._source, self._at = source, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """As for any file; before the beginning is the beginning."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._source.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """The position of the next read."""
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """As for any file: fewer bytes at the end, none behind it."""
        room = memoryview(cast(bytearray, buffer)).cast("B")
        data = self._source.at_most(self._at, len(room))
        room[: len(data)] = data
        self._at += len(data)
        return len(data)


def read_provenance(source: Source, anchors: str = "") -> ProvenanceSeen | None:
    """The C2PA credential of a file, None where it has none. ``anchors``: PEM certificates of those who are trusted.

    Raises ``LabelError`` for a file of a format that nobody here knows.
    """
    from brightline.labels.provenance import carries_manifests, verify_c2pa

    names = container_for(source).media_types
    media_type = next((name for name in names if carries_manifests(name)), names[0])
    stream = cast(BinaryIO, io.BufferedReader(SourceStream(source), _BUFFER))
    found = verify_c2pa(stream, media_type, anchors)
    if found.state == "none":
        return None
    standing = "unreadable" if found.state == "inconclusive" else found.state
    detail = ", ".join(word for word in (*found.codes, found.signer) if word)
    return ProvenanceSeen(standing, found.ai_sources, detail, disclosures=found.ai_disclosures)
