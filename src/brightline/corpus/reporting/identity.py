"""The identity of a corpus: one digest over all its documents, which no engine, sharding or order of rows can change.

A sample's seed is committed against it and a report names it, so that an auditor who has the corpus knows that it is the same one. It
covers each document's id (place and content, ``schema.document_id``), each line that could not be read, and the pieces that nobody could
finish; not the times and sizes of files, which change when a corpus is copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
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
    for file, pieces in groupby(sorted(shards, key=lambda shard: (shard.file, shard.begin, shard.number)), key=lambda shard: shard.file):
        digest.update(b"file\0" + file.encode() + b"\0")
        rejected: list[str] = []
        for shard in pieces:
            if not workspace.exists(f"documents/{shard.name}.parquet"):
                rejected.append(f"{shard.begin:020d} {shard.end} unfinished\n")
                continue
            digest.update(_ids(workspace.read_table(f"documents/{shard.name}.parquet", ["doc_id", "position"])))
            rejected.extend(_rejects(workspace, shard))
        digest.update(b"rejects\0" + "".join(sorted(rejected)).encode())
    return digest.hexdigest()


def _ids(documents: pa.Table) -> bytes:
    ordered = documents.take(pc.sort_indices(documents, [("position", "ascending"), ("doc_id", "ascending")]))
    return bytes.fromhex("".join(ordered.column("doc_id").to_pylist()))


def _rejects(workspace: Workspace, shard: Shard) -> Iterable[str]:
    name = f"rejects/{shard.name}.parquet"
    if not workspace.exists(name):
        return
    for table in workspace.batches(name, ["position", "length", "reason"]):
        rows = zip(*(table.column(column).to_pylist() for column in table.column_names), strict=True)
        yield from (f"{position:020d} {length} {reason}\n" for position, length, reason in rows)
