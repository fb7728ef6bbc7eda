"""Damaged and hostile MP4 files: a clear refusal, soon, and the media never touched."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.boxes import MOST_TEXT, BoxWalk, box_bytes, free_box, full_box
from brightline.labels.containers.mp4 import MP4
from brightline.labels.containers.reading import Kept, Patch
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Truncated, Unsupported
from tests.labels.containers.films import (
    FTYP,
    MDAT,
    OLD,
    VALUE,
    data_atom,
    fast_start,
    film,
    freeform,
    inside,
    keyed,
    meta,
    moov_last,
    movie,
    uuid_xmp,
)
from tests.labels.containers.sounding import (
    labelled,
    mutated,
    refused,
    the_label,
    try_all,
    try_reading,
)


def test_a_file_cut_off_at_any_box_is_told_and_never_written() -> None:
    data = fast_start(box_bytes(b"udta", keyed({"AIGC": OLD})))
    borders = {at for box in inside(data, 0, len(data)) for at in (box.start, box.start + 4, box.body, box.stop - 1)} - {0}
    for border in sorted(borders):
        cut = data[:border]
        problem = refused(MP4, cut, VALUE)
        assert isinstance(problem, Truncated | Malformed), border
        reading = try_reading(MP4, cut)
        assert (
            reading is None
            or reading.gaps
            or b"moov" not in {box.kind for box in BoxWalk(Source(cut), []).children(0, border)}
            or border in (len(FTYP), data.index(MDAT))
        )


@pytest.mark.parametrize("size", [0, 1, 7, 1 << 31, (1 << 32) - 1])
@pytest.mark.parametrize("kind", [b"moov", b"udta", b"meta", b"keys", b"ilst", b"data", b"stco", b"trak"])
def test_hostile_sizes_are_refused(kind: bytes, size: int) -> None:
    data = fast_start(box_bytes(b"udta", keyed({"AIGC": OLD})))
    at = data.index(kind) - 4
    hostile = data[:at] + size.to_bytes(4) + data[at + 4 :]
    assert refused(MP4, hostile, VALUE).code in ("BL-LABEL-011", "BL-LABEL-012", "BL-LABEL-013")


@pytest.mark.parametrize("count", [1 << 24, (1 << 32) - 1])
@pytest.mark.parametrize("kind", [b"keys", b"stco"])
def test_hostile_counts_are_refused(kind: bytes, count: int) -> None:
    data = fast_start(box_bytes(b"udta", keyed({"AIGC": OLD})))
    at = data.index(kind) + 8
    assert refused(MP4, data[:at] + count.to_bytes(4) + data[at + 4 :], VALUE).code in ("BL-LABEL-011", "BL-LABEL-014")


def test_a_million_atoms_are_refused_and_soon_given_up() -> None:
    data = FTYP + box_bytes(b"moov", box_bytes(b"free") * 1_000_000) + MDAT
    assert refused(MP4, data, VALUE).code == "BL-LABEL-014"
    reading = MP4.read(Source(data))
    assert reading.gaps


def test_texts_of_many_megabytes_are_read_up_to_a_limit() -> None:
    items = [box_bytes(b"\xa9cmt", data_atom("x" * (3 << 20))) for _ in range(8)]
    source = Source(moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", *items)))))
    reading = MP4.read(source)
    assert len(reading.gaps) == 1
    assert reading.gaps[0].reason.startswith(f"more than {MOST_TEXT} bytes of metadata texts")
    assert source.bytes_read < MOST_TEXT + 65_536


def test_items_in_the_metadata_of_a_film_are_said_not_to_be_looked_at() -> None:
    data = moov_last() + meta(b"pict", full_box(b"iinf", 0, 0, bytes(2)))
    assert [gap.reason for gap in MP4.read(Source(data)).gaps] == ["the items of a film's metadata are not looked at"]


def test_boxes_inside_boxes_without_end_are_not_followed() -> None:
    nested = b""
    for _ in range(5000):
        nested = box_bytes(b"trak", nested)
    data = FTYP + MDAT + movie(nested)
    assert MP4.read(Source(data)).gaps == ()
    assert the_label(MP4.read(Source(labelled(MP4, data, VALUE)))).value == VALUE


def test_files_that_have_no_place_for_a_label_are_refused_by_name() -> None:
    assert isinstance(refused(MP4, FTYP + MDAT, VALUE), Malformed)
    assert isinstance(refused(MP4, FTYP + box_bytes(b"moof") + MDAT, VALUE), Unsupported)
    assert isinstance(refused(MP4, FTYP + movie() + movie(), VALUE), Malformed)
    assert isinstance(refused(MP4, FTYP + box_bytes(b"moov", box_bytes(b"cmov")), VALUE), Unsupported)
    assert isinstance(refused(MP4, b"", VALUE), LabelError)


def test_a_plan_never_touches_the_media() -> None:
    for data in (moov_last(), fast_start(), fast_start(between=free_box(4096)), film()):
        plan = MP4.plan(Source(data), VALUE)
        media = MP4.read(Source(data)).media
        for patch in plan.patches or ():
            assert isinstance(patch, Patch)
            assert all(patch.offset >= stop or patch.offset + len(patch.data) <= start for start, stop in media)
        kept = [piece for piece in plan.pieces if isinstance(piece, Kept)]
        assert all(any(piece.start <= start and stop <= piece.stop for piece in kept) for start, stop in media)
        assert all(before.stop <= after.start for before, after in pairwise(kept))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try_all(MP4, data, VALUE)
    try_all(MP4, FTYP + data, VALUE)
    try_all(MP4, FTYP + movie(data) + MDAT, VALUE)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32))
def test_any_damaged_film_is_read_or_refused(seed: int) -> None:
    udta = box_bytes(b"udta", keyed({"a": "b", "AIGC": OLD}), meta(b"mdir", box_bytes(b"ilst", freeform("x", "y"))))
    try_all(MP4, mutated(fast_start(udta), seed), VALUE)
    try_all(MP4, mutated(moov_last(udta, after=uuid_xmp()), seed), VALUE)
