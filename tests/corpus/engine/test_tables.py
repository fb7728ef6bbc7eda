"""Frames over what was annotated: every shard, every kernel's columns, nulls where it did not look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.engine.tables import annotated, duplicate_record_ids, frame
from brightline.corpus.errors import RunError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.storage import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two shards, in a folder whose name a glob would misread."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(2):
        rows = [{"id": row % 4, "text": f"text {row}", "source": f"s{number if row < 6 else 9}"} for row in range(8)]
        rows.append({"text": "no id"})
        (folder / f"{number}.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    workspace = Workspace(str(tmp_path / "run [1]*"))
    spec = KernelSpec("tests.corpus.engine.work:length_kernel", {"fails_on": "text 3"})
    for shard in plan_shards([str(folder)]):
        AnnotateTask(workspace, (spec,))(shard)
    return workspace


def test_a_frame_holds_all_shards(workspace: Workspace) -> None:
    assert frame(workspace, "documents").count_rows() == 18


def test_kernels_stand_beside_their_documents_and_are_null_where_they_did_not_look(workspace: Workspace) -> None:
    rows = annotated(workspace, ["length"]).sort(["file", "line"]).to_pydict()

    assert rows["length.length"] == [None if line == 4 else chars for line, chars in zip(rows["line"], rows["chars"], strict=True)]


def test_documents_that_share_an_id_within_a_source_are_counted(workspace: Workspace) -> None:
    # In each file rows 4 and 5 repeat the ids 0 and 1; rows 6 and 7 of both files have the ids 2 and 3 of source s9.
    assert duplicate_record_ids(workspace) == 2 + 2 + 2


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="BL-CORPUS-034"):
        frame(Workspace(str(tmp_path)), "documents")
