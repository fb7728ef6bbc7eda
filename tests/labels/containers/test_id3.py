"""ID3v2 tags in all three versions: read with their oddities, edited without a change to other frames."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.id3 import Tag, read_tag, tag_length, with_label, without_label
from brightline.labels.containers.reading import Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported

VALUE = '{"Label":"1","ContentProducer":"p","ProduceID":"i"}'
LABEL = b"\0AIGC\0" + VALUE.encode()


def safe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(version: int, name: bytes, data: bytes, flags: int = 0) -> bytes:
    if version == 2:
        return name + len(data).to_bytes(3, "big") + data
    return name + (safe(len(data)) if version == 4 else len(data).to_bytes(4, "big")) + flags.to_bytes(2, "big") + data


def tag(version: int, body: bytes, padding: int = 0, flags: int = 0) -> bytes:
    return struct.pack(">3sBBB", b"ID3", version, 0, flags) + safe(len(body) + padding) + body + bytes(padding)


def stuffed(data: bytes) -> bytes:
    """Unsynchronised: a zero behind every FF that sound could follow from, or that a zero follows."""
    return re.sub(rb"\xff(?=[\xe0-\xff\0]|$)", b"\xff\0", data, flags=re.DOTALL)


def seen(raw: bytes, gaps: list[Gap] | None = None) -> Tag:
    found: list[Gap] = [] if gaps is None else gaps
    result = read_tag(Source(raw), 0, len(raw), "t", found, standard=True)
    assert gaps is not None or not found
    return result


def texts(raw: bytes) -> dict[str, str]:
    return {entry.key: entry.value for entry in seen(raw).entries}


TITLE = {2: (b"TT2", "TT2"), 3: (b"TIT2", "TIT2"), 4: (b"TIT2", "TIT2")}
EXTRA = {2: b"TXX", 3: b"TXXX", 4: b"TXXX"}


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize(
    ("encoding", "codec"), [(0, "latin-1"), (1, "utf-16"), (2, "utf-16-be"), (3, "utf-8")], ids=["latin-1", "utf-16", "utf-16-be", "utf-8"]
)
def test_texts_are_read_in_every_encoding(version: int, encoding: int, codec: str) -> None:
    zero = "\0".encode("utf-16-be") if "16" in codec else b"\0"
    name, key = TITLE[version]
    raw = tag(
        version,
        frame(version, name, bytes([encoding]) + "Töne".encode(codec))
        + frame(version, EXTRA[version], bytes([encoding]) + "AIGC".encode(codec) + zero + VALUE.encode(codec)),
        padding=20,
    )
    assert texts(raw) == {key: "Töne", "AIGC": VALUE}
    assert [entry.standard for entry in seen(raw).entries] == [False, True]


@pytest.mark.parametrize("version", [2, 3, 4])
def test_the_label_is_written_in_the_tags_own_version(version: int) -> None:
    name, key = TITLE[version]
    title = frame(version, name, b"\0Tone")
    result = with_label(tag(version, title), VALUE)
    assert result[3] == version
    assert result[10:].startswith(title + frame(version, EXTRA[version], LABEL))
    assert texts(result) == {key: "Tone", "AIGC": VALUE}
    assert with_label(result, VALUE) == result


def test_a_new_tag_is_2_3_because_most_players_read_that() -> None:
    assert with_label(b"", VALUE).startswith(b"ID3\x03\0\0")


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("spare", [0, 1, 30])
def test_padding_is_used_while_it_lasts(version: int, spare: int) -> None:
    fresh = len(frame(version, EXTRA[version], LABEL))
    before = tag(version, frame(version, TITLE[version][0], b"\0Tone"), padding=fresh + spare)
    assert len(with_label(before, VALUE)) == len(before)
    assert len(with_label(tag(version, b"", padding=fresh - 1), VALUE)) > fresh + 1000


def test_a_second_label_and_an_empty_one_give_way_to_the_new_one() -> None:
    before = tag(3, frame(3, b"TXXX", LABEL) + frame(3, b"TIT2", b"\0Tone") + frame(3, b"TXXX", b"\0AIGC\0") + frame(3, b"TXXX", LABEL))
    assert with_label(before, VALUE)[10:].rstrip(b"\0") == frame(3, b"TIT2", b"\0Tone") + frame(3, b"TXXX", LABEL)


def test_labels_in_comments_private_data_and_urls_are_taken_out() -> None:
    wrapped = ('{"AIGC":' + VALUE + "}").encode()
    picture = frame(4, b"APIC", b"\0image/png\0\x03\0" + bytes(range(256)))
    before = tag(
        4,
        frame(4, b"COMM", b"\0eng\0" + wrapped)
        + picture
        + frame(4, b"PRIV", b"someone\0AIGC" + VALUE.encode())
        + frame(4, b"WXXX", b"\0AIGC\0" + VALUE.encode())
        + frame(4, b"GEOB", b"\0text/plain\0\0AIGC\0AIGC" + VALUE.encode()),
    )
    assert len(seen(before).entries) == 4
    assert without_label(before)[10:].rstrip(b"\0") == picture.rstrip(b"\0")


def test_a_label_in_the_xmp_of_a_private_frame_is_taken_out_and_the_packet_stays() -> None:
    from brightline.labels.xmp import with_label as packet_with_label

    packet = packet_with_label(None, VALUE).replace(b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:x="urn:x" x:k="v"/></rdf:RDF>')
    before = tag(3, frame(3, b"PRIV", b"XMP\0" + packet))
    (entry,) = seen(before).entries
    assert (entry.kind, entry.key) == ("xmp", "XMP")
    after = with_label(before, VALUE)
    assert [entry.kind for entry in seen(after).entries] == ["xmp", "text"]
    assert b'x:k="v"' in after
    assert after.count(b"ContentProducer") == 1


def test_a_tag_left_without_frames_is_left_out() -> None:
    assert without_label(tag(3, frame(3, b"TXXX", LABEL), padding=100)) == b""


@pytest.mark.parametrize("version", [2, 3])
def test_a_tag_unsynchronised_as_a_whole_keeps_that_and_its_frames(version: int) -> None:
    name, key = TITLE[version]
    title = frame(version, name, "\x01Tÿ".encode("latin-1").replace(b"T", b"\xff\xfeT\0") + b"\0")  # the byte order mark looks like sound
    before = tag(version, stuffed(title), flags=0x80)
    assert texts(before) == {key: "Tÿ"}
    after = with_label(before, VALUE)
    assert after[5] == 0x80
    assert after[10:].startswith(stuffed(title))
    assert texts(after) == {key: "Tÿ", "AIGC": VALUE}


def test_frames_of_2_4_may_be_unsynchronised_one_by_one() -> None:
    title = frame(4, b"TIT2", b"\x01\xff\0\xfeT\0", flags=0x0002)
    before = tag(4, title, flags=0x80)
    assert texts(before) == {"TIT2": "T"}
    assert with_label(before, VALUE)[10:].startswith(title + frame(4, b"TXXX", LABEL, flags=0x0002))


@pytest.mark.parametrize(("version", "flags", "before"), [(3, 0x0080, b"\0\0\0\x09"), (4, 0x0009, b"\0\0\0\x09"), (4, 0x0008, b"")])
def test_compressed_frames_are_read(version: int, flags: int, before: bytes) -> None:
    data = before + zlib.compress(b"\0AIGC\0" + VALUE.encode())
    raw = tag(version, frame(version, b"TXXX", data, flags))
    assert texts(raw) == {"AIGC": VALUE}


def test_a_frame_that_inflates_without_end_is_a_gap() -> None:
    gaps: list[Gap] = []
    bomb = zlib.compress(bytes(64 << 20))
    assert not seen(tag(4, frame(4, b"TXXX", bomb, 0x0008)), gaps).entries
    assert "more than" in gaps[0].reason


def test_an_encrypted_frame_is_a_gap_for_the_reader_and_kept_by_the_writer() -> None:
    gaps: list[Gap] = []
    secret = frame(4, b"TXXX", b"\x01secret", 0x0004)
    assert not seen(tag(4, secret), gaps).entries
    assert "encrypted" in gaps[0].reason
    assert with_label(tag(4, secret), VALUE)[10:].startswith(secret)


@pytest.mark.parametrize(
    ("version", "extended"),
    [(3, b"\0\0\0\x06\0\0\0\0\0\0"), (3, b"\0\0\0\x0a\x80\0\0\0\0\0abcd"), (4, b"\0\0\0\x06\x01\0"), (4, b"\0\0\0\x0c\x01\x20\x05abcde")],
)
def test_an_extended_header_is_passed_over_and_not_written_again(version: int, extended: bytes) -> None:
    title = frame(version, b"TIT2", b"\0Tone")
    before = tag(version, extended + title, flags=0x40)
    assert texts(before) == {"TIT2": "Tone"}
    after = with_label(before, VALUE)
    assert after[5] == 0
    assert after[10:].startswith(title)


def test_sizes_that_are_not_synchsafe_in_a_2_4_tag_are_understood() -> None:
    long = b"\0" + b"x" * 300
    plain = b"TIT2" + len(long).to_bytes(4, "big") + b"\0\0" + long
    before = tag(4, plain + frame(4, b"TXXX", LABEL))
    assert texts(before) == {"TIT2": "x" * 300, "AIGC": VALUE}
    assert with_label(before, VALUE)[10:].startswith(plain)


def test_a_footer_is_read_and_left_out_where_padding_is_made() -> None:
    body = frame(4, b"TIT2", b"\0Tone")
    before = tag(4, body, flags=0x10) + b"3DI" + tag(4, body, flags=0x10)[3:10]
    assert tag_length(before[:10]) == len(before)
    assert texts(before) == {"TIT2": "Tone"}
    after = with_label(before, VALUE)
    assert after[5] == 0
    assert tag_length(after[:10]) == len(after)


def test_versions_that_nobody_defined_are_a_gap_and_not_written_into() -> None:
    gaps: list[Gap] = []
    assert not seen(tag(5, frame(3, b"TIT2", b"\0Tone")), gaps).entries
    assert gaps
    for raw in (tag(5, b""), tag(2, b"", flags=0x40)):
        with pytest.raises(Unsupported):
            with_label(raw, VALUE)


def test_a_frame_longer_than_its_tag_is_a_gap_and_not_written_into() -> None:
    gaps: list[Gap] = []
    raw = tag(3, frame(3, b"TIT2", b"\0Tone") + b"TXXX\x7f\xff\xff\xff\0\0AIGC")
    assert [entry.key for entry in seen(raw, gaps).entries] == ["TIT2"]
    assert gaps
    with pytest.raises(Malformed):
        with_label(raw, VALUE)


def test_frames_without_number_are_over_the_limit() -> None:
    gaps: list[Gap] = []
    raw = tag(2, frame(2, b"PIC", b"") * 20_000)
    seen(raw, gaps)
    assert "more than" in gaps[0].reason
    with pytest.raises(OverLimit):
        with_label(raw, VALUE)


def test_a_tag_that_reaches_behind_its_room_is_truncated() -> None:
    raw = tag(3, frame(3, b"TIT2", b"\0Tone"), padding=10)
    with pytest.raises(Truncated):
        read_tag(Source(raw), 0, len(raw) - 1, "t", [])
    with pytest.raises(Malformed):
        read_tag(Source(b"RIFF" + raw), 0, 14, "t", [])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([2, 3, 4]), st.sampled_from([0, 0x80, 0x40, 0xC0]), st.binary(max_size=200))
def test_any_tag_is_read_or_refused(version: int, flags: int, body: bytes) -> None:
    raw = tag(version, body, flags=flags)
    read_tag(Source(raw), 0, len(raw), "t", [])
    try:
        result = with_label(raw, VALUE)
    except LabelError:
        return
    assert tag_length(result[:10]) == len(result)
    assert [entry.value for entry in read_tag(Source(result), 0, len(result), "t", []).entries if entry.key == "AIGC"] == [VALUE]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=12), max_size=4))
def test_unsynchronised_frames_come_back_as_they_were(bodies: list[bytes]) -> None:
    plain = b"".join(frame(3, b"APIC", b"\xff" + body + b"\xff") for body in bodies) + frame(3, b"TIT2", b"\0T")
    result = with_label(tag(3, stuffed(plain), flags=0x80), VALUE)
    assert result[10:].startswith(stuffed(plain))
    assert not any(result[at] == 0xFF and result[at + 1] >= 0xE0 for at in range(10, len(result) - 1))
