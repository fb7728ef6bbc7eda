"""JPEG: the label in the APP1 segment of XMP, merged into what is there; the picture's segments as they were."""

from __future__ import annotations

import hashlib
import struct
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from brightline.labels.containers.jpeg import JPEG
from brightline.labels.containers.jpeg_segments import walked
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for
from brightline.labels.xmp import with_label, xmp_values
from tests.labels.containers.pictures import (
    FOREIGN_XMP,
    assert_holds_on_any_bytes,
    decoded_by_ffmpeg,
    labelled,
    labels_in,
    picture,
    pixels,
    reading_or_error,
    refusal,
    saved,
    seen_by_exiftool,
)
from tests.labels.containers.sounding import mutated

XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
OLD = '{"Label":"1","ContentProducer":"somebody","ProduceID":"7"}'
WRAPPED = '{"AIGC":' + OLD + "}"


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def put_in(data: bytes, *segments: bytes) -> bytes:
    """``data`` with ``segments`` behind JFIF."""
    return data[:20] + b"".join(segments) + data[20:]


def exif_with(comment: str, description: str = "", order: str = "<") -> bytes:
    exif = Image.Exif()
    exif.endian = order
    exif[0x0131] = "Other 1.0"
    if description:
        exif[0x010E] = description
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + comment.encode()
    return b"Exif\0\0" + exif.tobytes()[6:]


def extended(packet: bytes, portion: int = 60_000) -> list[bytes]:
    name = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    return [
        segment(0xE1, EXTENSION + name + struct.pack(">II", len(packet), at) + packet[at : at + portion])
        for at in range(0, len(packet), portion)
    ]


def main_packet(extension: bytes) -> bytes:
    name = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper().encode()
    note = b'<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="' + name + b'"/></rdf:RDF>'
    return FOREIGN_XMP.replace(b"rdf:about='uuid:7'", b"rdf:about=''").replace(b"</rdf:RDF>", note)


def large_packet(size: int, more: bytes = b"") -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>'
        + b"x" * size
        + b"</dc:source>"
        + more
        + b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def multi_picture(*others: bytes) -> bytes:
    """A file of several pictures with an MPF index, as cameras write it."""
    count = 1 + len(others)
    first = saved("JPEG")
    room = 4 + 4 + 8 + 2 + 12 * 3 + 4 + 16 * count
    base = 20 + 4 + 4
    at = len(first) + room - base
    entries = struct.pack(">IIIHH", 0x030000, len(first) + room, 0, 0, 0)
    for other in others:
        entries += struct.pack(">IIIHH", 0, len(other), at, 0, 0)
        at += len(other)
    fields = struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, count)
    fields += struct.pack(">HHII", 0xB002, 7, len(entries), 8 + 2 + 36 + 4)
    index = b"MM\0*" + struct.pack(">IH", 8, 3) + fields + struct.pack(">I", 0) + entries
    data = put_in(first, segment(0xE2, b"MPF\0" + index))
    assert len(data) == len(first) + room
    return data + b"".join(others)


def indexed_pictures(data: bytes) -> list[bytes]:
    """The pictures that the MPF index names, by a reading of the test's own."""
    base = data.index(b"MPF\0") + 4
    count = struct.unpack_from(">I", data, base + 8 + 2 + 12 + 8)[0]
    found = []
    for number in range(count):
        size, offset = struct.unpack_from(">II", data, base + 50 + 16 * number + 4)
        start = base + offset if number else 0
        found.append(data[start : start + size])
    return found


def test_the_label_is_an_xmp_segment_behind_jfif_and_nothing_else_changes(label: ImplicitLabel, tmp_path: Path) -> None:
    before = saved("JPEG")
    after = labelled(JPEG, before, label)
    assert after[:20] == before[:20]
    assert after[20:22] == b"\xff\xe1"
    assert after.endswith(before[20:])
    assert seen_by_exiftool(after, tmp_path, ".jpg")["XMP-TC260:Aigc"] == label.to_json()
    assert decoded_by_ffmpeg(after, tmp_path, ".jpg") == decoded_by_ffmpeg(before, tmp_path, ".jpg")
    with Image.open(BytesIO(after)) as image:
        assert xmp_values(image.info["xmp"].decode()).label == label.to_json()


