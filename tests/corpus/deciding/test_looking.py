"""One document with all that is known of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from brightline.corpus.deciding import SourceStanding
from brightline.corpus.deciding.looking import find_documents, text_of
from brightline.corpus.deciding.task import DecideTask
from brightline.corpus.errors import CorpusError
from brightline.corpus.schema import FINDINGS
from tests.corpus.duplicates.making import READING, corpus

ROWS: list[dict[str, object]] = [{"id": f"r{number}", "text": f"第 {number} 篇，电话 13800138000"} for number in range(40)]


def test_a_document_is_found_by_its_ids_and_its_place(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, ROWS, shard_bytes=900)
    assert len(shards) > 2
    (one,) = find_documents(workspace, shards, record_id="r33")
    assert (one.document["line"], one.decision, one.not_inspected) == (34, None, ())
    assert find_documents(workspace, shards, doc_id=one.document["doc_id"]) == [one]
    assert find_documents(workspace, shards, file="corpus.jsonl", line=34) == [one]
    assert text_of(one.shard, READING, one.row) == ROWS[33]["text"]
    assert find_documents(workspace, shards, record_id="nobody") == []
    assert find_documents(workspace, shards, file="other.jsonl") == []
    assert len(find_documents(workspace, shards, file="corpus.jsonl", limit=7)) == 7


def test_findings_and_the_decision_come_with_it(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, ROWS[:3])
    name = f"annotations/personal/{shards[0].name}.parquet"
    finding = {"rule": "personal.mobile", "start": 9, "end": 20, "evidence_hash": "0" * 32, "score": 0.5, "validator": "pattern"}
    ids = workspace.read_table(f"documents/{shards[0].name}.parquet")["doc_id"]
    table = pa.table({"doc_id": ids, "findings": pa.array([[finding], None, []], FINDINGS)})
    workspace.write_table(name, table, table.schema)
    DecideTask(workspace, {"personal": "1"}, {"test": SourceStanding("approved")}, reading=READING)(shards[0])
    one, other = (find_documents(workspace, shards, record_id=record)[0] for record in ("r0", "r1"))
    assert [(each.kernel, each.rule, each.start, each.end) for each in one.findings] == [("personal", "personal.mobile", 9, 20)]
    assert one.decision is not None
    assert one.decision["outcome"] == "redact"
    assert (other.findings, other.not_inspected) == ((), ("personal",))


def test_a_row_that_the_input_has_no_more_is_refused(tmp_path: Path) -> None:
    _workspace, shards = corpus(tmp_path, ROWS[:3])
    with pytest.raises(CorpusError) as refused:
        text_of(replace(shards[0]), READING, 3)
    assert refused.value.code == "BL-CORPUS-062"


def test_something_has_to_be_asked_for(tmp_path: Path) -> None:
    workspace, shards = corpus(tmp_path, ROWS[:1])
    for asked in ({}, {"line": 3}):
        with pytest.raises(CorpusError) as refused:
            find_documents(workspace, shards, **asked)
        assert refused.value.code == "BL-CORPUS-060"
