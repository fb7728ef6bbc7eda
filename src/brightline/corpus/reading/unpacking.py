"""The bytes of a file as they were before it was packed, in blocks of a bounded size.

gzip by RFC 1952 (any number of members), Zstandard by RFC 8878 (any number of frames, windows up to 128 MiB as its command line has it),
bzip2 and xz (any number of streams) by the libraries that Python has. A damaged member of gzip costs itself: reading goes on with the
next one. The other three end where they are damaged: what their beginnings look like stands in ordinary data too often, or nowhere.
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

import zstandard

from brightline.corpus.shard import ReadOptions

__all__ = ["BLOCK_BYTES", "Blocks", "Broken", "blocks_of"]

BLOCK_BYTES = 1024 * 1024
_PACKED_BLOCK_BYTES = BLOCK_BYTES // 4
_FREE_BYTES = 64 * 1024 * 1024  # shard.py: the ratio counts beyond these
_ZSTD_FED_BYTES = 2048  # RFC 8878, 3.1.1.2.3: four bytes may stand for a block of 128 KiB, so these give at most 64 MiB
_ZSTD_WINDOW_BYTES = 128 * 1024 * 1024
_XZ_MEMORY_BYTES = 192 * 1024 * 1024  # xz -9 needs 65 MiB (its manual); the format would permit 4 GiB
_GZIP_BEGIN = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")  # RFC 1952, 2.3.1: magic, deflate, no reserved flag
_GZIP_BEGIN_BYTES = 4
_MOST_DAMAGED = 1000
"""Members, own choice: each costs a look at 256 KiB at most, so a file that was made for it costs seconds and not days."""


class Broken(Exception):
    """The bytes end here, and should not. ``reason``: truncated, corrupt, unpacks_too_large. ``member``: the place in the packed file of the
    gzip member that is damaged, behind which there may be others.
    """

    def __init__(self, reason: str, detail: str, member: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.member = member


class Blocks:
    """Unpacked bytes in blocks of at most 1 MiB. ``next`` raises ``Broken`` after the last that could be unpacked, and where ``goes_on`` then
    says so it gives what stands behind the damage.
    """

    def __init__(self, file: BinaryIO, packed: str, options: ReadOptions) -> None:
        self._file = file
        self._packed = packed
        self._ratio = options.most_unpacked_ratio
        self._taken = self._given = self._damaged = 0
        self._blocks = self._begun()
        self.goes_on = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._blocks)
        except Broken as broken:
            self.goes_on = False
            if broken.member is not None and self._damaged < _MOST_DAMAGED:
                self._damaged += 1
                ends = _next_member(self._file, broken.member)
                if ends is not None:
                    self._file.seek(ends)
                    self._blocks = self._begun()
                    self.goes_on = True
                broken.detail += f"; lost are the packed file's bytes from {broken.member} to {'its end' if ends is None else ends}"
            raise

    def _begun(self) -> Iterator[bytes]:
        if not self._packed:
            return iter(lambda: self._file.read(BLOCK_BYTES), b"")
        return self._bounded(_UNPACKERS[self._packed](self._file))

    def _bounded(self, unpacked: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
        for eaten, block in unpacked:
            self._taken += eaten
            self._given += len(block)
            if self._given > _FREE_BYTES and self._given > self._taken * self._ratio:
                raise Broken("unpacks_too_large", f"{self._taken} bytes unpack to more than {self._given}")
            # What unpacks to many blocks at once is handed on one by one: millions of line ends would be millions of lines.
            for at in range(0, len(block), BLOCK_BYTES):
                yield block[at : at + BLOCK_BYTES]


def blocks_of(file: BinaryIO, packed: str, options: ReadOptions) -> Blocks:
    """The unpacked bytes from where the file stands. ``packed``: gz, zst, bz2, xz or nothing."""
    return Blocks(file, packed, options)


def _next_member(file: BinaryIO, damaged: int) -> int | None:
    """Where the next member of gzip seems to begin."""
    file.seek(damaged + 1)
    at, kept = damaged + 1, b""
    while block := file.read(_PACKED_BLOCK_BYTES):
        window = kept + block
        if found := _GZIP_BEGIN.search(window):
            return at - len(kept) + found.start()
        kept = window[-_GZIP_BEGIN_BYTES + 1 :]
        at += len(block)
    return None


def _gunzipped(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    member = zlib.decompressobj(wbits=31)
    begun = ended = False
    begins = 0
    at = file.tell()
    while packed := file.read(_PACKED_BLOCK_BYTES):
        eaten = len(packed)
        at += eaten
        packed = packed.lstrip(b"\0") if ended and not begun else packed
        while packed:
            if not begun:
                begins = at - len(packed)
            begun = True
            try:
                block = member.decompress(packed, BLOCK_BYTES)
            except zlib.error as error:
                raise Broken("corrupt", f"gzip: {error}", begins) from None
            packed = member.unconsumed_tail
            if member.eof:
                # Zeros may fill the last block of a tape or an archive (gzip's own manual); anything else begins a member.
                packed = member.unused_data.lstrip(b"\0")
                member, begun, ended = zlib.decompressobj(wbits=31), False, True
            yield eaten, block
            eaten = 0
    if begun:
        raise Broken("truncated", "gzip ends in the middle", begins)


def _unzstded(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame = context.decompressobj()
    begun = False
    held: list[bytes] = []
    size = eaten = 0
    try:
        while packed := file.read(_PACKED_BLOCK_BYTES):
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


class _Decompressor(Protocol):
    """What ``bz2`` and ``lzma`` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def _unbzipped(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return _streams(file, "bzip2", bz2.BZ2Decompressor)


def _unxzed(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return _streams(file, "xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES))


def _streams(file: BinaryIO, name: str, begin: Callable[[], _Decompressor]) -> Iterator[tuple[int, bytes]]:
    stream = begin()
    begun = ended = False
    while packed := file.read(_PACKED_BLOCK_BYTES):
        eaten = len(packed)
        while True:
            if not begun:
                packed = packed.lstrip(b"\0") if ended else packed  # xz's padding between streams (its format, 2.2)
                if not packed:
                    break
            begun = True
            try:
                block = stream.decompress(packed, BLOCK_BYTES)
            except (OSError, lzma.LZMAError) as error:  # bz2 has no error of its own; no file is read here
                raise Broken("corrupt", f"{name}: {error}") from None
            packed = b""
            yield eaten, block
            eaten = 0
            if stream.eof:
                packed = stream.unused_data
                stream, begun, ended = begin(), False, True
            elif stream.needs_input:
                break
    if begun:
        raise Broken("truncated", f"{name} ends in the middle")


_UNPACKERS: dict[str, Callable[[BinaryIO], Iterator[tuple[int, bytes]]]] = {
    "gz": _gunzipped,
    "zst": _unzstded,
    "bz2": _unbzipped,
    "xz": _unxzed,
}
