"""FLAC: the comment AIGC, padding that takes it up, and blocks and frames that stay as they are."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.flac import FLAC
from brightline.labels.containers.reading import MOST_ENTRIES
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from tests.labels.containers.sounding import (
    TONE,
    decoded,
    exiftool_tags,
    ffprobe_tags,
    labelled,
    made,
    mutated,
    patched,
    refused,
    the_label,
    try_all,
    values,
)

OTHER = '{"Label":"2","ContentProducer":"somebody","ProduceID":"1"}'


@pytest.fixture
def value(label: ImplicitLabel) -> str:
    return label.to_json()


def tone() -> bytes:
    return made(".flac", *TONE, "-metadata", "title=Tone")


def blocks(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Kinds and contents of the metadata blocks, and all that follows: an independent walk."""
    at, found = data.index(b"fLaC") + 4, []
    while True:
        kind, length = data[at], int.from_bytes(data[at + 1 : at + 4], "big")
        found.append((kind & 0x7F, data[at + 4 : at + 4 + length]))
        at += 4 + length
        if kind & 0x80:
            return found, data[at:]


def built(*found: tuple[int, bytes], frames: bytes | None = None) -> bytes:
    data = b"fLaC"
    for place, (kind, content) in enumerate(found):
        data += bytes([kind | 0x80 * (place == len(found) - 1)]) + len(content).to_bytes(3, "big") + content
    return data + (blocks(tone())[1] if frames is None else frames)


def comments(*texts: bytes) -> tuple[int, bytes]:
    lines = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return 4, struct.pack("<I", 4) + b"Lavf" + struct.pack("<I", len(texts)) + lines


def info() -> tuple[int, bytes]:
    return blocks(tone())[0][0]


def picture() -> tuple[int, bytes]:
    image = made(".png", "-f", "lavfi", "-i", "testsrc=size=16x16", "-frames:v", "1")
    return 6, struct.pack(">II9sIIIIII", 3, 9, b"image/png", 0, 16, 16, 24, 0, len(image)) + image


SEEK_TABLE = (3, struct.pack(">QQH", 0, 0, 4096))


def test_padding_takes_the_comment_and_no_frame_moves(value: str, tmp_path: Path) -> None:
    before = tone()
    after = labelled(FLAC, before, value)
    assert len(after) == len(before)
    assert patched(FLAC, before, value) == after
    assert (ffprobe_tags(after, tmp_path, ".flac")["AIGC"], ffprobe_tags(after, tmp_path, ".flac")["title"]) == (value, "Tone")
    assert exiftool_tags(after, tmp_path, ".flac")["Vorbis:Aigc"] == value
    assert decoded(before, tmp_path, ".flac") == decoded(after, tmp_path, ".flac")


def test_without_padding_the_file_grows_and_gets_some(value: str, tmp_path: Path) -> None:
    before = built(info(), SEEK_TABLE, comments(b"TITLE=Tone"), picture())
    after = labelled(FLAC, before, value)
    assert [kind for kind, _ in blocks(after)[0]] == [0, 3, 4, 6, 1]
    assert blocks(after)[0][1] == SEEK_TABLE
    assert blocks(after)[0][3] == picture()
    assert blocks(after)[1] == blocks(before)[1]
    assert decoded(before, tmp_path, ".flac") == decoded(after, tmp_path, ".flac")
    assert FLAC.plan(Source(before), value).patches is None


def test_a_file_without_comments_gets_them_behind_the_stream_info(value: str, tmp_path: Path) -> None:
    after = labelled(FLAC, built(info(), picture()), value)
    assert [kind for kind, _ in blocks(after)[0]] == [0, 4, 6, 1]
    assert ffprobe_tags(after, tmp_path, ".flac")["AIGC"] == value


@pytest.mark.parametrize("spare", [-5, -4, -3, 0, 1, 4, 100])
def test_padding_that_just_fits_or_just_does_not(spare: int, value: str) -> None:
    growth = 4 + len("AIGC=" + value)
    before = built(info(), comments(b"TITLE=Tone"), picture(), (1, bytes(growth + spare)))
    after = labelled(FLAC, before, value)
    assert (len(after) == len(before)) == (spare >= 0 or spare == -4)
    assert (patched(FLAC, before, value) == after) == (len(after) == len(before))
    assert labelled(FLAC, after, value) == after


def test_twice_is_once(value: str) -> None:
    once = labelled(FLAC, tone(), value)
    assert labelled(FLAC, once, value) == once
    assert FLAC.plan(Source(once), value).patches == ()


def test_a_shorter_label_gives_its_room_to_the_padding(label: ImplicitLabel, value: str) -> None:
    shorter = ImplicitLabel.first(label.content_producer, "7").to_json()
    once = labelled(FLAC, tone(), value)
    assert len(labelled(FLAC, once, shorter)) == len(once)
    assert labelled(FLAC, labelled(FLAC, once, shorter), value) == once
    full = built(info(), comments(b"AIGC=" + value.encode()))
    assert len(labelled(FLAC, full, shorter)) == len(full)


