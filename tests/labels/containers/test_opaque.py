"""Labels among bytes of another purpose: shown only where they speak of one, and blanked without moving anything."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.containers.opaque import (
    LARGEST_OPAQUE,
    LARGEST_TRAILER,
    bytes_without_labels,
    opaque_entries,
    text_without_labels,
    trailing,
)
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit
from brightline.labels.sites import sites_in
from brightline.labels.xmp import with_label

OLD = '{"Label":"1","ContentProducer":"somebody"}'
WRAPPED = '{"AIGC":' + OLD + "}"


def test_ordinary_bytes_are_no_entries() -> None:
    assert opaque_entries(bytes(range(256)) * 10, 0, "x") == []
    assert bytes_without_labels(bytes(range(256))) == bytes(range(256))


@pytest.mark.parametrize("text", ["AIGC" + OLD, WRAPPED, "AIGC=" + OLD, "aigc: " + OLD])
def test_a_bare_label_is_shown_and_becomes_white_space(text: str) -> None:
    data = b"\xff\0before " + text.encode() + b" behind\0\xfe"
    (entry,) = opaque_entries(data, 500, "x", "key")
    assert (entry.place, entry.key, entry.kind, entry.offset, entry.length) == ("x", "key", "blob", 500, len(data))
    clean = bytes_without_labels(data)
    assert len(clean) == len(data)
    assert clean.startswith(b"\xff\0before ")
    assert clean.endswith(b" behind\0\xfe")
    assert b"somebody" not in clean


def test_a_packet_among_bytes_is_read_as_one_and_keeps_what_else_it_says() -> None:
    packet = with_label(None, OLD).replace(b"<TC260:AIGC>", b"<TC260:Other>x</TC260:Other><TC260:AIGC>")
    data = b"\xff\xd8" + packet + b"\xff\xd9"
    (entry,) = opaque_entries(data, 500, "x")
    assert (entry.place, entry.kind, entry.value[:10]) == ("x.XMP", "xmp", "<x:xmpmeta")
    assert data[entry.offset - 500 :].startswith(b"<x:xmpmeta")
    clean = bytes_without_labels(data)
    assert len(clean) == len(data)
    assert b"<TC260:Other>x</TC260:Other>" in clean
    assert sites_in(opaque_entries(clean, 0, "x")) == []


def test_labels_inside_and_outside_of_packets_all_go() -> None:
    data = with_label(None, OLD) + b"AIGC" + OLD.encode() + with_label(None, OLD) + WRAPPED.encode()
    clean = bytes_without_labels(data)
    assert len(clean) == len(data)
    assert b"somebody" not in clean


def test_a_packet_that_is_broken_is_not_guessed_at() -> None:
    with pytest.raises(Malformed):
        bytes_without_labels(b"<x:xmpmeta><TC260:AIGC>" + OLD.encode() + b"</x:xmpmeta>")


def test_words_around_a_label_in_a_text_stay() -> None:
    assert text_without_labels("a cat, AIGC" + OLD + " by hand") == "a cat, AIGC by hand"
    assert text_without_labels(WRAPPED) == ""
    assert text_without_labels("a talk on AIGC and {labels}") == "a talk on AIGC and {labels}"


def test_what_follows_a_picture_is_read_when_it_is_small() -> None:
    data = b"picture" + b"AIGC" + OLD.encode()
    entries, gaps = trailing(Source(data), 7, "x.trailer")
    assert ([entry.offset for entry in entries], gaps) == ([7], [])
    assert trailing(Source(b"picture"), 7, "x.trailer") == ([], [])


def test_labels_in_much_data_are_found_by_their_surroundings() -> None:
    film = random.Random(1).randbytes(LARGEST_OPAQUE)
    data = film + b"AIGC" + OLD.encode() + film + with_label(None, OLD) + film
    blob, packet = opaque_entries(data, 500, "x")
    assert (blob.kind, packet.kind) == ("blob", "xmp")
    assert max(blob.length, packet.length) < 200_000
    assert data[packet.offset - 500 :].startswith(b"<x:xmpmeta")
    clean = bytes_without_labels(data)
    assert len(clean) == len(data)
    assert clean.startswith(film)
    assert clean.endswith(film)
    assert sites_in(opaque_entries(clean, 0, "x")) == []


def test_more_labels_than_are_looked_at_are_refused() -> None:
    data = (b"AIGC" + OLD.encode()).ljust(200_000, b"\0") * 70
    with pytest.raises(OverLimit, match="more than 64 places"):
        bytes_without_labels(data)
    assert len(trailing(Source(data), 1, "x")[1]) == 1


def test_what_follows_a_picture_and_is_large_is_a_gap() -> None:
    source = Source(bytes(LARGEST_TRAILER + 8))
    entries, gaps = trailing(source, 7, "x.trailer")
    assert (entries, [gap.offset for gap in gaps]) == ([], [7])
    assert source.bytes_read == 0


@given(
    st.lists(
        st.sampled_from([b"AIGC", OLD.encode(), WRAPPED.encode(), b"<x:xmpmeta>", b"</x:xmpmeta>", b"{", b"}", b"\xff", b'"']), max_size=12
    )
)
def test_any_mixture_is_cleaned_or_refused(parts: list[bytes]) -> None:
    data = b"".join(parts)
    try:
        clean = bytes_without_labels(data)
    except Malformed:
        return
    assert len(clean) == len(data)
    assert sites_in(opaque_entries(clean, 0, "")) == []
