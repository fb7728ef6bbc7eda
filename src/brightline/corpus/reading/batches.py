"""Batches: entries and rejects of a shard as Arrow tables of a bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from brightline.corpus.reading.fields import FieldNames, named
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.schema import INPUT, REJECTS, document_id
from brightline.corpus.shard import Shard

__all__ = ["BATCH_ROWS", "Batch", "batches_of", "reject_without_text"]

BATCH_ROWS = 2000
"""../shared/reference/corpus.md, decision 3: kernels called with 2,000 rows cost least for each row."""

_BATCH_BYTES = 8 * 1024 * 1024  # own choice: 2,000 long documents must not be a gigabyte
_LONGEST_DETAIL = 200


class Batch(NamedTuple):
    """``documents``: at most 2,000 rows of ``schema.INPUT``. ``rejects``: what was passed over since the last batch."""

    documents: pa.Table
    rejects: pa.Table


def batches_of(parts: Iterable[tuple[Shard, FieldNames, Iterable[Entry | Reject]]]) -> Iterator[Batch]:
    """Entries as batches, file after file. What has no text, or none that UTF-8 can hold, becomes a reject."""
    rows: list[tuple[object, ...]] = []
    rejects: list[tuple[object, ...]] = []
    size = 0
    for file, fields, each in ((part.file, fields, each) for part, fields, found in parts for each in found):
        if isinstance(each, Entry):
            _name, text = fields.text(each.value)
            if isinstance(text, str):
                value = each.value
                rows.append(
                    (
                        document_id(file, each.position, each.content),
                        fields.source(value),
                        file,
                        each.position,
                        each.line,
                        fields.record_id(value),
                        fields.url(value),
                        fields.published_at(value),
                        fields.licence(value),
                        text,
                    )
                )
                size += len(each.content)
            else:
                rejects.append(_row(file, reject_without_text(each, text)))
        else:
            rejects.append(_row(file, each))
        if len(rows) >= BATCH_ROWS or size >= _BATCH_BYTES or len(rejects) >= BATCH_ROWS:
            yield _batch(rows, rejects)
            rows, rejects, size = [], [], 0
    if rows or rejects:
        yield _batch(rows, rejects)


def reject_without_text(entry: Entry, text: object) -> Reject:
    """Why an entry is no document."""
    length = len(entry.raw) if entry.raw is not None else len(entry.content)
    if text is None:
        return Reject(entry.position, entry.line, length, "no_text_field", f"fields: {named(entry.value)}")
    return Reject(entry.position, entry.line, length, "wrong_type", f"the text is {type(text).__name__}, not a string")


def _row(file: str, reject: Reject) -> tuple[object, ...]:
    detail = reject.detail[:_LONGEST_DETAIL].encode("utf-8", "replace").decode()
    return file, reject.position, reject.line, reject.length, reject.reason, detail


def _batch(rows: list[tuple[object, ...]], rejects: list[tuple[object, ...]]) -> Batch:
    return Batch(_table(rows, INPUT), _table(rejects, REJECTS))


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    if not rows:
        return schema.empty_table()
    columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.table(columns, schema=schema)
