"""WAV: the chunk AIGC behind the samples, and everything that stood in the file before."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.reading import MOST_ENTRIES
from brightline.labels.containers.riff import chunk_bytes
from brightline.labels.containers.source import Source, opened
from brightline.labels.containers.wav import WAV
from brightline.labels.errors import LabelError, OverLimit, Truncated, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.writing import written
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

FORMAT = chunk_bytes(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))
SAMPLES = chunk_bytes(b"data", bytes(range(200)))


def wave(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def with_title() -> bytes:
    return made(".wav", *TONE, "-metadata", "title=Tone", "-metadata", "comment=nothing")


@pytest.fixture
def value(label: ImplicitLabel) -> str:
    return label.to_json()


def test_the_label_is_a_chunk_of_the_outermost_riff_behind_the_samples(value: str, tmp_path: Path) -> None:
    before = with_title()
    after = labelled(WAV, before, value)
    assert after[8:].startswith(before[8:])
    assert after.endswith(chunk_bytes(b"AIGC", value.encode()))
    assert int.from_bytes(after[4:8], "little") == len(after) - 8
    assert decoded(before, tmp_path, ".wav") == decoded(after, tmp_path, ".wav")
    assert ffprobe_tags(after, tmp_path, ".wav")["title"] == "Tone"
    assert exiftool_tags(after, tmp_path, ".wav")["RIFF:Title"] == "Tone"


def test_an_independent_walk_finds_the_chunk(value: str) -> None:
    data = labelled(WAV, wave(FORMAT, SAMPLES), value)
    at, found = 12, {}
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        found[name] = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    assert found[b"AIGC"] == value.encode()
    assert at == len(data)


def test_the_label_in_place_gives_the_same_bytes(value: str) -> None:
    assert patched(WAV, with_title(), value) == labelled(WAV, with_title(), value)


def test_twice_is_once(value: str) -> None:
    once = labelled(WAV, with_title(), value)
    assert labelled(WAV, once, value) == once
    assert patched(WAV, once, value) == once


@pytest.mark.parametrize("more", ["", "x", "x" * 60])
def test_another_label_replaces_the_first_in_place(label: ImplicitLabel, value: str, more: str) -> None:
    other = ImplicitLabel.first(label.content_producer, f"0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e12{more}").to_json()
    once = labelled(WAV, with_title(), value)
    assert labelled(WAV, once, other) == labelled(WAV, with_title(), other)
    assert patched(WAV, once, other) == labelled(WAV, once, other)


def test_a_shorter_label_in_place_leaves_filler(label: ImplicitLabel, value: str) -> None:
    shorter = ImplicitLabel.first(label.content_producer, "7").to_json()
    result = patched(WAV, labelled(WAV, with_title(), value), shorter)
    assert result is not None
    assert b"JUNK" in result[-200:]
    assert labelled(WAV, result, value)


def test_two_labels_become_one(value: str) -> None:
    both = wave(FORMAT, chunk_bytes(b"AIGC", b'{"Label":"1"}'), SAMPLES, chunk_bytes(b"AIGC", b'{"Label":"2"}'))
    assert labelled(WAV, both, value) == wave(FORMAT, SAMPLES, chunk_bytes(b"AIGC", value.encode()))


def test_labels_at_odd_places_are_taken_out_and_their_neighbours_stay(value: str) -> None:
    wrapped = ('{"AIGC":' + value + "}").encode()
    title = chunk_bytes(b"INAM", b"Tone\0")
    bext = wrapped.ljust(256, b"\0")[:256] if len(wrapped) <= 256 else b'{"AIGC":{"Label":"1","ContentProducer":"x"}}'.ljust(256, b"\0")
    rest = b"me".ljust(32, b"\0") + bytes(602 - 288)
    data = wave(
        FORMAT,
        chunk_bytes(b"LIST", b"INFO" + title + chunk_bytes(b"ICMT", wrapped)),
        chunk_bytes(b"bext", bext + rest),
        chunk_bytes(b"aigc", value.encode()),
        chunk_bytes(b"note", b"AIGC" + value.encode()),
        SAMPLES,
    )
    before = WAV.read(Source(data))
    assert [entry.place for entry in before.entries if "Label" in entry.value] == ["wav.LIST.INFO", "wav.bext", "wav.aigc", "wav.note"]
    after = labelled(WAV, data, value)
    assert after == wave(
        FORMAT,
        chunk_bytes(b"LIST", b"INFO" + title),
        chunk_bytes(b"bext", bytes(256) + rest),
        SAMPLES,
        chunk_bytes(b"AIGC", value.encode()),
    )


def test_a_label_in_the_xmp_chunk_is_taken_out_and_the_packet_stays(value: str) -> None:
    from brightline.labels.xmp import with_label

    packet = with_label(None, '{"Label":"1"}').replace(b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:x="urn:x" x:k="v"/></rdf:RDF>')
    data = wave(FORMAT, SAMPLES, chunk_bytes(b"_PMX", packet))
    assert the_label(WAV.read(Source(data))).place == "wav._PMX"
    after = labelled(WAV, data, value)
    assert b'x:k="v"' in after
    assert b"TC260" not in after


def test_a_label_in_an_id3_chunk_is_taken_out_and_other_frames_stay(value: str) -> None:
    tag = made(".mp3", *TONE, "-metadata", "title=Tone", "-metadata", f"AIGC={value}", "-id3v2_version", "3")
    length = 10 + (tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9])
    data = wave(FORMAT, SAMPLES, chunk_bytes(b"id3 ", tag[:length]))
    assert the_label(WAV.read(Source(data))).place == "wav.id3.TXXX"
    assert values(WAV.read(Source(labelled(WAV, data, value))))["TIT2"] == "Tone"


def test_a_label_inside_the_recorders_xml_becomes_white_space(value: str) -> None:
    xml = f"<BWFXML><NOTE>AIGC{value}</NOTE></BWFXML>"
    after = labelled(WAV, wave(FORMAT, SAMPLES, chunk_bytes(b"iXML", xml.encode())), value)
    blank = xml.replace(value, " " * len(value))
    assert after == wave(FORMAT, SAMPLES, chunk_bytes(b"iXML", blank.encode()), chunk_bytes(b"AIGC", value.encode()))


def test_bytes_behind_the_riff_stay_behind_it(value: str) -> None:
    trailing = b"TAG" + bytes(125)
    after = labelled(WAV, wave(FORMAT, SAMPLES) + trailing, value)
    assert after == wave(FORMAT, SAMPLES, chunk_bytes(b"AIGC", value.encode())) + trailing


def test_a_forgotten_padding_byte_is_made_up_for(value: str) -> None:
    odd = wave(FORMAT, SAMPLES, b"smpl\x03\0\0\0abc")
    assert labelled(WAV, odd, value) == wave(FORMAT, SAMPLES, chunk_bytes(b"smpl", b"abc"), chunk_bytes(b"AIGC", value.encode()))


def test_a_length_that_counts_the_whole_file_is_put_right(value: str) -> None:
    wrong = bytearray(wave(FORMAT, SAMPLES))
    wrong[4:8] = struct.pack("<I", len(wrong))
    assert labelled(WAV, bytes(wrong), value) == wave(FORMAT, SAMPLES, chunk_bytes(b"AIGC", value.encode()))


def test_a_stream_of_unknown_length_is_labelled_before_its_samples(value: str, tmp_path: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", *TONE, "-f", "wav", "-"]
    data = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    assert WAV.read(Source(data)).facts["layout"] == "streamed"
    after = labelled(WAV, data, value)
    assert after.index(b"AIGC") < after.index(b"data")
    assert after[4:8] == b"\xff\xff\xff\xff"
    assert decoded(data, tmp_path, ".wav") == decoded(after, tmp_path, ".wav")
    assert labelled(WAV, after, value) == after
    assert WAV.plan(Source(data), value).patches is None


def test_a_stream_of_chunks_without_number_is_refused(value: str) -> None:
    endless = b"RIFF\xff\xff\xff\xffWAVE" + FORMAT + chunk_bytes(b"x   ", b"") * 20_000
    assert isinstance(refused(WAV, endless, value), OverLimit)
    assert isinstance(refused(WAV, wave(FORMAT, SAMPLES, chunk_bytes(b"x   ", b"") * 20_000), value), OverLimit)


def rf64(path: Path, samples: int, name: bytes = b"RF64") -> None:
    """A sparse file: silence takes no room on the disk."""
    sizes = struct.pack("<QQQI", 4 + 36 + len(FORMAT) + 8 + samples, samples, samples // 2, 0)
    head = struct.pack("<4sI4s", name, 0xFFFFFFFF, b"WAVE") + chunk_bytes(b"ds64", sizes) + FORMAT
    with path.open("wb") as file:
        file.write(head + struct.pack("<4sI", b"data", 0xFFFFFFFF))
        file.truncate(len(head) + 8 + samples)


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
def test_a_file_over_four_gibibytes_is_labelled_where_it_lies(label: ImplicitLabel, tmp_path: Path, name: bytes) -> None:
    path = tmp_path / "long.wav"
    rf64(path, (4 << 30) + 1000, name)
    size = path.stat().st_size
    marked = mark(path, label, in_place=True)
    assert marked.written.how == "patched"
    with opened(path) as source:
        reading = WAV.read(source)
        assert source.bytes_read < 65_536
        assert struct.unpack("<Q", source.read(20, 8)) == (path.stat().st_size - 8,)
    assert the_label(reading).offset == size
    assert reading.media[-1].stop - reading.media[-1].start == (4 << 30) + 1000
    probed = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path], capture_output=True, check=True, timeout=60
    )
    assert float(probed.stdout) == pytest.approx(((4 << 30) + 1000) / 16000, abs=0.01)


def test_the_length_in_ds64_is_put_right_in_a_file_written_anew(value: str, tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    rf64(path, 64_000)
    before = path.read_bytes()
    after = labelled(WAV, before, value)
    assert after[:20] == before[:20]
    assert struct.unpack("<Q", after[20:28]) == (len(after) - 8,)
    assert decoded(before, tmp_path, ".wav") == decoded(after, tmp_path, ".wav")


def test_a_riff_that_cannot_count_the_label_is_refused(tmp_path: Path, value: str) -> None:
    path = tmp_path / "full.wav"
    samples = 0xFFFFFFFE - 4 - len(FORMAT) - 8
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 0xFFFFFFFE, b"WAVE") + FORMAT + struct.pack("<4sI", b"data", samples))
        file.truncate(8 + 0xFFFFFFFE)
    with opened(path) as source, pytest.raises(Unsupported, match="RF64"):
        WAV.plan(source, value)


def test_a_manifest_store_is_pointed_at_and_kept(value: str) -> None:
    data = wave(FORMAT, SAMPLES, chunk_bytes(b"C2PA", b"store"))
    assert data[int(WAV.read(Source(data)).facts["c2pa"]) :].startswith(b"store")
    assert chunk_bytes(b"C2PA", b"store") in labelled(WAV, data, value)


def test_a_label_behind_the_riff_is_blanked_and_too_much_behind_it_refused(value: str) -> None:
    behind = b"more AIGC" + value.encode() + b" end"
    assert the_label(WAV.read(Source(wave(FORMAT, SAMPLES) + behind))).place == "wav.behind"
    after = labelled(WAV, wave(FORMAT, SAMPLES) + behind, value)
    assert after.endswith(b"more AIGC" + b" " * len(value) + b" end")
    endless = wave(FORMAT, SAMPLES) + bytes((1 << 20) + 1)
    assert isinstance(refused(WAV, endless, value), Unsupported)
    assert WAV.read(Source(endless)).gaps


def test_a_chunk_that_was_appended_without_telling_the_riff_is_a_label_and_leaves(value: str) -> None:
    data = wave(FORMAT, SAMPLES) + chunk_bytes(b"AIGC", value.encode())
    assert the_label(WAV.read(Source(data))).place == "wav.behind"
    assert the_label(WAV.read(Source(labelled(WAV, data, value)))).place == "wav.AIGC"


def test_a_file_cut_off_anywhere_is_refused_and_read_as_far_as_it_goes(value: str) -> None:
    data = wave(FORMAT, chunk_bytes(b"LIST", b"INFO" + chunk_bytes(b"INAM", b"Tone")), SAMPLES)
    for length in [*range(80), len(data) - 100, len(data) - 9]:
        refused(WAV, data[:length], value)
    reading = WAV.read(Source(data[:-100]))
    assert values(reading) == {"INAM": "Tone"}
    assert len(reading.gaps) == 2


@pytest.mark.parametrize("length", [0x7FFFFFFF, 0x80000000, 0xFFFFFFFE])
def test_hostile_lengths_are_refused(length: int, value: str) -> None:
    data = bytearray(wave(FORMAT, SAMPLES, chunk_bytes(b"AIGC", b"{}")))
    data[-6:-2] = struct.pack("<I", length)
    assert isinstance(refused(WAV, bytes(data), value), Truncated)


def test_texts_without_number_are_a_gap_and_not_written_into(value: str) -> None:
    texts = chunk_bytes(b"LIST", b"INFO" + chunk_bytes(b"ICMT", b"x") * 100)
    many = wave(FORMAT, SAMPLES, *[texts] * 100)
    reading = WAV.read(Source(many))
    assert (len(reading.entries), len(reading.gaps)) == (MOST_ENTRIES, 1)
    assert isinstance(refused(WAV, many, value), OverLimit)


def test_lengths_of_sixty_four_bits_are_not_believed(value: str) -> None:
    head = struct.pack("<4sI4s", b"RF64", 0xFFFFFFFF, b"WAVE")
    for size, samples, rows in [(1 << 63, 8, 0), (200, 1 << 63, 0), (200, 8, 0xFFFFFFFF)]:
        sizes = chunk_bytes(b"ds64", struct.pack("<QQQI", size, samples, 0, rows))
        refused(WAV, head + sizes + FORMAT + struct.pack("<4sI", b"data", 0xFFFFFFFF) + bytes(200), value)


def test_other_files_are_not_taken_for_wave() -> None:
    assert WAV.accepts(wave(FORMAT), "x.mp3")
    for other in (b"RIFF\0\0\0\0AVI LIST", b"RIFF\0\0\0\0WEBP", b"ID3\x03", b"", b"RIFX\0\0\0\0WAVE"):
        assert not WAV.accepts(other, "x.wav")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_an_answer_or_a_label_error(seed: int) -> None:
    data = wave(FORMAT, chunk_bytes(b"LIST", b"INFO" + chunk_bytes(b"ICMT", b"AIGC{}")), chunk_bytes(b"bext", bytes(700)), SAMPLES)
    try_all(WAV, mutated(data, seed), '{"Label":"1","ContentProducer":"p","ProduceID":"i"}')


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_or_a_label_error(tail: bytes) -> None:
    for head in (b"", b"RIFF\x40\0\0\0WAVE" + FORMAT, b"RF64\xff\xff\xff\xffWAVEds64"):
        try_all(WAV, head + tail, '{"Label":"1"}')


def test_mark_takes_the_file_and_says_what_was_proved(label: ImplicitLabel) -> None:
    marked = mark(with_title(), label, name="tone.wav")
    assert {step.name for step in marked.steps if step.outcome == "passed"} >= {"label.alone", "media.coded", "media.digest"}
    assert marked.data is not None
    with pytest.raises(LabelError):
        mark(with_title()[:-1000], label, name="tone.wav")


def test_the_file_written_by_pieces_is_the_file_written_by_bytes(value: str, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(with_title())
    with opened(path) as source:
        assert written(source, WAV.plan(source, value)) == labelled(WAV, with_title(), value)
