"""HEIC and AVIF: the label in the primary picture's XMP item, other items found again, not a pixel changed."""

from __future__ import annotations

import hashlib
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box
from brightline.labels.containers.heif import HEIF
from brightline.labels.containers.heif_items import Extent, Iloc, Location, iloc_bytes, parse_iloc
from brightline.labels.containers.reading import Kept
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from brightline.labels.xmp import with_label, xmp_values
from tests.labels.containers.films import C2PA_UUID, keyed, uuid_xmp
from tests.labels.containers.sounding import assert_plausible, exiftool_tags, mutated, refused, try_reading
from tests.labels.containers.stills import (
    PIXELS,
    XMP_TYPE,
    Part,
    annex_b,
    avif,
    heic,
    heif,
    hevc_picture,
    item_bytes,
    pixels,
    xmp_in_pillow,
)

VALUE = ImplicitLabel.first("BRIGHTLINE-TEST", "1").to_json()
OLD = '{"AIGC":{"Label":"1","ContentProducer":"OLD","ProduceID":"0"}}'
FOREIGN = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="kept"/></rdf:RDF></x:xmpmeta>'
PICTURE = Part(b"hvc1", PIXELS)


def xmp(packet: bytes, **options: object) -> Part:
    return Part(b"mime", packet, XMP_TYPE, **options)  # type: ignore[arg-type]  # the fields of Part


def exif_saying(text: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = text
    return exif.tobytes()


def labelled(data: bytes, value: str = VALUE) -> bytes:
    """``data`` with the label; the bytes of the media are the same, and the label is the only one."""
    source = Source(data)
    before, plan = HEIF.read(source), HEIF.plan(source, value)
    result = written(source, plan)
    after = HEIF.read(Source(result))
    assert not after.gaps
    (site,) = sites_in(after.entries)
    assert (site.standard, site.raw, site.defects) == (True, value, ())
    assert digest(result) == digest(data)
    kept = [piece for piece in plan.pieces if isinstance(piece, Kept)]
    assert all(any(piece.start <= start and stop <= piece.stop for piece in kept) for start, stop in before.media)
    return result


def digest(data: bytes) -> str:
    return hashlib.sha256(b"".join(data[start:stop] for start, stop in HEIF.read(Source(data)).media)).hexdigest()


# Seen by others


@pytest.mark.parametrize(
    ("count", "options"),
    [
        (1, {}),
        (1, {"xmp": FOREIGN}),
        (1, {"xmp": with_label(FOREIGN, OLD)}),
        (1, {"exif": exif_saying(OLD)}),
        (
            1,
            {
                "exif": exif_saying("a camera"),
                "xmp": with_label(None, OLD),
                "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
            },
        ),
        (3, {}),
        (3, {"xmp": with_label(FOREIGN, OLD), "exif": exif_saying(OLD)}),
    ],
)
def test_pillow_and_exiftool_see_the_label_of_an_avif_and_the_same_pixels(count: int, options: dict[str, object], tmp_path: Path) -> None:
    data = avif(count, **options)
    result = labelled(data)
    packet = xmp_in_pillow(result)
    assert xmp_values(packet.decode()).label == VALUE
    assert (b'dc:format="kept"' in packet) == (b'dc:format="kept"' in data)
    assert pixels(result) == pixels(data)
    assert exiftool_tags(result, tmp_path, ".avif")["XMP-TC260:Aigc"] == VALUE
    assert b"OLD" not in result


def test_exiftool_sees_the_label_of_a_heic_and_the_picture_decodes_as_before(tmp_path: Path) -> None:
    data = heic()
    result = labelled(data)
    shown = exiftool_tags(result, tmp_path, ".heic")
    assert shown["XMP-TC260:Aigc"] == VALUE
    assert shown["Composite:ImageSize"] == "128x96"
    assert decoded_hevc(result) == decoded_hevc(data)
    assert item_bytes(result)[1] == hevc_picture()[1]


def decoded_hevc(data: bytes) -> str:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "hevc", "-i", "-", "-f", "streamhash", "-"]
    done = subprocess.run(command, input=annex_b(data), capture_output=True, check=True, timeout=60)
    assert b"SHA256" in done.stdout
    return done.stdout.decode()