def test_a_label_of_another_tool_is_replaced_and_two_become_one(value: str, tmp_path: Path) -> None:
    by_ffmpeg = made(".flac", *TONE, "-metadata", f"AIGC={OTHER}")
    assert the_label(FLAC.read(Source(by_ffmpeg))).value == OTHER
    assert ffprobe_tags(labelled(FLAC, by_ffmpeg, value), tmp_path, ".flac")["AIGC"] == value
    two = built(info(), comments(b"aigc=" + OTHER.encode(), b"A=1", b"AIGC={}"), comments(b"AIGC=" + OTHER.encode(), b"B=2"))
    found, _ = blocks(labelled(FLAC, two, value))
    assert found[1] == comments(b"AIGC=" + value.encode(), b"A=1")
    assert found[2] == comments(b"B=2")


def test_a_riff_chunk_with_a_label_among_foreign_metadata_is_left_out(value: str) -> None:
    keeps = (2, b"riffLIST\x0e\0\0\0INFOICMT\x02\0\0\0x\0")
    before = built(info(), (2, b"riffAIGC" + struct.pack("<I", len(OTHER)) + OTHER.encode()), keeps, comments())
    found, _ = blocks(labelled(FLAC, before, value))
    assert [kind for kind, _ in found] == [0, 2, 4, 1]
    assert found[1] == keeps


def test_an_id3_tag_before_the_marker_is_kept_and_its_label_taken_out(value: str, tmp_path: Path) -> None:
    source = made(".mp3", *TONE, "-metadata", "title=Tone", "-metadata", f"AIGC={OTHER}", "-id3v2_version", "4")
    tag = source[: 10 + (source[8] << 7 | source[9])]
    plain = made(".mp3", *TONE, "-metadata", "title=Tone", "-id3v2_version", "4")
    quiet = plain[: 10 + (plain[8] << 7 | plain[9])]
    assert FLAC.accepts((tag + tone())[:4096], "x")
    assert labelled(FLAC, quiet + tone(), value).startswith(quiet + b"fLaC")
    before = FLAC.read(Source(tag + tone()))
    assert the_label(before).place == "flac.id3v2.TXXX"
    after = labelled(FLAC, tag + tone(), value)
    assert values(FLAC.read(Source(after)))["TIT2"] == "Tone"
    assert patched(FLAC, tag + tone(), value) == after
    assert decoded(tone(), tmp_path, ".flac") == decoded(after, tmp_path, ".flac")


def test_a_trailing_id3v1_stays(value: str) -> None:
    tail = b"TAG" + bytes(125)
    assert labelled(FLAC, tone() + tail, value).endswith(tail)


def test_a_block_over_24_bits_is_refused(value: str) -> None:
    filler = b"X=" + b"y" * ((1 << 22) - 100)
    before = built(info(), comments(*[filler] * 3, filler + b"y" * 250), frames=b"")
    assert isinstance(refused(FLAC, before, value), OverLimit)


def test_what_breaks_the_rules_is_not_written_into(value: str) -> None:
    for before in (
        built(comments(), info()),
        built(info(), (127, b"")),
        built(info(), comments(), frames=b"not a frame"),
        built(info(), (4, b"\xff\xff\xff\xff")),
        b"fLaC" + b"\0\0\0\x22" + bytes(34),
    ):
        assert isinstance(refused(FLAC, before, value), Malformed | Truncated)
    assert isinstance(refused(FLAC, b"fLaC\0\0\0\x22" + info()[1] + b"\x02\0\0\0" * 100_000, value), OverLimit)


def test_comments_without_number_are_a_gap() -> None:
    reading = FLAC.read(Source(built(info(), *[comments(*[b"A=1"] * 3000)] * 10)))
    assert (len(reading.entries), len(reading.gaps)) == (MOST_ENTRIES, 1)


def test_a_file_cut_off_in_its_metadata_is_refused_and_read_as_far_as_it_goes(value: str) -> None:
    before = built(info(), comments(b"TITLE=Tone"), picture())
    frames = len(before) - len(blocks(before)[1])
    for length in range(frames):
        refused(FLAC, before[:length], value)
    reading = FLAC.read(Source(before[: frames - 10]))
    assert values(reading)["TITLE"] == "Tone"
    assert reading.gaps


def test_what_is_a_flac_file_is_told_by_its_bytes() -> None:
    assert FLAC.accepts(tone()[:4096], "x.mp3")
    assert FLAC.accepts(b"ID3\x03\0\0\0\0\x7f\x7f" + bytes(4000), "x.flac")
    for other in (b"", b"fLa", b"OggS", b"ID3\x03\0\0\0\0\x7f\x7f" + bytes(4000)):
        assert not FLAC.accepts(other, "x.mp3")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_an_answer_or_a_label_error(seed: int) -> None:
    before = built(info(), comments(b"AIGC=" + OTHER.encode(), b"TITLE=Tone"), picture(), (2, b"riffAIGC"), (1, bytes(40)))
    try_all(FLAC, mutated(before[:2000], seed, 700), OTHER)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_or_a_label_error(tail: bytes) -> None:
    for head in (b"", b"fLaC", b"fLaC\0\0\0\x22" + info()[1], b"fLaC\0\0\0\x22" + info()[1] + b"\x84\0\0\x40"):
        try_all(FLAC, head + tail, OTHER)


def test_mark_labels_in_place_and_says_what_was_proved(label: ImplicitLabel, tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    path.write_bytes(tone())
    marked = mark(path, label, in_place=True, proof="full")
    assert marked.written.how == "patched"
    assert {step.name for step in marked.steps if step.outcome == "passed"} >= {"reader.exiftool", "reader.ffprobe"}
    with pytest.raises(LabelError):
        mark(tone()[:60], label)
