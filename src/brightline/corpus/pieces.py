"""Pieces of a batch: what kernels are given at once, and how what they found is kept in a journal.

A worker that is killed loses the piece it was at, so pieces are small; what is kept of them are the columns that go into the
workspace's tables, and reasons of failures without what they quote: no text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["PIECE_BYTES", "Found", "packed", "pieces_of", "rows_digest", "unpacked"]

PIECE_BYTES = 512 * 1024
"""Own choice, measured by benchmarks/corpus_engine.py (journal): kernels cost no more on such pieces than on whole batches, and more on a quarter of
them; of 32 workers that are killed at once all pieces together are a shard (16 MiB)."""

_FAILURES = b"failures"


class Found(NamedTuple):
    """What a kernel found in a piece. ``table``: a row for each of the piece. ``failures``: reason → rows, in the order in which they came."""

    table: pa.Table
    failures: Mapping[str, int]


def pieces_of(documents: pa.Table) -> Iterator[pa.Table]:
    """The rows of a batch in pieces of about equal size, none larger than ``PIECE_BYTES`` of text but where a single row is."""
    sizes = pc.fill_null(pc.binary_length(documents["text"]), 0).to_pylist()
    count = -(-sum(sizes) // PIECE_BYTES) or 1
    most = sum(sizes) / count
    begin = size = 0
    for row, its in enumerate(sizes):
        if row > begin and its and (size + its > PIECE_BYTES or size >= most):
            yield documents.slice(begin, row - begin)
            begin, size = row, 0
        size += its
    if begin < len(sizes):
        yield documents.slice(begin)


def rows_digest(piece: pa.Table) -> bytes:
    """SHA-256 of everything that kernels are shown of a piece: ids, texts, and the columns beside them. Arrow pads a piece with up to 63 bytes of
    what follows it in its batch, so a change there may change it too; never the other way about.
    """
    sink = _Digesting()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), piece.schema) as stream:
        stream.write_table(piece)
    return sink.digest.digest()


def packed(found: Found) -> pa.Buffer:
    """As it stands in a journal: an Arrow stream, uncompressed."""
    table = found.table.combine_chunks().replace_schema_metadata({_FAILURES: json.dumps(found.failures).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def unpacked(content: pa.Buffer | bytes) -> Found:
    """What ``packed`` made of it. The table lies in ``content``."""
    with pa.ipc.open_stream(content) as stream:
        table = stream.read_all()
    return Found(table.replace_schema_metadata(None), json.loads(table.schema.metadata[_FAILURES]))


class _Digesting:
    """A file to write to that only remembers the digest."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.closed = False

    def write(self, content: Any) -> int:
        self.digest.update(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        self.closed = True