@pytest.mark.parametrize(
    "options",
    [
        {"progressive": True},
        {"mode": "L"},
        {"mode": "CMYK"},
        {"restart_marker_rows": 1},
        {"quality": 100, "subsampling": 0},
        {"icc_profile": b"p" * 70_000},
        {"comment": b"hello"},
    ],
)
def test_pictures_of_every_kind_keep_their_pixels(options: dict[str, object], label: ImplicitLabel) -> None:
    labelled(JPEG, saved("JPEG", **options), label)


def test_camera_exif_stays_first_and_keeps_its_bytes(label: ImplicitLabel, tmp_path: Path) -> None:
    body = exif_with("a fine day")
    before = put_in(saved("JPEG"), segment(0xE1, body))
    after = labelled(JPEG, before, label)
    assert after.startswith(before[: 20 + 4 + len(body)])
    tags = seen_by_exiftool(after, tmp_path, ".jpg")
    assert (tags["ExifIFD:UserComment"], tags["IFD0:Software"]) == ("a fine day", "Other 1.0")


def test_another_writers_packet_keeps_its_bytes_and_its_place(label: ImplicitLabel, tmp_path: Path) -> None:
    before = put_in(saved("JPEG"), segment(0xFE, b"hello"), segment(0xE1, XMP + FOREIGN_XMP), segment(0xED, b"Photoshop 3.0\0"))
    after = labelled(JPEG, before, label)
    head, tail = FOREIGN_XMP.split(b"</rdf:RDF>")
    assert head in after
    assert tail in after
    assert after.index(b"hello") < after.index(XMP) < after.index(b"Photoshop")
    tags = seen_by_exiftool(after, tmp_path, ".jpg")
    assert (tags["XMP-xmp:CreatorTool"], tags["XMP-dc:Title"]) == ("A & B", "猫")


def test_a_packet_that_the_label_would_overfill_becomes_extended_xmp(label: ImplicitLabel, tmp_path: Path) -> None:
    before = put_in(saved("JPEG"), segment(0xE1, XMP + large_packet(65_100)))
    after = labelled(JPEG, before, label)
    tags = seen_by_exiftool(after, tmp_path, ".jpg")
    assert tags["XMP-TC260:Aigc"] == label.to_json()
    assert len(tags["XMP-dc:Source"]) == 65_100


def test_padding_gives_way_before_a_packet_is_split(label: ImplicitLabel) -> None:
    packet = large_packet(63_000).join((b"", b" " * 2000 + b"<?xpacket end='w'?>"))
    after = labelled(JPEG, put_in(saved("JPEG"), segment(0xE1, XMP + packet)), label)
    assert EXTENSION not in after


def test_a_full_packet_with_an_extension_is_refused() -> None:
    extension = large_packet(70_000)
    main = main_packet(extension)
    main = main.replace("猫".encode(), b"x" * (65_400 - len(main)))
    problem = refusal(JPEG, put_in(saved("JPEG"), segment(0xE1, XMP + main), *extended(extension)))
    assert (problem.code, isinstance(problem, Unsupported)) == ("BL-LABEL-013", True)


def test_extended_xmp_stays_where_it_has_no_label(label: ImplicitLabel, tmp_path: Path) -> None:
    extension = large_packet(130_000)
    segments = extended(extension)
    after = labelled(JPEG, put_in(saved("JPEG"), segment(0xE1, XMP + main_packet(extension)), *segments), label)
    assert b"".join(segments) in after
    assert len(seen_by_exiftool(after, tmp_path, ".jpg")["XMP-dc:Source"]) == 130_000


def test_a_label_in_extended_xmp_is_read_and_taken_out(label: ImplicitLabel, tmp_path: Path) -> None:
    extension = large_packet(70_000, b'<T:AIGC xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/">' + OLD.encode() + b"</T:AIGC>")
    data = put_in(saved("JPEG"), segment(0xE1, XMP + main_packet(extension)), *extended(extension))
    assert [site.place for site in labels_in(JPEG, data)] == ["jpeg.APP1.extendedXMP"]
    after = labelled(JPEG, data, label)
    assert b"somebody" not in after
    assert len(seen_by_exiftool(after, tmp_path, ".jpg")["XMP-dc:Source"]) == 70_000


