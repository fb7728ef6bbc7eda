"""A shard as it is read: the reader of its format, the documents or records in it, and the digest of the bytes that were read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from brightline.corpus.reading.batches import Batch, batches_of
from brightline.corpus.reading.delimited import delimited_rows
from brightline.corpus.reading.fields import FieldNames
from brightline.corpus.reading.json_files import json_file
from brightline.corpus.reading.jsonl import json_lines
from brightline.corpus.reading.opening import opened
from brightline.corpus.reading.parquet import ParquetRow, parquet_records, parquet_rows
from brightline.corpus.reading.plain import plain_text
from brightline.corpus.reading.records import Entry, Record, Reject
from brightline.corpus.reading.warc import archived_pages
from brightline.corpus.schema import document_id
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["ShardReading", "read_records", "read_shard"]

_ARCHIVES = (
    ".7z", ".rar", ".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tbz", ".tbz2", ".tgz", ".txz", ".zip",
)  # fmt: skip
_OF_AN_ARCHIVE = (
    "an archive of files: unpack it first (unzip, tar -xf, 7z x), so that each file has a name by which its documents are known"
)
_OF_OTHERS = "readable are JSONL, Parquet, CSV, text and WARC, plain or as .gz, .zst, .bz2 or .xz"

_Reader = Callable[[BinaryIO, Shard, ReadOptions, "hashlib._Hash"], Iterator[Entry | Reject]]


def read_shard(shard: Shard, options: ReadOptions) -> Iterator[Batch]:
    """The documents of a shard in batches of at most 2,000, with what could not be read.

    Raises ``Unreadable``: BL-CORPUS-010 the file is not there, -011 it cannot be read, -012 it changed since it was planned.
    """
    return ShardReading(shard, options).batches()


def read_records(shard: Shard, options: ReadOptions) -> Iterator[Record]:
    """The same documents, one by one, as they stand in their file: for writing them again with all that they carry.

    Raises as ``read_shard`` does.
    """
    for file in shard.files():
        fields = FieldNames(file, options)
        for entry in ShardReading(file, options).entries(every_field=True):
            if isinstance(entry, Entry):
                name, text = fields.text(entry.value)
                if isinstance(text, str):
                    value = entry.value.every() if isinstance(entry.value, ParquetRow) else entry.value
                    raw = value if entry.raw is None else entry.raw
                    yield Record(document_id(file.file, entry.position, entry.content), entry.line, raw, name)


class ShardReading:
    """One reading of a shard."""

    def __init__(self, shard: Shard, options: ReadOptions) -> None:
        self._shard = shard
        self._options = options
        self._digest = hashlib.sha256()

    @property
    def content_sha256(self) -> str:
        """The digest of what was read, in hex; the shard's own when it was read to its end."""
        return self._digest.hexdigest()

    def batches(self) -> Iterator[Batch]:
        return batches_of((file, FieldNames(file, self._options), self._entries(file)) for file in self._shard.files())

    def entries(self, *, every_field: bool = False) -> Iterator[Entry | Reject]:
        """Records and rejects in their order. ``every_field``: with what no option names, where that has to be asked for (Parquet)."""
        for file in self._shard.files():
            yield from self._entries(file, every_field=every_field)

    def _entries(self, shard: Shard, *, every_field: bool = False) -> Iterator[Entry | Reject]:
        reader = (_RECORD_READERS if every_field else _READERS).get(shard.format, _unknown)
        with opened(shard) as file:
            yield from reader(file, shard, self._options, self._digest)


def _unknown(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """A file in a format that nobody here reads: counted, so that coverage knows of it."""
    digest.update(shard.etag.encode())
    is_archive = shard.file.lower().endswith(_ARCHIVES)
    yield Reject(0, 1, shard.size_bytes, "unknown_format", _OF_AN_ARCHIVE if is_archive else _OF_OTHERS)


_READERS: dict[str, _Reader] = {
    "jsonl": json_lines,
    "json": json_file,
    "parquet": parquet_rows,
    "csv": delimited_rows,
    "text": plain_text,
    "warc": archived_pages,
}
_RECORD_READERS: dict[str, _Reader] = _READERS | {"parquet": parquet_records}