def test_the_whole_way_through_mark_holds_for_both_kinds(label: ImplicitLabel, tmp_path: Path) -> None:
    for name, data in (("p.avif", avif()), ("a.avif", avif(2)), ("p.heic", heic())):
        path = tmp_path / name
        path.write_bytes(data)
        mark(path, label, in_place=True, proof="full")
        (site,) = sites_in(HEIF.read(Source(path.read_bytes())).entries)
        assert site.label == label


def test_the_kind_is_told_by_the_brands() -> None:
    assert HEIF.read(Source(avif())).container == "avif"
    assert HEIF.read(Source(heic())).container == "heic"
    assert HEIF.read(Source(heif(Part(b"jpeg", PIXELS), brand=b"mif1"))).container == "heif"
    assert HEIF.accepts(heic(), "x.jpg")
    assert not HEIF.accepts(box_bytes(b"ftyp", b"isom", bytes(4)), "x.heic")


# Tables of every version


@pytest.mark.parametrize("iloc_version", [0, 1, 2])
@pytest.mark.parametrize("iinf_version", [0, 1])
@pytest.mark.parametrize("widths", [(4, 4, 0), (8, 8, 8), (4, 4, 4), (4, 8, 4)])
def test_items_are_found_again_by_tables_of_every_version(iloc_version: int, iinf_version: int, widths: tuple[int, int, int]) -> None:
    data = heif(PICTURE, Part(b"hvc1", b"second"), iloc_version=iloc_version, iinf_version=iinf_version, widths=widths)
    assert item_bytes(data) == {1: PIXELS, 2: b"second"}
    items = item_bytes(labelled(data))
    assert (items[1], items[2]) == (PIXELS, b"second")
    assert xmp_values(items[3].decode()).label == VALUE


@pytest.mark.parametrize("method", [0, 1])
def test_a_packet_grows_where_it_lies(method: int) -> None:
    data = heif(PICTURE, xmp(FOREIGN, describes=1, method=method), Part(b"hvc1", b"behind"), Part(b"hvc1", b"beside", method=1))
    items = item_bytes(labelled(data))
    assert (items[1], items[3], items[4]) == (PIXELS, b"behind", b"beside")
    assert b'dc:format="kept"' in items[2]


def test_a_packet_with_padding_is_overwritten_in_place() -> None:
    once = labelled(heif())
    plan = HEIF.plan(Source(once), ImplicitLabel.first("BRIGHTLINE-TEST", "2" * 200).to_json())
    assert plan.patches is not None
    assert labelled(once) == once


def test_media_to_the_end_of_the_file_take_the_packet_with_them() -> None:
    data = heif(open_ended=True)
    result = labelled(data)
    assert result[: len(data) - len(PIXELS)].endswith(b"mdat") is False  # the metadata grew in front of it
    assert item_bytes(result)[1] == PIXELS


def test_a_box_behind_the_media_stays_where_it_is() -> None:
    data = heif(behind=box_bytes(b"free", b"room"))
    result = labelled(data)
    assert box_bytes(b"free", b"room") in result


def test_a_table_with_lengths_of_zero_means_to_the_end() -> None:
    iloc = Iloc(1, 4, 4, 0, (Location(1, 0, 0, (Extent(0, 50, 0),)),))
    raw = iloc_bytes(iloc)
    assert parse_iloc(raw, box_of(raw)) == iloc


def box_of(raw: bytes) -> Box:
    (box,) = BoxWalk(Source(raw)).children(0, len(raw))
    return box


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.lists(st.tuples(st.integers(0, 1 << 40), st.integers(1, 1 << 34)), max_size=3)), max_size=5)
)
def test_a_table_of_locations_reads_as_it_was_written(rows: list[tuple[int, list[tuple[int, int]]]]) -> None:
    locations = tuple(
        Location(number, method, 0, tuple(Extent(0, offset, length) for offset, length in extents))
        for number, (method, extents) in enumerate(rows, 1)
    )
    raw = iloc_bytes(Iloc(0, 0, 0, 0, locations))
    assert parse_iloc(raw, box_of(raw)).locations == locations


# Labels at other places


