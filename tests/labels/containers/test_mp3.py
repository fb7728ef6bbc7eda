"""MP3: the frame TXXX AIGC in the first ID3v2 tag, and every other tag that a file can have."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.mp3 import MP3
from brightline.labels.containers.reading import MOST_ENTRIES
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
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

BARE = ("-id3v2_version", "0", "-write_xing", "0")
OTHER = '{"Label":"2","ContentProducer":"somebody","ProduceID":"1"}'


@pytest.fixture
def value(label: ImplicitLabel) -> str:
    return label.to_json()


def sound() -> bytes:
    return made(".mp3", *TONE, *BARE)


def tagged(version: str) -> bytes:
    return made(".mp3", *TONE, "-metadata", "title=Tone", "-metadata", "comment=Ünicode", "-id3v2_version", version, "-write_id3v1", "1")


def tag(version: int, frames: bytes, flags: int = 0) -> bytes:
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return struct.pack(">3sBBB", b"ID3", version, 0, flags) + size + frames


def text_frame(name: bytes, data: bytes) -> bytes:
    assert len(data) < 128  # where the sizes of 2.3 and 2.4 are the same
    return name + len(data).to_bytes(4, "big") + b"\0\0" + data


def ape(items: dict[str, str], header: bool = True) -> bytes:
    body = b"".join(struct.pack("<II", len(text.encode()), 0) + key.encode() + b"\0" + text.encode() for key, text in items.items())

    def block(flags: int) -> bytes:
        return struct.pack("<8sIIII8s", b"APETAGEX", 2000, len(body) + 32, len(items), flags, bytes(8))

    has = 1 << 31 if header else 0
    return (block(has | 1 << 29) if header else b"") + body + block(has)


@pytest.mark.parametrize("version", ["3", "4"])
def test_the_label_joins_the_tag_that_is_there(version: str, value: str, tmp_path: Path) -> None:
    before = tagged(version)
    after = labelled(MP3, before, value)
    assert after[3] == int(version)
    assert the_label(MP3.read(Source(after))).place == "mp3.id3v2.TXXX"
    tags = ffprobe_tags(after, tmp_path, ".mp3")
    assert (tags["AIGC"], tags["title"], tags["comment"]) == (value, "Tone", "Ünicode")
    read = exiftool_tags(after, tmp_path, ".mp3")
    assert read[f"ID3v2_{version}:UserDefinedText"] == f"(AIGC) {value}"
    assert after[-128:] == before[-128:]
    assert decoded(before, tmp_path, ".mp3") == decoded(after, tmp_path, ".mp3")


def test_a_file_without_a_tag_gets_one_of_version_2_3(value: str, tmp_path: Path) -> None:
    after = labelled(MP3, sound(), value)
    assert after.startswith(b"ID3\x03")
    assert after.endswith(sound())
    assert ffprobe_tags(after, tmp_path, ".mp3")["AIGC"] == value
    assert exiftool_tags(after, tmp_path, ".mp3")["ID3v2_3:UserDefinedText"] == f"(AIGC) {value}"
    assert decoded(sound(), tmp_path, ".mp3") == decoded(after, tmp_path, ".mp3")


def test_version_2_2_is_read_by_others_with_the_label(value: str, tmp_path: Path) -> None:
    title = b"\0Tone"
    before = tag(2, b"TT2" + len(title).to_bytes(3, "big") + title) + sound()
    after = labelled(MP3, before, value)
    assert after[3] == 2
    tags = ffprobe_tags(after, tmp_path, ".mp3")
    assert tags["title"] == "Tone"
    assert exiftool_tags(after, tmp_path, ".mp3")["ID3v2_2:UserDefinedText"] == f"(AIGC) {value}"


def test_padding_takes_the_label_where_the_file_lies(label: ImplicitLabel, value: str) -> None:
    once = labelled(MP3, tagged("3"), value)  # the new tag has padding
    longer = ImplicitLabel.first(label.content_producer, "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e12-and-more").to_json()
    for other in (longer, ImplicitLabel.first(label.content_producer, "7").to_json()):
        twice = labelled(MP3, once, other)
        assert len(twice) == len(once)
        assert patched(MP3, once, other) == twice
    assert MP3.plan(Source(sound()), value).patches is None


def test_twice_is_once(value: str) -> None:
    for before in (tagged("3"), tagged("4"), sound()):
        once = labelled(MP3, before, value)
        assert labelled(MP3, once, value) == once


def test_a_label_written_by_ffmpeg_is_replaced(value: str, tmp_path: Path) -> None:
    before = made(".mp3", *TONE, "-metadata", f"AIGC={OTHER}", "-metadata", "title=Tone")
    assert the_label(MP3.read(Source(before))).value == OTHER
    assert ffprobe_tags(labelled(MP3, before, value), tmp_path, ".mp3")["AIGC"] == value


def test_labels_in_every_tag_become_one(value: str, tmp_path: Path) -> None:
    label_frame = text_frame(b"TXXX", b"\0AIGC\0" + OTHER.encode())
    title = text_frame(b"TIT2", b"\0Tone")
    behind = tag(4, label_frame + title, 0x10)
    behind += b"3DI" + behind[3:10]
    v1 = b"TAG" + b"Tone".ljust(125, b"\0")
    before = (
        tag(3, label_frame)
        + tag(4, label_frame + title)
        + tag(3, label_frame)
        + sound()
        + behind
        + ape({"AIGC": OTHER, "Year": "2026"})
        + v1
    )
    places = [entry.place for entry in MP3.read(Source(before)).entries if entry.value == OTHER]
    assert places == ["mp3.id3v2.TXXX"] * 3 + ["mp3.ape", "mp3.id3v2.appended.TXXX"]
    after = labelled(MP3, before, value)
    assert after.endswith(ape({"Year": "2026"}) + v1)
    assert values(MP3.read(Source(after))) == {"AIGC": value, "TIT2": "Tone", "Year": "2026", "Title": "Tone"}
    assert exiftool_tags(after, tmp_path, ".mp3")["APE:Year"] == 2026


@pytest.mark.parametrize("header", [True, False])
def test_an_ape_tag_with_nothing_but_a_label_is_left_out(header: bool, value: str) -> None:
    after = labelled(MP3, sound() + ape({"aigc": OTHER}, header), value)
    assert after.endswith(sound())


def test_foreign_tags_behind_the_sound_stay_byte_for_byte(value: str) -> None:
    tail = ape({"Title": "Tone", "Comment": "AIGC is only a word here"}) + b"TAG" + bytes(125)
    assert labelled(MP3, sound() + tail, value).endswith(sound() + tail)


def test_a_manifest_store_is_pointed_at_and_kept(value: str) -> None:
    data = b"\0application/x-c2pa-manifest-store\0c2pa\0store\0\0\0\0\x20jumb"
    frame = b"GEOB" + len(data).to_bytes(4, "big") + b"\0\0" + data
    before = tag(3, frame) + sound()
    assert MP3.read(Source(before)).facts["c2pa"] == str(before.index(b"\0\0\0\x20jumb"))
    assert frame in labelled(MP3, before, value)


def test_layers_one_and_two_are_labelled_alike(value: str, tmp_path: Path) -> None:
    before = made(".mp2", *TONE, "-c:a", "mp2")
    assert MP3.accepts(before[:4096], "x")
    after = labelled(MP3, before, value)
    assert decoded(before, tmp_path, ".mp2") == decoded(after, tmp_path, ".mp2")


def test_a_variable_bit_rate_keeps_its_length_and_its_index(value: str, tmp_path: Path) -> None:
    before = made(".mp3", *TONE, "-q:a", "2")
    assert b"Xing" in before or b"Info" in before
    assert decoded(before, tmp_path, ".mp3") == decoded(labelled(MP3, before, value), tmp_path, ".mp3")


def test_what_is_no_mpeg_sound_is_not_written_into(value: str) -> None:
    title = text_frame(b"TIT2", b"\0Tone")
    assert isinstance(refused(MP3, tag(3, title) + b"fLaC" + bytes(100), value), Unsupported)
    assert isinstance(refused(MP3, tag(3, title) + bytes(100), value), Malformed)
    assert isinstance(refused(MP3, b"plain text", value), Malformed)


def test_a_tag_whose_length_is_no_length_gets_no_other_in_front_of_it(value: str) -> None:
    broken = tag(4, text_frame(b"TIT2", b"\x03Before"))[:6] + b"\xff\xff\xff\x34" + bytes(30) + sound()
    with pytest.raises(Malformed):
        MP3.read(Source(broken))
    assert isinstance(refused(MP3, broken, value), Malformed)


def test_what_is_an_mp3_file_is_told_by_its_bytes() -> None:
    assert MP3.accepts(sound()[:4096], "x.wav")
    assert MP3.accepts(tagged("3")[:4096], "")
    assert not MP3.accepts(tag(3, b"") + b"fLaC", "x.mp3")
    assert not MP3.accepts("text in UTF-16".encode("utf-16"), "x.mp3")
    assert not MP3.accepts(b"\xff\xfb\x90\x64" + bytes(1000), "x.mp3")
    for other in (b"", b"ID3", b"RIFF", b"\xff\xd8\xff\xe0\0\x10JFIF", b"\xff\xf1\x50\x80" + bytes(100)):
        assert not MP3.accepts(other, "x.mp3")


def test_a_file_cut_off_in_its_tag_is_refused(value: str) -> None:
    before = labelled(MP3, tagged("4"), value)
    for length in [*range(10, 200), 600]:
        assert isinstance(refused(MP3, before[:length], value), Truncated)
    for length in range(10):
        refused(MP3, before[:length], value)
    assert MP3.read(Source(before[:600])).gaps


def test_tags_without_number_are_over_the_limit(value: str) -> None:
    assert isinstance(refused(MP3, tag(3, b"") * 100_000 + sound(), value), OverLimit)
    assert MP3.read(Source(tag(3, b"") * 100_000)).gaps


def test_texts_without_number_are_a_gap() -> None:
    many = tag(3, text_frame(b"TIT2", b"\0T") * 3000)
    reading = MP3.read(Source(many * 3 + sound()))
    assert (len(reading.entries), len(reading.gaps)) == (MOST_ENTRIES, 1)


@pytest.mark.parametrize("at", [8, 12, 16])
@pytest.mark.parametrize("number", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_hostile_numbers_in_an_ape_footer_are_refused(at: int, number: int, value: str) -> None:
    before = bytearray(sound() + ape({"Year": "2026"}, header=False))
    before[len(before) - 32 + at : len(before) - 28 + at] = struct.pack("<I", number)
    source = Source(bytes(before))
    MP3.read(source)
    if (at, number) in {(8, 0), (8, 0x7FFFFFFF), (8, 0xFFFFFFFF), (16, 0)}:  # a version is not judged, no item is none too few
        assert labelled(MP3, bytes(before), value)
    else:
        assert isinstance(refused(MP3, bytes(before), value), Malformed | OverLimit)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_an_answer_or_a_label_error(seed: int) -> None:
    before = tagged("3") if seed % 2 else tag(4, text_frame(b"TXXX", b"\0AIGC\0{}")) + sound()[:2000] + ape({"AIGC": OTHER})
    try_all(MP3, mutated(before[:6000], seed), OTHER)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_or_a_label_error(tail: bytes) -> None:
    for head in (b"", b"ID3\x03\0\0\0\0\1\0", b"ID3\x04\0\x40\0\0\0\x60", sound()[:1000]):
        try_all(MP3, head + tail, OTHER)
        try_all(MP3, head + tail + ape({"a": "b"})[-32:], OTHER)


def test_mark_takes_the_file_and_says_what_was_proved(label: ImplicitLabel, tmp_path: Path) -> None:
    path = tmp_path / "tone.mp3"
    path.write_bytes(tagged("3"))
    marked = mark(path, label, in_place=True, proof="full")
    passed = {step.name for step in marked.steps if step.outcome == "passed"}
    assert passed >= {"label.alone", "media.coded", "reader.exiftool", "reader.ffprobe", "media.decoded"}
    with pytest.raises(LabelError):
        mark(tagged("3")[:20], label, name="tone.mp3")
