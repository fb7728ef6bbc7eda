"""JSON Lines: every byte is in a document, between records or in a reject row, however the file is cut and whatever is in it."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import Unreadable
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import ShardReading, read_records, read_shard
from brightline.corpus.reading.unpacking import BLOCK_BYTES, blocks_of
from brightline.corpus.schema import INPUT, REJECTS, document_id
from brightline.corpus.shard import ReadOptions, Shard

OPTIONS = ReadOptions()


def read(path: Path | str, options: ReadOptions = OPTIONS, shard_bytes: int = 1 << 24) -> tuple[list[dict], list[dict]]:
    """All documents and all rejects of a file."""
    documents: list[dict] = []
    rejects: list[dict] = []
    for shard in plan_shards([str(path)], shard_bytes):
        for batch in read_shard(shard, options):
            assert batch.documents.schema == INPUT
            assert batch.rejects.schema == REJECTS
            documents += batch.documents.to_pylist()
            rejects += batch.rejects.to_pylist()
    return documents, rejects


def write(folder: Path, content: bytes, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_record_becomes_a_document_with_what_it_says_of_itself(tmp_path: Path) -> None:
    line = json.dumps(
        {"id": 7, "text": "你好，world", "meta": {"from": "forum"}, "url": "https://example.org/1", "date": "2026-01-02", "license": "MIT"},
        ensure_ascii=False,
    ).encode()
    path = write(tmp_path, b"\n" + line + b"\r\n")

    documents, rejects = read(path, ReadOptions(source_id=("source", "meta.from")))

    assert rejects == []
    assert documents == [
        {
            "doc_id": document_id("a.jsonl", 1, line),
            "source_id": "forum",
            "file": "a.jsonl",
            "position": 1,
            "line": 2,
            "record_id": "7",
            "url": "https://example.org/1",
            "published_at": "2026-01-02",
            "licence": "MIT",
            "text": "你好，world",
        }
    ]


def test_a_row_without_a_source_gets_its_files_and_is_never_guessed(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a"}\n{"text": "b", "source": "own"}\n')

    assert [row["source_id"] for row in read(path)[0]] == [None, "own"]
    assert [row["source_id"] for row in read(path, ReadOptions(source="all"))[0]] == ["all", "own"]
    globs = ReadOptions(source="all", sources_by_file={"*.csv": "no", "a.*": "file"})
    assert [row["source_id"] for row in read(path, globs)[0]] == ["file", "own"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "not_json"),
        (b'{"text": "\xff\xfe"}', "not_utf8"),
        (b'{"text": 12}', "wrong_type"),
        (b'{"text": ["a"]}', "wrong_type"),
        (b"[1, 2]", "wrong_type"),
        (b'{"title": "no text"}', "no_text_field"),
        (b'{"text": null}', "no_text_field"),
        (b'{"text": "\\ud800"}', "lone_surrogate"),
        (b'{"a": NaN, "text": "\\ud800 x"}', "lone_surrogate"),
        (b'{"a": NaN, "id": "\\ud800", "text": "y"}', "lone_surrogate"),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
        (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
    ],
)
def test_one_bad_line_costs_one_line(tmp_path: Path, line: bytes, reason: str) -> None:
    path = write(tmp_path, b'{"text": "before"}\n' + line + b'\n{"text": "after"}\n')

    documents, rejects = read(path)

    assert [row["text"] for row in documents] == ["before", "after"]
    assert [(row["position"], row["line"], row["length"], row["reason"]) for row in rejects] == [(19, 2, len(line), reason)]


def test_a_reject_names_fields_and_never_what_is_in_them(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"secret_field": "13800000000"}\n')

    (reject,) = read(path)[1]

    assert "secret_field" in reject["detail"]
    assert "13800000000" not in reject["detail"]


def test_what_python_writes_for_numbers_that_are_none_is_read(tmp_path: Path) -> None:
    documents, rejects = read(write(tmp_path, b'{"text": "a", "score": NaN}\n{"text": "b", "score": -Infinity}\n'))

    assert [row["text"] for row in documents] == ["a", "b"]
    assert rejects == []


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    documents, rejects = read(write(tmp_path, b'\xef\xbb\xbf{"text": "a"}\n{"text": "b"}\n'))

    assert [(row["position"], row["line"]) for row in documents] == [(3, 1), (17, 2)]
    assert rejects == []


def test_utf_16_is_told_once_for_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, ('{"text": "你好"}\n' * 50).encode("utf-16"))

    documents, rejects = read(path, shard_bytes=200)

    assert documents == []
    assert [(row["reason"], row["length"]) for row in rejects] == [("utf16", path.stat().st_size)]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    long = b'{"text": "' + b"x" * 3_000_000 + b'"}'
    path = write(tmp_path, b'{"text": "a"}\n' + long + b'\n{"text": "b"}\n')

    documents, rejects = read(path, ReadOptions(most_line_bytes=2_000_000))

    assert [(row["text"], row["line"]) for row in documents] == [("a", 1), ("b", 3)]
    assert [(row["reason"], row["length"], row["line"]) for row in rejects] == [("too_long", len(long), 2)]


def test_a_huge_line_is_never_held(tmp_path: Path) -> None:
    """A sparse file of 256 MiB without a line end, under a limit on memory that holding it would break."""
    import resource
    import subprocess
    import sys

    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        file.seek(256 << 20)
        file.write(b'\n{"text": "after"}\n')
    program = (
        "import resource, sys\n"
        "from brightline.corpus.planning import plan_shards\n"
        "from brightline.corpus.reading import read_shard\n"
        "from brightline.corpus.shard import ReadOptions\n"
        "shards = plan_shards([sys.argv[1]], 1 << 30)\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (128 << 20), resource.RLIM_INFINITY))\n"
        "batches = list(read_shard(shards[0], ReadOptions()))\n"
        "print(batches[0].documents['text'].to_pylist(), batches[0].rejects['reason'].to_pylist(), batches[0].rejects['length'].to_pylist())\n"
    )

    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.strip() == f"['after'] ['too_long'] [{256 << 20}]", done.stderr
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the limit was the child's, not ours


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\r\n   \n"])
def test_an_empty_file_holds_nothing(tmp_path: Path, content: bytes) -> None:
    assert read(write(tmp_path, content)) == ([], [])


_LINES = st.lists(
    st.one_of(
        st.text(max_size=40).map(lambda text: json.dumps({"text": text}, ensure_ascii=False).encode("utf-8", "replace")),
        st.binary(max_size=30),
        st.sampled_from([b"", b"\r", b"{}", b'{"text": 1}', b"\xef\xbb\xbf", b"x" * 120]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(lines=_LINES, ends=st.booleans(), shard_bytes=st.integers(1, 400))
def test_a_file_that_is_cut_anywhere_reads_as_the_whole(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ends: bool, shard_bytes: int
) -> None:
    path = write(tmp_path_factory.mktemp("cut"), b"\n".join(lines) + (b"\n" if ends else b""))
    options = ReadOptions(most_line_bytes=100)

    assert read(path, options, shard_bytes) == read(path, options)


def test_lines_of_a_part_before_which_nobody_counted_have_no_number(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a"}\n{"text": "b"}\n{broken\n{"text": "c"}\n')
    whole, cut = plan_shards([str(path)])[0], 5

    entries = list(ShardReading(replace(whole, begin=cut, end=whole.size_bytes, first_line=0), ReadOptions()).entries())

    assert [(entry.position, entry.line) for entry in entries] == [(14, 0), (28, 0), (36, 0)]


@settings(max_examples=100, deadline=None)
@given(content=st.one_of(st.binary(max_size=400), _LINES.map(b"\n".join)))
def test_every_byte_is_in_a_document_or_a_reject_or_between_records(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = write(tmp_path_factory.mktemp("bytes"), content)
    options = ReadOptions(most_line_bytes=100)

    documents, rejects = read(path, options)

    if [row["reason"] for row in rejects] == ["utf16"]:
        assert rejects[0]["length"] == len(content)
        return
    left = bytearray(content)
    lines = content.split(b"\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    for row in documents:
        raw = lines[row["line"] - 1]
        assert starts[row["line"] - 1] <= row["position"] <= starts[row["line"] - 1] + 3
        left[starts[row["line"] - 1] : starts[row["line"] - 1] + len(raw)] = b" " * len(raw)
    for row in rejects:
        left[row["position"] : row["position"] + row["length"]] = b" " * row["length"]
    assert bytes(left).removeprefix(b"\xef\xbb\xbf").strip() == b""


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_packed_files_of_several_members_are_read_to_their_end(tmp_path: Path, packing: str) -> None:
    pack = gzip.compress if packing == "gz" else zstandard.ZstdCompressor().compress
    path = write(tmp_path, pack(b'{"text": "a"}\n{"te') + pack(b'xt": "b"}\n') + pack(b""), f"a.jsonl.{packing}")

    documents, rejects = read(path)

    assert [(row["text"], row["position"], row["line"]) for row in documents] == [("a", 0, 1), ("b", 14, 2)]
    assert rejects == []


@pytest.mark.parametrize("packing", ["gz", "zst"])
@pytest.mark.parametrize("end", ["cut", "garbage"])
def test_a_packed_file_that_breaks_off_gives_what_was_there(tmp_path: Path, packing: str, end: str) -> None:
    import random

    numbers = random.Random(1)
    lines = b"".join(b'{"text": "%d %x"}\n' % (number, numbers.getrandbits(400)) for number in range(20_000))
    packed = gzip.compress(lines) if packing == "gz" else zstandard.ZstdCompressor().compress(lines)
    path = write(tmp_path, packed[: len(packed) // 2] if end == "cut" else packed + b"garbage, not a member", f"a.jsonl.{packing}")

    documents, rejects = read(path)

    assert [row["reason"] for row in rejects] == ["truncated" if end == "cut" else "corrupt"]
    assert [row["text"].split()[0] for row in documents] == [str(number) for number in range(len(documents))]
    if end == "cut":
        assert 9_000 < len(documents) < 11_000
        assert rejects[0]["line"] == len(documents) + 1
    else:
        assert len(documents) == 20_000


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, packing: str) -> None:
    if packing == "gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb") as file:
            for _ in range(160):
                file.write(bytes(1 << 20))
        packed = buffer.getvalue()
    else:
        packed = zstandard.ZstdCompressor().compress(bytes(160 << 20))
    path = write(tmp_path, packed, f"a.jsonl.{packing}")

    documents, rejects = read(path)

    assert documents == []
    assert [row["reason"] for row in rejects] == ["unpacks_too_large"]
    assert rejects[0]["length"] < 130 << 20


def test_two_records_of_one_id_are_two_documents(tmp_path: Path) -> None:
    documents, rejects = read(write(tmp_path, b'{"id": 1, "text": "a"}\n{"id": 1, "text": "a"}\n'))

    assert [row["record_id"] for row in documents] == ["1", "1"]
    assert documents[0]["doc_id"] != documents[1]["doc_id"]
    assert rejects == []


def test_a_file_that_is_another_than_was_planned_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a"}\n')
    (shard,) = plan_shards([str(path)])
    path.write_bytes(b'{"text": "b"}\n{"text": "c"}\n')

    with pytest.raises(Unreadable, match="BL-CORPUS-012"):
        list(read_shard(shard, OPTIONS))


def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a"}\n' * 5000)
    (shard,) = plan_shards([str(path)])
    batches = read_shard(shard, OPTIONS)
    next(batches)
    with path.open("ab") as file:
        file.write(b'{"text": "new"}\n')

    with pytest.raises(Unreadable, match="BL-CORPUS-012"):
        list(batches)


def test_a_file_that_is_gone_or_closed_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a"}\n')
    (shard,) = plan_shards([str(path)])
    path.unlink()
    with pytest.raises(Unreadable, match="BL-CORPUS-010"):
        list(read_shard(shard, OPTIONS))
    path.mkdir()
    with pytest.raises(Unreadable, match="BL-CORPUS-011"):
        list(read_shard(Shard(0, str(path), "a.jsonl", "jsonl"), OPTIONS))


def test_batches_hold_two_thousand_rows_at_most_and_less_of_long_texts(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a"}\n' * 4500)
    (shard,) = plan_shards([str(path)])
    assert [batch.documents.num_rows for batch in read_shard(shard, OPTIONS)] == [2000, 2000, 500]

    path = write(tmp_path, (b'{"text": "' + b"x" * 3_000_000 + b'"}\n') * 6)
    (shard,) = plan_shards([str(path)], 1 << 30)
    assert [batch.documents.num_rows for batch in read_shard(shard, OPTIONS)] == [3, 3]


def test_records_for_writing_again_are_the_documents_with_all_their_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "a",  "other": 1}\n{bad\n{"content": "b"}\n')
    (shard,) = plan_shards([str(path)])

    records = list(read_records(shard, OPTIONS))

    assert [(record.line, record.raw, record.text_field) for record in records] == [
        (1, b'{"text": "a",  "other": 1}', "text"),
        (3, b'{"content": "b"}', "content"),
    ]
    assert [record.doc_id for record in records] == [row["doc_id"] for row in read(path)[0]]


def test_a_json_file_is_an_array_or_one_record_or_lines(tmp_path: Path) -> None:
    array = write(tmp_path, b'[{"text": "a"},\n {"text": "b"}, 3]', "a.json")
    assert [row["text"] for row in read(array)[0]] == ["a", "b"]
    assert [(row["position"], row["reason"]) for row in read(array)[1]] == [(2, "wrong_type")]
    one = write(tmp_path, b'{\n "text": "a"\n}', "b.json")
    assert [row["text"] for row in read(one)[0]] == ["a"]
    lines = write(tmp_path, b'{"text": "a"}\n{bad\n{"text": "b"}\n', "c.json")
    assert [row["text"] for row in read(lines)[0]] == ["a", "b"]
    assert [row["reason"] for row in read(lines)[1]] == ["not_json"]


@pytest.mark.parametrize("levels", [252, 260, 1000])
def test_a_record_of_a_json_file_that_is_too_deep_costs_itself(tmp_path: Path, levels: int) -> None:
    deep = b'{"text": "deep", "more": ' + b"[" * levels + b"]" * levels + b"}"
    expected = (["deep"], []) if levels < 254 else ([], ["too_deep"])

    one, many = write(tmp_path, deep, "a.json"), write(tmp_path, b"[" + deep + b', {"text": "flat"}]', "b.json")

    assert ([row["text"] for row in read(one)[0]], [row["reason"] for row in read(one)[1]]) == expected
    assert ([row["text"] for row in read(many)[0]], [row["reason"] for row in read(many)[1]]) == ([*expected[0], "flat"], expected[1])


def test_a_number_that_is_none_in_a_record_of_any_depth_costs_at_most_its_line(tmp_path: Path) -> None:
    """Between the depths that Python reads and writes lie a few levels, which move with its own stack."""
    lines = [b'{"n": NaN, "text": "a", "more": ' + b"[" * levels + b"]" * levels + b"}" for levels in range(900, 1010)]

    documents, rejects = read(write(tmp_path, b"\n".join(lines)))

    assert len(documents) + len(rejects) == len(lines)
    assert {row["reason"] for row in rejects} == {"too_deep"}


def test_zeros_after_a_packed_file_are_no_part_of_it(tmp_path: Path) -> None:
    """gzip's manual: tapes and archives fill their last block with them, however long that is."""
    path = write(tmp_path, gzip.compress(b'{"text": "a"}\n{"text": "b"}') + b"\0" * 600_000, "a.jsonl.gz")

    documents, rejects = read(path)

    assert ([row["text"] for row in documents], rejects) == (["a", "b"], [])
    assert [row["reason"] for row in read(write(tmp_path, b"\0" * 600_000, "b.jsonl.gz"))[1]] == ["corrupt"]


