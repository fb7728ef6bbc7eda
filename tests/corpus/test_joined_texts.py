"""Small texts that are worked on several in a shard: the same documents, rejects and identity as one by one, each known by its own file."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.deciding import SourceStanding
from brightline.corpus.deciding.looking import find_documents, text_of
from brightline.corpus.deciding.task import DecideTask
from brightline.corpus.duplicates.clustering import cluster
from brightline.corpus.emitting.task import EmitTask
from brightline.corpus.errors import Unreadable
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_document, plan_shards, shards_of_plan
from brightline.corpus.reporting.identity import corpus_digest
from brightline.corpus.shard import ReadOptions, Shard, shard_key
from brightline.corpus.storage import Workspace

KERNELS = (
    KernelSpec("brightline.corpus.duplicates.bands:kernel", {}),
    KernelSpec("brightline.corpus.personal:kernel", {"key_hex": "3a" * 32}),
)
READING = ReadOptions(sources_by_file={"old/*": "archive"}, source="good", encodings=("old/*=gb18030",))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "old").mkdir(parents=True)
    for number in range(12):
        (folder / f"{number:02d}.txt").write_text(f"第{number}篇，请打 1380013800{number % 10} 找我。\n\n完。", "utf-8")
    (folder / "05.txt").write_bytes(b"\xff\xfe no text \xff")
    (folder / "07.txt").write_bytes(b"")
    (folder / "old" / "a.txt").write_bytes("旧的文字。".encode("gb18030"))
    (folder / "06.jsonl").write_text(json.dumps({"text": "一行"}) + "\n")
    (folder / "big.txt").write_text("长" * 5_000, "utf-8")
    return folder


def _inspected(folder: Path, shards: list[Shard], reading: ReadOptions = READING) -> Workspace:
    workspace = Workspace(str(folder))
    for shard in shards:
        AnnotateTask(workspace, KERNELS, reading)(shard)
    return workspace


def _rows(workspace: Workspace, folder: str) -> list[dict[str, object]]:
    tables = [workspace.read_table(name) for name in workspace.names(f"{folder}/")]
    found: list[dict[str, object]] = pa.concat_tables(tables).to_pylist()
    return found


def test_small_texts_that_follow_one_another_are_one_shard(corpus: Path) -> None:
    shards = plan_shards([str(corpus)], small_bytes=1_000)

    assert [(shard.number, shard.file, shard.file_names) for shard in shards] == [
        (0, "00.txt", ("00.txt", "01.txt", "02.txt", "03.txt", "04.txt", "05.txt")),
        (1, "06.jsonl", ("06.jsonl",)),
        (2, "06.txt", ("06.txt",)),
        (3, "07.txt", ("07.txt",)),
        (4, "08.txt", ("08.txt", "09.txt", "10.txt", "11.txt")),
        (5, "big.txt", ("big.txt",)),
        (6, "old/a.txt", ("old/a.txt",)),
    ]
    assert shards_of_plan(plan_document(shards)) == shards
    assert sum(shard.size_bytes for shard in shards) == sum(shard.size_bytes for shard in plan_shards([str(corpus)]))


def test_no_more_are_joined_than_a_shard_holds(corpus: Path) -> None:
    size = (corpus / "00.txt").stat().st_size
    shards = plan_shards([str(corpus / f"0{number}.txt") for number in range(5)], 2 * size, small_bytes=1_000)
    assert [len(shard.file_names) for shard in shards] == [2, 2, 1]


@pytest.mark.parametrize("unit", ["file", "line", "paragraph"])
def test_the_documents_are_those_of_the_single_files(corpus: Path, tmp_path: Path, unit: str) -> None:
    reading = ReadOptions(sources_by_file=READING.sources_by_file, source="good", encodings=READING.encodings, text_unit=unit)
    single, joined = plan_shards([str(corpus)]), plan_shards([str(corpus)], small_bytes=1_000)
    one, other = _inspected(tmp_path / "one", single, reading), _inspected(tmp_path / "other", joined, reading)

    for folder in ("documents", "rejects", "annotations/bands", "annotations/personal"):
        assert _rows(one, folder) == _rows(other, folder)
    assert _rows(other, "rejects")
    assert corpus_digest(one, single) == corpus_digest(other, joined)


def test_a_document_is_found_by_its_own_file_and_read_again(corpus: Path, tmp_path: Path) -> None:
    shards = plan_shards([str(corpus)], small_bytes=1_000)
    workspace = _inspected(tmp_path / "workspace", shards)

    (found,) = find_documents(workspace, shards, file="09.txt")

    assert found.document["file"] == "09.txt"
    assert text_of(found.shard, READING, found.row) == (corpus / "09.txt").read_text("utf-8")


def test_they_are_put_out_as_lines_that_say_where_they_stood(corpus: Path, tmp_path: Path) -> None:
    shards = plan_shards([str(corpus)], small_bytes=1_000)
    workspace = _inspected(tmp_path / "workspace", shards)
    cluster(workspace, shards, READING)
    decide = DecideTask(
        workspace, {"personal": "1"}, {name: SourceStanding("approved", licensed=True) for name in ("good", "archive")}, reading=READING
    )
    emit = EmitTask(workspace, reading=READING, proof=KERNELS[1], key_hex="3a" * 32)
    for shard in shards:
        decide(shard)
        emit(shard)

    put_out = [json.loads(line) for line in workspace.read_bytes("clean/000004.jsonl").splitlines()]

    assert put_out == [{"file": f"{number:02d}.txt", "text": f"第{number}篇，请打 [手机号码] 找我。\n\n完。"} for number in (8, 9, 10, 11)]
    lineage = workspace.read_table("lineage/000004.parquet").to_pylist()
    assert [(row["file"], row["out_line"]) for row in lineage] == [(line["file"], number) for number, line in enumerate(put_out, 1)]
    assert workspace.exists("clean/000005.txt")


def test_a_text_full_of_escapes_reads_back_under_a_small_limit(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text("\x01" * 900 + str(number))
    reading = ReadOptions(source="good", most_line_bytes=1_000)
    shards = plan_shards([str(tmp_path)], small_bytes=1_000)
    workspace = _inspected(tmp_path / "_workspace", shards, reading)
    DecideTask(workspace, {"personal": "1"}, {"good": SourceStanding("approved", licensed=True)}, reading=reading)(shards[0])

    assert EmitTask(workspace, reading=reading)(shards[0])["documents"] == 2


def test_a_file_that_changed_since_is_named(corpus: Path, tmp_path: Path) -> None:
    shards = plan_shards([str(corpus)], small_bytes=1_000)
    (corpus / "10.txt").write_text("anders", "utf-8")

    with pytest.raises(Unreadable, match=r"BL-CORPUS-012.*10\.txt"):
        AnnotateTask(Workspace(str(tmp_path / "workspace")), KERNELS)(shards[4])


def test_a_file_that_is_called_otherwise_is_another_shard(corpus: Path, tmp_path: Path) -> None:
    (before, *_others) = plan_shards([str(corpus)], small_bytes=1_000)
    task = AnnotateTask(Workspace(str(tmp_path / "workspace")), KERNELS, READING)
    made = task(before)
    (corpus / "02.txt").rename(corpus / "02b.txt")
    (after, *_others) = plan_shards([str(corpus)], small_bytes=1_000)

    assert shard_key(before, "same bytes", {}) != shard_key(after, "same bytes", {})
    assert task.resume(after, {**made, "etag": after.etag})["outputs"] != made["outputs"]
