"""What is put out of packed files and of other encodings: packed as the input was, and UTF-8."""

from __future__ import annotations

import bz2
import json
import lzma
from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpus.emitting.test_task import COVERED, READING, TEXTS, _clean, _jsonl, _task


@pytest.mark.parametrize("packed", ["bz2", "xz"])
def test_bzip2_and_xz_are_packed_again_and_the_same_bytes_each_time(tmp_path: Path, packed: str) -> None:
    library = bz2 if packed == "bz2" else lzma
    file = tmp_path / f"packed.jsonl.{packed}"
    file.write_bytes(library.compress(_jsonl(tmp_path).read_bytes()))
    task, shards = _task(tmp_path, file)

    once, again = _clean(task, shards), _clean(task, shards)

    assert once == again
    assert [json.loads(line)["text"] for line in library.decompress(once).splitlines()] == COVERED


@pytest.mark.parametrize("name", ["in.csv", "in.txt"])
def test_what_was_read_in_another_encoding_is_put_out_in_utf_8(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    rows = ["text", *(f'"{text}"' for text in TEXTS)] if name == "in.csv" else TEXTS
    file.write_text("\n".join(rows) + "\n", "gb18030")
    task, shards = _task(tmp_path, file, replace(READING, encodings=("gb18030",), text_unit="line"))

    written = _clean(task, shards).decode("utf-8")

    assert [text for text in COVERED if text in written] == COVERED
    assert TEXTS[1] not in written
