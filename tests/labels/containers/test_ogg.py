"""Ogg: the comment packet laid over its pages anew, in every codec, chain and multiplex."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.ogg import OGG
from brightline.labels.containers.ogg_pages import checksum
from brightline.labels.containers.reading import MOST_ENTRIES
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
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
CODECS = {
    ".ogg": ("-c:a", "libvorbis"),
    ".opus": ("-c:a", "libopus", "-ar", "48000"),
    ".oga": ("-c:a", "flac"),
    ".spx": ("-c:a", "libspeex", "-ar", "16000"),
}
NOISE = ("-f", "lavfi", "-i", "anoisesrc=duration=8:sample_rate=44100:seed=1", "-c:a", "flac", "-ac", "2")


@pytest.fixture
def value(label: ImplicitLabel) -> str:
    return label.to_json()


def tone(suffix: str = ".ogg", serial: int = 7, *more: str) -> bytes:
    return made(suffix, *TONE, *CODECS[suffix], "-metadata", "title=Tone", "-fflags", "+bitexact", "-serial_offset", str(serial), *more)


@dataclass
class Page:
    """An independent reading of a page."""

    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes

    def to_bytes(self) -> bytes:
        head = struct.pack("<4sBBqIII", b"OggS", 0, self.flags, self.granule, self.serial, self.sequence, 0)
        whole = head + bytes([len(self.lacing)]) + self.lacing + self.body
        return whole[:22] + struct.pack("<I", checksum(whole)) + whole[26:]


def slow_checksum(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def pages(data: bytes) -> list[Page]:
    found, at = [], 0
    while at < len(data):
        magic, _, flags, granule, serial, sequence, crc, count = struct.unpack_from("<4sBBqIIIB", data, at)
        assert magic == b"OggS"
        lacing = data[at + 27 : at + 27 + count]
        stop = at + 27 + count + sum(lacing)
        whole = data[at:stop]
        assert checksum(whole[:22] + bytes(4) + whole[26:]) == crc
        found.append(Page(flags, granule, serial, sequence, lacing, whole[27 + count :]))
        at = stop
    return found


def packets(data: bytes, serial: int) -> list[bytes]:
    found: list[bytes] = [b""]
    for page in pages(data):
        at = 0
        for length in page.lacing if page.serial == serial else b"":
            found[-1] += page.body[at : at + length]
            at += length
            if length < 255:
                found.append(b"")
    return found[:-1]


def well_numbered(data: bytes) -> bool:
    following: dict[int, int] = {}
    for page in pages(data):
        if page.sequence != following.get(page.serial, 0):
            return False
        following[page.serial] = page.sequence + 1
    return True


@given(st.binary(max_size=600))
@settings(max_examples=50, deadline=None)
def test_the_checksum_is_the_one_of_the_specification(data: bytes) -> None:
    assert checksum(data) == slow_checksum(data)


@pytest.mark.parametrize("suffix", list(CODECS))
def test_the_label_joins_the_comments_and_no_later_byte_changes(suffix: str, value: str, tmp_path: Path) -> None:
    before = tone(suffix)
    after = labelled(OGG, before, value)
    tags = ffprobe_tags(after, tmp_path, suffix)
    assert (tags["AIGC"], tags["title"]) == (value, "Tone")
    assert decoded(before, tmp_path, suffix) == decoded(after, tmp_path, suffix)
    old, new = pages(before), pages(after)
    assert len(old) == len(new)
    assert well_numbered(after)
    changed = [place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    assert changed == [1]
    assert [page.granule for page in old] == [page.granule for page in new]
    assert labelled(OGG, after, value) == after


def test_exiftool_reads_it(value: str, tmp_path: Path) -> None:
    for suffix in (".ogg", ".opus"):
        assert exiftool_tags(labelled(OGG, tone(suffix), value), tmp_path, suffix)["Vorbis:Aigc"] == value


def test_packets_other_than_the_comments_are_the_same(value: str) -> None:
    old, new = packets(tone(), 7), packets(labelled(OGG, tone(), value), 7)
    assert old[0] == new[0]
    assert old[2:] == new[2:]


def test_a_label_of_another_tool_is_replaced_and_two_become_one(value: str, tmp_path: Path) -> None:
    by_ffmpeg = tone(".ogg", 7, "-metadata:s:a:0", f"AIGC={OTHER}", "-metadata:s:a:0", 'comment={"AIGC":' + OTHER + "}")
    assert sum(map(is_label, OGG.read(Source(by_ffmpeg)).entries)) == 2
    tags = ffprobe_tags(labelled(OGG, by_ffmpeg, value), tmp_path, ".ogg")
    assert tags["AIGC"] == value
    assert "comment" not in tags


def test_a_label_of_another_length_replaces_it(label: ImplicitLabel, value: str) -> None:
    long = ImplicitLabel.first(label.content_producer, "x" * 2000).to_json()
    for suffix in CODECS:
        once = labelled(OGG, tone(suffix), long)
        assert labelled(OGG, once, value) == labelled(OGG, tone(suffix), value)
        assert labelled(OGG, labelled(OGG, tone(suffix), value), long) == once


def test_padding_of_opus_comments_is_used_up_so_that_the_page_keeps_its_length(value: str) -> None:
    found = pages(tone(".opus"))
    found[1].body += bytes(512)
    found[1].lacing = bytes([255] * (len(found[1].body) // 255) + [len(found[1].body) % 255])
    padded = b"".join(page.to_bytes() for page in found)
    assert len(labelled(OGG, padded, value)) == len(padded)
    kept = bytearray(found[1].body)
    kept[-512] = 1  # RFC 7845, 5.2: this is to be kept
    found[1].body = bytes(kept)
    after = labelled(OGG, b"".join(page.to_bytes() for page in found), value)
    assert pages(after)[1].body.endswith(b"\1" + bytes(511))


def test_comments_that_outgrow_their_page_flow_into_the_next_one_of_the_headers(value: str, tmp_path: Path) -> None:
    before = tone(".ogg", 7, "-metadata:s:a:0", "COVER=" + "x" * (255 * 255 - 300))
    after = labelled(OGG, before, value)
    assert len(pages(after)) == len(pages(before))
    assert pages(after)[2].flags == 1
    assert well_numbered(after)
    assert packets(after, 7)[2:] == packets(before, 7)[2:]
    assert decoded(before, tmp_path, ".ogg") == decoded(after, tmp_path, ".ogg")
    assert ffprobe_tags(after, tmp_path, ".ogg")["AIGC"] == value
    assert labelled(OGG, after, value) == after


@pytest.mark.parametrize("suffix", [".opus", ".spx"])
def test_headers_that_fill_their_pages_get_one_more_and_all_later_pages_another_number(suffix: str, value: str, tmp_path: Path) -> None:
    cover = base64.b64encode(bytes(range(256)) * 300)[: (255 * 255 - 300) // 4 * 4].decode()
    before = tone(suffix, 7, "-metadata:s:a:0", f"COVER={cover}")
    header_pages = sum(page.granule in {0, -1} for page in pages(before))
    after = labelled(OGG, before, value)
    assert len(pages(after)) == len(pages(before)) + 1
    assert sum(page.granule in {0, -1} for page in pages(after)) == header_pages + 1
    assert well_numbered(after)
    assert packets(after, 7)[2:] == packets(before, 7)[2:]
    assert [(page.granule, page.lacing, page.body) for page in pages(after)[header_pages + 1 :]] == [
        (page.granule, page.lacing, page.body) for page in pages(before)[header_pages:]
    ]
    assert decoded(before, tmp_path, suffix) == decoded(after, tmp_path, suffix)
    assert ffprobe_tags(after, tmp_path, suffix)["AIGC"] == value
    assert labelled(OGG, after, value) == after


def test_a_page_whose_checksum_did_not_hold_still_does_not_when_it_is_renumbered(value: str) -> None:
    cover = "x" * (255 * 255 - 300)
    before = bytearray(tone(".opus", 7, "-metadata:s:a:0", f"PICTURE={cover}"))
    before[-1] ^= 0xFF
    result = written(Source(bytes(before)), OGG.plan(Source(bytes(before)), value))
    last = result[result.rindex(b"OggS") :]
    (crc,) = struct.unpack_from("<I", last, 22)
    broken = checksum(last[:22] + bytes(4) + last[26:])
    last = last[:-1] + bytes([last[-1] ^ 0xFF])
    assert broken != crc == checksum(last[:22] + bytes(4) + last[26:])


def test_every_link_of_a_chain_is_cleared_and_the_first_gets_the_label(value: str, tmp_path: Path) -> None:
    labels = ("-metadata:s:a:0", f"AIGC={OTHER}")
    chain = tone(".opus", 1, *labels) + tone(".opus", 2) + tone(".opus", 3, *labels)
    assert sum(map(is_label, OGG.read(Source(chain)).entries)) == 2
    after = labelled(OGG, chain, value)
    assert after.endswith(tone(".opus", 2) + after[len(after) - len(tone(".opus", 3)) :])
    assert decoded(chain, tmp_path, ".opus") == decoded(after, tmp_path, ".opus")


def test_links_with_the_same_serial_number_in_a_small_file_are_found(value: str) -> None:
    twice = tone(".ogg", 7, "-metadata:s:a:0", f"AIGC={OTHER}") * 2
    assert len([entry for entry in OGG.read(Source(twice)).entries if is_label(entry)]) == 2
    labelled(OGG, twice, value)


def test_links_of_a_long_chain_are_found_by_search(value: str) -> None:
    noise = [
        made(".oga", *NOISE, "-fflags", "+bitexact", "-serial_offset", str(serial), "-metadata:s:a:0", f"AIGC={OTHER}") for serial in (1, 2)
    ]
    assert len(noise[0]) > 1 << 20
    chain = noise[0] + tone(".oga", 9, "-metadata:s:a:0", f"AIGC={OTHER}") + noise[1] + tone(".oga", 10)
    source = Source(chain)
    reading = OGG.read(source)
    assert not reading.gaps
    assert sum(map(is_label, reading.entries)) == 3
    labelled(OGG, chain, value)


def test_a_long_file_is_read_by_its_ends(value: str) -> None:
    source = Source(labelled(OGG, made(".oga", *NOISE, "-fflags", "+bitexact", "-serial_offset", "1"), value))
    OGG.read(source)
    assert source.bytes_read < 300_000 < source.size


def test_in_a_film_the_sound_gets_the_label_and_the_picture_loses_its_own(value: str, tmp_path: Path) -> None:
    codecs = ("-c:v", "libtheora", "-c:a", "libvorbis", "-pix_fmt", "yuv420p", "-metadata:s:v:0", f"AIGC={OTHER}")
    before = made(".ogv", *PICTURE, *TONE, *codecs, "-serial_offset", "5")
    assert the_label(OGG.read(Source(before))).place == "ogg.theora.comments"
    after = labelled(OGG, before, value)
    assert the_label(OGG.read(Source(after))).place == "ogg.vorbis.comments"
    assert well_numbered(after)
    assert decoded(before, tmp_path, ".ogv") == decoded(after, tmp_path, ".ogv")


def test_a_film_without_sound_has_the_label_with_the_picture(value: str, tmp_path: Path) -> None:
    before = made(".ogv", *PICTURE, "-c:v", "libtheora", "-pix_fmt", "yuv420p")
    after = labelled(OGG, before, value)
    assert ffprobe_tags(after, tmp_path, ".ogv")["AIGC"] == value
    assert decoded(before, tmp_path, ".ogv") == decoded(after, tmp_path, ".ogv")


def test_sound_on_a_page_of_the_headers_is_not_written_into(value: str) -> None:
    found = pages(tone(".opus"))
    found[1].lacing += b"\x03"
    found[1].body += b"abc"
    spoilt = b"".join(page.to_bytes() for page in found)
    assert isinstance(refused(OGG, spoilt, value), Unsupported)
    assert values(OGG.read(Source(spoilt)))["title"] == "Tone"


def test_a_flac_stream_that_does_not_count_its_headers_is_followed_to_the_last_of_them(value: str, tmp_path: Path) -> None:
    found = pages(tone(".oga"))
    found[0].body = found[0].body[:7] + b"\0\0" + found[0].body[9:]  # RFC 9639, 10.1: zero is "unknown"
    before = b"".join(page.to_bytes() for page in found)
    after = labelled(OGG, before, value)
    assert decoded(before, tmp_path, ".oga") == decoded(after, tmp_path, ".oga")


def test_an_unknown_codec_is_not_written_into(value: str) -> None:
    found = pages(tone(".opus"))
    found[0].body = b"Unknown!" + found[0].body[8:]
    assert isinstance(refused(OGG, b"".join(page.to_bytes() for page in found), value), Unsupported)


def test_bytes_behind_the_last_page_stay(value: str) -> None:
    assert labelled(OGG, tone() + b"TAG" + bytes(125), value).endswith(b"TAG" + bytes(125))


def test_a_file_cut_off_is_refused_and_read_as_far_as_it_goes(value: str) -> None:
    before = tone(".opus")
    headers = sum(len(page.to_bytes()) for page in pages(before)[:2])
    for length in range(headers):
        assert isinstance(refused(OGG, before[:length], value), Truncated | Malformed)
    for length in (headers + 10, len(before) - 1):
        assert isinstance(refused(OGG, before[:length], value), Truncated)
        reading = OGG.read(Source(before[:length]))
        assert values(reading)["title"] == "Tone"
        assert reading.gaps


def test_a_long_file_cut_off_is_refused(value: str) -> None:
    before = made(".oga", *NOISE, "-fflags", "+bitexact", "-serial_offset", "1")
    assert isinstance(refused(OGG, before[:-1], value), Truncated)


def test_comments_without_number_are_a_gap() -> None:
    many = tone(".opus", 7, *(word for place in range(3000) for word in ("-metadata:s:a:0", f"K{place}=x")))
    reading = OGG.read(Source(many + many))
    assert (len(reading.entries), len(reading.gaps)) == (MOST_ENTRIES, 1)


def test_headers_without_end_are_refused(value: str) -> None:
    first = pages(tone())[0]
    endless = first.to_bytes() + b"".join(Page(place > 0, 0, 7, place + 1, b"\xff", bytes(255)).to_bytes() for place in range(4200))
    assert isinstance(refused(OGG, endless, value), OverLimit)
    many = b"".join(Page(2, 0, serial, 0, b"\x08", b"OpusHead").to_bytes() for serial in range(100))
    assert isinstance(refused(OGG, many, value), OverLimit)


def test_what_is_an_ogg_file_is_told_by_its_bytes() -> None:
    assert OGG.accepts(tone()[:4096], "x.mp3")
    for other in (b"", b"OggS", b"OggS\x01", b"fLaC"):
        assert not OGG.accepts(other, "x.ogg")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_an_answer_or_a_label_error(seed: int) -> None:
    suffix = list(CODECS)[seed % 4]
    before = tone(suffix, 7, "-metadata:s:a:0", f"AIGC={OTHER}")
    try_all(OGG, mutated(before, seed, 400), OTHER)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_or_a_label_error(tail: bytes) -> None:
    for head in (b"", b"OggS\0", tone()[:58], tone(".opus")[:75]):
        try_all(OGG, head + tail, OTHER)


def test_mark_takes_the_file_and_says_what_was_proved(label: ImplicitLabel, tmp_path: Path) -> None:
    path, out = tmp_path / "tone.opus", tmp_path / "out.opus"
    path.write_bytes(tone(".opus"))
    marked = mark(path, label, out=out, proof="full")
    passed = {step.name for step in marked.steps if step.outcome == "passed"}
    assert passed >= {"label.alone", "media.coded", "media.digest", "reader.exiftool", "reader.ffprobe", "media.decoded"}
    with pytest.raises(LabelError):
        mark(tone()[:60], label)
