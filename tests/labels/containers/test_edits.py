"""Edits of ranges become a plan: what is kept, what is new, and whether it can be done in place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.reading import Kept, Patch, Plan
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed
from brightline.labels.writing import written

DATA = bytes(range(100))


def test_what_no_edit_names_is_kept() -> None:
    plan = planned([Edit(50, 60, b"new"), Edit(10, 10, b"more")], 100)
    assert plan == Plan((Kept(0, 10), b"more", Kept(10, 50), b"new", Kept(60, 100)), None)


def test_edits_that_keep_their_lengths_can_be_done_in_place() -> None:
    plan = planned([Edit(50, 53, b"new"), Edit(0, 2, b"GO")], 100)
    assert plan.patches == (Patch(0, b"GO"), Patch(50, b"new"))


def test_what_is_taken_out_or_put_in_cannot_be_done_in_place() -> None:
    assert planned([Edit(50, 53, b"")], 100).patches is None
    assert planned([Edit(50, 50, b"new")], 100).patches is None


def test_no_edits_keep_the_file() -> None:
    assert planned([], 100) == Plan((Kept(0, 100),), ())


def test_edits_that_overlap_are_an_error() -> None:
    with pytest.raises(Malformed, match="overlap"):
        planned([Edit(10, 20, b"a"), Edit(19, 30, b"b")], 100)


def test_an_insertion_stands_before_what_replaces_the_bytes_behind_it() -> None:
    plan = planned([Edit(10, 20, b"behind"), Edit(10, 10, b"before ")], 100)
    assert written(Source(DATA), plan) == DATA[:10] + b"before behind" + DATA[20:]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5), st.binary(max_size=8)), max_size=6))
def test_a_plan_makes_what_the_edits_say(parts: list[tuple[int, int, bytes]]) -> None:
    edits = [Edit(start, min(100, start + length), data) for start, length, data in parts]
    try:
        plan = planned(edits, 100)
    except Malformed:
        assert any(one.stop > other.start for one, other in pairwise(sorted(edits)))
        return
    expected, at = b"", 0
    for start, stop, data in sorted(edits, key=lambda edit: (edit.start, edit.stop)):
        expected += DATA[at:start] + data
        at = stop
    assert written(Source(DATA), plan) == expected + DATA[at:]
    if plan.patches is not None:
        patched = bytearray(DATA)
        for offset, data in plan.patches:
            patched[offset : offset + len(data)] = data
        assert bytes(patched) == expected + DATA[at:]
