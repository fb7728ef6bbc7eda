"""The texts of some documents of a shard, read again: of JSON Lines on this machine only their own lines, of everything else the whole.

Whether they are still the texts that were annotated is seen by the documents' ids, which are digests of place and bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import cast

import numpy as np
import pyarrow as pa

from brightline.corpus.duplicates.rows import ShardRows
from brightline.corpus.errors import RunError
from brightline.corpus.objects import is_remote
from brightline.corpus.reading import read_shard
from brightline.corpus.reading.fields import FieldNames
from brightline.corpus.reading.jsonl import entry_of_json
from brightline.corpus.reading.opening import opened
from brightline.corpus.reading.records import Entry
from brightline.corpus.schema import document_id
from brightline.corpus.shard import ReadOptions
from brightline.corpus.storage import Workspace

__all__ = ["chosen_texts"]

_BUFFERED_BYTES = 16 * 1024  # several lines of web text, or a part of a long one; own choice
_TEXTS_AT_ONCE = 2000  # as a reader's batches


def chosen_texts(workspace: Workspace, part: ShardRows, reading: ReadOptions) -> Iterator[pa.Array]:
    """The texts of the chosen rows of a shard in their order, some at a time, as large strings.

    Raises ``RunError`` BL-CORPUS-062 where the shard no longer has the documents that were annotated; what readers raise.
    """
    shard = part.shard
    if shard.format == "jsonl" and not shard.packed and not is_remote(shard.uri):
        return _lines(workspace, part, reading)
    return _rows(part, reading)


def _lines(workspace: Workspace, part: ShardRows, reading: ReadOptions) -> Iterator[pa.Array]:
    shard, fields = part.shard, FieldNames(part.shard, reading)
    table = workspace.read_table(f"documents/{shard.name}.parquet", ["doc_id", "position"])
    chosen = table.take(pa.array(part.inside.tolist(), pa.int64()))
    ids, positions = chosen["doc_id"].to_pylist(), chosen["position"].to_pylist()
    held: list[str] = []
    with opened(shard) as raw, io.BufferedReader(cast("io.RawIOBase", raw), _BUFFERED_BYTES) as file:
        for name, position in zip(ids, positions, strict=True):
            file.seek(position)
            content = file.readline(reading.most_line_bytes + 2).removesuffix(b"\n").removesuffix(b"\r")
            entry = entry_of_json(position, 0, content) if document_id(shard.file, position, content) == name else None
            text = fields.text(entry.value)[1] if isinstance(entry, Entry) else None
            if not isinstance(text, str):
                raise _changed(part, "another document at the place of one that was annotated")
            held.append(text)
            if len(held) == _TEXTS_AT_ONCE:
                yield pa.array(held, pa.large_string())
                held = []
    if held:
        yield pa.array(held, pa.large_string())


def _rows(part: ShardRows, reading: ReadOptions) -> Iterator[pa.Array]:
    at = found = 0
    for batch in read_shard(part.shard, reading):
        count = batch.documents.num_rows
        chosen = part.inside[slice(*np.searchsorted(part.inside, [at, at + count]))] - at
        if len(chosen):
            yield batch.documents["text"].take(pa.array(chosen.tolist(), pa.int64())).combine_chunks()
            found += len(chosen)
        at += count
    if found != len(part.inside):
        raise _changed(part, f"{at} documents now, fewer than when it was annotated")


def _changed(part: ShardRows, what: str) -> RunError:
    hint = "inspect the corpus anew: what was found belongs to files that have changed"
    return RunError("BL-CORPUS-062", f"{part.shard.file} has {what}", hint)
