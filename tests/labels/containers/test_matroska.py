"""Matroska and WebM: the label in a SimpleTag about the file, the index right, the media untouched."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from brightline.labels.containers.ebml import element, void
from brightline.labels.containers.matroska import MATROSKA
from brightline.labels.containers.matroska_tags import TAGS
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from tests.labels.containers.recordings import (
    ATTACHMENTS,
    BINARY,
    CLUSTER,
    CUES,
    HEAD,
    INFO,
    NAME,
    OLD,
    SEEK_HEAD,
    SEGMENT,
    SIMPLE_TAG,
    TITLE,
    TRACKS,
    clusters,
    cued,
    indexed,
    parts_of,
    recording,
    segment,
    simple,
    sought,
    summed,
    sums_hold,
    tag,
    tags,
    unknown,
)
from tests.labels.containers.sounding import (
    decoded,
    exiftool_tags,
    ffprobe_tags,
    labelled,
    patched,
    refused,
    the_label,
    values,
)

VALUE = ImplicitLabel.first("BRIGHTLINE-TEST", "1").to_json()
INFO_ = (INFO, element(INFO, element(TITLE, b"Before")))
MEDIA = [(CLUSTER, cluster) for cluster in clusters()]
CLUSTER_ID = CLUSTER.to_bytes(4)


def media_of(data: bytes) -> bytes:
    return b"".join(data[start:stop] for start, stop in MATROSKA.read(Source(data)).media)


# Seen by others


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".mkv", ()),
        (".mkv", ("-cues_to_front", "1", "-reserve_index_space", "2000")),
        (".mkv", ("-live", "1")),
        (".mkv", ("-write_crc32", "0")),
        (".mkv", ("-cluster_size_limit", "2000")),
        (".webm", ()),
        (".webm", ("-live", "1")),
        (".mka", ("-vn",)),
    ],
)
def test_the_label_stands_where_the_guide_puts_it_and_the_media_decode_as_before(
    suffix: str, options: tuple[str, ...], label: ImplicitLabel, tmp_path: Path
) -> None:
    data = recording(suffix, *options)
    result = labelled(MATROSKA, data, label.to_json())
    assert decoded(result, tmp_path, suffix) == decoded(data, tmp_path, suffix)
    assert exiftool_tags(result, tmp_path, suffix)["Matroska:Aigc"] == label.to_json()
    before = ffprobe_tags(data, tmp_path, suffix)
    after = ffprobe_tags(result, tmp_path, suffix)
    assert after.pop("AIGC") == label.to_json()
    assert after == before
    if MATROSKA.plan(Source(data), VALUE).patches is not None:
        in_place = patched(MATROSKA, data, label.to_json())
        assert in_place is not None
        assert ffprobe_tags(in_place, tmp_path, suffix)["AIGC"] == label.to_json()
        assert decoded(in_place, tmp_path, suffix) == decoded(data, tmp_path, suffix)


def test_the_index_of_ffmpeg_still_points_to_its_clusters() -> None:
    """Both ways of writing, with the cues behind and in front of the clusters."""
    for options in ((), ("-cues_to_front", "1", "-reserve_index_space", "2000")):
        data = recording(".mkv", *options)
        for result in (labelled(MATROSKA, data, VALUE), patched(MATROSKA, data, VALUE)):
            assert result is not None
            assert set(cued(result)) == {CLUSTER_ID}
            assert all(name == there for name, there in sought(result).items())
            assert sums_hold(result) == sums_hold(data)


def test_the_whole_way_through_mark_holds(label: ImplicitLabel, tmp_path: Path) -> None:
    for suffix in (".mkv", ".webm"):
        path = tmp_path / f"film{suffix}"
        path.write_bytes(recording(suffix))
        mark(path, label, in_place=True, proof="full")
        mark(path, label, out=tmp_path / f"copy{suffix}", proof="full")


def test_the_kind_is_told_by_the_document_type() -> None:
    assert MATROSKA.read(Source(recording(".webm"))).container == "webm"
    assert MATROSKA.read(Source(recording(".mkv"))).container == "matroska"
    assert MATROSKA.accepts(recording(".webm")[:4096], "x.mp4")
    assert not MATROSKA.accepts(element(0x1A45DFA3, element(0x4282, b"other")), "x.mkv")


# In place


def test_tags_with_room_behind_them_are_overwritten() -> None:
    data = indexed([INFO_, (TAGS, tags(tag(simple("A", "1")))), (0, void(600)), *MEDIA])
    result = patched(MATROSKA, data, VALUE)
    assert result is not None
    assert len(result) == len(data)
    assert values(MATROSKA.read(Source(result)))["A"] == "1"
    assert written(Source(data), MATROSKA.plan(Source(data), VALUE)) == result


@pytest.mark.parametrize("more", range(5))
def test_room_that_nearly_fits_is_used_to_the_last_byte(more: int) -> None:
    needed = len(tags(tag(simple("AIGC", VALUE))))
    old = tags(tag(simple("AIGC", OLD)))
    data = indexed([INFO_, (TAGS, old), (0, void(needed - len(old) + more)), *MEDIA])
    plan = MATROSKA.plan(Source(data), VALUE)
    assert plan.patches is not None
    result = patched(MATROSKA, data, VALUE)
    assert result is not None
    assert len(result) == len(data)
    assert media_of(result) == media_of(data)


def test_without_room_new_tags_go_to_the_end_and_the_seek_head_follows() -> None:
    data = indexed([INFO_, (TAGS, tags(tag(simple("AIGC", OLD), simple("A", "1")))), *MEDIA], room=40)
    result = patched(MATROSKA, data, VALUE)
    assert result is not None
    assert result.index(VALUE.encode()) > result.index(b"CCCC")
    assert sought(result) == {TAGS: TAGS, CUES: CUES, INFO: INFO}
    assert cued(result) == [CLUSTER_ID] * 3
    assert b"OLD" not in result
    assert values(MATROSKA.read(Source(result)))["A"] == "1"


def test_in_place_old_tags_go_only_after_the_new_ones_are_found() -> None:
    data = indexed([INFO_, (TAGS, tags(tag(simple("AIGC", OLD)))), *MEDIA], room=40)
    patches = MATROSKA.plan(Source(data), VALUE).patches
    assert patches is not None
    state = bytearray(data)
    for patch in patches:
        state[patch.offset : patch.offset + len(patch.data)] = patch.data
        sites = sites_in(MATROSKA.read(Source(bytes(state))).entries)
        assert sites
        named = sought(bytes(state)).get(TAGS, TAGS)
        assert named == TAGS or patch is patches[-1]


def test_a_second_label_fits_into_the_room_that_the_first_left() -> None:
    data = indexed([INFO_, *MEDIA], room=40)
    for once in (labelled(MATROSKA, data, VALUE), patched(MATROSKA, data, VALUE)):
        assert once is not None
        longer = ImplicitLabel.first("BRIGHTLINE-TEST", "9" * 300).to_json()
        twice = patched(MATROSKA, once, longer)
        assert twice is not None
        assert len(twice) == len(once)
        assert labelled(MATROSKA, once, VALUE) == once


# Anew


@pytest.mark.parametrize("cues_in_front", [False, True])
@pytest.mark.parametrize("crc", [False, True])
@pytest.mark.parametrize("width", [1, 2, 8])
def test_a_new_file_has_its_tags_in_front_and_an_index_that_is_right(cues_in_front: bool, crc: bool, width: int) -> None:
    """With one byte a position, every position has to become wider, and with it the index."""
    short = [(CLUSTER, cluster) for cluster in clusters(length=4)]
    data = indexed([INFO_, (TAGS, tags(tag(simple("A", "1")))), *short], width=width, crc=crc, cues_in_front=cues_in_front)
    assert cued(data) == [CLUSTER_ID] * 3
    result = labelled(MATROSKA, data, VALUE)
    assert result.index(VALUE.encode()) < result.index(b"AAAA")
    assert cued(result) == [CLUSTER_ID] * 3
    assert sought(result) == {TAGS: TAGS, CUES: CUES, INFO: INFO}
    assert sums_hold(result) == (2 if crc else 0)
    assert media_of(result) == media_of(data)


def test_a_new_file_without_tags_before_gets_them_named_in_its_seek_head() -> None:
    data = indexed([INFO_, *MEDIA], named=(CUES, INFO), crc=True)
    result = labelled(MATROSKA, data, VALUE)
    assert sought(result) == {TAGS: TAGS, CUES: CUES, INFO: INFO}
    assert cued(result) == [CLUSTER_ID] * 3
    sums_hold(result)


def test_a_live_recording_gets_its_label_in_front_of_the_first_cluster() -> None:
    live = HEAD + unknown(SEGMENT, INFO_[1] + b"".join(unknown(CLUSTER, cluster[5:], 8) for cluster in clusters()), 8)
    assert len(MATROSKA.read(Source(live)).media) == 3
    plan = MATROSKA.plan(Source(live), VALUE)
    assert plan.patches is None
    result = labelled(MATROSKA, live, VALUE)
    assert result.index(VALUE.encode()) < result.index(b"AAAA")
    assert [part.id for part in parts_of(result)] == [INFO, TAGS, 0xEC, CLUSTER, CLUSTER, CLUSTER]


def test_a_cluster_of_unknown_size_ends_where_the_cues_begin() -> None:
    data = indexed([INFO_, (CLUSTER, unknown(CLUSTER, clusters(1)[0][5:]))], room=40)
    assert [part.id for part in parts_of(data)][-2:] == [CLUSTER, CUES]
    assert cued(labelled(MATROSKA, data, VALUE)) == [CLUSTER_ID]


def test_a_segment_whose_size_is_too_narrow_gets_a_wider_one() -> None:
    data = indexed([INFO_, *MEDIA], room=20, wrap=lambda body: segment(body, 1))
    assert data[len(HEAD) + 4] & 0xC0 == 0x40
    result = labelled(MATROSKA, segment(INFO_[1] + element(CLUSTER, bytes([0xEC, 0x8A]) + bytes(10)), 1), VALUE)
    assert MATROSKA.read(Source(result)).gaps == ()
    assert cued(labelled(MATROSKA, data, VALUE)) == [CLUSTER_ID] * 3


def test_a_checksum_over_the_whole_segment_is_dropped() -> None:
    data = segment(summed(INFO_[1] + b"".join(clusters())))
    result = labelled(MATROSKA, data, VALUE)
    assert parts_of(result)[0].id == 0xEC


def test_clusters_that_say_where_they_lie_are_not_moved() -> None:
    own = element(CLUSTER, element(0xE7, b"\0"), element(0xA7, b"\x20"), element(0xA3, b"AAAA"))
    assert isinstance(refused(MATROSKA, segment(INFO_[1] + own), VALUE), Unsupported)
    movable = indexed([INFO_, (CLUSTER, own)], room=60)
    result = patched(MATROSKA, movable, VALUE)
    assert result is not None
    assert labelled(MATROSKA, movable, VALUE) == result


def test_media_of_more_than_4_gib_are_labelled_in_place_by_reading_some_kilobytes(tmp_path: Path) -> None:
    path, gap = tmp_path / "large.mkv", 5 << 30
    front = element(SEEK_HEAD, bytes(0)) + void(100) + INFO_[1]
    with path.open("wb") as out:
        out.write(HEAD + SEGMENT.to_bytes(4) + struct.pack(">Q", 1 << 56 | len(front) + gap + 12) + front)
        out.write(CLUSTER_ID + struct.pack(">Q", 1 << 56 | gap) + b"\xa3" + struct.pack(">Q", 1 << 56 | (gap - 9)))
        out.truncate(len(HEAD) + 12 + len(front) + 12 + gap)
    size = path.stat().st_size
    with opened(path) as source:
        plan = MATROSKA.plan(source, VALUE)
        assert source.bytes_read < 65_536
    assert plan.patches is not None
    with path.open("r+b") as out:
        for patch in plan.patches:
            out.seek(patch.offset)
            out.write(patch.data)
    with opened(path) as source:
        reading = MATROSKA.read(source)
        assert source.bytes_read < 65_536
    assert the_label(reading).value == VALUE
    assert the_label(reading).offset > size - 100
    assert reading.gaps == ()


# Labels at other places


OTHER_PLACES = {
    "a track": (
        indexed([INFO_, (TAGS, tags(tag(simple("AIGC", OLD), track=1), tag(simple("A", "1")))), *MEDIA], room=40),
        "matroska.Tags.track",
    ),
    "another name": (
        indexed([INFO_, (TAGS, tags(tag(simple("COMMENT", OLD)), tag(simple("A", "1")))), *MEDIA], room=40),
        "matroska.Tags.SimpleTag",
    ),
    "inside another": (
        indexed([INFO_, (TAGS, tags(tag(simple("A", "1", simple("AIGC", OLD))))), *MEDIA], room=40),
        "matroska.Tags.SimpleTag",
    ),
    "bytes": (
        indexed(
            [
                INFO_,
                (TAGS, tags(tag(element(SIMPLE_TAG, element(NAME, b"AIGC"), element(BINARY, OLD.encode())), simple("A", "1")))),
                *MEDIA,
            ],
            room=40,
        ),
        "matroska.Tags.SimpleTag",
    ),
    "second tags": (
        indexed([INFO_, (TAGS, tags(tag(simple("A", "1")))), *MEDIA, (1, tags(tag(simple("AIGC", OLD), track=2), crc=True))], room=40),
        "matroska.Tags.track",
    ),
    "the title": (
        indexed([(INFO, element(INFO, summed(element(TITLE, OLD.encode())))), (TAGS, tags(tag(simple("A", "1")))), *MEDIA], room=40),
        "matroska.Info",
    ),
    "a track's name": (
        indexed(
            [(TRACKS, element(TRACKS, element(0xAE, element(0x536E, OLD.encode())))), (TAGS, tags(tag(simple("A", "1")))), *MEDIA],
            room=40,
            named=(TAGS,),
        ),
        "matroska.Tracks",
    ),
    "an attachment": (
        indexed(
            [
                (ATTACHMENTS, element(ATTACHMENTS, element(0x61A7, element(0x466E, b"x.json"), element(0x465C, OLD.encode())))),
                (TAGS, tags(tag(simple("A", "1")))),
                *MEDIA,
            ],
            room=40,
            named=(TAGS,),
        ),
        "matroska.Attachments",
    ),
}


@pytest.mark.parametrize("name", OTHER_PLACES)
def test_a_label_at_another_place_is_read_and_gives_way(name: str) -> None:
    data, place = OTHER_PLACES[name]
    (site,) = sites_in(MATROSKA.read(Source(data)).entries)
    assert site.place == place
    for result in (labelled(MATROSKA, data, VALUE), patched(MATROSKA, data, VALUE)):
        assert result is not None
        assert b"OLD" not in result
        assert values(MATROSKA.read(Source(result)))["A"] == "1"
        sums_hold(result)


def test_two_labels_become_one_and_other_tags_stay_byte_for_byte() -> None:
    foreign = tag(simple("ARTIST", "x"), simple("A", "1"), track=1)
    data = indexed([INFO_, (TAGS, tags(foreign, tag(simple("AIGC", OLD)), tag(simple("AIGC", OLD)), crc=True)), *MEDIA], room=40)
    assert len(sites_in(MATROSKA.read(Source(data)).entries)) == 2
    result = labelled(MATROSKA, data, VALUE)
    assert foreign in result
    assert sums_hold(result) == 1


def test_an_empty_shell_of_a_label_is_replaced() -> None:
    data = indexed([INFO_, (TAGS, tags(tag(simple("AIGC", "")))), *MEDIA], room=40)
    assert [entry.key for entry in MATROSKA.read(Source(labelled(MATROSKA, data, VALUE))).entries].count("AIGC") == 1


def test_an_ordinary_film_has_no_label() -> None:
    assert sites_in(MATROSKA.read(Source(recording())).entries) == []


def test_a_segment_of_voids_is_given_up_soon() -> None:
    data = HEAD + element(SEGMENT, b"\xec\x80" * 200_000)
    assert any("parts of a Segment" in gap.reason for gap in MATROSKA.read(Source(data)).gaps)