def test_what_unpacks_to_much_at_once_is_handed_on_in_blocks() -> None:
    packed = zstandard.compress(b"\n" * 20_000_000)

    sizes = [len(block) for block in blocks_of(io.BytesIO(packed), "zst", OPTIONS)]

    assert (sum(sizes), max(sizes)) == (20_000_000, BLOCK_BYTES)


def test_an_array_that_is_too_large_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, b'[{"text": "' + b"a" * 3000 + b'"}]', "a.json")

    documents, rejects = read(path, ReadOptions(most_line_bytes=1000))

    assert documents == []
    assert [(row["reason"], row["length"]) for row in rejects] == [("too_long", path.stat().st_size)]


def test_a_file_that_nobody_reads_is_counted(tmp_path: Path) -> None:
    path = write(tmp_path, b"PK\x03\x04", "a.zip")

    assert [(row["reason"], row["length"]) for row in read(path)[1]] == [("unknown_format", 4)]


def test_whole_numbers_of_any_length_keep_their_digits(tmp_path: Path) -> None:
    long = 2**64 + 1
    path = write(tmp_path, b'[{"id": %d, "text": "a", "n": [-%d, 1.5]}, {"text": "b"}]' % (long, 10**40), "a.json")
    (shard,) = plan_shards([str(path)])

    assert [row["record_id"] for row in read(path)[0]] == [str(long), None]
    records = list(read_records(shard, OPTIONS))
    assert json.loads(records[0].raw) == {"id": long, "text": "a", "n": [-(10**40), 1.5]}
    assert read(path)[1] == []


