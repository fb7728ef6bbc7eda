"""The stage "emit": every format comes out as it went in, covered where it was decided, and can be traced back line by line."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.deciding import SourceStanding, load_policy
from brightline.corpus.deciding.task import DecideTask
from brightline.corpus.emitting.task import EmitTask
from brightline.corpus.emitting.writing import clean_name
from brightline.corpus.errors import RunError, Unreadable
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import unpacking
from brightline.corpus.schema import FINDINGS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

KEY = "3a" * 32
PERSONAL = KernelSpec("brightline.corpus.personal:kernel", {"key_hex": KEY})
READING = ReadOptions(source="good")
PHONE = "13800138000"
TEXTS = [
    "第一篇没有什么。",
    f"请打 {PHONE} 找我。",
    "A third one, “quoted”, with, commas.",
    f"Mail somebody@harbour-post-7.cn or call {PHONE}.",
]
COVERED = ["第一篇没有什么。", "请打 [手机号码] 找我。", "A third one, “quoted”, with, commas.", "Mail [邮箱地址] or call [手机号码]."]


def _task(folder: Path, file: Path, reading: ReadOptions = READING, **more: object) -> tuple[EmitTask, list[Shard]]:
    """Inspect and decide a file with the real kernel; the task that emits it."""
    workspace = Workspace(str(folder / "workspace"))
    shards = plan_shards([str(file)])
    annotate = AnnotateTask(workspace, (PERSONAL,), reading)
    decide = DecideTask(workspace, {"personal": "1"}, {"good": SourceStanding("approved", licensed=True)}, reading=reading)
    for shard in shards:
        annotate(shard)
        decide(shard)
    return EmitTask(workspace, reading=reading, proof=PERSONAL, key_hex=KEY, **more), shards


def _jsonl(folder: Path, texts: list[str] = TEXTS, name: str = "in.jsonl") -> Path:
    file = folder / name
    lines = [json.dumps({"id": number, "text": text, "kept": 1.50}, ensure_ascii=bool(number % 2)) for number, text in enumerate(texts)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def _lines(folder: Path, *lines: str) -> Path:
    file = folder / "lines.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


def _clean(task: EmitTask, shards: list[Shard]) -> bytes:
    for shard in shards:
        task(shard)
    return task.workspace.read_bytes(clean_name(shards[0]))


def test_json_lines_that_were_not_covered_are_the_bytes_that_were_read(tmp_path: Path) -> None:
    file = _jsonl(tmp_path)
    task, shards = _task(tmp_path, file)
    before, after = file.read_bytes().splitlines(), _clean(task, shards).splitlines()
    assert [json.loads(line)["text"] for line in after] == COVERED
    assert (before[0], before[2]) == (after[0], after[2])
    assert after[1] == before[1].replace(PHONE.encode(), json.dumps("[手机号码]").strip('"').encode())


def test_of_a_line_whose_text_stands_twice_neither_is_put_out(tmp_path: Path) -> None:
    hidden = f'{{"text": "call {PHONE}", "text": "nothing to see"}}'
    task, shards = _task(tmp_path, _lines(tmp_path, '{"text": "before"}', hidden, '{"text": "after"}', f'{{"text": "or {PHONE}"}}'))

    assert [json.loads(line)["text"] for line in _clean(task, shards).splitlines()] == ["before", "after", "or [手机号码]"]


@pytest.mark.parametrize("packed", ["gz", "zst"])
def test_packed_json_lines_are_packed_again_and_the_same_bytes_each_time(tmp_path: Path, packed: str) -> None:
    plain = _jsonl(tmp_path).read_bytes()
    file = tmp_path / f"packed.jsonl.{packed}"
    file.write_bytes(gzip.compress(plain) if packed == "gz" else zstandard.compress(plain))
    task, shards = _task(tmp_path, file)
    once, again = _clean(task, shards), _clean(task, shards)
    assert once == again
    unpacked = gzip.decompress(once) if packed == "gz" else zstandard.ZstdDecompressor().decompressobj().decompress(once)
    assert [json.loads(line)["text"] for line in unpacked.splitlines()] == COVERED


def test_columns_of_parquet_that_nobody_inspects_come_out_as_they_came_in(tmp_path: Path) -> None:
    """Times to the nanosecond, years that no calendar has, strings that are no UTF-8, and a name that two columns have."""
    odd = pa.array([b"good", b"\xff\xfe", None, b"\x80"], pa.binary()).view(pa.string())
    doc = pa.StructArray.from_arrays(
        [pa.array(TEXTS), pa.array([10_230_000, 1, None, 1 << 30], pa.int32()).cast(pa.date32())], ["text", "day"]
    )
    arrays = [pa.array([1, 1001, None, 3], pa.time64("ns")), doc, odd, pa.array([1 << 60, 2, 3, 4], pa.timestamp("us")), odd, odd]
    table = pa.Table.from_arrays(arrays, names=["time", "doc", "odd", "when", "odd", "title"])
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=3)
    task, shards = _task(tmp_path, tmp_path / "in.parquet", replace(READING, text=("doc.text",)))

    (tmp_path / "out.parquet").write_bytes(_clean(task, shards))

    out = pq.ParquetFile(tmp_path / "out.parquet").read()
    assert out.schema.equals(table.schema)
    assert out.column(1).combine_chunks().flatten()[0].to_pylist() == COVERED
    assert out.column(1).combine_chunks().flatten()[1].equals(doc.flatten()[1])
    assert all(out.column(number).combine_chunks().equals(arrays[number]) for number in (0, 2, 3, 4, 5))
    assert task.workspace.read_table("lineage/000000.parquet").num_rows == len(TEXTS)


def test_a_column_of_parquet_that_nobody_inspects_and_is_damaged_is_named(tmp_path: Path) -> None:
    file = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": TEXTS, "other": [float(number) for number in range(4)]}), file, compression="zstd")
    chunk = pq.ParquetFile(file).metadata.row_group(0).column(1)
    content = bytearray(file.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    content[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    file.write_bytes(content)
    task, shards = _task(tmp_path, file)

    with pytest.raises(Unreadable, match=r"BL-CORPUS-013.*row group 0, whose first row is 1"):
        task(shards[0])


def test_parquet_keeps_its_schema_and_nested_columns(tmp_path: Path) -> None:
    table = pa.table(
        {"n": pa.array([1, 2, 3, 4], pa.int16()), "doc": [{"text": text, "tags": ["a", None]} for text in TEXTS], "blob": [b"\0"] * 4}
    ).replace_schema_metadata({"made": "by a test"})
    pq.write_table(table, tmp_path / "in.parquet")
    task, shards = _task(tmp_path, tmp_path / "in.parquet", replace(READING, text=("doc.text",)))
    (tmp_path / "out.parquet").write_bytes(_clean(task, shards))
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.schema.equals(table.schema, check_metadata=False)
    assert out.schema.metadata[b"made"] == b"by a test"
    assert [row["text"] for row in out["doc"].to_pylist()] == COVERED
    assert out.drop(["doc"]).equals(table.drop(["doc"]))


@pytest.mark.parametrize(("name", "delimiter"), [("in.csv", ","), ("in.tsv", "\t")])
def test_csv_keeps_its_columns_and_quoting(tmp_path: Path, name: str, delimiter: str) -> None:
    texts = [*TEXTS, "two\nlines, " + PHONE]
    with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=delimiter)
        rows.writerow(["id", "text", "note"])
        rows.writerows([number, text, 'a "b"'] for number, text in enumerate(texts))
    task, shards = _task(tmp_path, tmp_path / name)
    out = list(csv.reader(_clean(task, shards).decode().splitlines(keepends=True), delimiter=delimiter))
    assert out[0] == ["id", "text", "note"]
    assert [row[1] for row in out[1:]] == [*COVERED, "two\nlines, [手机号码]"]
    assert {row[2] for row in out[1:]} == {'a "b"'}


@pytest.mark.parametrize(("unit", "between"), [("line", "\n"), ("paragraph", "\n\n")])
def test_text_keeps_its_lines_and_paragraphs(tmp_path: Path, unit: str, between: str) -> None:
    (tmp_path / "in.txt").write_text(between.join(TEXTS) + "\n", "utf-8")
    task, shards = _task(tmp_path, tmp_path / "in.txt", replace(READING, text_unit=unit))
    assert _clean(task, shards).decode() == between.join(COVERED) + "\n"


def test_a_whole_text_file_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("\n\n".join(TEXTS), "utf-8")
    task, shards = _task(tmp_path, tmp_path / "in.txt")
    assert _clean(task, shards).decode() == "\n\n".join(COVERED)


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("file", f"请打 {PHONE}。\n\n"),  # an empty line at the end
        ("line", f"请打 {PHONE}。\r\r\n无\r\n"),  # a return before the line's end
        ("line", f"\ufeff\ufeff请打 {PHONE}。\n"),  # two byte order marks, as files that were joined have
    ],
)
def test_text_reads_back_whatever_stands_at_its_ends(tmp_path: Path, unit: str, written: str) -> None:
    (tmp_path / "in.txt").write_bytes(written.encode())
    task, shards = _task(tmp_path, tmp_path / "in.txt", replace(READING, text_unit=unit))
    assert _clean(task, shards).decode().split() == written.replace(PHONE, "[手机号码]").split()


def test_csv_keeps_a_return_inside_of_a_field(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(f'id,text\n1,"one\rtwo {PHONE}"\n2,three\n'.encode())
    task, shards = _task(tmp_path, tmp_path / "in.csv")
    assert _clean(task, shards).decode() == 'id,text\n1,"one\rtwo [手机号码]"\n2,three\n'


def test_a_parquet_column_of_a_dotted_name_that_is_empty_hides_no_text_inside_of_a_struct(tmp_path: Path) -> None:
    table = pa.table({"doc.text": pa.nulls(4, pa.string()), "doc": [{"text": text} for text in TEXTS]})
    pq.write_table(table, tmp_path / "in.parquet")
    task, shards = _task(tmp_path, tmp_path / "in.parquet", replace(READING, text=("doc.text",)))
    (tmp_path / "out.parquet").write_bytes(_clean(task, shards))
    assert [row["text"] for row in pq.read_table(tmp_path / "out.parquet")["doc"].to_pylist()] == COVERED


def test_what_packs_better_than_its_input_reads_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_FREE_BYTES", 0)  # 64 MB would say the same, later
    plain = _jsonl(tmp_path, ["好" * 1_000] * 1_000).read_bytes()
    packed = gzip.compress(plain, 1)
    (tmp_path / "packed.jsonl.gz").write_bytes(packed)
    task, shards = _task(tmp_path, tmp_path / "packed.jsonl.gz", replace(READING, most_unpacked_ratio=len(plain) // len(packed) + 1))
    out = _clean(task, shards)
    assert gzip.decompress(out) == plain
    assert len(out) < len(packed) // 2


def test_what_is_dropped_or_set_aside_is_not_put_out(tmp_path: Path) -> None:
    file = _lines(tmp_path, '{"text":"a","source":"good"}', '{"text":"b","source":"nobody"}', "no json", '{"text":"c","source":"good"}')
    task, shards = _task(tmp_path, file)
    assert [json.loads(line)["text"] for line in _clean(task, shards).splitlines()] == ["a", "c"]


def test_every_record_leads_back_to_its_line_and_every_covered_span_to_its_place(tmp_path: Path) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path))
    out = [json.loads(line)["text"] for line in _clean(task, shards).splitlines()]
    lineage = task.workspace.read_table(f"lineage/{shards[0].name}.parquet").to_pylist()
    assert [(row["line"], row["out_line"], row["file"]) for row in lineage] == [(number, number, "in.jsonl") for number in range(1, 5)]
    places = {row["doc_id"]: row["out_line"] - 1 for row in lineage}
    log = task.workspace.read_table(f"redactions/{shards[0].name}.parquet").to_pylist()
    assert len(log) == 3
    for row in log:
        place = places[row["doc_id"]]
        assert out[place][row["out_start"] : row["out_end"]] == row["placeholder"]
        assert TEXTS[place][row["start"] : row["end"]] in (PHONE, "somebody@harbour-post-7.cn")
        assert len(row["evidence_hash"]) == 32


def test_counts_and_digests_are_given_back(tmp_path: Path) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path))
    outcome = task(shards[0])
    assert (outcome["documents"], outcome["redacted"], outcome["redactions"], outcome["unproven"]) == (4, 2, 3, 0)
    assert all(task.workspace.sha256(name) == digest for name, digest in outcome["outputs"].items())
    assert len(outcome["outputs"]) == 3


@pytest.mark.parametrize("style", ["placeholder", "pseudonym", "mask"])
def test_emitting_what_was_emitted_changes_nothing(tmp_path: Path, style: str) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path), style=style)
    once = _clean(task, shards)
    assert PHONE.encode() not in once
    second = tmp_path / "second"
    second.mkdir()
    (second / "in.jsonl").write_bytes(once)
    again, more_shards = _task(second, second / "in.jsonl")
    decided = [row["outcome"] for row in again.workspace.read_table(f"decisions/{more_shards[0].name}.parquet").to_pylist()]
    assert decided == ["keep"] * 4
    assert _clean(again, more_shards) == once


def test_what_only_shows_once_its_neighbour_is_covered_is_covered_too(tmp_path: Path) -> None:
    # The first look is given findings for the mobile only: what the proof finds besides is covered in the second.
    task, shards = _task(tmp_path, _jsonl(tmp_path))
    name = f"annotations/personal/{shards[0].name}.parquet"
    table = task.workspace.read_table(name)
    rows = [[each for each in row if each["rule"] == "personal.mobile"] for row in table["findings"].to_pylist()]
    narrowed = table.set_column(1, table.schema.field("findings"), pa.array(rows, table.schema.field("findings").type))
    task.workspace.write_table(name, narrowed, table.schema)
    assert [json.loads(line)["text"] for line in _clean(task, shards).splitlines()] == COVERED
    log = task.workspace.read_table(f"redactions/{shards[0].name}.parquet").to_pylist()
    assert [TEXTS[3][row["start"] : row["end"]] for row in log[1:]] == ["somebody@harbour-post-7.cn", PHONE]


def test_decisions_on_other_documents_are_refused(tmp_path: Path) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path))
    name = f"decisions/{shards[0].name}.parquet"
    table = task.workspace.read_table(name)
    task.workspace.write_table(name, table.slice(1), table.schema)
    with pytest.raises(RunError) as refused:
        task(shards[0])
    assert refused.value.code == "BL-CORPUS-068"


def test_a_file_that_does_not_read_back_is_removed(tmp_path: Path) -> None:
    # Placeholders so long that the line becomes longer than any reader would take.
    reading = replace(READING, most_line_bytes=40)
    task, shards = _task(tmp_path, _lines(tmp_path, '{"text":"a a a a a a"}'), reading)
    name = f"annotations/keywords/{shards[0].name}.parquet"
    doc_id = task.workspace.read_table(f"documents/{shards[0].name}.parquet")["doc_id"]
    found = [
        {"rule": f"keywords.{'long' * 9}", "start": at, "end": at + 1, "evidence_hash": "", "score": 1, "validator": ""}
        for at in range(0, 11, 2)
    ]
    annotations = pa.table({"doc_id": doc_id, "findings": pa.array([found], FINDINGS)})
    task.workspace.write_table(name, annotations, annotations.schema)
    decisions = f"decisions/{shards[0].name}.parquet"
    decided = task.workspace.read_table(decisions)
    task.workspace.write_table(decisions, decided.set_column(2, decided.schema.field("outcome"), pa.array(["redact"])), decided.schema)
    own = tmp_path / "own.yaml"
    own.write_text('- {rule: keywords, outcome: redact, grounds: [SEC-D5], reason: {zh: "{rules}", en: "{rules}"}}\n', "utf-8")
    with pytest.raises(RunError) as refused:
        replace(task, kernels=("keywords",), policy=load_policy(own), proof=None)(shards[0])
    assert refused.value.code == "BL-CORPUS-067"
    assert not task.workspace.exists(clean_name(shards[0]))


class _Careless(Workspace):
    """A storage on which one line of every file becomes another one as soon as it is written."""

    def __init__(self, uri: str, wrong: Callable[[list[bytes]], list[bytes]]) -> None:
        super().__init__(uri)
        self._wrong = wrong

    @contextmanager
    def sink(self, name: str) -> Iterator[BinaryIO]:
        with super().sink(name) as file:
            yield file
        written = Path(self.uri, name)
        written.write_bytes(b"".join(self._wrong(written.read_bytes().splitlines(keepends=True))))


def _uncovered(lines: list[bytes]) -> list[bytes]:
    return [line.replace(json.dumps("[手机号码]").strip('"').encode(), PHONE.encode()) for line in lines]


@pytest.mark.parametrize(
    "wrong",
    [
        _uncovered,
        lambda lines: [lines[0].replace("没有".encode(), "没了".encode()), *lines[1:]],  # in a line that was never taken apart
        lambda lines: [lines[2], lines[1], lines[0], *lines[3:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[0]],
        lambda lines: [b"{}\n", *lines[1:]],
    ],
)
def test_a_redaction_that_was_not_written_and_a_line_that_is_another_one_are_noticed(
    tmp_path: Path, wrong: Callable[[list[bytes]], list[bytes]]
) -> None:
    out = _Careless(str(tmp_path / "elsewhere"), wrong)
    task, shards = _task(tmp_path, _jsonl(tmp_path), out=out)
    with pytest.raises(RunError) as refused:
        task(shards[0])
    assert refused.value.code == "BL-CORPUS-067"
    assert not out.exists(clean_name(shards[0]))


def test_lines_with_returns_at_their_ends_and_a_byte_order_mark_read_back(tmp_path: Path) -> None:
    lines = ['\ufeff{"text":"a","source":"good"}\r\r', '{"text":"b","source":"good"}\r', f'{{"text":"{PHONE}","source":"good"}}\r\r']
    task, shards = _task(tmp_path, _lines(tmp_path, *lines))
    assert [json.loads(line)["text"] for line in _clean(task, shards).splitlines() if line] == ["a", "b", "[手机号码]"]


def test_documents_that_are_others_than_were_inspected_are_refused(tmp_path: Path) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path))
    Path(shards[0].uri).write_bytes(Path(shards[0].uri).read_bytes().replace("没有什么".encode(), "没有别的".encode()))
    with pytest.raises(RunError) as refused:
        task(replace(shards[0], etag=""))
    assert refused.value.code == "BL-CORPUS-068"


def test_a_shard_on_which_nothing_was_decided_is_left_out_and_counted(tmp_path: Path) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path))
    task.workspace.remove(f"decisions/{shards[0].name}.parquet")
    assert task(shards[0])["left_out"] == 1


def test_an_output_elsewhere_leaves_the_log_with_the_run(tmp_path: Path) -> None:
    task, shards = _task(tmp_path, _jsonl(tmp_path), out=Workspace(str(tmp_path / "elsewhere")))
    outcome = task(shards[0])
    assert (tmp_path / "elsewhere" / clean_name(shards[0])).exists()
    assert not task.workspace.exists(clean_name(shards[0]))
    assert sorted(outcome["outputs"]) == [f"lineage/{shards[0].name}.parquet", f"redactions/{shards[0].name}.parquet"]


def test_whatever_the_output_depends_on_is_in_its_versions(tmp_path: Path) -> None:
    task = EmitTask(Workspace(str(tmp_path)), key_hex=KEY, style="pseudonym")
    others = [
        replace(task, style="mask"),
        replace(task, language="en"),
        replace(task, key_hex="4b" * 32),
        replace(task, proof=PERSONAL),
        replace(task, decided="x"),
        replace(task, kernels=("personal", "keywords")),
    ]
    assert all(other.versions != task.versions for other in others)
    assert KEY not in str(task.versions)
