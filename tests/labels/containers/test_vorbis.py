"""Lists of Vorbis comments: read, changed in one line, and everything else as it was."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.reading import MOST_ENTRIES, Gap
from brightline.labels.containers.vorbis import EMPTY, entries_of, parsed, with_label, without_labels
from brightline.labels.errors import LabelError, Malformed, OverLimit

VALUE = '{"Label":"1","ContentProducer":"p","ProduceID":"i"}'


def comments(*texts: bytes, tail: bytes = b"") -> bytes:
    lines = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return struct.pack("<I", 4) + b"Lavf" + struct.pack("<I", len(texts)) + lines + tail


def listed(data: bytes) -> list[tuple[str, str]]:
    gaps: list[Gap] = []
    found = entries_of(parsed(data), "p", (0, len(data)), gaps)
    assert not gaps
    return [(entry.key, entry.value) for entry in found]


def test_comments_are_listed_with_the_vendor_first_and_without_pictures() -> None:
    data = comments("TITLE=Tön=e".encode(), b"METADATA_BLOCK_PICTURE=AAAA", b"no sign", b"aigc=" + VALUE.encode())
    assert listed(data) == [("vendor", "Lavf"), ("TITLE", "Tön=e"), ("comment", "no sign"), ("aigc", VALUE)]


def test_the_name_of_the_label_has_no_case() -> None:
    for name in (b"AIGC", b"aigc", b"AiGc"):
        (_, entry) = entries_of(parsed(comments(name + b"=" + VALUE.encode())), "p", (0, 1), [])
        assert entry.standard


def test_a_label_joins_the_comments_and_all_others_keep_their_bytes() -> None:
    data = comments(b"TITLE=\xff\xfe not UTF-8", b"=", b"", tail=b"\x01tail")
    after = with_label(parsed(data), VALUE).to_bytes()
    assert after == comments(b"TITLE=\xff\xfe not UTF-8", b"=", b"", b"AIGC=" + VALUE.encode(), tail=b"\x01tail")
    assert without_labels(parsed(after)).to_bytes() == data


def test_labels_become_one_where_the_first_stood() -> None:
    data = comments(b"A=1", b"aigc={}", b"B=2", b"AIGC=", b'COMMENT={"AIGC":' + VALUE.encode() + b"}", b"C=3")
    assert with_label(parsed(data), VALUE).to_bytes() == comments(b"A=1", b"AIGC=" + VALUE.encode(), b"B=2", b"C=3")
    assert without_labels(parsed(data)).to_bytes() == comments(b"A=1", b"B=2", b"C=3")


def test_a_new_list_names_its_writer() -> None:
    assert listed(with_label(EMPTY, VALUE).to_bytes()) == [("vendor", "Brightline"), ("AIGC", VALUE)]


@pytest.mark.parametrize("number", [1 << 31, 0xFFFFFFFF, 100])
@pytest.mark.parametrize("at", [0, 8, 12])
def test_hostile_counts_are_refused(at: int, number: int) -> None:
    data = bytearray(comments(b"A=1"))
    data[at : at + 4] = struct.pack("<I", number)
    with pytest.raises((Malformed, OverLimit)):
        parsed(bytes(data))


def test_a_list_cut_off_anywhere_is_refused() -> None:
    data = comments(b"A=1", b"B=2")
    for length in range(len(data)):
        with pytest.raises(Malformed):
            parsed(data[:length])


def test_comments_beyond_what_is_kept_are_a_gap_and_too_long_ones_are_not_written_over() -> None:
    gaps: list[Gap] = []
    assert len(entries_of(parsed(comments(*[b"A=1"] * (MOST_ENTRIES + 9))), "p", (0, 1), gaps)) == MOST_ENTRIES
    long = parsed(comments(b"A=" + bytes(5 << 20)))
    entries_of(long, "p", (0, 1), gaps)
    assert len(gaps) == 2
    with pytest.raises(OverLimit):
        with_label(long, VALUE)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=20), max_size=8), st.binary(max_size=8))
def test_what_is_parsed_is_written_as_it_was(texts: list[bytes], tail: bytes) -> None:
    data = comments(*texts, tail=tail)
    assert parsed(data).to_bytes() == data
    once = with_label(parsed(data), VALUE).to_bytes()
    assert with_label(parsed(once), VALUE).to_bytes() == once


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    with suppress(LabelError):
        assert parsed(data).to_bytes() == data