def test_a_long_number_does_not_make_records_deeper_than_are_written(tmp_path: Path) -> None:
    deep = b'{"text": "a", "n": %d, "a": ' % (2**70) + b"[" * 300 + b"]" * 300 + b"}"
    path = write(tmp_path, b"[" + deep + b', {"text": "b"}]', "a.json")

    documents, rejects = read(path)

    assert [row["text"] for row in documents] == ["b"]
    assert [row["reason"] for row in rejects] == ["too_deep"]


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        (b'{"text": "one", "text": "two"}', False),
        (rb'{"te\u0078t": "one", "text": "two"}', False),
        (b'{"text": "one", "content": "two", "content": "three"}', False),
        (b'{"text": NaN, "text": "two"}', False),
        (b'{"text": "he said \\"text\\" twice, \\"text\\" indeed"}', True),
        (b'{"text": "one", "notes": [{"text": "a"}, {"text": "b"}]}', True),
        (b'{"title": "a", "title": "b", "text": "one"}', True),
    ],
)
def test_a_line_whose_text_stands_twice_is_rejected(tmp_path: Path, line: bytes, is_read: bool) -> None:
    documents, rejects = read(write(tmp_path, line + b"\n" + b'{"text": "after"}\n'))

    assert len(documents) == 1 + is_read
    assert [reject["reason"] for reject in rejects] == ([] if is_read else ["field_twice"])
    assert documents[-1]["text"] == "after"


def test_a_line_that_is_too_deep_to_be_looked_at_for_a_second_text_costs_itself(tmp_path: Path) -> None:
    line = b'{"text": "one", "text": ' + b"[" * 1000 + b"]" * 1000 + b"}"

    documents, rejects = read(write(tmp_path, line + b"\n" + b'{"text": "after"}\n'))

    assert [document["text"] for document in documents] == ["after"]
    assert rejects[0]["reason"] in ("too_deep", "field_twice")
