"""Parquet: the row groups that begin in the shard's bytes, column by column only what is asked for.

The position of a document is the number of its row in the file. Columns may be nested (dotted names reach into structs). A file whose
footer is gone is one reject; a row group that cannot be decoded is one reject, and the others are read; so is a row with a value that
Python cannot hold. A fault of the storage is none of the file's: it is raised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from brightline.corpus.objects import is_remote
from brightline.corpus.reading.fields import value_of
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.reading.unpacking import BLOCK_BYTES
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["parquet_records", "parquet_rows"]

_READ_ROWS = 500  # own choice: a quarter of a batch, so that long documents are not held by the thousand
_FREE_BYTES = 64 * 1024 * 1024  # shard.py: the ratio counts beyond these


def parquet_rows(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The rows with the columns that ``options`` name."""
    return _rows(file, shard, options, digest, every_column=False)


def parquet_records(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The rows with all their columns."""
    return _rows(file, shard, options, digest, every_column=True)


def _rows(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash, *, every_column: bool) -> Iterator[Entry | Reject]:
    _digest_range(file, shard, digest)
    try:
        parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK_BYTES)
        columns = None if every_column else _columns(parquet.schema_arrow, options)
    except (pa.ArrowException, OSError, ValueError) as error:
        _raise_faults(error)
        if shard.begin == 0:
            yield Reject(0, 1, shard.size_bytes, "corrupt", f"no Parquet, or its end is missing: {_said(error)}")
        return
    row = 0
    for number in range(parquet.metadata.num_row_groups):
        group = parquet.metadata.row_group(number)
        if _is_mine(group, shard):
            yield from _group(parquet, number, group, row, columns, options)
        row += group.num_rows


def _group(
    parquet: pq.ParquetFile, number: int, group: pq.RowGroupMetaData, first: int, columns: list[str] | None, options: ReadOptions
) -> Iterator[Entry | Reject]:
    packed = sum(group.column(index).total_compressed_size for index in range(group.num_columns))
    row = first
    if group.total_byte_size > max(_FREE_BYTES, packed * options.most_unpacked_ratio):
        yield Reject(row, row + 1, packed, "unpacks_too_large", f"{packed} bytes unpack to {group.total_byte_size}")
        return
    try:
        for batch in parquet.iter_batches(_READ_ROWS, row_groups=[number], columns=columns, use_threads=False):
            for value in _values(batch):
                yield _entry(row, value, options)
                row += 1
    except (pa.ArrowException, OSError) as error:
        _raise_faults(error)
        missing = first + group.num_rows - row
        yield Reject(row, row + 1, packed, "corrupt", f"{missing} of {group.num_rows} rows of a group: {_said(error)}")


def _entry(row: int, value: dict[str, Any] | ValueError | OverflowError, options: ReadOptions) -> Entry | Reject:
    if isinstance(value, UnicodeDecodeError):
        return Reject(row, row + 1, len(value.object), "not_utf8", f"byte {value.start}: {value.reason}")
    if isinstance(value, ValueError | OverflowError):
        return Reject(row, row + 1, 0, "wrong_type", f"a value that cannot be read: {_said(value)}")
    content = b""
    for name in options.text:
        text = value_of(value, name)
        if text is not None:
            content = text.encode() if isinstance(text, str) else b""
            break
    if len(content) > options.most_line_bytes:
        return Reject(row, row + 1, len(content), "too_long", f"more than {options.most_line_bytes} bytes")
    return Entry(row, row + 1, content, value)


def _values(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | ValueError | OverflowError]:
    """Rows as Python values: all at once, or, where a string is no UTF-8 or a date is out of all calendars, one by one."""
    try:
        yield from batch.to_pylist()
        return
    except (ValueError, OverflowError):
        pass
    for number in range(batch.num_rows):
        try:
            yield batch.slice(number, 1).to_pylist()[0]
        except (ValueError, OverflowError) as error:
            yield error


def _columns(schema: pa.Schema, options: ReadOptions) -> list[str]:
    wanted = (*options.text, *options.record_id, *options.source_id, *options.url, *options.published_at, *options.licence)
    names = set(schema.names)
    return sorted({name if name in names else name.split(".")[0] for name in wanted} & names)


def _is_mine(group: pq.RowGroupMetaData, shard: Shard) -> bool:
    """Whether the group begins in the shard's bytes. Byte 0–3 are the file's magic, so no group begins at 0."""
    if group.num_columns == 0:
        return shard.begin == 0
    column = group.column(0)
    starts = [offset for offset in (column.dictionary_page_offset, column.data_page_offset) if offset]
    begins = min(starts, default=0)
    return begins >= shard.begin and (not shard.end or begins < shard.end)


def _digest_range(file: BinaryIO, shard: Shard, digest: hashlib._Hash) -> None:
    """The shard's bytes; of an object its ETag, which changes with its content: reading it twice would double what it costs."""
    digest.update(f"{shard.begin}-{shard.end}".encode())
    if is_remote(shard.uri):
        digest.update(shard.etag.encode())
        return
    file.seek(shard.begin)
    left = (shard.end or shard.size_bytes) - shard.begin
    while left > 0 and (block := file.read(min(BLOCK_BYTES, left))):
        digest.update(block)
        left -= len(block)
    file.seek(0)


def _raise_faults(error: Exception) -> None:
    """A disk or a connection that fails has a number; what Arrow says of a broken file has none."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error


def _said(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__
