"""Parquet: the row groups that begin in the shard's bytes, column by column only what is asked for.

The position of a document is the number of its row in the file. Columns may be nested (dotted names reach into structs); a second column
of one name is called ``NAME.2``. A file whose footer is gone is one reject; a row group that cannot be decoded is one reject, and the
others are read; so is a row with a value that Python cannot hold. Whoever asks for every column gets those that nobody inspects as Arrow
has them: what no calendar knows and what is no UTF-8 passes through them unchanged. A fault of the storage is none of the file's: it is
raised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from brightline.corpus.errors import Unreadable
from brightline.corpus.objects import is_remote
from brightline.corpus.reading.fields import unlike, value_of
from brightline.corpus.reading.pages import largest_value
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.reading.unpacking import BLOCK_BYTES
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["ParquetRow", "parquet_records", "parquet_rows"]

_READ_ROWS = 500  # own choice: a quarter of a batch, so that long documents are not held by the thousand
_FREE_BYTES = 64 * 1024 * 1024  # shard.py: the ratio counts beyond these
_DECODED_BYTES = 256 * 1024 * 1024
"""What a batch of a column may come to where every row repeats the largest value there can be. Own choice: of the usual dictionary, 1 MiB
at most (parquet-cpp's ``dictionary_pagesize_limit``), batches of 256 rows; a worker with two such columns stays under 1 GB."""
_FREE_VALUES = 8 * 1024 * 1024
"""Values of the lists of a row group, own choice: a row may hold all of them, and each costs Python and Arrow some 30 bytes, its file none
where all are alike."""


class ParquetRow(dict[str, Any]):
    """The fields of a row that are inspected, as values; all of its columns, under names that differ, in ``batch`` at ``index``."""

    __slots__ = ("batch", "index")

    def __init__(self, value: dict[str, Any], batch: pa.RecordBatch, index: int) -> None:
        super().__init__(value)
        self.batch = batch
        self.index = index

    def every(self) -> dict[str, Any]:
        """All columns as values. Raises ``ValueError`` or ``OverflowError`` for one that Python cannot hold."""
        row: dict[str, Any] = self.batch.slice(self.index, 1).to_pylist()[0]
        return row


def parquet_rows(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The rows with the columns that ``options`` name."""
    return _rows(file, shard, options, digest, every_column=False)


def parquet_records(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The same rows, each a ``ParquetRow``. Raises ``Unreadable`` BL-CORPUS-013 where a column that nobody inspects cannot be decoded."""
    return _rows(file, shard, options, digest, every_column=True)


def _rows(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash, *, every_column: bool) -> Iterator[Entry | Reject]:
    _digest_range(file, shard, digest)
    try:
        parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=BLOCK_BYTES)
        fields = _inspected(parquet, options)
        groups = [parquet.metadata.row_group(number) for number in range(parquet.metadata.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError) as error:
        _raise_faults(error)
        if shard.begin == 0:
            yield Reject(0, 1, shard.size_bytes, "corrupt", f"no Parquet, or its end is missing: {_said(error)}")
        return
    row = 0
    for number, group in enumerate(groups):
        if _is_mine(group, shard):
            yield from _group(_Group(file, shard, parquet, number, row), fields, options, every_column=every_column)
        row += max(0, group.num_rows)


class _Group(NamedTuple):
    """A row group. ``first``: the number of its first row in the file."""

    file: BinaryIO
    shard: Shard
    parquet: pq.ParquetFile
    number: int
    first: int

    @property
    def metadata(self) -> pq.RowGroupMetaData:
        return self.parquet.metadata.row_group(self.number)

    def batches(self, fields: list[str] | None, rows: int) -> Iterator[pa.RecordBatch]:
        """The columns of these fields, of structs only what is asked for; all columns where none are named. Their names differ."""
        for batch in self.parquet.iter_batches(rows, row_groups=[self.number], columns=fields, use_threads=False):
            yield batch.rename_columns(unlike(batch.schema.names))

    def rows_at_once(self, fields: list[str] | None) -> int:
        """So few rows that no value that they repeat can make a batch too large."""
        largest = max((largest_value(self.file, self.metadata.column(index)) for index in self._asked(fields)), default=0)
        return max(1, min(_READ_ROWS, _DECODED_BYTES // max(1, largest)))

    def listed_values(self, fields: list[str] | None) -> int:
        """How many values the lists of these fields hold, as the footer has it."""
        schema, metadata = self.parquet.schema, self.metadata
        lists = (index for index in self._asked(fields) if schema.column(index).max_repetition_level)
        return sum(max(0, metadata.column(index).num_values) for index in lists)

    def _asked(self, fields: list[str] | None) -> Iterator[int]:
        for index in range(self.metadata.num_columns):
            if fields is None or _is_within(self.metadata.column(index).path_in_schema, fields):
                yield index


def _group(group: _Group, fields: list[str], options: ReadOptions, *, every_column: bool) -> Iterator[Entry | Reject]:
    metadata, row = group.metadata, group.first
    packed = sum(metadata.column(index).total_compressed_size for index in range(metadata.num_columns))
    packed = min(max(0, packed), group.shard.size_bytes)  # a footer may say anything
    most = max(_FREE_BYTES, packed * options.most_unpacked_ratio)
    if metadata.total_byte_size > most:
        yield Reject(row, row + 1, packed, "unpacks_too_large", f"{packed} bytes unpack to {metadata.total_byte_size}")
        return
    given = 0
    most_values = max(_FREE_VALUES, packed * options.most_unpacked_ratio)
    try:
        if (values := group.listed_values(fields)) > most_values:
            yield Reject(row, row + 1, packed, "unpacks_too_large", f"{packed} bytes unpack to {values} values")
            return
        if every_column and (values := group.listed_values(None)) > most_values:
            raise _undecodable(group, f"{packed} bytes unpack to {values} values")
        rows = group.rows_at_once(None if every_column else fields)
        whole = _whole_batches(group, rows) if every_column else None
        for batch in group.batches(fields, rows):
            every = _beside(group, batch, whole) if whole is not None else None
            for index, value in enumerate(_values(batch)):
                entry = _entry(row, value, options)
                if isinstance(entry, Entry):
                    given += len(entry.content)
                    if given > most:
                        detail = f"{packed} bytes unpack to more than {given}: values that are repeated"
                        yield Reject(row, row + 1, packed, "unpacks_too_large", detail)
                        return
                    if every is not None and isinstance(value, dict):
                        entry = entry._replace(value=ParquetRow(value, every, index))
                yield entry
                row += 1
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # the last: of a column's name
        _raise_faults(error)
        missing = group.first + metadata.num_rows - row
        yield Reject(row, row + 1, packed, "corrupt", f"{missing} of {metadata.num_rows} rows of a group: {_said(error)}")


def _whole_batches(group: _Group, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows with all columns, for whoever writes them again. What is wrong with an inspected column was told before."""
    try:
        yield from group.batches(None, rows)
    except (pa.ArrowException, OSError) as error:
        _raise_faults(error)
        raise _undecodable(group, _said(error)) from error


def _beside(group: _Group, inspected: pa.RecordBatch, whole: Iterator[pa.RecordBatch]) -> pa.RecordBatch:
    batch = next(whole, None)
    if batch is None or batch.num_rows != inspected.num_rows:
        raise _undecodable(group, "they have fewer rows than those that were inspected")
    return batch


def _undecodable(group: _Group, why: str) -> Unreadable:
    said = f"columns that nobody inspected cannot be decoded in the row group {group.number}, whose first row is {group.first + 1}: {why}"
    hint = "mend the file, or leave these columns out of it, and inspect it anew"
    return Unreadable("BL-CORPUS-013", said, hint, file=group.shard.file)


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
    """Rows as Python values: all at once, or, where a string is no UTF-8 or Python has no such date, one by one."""
    try:
        yield from batch.to_pylist()
        return
    except (ValueError, OverflowError):
        pass
    for number in range(batch.num_rows):
        try:
            yield {name: _value(column[number]) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
        except (ValueError, OverflowError) as error:
            yield error


def _value(cell: pa.Scalar) -> Any:
    """A value; as text the date or time that Python has no type for (a year above 9999, a nanosecond)."""
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        if not pa.types.is_temporal(cell.type) or "out of range" in (written := str(pc.cast(cell, pa.string()).as_py())):
            raise
        return written


def _inspected(parquet: pq.ParquetFile, options: ReadOptions) -> list[str]:
    """The fields that options name and the file has; a dotted one where no column is called so itself."""
    wanted = (*options.text, *options.record_id, *options.source_id, *options.url, *options.published_at, *options.licence)
    names = set(parquet.schema_arrow.names)
    paths = [parquet.schema.column(index).path for index in range(len(parquet.schema))]
    return [each for each in dict.fromkeys(wanted) if each in names or any(_is_within(path, [each]) for path in paths)]


def _is_within(path: str, fields: list[str]) -> bool:
    """Whether a column of values is one of these fields or lies in one."""
    return any(path == each or path.startswith(f"{each}.") for each in fields)


def _is_mine(group: pq.RowGroupMetaData, shard: Shard) -> bool:
    """Whether the group begins in the shard's bytes. Byte 0–3 are the file's magic, so no group begins at 0."""
    if group.num_columns == 0:
        return shard.begin == 0
    column = group.column(0)
    starts = [offset for offset in (column.dictionary_page_offset, column.data_page_offset) if offset]
    # A damaged footer may name a place outside of the file: it is somebody's nevertheless, who tells.
    begins = min(max(0, min(starts, default=0)), max(0, shard.size_bytes - 1))
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
