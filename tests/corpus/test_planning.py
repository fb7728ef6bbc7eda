"""Planning: the same names give the same shards, wherever the corpus lies; what cannot be read is planned too, so that it is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError, Unreadable
from brightline.corpus.planning import plan_document, plan_shards, shards_of_plan
from brightline.corpus.reading import read_shard
from brightline.corpus.shard import ReadOptions


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in (
        "b/2.jsonl",
        "b/1.jsonl.gz",
        "a.parquet",
        "c.csv.zst",
        "d.txt",
        "e.warc.gz",
        "f.json",
        "g.bin",
        ".hidden",
        "_logs/x.jsonl",
    ):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"0123456789")
    return tmp_path / "corpus"


def test_a_folder_is_planned_by_name_whole_and_without_what_is_hidden(corpus: Path) -> None:
    shards = plan_shards([str(corpus)])

    assert [(shard.number, shard.file, shard.format, shard.packed) for shard in shards] == [
        (0, "a.parquet", "parquet", ""),
        (1, "b/1.jsonl.gz", "jsonl", "gz"),
        (2, "b/2.jsonl", "jsonl", ""),
        (3, "c.csv.zst", "csv", "zst"),
        (4, "d.txt", "text", ""),
        (5, "e.warc.gz", "warc", "gz"),
        (6, "f.json", "json", ""),
        (7, "g.bin", "unknown", ""),
    ]
    assert shards[2].name == "000002"
    assert shards[2].size_bytes == 10


def test_a_corpus_that_is_moved_keeps_its_names(corpus: Path, tmp_path: Path) -> None:
    before = [shard.file for shard in plan_shards([str(corpus)])]

    corpus.rename(tmp_path / "elsewhere")

    assert [shard.file for shard in plan_shards([str(tmp_path / "elsewhere")])] == before


def test_several_inputs_are_named_from_what_they_share_and_counted_once(corpus: Path) -> None:
    shards = plan_shards([str(corpus / "b"), str(corpus / "*.csv.zst"), str(corpus / "b" / "2.jsonl"), f"file://{corpus}/d.txt"])

    assert [shard.file for shard in shards] == ["b/1.jsonl.gz", "b/2.jsonl", "c.csv.zst", "d.txt"]
    assert [shard.file for shard in plan_shards([str(corpus / "**" / "*.jsonl*")])] == ["b/1.jsonl.gz", "b/2.jsonl"]


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 300), shard_bytes=st.integers(1, 120))
def test_parts_cover_a_file_without_gap_or_overlap(tmp_path_factory: pytest.TempPathFactory, size: int, shard_bytes: int) -> None:
    path = tmp_path_factory.mktemp("plan") / "a.jsonl"
    path.write_bytes((b"ab\n" * 100)[:size])

    shards = plan_shards([str(path)], shard_bytes)

    if len(shards) == 1:
        assert (shards[0].begin, shards[0].end) == (0, 0)
    else:
        assert [shard.begin for shard in shards] == [0, *(shard.end for shard in shards[:-1])]
        assert shards[-1].end == size
        assert max(shard.end - shard.begin for shard in shards) <= shard_bytes
    for shard in shards:
        assert shard.first_line == path.read_bytes()[: shard.begin].count(b"\n") + 1


def test_packed_and_quoted_files_are_never_cut(corpus: Path) -> None:
    cut = {shard.file for shard in plan_shards([str(corpus)], 3) if shard.end}

    assert cut == {"a.parquet", "b/2.jsonl"}


@pytest.mark.parametrize("given", [[], ["no/such/file"], ["no/such/*.jsonl"]])
def test_inputs_that_hold_nothing_are_an_error(given: list[str]) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-001"):
        plan_shards(given)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-001"):
        plan_shards([str(tmp_path)])


def test_shards_of_no_bytes_are_an_error(corpus: Path) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-002"):
        plan_shards([str(corpus)], 0)


def test_a_plan_is_read_back(corpus: Path) -> None:
    shards = plan_shards([str(corpus)], 3)

    assert shards_of_plan(plan_document(shards)) == shards


@pytest.mark.parametrize(
    "document", [b"", b"[]", b'{"format": "other", "shards": []}', b'{"format": "brightline-corpus-plan/1", "shards": [{}]}']
)
def test_what_is_no_plan_is_an_error(document: bytes) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-003"):
        shards_of_plan(document)


def test_a_file_name_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    import os

    with open(os.path.join(os.fsencode(tmp_path), b"\xff.jsonl"), "wb") as file:
        file.write(b"{}")

    with pytest.raises(CorpusError, match=r"BL-CORPUS-009.*\\xff\.jsonl"):
        plan_shards([str(tmp_path)])


def test_links_to_folders_are_followed_and_no_folder_is_read_twice(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "disk2").mkdir()
    (tmp_path / "disk2" / "3.jsonl").write_text("{}")
    (corpus / "part2").symlink_to(tmp_path / "disk2")
    (corpus / "again").symlink_to(corpus / "b")
    (corpus / "part2" / "back").symlink_to(corpus)

    files = [shard.file for shard in plan_shards([str(corpus)])]

    assert "part2/3.jsonl" in files
    assert len(files) == 9
    assert len({Path(shard.uri).resolve() for shard in plan_shards([str(corpus)])}) == 9


def test_a_glob_finds_what_its_folder_holds_under_the_same_names(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.jsonl").write_bytes(b"0123456789")
    (corpus / "b" / "linked.jsonl").symlink_to(tmp_path / "outside.jsonl")
    folder = [shard.file for shard in plan_shards([str(corpus)])]

    assert [shard.file for shard in plan_shards([f"{corpus}/**/*"])] == folder
    assert [shard.file for shard in plan_shards([f"{corpus}/_logs/*"])] == ["x.jsonl"]


def test_a_link_to_a_file_that_is_not_there_is_planned_and_told_when_it_is_read(corpus: Path, tmp_path: Path) -> None:
    (corpus / "lost.jsonl").symlink_to(tmp_path / "nowhere.jsonl")

    shard = next(shard for shard in plan_shards([str(corpus)]) if shard.file == "lost.jsonl")

    with pytest.raises(Unreadable, match="BL-CORPUS-010"):
        list(read_shard(shard, ReadOptions()))
