"""Ordinary files that speak of AI, of labels and of generators are never marked. ``evals/label_negatives.py`` counts thousands."""

from __future__ import annotations

from collections import Counter

from evals.labels.ordinary import ordinary_files

from brightline.labels.verification import verify

MARKED = ("confirmed", "possible", "suspected")


def test_no_ordinary_file_is_marked() -> None:
    files = list(ordinary_files(400, seed=7))

    states = Counter((kind, str(verify(data, name=name).state)) for kind, name, data in files)

    assert [row for row in states if row[1] in MARKED] == []
    assert {kind for kind, state in states if state == "inconclusive"} <= {"feed"}


def test_the_files_are_the_same_for_the_same_seed_and_no_two_are_alike() -> None:
    first, again = list(ordinary_files(60, seed=3)), list(ordinary_files(60, seed=3))
    dated = {"spreadsheet"}  # its writer puts the time of day into it

    assert [data for kind, _, data in first if kind not in dated] == [data for kind, _, data in again if kind not in dated]
    assert len({data for _, _, data in first}) == len(first)