OTHER_PLACES = {
    "the Exif item": (heif(PICTURE, Part(b"Exif", bytes(4) + exif_saying(OLD)[6:], describes=1)), "heif.Exif"),
    "XMP of another picture": (heif(PICTURE, Part(b"hvc1", b"2"), xmp(with_label(FOREIGN, OLD), describes=2)), "heif.meta.xmp.other"),
    "a text": (heif(PICTURE, Part(b"mime", OLD.encode(), "text/plain", describes=1)), "heif.meta.mime"),
    "an XMP box": (heif(behind=uuid_xmp(OLD)), "heif.uuid.xmp"),
    "a movie": (
        heif(behind=box_bytes(b"moov", full_box(b"mvhd", 0, 0, bytes(96)), box_bytes(b"udta", keyed({"AIGC": OLD})))),
        "heif.moov.udta.meta.keys",
    ),
}


@pytest.mark.parametrize("name", OTHER_PLACES)
def test_a_label_at_another_place_gives_way(name: str) -> None:
    data, place = OTHER_PLACES[name]
    (site,) = sites_in(HEIF.read(Source(data)).entries)
    assert site.place.startswith(place)
    assert not site.standard
    result = labelled(data)
    assert b"OLD" not in result
    assert item_bytes(result)[1] == PIXELS


def test_the_packet_of_a_gain_map_is_not_taken_for_the_picture_s() -> None:
    data = heif(PICTURE, Part(b"hvc1", b"gain map"), xmp(FOREIGN, describes=2))
    items = item_bytes(labelled(data))
    assert items[3] == FOREIGN
    assert xmp_values(items[4].decode()).label == VALUE


def test_two_packets_with_labels_become_one_label() -> None:
    data = heif(PICTURE, xmp(with_label(None, OLD), describes=1), xmp(with_label(None, OLD), describes=1))
    assert len(sites_in(HEIF.read(Source(data)).entries)) == 2
    assert b"OLD" not in labelled(data)


def test_foreign_items_stay_byte_for_byte() -> None:
    exif = bytes(4) + exif_saying("a camera")[6:]
    items = item_bytes(labelled(heif(PICTURE, Part(b"Exif", exif, describes=1), Part(b"mime", b"text", "text/plain"))))
    assert (items[2], items[3]) == (exif, b"text")


# Refused and damaged


def test_metadata_that_cannot_be_read_is_a_gap_and_nothing_is_written_into_it() -> None:
    encrypted, compressed = xmp(FOREIGN, describes=1, protected=True), xmp(b"\x1f\x8b", describes=1, encoding="gzip")
    for part in (encrypted, compressed, replace(encrypted, data=b""), replace(compressed, data=b"")):
        data = heif(PICTURE, part)
        assert len(HEIF.read(Source(data)).gaps) == 1
        assert isinstance(refused(HEIF, data, VALUE), Unsupported)


def test_a_packet_that_shares_its_bytes_with_the_picture_is_refused() -> None:
    data = heif(PICTURE, xmp(FOREIGN, describes=1))
    at = data.index(b"iloc") + 12 + 12  # the length in the first row
    shared = data[:at] + (len(PIXELS) + len(FOREIGN)).to_bytes(4) + data[at + 4 :]
    assert item_bytes(shared)[1] == PIXELS + FOREIGN
    assert "share" in refused(HEIF, shared, VALUE).message


def test_an_item_beyond_the_end_of_the_file_is_not_given_other_bytes() -> None:
    data = heif(PICTURE, Part(b"Exif", bytes(4) + exif_saying(OLD)[6:], describes=1))
    cut = data[:-1]
    at = cut.index(b"mdat") - 4
    shorter = cut[:at] + (int.from_bytes(cut[at : at + 4]) - 1).to_bytes(4) + cut[at + 4 :]
    assert HEIF.read(Source(shorter)).gaps
    assert isinstance(refused(HEIF, shorter, VALUE), Truncated)


@pytest.mark.parametrize("table", [b"iinf", b"iref"])
def test_padding_behind_a_list_of_items_does_not_hide_the_new_one(table: bytes) -> None:
    data = heif(PICTURE, Part(b"hvc1", b"2", describes=1))
    at, meta_at = data.index(table) - 4, data.index(b"meta") - 4
    size = int.from_bytes(data[at : at + 4])
    padded = bytearray(data[: at + size] + bytes(4) + data[at + size :])
    for box in (at, meta_at):
        padded[box : box + 4] = (int.from_bytes(padded[box : box + 4]) + 4).to_bytes(4)
    for row in (0, 1):  # the media lie four bytes later
        offset = data.index(b"iloc") + 12 + 16 * row + 8
        padded[offset : offset + 4] = (int.from_bytes(padded[offset : offset + 4]) + 4).to_bytes(4)
    assert item_bytes(bytes(padded)) == {1: PIXELS, 2: b"2"}
    assert item_bytes(labelled(bytes(padded)))[1] == PIXELS


