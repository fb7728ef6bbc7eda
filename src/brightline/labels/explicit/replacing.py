"""A file that takes its place all at once: beside its target until it is whole, gone if anything fails."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["new_beside"]


@contextmanager
def new_beside(target: Path) -> Iterator[Path]:
    """A new file in the folder of ``target`` that takes its name, on the disk, if the block ends well, and is gone if not."""
    new = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        yield new
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
