"""What a reader finds: records, and what is no record. Formats make these; batches and emission are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

__all__ = ["Entry", "FormatReader", "Record", "Reject"]


class Entry(NamedTuple):
    """A record before anybody asked which of its fields is what.

    ``position``: bytes into the unpacked file (Parquet: the row's number from 0). ``line``: line, row or record, from 1 (0: not known). ``content``: the
    bytes that count for the document's id; ``raw``: the record as it stood, where the format has one. ``value``: its fields.
    """

    position: int
    line: int
    content: bytes
    value: Mapping[str, Any]
    raw: bytes | None = None


class Reject(NamedTuple):
    """What could not be read. ``length``: the bytes that were passed over; ``reason``: a stable word, listed in docs/corpus-engine.md."""

    position: int
    line: int
    length: int
    reason: str
    detail: str = ""


class Record(NamedTuple):
    """A record for whoever writes it again. ``raw``: its bytes (JSONL, CSV, text) or its fields; ``text_field``: the name, dotted where it
    lies in an object, of the field that holds the text ("" where the record is nothing else)."""

    doc_id: str
    line: int
    raw: bytes | Mapping[str, Any]
    text_field: str


class FormatReader(Protocol):
    """Gives the records of a shard in their order."""

    def __call__(self) -> Iterator[Entry | Reject]: ...
