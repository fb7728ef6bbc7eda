"""How large one value of a Parquet column can be, before anything is decoded.

A dictionary's page holds each value once, and a row then costs some bits however long its value is: pages of kilobytes may stand for
terabytes. The header of that page is Thrift's compact protocol (parquet.thrift, ``PageHeader``: 1 type, 2 uncompressed size, both
required). So it is where a value repeats the beginning of the one before (``DELTA_BYTE_ARRAY``); there the column's size is the bound, as
the footer tells it.
"""

from __future__ import annotations

from typing import BinaryIO

import pyarrow.parquet as pq

__all__ = ["dictionary_bytes", "largest_value"]

_DICTIONARY_PAGE = 2  # parquet.thrift, PageType
_I32 = 0x15  # the compact protocol's header of a field: one after the last, of the type i32
_HEADER_BYTES = 16
_OF_ANY_LENGTH = ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
_BY_REPETITION = ("DELTA_BYTE_ARRAY", "PLAIN_DICTIONARY", "RLE_DICTIONARY")


def largest_value(file: BinaryIO, column: pq.ColumnChunkMetaData) -> int:
    """Bytes that no value of the column exceeds where rows may repeat one; 0 where pages hold each value in full.

    Raises what the file raises.
    """
    if column.physical_type not in _OF_ANY_LENGTH:
        return 0
    starts = [offset for offset in (column.dictionary_page_offset, column.data_page_offset) if offset]
    file.seek(max(0, min(starts, default=0)))  # of a damaged footer even less than nothing
    size = dictionary_bytes(file.read(_HEADER_BYTES))
    repeated = [each for each in column.encodings if each in _BY_REPETITION]
    if "DELTA_BYTE_ARRAY" in repeated or (size is None and repeated):
        return max(size or 0, int(column.total_uncompressed_size))
    return size or 0


def dictionary_bytes(header: bytes) -> int | None:
    """The unpacked size of a dictionary's page; nothing for what is none."""
    kind = _number(header, 0)
    size = _number(header, kind[1]) if kind is not None and kind[0] == _DICTIONARY_PAGE else None
    return None if size is None or size[0] < 0 else size[0]


def _number(header: bytes, at: int) -> tuple[int, int] | None:
    """The number of a field, a zigzag varint, and where the next field begins."""
    if header[at : at + 1] != bytes([_I32]):
        return None
    value = shift = 0
    for place in range(at + 1, len(header)):
        value |= (header[place] & 0x7F) << shift
        shift += 7
        if header[place] < 0x80:
            return (value >> 1) ^ -(value & 1), place + 1
    return None