def test_an_extension_that_held_only_the_label_goes_with_its_name(label: ImplicitLabel) -> None:
    extension = with_label(None, OLD)
    after = labelled(JPEG, put_in(saved("JPEG"), segment(0xE1, XMP + main_packet(extension)), *extended(extension)), label)
    assert EXTENSION not in after
    assert b"HasExtendedXMP" not in after


def test_incomplete_extended_xmp_is_a_gap_and_is_not_written_over() -> None:
    extension = large_packet(130_000)
    data = put_in(saved("JPEG"), segment(0xE1, XMP + main_packet(extension)), *extended(extension)[1:])
    assert len(JPEG.read(Source(data)).gaps) == 1
    assert "incomplete" in refusal(JPEG, data).message


BETWEEN_SCANS = saved("JPEG", progressive=True)
_SECOND_SCAN = BETWEEN_SCANS.index(b"\xff\xda", BETWEEN_SCANS.index(b"\xff\xda") + 2)

ODD_PLACES = {
    "EXIF UserComment": put_in(saved("JPEG"), segment(0xE1, exif_with(WRAPPED))),
    "EXIF of the other byte order": put_in(saved("JPEG"), segment(0xE1, exif_with(WRAPPED, order=">"))),
    "EXIF ImageDescription": put_in(saved("JPEG"), segment(0xE1, exif_with("", WRAPPED))),
    "a comment": put_in(saved("JPEG"), segment(0xFE, WRAPPED.encode())),
    "an escaped comment": put_in(saved("JPEG"), segment(0xFE, WRAPPED.replace('"', "&quot;").encode())),
    "bare in APP9 near JFIF": put_in(saved("JPEG"), segment(0xE9, b"AIGC" + OLD.encode())),
    "bare in APP1": put_in(saved("JPEG"), segment(0xE1, b"AIGC\0" + OLD.encode())),
    "among other bytes": put_in(saved("JPEG"), segment(0xED, b"Photoshop 3.0\x008BIM\0\0 " + WRAPPED.encode() + b"\0\0")),
    "the attribute form": put_in(
        saved("JPEG"),
        segment(
            0xE1,
            XMP + FOREIGN_XMP.replace(b"xmp:CreatorTool", b"TC260:AIGC='" + OLD.encode() + b"' xmlns:TC260='u' xmp:CreatorTool"),
        ),
    ),
    "a second packet": put_in(saved("JPEG"), segment(0xE1, XMP + FOREIGN_XMP), segment(0xE1, XMP + with_label(None, OLD))),
    "between the scans": BETWEEN_SCANS[:_SECOND_SCAN] + segment(0xFE, WRAPPED.encode()) + BETWEEN_SCANS[_SECOND_SCAN:],
    "behind the end": saved("JPEG") + b"AIGC" + OLD.encode(),
    "another picture of the file": multi_picture(
        saved("JPEG", mode="L"), put_in(saved("JPEG", size=(8, 8)), segment(0xE1, XMP + with_label(None, OLD)))
    ),
}


@pytest.mark.parametrize("place", ODD_PLACES)
def test_a_label_at_an_odd_place_is_read_and_taken_out(place: str, label: ImplicitLabel) -> None:
    data = ODD_PLACES[place]
    (found,) = labels_in(JPEG, data)
    assert found.fields["ContentProducer"] == "somebody"
    assert b"somebody" in data[found.offset : found.offset + found.length]
    after = labelled(JPEG, data, label)
    assert b"somebody" not in after


def test_what_stands_beside_the_label_stays(label: ImplicitLabel) -> None:
    data = put_in(saved("JPEG"), segment(0xE1, exif_with(WRAPPED)), segment(0xFE, b"by hand: AIGC" + OLD.encode() + b" thanks"))
    after = labelled(JPEG, data, label)
    texts = {entry.key: entry.value for entry in JPEG.read(Source(after)).entries}
    assert texts["Software"] == "Other 1.0"
    assert texts["COM"].startswith("by hand: AIGC")
    assert texts["COM"].endswith(" thanks")


def test_the_index_of_a_multi_picture_file_stays_right(label: ImplicitLabel, tmp_path: Path) -> None:
    others = (saved("JPEG", mode="L"), saved("JPEG", size=(8, 8)))
    before = multi_picture(*others)
    assert indexed_pictures(before)[1:] == list(others)
    reading = JPEG.read(Source(before))
    assert (reading.gaps, reading.entries) == ((), ())
    after = labelled(JPEG, before, label)
    first, *rest = indexed_pictures(after)
    assert rest == list(others)
    assert first + b"".join(rest) == after
    assert len(pixels(after)) == 3
    assert seen_by_exiftool(after, tmp_path, ".jpg")["MPF0:NumberOfImages"] == "3"


