"""Writes rows of Parquet as Arrow read them: only the texts that were covered are made anew, whatever the other columns hold.

So a date that no calendar knows, a time to the nanosecond and a string that is no UTF-8 are put out as they came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from brightline.corpus.reading.parquet import ParquetRow

__all__ = ["ParquetRows"]

_GROUP_ROWS = 2_000  # of Parquet with text: about 4 MB of documents of 2 kB; own choice
_GROUP_BYTES = 64 * 1024 * 1024  # own choice: fewer rows where they are long
_READ_BYTES = 128 * 1024 * 1024
"""Of batches that were read and are held for few of their rows: beyond that the rows are copied out of them. Own choice."""


class ParquetRows:
    """Takes rows in their order. ``schema``: the input's own."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._schema = schema
        self._held: list[ParquetRow] = []
        self._copied: list[pa.Table] = []  # rows before those held, out of their batches
        self._read_bytes = 0  # of the batches in which those held lie
        self._texts: dict[tuple[str, ...], dict[int, str]] = {}  # path of a field → row of those held → its new text
        self._held_bytes = self._rows = 0

    def write(self, row: ParquetRow, text_field: str, text: str | None) -> int:
        """Add a row, with another text where one is given. Its number, from 1."""
        if text is not None:
            self._texts.setdefault(_path(row, text_field), {})[self._place()] = text
        if not self._held or self._held[-1].batch is not row.batch:
            self._read_bytes += row.batch.nbytes
        self._held.append(row)
        self._held_bytes += row.batch.nbytes // max(1, row.batch.num_rows)
        self._rows += 1
        if self._place() >= _GROUP_ROWS or self._held_bytes >= _GROUP_BYTES:
            self._flush()
        elif self._read_bytes >= _READ_BYTES:
            self._copy()
        return self._rows

    def finish(self) -> None:
        """Write what is held."""
        if self._place():
            self._flush()

    def close(self) -> None:
        """Write the file's end; also of one that is given up, as Arrow would when the writer is collected, into a file that is gone."""
        self._writer.close()

    def _flush(self) -> None:
        self._copy()
        table = pa.concat_tables(self._copied).combine_chunks()
        names = table.schema.names
        columns = [column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in table.columns]
        for (top, *inner), texts in self._texts.items():
            place = names.index(top)
            columns[place] = _replaced(columns[place], inner, texts)
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._copied, self._texts, self._held_bytes = [], {}, 0

    def _place(self) -> int:
        """How many rows there are that were not written yet."""
        copied: int = sum(table.num_rows for table in self._copied)
        return copied + len(self._held)

    def _copy(self) -> None:
        """Let go of the batches."""
        if self._held:
            self._copied.append(_alone(pa.Table.from_batches(_runs(self._held)).combine_chunks()))
        self._held, self._read_bytes = [], 0


def _alone(table: pa.Table) -> pa.Table:
    """The same rows in memory of their own: as a message, which holds nothing but them, whatever their type."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return pa.ipc.open_stream(sink.getvalue()).read_all()


def _path(row: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Where the field of that name stands: a dotted name reaches into objects where no column is called so itself."""
    return (name,) if row.get(name) is not None or "." not in name else tuple(name.split("."))


def _runs(rows: Sequence[ParquetRow]) -> list[pa.RecordBatch]:
    """The rows in as few pieces as they lie in."""
    runs: list[pa.RecordBatch] = []
    begin = 0
    for end in range(1, len(rows) + 1):
        is_next = end < len(rows) and rows[end].batch is rows[end - 1].batch and rows[end].index == rows[end - 1].index + 1
        if not is_next:
            runs.append(rows[begin].batch.slice(rows[begin].index, end - begin))
            begin = end
    return runs


def _replaced(array: pa.Array, path: Sequence[str], texts: Mapping[int, str]) -> pa.Array:
    """The array with other texts in some rows; ``path``: of the field inside of structs."""
    if path:
        names = [array.type.field(number).name for number in range(array.type.num_fields)]
        children = array.flatten()
        place = names.index(path[0])
        children[place] = _replaced(children[place], path[1:], texts)
        fields = [array.type.field(number) for number in range(array.type.num_fields)]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    mask = pa.array([number in texts for number in range(len(array))], pa.bool_())
    plain = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    made = pc.replace_with_mask(plain, mask, pa.array([texts[number] for number in sorted(texts)], plain.type))
    return made.dictionary_encode().cast(array.type) if pa.types.is_dictionary(array.type) else made
