"""The identity of a corpus: one digest over all its documents, which no engine, sharding or order of rows can change.

A sample's seed is committed against it and a report names it, so that an auditor who has the corpus knows that it is the same one. It
covers each document's id (place and content, ``schema.document_id``), each line that could not be read, and the pieces that nobody could
finish; not the times and sizes of files, which change when a corpus is copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

__all__ = ["corpus_digest"]


def corpus_digest(workspace: Workspace, shards: Sequence[Shard]) -> str:
    """64 hex characters: SHA-256 over the files by name, in each the ids of its documents by position, then its rejects.

    Holds the ids of one shard at a time. Raises ``RunError`` where the workspace cannot be read.
    """
    digest = hashlib.sha256(b"brightline-corpus/1\n")
    joined = {shard.number for shard in shards if shard.members}
    parts = sorted((part for shard in shards for part in shard.files()), key=lambda part: (part.file, part.begin, part.number))
    together = lru_cache(maxsize=1)(lambda part: _by_file(workspace, part))  # files that were joined follow one another
    for file, pieces in groupby(parts, key=lambda part: part.file):
        digest.update(b"file\0" + file.encode() + b"\0")
        rejected: list[str] = []
        for part in pieces:
            documents = f"documents/{part.name}.parquet"
            if not workspace.exists(documents):
                rejected.append(f"{part.begin:020d} {part.end} unfinished\n")
                continue
            if part.number in joined:
                rows, rejects = together(part.name)
                digest.update(_ids(rows.filter(pc.field("file") == file)))
                rejected.extend(rejects.get(file, ()))
                continue
            digest.update(_ids(workspace.read_table(documents, ["doc_id", "position"])))
            rejected.extend(line for _file, line in _rejects(workspace, part.name))
        digest.update(b"rejects\0" + "".join(sorted(rejected)).encode())
    return digest.hexdigest()


def _ids(documents: pa.Table) -> bytes:
    ordered = documents.take(pc.sort_indices(documents, [("position", "ascending"), ("doc_id", "ascending")]))
    return bytes.fromhex("".join(ordered.column("doc_id").to_pylist()))


def _by_file(workspace: Workspace, part: str) -> tuple[pa.Table, dict[str, list[str]]]:
    """The documents and rejects of a shard of several files."""
    rejects: dict[str, list[str]] = {}
    for file, line in _rejects(workspace, part):
        rejects.setdefault(file, []).append(line)
    return workspace.read_table(f"documents/{part}.parquet", ["file", "doc_id", "position"]), rejects


def _rejects(workspace: Workspace, part: str) -> Iterator[tuple[str, str]]:
    """Of each the file, and what counts of it."""
    name = f"rejects/{part}.parquet"
    if not workspace.exists(name):
        return
    for table in workspace.batches(name, ["file", "position", "length", "reason"]):
        rows = zip(*(table.column(column).to_pylist() for column in table.column_names), strict=True)
        yield from ((file, f"{position:020d} {length} {reason}\n") for file, position, length, reason in rows)
