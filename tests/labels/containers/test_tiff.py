"""TIFF and BigTIFF: the label in tag 700 of the first directory; no byte of the original moves."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from brightline.labels.containers.reading import Kept
from brightline.labels.containers.source import Source, opened
from brightline.labels.containers.tiff import TIFF
from brightline.labels.errors import LabelError, Unsupported
from brightline.labels.ifd import read_tiff
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for
from brightline.labels.writing import written
from brightline.labels.xmp import with_label, xmp_values
from tests.labels.containers.pictures import (
    FOREIGN_XMP,
    assert_holds_on_any_bytes,
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

OLD = '{"Label":"1","ContentProducer":"somebody","ProduceID":"7"}'
WRAPPED = '{"AIGC":' + OLD + "}"


def with_tags(mode: str = "RGB", **tags: object) -> bytes:
    """A picture with more fields: ``XMP=b"…"``, ``ImageDescription="…"``, ``UserComment=b"…"``."""
    numbers = {"XMP": 700, "ImageDescription": 270, "Software": 305, "XPComment": 0x9C9C, "Private": 50000}
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for name, value in tags.items():
        if name == "UserComment":
            info[0x8769] = {0x9286: value}
        else:
            if name in {"XMP", "Private", "XPComment"}:
                info.tagtype[numbers[name]] = 7 if name != "XPComment" else 1
            info[numbers[name]] = value
    out = BytesIO()
    picture(mode, (20, 10)).save(out, "TIFF", tiffinfo=info)
    return out.getvalue()


def big_endian(*pages: bytes, big: bool = False, packet: bytes = b"") -> bytes:
    """Grey pages of 4 × 2 pixels, written by hand in the other byte order."""
    word, entry = ("Q", ">HHQQ") if big else ("I", ">HHII")
    data = bytearray(b"MM\0+\0\x08\0\0" + bytes(8) if big else b"MM\0*" + bytes(4))
    link = 8 if big else 4

    def value(number: int, type_: int) -> int:
        return number << (8 * (struct.calcsize(word) - (2 if type_ == 3 else 4))) if type_ in {3, 4} else number

    for page in pages:
        at = len(data)
        data += page + packet
        fields = [(256, 4, 1, 4), (257, 4, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, at), (277, 3, 1, 1)]
        fields += [(278, 4, 1, 2), (279, 4, 1, len(page))]
        directory = struct.pack(">" + ("Q" if big else "H"), len(fields) + bool(packet))
        directory += b"".join(struct.pack(entry, tag, type_, count, value(number, type_)) for tag, type_, count, number in fields)
        if packet:
            directory += struct.pack(entry, 700, 1, len(packet), at + len(page))
        struct.pack_into(">" + word, data, link, len(data))
        link = len(data) + len(directory)
        data += directory + bytes(struct.calcsize(word))
    return bytes(data)


def test_the_label_is_tag_700_of_a_new_first_directory_and_no_byte_moves(label: ImplicitLabel, tmp_path: Path) -> None:
    before = with_tags(Software="Other 1.0")
    after = labelled(TIFF, before, label)
    assert after[8 : len(before)] == before[8:]
    tiff = read_tiff(Source(after), strict=True)
    (old,) = read_tiff(Source(before), strict=True).directories
    (new,) = tiff.directories
    field = new.field(700)
    assert field is not None
    assert (field.type, new.offset >= len(before), new.offset % 2, field.value_at % 2) == (7, True, 0, 0)
    assert [other.tag for other in new.fields] == sorted([*(other.tag for other in old.fields), 700])
    assert seen_by_exiftool(after, tmp_path, ".tif")["XMP-TC260:Aigc"] == label.to_json()
    with Image.open(BytesIO(after)) as image:
        assert xmp_values(image.info["xmp"].decode()).label == label.to_json()
        assert image.tag_v2[305] == "Other 1.0"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_deflate"])
def test_pictures_of_every_mode_keep_their_pixels(mode: str, compression: str | None, label: ImplicitLabel) -> None:
    labelled(TIFF, saved("TIFF", mode, compression=compression), label)


def test_jpeg_in_tiff_keeps_its_tables(label: ImplicitLabel) -> None:
    data = saved("TIFF", "RGB", (64, 64), compression="jpeg")
    assert read_tiff(Source(data), strict=True).directories[0].field(347)
    labelled(TIFF, data, label)


def test_every_page_stays(label: ImplicitLabel, tmp_path: Path) -> None:
    before = saved("TIFF", frames=4)
    after = labelled(TIFF, before, label)
    assert len(pixels(after)) == 4
    assert TIFF.read(Source(after)).facts["pages"] == "4"
    assert seen_by_exiftool(after, tmp_path, ".tif")["XMP-TC260:Aigc"] == label.to_json()


@pytest.mark.parametrize("packet", [b"", FOREIGN_XMP])
def test_the_other_byte_order(packet: bytes, label: ImplicitLabel, tmp_path: Path) -> None:
    pages = [bytes(range(at, at + 8)) for at in (0, 100, 200)]
    before = big_endian(*pages, packet=packet)
    assert [frame[3] for frame in pixels(before)] == pages
    after = labelled(TIFF, before, label)
    assert seen_by_exiftool(after, tmp_path, ".tif")["XMP-TC260:Aigc"] == label.to_json()


@pytest.mark.parametrize("packet", [b"", FOREIGN_XMP])
def test_bigtiff_of_the_other_byte_order(packet: bytes, label: ImplicitLabel, tmp_path: Path) -> None:
    """Pillow 13 takes such a file for a small TIFF and finds no picture in it, so the strips are compared here."""
    pages = [bytes(range(at, at + 8)) for at in (0, 100, 200)]
    before = big_endian(*pages, big=True, packet=packet)
    after = written(Source(before), TIFF.plan(Source(before), label.to_json()))
    assert [after[start:stop] for start, stop in TIFF.read(Source(after)).media] == pages
    assert [site.label for site in labels_in(TIFF, after)] == [label]
    tags = seen_by_exiftool(after, tmp_path, ".btf")
    assert (tags["XMP-TC260:Aigc"], tags["IFD2:ImageWidth"]) == (label.to_json(), "4")


def test_bigtiff_of_the_usual_byte_order(label: ImplicitLabel) -> None:
    labelled(TIFF, saved("TIFF", big_tiff=True), label)


def test_another_writers_packet_keeps_its_bytes_and_leaves_no_second_one(label: ImplicitLabel, tmp_path: Path) -> None:
    before = with_tags(XMP=FOREIGN_XMP, Software="Other 1.0")
    after = labelled(TIFF, before, label)
    head, tail = FOREIGN_XMP.split(b"</rdf:RDF>")
    assert after.count(head) == 1
    assert after.index(head) >= len(before)
    assert tail in after[len(before) :]
    tags = seen_by_exiftool(after, tmp_path, ".tif")
    assert (tags["XMP-xmp:CreatorTool"], tags["XMP-dc:Title"], tags["IFD0:Software"]) == ("A & B", "猫", "Other 1.0")


def test_a_packet_with_room_takes_the_label_where_it_stands(label: ImplicitLabel) -> None:
    packet = FOREIGN_XMP.replace(b'<?xpacket end="r"?>', b" " * 1000 + b'<?xpacket end="w"?>')
    before = with_tags(XMP=packet)
    plan = TIFF.plan(Source(before), label.to_json())
    assert plan.patches is not None
    assert len(labelled(TIFF, before, label)) == len(before)


ODD_PLACES = {
    "ImageDescription": with_tags(ImageDescription=WRAPPED),
    "UserComment": with_tags(UserComment=b"ASCII\0\0\0" + WRAPPED.encode()),
    "UserComment in UTF-16": with_tags(UserComment=b"UNICODE\0" + WRAPPED.encode("utf-16-le")),
    "XPComment": with_tags(XPComment=WRAPPED.encode("utf-16-le")),
    "a private field": with_tags(Private=b"\0\x01AIGC" + OLD.encode() + b"\xff\xfe"),
    "the attribute form": with_tags(
        XMP=FOREIGN_XMP.replace(b"xmp:CreatorTool", b"TC260:AIGC='" + OLD.encode() + b"' xmlns:TC260='u' xmp:CreatorTool")
    ),
}


@pytest.mark.parametrize("place", ODD_PLACES)
def test_a_label_at_an_odd_place_is_read_and_taken_out(place: str, label: ImplicitLabel) -> None:
    data = ODD_PLACES[place]
    (found,) = labels_in(TIFF, data)
    assert found.fields["ContentProducer"] == "somebody"
    assert b"body" in data[found.offset : found.offset + found.length].replace(b"\0", b"")
    after = labelled(TIFF, data, label)
    assert b"somebody" not in after.replace(b"\0", b"")


def test_packets_of_other_pages_lose_their_label_and_keep_the_rest(label: ImplicitLabel) -> None:
    packet = with_label(FOREIGN_XMP, OLD)
    before = big_endian(bytes(8), bytes(8), packet=packet)
    assert len(labels_in(TIFF, before)) == 2
    after = labelled(TIFF, before, label)
    assert b"somebody" not in after
    assert after.count(b"A &amp; B") == 2


def test_a_packet_of_another_page_that_held_only_a_label_becomes_white_space(label: ImplicitLabel) -> None:
    after = labelled(TIFF, big_endian(bytes(8), bytes(8), packet=with_label(None, OLD)), label)
    assert b"somebody" not in after


def test_neighbours_of_a_label_stay(label: ImplicitLabel) -> None:
    after = labelled(TIFF, with_tags(ImageDescription=WRAPPED, Software="Other 1.0", Private=b"x" * 40), label)
    assert {entry.key: entry.value for entry in TIFF.read(Source(after)).entries}["Software"] == "Other 1.0"
    assert b"x" * 40 in after


def test_strips_and_tables_are_the_media() -> None:
    data = saved("TIFF", "RGB", (64, 64), compression="jpeg")
    tiff = read_tiff(Source(data), strict=True)
    (page,) = tiff.directories
    strips, tables = page.field(273), page.field(347)
    assert strips is not None
    assert tables is not None
    media = TIFF.read(Source(data)).media
    assert (tables.value_at, tables.value_at + tables.size) in media
    assert {start for start, _ in media} > set(tiff.numbers(Source(data), strips))


def test_only_directories_are_read_of_a_large_picture(tmp_path: Path, label: ImplicitLabel) -> None:
    path = tmp_path / "large.tif"
    picture("RGB", (900, 700)).save(path)
    with opened(path) as source:
        assert TIFF.read(source).gaps == ()
        plan = TIFF.plan(source, label.to_json())
        assert source.bytes_read < 40_000
    assert sum(piece.stop - piece.start for piece in plan.pieces if isinstance(piece, Kept)) == path.stat().st_size - 4


def test_a_tiff_that_ends_at_four_gibibytes_has_no_room_for_a_label(tmp_path: Path, label: ImplicitLabel) -> None:
    path = tmp_path / "full.tif"
    path.write_bytes(saved("TIFF"))
    with path.open("r+b") as file:
        file.truncate((1 << 32) - 2)
    with opened(path) as source, pytest.raises(Unsupported, match="4 GiB"):
        TIFF.plan(source, label.to_json())


def test_bigtiff_goes_beyond_four_gibibytes(tmp_path: Path, label: ImplicitLabel) -> None:
    path = tmp_path / "big.tif"
    path.write_bytes(saved("TIFF", big_tiff=True))
    with path.open("r+b") as file:
        file.truncate(5 << 30)
    with opened(path) as source:
        plan = TIFF.plan(source, label.to_json())
        assert source.bytes_read < 40_000
    patch = next(piece for piece in plan.pieces if isinstance(piece, bytes))
    assert struct.unpack("<Q", patch)[0] > 5 << 30


def test_an_old_packet_that_reaches_into_a_directory_is_not_written_over(label: ImplicitLabel) -> None:
    data = labelled(TIFF, saved("TIFF", "L"), label)
    field = read_tiff(Source(data), strict=True).directories[0].field(700)
    assert field is not None
    assert field.value_at + field.size == directory_at(data)
    longer = changed(data, field.at + 4, struct.pack("<I", field.size + 2))
    assert "overlaps" in refusal(TIFF, longer).message


def directory_at(data: bytes) -> int:
    return int(struct.unpack_from("<I", data, 4)[0])


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def link_of(data: bytes) -> int:
    at = directory_at(data)
    return at + 2 + 12 * int(struct.unpack_from("<H", data, at)[0])


def field_of(data: bytes, tag: int) -> int:
    field = read_tiff(Source(data), strict=True).directories[0].field(tag)
    assert field is not None
    return field.at


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda data: data[:6], "BL-LABEL-011", "does not begin as TIFF does"),
        (lambda data: b"II\x2c\0" + data[4:], "BL-LABEL-011", "version is 44"),
        (lambda data: b"II+\0\x04\0\0\0" + data[8:], "BL-LABEL-011", "8-byte offsets"),
        (lambda data: changed(data, 4, bytes(4)), "BL-LABEL-011", "without a directory"),
        (lambda data: changed(data, 4, b"\xff\xff\xff\x7f"), "BL-LABEL-012", "bytes are expected from byte 2147483647"),
        (lambda data: changed(data, directory_at(data), b"\xff\xff"), "BL-LABEL-014", "claims 65535 fields"),
        (lambda data: changed(data, link_of(data), struct.pack("<I", directory_at(data))), "BL-LABEL-011", "linked twice"),
        (lambda data: changed(data, field_of(data, 279) + 8, b"\xff\xff\xff\x7f"), "BL-LABEL-011", "ends behind the file"),
        (lambda data: changed(data, field_of(data, 279) + 4, b"\xff\xff\xff\x7f"), "BL-LABEL-014", "strips or tiles"),
        (lambda data: changed(data, field_of(data, 279), b"\x17\x01\x0b\0"), "BL-LABEL-011", "type 11 where numbers"),
        (lambda data: changed(data, field_of(data, 273), b"\x60\xea"), "BL-LABEL-011", "no picture data"),
        (lambda data: changed(data, field_of(data, 273) + 8, bytes(4)), "BL-LABEL-011", "overlap"),
        (lambda data: with_tags(XMP=b"<x:xmpmeta>"), "BL-LABEL-011", "not well-formed"),
        (lambda data: with_tags(XMP=bytes(5 << 20)), "BL-LABEL-014", "an XMP packet of 5242880 bytes"),
    ],
)
def test_a_damaged_file_is_refused_and_says_why(change: object, code: str, says: str) -> None:
    assert callable(change)
    problem = refusal(TIFF, change(saved("TIFF")))
    assert says in problem.message
    assert problem.code == code


def test_a_directory_in_a_circle_is_a_gap_and_the_pages_are_read() -> None:
    data = with_tags(ImageDescription=WRAPPED)
    data = changed(data, link_of(data), struct.pack("<I", directory_at(data)))
    reading = TIFF.read(Source(data))
    assert [gap.reason for gap in reading.gaps] == [f"a TIFF directory is linked twice (at byte {directory_at(data)})"]
    assert len(labels_in(TIFF, data)) == 1


def test_ten_thousand_directories_are_over_the_limit() -> None:
    pages = b"".join(struct.pack("<HI", 0, 8 + 6 * number) for number in range(1, 10_001))
    data = b"II*\0" + struct.pack("<I", 8) + pages
    assert refusal(TIFF, data).code == "BL-LABEL-014"
    assert "more than 8192 TIFF directories" in TIFF.read(Source(data)).gaps[0].reason


def test_a_file_cut_off_anywhere_is_refused() -> None:
    data = big_endian(bytes(8), packet=with_label(None, OLD))
    for length in range(1, len(data) - 4):  # the last link is left out by some writers
        assert refusal(TIFF, data[:length]).code in {"BL-LABEL-011", "BL-LABEL-012", "BL-LABEL-014"}
        reading = reading_or_error(TIFF, data[:length])
        assert isinstance(reading, LabelError) or reading.gaps


def test_the_first_bytes_decide_and_not_the_name() -> None:
    assert container_for(Source(saved("TIFF"), "holiday.png")) is TIFF


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    label = ImplicitLabel.first("p", "7")
    assert_holds_on_any_bytes(TIFF, data, label)
    for head in (b"II*\0\x08\0\0\0", b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10"):
        assert_holds_on_any_bytes(TIFF, head + data, label)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ODD_PLACES)), st.integers(0, 1 << 32))
def test_any_damage_gets_an_answer(place: str, seed: int) -> None:
    assert_holds_on_any_bytes(TIFF, mutated(ODD_PLACES[place], seed), ImplicitLabel.first("p", "7"))
