"""RIFF: walks chunks, reads and rewrites ``LIST INFO``; what WAV, AVI and WebP have in common.

Follows "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft, 1991, chapter 2): a chunk is four
characters, a 32-bit little-endian length, the payload, and one padding byte after an odd payload, which the length does not
count. Lengths are never believed beyond the enclosing chunk. Big-endian ``RIFX`` is not read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from brightline.labels.containers.opaque import LARGEST_OPAQUE, opaque_entries
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry, Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Truncated

__all__ = [
    "MOST_CHUNKS",
    "MOST_TEXT_LISTS",
    "SIZE_UNKNOWN",
    "Chunk",
    "chunk_bytes",
    "chunks",
    "entries_behind",
    "info_bytes",
    "info_entries",
    "list_children",
    "text_of",
]

MOST_CHUNKS = 10_000
"""Chunks followed at one level; own choice: sound files have some dozens, AVI files one for every 2 GB."""

MOST_TEXT_LISTS = 64
"""Lists of texts in a file that is written into; own choice: one is usual, two are seen."""

SIZE_UNKNOWN = 0xFFFFFFFF
"""Length of a chunk whose real length stands elsewhere (``ds64``, EBU Tech 3306) or was not known when the header was written."""

_HEADER = struct.Struct("<4sI")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its header is at ``offset``, its payload is ``[start, stop)``, the next one begins at ``end``.

    ``form``: the four characters at the beginning of the payload of ``LIST`` and ``RIFF``, else empty.
    """

    name: bytes
    offset: int
    start: int
    stop: int
    end: int
    form: bytes = b""


def chunks(source: Source, start: int, stop: int, sizes: Mapping[bytes, int] | None = None) -> Iterator[Chunk]:
    """The chunks in ``[start, stop)``, one after the other. Up to seven bytes behind the last one are passed over.

    ``sizes``: payload lengths for chunks whose header says ``SIZE_UNKNOWN``. Raises ``Truncated`` for a chunk that ends behind
    the file, ``Malformed`` for one that ends behind ``stop``, ``OverLimit`` for more than ``MOST_CHUNKS``.
    """
    count, at = 0, start
    while at + 8 <= stop:
        name, length = _HEADER.unpack(source.read(at, 8))
        if length == SIZE_UNKNOWN and sizes and name in sizes:
            length = sizes[name]
        payload_stop = at + 8 + length
        if payload_stop > source.size:
            raise Truncated(at + 8, length, source.size)
        if payload_stop > stop:
            raise Malformed(f"the chunk {_shown(name)} is longer than what it lies in", at)
        if (count := count + 1) > MOST_CHUNKS:
            raise OverLimit(f"more than {MOST_CHUNKS} chunks", at)
        form = source.read(at + 8, 4) if name in {b"LIST", b"RIFF"} and length >= 4 else b""
        end = min(payload_stop + (length & 1), stop)  # the last padding byte of a file is often forgotten
        yield Chunk(name, at, at + 8, payload_stop, end, form)
        at = end


def list_children(source: Source, parent: Chunk) -> Iterator[Chunk]:
    """The chunks inside a ``LIST`` or ``RIFF``, behind its form. Raises as ``chunks`` does."""
    return chunks(source, parent.start + 4, parent.stop)


def chunk_bytes(name: bytes, payload: bytes) -> bytes:
    """A whole chunk: header, payload, padding. Raises ``OverLimit`` for a payload that 32 bits cannot count."""
    if len(payload) >= SIZE_UNKNOWN:
        raise OverLimit(f"a chunk {_shown(name)} of {len(payload)} bytes")
    return _HEADER.pack(name, len(payload)) + payload + b"\0" * (len(payload) & 1)


def info_entries(source: Source, info: Chunk, place: str, label_key: str = "") -> Iterator[Entry]:
    """The texts of a ``LIST INFO``. ``label_key``: the child that is this format's standard place of the label, if one is.

    Raises as ``chunks`` does, and ``OverLimit`` for a text over ``MOST_VALUE_BYTES``.
    """
    for child in list_children(source, info):
        key = _shown(child.name).strip()
        if child.stop - child.start > MOST_VALUE_BYTES:
            raise OverLimit(f"{key} in LIST INFO has {child.stop - child.start} bytes", child.offset)
        value = text_of(source.read(child.start, child.stop - child.start))
        yield Entry(place, key, value, child.offset, child.end - child.offset, standard=bool(label_key) and key == label_key)


def info_bytes(source: Source, info: Chunk, dropped: Callable[[Chunk], bool], more: bytes = b"") -> bytes:
    """A ``LIST INFO`` anew: every child as it was, without those ``dropped``, and ``more`` (whole chunks) behind them.

    Empty if nothing is left in it. Raises as ``chunks`` does, and ``OverLimit`` for a list over ``MOST_VALUE_BYTES``.
    """
    if info.stop - info.start > MOST_VALUE_BYTES:
        raise OverLimit(f"LIST INFO has {info.stop - info.start} bytes", info.offset)
    kept = b"".join(
        chunk_bytes(child.name, source.read(child.start, child.stop - child.start))
        for child in list_children(source, info)
        if not dropped(child)
    )
    return chunk_bytes(b"LIST", b"INFO" + kept + more) if kept or more else b""


def entries_behind(source: Source, start: int, place: str, gaps: list[Gap]) -> list[Entry]:
    """What bytes behind the outermost chunk say about labels; more than ``LARGEST_OPAQUE`` of them are a gap."""
    length = source.size - start
    if length > LARGEST_OPAQUE:
        gaps.append(Gap(f"{length} bytes behind the end of the RIFF", start))
        return []
    return opaque_entries(source.read(start, length), start, place) if length > 0 else []


def text_of(raw: bytes) -> str:
    """The text of a RIFF string: up to its padding of zeros, UTF-8 where it is that, else Latin-1 (the standard names no encoding)."""
    raw = raw.rstrip(b"\0")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _shown(name: bytes) -> str:
    return name.decode("latin-1")
