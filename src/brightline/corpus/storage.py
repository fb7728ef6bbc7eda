"""A run's workspace: a folder or an ``s3://`` prefix into which every file comes whole or not at all.

Local files are written under a temporary name, synced, renamed, and their folder synced (rename(2) is atomic within a file system), or, where
their digests are on record anyway, synced together at the end (``settled_later``);
an S3 object appears when its upload is complete, so it is spooled first and put in one piece. Parquet is zstd, in row groups of a fixed
size: the same rows in the same batches give the same bytes. Not here: locks (engine) and what the files mean (schema).
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, NoReturn, Protocol, cast

import pyarrow as pa
import pyarrow.parquet as pq

from brightline.corpus.errors import RunError
from brightline.corpus.folders import FolderFiles
from brightline.corpus.objects import BucketFiles, is_remote, storage_faults

__all__ = ["TableSink", "Workspace", "Written", "digest_of"]

_ROW_GROUP_ROWS = 16_384  # own choice: a group of documents without text is about 2 MiB, and a reader holds one
_ROW_GROUP_BYTES = 32 * 1024 * 1024  # own choice: with text, what a writer holds in memory
_ZSTD_LEVEL = 3  # zstd's own default
_COPIED_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: ``sha256`` of the file's bytes in hex, ``rows`` (0 for what is no table), ``size_bytes``."""

    sha256: str
    rows: int
    size_bytes: int


class _Files(Protocol):
    """Where a workspace keeps its files. Names are relative, with ``/``."""

    def open(self, name: str) -> BinaryIO: ...
    def put(self, name: str, content: IO[bytes]) -> None: ...
    def temporary(self, name: str) -> IO[bytes]: ...
    def drop(self, temporary: IO[bytes]) -> None: ...
    def size(self, name: str) -> int | None: ...
    def names(self, prefix: str) -> list[str]: ...
    def remove(self, name: str) -> None: ...
    def sweep(self) -> int: ...


