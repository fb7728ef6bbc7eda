"""FLV: the text AIGC of onMetaData, and positions of key frames that move along."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.flv import FLV
from brightline.labels.containers.flv_amf import Budget, value_at
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.sites import is_label
from brightline.labels.writing import written
from tests.labels.containers.sounding import (
    PICTURE,
    TONE,
    decoded,
    exiftool_tags,
    ffprobe_tags,
    labelled,
    made,
    mutated,
    refused,
    the_label,
    try_all,
    values,
)

OTHER = '{"Label":"2","ContentProducer":"somebody","ProduceID":"1"}'
END = b"\0\0\x09"
VIDEO = b"\x17\0\0\0\0picture"


@pytest.fixture
def value(label: ImplicitLabel) -> str:
    return label.to_json()


def film(*more: str) -> bytes:
    return made(".flv", *PICTURE, *TONE, "-g", "3", "-metadata", "title=Film", *more)


def text(value: str) -> bytes:
    return b"\x02" + struct.pack(">H", len(value.encode())) + value.encode()


def key(name: str) -> bytes:
    return struct.pack(">H", len(name)) + name.encode()


def number(value: float) -> bytes:
    return b"\0" + struct.pack(">d", value)


def ecma(*members: bytes, count: int = -1, end: bytes = END) -> bytes:
    return b"\x08" + struct.pack(">I", len(members) if count < 0 else count) + b"".join(members) + end


def tag(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(3, "big") + bytes(7) + data + struct.pack(">I", 11 + len(data))


def flv(*tags: bytes) -> bytes:
    return b"FLV\x01\x05" + struct.pack(">II", 9, 0) + b"".join(tags)


def script(value: bytes, name: str = "onMetaData") -> bytes:
    return tag(18, text(name) + value)


def tags(data: bytes) -> list[tuple[int, int, bytes]]:
    """Position, type and data of every tag, the length behind each one checked."""
    found, at = [], 13
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        assert data[at + 11 + length : at + 15 + length] == struct.pack(">I", 11 + length)
        found.append((at, data[at], data[at + 11 : at + 11 + length]))
        at += 15 + length
    return found


def key_frames(data: bytes) -> list[float]:
    at = data.index(b"filepositions\x0a") + 14
    (count,) = struct.unpack_from(">I", data, at)
    return [struct.unpack_from(">d", data, at + 5 + 9 * place)[0] for place in range(count)]


def test_the_label_joins_the_metadata_and_the_lengths_are_right(value: str, tmp_path: Path) -> None:
    before = film()
    after = labelled(FLV, before, value)
    shown = ffprobe_tags(after, tmp_path, ".flv")
    assert (shown["AIGC"], shown["title"]) == (value, "Film")
    assert exiftool_tags(after, tmp_path, ".flv")["Flash:AIGC"] == value
    assert decoded(before, tmp_path, ".flv") == decoded(after, tmp_path, ".flv")
    assert [(kind, data) for _, kind, data in tags(before)[1:]] == [(kind, data) for _, kind, data in tags(after)[1:]]
    assert labelled(FLV, after, value) == after


def test_the_count_of_the_array_counts_the_label(value: str) -> None:
    before = flv(script(ecma(key("width") + number(64))), tag(9, VIDEO))
    assert labelled(FLV, before, value) == flv(script(ecma(key("width") + number(64), key("AIGC") + text(value))), tag(9, VIDEO))


def test_positions_of_key_frames_and_the_length_of_the_file_move_along(value: str, tmp_path: Path) -> None:
    before = film("-flvflags", "add_keyframe_index")
    after = labelled(FLV, before, value)
    starts = {at: data for at, kind, data in tags(after) if kind == 9}
    found = key_frames(after)
    assert len(found) == len(key_frames(before)) > 2
    assert all(starts[int(position)][0] >> 4 == 1 for position in found)
    shown = exiftool_tags(after, tmp_path, ".flv")
    assert shown["Flash:FileSizeBytes"] == len(after)
    assert int(shown["Flash:LastKeyFrameLocation"] if "Flash:LastKeyFrameLocation" in shown else found[-1]) in starts
    assert decoded(before, tmp_path, ".flv") == decoded(after, tmp_path, ".flv")
    assert labelled(FLV, after, value) == after


def test_numbers_that_are_no_positions_stay(value: str) -> None:
    odd = [key("filesize") + number(7), key("lastkeyframelocation") + number(1e300), key("duration") + number(20)]
    frames = (
        key("keyframes") + b"\x03" + key("filepositions") + b"\x0a" + struct.pack(">I", 3) + number(-1) + number(0.5) + number(1e9) + END
    )
    before = flv(script(ecma(*odd, frames)), tag(9, VIDEO))
    assert labelled(FLV, before, value) == flv(script(ecma(*odd, frames, key("AIGC") + text(value))), tag(9, VIDEO))


def test_a_file_without_metadata_gets_them_in_front(value: str, tmp_path: Path) -> None:
    whole = film()
    _, _, data = tags(whole)[0]
    before = whole[:13] + whole[13 + 15 + len(data) :]
    after = labelled(FLV, before, value)
    assert after == before[:13] + script(ecma(key("AIGC") + text(value))) + before[13:]
    assert ffprobe_tags(after, tmp_path, ".flv")["AIGC"] == value
    assert decoded(before, tmp_path, ".flv") == decoded(after, tmp_path, ".flv")


def test_metadata_in_a_plain_object_and_without_an_end_marker(value: str) -> None:
    plain = b"\x03" + key("width") + number(64)
    before = flv(script(plain + END), tag(9, VIDEO))
    assert labelled(FLV, before, value) == flv(script(plain + key("AIGC") + text(value) + END), tag(9, VIDEO))
    endless = flv(script(ecma(key("width") + number(64), end=b"")), tag(9, VIDEO))
    assert labelled(FLV, endless, value) == flv(script(ecma(key("width") + number(64), key("AIGC") + text(value), end=b"")), tag(9, VIDEO))


def test_a_label_of_another_tool_is_replaced_and_several_become_one(value: str, tmp_path: Path) -> None:
    by_ffmpeg = film("-metadata", f"AIGC={OTHER}")
    assert the_label(FLV.read(Source(by_ffmpeg))).value == OTHER
    assert ffprobe_tags(labelled(FLV, by_ffmpeg, value), tmp_path, ".flv")["AIGC"] == value
    width = key("width") + number(64)
    wrapped = key("comment") + text('{"AIGC":' + OTHER + "}")
    again = script(ecma(key("aigc") + text(OTHER), key("AIGC") + text("")))
    before = flv(script(ecma(wrapped, width, key("AIGC") + text(OTHER))), tag(9, VIDEO), again)
    after = labelled(FLV, before, value)
    assert after == flv(script(ecma(key("AIGC") + text(value), width)), tag(9, VIDEO), script(ecma()))


def test_a_label_that_is_an_object_is_seen_and_replaced(value: str) -> None:
    members = key("Label") + text("1") + key("ContentProducer") + text("p") + key("ProduceID") + text("i")
    before = flv(script(ecma(key("AIGC") + b"\x03" + members + END)), tag(9, VIDEO))
    assert is_label(the_label(FLV.read(Source(before))))
    assert labelled(FLV, before, value) == flv(script(ecma(key("AIGC") + text(value))), tag(9, VIDEO))


def test_a_label_in_xmp_is_taken_out_and_the_packet_stays(value: str) -> None:
    from brightline.labels.xmp import with_label

    packet = with_label(None, OTHER).replace(b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:x="urn:x" x:k="v"/></rdf:RDF>')
    before = flv(script(ecma()), script(b"\x03" + key("liveXML") + text(packet.decode()) + END, "onXMPData"), tag(9, VIDEO))
    assert the_label(FLV.read(Source(before))).kind == "xmp"
    after = labelled(FLV, before, value)
    assert b'x:k="v"' in after
    assert b"TC260" not in after


def test_a_label_over_the_length_of_a_short_text_is_a_long_one(label: ImplicitLabel) -> None:
    from dataclasses import replace

    long = replace(label, reserved_code1="x" * 16_000, reserved_code2="y" * 16_000).to_json() + " " * 40_000
    after = labelled(FLV, flv(script(ecma()), tag(9, VIDEO)), long)
    assert values(FLV.read(Source(after))) == {"AIGC": long}


def test_a_missing_length_behind_the_last_tag_is_not_missed(value: str) -> None:
    before = flv(script(ecma()), tag(9, VIDEO))[:-4]
    assert labelled(FLV, before, value) == flv(script(ecma(key("AIGC") + text(value))), tag(9, VIDEO))[:-4]
    alone = Source(flv(script(ecma()))[:-4])
    assert written(alone, FLV.plan(alone, value)) == flv(script(ecma(key("AIGC") + text(value))))


def test_a_file_cut_off_anywhere_is_refused_and_read_as_far_as_it_goes(value: str) -> None:
    before = flv(script(ecma(key("title") + text("Film"))), tag(9, VIDEO), tag(8, b"\xaf\0sound"))
    last = len(before) - len(tag(8, b"\xaf\0sound"))
    for length in [*range(13), *range(14, 13 + 11), last + 1, last + 12]:
        assert isinstance(refused(FLV, before[:length], value), Truncated)
    reading = FLV.read(Source(before[: last + 3]))
    assert values(reading) == {"title": "Film"}
    assert reading.gaps


@pytest.mark.parametrize(
    "spoilt",
    [
        b"\x02\xff\xffshort",
        b"\x0c\xff\xff\xff\xffshort",
        b"\x0a\xff\xff\xff\xff" + bytes(40),
        b"\x11\x01",
        b"",
        b"\x03" + (key("a") + b"\x03") * 1000,
        b"\x0a\0\0\0\x01" * 100_000,
    ],
)
def test_hostile_script_data_are_a_gap_and_not_written_into(spoilt: bytes, value: str) -> None:
    before = flv(script(ecma(key("x") + spoilt)), tag(9, VIDEO))
    assert isinstance(refused(FLV, before, value), Malformed | OverLimit)
    assert FLV.read(Source(before)).gaps


def test_values_without_number_are_over_the_limit() -> None:
    with pytest.raises(OverLimit):
        value_at(b"\x0a" + struct.pack(">I", 300) + b"\x05" * 300, 0, Budget(300))


def test_script_data_of_a_whole_file_share_one_limit() -> None:
    many = ecma(key("x") + b"\x0a" + struct.pack(">I", 90_000) + b"\x05" * 90_000)
    assert len(FLV.read(Source(flv(*[script(many)] * 3, tag(9, VIDEO)))).gaps) == 1


def test_script_data_that_would_fill_the_memory_are_refused(value: str) -> None:
    large = tag(18, text("onCuePoint") + b"\x05" + bytes(16 << 20 >> 1))
    assert isinstance(refused(FLV, flv(*[large] * 9), value), OverLimit)


def test_script_data_over_24_bits_are_refused(value: str) -> None:
    filler = key("x") + b"\x0c" + struct.pack(">I", (1 << 24) - 60) + b" " * ((1 << 24) - 60)
    assert isinstance(refused(FLV, flv(script(ecma(filler)), tag(9, VIDEO)), value), OverLimit)


def test_tags_of_unknown_types_and_hostile_positions_are_refused(value: str) -> None:
    refused(FLV, flv(script(ecma()), tag(3, b"?")), value)
    refused(FLV, b"FLV\x01\x05" + struct.pack(">II", 0xFFFFFFFF, 0), value)
    refused(FLV, b"FLV\x01\x05" + struct.pack(">II", 3, 0) + tag(9, VIDEO), value)
    refused(FLV, flv(*[script(ecma())] * 10_001), value)


def test_a_long_file_is_walked_from_header_to_header(tmp_path: Path) -> None:
    path = tmp_path / "long.flv"
    path.write_bytes(flv(script(ecma(key("title") + text("Film"))), *[tag(9, bytes(20_000))] * 500))
    with opened(path) as source:
        assert values(FLV.read(source)) == {"title": "Film"}
        assert source.bytes_read < 50_000 < source.size


def test_what_is_an_flv_file_is_told_by_its_bytes() -> None:
    assert FLV.accepts(film()[:4096], "x.mp4")
    for other in (b"", b"FLV", b"FLV\x01\x05\0\0\0\x08", b"F4V\x01\x05\0\0\0\x09"):
        assert not FLV.accepts(other, "x.flv")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_an_answer_or_a_label_error(seed: int) -> None:
    frames = key("keyframes") + b"\x03" + key("filepositions") + b"\x0a" + struct.pack(">I", 1) + number(200) + END
    before = flv(script(ecma(key("AIGC") + text(OTHER), frames)), tag(9, VIDEO), script(ecma(key("AIGC") + text(OTHER)), "onCuePoint"))
    try_all(FLV, mutated(before, seed), OTHER)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_or_a_label_error(tail: bytes) -> None:
    for head in (b"", b"FLV\x01\x05\0\0\0\x09\0\0\0\0", flv(script(ecma())), flv() + b"\x12\0\x01\0" + bytes(7) + text("onMetaData")):
        try_all(FLV, head + tail, OTHER)


def test_mark_takes_the_file_and_says_what_was_proved(label: ImplicitLabel, tmp_path: Path) -> None:
    path, out = tmp_path / "film.flv", tmp_path / "out.flv"
    path.write_bytes(film())
    marked = mark(path, label, out=out, proof="full")
    passed = {step.name for step in marked.steps if step.outcome == "passed"}
    assert passed >= {"label.alone", "media.coded", "reader.exiftool", "reader.ffprobe", "media.decoded"}
    with pytest.raises(LabelError):
        mark(film()[:-1000], label)
