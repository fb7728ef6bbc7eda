"""Parquet: what is there is read, what is broken is told, the rest goes on."""

from __future__ import annotations

import errno
import hashlib
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import Unreadable
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_records
from brightline.corpus.reading.pages import dictionary_bytes, largest_value
from brightline.corpus.reading.parquet import parquet_rows
from brightline.corpus.shard import ReadOptions
from tests.corpus.reading.reading_back import OPTIONS, read, reasons, texts


def parquet(folder: Path, rows: int = 100, **options: object) -> Path:
    table = pa.table(
        {
            "id": list(range(rows)),
            "text": [f"文本 {number}" * 20 for number in range(rows)],
            "meta": [{"source": f"s{number % 3}"} for number in range(rows)],
            "other": [float(number) for number in range(rows)],
        }
    )
    path = folder / "a.parquet"
    pq.write_table(table, path, row_group_size=10, compression="zstd", **options)
    return path


def test_row_groups_are_read_once_however_the_file_is_cut(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    options = ReadOptions(source_id=("meta.source",))

    whole = read(path, options, 1 << 30)

    assert [row["position"] for row in whole[0]] == list(range(100))
    assert [row["source_id"] for row in whole[0]][:4] == ["s0", "s1", "s2", "s0"]
    assert whole[1] == []
    for shard_bytes in (37, 1000, 5000):
        assert read(path, options, shard_bytes) == whole


def test_records_of_parquet_carry_every_column(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    (shard,) = plan_shards([str(path)])

    records = list(read_records(shard, OPTIONS))

    assert records[7].raw == {"id": 7, "text": "文本 7" * 20, "meta": {"source": "s1"}, "other": 7.0}
    assert [record.doc_id for record in records] == [row["doc_id"] for row in read(path)[0]]


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_parquet_file_without_its_end_is_one_reject(tmp_path: Path, kept: float) -> None:
    path = parquet(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    documents, rejects = read(path, shard_bytes=500)

    assert documents == []
    assert [(row["reason"], row["length"]) for row in rejects] == [("corrupt", int(len(content) * kept))]


def test_a_row_group_that_is_damaged_costs_itself(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    column = pq.ParquetFile(path).metadata.row_group(4).column(1)
    content = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    content[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(content)

    documents, rejects = read(path)

    assert [row["position"] for row in documents] == [*range(40), *range(50, 100)]
    assert [(row["position"], row["reason"]) for row in rejects] == [(40, "corrupt")]


def test_a_string_column_with_other_bytes_costs_its_rows(tmp_path: Path) -> None:
    raw = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": raw.view(pa.string())}), path)

    documents, rejects = read(path)

    assert [(row["text"], row["line"]) for row in documents] == [("good", 1), ("fine", 3)]
    assert [(row["position"], row["reason"]) for row in rejects] == [(1, "not_utf8")]


def test_nulls_wrong_types_and_missing_columns_of_parquet_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": pa.array(["a", None], pa.string())}), path)
    assert (texts(path), reasons(path)) == (["a"], ["no_text_field"])
    pq.write_table(pa.table({"text": [1, 2]}), path)
    assert (texts(path), reasons(path)) == ([], ["wrong_type", "wrong_type"])
    pq.write_table(pa.table({"title": ["a"]}), path)
    assert (texts(path), reasons(path)) == ([], ["no_text_field"])


def test_a_text_in_parquet_that_is_too_long_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a", "b" * 5000]}), path)

    assert texts(path, ReadOptions(most_line_bytes=1000)) == ["a"]
    assert reasons(path, ReadOptions(most_line_bytes=1000)) == ["too_long"]


def test_a_parquet_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["x" * (8 << 20) for _ in range(10)]}), path, compression="zstd", use_dictionary=False)

    assert (texts(path), reasons(path)) == ([], ["unpacks_too_large"])


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("ns"), pa.date32()])
def test_a_value_that_no_calendar_has_costs_its_row(tmp_path: Path, kind: pa.DataType) -> None:
    days = pa.array([(1 << 30) if kind == pa.date32() else (1 << 60) + 1, 2], pa.int32() if kind == pa.date32() else pa.int64()).cast(kind)
    pq.write_table(pa.table({"text": ["far", "near"], "date": days}), tmp_path / "a.parquet")

    documents, rejects = read(tmp_path / "a.parquet")

    assert "near" in [row["text"] for row in documents]
    assert len(documents) + len(rejects) == 2
    assert {row["reason"] for row in rejects} <= {"wrong_type"}


def test_a_disk_that_fails_is_no_damaged_file(tmp_path: Path) -> None:
    path = parquet(tmp_path, rows=2000)
    (shard,) = plan_shards([str(path)])

    class Failing(io.FileIO):
        fails = False

        def read(self, size: int | None = -1) -> bytes:
            if self.fails:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    with Failing(path) as file:
        rows = parquet_rows(file, shard, OPTIONS, hashlib.sha256())
        next(rows)
        file.fails = True
        with pytest.raises(OSError, match="Input/output error"):
            list(rows)


