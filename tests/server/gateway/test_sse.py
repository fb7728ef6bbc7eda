"""The reader of server-sent events: the same events for every cutting, and never another error than its own."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.server.gateway.sse import Event, EventReader, EventTooLarge, write_event

LIMIT = 1 << 20


def read(chunks: list[bytes], limit: int = LIMIT) -> list[Event]:
    reader = EventReader(limit)
    return [event for chunk in chunks for event in reader.feed(chunk)] + reader.finish()


def cuttings(raw: bytes) -> st.SearchStrategy[list[bytes]]:
    places = st.lists(st.integers(0, len(raw)), max_size=12).map(lambda cuts: sorted({0, len(raw), *cuts}))
    return places.map(lambda cuts: [raw[start:end] for start, end in pairwise(cuts)])


STREAM = (
    'event: message_start\ndata: {"a":"你好🙂"}\n\n: ping\n\nid: 7\r\ndata: one\r\ndata: two\r\n\r\ndata:tight\r\rdata: [DONE]\n\n'.encode()
)
EVENTS = [
    Event('{"a":"你好🙂"}'.encode(), b"message_start"),
    Event(None),
    Event(b"one\ntwo"),
    Event(b"tight"),
    Event(b"[DONE]"),
]


def test_reads_events_comments_several_data_lines_and_all_three_line_ends() -> None:
    assert read([STREAM]) == EVENTS


@given(cuttings(STREAM))
def test_every_cutting_gives_the_same_events(chunks: list[bytes]) -> None:
    assert read(chunks) == EVENTS


@given(st.data(), st.binary(max_size=200))
def test_every_cutting_of_garbage_gives_the_same_events_and_no_error(data: st.DataObject, raw: bytes) -> None:
    assert read(data.draw(cuttings(raw))) == read([raw])


@given(st.binary(max_size=60).filter(lambda data: b"\r" not in data), st.sampled_from([b"", b"content_block_delta"]))
def test_what_is_written_is_read_back(data: bytes, kind: bytes) -> None:
    assert read([write_event(data, kind)]) == [Event(data, kind)]


@pytest.mark.parametrize("name", ["你好", "two words", "x" * 65, "a:b"])
def test_a_name_that_is_none_is_dropped(name: str) -> None:
    assert read([f"event: {name}\ndata: a\n\n".encode()]) == [Event(b"a")]


def test_a_byte_order_mark_is_skipped() -> None:
    assert read([b"\xef", b"\xbb\xbfdata: a\n\n"]) == [Event(b"a")]


def test_the_event_left_open_at_the_end_is_given() -> None:
    assert read([b"data: a\n\ndata: [DONE]"]) == [Event(b"a"), Event(b"[DONE]")]


def test_an_event_over_the_limit_is_refused_even_without_a_line_end() -> None:
    with pytest.raises(EventTooLarge):
        read([b"data: " + b"x" * 50] + [b"x" * 50] * 10, limit=300)


def test_heartbeats_without_end_do_not_reach_the_limit() -> None:
    assert len(read([b": ping\n\n"] * 1000, limit=100)) == 1000
