"""Whatever bytes of a file change: it is read, nothing raises, both readings (to inspect, to write again) agree, and no byte is unaccounted for."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import Unreadable
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import ShardReading
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.shard import ReadOptions
from tests.corpus.reading.reading_back import OPTIONS, read, reasons, texts, write
from tests.corpus.reading.test_web_archives import PAGE, page, record

TEXTS = ["第一篇，\n两行", 'quoted "words", and commas', "", "😀 last"]


def _csv() -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["id", "text"], *([str(number), text] for number, text in enumerate(TEXTS))])
    return buffer.getvalue().encode()


def _archive() -> list[bytes]:
    return [
        page(PAGE.encode()),
        record("request", b"GET /"),
        page(gzip.compress(PAGE.encode()), "Content-Encoding: gzip"),
        record("conversion", b"words"),
    ]


WHOLE = {
    "a.jsonl": b"".join(json.dumps({"id": number, "text": text}).encode() + b"\n" for number, text in enumerate(TEXTS)),
    "a.json": json.dumps([{"id": 10**25, "text": text} for text in TEXTS]).encode(),
    "a.csv": _csv(),
    "a.txt": "\n\n".join(TEXTS).encode(),
    "a.warc": b"".join(_archive()),
}
PACK = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress, "bz2": bz2.compress, "xz": lzma.compress}
FILES = WHOLE | {
    f"{name}.{packed}": pack(content[:150]) + pack(content[150:]) for name, content in WHOLE.items() for packed, pack in PACK.items()
}

_CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 30), st.one_of(st.binary(max_size=20), st.sampled_from([b"\n", b'"', b"\xff", b"\r\n\r\n"]))),
    max_size=4,
)


def _changed(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Some bytes are taken out at places (parts of the whole), and others put there."""
    for place, removed, added in changes:
        at = int(place * len(content))
        content = content[:at] + added + content[at + removed :]
    return content


@pytest.mark.parametrize("name", sorted(FILES))
@settings(max_examples=15, deadline=None)
@given(changes=_CHANGES, unit=st.sampled_from(["file", "line", "paragraph"]), most=st.sampled_from([60, 1 << 20]))
def test_a_file_with_other_bytes_is_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: list[tuple[float, int, bytes]], unit: str, most: int
) -> None:
    content = _changed(FILES[name], changes)
    path = write(tmp_path_factory.mktemp("damaged"), name, content)
    (shard,) = plan_shards([str(path)])
    options = ReadOptions(text_unit=unit, most_line_bytes=most)

    found = list(ShardReading(shard, options).entries())

    assert found == list(ShardReading(shard, options).entries(every_field=True))
    if name in ("a.jsonl", "a.txt") and not any(row.reason == "utf16" for row in found if isinstance(row, Reject)):
        left = bytearray(content)
        for row in found:
            length = len(row.content) if isinstance(row, Entry) else row.length
            left[row.position : row.position + length] = b" " * length
        assert bytes(left).removeprefix(b"\xef\xbb\xbf").strip() == b""


def _parquet(tmp_path: Path, before: bytes, after: bytes) -> Path:
    """A file whose footer says something else."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": list("abcdefghij"), "other": [*range(10)]}), path, use_dictionary=False, store_schema=False)
    content = path.read_bytes()
    at = content.rindex(before)
    path.write_bytes(content[:at] + after + content[at + len(before) :])
    return path


def test_a_column_of_parquet_whose_name_is_no_text_is_told(tmp_path: Path) -> None:
    path = _parquet(tmp_path, b"other", b"\xffther")

    assert (texts(path), reasons(path)) == ([], ["corrupt"])


def test_a_column_of_parquet_with_fewer_rows_than_the_others_is_named(tmp_path: Path) -> None:
    path = _parquet(tmp_path, b"\x2c\x15\x14", b"\x2c\x15\x08")  # in the header of its last page: 4 values, not 10
    (shard,) = plan_shards([str(path)])

    assert texts(path) == list("abcdefghij")
    with pytest.raises(Unreadable, match="BL-CORPUS-013"):
        list(ShardReading(shard, OPTIONS).entries(every_field=True))


@pytest.mark.parametrize("offset", [-3, 1_000_000_000])
@pytest.mark.parametrize("shard_bytes", [1 << 20, 100])
def test_a_column_of_parquet_that_begins_outside_of_its_file_is_told(tmp_path: Path, offset: int, shard_bytes: int) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a"] * 1000}), path, use_dictionary=False, store_schema=False)
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    before = bytes([0x26, *_varint(column.data_page_offset), 0x3C])  # Thrift: an i64 two fields on, then a struct three on
    assert path.read_bytes().count(before) == 1
    content = path.read_bytes().replace(before, bytes([0x26, *_varint(offset), 0x3C]))
    footer = int.from_bytes(content[-8:-4], "little") + len(content) - path.stat().st_size
    path.write_bytes(content[:-8] + footer.to_bytes(4, "little") + b"PAR1")

    documents, rejects = read(path, shard_bytes=shard_bytes)

    assert (documents, [row["reason"] for row in rejects]) == ([], ["corrupt"])


@pytest.mark.parametrize("claimed", [-5, 1 << 40])
def test_a_reject_of_parquet_is_never_longer_than_the_file_whatever_its_footer_says(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a"] * 1000}), path, use_dictionary=False, store_schema=False)
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    offset = bytes([0x26, *_varint(column.data_page_offset), 0x3C])
    before = bytes([0x16, *_varint(column.total_compressed_size)]) + offset  # Thrift: an i64, the next field
    content = path.read_bytes()
    assert content.count(before) == 1
    changed = content.replace(before, bytes([0x16, *_varint(claimed)]) + offset)
    footer = int.from_bytes(content[-8:-4], "little") + len(changed) - len(content)
    path.write_bytes(changed[:-8] + footer.to_bytes(4, "little") + b"PAR1")

    _documents, rejects = read(path)

    assert len(rejects) == 1
    assert 0 <= rejects[0]["length"] <= path.stat().st_size


def _varint(signed: int) -> list[int]:
    """Thrift's compact protocol: zigzag, then seven bits a byte."""
    return _sevens(2 * signed if signed >= 0 else -2 * signed - 1)


def _sevens(number: int) -> list[int]:
    return [number] if number < 0x80 else [(number & 0x7F) | 0x80, *_sevens(number >> 7)]