def test_an_index_in_front_of_the_label_counts_the_growth(label: ImplicitLabel) -> None:
    other = saved("JPEG", size=(8, 8))
    before = multi_picture(other)
    at = before.index(b"\xff\xe2") + 2 + struct.unpack_from(">H", before, before.index(b"\xff\xe2") + 2)[0]
    packet = segment(0xE1, XMP + FOREIGN_XMP)
    entries = before.index(b"MPF\0") + 4 + 50
    data = bytearray(before[:at] + packet + before[at:])
    size, _ = struct.unpack_from(">II", data, entries + 4)
    _, offset = struct.unpack_from(">II", data, entries + 20)
    struct.pack_into(">I", data, entries + 4, size + len(packet))
    struct.pack_into(">I", data, entries + 24, offset + len(packet))
    assert indexed_pictures(bytes(data))[1] == other
    after = labelled(JPEG, bytes(data), label)
    assert indexed_pictures(after)[1] == other


def test_an_index_that_points_behind_the_file_is_refused_and_read_on() -> None:
    data = multi_picture(saved("JPEG", size=(8, 8)))[:-200]
    assert "behind the end" in refusal(JPEG, data).message
    assert any("MPF" in gap.reason for gap in JPEG.read(Source(data)).gaps)


def test_a_c2pa_store_is_named_and_not_searched() -> None:
    data = put_in(saved("JPEG"), segment(0xEB, b"JP\0\x01\0\0\0\x01\0\0\0\x60jumb" + b"AIGC" + OLD.encode()))
    reading = JPEG.read(Source(data))
    assert data[int(reading.facts["c2pa"]) :].startswith(b"JP")
    assert labels_in(JPEG, data) == []


def test_the_media_leaves_density_and_texts_out() -> None:
    data = put_in(saved("JPEG"), segment(0xFE, b"hello"), segment(0xEE, b"Adobe\0d\0\0\0\0\x01"))
    media = b"".join(data[start:stop] for start, stop in JPEG.read(Source(data)).media)
    assert b"hello" not in media
    assert b"JFIF" not in media
    assert b"Adobe" in media
    assert media.endswith(b"\xff\xd9")


def test_the_end_of_a_large_picture_is_found_and_not_what_hangs_on_it(label: ImplicitLabel) -> None:
    out = BytesIO()
    picture("RGB", (1600, 1400)).save(out, "JPEG", quality=97, subsampling=0)
    first = out.getvalue()
    assert len(first) > 4 << 20
    data = first + put_in(saved("JPEG"), segment(0xE1, XMP + with_label(None, OLD)))
    assert walked(Source(data)).stop == len(first)
    assert JPEG.read(Source(data)).media[-1].stop == len(first)
    assert [site.place for site in labels_in(JPEG, data)] == ["jpeg.trailer.XMP"]
    assert b"somebody" not in labelled(JPEG, data, label)


def test_the_film_of_a_motion_photo_is_searched(label: ImplicitLabel, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    source = "testsrc2=duration=2:size=640x480:rate=30"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "1", str(film)]
    subprocess.run(command, check=True, timeout=60)
    assert film.stat().st_size > 1 << 20
    data = saved("JPEG") + film.read_bytes()
    reading = JPEG.read(Source(data))
    assert (reading.entries, reading.gaps, reading.media[-1].stop) == ((), (), len(saved("JPEG")))
    assert labelled(JPEG, data, label).endswith(film.read_bytes())


def test_a_marker_over_the_edge_of_two_pieces_is_found() -> None:
    head = saved("JPEG", mode="L")
    scan = head[: head.index(b"\xff\xda") + 10]
    for more in range(-3, 4):
        data = scan + b"\x11" * ((1 << 20) + more) + b"\xff\xd9"
        assert walked(Source(data)).stop == len(data)


