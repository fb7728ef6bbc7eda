"""The stage "decide" over shards: what was annotated, clustered, registered, complained of and appealed comes together."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from brightline.corpus.deciding import SourceStanding
from brightline.corpus.deciding.task import STANDINS_FILE, DecideTask, elect_standins
from brightline.corpus.duplicates.clustering import cluster
from brightline.corpus.errors import RunError
from brightline.corpus.schema import FINDINGS
from brightline.corpus.shard import Shard
from brightline.corpus.sources import Withdrawn
from brightline.corpus.storage import Workspace
from tests.corpus.duplicates.making import READING, corpus, edited, text

SOURCES = {"good": SourceStanding("approved", licensed=True), "bad": SourceStanding("blacklisted")}


def _personal(workspace: Workspace, shards: list[Shard], found: dict[str, tuple[str, float]], failed: set[str] = frozenset()) -> None:
    """Findings as the kernel ``personal`` leaves them."""
    for shard in shards:
        table = workspace.read_table(f"documents/{shard.name}.parquet", ["doc_id", "record_id"])
        rows: list[object] = []
        for record in table["record_id"].to_pylist():
            if record in failed:
                rows.append(None)
            elif record in found:
                rule, score = found[record]
                rows.append([{"rule": rule, "start": 0, "end": 3, "evidence_hash": "0" * 32, "score": score, "validator": "pattern"}])
            else:
                rows.append([])
        columns = {"doc_id": table["doc_id"], "findings": pa.array(rows, FINDINGS)}
        written = pa.table(columns)
        workspace.write_table(f"annotations/personal/{shard.name}.parquet", written, written.schema)


def _decided(task: DecideTask, shards: list[Shard]) -> dict[str, dict]:
    decided = {}
    for shard in shards:
        task(shard)
        records = task.workspace.read_table(f"documents/{shard.name}.parquet", ["record_id"])["record_id"].to_pylist()
        rows = task.workspace.read_table(f"decisions/{shard.name}.parquet").to_pylist()
        decided.update(dict(zip(records, rows, strict=True)))
    return decided


def _made(tmp_path: Path, rows: list[dict[str, object]], **more: object) -> tuple[DecideTask, list[Shard]]:
    workspace, shards = corpus(tmp_path, rows, shard_bytes=2_000)
    _personal(workspace, shards, {"private": ("personal.mobile", 0.95)}, {"failed"})
    cluster(workspace, shards, READING)
    task = DecideTask(workspace, {"bands": "1", "personal": "1"}, SOURCES, reading=READING, **more)
    return elect_standins(task, shards), shards


def _row(name: str, seed: int, source: str | None = "good", **more: object) -> dict[str, object]:
    return {"id": name, "text": text(seed), **({"source": source} if source else {}), **more}


def test_everything_that_is_known_of_a_document_comes_together(tmp_path: Path) -> None:
    rows = [_row("plain", 1), _row("private", 2), _row("failed", 3), _row("bad", 4, "bad"), _row("mirror", 5, "mirror"), _row("copy", 1)]
    task, shards = _made(tmp_path, rows)
    assert len(shards) > 1
    decided = _decided(task, shards)
    assert {name: row["outcome"] for name, row in decided.items() if name not in ("plain", "copy")} == {
        "private": "redact", "failed": "quarantine", "bad": "drop", "mirror": "quarantine",
    }  # fmt: skip
    assert sorted(decided[name]["outcome"] for name in ("plain", "copy")) == ["drop", "keep"]
    assert decided["failed"]["not_inspected"] == ["personal"]
    assert decided["plain"]["not_inspected"] == []


def test_a_shard_is_counted_by_outcome_and_rule(tmp_path: Path) -> None:
    task, shards = _made(tmp_path, [_row("plain", 1), _row("private", 2)])
    outcome = task(shards[0])
    assert (outcome["documents"], outcome["keep"], outcome["redact"], outcome["drop"]) == (2, 1, 1, 0)
    assert outcome["rules"]["personal.mobile"] == 1
    name = f"decisions/{shards[0].name}.parquet"
    assert outcome["outputs"] == {name: task.workspace.sha256(name)}


def test_a_copy_stays_where_the_better_text_does_not(tmp_path: Path) -> None:
    # The blacklisted one is the earliest, so it is the cluster's keeper.
    rows = [_row("bad", 1, "bad", date="2001-01-01"), _row("first", 1, date="2002-02-02"), _row("second", 1, date="2003-03-03")]
    task, shards = _made(tmp_path, rows)
    decided = _decided(task, shards)
    assert decided["bad"]["rules"][0] == "source.blacklisted"
    assert sorted(decided[name]["outcome"] for name in ("first", "second")) == ["drop", "keep"]
    dropped = next(decided[name] for name in ("first", "second") if decided[name]["outcome"] == "drop")
    kept = next(decided[name] for name in ("first", "second") if decided[name]["outcome"] == "keep")
    assert kept["doc_id"] in dropped["reason_en"]
    assert task.workspace.read_table(STANDINS_FILE)["doc_id"].to_pylist() == [kept["doc_id"]]


def test_what_was_compared_with_a_keeper_that_left_is_not_said_to_be_a_copy_of_its_stand_in(tmp_path: Path) -> None:
    rows = [
        _row("bad", 1, "bad", date="2001-01-01"),
        {"id": "near", "text": edited(text(1), 0.02), "source": "good", "date": "2003-03-03"},
        {"id": "nearer", "text": edited(text(1), 0.01, seed=5), "source": "good", "date": "2004-04-04"},
    ]
    task, shards = _made(tmp_path, rows)
    decided = _decided(task, shards)
    dropped = next(decided[name] for name in ("near", "nearer") if decided[name]["outcome"] == "drop")
    assert dropped["rules"][0] == "duplicate.stand_in"
    assert "not compared" in dropped["reason_en"]


def test_a_near_copy_of_a_stand_in_with_the_keepers_own_text_is_said_to_be_one(tmp_path: Path) -> None:
    rows = [
        _row("bad", 1, "bad", date="2001-01-01"),
        _row("same", 1, date="2002-02-02"),
        {"id": "near", "text": edited(text(1), 0.02), "source": "good", "date": "2003-03-03"},
    ]
    task, shards = _made(tmp_path, rows)
    decided = _decided(task, shards)
    assert decided["same"]["outcome"] == "keep"
    assert decided["near"]["rules"][0] == "duplicate.near"
    assert decided["same"]["doc_id"] in decided["near"]["reason_en"]


def test_where_no_text_of_a_cluster_may_stay_none_is_dropped_for_being_a_copy(tmp_path: Path) -> None:
    task, shards = _made(tmp_path, [_row("a", 1, "bad"), _row("b", 1, "mirror")])
    decided = _decided(task, shards)
    assert decided["a"]["rules"][0] == "source.blacklisted"
    assert decided["b"]["rules"][0] == "source.unregistered"


def test_an_upheld_complaint_takes_out_documents_by_id_address_and_words(tmp_path: Path) -> None:
    rows = [
        _row("id", 1),
        _row("url", 2, url="https://example.com/a"),
        {"id": "words", "text": "a harbour of glass " + text(3), "source": "good"},
    ]
    task, shards = _made(tmp_path, rows)
    named = _decided(task, shards)["id"]["doc_id"]
    withdrawn = Withdrawn({named: "c1"}, {"https://example.com/a": "c2"}, (), (("harbour of glass", "c3"),))
    decided = _decided(replace(task, withdrawn=withdrawn), shards)
    assert {name: (row["outcome"], row["reason_en"][-3:-1]) for name, row in decided.items()} == {
        "id": ("drop", "c1"), "url": ("drop", "c2"), "words": ("drop", "c3"),
    }  # fmt: skip


def test_an_appeal_is_followed_and_shown(tmp_path: Path) -> None:
    task, shards = _made(tmp_path, [_row("bad", 1, "bad")])
    name = _decided(task, shards)["bad"]["doc_id"]
    restored = _decided(replace(task, appeals={name: "restored"}), shards)["bad"]
    assert (restored["outcome"], restored["appeal"]) == ("keep", "restored")


def test_a_covering_that_was_lifted_is_shown_as_restored(tmp_path: Path) -> None:
    task, shards = _made(tmp_path, [_row("private", 1)])
    name = _decided(task, shards)["private"]["doc_id"]
    lifted = _decided(replace(task, appeals={name: "lifted"}), shards)["private"]
    assert (lifted["outcome"], lifted["appeal"]) == ("keep", "restored")


def test_whatever_a_decision_depends_on_is_in_its_versions(tmp_path: Path) -> None:
    task, _shards = _made(tmp_path, [_row("plain", 1)])
    changed = [
        replace(task, kernels={"bands": "2", "personal": "1"}),
        replace(task, sources={}),
        replace(task, titles={"illegal.x": ("某", "some")}),
        replace(task, withdrawn=Withdrawn({"0" * 32: "c1"})),
        replace(task, appeals={"0" * 32: "open"}),
        replace(task, clusters="other"),
        replace(task, annotated="other"),
        replace(task, reading=replace(task.reading, source="own")),
    ]
    assert all(other.versions != task.versions for other in changed)
    assert pickle.loads(pickle.dumps(task)).versions == task.versions  # noqa: S301  # our own bytes: workers get the task so


def test_a_kernel_that_left_no_table_looked_at_nothing(tmp_path: Path) -> None:
    task, shards = _made(tmp_path, [_row("plain", 1)])
    decided = _decided(replace(task, kernels={**task.kernels, "rights": "1"}), shards)
    assert decided["plain"]["not_inspected"] == ["rights"]


def test_annotations_of_other_documents_are_refused(tmp_path: Path) -> None:
    task, shards = _made(tmp_path, [_row("plain", 1), _row("other", 2)])
    name = f"annotations/personal/{shards[0].name}.parquet"
    table = task.workspace.read_table(name)
    task.workspace.write_table(name, table.slice(1), table.schema)
    with pytest.raises(RunError) as refused:
        task(shards[0])
    assert refused.value.code == "BL-CORPUS-064"
