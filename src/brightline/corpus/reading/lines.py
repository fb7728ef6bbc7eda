"""Lines of a stream of blocks: found by splitting in C, bounded in length, belonging to the part of the file in which they begin.

Where a member of a packed file is damaged, the line that it cuts is rejected on both sides of the damage: half a line is no record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from brightline.corpus.reading.encodings import bom_of
from brightline.corpus.reading.records import Reject
from brightline.corpus.reading.unpacking import Blocks, Broken, blocks_of
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["Line", "lines_of"]

_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_END_OF_A_LINE = "what may be the end of a line whose beginning is lost"


class Line(NamedTuple):
    """``content`` without its end (LF or CR LF); ``position``: bytes into the unpacked file; ``number``: from 1, 0 where it is not known."""

    position: int
    number: int
    content: bytes


class _Cursor:
    """Where in the file the next byte stands. ``number`` of the line; 0 stays 0: nobody counted those before."""

    __slots__ = ("_step", "number", "position")

    def __init__(self, position: int, number: int) -> None:
        self.position = position
        self.number = number
        self._step = 1 if number else 0

    def next_line(self) -> None:
        self.number += self._step


def lines_of(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash, *, bare: bool = True) -> Iterator[Line | Reject]:
    """The lines that begin in the shard, each whole. ``bare``: without CR at their ends, and blank ones left out. ``digest`` takes every
    byte from the first of them on.
    """
    head = b"" if shard.packed else file.read(4)
    if head.startswith(_UTF16_BOMS):
        # One row for the whole file: of a file in another encoding no line can be trusted to be one.
        if not shard.begin:
            yield Reject(0, 1, shard.size_bytes, "utf16", "convert it: iconv -f UTF-16 -t UTF-8")
        digest.update(head)
        return
    at = _Cursor(shard.begin, shard.first_line)
    if not shard.packed:
        file.seek(max(0, shard.begin - 1))
    blocks = blocks_of(file, shard.packed, options)
    if shard.begin:
        rest = _to_first_line(blocks, shard, at)
    else:
        try:
            rest = next(blocks, b"")
        except Broken as broken:
            yield Reject(0, 1, 0, broken.reason, broken.detail)
            if blocks.goes_on:
                yield from _lines(b"", blocks, 0, at, options.most_line_bytes, digest, bare, is_cut=True)
            return
        if shard.packed and rest.startswith(_UTF16_BOMS):
            yield Reject(0, 1, shard.size_bytes, "utf16", "convert it: iconv -f UTF-16 -t UTF-8")
            return
        if rest.startswith(bom := bom_of(shard, options)):
            digest.update(bom)
            rest = rest[len(bom) :]
            at.position = len(bom)
    yield from _lines(rest, blocks, shard.end, at, options.most_line_bytes, digest, bare)


def _to_first_line(blocks: Iterator[bytes], shard: Shard, at: _Cursor) -> bytes:
    """What follows the first line end at or after the byte before the shard; nothing where the shard lies inside one line."""
    position = shard.begin - 1
    for block in blocks:
        found = block.find(b"\n", 0, max(0, shard.end - position))
        if found >= 0:
            at.position = position + found + 1
            if at.position > shard.begin:
                at.next_line()
            return block[found + 1 :]
        position += len(block)
        if position >= shard.end:
            break
    at.position = shard.end
    return b""


def _lines(
    rest: bytes, blocks: Blocks, end: int, at: _Cursor, most: int, digest: hashlib._Hash, bare: bool, *, is_cut: bool = False
) -> Iterator[Line | Reject]:
    """``is_cut``: the first line has no beginning."""
    held: list[bytes] = []  # the beginning of a line that goes on in the next block
    size = passed = 0  # its bytes; the bytes of a line that is too long to be held
    block, begins = rest, at.position
    while True:
        first, *others = block.split(b"\n")
        last = others.pop() if others else None
        for part in (first, *others) if last is not None else ():
            if end and at.position >= end:
                digest.update(block[: at.position - begins])
                return
            length = passed + size + len(part)
            if is_cut:
                if length:
                    yield Reject(at.position, at.number, length, "corrupt", _END_OF_A_LINE)
                is_cut = False
            elif length > most:
                yield Reject(at.position, at.number, length, "too_long", f"more than {most} bytes")
            else:
                content = b"".join((*held, part)) if held else part
                if not bare or (content := _without_end(content)):
                    yield Line(at.position, at.number, content)
            if held or passed:
                held, size, passed = [], 0, 0
            at.position += length + 1
            at.next_line()
        if end and at.position >= end:
            digest.update(block[: at.position - begins])
            return
        digest.update(block)
        begins += len(block)
        tail = first if last is None else last
        size += len(tail)
        if passed or size > most:
            passed += size
            held, size = [], 0
        elif tail:
            held.append(tail)
        try:
            block = next(blocks)
        except StopIteration:
            break
        except Broken as broken:
            yield Reject(at.position, at.number, passed + size, broken.reason, broken.detail)
            if not blocks.goes_on:
                return
            at.position += passed + size
            at.next_line()
            held, size, passed = [], 0, 0
            block, is_cut = b"", True
    if is_cut and (passed or size):
        yield Reject(at.position, at.number, passed + size, "corrupt", _END_OF_A_LINE)
    elif passed:
        yield Reject(at.position, at.number, passed, "too_long", f"more than {most} bytes")
    elif content := _without_end(b"".join(held)) if bare else b"".join(held):
        yield Line(at.position, at.number, content)


def _without_end(part: bytes) -> bytes:
    """A line without its CR; nothing where it is blank."""
    content = part[:-1] if part.endswith(b"\r") else part
    return b"" if content.isspace() else content
