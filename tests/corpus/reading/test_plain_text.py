"""Plain text, and every format beside the others: the same texts are the same documents."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.reading.encodings import ENCODINGS
from brightline.corpus.shard import ReadOptions
from tests.corpus.reading.reading_back import read, reasons, texts, write


def test_a_text_file_is_one_document_or_lines_or_paragraphs(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "\ufeff第一段，\r\n还是第一段。\r\n\r\n  \n第二段。\n".encode())

    assert texts(path) == ["第一段，\r\n还是第一段。\r\n\r\n  \n第二段。"]
    assert texts(path, ReadOptions(text_unit="line")) == ["第一段，", "还是第一段。", "第二段。"]
    documents, _rejects = read(path, ReadOptions(text_unit="paragraph"))
    assert [(row["text"], row["position"], row["line"]) for row in documents] == [
        ("第一段，\r\n还是第一段。\r", 3, 1),
        ("第二段。", 42, 5),
    ]


def test_a_text_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "你好".encode("gb18030"))

    assert (texts(path), reasons(path)) == ([], ["not_utf8"])


def test_texts_that_are_too_long_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", b"short\n\n" + b"line\n" * 500 + b"\nshort too\n")

    options = ReadOptions(text_unit="paragraph", most_line_bytes=1000)
    assert texts(path, options) == ["short", "short too"]
    assert [(row["reason"], row["length"]) for row in read(path, options)[1]] == [("too_long", 2500)]
    assert reasons(path, ReadOptions(most_line_bytes=1000)) == ["too_long"]


def test_another_unit_of_text_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", b"a")

    with pytest.raises(CorpusError, match="BL-CORPUS-008"):
        read(path, ReadOptions(text_unit="chapter"))


def test_every_format_makes_the_same_documents_of_the_same_texts(tmp_path: Path) -> None:
    rows = [{"id": str(number), "text": f"文本 {number}"} for number in range(5)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, ["id", "text"])
    writer.writeheader()
    writer.writerows(rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    paths = [
        write(tmp_path, "a.jsonl", b"".join(json.dumps(row).encode() + b"\n" for row in rows)),
        write(tmp_path, "a.json", json.dumps(rows).encode()),
        write(tmp_path, "a.csv", buffer.getvalue().encode()),
        tmp_path / "a.parquet",
    ]

    for path in paths:
        assert [(row["record_id"], row["text"]) for row in read(path)[0]] == [(row["id"], row["text"]) for row in rows]


def test_a_text_in_an_encoding_that_was_named_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "\ufeff你好，\n𠮷野家".encode("gb18030") + b"\n\xff")
    write(tmp_path, "b.txt", "再见".encode())
    options = ReadOptions(text_unit="line", encodings=("b*=utf-8", "*.txt=gb2312", "big5"))

    documents, rejects = read(tmp_path, options)

    assert [(row["file"], row["text"], row["position"]) for row in documents] == [
        ("a.txt", "你好，", 4),
        ("a.txt", "𠮷野家", 11),
        ("b.txt", "再见", 0),
    ]
    assert [(row["file"], row["line"], row["reason"]) for row in rejects] == [("a.txt", 3, "not_decodable")]


@pytest.mark.parametrize("name", ["klingon", "utf-16", "a.txt=utf-7", ""])
def test_an_encoding_that_is_not_read_is_an_error(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "a.txt", b"a")

    with pytest.raises(CorpusError, match="BL-CORPUS-008"):
        read(path, ReadOptions(encodings=(name,)))


@pytest.mark.parametrize("name", sorted(set(ENCODINGS)))
def test_in_every_encoding_that_is_read_the_byte_of_a_line_end_is_nothing_else(name: str) -> None:
    every = "".join(chr(number) for number in (*range(0x80, 0xD800), *range(0xE000, 0x3_0000), 0x10_FFFF))

    assert b"\n" not in every.encode(ENCODINGS[name], "ignore")


def test_a_file_with_a_line_that_is_too_long_is_one_text_that_is_too_long(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", b"before\n" + b"x" * 3_000_000 + b"\nafter\n\nanother paragraph\n")

    whole = read(path, ReadOptions(most_line_bytes=1_000_000))
    paragraphs = read(path, ReadOptions(most_line_bytes=1_000_000, text_unit="paragraph"))

    assert (whole[0], [(row["position"], row["length"], row["reason"]) for row in whole[1]]) == ([], [(0, path.stat().st_size, "too_long")])
    assert [row["text"] for row in paragraphs[0]] == ["another paragraph"]
    assert [(row["position"], row["length"], row["reason"]) for row in paragraphs[1]] == [(0, 3_000_014, "too_long")]