def test_fill_bytes_before_a_marker_are_allowed(label: ImplicitLabel) -> None:
    data = saved("JPEG")
    labelled(JPEG, data[:20] + b"\xff\xff\xff" + data[20:], label)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda data: data[:20] + b"x" + data[20:], "BL-LABEL-011", "no JPEG marker"),
        (lambda data: data[:20] + b"\xff\xd0" + data[20:], "BL-LABEL-011", "0xD0 may not stand here"),
        (lambda data: data[:20] + b"\xff\xe5\0\x01" + data[20:], "BL-LABEL-011", "shorter than its own length"),
        (lambda data: data[:20] + b"\xff\xe5\xff\xff" + data[20:500], "BL-LABEL-012", "the file ends at byte"),
        (lambda data: data[:-2], "BL-LABEL-011", "ends inside its picture data"),
        (lambda data: b"\xff\xd8\xff\xd9", "BL-LABEL-011", "without picture data"),
        (lambda data: b"\xff\xd8" + data[data.index(b"\xff\xda") :], "BL-LABEL-011", "without a frame header"),
        (lambda data: data[:20] + b"\xff" * 70_000 + data[20:], "BL-LABEL-014", "fill bytes"),
        (lambda data: data[:20] + segment(0xFE, b"") * 5000 + data[20:], "BL-LABEL-014", "more than 4096 segments"),
        (lambda data: data.replace(b"\xff\xc0", b"\xff\xf7"), "BL-LABEL-013", "JPEG-LS"),
        (lambda data: put_in(data, segment(0xE1, XMP + b"<x:xmpmeta")), "BL-LABEL-011", "not well-formed"),
        (lambda data: put_in(data, segment(0xE1, XMP + b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")), "BL-LABEL-011", "document type"),
    ],
)
def test_a_damaged_file_is_refused_and_says_why(change: object, code: str, says: str) -> None:
    assert callable(change)
    problem = refusal(JPEG, change(saved("JPEG")))
    assert says in problem.message
    assert problem.code == code


def test_a_broken_packet_is_repaired_to_read_it_and_refused_to_write_it() -> None:
    data = put_in(saved("JPEG"), segment(0xE1, XMP + with_label(None, OLD).replace(b"</rdf:Description>", b"")))
    (found,) = labels_in(JPEG, data)
    assert "xmp-not-well-formed" in found.defects
    assert isinstance(refusal(JPEG, data), Malformed)


def test_exif_links_in_a_circle_are_a_gap() -> None:
    body = bytearray(exif_with("hello"))
    (at,) = struct.unpack_from("<I", body, 6 + 4)
    (count,) = struct.unpack_from("<H", body, 6 + at)
    struct.pack_into("<I", body, 6 + at + 2 + 12 * count, at)
    reading = JPEG.read(Source(put_in(saved("JPEG"), segment(0xE1, bytes(body)))))
    assert [gap.reason for gap in reading.gaps] == ["EXIF: a TIFF directory is linked twice (at byte 8)"]
    assert "Software" in {entry.key for entry in reading.entries}


def test_a_file_cut_off_anywhere_is_refused() -> None:
    data = put_in(saved("JPEG", size=(8, 8), progressive=True), segment(0xFE, WRAPPED.encode()))
    for length in range(1, len(data)):
        problem = refusal(JPEG, data[:length])
        assert problem.code in {"BL-LABEL-011", "BL-LABEL-012"}
        reading = reading_or_error(JPEG, data[:length])
        assert isinstance(reading, LabelError) or reading.gaps


def test_the_first_bytes_decide_and_not_the_name() -> None:
    assert container_for(Source(saved("JPEG"), "holiday.png")) is JPEG


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    label = ImplicitLabel.first("p", "7")
    assert_holds_on_any_bytes(JPEG, data, label)
    assert_holds_on_any_bytes(JPEG, b"\xff\xd8\xff" + data, label)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ODD_PLACES)), st.integers(0, 1 << 32))
def test_any_damage_gets_an_answer(place: str, seed: int) -> None:
    assert_holds_on_any_bytes(JPEG, mutated(ODD_PLACES[place], seed), ImplicitLabel.first("p", "7"))


def test_too_much_metadata_is_a_gap() -> None:
    data = put_in(saved("JPEG"), *[segment(0xE9, b"x" * 65_000)] * 140)
    assert [gap.reason for gap in JPEG.read(Source(data)).gaps] == ["more metadata than is read of one picture"]
    assert isinstance(refusal(JPEG, data), OverLimit)
