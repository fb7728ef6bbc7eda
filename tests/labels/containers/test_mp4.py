"""MP4, MOV, M4A: the label at moov.udta.meta, in place or with every position corrected, and nothing else changed."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from brightline.labels.containers.boxes import BoxWalk, box_bytes, free_box, full_box
from brightline.labels.containers.mp4 import MP4
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.writing import written
from tests.labels.containers.films import (
    FTYP,
    MDAT,
    OLD,
    SAMPLES,
    VALUE,
    boxes_of,
    chunks_of,
    fast_start,
    film,
    keyed,
    moov_last,
    movie,
    track,
)
from tests.labels.containers.sounding import (
    decoded,
    exiftool_tags,
    ffprobe_tags,
    labelled,
    patched,
    refused,
    the_label,
)

# What the guide asks for, seen by others


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".mp4", ()),
        (".mp4", ("-movflags", "+faststart")),
        (".mp4", ("-movflags", "use_metadata_tags", "-metadata", "com.example.key=kept")),
        (".mp4", ("-movflags", "+frag_keyframe+empty_moov")),
        (".mp4", ("-movflags", "+frag_keyframe+empty_moov+default_base_moof+global_sidx")),
        (".mp4", ("-movflags", "+dash+global_sidx", "-frag_duration", "200000")),
        (".mov", ()),
        (".mov", ("-movflags", "+faststart")),
        (".m4a", ("-vn",)),
        (".3gp", ("-c:a", "aac", "-ar", "8000", "-ac", "1")),
    ],
)
def test_the_label_stands_where_the_guide_puts_it_and_the_media_decode_as_before(
    suffix: str, options: tuple[str, ...], label: ImplicitLabel, tmp_path: Path
) -> None:
    data = film(suffix, *options)
    result = labelled(MP4, data, label.to_json())
    assert ffprobe_tags(result, tmp_path, suffix)["AIGC"] == label.to_json()
    assert exiftool_tags(result, tmp_path, suffix)["Keys:AIGC"] == label.to_json()
    assert decoded(result, tmp_path, suffix) == decoded(data, tmp_path, suffix)
    before = ffprobe_tags(data, tmp_path, suffix)
    assert {key: value for key, value in ffprobe_tags(result, tmp_path, suffix).items() if key != "AIGC"} == before


def test_the_whole_way_through_mark_holds_for_a_file_in_place(label: ImplicitLabel, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film())
    size = path.stat().st_size
    marked = mark(path, label, in_place=True, proof="full")
    assert marked.container == "mp4"
    assert path.read_bytes()[: size // 2] == film()[: size // 2]
    assert mark(path, label, in_place=True).path == path


def test_the_kind_is_told_by_the_brand() -> None:
    kinds = {
        suffix: MP4.read(Source(film(suffix, *options))).container for suffix, options in ((".mp4", ()), (".mov", ()), (".m4a", ("-vn",)))
    }
    assert kinds == {".mp4": "mp4", ".mov": "mov", ".m4a": "m4a"}
    assert MP4.read(Source(movie(track([])))).container == "mov"


def test_a_picture_is_not_taken_for_a_film() -> None:
    assert MP4.accepts(FTYP, "x.txt")
    assert MP4.accepts(box_bytes(b"moov"), "")
    assert not MP4.accepts(box_bytes(b"ftyp", b"avif", bytes(4)), "x.mp4")
    assert not MP4.accepts(b"RIFF....WAVE", "x.mp4")


# In place


def test_behind_a_last_moov_the_label_is_appended_and_no_media_byte_is_written() -> None:
    data = moov_last()
    result = patched(MP4, data, VALUE)
    assert result is not None
    assert result.startswith(FTYP + MDAT)
    assert chunks_of(result) == SAMPLES
    assert written(Source(data), MP4.plan(Source(data), VALUE)) == result


def test_appending_raises_the_size_last_so_that_a_crash_leaves_a_film() -> None:
    data = moov_last()
    patches = MP4.plan(Source(data), VALUE).patches
    assert patches is not None
    (moov,) = boxes_of(data, b"moov")
    assert [patch.offset for patch in patches] == [len(data), moov.start]
    half = data + patches[0].data
    assert chunks_of(half) == SAMPLES


def test_old_user_data_mean_nothing_only_after_the_new_ones_are_there() -> None:
    data = moov_last(box_bytes(b"udta", keyed({"AIGC": OLD, "title": "x" * 9})))
    plan = MP4.plan(Source(data), VALUE)
    assert plan.patches is not None
    state = bytearray(data)
    for patch in plan.patches:
        state[patch.offset : patch.offset + len(patch.data)] = patch.data
        entries = MP4.read(Source(bytes(state))).entries
        assert {entry.value for entry in entries if entry.key == "AIGC"} <= {OLD, VALUE}
        assert any(entry.key == "AIGC" for entry in entries)
        assert {entry.value for entry in entries if entry.key == "title"} == {"x" * 9}
    assert OLD.encode() not in state


def test_a_second_label_fits_into_the_room_that_the_first_left() -> None:
    once = labelled(MP4, moov_last(), VALUE)
    longer = ImplicitLabel.first("BRIGHTLINE-TEST", "9" * 500).to_json()
    twice = patched(MP4, once, longer)
    assert twice is not None
    assert len(twice) == len(once)
    assert patched(MP4, twice, VALUE) == once


@pytest.mark.parametrize("data", [moov_last(), fast_start(), fast_start(between=free_box(4096))], ids=["last", "first", "free"])
def test_labelling_twice_gives_the_same_bytes(data: bytes) -> None:
    once = labelled(MP4, data, VALUE)
    assert labelled(MP4, once, VALUE) == once


def test_a_free_box_behind_moov_takes_the_label_without_moving_the_media() -> None:
    data = fast_start(between=free_box(4096))
    result = patched(MP4, data, VALUE)
    assert result is not None
    assert len(result) == len(data)
    assert chunks_of(result) == SAMPLES


def test_a_free_box_that_just_fits_is_used_up() -> None:
    needed = len(box_bytes(b"udta", keyed({"AIGC": VALUE})))
    for room in (needed, needed + 8, needed + 100):
        result = patched(MP4, fast_start(between=free_box(room)), VALUE)
        assert result is not None
        assert chunks_of(result) == SAMPLES


def test_a_free_box_that_does_not_fit_means_a_new_file() -> None:
    needed = len(box_bytes(b"udta", keyed({"AIGC": VALUE})))
    for room in (needed - 1, needed + 1, needed + 7, 8):
        data = fast_start(between=free_box(room))
        assert MP4.plan(Source(data), VALUE).patches is None
        assert chunks_of(labelled(MP4, data, VALUE)) == SAMPLES


def test_a_free_box_inside_moov_takes_the_label_too() -> None:
    data = fast_start(free_box(2000))
    result = patched(MP4, data, VALUE)
    assert result is not None
    assert len(result) == len(data)


def test_a_moov_that_reaches_to_the_end_still_does() -> None:
    data = bytearray(moov_last())
    (moov,) = boxes_of(bytes(data), b"moov")
    data[moov.start : moov.start + 4] = bytes(4)
    result = patched(MP4, bytes(data), VALUE)
    assert result is not None
    assert result[moov.start : moov.start + 4] == bytes(4)
    assert chunks_of(result) == SAMPLES


# Anew


def test_a_fast_start_stays_in_front_and_every_chunk_is_found_again() -> None:
    result = labelled(MP4, fast_start(), VALUE)
    kinds = [box.kind for box in BoxWalk(Source(result)).children(0, len(result))]
    assert kinds == [b"ftyp", b"moov", b"mdat"]
    assert chunks_of(result) == SAMPLES


def test_media_move_by_whole_pages_so_that_kernels_can_copy_or_share_them() -> None:
    for data in (fast_start(), film(".mp4", "-movflags", "+faststart")):
        assert (len(labelled(MP4, data, VALUE)) - len(data)) % 4096 == 0


def test_chunks_in_front_of_moov_do_not_move() -> None:
    first = len(FTYP) + 8
    moov = movie(track([first, first + 10, 0, 0]))
    second = len(FTYP) + len(MDAT) + len(moov) + 8
    data = FTYP + MDAT + movie(track([first, first + 10, second, second + 10])) + MDAT
    assert chunks_of(data) == [*SAMPLES[:2], *SAMPLES[:2]]
    result = labelled(MP4, data, VALUE)
    assert chunks_of(result) == [*SAMPLES[:2], *SAMPLES[:2]]
    assert result.startswith(FTYP + MDAT)


def test_media_with_a_64_bit_size_and_media_without_a_size() -> None:
    plain = fast_start()
    (mdat,) = boxes_of(plain, b"mdat")
    open_ended = plain[: mdat.start] + struct.pack(">I4s", 0, b"mdat") + plain[mdat.body :]
    assert chunks_of(labelled(MP4, open_ended, VALUE)) == SAMPLES
    start = len(FTYP) + len(movie(track([0] * 4, wide=True))) + 16
    moov = movie(track([start + 10 * number for number in range(4)], wide=True))
    large = FTYP + moov + struct.pack(">I4sQ", 1, b"mdat", 16 + 40) + b"".join(SAMPLES)
    assert chunks_of(large) == SAMPLES
    assert chunks_of(labelled(MP4, large, VALUE)) == SAMPLES


def test_chunks_of_other_files_stay_where_they_are() -> None:
    data = FTYP + movie(track([1000, 2000], self_contained=False)) + MDAT
    result = labelled(MP4, data, VALUE)
    (table,) = boxes_of(result, b"stco")
    assert result[table.body + 8 : table.stop] == struct.pack(">II", 1000, 2000)


def test_a_track_partly_in_other_files_is_refused() -> None:
    dref = full_box(b"dref", 0, 0, (2).to_bytes(4), full_box(b"url ", 0, 1), full_box(b"url ", 0, 0, b"x\0"))
    minf = box_bytes(b"minf", box_bytes(b"dinf", dref), box_bytes(b"stbl", full_box(b"stco", 0, 0, bytes(4))))
    data = FTYP + movie(box_bytes(b"trak", box_bytes(b"mdia", minf))) + MDAT
    assert isinstance(refused(MP4, data, VALUE), Unsupported)


def test_auxiliary_data_of_a_sample_table_move_with_the_media() -> None:
    def data_with(offset: int) -> bytes:
        stbl = box_bytes(b"stbl", full_box(b"saio", 0, 0, struct.pack(">II", 1, offset)), full_box(b"stco", 0, 0, bytes(4)))
        return FTYP + movie(box_bytes(b"trak", box_bytes(b"mdia", box_bytes(b"minf", stbl)))) + MDAT

    start = data_with(0).index(SAMPLES[0])
    result = labelled(MP4, data_with(start), VALUE)
    (table,) = boxes_of(result, b"saio")
    assert int.from_bytes(result[table.body + 8 : table.body + 12]) == result.index(SAMPLES[0])


def test_fragments_with_absolute_positions_and_their_index_move_together() -> None:
    def data_with(moof_at: int, sample_at: int, sidx_first: int) -> bytes:
        sidx = full_box(b"sidx", 0, 0, struct.pack(">IIIIHHI", 1, 1000, 0, sidx_first, 0, 1, 200) + bytes(8))
        tfhd = full_box(b"tfhd", 0, 1, struct.pack(">IQ", 1, sample_at))
        moof = box_bytes(b"moof", full_box(b"mfhd", 0, 0, (1).to_bytes(4)), box_bytes(b"traf", tfhd))
        tfra = full_box(b"tfra", 1, 0, struct.pack(">IIIQQ", 1, 0, 1, 0, moof_at) + b"\1\1\1")
        narrow = full_box(b"tfra", 0, 0, struct.pack(">IIIII", 2, 0, 1, 0, moof_at) + b"\1\1\1")
        mfra = box_bytes(b"mfra", tfra, narrow, full_box(b"mfro", 0, 0, bytes(4)))
        return FTYP + sidx + movie() + moof + MDAT + mfra

    draft = data_with(0, 0, 0)
    (moof,) = boxes_of(draft, b"moof")
    (sidx,) = boxes_of(draft, b"sidx")
    data = data_with(moof.start, draft.index(SAMPLES[0]), moof.start - sidx.stop)
    result = labelled(MP4, data, VALUE)
    (moof,), (sidx,), (tfhd,) = boxes_of(result, b"moof"), boxes_of(result, b"sidx"), boxes_of(result, b"tfhd")
    wide, narrow = boxes_of(result, b"tfra")
    assert int.from_bytes(result[tfhd.body + 8 : tfhd.body + 16]) == result.index(SAMPLES[0])
    assert int.from_bytes(result[wide.body + 24 : wide.body + 32]) == moof.start
    assert int.from_bytes(result[narrow.body + 20 : narrow.body + 24]) == moof.start
    assert int.from_bytes(result[sidx.body + 16 : sidx.body + 20]) == moof.start - sidx.stop
    assert MP4.read(Source(result)).facts["layout"] == "fragmented"


def test_chunks_that_move_beyond_4_gib_get_a_wider_table(tmp_path: Path) -> None:
    """A sparse file whose last chunks lie around the border; only one of the two tables has to become wider."""
    edge, size = (1 << 32) - 600, (5 << 30) + 123
    start = len(FTYP) + len(movie(track([0, 0, 0]), track([0]))) + 16
    moov = movie(track([start, edge, edge + 500]), track([start + 10]))
    path, result = tmp_path / "large.mp4", tmp_path / "labelled.mp4"
    with path.open("wb") as out:
        out.write(FTYP + moov + struct.pack(">I4sQ", 1, b"mdat", size - start + 16))
        out.truncate(size)
    with opened(path) as source:
        plan = MP4.plan(source, VALUE)
        assert source.bytes_read < 65_536
        with result.open("wb") as out:
            for piece in plan.pieces:
                if isinstance(piece, bytes):
                    out.write(piece)
                else:
                    out.write(source.read(piece.start, min(4096, piece.stop - piece.start)))
                    out.seek(max(0, piece.stop - piece.start - 4096), 1)
            out.truncate()
    growth = result.stat().st_size - size
    assert plan.patches is None
    with opened(result) as source:
        reading = MP4.read(source)
        walk = BoxWalk(source)
        (moov_box,) = (box for box in walk.children(0, source.size) if box.kind == b"moov")
        front = source.read(0, moov_box.stop)
    assert the_label(reading).value == VALUE
    assert reading.media == ((start + growth, size + growth),)
    (wide,), (narrow,) = boxes_of(front, b"co64"), boxes_of(front, b"stco")
    assert struct.unpack(">3Q", front[wide.body + 8 : wide.stop]) == (start + growth, edge + growth, edge + 500 + growth)
    assert struct.unpack(">I", front[narrow.body + 8 : narrow.stop]) == (start + 10 + growth,)
    assert growth > 600


def test_a_moov_behind_5_gib_is_labelled_in_place_by_reading_some_kilobytes(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    gap = 5 << 30
    with path.open("wb") as out:
        out.write(FTYP + struct.pack(">I4sQ", 1, b"mdat", gap))
        out.seek(len(FTYP) + gap)
        out.write(movie(track([len(FTYP) + 16, gap - 10], wide=True)))
    size = path.stat().st_size
    with opened(path) as source:
        plan = MP4.plan(source, VALUE)
        assert source.bytes_read < 65_536
    assert plan.patches is not None
    with path.open("r+b") as out:
        for patch in plan.patches:
            out.seek(patch.offset)
            out.write(patch.data)
    with opened(path) as source:
        reading = MP4.read(source)
        assert source.bytes_read < 65_536
    assert the_label(reading).value == VALUE
    assert reading.media == ((len(FTYP) + 16, len(FTYP) + gap),)
    assert path.stat().st_size < size + 2048
