"""EXIF: texts in every encoding of the field, labels emptied without moving a byte, directories that go astray."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed
from brightline.labels.exif import exif_entries, exif_reading, exif_without_label
from brightline.labels.ifd import read_tiff
from brightline.labels.sites import sites_in
from brightline.labels.xmp import with_label

OLD = '{"Label":"1","ContentProducer":"somebody"}'
WRAPPED = '{"AIGC":' + OLD + "}"

Value = tuple[int, int, bytes]  # tag, type, bytes


def block(*fields: Value, below: tuple[Value, ...] = (), order: str = "<", then: int = 0) -> bytes:
    """An EXIF block written by hand; ``below`` stand in its Exif directory."""
    data = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    tags = sorted(fields) + ([(0x8769, 4, b"")] if below else [])
    size = 2 + 12 * len(tags) + 4
    values = bytearray()
    exif_at = 8 + size + sum(len(value) + len(value) % 2 for _, _, value in fields if len(value) > 4)

    def entry(tag: int, type_: int, value: bytes, at: int) -> bytes:
        inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", at)
        return struct.pack(order + "HHI", tag, type_, len(value)) + inline

    data += struct.pack(order + "H", len(tags))
    for tag, type_, value in tags:
        if tag == 0x8769:
            data += struct.pack(order + "HHII", tag, 4, 1, exif_at)
            continue
        data += entry(tag, type_, value, 8 + size + len(values))
        values += value + b"\0" * (len(value) % 2) if len(value) > 4 else b""
    data += struct.pack(order + "I", then) + values
    if below:
        at = len(data) + 2 + 12 * len(below) + 4
        data += struct.pack(order + "H", len(below))
        tail = bytearray()
        for tag, type_, value in sorted(below):
            data += entry(tag, type_, value, at + len(tail))
            tail += value if len(value) > 4 else b""
        data += bytes(4) + tail
    return bytes(data)


def values(blob: bytes) -> dict[str, str]:
    return {entry.key: entry.value for entry in exif_entries(blob, 0, "exif")}


@pytest.mark.parametrize("order", ["<", ">"])
def test_texts_are_entries_at_their_bytes(order: str) -> None:
    blob = block(
        (0x010E, 2, b"A cat\0"),
        (0x010F, 2, b"Mak\0"),
        (0x0110, 2, b"Model 1\0"),
        (0x0131, 2, b"Software 1.0\0"),
        (0x013B, 2, b"Artist\0"),
        (0x8298, 2, b"By me\0and you\0"),
        (0x9C9B, 1, "标题".encode("utf-16-le") + b"\0\0"),
        (0xC000, 2, b"unknown text\0"),
        below=((0x9286, 7, b"ASCII\0\0\0hello"), (0xA436, 129, "图".encode() + b"\0")),
        order=order,
    )
    assert values(blob) == {
        "ImageDescription": "A cat",
        "Make": "Mak",
        "Model": "Model 1",
        "Software": "Software 1.0",
        "Artist": "Artist",
        "Copyright": "By me\nand you",
        "XPTitle": "标题",
        "0xC000": "unknown text",
        "UserComment": "hello",
        "ImageTitle": "图",
    }
    for entry in exif_entries(blob, 1000, "exif"):
        raw = blob[entry.offset - 1000 : entry.offset - 1000 + entry.length]
        assert entry.value.split("\n")[0] in raw.decode("utf-16-le" if entry.key == "XPTitle" else "utf-8")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0" + WRAPPED.encode() + b"\0\0 ",
        b"\0" * 8 + WRAPPED.encode(),
        b"UNICODE\0" + WRAPPED.encode("utf-16-le"),
        b"UNICODE\0" + WRAPPED.encode("utf-16-be"),
        b"UNICODE\0" + WRAPPED.encode("utf-16"),
        b"UNICODE\0" + WRAPPED.encode(),
        b"JIS\0\0\0\0\0" + WRAPPED.encode(),
        WRAPPED.encode(),
        b"        " + WRAPPED.encode(),
    ],
)
def test_a_user_comment_is_read_in_every_character_code(order: str, comment: bytes) -> None:
    blob = block((0x0131, 2, b"Other\0"), below=((0x9286, 7, comment), (0x927C, 7, b"note" * 4)), order=order)
    assert values(blob)["UserComment"].strip() == WRAPPED
    after = exif_without_label(blob)
    assert len(after) == len(blob)
    assert sites_in(exif_entries(after, 0, "exif")) == []
    changed = [at for at, (one, other) in enumerate(zip(blob, after, strict=True)) if one != other]
    at = blob.index(comment)
    assert at <= changed[0] <= changed[-1] < at + len(comment)
    assert values(after) == {"Software": "Other", "MakerNote": "note" * 4}


def test_a_comment_that_is_no_utf_8_is_latin_1() -> None:
    assert values(block(below=((0x9286, 7, b"ASCII\0\0\0caf\xe9"),)))["UserComment"] == "café"


@pytest.mark.parametrize(
    "fields",
    [
        ((0x010E, 2, WRAPPED.encode() + b"\0"),),
        ((0x9C9C, 1, WRAPPED.encode("utf-16-le") + b"\0\0"),),
        ((0xC000, 2, WRAPPED.encode()),),
        ((0xC001, 7, b"\x01\xff" + WRAPPED.encode() + b"\xfe"),),
        ((0x02BC, 1, with_label(None, OLD)),),
    ],
)
def test_a_label_in_any_field_is_emptied(fields: tuple[Value, ...]) -> None:
    blob = block((0x0131, 2, b"Other\0"), *fields)
    (site,) = sites_in(exif_entries(blob, 0, "exif"))
    assert site.fields["ContentProducer"] == "somebody"
    after = exif_without_label(blob)
    assert len(after) == len(blob)
    assert sites_in(exif_entries(after, 0, "exif")) == []
    assert values(after)["Software"] == "Other"


def test_the_bytes_around_a_label_in_an_opaque_field_stay() -> None:
    note = bytes(range(256)) + b"AIGC" + OLD.encode() + bytes(range(255, -1, -1))
    after = exif_without_label(block(below=((0x927C, 7, note),)))
    assert bytes(range(256)) + b"AIGC" + b" " * len(OLD) + bytes(range(255, -1, -1)) in after


def test_a_packet_keeps_what_else_it_says() -> None:
    packet = with_label(with_label(None, OLD).replace(b"<TC260:AIGC>", b"<TC260:Other>x</TC260:Other><TC260:AIGC>"), OLD)
    after = exif_without_label(block((0x02BC, 1, packet)))
    assert b"<TC260:Other>x</TC260:Other>" in after
    assert b"somebody" not in after


def test_a_block_without_a_label_is_returned_as_it_is() -> None:
    blob = block((0x010E, 2, b"A talk on AIGC and labels\0"), (0xC001, 7, b"aigc_label_type" * 3))
    assert exif_without_label(blob) == blob


def test_previews_and_profiles_are_not_shown() -> None:
    blob = block((0x8773, 7, b"profile" * 50), below=((0x927C, 7, b"x" * 70_000),))
    assert values(blob) == {}


def test_a_large_note_that_speaks_of_a_label_is_shown() -> None:
    blob = block(below=((0x927C, 7, b"x" * 70_000 + WRAPPED.encode()),))
    assert len(sites_in(exif_entries(blob, 0, "exif"))) == 1


def test_blocks_of_pillow_are_read() -> None:
    exif = Image.Exif()
    exif[0x0131] = "Other 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0hello"
    exif.get_ifd(0x8825)[0x001D] = "2026:11:23"
    assert values(exif.tobytes()[6:]) == {"Software": "Other 1.0", "UserComment": "hello", "0x001D": "2026:11:23"}


CIRCLE = block((0x0131, 2, b"Other\0"), then=8)
ASTRAY = block((0x0131, 2, b"Other\0"), then=60_000)


@pytest.mark.parametrize(
    ("blob", "says"),
    [
        (CIRCLE, "linked twice"),
        (ASTRAY, "expected from byte 60000"),
        (block((0x0131, 2, b"Other\0"))[:20], "expected"),
        (b"II*\0\x08\0\0\0\xff\xff", "claims 65535 fields"),
        (b"", "does not begin as TIFF"),
        (b"XX*\0\x08\0\0\0", "does not begin as TIFF"),
        (b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 0x40000000, 8) + bytes(4), "points to 1073741824 directories"),
        (b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 2, 8, 8) + bytes(4), "type 2 where numbers"),
        (b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4), "linked twice"),
        (b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x0131, 2, 0x7FFFFFFF, 8) + bytes(4), "0x7fffffff"),
    ],
)
def test_directories_that_go_astray_are_errors_and_gaps(blob: bytes, says: str) -> None:
    _, gaps = exif_reading(blob, 500, "exif")
    assert gaps
    assert all(gap.offset >= 500 for gap in gaps)
    if says == "0x7fffffff":
        assert "2147483647 bytes" in gaps[0].reason
        return
    with pytest.raises(LabelError, match=says):
        exif_entries(blob, 500, "exif")
    with pytest.raises(LabelError, match=says):
        exif_without_label(blob)


@pytest.mark.parametrize("blob", [CIRCLE, ASTRAY])
def test_what_stands_before_the_break_is_read(blob: bytes) -> None:
    entries, gaps = exif_reading(blob, 0, "exif")
    assert [entry.value for entry in entries] == ["Other"]
    assert len(gaps) == 1


def test_a_field_that_lies_outside_is_a_gap_and_the_others_are_read() -> None:
    blob = bytearray(block((0x010E, 2, b"A long text\0"), (0x0131, 2, b"Other\0")))
    struct.pack_into("<I", blob, 8 + 2 + 8, 60_000)
    entries, gaps = exif_reading(bytes(blob), 0, "exif")
    assert [entry.value for entry in entries] == ["Other"]
    assert "ImageDescription" in gaps[0].reason
    with pytest.raises(Malformed):
        exif_entries(bytes(blob), 0, "exif")


def test_sub_directories_and_thumbnails_are_followed_in_order() -> None:
    first = block((0x0131, 2, b"Other\0"), below=((0x9286, 7, b"ASCII\0\0\0hello"),), then=0)
    tiff = read_tiff(Source(first), strict=True)
    assert [directory.kind for directory in tiff.directories] == ["page", "exif"]
    second = struct.pack("<HHHII", 1, 0x010E, 2, 4, 0) + bytes(4)
    linked = block((0x0131, 2, b"Other\0"), then=len(block((0x0131, 2, b"Other\0")))) + second
    assert [directory.kind for directory in read_tiff(Source(linked), strict=True).directories] == ["page", "page"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10"]))
def test_any_bytes_get_an_answer(data: bytes, head: bytes) -> None:
    exif_reading(head + data, 0, "exif")
    for call in (lambda: exif_entries(head + data, 0, "exif"), lambda: exif_without_label(head + data)):
        try:
            call()
        except LabelError as problem:
            assert problem.code.startswith("BL-LABEL-01")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 300), st.binary(min_size=1, max_size=6))
def test_any_damage_leaves_a_block_of_the_same_length_or_an_error(at: int, new: bytes) -> None:
    blob = bytearray(
        block((0x010E, 2, WRAPPED.encode() + b"\0"), (0x02BC, 1, with_label(None, OLD)), below=((0x9286, 7, WRAPPED.encode()),))
    )
    blob[at : at + len(new)] = new
    try:
        after = exif_without_label(bytes(blob))
    except LabelError:
        return
    assert len(after) == len(blob)
    entries, _ = exif_reading(after, 0, "exif")
    assert sites_in(entries) == []
