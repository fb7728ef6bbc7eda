"""Writes records as the input had them: JSONL, Parquet, CSV, plain text; packed as the input was; WARC and JSON files as JSONL, and so are
small texts that were joined (``text``, and ``file`` where they stood).

The same records give the same bytes: gzip without a time (RFC 1952, MTIME 0), Zstandard at one level, Parquet in row groups of a fixed
number of rows and with the input's own schema. JSONL and text records that were not changed are the bytes that were read; CSV and Parquet
have equal values. Line ends are ``\\n``.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from brightline.corpus.emitting.json_fields import with_field
from brightline.corpus.emitting.parquet_rows import ParquetRows
from brightline.corpus.reading.opening import opened
from brightline.corpus.reading.parquet import ParquetRow
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["Kept", "RecordWriter", "clean_name", "writer_for"]

_SUFFIXES = {"jsonl": ".jsonl", "json": ".jsonl", "warc": ".jsonl", "parquet": ".parquet", "csv": ".csv", "text": ".txt"}
_PACKED = {"": "", "bz2": ".bz2", "gz": ".gz", "xz": ".xz", "zst": ".zst"}
_LEVEL = {"bz2": 9, "gz": 6, "xz": 6, "zst": 3}  # the programs' own defaults
_WRITTEN_BYTES = 256 * 1024  # of lines that are written at once; own choice
_CSV_END = "\r\n"
_BOM = b"\xef\xbb\xbf"  # a reader takes one off the beginning of a file


class Kept(NamedTuple):
    """A record that stays. ``raw``: as it stood, where the format has that; ``value``: its fields; ``text_field``: the name (dotted inside of
    objects) of the one that holds ``text``. Where ``text`` is ``None``, nobody took it apart: it can only be written as it stood."""

    raw: bytes | None
    value: Mapping[str, Any]
    text_field: str
    text: str | None


class RecordWriter(Protocol):
    """Takes records in their order."""

    def write(self, record: Kept, text: str | None) -> int:
        """Write a record, with another ``text`` where one is given. The line, row or record (from 1) that it is in the output."""
        ...

    def finish(self) -> None:
        """Write what is held."""
        ...


def clean_name(shard: Shard) -> str:
    """The name of a shard's cleaned file. What was packed as a Parquet or an archive file is not packed again; joined texts are lines."""
    suffix = ".jsonl" if shard.members else _SUFFIXES.get(shard.format, ".jsonl")
    if shard.format == "csv" and PurePosixPath(shard.file.lower()).name.removesuffix(_PACKED[shard.packed]).endswith(".tsv"):
        suffix = ".tsv"
    return f"clean/{shard.name}{suffix}{'' if suffix == '.parquet' else _PACKED[shard.packed]}"


@contextmanager
def writer_for(shard: Shard, reading: ReadOptions, sink: BinaryIO) -> Iterator[RecordWriter]:
    """The writer of a shard's format over a file. The file is complete when the block ends."""
    if shard.format == "parquet":
        with closing(ParquetRows(sink, _schema_of(shard))) as rows:
            yield _Rows(rows)
            rows.finish()
        return
    with _packing(sink, shard.packed) as file:
        writer = _writer(shard, reading, file)
        yield writer
        writer.finish()


def _writer(shard: Shard, reading: ReadOptions, file: BinaryIO) -> RecordWriter:
    if shard.format == "csv":
        tabs = clean_name(shard).removesuffix(_PACKED[shard.packed]).endswith(".tsv")
        return _DelimitedRows(file, reading.delimiter or ("\t" if tabs else ","))
    return _Texts(file, reading.text_unit) if shard.format == "text" and not shard.members else _JsonLines(file)


class _JsonLines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held: list[bytes] = []
        self._held_bytes = self._line = 0

    def write(self, record: Kept, text: str | None) -> int:
        raw = orjson.dumps(_plain(record.value), default=str) if record.raw is None else record.raw
        self._held.append(raw if text is None else with_field(raw, record.text_field, text))
        self._held_bytes += len(raw)
        self._line += 1
        if self._held_bytes >= _WRITTEN_BYTES:
            self._flush()
        return self._line

    def finish(self) -> None:
        self._flush()

    def _flush(self) -> None:
        if self._held:
            self._file.write(b"\n".join((*self._held, b"")))
        self._held, self._held_bytes = [], 0


class _DelimitedRows:
    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._file = file
        self._held = io.StringIO(newline="")
        self._writer = csv.writer(self._held, delimiter=delimiter, lineterminator=_CSV_END)  # both of its signs are quoted in fields
        self._line = 0
        self._begun = False

    def write(self, record: Kept, text: str | None) -> int:
        row = dict(record.value)
        if text is not None:
            row[record.text_field] = text
        if not self._begun:
            self._put(list(row))
            self._begun = True
        line = self._line + 1
        self._put(list(row.values()))
        return line

    def finish(self) -> None:
        """Nothing is held."""

    def _put(self, row: list[str]) -> None:
        self._writer.writerow(row)
        written = self._held.getvalue().removesuffix(_CSV_END) + "\n"
        self._held.seek(0)
        self._held.truncate()
        self._line += written.count("\n")
        self._file.write(written.encode("utf-8"))


class _Texts:
    def __init__(self, file: BinaryIO, unit: str) -> None:
        self._file = file
        self._unit = unit
        self._line = 1
        self._last: bytes | None = None  # the end of the text before: a reader must not take a sign of it for the line's end

    def write(self, record: Kept, text: str | None) -> int:
        raw = ((record.text or "") if text is None else text).encode("utf-8")
        if self._last is None:
            self._file.write(_BOM if raw.startswith(_BOM) else b"")
        else:
            between = b"\n\n" if self._unit == "paragraph" else self._line_end()
            self._file.write(between)
            self._line += between.count(b"\n")
        line = self._line
        self._file.write(raw)
        self._line += raw.count(b"\n")
        self._last = raw[-1:]
        return line

    def finish(self) -> None:
        if self._last is not None and (self._unit != "file" or self._last == b"\n"):
            self._file.write(self._line_end())

    def _line_end(self) -> bytes:
        return b"\r\n" if self._unit == "line" and self._last == b"\r" else b"\n"


class _Rows:
    def __init__(self, rows: ParquetRows) -> None:
        self._rows = rows

    def write(self, record: Kept, text: str | None) -> int:
        return self._rows.write(cast("ParquetRow", record.value), record.text_field, text)

    def finish(self) -> None:
        self._rows.finish()


@contextmanager
def _packing(sink: BinaryIO, packed: str) -> Iterator[BinaryIO]:
    if packed == "gz":
        with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL["gz"], fileobj=sink, mtime=0) as file:
            yield cast("BinaryIO", file)
    elif packed == "zst":
        with zstandard.ZstdCompressor(level=_LEVEL["zst"]).stream_writer(sink, closefd=False) as file:
            yield cast("BinaryIO", file)
    elif packed == "bz2":
        with bz2.BZ2File(sink, "wb", compresslevel=_LEVEL["bz2"]) as file:
            yield cast("BinaryIO", file)
    elif packed == "xz":
        with lzma.LZMAFile(sink, "wb", preset=_LEVEL["xz"]) as file:
            yield cast("BinaryIO", file)
    else:
        yield sink


def _schema_of(shard: Shard) -> pa.Schema:
    with opened(shard) as file:
        try:
            return pq.ParquetFile(file).schema_arrow
        except (pa.ArrowException, OSError):
            return pa.schema([])  # a file that cannot be read has no records; its rejects say why


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}
