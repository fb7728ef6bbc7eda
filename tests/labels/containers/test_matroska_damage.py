"""Damaged and hostile Matroska files: a clear refusal, soon, and the media never touched."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.ebml import MOST_TEXT, element
from brightline.labels.containers.matroska import MATROSKA
from brightline.labels.containers.matroska_tags import TAGS
from brightline.labels.containers.reading import Kept
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Truncated, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from tests.labels.containers.recordings import (
    CLUSTER,
    CUES,
    HEAD,
    INFO,
    OLD,
    SEEK_HEAD,
    SEGMENT,
    TAG,
    TITLE,
    clusters,
    indexed,
    recording,
    segment,
    simple,
    tag,
    tags,
    unknown,
)
from tests.labels.containers.sounding import (
    mutated,
    refused,
    try_all,
    try_reading,
)

VALUE = ImplicitLabel.first("BRIGHTLINE-TEST", "1").to_json()
INFO_ = (INFO, element(INFO, element(TITLE, b"Before")))
MEDIA = [(CLUSTER, cluster) for cluster in clusters()]


def test_a_recording_cut_off_anywhere_is_told_and_never_written() -> None:
    data = indexed([INFO_, (TAGS, tags(tag(simple("AIGC", OLD)))), *MEDIA])
    for border in range(1, len(data), 5):
        assert isinstance(refused(MATROSKA, data[:border], VALUE), Truncated | Malformed | Unsupported)
        reading = try_reading(MATROSKA, data[:border])
        assert reading is None or reading.gaps or border == len(HEAD)
    assert sites_in(MATROSKA.read(Source(data[:-20])).entries)


@pytest.mark.parametrize("name", [SEGMENT, SEEK_HEAD, INFO, TAGS, CLUSTER, CUES])
def test_hostile_sizes_are_refused(name: int) -> None:
    data = indexed([INFO_, (TAGS, tags(tag(simple("A", "1" * 200)))), *MEDIA])
    at = data.index(name.to_bytes(4), len(HEAD)) + 4
    width = 9 - data[at].bit_length()
    for size in (1 << 31, (1 << 56) - 2):
        hostile = data[:at] + struct.pack(">Q", 1 << 56 | size) + data[at + width :]
        assert isinstance(refused(MATROSKA, hostile, VALUE), Truncated | Malformed)


def test_tags_inside_tags_are_refused() -> None:
    nested = simple("A", "1")
    for _ in range(500):
        nested = simple("A", "1", nested)
    deep = segment(tags(tag(nested)))
    assert isinstance(refused(MATROSKA, deep, VALUE), Malformed)
    assert MATROSKA.read(Source(deep)).gaps


def test_texts_of_many_megabytes_are_read_up_to_a_limit() -> None:
    source = Source(segment(tags(*(tag(simple("A", "x" * (3 << 20))) for _ in range(8)))))
    reading = MATROSKA.read(source)
    assert reading.gaps
    assert len(reading.entries) == 5
    assert source.bytes_read < MOST_TEXT + 65_536


def test_files_that_have_no_place_for_a_label_are_refused_by_name() -> None:
    assert isinstance(refused(MATROSKA, HEAD, VALUE), LabelError)
    assert isinstance(refused(MATROSKA, segment(INFO_[1]) + segment(INFO_[1]), VALUE), Unsupported)
    assert isinstance(refused(MATROSKA, segment(INFO_[1]) + b"trailing", VALUE), LabelError)
    assert isinstance(refused(MATROSKA, HEAD + unknown(SEGMENT, unknown(INFO, b"")), VALUE), Malformed)


def test_a_plan_never_touches_the_media() -> None:
    for data in (recording(), indexed([INFO_, *MEDIA], room=40)):
        plan, media = MATROSKA.plan(Source(data), VALUE), MATROSKA.read(Source(data)).media
        kept = [piece for piece in plan.pieces if isinstance(piece, Kept)]
        assert all(any(piece.start <= start and stop <= piece.stop for piece in kept) for start, stop in media)
        for patch in plan.patches or ():
            assert all(patch.offset >= stop or patch.offset + len(patch.data) <= start for start, stop in media)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try_all(MATROSKA, HEAD + data, VALUE)
    try_all(MATROSKA, segment(data + clusters(1)[0]), VALUE)
    try_all(MATROSKA, segment(element(TAGS, element(TAG, data)) + clusters(1)[0]), VALUE)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32))
def test_any_damaged_recording_is_read_or_refused(seed: int) -> None:
    try_all(MATROSKA, mutated(indexed([INFO_, (TAGS, tags(tag(simple("AIGC", OLD), simple("A", "1")))), *MEDIA], room=30), seed), VALUE)