class Workspace:
    """The files of one run. It can be pickled: a worker opens its own connections.

    Every method raises ``RunError``: BL-CORPUS-030 no space left, -031 not writable, -032 any other fault of the storage,
    -033 a name that leads out of the workspace, -034 no such file.
    """

    def __init__(self, uri: str, synced: bool = True) -> None:
        self.uri = uri.rstrip("/") or "/"
        self._synced = synced
        self._opened: _Files | None = None

    def __reduce__(self) -> tuple[type[Workspace], tuple[str, bool]]:
        return Workspace, (self.uri, self._synced)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workspace) and other.uri == self.uri

    def __hash__(self) -> int:
        return hash(self.uri)

    def __repr__(self) -> str:
        return f"Workspace({self.uri!r})"

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine (or of a file system that is mounted on it)."""
        return not is_remote(self.uri)

    def settled_later(self) -> Workspace:
        """The same for files whose digests are on record: what is written through it is whole under its name, but safe from a loss of power
        only after ``settle``."""
        return Workspace(self.uri, synced=False)

    def settle(self) -> None:
        """Have everything that was written from this machine on disk."""
        files = self._files
        if isinstance(files, FolderFiles):  # an object is there for good when it is there
            with _storage_errors(self.uri, ""):
                files.settle()

    def write_table(self, name: str, table: pa.Table | Iterable[pa.Table], schema: pa.Schema) -> Written:
        """Write Parquet. ``table``: one, or any number that are never held together. Every row is cast to ``schema``."""
        with self.table_sink(name, schema) as sink:
            for piece in [table] if isinstance(table, pa.Table) else table:
                sink.write(piece)
        return sink.written

    @contextmanager
    def table_sink(self, name: str, schema: pa.Schema) -> Iterator[TableSink]:
        """Parquet to write to piece by piece, for whoever fills several tables in one go; ``written`` is there after the block."""
        with self.sink(name) as file:
            sink = TableSink(cast("_Hashed", file), schema)
            try:
                yield sink
                sink.finish()
            except BaseException:
                sink.abandon()
                raise

    def read_table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The whole table; for what may be large there is ``batches``."""
        with self._reading(name) as file, _table_errors(self.uri, name):
            return pq.ParquetFile(file).read(columns=None if columns is None else list(columns), use_threads=False)

    def batches(self, name: str, columns: Sequence[str] | None = None, rows: int = 2000) -> Iterator[pa.Table]:
        """The table in pieces of at most ``rows`` rows."""
        with self._reading(name) as file, _table_errors(self.uri, name):
            parquet = pq.ParquetFile(file)
            for batch in parquet.iter_batches(rows, columns=None if columns is None else list(columns), use_threads=False):
                yield pa.Table.from_batches([batch])

    @contextmanager
    def sink(self, name: str) -> Iterator[BinaryIO]:
        """A new file to write to: it takes its name when the block ends cleanly, and never existed where the block raises.

        It hashes as it goes: after the block ``sink.sha256`` and ``sink.size_bytes`` are those of the file.
        """
        name = _checked(name)
        with _storage_errors(self.uri, name):
            temporary = self._files.temporary(name)
            hashed = _Hashed(temporary)
            try:
                yield cast("BinaryIO", hashed)
                hashed.finish()
                self._files.put(name, temporary)
            finally:
                self._files.drop(temporary)

    def write_bytes(self, name: str, content: bytes) -> Written:
        """Write a small file."""
        with self.sink(name) as sink:
            sink.write(content)
        return Written(hashlib.sha256(content).hexdigest(), 0, len(content))

    def read_bytes(self, name: str) -> bytes:
        """A small file's content."""
        with self._reading(name) as file:
            return file.read()

    @contextmanager
    def source(self, name: str) -> Iterator[BinaryIO]:
        """A file to read from; it can seek."""
        with self._reading(name) as file:
            yield file

    def growing(self, name: str) -> Path | None:
        """Where a file would lie that somebody appends to, which is nobody's output: whoever writes it looks after it. ``None`` where files cannot
        grow, as in object storage."""
        return Path(self.uri.removeprefix("file://")) / _checked(name) if self.is_local else None

    def exists(self, name: str) -> bool:
        return self._size(name) is not None

    def size(self, name: str) -> int:
        """Its bytes."""
        size = self._size(name)
        if size is None:
            raise _missing(self.uri, name)
        return size

    def sha256(self, name: str) -> str:
        """The digest of a file's bytes, in hex."""
        with self._reading(name) as file:
            return digest_of(file)

    def names(self, prefix: str = "") -> list[str]:
        """All files whose name begins with ``prefix``, in order. Unfinished files are not among them."""
        with _storage_errors(self.uri, prefix):
            return sorted(self._files.names(prefix))

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        with _storage_errors(self.uri, name):
            self._files.remove(_checked(name))

    def sweep(self) -> int:
        """Remove what killed writers left behind; how many files. Only whoever holds the run's lock may call it."""
        with _storage_errors(self.uri, ""):
            return self._files.sweep()

    @property
    def _files(self) -> _Files:
        if self._opened is None:
            folder = Path(self.uri.removeprefix("file://"))
            self._opened = BucketFiles(self.uri) if is_remote(self.uri) else FolderFiles(folder, synced=self._synced)
        return self._opened

    def _size(self, name: str) -> int | None:
        with _storage_errors(self.uri, name):
            return self._files.size(_checked(name))

    @contextmanager
    def _reading(self, name: str) -> Iterator[BinaryIO]:
        with _storage_errors(self.uri, name), self._files.open(_checked(name)) as file:
            yield file


def digest_of(file: BinaryIO) -> str:
    """SHA-256 in hex of what is left of a file, in constant memory."""
    digest = hashlib.sha256()
    while block := file.read(_COPIED_BYTES):
        digest.update(block)
    return digest.hexdigest()


