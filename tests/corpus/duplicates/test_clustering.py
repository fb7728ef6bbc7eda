"""Clusters: what is copied is found, what is not is left alone, and the outcome depends on the documents alone."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pyarrow as pa
import pytest

from brightline.corpus.duplicates.clustering import CLUSTERS_FILE, cluster
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.errors import RunError
from brightline.corpus.storage import Workspace
from tests.corpus.duplicates.making import READING, corpus, edited, text


def _rows(workspace: Workspace, shards: list) -> dict[str, str]:
    """record_id → doc_id."""
    tables = [workspace.read_table(f"documents/{shard.name}.parquet", ["record_id", "doc_id"]) for shard in shards]
    return {row["record_id"]: row["doc_id"] for table in tables for row in table.to_pylist()}


def _clusters(workspace: Workspace, shards: list) -> dict[str, tuple[str, float, bool]]:
    """record_id of what has a keeper → record_id of the keeper, Jaccard, exact."""
    names = {doc_id: record for record, doc_id in _rows(workspace, shards).items()}
    table = workspace.read_table(CLUSTERS_FILE).to_pylist()
    return {names[row["doc_id"]]: (names[row["cluster_id"]], round(row["jaccard"], 3), row["exact"]) for row in table if not row["keeper"]}


def _mixed(count: int = 60) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number in range(count):
        language = ("zh", "en")[number % 2]
        original = text(number, 300 + number * 7, language)
        rows.append({"id": f"original-{number}", "text": original})
        if number % 3 == 0:
            rows.append({"id": f"near-{number}", "text": edited(original, 0.1, number)})
        if number % 5 == 0:
            rows.append({"id": f"exact-{number}", "text": f"  {original.upper()} "})
    return rows


def test_planted_copies_are_found_and_nothing_else(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, _mixed())
    outcome = cluster(workspace, shards, READING)
    found = _clusters(workspace, shards)
    families = [{name, keeper} for name, (keeper, _jaccard, _exact) in found.items()]
    assert all(len({name.partition("-")[2] for name in family}) == 1 for family in families)
    assert len(found) == 32  # 20 near and 12 exact ones: of each family one stays
    assert all(jaccard == 1.0 for _keeper, jaccard, exact in found.values() if exact)
    assert (outcome.exact + outcome.near, outcome.documents) == (32, len(_mixed()))


def test_shards_workers_and_ranges_change_no_byte(tmp_path: Path) -> None:
    rows = _mixed()
    one, shards = corpus(tmp_path, rows)
    many, more_shards = corpus(tmp_path, rows, shard_bytes=7_000)
    assert len(more_shards) > 3
    cluster(one, shards, READING)
    cluster(many, more_shards, READING, DuplicateOptions(rows_at_once=16))
    assert one.read_bytes(CLUSTERS_FILE) == many.read_bytes(CLUSTERS_FILE)


def test_workers_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightline.corpus.duplicates.comparing._PAIRS_A_TASK", 8)  # two tasks of a few pairs instead of thousands
    workspace, shards = corpus(tmp_path, _mixed())
    cluster(workspace, shards, READING)
    alone = workspace.read_bytes(CLUSTERS_FILE)
    cluster(workspace, shards, READING, workers=2)
    assert workspace.read_bytes(CLUSTERS_FILE) == alone


def test_the_best_source_then_the_earliest_then_the_longest_stays(tmp_path: Path) -> None:
    original = text(1)
    rows: list[dict[str, object]] = [
        {"id": "a", "text": original, "source": "crawl", "date": "2020-01-01"},
        {"id": "b", "text": original, "source": "licensed", "date": "2024-01-01"},
        {"id": "c", "text": edited(original, 0.03), "source": "licensed", "date": "2023-05-06"},
        {"id": "d", "text": edited(original, 0.03, 1), "source": "licensed"},
        {"id": "e", "text": edited(original, 0.03, 2), "source": "nobody", "date": "1999-01-01"},
    ]
    workspace, shards = corpus(tmp_path, rows)
    cluster(workspace, shards, READING, DuplicateOptions(source_ranks={"licensed": 0, "crawl": 1}))
    assert {name: keeper for name, (keeper, _jaccard, _exact) in _clusters(workspace, shards).items()} == dict.fromkeys("abde", "c")


def test_nothing_is_taken_out_for_a_text_it_does_not_resemble(tmp_path: Path) -> None:
    # Each resembles its neighbours; the ends have nothing in common.
    chain = [text(number, 200) for number in range(9)]
    rows: list[dict[str, object]] = [
        {"id": str(number), "text": " ".join(chain[number : number + 5]), "date": f"2020-01-0{number + 1}"} for number in range(5)
    ]
    workspace, shards = corpus(tmp_path, rows)
    cluster(workspace, shards, READING)
    assert {name: keeper for name, (keeper, _jaccard, _exact) in _clusters(workspace, shards).items()} == {"1": "0", "3": "2"}


def test_short_texts_are_copies_only_when_they_are_the_same(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "a", "text": "今日气温 21 度，晴。"},
        {"id": "b", "text": "今日气温 27 度，晴。"},
        {"id": "c", "text": "今日气温21度,晴"},
        {"id": "d", "text": "……"},
        {"id": "e", "text": "！！！"},
    ]
    workspace, shards = corpus(tmp_path, rows)
    cluster(workspace, shards, READING)
    assert _clusters(workspace, shards) == {"c": ("a", 1.0, True)}


def test_a_family_larger_than_the_cap_is_one_cluster(tmp_path: Path) -> None:
    original = text(3, 500, "zh")
    rows: list[dict[str, object]] = [{"id": str(number), "text": edited(original, 0.02, number)} for number in range(60)]
    workspace, shards = corpus(tmp_path, rows)
    outcome = cluster(workspace, shards, READING)
    assert outcome.capped > 0
    assert outcome.clusters == 1
    assert outcome.near + outcome.exact == 59


def test_a_shard_without_annotations_is_said_not_to_be_looked_at(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, _mixed(), shard_bytes=7_000)
    workspace.remove(f"annotations/bands/{shards[1].name}.parquet")
    outcome = cluster(workspace, shards, READING)
    assert outcome.left_out == (1,)


def test_a_corpus_that_became_shorter_is_refused(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": str(number), "text": text(7)} for number in range(3)]
    rows += [{"id": "near", "text": edited(text(7), 0.05)}]
    workspace, shards = corpus(tmp_path, rows)
    file = tmp_path / "input" / "corpus.jsonl"
    whole = file.read_bytes()
    stat = file.stat()
    lines = whole.splitlines(keepends=True)
    shorter = b"".join(lines[:1])
    file.write_bytes(shorter + b" " * (len(whole) - len(shorter)))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(RunError) as refused:
        cluster(workspace, shards, READING)
    assert refused.value.code == "BL-CORPUS-062"


def test_a_corpus_without_copies_has_an_empty_table(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, [{"id": "a", "text": text(1)}, {"id": "b", "text": text(2)}])
    outcome = cluster(workspace, shards, READING)
    assert (outcome.clusters, outcome.exact, outcome.near) == (0, 0, 0)
    assert workspace.read_table(CLUSTERS_FILE).num_rows == 0


def test_an_empty_corpus_has_an_empty_table(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, [])
    assert cluster(workspace, shards, READING).documents == 0
    assert isinstance(workspace.read_table(CLUSTERS_FILE), pa.Table)


def test_nothing_is_left_in_the_scratch_folder(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    workspace, shards = corpus(tmp_path, _mixed(12))
    cluster(workspace, shards, READING, DuplicateOptions(scratch=scratch))
    assert list(scratch.iterdir()) == []


def test_a_scratch_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, _mixed(2))
    with pytest.raises(RunError, match="BL-CORPUS-032") as refused:
        cluster(workspace, shards, READING, DuplicateOptions(scratch=tmp_path / "none"))
    assert "TMPDIR" in refused.value.hint


def test_a_scratch_disk_that_is_full_is_said(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, _mixed(12))
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))  # bytes: no file may be larger
    try:
        with pytest.raises(RunError, match="BL-CORPUS-030"):
            cluster(workspace, shards, READING)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
