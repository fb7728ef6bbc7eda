"""Small files that must survive a crash whole: the signing key and the last signed head.

The content goes to a temporary file in the same folder, is flushed to disk, and then takes its name in one step, so a
reader sees the old content or the new, never a part. The folder is flushed too, or the name could be lost.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["create_file", "replace_file"]


def replace_file(path: Path, text: str, mode: int = 0o644) -> None:
    """Write ``path``, replacing what is there. Raises ``OSError``."""
    temporary = _write_beside(path, text, mode)
    try:
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def create_file(path: Path, text: str, mode: int = 0o644) -> bool:
    """Write ``path`` only if there is none; false if another process was first. Raises ``OSError``."""
    temporary = _write_beside(path, text, mode)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(path.parent)
    return True


def _write_beside(path: Path, text: str, mode: int) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
