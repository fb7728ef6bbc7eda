"""Files in S3-compatible storage, by s3fs: one connection for each process, made when it is first needed.

The endpoint, the keys and the region come from the usual variables (``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``, ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_DEFAULT_REGION``) or from AWS's own files. Listings are never cached: a worker on another machine writes.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import threading
from typing import IO, Any, BinaryIO, cast

__all__ = ["BucketFiles", "bucket_files", "is_remote", "storage_faults"]

_SPOOLED_BYTES = 16 * 1024 * 1024  # own choice: smaller objects never touch the disk on their way
_PART_BYTES = 8 * 1024 * 1024  # above the 5 MiB that S3 asks of every part but the last

_lock = threading.Lock()
_opened: dict[tuple[int, str], Any] = {}


def is_remote(uri: str) -> bool:
    """Whether a uri is an object's or a bucket's."""
    return uri.startswith("s3://")


def bucket_files() -> Any:
    """An ``s3fs.S3FileSystem`` of this process for the endpoint that the environment names now."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    with _lock:
        key = (os.getpid(), endpoint)
        if key not in _opened:
            import s3fs  # here and not above: it costs 0.3 s, and most corpora are files

            options = {"endpoint_url": endpoint} if endpoint else {}
            _opened[key] = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True, client_kwargs=options)
        return _opened[key]


def storage_faults() -> tuple[type[Exception], ...]:
    """What files and objects raise when they cannot be had. s3fs translates what a server answers, not that there is none."""
    if "botocore" not in sys.modules:
        return (OSError,)
    return (OSError, importlib.import_module("botocore.exceptions").BotoCoreError)


class BucketFiles:
    """A workspace's files under a prefix of a bucket. An object appears when its upload is complete, so it is spooled and put in one go."""

    def __init__(self, uri: str) -> None:
        self._root = uri.removeprefix("s3://")
        self._bucket = bucket_files()

    def open(self, name: str) -> BinaryIO:
        return cast("BinaryIO", self._bucket.open(f"{self._root}/{name}", "rb"))

    def temporary(self, name: str) -> IO[bytes]:
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(_SPOOLED_BYTES))

    def put(self, name: str, content: IO[bytes]) -> None:
        # Left uncommitted, an upload is dropped whole: the object is there when all of its parts are.
        content.seek(0)
        upload = self._bucket.open(f"{self._root}/{name}", "wb")
        try:
            while block := content.read(_PART_BYTES):
                upload.write(block)
        except BaseException:
            upload.discard()
            raise
        upload.close()

    def drop(self, temporary: IO[bytes]) -> None:
        temporary.close()

    def size(self, name: str) -> int | None:
        try:
            return int(self._bucket.info(f"{self._root}/{name}")["size"])
        except FileNotFoundError:
            return None

    def names(self, prefix: str) -> list[str]:
        folder = prefix.rpartition("/")[0]
        at = len(self._root) + 1
        return [path[at:] for path in self._bucket.find(f"{self._root}/{folder}" if folder else self._root) if path[at:].startswith(prefix)]

    def remove(self, name: str) -> None:
        try:
            self._bucket.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return

    def sweep(self) -> int:
        return 0  # an upload that was not completed is no object; the bucket's lifecycle rule ends its parts