def test_columns_of_one_name_are_told_apart_and_the_first_counts(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array([7]), pa.array(["b"])], names=["text", "n", "text"])
    pq.write_table(table, tmp_path / "a.parquet")
    (shard,) = plan_shards([str(tmp_path / "a.parquet")])

    assert texts(tmp_path / "a.parquet") == ["a"]
    assert [record.raw for record in read_records(shard, OPTIONS)] == [{"text": "a", "n": 7, "text.2": "b"}]


def test_a_date_or_time_that_python_has_no_type_for_is_told_as_text(tmp_path: Path) -> None:
    days = pa.array([10_230_000, 2], pa.int32()).cast(pa.date32())
    nanoseconds = pa.array([1_700_000_000_000_000_001, 2_000_000_000], pa.int64()).cast(pa.timestamp("ns"))
    for dates in (days, nanoseconds, pa.array([1001, 2000], pa.time64("ns"))):
        pq.write_table(pa.table({"text": ["far", "near"], "date": dates}), tmp_path / "a.parquet")

        documents, rejects = read(tmp_path / "a.parquet")

        assert ([row["text"] for row in documents], rejects) == (["far", "near"], [])
        assert None not in [row["published_at"] for row in documents]
    pq.write_table(pa.table({"text": ["far", "near"], "date": days}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet")[0][0]["published_at"] == "29978-10-16"


def _repeated(value: str | bytes, kind: pa.DataType, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([value], kind))


def _read_in_little_memory(path: Path) -> str:
    """Reasons of rejects, and the number of documents, as a process finds them that may have 1.5 GB more than it begins with."""
    program = (
        "import resource, sys\n"
        "from brightline.corpus.planning import plan_shards\n"
        "from brightline.corpus.reading import read_shard\n"
        "from brightline.corpus.shard import ReadOptions\n"
        "(shard,) = plan_shards([sys.argv[1]])\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (1536 << 20), resource.RLIM_INFINITY))\n"
        "batches = list(read_shard(shard, ReadOptions(text=('text', 'doc.text'))))\n"
        "print(sorted({reason for b in batches for reason in b.rejects['reason'].to_pylist()}), sum(b.documents.num_rows for b in batches))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=120)
    return done.stdout.strip() or done.stderr[-500:]


@pytest.mark.parametrize("nested", [False, True])
def test_a_dictionary_that_stands_for_gigabytes_is_not_unpacked(tmp_path: Path, nested: bool) -> None:
    """One value of 8 MiB that ten thousand rows repeat: 80 GB from a few kilobytes."""
    repeated = _repeated("x" * (8 << 20), pa.string(), 10_000)
    column = pa.StructArray.from_arrays([repeated], ["text"]) if nested else repeated
    pq.write_table(pa.table({"text" if not nested else "doc": column}), tmp_path / "a.parquet", compression="zstd", store_schema=False)
    assert (tmp_path / "a.parquet").stat().st_size < 100_000

    assert _read_in_little_memory(tmp_path / "a.parquet") == "['unpacks_too_large'] 8"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (pa.string(), {"use_dictionary": True}),
        (pa.binary(1000), {"use_dictionary": True}),
        (pa.string(), {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}}),
    ],
)
def test_the_largest_value_that_rows_may_repeat_is_known_before_it_is_decoded(
    tmp_path: Path, kind: pa.DataType, options: dict[str, Any]
) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": pa.array([b"x" * 1000] * 500, pa.binary()).cast(kind)}), path, **options)
    assert path.stat().st_size < 10_000

    with path.open("rb") as file:
        assert 1000 <= largest_value(file, pq.ParquetFile(path).metadata.row_group(0).column(0)) < 20_000


def test_pages_that_hold_each_value_in_full_bound_themselves(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["x" * 1000] * 500, "number": [1] * 500}), path, use_dictionary=["number"])

    with path.open("rb") as file:
        group = pq.ParquetFile(path).metadata.row_group(0)
        assert [largest_value(file, group.column(index)) for index in range(2)] == [0, 0]


@pytest.mark.parametrize("name", ["text", "id", "other"])
def test_a_row_with_a_list_of_millions_that_cost_nothing_is_not_unpacked(tmp_path: Path, name: str) -> None:
    values = 10_000_000
    bomb = pa.ListArray.from_arrays(pa.array([0, values], pa.int32()), pa.nulls(values, pa.int8()))
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a page"], name: bomb}), path, compression="zstd")
    assert path.stat().st_size < 10_000

    if name == "other":
        assert texts(path) == ["a page"]
        (shard,) = plan_shards([str(path)])
        with pytest.raises(Unreadable, match="unpack to 10000000 values"):
            list(read_records(shard, OPTIONS))
    else:
        assert (texts(path), reasons(path)) == ([], ["unpacks_too_large"])


def test_values_that_many_rows_repeat_are_no_bomb_while_they_are_small(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["提示词" * 500] * 5000}), tmp_path / "a.parquet")

    documents, rejects = read(tmp_path / "a.parquet")

    assert (len(documents), rejects) == (5000, [])


@settings(max_examples=80, deadline=None)
@given(header=st.binary(max_size=16))
def test_any_bytes_can_be_the_header_of_a_page(header: bytes) -> None:
    size = dictionary_bytes(header)

    assert size is None or size >= 0
