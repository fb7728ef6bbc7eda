"""The bytes of an input: from a file or an object, and seen to be those that were planned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from brightline.corpus.errors import Unreadable
from brightline.corpus.objects import bucket_files, is_remote, storage_faults
from brightline.corpus.shard import Shard

__all__ = ["opened"]

_OBJECT_BLOCK_BYTES = 8 * 1024 * 1024  # s3fs asks for that much at a time: own choice, as a request costs some 30 ms


@contextmanager
def opened(shard: Shard) -> Iterator[BinaryIO]:
    """The shard's file as it lies there, packed or not; it can seek.

    Raises ``Unreadable``: BL-CORPUS-010 it is not there, -011 it cannot be read, -012 it is not the file that was planned, or it changed
    while it was read.
    """
    try:
        _as_planned(shard)
        with _open(shard) as file:
            yield file
        _as_planned(shard)
    except FileNotFoundError as error:
        raise Unreadable("BL-CORPUS-010", "the file is not there any more", "put it back, or plan a new run", file=shard.file) from error
    except storage_faults() as error:
        raise Unreadable("BL-CORPUS-011", f"the file cannot be read ({error})", "check rights and storage", file=shard.file) from error


def _open(shard: Shard) -> BinaryIO:
    if is_remote(shard.uri):
        file = bucket_files().open(shard.uri, "rb", block_size=_OBJECT_BLOCK_BYTES, cache_type="readahead")
        return cast("BinaryIO", file)
    return cast("BinaryIO", Path(shard.uri).open("rb", buffering=0))


def _as_planned(shard: Shard) -> None:
    if not shard.etag:
        return
    if is_remote(shard.uri):
        etag = str(bucket_files().info(shard.uri)["ETag"]).strip('"')
    else:
        stat = Path(shard.uri).stat()
        etag = f"{stat.st_size}-{stat.st_mtime_ns}"
    if etag != shard.etag:
        hint = "plan a new run: what was inspected before and after must not be mixed"
        raise Unreadable("BL-CORPUS-012", f"the file changed since the run was planned ({shard.etag} → {etag})", hint, file=shard.file)
