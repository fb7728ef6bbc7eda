"""Chunks of RIFF files: walked within bounds, INFO lists read and written anew."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.riff import chunk_bytes, chunks, info_bytes, info_entries, list_children, text_of
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated

INFO = chunk_bytes(b"LIST", b"INFO" + chunk_bytes(b"INAM", b"odd\0\0") + chunk_bytes(b"ICMT", "词".encode()))


def test_an_odd_payload_is_followed_by_one_byte_that_its_length_does_not_count() -> None:
    assert chunk_bytes(b"abcd", b"odd") == b"abcd\x03\0\0\0odd\0"
    assert chunk_bytes(b"abcd", b"even") == b"abcd\x04\0\0\0even"


def test_chunks_are_walked_over_their_padding() -> None:
    data = chunk_bytes(b"one ", b"1") + chunk_bytes(b"two ", b"22")
    assert [(found.name, found.start, found.stop, found.end) for found in chunks(Source(data), 0, len(data))] == [
        (b"one ", 8, 9, 10),
        (b"two ", 18, 20, 20),
    ]


def test_a_padding_byte_forgotten_at_the_end_is_not_missed() -> None:
    (found,) = chunks(Source(b"abcd\x03\0\0\0odd"), 0, 11)
    assert (found.stop, found.end) == (11, 11)


def test_a_chunk_behind_the_end_of_the_file_is_truncated() -> None:
    with pytest.raises(Truncated):
        list(chunks(Source(struct.pack("<4sI", b"data", 1 << 31)), 0, 8))


def test_a_chunk_longer_than_its_parent_is_malformed_and_names_its_place() -> None:
    data = chunk_bytes(b"LIST", b"INFO" + struct.pack("<4sI", b"INAM", 100)) + b"\0" * 200
    (parent, *_) = chunks(Source(data), 0, len(data))
    with pytest.raises(Malformed) as problem:
        list(list_children(Source(data), parent))
    assert problem.value.offset == 12


def test_a_million_chunks_are_over_the_limit() -> None:
    data = chunk_bytes(b"a   ", b"") * 1_000_000
    with pytest.raises(OverLimit):
        list(chunks(Source(data), 0, len(data)))


def test_info_texts_are_listed_with_their_places() -> None:
    (info,) = chunks(Source(INFO), 0, len(INFO))
    entries = list(info_entries(Source(INFO), info, "wav.LIST.INFO", "ICMT"))
    assert [(entry.key, entry.value, entry.offset, entry.standard) for entry in entries] == [
        ("INAM", "odd", 12, False),
        ("ICMT", "词", 26, True),
    ]


def test_an_info_list_written_anew_keeps_the_other_children_byte_for_byte() -> None:
    (info,) = chunks(Source(INFO), 0, len(INFO))
    assert info_bytes(Source(INFO), info, lambda child: False) == INFO
    fresh = info_bytes(Source(INFO), info, lambda child: child.name == b"INAM", chunk_bytes(b"AIGC", b"{}"))
    assert fresh == chunk_bytes(b"LIST", b"INFO" + chunk_bytes(b"ICMT", "词".encode()) + chunk_bytes(b"AIGC", b"{}"))
    assert info_bytes(Source(INFO), info, lambda child: True) == b""


def test_texts_that_are_not_utf_8_are_read_as_latin_1() -> None:
    assert text_of("Müller".encode("latin-1") + b"\0\0") == "Müller"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_walked_or_refused(data: bytes) -> None:
    try:
        for found in chunks(Source(data), 0, len(data)):
            assert found.offset + 8 == found.start <= found.stop <= found.end <= len(data)
    except LabelError:
        pass
