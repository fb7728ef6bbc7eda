"""Rows of Parquet are put out as they were read, in bounded memory, however few of a batch stay."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from brightline.corpus.emitting import parquet_rows
from brightline.corpus.emitting.parquet_rows import ParquetRows
from brightline.corpus.reading.parquet import ParquetRow

KINDS = pa.array(["a", "b", "a", None] * 25).dictionary_encode()


def _batch(first: int) -> pa.RecordBatch:
    numbers = range(first, first + 100)
    fields = {
        "number": pa.array(numbers),
        "text": pa.array([f"text {number}" for number in numbers], pa.large_string()),
        "kind": KINDS,
        "nested": pa.array([{"tags": [str(number)] * (number % 3)} for number in numbers]),
    }
    return pa.RecordBatch.from_pydict(fields)


def _put_out(batches: int) -> bytes:
    """Every seventh row of each batch, every third of them with another text."""
    file = io.BytesIO()
    rows = ParquetRows(file, _batch(0).schema)
    for number in range(batches):
        batch = _batch(100 * number)
        for index in range(0, 100, 7):
            value = {"text": batch["text"][index].as_py()}
            rows.write(ParquetRow(value, batch, index), "text", f"covered {number} {index}" if index % 3 == 0 else None)
    rows.finish()
    rows.close()
    return file.getvalue()


def test_what_is_copied_out_of_its_batches_is_put_out_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = _put_out(30)
    monkeypatch.setattr(parquet_rows, "_READ_BYTES", 1)
    copied = _put_out(30)

    assert copied == at_once
    table = pq.read_table(io.BytesIO(copied))
    assert table["number"].to_pylist() == [number for number in range(3_000) if number % 100 % 7 == 0]
    assert table["text"].to_pylist()[:4] == ["covered 0 0", "text 7", "text 14", "covered 0 21"]


def test_a_row_does_not_hold_the_batch_that_it_was_read_with(tmp_path: Path) -> None:
    others = ["x" * 65_536] * 499  # 32 MB
    before = pa.total_allocated_bytes()
    schema = pa.schema([("text", pa.large_string())])
    most = 0
    with (tmp_path / "a.parquet").open("wb") as file:
        rows = ParquetRows(file, schema)
        for number in range(20):
            batch = pa.RecordBatch.from_arrays([pa.array([str(number), *others], pa.large_string())], schema=schema)
            rows.write(ParquetRow({"text": str(number)}, batch, 0), "text", None)
            most = max(most, pa.total_allocated_bytes() - before)
        rows.finish()
        rows.close()

    assert most < 320 * 1024 * 1024
    assert pq.read_table(tmp_path / "a.parquet")["text"].to_pylist() == [str(number) for number in range(20)]
