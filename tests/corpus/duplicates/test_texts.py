"""Texts of candidates are read again: of plain JSON Lines only their own, of all else the whole, and never others than were annotated."""

from __future__ import annotations

import gzip
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.duplicates import comparing
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.duplicates.rows import RowNumbers
from brightline.corpus.duplicates.texts import chosen_texts
from brightline.corpus.errors import RunError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.planning import plan_shards
from brightline.corpus.shard import ReadOptions
from brightline.corpus.storage import Workspace

BANDS = KernelSpec("brightline.corpus.duplicates.bands:kernel", {})
TEXTS = [f"第{number}篇 {'长' * (number * 700)}" for number in range(60)]
ROWS = np.array([0, 3, 17, 41, 59], np.int64)


def _annotated(folder: Path, content: bytes, name: str, shard_bytes: int = 1 << 16) -> tuple[Workspace, RowNumbers]:
    (folder / name).write_bytes(content)
    workspace = Workspace(str(folder / "workspace"))
    shards = plan_shards([str(folder / name)], shard_bytes)
    for shard in shards:
        AnnotateTask(workspace, (BANDS,))(shard)
    return workspace, RowNumbers.of(workspace, shards)


def _lines(end: bytes = b"\n", before: bytes = b"") -> bytes:
    return before + b"".join(json.dumps({"text": text}, ensure_ascii=False).encode() + end for text in TEXTS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", _lines()),
        ("a.jsonl", _lines(b"\r\n", b"\xef\xbb\xbf")),
        ("a.jsonl", _lines(b"\nno json\n\n")),
        ("a.jsonl", _lines()[:-1]),
        ("a.jsonl.gz", gzip.compress(_lines())),
    ],
    ids=["plain", "returns and a byte order mark", "bad lines between", "no end", "packed"],
)
def test_the_chosen_texts_come_in_their_order_whatever_their_file(tmp_path: Path, name: str, content: bytes) -> None:
    workspace, numbers = _annotated(tmp_path, content, name)
    found = [
        text for part in numbers.by_shard(ROWS) for texts in chosen_texts(workspace, part, ReadOptions()) for text in texts.to_pylist()
    ]
    assert found == [TEXTS[row] for row in ROWS.tolist()]


def test_a_text_that_is_another_one_now_is_refused(tmp_path: Path) -> None:
    workspace, numbers = _annotated(tmp_path, _lines(), "a.jsonl", 1 << 30)
    (tmp_path / "a.jsonl").write_bytes(_lines().replace("第17篇".encode(), "第18篇".encode()))
    (part,) = numbers.by_shard(ROWS)
    with pytest.raises(RunError, match="annotated") as refused:
        list(chosen_texts(workspace, part._replace(shard=replace(part.shard, etag="")), ReadOptions()))
    assert refused.value.code == "BL-CORPUS-062"


def _die(_number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_while_it_compares_is_told_as_what_it_is() -> None:
    nothing = comparing._Spill(Path("nowhere"), *(np.zeros(0, np.int64) for _ in range(5)))
    with pytest.raises(RunError) as refused, comparing._pool(2, nothing, DuplicateOptions()) as pool:
        list(pool.map(_die, range(2)))
    assert refused.value.code == "BL-CORPUS-048"
