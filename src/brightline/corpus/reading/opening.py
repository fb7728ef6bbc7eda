"""The bytes of an input: from a file or an object, unpacked in bounded memory, and seen to be those that were planned.

gzip by RFC 1952 (any number of members), Zstandard by RFC 8878 (any number of frames, windows up to 128 MiB as its command line has it).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from brightline.corpus.errors import Unreadable
from brightline.corpus.objects import bucket_files, is_remote, storage_faults
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["BLOCK_BYTES", "Broken", "blocks_of", "opened"]

BLOCK_BYTES = 1024 * 1024
_OBJECT_BLOCK_BYTES = 8 * 1024 * 1024  # s3fs asks for that much at a time: own choice, as a request costs some 30 ms
_FREE_BYTES = 64 * 1024 * 1024  # shard.py: the ratio counts beyond these
_ZSTD_FED_BYTES = 2048  # RFC 8878, 3.1.1.2.3: four bytes may stand for a block of 128 KiB, so these give at most 64 MiB
_ZSTD_WINDOW_BYTES = 128 * 1024 * 1024


class Broken(Exception):
    """The bytes end here, and should not. ``reason``: truncated, corrupt, unpacks_too_large."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


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


def blocks_of(file: BinaryIO, packed: str, options: ReadOptions) -> Iterator[bytes]:
    """Unpacked bytes in blocks of about 1 MiB. Raises ``Broken`` after the last that could be unpacked."""
    if not packed:
        while block := file.read(BLOCK_BYTES):
            yield block
        return
    taken = given = 0
    for eaten, block in (_gunzipped if packed == "gz" else _unzstded)(file):
        taken += eaten
        given += len(block)
        if given > _FREE_BYTES and given > taken * options.most_unpacked_ratio:
            raise Broken("unpacks_too_large", f"{taken} bytes unpack to more than {given}")
        # What unpacks to many blocks at once is handed on one by one: millions of line ends would be millions of lines.
        for at in range(0, len(block), BLOCK_BYTES):
            yield block[at : at + BLOCK_BYTES]


def _gunzipped(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    member = zlib.decompressobj(wbits=31)
    begun = ended = False
    try:
        while packed := file.read(BLOCK_BYTES // 4):
            eaten = len(packed)
            packed = packed.lstrip(b"\0") if ended and not begun else packed
            while packed:
                begun = True
                block = member.decompress(packed, BLOCK_BYTES)
                packed = member.unconsumed_tail
                if member.eof:
                    # Zeros may fill the last block of a tape or an archive (gzip's own manual); anything else begins a member.
                    packed = member.unused_data.lstrip(b"\0")
                    member, begun, ended = zlib.decompressobj(wbits=31), False, True
                yield eaten, block
                eaten = 0
    except zlib.error as error:
        raise Broken("corrupt", f"gzip: {error}") from None
    if begun:
        raise Broken("truncated", "gzip ends in the middle")


def _unzstded(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame = context.decompressobj()
    begun = False
    held: list[bytes] = []
    size = eaten = 0
    try:
        while packed := file.read(BLOCK_BYTES // 4):
            for at in range(0, len(packed), _ZSTD_FED_BYTES):
                fed = packed[at : at + _ZSTD_FED_BYTES]
                eaten += len(fed)
                while fed:
                    begun = True
                    block = frame.decompress(fed)
                    fed = b""
                    if frame.eof:
                        fed = frame.unused_data
                        frame, begun = context.decompressobj(), False
                    held.append(block)
                    size += len(block)
                if size >= BLOCK_BYTES:
                    yield eaten, b"".join(held)
                    held, size, eaten = [], 0, 0
    except zstandard.ZstdError as error:
        yield eaten, b"".join(held)
        raise Broken("corrupt", f"zstd: {error}") from None
    yield eaten, b"".join(held)
    if begun:
        raise Broken("truncated", "zstd ends in the middle")


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
