"""A workspace's files in a folder: written under a temporary name, synced, renamed, and the folder synced (rename(2) is atomic)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

__all__ = ["FolderFiles"]

_TEMPORARY_SUFFIX = ".unfinished"
_BUFFERED_BYTES = 1024 * 1024


class FolderFiles:
    """The files under ``root``; every method raises ``OSError``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")

    def temporary(self, name: str) -> IO[bytes]:
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return (target.parent / f".{target.name}.{secrets.token_hex(6)}{_TEMPORARY_SUFFIX}").open("xb", buffering=_BUFFERED_BYTES)

    def put(self, name: str, content: IO[bytes]) -> None:
        os.fsync(content.fileno())
        content.close()
        target = self._root / name
        Path(content.name).replace(target)
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
