"""Candidates: no pair that shares a band in a small group is missed, and nothing depends on how the work is cut."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.duplicates import candidates as room
from brightline.corpus.duplicates.candidates import ALL_PAIRS_UP_TO, Candidates, Signatures, candidates
from brightline.corpus.duplicates.clustering import cluster
from brightline.corpus.duplicates.groups import equal_rows
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.errors import CorpusError, RunError
from tests.corpus.duplicates.making import READING, corpus, text


def _signatures(folder: Path, bands: np.ndarray, sketches: np.ndarray) -> Signatures:
    signatures = Signatures(folder, bands.shape[1], sketches.shape[1])
    for row in range(0, len(bands), 3):  # as they come, some at a time
        signatures.append(bands[row : row + 3], sketches[row : row + 3])
    return signatures


def _pairs(signatures: Signatures, wanted: np.ndarray, jaccard: float = 0.0, most_rows: int = 100) -> set[tuple[int, int]]:
    found = candidates(signatures, wanted, jaccard=jaccard, most_rows=most_rows, counted=Candidates())
    pairs = [(int(first), int(second)) for piece in found for first, second in zip(piece.first, piece.second, strict=True)]
    assert pairs == sorted(set(pairs))
    return set(pairs)


@given(st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=1, max_size=12), st.integers(1, 12), st.data())
@settings(max_examples=60)
def test_all_wanted_pairs_that_share_a_band_meet(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int]], most_rows: int, data: st.DataObject
) -> None:
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    bands = np.array(rows, np.uint32) << np.uint32(28)  # spread over the ranges, as hashes are
    signatures = _signatures(tmp_path_factory.mktemp("bands"), bands, np.zeros((len(rows), 4), np.uint8))
    both = [(one, other) for one, other in combinations(range(len(rows)), 2) if wanted[one] and wanted[other]]
    assert _pairs(signatures, wanted, most_rows=most_rows) == {(one, other) for one, other in both if (bands[one] == bands[other]).any()}


def test_pairs_whose_sketches_agree_too_little_are_not_compared(tmp_path: Path) -> None:
    sketches = np.zeros((3, 128), np.uint8)
    sketches[1, :64] = 1
    sketches[2, :120] = 2
    signatures = _signatures(tmp_path, np.ones((3, 2), np.uint32), sketches)
    assert _pairs(signatures, np.ones(3, bool), jaccard=0.3) == {(0, 1)}


def test_a_large_group_gives_each_member_two_partners_and_is_counted(tmp_path: Path) -> None:
    count = ALL_PAIRS_UP_TO + 10
    bands = np.stack([np.full(count, 7, np.uint32), np.arange(count, dtype=np.uint32)], axis=1)
    signatures = _signatures(tmp_path, bands, np.zeros((count, 4), np.uint8))
    counted = Candidates()
    pairs = list(candidates(signatures, np.ones(count, bool), jaccard=0.0, most_rows=100, counted=counted))
    found = {(int(one), int(other)) for piece in pairs for one, other in zip(piece.first, piece.second, strict=True)}
    assert found == {(0, other) for other in range(1, count)} | {(one, one + 1) for one in range(count - 1)}
    assert counted.capped == count


def test_pieces_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = np.random.default_rng(3)
    bands = chooser.integers(0, 30, (200, 4)).astype(np.uint32)
    signatures = _signatures(tmp_path, bands, chooser.integers(0, 2, (200, 16)).astype(np.uint8))
    whole = _pairs(signatures, np.ones(200, bool), jaccard=0.5)
    monkeypatch.setattr(room, "_PAIRS_AT_ONCE", 37)  # many pieces instead of one of a million pairs
    monkeypatch.setattr(room, "_ROWS_A_PART", 16)
    monkeypatch.setattr(room, "_KEYS_AT_ONCE", 41)
    monkeypatch.setattr(room, "_SKETCHES_AT_ONCE", 11)
    monkeypatch.setattr(room, "_BLOCK_BITS", np.uint64(3))
    assert _pairs(signatures, np.ones(200, bool), jaccard=0.5) == whole
    assert len(whole) > 100


def test_no_more_pairs_are_held_at_once_than_are_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of a large group meets every member, so that the first rows of a corpus have far more pairs than others."""
    bands = np.arange(400 * 8, dtype=np.uint32).reshape(400, 8)
    bands[:, 0] = np.arange(400) // 5  # families of five: two pairs a row
    bands[20:, 1] = 7  # one large group
    signatures = _signatures(tmp_path, bands, np.zeros((400, 4), np.uint8))
    monkeypatch.setattr(room, "_KEYS_AT_ONCE", 50)
    pieces = list(candidates(signatures, np.ones(400, bool), jaccard=0.0, most_rows=100, counted=Candidates()))
    assert len(pieces) > 10
    for piece in pieces:
        of_row = np.bincount(piece.first)
        assert len(piece.first) - of_row.max() <= 50


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 4), max_size=30), st.integers(1, 40))
@settings(max_examples=60)
def test_equal_rows_are_found_whatever_the_number_of_ranges(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], most_rows: int
) -> None:
    path = tmp_path_factory.mktemp("values") / "column"
    np.array(values, np.uint64).tofile(path)
    found = []
    for groups in equal_rows(path, np.uint64, np.ones(len(values), bool), most_rows):
        found += [groups.rows[start : start + size].tolist() for start, size in zip(groups.starts, groups.sizes, strict=True)]
    expected = {tuple(row for row, other in enumerate(values) if other == value) for value in values}
    assert sorted(found) == sorted(list(rows) for rows in expected if len(rows) > 1)


@pytest.mark.parametrize("wrong", [{"covered": 0.2}, {"covered": 1.1}, {"jaccard": -0.1}, {"sketched": 2}, {"rows_at_once": 0}])
def test_options_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CorpusError) as refused:
        DuplicateOptions(**wrong)  # type: ignore[arg-type]  # what a settings file might hold
    assert refused.value.code == "BL-CORPUS-061"


def test_more_documents_than_pairs_can_number_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightline.corpus.duplicates.clustering._MOST_DOCUMENTS", 1)  # two documents instead of four thousand million
    workspace, shards = corpus(tmp_path, [{"id": str(number), "text": text(number)} for number in range(2)])
    with pytest.raises(RunError) as refused:
        cluster(workspace, shards, READING)
    assert refused.value.code == "BL-CORPUS-063"
