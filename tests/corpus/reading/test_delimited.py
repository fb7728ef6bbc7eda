"""CSV: what is there is read, what is broken is told, the rest goes on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_records
from brightline.corpus.shard import ReadOptions
from tests.corpus.reading.reading_back import read, reasons, texts, write


def test_quoted_fields_keep_their_line_ends_and_quotes(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'id,text\r\n1,"第一行\r\n\r\n""第三行"""\r\n2,plain 5" disk\r\n'.encode())

    documents, rejects = read(path)

    assert [(row["record_id"], row["text"], row["position"], row["line"]) for row in documents] == [
        ("1", '第一行\r\n\r\n"第三行"', 9, 2),
        ("2", 'plain 5" disk', 41, 5),
    ]
    assert rejects == []


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_out_or_told(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "a.csv", f"id{delimiter}text\n1{delimiter}a\n".encode())

    assert texts(path) == ["a"]
    assert texts(path, ReadOptions(delimiter=delimiter)) == ["a"]


@pytest.mark.parametrize("delimiter", [";;", '"', "\n"])
def test_a_delimiter_that_cannot_part_columns_is_an_error(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "a.csv", b"id,text\n1,a\n")

    with pytest.raises(CorpusError, match="BL-CORPUS-008"):
        read(path, ReadOptions(delimiter=delimiter))


def test_bad_rows_of_a_csv_cost_themselves(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"id,text\n1,a\n2\n3,\xff\n4,b,c\n\n5,d\n")

    documents, rejects = read(path)

    assert [row["text"] for row in documents] == ["a", "d"]
    assert [(row["line"], row["length"], row["reason"]) for row in rejects] == [
        (3, 1, "wrong_columns"),
        (4, 3, "not_utf8"),
        (5, 5, "wrong_columns"),
    ]


def test_a_quote_that_is_never_closed_costs_its_line_only(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b'id,text\n1,a\n2,"open\n3,b\n4,c\n')

    documents, rejects = read(path)

    assert [row["text"] for row in documents] == ["a", "b", "c"]
    assert [(row["line"], row["reason"]) for row in rejects] == [(3, "not_csv")]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_the_last_field_may_end_with_a_line_end(tmp_path: Path, end: str) -> None:
    path = write(tmp_path, "a.csv", f'id,text\n1,a\n2,"two lines\nand an end\n"{end}'.encode())

    documents, rejects = read(path)

    assert [row["text"] for row in documents] == ["a", "two lines\nand an end\n"]
    assert rejects == []


@pytest.mark.parametrize(
    ("header", "reason"), [("id,正文\n".encode("gbk"), "not_utf8"), (b'"id,text\n', "not_csv"), (b"id," + b"x" * 2000 + b"\n", "too_long")]
)
def test_no_record_names_the_columns_in_place_of_one_that_cannot_be_read(tmp_path: Path, header: bytes, reason: str) -> None:
    path = write(tmp_path, "a.csv", header + b"1,somebody\n2,b\n")

    documents, rejects = read(path, ReadOptions(text=("正文", "text"), most_line_bytes=1000))

    assert documents == []
    assert [(row["line"], row["reason"]) for row in rejects] == [(1, reason), (2, "no_header"), (3, "no_header")]
    assert not any("somebody" in row["detail"] for row in rejects)


def test_quotes_that_are_never_closed_cannot_make_a_file_be_read_again_and_again(tmp_path: Path) -> None:
    """Each line closes the quote of the one before and opens another: every one of them would run to the end of the file."""
    path = write(tmp_path, "a.csv", b"id,text\n" + b'a"b,"c\n' * 2000 + b"5,d\n")

    documents, rejects = read(path, ReadOptions(most_line_bytes=1000))

    assert [row["text"] for row in documents] == ["d"]
    assert [row["line"] for row in rejects] == list(range(2, 2002))
    details = [row["detail"] for row in rejects]
    first = details.index("a quote is not closed in its line, after many that never were")
    assert first < 10
    assert len(set(details[first:-1])) == 1


def test_a_csv_record_that_is_too_long_costs_its_line_only(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"id,text\n1,a\n2," + b"x" * 5000 + b"\n3,b\n")

    assert texts(path, ReadOptions(most_line_bytes=1000)) == ["a", "b"]
    assert reasons(path, ReadOptions(most_line_bytes=1000)) == ["too_long"]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30), max_size=12))
def test_what_csv_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "text"], *([str(number), text] for number, text in enumerate(rows))])

    documents, rejects = read(path)

    assert [row["text"] for row in documents] == rows
    assert rejects == []


@settings(max_examples=80, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_can_be_a_csv(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = write(tmp_path_factory.mktemp("csv"), "a.csv", b"id,text\n" + content)

    documents, rejects = read(path)

    rest = content.replace(b"\n", b"").replace(b"\r", b"")
    told = sum(row["length"] for row in rejects) + len(documents)  # a text may be empty beside another field
    assert not rest.strip(b'",') or told > 0


def test_columns_of_one_name_are_told_apart_and_the_first_counts(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"id,text,text,text.2\n1,a,b,c\n")
    (shard,) = plan_shards([str(path)])

    (record,) = read_records(shard, ReadOptions())

    assert record.raw == {"id": "1", "text": "a", "text.3": "b", "text.2": "c"}
    assert texts(path) == ["a"]


def test_a_record_is_not_joined_over_a_line_that_cannot_be_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b'id,text\n1,"begun\n' + b"x" * 2000 + b'\nended"\n2,b\n')

    documents, rejects = read(path, ReadOptions(most_line_bytes=1000))

    assert "begunended" not in "".join(row["text"] for row in documents).replace("\n", "")
    assert [(row["line"], row["reason"]) for row in rejects][:2] == [(3, "too_long"), (2, "not_csv")]


def test_a_csv_in_an_encoding_that_was_named_is_read(tmp_path: Path) -> None:
    """0x7C, a bar, is the second byte of 魓 in GBK, and 0x5C that of others: columns are parted after decoding."""
    content = "编号,正文\n1,医生，您好：魓\n2,“引号”\n".encode("gb18030")
    path = write(tmp_path, "a.csv", content + b"3,\xff\xff\n")
    options = ReadOptions(text=("正文",), record_id=("编号",), encodings=("GBK",))

    documents, rejects = read(path, options)

    assert [(row["record_id"], row["text"]) for row in documents] == [("1", "医生，您好：魓"), ("2", "“引号”")]
    assert [(row["line"], row["reason"], row["length"]) for row in rejects] == [(4, "not_decodable", 4)]