class _Hashed:
    """A file to write to that knows its digest. Parquet and every writer of ours only append, so nothing ever seeks."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size_bytes = 0
        self.closed = False
        self.ignores = False  # what is written from here on

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, content: Any) -> int:
        if self.ignores:
            return len(content)
        view = memoryview(content).cast("B") if not isinstance(content, bytes) else content
        self._file.write(view)
        self._digest.update(view)
        self.size_bytes += len(view)
        return len(view)

    def tell(self) -> int:
        return self.size_bytes

    def flush(self) -> None:
        self._file.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Whoever wraps it (a compressor, Parquet's writer) may close it: the file itself belongs to the workspace."""

    def finish(self) -> None:
        self._file.flush()


class TableSink:
    """Parquet in row groups of a fixed number of rows, smaller only where text is so long that memory asks for it."""

    def __init__(self, file: _Hashed, schema: pa.Schema) -> None:
        self._file = file
        self._schema = schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd", compression_level=_ZSTD_LEVEL)
        self._held: list[pa.Table] = []
        self._held_rows = self._held_bytes = self._rows = 0

    @property
    def written(self) -> Written:
        """What came of it, once it is complete."""
        return Written(self._file.sha256, self._rows, self._file.size_bytes)

    def write(self, table: pa.Table) -> None:
        """Add rows, cast to the schema; columns that it does not have are left out."""
        fitting = table.select(self._schema.names).cast(self._schema)
        while fitting.num_rows:
            piece = fitting.slice(0, _ROW_GROUP_ROWS - self._held_rows)
            fitting = fitting.slice(piece.num_rows)
            self._held.append(piece)
            self._held_rows += piece.num_rows
            self._held_bytes += piece.nbytes
            if self._held_rows >= _ROW_GROUP_ROWS or self._held_bytes >= _ROW_GROUP_BYTES:
                self._flush()

    def finish(self) -> None:
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close the writer, which would otherwise write its footer when it is collected, into a file that is gone."""
        self._file.ignores = True
        self._writer.close()

    def _flush(self) -> None:
        if self._held_rows:
            self._writer.write_table(pa.concat_tables(self._held).combine_chunks(), row_group_size=_ROW_GROUP_ROWS)
            self._rows += self._held_rows
        self._held, self._held_rows, self._held_bytes = [], 0, 0


def _checked(name: str) -> str:
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts) or "\0" in name:
        raise RunError("BL-CORPUS-033", f"{name!r} is no name of a file in a workspace", "use relative names with /, without . and ..")
    return name


@contextmanager
def _storage_errors(uri: str, name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise _missing(uri, name) from error
    except storage_faults() as error:
        _refuse(uri, name, error)


@contextmanager
def _table_errors(uri: str, name: str) -> Iterator[None]:
    """What Parquet says of a file that is none: somebody else wrote there, or the storage lost bytes."""
    try:
        yield
    except pa.ArrowInvalid as error:
        said = str(error).splitlines()[0][:160]
        raise RunError("BL-CORPUS-032", f"{uri}/{name} is damaged ({said})", "remove it, then resume: it is made again") from error


def _missing(uri: str, name: str) -> RunError:
    return RunError("BL-CORPUS-034", f"{uri} has no file {name!r}", "resume the run: what is missing is made again")


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}


def _refuse(uri: str, name: str, error: Exception) -> NoReturn:
    where = f"{uri}/{name}" if name else uri
    number = getattr(error, "errno", None)
    if number in _FULL:
        raise RunError("BL-CORPUS-030", f"no space is left for {where} ({error})", "make room, then resume: nothing is lost") from error
    if number in _CLOSED or isinstance(error, PermissionError):
        raise RunError(
            "BL-CORPUS-031", f"{where} cannot be written or read ({error})", "check the rights, or take another workspace"
        ) from error
    raise RunError("BL-CORPUS-032", f"the storage failed at {where} ({error})", "check it, then resume: nothing is lost") from error
