"""A workspace's files in a folder: written under a temporary name, synced, renamed, and the folder synced (rename(2) is atomic).

Where many files are written whose digests are on record, syncing each of them takes longer than writing it: they are only renamed, and all
of them are synced together (``settle``) before anything is built on them.
"""

from __future__ import annotations

import ctypes
import os
import secrets
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

__all__ = ["FolderFiles"]

_TEMPORARY_SUFFIX = ".unfinished"
_BUFFERED_BYTES = 1024 * 1024


class FolderFiles:
    """The files under ``root``; every method raises ``OSError``. ``synced``: each file by itself, as soon as it is complete."""

    def __init__(self, root: Path, *, synced: bool = True) -> None:
        self._root = root
        self._synced = synced

    def open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")

    def temporary(self, name: str) -> IO[bytes]:
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return (target.parent / f".{target.name}.{secrets.token_hex(6)}{_TEMPORARY_SUFFIX}").open("xb", buffering=_BUFFERED_BYTES)

    def put(self, name: str, content: IO[bytes]) -> None:
        if self._synced:
            os.fsync(content.fileno())
        content.close()
        target = self._root / name
        Path(content.name).replace(target)
        if self._synced:
            _sync_folder(target.parent)

    def drop(self, temporary: IO[bytes]) -> None:
        # On a full disk closing would try, and fail, to write what is still buffered: the raw file is closed instead.
        if not temporary.closed:
            try:
                temporary.close()
            except OSError:
                cast("Any", temporary).raw.close()
            Path(temporary.name).unlink(missing_ok=True)

    def size(self, name: str) -> int | None:
        try:
            return (self._root / name).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, prefix: str) -> list[str]:
        folder = self._root / prefix.rpartition("/")[0]
        return [
            name
            for path in folder.rglob("*")
            if (name := path.relative_to(self._root).as_posix()).startswith(prefix) and path.is_file() and not _is_hidden(path.name)
        ]

    def remove(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)

    def settle(self) -> None:
        """Sync all of the file system that the folder lies in (syncfs(2); sync(2) where there is none)."""
        if not self._root.exists():
            return
        settle = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if settle is None:
            os.sync()
            return
        handle = os.open(self._root, os.O_RDONLY)
        try:
            if settle(handle):
                raise OSError(ctypes.get_errno(), "syncfs", str(self._root))
        finally:
            os.close(handle)

    def sweep(self) -> int:
        left = [path for path in self._root.rglob(f".*{_TEMPORARY_SUFFIX}") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def _is_hidden(name: str) -> bool:
    """Unfinished files, and the lock."""
    return name.startswith(".")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
