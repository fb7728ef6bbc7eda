"""Boxes: sizes of all kinds, metadata boxes of both families, and what is no box."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.boxes import MOST_BOXES, Box, BoxWalk, box_bytes, free_box, full_box, resized
from brightline.labels.containers.reading import Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated


def walked(data: bytes) -> list[Box]:
    return BoxWalk(Source(data)).children(0, len(data))


def told(data: bytes) -> tuple[list[Box], list[Gap]]:
    gaps: list[Gap] = []
    return BoxWalk(Source(data), gaps).children(0, len(data)), gaps


def test_boxes_follow_each_other_by_their_sizes() -> None:
    assert walked(box_bytes(b"ftyp", b"abcd") + box_bytes(b"moov")) == [Box(b"ftyp", 0, 8, 12), Box(b"moov", 12, 20, 20)]


def test_a_size_of_one_means_that_64_bits_follow() -> None:
    assert walked(struct.pack(">I4sQ", 1, b"mdat", 20) + b"data") == [Box(b"mdat", 0, 16, 20)]


def test_a_size_of_zero_reaches_to_the_end_of_the_file() -> None:
    assert walked(struct.pack(">I4s", 0, b"mdat") + b"data") == [Box(b"mdat", 0, 8, 12, to_end=True)]


def test_a_size_of_zero_inside_another_box_is_refused() -> None:
    data = box_bytes(b"moov", struct.pack(">I4s", 0, b"udta")) + box_bytes(b"free")
    with pytest.raises(Malformed):
        BoxWalk(Source(data)).children(8, 16)


def test_a_size_of_zero_at_the_end_of_the_last_box_is_refused_too() -> None:
    data = box_bytes(b"moov", struct.pack(">I4s", 0, b"udta") + bytes(9))
    with pytest.raises(Malformed):
        BoxWalk(Source(data)).children(8, len(data))


@pytest.mark.parametrize("size", [2, 7])
def test_a_size_smaller_than_its_own_header_is_refused(size: int) -> None:
    with pytest.raises(Malformed) as problem:
        walked(box_bytes(b"ftyp") + struct.pack(">I4s", size, b"moov"))
    assert problem.value.offset == 8


@pytest.mark.parametrize("size", [1 << 31, (1 << 32) - 1])
def test_a_size_beyond_the_end_of_the_file_means_that_it_was_cut_off(size: int) -> None:
    with pytest.raises(Truncated):
        walked(struct.pack(">I4s", size, b"moov") + bytes(100))


def test_a_64_bit_size_near_the_largest_number_is_no_reason_to_allocate() -> None:
    with pytest.raises(Truncated):
        walked(struct.pack(">I4sQ", 1, b"moov", (1 << 63) + 16) + bytes(100))


def test_a_box_that_reaches_beyond_the_one_around_it_is_refused() -> None:
    data = box_bytes(b"moov", struct.pack(">I4s", 64, b"udta")) + box_bytes(b"free", bytes(100))
    with pytest.raises(Malformed):
        BoxWalk(Source(data)).children(8, 16)


def test_a_tolerant_walk_keeps_what_came_before_the_damage() -> None:
    boxes, gaps = told(box_bytes(b"ftyp") + struct.pack(">I4s", 4, b"moov"))
    assert [box.kind for box in boxes] == [b"ftyp"]
    assert len(gaps) == 1
    assert gaps[0].offset == 8


def test_media_that_was_cut_off_is_still_there_as_far_as_it_goes() -> None:
    boxes, gaps = told(struct.pack(">I4s", 1000, b"mdat") + bytes(10))
    assert boxes == [Box(b"mdat", 0, 8, 18)]
    assert len(gaps) == 1


def test_zeros_at_the_end_of_a_file_are_no_box_and_no_error() -> None:
    assert [box.kind for box in walked(box_bytes(b"ftyp") + bytes(512))] == [b"ftyp"]


def test_boxes_without_end_are_given_up() -> None:
    data = box_bytes(b"free") * 1001
    with pytest.raises(OverLimit):
        BoxWalk(Source(data), most=1000).children(0, len(data))
    gaps: list[Gap] = []
    assert len(BoxWalk(Source(data), gaps, most=1000).children(0, len(data))) == 1000
    assert len(gaps) == 1
    assert MOST_BOXES < 1_000_000


def test_a_metadata_box_with_and_without_version_gives_the_same_children() -> None:
    inside = full_box(b"hdlr", 0, 0, bytes(20)) + box_bytes(b"ilst")
    for data in (box_bytes(b"meta", inside), full_box(b"meta", 0, 0, inside)):
        walk = BoxWalk(Source(data))
        (meta,) = walk.children(0, len(data))
        assert [box.kind for box in walk.meta_children(meta)] == [b"hdlr", b"ilst"]


def test_user_data_may_end_with_a_zero() -> None:
    data = box_bytes(b"name", b"x") + bytes(4)
    assert [box.kind for box in BoxWalk(Source(data)).children(0, len(data), list_may_end=True)] == [b"name"]


def test_what_follows_the_zero_at_the_end_of_user_data_is_not_passed_over() -> None:
    data = box_bytes(b"udta", box_bytes(b"name", b"x"), bytes(4), b"AIGC{}") + box_bytes(b"free")
    gaps: list[Gap] = []
    assert [box.kind for box in BoxWalk(Source(data), gaps).children(8, len(data) - 8, list_may_end=True)] == [b"name"]
    assert len(gaps) == 1


def test_free_boxes_have_the_size_that_was_asked_for() -> None:
    assert free_box(0) == b""
    assert len(free_box(8)) == 8
    assert len(free_box(1032)) == 1032
    with pytest.raises(ValueError, match="7 bytes"):
        free_box(7)


def test_a_32_bit_size_does_not_grow_beyond_32_bits() -> None:
    data = box_bytes(b"moov", bytes(8))
    (moov,) = walked(data)
    assert resized(Source(data), moov, 4) == (0, (20).to_bytes(4))
    with pytest.raises(OverLimit):
        resized(Source(data), moov, 1 << 32)


def test_a_64_bit_size_grows_where_it_stands() -> None:
    data = struct.pack(">I4sQ", 1, b"mdat", 20) + b"data"
    (mdat,) = walked(data)
    assert resized(Source(data), mdat, 4) == (8, (24).to_bytes(8))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_walked_or_refused(data: bytes) -> None:
    boxes, _ = told(data)
    assert all(0 <= box.start < box.body <= box.stop <= len(data) for box in boxes)
    with suppress(LabelError):
        assert walked(data) == boxes
