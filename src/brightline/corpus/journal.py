"""A shard's journal: what was found in it so far, in a file that only grows. Whoever does the shard again after a kill reads it instead.

Entry after entry: length, of what it is (a digest), a checksum, the content. A process that is killed tears the last entry at most, as the
system keeps what was written; a loss of power may tear more, and the checksum finds that. Nothing is synced: what is lost is found again. A
journal can always be done without, so none of its faults is anybody's error: it is given up, and its shard goes on.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from types import TracebackType

__all__ = ["Journal", "drop", "drop_all_but"]

_MAGIC = b"BLJRNL01"
_KEY_BYTES = 32
_ENTRY = struct.Struct("!Q32s16s")  # bytes of the content; SHA-256 of what it is about; BLAKE2b-128 of all this and the content
_LOCKED_S = 5.0  # own choice: who was killed lets go in milliseconds; on a machine that swaps, in seconds
_TRIED_EVERY_S = 0.05


class Journal:
    """The journal at ``path``, for as long as the block lasts; it is read from its beginning and written from where it ends.

    ``path``: nothing where files cannot grow (object storage): nothing is found then, and nothing kept. ``key``: 32 bytes that stand for everything
    but the entry itself that its content depends on; a journal of another key is begun anew. One process has it: another one finds and
    keeps nothing (a node of a cluster that was given up, and still works).
    """

    def __init__(self, path: Path | None, key: bytes) -> None:
        self._path = path
        self._key = key
        self._file: FileIO | None = None
        self._is_read = False

    def __enter__(self) -> Journal:
        if self._path is not None:
            with suppress(OSError):
                self._open(self._path)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    @property
    def is_kept(self) -> bool:
        """Whether there is any use in asking or telling it."""
        return self._file is not None

    def recall(self, about: bytes) -> bytes | None:
        """The next entry, if it is about this. If it is not, or is torn, it is cut off with all that follow, and nothing more is found."""
        if self._file is None or not self._is_read:
            return None
        with suppress(OSError):
            at = self._file.tell()
            content = _entry(self._file, about)
            if content is not None:
                return content
            self._is_read = False
            self._file.truncate(at)
            self._file.seek(at)
            return None
        self._give_up()
        return None

    def note(self, about: bytes, content: bytes | memoryview) -> None:
        """Add an entry. Where there is no room for it the whole journal goes, which leaves more for what the shard puts out."""
        if self._file is None:
            return
        head = _ENTRY.pack(len(content), about, _checksum(about, content))
        with suppress(OSError):
            if os.writev(self._file.fileno(), [head, content]) == len(head) + len(content):
                return
        self._give_up()

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+")
        try:
            if not _locked(file):
                file.close()
                return
            if file.read(len(_MAGIC) + _KEY_BYTES) != _MAGIC + self._key:
                file.seek(0)
                file.truncate()
                file.write(_MAGIC + self._key)
        except OSError:
            file.close()
            raise
        self._file, self._is_read = file, True

    def _give_up(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


def drop(path: Path) -> None:
    """Remove a journal, if there is one."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def drop_all_but(folder: Path, kept: frozenset[str]) -> None:
    """Remove what is left in a folder of journals, but files of these names; and the folder, if nothing is."""
    for path in _listed(folder):
        if path.name not in kept:
            drop(path)
    with suppress(OSError):
        folder.rmdir()


def _listed(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from list(folder.iterdir())


def _locked(file: FileIO) -> bool:
    until = time.monotonic() + _LOCKED_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_TRIED_EVERY_S)
        else:
            return True


def _entry(file: FileIO, about: bytes) -> bytes | None:
    head = file.read(_ENTRY.size)
    if len(head) < _ENTRY.size:
        return None
    length, its, checksum = _ENTRY.unpack(head)
    if its != about or length > os.fstat(file.fileno()).st_size - file.tell():
        return None
    content = bytearray()
    while len(content) < length and (more := file.read(length - len(content))):
        content += more
    return bytes(content) if len(content) == length and _checksum(about, content) == checksum else None


def _checksum(about: bytes, content: bytes | bytearray | memoryview) -> bytes:
    digest = hashlib.blake2b(about, digest_size=16)
    digest.update(content)
    return digest.digest()
