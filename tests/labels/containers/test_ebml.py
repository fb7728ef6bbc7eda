"""EBML: headers of all widths, sizes known and unknown, Voids of every size, checksums."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.ebml import MOST_ELEMENTS, EbmlWalk, Element, checksummed, element, fitted, number, size_field, void
from brightline.labels.containers.reading import Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated


def walked(data: bytes) -> list[Element]:
    return EbmlWalk(Source(data)).children(0, len(data))


@pytest.mark.parametrize("name", [0xEC, 0x4286, 0x2AD7B1, 0x1A45DFA3])
@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_ids_and_sizes_of_all_widths_are_read(name: int, width: int) -> None:
    data = element(name, b"body", size_width=width)
    (here,) = walked(data)
    assert (here.id, data[here.body : here.stop], here.known) == (name, b"body", True)


def test_a_size_of_all_ones_is_unknown() -> None:
    here = EbmlWalk(Source(b"\x1f\x43\xb6\x75\xff" + b"body")).element_at(0, 9)
    assert (here.known, here.stop) == (False, 9)
    with pytest.raises(Malformed):
        walked(b"\x1f\x43\xb6\x75\xff" + b"body")


@given(st.integers(0, (1 << 56) - 2), st.integers(1, 8))
def test_sizes_read_as_they_were_written(size: int, width: int) -> None:
    field = size_field(size, width)
    assert len(field) >= width
    head = b"\xec" + field
    walk = EbmlWalk(Source(head))
    if size == 0:
        assert walk.element_at(0, len(head)).stop == len(head)
    else:
        with pytest.raises(Truncated):
            walk.element_at(0, len(head))


@pytest.mark.parametrize("size", [2, 3, 127, 128, 129, 130, 1000, 70_000])
def test_a_void_has_the_size_that_was_asked_for(size: int) -> None:
    data = void(size)
    assert len(data) == size
    assert [(here.id, here.size) for here in walked(data)] == [(0xEC, size)]


def test_no_void_has_one_byte() -> None:
    assert void(0) == b""
    with pytest.raises(ValueError, match="one byte"):
        void(1)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_what_fits_fills_its_room_exactly(body: bytes, room: int) -> None:
    data = fitted(0x7373, body, room)
    if data is None:
        assert room < len(element(0x7373, body)) + 2
    else:
        assert len(data) == room
        first = walked(data)[0]
        assert data[first.body : first.stop] == body


def test_numbers_are_as_short_as_they_may_be() -> None:
    assert (number(0), number(255), number(256), number(1, 4)) == (b"\0", b"\xff", b"\1\0", b"\0\0\0\1")


def test_a_checksum_is_renewed_where_there_is_one() -> None:
    assert checksummed(b"\xec\x80") == b"\xec\x80"
    renewed = checksummed(b"\xbf\x84" + bytes(4) + b"\xec\x80")
    assert renewed == b"\xbf\x84" + zlib.crc32(b"\xec\x80").to_bytes(4, "little") + b"\xec\x80"


@pytest.mark.parametrize("data", [b"\x00", b"\x0f\xff", b"\xec\x00\x00"])
def test_what_begins_no_element_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        walked(data)


@pytest.mark.parametrize("data", [b"\xec", b"\x1a\x45", b"\xec\x81", b"\xec\x01\xff\xff\xff\xff\xff\xff\xfe", b"\xec\x08\xff"])
def test_what_ends_too_early_was_cut_off(data: bytes) -> None:
    with pytest.raises(Truncated):
        walked(data)


def test_an_element_beyond_its_parent_is_refused() -> None:
    with pytest.raises(Malformed):
        EbmlWalk(Source(b"\xec\x8aabc" + bytes(20))).children(0, 5)


def test_elements_without_end_are_given_up() -> None:
    data = b"\xec\x80" * 1001
    with pytest.raises(OverLimit):
        EbmlWalk(Source(data), most=1000).children(0, len(data))
    gaps: list[Gap] = []
    assert len(EbmlWalk(Source(data), gaps, most=1000).children(0, len(data))) == 1000
    assert len(gaps) == 1
    assert MOST_ELEMENTS < 1_000_000


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_walked_or_refused(data: bytes) -> None:
    gaps: list[Gap] = []
    found = EbmlWalk(Source(data), gaps).children(0, len(data))
    assert all(0 <= here.start < here.body <= here.stop <= len(data) for here in found)
    with suppress(LabelError):
        assert walked(data) == found


def one_by_one(data: bytes, at: int) -> Iterator[int]:
    """Where each element begins, up to one of a longer name or one that cannot be followed."""
    with suppress(LabelError):
        while True:
            yield at
            here = EbmlWalk(Source(data)).element_at(at, len(data))
            if not here.known or here.id > 0xFF:
                return
            at = here.stop


_SHORT = st.tuples(st.sampled_from([0xA3, 0xEC, 0xA0, 0xE7, 0xBF]), st.integers(0, 300) | st.just(70_000), st.integers(1, 4))


@given(st.lists(_SHORT, max_size=40), st.sampled_from([b"", element(0x1F43B675, b"next"), b"\xa3\xff", b"\x00", b"\xa3\x90"]))
def test_walking_over_short_names_ends_where_walking_one_by_one_ends(parts: list[tuple[int, int, int]], then: bytes) -> None:
    data = b"".join(element(name, bytes(length), size_width=width) for name, length, width in parts) + then
    reached = EbmlWalk(Source(data)).behind_short_names(0, len(data))
    assert reached in list(one_by_one(data, 0))
    assert list(one_by_one(data, reached))[-1] == list(one_by_one(data, 0))[-1]


def test_elements_without_end_end_soon() -> None:
    walk = EbmlWalk(Source(b"\xec\x80" * 600_000))
    reached = walk.behind_short_names(0, 1_200_000)
    assert reached == 2 * MOST_ELEMENTS
    with pytest.raises(OverLimit):
        walk.element_at(reached, 1_200_000)