def test_pictures_without_what_a_label_needs_are_refused_by_name() -> None:
    ftyp = box_bytes(b"ftyp", b"heic", bytes(4))
    assert isinstance(refused(HEIF, ftyp, VALUE), Unsupported)
    assert isinstance(refused(HEIF, ftyp + full_box(b"meta", 0, 0, full_box(b"hdlr", 0, 0, bytes(20))), VALUE), Malformed)
    assert isinstance(refused(HEIF, b"", VALUE), LabelError)


@pytest.mark.parametrize("kind", [b"meta", b"iinf", b"infe", b"iloc", b"iref", b"pitm", b"cdsc"])
@pytest.mark.parametrize("size", [0, 1, 7, 1 << 31, (1 << 32) - 1])
def test_hostile_sizes_are_refused(kind: bytes, size: int) -> None:
    data = heif(PICTURE, xmp(FOREIGN, describes=1))
    at = data.index(kind) - 4
    assert isinstance(refused(HEIF, data[:at] + size.to_bytes(4) + data[at + 4 :], VALUE), LabelError)


def test_a_hostile_count_of_items_or_extents_is_refused() -> None:
    data = heif(iloc_version=2)
    at = data.index(b"iloc") + 10
    assert isinstance(refused(HEIF, data[:at] + struct.pack(">I", 1 << 31) + data[at + 4 :], VALUE), OverLimit)
    data = heif()
    at = data.index(b"iloc") + 10 + 2 + 6
    assert refused(HEIF, data[:at] + b"\xff\xff" + data[at + 2 :], VALUE).code in ("BL-LABEL-011", "BL-LABEL-014")


def test_items_that_all_name_the_same_long_packet_are_not_read_over_and_over() -> None:
    """A thousand items of 4 MB that overlap, each beginning one byte later than the one before."""
    long = heif(PICTURE, *(xmp(b"x" * 2, describes=1) for _ in range(1000)), behind=box_bytes(b"free", bytes(4 << 20)))
    at = long.index(b"iloc") + 12 + 16
    table = bytearray(long)
    for number in range(1000):
        struct.pack_into(">II", table, at + 16 * number + 8, len(long) - (4 << 20) + number, (4 << 20) - number)
    source = Source(bytes(table))
    assert any("texts" in gap.reason for gap in HEIF.read(source).gaps)
    assert source.bytes_read < 18 << 20
    assert isinstance(refused(HEIF, bytes(table), VALUE), OverLimit)


def test_a_manifest_store_is_told() -> None:
    assert HEIF.read(Source(heif(behind=box_bytes(b"uuid", C2PA_UUID, bytes(40))))).facts["c2pa"] == str(len(heif()))


def test_a_picture_cut_off_anywhere_is_told_and_never_written() -> None:
    data = heif(PICTURE, xmp(with_label(None, OLD), describes=1))
    for border in range(1, len(data), 7):
        refused(HEIF, data[:border], VALUE)
        reading = try_reading(HEIF, data[:border])
        assert reading is None or reading.gaps or not reading.media or border == data.index(b"mdat") - 4


def try_all(data: bytes) -> None:
    """``read`` and ``plan`` on any bytes: one label that reads back, or a ``LabelError``."""
    try_reading(HEIF, data)
    try:
        plan = HEIF.plan(Source(data), VALUE)
    except LabelError:
        return
    assert_plausible(plan, len(data))
    (site,) = sites_in(HEIF.read(Source(written(Source(data), plan))).entries)
    assert (site.raw, site.standard) == (VALUE, True)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    ftyp = box_bytes(b"ftyp", b"heic", bytes(4))
    try_all(ftyp + data)
    try_all(ftyp + full_box(b"meta", 0, 0, full_box(b"hdlr", 0, 0, bytes(20)), data))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32))
def test_any_damaged_picture_is_read_or_refused(seed: int) -> None:
    try_all(mutated(avif(2, xmp=with_label(None, OLD), exif=exif_saying(OLD)), seed))
    try_all(mutated(heif(PICTURE, xmp(with_label(FOREIGN, OLD), describes=1, method=1), Part(b"hvc1", b"x")), seed))
